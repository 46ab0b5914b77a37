/*
 * Doubleword instructions of the 64-bit models (64-bit PEM chapter 8). Only the second width
 * compiles them.
 */
#ifndef CPU_SEM_64_H
#define CPU_SEM_64_H

#include "cpu/sem_mem.h"

#if PPC_WIDTH == 64

/* ---- arithmetic ---- */

SEM(mulld)
{
    int64_t r;
    bool ov = __builtin_mul_overflow((int64_t)RA, (int64_t)RB, &r);
    return arith(c, s, v, (ureg)r, ov);
}

SEM(mulhd) { return arith(c, s, v, (ureg)(((__int128)(int64_t)RA * (int64_t)RB) >> 64), false); }
SEM(mulhdu) { return arith(c, s, v, (ureg)(((unsigned __int128)RA * RB) >> 64), false); }

/* The architecture leaves quotients that do not fit undefined. UNVERIFIED: 0, as the 970 is said to
 * give; its user's manual does not tell. */
SEM(divd)
{
    int64_t a = (int64_t)RA, b = (int64_t)RB;
    bool bad = b == 0 || (a == INT64_MIN && b == -1);
    return arith(c, s, v, bad ? 0 : (ureg)(a / b), bad);
}

SEM(divdu) { ureg a = RA, b = RB; return arith(c, s, v, b ? a / b : 0, b == 0); }

SEM(extsw) { return logic(c, s, v, (ureg)(sreg)(int32_t)RS); }
SEM(cntlzd) { return logic(c, s, v, RS ? (ureg)__builtin_clzll(RS) : 64); }

/* ---- rotates and shifts: s->b is SH, s->c is MB or ME ---- */

#define ROTATE(x, n) ((x) << ((n) & 63) | (x) >> (-(n) & 63)) /* one host instruction, no branch */
#define MASK_FROM(mb) (~UINT64_C(0) >> (mb))
#define MASK_TO(me) (~UINT64_C(0) << (63 - (me)))

/* What of RS gets through the mask of rldic and rldimi, whose ones go from MB to 63 - SH (around
 * the end when MB is greater): before the rotation by SH they end at bit 63. */
#define MASK_BEFORE (~UINT64_C(0) >> ((unsigned)(s->b + s->c) & 63))

SEM(rldicl) { return logic(c, s, v, ROTATE(RS, (unsigned)s->b) & MASK_FROM(s->c)); }
SEM(rldicr) { return logic(c, s, v, ROTATE(RS, (unsigned)s->b) & MASK_TO(s->c)); }
SEM(rldcl) { return logic(c, s, v, ROTATE(RS, (unsigned)RB) & MASK_FROM(s->c)); }
SEM(rldcr) { return logic(c, s, v, ROTATE(RS, (unsigned)RB) & MASK_TO(s->c)); }
SEM(rldic) { return logic(c, s, v, ROTATE(RS & MASK_BEFORE, (unsigned)s->b)); }

SEM(rldimi)
{
    ureg mask = ROTATE(MASK_BEFORE, (unsigned)s->b);
    return logic(c, s, v, ((ROTATE(RS, (unsigned)s->b) ^ RA) & mask) ^ RA);
}

/* Shift counts have seven bits: 64-127 shift everything out. */
SEM(sld) { return logic(c, s, v, RB & 64 ? 0 : RS << (RB & 63)); }
SEM(srd) { return logic(c, s, v, RB & 64 ? 0 : RS >> (RB & 63)); }

static ALWAYS_INLINE enum sem shift_algebraic64(struct ppc_cpu *c, const struct slot *s, unsigned v,
                                                unsigned n)
{
    sreg a = (sreg)RS, r = a >> (n > 63 ? 63 : n);
    ureg lost = n > 63 ? (ureg)a : (ureg)a & ~(~UINT64_C(0) << n);
    c->xer_ca = a < 0 && lost != 0;
    return logic(c, s, v, (ureg)r);
}
SEM(srad) { return shift_algebraic64(c, s, v, RB & 127); }
SEM(sradi) { return shift_algebraic64(c, s, v, s->b); }

/* ---- traps ---- */

static ALWAYS_INLINE bool trap_hits64(unsigned to, int64_t a, int64_t b)
{
    return (to & 16 && a < b) || (to & 8 && a > b) || (to & 4 && a == b) ||
           (to & 2 && (uint64_t)a < (uint64_t)b) || (to & 1 && (uint64_t)a > (uint64_t)b);
}

SEM(td)
{
    if (trap_hits64(s->d, (sreg)RA, (sreg)RB)) return raise(c, VEC_PROGRAM, PROGRAM_TRAP);
    return SEM_NEXT;
}
SEM(tdi)
{
    if (trap_hits64(s->d, (sreg)RA, s->imm)) return raise(c, VEC_PROGRAM, PROGRAM_TRAP);
    return SEM_NEXT;
}

/* ---- memory ---- */

#define SIGNED32(t) ((ureg)(sreg)(int32_t)(t))

LOADS(ld, 64, AS_IS)
STORES(std, 64, AS_IS)
LOAD(lwa, 32, SIGNED32, EA_D, false)
LOAD(lwax, 32, SIGNED32, EA_X, false)
LOAD(lwaux, 32, SIGNED32, EA_X, true)

/* ---- system ---- */

#if !FAST_GLUE
SEM(ldarx) { return load_reserve(c, EA_X, s->d, 8); }
SEM(stdcx_rc) { return store_conditional(c, EA_X, RS, 8); }
SEM(rfid) { return return_from_interrupt(c); }
SEM(hrfid) { return return_from_hypervisor(c); }
SEM(mtmsrd) { msr_mtmsrd(c, RS, s->imm != 0); return SEM_NEXT; }
SEM(tlbiel) { mmu_tlbie(c, RB); return SEM_NEXT; }
SEM(slbmte) { slb_write(c, RS, RB); return SEM_NEXT; }
SEM(slbie) { slb_invalidate(c, RB); return SEM_NEXT; }
SEM(slbia) { slb_invalidate_all(c); return SEM_NEXT; }
SEM(slbmfee) { RD = c->slb[RB & (SLB_SIZE - 1)].esid; return SEM_NEXT; }
SEM(slbmfev) { RD = c->slb[RB & (SLB_SIZE - 1)].vsid; return SEM_NEXT; }
#endif

#endif
#endif
