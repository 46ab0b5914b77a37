#!/usr/bin/env python3
"""A Linux program whose system calls carry Mac-on-Linux's magic numbers in r3 and r4 by chance: nothing
happens to it without hypercalls=osi, and the documented thing with it (docs/hypercalls.md)."""

import gzip
import os
import re
import shutil
import subprocess
import tempfile

from console import TOP, Console, check, main
from linux import ARGS, kernel

CC = "powerpc-linux-gnu-gcc"


def newc(name, mode, data, rdev=(0, 0)):
    """A record of a cpio archive (Documentation/driver-api/early-userspace/buffer-format.rst)."""
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1], len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def initramfs(folder):
    program = os.path.join(folder, "init")
    subprocess.check_call([CC, "-O2", "-static", "-mcpu=powerpc", "-Wall", "-o", program,
                           os.path.join(TOP, "tests", "guests", "user", "magic_sc.c")])
    with open(program, "rb") as f:
        init = f.read()
    path = os.path.join(folder, "initramfs.gz")
    with gzip.open(path, "wb") as f:
        f.write(newc("dev", 0o40755, b"") + newc("dev/console", 0o20600, b"", (5, 1)) +
                newc("init", 0o100755, init) + newc("TRAILER!!!", 0, b""))
    return path


def run(image, providers, *options):
    args = ["-nographic", "-kernel", kernel() + "/vmlinux", "-initrd", image, "-append", ARGS,
            "-machine", "pegasos2,nvram=none,hypercalls=" + providers] + list(options)
    with Console(args, nvram=None) as c:
        c.expect("magic: done\n", 240)
        status = c.wait(60)
        check(status == 0, "ppcemu ended with status %s", status)
        return c.text


def answer(text, name):
    return tuple(int(v, 16) for v in re.search(name + r": r3 (\w+) so (\d)", text).groups())


def test(*options):
    if not shutil.which(CC):
        print("no %s here" % CC)
        raise SystemExit(77)
    with tempfile.TemporaryDirectory(prefix="ppcemu-osi-") as folder:
        image = initramfs(folder)
        off, on = run(image, "vof", *options), run(image, "vof+osi", *options)
    check("magic: 10000 calls, 0 harmed\n" in off, "a system call was harmed without osi")
    for name in ("nvram-size", "gap", "outside", "other r4", "other r3"):
        check(answer(off, name) == (1, 0), "without osi %s gave %s", name, answer(off, name))
    check(answer(off, "write") == (9, 1), "write to no file gave %s", answer(off, "write"))
    check("magic: powering off\n" in off, "the emulator ended without osi")
    check("magic: 10000 calls, 10000 harmed\n" in on, "not every call was taken with osi")
    check(answer(on, "nvram-size")[0] == 0x2000, "nvram-size gave %s", answer(on, "nvram-size"))
    check(answer(on, "gap")[0] == 0, "a selector that is a gap gave %s", answer(on, "gap"))
    check(answer(on, "outside")[0] == 0x113724fa, "selector 100 gave %s", answer(on, "outside"))
    check(answer(on, "write")[0] == 0x2000, "write was no call: %s", answer(on, "write"))
    for name in ("other r4", "other r3"):
        check(answer(on, name) == (1, 0), "with osi %s gave %s", name, answer(on, name))
    check("clock: the same\n" in on, "the time is another")
    check("powering off" not in on, "exit came back")


if __name__ == "__main__":
    main(test)
