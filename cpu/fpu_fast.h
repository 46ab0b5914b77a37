/*
 * Pieces of the floating-point semantics that are inlined into handlers: conversions of the load
 * and store formats, and the checks that make an operation of the host's FPU as good as the exact
 * one.
 */
#ifndef CPU_FPU_FAST_H
#define CPU_FPU_FAST_H

#include "cpu/fpscr.h"
#include "cpu/fpu_exact.h"
#include "cpu/host_vec.h"
#include "cpu/sem.h"

#define FP_SIGN UINT64_C(0x8000000000000000)
#define FP_LOW29 UINT32_C(0x1fffffff) /* what a single in double format has clear */

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
#define FP_ALWAYS_FMA true
static ALWAYS_INLINE bool fp_has_fma(const struct ppc_cpu *c UNUSED) { return true; }
static ALWAYS_INLINE double fp_fma(double a, double m, double y) { return __builtin_fma(a, m, y); }
#elif defined(__x86_64__)
#define FP_ALWAYS_FMA false
static ALWAYS_INLINE bool fp_has_fma(const struct ppc_cpu *c) { return c->fpu.host_fma; }
static ALWAYS_INLINE double fp_fma(double a, double m, double y)
{
    __asm__("vfmadd231sd %2, %1, %0" : "+x"(y) : "x"(a), "x"(m));
    return y;
}
#else
#define FP_ALWAYS_FMA false
static ALWAYS_INLINE bool fp_has_fma(const struct ppc_cpu *c UNUSED) { return false; }
static ALWAYS_INLINE double fp_fma(double a UNUSED, double m UNUSED, double y) { return y; }
#endif

/* ---- formats in memory (PEM appendix D.6, D.7) ---- */

static ALWAYS_INLINE double fp_widen(float f)
{
    if (likely(f == f)) return (double)f;
    /* The host would make a signalling NaN quiet; lfs moves it unchanged. */
    uint32_t w;
    memcpy(&w, &f, sizeof w);
    return fp_double((uint64_t)(w & 0x80000000) << 32 | UINT64_C(0x7ff0000000000000) |
                     (uint64_t)(w & 0x007fffff) << 29);
}

static ALWAYS_INLINE float fp_float(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* A single's denormalised range, where stfs has to shift the fraction: exponents 874 to 896. */
static ALWAYS_INLINE bool fp_stores_denormal(uint64_t d)
{
    return (uint32_t)(d >> 32) * 2 - (874u << 21) < (896u - 873) << 21;
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

/* ---- operands and results ---- */

/* Bits to look at, in a general register, while d itself stays where it is. */
static ALWAYS_INLINE uint64_t fp_look(double d)
{
    uint64_t bits = fp_bits(d);
#if UINTPTR_MAX == UINT64_MAX
    __asm__("" : "+r"(bits)); /* or gcc would also use this copy for the result */
#endif
    return bits;
}

/* Finite, not denormalised, and not the smallest normal number either, to which a result that is
 * tiny before rounding may have been rounded up: exponents 2 to 0x7fe. */
static ALWAYS_INLINE bool fp_ordinary(uint64_t bits)
{
    return ((uint32_t)(bits >> 32) * 2) - (2u << 21) < 0x7fdu << 21;
}

/* The same for a result rounded to single, of which this is the single. */
static ALWAYS_INLINE bool fp_ordinary_single(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits * 2 - (2u << 24) < 0xfdu << 24;
}

/* x + y = sum without rounding (the error term of Knuth's two-sum; sum is ordinary or zero). */
static ALWAYS_INLINE bool fp_exact_sum(double x, double y, double sum)
{
    double part = sum - x;
    double error = (x - (sum - part)) + (y - part);
    return error == 0.0;
}

/* Both fractions have at most 26 bits, so that their product is exact. */
static ALWAYS_INLINE bool fp_short(double x, double y)
{
    return ((fp_bits(x) | fp_bits(y)) & 0x7ffffff) == 0;
}

/* A single, as far as the fraction's length decides that. */
static ALWAYS_INLINE bool fp_is_single(double x) { return !((uint32_t)fp_look(x) & FP_LOW29); }

/* Stores the result r of kind on x and y (and on c->fpu.m), whose flags wait for fpu_sync(). */
static ALWAYS_INLINE void fp_put(struct ppc_cpu *c, unsigned rd, unsigned kind, double r, double x,
                                 double y)
{
    c->fpu.last = (struct fpu_last){.kind = (uint8_t)kind};
    c->fpu.a = x;
    c->fpu.b = y;
    c->fpr_d[rd] = r;
}

/* Rounds the host's double result to the precision of kind. False: the exact path must do it. Two
 * roundings are wrong only when the first ends up exactly between two singles. A zero is left to
 * the caller, who sees from the operands whether it is an exact one: *r is then right too. */
static ALWAYS_INLINE bool fp_round(double result, const unsigned kind, double *r)
{
    *r = result;
    if (!(kind & FPU_SINGLE)) return likely(fp_ordinary(fp_look(result)));
    float single = (float)result;
    *r = (double)single;
    return likely(((uint32_t)fp_look(result) & FP_LOW29) != 0x10000000) &&
           likely(fp_ordinary_single(single));
}

/* CR1 of a record form: FX FEX VX OX, which are never pending. */
static ALWAYS_INLINE void fpu_cr1(struct ppc_cpu *c, unsigned v)
{
    if (v & SEM_RC) cr_set_field(c, 1, c->fpu.fpscr >> 28);
}

#endif
