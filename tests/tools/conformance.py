#!/usr/bin/env python3
"""Writes docs/conformance.md:  conformance.py [--check] [VECTOR-FILE...]

Runs every vector of tests/insn (and the files named, or ../shared/vectors when that folder exists) through
$PPCEMU_BUILD/ppcemu-test, counts them by group of instructions, and adds the measured nightly runs of
tests/nightly/results.tsv and the decisions below. --check: only says whether a case fails that is not listed.
"""
import collections
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "insn"))
from oracle import is_32bit, records  # noqa: E402

GROUPS = [  # name, pattern of records, what they are checked against
    ("integer arithmetic", r"(add|subf|neg|mul|div)\w*", "literal Python reference (tests/insn/oracle_int.py); C reference in bulk (tests/nightly/int_ref.c)"),
    ("logic, rotate, shift", r"(and|or|xor|nand|nor|eqv|ext|cnt|rlw|sl|sr)[a-z]*(_rc)?", "the same two references"),
    ("compare, trap", r"cmp\w*|tw|twi", "Python reference; compares also in bulk"),
    ("condition register", r"cr\w+|mcrf|mcrxr|mfcr|mtcrf", "the same two references"),
    ("branch", r"b|bc|bclr|bcctr", "Python reference: every BO, LR, CTR, targets"),
    ("integer load, store", r"l[bhw]\w*|lmw|lsw\w*|st[bhw]\w*|stmw|stsw\w*", "Python reference over bytes"),
    ("cache, synchronisation", r"dcb\w+|icbi|sync|eieio|isync", "Python reference"),
    ("system, external control", r"sc|rfi|wrteei?|mtmsr|mfmsr|mtspr|mfspr|mftb|mts\w+|mfs(r|rin)|tlb\w+|e[ci]\w+wx", "Python reference: SRR0, SRR1, MSR, DSISR, DAR"),
    ("FP arithmetic", r"f(n?m(add|sub)|add|sub|mul|div|sqrt)s?|fres|frsqrte", "exact fractions (fp.vec); MPFR in bulk with full FPSCR (tests/nightly/fp_mpfr.c)"),
    ("FP convert, round, select", r"frsp|fcti\w+|fcfid|fsel", "exact fractions; MPFR; all singles (tests/nightly/singles.c)"),
    ("FP move, compare, FPSCR", r"fmr|fneg|fn?abs|fcmp\w|mffs|mcrfs|mtfs\w+", "exact fractions and bit tables"),
    ("FP load, store", r"lf\w+|stf\w+", "bit tables (PEM appendix D)"),
    ("AltiVec integer", r"v(add|sub|mul|avg|max|min|cmp|rl|sl|sr|sra|and|or|xor|nor|sum|msum|mh|mladd)\w*", "Python per element (tests/insn/oracle_vec.py); C per element in bulk (tests/unit/test_vec.c)"),
    ("AltiVec permute", r"v(perm|sel|sld|splt|mrg|pk|upk)\w*", "the same two references"),
    ("AltiVec float", r"v\w*fp|vrfi\w|vcf\w+|vct\w+", "exact fractions per element; C in bulk"),
    ("AltiVec load, store, VSCR, streams", r"lv\w+|stv\w+|dst\w*|dss\w*|m[ft]vscr", "Python reference"),
]

REASONS = {  # tag -> why the expected value need not be a 74xx's
    "fsqrt": "the recording chip has fsqrt and fsqrts; MPC7450UM 2.3 lists them among the optional instructions that the chip does not have: "
             "illegal instruction",
    "power5": "popcntb came with POWER5 (Power ISA 2.02); a 74xx takes the illegal instruction exception",
    "estimate": "the architecture fixes only the precision of estimates (ALTIVECPEM 6: 1/32 for vlogefp); the tables of the 74xx are not "
                "published, we give the correctly rounded value",
    "undef": "the architecture leaves the result open",
    "doubtful": "the source itself marks the case",
    "ppc-adjusted": "the source changed the value for the trap-enabled form",
}

DECISIONS = """
| what | the sources | what ppcemu does |
| --- | --- | --- |
| fres on the 745x | 750's table is known (Gekko read-outs); Valgrind's recordings have another value for 0.5 + 1 ulp | 750 family: the table; 745x: correctly rounded. UNVERIFIED |
| frsqrte, vrefp, vrsqrtefp, vexptefp, vlogefp | manual: precision only; no published tables for the 74xx | frsqrte: the 750's table; the others correctly rounded. UNVERIFIED |
| divw, divwu by 0, and 0x80000000 / -1 | manual: undefined; DingusPPC's cases (from a chip) have sign bits and 0 | sign bits of the dividend; 0 for divwu |
| single-precision arithmetic on operands that are no singles | PEM 3.3.5: undefined; measured on the 750: frC is cut to 25 bits | as measured; the bulk tests use singles only |
| FPRF after frsp with an enabled underflow that stays below the single range | PEM 3.3.6.2.2 says normalised; the value is not | normalised, as written |
| FR after a disabled overflow | PEM 3.3.6.2.1: undefined | 0; not compared |
| upper word of mffs, fctiw, fctiwz | undefined; the 74xx has FFF8 there (DingusPPC, Valgrind) | FFF80000, and the sign of a zero in bit 31 of fctiw's |
| stwcx. to another address than lwarx | PEM: may or may not store; MPC7450UM 3.3.3.3: only the reservation bit counts | stores when the bit is set |
| bcctr that counts CTR down | invalid form | counts, then goes to the new CTR. UNVERIFIED |
| dcba | PEM: contents undefined; 745x: zero | zero |
| reserved bits in instructions | QEMU: illegal; MPC7450UM 2.3.1.1: boundedly undefined, without a gain of privilege | ignored in every record; so mffsl reads the whole FPSCR |
| fixed bits in instructions: bit 31 of stwcx. and stdcx., bit 30 of sc | MPC7450UM 2.3.1.3: all unused extended opcodes are illegal, primary opcode 17 has some | part of the opcode: illegal instruction when 0 |
| other invalid forms (valid_set.list has them all): update with rA = 0 or rA = rD, lmw, lswi and lswx over their base, BO's z bits, L = 1 in compares | PEM 4.1.3: boundedly undefined | executed as the register-transfer text reads; rA = 0 of an update form is r0; rA takes the address last; L and z bits are ignored |
| vspltb, vsplth, vspltw with an element that is not there | ALTIVECPEM 6: undefined | the field's lower bits count |
| rfi and MSR[ILE] | QEMU restored it (issue 2662); PEM 8: bits 0, 5-9, 16-23, 25-27, 30-31 only | not restored |
| denormalised operands in AltiVec Java mode | MPC7400UM 4.6.16: mostly vector 1600, for software to finish, "for some instructions the exact result without trapping"; which ones is not modelled; ALTIVECPEM gives the result | the result, without the exception: what a guest sees after its handler |
| plain accesses to direct-store segments (T = 1) | PEM 7.7: DSISR[0]; MPC7400UM table 5-4, MPC7448's priorities: DSISR[5], also for floating point (PEM: alignment) | DSI with DSISR[5] for every data access |
| dcbz with the data cache off or locked, or on a write-through page; lwarx and stwcx. there | MPC7400UM 4.6.6, 4.6.3: alignment; DSI with DSISR[5] | so; the firmware and ppcemu-test start with the caches on |
| trace on isync | PEM: taken; MPC7400UM table 4-2: not taken | not taken |
| performance monitor | MPC7450UM chapter 11: some 200 events | cycles (one an instruction) and completed instructions; other events count 0; MMCR0[TBEE] is logged |
| thermal assist unit | MPC750UM 10.3 | 40 degrees always; vector 1700 while an enabled threshold is crossed |
| software table search of the 745x | MPC7450UM 5.5.5 | TLB of 64 sets of 2, PTEHI, PTELO, TLBMISS, vectors 1000, 1100, 1200. UNVERIFIED: SRR1[12] is the key, as on the 603e |
| lswx with a count of 0 | rD undefined | rD unchanged |
"""


def group_of(name):
    for g, pattern, _ in GROUPS:
        if g.startswith(("AltiVec integer",)) and re.fullmatch(r"v\w*fp|vrfi\w|vs(el|ld)\w*|vsplt\w*", name):
            continue
        if re.fullmatch(pattern, name) and (name[0] != "v" or g.startswith("AltiVec")):
            if g.startswith("integer load") and re.match(r"lv|lf|stv|stf", name):
                continue
            return g
    return None


def rows(path):
    op = gzip.open if path.endswith(".gz") else open
    with op(path, "rt") as f:
        for line in f:
            if line.strip():
                yield json.loads(line)


ALIAS = {"li": "addi", "lis": "addis", "mr": "or", "not": "nor", "sub": "subf", "subc": "subfc", "nop": "ori", "mtxer": "mtspr"}


def record_of(insn, names):
    """The record that a vector's "insn" belongs to: "addo.", "addic.", "vcmpequb."."""
    plain = insn.lower().replace("_rc", "").rstrip(".")
    for n in (insn.replace(".", "_rc"), plain, plain[:-1] if plain.endswith("o") else plain, ALIAS.get(plain, plain)):
        if n in names:
            return n
    return None


def run_vectors(tool, files):
    """(summary line of each file, differing cases as (file, name, insn, tags, reason))."""
    with tempfile.NamedTemporaryFile("r", suffix=".tsv") as fail:
        out = subprocess.run([tool, "vectors", "--cpu", "7457", "--fail-list", fail.name] + files, capture_output=True, text=True)
        if out.returncode > 1:
            sys.exit(out.stderr)
        return out.stdout.splitlines(), [line.rstrip("\n").split("\t") for line in fail]


def count(files, names):
    per, other = collections.Counter(), collections.Counter()
    for f in files:
        for j in rows(f):
            r = record_of(j.get("insn", ""), names)
            g = group_of(r) if r else None
            (per if g else other)[g or j.get("insn", "?")] += 1
    return per, other


def nightly():
    path = os.path.join(TOP, "tests", "nightly", "results.tsv")
    lines = ["| run | against | cases | differences | seed | CPU time |", "| --- | --- | --- | --- | --- | --- |"]
    with open(path) as f:
        for line in f:
            if line.strip() and line[0] != "#":
                lines.append("| " + " | ".join(line.rstrip("\n").split("\t")) + " |")
    return "\n".join(lines)


def recorded(name):
    """What a nightly run has printed, as it was."""
    with open(os.path.join(TOP, "tests", "nightly", name)) as f:
        return "```\n" + f.read().strip("\n") + "\n```"


def pending(tool):
    out = []
    for p in sorted(glob.glob(os.path.join(TOP, "tests", "insn", "pending", "*.vec"))):
        _, differ = run_vectors(tool, [p])
        rule = next(rows(p)).get("manual", "")
        if differ:
            out.append(f"- {os.path.basename(p)}: {len(differ)} of {sum(1 for _ in rows(p))} rows differ. {rule}.")
    return "\n".join(out) or "None."


def main():
    args = [a for a in sys.argv[1:] if a != "--check"]
    tool = os.path.join(os.environ.get("PPCEMU_BUILD", os.path.join(TOP, "build")), "ppcemu-test")
    own = sorted(glob.glob(os.path.join(TOP, "tests", "insn", "*.vec")))
    wide = [f for f in own if next(rows(f))["bits"] == 64]
    own = [f for f in own if f not in wide]
    regress = sorted(glob.glob(os.path.join(TOP, "tests", "insn", "regress", "*.vec")))
    shared = args or sorted(glob.glob(os.path.join(TOP, "..", "shared", "vectors", "*.gz")))
    wide += [f for f in shared if os.path.basename(f).startswith("vg64")]
    shared = [f for f in shared if f not in wide]
    recs = [r for r in records() if is_32bit(r)]
    names = {r[0] for r in records()}
    lines, differ = run_vectors(tool, own + regress + shared)
    wide_lines, wide_differ = run_vectors(tool, wide)
    bad = [d for d in differ + wide_differ if d[3] == "-"]
    if "--check" in sys.argv:
        print(f"{lines[-1]}; 64 bits: {wide_lines[-1]}; tagged cases that differ: {len(differ + wide_differ) - len(bad)}")
        return 1 if bad else 0
    own_n, _ = count(own + regress, names)
    sh_n, rest = count(shared, names)
    per_rec = collections.Counter(group_of(r[0]) for r in recs)
    assert None not in per_rec, [r[0] for r in recs if not group_of(r[0])]
    o = ["# Conformance", "",
         "What was checked of the 32-bit models (7457 unless said otherwise), against what, and what is left. Written by",
         "tests/tools/conformance.py; do not edit. PEM: Programming Environments Manual; ALTIVECPEM: its AltiVec part; MPC7450UM: the",
         "chip's manual. Every vector runs on the portable and on the threaded core, and both must give the expected state.", "",
         "## Vectors by group of instructions", "",
         "| group | records | own rows | other suites | checked against |", "| --- | --- | --- | --- | --- |"]
    for g, _, how in GROUPS:
        o.append(f"| {g} | {per_rec[g]} | {own_n[g]} | {sh_n[g]} | {how} |")
    o += [f"| all | {len(recs)} | {sum(own_n.values())} | {sum(sh_n.values())} | |", "",
          f"Every record has at least 8 rows (tests/insn/coverage.py). {sum(rest.values())} cases of other suites are named after simplified "
          "mnemonics or instructions of other chips and not counted above.", "", "## Files", ""]
    for line in lines[:-1]:
        if re.match(r"\S+: \d+ passed", line) and not any(line.startswith(os.path.basename(r)) for r in regress):
            o.append("- " + line)
    o += [f"- regress/: {len(regress)} files, one a public thread or a bug found here (tests/insn/gen_regress.py names thread and paragraph): "
          f"{sum(1 for f in regress for _ in rows(f))} rows", f"- together: {lines[-1]}", "",
          "## 64 bits", "", f"The 970's {sum(1 for r in records() if not is_32bit(r))} records of its own, at least 8 rows each, and the "
          "common ones at their full width; against", "literal Python references over integers (tests/insn/gen_64.py, gen_64sys.py):", ""]
    o += ["- " + line for line in wide_lines[:-1] if re.match(r"\S+: \d+ passed", line)] + ["", "## Cases that differ, and why", ""]
    if bad:
        o += [f"- **{d[0]} {d[1]}**: {d[4]}" for d in bad]
    tags = collections.Counter((d[2], d[3]) for d in differ if d[3] != "-")
    for (insn, tag), n in sorted(tags.items()):
        o.append(f"- {insn}, tag {tag}: {n} cases. " + "; ".join(REASONS.get(t, "other") for t in tag.split(",")) + ".")
    o += ["", "Known bugs, with rows that fail (tests/insn/pending/):", "", pending(tool), "",
          "## Where sources disagree", DECISIONS, "## Bulk runs", "",
          "tests/nightly/run.sh; the figures of the last recorded runs (tests/nightly/results.tsv):", "", nightly(), "",
          "Before MPFR's answer counts, operands of single-precision arithmetic are rounded to singles; FR after an overflow and FPRF after",
          "a conversion are undefined and left out. The integer reference takes the undefined quotients from the table above.", "",
          "## Random programs against qemu-ppc", "",
          "tests/nightly/qemu.sh: QEMU 7.2's user-mode emulation, -cpu 7447a, against the threaded core; all registers and the data are",
          "compared. Instructions that differ, each by the entry of the reviewed list (tests/nightly/qemu_known.c) that explains all of its",
          "bits; several entries may explain one instruction:", "", recorded("qemu.txt"), "",
          "Not made: traps, system calls, enabled floating-point exceptions, NI = 1, invalid forms, VRSAVE, time base.", "",
          "## Coverage", "",
          "tests/nightly/coverage.sh: gcov, all tests of cpu/ and mmu/ but the Linux guests. A line or a direction of a branch counts once,",
          "whichever register width or glue runs it; cpu/exec_tail.c needs optimisation, so that its branches would be the compiler's and",
          "are not counted. The tests are built with -O0, where every condition of && and || is a branch of its own.", "",
          recorded("coverage.txt"), "",
          "## The price of the second width", "",
          "tests/nightly/width_cost.sh: a bare 32-bit program at the commit before the second width and at the one that brought it; host",
          "instructions by valgrind, CPU time the best of seven, interleaved:", "", recorded("width_cost.txt"), ""]
    with open(os.path.join(TOP, "docs", "conformance.md"), "w") as f:
        f.write("\n".join(o))
    print(f"docs/conformance.md: {lines[-1]}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
