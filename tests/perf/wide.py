#!/usr/bin/env python3
"""MIPS on wide code: 225,000 different instructions in a loop, operations and registers at random, so that
no branch predictor learns the dispatch. Bare, on ppcemu-test; median of five, CPU time, the first turns
(decoding) taken off. Fails under 120 MIPS (issue 4's floor on a 2.6 GHz Xeon)."""

import os
import random
import resource
import statistics
import struct
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
RUNNER = os.environ.get("PPCEMU_TEST", os.path.join(TOP, "build", "ppcemu-test"))
SEED, COUNT, FLOOR, BASE, DATA = 20261121, 225000, 120, 0x10000, 0x02000000
FEW, MANY = 20, 420


def x_form(xo, a, b, c):
    return 31 << 26 | a << 21 | b << 16 | c << 11 | xo << 1


def d_form(op, a, b, imm):
    return op << 26 | a << 21 | b << 16 | imm & 0xffff


def one(r):
    """addi, add, subf, and, or, xor, rlwinm, mulli, mullw, ori, cmpwi, cmplwi, lwz, stw by weight; r3 to r12."""
    a, b, c = (r.randrange(3, 13) for _ in range(3))
    imm = r.getrandbits(16)
    kinds = [(15, d_form(14, a, b, imm)), (10, x_form(266, a, b, c)), (7, x_form(40, a, b, c)),
             (6, x_form(28, a, b, c)), (6, x_form(444, a, b, c)), (6, x_form(316, a, b, c)),
             (10, 21 << 26 | a << 21 | b << 16 | r.getrandbits(15) << 1), (3, d_form(7, a, b, imm)),
             (3, x_form(235, a, b, c)), (4, d_form(24, a, b, imm)),
             (4, d_form(11, r.randrange(8) << 2, b, imm)), (3, d_form(10, r.randrange(8) << 2, b, imm)),
             (13, d_form(32, a, 31, r.randrange(8000) * 4)), (10, d_form(36, a, 31, r.randrange(8000) * 4))]
    return r.choices([w for _, w in kinds], [n for n, _ in kinds])[0]


def program(turns):
    r = random.Random(SEED)
    body = [one(r) for _ in range(COUNT)] + [d_form(13, 30, 30, -1)]  # addic. r30,r30,-1
    back = -(len(body) + 1) * 4
    words = [d_form(15, 31, 0, DATA >> 16), d_form(15, 30, 0, turns >> 16), d_form(24, 30, 30, turns)]
    words += body + [d_form(16, 12, 2, 8), 18 << 26 | back & 0x3fffffc, 17 << 26 | 2]  # beq; b; sc
    return struct.pack(">%dI" % len(words), *words)


def seconds(path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.check_call([RUNNER, "run", "--cpu", "7457", "--ram", "64M", "--load", "%#x=%s" % (BASE, path),
                           "--pc", "%#x" % BASE, "--stop-on", "sc"], stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    with tempfile.TemporaryDirectory(prefix="ppcemu-wide-") as folder:
        paths = []
        for turns in (FEW, MANY):
            paths.append(os.path.join(folder, "%d.bin" % turns))
            with open(paths[-1], "wb") as f:
                f.write(program(turns))
        insns = (COUNT + 3) * (MANY - FEW)
        mips = sorted(insns / (seconds(paths[1]) - seconds(paths[0])) / 1e6 for _ in range(5))
    print("wide code: %.0f MIPS (%.0f to %.0f), seed %d" % (statistics.median(mips), mips[0], mips[-1], SEED))
    return 0 if statistics.median(mips) >= FLOOR else 1


sys.exit(main())
