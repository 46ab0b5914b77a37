#!/usr/bin/env python3
"""Two runs with the instruction clock are the same: console text and number of instructions.
icount.py demo | icount.py linux"""

import re

from console import Console, check, main
from linux import ARGS, initrd, kernel


RUN = ["-icount", "shift=2,sleep=off", "-d", "stats", "-rtc", "base=2026-11-20", "-no-reboot"]


def finish(c, text):
    stats = c.expect(re.compile(r"ppcemu: (\d+) instructions, (\S+) s guest time"), 60)
    check(c.wait() == 0, "ended with status %s", c.status)
    return text, stats.group(1), stats.group(2)


def demo():
    with Console(RUN) as c:
        text = c.expect("demo: done", 240)
        c.expect("ok ", 20)
        c.type("power-off\r")
        return finish(c, text)[:2]  # the prompt waits on the host's clock


def linux():
    """The run's end comes from the guest, never from a key or a clock of ours."""
    args = ["-nographic", "-kernel", kernel() + "/vmlinux", "-initrd", initrd(), "-append",
            ARGS + ' ppcemu_cmd="cat /proc/uptime /proc/interrupts; reboot -f"']
    with Console(RUN + args) as c:
        return finish(c, c.expect("Restarting system", 240))


def test(what):
    run = {"demo": demo, "linux": linux}[what]
    first, second = run(), run()
    for a, b, name in zip(first, second, ("console text", "instruction count", "guest time")):
        check(a == b, "%s differs:\n%s\n--- and ---\n%s", name, a, b)
    print("%s: the same %s instructions, twice" % (what, first[1]))


main(test)
