/*
 * The CPU object: creation, reset, the outer run loop and the small accessors of ppc.h, as the
 * table of this width's core.
 */
#include "cpu/core_fns.h"

#include "cpu/codecache.h"
#include "cpu/decode.h"
#include "cpu/exception.h"
#include "cpu/exec.h"
#include "cpu/fpu_exact.h"
#include "cpu/magic.h"
#include "cpu/perfmon.h"
#include "cpu/profile.h"
#include "cpu/rest.h"
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

static void pages_clean(void *ctx, const uint8_t *host, uint64_t len)
{
    mmu_forbid_fast_stores_to(ctx, host, len);
}

static void core_init(struct ppc_cpu *c, const struct ppc_config *cfg)
{
    c->model = cfg->model;
    c->bus = cfg->bus;
    c->sched = cfg->sched;
    c->log = cfg->log;
    c->tb_hz = cfg->tb_hz;
    c->sc = cfg->sc;
    c->sc_ctx = cfg->sc_ctx;
    c->rest.wanted = cfg->rests;
    if (cfg->glue == PPC_GLUE_PROFILE) c->profile = exec_profile_new();
    else if (cfg->glue != PPC_GLUE_PORTABLE) c->tail = exec_tail_choose(cfg->glue == PPC_GLUE_BASELINE);
    c->tracing = log_on(c->log, LOG_EXEC | LOG_CPU);
    c->decoder = decoder_new(cfg->model);
    c->code = c->profile ? exec_profile_new_cache() : c->tail ? c->tail->new_cache() : exec_call_new_cache();
    mmu_new(c);
    bus_watch(cfg->bus, code_changed, map_changed, c);
    bus_watch_clean(cfg->bus, pages_clean, c);
    core_reset(c);
}

static void core_fini(struct ppc_cpu *c)
{
    sched_cancel(c->sched, &c->dec_event);
    bus_watch(c->bus, NULL, NULL, NULL);
    bus_watch_clean(c->bus, NULL, NULL);
    magic_fini(c);
    codecache_free(c->code);
    mmu_free(c->mmu);
    decoder_free(c->decoder);
    profile_free(c->profile);
}

/* MPC7450UM table 2-? "reset settings": MSR = IP only, everything that the manual leaves undefined
 * is 0 here, so that runs repeat. */
void core_reset(struct ppc_cpu *c)
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
    c->rest.at = NULL;
    memset(c->rest.points, 0, sizeof c->rest.points);
    fpu_set_fpscr(c, 0);
    vpu_reset(&c->vpu);
    spr_reset(c);
    tb_reset(c);
    mmu_reset(c);
    magic_reset(c);
    codecache_flush(c);
    c->msr = 0;
    msr_reset(c);
    c->kick |= KICK_SYNC;
}

/* An interrupt waits for the end of a critical section, which is a few instructions long and ends at
 * any store or change of r1: one instruction at a time until then. */
static bool interrupt_held(const struct ppc_cpu *c)
{
    return unlikely(c->kick & KICK_IRQ) && magic_critical(c);
}

/* The instruction address breakpoint (MPC7400UM 4.6.14), in the mode it is for. */
static bool iabr_armed(const struct ppc_cpu *c)
{
    ureg iabr = c->spr[SPR_N_iabr];
    return PPC_WIDTH == 32 && unlikely(iabr & IABR_BE) && ((iabr & IABR_TE) != 0) == ((c->msr & MSR_IR) != 0);
}

static enum ppc_stop run_loop(struct ppc_cpu *c)
{
    for (;;) {
        c->kick &= ~(unsigned)KICK_SYNC;
        if (c->checkstop) return PPC_STOP_CHECKSTOP;
        if (unlikely(c->kick & KICK_DEBUG)) {
            c->kick &= ~(unsigned)KICK_DEBUG;
            return PPC_STOP_DEBUG;
        }
        if (c->kick & KICK_STOP) {
            c->kick &= ~(unsigned)KICK_STOP;
            return PPC_STOP_KICK;
        }
        if (c->kick & KICK_IRQ && ppc_take_interrupt(c)) c->left--;
        if (unlikely(fpu_exception_due(c))) { /* mtmsr or rfi with FEX = 1: PEM 6.4.7 */
            ppc_raise(c, VEC_PROGRAM, PROGRAM_FP);
            ppc_take_exception(c, c->pc);
            c->left--;
        }
        if (c->idle) return PPC_STOP_IDLE;
        if (c->left <= 0) return PPC_STOP_BUDGET;
        mmu_need_bank(c);
        if (unlikely(c->rest.at)) {
            if (!rest_try(c)) continue;
            c->count.rests++;
            return PPC_STOP_REST;
        }
        if (unlikely(c->pm.on)) perfmon_hold(c);
        if (c->tracing || c->msr & (MSR_SE | MSR_BE) || iabr_armed(c) || interrupt_held(c) || unlikely(c->pm.on && c->pm.step)) exec_step(c);
        else if (c->profile) exec_profile_run(c);
        else if (c->tail) c->tail->run(c);
        else exec_call_run(c);
        if (unlikely(c->pm.held)) perfmon_release(c);
    }
}

enum ppc_stop core_run(struct ppc_cpu *c, uint64_t budget)
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

enum ppc_stop core_step(struct ppc_cpu *c)
{
    bool tracing = c->tracing;
    c->tracing = c->stepping = true;
    enum ppc_stop stop = core_run(c, 1);
    c->tracing = tracing;
    c->stepping = false;
    return stop;
}

void core_kick(struct ppc_cpu *c) { c->kick |= KICK_STOP; }

void core_set_line(struct ppc_cpu *c, enum ppc_line line, bool level)
{
    if (level) c->lines |= 1u << line;
    else c->lines &= ~(1u << line);
    ppc_irq_changed(c);
}

void core_sleep(struct ppc_cpu *c)
{
    c->idle = true;
    c->kick |= KICK_SYNC;
    ppc_irq_changed(c); /* one that waits already ends the sleep before it begins */
}

bool core_wakes(const struct ppc_cpu *c) { return c->kick & KICK_IRQ; }
bool core_idle(const struct ppc_cpu *c) { return c->idle; }
uint64_t core_insns(const struct ppc_cpu *c) { return c->insns + (uint64_t)(c->slice - c->left); }

void core_set_sc(struct ppc_cpu *c, ppc_sc_fn *sc, void *ctx)
{
    c->sc = sc;
    c->sc_ctx = ctx;
}

uint64_t core_gpr(const struct ppc_cpu *c, unsigned n) { return c->gpr[n & 31]; }
void core_set_gpr(struct ppc_cpu *c, unsigned n, uint64_t v) { c->gpr[n & 31] = (ureg)v; }
uint64_t core_pc(const struct ppc_cpu *c) { return c->pc; }
uint64_t core_lr(const struct ppc_cpu *c) { return c->lr; }
void core_set_lr(struct ppc_cpu *c, uint64_t v) { c->lr = (ureg)v; }
uint64_t core_msr(const struct ppc_cpu *c) { return c->msr; }
void core_set_msr(struct ppc_cpu *c, uint64_t v) { msr_write(c, (ureg)v); }
const struct ppc_model *core_model(const struct ppc_cpu *c) { return c->model; }

/* Inside an sc hook the next instruction is taken from npc. */
void core_set_pc(struct ppc_cpu *c, uint64_t pc) { c->pc = c->npc = (ureg)pc & ~(ureg)3; }

const struct ppc_counters *core_counters(const struct ppc_cpu *c) { return &c->count; }
void core_counters_reset(struct ppc_cpu *c) { c->count = (struct ppc_counters){0}; }

bool core_translate(struct ppc_cpu *c, uint64_t ea, paddr_t *pa)
{
    return mmu_peek(c, (ureg)ea, ACCESS_LOAD, pa);
}

#if PPC_WIDTH == 32
#define THIS_CORE ppc_core_32
#else
#define THIS_CORE ppc_core_64
#endif

const struct ppc_core THIS_CORE = {
    .size = sizeof(struct ppc_cpu),
    .init = core_init,
    .fini = core_fini,
    .has_tail_calls = &exec_tail_available,
#define CORE_FN(result, name, params, args) .name = core_##name,
#include "cpu/core.def"
#undef CORE_FN
};
