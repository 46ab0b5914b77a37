#include "cpu/perfmon.h"

#include "cpu/codecache.h"
#include "cpu/core_fns.h"
#include "cpu/exception.h"
#include "cpu/spr.h"

/* MMCR0 (MPC7400UM table 2-7; the 750 has other names for the same bits). */
enum {
    FC = INT32_MIN, /* freeze: always, */
    FCS = 1 << 30,  /* in supervisor state, */
    FCP = 1 << 29,  /* in problem state, */
    FCM1 = 1 << 28, /* while MSR[PMM] is 1, */
    FCM0 = 1 << 27, /* while it is 0 */
    PMXE = 1 << 26,
    FCECE = 1 << 25, /* FC is set by an enabled condition */
    TBEE = 1 << 22,
    PMC1CE = 1 << 15,
    PMCJCE = 1 << 14,
    TRIGGER = 1 << 13, /* PMC2-6 wait for PMC1 or an enabled condition */
};

enum { COUNTERS = 6, EVENT_CYCLES = 1, EVENT_INSNS = 2 };

static const uint16_t counter_spr[COUNTERS] = {
    SPR_N_pmc1, SPR_N_pmc2, SPR_N_pmc3, SPR_N_pmc4, SPR_N_pmc5, SPR_N_pmc6,
};

static unsigned event_of(const struct ppc_cpu *c, unsigned n)
{
    static const uint8_t shift[COUNTERS] = {6, 0, 27, 22, 17, 11}, width[COUNTERS] = {7, 6, 5, 5, 5, 6};
    if (n >= 4 && !(c->model->features & PPC_F_745X)) return 0;
    uint32_t from = (uint32_t)c->spr[n < 2 ? SPR_N_mmcr0 : SPR_N_mmcr1];
    return from >> shift[n] & ((1u << width[n]) - 1);
}

/* A cycle is an instruction here: nothing in the emulator has another notion of the core's clock. PMC5 and PMC6 know
 * cycles only. Other events are 0. */
static bool counts(const struct ppc_cpu *c, unsigned n)
{
    unsigned event = event_of(c, n);
    if (n > 0 && c->spr[SPR_N_mmcr0] & TRIGGER) return false;
    return event == EVENT_CYCLES || (event == EVENT_INSNS && n < 4);
}

static bool frozen(const struct ppc_cpu *c)
{
    uint32_t m = (uint32_t)c->spr[SPR_N_mmcr0];
    return m & (uint32_t)FC || (m & (c->msr & MSR_PR ? FCP : FCS)) || (m & (c->msr & MSR_PM ? FCM1 : FCM0));
}

static bool negative(const struct ppc_cpu *c, unsigned n) { return c->spr[counter_spr[n]] >> 31 & 1; }

static bool enabled_condition(const struct ppc_cpu *c)
{
    ureg m = c->spr[SPR_N_mmcr0];
    if (m & PMC1CE && negative(c, 0)) return true;
    for (unsigned n = 1; n < COUNTERS && m & PMCJCE; n++)
        if (negative(c, n)) return true;
    return false;
}

void perfmon_sync(struct ppc_cpu *c)
{
    int64_t delta = (int64_t)(core_insns(c) - c->pm.seen);
    if (delta <= 0) return;
    c->pm.seen += (uint64_t)delta;
    if (frozen(c)) return;
    for (unsigned n = 0; n < COUNTERS; n++)
        if (counts(c, n)) c->spr[counter_spr[n]] = (uint32_t)(c->spr[counter_spr[n]] + (uint64_t)delta);
}

/* What a negative counter leads to (MPC7400UM table 2-7: FCECE, TRIGGER, PMXE). */
static void look(struct ppc_cpu *c)
{
    bool enabled = enabled_condition(c), asked = c->pending & PENDING_PERFMON;
    bool asks = enabled && c->spr[SPR_N_mmcr0] & PMXE;
    if (enabled || negative(c, 0)) c->spr[SPR_N_mmcr0] &= ~(ureg)TRIGGER;
    if (asks && !asked && !frozen(c)) c->spr[SPR_N_siar] = c->pc;
    if (enabled && c->spr[SPR_N_mmcr0] & FCECE) c->spr[SPR_N_mmcr0] |= (uint32_t)FC;
    if (asks == asked) return;
    c->pending ^= PENDING_PERFMON;
    ppc_irq_changed(c);
}

void perfmon_changed(struct ppc_cpu *c)
{
    if (PPC_WIDTH == 64) return; /* the 970's monitor is another one */
    bool on = false;
    if (c->spr[SPR_N_mmcr0] & TBEE) {
        log_once(c->log, LOG_GUEST | LOG_UNIMP, "perfmon", 0, "performance monitor: time base events are not modelled");
    }
    look(c);
    for (unsigned n = 0; n < COUNTERS; n++) on |= counts(c, n);
    c->pm.on = on && !(c->spr[SPR_N_mmcr0] & (uint32_t)FC);
    c->pm.seen = core_insns(c);
    c->kick |= KICK_SYNC; /* the slice may have to end earlier */
}

void perfmon_not_completed(struct ppc_cpu *c)
{
    c->pm.seen++;
    perfmon_sync(c);
}

/* Instructions until the first counter turns negative. */
static uint64_t distance(const struct ppc_cpu *c)
{
    uint64_t least = UINT64_MAX;
    if (frozen(c)) return least;
    for (unsigned n = 0; n < COUNTERS; n++) {
        uint64_t to = UINT64_C(0x80000000) - (uint32_t)c->spr[counter_spr[n]];
        if (counts(c, n) && !negative(c, n) && to < least) least = to;
    }
    return least;
}

void perfmon_hold(struct ppc_cpu *c)
{
    perfmon_sync(c);
    look(c);
    /* the threaded core looks at its budget at branches and page ends: the last page goes step by step */
    uint64_t n = distance(c);
    c->pm.step = n <= PAGE_SLOTS;
    c->pm.held = !c->pm.step && n - PAGE_SLOTS < (uint64_t)c->left ? c->left - (int64_t)(n - PAGE_SLOTS) : 0;
    c->left -= c->pm.held;
    c->slice -= c->pm.held;
}

void perfmon_release(struct ppc_cpu *c)
{
    c->left += c->pm.held;
    c->slice += c->pm.held;
    c->pm.held = 0;
}

void perfmon_taken(struct ppc_cpu *c)
{
    c->spr[SPR_N_mmcr0] &= ~(ureg)PMXE;
    c->pending &= ~(unsigned)PENDING_PERFMON;
}
