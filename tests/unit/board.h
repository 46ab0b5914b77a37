/*
 * A pegasos2 for device tests: instruction clock, so that time moves only when a test says so, no
 * medium and no kernel. The CPU does not run; tests touch the buses directly.
 */
#ifndef TESTS_UNIT_BOARD_H
#define TESTS_UNIT_BOARD_H

#include <check.h>
#include <stdlib.h>
#include "base/bits.h"
#include "machines/machine.h"
#include "machines/pci.h"

struct board {
    struct config cfg;
    struct machine *m;
};

static inline struct board *board_with_screen(bool vga)
{
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg.machine = "pegasos2";
    b->cfg.ram_size = 64u << 20;
    b->cfg.icount = true;
    b->cfg.portable = true;
    b->cfg.vga = vga;
    b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    return b;
}

static inline struct board *board_new(void)
{
    return board_with_screen(false);
}

static inline void board_free(struct board *b)
{
    machine_free(b->m);
    if (b->cfg.log_to) fclose(b->cfg.log_to);
    free(b);
}

/* Moves virtual time on, running every event at its own moment. */
static inline void board_advance(struct board *b, uint64_t ns)
{
    uint64_t end = sched_now(&b->m->sched) + ns;
    while (sched_next(&b->m->sched) <= end) {
        uint64_t now = sched_now(&b->m->sched), next = sched_next(&b->m->sched);
        if (next > now) b->m->idle_ns += next - now;
        sched_run(&b->m->sched);
    }
    b->m->idle_ns += end - sched_now(&b->m->sched);
}

/* ISA ports as the guest reaches them: bytes behind the PCI1 I/O window. */
static inline uint8_t inb(struct board *b, uint16_t port)
{
    return (uint8_t)bus_read(b->m->bus, 0xfe000000u + port, 1);
}

static inline void outb(struct board *b, uint16_t port, uint8_t v)
{
    bus_write(b->m->bus, 0xfe000000u + port, 1, v);
}

/* Little-endian registers through the big-endian CPU bus, as lwbrx and stwbrx see them. */
static inline uint32_t inl_le(struct board *b, paddr_t at)
{
    return swap32((uint32_t)bus_read(b->m->bus, at, 4));
}

static inline void outl_le(struct board *b, paddr_t at, uint32_t v)
{
    bus_write(b->m->bus, at, 4, swap32(v));
}

static inline uint16_t inw_le(struct board *b, paddr_t at)
{
    return swap16((uint16_t)bus_read(b->m->bus, at, 2));
}

static inline void outw_le(struct board *b, paddr_t at, uint16_t v)
{
    bus_write(b->m->bus, at, 2, swap16(v));
}

#define PORTS 0xfe000000u

/* The test program: one suite of plain tests. */
static inline int board_run(const char *name, TCase *tc)
{
    Suite *s = suite_create(name);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
