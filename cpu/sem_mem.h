/*
 * Integer loads and stores, multiple and string forms, cache operations, reservations
 * (PEM 4.2.3, 4.3, 8.2). Everything goes through the glue's accessors (sem.h).
 */
#ifndef CPU_SEM_MEM_H
#define CPU_SEM_MEM_H

#include "cpu/sem_int.h"

#define EA_D in_mode(c, (ureg)(RA + (ureg)(sreg)s->imm))
#define EA_X in_mode(c, (ureg)(RA + RB))

/* One body a family: `bits` wide, converted by conv, at ea; upd: rA takes ea afterwards. */
#define LOAD(name, bits, conv, ea_expr, upd)                                                       \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        uint##bits##_t t;                                                                          \
        if (!mem_ld##bits(c, ea, &t)) return SEM_FAULT;                                            \
        RD = conv(t);                                                                              \
        if (upd) RA = ea;                                                                          \
        return SEM_NEXT;                                                                           \
    }
#define STORE(name, bits, conv, ea_expr, upd)                                                      \
    SEM(name)                                                                                      \
    {                                                                                              \
        ureg ea = ea_expr;                                                                         \
        if (!mem_st##bits(c, ea, conv((uint##bits##_t)RS))) return SEM_FAULT;                      \
        if (upd) RA = ea;                                                                          \
        return SEM_NEXT;                                                                           \
    }
#define LOADS(base, bits, conv)                                                                    \
    LOAD(base, bits, conv, EA_D, false)                                                            \
    LOAD(base##u, bits, conv, EA_D, true)                                                          \
    LOAD(base##x, bits, conv, EA_X, false)                                                         \
    LOAD(base##ux, bits, conv, EA_X, true)
#define STORES(base, bits, conv)                                                                   \
    STORE(base, bits, conv, EA_D, false)                                                           \
    STORE(base##u, bits, conv, EA_D, true)                                                         \
    STORE(base##x, bits, conv, EA_X, false)                                                        \
    STORE(base##ux, bits, conv, EA_X, true)

#define AS_IS(t) (t)
#define SIGNED16(t) ((ureg)(sreg)(int16_t)(t))

LOADS(lwz, 32, AS_IS)
LOADS(lbz, 8, AS_IS)
LOADS(lhz, 16, AS_IS)
LOADS(lha, 16, SIGNED16)
LOAD(lwbrx, 32, swap32, EA_X, false)
LOAD(lhbrx, 16, swap16, EA_X, false)
STORES(stw, 32, AS_IS)
STORES(stb, 8, AS_IS)
STORES(sth, 16, AS_IS)
STORE(stwbrx, 32, swap32, EA_X, false)
STORE(sthbrx, 16, swap16, EA_X, false)

/* Aligned word multiples within one page of RAM are a plain copy; everything else goes word by word in the
 * portable glue, which restarts from the beginning after a fault (PEM 4.2.3.5 allows it). */
SEM(lmw)
{
    ureg ea = EA_D;
    unsigned n = 32u - s->d;
#if FAST_GLUE
    const uint8_t *p = mem_read_span(c, ea, n * 4);
    if (unlikely(!p) || unlikely(ea & 3)) return SEM_FAULT;
    for (unsigned i = 0; i < n; i++) c->gpr[s->d + i] = get_be32(p + 4 * i);
    return SEM_NEXT;
#else
    return load_multiple(c, ea, s->d, n * 4, true);
#endif
}

SEM(stmw)
{
    ureg ea = EA_D;
    unsigned n = 32u - s->d;
#if FAST_GLUE
    uint8_t *p = mem_write_span(c, ea, n * 4);
    if (unlikely(!p) || unlikely(ea & 3)) return SEM_FAULT;
    for (unsigned i = 0; i < n; i++) put_be32(p + 4 * i, (uint32_t)c->gpr[s->d + i]);
    return SEM_NEXT;
#else
    return store_multiple(c, ea, s->d, n * 4, true);
#endif
}

#if !FAST_GLUE
SEM(lswi) { return load_multiple(c, in_mode(c, RA), s->d, s->b ? s->b : 32, false); }
SEM(stswi) { return store_multiple(c, in_mode(c, RA), s->d, s->b ? s->b : 32, false); }
SEM(lswx) { return load_multiple(c, EA_X, s->d, c->xer_rest & 127, false); }
SEM(stswx) { return store_multiple(c, EA_X, s->d, c->xer_rest & 127, false); }
SEM(lwarx) { return load_reserve(c, EA_X, s->d, 4); }
SEM(stwcx_rc) { return store_conditional(c, EA_X, (uint32_t)RS, 4); }
SEM(eciwx) { return external_control(c, EA_X, &c->gpr[s->d], false); }
SEM(ecowx) { return external_control(c, EA_X, &c->gpr[s->d], true); }
#endif

/* ---- caches: contents are always coherent here, so most of this is only the address check ---- */

/* dcbst and dcbf are loads to the protection check; dcbt and dcbtst never fault. */
#if FAST_GLUE
#define TOUCH(name) SEM(name) { return mem_read_span(c, EA_X, 1) ? SEM_NEXT : SEM_FAULT; }
#else
#define TOUCH(name) SEM(name) { return cache_touch(c, EA_X, ACCESS_LOAD); }
#endif
TOUCH(dcbst)
TOUCH(dcbf)
#undef TOUCH
SEM(dcbt) { return SEM_NEXT; }
SEM(dcbtst) { return SEM_NEXT; }
SEM(sync) { return SEM_NEXT; }
SEM(eieio) { return SEM_NEXT; }
SEM(isync) { return SEM_NEXT; } /* everything took effect at once already */
SEM(tlbsync) { return SEM_NEXT; }

SEM(dcbz)
{
    ureg ea = EA_X & ~(ureg)(CACHE_LINE - 1);
#if FAST_GLUE
    uint8_t *p = mem_write_span(c, ea, CACHE_LINE);
    if (unlikely(!p) || unlikely(c->dcbz_checked)) return SEM_FAULT;
    static const union vreg zero;
    for (unsigned i = 0; i < CACHE_LINE; i += 16) memcpy(p + i, &zero, 16);
    return SEM_NEXT;
#else
    return cache_zero(c, ea, EA_X);
#endif
}

/* dcba may zero the block or do nothing (MPC7450UM 2.3.4.3.6): where dcbz would fault, nothing. */
SEM(dcba)
{
#if FAST_GLUE
    return sem_dcbz(c, s, v);
#else
    return cache_allocate(c, EA_X & ~(ureg)(CACHE_LINE - 1));
#endif
}

#if !FAST_GLUE
SEM(dcbi) { return cache_touch(c, EA_X, ACCESS_STORE); } /* treated as a store: MPC7450UM 2.3.6.3.1 */
SEM(icbi) { return cache_icbi(c, EA_X); }
#endif

#endif
