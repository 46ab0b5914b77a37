/*
 * The performance monitor of the 32-bit models (MPC7400UM 11.3, MPC7450UM chapter 11, MPC750UM chapter 11). Private to cpu/.
 * Counters are brought up to date when somebody looks; ppc_run's slices end before one turns negative, and instructions go
 * one at a time up to there, so that counting costs the handlers nothing.
 */
#ifndef CPU_PERFMON_H
#define CPU_PERFMON_H

#include "cpu/state.h"

/* Counts what has run so far. Before MSR changes, and before a counter is read. */
void perfmon_sync(struct ppc_cpu *c);
/* MMCR0, MMCR1 or a counter was written (after perfmon_sync). */
void perfmon_changed(struct ppc_cpu *c);
/* One of the budget's units was no instruction that completed. */
void perfmon_not_completed(struct ppc_cpu *c);
/* Around a stretch of instructions: looks for enabled conditions, and keeps back what is behind the next one. */
void perfmon_hold(struct ppc_cpu *c);
void perfmon_release(struct ppc_cpu *c);
/* The interrupt was taken. */
void perfmon_taken(struct ppc_cpu *c);

#endif
