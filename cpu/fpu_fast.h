/*
 * Pieces of the floating-point semantics that are inlined into handlers: conversions of the load
 * and store formats, and the checks that make an operation of the host's FPU as good as the exact
 * one.
 */
#ifndef CPU_FPU_FAST_H
#define CPU_FPU_FAST_H

#include "cpu/fpscr.h"
#include "cpu/fpu_exact.h"
#include "cpu/sem.h"

#define FP_SIGN UINT64_C(0x8000000000000000)
#define FP_LOW29 UINT64_C(0x1fffffff) /* what a single in double format has clear */

static ALWAYS_INLINE double fp_double(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static ALWAYS_INLINE uint64_t fp_bits(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* a * m + y rounded once. Builds for x86-64-v2 may not assume the instruction, so the handler asks
 * fp_has_fma() first; __builtin_fma would be a call of libm there. */
#if defined(__FMA__) || defined(__FP_FAST_FMA)
static ALWAYS_INLINE bool fp_has_fma(const struct ppc_cpu *c UNUSED) { return true; }
static ALWAYS_INLINE double fp_fma(double a, double m, double y) { return __builtin_fma(a, m, y); }
#elif defined(__x86_64__)
static ALWAYS_INLINE bool fp_has_fma(const struct ppc_cpu *c) { return c->fpu.host_fma; }
static ALWAYS_INLINE double fp_fma(double a, double m, double y)
{
    __asm__("vfmadd231sd %2, %1, %0" : "+x"(y) : "x"(a), "x"(m));
    return y;
}
#else
static ALWAYS_INLINE bool fp_has_fma(const struct ppc_cpu *c UNUSED) { return false; }
static ALWAYS_INLINE double fp_fma(double a UNUSED, double m UNUSED, double y) { return y; }
#endif

/* ---- formats in memory (PEM appendix D.6, D.7) ---- */

static ALWAYS_INLINE uint64_t fp_from_single(uint32_t w)
{
    float f;
    memcpy(&f, &w, sizeof f);
    if (likely(f == f)) return fp_bits((double)f);
    /* The host would make a signalling NaN quiet; lfs moves it unchanged. */
    return (uint64_t)(w & 0x80000000) << 32 | UINT64_C(0x7ff0000000000000) |
           (uint64_t)(w & 0x007fffff) << 29;
}

/* A single's denormalised range, where stfs has to shift the fraction. */
static ALWAYS_INLINE bool fp_stores_denormal(uint64_t d)
{
    return ((unsigned)(d >> 52) & 0x7ff) - 874 <= 896 - 874;
}

/* What stfs stores. Doubles below the single denormals are "undefined"; the 750 family is measured
 * to store the bits that a normalised number would give. UNVERIFIED for the 74xx. */
static ALWAYS_INLINE uint32_t fp_to_single(uint64_t d)
{
    if (unlikely(fp_stores_denormal(d))) {
        uint32_t m = 0x00800000 | (uint32_t)(d >> 29 & 0x007fffff);
        return ((uint32_t)(d >> 32) & 0x80000000) | m >> (897 - (d >> 52 & 0x7ff));
    }
    return ((uint32_t)(d >> 32) & 0xc0000000) | ((uint32_t)(d >> 29) & 0x3fffffff);
}

/* ---- results ---- */

static ALWAYS_INLINE bool fp_is_zero(uint64_t bits) { return bits << 1 == 0; }

/* Finite, not denormalised, and not the smallest normal number either, to which a result that is
 * tiny before rounding may have been rounded up. */
static ALWAYS_INLINE bool fp_ordinary(uint64_t bits)
{
    return ((unsigned)(bits >> 52) & 0x7ff) - 2 < 0x7fd;
}

static ALWAYS_INLINE bool fp_ordinary_single(uint64_t bits)
{
    return ((unsigned)(bits >> 52) & 0x7ff) - 0x382 < 0x47f - 0x382;
}

/* cpu/fpu.h: may the result of the host be taken and the flags be left for later? NI does not
 * matter, because it changes tiny results only, and those are never taken. */
static ALWAYS_INLINE bool fpu_quick(const struct ppc_cpu *c)
{
    return (c->fpu.fpscr & (FPSCR_XX | FPSCR_ENABLES | FPSCR_RN)) == FPSCR_XX;
}

/* With XX still 0 the host may do what is provably exact: no rounding, no change of XX. Programs
 * that keep integers in doubles live there. */
static ALWAYS_INLINE bool fpu_quick_if_exact(const struct ppc_cpu *c)
{
    return (c->fpu.fpscr & (FPSCR_XX | FPSCR_ENABLES | FPSCR_RN)) == 0;
}

/* x + y = sum without rounding (the error term of Knuth's two-sum; sum is ordinary or zero). */
static ALWAYS_INLINE bool fp_exact_sum(double x, double y, double sum)
{
    double part = sum - x;
    double error = (x - (sum - part)) + (y - part);
    return error == 0.0;
}

/* Both fractions have at most 26 bits, so that their product is exact. */
static ALWAYS_INLINE bool fp_short(uint64_t a, uint64_t b)
{
    return ((a | b) & 0x7ffffff) == 0;
}

/* Stores the result r of kind on a, b, m, whose flags wait for fpu_sync(). */
static ALWAYS_INLINE void fpu_put(struct ppc_cpu *c, unsigned rd, unsigned kind, uint64_t r,
                                  uint64_t a, uint64_t b)
{
    c->fpu.last = (struct fpu_last){.kind = (uint8_t)kind};
    c->fpu.a = a;
    c->fpu.b = b;
    c->fpr[rd] = r;
}

/* Rounds the host's double result to the precision of kind. False: the exact path must do it. Two
 * roundings are wrong only when the first ends up exactly between two singles. A zero is left to
 * the caller, who sees from the operands whether it is an exact one: *r is then right too. */
static ALWAYS_INLINE bool fp_round(double result, const unsigned kind, uint64_t *r)
{
    uint64_t wide = fp_bits(result);
    if (!(kind & FPU_SINGLE)) {
        *r = wide;
        return likely(fp_ordinary(wide));
    }
    *r = fp_bits((double)(float)result);
    return likely((wide & FP_LOW29) != 0x10000000) && likely(fp_ordinary_single(*r));
}

/* CR1 of a record form: FX FEX VX OX, which are never pending. */
static ALWAYS_INLINE void fpu_cr1(struct ppc_cpu *c, unsigned v)
{
    if (v & SEM_RC) cr_set_field(c, 1, c->fpu.fpscr >> 28);
}

#endif
