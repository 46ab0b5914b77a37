/*
 * Integer arithmetic, logic, rotates, compares, traps and condition-register logic
 * (PEM chapter 8). Written over ureg: the 64-bit build adds the doubleword forms.
 */
#ifndef CPU_SEM_INT_H
#define CPU_SEM_INT_H

#include "cpu/sem.h"

#define RA c->gpr[s->a]
#define RB c->gpr[s->b]
#define RD c->gpr[s->d]
#define RS c->gpr[s->d]

static ALWAYS_INLINE void set_ov(struct ppc_cpu *c, bool ov)
{
    c->xer_ov = ov;
    c->xer_so |= ov;
}

/* Overflow of r = a + b (+ carry): both operands differ in sign from the result. */
static ALWAYS_INLINE bool add_overflows(const struct ppc_cpu *c, ureg a, ureg b, ureg r)
{
    return ((a ^ r) & (b ^ r) & sign_bit(c)) != 0;
}

/* The common end of arithmetic: rD, then OV/SO, then CR0 with the new SO. */
static ALWAYS_INLINE enum sem arith(struct ppc_cpu *c, const struct slot *s, unsigned v, ureg r,
                                    bool ov)
{
    RD = r;
    if (v & SEM_OE) set_ov(c, ov);
    if (v & SEM_RC) cr0_result(c, r);
    return SEM_NEXT;
}

/* a + b + carry_in with CA out: every carrying add and subtract is this. */
static ALWAYS_INLINE enum sem add_carry(struct ppc_cpu *c, const struct slot *s, unsigned v, ureg a,
                                        ureg b, unsigned carry)
{
    ureg r = a + b + carry;
    ureg low = in_mode(c, r), low_a = in_mode(c, a);
    c->xer_ca = carry ? low <= low_a : low < low_a;
    return arith(c, s, v, r, add_overflows(c, a, b, r));
}

SEM(add) { ureg a = RA, b = RB, r = a + b; return arith(c, s, v, r, add_overflows(c, a, b, r)); }
SEM(subf)
{
    ureg a = ~RA, b = RB, r = a + b + 1;
    return arith(c, s, v, r, add_overflows(c, a, b, r));
}
SEM(neg) { ureg a = RA; return arith(c, s, v, -a, in_mode(c, a) == sign_bit(c)); }
SEM(addc) { return add_carry(c, s, v, RA, RB, 0); }
SEM(adde) { return add_carry(c, s, v, RA, RB, c->xer_ca); }
SEM(addme) { return add_carry(c, s, v, RA, ~(ureg)0, c->xer_ca); }
SEM(addze) { return add_carry(c, s, v, RA, 0, c->xer_ca); }
/* subf family: ~a + b + 1, so "carry" is "no borrow". x <= a holds when b is all ones and carry is
 * set, which is why add_carry compares with its first argument. */
SEM(subfc) { return add_carry(c, s, v, ~RA, RB, 1); }
SEM(subfe) { return add_carry(c, s, v, ~RA, RB, c->xer_ca); }
SEM(subfme) { return add_carry(c, s, v, ~RA, ~(ureg)0, c->xer_ca); }
SEM(subfze) { return add_carry(c, s, v, ~RA, 0, c->xer_ca); }

SEM(addi) { RD = RA + s->imm; return SEM_NEXT; }
SEM(addis) { RD = RA + s->imm; return SEM_NEXT; }
SEM(addic) { return add_carry(c, s, 0, RA, (ureg)(sreg)s->imm, 0); }
SEM(addic_rc) { return add_carry(c, s, SEM_RC, RA, (ureg)(sreg)s->imm, 0); }
SEM(subfic) { return add_carry(c, s, 0, ~RA, (ureg)(sreg)s->imm, 1); }

SEM(mulli) { RD = RA * (ureg)(sreg)s->imm; return SEM_NEXT; }

SEM(mullw)
{
    int64_t r = (int64_t)(int32_t)RA * (int32_t)RB;
    return arith(c, s, v, (ureg)r, r != (int32_t)r);
}

SEM(mulhw)
{
    return arith(c, s, v, (ureg)(sreg)(int32_t)(((int64_t)(int32_t)RA * (int32_t)RB) >> 32), false);
}

SEM(mulhwu) { return arith(c, s, v, (ureg)(((uint64_t)(uint32_t)RA * (uint32_t)RB) >> 32), false); }

/* Quotients that do not fit are undefined by the architecture; the 74xx leaves all sign bits of the
 * dividend (divw) and 0 (divwu). UNVERIFIED: read off other people's vectors, not our silicon. */
SEM(divw)
{
    int32_t a = (int32_t)RA, b = (int32_t)RB;
    bool bad = b == 0 || (a == INT32_MIN && b == -1);
    int32_t r = bad ? a >> 31 : a / b;
    return arith(c, s, v, (ureg)(uint32_t)r, bad);
}

SEM(divwu)
{
    uint32_t a = (uint32_t)RA, b = (uint32_t)RB;
    return arith(c, s, v, b ? a / b : 0, b == 0);
}

/* ---- logic ---- */

static ALWAYS_INLINE enum sem logic(struct ppc_cpu *c, const struct slot *s, unsigned v, ureg r)
{
    RA = r;
    if (v & SEM_RC) cr0_result(c, r);
    return SEM_NEXT;
}

SEM(and) { return logic(c, s, v, RS & RB); }
SEM(andc) { return logic(c, s, v, RS & ~RB); }
SEM(or) { return logic(c, s, v, RS | RB); }
SEM(orc) { return logic(c, s, v, RS | ~RB); }
SEM(xor) { return logic(c, s, v, RS ^ RB); }
SEM(eqv) { return logic(c, s, v, ~(RS ^ RB)); }
SEM(nand) { return logic(c, s, v, ~(RS & RB)); }
SEM(nor) { return logic(c, s, v, ~(RS | RB)); }
SEM(ori) { return logic(c, s, 0, RS | (uint32_t)s->imm); }
SEM(oris) { return logic(c, s, 0, RS | (uint32_t)s->imm); }
SEM(xori) { return logic(c, s, 0, RS ^ (uint32_t)s->imm); }
SEM(xoris) { return logic(c, s, 0, RS ^ (uint32_t)s->imm); }
SEM(andi_rc) { return logic(c, s, SEM_RC, RS & (uint32_t)s->imm); }
SEM(andis_rc) { return logic(c, s, SEM_RC, RS & (uint32_t)s->imm); }
SEM(extsb) { return logic(c, s, v, (ureg)(sreg)(int8_t)RS); }
SEM(extsh) { return logic(c, s, v, (ureg)(sreg)(int16_t)RS); }

SEM(cntlzw)
{
    uint32_t a = (uint32_t)RS;
    return logic(c, s, v, a ? (ureg)__builtin_clz(a) : 32);
}

/* ---- rotates and shifts ---- */

/* A 64-bit CPU rotates the low word joined to itself, and its mask counts from bit 32 on: it covers
 * the upper word only when it wraps around (MB > ME), which shows as a mask that has its first bit
 * although MB (s->c) is not 0. */
static ALWAYS_INLINE ureg word_rotated(ureg x, unsigned n)
{
    uint32_t r = rotl32((uint32_t)x, n);
#if PPC_WIDTH == 32
    return r;
#else
    return (ureg)r << 32 | r;
#endif
}

static ALWAYS_INLINE ureg word_mask(const struct slot *s)
{
    uint32_t mask = (uint32_t)s->imm;
#if PPC_WIDTH == 64
    if (s->imm < 0 && s->c) return UINT64_C(0xffffffff00000000) | mask;
#endif
    return mask;
}

SEM(rlwinm) { return logic(c, s, v, word_rotated(RS, s->b) & word_mask(s)); }
SEM(rlwnm) { return logic(c, s, v, word_rotated(RS, RB & 31) & word_mask(s)); }

SEM(rlwimi)
{
    ureg mask = word_mask(s);
    return logic(c, s, v, (word_rotated(RS, s->b) & mask) | (RA & ~mask));
}

/* Shift counts have six bits: 32-63 shift everything out. */
SEM(slw) { return logic(c, s, v, (ureg)(uint32_t)((uint64_t)(uint32_t)RS << (RB & 63))); }
SEM(srw) { return logic(c, s, v, (ureg)((uint64_t)(uint32_t)RS >> (RB & 63))); }

static ALWAYS_INLINE enum sem shift_algebraic(struct ppc_cpu *c, const struct slot *s, unsigned v,
                                              unsigned n)
{
    int64_t a = (int32_t)RS;
    int64_t r = a >> n;
    c->xer_ca = a < 0 && (uint64_t)r << n != (uint64_t)a; /* ones were lost from a negative */
    return logic(c, s, v, (ureg)(sreg)r);
}
SEM(sraw) { return shift_algebraic(c, s, v, RB & 63); }
SEM(srawi) { return shift_algebraic(c, s, v, s->b); }

/* ---- compares: c->crf takes the difference (state.h). The 74xx ignores L; on 64-bit models it
 * asks for a compare of doublewords, in either mode (PEM64 chapter 8, cmp). ---- */

#if PPC_WIDTH == 64
#define COMPARE_64(x, y)                                                                           \
    if (s->c) {                                                                                    \
        cr_set_diff(c, s->d, order(x, y));                                                         \
        return SEM_NEXT;                                                                           \
    }
#else
#define COMPARE_64(x, y)
#endif

SEM(cmp)
{
    COMPARE_64((sreg)RA, (sreg)RB)
    cr_set_diff(c, s->d, (int64_t)(int32_t)RA - (int32_t)RB);
    return SEM_NEXT;
}
SEM(cmpi)
{
    COMPARE_64((sreg)RA, s->imm)
    cr_set_diff(c, s->d, (int64_t)(int32_t)RA - s->imm);
    return SEM_NEXT;
}
SEM(cmpl)
{
    COMPARE_64(RA, RB)
    cr_set_diff(c, s->d, (int64_t)((uint64_t)(uint32_t)RA - (uint32_t)RB));
    return SEM_NEXT;
}
SEM(cmpli)
{
    COMPARE_64(RA, (uint32_t)s->imm)
    cr_set_diff(c, s->d, (int64_t)((uint64_t)(uint32_t)RA - (uint32_t)s->imm));
    return SEM_NEXT;
}

#undef COMPARE_64

/* ---- traps ---- */

static ALWAYS_INLINE bool trap_hits(unsigned to, int32_t a, int32_t b)
{
    return (to & 16 && a < b) || (to & 8 && a > b) || (to & 4 && a == b) ||
           (to & 2 && (uint32_t)a < (uint32_t)b) || (to & 1 && (uint32_t)a > (uint32_t)b);
}

SEM(tw)
{
    if (trap_hits(s->d, (int32_t)RA, (int32_t)RB)) return raise(c, VEC_PROGRAM, PROGRAM_TRAP);
    return SEM_NEXT;
}
SEM(twi)
{
    if (trap_hits(s->d, (int32_t)RA, s->imm)) return raise(c, VEC_PROGRAM, PROGRAM_TRAP);
    return SEM_NEXT;
}

/* ---- condition register ---- */

/* Without branches, unlike cr_bit, which is for bits known at compile time. */
static ALWAYS_INLINE unsigned cr_operand(const struct ppc_cpu *c, unsigned bit)
{
    return cr_get_field(c, bit >> 2) >> (~bit & 3);
}

static ALWAYS_INLINE enum sem cr_op(struct ppc_cpu *c, const struct slot *s, unsigned r)
{
    unsigned field = s->d >> 2, shift = ~s->d & 3;
    cr_set_field(c, field, (cr_get_field(c, field) & ~(1u << shift)) | (r & 1) << shift);
    return SEM_NEXT;
}
#define CA_BIT cr_operand(c, s->a)
#define CB_BIT cr_operand(c, s->b)
SEM(crand) { return cr_op(c, s, CA_BIT & CB_BIT); }
SEM(crandc) { return cr_op(c, s, CA_BIT & ~CB_BIT); }
SEM(creqv) { return cr_op(c, s, ~(CA_BIT ^ CB_BIT)); }
SEM(crnand) { return cr_op(c, s, ~(CA_BIT & CB_BIT)); }
SEM(crnor) { return cr_op(c, s, ~(CA_BIT | CB_BIT)); }
SEM(cror) { return cr_op(c, s, CA_BIT | CB_BIT); }
SEM(crorc) { return cr_op(c, s, CA_BIT | ~CB_BIT); }
SEM(crxor) { return cr_op(c, s, CA_BIT ^ CB_BIT); }
#undef CA_BIT
#undef CB_BIT

SEM(mcrf)
{
    c->crf[s->d] = c->crf[s->a];
    c->cr_so[s->d] = c->cr_so[s->a];
    return SEM_NEXT;
}
SEM(mfcr) { RD = cr_get(c); return SEM_NEXT; }
SEM(mtcrf) { cr_set(c, (uint32_t)RS, (unsigned)s->imm); return SEM_NEXT; }
SEM(mcrxr)
{
    cr_set_field(c, s->d, (c->xer_so ? 8u : 0) | (c->xer_ov ? 4u : 0) | (c->xer_ca ? 2u : 0));
    c->xer_so = c->xer_ov = c->xer_ca = 0;
    return SEM_NEXT;
}

#endif
