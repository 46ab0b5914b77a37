/*
 * How a semantic function is written. One function an instruction, named sem_<record>:
 *
 *   SEM(lwzu)
 *   {
 *       ureg ea = c->gpr[s->a] + s->imm;
 *       uint32_t v;
 *       if (!mem_ld32(c, ea, &v)) return SEM_FAULT;   // nothing written yet: restartable
 *       c->gpr[s->d] = v;
 *       c->gpr[s->a] = ea;
 *       return SEM_NEXT;
 *   }
 *
 * Arguments: c (the CPU), s (the decoded operands), v (a constant: the variant bits). It is compiled
 * twice: in exec_tail.c (FAST_GLUE 1) into a tail-called handler which must contain no call at all,
 * and in exec_call.c (FAST_GLUE 0) into an ordinary function which does everything.
 *
 * SEM_FAULT in the fast compilation means "not the common case": nothing may have been changed, and
 * the glue then runs the ordinary function for the same instruction. So fast-only short cuts read
 *     if (FAST_GLUE && unlikely(odd_case)) return SEM_FAULT;
 * and what is costly or exact is written for !FAST_GLUE only, through out-of-line functions.
 * A semantic function writes architected state only after its last possible fault.
 *
 * Memory (each glue has its own definition; all big-endian values, any alignment the 74xx hardware
 * handles itself): bool mem_ld8/16/32/64(c, ea, &v), mem_st8/16/32/64(c, ea, v); mem_ldf32/64,
 * mem_stf32/64 for floating-point accesses (alignment exception unless word-aligned); mem_ld128,
 * mem_st128 for 16-byte aligned vectors (union vreg; ea's low bits already cleared by the caller).
 *
 * raise(c, vector, srr1_bits) records an exception and yields SEM_FAULT (in fast glue just that).
 * Branches: branch_direct(c, s, v) and branch_to(c, target). CIA(c, s): this instruction's address.
 * MSR[FP], MSR[VEC] and privilege are checked by the glue from the record's attributes.
 */
#ifndef CPU_SEM_H
#define CPU_SEM_H

#include "cpu/insn.h"

#define SEM(name)                                                                                  \
    static ALWAYS_INLINE enum sem sem_##name(struct ppc_cpu *c UNUSED, const struct slot *s UNUSED, \
                                             const unsigned v UNUSED)

/* ---- condition register ---- */

/* Sets CR field n from a signed difference (see state.h) and XER[SO]. */
static ALWAYS_INLINE void cr_set_diff(struct ppc_cpu *c, unsigned n, int64_t diff)
{
    c->crf[n] = diff;
    c->cr_so[n] = c->xer_so;
}

/* The difference that stands for a compare of 64-bit numbers, whose own needs 65 bits. */
#define order(x, y) (((x) > (y)) - ((x) < (y)))

/* CR0 after an instruction with Rc=1 whose result is r. */
static ALWAYS_INLINE void cr0_result(struct ppc_cpu *c, ureg r)
{
#if PPC_WIDTH == 32
    cr_set_diff(c, 0, (sreg)r);
#else
    sreg number = (sreg)(r << (~((sreg)c->msr >> 63) & 32)); /* SF=0: the low word moved up */
    cr_set_diff(c, 0, order(number, 0));
#endif
}

/* One bit (0-3 by its low two bits) of the field with number f and SO. */
static ALWAYS_INLINE unsigned cr_test(int64_t f, unsigned so, unsigned bit)
{
    switch (bit & 3) {
    case 0: return (f >> 62) & 1;
    case 1: return f > 0;
    case 2: return (uint32_t)f == 0;
    default: return so;
    }
}

static ALWAYS_INLINE unsigned cr_bit(const struct ppc_cpu *c, unsigned bit) /* bit 0-31 */
{
    return cr_test(c->crf[bit >> 2], c->cr_so[bit >> 2], bit);
}

/* The 4-bit value LT GT EQ SO of field n. */
static ALWAYS_INLINE unsigned cr_get_field(const struct ppc_cpu *c, unsigned n)
{
    int64_t f = c->crf[n];
    return ((f >> 62) & 1) << 3 | (f > 0) << 2 | ((uint32_t)f == 0) << 1 | c->cr_so[n];
}

/* Numbers for each LT GT EQ, also those no compare makes (LT and EQ together, none): low word 0 only
 * for EQ, LT is bit 62, GT asks for a positive number (bit 61 makes one of an EQ), else bit 63. */
static const int64_t cr_numbers[8] = {
    INT64_MIN | 1, INT64_MIN, INT64_C(1) << 61 | 1, INT64_C(1) << 61,
    (INT64_MIN | 1) + (INT64_C(1) << 62), INT64_MIN + (INT64_C(1) << 62),
    INT64_C(3) << 61 | 1, INT64_C(3) << 61,
};

static ALWAYS_INLINE void cr_set_field(struct ppc_cpu *c, unsigned n, unsigned val)
{
    c->crf[n] = cr_numbers[val >> 1 & 7];
    c->cr_so[n] = val & CR_SO;
}

static inline uint32_t cr_get(const struct ppc_cpu *c)
{
    uint32_t cr = 0;
    for (unsigned n = 0; n < 8; n++) cr = cr << 4 | cr_get_field(c, n);
    return cr;
}

static inline void cr_set(struct ppc_cpu *c, uint32_t cr, unsigned crm) /* crm: bit 7 = field 0 */
{
    for (unsigned n = 0; n < 8; n++)
        if (crm & 0x80u >> n) cr_set_field(c, n, cr >> (28 - 4 * n) & 15);
}

/* ---- XER ---- */

static inline uint32_t xer_get(const struct ppc_cpu *c)
{
    return (c->xer_so ? XER_SO : 0) | (c->xer_ov ? XER_OV : 0) | (c->xer_ca ? XER_CA : 0) |
           c->xer_rest;
}

static inline void xer_set(struct ppc_cpu *c, uint32_t v)
{
    c->xer_so = (v & XER_SO) != 0;
    c->xer_ov = (v & XER_OV) != 0;
    c->xer_ca = (v & XER_CA) != 0;
    /* string length and, on the 32-bit models, the compare byte */
    c->xer_rest = v & (PPC_WIDTH == 32 ? 0x0000ff7f : 0x0000007f);
}

#endif
