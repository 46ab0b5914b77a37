#include "cpu/exception.h"
#include "cpu/sem.h"
#include "cpu/spr.h"
#include "frontend/test_state.h"

/* An address no instruction can leave in SRR0, so that a change of it shows an exception. */
#define NO_EXCEPTION 3u

static void clear(struct ppc_cpu *c, uint64_t msr)
{
    memset(c->gpr, 0, sizeof c->gpr);
    memset(c->fpr, 0, sizeof c->fpr);
    memset(c->vr, 0, sizeof c->vr);
    cr_set(c, 0, 0xff);
    xer_set(c, 0);
    c->lr = c->ctr = 0;
    fpu_set_fpscr(c, 0);
    vscr_set(&c->vpu, 0);
    c->spr[SPR_N_vrsave] = UINT32_MAX;
    c->reserved = c->idle = c->checkstop = false;
    c->srr0 = NO_EXCEPTION;
    c->srr1 = c->dar = 0;
    c->dsisr = 0;
    if (c->msr != (ureg)msr) ppc_set_msr(c, msr);
}

static bool interrupted(const struct ppc_cpu *c) { return c->srr0 != NO_EXCEPTION; }

static void set(struct ppc_cpu *c, enum bare_reg kind, unsigned n, struct value v)
{
    switch (kind) {
    case BARE_GPR: c->gpr[n] = (ureg)v.lo; break;
    case BARE_FPR: c->fpr[n] = v.lo; break;
    case BARE_VR:
        VR_D(c->vr[n], 0) = v.hi;
        VR_D(c->vr[n], 1) = v.lo;
        break;
    case BARE_CR: cr_set(c, (uint32_t)v.lo, 0xff); break;
    case BARE_XER: xer_set(c, (uint32_t)v.lo); break;
    case BARE_LR: c->lr = (ureg)v.lo; break;
    case BARE_CTR: c->ctr = (ureg)v.lo; break;
    case BARE_FPSCR: fpu_set_fpscr(c, (uint32_t)v.lo); break;
    case BARE_VSCR: vscr_set(&c->vpu, (uint32_t)v.lo); break;
    case BARE_VRSAVE: c->spr[SPR_N_vrsave] = (uint32_t)v.lo; break;
    case BARE_MSR: ppc_set_msr(c, v.lo); break;
    case BARE_PC: ppc_set_pc(c, v.lo); break;
    default: break;
    }
}

static struct value get(struct ppc_cpu *c, enum bare_reg kind, unsigned n)
{
    switch (kind) {
    case BARE_GPR: return (struct value){0, c->gpr[n]};
    case BARE_FPR: return (struct value){0, c->fpr[n]};
    case BARE_VR: return (struct value){VR_D(c->vr[n], 0), VR_D(c->vr[n], 1)};
    case BARE_CR: return (struct value){0, cr_get(c)};
    case BARE_XER: return (struct value){0, xer_get(c)};
    case BARE_LR: return (struct value){0, c->lr};
    case BARE_CTR: return (struct value){0, c->ctr};
    case BARE_FPSCR: return (struct value){0, fpu_get_fpscr(c)};
    case BARE_VSCR: return (struct value){0, vscr_get(&c->vpu)};
    case BARE_VRSAVE: return (struct value){0, (uint32_t)c->spr[SPR_N_vrsave]};
    case BARE_MSR: return (struct value){0, ppc_msr(c)};
    case BARE_PC: return (struct value){0, ppc_pc(c)};
    default: return (struct value){0, 0};
    }
}

#if PPC_WIDTH == 32
#define THIS_STATE bare_state_32
#else
#define THIS_STATE bare_state_64
#endif
const struct bare_state THIS_STATE = {clear, interrupted, set, get};
