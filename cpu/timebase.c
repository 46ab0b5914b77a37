/*
 * Time base and decrementer (PEM 2.1.6.1, 6.4.9). Both count tb_hz ticks of the machine's virtual
 * time, so that they stand still with it and are exact under the instruction clock.
 */
#include "cpu/exception.h"
#include "cpu/spr.h"

static uint64_t raw_ticks(struct ppc_cpu *c)
{
    return ns_to_ticks(sched_now(c->sched), c->tb_hz);
}

uint64_t tb_get(struct ppc_cpu *c) { return raw_ticks(c) + c->tb_offset; }
void tb_set(struct ppc_cpu *c, uint64_t tb) { c->tb_offset = tb - raw_ticks(c); }

uint32_t dec_get(struct ppc_cpu *c) { return (uint32_t)(c->dec_expiry_tb - raw_ticks(c)); }

/* The exception is signalled when bit 0 goes from 0 to 1: one tick after DEC reads 0. It stays
 * pending until it is taken (MPC7450UM 4.6.9). */
static void arm(struct ppc_cpu *c)
{
    sched_at(c->sched, &c->dec_event, ticks_to_ns(c->dec_expiry_tb + 1, c->tb_hz));
}

static void dec_passed(void *ctx)
{
    struct ppc_cpu *c = ctx;
    c->dec_pending = true;
    c->dec_expiry_tb += UINT64_C(1) << 32; /* it goes on counting down and wraps */
    arm(c);
    ppc_irq_changed(c);
}

void dec_set(struct ppc_cpu *c, uint32_t v)
{
    bool was_positive = !(dec_get(c) >> 31);
    uint64_t now = raw_ticks(c);
    c->dec_expiry_tb = now + v;
    if (v >> 31) { /* negative already: the next 0 is a whole round away */
        if (was_positive) {
            c->dec_pending = true;
            ppc_irq_changed(c);
        }
    }
    arm(c);
}

void tb_reset(struct ppc_cpu *c)
{
    c->tb_offset = 0 - raw_ticks(c);
    c->dec_event.fn = dec_passed;
    c->dec_event.ctx = c;
    c->dec_event.name = "decrementer";
    c->dec_pending = false;
    c->dec_expiry_tb = raw_ticks(c) + UINT32_MAX;
    arm(c);
}

enum sem tb_read(struct ppc_cpu *c, unsigned tbr, ureg *v)
{
    switch (tbr) {
    case SPR_N_tbl: *v = (ureg)tb_get(c); return SEM_NEXT;
    case SPR_N_tbu: *v = (ureg)(tb_get(c) >> 32); return SEM_NEXT;
    default: return ppc_raise(c, VEC_PROGRAM, PROGRAM_ILLEGAL);
    }
}
