/*
 * Floating-point state: FPSCR, and the last operation whose FPRF, FI and FR are not yet in it.
 *
 * The fast handlers use the host's FPU, always in its default mode (round to nearest, no flushing,
 * everything masked). They run only while FPSCR says: nothing enabled, RN = nearest, and XX = 1
 * already or the result is seen to be exact. Under these conditions an operation with an ordinary
 * result changes nothing in FPSCR but FPRF, FI and FR, and those depend on the last operation
 * alone. So a fast handler notes operation and operands, and fpu_sync() recomputes the three fields
 * from them by softfp.c when somebody looks. Everything else (first inexact operation, NaN,
 * infinity, tiny or huge results, other rounding modes) is done in fpu_exact.c. Host status flags
 * are never read, so vector handlers and device code may use the host's FPU as they like.
 *
 * All bits of fpscr except FPRF, FI and FR are always right.
 */
#ifndef CPU_FPU_H
#define CPU_FPU_H

#include <stdint.h>

#include "cpu/width.h"

struct ppc_cpu;

/* What is pending; all zero when fpscr is complete. The three parts overrule each other in order.
 */
struct fpu_last {
    uint8_t kind; /* enum fpu_op: FPRF, FI, FR of that operation on a, b, m */
    uint8_t conv; /* FPU_CTIW, FPU_CTIWZ: then FI, FR of that conversion of conv_b */
    uint8_t cmp;  /* then FPCC of a compare: 1 less, 2 equal, 3 greater */
    uint8_t pad;
};

/* What fast arithmetic may do at present: follows from MSR[FP] and FPSCR. */
enum fpu_gate {
    FPU_GO,          /* the host's result will do: XX = 1, nothing enabled, to nearest */
    FPU_GO_IF_EXACT, /* the same with XX = 0: only results that no rounding has touched */
    FPU_STOP,        /* nothing: another mode, an enabled exception, or MSR[FP] = 0 */
};

struct ppc_fpu {
    uint32_t fpscr; /* exact only after fpu_sync() */
    struct fpu_last last;
    double a; /* operands frA, frB, frC of last.kind */
    uint32_t gate; /* enum fpu_gate */
    uint32_t pad;  /* keeps a and b apart: gcc would join the stores with more work than it saves */
    double b, m, conv_b;
    uint32_t host_mode; /* the host's mode outside ppc_run */
    uint32_t host_fma;  /* the host has a fused multiply-add (asked at fpu_enter) */
};

/* Makes c->fpu.fpscr complete. */
void fpu_sync(struct ppc_cpu *c);
/* FPSCR as mffs reads it, and as GDB, the monitor or a snapshot sets it (FEX and VX follow from the
 * other bits; no exception is taken). */
uint32_t fpu_get_fpscr(struct ppc_cpu *c);
void fpu_set_fpscr(struct ppc_cpu *c, uint32_t v);

/* ppc_run calls these at its entry and before it returns, on its own thread: the host's FPU is put
 * into its default mode (a library may have asked for flush-to-zero) and put back. */
void fpu_enter(struct ppc_cpu *c);
void fpu_leave(struct ppc_cpu *c);

#endif
