"""Rows for integer64.vec: the doubleword records (cpu/insn_64.def) that problem state can run, and the word
instructions whose 64-bit form differs. The semantics are chapter 8 of the 64-bit PEM written down once more."""
import json
import random

import gen_64sys

M64, M32, TOP = (1 << 64) - 1, (1 << 32) - 1, 1 << 63
EDGE = [0, 1, M32, 1 << 32, TOP, M64, TOP - 1, 0x80000000, 0x7FFFFFFF, 0x123456789ABCDEF0]
PAIRS = [(0, 0), (M64, 1), (TOP - 1, 1), (TOP, M64), (1 << 32, 1 << 32), (M32, M32), (0x80000000, 2), (7, M64 - 2),
         (0xFEDCBA9876543210, 0x123456789ABCDEF), (TOP, TOP)]
SHIFTS = [0, 1, 31, 32, 33, 63, 64, 127]
DATA = bytes.fromhex("80818283848586877f01020304050607")
AT = 0x4000


def s64(x):
    return x - (1 << 64) if x & TOP else x


def s32(x):
    x &= M32
    return x - (1 << 32) if x >> 31 else x


def rotl(x, n):
    n &= 63
    return (x << n | x >> (64 - n)) & M64


def mask(mb, me):
    """Ones from bit mb to bit me (bit 0 is the highest), around the end when mb > me."""
    bit = mb
    m = 0
    while True:
        m |= 1 << (63 - bit)
        if bit == me:
            return m
        bit = (bit + 1) & 63


class Rows:
    def __init__(self):
        self.lines, self.count = [], {}

    def row(self, insn, code, state, out, **more):
        n = self.count[insn] = self.count.get(insn, 0) + 1
        def fmt(d):
            return {k: v if isinstance(v, (dict, str)) else f"{v:x}" for k, v in d.items()}
        self.lines.append(json.dumps({"name": f"{insn}/64-{n}", "suite": "integer64", "insn": insn, "bits": 64,
                                      "code": [f"{c:08x}" for c in code], "in": fmt(state), "out": fmt(out), **more},
                                     separators=(",", ":")))

    def save(self, path):
        with open(path, "w") as f:
            f.write("\n".join(self.lines) + "\n")


def alu(w, insn, word, state, result, rc, ca=None, ov=None):
    """A result in r3, with CR0 and XER; xer holds CA before."""
    xer = state.get("xer", 0)
    if ca is not None:
        xer = xer & ~0x20000000 | ca << 29
    if ov is not None:
        xer = xer & ~0x40000000 | ov << 30 | ov << 31
    cr = 0x12345678
    if rc:
        v = s64(result)
        cr = cr & 0x0FFFFFFF | ((8 if v < 0 else 4 if v else 2) | xer >> 31) << 28
    w.row(insn, [word | rc], dict(state, cr=0x12345678), {"r3": result, "cr": cr, "xer": xer})


def xform(xo, d, a, b):
    return 31 << 26 | d << 21 | a << 16 | b << 11 | xo << 1


def arithmetic(w):
    for i, (a, b) in enumerate(PAIRS):
        for oe in (0, 1):
            rc, state = i & 1, {"r4": a, "r5": b, "xer": (0, 0x20000000, 0xC0000000)[i % 3]}
            p = s64(a) * s64(b)
            alu(w, "mulld", xform(233, 3, 4, 5) | oe << 10, state, p & M64, rc, ov=int(p != s64(p & M64)) if oe else None)
            for name, xo, signed in (("divd", 489, True), ("divdu", 457, False)):
                x, y = (s64(a), s64(b)) if signed else (a, b)
                if y == 0 or (x, y) == (-TOP, -1):
                    continue   # undefined: the OV bit alone is tested below
                q = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
                alu(w, name, xform(xo, 3, 4, 5) | oe << 10, state, q & M64, rc, ov=0 if oe else None)
            xer = state["xer"]
            for name, xo, t in (("add", 266, s64(a) + s64(b)), ("subf", 40, s64(b) - s64(a))):
                alu(w, name, xform(xo, 3, 4, 5) | oe << 10, state, t & M64, rc, ov=int(t != s64(t & M64)) if oe else None)
            for name, xo, t in (("addc", 10, a + b), ("adde", 138, a + b + (xer >> 29 & 1)), ("subfc", 8, (a ^ M64) + b + 1),
                                ("subfe", 136, (a ^ M64) + b + (xer >> 29 & 1))):
                sa = s64(a) if name[0] == "a" else s64(a ^ M64)
                carry = t - (a if name[0] == "a" else a ^ M64) - b
                total = sa + s64(b) + carry
                alu(w, name, xform(xo, 3, 4, 5) | oe << 10, state, t & M64, rc, ca=t >> 64,
                    ov=int(total != s64(total & M64)) if oe else None)
        alu(w, "mulhd", xform(73, 3, 4, 5), state, s64(a) * s64(b) >> 64 & M64, rc)
        alu(w, "mulhdu", xform(9, 3, 4, 5), state, a * b >> 64, rc)
        p = s32(a) * s32(b)
        alu(w, "mullw", xform(235, 3, 4, 5), state, p & M64, rc)
    w.row("divd", [xform(489, 3, 4, 5) | 1 << 10], {"r4": 5, "r5": 0}, {"xer": 0xC0000000})
    w.row("divd", [xform(489, 3, 4, 5) | 1 << 10], {"r4": TOP, "r5": M64}, {"xer": 0xC0000000})
    w.row("divdu", [xform(457, 3, 4, 5) | 1 << 10], {"r4": 5, "r5": 0}, {"xer": 0xC0000000})


def one_operand(w):
    for i, a in enumerate(EDGE):
        state, rc = {"r4": a}, i & 1
        alu(w, "cntlzd", xform(58, 4, 3, 0), state, 64 - a.bit_length(), rc)
        alu(w, "cntlzw", xform(26, 4, 3, 0), state, 32 - (a & M32).bit_length(), rc)
        alu(w, "extsw", xform(986, 4, 3, 0), state, s32(a) & M64, rc)
        alu(w, "neg", xform(104, 3, 4, 0) | 1 << 10, state, -a & M64, rc, ov=int(a == TOP))


def shifts(w, rnd):
    for i, n in enumerate(SHIFTS * 2):
        a, rc = (EDGE + [rnd.getrandbits(64)] * 6)[i], i & 1
        state = {"r4": a, "r5": n | rnd.getrandbits(32) << 32, "xer": 0x20000000 * (i >> 1 & 1)}
        alu(w, "sld", xform(27, 4, 3, 5), state, (a << n) & M64, rc)
        alu(w, "srd", xform(539, 4, 3, 5), state, a >> n, rc)
        lost = a & ((1 << n) - 1)
        alu(w, "srad", xform(794, 4, 3, 5), state, (s64(a) >> n) & M64, rc, ca=int(a >= TOP and lost != 0))
        n5 = n & 63
        lost = a & ((1 << n5) - 1)
        alu(w, "sradi", 31 << 26 | 4 << 21 | 3 << 16 | (n5 & 31) << 11 | 413 << 2 | n5 >> 5 << 1, state,
            (s64(a) >> n5) & M64, rc, ca=int(a >= TOP and lost != 0))
        for name, op, xo, me in (("slw", a << n5 & M32, 24, 0), ("srw", (a & M32) >> n5, 536, 0)):
            alu(w, name, xform(xo, 4, 3, 5), dict(state, r5=n5), op, rc)
        lost = a & M32 & ((1 << n5) - 1)
        alu(w, "sraw", xform(792, 4, 3, 5), dict(state, r5=n5), (s32(a) >> n5) & M64, rc,
            ca=int(s32(a) < 0 and lost != 0))


def rotates(w, rnd):
    sixes = [(0, 0), (1, 63), (32, 32), (63, 0), (31, 33), (40, 50), (8, 8), (63, 63)]
    for i, (sh, mb) in enumerate(sixes + [(rnd.randrange(64), rnd.randrange(64)) for _ in range(8)]):
        a, old, rc = rnd.getrandbits(64), rnd.getrandbits(64), i & 1
        md = 30 << 26 | 4 << 21 | 3 << 16 | (mb & 31) << 6 | mb >> 5 << 5
        now = md | (sh & 31) << 11 | sh >> 5 << 1
        state, r = {"r3": old, "r4": a}, rotl(a, sh)
        alu(w, "rldicl", now | 0 << 2, state, r & mask(mb, 63), rc)
        alu(w, "rldicr", now | 1 << 2, state, r & mask(0, mb), rc)
        m = mask(mb, 63 - sh)
        alu(w, "rldic", now | 2 << 2, state, r & m, rc)
        alu(w, "rldimi", now | 3 << 2, state, r & m | old & ~m, rc)
        by_reg = dict(state, r5=sh | rnd.getrandbits(58) << 6)
        alu(w, "rldcl", md | 5 << 11 | 8 << 1, by_reg, r & mask(mb, 63), rc)
        alu(w, "rldcr", md | 5 << 11 | 9 << 1, by_reg, r & mask(0, mb), rc)
        # word rotates: the low word joined to itself; the mask counts from bit 32
        me, sh5, mb5 = rnd.randrange(32), sh & 31, mb & 31
        low = a & M32
        twice = (low << sh5 | low >> (32 - sh5)) & M32
        twice |= twice << 32
        m = mask(mb5 + 32, me + 32)
        rlw = 4 << 21 | 3 << 16 | mb5 << 6 | me << 1
        alu(w, "rlwinm", 21 << 26 | rlw | sh5 << 11, state, twice & m, rc)
        alu(w, "rlwimi", 20 << 26 | rlw | sh5 << 11, state, twice & m | old & ~m, rc)
        alu(w, "rlwnm", 23 << 26 | rlw | 5 << 11, dict(state, r5=sh5 | 32), twice & m, rc)


def compares_and_traps(w):
    for i, (a, b) in enumerate(PAIRS):
        for name, xo, x, y in (("cmp", 0, s64(a), s64(b)), ("cmpl", 32, a, b)):
            f = (8 if x < y else 4 if x > y else 2)
            w.row(name, [31 << 26 | 2 << 23 | 1 << 21 | 4 << 16 | 5 << 11 | xo << 1], {"r4": a, "r5": b}, {"cr": f << 20})
        simm = b & 0xFFFF
        ext = simm - 0x10000 if simm >> 15 else simm
        to = (16, 8, 4, 2, 1, 12, 24, 3)[i % 8]
        for name, word, y in (("td", xform(68, to, 4, 5), b), ("tdi", 2 << 26 | to << 21 | 4 << 16 | simm, ext & M64)):
            x, sx, sy = a, s64(a), s64(y)
            hit = (to & 16 and sx < sy) or (to & 8 and sx > sy) or (to & 4 and x == y) or (to & 2 and x < y) or (to & 1 and x > y)
            out = {"srr0": 0x100000, "exc": "0x700"} if hit else {"pc": 0x100004}
            w.row(name, [word], {"r4": a, "r5": b}, out)


def dform(op, d, a, disp, xo):
    return op << 26 | d << 21 | a << 16 | disp & 0xFFFC | xo


def memory(w):
    for off in range(8):   # 8 bytes from AT + off on, aligned or not
        d8 = int.from_bytes(DATA[off:off + 8], "big")
        w4 = s32(int.from_bytes(DATA[off:off + 4], "big")) & M64
        disp = (0, 4, -8, 0x7FFC, -0x8000, 16, -4, 8)[off]
        ea, mem = AT + off, {"mem": {f"{AT:x}": DATA.hex()}}
        base = ea - disp & M64
        for name, op, xo, v in (("ld", 58, 0, d8), ("ldu", 58, 1, d8), ("lwa", 58, 2, w4)):
            out = {"r3": v, "r4": ea if name == "ldu" else base}
            w.row(name, [dform(op, 3, 4, disp, xo)], dict({"r4": base}, **mem), out)
        for name, xo, v in (("ldx", 21, d8), ("ldux", 53, d8), ("lwax", 341, w4), ("lwaux", 373, w4)):
            out = {"r3": v, "r4": ea if "u" in name else base}
            w.row(name, [xform(xo, 3, 4, 5)], dict({"r4": base, "r5": disp & M64}, **mem), out)
        value = (0x0123456789ABCDEF * (off + 1)) & M64
        after = DATA[:off] + value.to_bytes(8, "big") + DATA[off + 8:]
        for name, word in (("std", dform(62, 3, 4, disp, 0)), ("stdu", dform(62, 3, 4, disp, 1)),
                           ("stdx", xform(149, 3, 4, 5)), ("stdux", xform(181, 3, 4, 5))):
            out = {"r4": ea if "u" in name else base, "mem": {f"{AT:x}": after.hex()}}
            w.row(name, [word], dict({"r3": value, "r4": base, "r5": disp & M64}, **mem), out)
        # ldarx and stdcx. together, and stdcx. without a reservation; they want 8-byte alignment
        pair = [xform(84, 6, 0, 4), xform(214, 3, 0, 4) | 1]
        area = {"mem": {f"{AT:x}": DATA[:8].hex()}}
        w.row("ldarx", pair, dict({"r3": value, "r4": AT}, **area),
              {"r6": int.from_bytes(DATA[:8], "big"), "cr": 0x20000000, "mem": {f"{AT:x}": value.to_bytes(8, "big").hex()}})
        w.row("stdcx.", pair[1:], dict({"r3": value, "r4": AT, "xer": 0x80000000 * (off & 1)}, **area),
              {"cr": 0x10000000 * (off & 1), "mem": {f"{AT:x}": DATA[:8].hex()}})


def make():
    w, rnd = Rows(), random.Random(970)
    arithmetic(w)
    one_operand(w)
    shifts(w, rnd)
    rotates(w, rnd)
    compares_and_traps(w)
    memory(w)
    gen_64sys.add(w)
    return {"integer64.vec": w}
