#!/usr/bin/env python3
"""tests/guests/bare/fwnmi.c: the monitor's nmi and mce end to end, by the vectors and by the entries of
ibm,nmi-register, with the interlock and a reset between, and a
device tree by H_UPDATE_DT as the monitor shows it; on the threaded and the portable core."""

import os
import re
import shutil
import subprocess
import tempfile

from console import TOP, Console, check, main

CC = "powerpc-linux-gnu-gcc"


def monitor(c, command):
    c.type("\x01c")
    c.expect("(ppcemu) ", 20)
    c.type(command + "\n")
    answer = c.expect("(ppcemu) ", 20)
    c.type("\x01c")
    return answer


def fields(c, what):
    """The guest may print while the keyboard goes back from the monitor, whose line feed then stands
    anywhere in what it prints."""
    def loose(text):
        return "\n?".join(re.escape(ch) for ch in text)
    line = c.expect(re.compile(loose(what) + "(.*?" + loose("dar ") + "\n?(?:[0-9a-f]\n?){8})", re.S), 20)[1]
    return {k: int(v, 16) for k, v in re.findall(r"(\w+) ([0-9a-f]{8})", line.replace("\n", ""))}


def session(c):
    c.expect("fwnmi: ready", 60)
    # nobody has registered: the chip's vectors
    monitor(c, "nmi")
    f = fields(c, "system reset by 100")
    check(f["r3"] == 0x5a5a, "r3 is %#x at the vector", f["r3"])
    monitor(c, "mce 0x12345678")
    f = fields(c, "machine check by 200")
    check(f["dar"] == 0x12345678 and f["srr1"] & 0x80000, "machine check: %s", f)
    c.type("i")
    c.expect("interlock: fffffffd", 20)
    # by the entries
    c.type("g")
    c.expect("registered: 00000000", 20)
    check("ibm,nmi-register: " in monitor(c, "info hypercalls"), "info hypercalls does not say so")
    monitor(c, "nmi")
    f = fields(c, "system reset by entry")
    check(f["at"] == 0x800 and f["r3"] == 0x5a5a, "system reset: %s", f)
    monitor(c, "mce 0xdeadbee0")
    f = fields(c, "machine check by entry")
    check(f["at"] == 0x30 and f["r3"] == 0x5a5a and f["summary"] >> 24 == 6 and
          f["section"] == 0x4d43 and f["address"] == 0xdeadbee0 and f["dar"] == 0xdeadbee0,
          "machine check: %s", f)
    # the log is in use until the interlock: the second error is dropped
    check("second error is dropped" in monitor(c, "mce 0x44"), "nothing said the error is dropped")
    c.type("i")
    c.expect("interlock: 00000000", 20)
    monitor(c, "mce 0x55")
    check(fields(c, "machine check by entry")["address"] == 0x55, "the log was not written anew")
    c.type("i")
    c.expect("interlock: 00000000", 20)
    # a tree of the guest's, which a reset forgets as well
    check("no tree" in monitor(c, "info updated-tree"), "a tree before the guest gave one")
    c.type("u")
    c.expect("update-dt: 00000000", 20)
    check(monitor(c, "info updated-tree").split("\n", 1)[1].startswith("104 bytes\n/ (0)\n  guest (1)\n"),
          "info updated-tree shows another tree")
    check("address 00000044" not in c.text, "the dropped error came through")
    # a reset forgets
    c.type("r")
    c.expect("fwnmi: ready", 60)
    check("ibm,nmi-register: " not in monitor(c, "info hypercalls"), "the reset did not forget")
    check("no tree" in monitor(c, "info updated-tree"), "the reset did not forget the tree")
    monitor(c, "mce 0x66")
    check(fields(c, "machine check by 200")["dar"] == 0x66, "after the reset")
    monitor(c, "nmi")
    fields(c, "system reset by 100")
    c.type("q")
    check(c.wait(20) == 0, "power-off ended ppcemu with another status")
    check("FAIL" not in c.text, "the guest says FAIL")


def test(*args):
    if not shutil.which(CC):
        print("no %s here" % CC)
        raise SystemExit(77)
    with tempfile.TemporaryDirectory(prefix="ppcemu-fwnmi-") as folder:
        elf = os.path.join(folder, "fwnmi.elf")
        subprocess.check_call([
            CC, "-O1", "-ffreestanding", "-nostdlib", "-static", "-mcpu=750", "-mno-sdata", "-fno-pic",
            "-no-pie", "-Wall", "-Wno-main", "-Wl,-Ttext=0x400000,-n", "-fno-tree-loop-distribute-patterns",
            "-Wl,-z,noseparate-code,--build-id=none,--no-warn-rwx-segments", "-o", elf,
            os.path.join(TOP, "tests", "guests", "bare", "fwnmi.c")])
        for core in ([], ["-portable"]):
            options = ["-nographic", "-kernel", elf, "-machine",
                       "pegasos2,nvram=none,hypercalls=vof+papr"] + core + list(args)
            with Console(options, nvram=None) as c:
                session(c)


if __name__ == "__main__":
    main(test)
