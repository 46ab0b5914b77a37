#!/usr/bin/env python3
"""What the window costs, under Xvfb: window.py [--rounds N]. Fails when a bound is passed.

  frames  a second while `find /` scrolls over the console: at least 58 sent and 58 drawn (60 are due;
          a slice's end decides when). A machine that others use has too little of a core for that.
  still   CPU time of the whole program with an idle Linux and its blinking cursor on the screen: under
          2 % of a core
  cost    CPU time of the machine's thread for the same work with a window and with -display none, turn
          by turn, median of the rounds: at most 3 % more
"""

import argparse
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "boot"))
from console import Console, Failed, PROMPT, scratch  # noqa: E402
from window import LinuxWindow, linux  # noqa: E402
from xscreen import XScreen  # noqa: E402

FRAMES, STILL_PERCENT, COST_PERCENT = 58, 2, 3
# The first computes, the second scrolls the console with the window's pace of frames.
LOADS = {"sieve": "sieve 12", "find": "find /sys /bin | head -n 60"}


def threads(pid):
    """Nanoseconds on a core by thread name."""
    found = {}
    for tid in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/comm" % (pid, tid)) as f:
            name = f.read().strip()
        with open("/proc/%d/task/%s/schedstat" % (pid, tid)) as f:
            found[name] = found.get(name, 0) + int(f.read().split()[0])
    return found


def machine_seconds(c):
    """The thread with the machine is the only one when there is no window."""
    found = threads(c.process.pid)
    return found.get("machine", found.get("ppcemu")) / 1e9


def frames(w):
    def count():
        found = w.monitor("info display", r"(\d+) frames sent, (\d+) drawn")
        return time.monotonic(), int(found.group(1)), int(found.group(2))

    w.c.run("(while :; do find /; done) > /dev/tty0 2> /dev/null & echo $! > /tmp/pid")
    time.sleep(2)
    begin = count()
    time.sleep(10)
    end = count()
    w.c.run("kill $(cat /tmp/pid); killall find; sleep 1")
    seconds = end[0] - begin[0]
    sent, drawn = [(end[k] - begin[k]) / seconds for k in (1, 2)]
    print("frames: %.1f sent and %.1f drawn a second" % (sent, drawn), flush=True)
    return ["%.1f frames %s a second" % (n, what) for n, what in ((sent, "sent"), (drawn, "drawn"))
            if n < FRAMES]


def still():
    """Nobody on the serial line: Linux polls an open one 130 times a second."""
    with scratch() as folder, XScreen() as x, \
            Console(linux("console=tty0"), env=x.env, cwd=folder) as c:
        x.window("ppcemu")
        time.sleep(15)
        x.type("echo 1 > /proc/sys/kernel/powersave-nap; echo awake > /dev/ttyS0\n")
        c.expect("awake", 60)
        time.sleep(10)
        begin, at = threads(c.process.pid), time.monotonic()
        time.sleep(20)
        end, seconds = threads(c.process.pid), time.monotonic() - at
        shares = {name: (end[name] - begin[name]) / 1e7 / seconds for name in end}
    print("still: " + ", ".join("thread %s %.2f %%" % pair for pair in shares.items()), flush=True)
    share = sum(shares.values())
    return [] if share < STILL_PERCENT else ["a still screen takes %.2f %% of a core" % share]


def cost(w, rounds):
    failures = []
    with Console(linux() + ["-serial", "mon:stdio", "-display", "none"]) as bare:
        bare.expect(PROMPT, 120)
        bare.run("echo 1 > /proc/sys/kernel/powersave-nap; dmesg -n 1; sleep 2")
        for name, load in LOADS.items():
            ratios = []
            for n in range(rounds):
                took = {}
                for c in (w.c, bare) if n % 2 == 0 else (bare, w.c):
                    begin = machine_seconds(c)
                    c.run("(%s) > /dev/tty0 2>&1" % load, 300)
                    took[c] = machine_seconds(c) - begin
                ratios.append(100 * (took[w.c] / took[bare] - 1))
            middle = statistics.median(ratios)
            print("cost: %s %+.1f %% (%s), %.2f s" % (
                name, middle, " ".join("%+.1f" % r for r in ratios), took[bare]), flush=True)
            if middle > COST_PERCENT:
                failures.append("the window costs %s %.1f %%" % (name, middle))
    return failures


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=5)
    rounds = p.parse_args().rounds
    failures = still()
    with LinuxWindow() as w:
        failures += frames(w)
        failures += cost(w, rounds)
    for line in failures:
        print("FAILED: " + line)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as reason:
        print("FAILED: %s" % reason)
        sys.exit(1)
