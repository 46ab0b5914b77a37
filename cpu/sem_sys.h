/*
 * System instructions (PEM 4.4, 8.2; MPC7450UM 2.3.5-2.3.6). Only mfmsr has a fast handler; mfspr and
 * mtspr of LR, CTR and XER get theirs through spec.def.
 */
#ifndef CPU_SEM_SYS_H
#define CPU_SEM_SYS_H

#include "cpu/sem_int.h"
#include "cpu/rest.h"
#include "cpu/spr.h"

SEM(mfmsr) { RD = c->msr; return SEM_NEXT; }

SEM(mfspr)
{
    switch (s->imm) {
    case SPR_LR: RD = c->lr; return SEM_NEXT;
    case SPR_CTR: RD = c->ctr; return SEM_NEXT;
    case SPR_XER: RD = xer_get(c); return SEM_NEXT;
    default: break;
    }
#if FAST_GLUE
    return SEM_FAULT;
#else
    return spr_read(c, (unsigned)s->imm, &RD);
#endif
}

SEM(mtspr)
{
    switch (s->imm) {
    case SPR_LR: c->lr = RS; return SEM_NEXT;
    case SPR_CTR: c->ctr = RS; return SEM_NEXT;
    case SPR_XER: xer_set(c, (uint32_t)RS); return SEM_NEXT;
    default: break;
    }
#if FAST_GLUE
    return SEM_FAULT;
#else
    return spr_write(c, (unsigned)s->imm, RS);
#endif
}

#if !FAST_GLUE
SEM(sc) { return system_call(c, (unsigned)s->imm); }
SEM(rfi) { return return_from_interrupt(c); }
#if PPC_WIDTH == 32
SEM(mtmsr) /* L is a reserved bit here */
{
    bool enabled = c->msr & MSR_EE;
    msr_write(c, RS);
    if (!enabled && (c->msr & (MSR_EE | MSR_PR)) == MSR_EE && c->rest.wanted) rest_passing(c);
    return SEM_NEXT;
}
#else /* the upper half stays; L: only EE and RI change (Book III 2.01, mtmsr) */
SEM(mtmsr) { msr_mtmsrd(c, (c->msr & ~(ureg)UINT32_MAX) | (uint32_t)RS, s->imm != 0); return SEM_NEXT; }
#endif
/* Book E's way to change MSR[EE] alone (e500 reference manual). Emulated for ePAPR guests in supervisor
 * state; in problem state it stays the illegal instruction it is on these chips. */
static inline enum sem write_ee(struct ppc_cpu *c, bool on)
{
    if (c->msr & MSR_PR) return raise(c, VEC_PROGRAM, PROGRAM_ILLEGAL);
    msr_write(c, (c->msr & ~(ureg)MSR_EE) | (on ? MSR_EE : 0));
    return SEM_NEXT;
}
SEM(wrtee) { return write_ee(c, RS & MSR_EE); }
SEM(wrteei) { return write_ee(c, s->imm); }
SEM(mftb) { return tb_read(c, (unsigned)s->imm, &RD); }

SEM(mfsr) { RD = c->sr[s->imm & 15]; return SEM_NEXT; }
SEM(mfsrin) { RD = c->sr[(uint32_t)RB >> 28]; return SEM_NEXT; }
SEM(mtsr) { mmu_write_sr(c, (unsigned)s->imm & 15, (uint32_t)RS); return SEM_NEXT; }
SEM(mtsrin) { mmu_write_sr(c, (uint32_t)RB >> 28, (uint32_t)RS); return SEM_NEXT; }
SEM(tlbie) { mmu_tlbie(c, RB); return SEM_NEXT; }
SEM(tlbia) { mmu_tlbia(c); return SEM_NEXT; }
/* MPC7450UM 5.5.5.2 */
#if PPC_WIDTH == 32
SEM(tlbld) { mmu_tlb_load(c, RB, false); return SEM_NEXT; }
SEM(tlbli) { mmu_tlb_load(c, RB, true); return SEM_NEXT; }
#else /* of the 745x alone */
SEM(tlbld) { (void)s; return raise(c, VEC_PROGRAM, PROGRAM_ILLEGAL); }
SEM(tlbli) { (void)s; return raise(c, VEC_PROGRAM, PROGRAM_ILLEGAL); }
#endif
#endif

#endif
