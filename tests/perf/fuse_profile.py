#!/usr/bin/env python3
"""Which pairs of instructions are worth a handler of their own: profiles the basket and ranks pairs by
the dispatches they save, beside what cpu/fuse.def has.

  tests/perf/fuse_profile.py                 profiles the basket (some minutes), prints the ranking
      --save FOLDER                          keeps the profiles there, one file a program
      --only NAME[,NAME...]                  these programs or classes
      --share N                              a program's rounds are divided by N (default 20)
      --kernel FILE --initrd FILE            these instead of the results of tests/guests
  tests/perf/fuse_profile.py --profiles FILE...    ranks saved profiles (of `-d ops -D FILE` as well)
      --limit N                              pairs to propose (default 40)
      --least P                              the smallest gain of a proposal, in percent (default 0.05)

How it counts. `ppcemu -d ops` counts straight runs of handlers, from one branch to the next, with no
pair fused. Here each run is dispatched again on paper with a table of pairs and triples, as the threaded core does
it: from the left, and an instruction inside one is not the first of another; links between operands
(cpu/fuse.def) are taken to hold, and proposals come without any. A
program counts as much as any other of its class, and a class as much as any other, whatever they
executed. Proposals are chosen one after another, each with those before it in the table, so their
gains add up. The boot counts as a program of class "boot".
"""

import argparse
import collections
import os
import re
import subprocess
import sys

import basket
import build
import machines

sys.path.insert(0, os.path.join(build.HERE, "..", "boot"))
import console  # noqa: E402

TOP = console.TOP
sys.path.insert(0, os.path.join(TOP, "tests", "cli"))
import monitor  # noqa: E402


class Profile:
    """The runs of one program: [(names, weight)], where weights make one dispatch a unit."""

    def __init__(self, name, kind, text):
        self.name, self.kind = name, kind
        self.glue, self.runs = {}, []
        if not text.rstrip().endswith("end"):
            raise SystemExit("fuse_profile: the profile of %s is not whole" % name)
        for line in text.splitlines():
            words = line.split()
            if words and words[0] == "op":
                self.glue[words[1]] = words[2]
            elif words and words[0] == "run":
                self.runs.append((tuple(words[2:]), int(words[1])))
        self.total = sum(len(ops) * count for ops, count in self.runs)


def fused_now():
    """The sequences of cpu/fuse.def, by the names of their handlers; expanded by the C preprocessor,
    because the file uses macros."""
    source = ("#define FUSE2(g, ...) TWO(__VA_ARGS__)\n"
              "#define FUSE3(g, ...) THREE(__VA_ARGS__)\n"
              "#define TWO(i, r, n, o, i2, r2, n2, o2, l) @ i n, i2 n2 @\n"
              "#define THREE(i, r, n, o, i2, r2, n2, o2, l, i3, r3, n3, o3, l3) @ i n, i2 n2, i3 n3 @\n"
              '#include "cpu/fuse.def"\n')
    text = subprocess.run(["cc", "-E", "-P", "-I", TOP, "-x", "c", "-"], input=source.encode(),
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    return {tuple("_".join(word.split()) for word in line.split(","))
            for line in re.findall(r"@ ([^@]*) @", text)}


def can_fuse(ops, glue):
    """Plain handlers, of which the last may be a near direct branch (B) or an indirect one (J)."""
    return (all(glue.get(op) == "F" for op in ops[:-1]) and glue.get(ops[-1], "S") in "FBJ"
            and not ops[-1].startswith("far_"))


def line_of(ops, glue):
    """As in cpu/fuse.def, but for the links: a profile does not know them."""
    names = [re.sub("_0$", "", op) for op in ops]
    return "FUSE%d(%s, K_%s%s)" % (len(ops), glue[ops[-1]], names[0],
                                   "".join(", K_%s, x" % name for name in names[1:]))


def dispatches(ops, table):
    at = n = 0
    while at < len(ops):
        at += 3 if ops[at:at + 3] in table else 2 if ops[at:at + 2] in table else 1
        n += 1
    return n


class Work:
    """All runs with their weights, and for each pair or triple the runs it occurs in."""

    def __init__(self, profiles):
        self.glue = {}
        kinds = collections.Counter(p.kind for p in profiles if p.total)
        weights = collections.Counter()
        for p in profiles:
            self.glue.update(p.glue)
            for ops, count in p.runs:
                weights[ops] += count / p.total / kinds[p.kind] / len(kinds)
        self.runs = list(weights.items())
        self.sequences = collections.defaultdict(set)
        for i, (ops, _) in enumerate(self.runs):
            for length in (2, 3):
                for at in range(len(ops) - length + 1):
                    if can_fuse(ops[at:at + length], self.glue):
                        self.sequences[ops[at:at + length]].add(i)

    def cost(self, table, runs=None):
        chosen = self.runs if runs is None else (self.runs[i] for i in runs)
        return sum(weight * dispatches(ops, table) for ops, weight in chosen)

    def gain(self, pair, table):
        """Dispatches that `pair` saves in all runs when it joins the table."""
        runs = self.sequences[pair]
        return self.cost(table, runs) - self.cost(table | {pair}, runs)

    def loss(self, pair, table):
        runs = self.sequences.get(pair, ())
        return self.cost(table - {pair}, runs) - self.cost(table, runs)


def propose(work, table, limit, least):
    """Greedy: the best pair, then the best beside it, ... A pair's gain only shrinks as the table
    grows (nearly always), so that an old gain that is too small needs no second look."""
    gains = {pair: work.gain(pair, table) for pair in work.sequences if pair not in table}
    chosen = []
    while gains and len(chosen) < limit:
        fresh = set()
        while True:
            pair = max(gains, key=gains.get)
            if pair in fresh:
                break
            gains[pair] = work.gain(pair, table)
            fresh.add(pair)
        gain = gains.pop(pair)
        if gain < least:
            break
        table = table | {pair}
        chosen.append((pair, gain))
    return chosen, table


def report(profiles, limit, least):
    work, table = Work(profiles), fused_now()
    none, now = work.cost(frozenset()), work.cost(table)
    print("%d profiles; an instruction takes %.4f dispatches with cpu/fuse.def's %d pairs (%.4f "
          "without)" % (len(profiles), now / none, len(table), 1.0))
    print("\npairs of cpu/fuse.def, by dispatches saved in percent of all instructions:")
    for pair in sorted(table, key=lambda p: -work.loss(p, table)):
        print("  %6.2f  %s" % (100 * work.loss(pair, table) / none,
                               line_of(pair, collections.defaultdict(lambda: "F", work.glue))))
    chosen, best = propose(work, table, limit, least / 100)
    print("\npairs that it lacks, each beside those above it:")
    for pair, gain in chosen:
        print("  %6.2f  %s" % (100 * gain / none, line_of(pair, work.glue)))
    print("\nwith them: %.4f dispatches an instruction" % (work.cost(best) / none))


# ---- measuring ----


def rounds_divided(program, share):
    """The same program with its rounds (the first number of its command) divided."""
    words = program.guest.split()
    n = next((i for i, word in enumerate(words) if word.isdigit()), None)
    if n is not None and program.kind not in ("cold", "io"):
        words[n] = str(max(1, int(words[n]) // share))
    return program._replace(guest=" ".join(words))


def measure(o, folder):
    programs = [p for p in basket.PROGRAMS
                if not o.only or p.name in o.only or p.kind in o.only]
    kernel = o.kernel or os.path.join(console.guest("linux.sh"), "vmlinux")
    plain = o.initrd or os.path.join(console.guest("initramfs.sh"), "initramfs.cpio.gz")
    built = build.programs(any(p.kind == "cold" for p in programs))
    initramfs = os.path.join(folder, "initramfs.gz")
    build.write_initramfs(plain, built, initramfs)
    drives = machines.make_drives(folder)
    socket = os.path.join(folder, "monitor")
    guest = machines.ppcemu(kernel, initramfs, drives["ppcemu"], [
        "-d", "ops", "-D", os.devnull, "-monitor", "unix:%s,server,nowait" % socket])
    profiles = []
    try:
        ask = monitor.Line(socket)
        if not o.only or "boot" in o.only:
            profiles.append(("boot", "boot", ask("info opcount")))
        guest.settle()
        for p in programs:
            if p.before:
                guest.console.run(p.before, machines.RUN_SECONDS)
            ask("perf_reset")
            guest.console.run(rounds_divided(p, o.share).guest, machines.RUN_SECONDS)
            profiles.append((p.name, p.kind, ask("info opcount")))
            print("fuse_profile: " + p.name, file=sys.stderr, flush=True)
    finally:
        guest.close()
    return profiles


def options():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--profiles", nargs="+")
    p.add_argument("--save")
    p.add_argument("--only", type=lambda s: s.split(","), default=[])
    p.add_argument("--share", type=int, default=20)
    p.add_argument("--limit", type=int, default=40)
    p.add_argument("--least", type=float, default=0.05)
    p.add_argument("--kernel")
    p.add_argument("--initrd")
    return p.parse_args()


def saved(name):
    """A profile's class stands in its file name: CLASS.NAME.txt; otherwise it is one of its own."""
    words = os.path.basename(name).split(".")
    with open(name) as f:
        return Profile(words[-2] if len(words) > 1 else words[0], words[0], f.read())


def main():
    o = options()
    if o.profiles:
        report([saved(name) for name in o.profiles], o.limit, o.least)
        return
    with console.scratch() as folder:
        texts = measure(o, folder)
    if o.save:
        os.makedirs(o.save, exist_ok=True)
        for name, kind, text in texts:
            with open(os.path.join(o.save, "%s.%s.txt" % (kind, name)), "w") as f:
                f.write(text)
    report([Profile(*x) for x in texts], o.limit, o.least)


if __name__ == "__main__":
    main()
