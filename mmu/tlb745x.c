/*
 * Software table search of the 745x (MPC7450UM 5.5.5): with HID0[STEN] set the chip does not read the page table but
 * takes an exception on a TLB miss, and tlbld or tlbli enters what software found. Two ways of 64 sets for data and for
 * instructions; an entry is found by VSID and page index.
 */
#include "mmu/mmu.h"

#include "cpu/exception.h"
#include "cpu/spr.h"

enum { PTE_V = INT32_MIN, PTE_C = 1 << 7, KEY = 1 << 19 };

static struct arch_tlb_set *set_of(struct ppc_cpu *c, ureg ea, bool fetch)
{
    return &c->arch_tlb[fetch][ea >> 12 & (ARCH_TLB_SETS - 1)];
}

static uint32_t tag_of(uint32_t sr, ureg ea) { return (uint32_t)PTE_V | (sr & 0xffffff) << 7 | (uint32_t)(ea >> 22 & 0x3f); }

/* tlbld, tlbli: PTEHI and PTELO for the page rB names; its last bit is the way. */
void mmu_tlb_load(struct ppc_cpu *c, ureg rb, bool fetch)
{
    struct arch_tlb_set *s = set_of(c, rb, fetch);
    unsigned way = rb & 1;
    s->way[way].hi = (uint32_t)c->spr[SPR_N_ptehi] & ~(uint32_t)0x40; /* whichever hash found it */
    s->way[way].page = (uint16_t)(rb >> 12);
    s->way[way].lo = (uint32_t)c->spr[SPR_N_ptelo];
    s->lru = !way;
    mmu_drop_page(c, rb);
}

void mmu_arch_tlbie(struct ppc_cpu *c, ureg ea)
{
    for (unsigned fetch = 0; fetch < 2; fetch++) memset(set_of(c, ea, fetch)->way, 0, sizeof c->arch_tlb[0][0].way);
}

bool mmu_searches_by_software(const struct ppc_cpu *c)
{
    return c->model->features & PPC_F_745X && c->spr[SPR_HID0] & HID0_STEN;
}

/* TLBMISS: the address, and the way to replace. PTEHI: what to look for. UNVERIFIED: SRR1[12] has the key, as on the 603e. */
static void miss(struct ppc_cpu *c, ureg ea, uint32_t sr, enum access access, bool key)
{
    static const enum ppc_vector vector[] = {
        [ACCESS_FETCH] = VEC_ITLB_MISS, [ACCESS_LOAD] = VEC_DTLB_LOAD_MISS, [ACCESS_STORE] = VEC_DTLB_STORE_MISS};
    c->spr[SPR_N_tlbmiss] = (ea & ~(ureg)3) | set_of(c, ea, access == ACCESS_FETCH)->lru;
    c->spr[SPR_N_ptehi] = tag_of(sr, ea);
    ppc_raise(c, vector[access], key ? KEY : 0);
}

enum walk tlb745x_walk(struct ppc_cpu *c, ureg ea, uint32_t sr, enum access access, bool raise, struct xlate *x)
{
    struct arch_tlb_set *s = set_of(c, ea, access == ACCESS_FETCH);
    bool key = sr & (c->msr & MSR_PR ? 0x20000000 : 0x40000000), store = access == ACCESS_STORE;
    for (unsigned way = 0; way < 2; way++) {
        const struct arch_tlb_entry *e = &s->way[way];
        if (e->hi != tag_of(sr, ea) || e->page != (uint16_t)(ea >> 12)) continue;
        unsigned rights = hash32_rights(key, e->lo & 3);
        if (!(rights & (store ? 2 : 1))) return WALK_PROTECTED;
        if (store && !(e->lo & PTE_C)) break; /* for software to set C: MPC7450UM table 4-3 */
        x->pa = (e->lo & 0xfffff000) | (ea & 0xfff);
        x->wimg = e->lo >> 3 & 15;
        x->may_write = rights & 2 && e->lo & PTE_C;
        return WALK_HIT;
    }
    if (raise) miss(c, ea, sr, access, key);
    return WALK_MISS;
}
