/*
 * AltiVec floating point, one element at a time, in integers: cpu/vpu_float.h says what for.
 */
#include "cpu/vpu_float.h"

#include <stddef.h>
#include "base/compiler.h"
#include "cpu/host_vec.h"

#define SIGN UINT32_C(0x80000000)
#define INFINITE UINT32_C(0x7f800000)
#define QUIET UINT32_C(0x00400000)
#define DEFAULT_NAN UINT32_C(0x7fc00000)
#define ONE UINT32_C(0x3f800000)
#define BIAS 127

typedef unsigned __int128 u128;

#define ALL(x) {x, x, x, x}
const struct hv_consts hv_consts = {
    .ones = ALL(0xffffffff),
    .smallest = ALL(0x00ffffff),
    .large = ALL(0x1afffffd),
    .one_8 = ALL(0x01010101),
    .one_16 = ALL(0x00010001),
    .count_16 = ALL(0x000f000f),
    .lower_16 = ALL(0x0000ffff),
};
#undef ALL

static bool is_nan(uint32_t x) { return (x & ~SIGN) > INFINITE; }
static bool is_inf(uint32_t x) { return (x & ~SIGN) == INFINITE; }
static bool is_zero(uint32_t x) { return (x & ~SIGN) == 0; }

/* A denormal operand is a zero of the same sign in non-Java mode. */
static uint32_t operand(uint32_t x, bool nj) { return nj && !(x & INFINITE) ? x & SIGN : x; }

/* Finite x is sig * 2^exp, 0 <= sig < 2^24, sign apart. */
struct number {
    uint32_t sign;
    int exp;
    uint32_t sig;
};

static struct number unpack(uint32_t x)
{
    int e = (int)(x >> 23 & 255);
    uint32_t fraction = x & 0x7fffff;
    if (!e) return (struct number){x & SIGN, 1 - BIAS - 23, fraction};
    return (struct number){x & SIGN, e - BIAS - 23, fraction | 0x800000};
}

/* x >> n; bits lost leave a 1 in the lowest place, so that later rounding sees them. */
static uint64_t shift_sticky(uint64_t x, unsigned n)
{
    if (!n) return x;
    if (n > 63) return x != 0;
    return x >> n | (x << (64 - n) != 0);
}
static u128 shift_sticky128(u128 x, unsigned n)
{
    if (!n) return x;
    if (n > 127) return x != 0;
    return x >> n | (x << (128 - n) != 0);
}

/* sig * 2^exp rounded to nearest even; sig != 0, its lowest bit may be sticky. */
static uint32_t round_pack(uint32_t sign, int exp, uint64_t sig, bool nj)
{
    int zeros = __builtin_clzll(sig);
    sig <<= zeros;
    int e = exp - zeros + 63 + BIAS; /* biased exponent of the leading bit */
    if (e <= 0) {
        if (nj) return sign; /* tiny before rounding */
        sig = shift_sticky(sig, (unsigned)(1 - e));
        e = 1;
    }
    uint32_t m = (uint32_t)(sig >> 40); /* 24 bits */
    uint64_t rest = sig & 0xffffffffffu, half = UINT64_C(1) << 39;
    if (rest > half || (rest == half && m & 1)) m++;
    if (e >= 255) return sign | INFINITE;
    uint32_t packed = ((uint32_t)(e - 1) << 23) + m; /* the leading bit adds 1 to e - 1 */
    return sign | (packed >= INFINITE ? INFINITE : packed);
}

/* The first NaN of the operands, made quiet; false when there is none. */
static bool propagate(const uint32_t *x, unsigned n, uint32_t *r)
{
    for (unsigned i = 0; i < n; i++) {
        if (is_nan(x[i])) {
            *r = x[i] | QUIET;
            return true;
        }
    }
    return false;
}

/* ---- sums and products ---- */

static u128 leading_at_100(u128 x, int *exp)
{
    int top =
        x >> 64 ? 127 - __builtin_clzll((uint64_t)(x >> 64)) : 63 - __builtin_clzll((uint64_t)x);
    int up = 100 - top;
    *exp -= up;
    return x << up;
}

/* product * 2^pe + b, both non-zero, with one rounding. With 52 places behind the longer operand
 * the sticky bit of an alignment can only matter to the rounding, not to a cancellation. */
static uint32_t add_aligned(uint32_t psign, int pe, uint64_t product, struct number b, bool nj)
{
    u128 x = leading_at_100(product, &pe), y = leading_at_100(b.sig, &b.exp);
    int e = pe > b.exp ? pe : b.exp;
    x = shift_sticky128(x, (unsigned)(e - pe));
    y = shift_sticky128(y, (unsigned)(e - b.exp));
    uint32_t sign = psign;
    u128 sum = x + y;
    if (psign != b.sign) {
        sum = x > y ? x - y : y - x;
        if (y > x) sign = b.sign;
        if (!sum) return 0; /* +0 when rounding to nearest */
    }
    /* 40 low places are sticky at most: the operands' own bits lie above bit 51. */
    return round_pack(sign, e + 40, (uint64_t)shift_sticky128(sum, 40), nj);
}

/* a * c + b without NaN operands. */
static uint32_t fused(uint32_t a, uint32_t c, uint32_t b, bool nj)
{
    uint32_t psign = (a ^ c) & SIGN;
    if (is_inf(a) || is_inf(c)) {
        if (is_zero(a) || is_zero(c)) return DEFAULT_NAN;
        if (is_inf(b) && (b & SIGN) != psign) return DEFAULT_NAN;
        return psign | INFINITE;
    }
    if (is_inf(b)) return b;
    struct number x = unpack(a), y = unpack(c), z = unpack(b);
    uint64_t product = (uint64_t)x.sig * y.sig;
    if (!product) {
        if (!z.sig) return psign & z.sign; /* -0 only when both are */
        return b;
    }
    if (!z.sig) return round_pack(psign, x.exp + y.exp, product, nj);
    return add_aligned(psign, x.exp + y.exp, product, z, nj);
}

uint32_t vpu_add(uint32_t a, uint32_t b, bool nj)
{
    uint32_t r;
    if (propagate((uint32_t[]){a, b}, 2, &r)) return r;
    return fused(operand(a, nj), ONE, operand(b, nj), nj);
}

uint32_t vpu_sub(uint32_t a, uint32_t b, bool nj)
{
    uint32_t r;
    if (propagate((uint32_t[]){a, b}, 2, &r)) return r;
    return fused(operand(a, nj), ONE, operand(b, nj) ^ SIGN, nj);
}

uint32_t vpu_madd(uint32_t a, uint32_t b, uint32_t c, bool nj)
{
    uint32_t r;
    if (propagate((uint32_t[]){a, b, c}, 3, &r)) return r;
    return fused(operand(a, nj), operand(c, nj), operand(b, nj), nj);
}

uint32_t vpu_nmsub(uint32_t a, uint32_t b, uint32_t c, bool nj)
{
    uint32_t r;
    if (propagate((uint32_t[]){a, b, c}, 3, &r)) return r;
    r = fused(operand(a, nj), operand(c, nj), operand(b, nj) ^ SIGN, nj);
    return is_nan(r) ? r : r ^ SIGN; /* the NaN of an invalid operation stays positive */
}

/* ---- order ---- */

/* Numbers ordered as integers: negative ones count down from -1. */
static int64_t rank(uint32_t x) { return x & SIGN ? -(int64_t)(x & ~SIGN) : (int64_t)x; }

int vpu_compare(uint32_t a, uint32_t b, bool nj)
{
    if (is_nan(a) || is_nan(b)) return 2;
    int64_t x = rank(operand(a, nj)), y = rank(operand(b, nj));
    return x < y ? -1 : x > y;
}

uint32_t vpu_max(uint32_t a, uint32_t b, bool nj)
{
    uint32_t r;
    if (propagate((uint32_t[]){a, b}, 2, &r)) return r;
    a = operand(a, nj);
    b = operand(b, nj);
    if (is_zero(a) && is_zero(b)) return a & b;
    return rank(a) > rank(b) ? a : b;
}

uint32_t vpu_min(uint32_t a, uint32_t b, bool nj)
{
    uint32_t r;
    if (propagate((uint32_t[]){a, b}, 2, &r)) return r;
    a = operand(a, nj);
    b = operand(b, nj);
    if (is_zero(a) && is_zero(b)) return a | b;
    return rank(a) < rank(b) ? a : b;
}

/* ---- estimates ----
 *
 * ALTIVECPEM asks for a relative error of at most 2^-12 (vrefp, vrsqrtefp), 1/16 (vexptefp) and
 * an absolute error of 1/32 (vlogefp), and for the special values below.
 * UNVERIFIED: the tables of the 74xx are not public; these return the correctly rounded value
 * (vlogefp, vexptefp: within a small fraction of a unit of it), which a dump of the instruction
 * on a 7450 for all mantissas would replace. */

uint32_t vpu_re(uint32_t b, bool nj)
{
    if (is_nan(b)) return b | QUIET;
    b = operand(b, nj);
    if (is_inf(b)) return b & SIGN;
    if (is_zero(b)) return (b & SIGN) | INFINITE;
    struct number x = unpack(b);
    u128 one = (u128)1 << 86; /* at least 62 bits in the quotient */
    u128 q = one / x.sig;
    unsigned extra = q >> 64 ? 24 : 0; /* denormals: a longer quotient */
    uint64_t sig = (uint64_t)shift_sticky128(q, extra) | (one % x.sig != 0);
    return round_pack(x.sign, -86 - x.exp + (int)extra, sig, nj);
}

uint32_t vpu_rsqrte(uint32_t b, bool nj)
{
    if (is_nan(b)) return b | QUIET;
    b = operand(b, nj);
    if (is_zero(b)) return (b & SIGN) | INFINITE;
    if (b & SIGN) return DEFAULT_NAN;
    if (is_inf(b)) return 0;
    struct number x = unpack(b);
    while (x.sig < 0x800000) {
        x.sig <<= 1;
        x.exp--;
    }
    if (x.exp & 1) {
        x.sig <<= 1;
        x.exp--;
    }
    /* The largest t with t * t * sig <= 2^100: 1 / sqrt(sig) is t * 2^-50, at least 37 bits long.
     */
    u128 limit = (u128)1 << 100;
    uint64_t t = 0;
    for (int bit = 38; bit >= 0; bit--) {
        uint64_t next = t | UINT64_C(1) << bit;
        if ((u128)next * next * x.sig <= limit) t = next;
    }
    bool exact = (u128)t * t * x.sig == limit;
    return round_pack(0, -51 - x.exp / 2, t << 1 | !exact, nj);
}

/* Binary places of log2(m), 1 <= m < 2, by squaring: m is a fraction of 2^63. */
static uint64_t log2_fraction(uint64_t m)
{
    uint64_t r = 0;
    for (int i = 0; i < 56; i++) {
        u128 square = (u128)m * m; /* below 2^128 */
        bool two = square >> 127;
        m = (uint64_t)(square >> (two ? 64 : 63));
        r = r << 1 | two;
    }
    return r;
}

uint32_t vpu_loge(uint32_t b, bool nj)
{
    if (is_nan(b)) return b | QUIET;
    b = operand(b, nj);
    if (is_zero(b)) return SIGN | INFINITE;
    if (b & SIGN) return DEFAULT_NAN;
    if (is_inf(b)) return b;
    struct number x = unpack(b);
    int zeros = __builtin_clzll(x.sig);
    uint64_t fraction = log2_fraction((uint64_t)x.sig << zeros);
    int64_t whole = x.exp + 63 - zeros;
    __int128 r = (__int128)whole * (INT64_C(1) << 56) + fraction; /* |r| < 2^64 */
    if (!r) return 0;
    return round_pack(r < 0 ? SIGN : 0, -56, (uint64_t)(r < 0 ? -r : r), nj);
}

/* 2^(2^-k) for k = 1 to 32, as fractions of 2^63. */
static const uint64_t roots_of_two[32] = {
    0xb504f333f9de6484, 0x9837f0518db8a96f, 0x8b95c1e3ea8bd6e7, 0x85aac367cc487b15,
    0x82cd8698ac2ba1d7, 0x8164d1f3bc030773, 0x80b1ed4fd999ab6c, 0x8058d7d2d5e5f6b1,
    0x802c6436d0e04f51, 0x8016302f17467628, 0x800b179c82028fd1, 0x80058baf7fee3b5d,
    0x8002c5d00fdcfcb7, 0x800162e61bed4a49, 0x8000b17292f702a4, 0x800058b92abbae02,
    0x80002c5c8dade4d7, 0x8000162e44eaf636, 0x80000b1721fa7c19, 0x8000058b90de7e4d,
    0x800002c5c8678f37, 0x80000162e431dba0, 0x800000b1721872d1, 0x80000058b90c1aa9,
    0x8000002c5c8605a4, 0x800000162e4300e6, 0x8000000b17217ff8, 0x800000058b90bfdd,
    0x80000002c5c85fe7, 0x8000000162e42ff2, 0x80000000b17217f8, 0x8000000058b90bfc,
};

uint32_t vpu_expte(uint32_t b, bool nj)
{
    if (is_nan(b)) return b | QUIET;
    b = operand(b, nj);
    if (is_inf(b)) return b & SIGN ? 0 : INFINITE;
    struct number x = unpack(b);
    if (x.exp > -23 + 8) return x.sign ? 0 : INFINITE; /* |x| >= 512 */
    /* x as a number with 32 binary places; smaller parts of it change nothing that is kept. */
    int up = x.exp + 32;
    int64_t fixed = up >= 0 ? (int64_t)x.sig << up : (int64_t)shift_sticky(x.sig, (unsigned)-up);
    if (x.sign) fixed = -fixed;
    int whole = (int)(fixed >> 32);
    uint64_t m = UINT64_C(1) << 63;
    for (unsigned k = 0; k < 32; k++)
        if ((uint64_t)fixed & UINT64_C(0x80000000) >> k) {
            m = (uint64_t)((u128)m * roots_of_two[k] >> 63);
        }
    return round_pack(0, whole - 63, m | ((uint32_t)fixed != 0), nj);
}

/* ---- rounding to integers ---- */

enum direction { NEAREST, ZERO, UP, DOWN };

static uint32_t round_integral(uint32_t b, bool nj, enum direction d)
{
    if (is_nan(b)) return b | QUIET;
    b = operand(b, nj);
    int e = (int)(b >> 23 & 255) - BIAS;
    if (e >= 23 || is_zero(b)) return b;
    bool away = (d == UP && !(b & SIGN)) || (d == DOWN && b & SIGN);
    if (e < 0) { /* below 1: 0, or 1 */
        if (d == NEAREST) away = (b & ~SIGN) > 0x3f000000;
        return (b & SIGN) | (away ? ONE : 0);
    }
    uint32_t unit = UINT32_C(1) << (23 - e), rest = b & (unit - 1);
    uint32_t whole = b & ~(unit - 1);
    if (d == NEAREST) away = rest > unit / 2 || (rest == unit / 2 && (e == 0 || whole & unit));
    return rest && away ? whole + unit : whole;
}

uint32_t vpu_rfin(uint32_t b, bool nj) { return round_integral(b, nj, NEAREST); }
uint32_t vpu_rfiz(uint32_t b, bool nj) { return round_integral(b, nj, ZERO); }
uint32_t vpu_rfip(uint32_t b, bool nj) { return round_integral(b, nj, UP); }
uint32_t vpu_rfim(uint32_t b, bool nj) { return round_integral(b, nj, DOWN); }

/* ---- conversions ---- */

uint32_t vpu_from_u32(uint32_t b, unsigned scale)
{
    return b ? round_pack(0, -(int)scale, b, false) : 0;
}

uint32_t vpu_from_s32(uint32_t b, unsigned scale)
{
    if (!(b & SIGN)) return vpu_from_u32(b, scale);
    return SIGN | vpu_from_u32(-b, scale);
}

/* |b| * 2^scale truncated; anything from 2^40 on gives 2^40. */
static uint64_t magnitude(uint32_t b, unsigned scale)
{
    struct number x = unpack(b);
    int up = x.exp + (int)scale;
    if (is_inf(b) || up > 16) return UINT64_C(1) << 40;
    if (up >= 0) return (uint64_t)x.sig << up;
    return up < -31 ? 0 : x.sig >> -up;
}

uint32_t vpu_to_s32(uint32_t b, unsigned scale, bool *sat)
{
    if (is_nan(b)) return 0;
    uint64_t m = magnitude(b, scale), limit = b & SIGN ? UINT64_C(0x80000000) : 0x7fffffff;
    if (m > limit) {
        *sat = true;
        m = limit;
    }
    return b & SIGN ? (uint32_t)-m : (uint32_t)m;
}

uint32_t vpu_to_u32(uint32_t b, unsigned scale, bool *sat)
{
    if (is_nan(b)) return 0;
    uint64_t m = magnitude(b, scale), limit = b & SIGN ? 0 : UINT32_MAX;
    if (m <= limit) return (uint32_t)m;
    *sat = true;
    return (uint32_t)limit;
}
