/*
 * AltiVec: loads and stores, data streams, VSCR, logical operations and everything that moves
 * elements (ALTIVECPEM 4.2.4-4.4, chapter 6). Arithmetic: sem_vec_int.h, sem_vec_fp.h.
 */
#ifndef CPU_SEM_VEC_H
#define CPU_SEM_VEC_H

#include "cpu/host_vec.h"
#include "cpu/sem.h"

/* The vector register of slot field n, which counts in doublewords (CONV_TWICE in decode.h); VREG: seen as
 * lanes of `type`. */
#define VR(n) (*(union vreg *)&c->vr_half[(unsigned)(n)])
#define VREG(type, n) (*(type *)&c->vr_half[(unsigned)(n)])
#define VEC_EA in_mode(c, (ureg)(c->gpr[s->a] + c->gpr[s->b]))

/* One body for all instructions that compute vD from whole registers. */
#define VEC1(name, type, expr)                                                                     \
    SEM(name)                                                                                      \
    {                                                                                              \
        const type b = VREG(type, s->b);                                                           \
        VREG(type, s->d) = (type)(expr);                                                           \
        return SEM_NEXT;                                                                           \
    }
#define VEC2(name, type, expr)                                                                     \
    SEM(name)                                                                                      \
    {                                                                                              \
        const type a = VREG(type, s->a), b = VREG(type, s->b);                                     \
        VREG(type, s->d) = (type)(expr);                                                           \
        return SEM_NEXT;                                                                           \
    }
#define VEC3(name, type, expr)                                                                     \
    SEM(name)                                                                                      \
    {                                                                                              \
        const type a = VREG(type, s->a), b = VREG(type, s->b), x = VREG(type, s->c);               \
        VREG(type, s->d) = (type)(expr);                                                           \
        return SEM_NEXT;                                                                           \
    }

/* Collects saturation: lanes where the clipped and the wrapped result differ (speed.md 3.6). */
static ALWAYS_INLINE void vec_saturated(struct ppc_cpu *c, v_u32 clipped, v_u32 wrapped)
{
    *(v_u32 *)&c->vpu.sat |= clipped ^ wrapped;
}

#include "cpu/sem_vec_int.h"
#include "cpu/sem_vec_fp.h"

/* ---- loads and stores ---- */

/* In little-endian mode element numbers count from the other end (ALTIVECPEM 3.1.5). The soft TLB
 * never matches then, so only the portable glue has to know. */
#define LE_ELEMENT(i, n) (!FAST_GLUE && c->msr & MSR_LE ? (n)-1 - (i) : (i))

#define VEC_LOAD_ELEMENT(name, bits, acc, n)                                                       \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = VEC_EA & ~(ureg)(16 / (n)-1);                                                    \
        uint##bits##_t t;                                                                          \
        if (!mem_ld##bits(c, ea, &t)) return SEM_FAULT;                                            \
        unsigned i = (unsigned)(ea & 15) / (16 / (n));                                             \
        acc(VR(s->d), LE_ELEMENT(i, n)) = t;                                                    \
        return SEM_NEXT;                                                                           \
    }
#define VEC_STORE_ELEMENT(name, bits, acc, n)                                                      \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = VEC_EA & ~(ureg)(16 / (n)-1);                                                    \
        unsigned i = (unsigned)(ea & 15) / (16 / (n));                                             \
        return mem_st##bits(c, ea, acc(VR(s->d), LE_ELEMENT(i, n))) ? SEM_NEXT : SEM_FAULT;     \
    }
VEC_LOAD_ELEMENT(lvebx, 8, VR_B, 16) /* the other elements are undefined: they keep their value */
VEC_LOAD_ELEMENT(lvehx, 16, VR_H, 8)
VEC_LOAD_ELEMENT(lvewx, 32, VR_W, 4)
VEC_STORE_ELEMENT(stvebx, 8, VR_B, 16)
VEC_STORE_ELEMENT(stvehx, 16, VR_H, 8)
VEC_STORE_ELEMENT(stvewx, 32, VR_W, 4)
#undef VEC_LOAD_ELEMENT
#undef VEC_STORE_ELEMENT

SEM(lvx)
{
    ureg ea = VEC_EA & ~(ureg)15;
#if FAST_GLUE
    const uint8_t *p = mem_read_span(c, ea, 16);
    if (unlikely(!p)) return SEM_FAULT;
    VREG(v_u8, s->d) = hv_load(p);
    return SEM_NEXT;
#else
    return mem_ld128(c, ea, &VR(s->d)) ? SEM_NEXT : SEM_FAULT;
#endif
}
SEM(stvx)
{
    ureg ea = VEC_EA & ~(ureg)15;
#if FAST_GLUE
    uint8_t *p = mem_write_span(c, ea, 16);
    if (unlikely(!p)) return SEM_FAULT;
    hv_store(p, VREG(v_u8, s->d));
    return SEM_NEXT;
#else
    return mem_st128(c, ea, &VR(s->d)) ? SEM_NEXT : SEM_FAULT;
#endif
}
/* "Least recently used" is a hint to the cache. */
SEM(lvxl) { return sem_lvx(c, s, v); }
SEM(stvxl) { return sem_stvx(c, s, v); }

SEM(lvsl)
{
    VREG(v_u8, s->d) = hv_element_numbers() + (uint8_t)(VEC_EA & 15);
    return SEM_NEXT;
}
SEM(lvsr)
{
    VREG(v_u8, s->d) = hv_element_numbers() + (uint8_t)(16 - (VEC_EA & 15));
    return SEM_NEXT;
}

/* Data streams only prefetch; they never fault and do not need MSR[VEC] (MPC7450UM 7.1.2.3). */
SEM(dst) { return SEM_NEXT; }
SEM(dstt) { return SEM_NEXT; }
SEM(dstst) { return SEM_NEXT; }
SEM(dststt) { return SEM_NEXT; }
SEM(dss) { return SEM_NEXT; }
SEM(dssall) { return SEM_NEXT; }

/* ---- VSCR ---- */

SEM(mfvscr)
{
    uint32_t vscr = vscr_get(&c->vpu);
    VREG(v_u32, s->d) = (v_u32){0};
    VR_W(VR(s->d), 3) = vscr;
    return SEM_NEXT;
}
SEM(mtvscr)
{
    vscr_set(&c->vpu, VR_W(VR(s->b), 3));
    return SEM_NEXT;
}

/* ---- logical ---- */

VEC2(vand, v_u32, a & b)
VEC2(vandc, v_u32, a & ~b)
VEC2(vor, v_u32, a | b)
VEC2(vxor, v_u32, a ^ b)
VEC2(vnor, v_u32, ~(a | b))
VEC3(vsel, v_u32, (b & x) | (a & ~x))

/* ---- permute, splat, merge ---- */

VEC3(vperm, v_u8, hv_perm(a, b, x))
VEC2(vsldoi, v_u8, hv_perm(a, b, hv_element_numbers() + (uint8_t)s->imm))

#define VEC_SPLAT(name, type, acc, n)                                                              \
    SEM(name)                                                                                      \
    {                                                                                              \
        VREG(type, s->d) = HV_ALL(type, acc(VR(s->b), (unsigned)s->imm & ((n)-1)));             \
        return SEM_NEXT;                                                                           \
    }
VEC_SPLAT(vspltb, v_u8, VR_B, 16)
VEC_SPLAT(vsplth, v_u16, VR_H, 8)
VEC_SPLAT(vspltw, v_u32, VR_W, 4)
#undef VEC_SPLAT
SEM(vspltisb) { VREG(v_s8, s->d) = HV_ALL(v_s8, (int8_t)s->imm); return SEM_NEXT; }
SEM(vspltish) { VREG(v_s16, s->d) = HV_ALL(v_s16, (int16_t)s->imm); return SEM_NEXT; }
SEM(vspltisw) { VREG(v_s32, s->d) = HV_ALL(v_s32, s->imm); return SEM_NEXT; }

/* Elements 0.. are the high lanes on a little-endian host, and a's element comes first: it is the
 * higher of each pair of lanes. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MERGE_HIGH(size) hv_zip_high_##size(b, a)
#define MERGE_LOW(size) hv_zip_low_##size(b, a)
#define NARROW(size, upper, lower) hv_narrow_##size(lower, upper)
#define FIRST_HALF(size, x) hv_zip_high_##size(x, x)
#define SECOND_HALF(size, x) hv_zip_low_##size(x, x)
#else
#define MERGE_HIGH(size) hv_zip_low_##size(a, b)
#define MERGE_LOW(size) hv_zip_high_##size(a, b)
#define NARROW(size, upper, lower) hv_narrow_##size(upper, lower)
#define FIRST_HALF(size, x) hv_zip_low_##size(x, x)
#define SECOND_HALF(size, x) hv_zip_high_##size(x, x)
#endif
VEC2(vmrghb, v_u8, MERGE_HIGH(8))
VEC2(vmrghh, v_u16, MERGE_HIGH(16))
VEC2(vmrghw, v_u32, MERGE_HIGH(32))
VEC2(vmrglb, v_u8, MERGE_LOW(8))
VEC2(vmrglh, v_u16, MERGE_LOW(16))
VEC2(vmrglw, v_u32, MERGE_LOW(32))

/* ---- pack and unpack ---- */

/* Every element clipped to [low, high], then its lower half kept. */
#define VEC_PACK(name, type, utype, size, low, high)                                               \
    SEM(name)                                                                                      \
    {                                                                                              \
        const type a = VREG(type, s->a), b = VREG(type, s->b);                                     \
        const type min = HV_ALL(type, low), max = HV_ALL(type, high);                              \
        type x = HV_PICK(type, a > max, max, a), y = HV_PICK(type, b > max, max, b);               \
        x = HV_PICK(type, x < min, min, x);                                                        \
        y = HV_PICK(type, y < min, min, y);                                                        \
        vec_saturated(c, (v_u32)x, (v_u32)a);                                                      \
        vec_saturated(c, (v_u32)y, (v_u32)b);                                                      \
        VREG(v_u8, s->d) = (v_u8)NARROW(size, (utype)x, (utype)y);                                 \
        return SEM_NEXT;                                                                           \
    }
VEC_PACK(vpkuhus, v_u16, v_u16, 16, 0, UINT8_MAX)
VEC_PACK(vpkuwus, v_u32, v_u32, 32, 0, UINT16_MAX)
VEC_PACK(vpkshus, v_s16, v_u16, 16, 0, UINT8_MAX)
VEC_PACK(vpkswus, v_s32, v_u32, 32, 0, UINT16_MAX)
VEC_PACK(vpkshss, v_s16, v_u16, 16, INT8_MIN, INT8_MAX)
VEC_PACK(vpkswss, v_s32, v_u32, 32, INT16_MIN, INT16_MAX)
#undef VEC_PACK
VEC2(vpkuhum, v_u16, NARROW(16, a, b))
VEC2(vpkuwum, v_u32, NARROW(32, a, b))

/* A pixel of 8+8+8+8 bits keeps the lowest bit of the first and the top 5 of the others. */
static ALWAYS_INLINE v_u32 pack_pixel(v_u32 x)
{
    return (x >> 9 & 0xfc00) | (x >> 6 & 0x03e0) | (x >> 3 & 0x001f);
}
VEC2(vpkpx, v_u32, NARROW(32, pack_pixel(a), pack_pixel(b)))

/* Each element doubled in a lane of twice its size; an arithmetic shift makes one of it. */
VEC1(vupkhsb, v_u8, (v_s16)FIRST_HALF(8, b) >> 8)
VEC1(vupklsb, v_u8, (v_s16)SECOND_HALF(8, b) >> 8)
VEC1(vupkhsh, v_u16, (v_s32)FIRST_HALF(16, b) >> 16)
VEC1(vupklsh, v_u16, (v_s32)SECOND_HALF(16, b) >> 16)

static ALWAYS_INLINE v_u32 unpack_pixel(v_u16 doubled)
{
    v_u32 x = (v_u32)doubled;
    return (v_u32)((v_s32)x >> 31 << 24) | (x << 6 & 0x1f0000) | (x << 3 & 0x1f00) | (x & 0x1f);
}
VEC1(vupkhpx, v_u16, unpack_pixel(FIRST_HALF(16, b)))
VEC1(vupklpx, v_u16, unpack_pixel(SECOND_HALF(16, b)))
#undef MERGE_HIGH
#undef MERGE_LOW
#undef NARROW
#undef FIRST_HALF
#undef SECOND_HALF

/* ---- shifts of the whole register ---- */

#define OCTETS(r) ((uint8_t)(VR_B(r, 15) >> 3 & 15))

/* Element e of the result is element e + octets of a, or 0 behind the end (vslo); e - octets, or 0
 * before the start (vsro). hv_perm takes 16-31 from the second operand, which is 0. */
SEM(vslo)
{
    const v_u8 at = hv_element_numbers() + OCTETS(VR(s->b));
    VREG(v_u8, s->d) = hv_perm(VREG(v_u8, s->a), (v_u8){0}, at);
    return SEM_NEXT;
}
SEM(vsro)
{
    const v_u8 at = hv_element_numbers() - OCTETS(VR(s->b));
    VREG(v_u8, s->d) = hv_perm(VREG(v_u8, s->a), (v_u8){0}, at);
    return SEM_NEXT;
}

/* Shifts by 0-7 bits. When the counts in b's bytes differ the result is undefined (ALTIVECPEM
 * vsl). UNVERIFIED: each byte goes by its own count here, filled from its neighbour; a run on a
 * 7450 would settle it. */
SEM(vsl)
{
    const v_u8 a = VREG(v_u8, s->a), n = VREG(v_u8, s->b) & 7;
    const v_u8 next = hv_perm(a, (v_u8){0}, hv_element_numbers() + 1);
    VREG(v_u8, s->d) = hv_shl_8(a, n) | hv_shr_8(next >> 1, ~n);
    return SEM_NEXT;
}
SEM(vsr)
{
    const v_u8 a = VREG(v_u8, s->a), n = VREG(v_u8, s->b) & 7;
    const v_u8 previous = hv_perm(a, (v_u8){0}, hv_element_numbers() - 1);
    VREG(v_u8, s->d) = hv_shr_8(a, n) | hv_shl_8(previous << 1, ~n);
    return SEM_NEXT;
}
#undef OCTETS

#endif
