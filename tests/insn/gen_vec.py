"""Rows for altivec.vec."""
import random

import oracle_vec  # noqa: F401
from oracle import ISA, M32, USER_MSR, Writer, records
from oracle_vec import join

B = [0x00, 0x01, 0x7F, 0x80, 0xFF, 0xFE, 0x81, 0x10]
H = [0x0000, 0x0001, 0x7FFF, 0x8000, 0xFFFF, 0x00FF, 0xFF80, 0x4000]
W = [0, 1, 0x7FFFFFFF, 0x80000000, M32, 0x0000FFFF, 0xFFFF8000, 0x80000001]
F = [0, 0x80000000, 0x3F800000, 0xBF800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x00800000, 0x80800000, 0x00000001, 0x807FFFFF,
     0x7F800000, 0xFF800000, 0x7FC00000, 0xFFA12345, 0x3F7FFFFF, 0x3F800001, 0x3F000000, 0x3FC00000, 0x40200000,
     0xC0200000, 0x4AFFFFFF, 0x4B000001, 0x4EFFFFFF, 0x4F000000, 0xCF000000, 0x4F7FFFFF, 0x4F800000, 0x1A000000]
rnd = random.Random(7450)
AT = 0x8000


def integer_value(i):
    k = i % 4
    if k == 0:
        return join([rnd.choice(B) for _ in range(16)], 8)
    if k == 1:
        return join([rnd.choice(H) for _ in range(8)], 16)
    return join([rnd.choice(W) for _ in range(4)], 32) if k == 2 else rnd.getrandbits(128)


def float_value(i, start):
    if i < 7:
        return join([F[(start + 4 * i + k) % len(F)] for k in range(4)], 32)
    near = [(rnd.getrandbits(32) & 0x807FFFFF) + (0x3F000000 + (rnd.getrandbits(3) << 23)) for _ in range(4)]
    return join(near if i & 1 else [rnd.choice([rnd.getrandbits(32), rnd.getrandbits(25)]) for _ in range(4)], 32)


ESTIMATES = {"vrefp", "vrsqrtefp", "vlogefp", "vexptefp"}
SPECIAL = {"vrefp": [0, 0x80000000, 0x7F800000, 0xFF800000], "vrsqrtefp": [0, 0x80000000, 0x7F800000, 0xFF800000],
           "vlogefp": [0, 0x80000000, 0x7F800000, 0xFF800000], "vexptefp": [0, 0x80000000, 0x7F800000, 0xFF800000]}


def is_float(name):
    return name.endswith("fp") or name in ("vrfin", "vrfiz", "vrfip", "vrfim", "vctuxs", "vctsxs")


def estimates(w, name):
    fixed = SPECIAL[name] + [0x7FC00000, 0xFFA12345, 0x7F800001, 0xFFC00001]
    for i in range(8):
        xs = [fixed[(i + k) % 8] for k in range(4)]
        w.row(name, [(name, {"vD": 1, "vB": 3})], {"v3": join(xs, 32), "vscr": (i & 1) << 16}, ["vscr", "v1"])
    for i in range(4):
        xs = [0x3F800000, 0x40000000, 0x40490FDB, 0x3EAAAAAB] if i == 0 else [rnd.getrandbits(23) | 0x3F000000 for _ in range(4)]
        w.row(name, [(name, {"vD": 1, "vB": 3})], {"v3": join(xs, 32)}, ["v1"], tags=["estimate"])


def arithmetic(w, name, variants, syntax):
    f = is_float(name)
    value = (lambda i, s: float_value(i, s)) if f else (lambda i, s: integer_value(i + s))
    for i in range(8):
        o, s = {"vD": 1}, {"vscr": (i == 3) | ((i & 1) << 16 if f else 0)}
        for k, (token, reg, start) in enumerate((("vA", 2, 0), ("vB", 3, 5), ("vC", 4, 11))):
            if token in syntax:
                o[token] = reg
                s[f"v{reg}"] = value(i, start * (i + 1) if f else k)
        if name in ("vsl", "vsr"):
            s["v3"] = join([s["v3"] & 0xF8 | i] * 16, 8)
        if "SHB" in syntax:
            o["SHB"] = [0, 15, 1, 8, 4, 12, 7, 3][i]
        if "UIMM" in syntax:
            width = {"b": 16, "h": 8, "w": 4}[name[-1]] if name.startswith("vsplt") else 32
            o["UIMM"] = [0, 31, 1, 16, 8, 30, 4, 3][i] % width
        if "SIMM" in syntax:
            o["SIMM"] = [0, 31, 15, 16, 1, 17, 10, 21][i]
        if variants == "V":
            o["VRc"] = i & 1
            s["cr"] = [0, M32][i >> 1 & 1]
            if i > 5 and not f:
                s["v3"] = s["v2"] if i == 6 else s["v2"] ^ (1 << 127) ^ 1
        if i == 7 and "vA" in o:
            o["vD"] = 2   # the target is an operand
        w.row(name, [(name, o)], s, ["vscr", f"v{o['vD']}"] + (["cr"] if variants == "V" else []))


def memory(w, name):
    data = bytes((37 * i + 5) & 255 for i in range(48))
    for i in range(8):
        off = [0, 1, 15, 16, 7, 30, 31, 12][i]
        o = {"vS" if name[0] == "s" else "vD": 1, "rA": 0 if i & 1 else 5, "rB": 6}
        s = {"r6": AT + off if i & 1 else AT, "r5": off, "v1": join([i * 16 + k for k in range(16)], 8)}
        if not name.startswith("lvs"):
            s["mem"] = {AT: data}
        w.row(name, [(name, o)], s)


def streams(w, name):
    """Hints: nothing changes, and unlike all others they work with MSR[VEC] = 0 (MPC7450UM table 2-4)."""
    for i in range(8):
        o = {"STRM": i & 3} if name != "dssall" else {}
        if name not in ("dss", "dssall"):
            o.update(rA=5, rB=6)
        w.row(name, [(name, o)], {"r5": [0, AT, M32, 0x80000000][i & 3], "r6": rnd.getrandbits(32), "cr": rnd.getrandbits(32),
                                  "msr": [USER_MSR, USER_MSR & ~0x02000000][i >> 2]}, ["cr"])


def scalar(w, name):
    for i in range(8):
        v = [0, 1, 0x10000, 0x10001, M32, 0xFFFEFFFE, 0x20002, 0x12345678][i]
        if name == "mtvscr":
            w.row(name, [("mtvscr", {"vB": 3})], {"v3": rnd.getrandbits(96) << 32 | v}, ["vscr"])
        else:
            w.row(name, [("mfvscr", {"vD": 1})], {"vscr": v & 0x10001, "v1": rnd.getrandbits(128)}, ["v1"])
    if name == "mfvscr":
        w.row(name, [("vaddubs", {"vD": 1, "vA": 2, "vB": 2}), ("mfvscr", {"vD": 3})], {"v2": 0x80}, ["v3"])


def unavailable(w):
    """MSR[VEC] = 0: vector 0xF20, nothing changed."""
    for name, o in (("vaddubm", {"vD": 1, "vA": 2, "vB": 3}), ("lvx", {"vD": 1, "rA": 0, "rB": 6}), ("mfvscr", {"vD": 1})):
        w.row(name, [("unavailable:" + name, o)], {"msr": USER_MSR & ~0x02000000, "r6": AT}, ["srr1", "msr"])


for _name in ("vaddubm", "lvx", "mfvscr"):
    ISA.add("unavailable:" + _name, ISA.base[_name], lambda c, o: c.take(0xF20))


def make():
    w = Writer("altivec")
    for name, _, variants, syntax, _ in records(["vec"]):
        if name in ESTIMATES:
            estimates(w, name)
        elif name.startswith("ds"):
            streams(w, name)
        elif name in ("mfvscr", "mtvscr"):
            scalar(w, name)
        elif name[:2] in ("lv", "st"):
            memory(w, name)
        else:
            arithmetic(w, name, variants, syntax)
    unavailable(w)
    return {"altivec.vec": w}
