#!/usr/bin/env python3
"""tests/guests/bare/hcall.c: every hypercall from a bare guest, and none of them with vof alone;
on the threaded and the portable core."""

import os
import shutil
import subprocess
import tempfile

from console import TOP, Console, check, main

CC = "powerpc-linux-gnu-gcc"


def test(*args):
    if not shutil.which(CC):
        print("no %s here" % CC)
        raise SystemExit(0)
    with tempfile.TemporaryDirectory(prefix="ppcemu-hcall-") as folder:
        elf = os.path.join(folder, "hcall.elf")
        subprocess.check_call([
            CC, "-O1", "-ffreestanding", "-nostdlib", "-static", "-mcpu=750", "-mno-sdata",
            "-fno-pic", "-no-pie", "-fno-tree-loop-distribute-patterns", "-Wl,-Ttext=0x400000,-n",
            "-Wl,-z,noseparate-code,--build-id=none,--no-warn-rwx-segments", "-o", elf,
            os.path.join(TOP, "tests", "guests", "bare", "hcall.c")])
        for providers in ("vof+papr+epapr+kvm+osi", "vof"):
            for core in ([], ["-portable"]):
                options = ["-nographic", "-kernel", elf, "-machine",
                           "pegasos2,nvram=none,hypercalls=" + providers] + core + list(args)
                with Console(options, nvram=None) as c:
                    body = c.expect("hypercalls: done\n", 60)
                    state = "on" if "papr" in providers else "off"
                    check("hypercalls: %s\n" % state in c.text, "the guest found the wrong state")
                    check("FAIL" not in body, "a line says FAIL:\n%s", body)
                    status = c.wait(20)
                    check(status == 0, "power-off ended ppcemu with status %s", status)


main(test)
