/*
 * Decoded code by guest physical page: 1024 slots and an end slot, decoded one at a time as they are
 * first executed. A page with decoded slots is marked in the bus's page state, so that stores,
 * DMA and icbi reach codecache_invalidate.
 */
#ifndef CPU_CODECACHE_H
#define CPU_CODECACHE_H

#include "cpu/insn.h"

#define PAGE_SLOTS 1024

struct code_page {
    struct slot slots[PAGE_SLOTS + 1];
    paddr_t pa;
    const uint8_t *host;     /* the page's bytes; NULL when it is not RAM or ROM */
    uint8_t *state;          /* bus page state; NULL for ROM */
    unsigned drops;          /* times a store threw the whole page's slots away */
    struct code_page *next;  /* hash chain */
};

struct codecache;
/* undecoded, page_end: handlers of fresh slots and of the end slot. index: for the glue, from malloc or
 * NULL; the cache frees it. */
struct codecache *codecache_new(union handler undecoded, union handler page_end, void *index);
const void *codecache_index(const struct codecache *cc);
void codecache_free(struct codecache *cc);

/* The page of slots for the instruction page at effective address `ea` under the current MSR; NULL
 * with an ISI in c->exc_* when it does not translate or is not memory. Fills the fetch TLB. */
struct code_page *codecache_fetch(struct ppc_cpu *c, ureg ea);

/* Decodes the instruction of slot s of page p in place, choosing handlers with pick(). */
typedef union handler pick_fn(enum insn_id id, unsigned variant, const struct slot *s, unsigned index);
void codecache_decode(struct ppc_cpu *c, struct code_page *p, struct slot *s, pick_fn *pick);

/* The same into *to instead of the slot, without a trace line. */
void codecache_peek(struct ppc_cpu *c, struct code_page *p, const struct slot *s, struct slot *to,
                    pick_fn *pick);

/* Memory [pa, pa+len) changed: its slots are decoded anew. */
void codecache_invalidate(struct ppc_cpu *c, paddr_t pa, uint64_t len);
void codecache_flush(struct ppc_cpu *c);

/* Reads the instruction at c->pc without the cache. False: ISI raised. */
bool fetch_word(struct ppc_cpu *c, ureg pc, uint32_t *word) MUST_CHECK;

#endif
