"""More rows for integer64.vec: floating point that only 64-bit models have, and the doubleword system instructions
(PowerPC Architecture 2.01, Books I and III). Results come from integer arithmetic, not from the host's floats."""
from math import isqrt

M64, TOP, QNAN, INF = (1 << 64) - 1, 1 << 63, 0x7FF8 << 48, 0x7FF << 52
FX, FEX, VX, XX, VXSNAN, FR, FI, VXSQRT, VXCVI, VE, XE = 1 << 31, 1 << 30, 1 << 29, 1 << 25, 1 << 24, 1 << 18, 1 << 17, 1 << 9, 1 << 8, 0x80, 8
FPRF = 0x1F000
SF, HV, VEC, EE, PR, FP, ME, IR, DR, RI = 1 << 63, 1 << 60, 1 << 25, 1 << 15, 1 << 14, 1 << 13, 1 << 12, 1 << 5, 1 << 4, 2
HYPER, SUPER, USER = SF | HV | ME | RI, SF | ME | RI, SF | VEC | PR | FP | ME | RI
PRIVILEGED = 0x40000


# ---- floating point ----

def rounded(neg, q, e, p, rn):
    """The value q * 2**e (q > 0) with p bits: (q', e', incremented, inexact)."""
    cut = q.bit_length() - p
    if cut <= 0:
        return q << -cut, e + cut, False, False
    low, half, q = q & ((1 << cut) - 1), 1 << (cut - 1), q >> cut
    up = {0: low > half or low == half and q & 1, 1: False, 2: low and not neg, 3: low and neg}[rn]
    q += bool(up)
    if q >> p:
        q, cut = q >> 1, cut + 1
    return q, e + cut, bool(up), low != 0


def double(neg, q, e):
    """Bits of q * 2**e for a normal double."""
    shift = 53 - q.bit_length()
    q, e = q << shift if shift >= 0 else q >> -shift, e - shift
    return neg << 63 | (e + 52 + 1023) << 52 | q & (1 << 52) - 1


def parts(b):
    """(q, e) of a finite double that is not 0."""
    exp, frac = b >> 52 & 0x7FF, b & (1 << 52) - 1
    return (frac | 1 << 52, exp - 1075) if exp else (frac, -1074)


def sums(f):
    f &= ~(FEX | VX)
    if f & 0x01F80700:
        f |= VX
    return f | (FEX if (f >> 29 & f >> 7 | f >> 28 & f >> 6 | f >> 27 & f >> 5 | f >> 26 & f >> 4 | f >> 25 & f >> 3) & 1 else 0)


def after(f, flags, keep_fprf, fprf=0, fr=False, fi=False):
    f = f & ~(FR | FI) | flags | (FX if flags & ~f else 0) | (FR if fr else 0) | (FI if fi else 0)
    return sums(f if keep_fprf else f & ~FPRF | fprf << 12)


def fp_row(w, insn, word, fpscr, operand, result, f, mask=0xFFFFFFFF):
    rc = len(w.lines) & 1
    out = {"fpscr": f, "f1": result}
    if rc:
        out["cr"] = 0x10203040 & ~0x0F000000 | f >> 28 << 24
    w.row(insn, [word | 1 << 21 | 2 << 11 | rc], {"fpscr": sums(fpscr), "f1": 0x0123456789ABCDEF, "f2": operand, "cr": 0x10203040}, out,
          **({"mask": {"fpscr": f"{mask:x}"}} if mask != 0xFFFFFFFF else {}))


OLD = 0x0123456789ABCDEF


def fcfid(w):
    for x in (0, 1, -1, 1 << 53, (1 << 53) + 1, (1 << 53) + 3, -(1 << 53) - 1, (1 << 63) - 1, -(1 << 63), (1 << 62) + 257, 0x20000000000002FF):
        for rn in range(4):
            neg = x < 0
            if not x:
                fp_row(w, "fcfid", 63 << 26 | 846 << 1, rn, 0, 0, after(rn, 0, False, 2))
                continue
            q, e, up, inexact = rounded(neg, abs(x), 0, 53, rn)
            fp_row(w, "fcfid", 63 << 26 | 846 << 1, rn, x & M64, double(neg, q, e),
                   after(rn, XX if inexact else 0, False, 8 if neg else 4, up, inexact))


def fctid(w):
    values = [0, TOP, 1, 0x3FE0 << 48, 0xBFE0 << 48, 0x3FF8 << 48, 0x4004 << 48, 0xC004 << 48, 0x43E0 << 48, 0xC3E0 << 48,
              0x43DFFFFFFFFFFFFF, 0xC3E0000000000001, 0x4330000000000001, 0x432FFFFFFFFFFFFF, INF, INF | TOP, QNAN, 0x7FF4 << 48]
    for name, xo in (("fctid", 814), ("fctidz", 815)):
        word = 63 << 26 | xo << 1
        for i, b in enumerate(values):
            for rn in range(4) if name == "fctid" else (i & 3,):
                how, neg, mag = rn if name == "fctid" else 1, b >> 63, b & ~TOP
                f0 = rn | (VE if i & 1 and rn == 2 else 0)
                if mag >= INF:
                    n, bad, up, inexact = None, True, False, False
                elif not mag:
                    n, bad, up, inexact = 0, False, False, False
                else:
                    q, e = parts(mag)
                    whole, low, half = (q << e, 0, 1) if e >= 0 else (q >> -e, q & ((1 << -e) - 1), 1 << (-e - 1))
                    up = bool({0: low > half or low == half and whole & 1, 1: False, 2: low and not neg, 3: low and neg}[how])
                    inexact, n = low != 0, (whole + up) * (-1 if neg else 1)
                    bad = not -(1 << 63) <= n < 1 << 63
                if bad:
                    flags = VXCVI | (VXSNAN if mag > INF and not mag >> 51 & 1 else 0)
                    r = OLD if f0 & VE else TOP if neg or mag > INF else TOP - 1
                    f = after(f0, flags, True)
                else:
                    r, f = n & M64, after(f0, XX if inexact else 0, True, 0, up, inexact)
                fp_row(w, name, word, f0, b, r, f, 0xFFFFFFFF & ~FPRF)   # FPRF is undefined


def fsqrt(w):
    values = [0, TOP, INF, 0x3FF0 << 48, 0x4000 << 48, 0x4010 << 48, 0x3FF0000020000000, 0x47EFFFFFE0000000, 0x36A0 << 48, 0x400921FB60000000]
    special = [INF | TOP, 0xBFF0 << 48, QNAN | 5 << 40, 0x7FF4 << 48, 0xFFF4 << 48]
    for name, op, p in (("fsqrt", 63, 53), ("fsqrts", 59, 24)):
        word = op << 26 | 22 << 1
        for b in values + ([0x7FEFFFFFFFFFFFFF, 1, 0x000FFFFFFFFFFFFF, 0x3FEFFFFFFFFFFFFF] if p == 53 else []):
            for rn in range(4):
                if b & ~TOP in (0, INF):
                    fprf = {0: 2, TOP: 0x12, INF: 5}[b]
                    fp_row(w, name, word, rn, b, b, after(rn, 0, False, fprf))
                    continue
                q, e = parts(b)
                grow = 140 + (e & 1)
                q, e = q << grow, e - grow
                s = isqrt(q)
                q, e, up, inexact = rounded(0, 2 * s + (s * s != q), e // 2 - 1, p, rn)
                fp_row(w, name, word, rn, b, double(0, q, e), after(rn, XX if inexact else 0, False, 4, up, inexact))
        for i, b in enumerate(special):
            for f0 in (i & 3, VE):
                nan = b & ~TOP > INF
                flags = (VXSNAN if not b >> 51 & 1 else 0) if nan else VXSQRT
                if flags and f0 & VE:
                    fp_row(w, name, word, f0, b, OLD, after(f0, flags, True))
                else:
                    fp_row(w, name, word, f0, b, b | 1 << 51 if nan else QNAN, after(f0, flags, False, 0x11))


# ---- system ----

IMPLEMENTED = SF | HV | VEC | 1 << 18 | EE | PR | FP | ME | 0xF00 | IR | DR | 4 | RI
INFO = 0x783F0000          # bits 33-36 and 42-47: SRR1's own


def problem(v):
    return v | EE | IR | DR if v & PR else v


def returns(w):
    """rfid, hrfid: what comes back, for who may."""
    targets = [0x200180, 0x7FFFFFFFFFF00F03, 0xFFFFFFFFFFF01002, 0x123400C00]
    values = [HYPER, SUPER, USER, USER & ~SF, M64 & ~(1 << 18), SUPER | EE | INFO, HV, HYPER & ~ME | 0xF00]
    for insn, word, r0, r1 in (("rfid", 19 << 26 | 18 << 1, "srr0", "srr1"), ("hrfid", 19 << 26 | 274 << 1, "hsrr0", "hsrr1")):
        for i, v in enumerate(values):
            for old in (HYPER, SUPER):
                state = {"msr": old, r0: targets[i & 3], r1: v}
                if insn == "hrfid" and old == SUPER:
                    w.row(insn, [word], state, {"exc": "0x700", "srr0": 0x100000, "srr1": SUPER | PRIVILEGED, "msr": HYPER & ~RI})
                    continue
                may = ~INFO & IMPLEMENTED & ~(0 if old & HV else HV | ME)
                new = problem(old & ~may | v & may)
                pc = targets[i & 3] & ~3 & (M64 if new & SF else 0xFFFFFFFF)
                # the runner takes SRR0's change for an exception, and its vector is where the pc went
                w.row(insn, [word], state, dict({"pc": pc, "msr": new}, **({"exc": f"{pc & 0xFFFFF:x}"} if insn == "rfid" else {})))
        w.row(insn, [word], {}, {"exc": "0x700", "srr0": 0x100000, "srr1": USER | PRIVILEGED})


def machine_state(w):
    """mtmsrd and mtmsr: HV and ME stay (Book III 2.01); L = 1 changes EE and RI alone; mtmsr keeps the upper half."""
    for insn, xo in (("mtmsrd", 178), ("mtmsr", 146)):
        for i, v in enumerate((SUPER | EE, USER, 0, M64 & ~(1 << 18), EE | RI, HV | FP, HYPER | VEC | FP, IR | DR | SF)):
            for old in (HYPER, SUPER | FP):
                for ell in (0, 1):
                    may = (EE | RI) if ell else IMPLEMENTED & ~(HV | ME) & (M64 if insn == "mtmsrd" else 0xFFFFFFFF)
                    new = old & ~may | v & may
                    new = new if ell else problem(new)
                    word = 31 << 26 | 3 << 21 | ell << 16 | xo << 1
                    w.row(insn, [word], {"msr": old, "r3": v}, {"pc": 0x100004, "msr": new})
        w.row(insn, [31 << 26 | 3 << 21 | xo << 1], {}, {"exc": "0x700", "srr1": USER | PRIVILEGED})


def x(xo, d=0, a=0, b=0):
    return 31 << 26 | d << 21 | a << 16 | b << 11 | xo << 1


def slb(w):
    """Entries written, read back, dropped by address and all at once (but the first)."""
    mte, mfee, mfev, ie, ia = x(402, 3, 0, 4), x(915, 5, 0, 6), x(851, 7, 0, 6), x(434, 0, 0, 4), x(498)
    v = 1 << 27
    for i in range(8):
        n, esid, vsid = (0, 1, 63, 17, 5, 32, 62, 2)[i], ((0xC00000000, 0, M64 >> 28, 0xD00000001)[i & 3] ^ i << 8) << 28, (0x123456789ABCD << 12 | i * 0x280) & M64
        state = {"msr": (HYPER, SUPER)[i & 1], "r3": vsid, "r4": esid | v | n, "r6": n}
        w.row("slbmte", [mte, mfee, mfev], state, {"r5": esid | v, "r7": vsid & ~0x7F})
        w.row("slbmfee", [mte, mfee], dict(state, r6=n | 0xABC000), {"r5": esid | v})
        w.row("slbmfev", [mte, mfev], dict(state, r3=vsid | 0xF80), {"r7": vsid | 0xF80})
        w.row("slbie", [mte, ie, mfee], state, {"r5": 0}, mask={"r5": f"{v:x}"})
        w.row("slbie", [mte, x(434, 0, 0, 8), mfee], dict(state, r8=esid ^ 1 << 40), {"r5": esid | v})
        w.row("slbia", [mte, ia, mfee], state, {"r5": 0 if n else v}, mask={"r5": f"{v:x}"})
    for insn, word in (("slbmte", mte), ("slbmfee", mfee), ("slbmfev", mfev), ("slbie", ie), ("slbia", ia)):
        w.row(insn, [word], {}, {"exc": "0x700", "srr1": USER | PRIVILEGED})


def tlb(w):
    """What a row can see of tlbiel: who may, and that registers and memory stay."""
    for i in range(4):
        word = x(274, 0, 0, 4)
        w.row("tlbiel", [word, 0x60000000], {"msr": (HYPER, SUPER)[i & 1], "r4": i << 12 | 0xC << 60, "cr": 0x12345678},
              {"pc": 0x100008, "r4": i << 12 | 0xC << 60, "cr": 0x12345678})
        w.row("tlbiel", [0x60000000, word], {"r4": i}, {"exc": "0x700", "srr0": 0x100004, "srr1": USER | PRIVILEGED})


def add(w):
    fcfid(w)
    fctid(w)
    fsqrt(w)
    returns(w)
    machine_state(w)
    slb(w)
    tlb(w)
