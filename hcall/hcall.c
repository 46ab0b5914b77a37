/*
 * Registry of hypercalls. Entries are kept sorted by number, so that a call is a binary search
 * and listings come out in order.
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

struct hcall {
    struct log *log;
    struct slot *slots;
    size_t n;
    uint64_t unknown; /* calls with a number nobody registered */
};

struct hcall *hcall_new(struct log *log)
{
    struct hcall *h = xcalloc(1, sizeof *h);
    h->log = log;
    return h;
}

void hcall_free(struct hcall *h)
{
    if (!h) return;
    free(h->slots);
    free(h);
}

/* The first slot whose number is not below `number`. */
static size_t lower_bound(const struct hcall *h, uint32_t number)
{
    size_t lo = 0, hi = h->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (h->slots[mid].e.number < number) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static struct slot *find(const struct hcall *h, uint32_t number)
{
    size_t i = lower_bound(h, number);
    return i < h->n && h->slots[i].e.number == number ? &h->slots[i] : NULL;
}

int hcall_register(struct hcall *h, const struct hcall_entry *e, size_t n, void *owner,
                   struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct slot *taken = find(h, e[i].number);
        const char *by = taken ? taken->e.name : NULL;
        for (size_t j = 0; j < i && !by; j++)
            if (e[j].number == e[i].number) by = e[j].name;
        if (by) {
            return error_set(err, EEXIST, "hypercall %#x (%s) is already taken by %s", e[i].number,
                             e[i].name, by);
        }
    }
    h->slots = xrealloc(h->slots, (h->n + n) * sizeof *h->slots);
    for (size_t i = 0; i < n; i++) {
        size_t at = lower_bound(h, e[i].number);
        memmove(h->slots + at + 1, h->slots + at, (h->n - at) * sizeof *h->slots);
        h->slots[at] = (struct slot){.e = e[i], .owner = owner};
        h->n++;
    }
    return 0;
}

static void answer(struct ppc_cpu *c, int64_t r3)
{
    ppc_set_gpr(c, 3, (uint32_t)r3);
}

bool hcall_sc(void *ctx, struct ppc_cpu *c, unsigned lev)
{
    struct hcall *h = ctx;
    if (lev != 1 || !h->n) return false;
    uint32_t number = (uint32_t)ppc_gpr(c, 3);
    if (ppc_msr(c) & MSR_PR) {
        log_once(h->log, LOG_GUEST, "hcall privilege", number,
                 "hypercall %#x from problem state refused", number);
        answer(c, H_PRIVILEGE);
        return true;
    }
    struct slot *s = find(h, number);
    if (!s) {
        h->unknown++;
        log_once(h->log, LOG_GUEST | LOG_UNIMP, "hcall unknown", number,
                 "hypercall %#x is not implemented", number);
        /* QEMU's pegasos2 answers -1 here (facts 4.3), PAPR machines H_FUNCTION; no client of
         * this machine tells the two apart. */
        answer(c, H_FUNCTION);
        return true;
    }
    s->count++;
    answer(c, s->e.fn(s->owner, c));
    return true;
}

void hcall_each(struct hcall *h, void (*fn)(const struct hcall_entry *e, uint64_t count, void *ctx),
                void *ctx)
{
    for (size_t i = 0; i < h->n; i++)
        fn(&h->slots[i].e, h->slots[i].count, ctx);
}
