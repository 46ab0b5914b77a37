#include "cpu/magic.h"

#include <limits.h>

#include "cpu/core_fns.h"
#include "cpu/exception.h"
#include "cpu/spr.h"
#include "mmu/mmu.h"

/* What a store to the page may change of MSR; for the rest the guest uses mtmsr (facts 7.5). */
#define SAFE_MSR_BITS ((ureg)(MSR_EE | MSR_RI))

#define WORD(off) ((off) / 4)
#define LOW(off) (WORD(off) + 1) /* of a doubleword in a big-endian page */

/* Words that are SPRs. Number 0 is none: the word is memory or handled by itself. */
static const uint16_t spr_of[WORD(MAGIC_END)] = {
    [LOW(MAGIC_SPRG0)] = SPR_N_sprg0, [LOW(MAGIC_SPRG1)] = SPR_N_sprg1,
    [LOW(MAGIC_SPRG2)] = SPR_N_sprg2, [LOW(MAGIC_SPRG3)] = SPR_N_sprg3,
    [LOW(MAGIC_SRR0)] = SPR_N_srr0,   [LOW(MAGIC_SRR1)] = SPR_N_srr1,
    [LOW(MAGIC_DAR)] = SPR_N_dar,     [WORD(MAGIC_DSISR)] = SPR_N_dsisr,
    [WORD(MAGIC_PIR)] = SPR_N_pir,
    [LOW(MAGIC_SPRG4)] = SPR_N_sprg4, [LOW(MAGIC_SPRG5)] = SPR_N_sprg5,
    [LOW(MAGIC_SPRG6)] = SPR_N_sprg6, [LOW(MAGIC_SPRG7)] = SPR_N_sprg7,
};

/* 32-bit registers leave the upper word of their doubleword to the guest, as memory. */
static bool upper_half(unsigned w)
{
    return PPC_WIDTH == 64 && !(w & 1) && (w < WORD(MAGIC_DSISR) || w >= WORD(MAGIC_SPRG4)) &&
           (spr_of[w + 1] || w == WORD(MAGIC_MSR));
}

static bool is_sr(unsigned w) { return w >= WORD(MAGIC_SR) && w < WORD(MAGIC_SR) + 16; }

/* Any interrupt that waits, whether MSR[EE] lets it in or not (facts 7.6). */
static bool int_pending(const struct ppc_cpu *c)
{
    return c->dec_pending || c->lines & (1u << PPC_LINE_EXT | 1u << PPC_LINE_SMI);
}

/* False: the word is memory. */
static bool get_word(struct ppc_cpu *c, unsigned w, uint32_t *v)
{
    if (upper_half(w)) {
        uint64_t whole = w == WORD(MAGIC_MSR) ? c->msr : spr_get(c, spr_of[w + 1]);
        *v = (uint32_t)(whole >> 32);
    } else if (spr_of[w]) {
        *v = (uint32_t)spr_get(c, spr_of[w]);
    } else if (w == LOW(MAGIC_MSR)) {
        *v = (uint32_t)c->msr;
    } else if (w == WORD(MAGIC_INT_PENDING)) {
        *v = int_pending(c);
    } else if (is_sr(w)) {
        *v = c->sr[w - WORD(MAGIC_SR)];
    } else {
        return false;
    }
    return true;
}

static void set_word(struct ppc_cpu *c, unsigned w, uint32_t v)
{
    if (upper_half(w)) {
        unsigned n = spr_of[w + 1];
        if (n) spr_set(c, n, (ureg)((uint64_t)v << 32 | (uint32_t)spr_get(c, n)));
    } else if (spr_of[w]) {
        uint64_t upper = (uint64_t)spr_get(c, spr_of[w]) & ~(uint64_t)UINT32_MAX;
        spr_set(c, spr_of[w], (ureg)(upper | v));
    } else if (w == LOW(MAGIC_MSR)) {
        msr_write(c, (c->msr & ~SAFE_MSR_BITS) | (v & SAFE_MSR_BITS));
    } else if (is_sr(w)) {
        mmu_write_sr(c, w - WORD(MAGIC_SR), v);
    }
}

/* Brings the bytes of the words that [off, off+size) touches up to date; returns the last one + 1. */
static unsigned refresh(struct ppc_cpu *c, uint64_t off, unsigned size)
{
    unsigned end = (unsigned)(off + size + 3) / 4;
    uint32_t v;
    if (end > WORD(MAGIC_END)) end = WORD(MAGIC_END);
    for (unsigned w = (unsigned)off / 4; w < end; w++)
        if (get_word(c, w, &v)) put_be32(c->magic.bytes + 4 * w, v);
    return end;
}

static uint64_t page_read(void *dev, uint64_t off, unsigned size)
{
    struct ppc_cpu *c = dev;
    uint64_t v = 0;
    if (!c->magic.bytes) return 0;
    refresh(c, off, size);
    for (unsigned i = 0; i < size; i++) v = v << 8 | c->magic.bytes[off + i];
    return v;
}

static void page_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct ppc_cpu *c = dev;
    if (!c->magic.bytes) return;
    unsigned end = refresh(c, off, size);
    for (unsigned i = 0; i < size; i++) c->magic.bytes[off + i] = (uint8_t)(v >> 8 * (size - 1 - i));
    for (unsigned w = (unsigned)off / 4; w < end; w++)
        set_word(c, w, get_be32(c->magic.bytes + 4 * w));
}

uint32_t magic_load(struct ppc_cpu *c, ureg ea)
{
    unsigned w = (unsigned)(ea & PAGE_MASK) / 4;
    uint32_t v;
    return w < WORD(MAGIC_END) && get_word(c, w, &v) ? v : get_be32(c->magic.bytes + 4 * w);
}

void magic_store(struct ppc_cpu *c, ureg ea, uint32_t v)
{
    unsigned w = (unsigned)(ea & PAGE_MASK) / 4;
    put_be32(c->magic.bytes + 4 * w, v);
    if (w < WORD(MAGIC_END)) set_word(c, w, v);
}

static const struct mmio_ops page_ops = {page_read, page_write, 8, true, "kvm-magic-page"};

bool magic_critical(const struct ppc_cpu *c)
{
    if (!c->magic.bytes || c->msr & MSR_PR) return false;
    return in_mode(c, c->gpr[1]) == in_mode(c, (ureg)get_be64(c->magic.bytes + MAGIC_CRITICAL));
}

void core_map_magic(struct ppc_cpu *c, uint64_t ea, uint64_t ra, uint8_t *bytes)
{
    ureg at_ea = (ureg)ea & ~(ureg)PAGE_MASK, at_ra = (ureg)ra & ~(ureg)PAGE_MASK;
    c->magic.ea = bytes && at_ea ? at_ea : TLB_NONE;
    c->magic.ra = bytes && at_ra ? at_ra : TLB_NONE;
    c->magic.bytes = bytes;
    if (!c->magic.region && bytes)
        c->magic.region = bus_add_mmio(c->bus, MAGIC_PA, PAGE_SIZE, INT_MAX, &page_ops, c);
    if (c->magic.region) region_set(c->magic.region, MAGIC_PA, PAGE_SIZE, bytes);
    mmu_flush_all(c); /* translations of the two addresses that were remembered before */
}

void magic_reset(struct ppc_cpu *c) { core_map_magic(c, 0, 0, NULL); }

void magic_fini(struct ppc_cpu *c)
{
    if (c->magic.region) region_remove(c->magic.region);
}
