/*
 * AltiVec integer arithmetic, compares, shifts of elements (ALTIVECPEM 4.2.1). Included by
 * sem_vec.h. Unsigned lanes wherever a sum may wrap: signed overflow is undefined in C.
 */
#ifndef CPU_SEM_VEC_INT_H
#define CPU_SEM_VEC_INT_H

/* ---- addition and subtraction ---- */

VEC2(vaddubm, v_u8, a + b)
VEC2(vadduhm, v_u16, a + b)
VEC2(vadduwm, v_u32, a + b)
VEC2(vsububm, v_u8, a - b)
VEC2(vsubuhm, v_u16, a - b)
VEC2(vsubuwm, v_u32, a - b)
VEC2(vaddcuw, v_u32, (v_u32)(a + b < a) & 1)  /* carry out */
VEC2(vsubcuw, v_u32, (v_u32)(a >= b) & 1)     /* carry out of a + ~b + 1: no borrow */

#define VEC_SATURATE(name, type, utype, function, op)                                              \
    SEM(name)                                                                                      \
    {                                                                                              \
        const type a = VREG(type, s->a), b = VREG(type, s->b);                                     \
        type r = function(a, b);                                                                   \
        vec_saturated(c, (v_u32)r, (v_u32)((utype)a op(utype) b));                                 \
        VREG(type, s->d) = r;                                                                      \
        return SEM_NEXT;                                                                           \
    }
VEC_SATURATE(vaddubs, v_u8, v_u8, hv_adds_u8, +)
VEC_SATURATE(vadduhs, v_u16, v_u16, hv_adds_u16, +)
VEC_SATURATE(vadduws, v_u32, v_u32, hv_adds_u32, +)
VEC_SATURATE(vaddsbs, v_s8, v_u8, hv_adds_s8, +)
VEC_SATURATE(vaddshs, v_s16, v_u16, hv_adds_s16, +)
VEC_SATURATE(vaddsws, v_s32, v_u32, hv_adds_s32, +)
VEC_SATURATE(vsububs, v_u8, v_u8, hv_subs_u8, -)
VEC_SATURATE(vsubuhs, v_u16, v_u16, hv_subs_u16, -)
VEC_SATURATE(vsubuws, v_u32, v_u32, hv_subs_u32, -)
VEC_SATURATE(vsubsbs, v_s8, v_u8, hv_subs_s8, -)
VEC_SATURATE(vsubshs, v_s16, v_u16, hv_subs_s16, -)
VEC_SATURATE(vsubsws, v_s32, v_u32, hv_subs_s32, -)
#undef VEC_SATURATE

/* ---- averages, maxima, minima ---- */

/* (a + b + 1) >> 1 without the carry: what both have, plus half of what differs, rounded up. */
#define AVERAGE ((a | b) - ((a ^ b) >> 1))
#define VEC_AVG_MAX_MIN(suffix, type, hv)                                                          \
    VEC2(vavg##suffix, type, AVERAGE)                                                              \
    VEC2(vmax##suffix, type, hv_max_##hv(a, b))                                                    \
    VEC2(vmin##suffix, type, hv_min_##hv(a, b))
VEC_AVG_MAX_MIN(ub, v_u8, u8)
VEC_AVG_MAX_MIN(uh, v_u16, u16)
VEC_AVG_MAX_MIN(uw, v_u32, u32)
#undef VEC_AVG_MAX_MIN
#undef AVERAGE
/* Signed: the difference of two numbers of one sign cannot overflow, that of two signs can in the
 * unsigned sense only, which is meant. */
#define AVERAGE(type, utype) ((utype)(a | b) - (utype)((type)(a ^ b) >> 1))
#define VEC_AVG_MAX_MIN(suffix, type, utype, hv)                                                   \
    VEC2(vavg##suffix, type, AVERAGE(type, utype))                                                 \
    VEC2(vmax##suffix, type, hv_max_##hv(a, b))                                                    \
    VEC2(vmin##suffix, type, hv_min_##hv(a, b))
VEC_AVG_MAX_MIN(sb, v_s8, v_u8, s8)
VEC_AVG_MAX_MIN(sh, v_s16, v_u16, s16)
VEC_AVG_MAX_MIN(sw, v_s32, v_u32, s32)
#undef VEC_AVG_MAX_MIN
#undef AVERAGE

/* ---- compares ---- */

/* CR6 from a compare's result: all true, none, all false, none (ALTIVECPEM 4.2.1.4). */
static ALWAYS_INLINE void vec_cr6(struct ppc_cpu *c, v_s32 mask)
{
    unsigned all = hv_all_true(mask), none = !hv_any_true(mask);
    cr_set_field(c, 6, all << 3 | none << 1);
}

#define VEC_COMPARE(name, type, op)                                                                \
    SEM(name)                                                                                      \
    {                                                                                              \
        const v_s32 mask = (v_s32)(VREG(type, s->a) op VREG(type, s->b));                          \
        VREG(v_s32, s->d) = mask;                                                                  \
        if (v & SEM_RC) vec_cr6(c, mask);                                                          \
        return SEM_NEXT;                                                                           \
    }
VEC_COMPARE(vcmpequb, v_u8, ==)
VEC_COMPARE(vcmpequh, v_u16, ==)
VEC_COMPARE(vcmpequw, v_u32, ==)
VEC_COMPARE(vcmpgtub, v_u8, >)
VEC_COMPARE(vcmpgtuh, v_u16, >)
VEC_COMPARE(vcmpgtuw, v_u32, >)
VEC_COMPARE(vcmpgtsb, v_s8, >)
VEC_COMPARE(vcmpgtsh, v_s16, >)
VEC_COMPARE(vcmpgtsw, v_s32, >)
#undef VEC_COMPARE

/* ---- rotates and shifts of elements ---- */

VEC2(vrlb, v_u8, hv_rotl_8(a, b))
VEC2(vrlh, v_u16, hv_rotl_16(a, b))
VEC2(vslb, v_u8, hv_shl_8(a, b))
VEC2(vslh, v_u16, hv_shl_16(a, b))
VEC2(vsrb, v_u8, hv_shr_8(a, b))
VEC2(vsrh, v_u16, hv_shr_16(a, b))
VEC2(vsrab, v_s8, hv_sar_8(a, (v_u8)b))
VEC2(vsrah, v_s16, hv_sar_16(a, (v_u16)b))
VEC2(vrlw, v_u32, hv_rotl_32(a, b))
VEC2(vslw, v_u32, hv_shl_32(a, b))
VEC2(vsrw, v_u32, hv_shr_32(a, b))
VEC2(vsraw, v_s32, hv_sar_32(a, (v_u32)b))

/* ---- products: even elements are the upper halves of lanes of twice the size ---- */

VEC2(vmuleub, v_u16, (a >> 8) * (b >> 8))
VEC2(vmuloub, v_u16, (a & 0xff) * (b & 0xff))
VEC2(vmulesb, v_s16, (a >> 8) * (b >> 8))
VEC2(vmulosb, v_s16, ((v_s16)((v_u16)a << 8) >> 8) * ((v_s16)((v_u16)b << 8) >> 8))

/* The upper halves of the products sit in lanes of their own: each even lane takes its product's
 * upper half from `up` and its lower half from `low`. */
static ALWAYS_INLINE v_u32 even_products(v_u16 low, v_u16 up)
{
    return ((v_u32)up & 0xffff0000u) | (v_u32)low >> 16;
}
static ALWAYS_INLINE v_u32 odd_products(v_u16 low, v_u16 up)
{
    return (v_u32)up << 16 | ((v_u32)low & 0xffff);
}
static ALWAYS_INLINE v_u16 mulhi_signed(v_u16 a, v_u16 b)
{
    return (v_u16)hv_mulhi_s16((v_s16)a, (v_s16)b);
}
VEC2(vmuleuh, v_u16, even_products(a * b, hv_mulhi_u16(a, b)))
VEC2(vmulouh, v_u16, odd_products(a * b, hv_mulhi_u16(a, b)))
VEC2(vmulesh, v_u16, even_products(a * b, mulhi_signed(a, b)))
VEC2(vmulosh, v_u16, odd_products(a * b, mulhi_signed(a, b)))

/* ---- multiply and add ---- */

VEC3(vmladduhm, v_u16, a * b + x)

/* ((a * b + round) >> 15) + x, saturated. */
static ALWAYS_INLINE enum sem multiply_high_add(struct ppc_cpu *c, const struct slot *s,
                                                int32_t round)
{
    const v_u16 a = VREG(v_u16, s->a), b = VREG(v_u16, s->b);
    const v_s16 x = VREG(v_s16, s->c);
    v_u16 low = a * b, up = mulhi_signed(a, b);
    v_s32 even = ((v_s32)even_products(low, up) + round) >> 15;
    v_s32 odd = ((v_s32)odd_products(low, up) + round) >> 15;
    even += (v_s32)x >> 16;
    odd += (v_s32)((v_u32)x << 16) >> 16;
    const v_s32 max = HV_ALL(v_s32, INT16_MAX), min = HV_ALL(v_s32, INT16_MIN);
    v_s32 even_clip = HV_PICK(v_s32, even > max, max, even);
    v_s32 odd_clip = HV_PICK(v_s32, odd > max, max, odd);
    even_clip = HV_PICK(v_s32, even_clip < min, min, even_clip);
    odd_clip = HV_PICK(v_s32, odd_clip < min, min, odd_clip);
    vec_saturated(c, (v_u32)even_clip, (v_u32)even);
    vec_saturated(c, (v_u32)odd_clip, (v_u32)odd);
    VREG(v_u32, s->d) = (v_u32)even_clip << 16 | ((v_u32)odd_clip & 0xffff);
    return SEM_NEXT;
}
SEM(vmhaddshs) { return multiply_high_add(c, s, 0); }
SEM(vmhraddshs) { return multiply_high_add(c, s, 0x4000); }

/* Sums of pairs of 16-bit numbers in each word. */
static ALWAYS_INLINE v_u32 pair_sums_unsigned(v_u16 x)
{
    return ((v_u32)x & 0xffff) + ((v_u32)x >> 16);
}
static ALWAYS_INLINE v_u32 pair_sums_signed(v_s16 x)
{
    return (v_u32)hv_madd_s16(x, HV_ALL(v_s16, 1));
}

SEM(vmsumubm)
{
    const v_u16 a = VREG(v_u16, s->a), b = VREG(v_u16, s->b);
    v_u32 even = pair_sums_unsigned((a >> 8) * (b >> 8));
    v_u32 odd = pair_sums_unsigned((a & 0xff) * (b & 0xff));
    VREG(v_u32, s->d) = even + odd + VREG(v_u32, s->c);
    return SEM_NEXT;
}
/* a signed, b unsigned */
SEM(vmsummbm)
{
    const v_s16 a = VREG(v_s16, s->a);
    const v_u16 b = VREG(v_u16, s->b);
    v_u32 even = pair_sums_signed((a >> 8) * (v_s16)(b >> 8));
    v_u32 odd = pair_sums_signed(((v_s16)((v_u16)a << 8) >> 8) * (v_s16)(b & 0xff));
    VREG(v_u32, s->d) = even + odd + VREG(v_u32, s->c);
    return SEM_NEXT;
}
SEM(vmsumuhm)
{
    const v_u16 a = VREG(v_u16, s->a), b = VREG(v_u16, s->b);
    v_u16 low = a * b, up = hv_mulhi_u16(a, b);
    VREG(v_u32, s->d) = even_products(low, up) + odd_products(low, up) + VREG(v_u32, s->c);
    return SEM_NEXT;
}
/* Nothing is negative, so saturating after each addition is the same as once at the end. */
SEM(vmsumuhs)
{
    const v_u16 a = VREG(v_u16, s->a), b = VREG(v_u16, s->b);
    const v_u32 x = VREG(v_u32, s->c);
    v_u16 low = a * b, up = hv_mulhi_u16(a, b);
    v_u32 even = even_products(low, up), odd = odd_products(low, up);
    v_u32 sum = hv_adds_u32(even, odd);
    vec_saturated(c, sum, even + odd);
    v_u32 total = hv_adds_u32(sum, x);
    vec_saturated(c, total, sum + x);
    VREG(v_u32, s->d) = total;
    return SEM_NEXT;
}
SEM(vmsumshm)
{
    v_s32 products = hv_madd_s16(VREG(v_s16, s->a), VREG(v_s16, s->b));
    VREG(v_u32, s->d) = (v_u32)products + VREG(v_u32, s->c);
    return SEM_NEXT;
}
/* The sum of two products fits in 32 bits except (-2^15)^2 twice, which is 2^31 and appears as the
 * otherwise impossible INT32_MIN. One is moved to x then; x = INT32_MAX saturates anyway. */
SEM(vmsumshs)
{
    v_s32 products = hv_madd_s16(VREG(v_s16, s->a), VREG(v_s16, s->b));
    v_s32 x = VREG(v_s32, s->c);
    v_s32 big = products == HV_ALL(v_s32, INT32_MIN);
    products = (v_s32)((v_u32)products + (v_u32)big);
    x = (v_s32)((v_u32)x - (v_u32)(big & (x != HV_ALL(v_s32, INT32_MAX))));
    v_s32 r = hv_adds_s32(products, x);
    vec_saturated(c, (v_u32)r, (v_u32)products + (v_u32)x);
    VREG(v_s32, s->d) = r;
    return SEM_NEXT;
}

/* ---- sums across ---- */

static ALWAYS_INLINE enum sem sum_across(struct ppc_cpu *c, const struct slot *s, v_s32 sums)
{
    const v_s32 b = VREG(v_s32, s->b);
    v_s32 r = hv_adds_s32(sums, b);
    vec_saturated(c, (v_u32)r, (v_u32)sums + (v_u32)b);
    VREG(v_s32, s->d) = r;
    return SEM_NEXT;
}

SEM(vsum4ubs)
{
    const v_u32 b = VREG(v_u32, s->b), sums = hv_sum4_u8(VREG(v_u8, s->a));
    v_u32 r = hv_adds_u32(sums, b);
    vec_saturated(c, r, sums + b);
    VREG(v_u32, s->d) = r;
    return SEM_NEXT;
}
SEM(vsum4sbs)
{
    const v_s16 a = VREG(v_s16, s->a);
    return sum_across(c, s, (v_s32)pair_sums_signed((a >> 8) + ((v_s16)((v_u16)a << 8) >> 8)));
}
SEM(vsum4shs) { return sum_across(c, s, (v_s32)pair_sums_signed(VREG(v_s16, s->a))); }

/* x clipped to 32 bits; the bits of x beyond them are collected as saturation. */
static ALWAYS_INLINE uint32_t clip_s32(struct ppc_cpu *c, int64_t x)
{
    if (likely(x == (int32_t)x)) return (uint32_t)x;
    c->vpu.sat.u32[0] = 1;
    return x < 0 ? (uint32_t)INT32_MIN : INT32_MAX;
}

/* Words 0+1 and 2+3 of a, each with the odd word of b, go to the odd words (lower halves). */
static ALWAYS_INLINE uint64_t sum_of_2(struct ppc_cpu *c, uint64_t a, uint64_t b)
{
    return clip_s32(c, (int64_t)(int32_t)(a >> 32) + (int32_t)a + (int32_t)b);
}
SEM(vsum2sws)
{
    const union vreg *a = &VR(s->a), *b = &VR(s->b);
    VR(s->d).u64[0] = sum_of_2(c, a->u64[0], b->u64[0]);
    VR(s->d).u64[1] = sum_of_2(c, a->u64[1], b->u64[1]);
    return SEM_NEXT;
}
SEM(vsumsws)
{
    int64_t sum = (int32_t)VR_W(VR(s->b), 3);
    for (unsigned i = 0; i < 4; i++) sum += VR(s->a).s32[i];
    uint32_t r = clip_s32(c, sum);
    VR_D(VR(s->d), 0) = 0;
    VR_D(VR(s->d), 1) = r;
    return SEM_NEXT;
}

#endif
