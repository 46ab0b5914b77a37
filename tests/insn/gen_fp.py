"""Rows for float.vec: what fp.vec (made from exact fractions, 510 rows) does not have. mffs, the special values
of fres and frsqrte, instructions that no 32-bit model has, and floating point switched off."""
from oracle import ISA, USER_MSR, Writer
from oracle_int import d_form

QNAN = 0x7FF8000000000000
INF = 0x7FF0000000000000
NEG = 1 << 63
FX, FEX, VX, ZX, VXSNAN, VXSQRT = 1 << 31, 1 << 30, 1 << 29, 1 << 26, 1 << 24, 1 << 9
VE, ZE = 0x80, 0x10
FPRF = {"qnan": 0x11, "-inf": 9, "-norm": 8, "-0": 0x12, "+0": 2, "+norm": 4, "+inf": 5}


def fpscr_sums(v):
    v &= ~(FEX | VX)
    if v & 0x01F80700:
        v |= VX
    enabled = (v >> 29 & v >> 7 | v >> 28 & v >> 6 | v >> 27 & v >> 5 | v >> 26 & v >> 4 | v >> 25 & v >> 3) & 1
    return v | (FEX if enabled else 0)


def mffs(c, o):
    c.f[o["fD"]] = c.fpscr
    c.dont_care[f"f{o['fD']}"] = 0xFFFFFFFF00000000   # undefined (PEM 8, mffs)
    cr1(c, o)


def cr1(c, o):
    if o.get("Rc"):
        c.set_crf(1, c.fpscr >> 28)


ISA.add("mffs", 63 << 26 | 583 << 1, mffs)
for _name, _word in (("fsqrt", 63 << 26 | 22 << 1), ("fsqrts", 59 << 26 | 22 << 1)):
    ISA.add(_name, _word, lambda c, o: c.program("illegal"))


def special(c, o, kind):
    """Zero, infinity and NaN operands; kind is "fres" or "frsqrte"."""
    b = c.f[o["fB"]]
    mag, neg = b & ~NEG, b >> 63
    flags, keep = 0, False
    if mag > INF:
        snan = not b & 1 << 51
        flags = VXSNAN if snan else 0
        keep, r, cls = snan and c.fpscr & VE, b | 1 << 51, "qnan"
    elif mag == 0:
        flags, keep, r = ZX, c.fpscr & ZE, b | INF
        cls = "-inf" if neg else "+inf"
    elif neg and kind == "frsqrte":
        flags, keep, r, cls = VXSQRT, c.fpscr & VE, QNAN, "qnan"
    else:
        r = neg << 63
        cls = "-0" if neg else "+0"
    old = c.fpscr
    c.fpscr = fpscr_sums(old | flags | (FX if flags & ~old else 0))
    if not keep:
        c.f[o["fD"]] = r
        c.fpscr = c.fpscr & ~0x1F000 | FPRF[cls] << 12
    c.dont_care["fpscr"] = 0x60000        # FR and FI are undefined
    if mag > INF and kind == "fres":
        c.dont_care[f"f{o['fD']}"] = 0x1FFFFFFF   # the fraction of a NaN is cut to single precision or not
    cr1(c, o)


ISA.add("fres", 59 << 26 | 24 << 1, lambda c, o: special(c, o, "fres"))
ISA.add("frsqrte", 63 << 26 | 26 << 1, lambda c, o: special(c, o, "frsqrte"))
FP_ON_OFF = {"fadd": (63 << 26 | 21 << 1, {"fD": 1, "fA": 2, "fB": 3}), "lfd": (d_form(50), {"fD": 1, "rA": 0, "SI": 0x4000}),
             "stfs": (d_form(52), {"fD": 1, "rA": 0, "SI": 0x4000}), "mffs": (63 << 26 | 583 << 1, {"fD": 1}),
             "fcmpu": (63 << 26, {"crfD": 0, "fA": 1, "fB": 2}), "fmr": (63 << 26 | 72 << 1, {"fD": 1, "fB": 2})}
for _name, (_word, _ops) in FP_ON_OFF.items():
    ISA.add("off:" + _name, _word, lambda c, o: c.take(0x800))


def make():
    w = Writer("float")
    for i in range(8):
        f = [0, 0x80000000, 0x000000FF, 0x00000003, 0x82064000, 0xA1011000, 0x9203D04F, 0x60010080][i]
        w.row("mffs", [("mffs", {"fD": 1, "Rc": i & 1})], {"fpscr": fpscr_sums(f), "f1": (1 << 64) - 1, "cr": 0xF0F0F0F0}, ["cr", "fpscr"])
        for name in ("fsqrt", "fsqrts"):
            w.row(name, [(name, {"fD": 1, "fB": 2, "Rc": i & 1})], {"f2": 0x4010000000000000 >> i, "fpscr": i & 3}, ["fpscr", "srr1"])
        b = [0, NEG, INF, INF | NEG, QNAN | 1 << 30, 0x7FF4000020000000, 0xFFF0000040000000, NEG][i]
        for name in ("fres", "frsqrte"):
            for en in (0, VE, ZE):
                w.row(name, [(name, {"fD": 1, "fB": 2, "Rc": i & 1})], {"f2": b, "f1": 0x1234567812345678, "fpscr": en}, ["fpscr", "f1", "cr"])
    for name in FP_ON_OFF:
        for msr in (USER_MSR & ~0x2000, 0x1000):
            w.row(name, [("off:" + name, FP_ON_OFF[name][1])], {"msr": msr, "f1": QNAN}, ["srr1", "msr", "f1"])
    return {"float.vec": w}
