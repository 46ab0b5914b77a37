#!/usr/bin/env python3
"""Fails when a record of cpu/insn_*.def that the 32-bit models have has fewer than 8 rows in the .vec files here,
or when a .vec file is not what its oracle gives. The 64-bit records are counted in *64*.vec when there are any."""
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
    wanted = [r for r in records() if is_32bit(r)]
    wide = [r[0] for r in records() if not is_32bit(r)]
    names = {r[0] for r in wanted} | set(wide)
    count, strange = collections.Counter(), set()
    for path, j in rows():
        n = record_names(j["insn"], names)
        if n:
            count[n] += 1
        else:
            strange.add((os.path.basename(path), j["insn"]))
    short = [(r[0], count[r[0]]) for r in wanted if count[r[0]] < WANTED]
    for name, n in short:
        print(f"FAIL {name}: {n} rows, {WANTED} wanted")
    for path, insn in sorted(strange):
        print(f"FAIL {path}: insn \"{insn}\" is no record")
    bad = oracle_files_are_current()
    print(f"{len(wanted)} records, {sum(count.values())} rows, fewest {min(count[r[0]] for r in wanted)}; "
          f"64-bit records with rows: {sum(1 for n in wide if count[n])} of {len(wide)}")
    return 1 if short or strange or bad else 0


if __name__ == "__main__":
    sys.exit(main())
