"""AltiVec (ALTIVECPEM chapter 6), element by element; floating point in exact fractions."""
import math
from fractions import Fraction

from oracle import ISA, M32, signed
from oracle_int import a0, d_form, x_form

ALL = (1 << 128) - 1
QNAN = 0x7FC00000
INF = 0x7F800000
SIGN = 0x80000000


def els(v, bits):
    return [v >> sh & (1 << bits) - 1 for sh in range(128 - bits, -1, -bits)]


def join(xs, bits):
    r = 0
    for x in xs:
        r = r << bits | x & (1 << bits) - 1
    return r


def sat(c, x, bits, is_signed):
    lo, hi = (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)
    if lo <= x <= hi:
        return x
    c.vscr |= 1
    return lo if x < lo else hi


def vec(name, xo, fn):
    """fn(c, A, B, o) -> the value of vD."""
    def run(c, o):
        c.v[o["vD"]] = fn(c, c.v[o.get("vA", 0)], c.v[o.get("vB", 0)], o) & ALL
    ISA.add(name, 4 << 26 | xo, run)


def each(bits, op, sign=False):
    """The same operation on each pair of elements."""
    view = (lambda x: signed(x, bits)) if sign else (lambda x: x)
    return lambda c, A, B, o: join([op(c, view(a), view(b)) for a, b in zip(els(A, bits), els(B, bits))], bits)


# ---- add, subtract, average, minimum, maximum, compare ----
for _n, (_ch, _bits) in enumerate((("b", 8), ("h", 16), ("w", 32))):
    _xo = 64 * _n
    vec(f"vaddu{_ch}m", _xo, each(_bits, lambda c, a, b: a + b))
    vec(f"vsubu{_ch}m", 1024 + _xo, each(_bits, lambda c, a, b: a - b))
    for _s, _sg in (("u", False), ("s", True)):
        _add = 512 if not _sg else 768
        vec(f"vadd{_s}{_ch}s", _add + _xo, each(_bits, lambda c, a, b, n=_bits, g=_sg: sat(c, a + b, n, g), _sg))
        vec(f"vsub{_s}{_ch}s", 1024 + _add + _xo, each(_bits, lambda c, a, b, n=_bits, g=_sg: sat(c, a - b, n, g), _sg))
        vec(f"vavg{_s}{_ch}", (1282 if _sg else 1026) + _xo, each(_bits, lambda c, a, b: (a + b + 1) >> 1, _sg))
        vec(f"vmax{_s}{_ch}", (258 if _sg else 2) + _xo, each(_bits, lambda c, a, b: max(a, b), _sg))
        vec(f"vmin{_s}{_ch}", (770 if _sg else 514) + _xo, each(_bits, lambda c, a, b: min(a, b), _sg))
    vec(f"vrl{_ch}", 4 + _xo, each(_bits, lambda c, a, b, n=_bits: a << b % n | a >> n - b % n))
    vec(f"vsl{_ch}", 260 + _xo, each(_bits, lambda c, a, b, n=_bits: a << b % n))
    vec(f"vsr{_ch}", 516 + _xo, each(_bits, lambda c, a, b, n=_bits: a >> b % n))
    vec(f"vsra{_ch}", 772 + _xo, each(_bits, lambda c, a, b, n=_bits: a >> (b & n - 1), True))
vec("vaddcuw", 384, each(32, lambda c, a, b: (a + b) >> 32))
vec("vsubcuw", 1408, each(32, lambda c, a, b: int(a >= b)))
for _name, _xo, _op in (("vand", 1028, lambda a, b: a & b), ("vandc", 1092, lambda a, b: a & ~b),
                        ("vor", 1156, lambda a, b: a | b), ("vxor", 1220, lambda a, b: a ^ b),
                        ("vnor", 1284, lambda a, b: ~(a | b))):
    vec(_name, _xo, lambda c, A, B, o, op=_op: op(A, B))


def compare(name, xo, bits, op, sign=False):
    view = (lambda x: signed(x, bits)) if sign else (lambda x: x)

    def run(c, o):
        r = [op(c, view(a), view(b)) for a, b in zip(els(c.v[o["vA"]], bits), els(c.v[o["vB"]], bits))]
        c.v[o["vD"]] = join([-int(x) for x in r], bits)
        if o.get("VRc"):
            c.set_crf(6, 8 * all(r) | 2 * (not any(r)))
    ISA.add(name, 4 << 26 | xo, run)


for _n, (_ch, _bits) in enumerate((("b", 8), ("h", 16), ("w", 32))):
    compare(f"vcmpequ{_ch}", 6 + 64 * _n, _bits, lambda c, a, b: a == b)
    compare(f"vcmpgtu{_ch}", 518 + 64 * _n, _bits, lambda c, a, b: a > b)
    compare(f"vcmpgts{_ch}", 774 + 64 * _n, _bits, lambda c, a, b: a > b, True)

# ---- multiply ----
for _n, (_ch, _bits) in enumerate((("b", 8), ("h", 16))):
    for _s, _sg, _off in (("u", False, 0), ("s", True, 256)):
        for _eo, _first, _o2 in (("e", 0, 520), ("o", 1, 8)):
            vec(f"vmul{_eo}{_s}{_ch}", _o2 + _off + 64 * _n, lambda c, A, B, o, n=_bits, g=_sg, f=_first: join(
                [(signed(a, n) * signed(b, n) if g else a * b) for a, b in list(zip(els(A, n), els(B, n)))[f::2]], 2 * n))


def va(name, xo, fn):
    vec(name, xo, lambda c, A, B, o: fn(c, A, B, c.v[o["vC"]], o))


def s16(v):
    return [signed(x, 16) for x in els(v, 16)]


va("vmhaddshs", 32, lambda c, A, B, C, o: join(
    [sat(c, (a * b >> 15) + d, 16, True) for a, b, d in zip(s16(A), s16(B), s16(C))], 16))
va("vmhraddshs", 33, lambda c, A, B, C, o: join(
    [sat(c, (a * b + 0x4000 >> 15) + d, 16, True) for a, b, d in zip(s16(A), s16(B), s16(C))], 16))
va("vmladduhm", 34, lambda c, A, B, C, o: join(
    [a * b + d for a, b, d in zip(els(A, 16), els(B, 16), els(C, 16))], 16))


def sums(name, xo, bits, sa, sb, saturate):
    def fn(c, A, B, C, o):
        xs = [signed(x, bits) if sa else x for x in els(A, bits)]
        ys = [signed(x, bits) if sb else x for x in els(B, bits)]
        k, out = 32 // bits, []
        for i, t in enumerate(els(C, 32)):
            total = sum(x * y for x, y in zip(xs[k * i:k * i + k], ys[k * i:k * i + k])) + (signed(t) if sa else t)
            out.append(sat(c, total, 32, sa) if saturate else total)
        return join(out, 32)
    va(name, xo, fn)


sums("vmsumubm", 36, 8, False, False, False)
sums("vmsummbm", 37, 8, True, False, False)
sums("vmsumuhm", 38, 16, False, False, False)
sums("vmsumuhs", 39, 16, False, False, True)
sums("vmsumshm", 40, 16, True, True, False)
sums("vmsumshs", 41, 16, True, True, True)


def sum4(name, xo, bits, sg):
    k = 32 // bits
    vec(name, xo, lambda c, A, B, o: join(
        [sat(c, sum(signed(x, bits) if sg else x for x in els(A, bits)[k * i:k * i + k]) +
             (signed(b) if sg else b), 32, sg) for i, b in enumerate(els(B, 32))], 32))


sum4("vsum4ubs", 1544, 8, False)
sum4("vsum4sbs", 1800, 8, True)
sum4("vsum4shs", 1608, 16, True)


def s32(v):
    return [signed(x) for x in els(v, 32)]


vec("vsum2sws", 1672, lambda c, A, B, o: join(
    [0, sat(c, sum(s32(A)[:2]) + s32(B)[1], 32, True), 0, sat(c, sum(s32(A)[2:]) + s32(B)[3], 32, True)], 32))
vec("vsumsws", 1928, lambda c, A, B, o: sat(c, sum(s32(A)) + s32(B)[3], 32, True) & M32)

# ---- permute, pack, unpack, merge, splat, shift ----
va("vsel", 42, lambda c, A, B, C, o: A & ~C | B & C)
va("vperm", 43, lambda c, A, B, C, o: join([(els(A, 8) + els(B, 8))[k & 31] for k in els(C, 8)], 8))
vec("vsldoi", 44, lambda c, A, B, o: (A << 128 | B) >> (128 - 8 * o["SHB"]))
vec("vsl", 452, lambda c, A, B, o: A << (B & 7))      # B: the same low 3 bits in every byte
vec("vsr", 708, lambda c, A, B, o: A >> (B & 7))
vec("vslo", 1036, lambda c, A, B, o: A << (B & 0x78))
vec("vsro", 1100, lambda c, A, B, o: A >> (B & 0x78))
for _n, (_ch, _bits) in enumerate((("b", 8), ("h", 16), ("w", 32))):
    vec(f"vmrgh{_ch}", 12 + 64 * _n, lambda c, A, B, o, n=_bits: join(
        [x for p in list(zip(els(A, n), els(B, n)))[:64 // n] for x in p], n))
    vec(f"vmrgl{_ch}", 268 + 64 * _n, lambda c, A, B, o, n=_bits: join(
        [x for p in list(zip(els(A, n), els(B, n)))[64 // n:] for x in p], n))
    vec(f"vsplt{_ch}", 524 + 64 * _n, lambda c, A, B, o, n=_bits: join(
        [els(B, n)[o["UIMM"] % (128 // n)]] * (128 // n), n))
    vec(f"vspltis{_ch}", 780 + 64 * _n, lambda c, A, B, o, n=_bits: join([signed(o["SIMM"], 5)] * (128 // n), n))


def pack(name, xo, bits, narrow):
    vec(name, xo, lambda c, A, B, o: join([narrow(c, x) for x in els(A, bits) + els(B, bits)], bits // 2))


pack("vpkuhum", 14, 16, lambda c, x: x)
pack("vpkuwum", 78, 32, lambda c, x: x)
pack("vpkuhus", 142, 16, lambda c, x: sat(c, x, 8, False))
pack("vpkuwus", 206, 32, lambda c, x: sat(c, x, 16, False))
pack("vpkshus", 270, 16, lambda c, x: sat(c, signed(x, 16), 8, False))
pack("vpkswus", 334, 32, lambda c, x: sat(c, signed(x), 16, False))
pack("vpkshss", 398, 16, lambda c, x: sat(c, signed(x, 16), 8, True))
pack("vpkswss", 462, 32, lambda c, x: sat(c, signed(x), 16, True))
pack("vpkpx", 782, 32, lambda c, x: (x >> 24 & 1) << 15 | (x >> 19 & 31) << 10 | (x >> 11 & 31) << 5 | x >> 3 & 31)


def unpack(name, xo, bits, high, widen):
    def fn(c, A, B, o):
        xs = els(B, bits)
        return join([widen(x) for x in (xs[:64 // bits] if high else xs[64 // bits:])], 2 * bits)
    vec(name, xo, fn)


for _c, _bits, _h, _l in (("b", 8, 526, 654), ("h", 16, 590, 718)):
    unpack(f"vupkhs{_c}", _h, _bits, True, lambda x, n=_bits: signed(x, n))
    unpack(f"vupkls{_c}", _l, _bits, False, lambda x, n=_bits: signed(x, n))
for _name, _xo, _high in (("vupkhpx", 846, True), ("vupklpx", 974, False)):
    unpack(_name, _xo, 16, _high,
           lambda x: (255 if x >> 15 else 0) << 24 | (x >> 10 & 31) << 16 | (x >> 5 & 31) << 8 | x & 31)


# ---- VSCR ----
def mfvscr(c, o):
    c.v[o["vD"]] = c.vscr


def mtvscr(c, o):
    c.vscr = c.v[o["vB"]] & 0x00010001


ISA.add("mfvscr", 4 << 26 | 1540, mfvscr)
ISA.add("mtvscr", 4 << 26 | 1604, mtvscr)


# ---- loads and stores ----
def lv(name, xo, n, store):
    def run(c, o):
        ea = (a0(c, o) + c.r[o["rB"]]) & M32 & -n
        at = ea & 15
        for i in range(n):
            sh = 8 * (15 - at - i)
            if store:
                c.store(ea + i, 1, c.v[o["vS"]] >> sh)
            else:
                c.v[o["vD"]] = c.v[o["vD"]] & ~(255 << sh) | c.load(ea + i, 1) << sh
        if not store and n < 16:   # the other bytes are undefined
            c.dont_care[f"v{o['vD']}"] = ALL ^ ((1 << 8 * n) - 1) << 8 * (16 - at - n)
    ISA.add(name, x_form(xo), run)


for _name, _xo, _n in (("vebx", 7, 1), ("vehx", 39, 2), ("vewx", 71, 4), ("vx", 103, 16), ("vxl", 359, 16)):
    lv("l" + _name, _xo, _n, False)
    lv("st" + _name, _xo + 128, _n, True)


def align(name, xo, right):
    def run(c, o):
        sh = (a0(c, o) + c.r[o["rB"]]) & 15
        first = 16 - sh if right else sh
        c.v[o["vD"]] = join([first + i for i in range(16)], 8)
    ISA.add(name, x_form(xo), run)


align("lvsl", 6, False)
align("lvsr", 38, True)
for _name, _xo in (("dst", 342), ("dstt", 342), ("dstst", 374), ("dststt", 374), ("dss", 822), ("dssall", 822)):
    ISA.add(_name, x_form(_xo) | (1 << 25 if _name in ("dstt", "dststt", "dssall") else 0), lambda c, o: None)


# ---- floating point ----
def is_nan(x):
    return x & 0x7FFFFFFF > INF


def value(x):
    """A finite single as a fraction."""
    e, f = x >> 23 & 255, x & 0x7FFFFF
    m = Fraction(f | (0x800000 if e else 0)) * Fraction(2) ** ((e or 1) - 150)
    return -m if x >> 31 else m


def daz(c, x):
    return x & SIGN if c.vscr >> 16 & 1 and not x & INF else x


def to_single(q, zero_sign=0, nj=0):
    """Nearest even."""
    if q == 0:
        return zero_sign << 31
    sign, q = (SIGN, -q) if q < 0 else (0, q)
    e = math.floor(math.log2(q.numerator) - math.log2(q.denominator))
    while Fraction(2) ** e > q:
        e -= 1
    while Fraction(2) ** (e + 1) <= q:
        e += 1
    if nj and e < -126:
        return sign
    unit = Fraction(2) ** (max(e, -126) - 23)
    n = round(q / unit)      # Fraction rounds half to even
    if n == 1 << 24:
        n, e = n >> 1, e + 1
    if e > 127:
        return sign | INF
    if n < 1 << 23:
        return sign | n
    return sign | (max(e, -126) + 127) << 23 | n & 0x7FFFFF


def quiet(*xs):
    for x in xs:
        if is_nan(x):
            return x | 0x400000
    return None


def fma(c, a, m, b, negate_b=False):
    """a * m + b, or a * m - b, rounded once; the operands are no NaNs."""
    a, m, b = daz(c, a), daz(c, m), daz(c, b)
    if negate_b:
        b ^= SIGN
    ps = (a ^ m) >> 31
    ia, im, ib = (x & 0x7FFFFFFF == INF for x in (a, m, b))
    if ia or im:
        if not a & 0x7FFFFFFF or not m & 0x7FFFFFFF or ib and b >> 31 != ps:
            return QNAN
        return ps << 31 | INF
    if ib:
        return b
    p, t = value(a) * value(m), value(b)
    if p == 0 and t == 0:
        return (ps & b >> 31) << 31
    return to_single(p + t, 0, c.vscr >> 16 & 1)


ONE = 0x3F800000
vec("vaddfp", 10, each(32, lambda c, a, b: quiet(a, b) or fma(c, a, ONE, b)))
vec("vsubfp", 74, each(32, lambda c, a, b: quiet(a, b) or fma(c, a, ONE, b, True)))


def vmaddfp(c, A, B, C, o):
    return join([quiet(a, b, m) or fma(c, a, m, b) for a, b, m in zip(els(A, 32), els(B, 32), els(C, 32))], 32)


def vnmsubfp(c, A, B, C, o):
    out = []
    for a, b, m in zip(els(A, 32), els(B, 32), els(C, 32)):
        r = quiet(a, b, m)
        if r is None:
            r = fma(c, a, m, b, True)
            r = r if is_nan(r) else r ^ SIGN
        out.append(r)
    return join(out, 32)


va("vmaddfp", 46, vmaddfp)
va("vnmsubfp", 47, vnmsubfp)


def rank(x):
    """Order with -0 below +0."""
    return -1 - (x & 0x7FFFFFFF) if x >> 31 else x


vec("vmaxfp", 1034, each(32, lambda c, a, b: quiet(a, b) or max(daz(c, a), daz(c, b), key=rank)))
vec("vminfp", 1098, each(32, lambda c, a, b: quiet(a, b) if is_nan(a) or is_nan(b) else min(daz(c, a), daz(c, b), key=rank)))


def number(c, x):
    x = daz(c, x)
    return Fraction(2) ** 200 * (-1 if x >> 31 else 1) if x & 0x7FFFFFFF == INF else value(x)


def ordered(op):
    return lambda c, a, b: not is_nan(a) and not is_nan(b) and op(number(c, a), number(c, b))


compare("vcmpeqfp", 198, 32, ordered(lambda a, b: a == b))
compare("vcmpgefp", 454, 32, ordered(lambda a, b: a >= b))
compare("vcmpgtfp", 710, 32, ordered(lambda a, b: a > b))


def vcmpbfp(c, o):
    out = []
    for a, b in zip(els(c.v[o["vA"]], 32), els(c.v[o["vB"]], 32)):
        nan = is_nan(a) or is_nan(b)
        le = not nan and number(c, a) <= number(c, b)
        ge = not nan and number(c, a) >= -number(c, b)
        out.append((not le) << 31 | (not ge) << 30)
    c.v[o["vD"]] = join(out, 32)
    if o.get("VRc"):
        c.set_crf(6, 2 * (not any(out)))


ISA.add("vcmpbfp", 4 << 26 | 966, vcmpbfp)


def integral(fn):
    def run(c, A, B, o):
        out = []
        for x in els(B, 32):
            if is_nan(x):
                out.append(x | 0x400000)
            elif x & 0x7FFFFFFF == INF:
                out.append(x)
            else:
                x = daz(c, x)
                out.append(to_single(Fraction(fn(value(x))), x >> 31) | x & SIGN)
        return join(out, 32)
    return run


vec("vrfin", 522, integral(round))
vec("vrfiz", 586, integral(math.trunc))
vec("vrfip", 650, integral(math.ceil))
vec("vrfim", 714, integral(math.floor))
vec("vcfux", 778, lambda c, A, B, o: join([to_single(Fraction(x, 1 << o["UIMM"])) for x in els(B, 32)], 32))
vec("vcfsx", 842, lambda c, A, B, o: join([to_single(Fraction(x, 1 << o["UIMM"])) for x in s32(B)], 32))


def to_fixed(sg):
    def run(c, A, B, o):
        out = []
        for x in els(B, 32):
            if is_nan(x):
                out.append(0)
            else:
                out.append(sat(c, math.trunc(number(c, x) * (1 << o["UIMM"])), 32, sg))
        return join(out, 32)
    return run


vec("vctuxs", 906, to_fixed(False))
vec("vctsxs", 970, to_fixed(True))


# ---- estimates: the special values are fixed; the others are checked against the correctly rounded
# value under the tag "estimate" (ALTIVECPEM: 1/4096 relative, vlogefp 1/32 absolute, vexptefp 1/16) ----
def root(q, bits):
    s = math.isqrt(q.numerator * q.denominator << 2 * bits)
    return Fraction(s, q.denominator << bits)


def estimate(special, fn):
    def one(c, x):
        if is_nan(x):
            return x | 0x400000
        x = daz(c, x)
        r = special(x)
        return r if r is not None else to_single(fn(value(x)), 0, c.vscr >> 16 & 1)
    return lambda c, A, B, o: join([one(c, x) for x in els(B, 32)], 32)


def positive_only(x, zero, inf):
    if not x & 0x7FFFFFFF:
        return zero(x)
    return QNAN if x >> 31 else inf if x == INF else None


vec("vrefp", 266, estimate(
    lambda x: x | INF if not x & 0x7FFFFFFF else x & SIGN if x & 0x7FFFFFFF == INF else None, lambda q: 1 / q))
vec("vrsqrtefp", 330, estimate(lambda x: positive_only(x, lambda z: z | INF, 0), lambda q: 1 / root(q, 200)))
vec("vlogefp", 458, estimate(lambda x: positive_only(x, lambda z: SIGN | INF, INF), lambda q: Fraction(math.log2(q))))
vec("vexptefp", 394, estimate(
    lambda x: 0 if x == SIGN | INF else INF if x == INF else ONE if not x & 0x7FFFFFFF else None,
    lambda q: Fraction(2.0 ** float(q)) if abs(q) < 200 else Fraction(2) ** (200 if q > 0 else -400)))
assert d_form(4) == 4 << 26
