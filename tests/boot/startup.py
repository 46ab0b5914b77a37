#!/usr/bin/env python3
"""Start-up and memory: the first guest instruction comes within 20 ms of the start, and what the
process keeps resident is at most the guest's memory that was touched and 64 MiB.

The guest is an ELF image made here: its first instructions send a byte to the UART; then it calls a
function on each of its pages and waits for ever. A small one is timed: the process's CPU time, which
other programs on the machine change least, and the best of a few starts counts. A large one, of more
pages than the cache of decoded code holds, shows how much memory there is beside the guest's: the
highest of the whole run."""

import os
import re
import struct
import subprocess
import time

import console

START_SECONDS = 0.020
OVERHEAD = 64 << 20
BYTE = b"\x01"
PAGES = 6000
AT = 0x1000000
BLR = struct.pack(">I", 0x4e800020)


def image(name, pages):
    words = [
        0x3cc0fe00,              # lis   r6,0xfe00
        0x38e00000 | BYTE[0],    # li    r7,BYTE
        0x98e602f8,              # stb   r7,0x2f8(r6)
        0x3c800000 | AT >> 16,   # lis   r4,AT@h
        0x38a00000 | pages,      # li    r5,pages
        0x7c8903a6,              # mtctr r4
        0x4e800421,              # bctrl
        0x38841000,              # addi  r4,r4,4096
        0x34a5ffff,              # addic. r5,r5,-1
        0x4082fff0,              # bne   -16
        0x98e602f8,              # stb   r7,0x2f8(r6)
        0x48000000,              # b     .
    ]
    code = struct.pack(">%dI" % len(words), *words)
    size = pages * 4096 + len(code)
    header = struct.pack(">16sHHIIIIIHHHHHH", b"\x7fELF\x01\x02\x01", 2, 20, 1, AT + pages * 4096, 52, 0,
                         0, 52, 32, 1, 0, 0, 0)
    header += struct.pack(">8I", 1, 4096, AT, AT, size, size, 7, 4096)
    with open(name, "wb") as f:
        f.write(header)
        for n in range(pages):
            f.seek((n + 1) * 4096)
            f.write(BLR)
        f.seek((pages + 1) * 4096)
        f.write(code)


def guest_ram(pid, ram):
    """Resident bytes of the guest's RAM: the mapping of its size."""
    guest = size = 0
    with open("/proc/%d/smaps" % pid) as f:
        for line in f:
            found = re.match(r"(Size|Rss): +(\d+) kB", line)
            if found and found.group(1) == "Size":
                size = int(found.group(2)) << 10
            elif found and size >= ram:
                guest += int(found.group(2)) << 10
    return guest


def highest(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"VmHWM:\s+(\d+) kB", f.read()).group(1)) << 10


def start(name, memory):
    return subprocess.Popen([console.PPCEMU, "-nographic", "-machine", "pegasos2,nvram=none", "-m",
                             memory, "-kernel", name], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def until_byte(p):
    seen = b""
    while not seen.endswith(BYTE):
        more = os.read(p.stdout.fileno(), 1)
        console.check(more, "ppcemu ended: %r", seen)
        seen += more


def run(name, pages, memory):
    """CPU and wall seconds to the first byte; the most memory that was resident beside guest RAM. All
    of the image's pages are there before it starts, so the guest's share does not change."""
    ram = int(memory) << 20
    begin = time.monotonic()
    p = start(name, memory)
    try:
        until_byte(p)
        cpu, wall = time.clock_gettime((~p.pid << 3) | 2), time.monotonic() - begin
        until_byte(p)
        guest = guest_ram(p.pid, ram)
        console.check(guest >= pages * 4096, "guest RAM was not found in smaps")
        return cpu, wall, highest(p.pid) - guest
    finally:
        p.kill()
        p.wait()
        p.stdout.close()


def test():
    with console.scratch() as folder:
        small, large = os.path.join(folder, "small.elf"), os.path.join(folder, "large.elf")
        image(small, 1)
        image(large, PAGES)
        for memory in ("128", "2048"):
            cpu, wall, _ = (min(column) for column in zip(*(run(small, 1, memory) for _ in range(10))))
            _, _, over = run(large, PAGES, memory)
            print("-m %s: first guest instruction after %.1f ms of CPU time (%.1f ms in all); resident "
                  "beside guest RAM: %.1f MiB" % (memory, cpu * 1e3, wall * 1e3, over / (1 << 20)))
            console.check(cpu <= START_SECONDS * console.SLOW, "start-up takes %.1f ms", cpu * 1e3)
            console.check(over <= OVERHEAD * console.SLOW, "%.1f MiB beside the guest's",
                          over / (1 << 20))


console.main(test)
