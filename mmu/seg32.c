/*
 * Translation of the 32-bit models: BATs first, then segment registers and the hashed page table
 * (PEM 7.3, MPC7450UM 5.1.3).
 */
#include "mmu/mmu.h"

/* Direct-store segments (T=1) have no interface behind them on these chips. Which DSISR bit goes
 * with which access: MPC7450UM table 5-4 for lwarx and eciwx (bit 5) and floating point
 * (alignment). UNVERIFIED: plain accesses, taken from PEM 7.7's bit 0. */
static bool direct_store(struct ppc_cpu *c, ureg ea, enum access access, enum access_kind kind)
{
    if (kind == KIND_FP) {
        c->exc_vector = VEC_ALIGNMENT;
        c->exc_srr1 = 0;
        c->dar = ea;
        return false;
    }
    uint32_t dsisr = kind == KIND_PLAIN ? (uint32_t)DSISR_DIRECT : DSISR_CI_RESERVE;
    return mmu_fault(c, ea, access, dsisr, ISI_NO_EXEC);
}

bool seg_translate(struct ppc_cpu *c, ureg ea, enum access access, enum access_kind kind,
                   struct xlate *x)
{
    switch (bat_walk(c, ea, access, x)) {
    case WALK_HIT: return true;
    case WALK_PROTECTED: return mmu_fault(c, ea, access, DSISR_PROT, ISI_PROT);
    default: break;
    }
    uint32_t sr = c->sr[ea >> 28];
    if (sr & 0x80000000) return direct_store(c, ea, access, kind);
    if (access == ACCESS_FETCH && sr & 0x10000000) return mmu_fault(c, ea, access, 0, ISI_NO_EXEC);
    switch (hash32_walk(c, ea, sr, access, true, x)) {
    case WALK_MISS: return mmu_fault(c, ea, access, DSISR_NO_PTE, ISI_NO_PTE);
    case WALK_PROTECTED: return mmu_fault(c, ea, access, DSISR_PROT, ISI_PROT);
    default: break;
    }
    if (access == ACCESS_FETCH && x->wimg & WIMG_G) return mmu_fault(c, ea, access, 0, ISI_NO_EXEC);
    return true;
}

bool seg_peek(struct ppc_cpu *c, ureg ea, enum access access, paddr_t *pa)
{
    struct xlate x = {0};
    enum walk w = bat_walk(c, ea, access, &x);
    uint32_t sr = c->sr[ea >> 28];
    if (w == WALK_MISS && !(sr & 0x80000000)) w = hash32_walk(c, ea, sr, access, false, &x);
    *pa = x.pa;
    return w == WALK_HIT;
}
