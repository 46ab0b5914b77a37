/*
 * Routing and registry of hypercalls. Entries of a convention are kept sorted by number, so that a
 * call is a binary search and listings come out in order.
 */
#include "hcall/hcall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/ppc.h"

#define MSR_PR 0x4000u

struct slot {
    struct hcall_entry e;
    void *owner;
    uint64_t count;
};

struct table {
    struct slot *slots;
    size_t n;
    uint64_t unknown; /* calls with a number nobody registered */
};

struct hcall {
    struct log *log;
    enum hcall_class class;
    unsigned plugged; /* conventions with calls */
    struct table table[HCALL_ABIS];
};

/* Where each convention has its number and its first argument. */
static const struct {
    const char *name;
    uint8_t number, first;
} abis[HCALL_ABIS] = {{"papr", 3, 4}, {"ev", 11, 3}, {"osi", 5, 6}};

struct hcall *hcall_new(struct log *log)
{
    struct hcall *h = xcalloc(1, sizeof *h);
    h->log = log;
    return h;
}

void hcall_free(struct hcall *h)
{
    if (!h) return;
    for (unsigned i = 0; i < HCALL_ABIS; i++) free(h->table[i].slots);
    free(h);
}

void hcall_set_class(struct hcall *h, enum hcall_class class) { h->class = class; }

/* The first slot whose number is not below `number`. */
static size_t lower_bound(const struct table *t, uint32_t number)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (t->slots[mid].e.number < number) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static struct slot *find(const struct table *t, uint32_t number)
{
    size_t i = lower_bound(t, number);
    return i < t->n && t->slots[i].e.number == number ? &t->slots[i] : NULL;
}

int hcall_register_abi(struct hcall *h, enum hcall_abi abi, const struct hcall_entry *e, size_t n,
                       void *owner, struct error *err)
{
    struct table *t = &h->table[abi];
    for (size_t i = 0; i < n; i++) {
        const struct slot *taken = find(t, e[i].number);
        const char *by = taken ? taken->e.name : NULL;
        for (size_t j = 0; j < i && !by; j++)
            if (e[j].number == e[i].number) by = e[j].name;
        if (by) {
            return error_set(err, EEXIST, "hypercall %#x (%s) is already taken by %s", e[i].number,
                             e[i].name, by);
        }
    }
    t->slots = xrealloc(t->slots, (t->n + n) * sizeof *t->slots);
    for (size_t i = 0; i < n; i++) {
        size_t at = lower_bound(t, e[i].number);
        memmove(t->slots + at + 1, t->slots + at, (t->n - at) * sizeof *t->slots);
        t->slots[at] = (struct slot){.e = e[i], .owner = owner};
        t->n++;
    }
    if (n) h->plugged |= 1u << abi;
    return 0;
}

int hcall_register(struct hcall *h, const struct hcall_entry *e, size_t n, void *owner,
                   struct error *err)
{
    return hcall_register_abi(h, HCALL_PAPR, e, n, owner, err);
}

bool hcall_known(const struct hcall *h, enum hcall_abi abi, uint32_t number)
{
    return find(&h->table[abi], number) != NULL;
}

/* The table of docs/hypercalls.md, row by row. */
enum hcall_route hcall_decide(enum hcall_class class, unsigned plugged, unsigned lev,
                              bool problem_state, uint32_t r0, uint32_t r3, uint32_t r4)
{
    if (class == HCALL_HV_HOST || lev > 1) return HCALL_CHIP;
    if (lev == 1) {
        if (plugged & 1u << HCALL_PAPR) return problem_state ? HCALL_DENIED : HCALL_TO_PAPR;
        if (plugged & 1u << HCALL_EV && !problem_state) return HCALL_TO_EV;
        return HCALL_CHIP;
    }
    if (plugged & 1u << HCALL_OSI && r3 == OSI_MAGIC_1 && r4 == OSI_MAGIC_2) return HCALL_TO_OSI;
    if (plugged & 1u << HCALL_EV && !problem_state && r0 == KVM_MAGIC) return HCALL_TO_EV;
    return HCALL_CHIP;
}

static uint32_t gpr(const struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

static int64_t unknown(struct hcall *h, enum hcall_abi abi, uint32_t number, struct ppc_cpu *c)
{
    h->table[abi].unknown++;
    log_once(h->log, LOG_GUEST | LOG_UNIMP, abis[abi].name, number,
             "%s hypercall %#x is not implemented", abis[abi].name, number);
    switch (abi) {
    case HCALL_EV: ppc_set_gpr(c, 4, 0); return EV_UNIMPLEMENTED;
    /* Mac-on-Linux: 0 for numbers of the table, and outside of it r3 stays. */
    case HCALL_OSI: return number < OSI_CALLS ? 0 : (int64_t)ppc_gpr(c, 3);
    /* QEMU's pegasos2 answers -4 here, PAPR machines H_FUNCTION; no client of this machine tells
     * the two apart. */
    default: return H_FUNCTION;
    }
}

static void trace(struct hcall *h, enum hcall_abi abi, const char *name, uint32_t number,
                  const uint32_t arg[4], int64_t result, struct ppc_cpu *c)
{
    log_line(h->log, LOG_HCALL, "hcall: %s %s (%#x) (%#x, %#x, %#x, %#x) = %lld, r4 %#x",
             abis[abi].name, name, number, arg[0], arg[1], arg[2], arg[3],
             (long long)(int32_t)result, gpr(c, 4));
}

static void call(struct hcall *h, enum hcall_abi abi, struct ppc_cpu *c)
{
    uint32_t number = gpr(c, abis[abi].number), arg[4];
    struct slot *s = find(&h->table[abi], number);
    bool traced = log_on(h->log, LOG_HCALL);
    for (unsigned i = 0; traced && i < 4; i++) arg[i] = gpr(c, abis[abi].first + i);
    if (s) s->count++;
    /* KVM writes r4 in any case: 0 when a call has no second result. */
    int64_t result = s ? s->e.fn(s->owner, c) : unknown(h, abi, number, c);
    if (traced) trace(h, abi, s ? s->e.name : "unknown", number, arg, result, c);
    ppc_set_gpr(c, 3, (uint32_t)result);
}

bool hcall_sc(void *ctx, struct ppc_cpu *c, unsigned lev)
{
    struct hcall *h = ctx;
    if (!h->plugged) return false;
    switch (hcall_decide(h->class, h->plugged, lev, ppc_msr(c) & MSR_PR, gpr(c, 0), gpr(c, 3),
                         gpr(c, 4))) {
    case HCALL_TO_PAPR: call(h, HCALL_PAPR, c); return true;
    case HCALL_TO_EV: call(h, HCALL_EV, c); return true;
    case HCALL_TO_OSI: call(h, HCALL_OSI, c); return true;
    case HCALL_DENIED:
        log_once(h->log, LOG_GUEST, "hcall privilege", gpr(c, 3),
                 "hypercall %#x from problem state refused", gpr(c, 3));
        ppc_set_gpr(c, 3, (uint32_t)H_PRIVILEGE);
        return true;
    default: return false;
    }
}

void hcall_each(struct hcall *h, void (*fn)(const struct hcall_entry *e, uint64_t count, void *ctx),
                void *ctx)
{
    for (unsigned a = 0; a < HCALL_ABIS; a++)
        for (size_t i = 0; i < h->table[a].n; i++)
            fn(&h->table[a].slots[i].e, h->table[a].slots[i].count, ctx);
}
