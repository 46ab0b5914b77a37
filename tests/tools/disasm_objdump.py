#!/usr/bin/env python3
"""Compares `ppcemu-test decode` with GNU objdump's raw mnemonics, for legal words of every record.

  disasm_objdump.py [--cpu 7457|970] [--words N] [--seed S] [--verbose]

Of every record: operand fields all zero, all one, each field alone all ones, and random ones; at least N words altogether
(default 200000; a nightly run asks for 10^7). objdump has no 970: its power4 with AltiVec has the same instructions. Without powerpc-linux-gnu-objdump it says so and fails.
"""
import argparse
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OBJDUMP = "powerpc-linux-gnu-objdump"
BASE = 0x1000
CHUNK = 40000

# where an operand token's bits are, as a mask of the word
TOKENS = {
    "rD": 0x03E00000, "TO": 0x03E00000, "crfD": 0x03800000, "STRM": 0x00600000, "T1": 0, "rA": 0x001F0000,
    "rA0": 0x001F0000, "crfS": 0x001C0000, "rB": 0x0000F800, "rC": 0x000007C0, "ME": 0x0000003E, "L": 0,
    "LSYNC": 0, "BH": 0, "SI": 0xFFFF, "UI": 0xFFFF, "SIS": 0xFFFF, "UIS": 0xFFFF, "BD": 0xFFFC, "LI": 0x03FFFFFC, "DS": 0xFFFC, "SH6": 0xF802, "MB6": 0x7E0,
    "LEV": 0, "SPR": 0x001FF800, "TBR": 0, "CRM": 0x000FF000, "FM": 0x01FE0000, "SR": 0x000F0000,
    "IMM": 0x0000F000, "L15": 0x00010000, "SIMM": 0x001F0000, "UIMM": 0x001F0000, "SHB": 0x000003C0, "LZ": 0,
}
for _a, _b in (("rS fD fS vD vS BO crbD", "rD"), ("fA vA BI crbA", "rA"), ("fB vB crbB SH NB", "rB"), ("fC vC MB", "rC")):
    for _t in _a.split():
        TOKENS[_t] = TOKENS[_b]
VARIANT_BITS = {"N": 0, "1": 0, "R": 1, "OR": 0x401, "L": 1, "LA": 3, "V": 0x400}
FORM_SHIFT = {"FORM_X": 1, "FORM_XL": 1, "FORM_XFX": 1, "FORM_XFL": 1, "FORM_XO": 1, "FORM_A": 1, "FORM_VX": 0,
              "FORM_VA": 0, "FORM_VC": 0, "FORM_SC": 1, "FORM_MD": 2, "FORM_MDS": 1, "FORM_XS": 2}
DIALECT = {"7457": "7450,raw", "970": "power4,altivec,raw"}
MACHINE = {"7457": "powerpc:common", "970": "powerpc:common64"}
NOT_IN_POWER4 = {"mtsr", "mtsrin", "mfsr", "mfsrin", "mftb", "hrfid"}   # tests/nightly/valid_set.list says why

# Differences that stay, each with its reason. fn(ours, theirs, word): the text of ours as objdump writes it.
ACCEPTED = {}


def accepted(names, reason):
    def deco(fn):
        for n in names.split():
            ACCEPTED[n] = (reason, fn)
        return fn
    return deco


@accepted("sync sc lwarx ldarx dcbf dcbt dcbtst tlbie tlbiel fres frsqrte mfcr bclr bcctr",
          "raw mnemonics show an operand of later architectures (L, LEV, EH, FXM, BH ...) that a G4 does not have")
def _(mine, theirs, word):
    return mine + (" 0" if " " not in mine else ",-1" if mine.startswith("mfcr") else ",0")


@accepted("lswi stswi", "NB = 0 means 32 bytes: objdump shows the count, we the field; as takes both")
def _(mine, theirs, word):
    return re.sub(r",0$", ",32", mine)


@accepted("mtfsfi", "the manual calls the target crfD; objdump shows its number; as takes both")
def _(mine, theirs, word):
    return mine.replace(" cr", " ")


@accepted("b bc", "objdump shows addresses in a raw binary with 32 bits")
def _(mine, theirs, word):
    return mine.replace("0xffffffff", "0x")


def records(cpu):
    lacks = "PPC_F_NEVER PPC_F_WRTEE " + ("PPC_F_64" if cpu == "7457" else "PPC_F_32 PPC_F_74XX PPC_F_745X")
    out = []
    for f in ("int", "fp", "vec", "64"):
        with open(os.path.join(TOP, "cpu", f"insn_{f}.def")) as src:
            for line in src:
                m = re.match(r'INSN\(\s*(\w+)\s*,\s*(\w+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\w+)\s*,\s*\w\s*,'
                             r'\s*"([^"]*)"\s*,[^,]*,\s*(\w+)\s*\)', line)
                if m and m[7] not in lacks.split() and not (cpu == "970" and m[1] in NOT_IN_POWER4):
                    out.append(m.groups())
    return out


def base_word(rec):
    name, form, op, xo, var, syntax, _ = rec
    w = int(op) << 26 | int(xo) << FORM_SHIFT.get(form, 0)
    if var == "1":
        w |= 1
    if "T1" in syntax.split(","):
        w |= 1 << 25
    return w


def fields(rec):
    """Masks of the operand fields and variant bits."""
    tokens = [t for t in re.split(r"[,()]", rec[5]) if t]
    masks = [TOKENS[t] for t in tokens if TOKENS[t]]
    v = VARIANT_BITS[rec[4]]
    return masks + [1 << b for b in range(32) if v >> b & 1]


VALID_BO = {0, 2, 4, 8, 10, 12, 16, 18, 20}   # and 1, 3, ..., 19 whose last bit is a hint before the 970


def legal(rec, w, wide):
    """False for the forms that the architecture calls invalid: objdump shows those as data."""
    name, rd, ra, rb = rec[0], w >> 21 & 31, w >> 16 & 31, w >> 11 & 31
    if name in ("bc", "bclr", "bcctr"):
        return (rd in VALID_BO or not wide and rd != 21 and rd & ~1 in VALID_BO) and (name != "bcctr" or rd & 4)   # z bits 0; bcctr may not count
    if name == "mftb":
        return (rb << 5 | ra) in (268, 269)
    if name.startswith("vsplt") and name[5] in "bhw":
        return ra < {"b": 16, "h": 8, "w": 4}[name[5]]
    if (rec[1] in ("FORM_D", "FORM_DS") and name.endswith("u") or name.endswith("ux")) and name[0] in "ls":
        return ra != 0 and not (name[0] == "l" and name[1] != "f" and ra == rd)
    if name == "lmw":
        return ra < rd
    if name == "lswi":
        last = rd + ((rb or 32) + 3) // 4 - 1
        return not (rd <= ra <= last or ra <= last - 32)
    if name == "lswx":
        return rd not in (ra, rb)
    return True


def sample(rec, n, rnd, wide):
    base, masks = base_word(rec), fields(rec)
    every = 0
    for m in masks:
        every |= m
    words = [base, base | every] + [base | m for m in masks] + [base | every & ~m for m in masks]
    if rec[0] == "mftb":
        words = [base | rnd.getrandbits(5) << 21 | tbr << 16 | 8 << 11 for tbr in (12, 13) for _ in range(n // 2 + 1)]
    words = [w for w in words if legal(rec, w, wide)]
    while len(words) < n:
        w = base | rnd.getrandbits(32) & every
        if legal(rec, w, wide):
            words.append(w)
    return words


def ours(tool, cpu, words, pc):
    out = subprocess.run([tool, "decode", "--cpu", cpu, "--pc", hex(pc)] + [f"{w:08x}" for w in words],
                         capture_output=True, text=True, check=True).stdout.splitlines()
    return [line[10:] for line in out]


def theirs(cpu, words, pc):
    with tempfile.NamedTemporaryFile(suffix=".bin") as f:
        f.write(struct.pack(f">{len(words)}I", *words))
        f.flush()
        out = subprocess.run([OBJDUMP, "-D", "-z", "-EB", "-b", "binary", "-m", MACHINE[cpu], "-M", DIALECT[cpu],
                              f"--adjust-vma={pc}", f.name], capture_output=True, text=True, check=True).stdout
    return [line.split("\t", 2)[2] for line in out.splitlines() if re.match(r"\s*[0-9a-f]+:\t", line)]


CR_BITS = {"lt": 0, "gt": 1, "eq": 2, "so": 3}


def objdump_text(s):
    """objdump's spelling of a line: one blank, no symbol, condition bits as numbers."""
    s = re.sub(r"\s*<[^>]*>", "", s).strip()
    s = re.sub(r"\s+", " ", s)
    s = re.sub(r"\b4\*cr(\d)\+(lt|gt|eq|so)\b", lambda m: str(4 * int(m[1]) + CR_BITS[m[2]]), s)
    s = re.sub(r"(?<=[ ,])(lt|gt|eq|so)\b", lambda m: str(CR_BITS[m[1]]), s)
    return s


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--cpu", choices=DIALECT, default="7457")
    p.add_argument("--words", type=int, default=200000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    if not shutil.which(OBJDUMP):
        print(f"disasm_objdump: {OBJDUMP} is not installed (Debian: binutils-powerpc-linux-gnu): NOT TESTED")
        return 1
    tool = os.path.join(os.environ.get("PPCEMU_BUILD", os.path.join(TOP, "build")), "ppcemu-test")
    rnd = random.Random(a.seed)
    recs = records(a.cpu)
    work = []
    for r in recs:
        work += [(r[0], w) for w in sample(r, -(-a.words // len(recs)), rnd, a.cpu == "970")]
    bad, by_reason, shown = 0, {}, {}
    for i in range(0, len(work), CHUNK):
        part = work[i:i + CHUNK]
        words = [w for _, w in part]
        for (name, w), x, y in zip(part, ours(tool, a.cpu, words, BASE), theirs(a.cpu, words, BASE), strict=True):
            y = objdump_text(y)
            if x == y:
                continue
            if name in ACCEPTED and ACCEPTED[name][1](x, y, w) == y:
                by_reason[ACCEPTED[name][0]] = by_reason.get(ACCEPTED[name][0], 0) + 1
                continue
            bad += 1
            shown[name] = shown.get(name, 0) + 1
            if shown[name] <= (20 if a.verbose else 2):
                print(f"FAIL {name} {w:08x}: ours '{x}', objdump '{y}'")
    for reason, n in by_reason.items():
        print(f"accepted, {n} words: {reason}")
    print(f"{len(work)} words of {len(recs)} records, {bad} differ (seed {a.seed})")
    return 1 if bad or not work else 0


if __name__ == "__main__":
    sys.exit(main())
