#include "cpu/debug.h"

#include "cpu/codecache.h"
#include "cpu/core_fns.h"

bool debug_breaks_slot(const struct ppc_cpu *c, unsigned index)
{
    const struct ppc_debug *d = c->debug;
    for (unsigned i = 0; i < d->n; i++)
        if (d->point[i].exec && (d->point[i].at & PAGE_MASK) / 4 == index) return true;
    return false;
}

bool debug_stops_at(const struct ppc_cpu *c, ureg pc)
{
    const struct ppc_debug *d = c->debug;
    for (unsigned i = 0; d && !c->stepping && i < d->n; i++)
        if (d->point[i].exec && (ureg)d->point[i].at == pc) return true;
    return false;
}

enum sem debug_stop(struct ppc_cpu *c)
{
    c->npc = c->pc;
    c->left++; /* nothing has run */
    c->kick |= KICK_DEBUG;
    return SEM_BRANCH;
}

/* Do [a, a+a_len) and [b, b+b_len) touch? Neither is empty; ends beyond the address space are cut. */
static bool touch(ureg a, uint64_t a_len, ureg b, uint64_t b_len)
{
    return (ureg)(b - a) < a_len || (ureg)(a - b) < b_len;
}

bool debug_watches_page(const struct ppc_cpu *c, ureg ea)
{
    const struct ppc_debug *d = c->debug;
    ureg page = ea & ~(ureg)PAGE_MASK;
    for (unsigned i = 0; i < d->n; i++) {
        const struct ppc_debug_point *p = &d->point[i];
        if ((p->load || p->store) && touch(page, PAGE_SIZE, (ureg)p->at, p->len)) return true;
    }
    return false;
}

void debug_access(struct ppc_cpu *c, ureg ea, unsigned len, enum access access)
{
    struct ppc_debug *d = c->debug;
    for (unsigned i = 0; i < d->n && !d->hit; i++) {
        const struct ppc_debug_point *p = &d->point[i];
        if (!(access == ACCESS_STORE ? p->store : p->load)) continue;
        if (!touch(ea, len, (ureg)p->at, p->len)) continue;
        d->hit = p;
        d->hit_at = (ureg)(p->at - ea) < len ? p->at : ea;
        c->kick |= KICK_DEBUG;
    }
}

void core_set_debug(struct ppc_cpu *c, struct ppc_debug *d)
{
    c->debug = d;
    codecache_flush(c);
    mmu_flush_all(c);
}
