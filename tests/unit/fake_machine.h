/*
 * A machine without a CPU for tests of single devices: real buses and scheduler, a clock that
 * moves only when a test says so, and the few machine functions that devices call.
 * One test program includes it once; the linker then leaves machines/machine.c out.
 */
#ifndef TESTS_UNIT_FAKE_MACHINE_H
#define TESTS_UNIT_FAKE_MACHINE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machines/machine.h"
#include "machines/pci.h"

struct fake {
    struct machine m; /* first */
    struct config cfg;
    struct bus *io, *mem;
    uint64_t now;
    int64_t wall; /* wall clock seconds at virtual time 0 */
    unsigned resets;
    bool line[16];
    unsigned rises[16];
    FILE *nowhere;
};

static uint64_t fake_clock(void *ctx) { return ((struct fake *)ctx)->now; }

struct sched *device_sched(struct device *d) { return &d->m->sched; }
struct log *device_log(struct device *d) { return &d->m->log; }

int machine_add_device(struct machine *m, struct device *d, const struct device_type *type,
                       const char *label, struct error *err)
{
    (void)err;
    ck_assert(type->state && type->reset);
    *d = (struct device){.type = type, .m = m, .label = label, .next = m->devices};
    m->devices = d;
    return 0;
}

void machine_request_reset(struct machine *m) { ((struct fake *)m)->resets++; }

int64_t machine_wall_clock(struct machine *m, uint32_t *ns)
{
    struct fake *f = (struct fake *)m;
    if (ns) *ns = (uint32_t)(f->now % 1000000000u);
    return f->wall + (int64_t)(f->now / 1000000000u);
}

void machine_set_wall_clock(struct machine *m, int64_t unix_seconds)
{
    struct fake *f = (struct fake *)m;
    f->wall = unix_seconds - (int64_t)(f->now / 1000000000u);
}

static void fake_line(void *ctx, unsigned n, bool level)
{
    struct fake *f = ctx;
    if (level && !f->line[n]) f->rises[n]++;
    f->line[n] = level;
}

static inline struct irq fake_irq(struct fake *f, unsigned n)
{
    return (struct irq){fake_line, f, n};
}

static inline struct fake *fake_new(void)
{
    struct fake *f = calloc(1, sizeof *f);
    f->nowhere = fopen("/dev/null", "w");
    log_init(&f->m.log, f->nowhere, ~0u);
    sched_init(&f->m.sched, fake_clock, f);
    f->m.cfg = &f->cfg;
    f->m.bus = bus_new("memory", 0, &f->m.log);
    f->io = bus_new("io", 0xff, &f->m.log);
    f->mem = bus_new("pci memory", 0xff, &f->m.log);
    f->wall = 1000000000; /* 2001-09-09 01:46:40 */
    return f;
}

static inline void fake_reset(struct fake *f)
{
    for (struct device *d = f->m.devices; d; d = d->next) d->type->reset(d);
}

static inline void fake_free(struct fake *f)
{
    while (f->m.sched.first) sched_cancel(&f->m.sched, f->m.sched.first);
    for (struct device *d = f->m.devices, *next; d; d = next) {
        next = d->next;
        d->type->fini(d);
    }
    bus_free(f->io);
    bus_free(f->mem);
    bus_free(f->m.bus);
    fclose(f->nowhere);
    free(f);
}

/* Moves time, running every event at its own moment. */
static inline void fake_advance(struct fake *f, uint64_t ns)
{
    uint64_t end = f->now + ns;
    while (sched_next(&f->m.sched) <= end) {
        if (sched_next(&f->m.sched) > f->now) f->now = sched_next(&f->m.sched);
        sched_run(&f->m.sched);
    }
    f->now = end;
}

static inline uint8_t inb(struct fake *f, unsigned port)
{
    return (uint8_t)bus_read(f->io, port, 1);
}

static inline void outb(struct fake *f, unsigned port, unsigned v) { bus_write(f->io, port, 1, v); }

static inline uint16_t inw(struct fake *f, unsigned port)
{
    return swap16((uint16_t)bus_read(f->io, port, 2));
}

static inline void outw(struct fake *f, unsigned port, unsigned v)
{
    bus_write(f->io, port, 2, swap16((uint16_t)v));
}

static inline uint32_t inl(struct fake *f, unsigned port)
{
    return swap32((uint32_t)bus_read(f->io, port, 4));
}

static inline void outl(struct fake *f, unsigned port, uint32_t v)
{
    bus_write(f->io, port, 4, swap32(v));
}

static inline int fake_run(const char *name, TCase *tc)
{
    Suite *s = suite_create(name);
    tcase_set_timeout(tc, 120);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
