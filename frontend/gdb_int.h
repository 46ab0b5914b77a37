/*
 * What the stub's files share.
 */
#ifndef FRONTEND_GDB_INT_H
#define FRONTEND_GDB_INT_H

#include "cpu/ppc.h"
#include "frontend/debug_mem.h"
#include "frontend/gdb.h"

#define GDB_PACKET 16384u /* longest packet, both ways */
#define GDB_REGS 512

enum gdb_point_kind {
    GDB_BREAK_SOFT, GDB_BREAK_HARD, GDB_WATCH_WRITE, GDB_WATCH_READ, GDB_WATCH_ANY,
};

struct gdb_reg {
    char name[12]; /* the model's */
    uint16_t bits;
    uint16_t number;
};

struct gdb {
    struct machine *m;
    struct monitor *monitor;
    struct chardev *line;
    bool attached, no_ack, physical;
    /* input */
    enum { GDB_IDLE, GDB_BODY, GDB_SUM1, GDB_SUM2 } state;
    int sum; /* its first digit, -1 when that is none */
    size_t len;
    char in[GDB_PACKET + 1];
    char out[GDB_PACKET + 1]; /* last answer, for '-' */
    size_t out_len;
    /* points and steps */
    struct ppc_debug points;
    uint8_t kind[PPC_DEBUG_POINTS]; /* enum gdb_point_kind of each */
    bool stepping, running;    /* running: GDB waits for a stop reply */
    uint64_t start_insns, start_pc;
    int signal;                /* of the last stop */
    uint8_t reported;          /* kind of the watchpoint of the last stop; 0: none */
    uint64_t reported_at;
    /* registers */
    struct gdb_reg reg[GDB_REGS];
    unsigned n_regs, n_general; /* those of g and G come first */
    char *xml;
    size_t xml_len;
};

/* gdb_regs.c */
void gdb_regs_init(struct gdb *g);
/* A register's hexadecimal digits in target order, without NUL: how many; 0: no such one. */
size_t gdb_reg_hex(struct gdb *g, unsigned number, char *to);
/* Digits used; 0 when they are bad or there is no such register. */
size_t gdb_reg_from_hex(struct gdb *g, unsigned number, const char *from, size_t len);
int gdb_hex_digit(char c); /* -1: none */

/* gdb_points.c */
bool gdb_point_add(struct gdb *g, unsigned kind, uint64_t at, uint64_t len);
bool gdb_point_remove(struct gdb *g, unsigned kind, uint64_t at, uint64_t len);
void gdb_points_clear(struct gdb *g);
/* Sets machine->debug_stop for what is wanted now: a step, off a breakpoint, or nothing. */
void gdb_watch_machine(struct gdb *g);
/* The watchpoint that the CPU has hit goes to g->reported. */
void gdb_points_report(struct gdb *g);

#endif
