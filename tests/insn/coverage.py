#!/usr/bin/env python3
"""Fails when a record of cpu/insn_*.def has fewer than 8 rows in the .vec files here, rows of 64 bits for one that only
64-bit models have, or when a .vec file is not what its oracle gives."""
import collections
import glob
import gzip
import json
import os
import sys

sys.dont_write_bytecode = True

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oracle import is_32bit, records  # noqa: E402

WANTED = 8


def record_names(insn, names):
    """The record of a row's "insn": "add.", "addic.", "stwcx.", "bcl"."""
    plain = insn[:-1] if insn.endswith(".") else insn
    for n in (insn.replace(".", "_rc"), plain):
        if n in names:
            return n
    return None


def rows():
    here = os.path.dirname(os.path.abspath(__file__))
    for path in sorted(glob.glob(os.path.join(here, "*.vec*"))):
        op = gzip.open if path.endswith(".gz") else open
        with op(path, "rt") as f:
            for line in f:
                if line.strip():
                    yield path, json.loads(line)


def oracle_files_are_current():
    import gen_64
    import gen_fp
    import gen_int
    import gen_vec
    bad = 0
    here = os.path.dirname(os.path.abspath(__file__))
    for gen in (gen_int, gen_vec, gen_fp, gen_64):
        for name, w in gen.make().items():
            with open(os.path.join(here, name)) as f:
                if f.read().splitlines() != w.lines:
                    print(f"{name}: not what the oracle writes: run tests/insn/generate.py")
                    bad += 1
    import gen_regress
    for t in gen_regress.make():
        path = os.path.join(here, "regress", t.key + ".vec")
        if not os.path.exists(path):
            print(f"regress/{t.key}.vec is missing: run tests/insn/generate.py")
            bad += 1
    return bad


def main():
    wanted = {r[0]: not is_32bit(r) for r in records()}
    count, strange = collections.Counter(), set()
    for path, j in rows():
        n = record_names(j["insn"], wanted)
        if not n:
            strange.add((os.path.basename(path), j["insn"]))
        elif not wanted[n] or j["bits"] == 64:
            count[n] += 1
    short = [n for n in wanted if count[n] < WANTED]
    for name in short:
        print(f"FAIL {name}: {count[name]} rows, {WANTED} wanted")
    for path, insn in sorted(strange):
        print(f"FAIL {path}: insn \"{insn}\" is no record")
    bad = oracle_files_are_current()
    print(f"{len(wanted)} records, {sum(wanted.values())} of them of 64-bit models; {sum(count.values())} rows, fewest "
          f"{min(count[n] for n in wanted)}")
    return 1 if short or strange or bad else 0


if __name__ == "__main__":
    sys.exit(main())
