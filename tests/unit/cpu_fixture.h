/*
 * A CPU with flat RAM, a manual clock and nothing else; `sc` with LEV 1 stops the run.
 */
#ifndef TESTS_CPU_FIXTURE_H
#define TESTS_CPU_FIXTURE_H

#include <check.h>
#include <stdlib.h>

#include "cpu/sem.h"
#include "cpu/spr.h"
#include "mmu/mmu.h"

#define FIXTURE_RAM (4u << 20)
#define CODE_AT 0x10000u
#define INSN_STOP 0x44000022u /* sc 1 */

struct rig {
    struct log log;
    struct sched sched;
    struct bus *bus;
    struct region *ram;
    struct ppc_cpu *cpu;
    uint64_t now;
    bool stopped;
};

static uint64_t rig_clock(void *ctx) { return ((struct rig *)ctx)->now; }

static bool rig_sc(void *ctx, struct ppc_cpu *c, unsigned lev)
{
    struct rig *r = ctx;
    if (lev != 1) return false;
    r->stopped = true;
    ppc_kick(c);
    return true;
}

static inline void rig_init(struct rig *r, const char *model, enum ppc_glue glue)
{
    struct error err = {""};
    memset(r, 0, sizeof *r);
    log_init(&r->log, NULL, 0);
    sched_init(&r->sched, rig_clock, r);
    r->bus = bus_new("test", 0, &r->log);
    ck_assert_int_eq(bus_add_ram(r->bus, "ram", 0, FIXTURE_RAM, RAM_RW, &r->ram, &err), 0);
    struct ppc_config cfg = {
        .model = ppc_model_find(model), .bus = r->bus, .sched = &r->sched, .log = &r->log,
        .tb_hz = 33333333, .glue = glue, .sc = rig_sc, .sc_ctx = r,
    };
    r->cpu = ppc_new(&cfg, &err);
    ck_assert_msg(r->cpu != NULL, "%s", err.text);
    if (PPC_WIDTH == 32) spr_set(r->cpu, SPR_HID0, HID0_ICE | HID0_DCE); /* dcbz works */
    ppc_set_msr(r->cpu, MSR_FP | MSR_ME);
    ppc_set_pc(r->cpu, CODE_AT);
}

static inline void rig_free(struct rig *r)
{
    ppc_free(r->cpu);
    bus_free(r->bus);
}

static inline void rig_poke(struct rig *r, uint32_t pa, uint32_t word)
{
    uint8_t be[4];
    put_be32(be, word);
    if (bus_ram_write(r->bus, pa, be, 4)) ck_abort_msg("no RAM at %08x", pa); /* ck_assert is slow */
}

static inline uint32_t rig_peek(struct rig *r, uint32_t pa)
{
    return get_be32(region_ram(r->ram) + pa);
}

/* Every exception vector stops the run, so that a test sees where it went. */
static inline void rig_stop_at_vectors(struct rig *r)
{
    for (uint32_t v = 0x100; v < 0x2000; v += 0x20) rig_poke(r, v, INSN_STOP);
}

/* Puts n words at CODE_AT with a stop behind them. */
static inline void rig_code(struct rig *r, const uint32_t *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) rig_poke(r, CODE_AT + 4 * i, words[i]);
    rig_poke(r, CODE_AT + 4 * n, INSN_STOP);
}

/* Runs until a stop; false when `limit` instructions did not reach one. The pc is behind the sc. */
static inline bool rig_run(struct rig *r, uint64_t limit)
{
    r->stopped = false;
    uint64_t end = ppc_insns(r->cpu) + limit;
    while (!r->stopped && ppc_insns(r->cpu) < end)
        if (ppc_run(r->cpu, 256) == PPC_STOP_CHECKSTOP) return false;
    return r->stopped;
}

/* xorshift64*: the same numbers on every host. */
static inline uint64_t rig_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static inline int rig_main(Suite *s)
{
    SRunner *sr = srunner_create(s);
    srunner_set_fork_status(sr, CK_NOFORK);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
