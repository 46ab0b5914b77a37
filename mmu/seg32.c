/*
 * Translation of the 32-bit models: BATs first, then segment registers and the hashed page table
 * (PEM 7.3, MPC7450UM 5.1.3).
 */
#include "mmu/mmu.h"

/* Direct-store segments (T=1) have no interface behind them on these chips: every data access is a DSI with DSISR[5],
 * also of floating point (MPC7400UM 4.6.3 and tables 5-3, 5-4; the MPC7448's table of priorities). UNVERIFIED: that
 * the 750's plain accesses set bit 5 and not bit 0. */
static bool direct_store(struct ppc_cpu *c, ureg ea, enum access access)
{
    return mmu_fault(c, ea, access, DSISR_CI_RESERVE, ISI_NO_EXEC);
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
    (void)kind;
    if (sr & 0x80000000) return direct_store(c, ea, access);
    if (access == ACCESS_FETCH && sr & 0x10000000) return mmu_fault(c, ea, access, 0, ISI_NO_EXEC);
    bool by_software = unlikely(mmu_searches_by_software(c));
    switch (by_software ? tlb745x_walk(c, ea, sr, access, true, x) : hash32_walk(c, ea, sr, access, true, x)) {
    case WALK_MISS: return !by_software && mmu_fault(c, ea, access, DSISR_NO_PTE, ISI_NO_PTE);
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
    if (w == WALK_MISS && !(sr & 0x80000000)) 
        w = mmu_searches_by_software(c) ? tlb745x_walk(c, ea, sr, access, false, &x) : hash32_walk(c, ea, sr, access, false, &x);
    *pa = x.pa;
    return w == WALK_HIT;
}
