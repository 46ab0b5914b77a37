/*
 * Floating-point semantics (PEM 4.2.2 and chapter 8). In fast glue the arithmetic is the host's,
 * for the cases that cpu/fpu.h describes; everything else returns SEM_FAULT and is done by
 * fpu_exact.c.
 */
#ifndef CPU_SEM_FP_H
#define CPU_SEM_FP_H

#include "cpu/fpu_fast.h"

/* Indices of one type everywhere: in a fused handler (exec_fuse.h) the compiler has to see when two are equal. */
#define FD c->fpr[(unsigned)s->d]
#define FA c->fpr[(unsigned)s->a]
#define FB c->fpr[(unsigned)s->b]
#define FC c->fpr[(unsigned)s->c]
/* As numbers. */
#define DD c->fpr_d[(unsigned)s->d]
#define DA c->fpr_d[(unsigned)s->a]
#define DB c->fpr_d[(unsigned)s->b]
#define DC c->fpr_d[(unsigned)s->c]

/* ---- loads and stores ---- */

#define FP_EA_D in_mode(c, (ureg)(c->gpr[s->a] + (ureg)(sreg)s->imm))
#define FP_EA_X in_mode(c, (ureg)(c->gpr[s->a] + c->gpr[s->b]))

#if FAST_GLUE
#define FP_LOAD(name, bits, kind, ea_expr, upd)                                                    \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        const uint8_t *p = mem_read_words(c, ea, bits / 8);                                        \
        if (unlikely(!p)) return SEM_FAULT;                                                        \
        DD = FP_LOAD_##kind(p);                                                                    \
        if (upd) c->gpr[s->a] = ea;                                                                \
        return SEM_NEXT;                                                                           \
    }
#define FP_STORE(name, bits, kind, ea_expr, upd)                                                   \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        if (FP_CANNOT_##kind) return SEM_FAULT;                                                    \
        uint8_t *p = mem_write_words(c, ea, bits / 8);                                            \
        if (unlikely(!p)) return SEM_FAULT;                                                        \
        FP_STORE_##kind(p);                                                                        \
        if (upd) c->gpr[s->a] = ea;                                                                \
        return SEM_NEXT;                                                                           \
    }
#define FP_LOAD_SINGLE(p) fp_widen(hv_load_float(p))
#define FP_LOAD_DOUBLE(p) hv_load_double(p)
#define FP_CANNOT_SINGLE unlikely(fp_stores_denormal(FD)) /* would cost a saved register */
#define FP_CANNOT_DOUBLE false
#define FP_CANNOT_WORD false
#define FP_STORE_SINGLE(p) put_be32(p, fp_to_single(FD))
#define FP_STORE_DOUBLE(p) hv_store_double(p, DD)
#define FP_STORE_WORD(p) put_be32(p, (uint32_t)FD)
#else
#define FP_LOAD(name, bits, kind, ea_expr, upd)                                                    \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        uint##bits##_t t;                                                                          \
        if (!mem_ldf##bits(c, ea, &t)) return SEM_FAULT;                                           \
        FD = FP_FROM_##kind(t);                                                                    \
        if (upd) c->gpr[s->a] = ea;                                                                \
        return SEM_NEXT;                                                                           \
    }
#define FP_STORE(name, bits, kind, ea_expr, upd)                                                   \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        if (!mem_stf##bits(c, ea, FP_TO_##kind(FD))) return SEM_FAULT;                             \
        if (upd) c->gpr[s->a] = ea;                                                                \
        return SEM_NEXT;                                                                           \
    }
#define FP_FROM_SINGLE(t) fp_bits(fp_widen(fp_float(t)))
#define FP_FROM_DOUBLE(t) (t)
#define FP_TO_SINGLE(d) fp_to_single(d)
#define FP_TO_DOUBLE(d) (d)
#define FP_TO_WORD(d) ((uint32_t)(d))
#endif
#define FP_ACCESSES(make, base, bits, kind)                                                        \
    make(base, bits, kind, FP_EA_D, false)                                                         \
    make(base##u, bits, kind, FP_EA_D, true)                                                       \
    make(base##x, bits, kind, FP_EA_X, false)                                                      \
    make(base##ux, bits, kind, FP_EA_X, true)
FP_ACCESSES(FP_LOAD, lfs, 32, SINGLE)
FP_ACCESSES(FP_LOAD, lfd, 64, DOUBLE)
FP_ACCESSES(FP_STORE, stfs, 32, SINGLE)
FP_ACCESSES(FP_STORE, stfd, 64, DOUBLE)
FP_STORE(stfiwx, 32, WORD, FP_EA_X, false)
#if FAST_GLUE
/* lfd behind the store of one of its words, which is how compilers make doubles of integers (fuse.def). */
#define FP_LOAD_WORDS(p) hv_load_double_words(p)
FP_LOAD(lfd_words, 64, WORDS, FP_EA_D, false)
#endif

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
FP_MOVE(fsel, DA >= 0.0 ? FC : FB) /* a NaN chooses frB */

/* ---- arithmetic with one or two operands ---- */

#if FAST_GLUE
/* zero_ok: a zero result is exact with these operands; exact: this result w is, as a double; ok:
 * the host may try them at all. */
#define FP_TWO(name, kind_, second, expr, zero_ok, exact, ok)                                      \
    SEM(name)                                                                                      \
    {                                                                                              \
        double x = DA, y = D##second, w = expr, r;                                  \
        if (!fp_round(w, kind_, &r) && !(w == 0.0 && (zero_ok))) return SEM_FAULT;                 \
        if (unlikely(c->fpu.gate != FPU_GO) &&                                                     \
            !(c->fpu.gate == FPU_GO_IF_EXACT && (exact) && r == w)) return SEM_FAULT;              \
        if (unlikely(!(ok))) return SEM_FAULT;                                                     \
        fp_put(c, s->d, kind_, r, x, y);                                                           \
        fpu_cr1(c, v);                                                                             \
        return SEM_NEXT;                                                                           \
    }
#else
#define FP_TWO(name, kind_, second, expr, zero_ok, exact, ok)                                      \
    SEM(name) { return fpu_arith(c, s->d, v, kind_, FA, F##second, 0); }
#endif

#define FP_EXACT_ADD fp_exact_sum(x, y, w)
#define FP_EXACT_SUB fp_exact_sum(x, -y, w)
#define FP_EXACT_MUL fp_short(x, y)
#define FP_EXACT_DIV (fp_short(w, y) && w * y == x)
#define FP_SINGLE_C fp_is_single(y) /* see cut_multiplier() in softfp.c */
FP_TWO(fadd, FPU_ADD, B, x + y, true, FP_EXACT_ADD, true)
FP_TWO(fsub, FPU_SUB, B, x - y, true, FP_EXACT_SUB, true)
FP_TWO(fmul, FPU_MUL, C, x * y, x == 0.0 || y == 0.0, FP_EXACT_MUL, true)
FP_TWO(fdiv, FPU_DIV, B, x / y, x == 0.0, FP_EXACT_DIV, true)
FP_TWO(fadds, FPU_ADD | FPU_SINGLE, B, x + y, true, FP_EXACT_ADD, true)
FP_TWO(fsubs, FPU_SUB | FPU_SINGLE, B, x - y, true, FP_EXACT_SUB, true)
FP_TWO(fmuls, FPU_MUL | FPU_SINGLE, C, x * y, x == 0.0 || y == 0.0, FP_EXACT_MUL, FP_SINGLE_C)
FP_TWO(fdivs, FPU_DIV | FPU_SINGLE, B, x / y, x == 0.0, FP_EXACT_DIV, true)

SEM(frsp)
{
#if FAST_GLUE
    double y = DB, r;
    float single = (float)y;
    r = (double)single;
    if (unlikely(!fp_ordinary_single(single)) && y != 0.0) return SEM_FAULT;
    if (unlikely(c->fpu.gate != FPU_GO) && !(c->fpu.gate == FPU_GO_IF_EXACT && r == y))
        return SEM_FAULT;
    fp_put(c, s->d, FPU_RSP, r, y, y);
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
    double x = DA, m = DC, b = DB, y = minus ? -b : b, w, r;
    if (kind & FPU_SINGLE && unlikely(!fp_is_single(m))) return SEM_FAULT;
    if (!FP_ALWAYS_FMA && kind & FPU_SINGLE && fp_is_single(x)) {
        w = x * m + y; /* the product of two singles is exact in a double: only the sum rounds */
    } else {
        if (unlikely(!fp_has_fma(c))) return SEM_FAULT;
        w = fp_fma(x, m, y);
    }
    if (!fp_round(w, kind, &r) && !(w == 0.0 && (x == 0.0 || m == 0.0))) return SEM_FAULT;
    if (unlikely(c->fpu.gate != FPU_GO) &&
        !(c->fpu.gate == FPU_GO_IF_EXACT && fp_short(x, m) && fp_ordinary(fp_bits(x * m)) &&
          fp_exact_sum(x * m, y, w) && r == w))
        return SEM_FAULT;
    c->fpu.m = m;
    fp_put(c, s->d, kind, negate ? -r : r, x, b);
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
    double x = DB;
    if (unlikely(!(x > -2147483648.0 && x < 2147483647.0))) return SEM_FAULT;
    /* Nearest: adding 1.5 * 2^52 leaves the rounded integer in the low bits of the sum. */
    uint32_t i = kind == FPU_CTIWZ ? (uint32_t)(int32_t)x : (uint32_t)fp_bits(x + 0x1.8p52);
    if (unlikely(c->fpu.gate != FPU_GO) && !(c->fpu.gate == FPU_GO_IF_EXACT && (int32_t)i == x))
        return SEM_FAULT;
    c->fpu.last.conv = (uint8_t)kind;
    c->fpu.conv_b = x;
    FD = UINT64_C(0xfff8000000000000) | (uint64_t)(i == 0 && fp_look(x) >> 63) << 32 | i;
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
    double x = DA, y = DB;
    if (unlikely(__builtin_isunordered(x, y))) return SEM_FAULT;
    /* 1 less, 2 equal, 3 greater; quiet compares, so that one instruction answers all three */
    unsigned at = 1u + __builtin_isgreaterequal(x, y) + __builtin_isgreater(x, y);
    c->crf[s->d] = (int64_t)at - 2;
    c->cr_so[s->d] = 0;
    c->fpu.last.cmp = (uint8_t)at;
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
