/*
 * AltiVec floating point (ALTIVECPEM 4.2.2). Included by sem_vec.h.
 *
 * The fast glue uses the host's single-precision vectors, which cpu/fpu.h keeps in their default
 * mode (to nearest, nothing flushed, flags never read), and gives up (SEM_FAULT) where they could
 * differ from the chip: NaN results (choice and sign of NaN) and doubtful roundings.
 */
#ifndef CPU_SEM_VEC_FP_H
#define CPU_SEM_VEC_FP_H

#include "cpu/vpu_float.h"

/* All ones in non-Java mode. */
static ALWAYS_INLINE v_u32 vec_nj(const struct ppc_cpu *c) { return *(const v_u32 *)&c->vpu.nj; }

#if FAST_GLUE
static ALWAYS_INLINE bool any_nan(v_f32 x) { return hv_any_true(x != x); }

/* Any lane whose size is exactly the smallest normal number: in non-Java mode it may have been
 * smaller before rounding, and is 0 then. */
static ALWAYS_INLINE bool any_smallest(v_f32 x)
{
    return hv_any_true(((v_s32)x & 0x7fffffff) == 0x00800000);
}

static ALWAYS_INLINE enum sem fp_result(struct ppc_cpu *c, const struct slot *s, v_f32 r)
{
    if (unlikely(any_nan(r))) return SEM_FAULT;
    VREG(v_f32, s->d) = hv_flush(r, vec_nj(c));
    return SEM_NEXT;
}

#define FP_OPERAND(reg) hv_flush(VREG(v_f32, reg), vec_nj(c))

/* First what nearly all results are: the host's, of the operands as they stand. It holds in both modes when
 * no lane has a denormal or an uncertain result; the rest of the handler is for the others.
 *
 * A sum is not changed by flushing a denormal operand when it is 0 or so large (2^-100) that the
 * operand is less than a quarter of its last place. Sums that come out tiny are exact, so only NaNs
 * need care. */
#define VEC_FP_SUM(name, op, exact)                                                                \
    SEM(name)                                                                                      \
    {                                                                                              \
        v_f32 r = VREG(v_f32, s->a) op VREG(v_f32, s->b);                                          \
        if (likely(!hv_any_true(hv_sizes_within(hv_size(r), hv_consts.large) | (r != r)))) {       \
            VREG(v_f32, s->d) = r;                                                                 \
            return SEM_NEXT;                                                                       \
        }                                                                                          \
        return fp_result(c, s, FP_OPERAND(s->a) op FP_OPERAND(s->b));                              \
    }
/* -(a * c - b) is the negated difference, also where it is 0. */
#define VEC_FP_MADD(name, b_sign, r_sign, exact)                                                   \
    SEM(name)                                                                                      \
    {                                                                                              \
        v_f32 a = VREG(v_f32, s->a), b = VREG(v_f32, s->b), x = VREG(v_f32, s->c), r;              \
        v_u32 sizes = hv_min_u32(hv_min_u32(hv_size(a), hv_size(b)), hv_size(x));                  \
        b = (v_f32)((v_u32)b ^ (b_sign));                                                          \
        if (likely(hv_fma(c->fpu.host_fma, a, x, b, &r))) {                                        \
            sizes = hv_min_u32(sizes, hv_size(r));                                                 \
            if (likely(!hv_any_true(hv_sizes_within(sizes, hv_consts.smallest) | (r != r)))) {     \
                VREG(v_u32, s->d) = (v_u32)r ^ (r_sign);                                           \
                return SEM_NEXT;                                                                   \
            }                                                                                      \
        }                                                                                          \
        b = (v_f32)((v_u32)FP_OPERAND(s->b) ^ (b_sign));                                           \
        if (unlikely(!hv_fma(c->fpu.host_fma, FP_OPERAND(s->a), FP_OPERAND(s->c), b, &r)))         \
            return SEM_FAULT;                                                                      \
        if (unlikely(any_smallest(r))) return SEM_FAULT;                                           \
        return fp_result(c, s, (v_f32)((v_u32)r ^ (r_sign)));                                      \
    }
/* Where both are equal they may be zeros of different sign: and/or picks the right one. */
#define VEC_FP_MAX(name, op, zero_op, exact)                                                       \
    SEM(name)                                                                                      \
    {                                                                                              \
        const v_f32 a = FP_OPERAND(s->a), b = FP_OPERAND(s->b);                                    \
        if (unlikely(hv_any_true((a != a) | (b != b)))) return SEM_FAULT;                          \
        v_u32 r = HV_PICK(v_u32, a op b, (v_u32)a, (v_u32)b);                                      \
        VREG(v_u32, s->d) = HV_PICK(v_u32, a == b, (v_u32)a zero_op(v_u32) b, r);                  \
        return SEM_NEXT;                                                                           \
    }
#define VEC_FP_ROUND(name, mode, exact)                                                            \
    SEM(name)                                                                                      \
    {                                                                                              \
        if (!HV_HAS_ROUND) return SEM_FAULT;                                                       \
        VREG(v_f32, s->d) = hv_round(FP_OPERAND(s->b), mode);                                      \
        return SEM_NEXT;                                                                           \
    }
#else
typedef uint32_t fp1_fn(uint32_t b, bool nj);
typedef uint32_t fp2_fn(uint32_t a, uint32_t b, bool nj);
typedef uint32_t fp3_fn(uint32_t a, uint32_t b, uint32_t c, bool nj);

static inline enum sem fp_each1(struct ppc_cpu *c, const struct slot *s, fp1_fn *fn)
{
    bool nj = c->vpu.vscr & VSCR_NJ;
    for (unsigned i = 0; i < 4; i++) VR(s->d).u32[i] = fn(VR(s->b).u32[i], nj);
    return SEM_NEXT;
}
static inline enum sem fp_each2(struct ppc_cpu *c, const struct slot *s, fp2_fn *fn)
{
    bool nj = c->vpu.vscr & VSCR_NJ;
    for (unsigned i = 0; i < 4; i++)
        VR(s->d).u32[i] = fn(VR(s->a).u32[i], VR(s->b).u32[i], nj);
    return SEM_NEXT;
}
static inline enum sem fp_each3(struct ppc_cpu *c, const struct slot *s, fp3_fn *fn)
{
    bool nj = c->vpu.vscr & VSCR_NJ;
    for (unsigned i = 0; i < 4; i++) {
        const uint32_t a = VR(s->a).u32[i], b = VR(s->b).u32[i], x = VR(s->c).u32[i];
        VR(s->d).u32[i] = fn(a, b, x, nj);
    }
    return SEM_NEXT;
}
#define VEC_FP_SUM(name, op, exact) SEM(name) { return fp_each2(c, s, exact); }
#define VEC_FP_MADD(name, b_sign, r_sign, exact) SEM(name) { return fp_each3(c, s, exact); }
#define VEC_FP_MAX(name, op, zero_op, exact) SEM(name) { return fp_each2(c, s, exact); }
#define VEC_FP_ROUND(name, mode, exact) SEM(name) { return fp_each1(c, s, exact); }
#endif

VEC_FP_SUM(vaddfp, +, vpu_add)
VEC_FP_SUM(vsubfp, -, vpu_sub)
VEC_FP_MADD(vmaddfp, 0, 0, vpu_madd)
VEC_FP_MADD(vnmsubfp, 0x80000000, 0x80000000, vpu_nmsub)
VEC_FP_MAX(vmaxfp, >, &, vpu_max)
VEC_FP_MAX(vminfp, <, |, vpu_min)
VEC_FP_ROUND(vrfin, HV_NEAREST, vpu_rfin)
VEC_FP_ROUND(vrfiz, HV_ZERO, vpu_rfiz)
VEC_FP_ROUND(vrfip, HV_UP, vpu_rfip)
VEC_FP_ROUND(vrfim, HV_DOWN, vpu_rfim)

/* ---- estimates ---- */

SEM(vrefp)
{
#if FAST_GLUE
    return fp_result(c, s, HV_ALL(v_f32, 1.0f) / FP_OPERAND(s->b));
#else
    return fp_each1(c, s, vpu_re);
#endif
}

SEM(vrsqrtefp)
{
#if FAST_GLUE
    v_f32 r;
    if (unlikely(!hv_rsqrt(FP_OPERAND(s->b), &r))) return SEM_FAULT;
    return fp_result(c, s, r);
#else
    return fp_each1(c, s, vpu_rsqrte);
#endif
}

#if !FAST_GLUE
SEM(vlogefp) { return fp_each1(c, s, vpu_loge); }
SEM(vexptefp) { return fp_each1(c, s, vpu_expte); }
#endif

/* ---- compares ---- */

/* NaNs compare false; the host's compares do the same and do not round. */
#define VEC_FP_COMPARE(name, op)                                                                   \
    SEM(name)                                                                                      \
    {                                                                                              \
        const v_u32 nj = vec_nj(c);                                                                \
        const v_f32 a = hv_flush(VREG(v_f32, s->a), nj), b = hv_flush(VREG(v_f32, s->b), nj);      \
        const v_s32 mask = a op b;                                                                 \
        VREG(v_s32, s->d) = mask;                                                                  \
        if (v & SEM_RC) vec_cr6(c, mask);                                                          \
        return SEM_NEXT;                                                                           \
    }
VEC_FP_COMPARE(vcmpeqfp, ==)
VEC_FP_COMPARE(vcmpgefp, >=)
VEC_FP_COMPARE(vcmpgtfp, >)
#undef VEC_FP_COMPARE

/* Bit 0: not a <= b; bit 1: not a >= -b. CR6[EQ] when everything is within bounds. */
SEM(vcmpbfp)
{
    const v_u32 nj = vec_nj(c);
    const v_f32 a = hv_flush(VREG(v_f32, s->a), nj), b = hv_flush(VREG(v_f32, s->b), nj);
    const v_f32 minus_b = (v_f32)((v_u32)b ^ 0x80000000);
    v_u32 r = ((v_u32)~(a <= b) & 0x80000000) | ((v_u32)~(a >= minus_b) & 0x40000000);
    VREG(v_u32, s->d) = r;
    if (v & SEM_RC) cr_set_field(c, 6, hv_any(r) ? 0 : CR_EQ);
    return SEM_NEXT;
}

/* ---- conversions ---- */

#if FAST_GLUE
/* A power of two in every lane; e is within the normal range. */
static ALWAYS_INLINE v_f32 power_of_two(int e) { return (v_f32)HV_ALL(v_s32, (127 + e) << 23); }
#endif

SEM(vcfsx)
{
#if FAST_GLUE
    v_f32 r = __builtin_convertvector(VREG(v_s32, s->b), v_f32);
    VREG(v_f32, s->d) = r * power_of_two(-s->imm);
#else
    for (unsigned i = 0; i < 4; i++)
        VR(s->d).u32[i] = vpu_from_s32(VR(s->b).u32[i], (unsigned)s->imm);
#endif
    return SEM_NEXT;
}

SEM(vcfux)
{
#if FAST_GLUE
    /* Both halves convert exactly; the sum rounds once. */
    const v_u32 b = VREG(v_u32, s->b);
    v_f32 up = __builtin_convertvector((v_s32)(b >> 16), v_f32);
    v_f32 low = __builtin_convertvector((v_s32)(b & 0xffff), v_f32);
    VREG(v_f32, s->d) = (up * 65536.0f + low) * power_of_two(-s->imm);
#else
    for (unsigned i = 0; i < 4; i++)
        VR(s->d).u32[i] = vpu_from_u32(VR(s->b).u32[i], (unsigned)s->imm);
#endif
    return SEM_NEXT;
}

/* The scaling is exact or overflows, which the conversion shows as INT32_MIN. */
SEM(vctsxs)
{
#if FAST_GLUE
    if (!HV_HAS_TRUNC) return SEM_FAULT;
    v_s32 r = hv_trunc_s32(VREG(v_f32, s->b) * power_of_two(s->imm));
    if (unlikely(hv_any_true(r == HV_ALL(v_s32, INT32_MIN)))) return SEM_FAULT;
    VREG(v_s32, s->d) = r;
#else
    bool sat = false;
    for (unsigned i = 0; i < 4; i++)
        VR(s->d).u32[i] = vpu_to_s32(VR(s->b).u32[i], (unsigned)s->imm, &sat);
    c->vpu.sat.u32[0] |= sat;
#endif
    return SEM_NEXT;
}

/* Only what also fits a signed word; the rest is for the exact path. */
SEM(vctuxs)
{
#if FAST_GLUE
    if (!HV_HAS_TRUNC) return SEM_FAULT;
    v_s32 r = hv_trunc_s32(VREG(v_f32, s->b) * power_of_two(s->imm));
    if (unlikely(hv_any_true(r < 0))) return SEM_FAULT;
    VREG(v_s32, s->d) = r;
#else
    bool sat = false;
    for (unsigned i = 0; i < 4; i++)
        VR(s->d).u32[i] = vpu_to_u32(VR(s->b).u32[i], (unsigned)s->imm, &sat);
    c->vpu.sat.u32[0] |= sat;
#endif
    return SEM_NEXT;
}

#undef FP_OPERAND
#undef VEC_FP_SUM
#undef VEC_FP_MADD
#undef VEC_FP_MAX
#undef VEC_FP_ROUND

#endif
