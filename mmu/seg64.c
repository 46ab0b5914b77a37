/*
 * Translation of the 64-bit models (64-bit PEM chapter 7): the segment look-aside buffer, which
 * software fills. There is no page table behind it yet: a segment that is there has no pages.
 */
#include "mmu/mmu.h"

#include "cpu/exception.h"

#define ESID_MASK (~UINT64_C(0) << 28)
#define SLB_V (UINT64_C(1) << 27)

static struct slb_entry *slb_find(struct ppc_cpu *c, ureg ea)
{
    for (unsigned i = 0; i < SLB_SIZE; i++)
        if (c->slb[i].esid & SLB_V && !((c->slb[i].esid ^ ea) & ESID_MASK)) return &c->slb[i];
    return NULL;
}

/* Segment interrupts leave DSISR alone; DAR has the address of a data access, SRR0 of a fetch. */
static bool segment_fault(struct ppc_cpu *c, ureg ea, enum access access)
{
    if (access != ACCESS_FETCH) c->dar = ea;
    ppc_raise(c, access == ACCESS_FETCH ? VEC_INSN_SEGMENT : VEC_DATA_SEGMENT, 0);
    return false;
}

bool seg_translate(struct ppc_cpu *c, ureg ea, enum access access, enum access_kind kind,
                   struct xlate *x)
{
    (void)kind;
    (void)x;
    if (!slb_find(c, ea)) return segment_fault(c, ea, access);
    return mmu_fault(c, ea, access, DSISR_NO_PTE, ISI_NO_PTE);
}

bool seg_peek(struct ppc_cpu *c, ureg ea, enum access access, paddr_t *pa)
{
    (void)c;
    (void)ea;
    (void)access;
    (void)pa;
    return false;
}

/* slbmte: the entry's number is in the low bits of rB (PowerPC Architecture Book III 2.01). */
void slb_write(struct ppc_cpu *c, ureg rs, ureg rb)
{
    struct slb_entry *e = &c->slb[rb & (SLB_SIZE - 1)];
    e->esid = rb & (ESID_MASK | SLB_V);
    e->vsid = rs & ~(ureg)0x7f; /* VSID, Ks, Kp, N, L, C */
    mmu_flush_all(c);
}

void slb_invalidate(struct ppc_cpu *c, ureg rb)
{
    struct slb_entry *e = slb_find(c, rb);
    if (e) e->esid &= ~SLB_V;
    mmu_flush_all(c);
}

/* Entry 0 stays (Book III 2.01, slbia). */
void slb_invalidate_all(struct ppc_cpu *c)
{
    for (unsigned i = 1; i < SLB_SIZE; i++) c->slb[i].esid &= ~SLB_V;
    mmu_flush_all(c);
}
