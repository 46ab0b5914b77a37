#!/usr/bin/env python3
"""tests/guests/bare/hcall.c: every hypercall that ppcemu lists, from a bare guest with valid arguments
and each class of bad ones, and none of them with vof alone; on the threaded and the portable core. A
call that is registered and has no case there fails."""

import os
import re
import shutil
import subprocess
import tempfile

from console import PPCEMU, TOP, Console, check, main

CC = "powerpc-linux-gnu-gcc"
ALL = "vof+papr+epapr+kvm+osi"

SIZED = "size0 size3 size16 misaligned outside device wrap"
# Classes beside "valid" and "user" for what takes addresses or sizes. A call that takes neither has no
# line; a misaligned buffer is only bad where the call says so.
CLASSES = {
    ("papr", 0xf000): "misaligned outside device wrap", ("papr", 0xf005): "misaligned outside device wrap",
    ("papr", 0x3c): SIZED, ("papr", 0x40): SIZED, ("papr", 0x44): SIZED, ("papr", 0x48): SIZED,
    ("papr", 0x4c): "outside device wrap", ("papr", 0x50): "outside device wrap",
    ("papr", 0x58): "size0 size16 bad", ("papr", 0x54): "bad",
    ("papr", 0xf001): "size0 size16 misaligned outside device wrap",
    ("papr", 0xf002): "size0 size3 size16 outside device wrap",
    ("papr", 0xf003): "misaligned outside device wrap",
    ("ev", 0x10001): "size0 bad", ("ev", 0x10002): "bad", ("ev", 0x10003): "bad",
    ("ev", 0x10004): "bad", ("ev", 0x10005): "bad", ("ev", 0x10006): "bad", ("ev", 0x10007): "bad",
    ("ev", 0x1000a): "bad",
    ("osi", 22): "outside device wrap", ("osi", 71): "size0 size3 outside device wrap",
    ("osi", 72): "outside device wrap", ("osi", 76): "size0 size3 outside device wrap",
    ("osi", 77): "outside device wrap", ("osi", 79): "size0 size3 outside device wrap",
    ("osi", 80): "outside device wrap", ("osi", 84): "size0 outside device wrap",
    ("osi", 85): "size0 outside device wrap",
}


def registered():
    """(convention, number) of the rows of ppcemu's own tables."""
    text = subprocess.check_output([PPCEMU, "--help-hypercalls"], text=True)
    calls, abi = [], None
    for line in text.split("\n"):
        if line.startswith("###"):
            abi = "papr" if "r3" in line else "ev" if "r11" in line else "osi"
        row = re.match(r"\| (0x[0-9a-f]+|\d+) \|", line)
        if row:
            calls.append((abi, int(row[1], 0)))
    check(len(calls) > 60, "only %s calls in --help-hypercalls", len(calls))
    return calls


def build(folder, calls, name, *flags):
    with open(os.path.join(folder, "registered.h"), "w") as f:
        for abi in ("papr", "ev", "osi"):
            numbers = ", ".join("0x%x" % n for a, n in calls if a == abi)
            f.write("static const unsigned %s_numbers[] = {%s};\n" % (abi, numbers))
    elf = os.path.join(folder, name)
    subprocess.check_call([
        CC, "-O1", "-ffreestanding", "-nostdlib", "-static", "-mcpu=750", "-mno-sdata", "-fno-pic",
        "-no-pie", "-Wall", "-fno-tree-loop-distribute-patterns", "-Wl,-Ttext=0x400000,-n", "-I", folder,
        "-Wl,-z,noseparate-code,--build-id=none,--no-warn-rwx-segments", "-o", elf,
        os.path.join(TOP, "tests", "guests", "bare", "hcall.c"), *flags])
    return elf


def options(folder, elf, providers):
    disk = os.path.join(folder, "disk")
    with open(disk, "wb") as f:
        f.write(bytes(65536))
    net = ["-nic", "socket,listen=" + os.path.join(folder, "net")] if "osi" in providers else []
    return ["-nographic", "-vga", "std", "-kernel", elf, "-hda", disk, "-machine",
            "pegasos2,nvram=none,hypercalls=" + providers] + net


def run(folder, elf, providers, core, calls):
    with Console(options(folder, elf, providers) + core, nvram=None) as c:
        c.expect(re.compile("hypercalls: (?:done|bad)\n"), 60)
        status = c.wait(20)
        text = c.text
    state = "on" if "papr" in providers else "off"
    check("hypercalls: %s\n" % state in text, "the guest found the wrong state")
    check("FAIL" not in text, "a line says FAIL:\n%s",
          "\n".join(line for line in text.split("\n") if "FAIL" in line))
    check(status == 0, "power-off ended ppcemu with status %s", status)
    seen = {(m[1], int(m[2], 16), m[3])
            for m in re.finditer(r"PASS (\w+) (0x[0-9a-f]+) (\w+)", text)}
    for call in calls:
        wants = {"valid", "user"} | set(CLASSES.get(call, "").split())
        if call == ("papr", 0xf00e):
            wants = {"user"}  # the guest that does not come back: lost()
        if call == ("osi", 54):
            wants = {"valid"} if state == "on" else set()
        missing = wants - {k for a, n, k in seen if (a, n) == call}
        check(not missing, "%s has no case of %s",
              "%s %#x" % call, ", ".join(sorted(missing)))
    for call in CLASSES:
        check(call in calls, "%s is tested and not registered", "%s %#x" % call)
    check(sum(k == "unknown" for _, _, k in seen) > 40, "unknown numbers were not tried")


def lost(folder, calls, core):
    """The firmware's own call, behind the vectors that no client has filled."""
    elf = build(folder, calls, "lost.elf", "-DLOST")
    with Console(options(folder, elf, "vof") + core, nvram=None) as c:
        c.expect(re.compile("The client took exception 0x700 at 00[0-9a-f]+"), 60)
        c.expect("ok ", 20)


def test(*args):
    if not shutil.which(CC):
        print("no %s here" % CC)
        raise SystemExit(77)
    calls = registered()
    with tempfile.TemporaryDirectory(prefix="ppcemu-hcall-") as folder:
        elf = build(folder, calls, "hcall.elf")
        for core in ([], ["-portable"]):
            for providers in (ALL, "vof"):
                run(folder, elf, providers, core + list(args), calls)
            lost(folder, calls, core + list(args))


if __name__ == "__main__":
    main(test)
