/*
 * Reference arithmetic. Operands are unpacked to a sign, an exponent and a 64-bit significand with
 * its leading one in the top bit; an exact (or sticky) result of 128 bits is then rounded once.
 */
#include "cpu/softfp.h"

typedef unsigned __int128 u128; /* gcc, clang on 64-bit hosts */

#define SIGN UINT64_C(0x8000000000000000)
#define QUIET UINT64_C(0x0008000000000000)
#define INFINITE UINT64_C(0x7ff0000000000000)

enum kind { ZERO, FINITE, INF, QNAN, SNAN };

struct num {
    uint64_t bits;
    enum kind kind;
    bool sign;
    int exp;
    uint64_t m; /* value = m / 2^63 * 2^exp */
};

struct format {
    unsigned precision;
    int emin, emax;
    int adjust; /* of the exponent when OE or UE is set (PEM 3.3.6.2) */
    uint64_t max; /* largest finite number as a double */
};

static const struct format formats[2] = {
    {53, -1022, 1023, 1536, UINT64_C(0x7fefffffffffffff)},
    {24, -126, 127, 192, UINT64_C(0x47efffffe0000000)},
};

/* ---- classes and NaNs ---- */

bool softfp_is_nan(uint64_t v) { return (v & ~SIGN) > INFINITE; }
bool softfp_is_snan(uint64_t v) { return softfp_is_nan(v) && !(v & QUIET); }

uint32_t softfp_class(uint64_t v)
{
    bool neg = v & SIGN;
    uint64_t mag = v & ~SIGN;
    if (mag > INFINITE) return FPRF_QNAN;
    if (mag == INFINITE) return neg ? FPRF_NEG_INF : FPRF_POS_INF;
    if (mag == 0) return neg ? FPRF_NEG_ZERO : FPRF_POS_ZERO;
    if (mag >> 52 == 0) return neg ? FPRF_NEG_DENORM : FPRF_POS_DENORM;
    return neg ? FPRF_NEG_NORMAL : FPRF_POS_NORMAL;
}

static struct num unpack(uint64_t bits)
{
    struct num n = {.bits = bits, .sign = bits >> 63};
    int e = (int)(bits >> 52 & 0x7ff);
    uint64_t frac = bits << 12;
    if (e == 0x7ff) {
        n.kind = !frac ? INF : bits & QUIET ? QNAN : SNAN;
    } else if (e == 0 && frac == 0) {
        n.kind = ZERO;
    } else if (e == 0) {
        int lz = __builtin_clzll(frac);
        n.kind = FINITE;
        n.exp = -1023 - lz;
        n.m = frac << lz;
    } else {
        n.kind = FINITE;
        n.exp = e - 1023;
        n.m = SIGN | frac >> 1;
    }
    return n;
}

static bool is_nan(const struct num *n) { return n->kind >= QNAN; }

static struct softfp exact(uint64_t bits, uint32_t flags)
{
    return (struct softfp){bits, flags | softfp_class(bits)};
}

static struct softfp invalid(uint32_t why) { return exact(SOFTFP_QNAN, why); }

static uint64_t infinity(bool sign) { return INFINITE | (sign ? SIGN : 0); }
static uint64_t zero(bool sign) { return sign ? SIGN : 0; }

/* The first NaN in the order frA, frB, frC, made quiet (PEM 3.3.2.2, table 3-8). One of them is.
 * A single keeps the part of its fraction that fits: stated for frsp, recorded from hardware for
 * the others (Valgrind's jm-insns). */
static struct softfp pick_nan(const struct num *a, const struct num *b, const struct num *m,
                              bool single, uint32_t flags)
{
    const struct num *from = is_nan(a) ? a : is_nan(b) ? b : m;
    uint64_t dropped = single ? UINT64_C(0x1fffffff) : 0;
    if (a->kind == SNAN || b->kind == SNAN || m->kind == SNAN) flags |= FPSCR_VXSNAN;
    return exact((from->bits | QUIET) & ~dropped, flags);
}

/* ---- rounding ---- */

/* Shifts right; what falls out leaves its trace in the lowest bit. */
static u128 shift_sticky(u128 v, int n)
{
    if (n <= 0) return v;
    if (n > 127) return v != 0;
    return v >> n | ((v << (128 - n)) != 0);
}

/* rest: what is cut off, as a fraction of 2^128 of the last place. */
static bool rounds_up(unsigned rn, bool sign, bool odd, u128 rest)
{
    const u128 half = (u128)1 << 127;
    switch (rn) {
    case RN_NEAREST: return rest > half || (rest == half && odd);
    case RN_ZERO: return false;
    case RN_UP: return rest && !sign;
    default: return rest && sign;
    }
}

/* m / 2^63 * 2^exp as a double; m need not be normalised. Exponents that an enabled exception has
 * adjusted out of range wrap (only possible with operands PEM calls undefined for single forms). */
static uint64_t pack(bool sign, int exp, uint64_t m)
{
    if (m == 0) return zero(sign);
    int lz = __builtin_clzll(m);
    m <<= lz;
    exp -= lz;
    if (exp < -1022) {
        int n = -1022 - exp + 11;
        return zero(sign) | (n > 63 ? 0 : m >> n);
    }
    return zero(sign) | (uint64_t)((exp + 1023) & 0x7ff) << 52 | (m << 1) >> 12;
}

/* FR is undefined here (PEM 3.3.6.2.2); DingusPPC's recorded results have it from the rounding
 * (flags & FR). */
static struct softfp overflow(bool sign, const struct format *f, unsigned rn, uint32_t flags)
{
    bool to_max = rn == RN_ZERO || (rn == RN_UP && sign) || (rn == RN_DOWN && !sign);
    flags |= FPSCR_OX | FPSCR_XX | FPSCR_FI;
    return exact(to_max ? f->max | zero(sign) : infinity(sign), flags);
}

/* Rounds m / 2^127 * 2^exp, m's top bit set. Tininess is detected before rounding (PEM 3.3.6.2.3).
 */
static struct softfp round_pack(bool sign, int exp, u128 m, const struct format *f, uint32_t fpscr)
{
    uint32_t flags = 0;
    unsigned rn = fpscr & FPSCR_RN;
    bool tiny = exp < f->emin;
    if (tiny && fpscr & FPSCR_UE) {
        exp += f->adjust;
        flags = FPSCR_UX;
        tiny = false;
    } else if (tiny && fpscr & FPSCR_NI) {
        /* FPSCR[NI]: a denormalised result becomes zero of its sign. UNVERIFIED: that it counts as
         * an inexact underflow, and that denormalised operands count as they are; a run of the chip
         * with NI set would settle both. */
        return exact(zero(sign), FPSCR_UX | FPSCR_XX | FPSCR_FI);
    } else if (tiny) {
        m = shift_sticky(m, f->emin - exp);
        exp = f->emin;
    }
    u128 rest = m << f->precision;
    uint64_t kept = (uint64_t)(m >> (128 - f->precision));
    if (rest) flags |= FPSCR_XX | FPSCR_FI | (tiny ? FPSCR_UX : 0);
    if (rounds_up(rn, sign, kept & 1, rest)) {
        flags |= FPSCR_FR;
        if (++kept >> f->precision) {
            kept >>= 1;
            exp++;
        }
    }
    if (exp > f->emax) {
        if (!(fpscr & FPSCR_OE)) return overflow(sign, f, rn, flags);
        exp -= f->adjust;
        flags |= FPSCR_OX;
    }
    struct softfp r = {pack(sign, exp, kept << (64 - f->precision)), flags};
    bool denormal = tiny && kept && !(kept >> (f->precision - 1));
    if (denormal) r.flags |= sign ? FPRF_NEG_DENORM : FPRF_POS_DENORM;
    else r.flags |= softfp_class(r.bits);
    return r;
}

/* ---- operations on finite non-zero numbers ---- */

struct wide {
    bool sign;
    int exp;
    u128 m; /* value = m / 2^127 * 2^exp; the lowest bit may be sticky */
};

static struct wide widen(const struct num *n)
{
    return (struct wide){n->sign, n->exp, (u128)n->m << 64};
}

static struct wide normalise(struct wide w)
{
    uint64_t high = (uint64_t)(w.m >> 64);
    int lz = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)w.m);
    w.m <<= lz;
    w.exp -= lz;
    return w;
}

static struct softfp round_wide(struct wide w, bool single, uint32_t fpscr)
{
    return round_pack(w.sign, w.exp, w.m, &formats[single], fpscr);
}

/* The single forms send frC through the multiplier once, which takes 25 bits of it, rounded half
 * up. No effect on singles; a longer operand makes the result undefined (PEM 3.3.5), but programs
 * exist that see it. Measured on the 750; DingusPPC's recorded results agree. UNVERIFIED for the
 * 745x. */
static void cut_multiplier(struct num *n)
{
    uint64_t m = (n->m + (UINT64_C(1) << 38)) & ~((UINT64_C(1) << 39) - 1);
    if (m == 0) {
        m = SIGN;
        n->exp++;
    }
    n->m = m;
}

static struct wide multiply(const struct num *a, const struct num *b)
{
    return normalise((struct wide){a->sign != b->sign, a->exp + b->exp + 1, (u128)a->m * b->m});
}

/* x + y, both with at most 106 significant bits, so that a sticky bit 21 places below the last of
 * them cannot disturb a cancellation. m = 0: exactly zero. */
static struct wide sum(struct wide x, struct wide y)
{
    if (x.exp < y.exp || (x.exp == y.exp && x.m < y.m)) {
        struct wide t = x;
        x = y;
        y = t;
    }
    u128 ym = shift_sticky(y.m >> 1, x.exp - y.exp);
    x.m >>= 1;
    x.exp++;
    x.m = x.sign == y.sign ? x.m + ym : x.m - ym;
    return x.m ? normalise(x) : x;
}

/* An exact zero sum of numbers of different sign (PEM 3.3.3). */
static struct softfp zero_sum(uint32_t fpscr)
{
    return exact(zero((fpscr & FPSCR_RN) == RN_DOWN), 0);
}

/* x + b, x finite; b anything but a NaN. */
static struct softfp add_finite(const struct wide *x, const struct num *b, bool single,
                                uint32_t fpscr)
{
    if (b->kind == INF) return exact(infinity(b->sign), 0);
    if (b->kind == ZERO) return round_wide(*x, single, fpscr);
    struct wide r = sum(*x, widen(b));
    return r.m ? round_wide(r, single, fpscr) : zero_sum(fpscr);
}

/* ±0 + b and ±infinity + b. */
static struct softfp add_zero(bool sign, const struct num *b, bool single, uint32_t fpscr)
{
    if (b->kind == INF) return exact(infinity(b->sign), 0);
    if (b->kind == FINITE) return round_wide(widen(b), single, fpscr);
    return sign == b->sign ? exact(zero(sign), 0) : zero_sum(fpscr);
}

static struct softfp add_inf(bool sign, const struct num *b)
{
    if (b->kind == INF && b->sign != sign) return invalid(FPSCR_VXISI);
    return exact(infinity(sign), 0);
}

static struct softfp add(const struct num *a, const struct num *b, bool single, uint32_t fpscr)
{
    if (a->kind == INF) return add_inf(a->sign, b);
    if (a->kind == ZERO) return add_zero(a->sign, b, single, fpscr);
    struct wide x = widen(a);
    return add_finite(&x, b, single, fpscr);
}

/* ---- the instructions ---- */

struct softfp softfp_add(uint64_t a, uint64_t b, bool single, uint32_t fpscr)
{
    struct num na = unpack(a), nb = unpack(b);
    if (is_nan(&na) || is_nan(&nb)) return pick_nan(&na, &nb, &nb, single, 0);
    return add(&na, &nb, single, fpscr);
}

struct softfp softfp_sub(uint64_t a, uint64_t b, bool single, uint32_t fpscr)
{
    return softfp_add(a, softfp_is_nan(b) ? b : b ^ SIGN, single, fpscr);
}

struct softfp softfp_mul(uint64_t a, uint64_t b, bool single, uint32_t fpscr)
{
    struct num na = unpack(a), nb = unpack(b);
    bool sign = na.sign != nb.sign;
    if (is_nan(&na) || is_nan(&nb)) return pick_nan(&na, &nb, &nb, single, 0);
    if (na.kind == INF || nb.kind == INF) {
        if (na.kind == ZERO || nb.kind == ZERO) return invalid(FPSCR_VXIMZ);
        return exact(infinity(sign), 0);
    }
    if (na.kind == ZERO || nb.kind == ZERO) return exact(zero(sign), 0);
    if (single) cut_multiplier(&nb);
    return round_wide(multiply(&na, &nb), single, fpscr);
}

struct softfp softfp_madd(uint64_t a, uint64_t m, uint64_t b, bool minus, bool negate, bool single,
                          uint32_t fpscr)
{
    struct num na = unpack(a), nm = unpack(m), nb = unpack(b);
    bool sign = na.sign != nm.sign;
    /* Infinity times zero is invalid even when a quiet frB becomes the result. */
    bool imz = (na.kind == INF && nm.kind == ZERO) || (na.kind == ZERO && nm.kind == INF);
    if (is_nan(&na) || is_nan(&nb) || is_nan(&nm))
        return pick_nan(&na, &nb, &nm, single, imz ? FPSCR_VXIMZ : 0);
    if (imz) return invalid(FPSCR_VXIMZ);
    if (minus) nb.sign = !nb.sign;
    struct softfp r;
    if (na.kind == INF || nm.kind == INF) {
        r = add_inf(sign, &nb);
    } else if (na.kind == ZERO || nm.kind == ZERO) {
        r = add_zero(sign, &nb, single, fpscr);
    } else {
        if (single) cut_multiplier(&nm);
        struct wide x = multiply(&na, &nm);
        r = add_finite(&x, &nb, single, fpscr);
    }
    if (negate && !softfp_is_nan(r.bits)) {
        /* The sign is bit C and < > of FPRF for zero, denormalised, and < > for the others. */
        static const uint32_t flip[32] = {
            [0x09] = 0x05, [0x05] = 0x09, [0x08] = 0x04, [0x04] = 0x08, [0x18] = 0x14,
            [0x14] = 0x18, [0x12] = 0x02, [0x02] = 0x12,
        };
        r.bits ^= SIGN;
        r.flags = (r.flags & ~FPSCR_FPRF) | flip[(r.flags & FPSCR_FPRF) >> 12] << 12;
    }
    return r;
}

struct softfp softfp_div(uint64_t a, uint64_t b, bool single, uint32_t fpscr)
{
    struct num na = unpack(a), nb = unpack(b);
    bool sign = na.sign != nb.sign;
    if (is_nan(&na) || is_nan(&nb)) return pick_nan(&na, &nb, &nb, single, 0);
    if (na.kind == INF) return nb.kind == INF ? invalid(FPSCR_VXIDI) : exact(infinity(sign), 0);
    if (nb.kind == INF) return exact(zero(sign), 0);
    if (nb.kind == ZERO)
        return na.kind == ZERO ? invalid(FPSCR_VXZDZ) : exact(infinity(sign), FPSCR_ZX);
    if (na.kind == ZERO) return exact(zero(sign), 0);
    u128 n = (u128)na.m << 63;
    uint64_t q = (uint64_t)(n / nb.m);
    struct wide w = {sign, na.exp - nb.exp, (u128)q << 64 | (n % nb.m != 0)};
    return round_wide(normalise(w), single, fpscr);
}

/* floor(sqrt(n)), n >= 2^126. */
static uint64_t root(u128 n)
{
    uint64_t r = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t t = r | UINT64_C(1) << bit;
        if ((u128)t * t <= n) r = t;
    }
    return r;
}

struct softfp softfp_sqrt(uint64_t b, bool single, uint32_t fpscr)
{
    struct num n = unpack(b);
    if (is_nan(&n)) return pick_nan(&n, &n, &n, single, 0);
    if (n.kind == ZERO) return exact(b, 0);
    if (n.sign) return invalid(FPSCR_VXSQRT);
    if (n.kind == INF) return exact(b, 0);
    u128 x = (u128)n.m << (n.exp & 1 ? 64 : 63);
    uint64_t r = root(x);
    struct wide w = {false, (n.exp - (n.exp & 1)) / 2, (u128)r << 64 | ((u128)r * r != x)};
    return round_wide(w, single, fpscr);
}

struct softfp softfp_round_single(uint64_t b, uint32_t fpscr)
{
    struct num n = unpack(b);
    if (is_nan(&n)) return pick_nan(&n, &n, &n, true, 0);
    if (n.kind != FINITE) return exact(b, 0);
    return round_wide(widen(&n), true, fpscr);
}

/* ---- integers ---- */

struct softfp softfp_to_int(uint64_t b, unsigned width, unsigned rn)
{
    struct num n = unpack(b);
    uint64_t low = width == 32 ? UINT64_C(0x80000000) : SIGN; /* magnitude of the smallest */
    uint64_t saturated = n.sign || is_nan(&n) ? low : low - 1;
    struct softfp bad = {saturated, FPSCR_VXCVI | (n.kind == SNAN ? FPSCR_VXSNAN : 0)};
    if (is_nan(&n) || n.kind == INF || n.exp > 63) return bad;
    if (n.kind == ZERO) return (struct softfp){0, 0};
    /* Integer part in the upper 64 bits, fraction in the lower. */
    u128 fixed = shift_sticky((u128)n.m << 64, 63 - n.exp);
    uint64_t mag = (uint64_t)(fixed >> 64);
    uint32_t flags = (uint64_t)fixed ? FPSCR_XX | FPSCR_FI : 0;
    if (rounds_up(rn, n.sign, mag & 1, fixed << 64)) {
        flags |= FPSCR_FR;
        if (++mag == 0) return bad;
    }
    if (mag > (n.sign ? low : low - 1)) return bad;
    uint64_t v = n.sign ? 0 - mag : mag;
    return (struct softfp){width == 32 ? (uint32_t)v : v, flags};
}

struct softfp softfp_from_int64(int64_t v, uint32_t fpscr)
{
    if (v == 0) return exact(0, 0);
    uint64_t mag = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    struct wide w = {v < 0, 63, (u128)mag << 64};
    return round_wide(normalise(w), false, fpscr);
}
