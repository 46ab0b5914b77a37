/*
 * Floating-point semantics (PEM 4.2.2 and chapter 8). In fast glue the arithmetic is the host's,
 * for the cases that cpu/fpu.h describes; everything else returns SEM_FAULT and is done by
 * fpu_exact.c.
 */
#ifndef CPU_SEM_FP_H
#define CPU_SEM_FP_H

#include "cpu/fpu_fast.h"

#define FD c->fpr[s->d]
#define FA c->fpr[s->a]
#define FB c->fpr[s->b]
#define FC c->fpr[s->c]

/* ---- loads and stores ---- */

#define FP_EA_D in_mode(c, (ureg)(c->gpr[s->a] + (ureg)(sreg)s->imm))
#define FP_EA_X in_mode(c, (ureg)(c->gpr[s->a] + c->gpr[s->b]))

#define FP_LOAD(name, bits, conv, ea_expr, upd)                                                    \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        uint##bits##_t t;                                                                          \
        if (!mem_ldf##bits(c, ea, &t)) return SEM_FAULT;                                           \
        FD = conv(t);                                                                              \
        if (upd) c->gpr[s->a] = ea;                                                                \
        return SEM_NEXT;                                                                           \
    }
#define FP_STORE(name, bits, conv, ea_expr, upd)                                                   \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        /* denormalising would cost the handler a saved register */                                \
        if (FAST_GLUE && conv##_is_slow(FD)) return SEM_FAULT;                                     \
        if (!mem_stf##bits(c, ea, conv(FD))) return SEM_FAULT;                                     \
        if (upd) c->gpr[s->a] = ea;                                                                \
        return SEM_NEXT;                                                                           \
    }
#define FP_ACCESSES(make, base, bits, conv)                                                        \
    make(base, bits, conv, FP_EA_D, false)                                                         \
    make(base##u, bits, conv, FP_EA_D, true)                                                       \
    make(base##x, bits, conv, FP_EA_X, false)                                                      \
    make(base##ux, bits, conv, FP_EA_X, true)
#define FP_AS_IS(t) (t)
#define FP_LOW_WORD(t) ((uint32_t)(t))
#define FP_AS_IS_is_slow(t) false
#define FP_LOW_WORD_is_slow(t) false
#define fp_to_single_is_slow(t) unlikely(fp_stores_denormal(t))

FP_ACCESSES(FP_LOAD, lfs, 32, fp_from_single)
FP_ACCESSES(FP_LOAD, lfd, 64, FP_AS_IS)
FP_ACCESSES(FP_STORE, stfs, 32, fp_to_single)
FP_ACCESSES(FP_STORE, stfd, 64, FP_AS_IS)
FP_STORE(stfiwx, 32, FP_LOW_WORD, FP_EA_X, false)

/* ---- moves: no effect on FPSCR, NaNs included ---- */

#define FP_MOVE(name, expr)                                                                        \
    SEM(name)                                                                                      \
    {                                                                                              \
        FD = expr;                                                                                 \
        fpu_cr1(c, v);                                                                             \
        return SEM_NEXT;                                                                           \
    }

FP_MOVE(fmr, FB)
FP_MOVE(fneg, FB ^ FP_SIGN)
FP_MOVE(fabs, FB & ~FP_SIGN)
FP_MOVE(fnabs, FB | FP_SIGN)
FP_MOVE(fsel, fp_double(FA) >= 0.0 ? FC : FB) /* a NaN chooses frB */

/* ---- arithmetic with one or two operands ---- */

#if FAST_GLUE
/* zero_ok: a zero result is exact with these operands; exact: this result w is, as a double; ok:
 * the host may try them at all. */
#define FP_TWO(name, kind_, second, expr, zero_ok, exact, ok)                                      \
    SEM(name)                                                                                      \
    {                                                                                              \
        uint64_t a = FA, b = second, r;                                                            \
        double x = fp_double(a), y = fp_double(b), w = expr;                                       \
        if (!fp_round(w, kind_, &r) && !(w == 0.0 && (zero_ok))) return SEM_FAULT;                 \
        if (unlikely(!fpu_quick(c)) &&                                                             \
            !(fpu_quick_if_exact(c) && (exact) && r == fp_bits(w))) return SEM_FAULT;              \
        if (unlikely(!(ok))) return SEM_FAULT;                                                     \
        fpu_put(c, s->d, kind_, r, a, b);                                                          \
        fpu_cr1(c, v);                                                                             \
        return SEM_NEXT;                                                                           \
    }
#else
#define FP_TWO(name, kind_, second, expr, zero_ok, exact, ok)                                      \
    SEM(name) { return fpu_arith(c, s->d, v, kind_, FA, second, 0); }
#endif

#define FP_EXACT_ADD fp_exact_sum(x, y, w)
#define FP_EXACT_SUB fp_exact_sum(x, -y, w)
#define FP_EXACT_MUL fp_short(a, b)
#define FP_EXACT_DIV (fp_short(fp_bits(w), b) && w * y == x)
#define FP_ANY_ZERO (fp_is_zero(a) || fp_is_zero(b))
#define FP_SINGLE_C (!(b & FP_LOW29)) /* see cut_multiplier() in softfp.c */
FP_TWO(fadd, FPU_ADD, FB, x + y, true, FP_EXACT_ADD, true)
FP_TWO(fsub, FPU_SUB, FB, x - y, true, FP_EXACT_SUB, true)
FP_TWO(fmul, FPU_MUL, FC, x * y, FP_ANY_ZERO, FP_EXACT_MUL, true)
FP_TWO(fdiv, FPU_DIV, FB, x / y, fp_is_zero(a), FP_EXACT_DIV, true)
FP_TWO(fadds, FPU_ADD | FPU_SINGLE, FB, x + y, true, FP_EXACT_ADD, true)
FP_TWO(fsubs, FPU_SUB | FPU_SINGLE, FB, x - y, true, FP_EXACT_SUB, true)
FP_TWO(fmuls, FPU_MUL | FPU_SINGLE, FC, x * y, FP_ANY_ZERO, FP_EXACT_MUL, FP_SINGLE_C)
FP_TWO(fdivs, FPU_DIV | FPU_SINGLE, FB, x / y, fp_is_zero(a), FP_EXACT_DIV, true)

SEM(frsp)
{
#if FAST_GLUE
    uint64_t b = FB, r = fp_bits((double)(float)fp_double(b));
    if (unlikely(!fp_ordinary_single(r)) && !fp_is_zero(b)) return SEM_FAULT;
    if (unlikely(!fpu_quick(c)) && !(fpu_quick_if_exact(c) && r == b)) return SEM_FAULT;
    fpu_put(c, s->d, FPU_RSP, r, 0, b);
    fpu_cr1(c, v);
    return SEM_NEXT;
#else
    return fpu_arith(c, s->d, v, FPU_RSP, 0, FB, 0);
#endif
}

/* ---- multiply-add ---- */

#if FAST_GLUE
static ALWAYS_INLINE enum sem fp_madd(struct ppc_cpu *c, const struct slot *s, unsigned v,
                                      const unsigned kind)
{
    const unsigned op = kind & ~(unsigned)FPU_SINGLE;
    const bool minus = op == FPU_MSUB || op == FPU_NMSUB;
    const bool negate = op == FPU_NMADD || op == FPU_NMSUB;
    uint64_t a = FA, b = FB, m = FC;
    double y = minus ? -fp_double(b) : fp_double(b);
    if (kind & FPU_SINGLE && unlikely(m & FP_LOW29)) return SEM_FAULT;
    double product = fp_double(a) * fp_double(m), w;
    if (kind & FPU_SINGLE && !(a & FP_LOW29)) {
        w = product + y; /* the product of two singles is exact in a double: only the sum rounds */
    } else {
        if (unlikely(!fp_has_fma(c))) return SEM_FAULT;
        w = fp_fma(fp_double(a), fp_double(m), y);
    }
    uint64_t r;
    if (!fp_round(w, kind, &r) && !(w == 0.0 && (fp_is_zero(a) || fp_is_zero(m))))
        return SEM_FAULT;
    if (unlikely(!fpu_quick(c)) &&
        !(fpu_quick_if_exact(c) && fp_short(a, m) && fp_ordinary(fp_bits(product)) &&
          fp_exact_sum(product, y, w) && r == fp_bits(w)))
        return SEM_FAULT;
    fpu_put(c, s->d, kind, negate ? r ^ FP_SIGN : r, a, b);
    c->fpu.m = m;
    fpu_cr1(c, v);
    return SEM_NEXT;
}
#define FP_MADD(name, kind) SEM(name) { return fp_madd(c, s, v, kind); }
#else
#define FP_MADD(name, kind) SEM(name) { return fpu_arith(c, s->d, v, kind, FA, FB, FC); }
#endif

FP_MADD(fmadd, FPU_MADD)
FP_MADD(fmsub, FPU_MSUB)
FP_MADD(fnmadd, FPU_NMADD)
FP_MADD(fnmsub, FPU_NMSUB)
FP_MADD(fmadds, FPU_MADD | FPU_SINGLE)
FP_MADD(fmsubs, FPU_MSUB | FPU_SINGLE)
FP_MADD(fnmadds, FPU_NMADD | FPU_SINGLE)
FP_MADD(fnmsubs, FPU_NMSUB | FPU_SINGLE)

/* ---- conversion to integer ---- */

#if FAST_GLUE
/* The upper word is what the 750 family leaves there: FFF80000, and 1 more for a zero that has been
 * negative. UNVERIFIED for the 74xx; the architecture leaves it undefined. */
static ALWAYS_INLINE enum sem fp_ctiw(struct ppc_cpu *c, const struct slot *s, unsigned v,
                                      const unsigned kind)
{
    uint64_t b = FB;
    double x = fp_double(b);
    if (unlikely(!(x > -2147483648.0 && x < 2147483647.0))) return SEM_FAULT;
    /* Nearest: adding 1.5 * 2^52 leaves the rounded integer in the low bits of the sum. */
    uint32_t i = kind == FPU_CTIWZ ? (uint32_t)(int32_t)x : (uint32_t)fp_bits(x + 0x1.8p52);
    if (unlikely(!fpu_quick(c)) && !(fpu_quick_if_exact(c) && (int32_t)i == x)) return SEM_FAULT;
    c->fpu.last.conv = (uint8_t)kind;
    c->fpu.conv_b = b;
    FD = UINT64_C(0xfff8000000000000) | (uint64_t)(i == 0 && b & FP_SIGN) << 32 | i;
    fpu_cr1(c, v);
    return SEM_NEXT;
}
SEM(fctiw) { return fp_ctiw(c, s, v, FPU_CTIW); }
SEM(fctiwz) { return fp_ctiw(c, s, v, FPU_CTIWZ); }
#else
SEM(fctiw) { return fpu_convert(c, s->d, v, FPU_CTIW, FB); }
SEM(fctiwz) { return fpu_convert(c, s->d, v, FPU_CTIWZ, FB); }
SEM(fctid) { return fpu_convert(c, s->d, v, FPU_CTID, FB); }
SEM(fctidz) { return fpu_convert(c, s->d, v, FPU_CTIDZ, FB); }
SEM(fcfid) { return fpu_arith(c, s->d, v, FPU_CFID, 0, FB, 0); }
#endif

/* ---- compare ---- */

#if FAST_GLUE
static ALWAYS_INLINE enum sem fp_cmp(struct ppc_cpu *c, const struct slot *s)
{
    double x = fp_double(FA), y = fp_double(FB);
    if (unlikely(__builtin_isunordered(x, y))) return SEM_FAULT;
    int order = (x > y) - (x < y);
    c->crf[s->d] = order;
    c->cr_so[s->d] = 0;
    c->fpu.last.cmp = (uint8_t)(order + 2);
    return SEM_NEXT;
}
SEM(fcmpu) { return fp_cmp(c, s); }
SEM(fcmpo) { return fp_cmp(c, s); }
#else
SEM(fcmpu) { return fpu_compare(c, s->d, FA, FB, false); }
SEM(fcmpo) { return fpu_compare(c, s->d, FA, FB, true); }
#endif

/* ---- slow only ---- */

#if !FAST_GLUE
SEM(fsqrt) { return fpu_arith(c, s->d, v, FPU_SQRT, 0, FB, 0); }
SEM(fsqrts) { return fpu_arith(c, s->d, v, FPU_SQRT | FPU_SINGLE, 0, FB, 0); }
SEM(fres) { return fpu_estimate(c, s->d, v, FPU_RES, FB); }
SEM(frsqrte) { return fpu_estimate(c, s->d, v, FPU_RSQRTE, FB); }

SEM(mffs) { return fpu_read(c, s->d, v); }
SEM(mcrfs) { return fpu_field_to_cr(c, s->d, s->a); }
SEM(mtfsb0) { return fpu_set_bit(c, v, s->d, false); }
SEM(mtfsb1) { return fpu_set_bit(c, v, s->d, true); }
SEM(mtfsfi)
{
    unsigned shift = 28 - 4u * s->d;
    return fpu_write_masked(c, v, (uint32_t)s->imm << shift, UINT32_C(15) << shift);
}
SEM(mtfsf)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < 8; i++)
        if (s->imm & 0x80 >> i) mask |= UINT32_C(0xf0000000) >> (4 * i);
    return fpu_write_masked(c, v, (uint32_t)FB, mask);
}
#endif

#endif
