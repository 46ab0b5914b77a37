/*
 * AltiVec written down a second time, element by element and as literally as the manual
 * (ALTIVECPEM chapter 6), for tests/unit/test_vec.c. Shares nothing with cpu/sem_vec*.h: registers
 * are byte arrays in architected order, floats go through the host's scalar arithmetic.
 */
#ifndef TESTS_VEC_REF_H
#define TESTS_VEC_REF_H

#include <fenv.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct ref {
    uint8_t a[16], b[16], c[16], d[16]; /* d: the result */
    int imm;
    bool nj, sat;
    unsigned cr6;
};

/* ---- elements ---- */

static uint64_t ref_u(const uint8_t *r, unsigned i, unsigned size)
{
    uint64_t v = 0;
    for (unsigned k = 0; k < size; k++) v = v << 8 | r[i * size + k];
    return v;
}

static int64_t ref_s(const uint8_t *r, unsigned i, unsigned size)
{
    uint64_t v = ref_u(r, i, size);
    uint64_t sign = UINT64_C(1) << (8 * size - 1);
    return (int64_t)(v ^ sign) - (int64_t)sign;
}

static int64_t ref_get(const uint8_t *r, unsigned i, unsigned size, bool is_signed)
{
    return is_signed ? ref_s(r, i, size) : (int64_t)ref_u(r, i, size);
}

static void ref_put(uint8_t *r, unsigned i, unsigned size, uint64_t v)
{
    for (unsigned k = size; k-- > 0; v >>= 8) r[i * size + k] = (uint8_t)v;
}

static int64_t ref_clip(struct ref *x, int64_t v, unsigned size, bool is_signed)
{
    int64_t max = is_signed ? (INT64_C(1) << (8 * size - 1)) - 1 : (INT64_C(1) << 8 * size) - 1;
    int64_t min = is_signed ? -max - 1 : 0;
    if (v <= max && v >= min) return v;
    x->sat = true;
    return v > max ? max : min;
}

/* ---- families: one function each, with what varies in the table row ---- */

enum ref_op {
    OP_ADD, OP_SUB, OP_CARRY, OP_NOBORROW, OP_AVG, OP_MAX, OP_MIN, OP_EQ, OP_GT,
    OP_ROTL, OP_SHL, OP_SHR, OP_AND, OP_ANDC, OP_OR, OP_XOR, OP_NOR,
};

struct ref_row {
    const char *name;
    void (*fn)(struct ref *x, const struct ref_row *row);
    unsigned size;  /* bytes of an element */
    bool is_signed, saturate;
    int op;
};

static int64_t ref_floor_half(int64_t v) { return v >= 0 ? v / 2 : -((-v + 1) / 2); }

static int64_t ref_op2(int64_t a, int64_t b, const struct ref_row *row)
{
    unsigned bits = 8 * row->size, n = (unsigned)b % bits;
    switch ((enum ref_op)row->op) {
    case OP_ADD: return a + b;
    case OP_SUB: return a - b;
    case OP_CARRY: return (a + b) >> 32 & 1;
    case OP_NOBORROW: return a >= b;
    case OP_AVG: return ref_floor_half(a + b + 1);
    case OP_MAX: return a > b ? a : b;
    case OP_MIN: return a < b ? a : b;
    case OP_EQ: return a == b ? -1 : 0;
    case OP_GT: return a > b ? -1 : 0;
    case OP_ROTL:
        for (; n; n--)
            a = (int64_t)(((uint64_t)a << 1 | ((uint64_t)a >> (bits - 1) & 1)) &
                          ((UINT64_C(1) << bits) - 1));
        return a;
    case OP_SHL: return (int64_t)((uint64_t)a << n);
    case OP_SHR:
        for (; n; n--) a = ref_floor_half(a);
        return a;
    case OP_AND: return a & b;
    case OP_ANDC: return a & ~b;
    case OP_OR: return a | b;
    case OP_XOR: return a ^ b;
    case OP_NOR: return ~(a | b);
    }
    return 0;
}

static void ref_each2(struct ref *x, const struct ref_row *row)
{
    bool all = true, none = true;
    for (unsigned i = 0; i < 16 / row->size; i++) {
        /* a shift's count is always unsigned */
        bool count = row->op == OP_ROTL || row->op == OP_SHL || row->op == OP_SHR;
        int64_t a = ref_get(x->a, i, row->size, row->is_signed);
        int64_t b = ref_get(x->b, i, row->size, row->is_signed && !count);
        int64_t v = ref_op2(a, b, row);
        if (row->saturate) v = ref_clip(x, v, row->size, row->is_signed);
        all &= v != 0;
        none &= v == 0;
        ref_put(x->d, i, row->size, (uint64_t)v);
    }
    x->cr6 = (unsigned)all << 3 | (unsigned)none << 1;
}

static void ref_sel(struct ref *x, const struct ref_row *row)
{
    (void)row;
    for (int i = 0; i < 128; i++) {
        uint8_t bit = (uint8_t)(0x80 >> (i & 7));
        const uint8_t *from = x->c[i / 8] & bit ? x->b : x->a;
        x->d[i / 8] = (uint8_t)((x->d[i / 8] & ~bit) | (from[i / 8] & bit));
    }
}

/* op: 0 even, 1 odd elements; size is the operands' */
static void ref_mul(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 8 / row->size; i++) {
        unsigned k = 2 * i + (unsigned)row->op;
        int64_t v = ref_get(x->a, k, row->size, row->is_signed) *
                    ref_get(x->b, k, row->size, row->is_signed);
        ref_put(x->d, i, 2 * row->size, (uint64_t)v);
    }
}

/* vmhaddshs, vmhraddshs (op: 1 rounds), vmladduhm (op: 2) */
static void ref_muladd(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 8; i++) {
        int64_t p = ref_s(x->a, i, 2) * ref_s(x->b, i, 2), v;
        if (row->op == 2) {
            v = p + ref_s(x->c, i, 2);
        } else {
            if (row->op == 1) p += 0x4000;
            for (int n = 0; n < 15; n++) p = ref_floor_half(p);
            v = ref_clip(x, p + ref_s(x->c, i, 2), 2, true);
        }
        ref_put(x->d, i, 2, (uint64_t)v);
    }
}

/* vmsum*; op: 1 for a signed times unsigned */
static void ref_msum(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 4; i++) {
        int64_t v = ref_get(x->c, i, 4, row->is_signed);
        for (unsigned k = i * 4 / row->size; k < (i + 1) * 4 / row->size; k++)
            v += ref_get(x->a, k, row->size, row->is_signed || row->op) *
                 ref_get(x->b, k, row->size, row->is_signed);
        if (row->saturate) v = ref_clip(x, v, 4, row->is_signed);
        ref_put(x->d, i, 4, (uint64_t)v);
    }
}

/* vsum4*; op: words summed into one (1, 2 or 4) */
static void ref_sum(struct ref *x, const struct ref_row *row)
{
    unsigned words = (unsigned)row->op;
    memset(x->d, 0, 16);
    for (unsigned i = words - 1; i < 4; i += words) {
        int64_t v = ref_get(x->b, i, 4, row->is_signed);
        for (unsigned k = (i + 1 - words) * 4 / row->size; k < (i + 1) * 4 / row->size; k++)
            v += ref_get(x->a, k, row->size, row->is_signed);
        ref_put(x->d, i, 4, (uint64_t)ref_clip(x, v, 4, row->is_signed));
    }
}

/* op: 0 high, 1 low */
static void ref_merge(struct ref *x, const struct ref_row *row)
{
    unsigned half = 8 / row->size;
    for (unsigned i = 0; i < half; i++) {
        ref_put(x->d, 2 * i, row->size, ref_u(x->a, i + half * (unsigned)row->op, row->size));
        ref_put(x->d, 2 * i + 1, row->size, ref_u(x->b, i + half * (unsigned)row->op, row->size));
    }
}

static void ref_splat(struct ref *x, const struct ref_row *row)
{
    unsigned n = 16 / row->size;
    for (unsigned i = 0; i < n; i++)
        ref_put(x->d, i, row->size, ref_u(x->b, (unsigned)x->imm % n, row->size));
}

static void ref_splat_imm(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 16 / row->size; i++)
        ref_put(x->d, i, row->size, (uint64_t)(int64_t)x->imm);
}

/* size: source; is_signed: source; op: 0 modulo, 1 to unsigned, 2 to signed, 3 pixel */
static void ref_pack(struct ref *x, const struct ref_row *row)
{
    unsigned n = 16 / row->size;
    for (unsigned i = 0; i < 2 * n; i++) {
        const uint8_t *r = i < n ? x->a : x->b;
        int64_t v = ref_get(r, i % n, row->size, row->is_signed);
        if (row->op == 3)
            v = (v >> 24 & 1) << 15 | (v >> 19 & 31) << 10 | (v >> 11 & 31) << 5 | (v >> 3 & 31);
        else if (row->op) v = ref_clip(x, v, row->size / 2, row->op == 2);
        ref_put(x->d, i, row->size / 2, (uint64_t)v);
    }
}

/* op: 0 high, 1 low; is_signed: a number, else a pixel */
static void ref_unpack(struct ref *x, const struct ref_row *row)
{
    unsigned n = 8 / row->size;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = i + n * (unsigned)row->op;
        int64_t v = ref_s(x->b, k, row->size);
        if (!row->is_signed)
            v = (v < 0 ? INT64_C(0xff000000) : 0) | (v >> 10 & 31) << 16 | (v >> 5 & 31) << 8 |
                (v & 31);
        ref_put(x->d, i, 2 * row->size, (uint64_t)v);
    }
}

static uint8_t ref_pair(const struct ref *x, unsigned i) { return i < 16 ? x->a[i] : x->b[i - 16]; }

static void ref_perm(struct ref *x, const struct ref_row *row)
{
    (void)row;
    for (unsigned i = 0; i < 16; i++) x->d[i] = ref_pair(x, x->c[i] & 31);
}

static void ref_sldoi(struct ref *x, const struct ref_row *row)
{
    (void)row;
    for (unsigned i = 0; i < 16; i++) x->d[i] = ref_pair(x, i + (unsigned)x->imm);
}

/* The whole register by n bits; op: 0 left, 1 right. */
static void ref_shift(struct ref *x, int op, unsigned n)
{
    memset(x->d, 0, 16);
    for (unsigned i = 0; i < 128; i++) {
        unsigned from = op ? i - n : i + n;
        if ((op && i < n) || from > 127) continue;
        if (x->a[from / 8] & 0x80 >> from % 8) x->d[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
}
static void ref_octets(struct ref *x, const struct ref_row *row)
{
    ref_shift(x, row->op, x->b[15] & 0x78);
}
/* Every byte has the same count (the test sees to it), else the result is undefined. */
static void ref_bits(struct ref *x, const struct ref_row *row)
{
    ref_shift(x, row->op, x->b[15] & 7);
}

/* ---- floating point ---- */

static float ref_float(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, 4);
    return f;
}
static uint32_t ref_float_bits(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, 4);
    return bits;
}
static uint32_t ref_word(const uint8_t *r, unsigned i) { return (uint32_t)ref_u(r, i, 4); }
static bool ref_is_nan(uint32_t v) { return (v & 0x7f800000) == 0x7f800000 && v & 0x7fffff; }
static bool ref_is_denormal(uint32_t v) { return !(v & 0x7f800000) && v & 0x7fffff; }
static uint32_t ref_operand(const struct ref *x, uint32_t v)
{
    return x->nj && ref_is_denormal(v) ? v & 0x80000000 : v;
}

enum { FP_ADD, FP_SUB, FP_MADD, FP_NMSUB, FP_MAX, FP_MIN };

/* Smaller than the smallest normal number before rounding: seen in double precision, cut off. */
static bool ref_tiny(double a, double c, double b)
{
    volatile double va = a, vc = c, vb = b;
    fesetround(FE_TOWARDZERO);
    volatile double r = fma(va, vc, vb);
    fesetround(FE_TONEAREST);
    return r != 0 && fabs(r) < 0x1p-126;
}

static uint32_t ref_fused(const struct ref *x, uint32_t a, uint32_t c, uint32_t b)
{
    float r = fmaf(ref_float(a), ref_float(c), ref_float(b));
    if (isnan(r)) return 0x7fc00000;
    if (x->nj && ref_tiny(ref_float(a), ref_float(c), ref_float(b))) {
        return ref_float_bits(r) & 0x80000000;
    }
    return ref_float_bits(r);
}

static uint32_t ref_fp_op(const struct ref *x, int op, uint32_t a, uint32_t b, uint32_t c)
{
    bool three = op == FP_MADD || op == FP_NMSUB;
    if (ref_is_nan(a)) return a | 0x400000;
    if (ref_is_nan(b)) return b | 0x400000;
    if (three && ref_is_nan(c)) return c | 0x400000;
    a = ref_operand(x, a);
    b = ref_operand(x, b);
    c = ref_operand(x, c);
    float fa = ref_float(a), fb = ref_float(b);
    uint32_t r;
    switch (op) {
    case FP_ADD: return ref_fused(x, a, 0x3f800000, b);
    case FP_SUB: return ref_fused(x, a, 0x3f800000, b ^ 0x80000000);
    case FP_MADD: return ref_fused(x, a, c, b);
    case FP_NMSUB:
        r = ref_fused(x, a, c, b ^ 0x80000000);
        return ref_is_nan(r) ? r : r ^ 0x80000000;
    case FP_MAX:
        if (fa == fb) return a & 0x80000000 ? b : a;
        return fa > fb ? a : b;
    default:
        if (fa == fb) return a & 0x80000000 ? a : b;
        return fa < fb ? a : b;
    }
}

static void ref_fp(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 4; i++)
        ref_put(x->d, i, 4,
                ref_fp_op(x, row->op, ref_word(x->a, i), ref_word(x->b, i), ref_word(x->c, i)));
}

/* op: 0 nearest, 1 zero, 2 up, 3 down */
static void ref_rfi(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t b = ref_operand(x, ref_word(x->b, i));
        float f = ref_float(b);
        float r = row->op == 0   ? rintf(f)
                  : row->op == 1 ? truncf(f)
                  : row->op == 2 ? ceilf(f)
                                 : floorf(f);
        ref_put(x->d, i, 4, ref_is_nan(b) ? b | 0x400000 : ref_float_bits(r));
    }
}

/* op: 0 equal, 1 greater or equal, 2 greater */
static void ref_fp_cmp(struct ref *x, const struct ref_row *row)
{
    bool all = true, none = true;
    for (unsigned i = 0; i < 4; i++) {
        float a = ref_float(ref_operand(x, ref_word(x->a, i)));
        float b = ref_float(ref_operand(x, ref_word(x->b, i)));
        bool r = row->op == 0 ? a == b : row->op == 1 ? a >= b : a > b;
        all &= r;
        none &= !r;
        ref_put(x->d, i, 4, r ? UINT32_MAX : 0);
    }
    x->cr6 = (unsigned)all << 3 | (unsigned)none << 1;
}

static void ref_bounds(struct ref *x, const struct ref_row *row)
{
    (void)row;
    bool inside = true;
    for (unsigned i = 0; i < 4; i++) {
        float a = ref_float(ref_operand(x, ref_word(x->a, i)));
        float b = ref_float(ref_operand(x, ref_word(x->b, i)));
        uint32_t r = (a <= b ? 0 : 0x80000000) | (a >= -b ? 0 : 0x40000000);
        inside &= !r;
        ref_put(x->d, i, 4, r);
    }
    x->cr6 = inside ? 2 : 0;
}

static void ref_from_int(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 4; i++) {
        double v = (double)ref_get(x->b, i, 4, row->is_signed);
        ref_put(x->d, i, 4, ref_float_bits((float)ldexp(v, -x->imm)));
    }
}

static void ref_to_int(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t b = ref_word(x->b, i);
        double v = trunc(ldexp(ref_float(b), x->imm));
        if (v > 1e15) v = 1e15; /* within int64_t, infinities too */
        if (v < -1e15) v = -1e15;
        int64_t r = ref_is_nan(b) ? 0 : ref_clip(x, (int64_t)v, 4, row->is_signed);
        ref_put(x->d, i, 4, (uint64_t)r);
    }
}

/* Estimates: what this emulator promises is the value to nearest (vrefp, vrsqrtefp) or to within
 * far less than the manual's bounds (vlogefp, vexptefp), which the test compares with a tolerance.
 */
enum { EST_RE, EST_RSQRTE, EST_LOGE, EST_EXPTE };
static void ref_estimate(struct ref *x, const struct ref_row *row)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t b = ref_operand(x, ref_word(x->b, i));
        double v = ref_float(b), r = 0;
        switch (row->op) {
        case EST_RE: r = 1.0 / v; break;
        case EST_RSQRTE: r = v == 0 ? 1.0 / v : 1.0 / sqrt(v); break;
        case EST_LOGE: r = log2(v); break;
        case EST_EXPTE: r = exp2(v); break;
        }
        uint32_t bits = ref_float_bits((float)r);
        if (ref_is_nan(b)) bits = b | 0x400000;
        else if (isnan(r)) bits = 0x7fc00000;
        else if (x->nj && r != 0 && fabs(r) < 0x1p-126) bits &= 0x80000000;
        ref_put(x->d, i, 4, bits);
    }
}

/* ---- the table ---- */

#define U false
#define S true
static const struct ref_row ref_rows[] = {
    {"vaddubm", ref_each2, 1, U, false, OP_ADD},
    {"vadduhm", ref_each2, 2, U, false, OP_ADD},
    {"vadduwm", ref_each2, 4, U, false, OP_ADD},
    {"vaddcuw", ref_each2, 4, U, false, OP_CARRY},
    {"vaddubs", ref_each2, 1, U, true, OP_ADD},
    {"vadduhs", ref_each2, 2, U, true, OP_ADD},
    {"vadduws", ref_each2, 4, U, true, OP_ADD},
    {"vaddsbs", ref_each2, 1, S, true, OP_ADD},
    {"vaddshs", ref_each2, 2, S, true, OP_ADD},
    {"vaddsws", ref_each2, 4, S, true, OP_ADD},
    {"vsububm", ref_each2, 1, U, false, OP_SUB},
    {"vsubuhm", ref_each2, 2, U, false, OP_SUB},
    {"vsubuwm", ref_each2, 4, U, false, OP_SUB},
    {"vsubcuw", ref_each2, 4, U, false, OP_NOBORROW},
    {"vsububs", ref_each2, 1, U, true, OP_SUB},
    {"vsubuhs", ref_each2, 2, U, true, OP_SUB},
    {"vsubuws", ref_each2, 4, U, true, OP_SUB},
    {"vsubsbs", ref_each2, 1, S, true, OP_SUB},
    {"vsubshs", ref_each2, 2, S, true, OP_SUB},
    {"vsubsws", ref_each2, 4, S, true, OP_SUB},
    {"vavgub", ref_each2, 1, U, false, OP_AVG},
    {"vavguh", ref_each2, 2, U, false, OP_AVG},
    {"vavguw", ref_each2, 4, U, false, OP_AVG},
    {"vavgsb", ref_each2, 1, S, false, OP_AVG},
    {"vavgsh", ref_each2, 2, S, false, OP_AVG},
    {"vavgsw", ref_each2, 4, S, false, OP_AVG},
    {"vmaxub", ref_each2, 1, U, false, OP_MAX},
    {"vmaxuh", ref_each2, 2, U, false, OP_MAX},
    {"vmaxuw", ref_each2, 4, U, false, OP_MAX},
    {"vmaxsb", ref_each2, 1, S, false, OP_MAX},
    {"vmaxsh", ref_each2, 2, S, false, OP_MAX},
    {"vmaxsw", ref_each2, 4, S, false, OP_MAX},
    {"vminub", ref_each2, 1, U, false, OP_MIN},
    {"vminuh", ref_each2, 2, U, false, OP_MIN},
    {"vminuw", ref_each2, 4, U, false, OP_MIN},
    {"vminsb", ref_each2, 1, S, false, OP_MIN},
    {"vminsh", ref_each2, 2, S, false, OP_MIN},
    {"vminsw", ref_each2, 4, S, false, OP_MIN},
    {"vcmpequb", ref_each2, 1, U, false, OP_EQ},
    {"vcmpequh", ref_each2, 2, U, false, OP_EQ},
    {"vcmpequw", ref_each2, 4, U, false, OP_EQ},
    {"vcmpgtub", ref_each2, 1, U, false, OP_GT},
    {"vcmpgtuh", ref_each2, 2, U, false, OP_GT},
    {"vcmpgtuw", ref_each2, 4, U, false, OP_GT},
    {"vcmpgtsb", ref_each2, 1, S, false, OP_GT},
    {"vcmpgtsh", ref_each2, 2, S, false, OP_GT},
    {"vcmpgtsw", ref_each2, 4, S, false, OP_GT},
    {"vrlb", ref_each2, 1, U, false, OP_ROTL},
    {"vrlh", ref_each2, 2, U, false, OP_ROTL},
    {"vrlw", ref_each2, 4, U, false, OP_ROTL},
    {"vslb", ref_each2, 1, U, false, OP_SHL},
    {"vslh", ref_each2, 2, U, false, OP_SHL},
    {"vslw", ref_each2, 4, U, false, OP_SHL},
    {"vsrb", ref_each2, 1, U, false, OP_SHR},
    {"vsrh", ref_each2, 2, U, false, OP_SHR},
    {"vsrw", ref_each2, 4, U, false, OP_SHR},
    {"vsrab", ref_each2, 1, S, false, OP_SHR},
    {"vsrah", ref_each2, 2, S, false, OP_SHR},
    {"vsraw", ref_each2, 4, S, false, OP_SHR},
    {"vand", ref_each2, 1, U, false, OP_AND},
    {"vandc", ref_each2, 1, U, false, OP_ANDC},
    {"vor", ref_each2, 1, U, false, OP_OR},
    {"vxor", ref_each2, 1, U, false, OP_XOR},
    {"vnor", ref_each2, 1, U, false, OP_NOR},
    {"vsel", ref_sel, 1, U, false, 0},
    {"vmuleub", ref_mul, 1, U, false, 0},
    {"vmuleuh", ref_mul, 2, U, false, 0},
    {"vmulesb", ref_mul, 1, S, false, 0},
    {"vmulesh", ref_mul, 2, S, false, 0},
    {"vmuloub", ref_mul, 1, U, false, 1},
    {"vmulouh", ref_mul, 2, U, false, 1},
    {"vmulosb", ref_mul, 1, S, false, 1},
    {"vmulosh", ref_mul, 2, S, false, 1},
    {"vmhaddshs", ref_muladd, 2, S, true, 0},
    {"vmhraddshs", ref_muladd, 2, S, true, 1},
    {"vmladduhm", ref_muladd, 2, U, false, 2},
    {"vmsumubm", ref_msum, 1, U, false, 0},
    {"vmsummbm", ref_msum, 1, U, false, 1},
    {"vmsumuhm", ref_msum, 2, U, false, 0},
    {"vmsumuhs", ref_msum, 2, U, true, 0},
    {"vmsumshm", ref_msum, 2, S, false, 0},
    {"vmsumshs", ref_msum, 2, S, true, 0},
    {"vsum4ubs", ref_sum, 1, U, true, 1},
    {"vsum4sbs", ref_sum, 1, S, true, 1},
    {"vsum4shs", ref_sum, 2, S, true, 1},
    {"vsum2sws", ref_sum, 4, S, true, 2},
    {"vsumsws", ref_sum, 4, S, true, 4},
    {"vmrghb", ref_merge, 1, U, false, 0},
    {"vmrghh", ref_merge, 2, U, false, 0},
    {"vmrghw", ref_merge, 4, U, false, 0},
    {"vmrglb", ref_merge, 1, U, false, 1},
    {"vmrglh", ref_merge, 2, U, false, 1},
    {"vmrglw", ref_merge, 4, U, false, 1},
    {"vspltb", ref_splat, 1, U, false, 0},
    {"vsplth", ref_splat, 2, U, false, 0},
    {"vspltw", ref_splat, 4, U, false, 0},
    {"vspltisb", ref_splat_imm, 1, S, false, 0},
    {"vspltish", ref_splat_imm, 2, S, false, 0},
    {"vspltisw", ref_splat_imm, 4, S, false, 0},
    {"vpkuhum", ref_pack, 2, U, false, 0},
    {"vpkuwum", ref_pack, 4, U, false, 0},
    {"vpkuhus", ref_pack, 2, U, true, 1},
    {"vpkuwus", ref_pack, 4, U, true, 1},
    {"vpkshus", ref_pack, 2, S, true, 1},
    {"vpkswus", ref_pack, 4, S, true, 1},
    {"vpkshss", ref_pack, 2, S, true, 2},
    {"vpkswss", ref_pack, 4, S, true, 2},
    {"vpkpx", ref_pack, 4, U, false, 3},
    {"vupkhsb", ref_unpack, 1, S, false, 0},
    {"vupkhsh", ref_unpack, 2, S, false, 0},
    {"vupklsb", ref_unpack, 1, S, false, 1},
    {"vupklsh", ref_unpack, 2, S, false, 1},
    {"vupkhpx", ref_unpack, 2, U, false, 0},
    {"vupklpx", ref_unpack, 2, U, false, 1},
    {"vperm", ref_perm, 1, U, false, 0},
    {"vsldoi", ref_sldoi, 1, U, false, 0},
    {"vslo", ref_octets, 1, U, false, 0},
    {"vsro", ref_octets, 1, U, false, 1},
    {"vsl", ref_bits, 1, U, false, 0},
    {"vsr", ref_bits, 1, U, false, 1},
    {"vaddfp", ref_fp, 4, U, false, FP_ADD},
    {"vsubfp", ref_fp, 4, U, false, FP_SUB},
    {"vmaddfp", ref_fp, 4, U, false, FP_MADD},
    {"vnmsubfp", ref_fp, 4, U, false, FP_NMSUB},
    {"vmaxfp", ref_fp, 4, U, false, FP_MAX},
    {"vminfp", ref_fp, 4, U, false, FP_MIN},
    {"vrfin", ref_rfi, 4, U, false, 0},
    {"vrfiz", ref_rfi, 4, U, false, 1},
    {"vrfip", ref_rfi, 4, U, false, 2},
    {"vrfim", ref_rfi, 4, U, false, 3},
    {"vcmpeqfp", ref_fp_cmp, 4, U, false, 0},
    {"vcmpgefp", ref_fp_cmp, 4, U, false, 1},
    {"vcmpgtfp", ref_fp_cmp, 4, U, false, 2},
    {"vcmpbfp", ref_bounds, 4, U, false, 0},
    {"vcfux", ref_from_int, 4, U, false, 0},
    {"vcfsx", ref_from_int, 4, S, false, 0},
    {"vctuxs", ref_to_int, 4, U, true, 0},
    {"vctsxs", ref_to_int, 4, S, true, 0},
    {"vrefp", ref_estimate, 4, U, false, EST_RE},
    {"vrsqrtefp", ref_estimate, 4, U, false, EST_RSQRTE},
    {"vlogefp", ref_estimate, 4, U, false, EST_LOGE},
    {"vexptefp", ref_estimate, 4, U, false, EST_EXPTE},
};
#undef U
#undef S

#endif
