/*
 * Logging. One struct log a machine; categories carry QEMU's `-d` names. What a guest can provoke
 * is logged once a site (device and register), so a guest cannot fill the host's disk.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/compiler.h"

enum log_mask {
    LOG_INT = 1 << 0,     /* int: every exception taken */
    LOG_CPU = 1 << 1,     /* cpu: registers before each block (single-stepped) */
    LOG_MMU = 1 << 2,     /* mmu: translation faults and TLB flushes */
    LOG_IN_ASM = 1 << 3,  /* in_asm: instructions as they are first decoded */
    LOG_UNIMP = 1 << 4,   /* unimp: a device or instruction lacks something */
    LOG_GUEST = 1 << 5,   /* guest_errors: the guest did something a real chip would not like */
    LOG_HCALL = 1 << 6,   /* hcall: hypercalls and client-interface calls by name */
    LOG_DEVICE = 1 << 7,  /* device: device traffic */
    LOG_EXEC = 1 << 8,    /* exec: each instruction executed (single-stepped) */
    LOG_HOST = 1 << 9,    /* always on: things the user must know */
    LOG_RESET = 1 << 10,  /* cpu_reset: machine and CPU resets */
    LOG_STATS = 1 << 11,  /* stats: instructions and times at the end */
    LOG_PERF = 1 << 12,   /* perf: a report of counters at the end */
    LOG_OPS = 1 << 13,    /* ops: with which instructions ran, in which order (runs more slowly) */
};

#define LOG_ONCE_SLOTS 1024

struct log {
    FILE *to;
    unsigned mask; /* of enum log_mask */
    uint64_t once[LOG_ONCE_SLOTS];
};

void log_init(struct log *l, FILE *to, unsigned mask);

static inline bool log_on(const struct log *l, unsigned mask) { return l && l->mask & mask; }

/* Prints a line when one of the categories in `mask` is on; adds the newline. */
void log_line(struct log *l, unsigned mask, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same, but only the first time for this (site, key); `site` is a string literal. */
void log_once(struct log *l, unsigned mask, const char *site, uint64_t key, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

/* "int,mmu,unimp" -> mask; returns 0 or -EINVAL with *bad at the unknown word. */
int log_parse_mask(const char *list, unsigned *mask, const char **bad);

/* Prints the table of categories for `-d help`. */
void log_help(FILE *to);

#endif
