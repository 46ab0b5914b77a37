#include "mmu/mmu.h"

#include "cpu/debug.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/magic.h"

/* Banks: enough for real mode, kernel and a handful of Linux address spaces. The table of current
 * banks by MSR[IR,DR,PR] makes an exception's mode switch one load. */
#define N_BANKS 12

struct mmu {
    struct tlb_bank *by_mode[8]; /* index: IR 4, DR 2, PR 1; NULL: to be looked up */
    uint64_t tick;
    struct tlb_bank none;        /* while segment registers change: nothing ever hits */
    struct tlb_bank banks[N_BANKS];
};

static void clear_bank(struct tlb_bank *b)
{
    for (unsigned i = 0; i < DTLB_SIZE; i++) b->d[i].tag_r = b->d[i].tag_w = TLB_NONE;
    for (unsigned i = 0; i < ITLB_SIZE; i++) b->i[i].tag = TLB_NONE;
}

struct mmu *mmu_new(struct ppc_cpu *c)
{
    struct mmu *m = xcalloc(1, sizeof *m);
    c->mmu = m;
    clear_bank(&m->none);
    for (unsigned i = 0; i < N_BANKS; i++) clear_bank(&m->banks[i]);
    c->bank = &m->none;
    return m;
}

void mmu_free(struct mmu *m) { free(m); }

void mmu_reset(struct ppc_cpu *c)
{
    memset(c->sr, 0, sizeof c->sr);
    memset(c->ibat, 0, sizeof c->ibat);
    memset(c->dbat, 0, sizeof c->dbat);
#if PPC_WIDTH == 32
    memset(c->arch_tlb, 0, sizeof c->arch_tlb);
#endif
    c->sdr1 = 0;
    mmu_flush_all(c);
}

static unsigned mode_of(uint32_t msr)
{
    return (msr & MSR_IR ? 4 : 0) | (msr & MSR_DR ? 2 : 0) | (msr & MSR_PR ? 1 : 0);
}

/* Real mode does not see the segments, so all address spaces share its bank. */
static uint64_t bank_key(const struct ppc_cpu *c, unsigned mode)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    if (mode & 6)
        for (unsigned i = 0; i < 16; i++) h = (h ^ c->sr[i]) * UINT64_C(0x100000001b3);
    return (h & ~UINT64_C(15)) | mode | 8;
}

static struct tlb_bank *find_bank(struct mmu *m, uint64_t key)
{
    struct tlb_bank *oldest = &m->banks[0];
    for (unsigned i = 0; i < N_BANKS; i++) {
        if (m->banks[i].key == key) return &m->banks[i];
        if (m->banks[i].used < oldest->used) oldest = &m->banks[i];
    }
    clear_bank(oldest);
    oldest->key = key;
    return oldest;
}

void mmu_select_bank(struct ppc_cpu *c)
{
    struct mmu *m = c->mmu;
    unsigned mode = mode_of(c->msr);
    struct tlb_bank *b = m->by_mode[mode];
    if (!b) {
        b = find_bank(m, bank_key(c, mode));
        m->by_mode[mode] = b;
    }
    b->used = ++m->tick;
    c->bank = b;
}

void mmu_need_bank(struct ppc_cpu *c)
{
    if (c->bank == &c->mmu->none) mmu_select_bank(c);
}

void mmu_flush_all(struct ppc_cpu *c)
{
    struct mmu *m = c->mmu;
    for (unsigned i = 0; i < N_BANKS; i++) {
        clear_bank(&m->banks[i]);
        m->banks[i].key = 0;
    }
    memset(m->by_mode, 0, sizeof m->by_mode);
    c->bank = &m->none;
    c->kick |= KICK_SYNC;
}

void mmu_flush_fetch(struct ppc_cpu *c)
{
    for (unsigned n = 0; n < N_BANKS; n++)
        for (unsigned i = 0; i < ITLB_SIZE; i++) c->mmu->banks[n].i[i].tag = TLB_NONE;
}

void mmu_forbid_fast_stores(struct ppc_cpu *c, const uint8_t *host_page)
{
    for (unsigned n = 0; n < N_BANKS; n++)
        for (unsigned i = 0; i < DTLB_SIZE; i++) {
            struct dtlb_entry *e = &c->mmu->banks[n].d[i];
            if (e->tag_w + e->addend == (uintptr_t)host_page) e->tag_w = TLB_NONE;
        }
}

void mmu_forbid_fast_stores_to(struct ppc_cpu *c, const uint8_t *host, uint64_t len)
{
    for (unsigned n = 0; n < N_BANKS; n++)
        for (unsigned i = 0; i < DTLB_SIZE; i++) {
            struct dtlb_entry *e = &c->mmu->banks[n].d[i];
            if (e->tag_w != TLB_NONE && e->tag_w + e->addend - (uintptr_t)host < len) {
                e->tag_w = TLB_NONE;
            }
        }
}

/* Linux writes all sixteen at a context switch: the new bank is looked up once, on the next miss. */
void mmu_write_sr(struct ppc_cpu *c, unsigned n, uint32_t v)
{
    if (c->sr[n] == v) return;
    c->sr[n] = v;
    for (unsigned mode = 2; mode < 8; mode++) c->mmu->by_mode[mode] = NULL;
    /* mtsr needs an isync before the change counts, so straight code may run on: the next data
     * access or page change finds the empty bank and looks the right one up */
    if (c->msr & (MSR_IR | MSR_DR)) c->bank = &c->mmu->none;
}

/* tlbie names EA bits 4-19, whatever the segment: with 512 (256) entries indexed by low page bits,
 * that is one entry in every bank. */
void mmu_drop_page(struct ppc_cpu *c, ureg ea)
{
    for (unsigned n = 0; n < N_BANKS; n++) {
        struct tlb_bank *b = &c->mmu->banks[n];
        struct dtlb_entry *d = &b->d[ea >> 12 & (DTLB_SIZE - 1)];
        d->tag_r = d->tag_w = TLB_NONE;
        b->i[ea >> 12 & (ITLB_SIZE - 1)].tag = TLB_NONE;
    }
    c->kick |= KICK_SYNC; /* the current code page may be the one */
}

void mmu_tlbie(struct ppc_cpu *c, ureg ea)
{
#if PPC_WIDTH == 32
    mmu_arch_tlbie(c, ea);
#endif
    mmu_drop_page(c, ea);
}

void mmu_tlbia(struct ppc_cpu *c) { mmu_flush_all(c); }

void mmu_fill_data(struct ppc_cpu *c, ureg ea, const struct xlate *x)
{
    if (x->wimg & WIMG_I || c->msr & MSR_LE) return; /* exact order and width: the slow path */
    if (unlikely(c->debug != NULL) && debug_watches_page(c, ea)) return;
    uint64_t len;
    bool writable;
    uint8_t *state;
    paddr_t page = x->pa & ~(paddr_t)PAGE_MASK;
    uint8_t *host = bus_ram(c->bus, page, &len, &writable, &state);
    if (!host || len < PAGE_SIZE) return;
    mmu_need_bank(c);
    c->count.data_fills++;
    struct dtlb_entry *e = &c->bank->d[ea >> 12 & (DTLB_SIZE - 1)];
    ureg tag = ea & ~(ureg)PAGE_MASK;
    e->addend = (uintptr_t)host - tag;
    e->tag_r = tag;
    e->tag_w = TLB_NONE;
    if (x->may_write && writable && state && !(*state & PAGE_HAS_CODE)) {
        *state |= PAGE_DIRTY;
        e->tag_w = tag;
    }
}

/* ---- translation ---- */

static bool data_fault(struct ppc_cpu *c, ureg ea, uint32_t dsisr, enum access access)
{
    c->exc_vector = VEC_DSI;
    c->exc_srr1 = 0;
    c->dar = ea;
    c->dsisr = dsisr | (access == ACCESS_STORE ? DSISR_STORE : 0);
    return false;
}

static bool fetch_fault(struct ppc_cpu *c, uint32_t srr1)
{
    c->exc_vector = VEC_ISI;
    c->exc_srr1 = srr1;
    return false;
}

bool mmu_fault(struct ppc_cpu *c, ureg ea, enum access access, uint32_t dsisr, uint32_t srr1)
{
    log_line(c->log, LOG_MMU, "mmu: %s fault at %08lx pc %08lx",
             access == ACCESS_FETCH ? "fetch" : access == ACCESS_STORE ? "store" : "load",
             (unsigned long)ea, (unsigned long)c->pc);
    return access == ACCESS_FETCH ? fetch_fault(c, srr1) : data_fault(c, ea, dsisr, access);
}

/* Without translation the EA is the real address; the 970 has 42 bits of them (64-bit real mode
 * ignores the EA's upper bits). */
#define REAL_MASK (PPC_WIDTH == 32 ? (paddr_t)UINT32_MAX : (paddr_t)((UINT64_C(1) << 42) - 1))

static void real_mode(ureg ea, struct xlate *x)
{
    x->pa = ea & REAL_MASK;
    x->wimg = WIMG_M; /* PEM 7.2.1.1: cacheable, memory coherent, not guarded as data here */
    x->may_write = true;
}

bool mmu_translate(struct ppc_cpu *c, ureg ea, enum access access, enum access_kind kind,
                   struct xlate *x)
{
    if (magic_at(c, ea) && access != ACCESS_FETCH) {
        *x = (struct xlate){.pa = magic_pa(ea), .wimg = WIMG_M};
        return true;
    }
    if (!(c->msr & (access == ACCESS_FETCH ? MSR_IR : MSR_DR))) {
        real_mode(ea, x);
        return true;
    }
    return seg_translate(c, ea, access, kind, x);
}

bool mmu_peek(struct ppc_cpu *c, ureg ea, enum access access, paddr_t *pa)
{
    if (magic_at(c, ea) && access != ACCESS_FETCH) {
        *pa = magic_pa(ea);
        return true;
    }
    if (!(c->msr & (access == ACCESS_FETCH ? MSR_IR : MSR_DR))) {
        *pa = ea & REAL_MASK;
        return true;
    }
    return seg_peek(c, ea, access, pa);
}
