/*
 * Floating-point instructions done exactly: result by softfp.c, FPSCR with all its bits, the
 * enabled exceptions. Called by the portable glue; none of these may be called from a fast handler.
 */
#ifndef CPU_FPU_EXACT_H
#define CPU_FPU_EXACT_H

#include "cpu/fpscr.h"
#include "cpu/insn.h"
#include "cpu/softfp.h"

/* Operations with a result; | FPU_SINGLE rounds to single. 0 is none. */
enum fpu_op {
    FPU_ADD = 1, FPU_SUB, FPU_MUL, FPU_DIV, FPU_SQRT, FPU_RSP, FPU_CFID,
    FPU_MADD = 8, FPU_MSUB, FPU_NMADD, FPU_NMSUB,
    FPU_CTIW = 16, FPU_CTIWZ, FPU_CTID, FPU_CTIDZ,
    FPU_RES, FPU_RSQRTE,
    FPU_SINGLE = 0x40,
};

/* The operation alone: a, b are frA, frB (b is the only operand of the unary ones; frC of FPU_MUL),
 * m is frC. Not for the conversions to integers and the estimates. */
struct softfp fpu_compute(unsigned kind, uint64_t a, uint64_t b, uint64_t m, uint32_t fpscr);

/* A whole instruction with target rd and variant bits v. SEM_FAULT: a program exception is raised
 * (FPSCR, CR1 and, unless suppressed, the target are written then, PEM 3.3.6.1). */
enum sem fpu_arith(struct ppc_cpu *c, unsigned rd, unsigned v, unsigned kind, uint64_t a,
                   uint64_t b, uint64_t m);
enum sem fpu_convert(struct ppc_cpu *c, unsigned rd, unsigned v, unsigned kind, uint64_t b);
enum sem fpu_estimate(struct ppc_cpu *c, unsigned rd, unsigned v, unsigned kind, uint64_t b);
enum sem fpu_compare(struct ppc_cpu *c, unsigned crf, uint64_t a, uint64_t b, bool ordered);
/* Folds what an operation produced into FPSCR and the target, and ends the instruction. keep_fprf:
 * FPRF stays as it is. */
enum sem fpu_finish(struct ppc_cpu *c, unsigned rd, unsigned v, struct softfp r, bool keep_fprf);

/* Estimates without their effect on FPSCR: bits and flags. */
struct softfp fpu_res(uint64_t b, unsigned features, uint32_t fpscr);
struct softfp fpu_rsqrte(uint64_t b, unsigned features);

/* Moves to and from FPSCR. mask: bits that take the value of v. */
enum sem fpu_write_masked(struct ppc_cpu *c, unsigned v, uint32_t value, uint32_t mask);
enum sem fpu_set_bit(struct ppc_cpu *c, unsigned v, unsigned bit, bool on);
enum sem fpu_field_to_cr(struct ppc_cpu *c, unsigned crf, unsigned field);
enum sem fpu_read(struct ppc_cpu *c, unsigned rd, unsigned v);

/* What MSR[FP] and FPSCR allow the fast handlers; asked after each change of either. NI does not matter,
 * because it changes tiny results only, and those are never theirs. */
static inline enum fpu_gate fpu_gate_of(const struct ppc_cpu *c)
{
    uint32_t f = c->fpu.fpscr & (FPSCR_XX | FPSCR_ENABLES | FPSCR_RN);
    if (!(c->msr & MSR_FP) || f & ~FPSCR_XX) return FPU_STOP;
    return f ? FPU_GO : FPU_GO_IF_EXACT;
}

/* True when FPSCR[FEX] and MSR[FE0] or [FE1] ask for a program exception, as they may also after
 * mtmsr and rfi (PEM 6.4.7). */
static inline bool fpu_exception_due(const struct ppc_cpu *c)
{
    return c->fpu.fpscr & FPSCR_FEX && c->msr & (MSR_FE0 | MSR_FE1);
}

#endif
