/*
 * Memory accesses of the portable glue: every translation, width, alignment and fault rule. The
 * fast glue only knows the soft TLB hit (fast_*) and leaves the rest to these.
 */
#ifndef CPU_ACCESS_H
#define CPU_ACCESS_H

#include "cpu/insn.h"
#include "mmu/mmu.h"

/* The entry that can hold ea; written so that shift and scale are one. */
static ALWAYS_INLINE const struct dtlb_entry *dtlb_entry(const struct ppc_cpu *c, ureg ea)
{
    enum { SCALE = sizeof(struct dtlb_entry) };
    _Static_assert(PAGE_SIZE % SCALE == 0, "shift and scale are one only for a power of two");
    uintptr_t offset = ea / (PAGE_SIZE / SCALE) & (uintptr_t)(DTLB_SIZE - 1) * SCALE;
    return (const struct dtlb_entry *)(const void *)((const char *)c->bank->d + offset);
}

/* The soft TLB's answer for [ea, ea+len) inside one page: the host address, or NULL. len <= 4096. */
static ALWAYS_INLINE uint8_t *fast_read(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    const struct dtlb_entry *e = dtlb_entry(c, ea);
    if (unlikely(e->tag_r != ((ureg)(ea + (len - 1)) & ~(ureg)PAGE_MASK))) return NULL;
    ASSUME(e->addend + ea != 0); /* spares the caller's NULL test */
    return (uint8_t *)(e->addend + ea);
}

static ALWAYS_INLINE uint8_t *fast_write(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    const struct dtlb_entry *e = dtlb_entry(c, ea);
    if (unlikely(e->tag_w != ((ureg)(ea + (len - 1)) & ~(ureg)PAGE_MASK))) return NULL;
    ASSUME(e->addend + ea != 0); /* spares the caller's NULL test */
    return (uint8_t *)(e->addend + ea);
}

/* The same for words, len bytes of them; NULL also where ea is not a multiple of 4. One comparison does
 * both: the last word's address keeps its low bits, and it is in the page or begins the next one. */
static ALWAYS_INLINE uint8_t *fast_read_words(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    const struct dtlb_entry *e = &c->bank->d[ea >> PAGE_SHIFT & (DTLB_SIZE - 1)];
    if (unlikely(e->tag_r != ((ureg)(ea + (len - 4)) & ~(ureg)(PAGE_MASK & ~3)))) return NULL;
    ASSUME(e->addend + ea != 0);
    return (uint8_t *)(e->addend + ea);
}

static ALWAYS_INLINE uint8_t *fast_write_words(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    const struct dtlb_entry *e = &c->bank->d[ea >> PAGE_SHIFT & (DTLB_SIZE - 1)];
    if (unlikely(e->tag_w != ((ureg)(ea + (len - 4)) & ~(ureg)(PAGE_MASK & ~3)))) return NULL;
    ASSUME(e->addend + ea != 0);
    return (uint8_t *)(e->addend + ea);
}

/* len 1, 2, 4, 8: the value a big-endian CPU sees. False: exception raised. */
bool slow_load(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t *v) MUST_CHECK;
bool slow_store(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t v) MUST_CHECK;
bool slow_load_fp(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t *v) MUST_CHECK;
bool slow_store_fp(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t v) MUST_CHECK;
bool slow_load128(struct ppc_cpu *c, ureg ea, union vreg *v) MUST_CHECK;
bool slow_store128(struct ppc_cpu *c, ureg ea, const union vreg *v) MUST_CHECK;

/* lmw, lsw*: `len` bytes from ea into registers from rd on, wrapping at r31 for the string forms
 * (words: the lmw form, word-aligned or alignment exception). */
enum sem load_multiple(struct ppc_cpu *c, ureg ea, unsigned rd, unsigned len, bool words);
enum sem store_multiple(struct ppc_cpu *c, ureg ea, unsigned rs, unsigned len, bool words);
/* len 4 or 8: lwarx and stwcx., ldarx and stdcx. */
enum sem load_reserve(struct ppc_cpu *c, ureg ea, unsigned rd, unsigned len);
enum sem store_conditional(struct ppc_cpu *c, ureg ea, uint64_t v, unsigned len);
enum sem external_control(struct ppc_cpu *c, ureg ea, ureg *reg, bool store);
enum sem cache_touch(struct ppc_cpu *c, ureg ea, enum access access);
enum sem cache_zero(struct ppc_cpu *c, ureg line, ureg ea);
enum sem cache_allocate(struct ppc_cpu *c, ureg line);
enum sem cache_icbi(struct ppc_cpu *c, ureg ea);

#endif
