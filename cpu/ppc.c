/*
 * The CPU object: creation, reset, the outer run loop and the small accessors of ppc.h.
 */
#include "cpu/ppc.h"

#include <errno.h>
#include <stdlib.h>

#include "cpu/codecache.h"
#include "cpu/decode.h"
#include "cpu/exception.h"
#include "cpu/exec.h"
#include "cpu/sem.h"
#include "cpu/spr.h"
#include "mmu/mmu.h"

static void code_changed(void *ctx, paddr_t pa, uint64_t len)
{
    codecache_invalidate(ctx, pa, len);
}

static void map_changed(void *ctx)
{
    struct ppc_cpu *c = ctx;
    mmu_flush_all(c);
    codecache_flush(c);
}

struct ppc_cpu *ppc_new(const struct ppc_config *cfg, struct error *err)
{
    if (cfg->glue == PPC_GLUE_TAIL && !exec_tail_available) {
        error_set(err, ENOTSUP, "this build has no tail-call core");
        return NULL;
    }
    struct ppc_cpu *c = aligned_alloc(64, align_up(sizeof *c, 64));
    if (!c) {
        error_set(err, ENOMEM, "no memory for a CPU");
        return NULL;
    }
    *c = (struct ppc_cpu){
        .model = cfg->model,
        .bus = cfg->bus,
        .sched = cfg->sched,
        .log = cfg->log,
        .tb_hz = cfg->tb_hz,
        .sc = cfg->sc,
        .sc_ctx = cfg->sc_ctx,
        .portable = cfg->glue == PPC_GLUE_PORTABLE || !exec_tail_available,
    };
    c->tracing = log_on(c->log, LOG_EXEC | LOG_CPU);
    c->decoder = decoder_new(cfg->model);
    c->code = c->portable ? exec_call_new_cache() : exec_tail_new_cache();
    mmu_new(c);
    bus_watch(cfg->bus, code_changed, map_changed, c);
    ppc_reset(c);
    return c;
}

void ppc_free(struct ppc_cpu *c)
{
    if (!c) return;
    sched_cancel(c->sched, &c->dec_event);
    bus_watch(c->bus, NULL, NULL, NULL);
    codecache_free(c->code);
    mmu_free(c->mmu);
    decoder_free(c->decoder);
    free(c);
}

/* MPC7450UM table 2-? "reset settings": MSR = IP only, everything that the manual leaves undefined
 * is 0 here, so that runs repeat. */
void ppc_reset(struct ppc_cpu *c)
{
    memset(c->gpr, 0, sizeof c->gpr);
    memset(c->fpr, 0, sizeof c->fpr);
    memset(c->vr, 0, sizeof c->vr);
    cr_set(c, 0, 0xff);
    xer_set(c, 0);
    c->lr = c->ctr = 0;
    c->srr0 = c->srr1 = c->dar = 0;
    c->dsisr = 0;
    c->reserved = c->idle = c->checkstop = false;
    c->exc_vector = VEC_NONE;
    c->lines = 0;
    fpu_set_fpscr(c, 0);
    vpu_reset(&c->vpu);
    spr_reset(c);
    tb_reset(c);
    mmu_reset(c);
    codecache_flush(c);
    c->msr = 0;
    msr_write(c, MSR_IP);
    c->pc = c->npc = 0xfff00100;
    c->kick |= KICK_SYNC;
}

static enum ppc_stop run_loop(struct ppc_cpu *c)
{
    for (;;) {
        c->kick &= ~(unsigned)KICK_SYNC;
        if (c->checkstop) return PPC_STOP_CHECKSTOP;
        if (c->kick & KICK_STOP) {
            c->kick &= ~(unsigned)KICK_STOP;
            return PPC_STOP_KICK;
        }
        if (c->kick & KICK_IRQ && ppc_take_interrupt(c)) c->left--;
        if (c->idle) return PPC_STOP_IDLE;
        if (c->left <= 0) return PPC_STOP_BUDGET;
        mmu_need_bank(c);
        if (c->tracing || c->msr & (MSR_SE | MSR_BE)) exec_step(c);
        else if (c->portable) exec_call_run(c);
        else exec_tail_run(c);
    }
}

enum ppc_stop ppc_run(struct ppc_cpu *c, uint64_t budget)
{
    c->slice = c->left = budget > INT32_MAX ? INT32_MAX : (int64_t)budget;
    c->running = true;
    fpu_enter(c);
    enum ppc_stop stop = run_loop(c);
    fpu_leave(c);
    c->running = false;
    c->insns += (uint64_t)(c->slice - c->left);
    c->slice = c->left = 0;
    return stop;
}

enum ppc_stop ppc_step(struct ppc_cpu *c)
{
    bool tracing = c->tracing;
    c->tracing = true;
    enum ppc_stop stop = ppc_run(c, 1);
    c->tracing = tracing;
    return stop;
}

void ppc_kick(struct ppc_cpu *c) { c->kick |= KICK_STOP; }

void ppc_set_line(struct ppc_cpu *c, enum ppc_line line, bool level)
{
    if (level) c->lines |= 1u << line;
    else c->lines &= ~(1u << line);
    ppc_irq_changed(c);
}

bool ppc_wakes(const struct ppc_cpu *c) { return c->kick & KICK_IRQ; }
bool ppc_idle(const struct ppc_cpu *c) { return c->idle; }
uint64_t ppc_insns(const struct ppc_cpu *c) { return c->insns + (uint64_t)(c->slice - c->left); }

uint64_t ppc_gpr(const struct ppc_cpu *c, unsigned n) { return c->gpr[n & 31]; }
void ppc_set_gpr(struct ppc_cpu *c, unsigned n, uint64_t v) { c->gpr[n & 31] = (ureg)v; }
uint64_t ppc_pc(const struct ppc_cpu *c) { return c->pc; }
uint64_t ppc_lr(const struct ppc_cpu *c) { return c->lr; }
void ppc_set_lr(struct ppc_cpu *c, uint64_t v) { c->lr = (ureg)v; }
uint64_t ppc_msr(const struct ppc_cpu *c) { return c->msr; }
void ppc_set_msr(struct ppc_cpu *c, uint64_t v) { msr_write(c, (uint32_t)v); }
const struct ppc_model *ppc_model(const struct ppc_cpu *c) { return c->model; }

/* Inside an sc hook the next instruction is taken from npc. */
void ppc_set_pc(struct ppc_cpu *c, uint64_t pc) { c->pc = c->npc = (ureg)pc & ~(ureg)3; }

bool ppc_translate(struct ppc_cpu *c, uint64_t ea, paddr_t *pa)
{
    return mmu_peek(c, (ureg)ea, ACCESS_LOAD, pa);
}
