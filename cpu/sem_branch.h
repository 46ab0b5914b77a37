/*
 * Branches (PEM 4.2.4, 8.2). The decoder normalises BO: hint bits are cleared, so that only
 * 0 2 4 8 10 12 16 18 20 remain (decode.c, normal_bo).
 */
#ifndef CPU_SEM_BRANCH_H
#define CPU_SEM_BRANCH_H

#include "cpu/sem.h"

enum { BO_DEC_FALSE = 0, BO_FALSE = 4, BO_TRUE = 12, BO_DEC = 16, BO_DEC_ZERO = 18, BO_ALWAYS = 20 };

/* Counts CTR down when BO asks for it and tells whether the branch is taken. */
static ALWAYS_INLINE bool branch_taken(struct ppc_cpu *c, unsigned bo, unsigned bi)
{
    if (!(bo & 4)) {
        c->ctr--;
        if ((in_mode(c, c->ctr) != 0) == ((bo & 2) != 0)) return false;
    }
    return bo & 16 || cr_bit(c, bi) == ((bo >> 3) & 1);
}

SEM(b)
{
    if (v & SEM_LK) c->lr = in_mode(c, CIA(c, s) + 4);
    return branch_direct(c, s, v);
}

/* LR is written whether or not the branch is taken. */
SEM(bc)
{
    if (v & SEM_LK) c->lr = in_mode(c, CIA(c, s) + 4);
    return branch_taken(c, s->d, s->a) ? branch_direct(c, s, v) : SEM_NEXT;
}

SEM(bclr)
{
    ureg target = c->lr & ~(ureg)3;
    if (v & SEM_LK) c->lr = in_mode(c, CIA(c, s) + 4);
    return branch_taken(c, s->d, s->a) ? branch_to(c, target) : SEM_NEXT;
}

/* bcctr that decrements CTR is an invalid form; the 74xx branches on the old value's rules.
 * UNVERIFIED: which of old and new CTR is the target then; we take the new one. */
SEM(bcctr)
{
    if (v & SEM_LK) c->lr = in_mode(c, CIA(c, s) + 4);
    return branch_taken(c, s->d, s->a) ? branch_to(c, c->ctr & ~(ureg)3) : SEM_NEXT;
}

#endif
