/*
 * Vector registers and VSCR.
 *
 * A vreg is held byte-reversed as a whole on little-endian hosts: architected element i of n is
 * lane n-1-i, so that arithmetic on lanes needs no swap and a load is one 16-byte reversal.
 * VR_B(r, i) etc. take architected element numbers.
 */
#ifndef CPU_VPU_H
#define CPU_VPU_H

#include <stdint.h>

union vreg {
    uint8_t u8[16];
    int8_t s8[16];
    uint16_t u16[8];
    int16_t s16[8];
    uint32_t u32[4];
    int32_t s32[4];
    uint64_t u64[2];
    float f32[4];
} __attribute__((aligned(16)));

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define VR_LANE(i, n) ((n)-1 - (i))
#else
#define VR_LANE(i, n) (i)
#endif
#define VR_B(r, i) ((r).u8[VR_LANE(i, 16)])
#define VR_H(r, i) ((r).u16[VR_LANE(i, 8)])
#define VR_W(r, i) ((r).u32[VR_LANE(i, 4)])
#define VR_D(r, i) ((r).u64[VR_LANE(i, 2)])

#define VSCR_NJ UINT32_C(0x00010000)
#define VSCR_SAT UINT32_C(0x00000001)

struct ppc_vpu {
    uint32_t vscr; /* SAT is exact only after vpu_sync() */
    union vreg sat; /* non-zero: some instruction saturated since */
    union vreg nj;  /* all ones in non-Java mode */
};

/* Folds the lazily collected saturation into VSCR[SAT]. */
static inline void vpu_sync(struct ppc_vpu *p)
{
    if (p->sat.u64[0] | p->sat.u64[1]) p->vscr |= VSCR_SAT;
    p->sat = (union vreg){.u64 = {0, 0}};
}

/* VSCR as mfvscr shows it. */
static inline uint32_t vscr_get(struct ppc_vpu *p)
{
    vpu_sync(p);
    return p->vscr;
}

/* VSCR as mtvscr leaves it: reserved bits read 0 (AltiVec PEM 2.1.2). */
static inline void vscr_set(struct ppc_vpu *p, uint32_t v)
{
    p->sat = (union vreg){.u64 = {0, 0}};
    p->vscr = v & (VSCR_NJ | VSCR_SAT);
    p->nj.u64[0] = p->nj.u64[1] = v & VSCR_NJ ? UINT64_MAX : 0;
}

/* Hard reset: non-Java mode, nothing saturated (MPC7450UM table 2-25: VSCR 0001_0000). */
static inline void vpu_reset(struct ppc_vpu *p) { vscr_set(p, VSCR_NJ); }

#endif
