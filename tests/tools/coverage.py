#!/usr/bin/env python3
"""Line and branch coverage of cpu/ and mmu/ from gcov's data:  coverage.py BUILD [--missing] [FILE...]

A line counts once, whichever file includes it: run in any of its compilations (two register widths, two glues) is
run. So does a branch, by line and direction: all is compiled with -O0, where the branches of a line are alike in
every function that it is expanded into (where some are folded away because an operand is constant, those lines
count apart). cpu/exec_tail.c alone is optimised, so that its branches would be the compiler's: its lines count, its
branches do not. --missing lists what is not covered (of FILE...).
"""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ROOMS = ("cpu/", "mmu/")


def data_files(build):
    for core in ("ppcemu-core", "ppcemu-core64"):
        for room in ROOMS:
            yield from sorted(glob.glob(os.path.join(build, "CMakeFiles", core + ".dir", room, "*.gcda")))


def reports(path):
    out = subprocess.run(["gcov", "--branch-probabilities", "--json-format", "--stdout", path], capture_output=True, cwd=os.path.dirname(path))
    raw = out.stdout
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    for line in raw.splitlines():
        if line.strip():
            yield from json.loads(line)["files"]


def relative(name, build):
    path = os.path.normpath(name if os.path.isabs(name) else os.path.join(build, name))
    return os.path.relpath(path, TOP)


def collect(build):
    lines = collections.defaultdict(collections.Counter)     # file -> line -> count
    branches = collections.defaultdict(dict)                 # file -> (line, how many) -> [counts]
    for path in data_files(build):
        optimised = os.path.basename(path).startswith("exec_tail")
        for f in reports(path):
            name = relative(f["file"], build)
            if not name.startswith(ROOMS):
                continue
            for line in f["lines"]:
                lines[name][line["line_number"]] += line["count"]
                if optimised or not line["branches"]:
                    continue
                new = [b["count"] for b in line["branches"] if not b["throw"]]
                old = branches[name].get((line["line_number"], len(new)), [0] * len(new))
                branches[name][line["line_number"], len(new)] = [a + b for a, b in zip(old, new)]
    return lines, branches


def percent(part, whole):
    return f"{100 * part / whole:6.2f} %" if whole else "     -  "


def missing(lines, branches, wanted):
    for name in sorted(lines):
        if wanted and name not in wanted:
            continue
        with open(os.path.join(TOP, name)) as f:
            text = f.read().splitlines()
        for n, count in sorted(lines[name].items()):
            if not count:
                print(f"{name}:{n}: not run: {text[n - 1].strip()[:100]}")
        for (n, _), counts in sorted(branches[name].items()):
            if lines[name][n] and 0 in counts:
                print(f"{name}:{n}: {counts.count(0)} of {len(counts)} not taken: {text[n - 1].strip()[:90]}")


def main():
    args = [a for a in sys.argv[1:] if a != "--missing"]
    build = os.path.abspath(args[0])
    lines, branches = collect(build)
    if not lines:
        sys.exit(f"{build}: no gcov data; tests/nightly/coverage.sh makes it")
    if "--missing" in sys.argv:
        missing(lines, branches, args[1:])
        return
    total = [0, 0, 0, 0]
    print(f"{'file':28} {'lines':>6} {'run':>9} {'branches':>9} {'taken':>9}")
    for name in sorted(lines):
        flat = [c for counts in branches[name].values() for c in counts]
        row = [len(lines[name]), sum(1 for c in lines[name].values() if c), len(flat), sum(1 for c in flat if c)]
        total = [a + b for a, b in zip(total, row)]
        print(f"{name:28} {row[0]:6} {percent(row[1], row[0]):>9} {row[2]:9} {percent(row[3], row[2]):>9}")
    print(f"{'together':28} {total[0]:6} {percent(total[1], total[0]):>9} {total[2]:9} {percent(total[3], total[2]):>9}")


if __name__ == "__main__":
    main()
