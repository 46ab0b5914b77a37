#include "cpu/codecache.h"

#include <stdlib.h>

#include "cpu/debug.h"
#include "cpu/decode.h"
#include "cpu/exception.h"
#include "mmu/mmu.h"

#define HASH_SIZE 4096
/* 48 MiB of slots, so that all memory beside the guest's stays under 64 MiB (tests/boot/startup.py);
 * then everything is dropped: simple and rare. */
#define MAX_PAGES 3072
/* After so many drops of a whole page by stores its data and code evidently live together: then
 * only the slots that are written go, and the page's stores stay slow. */
#define DROPS_BEFORE_LINES 16

struct codecache {
    struct code_page *hash[HASH_SIZE];
    unsigned n_pages;
    union handler undecoded, page_end;
    void *index;
};

struct codecache *codecache_new(union handler undecoded, union handler page_end, void *index)
{
    struct codecache *cc = xcalloc(1, sizeof *cc);
    cc->undecoded = undecoded;
    cc->page_end = page_end;
    cc->index = index;
    return cc;
}

const void *codecache_index(const struct codecache *cc) { return cc->index; }

static void free_pages(struct codecache *cc)
{
    for (unsigned i = 0; i < HASH_SIZE; i++) {
        while (cc->hash[i]) {
            struct code_page *p = cc->hash[i];
            cc->hash[i] = p->next;
            if (p->state) *p->state &= (uint8_t)~PAGE_HAS_CODE;
            free(p);
        }
    }
    cc->n_pages = 0;
}

void codecache_free(struct codecache *cc)
{
    if (!cc) return;
    free_pages(cc);
    free(cc->index);
    free(cc);
}

void codecache_flush(struct ppc_cpu *c)
{
    c->count.flushes++;
    free_pages(c->code);
    mmu_flush_fetch(c);
    c->page_slots = NULL;
    c->kick |= KICK_SYNC;
}

static struct code_page **bucket(struct codecache *cc, paddr_t pa)
{
    return &cc->hash[pa >> PAGE_SHIFT & (HASH_SIZE - 1)];
}

static struct code_page *find_page(struct codecache *cc, paddr_t pa)
{
    struct code_page *p = *bucket(cc, pa);
    while (p && p->pa != pa) p = p->next;
    return p;
}

static void forget(struct codecache *cc, struct code_page *p, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) p->slots[i].h = cc->undecoded;
}

static struct code_page *new_page(struct ppc_cpu *c, paddr_t pa, const uint8_t *host, uint8_t *state)
{
    struct codecache *cc = c->code;
    if (cc->n_pages >= MAX_PAGES) codecache_flush(c);
    struct code_page *p = xcalloc(1, sizeof *p);
    p->pa = pa;
    p->host = host;
    p->state = state;
    forget(cc, p, 0, PAGE_SLOTS);
    p->slots[PAGE_SLOTS].h = cc->page_end;
    p->next = *bucket(cc, pa);
    *bucket(cc, pa) = p;
    cc->n_pages++;
    return p;
}

/* Code outside memory (a device's registers) has no decoded form: it machine-checks here, as the
 * chip would after the bus answered with an error. */
static struct code_page *no_memory(struct ppc_cpu *c, ureg ea, paddr_t pa)
{
    log_once(c->log, LOG_GUEST, "fetch", pa >> PAGE_SHIFT, "instruction fetch from %08llx (ea %08lx): no memory there",
             (unsigned long long)pa, (unsigned long)ea);
    ppc_raise(c, VEC_MACHINE_CHECK, 1 << 18); /* SRR1[13]: TEA */
    return NULL;
}

struct code_page *codecache_fetch(struct ppc_cpu *c, ureg ea)
{
    struct xlate x;
    if (!mmu_translate(c, ea, ACCESS_FETCH, KIND_PLAIN, &x)) return NULL;
    paddr_t pa = x.pa & ~(paddr_t)PAGE_MASK;
    uint64_t len;
    bool writable;
    uint8_t *state;
    const uint8_t *host = bus_ram(c->bus, pa, &len, &writable, &state);
    if (!host || len < PAGE_SIZE) return no_memory(c, ea, pa);
    struct code_page *p = find_page(c->code, pa);
    if (p && p->host != host) { /* the map changed under it */
        codecache_flush(c);
        p = NULL;
    }
    if (!p) p = new_page(c, pa, host, state);
    mmu_need_bank(c);
    c->count.fetch_fills++;
    struct itlb_entry *e = &c->bank->i[ea >> PAGE_SHIFT & (ITLB_SIZE - 1)];
    e->tag = ea & ~(ureg)PAGE_MASK;
    e->page = p;
    return p;
}

static void mark(struct ppc_cpu *c, struct code_page *p)
{
    if (!p->state || *p->state & PAGE_HAS_CODE) return;
    *p->state |= PAGE_HAS_CODE;
    mmu_forbid_fast_stores(c, p->host);
}

/* Little-endian mode fetches words with the low address bits swizzled (PEM 3.1.4.3). */
static uint32_t word_at(const struct ppc_cpu *c, const struct code_page *p, unsigned index)
{
    return get_be32(p->host + 4 * (c->msr & MSR_LE ? index ^ 1 : index));
}

void codecache_peek(struct ppc_cpu *c, struct code_page *p, const struct slot *s, struct slot *to,
                    pick_fn *pick)
{
    unsigned index = (unsigned)(s - p->slots), variant;
    enum insn_id id = decode(c->decoder, word_at(c, p, index), to, &variant);
    if (unlikely(c->debug != NULL) && debug_breaks_slot(c, index)) {
        id = INSN_ILLEGAL;
        variant = BREAK_VARIANT;
    }
    to->h = pick(id, variant, to, index);
}

void codecache_decode(struct ppc_cpu *c, struct code_page *p, struct slot *s, pick_fn *pick)
{
    c->count.decoded++;
    mark(c, p);
    codecache_peek(c, p, s, s, pick);
    if (log_on(c->log, LOG_IN_ASM)) {
        unsigned index = (unsigned)(s - p->slots);
        uint32_t word = word_at(c, p, index);
        char text[64];
        ureg pc = (c->pc & ~(ureg)PAGE_MASK) | index * 4;
        ppc_disasm(c, word, pc, text, sizeof text);
        log_line(c->log, LOG_IN_ASM, "0x%08lx: %08x  %s", (unsigned long)pc, word, text);
    }
}

static void invalidate_page(struct ppc_cpu *c, struct code_page *p, unsigned from, unsigned to)
{
    struct codecache *cc = c->code;
    if (p->drops < DROPS_BEFORE_LINES) {
        p->drops++;
        c->count.dropped_pages++;
        forget(cc, p, 0, PAGE_SLOTS);
        if (p->state) *p->state &= (uint8_t)~PAGE_HAS_CODE;
        return;
    }
    c->count.dropped_lines++;
    forget(cc, p, from > 2 ? from - 2 : 0, to); /* a fused handler starts up to two slots before */
}

void codecache_invalidate(struct ppc_cpu *c, paddr_t pa, uint64_t len)
{
    if (!len) return;
    if (len >= (uint64_t)MAX_PAGES * PAGE_SIZE) {
        codecache_flush(c);
        return;
    }
    paddr_t last = pa + len - 1;
    for (paddr_t page = pa & ~(paddr_t)PAGE_MASK; page <= last; page += PAGE_SIZE) {
        struct code_page *p = find_page(c->code, page);
        if (!p) continue;
        unsigned from = page < pa ? (unsigned)(pa - page) / 4 : 0;
        unsigned to = last - page < PAGE_SIZE ? (unsigned)(last - page) / 4 + 1 : PAGE_SLOTS;
        invalidate_page(c, p, from, to);
    }
}

bool fetch_word(struct ppc_cpu *c, ureg pc, uint32_t *word)
{
    struct code_page *p = codecache_fetch(c, pc);
    if (!p) return false;
    *word = word_at(c, p, (unsigned)(pc & PAGE_MASK) / 4);
    return true;
}
