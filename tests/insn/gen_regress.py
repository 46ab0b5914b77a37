"""Writes regress/*.vec: one file a public thread about wrong PowerPC emulation (../shared/facts/users.md, rows 1
and 3), with the paragraph that decides it. Where the thread is about an instruction that a G4 does not have (VSX,
POWER10), the rows hold the same mistake in the G4's instructions, or that the instruction is illegal there.

Read again for this: qemu 852 1086 1092 1623 1780 1941 2662, stdarch, portable-simd, fast-float, binitools, CompCert,
maciNTosh 30. The others could not be: their rows follow what users.md says of them (1779, 1955, 2661, 2663, the lp ones
on flags and rounding) or what their titles are remembered to be (qemu 266 1156 1536, lp 811683 788697, maciNTosh 1).

Integer and AltiVec rows come from the oracles; floating-point results are worked out here in exact fractions."""
import json
import os
import random
from fractions import Fraction

import gen_fp  # noqa: F401
import oracle_int  # noqa: F401
import oracle_vec
from oracle import ISA, M32, USER_MSR, Writer
from oracle_vec import join

HERE = os.path.dirname(os.path.abspath(__file__))
QNAN1 = 0x7FF8000000000001
SUP = USER_MSR & ~0x4000
AT = 0x4000
FX, FEX, VX, OX, UX, ZX, XX = (1 << n for n in range(31, 24, -1))
FR, FI = 1 << 18, 1 << 17
NAN_FLAGS = 0x1FF80700


# ---- exact rounding to nearest even, for doubles in normal range ----

def parts(q, bits, emin):
    e = q.numerator.bit_length() - q.denominator.bit_length()
    while Fraction(2) ** e > q:
        e -= 1
    while Fraction(2) ** (e + 1) <= q:
        e += 1
    unit = Fraction(2) ** (max(e, emin) - bits + 1)
    n = round(q / unit)
    return n * unit


def double_bits(q):
    """A fraction that a double holds."""
    if q == 0:
        return 0
    s, q = (1, -q) if q < 0 else (0, q)
    e = -1074
    for cand in range(-1022, 1024):
        if Fraction(2) ** cand <= q:
            e = cand
    if q < Fraction(2) ** -1022:
        return s << 63 | int(q / Fraction(2) ** -1074)
    m = q / Fraction(2) ** e
    return s << 63 | (e + 1023) << 52 | int((m - 1) * (1 << 52))


def near(q, single):
    s = -1 if q < 0 else 1
    return s * parts(abs(q), 24 if single else 53, -126 if single else -1022)


def frac(bits):
    e, f = bits >> 52 & 0x7FF, bits & ((1 << 52) - 1)
    v = Fraction(f | (1 << 52 if e else 0)) * Fraction(2) ** ((e or 1) - 1075)
    return -v if bits >> 63 else v


class Thread:
    def __init__(self, key, url, rule):
        self.w = Writer("regress")
        self.key, self.url, self.rule = key, url, rule

    def row(self, insn, code, setup, always=(), **kw):
        self.w.row(insn, code, setup, always, **kw)
        return self

    def raw(self, insn, words, given, out, mask=None):
        n = self.w.count[insn] = self.w.count.get(insn, 0) + 1
        j = {"name": f"{insn}/{n}", "suite": "regress", "insn": insn, "bits": 32, "code": words, "in": given, "out": out}
        if mask:
            j["mask"] = mask
        self.w.lines.append(json.dumps(j, separators=(",", ":")))
        return self

    def save(self, folder="regress"):
        lines = []
        for text in self.w.lines:
            j = json.loads(text)
            j["thread"], j["manual"] = self.url, self.rule
            lines.append(json.dumps(j, separators=(",", ":")))
        with open(os.path.join(HERE, folder, self.key + ".vec"), "w") as f:
            f.write("\n".join(lines) + "\n")
        return len(lines)


def f64(v):
    return f"{v:016x}"


def qemu(n):
    return f"https://gitlab.com/qemu-project/qemu/-/issues/{n}"


def lp(n):
    return f"https://bugs.launchpad.net/qemu/+bug/{n}"


def fused(single_op):
    """Operands where rounding to double first gives another single: (a, c, b)."""
    rnd = random.Random(312)
    found = []
    while len(found) < 8:
        a, c = (Fraction(rnd.getrandbits(23) | 1 << 23, 1 << 23) for _ in range(2))
        p = a * c
        r = near(p, True)
        unit = Fraction(1, 1 << (23 if r < 2 else 22))
        # b puts the sum just beside the middle between two singles
        b = near(r + unit / 2 - p, True) + rnd.choice([-1, 1]) * Fraction(1, 1 << 80)
        big = Fraction(rnd.choice([1, 3, 5]), 1 << rnd.choice([60, 70]))
        b = near(near(b, True) + big, True)
        exact = p + b
        if near(near(exact, False), True) != near(exact, True):
            found.append((a, c, b, near(exact, True)))
        else:
            # a product with a long tail against a big addend
            c2 = Fraction(rnd.getrandbits(23) | 1 << 23, 1 << 23) * Fraction(1, 1 << 30)
            a2 = 1 + Fraction(rnd.getrandbits(22), 1 << 23)
            b2 = Fraction(rnd.getrandbits(23) | 1 << 23, 1 << 23)
            e2 = a2 * c2 + b2
            if near(near(e2, False), True) != near(e2, True):
                found.append((a2, c2, b2, near(e2, True)))
            else:
                # tie in double space: 2^-24 (half an ulp of 1) times (1 + 2^-23)(1 - 2^-23) = just below half
                k = rnd.getrandbits(8) * 2 + 1
                a3, c3 = 1 + Fraction(k, 1 << 23), (1 - Fraction(k, 1 << 23)) * Fraction(1, 1 << 24)
                b3 = 1 + Fraction(rnd.getrandbits(21) * 2 + 1, 1 << 23)
                e3 = a3 * c3 + b3
                if near(near(e3, False), True) != near(e3, True):
                    found.append((a3, c3, b3, near(e3, True)))
    return found


def float_threads():
    out = []
    t = Thread("lp1841592-single-done-as-double", lp(1841592),
               "PEM 3.3.5: a single-precision arithmetic instruction rounds the exact result once, to single")
    t.raw("fadds", ["ec22182a"], {"f2": "3ff0000010000000", "f3": "3c30000000000000"}, {"f1": "3ff0000020000000"})
    t.raw("fadds", ["ec22182a"], {"f2": "3ff0000010000000", "f3": "bc30000000000000"}, {"f1": "3ff0000000000000"})
    for i in range(4):   # a product whose double rounding would hit the middle of two singles
        a, c = 1 + Fraction(2 * i + 1, 1 << 23), 1 + Fraction(4 * i + 3, 1 << 52)
        t.raw("fmuls", ["ec2200f2"], {"f2": f64(double_bits(a)), "f3": f64(double_bits(c))},
              {"f1": f64(double_bits(near(a * c, True)))})
    out.append(t)
    cases = fused(True)
    t = Thread("lp1912934-fmadds-rounds-twice", lp(1912934), "PEM 8, fmadds: the product is not rounded; one rounding to single")
    for a, c, b, r in cases[:4]:
        t.raw("fmadds", ["ec2220fa"], {"f2": f64(double_bits(a)), "f3": f64(double_bits(c)), "f4": f64(double_bits(b))},
              {"f1": f64(double_bits(r))})
    out.append(t)
    t = Thread("qemu312-fmsubs-rounds-twice", qemu(312), "PEM 8, fmsubs, fnmadds: one rounding, then the sign changes")
    for a, c, b, r in cases[4:]:
        regs = {"f2": f64(double_bits(a)), "f3": f64(double_bits(c)), "f4": f64(double_bits(-b))}
        t.raw("fmsubs", ["ec2220f8"], regs, {"f1": f64(double_bits(r))})
        regs = dict(regs, f4=f64(double_bits(b)))
        t.raw("fnmadds", ["ec2220fe"], regs, {"f1": f64(double_bits(-r))})
    out.append(t)
    t = Thread("lp1841442-inexact-not-set", lp(1841442), "PEM 3.3.6.1.5: a rounded result that differs from the exact one sets XX, FX and FI")
    for word, name, a, b in (("fc221824", "fdiv", 1, 3), ("fc22182a", "fadd", 1, Fraction(1, 1 << 60)), ("ec221824", "fdivs", 2, 7)):
        q = Fraction(a) / b if "div" in name else a + b
        r = near(q, name == "fdivs")
        grew = FR if r > q else 0
        t.raw(name, [word], {"f2": f64(double_bits(Fraction(a))), "f3": f64(double_bits(Fraction(b)))},
              {"f1": f64(double_bits(r)), "fpscr": f"{FX | XX | FI | grew | 0x4000:08x}"})
    t.raw("fctiw", ["fc20101c"], {"f2": f64(double_bits(Fraction(5, 2)))}, {"f1": "0000000000000002", "fpscr": "82020000"},
          {"f1": "00000000ffffffff", "fpscr": "fffe0fff"})
    t.raw("frsp", ["fc201018"], {"f2": f64(double_bits(1 + Fraction(1, 1 << 30)))}, {"f1": f64(double_bits(Fraction(1))), "fpscr": "82024000"})
    out.append(t)
    t = Thread("lp1841491-underflow-not-set", lp(1841491),
               "PEM 3.3.6.2.2: underflow disabled: UX when the result is tiny before rounding and inexact")
    t.raw("fmul", ["fc2200f2"], {"f2": "0010000000000001", "f3": "3fe0000000000000"}, {"f1": "0008000000000000", "fpscr": "8a034000"},
          {"fpscr": "fff9ffff"})
    t.raw("fmul", ["fc2200f2"], {"f2": "0010000000000000", "f3": "3fe0000000000000"}, {"f1": "0008000000000000", "fpscr": "00014000"})
    t.raw("frsp", ["fc201018"], {"f2": "3690000000000001"}, {"f1": "36a0000000000000", "fpscr": "8a074000"}, {"fpscr": "fff8ffff"})
    t.raw("fmuls", ["ec2200f2"], {"f2": "3810000000000000", "f3": "3e00000000000000"}, {"f1": "0000000000000000", "fpscr": "8a022000"},
          {"fpscr": "fffeffff"})
    out.append(t)
    t = Thread("qemu266-mtfsf-clears-fi", qemu(266), "PEM 8, mtfsf: only the 4-bit fields chosen by FM change; FI is in field 3")
    for fm in (0x01, 0x80, 0x02, 0x08):
        bits = 0
        for i in range(8):
            bits |= 15 << 4 * (7 - i) if fm & 0x80 >> i else 0
        old = 0x82064000
        new = old & ~bits & ~FEX & ~VX
        t.raw("mtfsf", [f"{0xfc00058e | fm << 17 | 2 << 11:08x}"], {"fpscr": f"{old:08x}", "f2": "0"}, {"fpscr": f"{new:08x}"})
    t.raw("mtfsfi", ["ff80010c"], {"fpscr": "82064003"}, {"fpscr": "82064000"})
    t.raw("mtfsb1", ["ffc0004c"], {"fpscr": "82064000"}, {"fpscr": "82064002"})
    out.append(t)
    t = Thread("qemu1780-compare-with-nan", qemu(1780), "PEM 8, fcmpu: unordered sets FPCC and the CR field to 0001; VXSNAN only for a signalling NaN")
    for a, b, fl in ((QNAN1, 0, 0), (0, QNAN1, 0), (0x7FF4000000000000, 0, FX | VX | 1 << 24), (QNAN1, QNAN1, 0)):
        t.raw("fcmpu", ["fc011000"], {"f1": f64(a), "f2": f64(b), "cr": "ffffffff"}, {"cr": "1fffffff", "fpscr": f"{fl | 0x1000:08x}"})
    t.raw("fcmpo", ["fc011040"], {"f1": f64(QNAN1), "f2": "0"}, {"cr": "10000000", "fpscr": f"{FX | VX | 1 << 19 | 0x1000:08x}"})
    out.append(t)
    t = Thread("qemu1955-mffsl", qemu(1955), "PEM 8, mffs: bits 11-15 are reserved; MPC7450UM 2.3.1.1: boundedly undefined. docs/conformance.md decides: ignored, so POWER9's mffsl reads the whole FPSCR")
    t.raw("mffs", ["fc38048e"], {"fpscr": "82064003"}, {"f1": "0000000082064003"}, {"f1": "00000000ffffffff"})
    t.raw("mffs", ["fc20048e"], {"fpscr": "a1011080"}, {"f1": "00000000e1011080"}, {"f1": "00000000ffffffff"})
    out.append(t)
    t = Thread("fast-float15-division", "https://github.com/aldanor/fast-float-rust/issues/15", "PEM 3.3.5 and 8, fdiv: correctly rounded")
    q = near(Fraction(1303) / 10 ** 20, False)
    assert double_bits(q) == 4354430593920867240
    t.raw("fdiv", ["fc221824"], {"f2": f64(double_bits(Fraction(1303))), "f3": f64(double_bits(Fraction(10 ** 20)))}, {"f1": f64(double_bits(q))})
    out.append(t)
    t = Thread("binitools1-lfs-of-denormals", "https://github.com/skeeto/binitools/issues/1",
               "PEM D.6, D.7: lfs makes a normal double of a denormalised single, keeps NaNs as NaNs; stfs goes back")
    for single, dbl in ((1, 0x36A0000000000000), (0x007FFFFF, 0x380FFFFFC0000000), (0x80000001, 0xB6A0000000000000),
                        (0x7FC00000, 0x7FF8000000000000), (0x7F800001, 0x7FF0000020000000), (0x00400000, 0x3800000000000000)):
        t.raw("lfs", ["c0204000"], {"mem": {"4000": f"{single:08x}"}}, {"f1": f64(dbl)})
        t.raw("stfs", ["d0204000"], {"f1": f64(dbl)}, {"mem": {"4000": f"{single:08x}"}})
    out.append(t)
    t = Thread("compcert341-nan-payloads", "https://github.com/AbsInt/CompCert/issues/341",
               "PEM 3.3.4.2 table: the result is the first NaN of frA, frB, frC made quiet, payload and sign kept")
    a, b, c = 0xFFF8000000000AAA, 0x7FF0000000000BBB, 0x7FF8000000000CCC
    q = 1 << 51
    t.raw("fadd", ["fc22182a"], {"f2": f64(a), "f3": f64(b)}, {"f1": f64(a)})
    t.raw("fadd", ["fc22182a"], {"f2": f64(b), "f3": f64(a)}, {"f1": f64(b | q)})
    t.raw("fmadd", ["fc2220fa"], {"f2": "3ff0000000000000", "f3": f64(c), "f4": f64(b)}, {"f1": f64(b | q)})
    t.raw("fnmsub", ["fc2220fc"], {"f2": f64(a), "f3": f64(c), "f4": f64(b)}, {"f1": f64(a)})
    t.raw("fsub", ["fc221828"], {"f2": "7ff0000000000000", "f3": "7ff0000000000000"}, {"f1": "7ff8000000000000"})
    out.append(t)
    return out


def vector_threads():
    out = []
    ones = join([0x3F800000] * 4, 32)
    t = Thread("qemu852-float-to-int-lanes", qemu(852), "ALTIVECPEM 6, vctsxs; PEM 8, fctiwz: every element, or the low word, is the truncated value")
    t.row("vctsxs", [("vctsxs", {"vD": 1, "vB": 2, "UIMM": 0})], {"v2": ones}, ["vscr"])
    t.row("vctuxs", [("vctuxs", {"vD": 1, "vB": 2, "UIMM": 31})], {"v2": ones}, ["vscr"])
    for v in (0x3FF0000000000000, 0xBFF8000000000000, 0x41DFFFFFFFC00000):
        want = int(frac(v)) & M32
        t.raw("fctiwz", ["fc20101e"], {"f2": f64(v)}, {"f1": f"{want:016x}"}, {"f1": "00000000ffffffff"})
    out.append(t)
    t = Thread("qemu1086-permuted-arrays", qemu(1086), "ALTIVECPEM 3.1.6.1: lvsl, two lvx and vperm load 16 bytes from any address")
    data = bytes(range(0x40, 0x70))
    for off in (0, 1, 7, 15):
        t.row("vperm", [("lvx", {"vD": 1, "rA": 0, "rB": 3}), ("lvsl", {"vD": 2, "rA": 0, "rB": 3}), ("lvx", {"vD": 3, "rA": 4, "rB": 3}),
                        ("vperm", {"vD": 5, "vA": 1, "vB": 3, "vC": 2})], {"r3": AT + off, "r4": 15, "mem": {AT: data}}, ["v5"])
    out.append(t)
    t = Thread("qemu1156-multiply-sum-wraps", qemu(1156), "ALTIVECPEM 6, vmsumuhm and the others ending in m: the sum is taken modulo 2^32, SAT stays")
    for name in ("vmsumubm", "vmsumuhm", "vmsummbm", "vmsumshm"):
        t.row(name, [(name, {"vD": 1, "vA": 2, "vB": 3, "vC": 4})], {"v2": (1 << 128) - 1, "v3": (1 << 128) - 1, "v4": (1 << 128) - 2}, ["vscr"])
    out.append(t)
    t = Thread("qemu1536-vextractbm-is-illegal", qemu(1536), "MPC7450UM 2.3.1: an opcode the chip does not implement takes the illegal instruction exception")
    for i in (8, 9, 10, 11):
        w = 4 << 26 | 3 << 21 | i << 16 | 4 << 11 | 1602
        t.raw("illegal", [f"{w:08x}"], {"v4": "f" * 32}, {"exc": "700", "srr0": "00100000", "srr1": f"{USER_MSR | 1 << 19:08x}", "v3": "0"})
    out.append(t)
    for key, url, names in (("qemu1623-element-loads", qemu(1623), ("lvehx",)),
                            ("stdarch1419-element-loads", "https://github.com/rust-lang/stdarch/pull/1419", ("lvewx",)),
                            ("stdarch1425-element-loads", "https://github.com/rust-lang/stdarch/issues/1425", ("lvebx", "stvewx"))):
        t = Thread(key, url, "ALTIVECPEM 6, lvebx lvehx lvewx: the element lands at its place within the quadword of the address")
        for name in names:
            for off in (0, 2, 5, 8, 14, 15):
                t.row(name, [(name, {"vD" if name[0] == "l" else "vS": 1, "rA": 0, "rB": 3})],
                      {"r3": AT + off, "v1": 0x0123456789ABCDEFFEDCBA9876543210, "mem": {AT: data[:16]}})
        out.append(t)
    tiny = join([1, 0x80000001, 0x007FFFFF, 0x3F800000], 32)
    t = Thread("qemu1779-denormal-operands", qemu(1779), "ALTIVECPEM 3.2.1.2: with VSCR[NJ] = 1 denormalised operands count as zero and tiny results become zero")
    for nj in (0, 0x10000):
        for name in ("vaddfp", "vsubfp", "vmaxfp"):
            t.row(name, [(name, {"vD": 1, "vA": 2, "vB": 3})], {"v2": tiny, "v3": join([1, 0, 1, 1], 32), "vscr": nj}, ["vscr", "v1"])
        t.row("vmaddfp", [("vmaddfp", {"vD": 1, "vA": 2, "vB": 3, "vC": 4})],
              {"v2": tiny, "v3": 0, "v4": join([0x4B000000, 0x4B000000, 0x40000000, 0x00800000], 32), "vscr": nj}, ["v1"])
    out.append(t)
    t = Thread("portable-simd179-is-subnormal", "https://github.com/rust-lang/portable-simd/issues/179",
               "ALTIVECPEM 3.2.1.2 and 6, vcmpeqfp: only in non-Java mode does a denormalised number equal zero; integer compares never flush")
    for nj in (0, 0x10000):
        t.row("vcmpeqfp", [("vcmpeqfp", {"vD": 1, "vA": 2, "vB": 3, "VRc": 1})], {"v2": tiny, "v3": 0, "vscr": nj}, ["cr", "v1"])
        t.row("vcmpequw", [("vcmpequw", {"vD": 1, "vA": 2, "vB": 3, "VRc": 1})], {"v2": tiny, "v3": 0, "vscr": nj}, ["cr", "v1"])
        t.row("vand", [("vand", {"vD": 1, "vA": 2, "vB": 3})], {"v2": tiny, "v3": join([0x7FFFFFFF] * 4, 32), "vscr": nj}, ["v1"])
    out.append(t)
    t = Thread("qemu1941-nan-beside-numbers", qemu(1941), "ALTIVECPEM 6, vctsxs, vctuxs: a NaN converts to 0, which changes nothing in the other elements")
    for k in range(4):
        xs = [0x3FC00000, 0xC0400000, 0x4F000000, 0x42280000]
        xs[k] = 0x7FC00000 if k & 1 else 0xFF800001
        for name in ("vctsxs", "vctuxs", "vrfin"):
            o = {"vD": 1, "vB": 2} if name == "vrfin" else {"vD": 1, "vB": 2, "UIMM": 0}
            t.row(name, [(name, o)], {"v2": join(xs, 32)}, ["vscr"])
    out.append(t)
    t = Thread("stdarch448-altivec-available", "https://github.com/rust-lang/stdarch/issues/448",
               "ALTIVECPEM 5.1.3: with MSR[VEC] = 1 AltiVec runs, with 0 it takes vector F20; data streams never do")
    t.row("vaddubm", [("vaddubm", {"vD": 1, "vA": 2, "vB": 3})], {"v2": 5, "v3": 6})
    import gen_vec  # noqa: F401  (the "unavailable:" entries)
    t.row("vaddubm", [("unavailable:vaddubm", {"vD": 1, "vA": 2, "vB": 3})], {"v2": 5, "v3": 6, "msr": USER_MSR & ~0x02000000}, ["srr1", "v1"])
    t.row("dssall", [("dssall", {})], {"msr": USER_MSR & ~0x02000000}, ["cr"])
    t.row("mfspr", [("mfspr", {"rD": 3, "SPR": 256})], {"vrsave": 0x12345678, "msr": USER_MSR & ~0x02000000})
    out.append(t)
    return out


def integer_threads():
    t = Thread("qemu1092-sraw-carry", qemu(1092), "PEM 8, sraw: CA = the operand is negative and 1-bits were shifted out; counts 32-63 give all sign bits")
    for a, n in ((0x80000001, 1), (0x80000000, 31), (M32, 32), (0x80000000, 63), (0x7FFFFFFF, 40), (0xFFFFFFF0, 4), (M32, 64), (0x80000000, 0)):
        for rc in (0, 1):
            t.row("sraw", [("sraw", {"rA": 3, "rS": 4, "rB": 5, "Rc": rc})], {"r4": a, "r5": n, "xer": 0xA0000000 if n % 3 else 0x80000000}, ["cr", "xer"])
    return [t]


LE, ILE = 1, 0x10000
PENDING = []   # rows that fail today: bugs that are reported and not yet mended


def le_words(*words):
    """An odd number of words, as they must stand in memory so that they run in this order in little-endian mode
    (PEM 3.1.4), with a branch behind them: the runner's own end mark is for big-endian mode."""
    words = list(words) + [0x48000008]
    return [f"{w:08x}" for i in range(0, len(words), 2) for w in (words[i + 1], words[i])]


def exception_threads():
    out = []
    t = Thread("qemu2661-little-endian-msr", qemu(2661), "PEM 2.3.1 and 6.2: a G4 has MSR[LE]; mtmsr and rfi set it; an exception copies ILE into it")
    for msr in (0x1001, 0x3003):
        t.raw("mfmsr", le_words(0x7C6000A6), {"msr": f"{msr:x}"}, {"r3": f"{msr:08x}", "msr": f"{msr:08x}"})
    for msr in (0x11000, 0x1B000 | 0x2, 0x1000, 0x11001):
        words = le_words(0x44000002) if msr & LE else ["44000002"]
        t.raw("sc", words, {"msr": f"{msr:x}"}, {"exc": "c00", "srr0": "00100004", "srr1": f"{msr & 0x87C0FFFF:08x}",
                                               "msr": f"{msr & 0x11000 | (LE if msr & ILE else 0):08x}"})
    out.append(t)
    t = Thread("qemu2662-rfi-leaves-ile", qemu(2662), "PEM 8, rfi: MSR bits 0, 5-9, 16-23, 25-27, 30-31 come from SRR1; ILE is bit 15 and stays")
    for msr, srr1 in ((0x1000, ILE | 0x3002), (ILE | 0x1000, 0x3002), (0x1000, 0x0007B032 & ~0x30), (ILE | 0x1000, ILE | 0x1002)):
        want = msr & ~(0x87C0FF73 | 0x40000) | srr1 & 0x87C0FF73
        t.raw("rfi", ["7c7a03a6", "7c9b03a6", "4c000064"], {"msr": f"{msr:x}", "r3": "180", "r4": f"{srr1:x}"},
              {"exc": "180", "msr": f"{want:08x}"})   # exc: the runner takes SRR0 that changed for an exception
    out.append(t)
    t = Thread("qemu2663-srr1-bits", qemu(2663), "PEM 6.2, MPC7450UM 4.3: SRR1 takes MSR bits 0, 5-9 and 16-31, the others say why; MSR keeps only ILE, ME and IP")
    for msr in (USER_MSR, 0x1000, 0x0200D902, 0x1002):
        for word, vec, bits in ((0x0FE00000, 0x700, 1 << 17), (0, 0x700, 1 << 19), (0x44000002, 0xC00, 0)):
            t.raw("sc" if vec == 0xC00 else "tw", [f"{word:08x}"], {"msr": f"{msr:x}"},
                  {"exc": f"{vec:x}", "srr1": f"{msr & 0x87C0FFFF | bits:08x}", "msr": f"{msr & 0x11040:08x}",
                   "srr0": f"{0x100004 if vec == 0xC00 else 0x100000:08x}"})
    t.raw("mfmsr", ["7c6000a6"], {"msr": f"{USER_MSR:x}"}, {"exc": "700", "srr1": f"{USER_MSR | 1 << 18:08x}"})
    out.append(t)
    t = Thread("lp811683-exception-prefix", lp(811683), "PEM 2.3.1 and 6.2: with MSR[IP] = 1 vectors are at FFF0xxxx, and an exception leaves IP as it is")
    for msr in (0x1040, 0x1042, 0x3040):
        t.raw("sc", ["44000002"], {"msr": f"{msr:x}"}, {"exc": "c00", "pc": "fff00c00", "msr": "00001040"})
        t.raw("tw", ["7fe00008"], {"msr": f"{msr:x}"}, {"exc": "700", "pc": "fff00700", "srr1": f"{msr | 1 << 17:08x}"})
    t.raw("sc", ["44000002"], {"msr": "1000"}, {"exc": "c00", "pc": "00000c00", "msr": "00001000"})
    out.append(t)
    t = Thread("lp788697-mtmsr", lp(788697), "PEM 8, mtmsr: all implemented MSR bits come from rS; unimplemented ones read 0")
    for v in (0x02003002, 0x00001000, 0x00011040 & ~0x10000, 0x00003902):
        t.raw("mtmsr", ["7c600124", "7c8000a6"], {"msr": "1000", "r3": f"{v:x}"}, {"r4": f"{v:08x}", "msr": f"{v:08x}"})
    out.append(t)
    mem = {"4000": "0001020304050607"}
    t = Thread("macintosh1-le-addresses", "https://github.com/Wack0/maciNTosh/issues/1",
               "PEM 3.1.4.1: in little-endian mode bytes are at EA xor 7, halfwords at EA xor 6, words at EA xor 4, in big-endian order")
    for word, reg in ((0x88604000, "07"), (0x88604003, "04"), (0xA0604000, "0607"), (0xA0604004, "0203"), (0x80604000, "04050607"), (0x80604004, "00010203")):
        t.raw({0x88: "lbz", 0xA0: "lhz", 0x80: "lwz"}[word >> 24], le_words(word), {"msr": "1001", "mem": mem}, {"r3": reg})
    t.raw("stb", le_words(0x98604001), {"msr": "1001", "r3": "ee", "mem": mem}, {"mem": {"4000": "000102030405ee07"}})
    t.raw("stw", le_words(0x90604000), {"msr": "1001", "r3": "aabbccdd", "mem": mem}, {"mem": {"4000": "00010203aabbccdd"}})
    out.append(t)
    t = Thread("macintosh30-le-alignment", "https://github.com/Wack0/maciNTosh/issues/30",
               "MPC7450UM 4.6.6: in little-endian mode a misaligned access and every multiple or string access takes the alignment exception")
    p = Thread("le-alignment-dsisr", t.url, "PEM 6.4.6.1: DSISR names the instruction that was executed, which in little-endian "
               "mode is fetched from pc xor 4")
    for word, name, ea, dsisr in ((0x80604001, "lwz", 0x4001, 0x00000060), (0xA0604001, "lhz", 0x4001, 0x00001060),
                                  (0xBBA04000, "lmw", 0x4000, 0x00001FA0), (0x90604002, "stw", 0x4002, 0x00000860)):
        t.raw(name, le_words(word), {"msr": "11001", "mem": mem}, {"exc": "600", "dar": f"{ea:08x}", "msr": "00011001"})
        p.raw(name, le_words(word), {"msr": "11001", "mem": mem}, {"exc": "600", "dsisr": f"{dsisr:08x}"})
    out.append(p)
    p = Thread("fex-already-set", "lockstep --random", "PEM 6.4.7: the program exception is taken whenever FPSCR[FEX] = 1 and FE0 or FE1 is set; "
               "so an mtmsr or rfi that sets them while FEX is 1 brings it, and no floating-point instruction runs")
    for word, name in ((0xFC011000, "fcmpu"), (0xFC011040, "fcmpo"), (0xFC201090, "fmr"), (0xFC22182A, "fadd")):
        p.raw(name, [f"{word:08x}"], {"msr": "3902", "fpscr": "e1000080", "f1": "3ff0000000000000", "f2": "3ff0000000000000"},
              {"exc": "700", "srr0": "00100000"})
    p.raw("mtmsr", ["7c600124", "60000000", "60000000"], {"msr": "3002", "r3": "3902", "fpscr": "e1000080"}, {"exc": "700"})
    out.append(p)
    t.raw("lswi", le_words(0x7C6444AA), {"msr": "1001", "r4": "4000"}, {"exc": "600", "dar": "00004000"})
    out.append(t)
    return out


def make():
    return float_threads() + vector_threads() + integer_threads() + exception_threads()


def main():
    threads = make()
    rows = sum(t.save() for t in threads)
    if PENDING:
        os.makedirs(os.path.join(HERE, "pending"), exist_ok=True)
    print(f"pending/: {len(PENDING)} files, {sum(p.save('pending') for p in PENDING)} rows")
    print(f"regress/: {len(threads)} threads, {rows} rows")


if __name__ == "__main__":
    import sys
    sys.path.insert(0, HERE)
    main()
