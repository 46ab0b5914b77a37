/*
 * Breakpoints, watchpoints and steps. The machine asks before each instruction (machine.h:
 * debug_stop), so a breakpoint stops before its instruction and needs no change of guest memory; a
 * watchpoint is seen before the access and reported when the instruction has run.
 */
#include "base/bits.h"
#include "frontend/gdb_int.h"

enum { SIGTRAP_NUMBER = 5 };

bool gdb_point_add(struct gdb *g, unsigned kind, uint64_t at, uint64_t len)
{
    if (kind > GDB_WATCH_ANY || g->n_points == GDB_POINTS || (kind >= GDB_WATCH_WRITE && !len)) {
        return false;
    }
    gdb_point_remove(g, kind, at, len); /* inserting twice is inserting once */
    g->point[g->n_points++] = (struct gdb_point){(enum gdb_point_kind)kind, at, len};
    g->n_watches += kind >= GDB_WATCH_WRITE;
    gdb_watch_machine(g);
    return true;
}

bool gdb_point_remove(struct gdb *g, unsigned kind, uint64_t at, uint64_t len)
{
    for (unsigned i = 0; i < g->n_points; i++) {
        struct gdb_point *p = &g->point[i];
        if (p->kind != kind || p->at != at || p->len != len) continue;
        g->n_watches -= kind >= GDB_WATCH_WRITE;
        *p = g->point[--g->n_points];
        g->hit = NULL;
        gdb_watch_machine(g);
        return true;
    }
    return false;
}

void gdb_points_clear(struct gdb *g)
{
    g->n_points = g->n_watches = 0;
    g->hit = NULL;
    g->stepping = false;
    gdb_watch_machine(g);
}

static bool at_breakpoint(const struct gdb *g, uint64_t pc)
{
    for (unsigned i = 0; i < g->n_points; i++)
        if (g->point[i].kind <= GDB_BREAK_HARD && g->point[i].at == pc) return true;
    return false;
}

static bool wants(enum gdb_point_kind kind, const struct gdb_access *a)
{
    return (kind == GDB_WATCH_ANY) || (kind == GDB_WATCH_READ && a->load) ||
           (kind == GDB_WATCH_WRITE && a->store);
}

/* Notes which watchpoint the next instruction will touch. */
static void look_ahead(struct gdb *g, uint64_t pc)
{
    uint8_t b[4];
    struct gdb_access a;
    g->hit = NULL;
    if (debug_read(g->m, false, pc, b, 4) != 4 || !gdb_access(g->m->cpu, get_be32(b), &a)) return;
    for (unsigned i = 0; i < g->n_points; i++) {
        const struct gdb_point *p = &g->point[i];
        if (p->kind < GDB_WATCH_WRITE || !wants(p->kind, &a)) continue;
        if (a.at >= p->at + p->len || p->at >= a.at + a.len) continue;
        g->hit = p;
        g->hit_at = a.at > p->at ? a.at : p->at;
        g->hit_pc = pc;
        return;
    }
}

static bool debug_stop(void *ctx)
{
    struct gdb *g = ctx;
    struct ppc_cpu *c = g->m->cpu;
    uint64_t pc = ppc_pc(c);
    bool moved = ppc_insns(c) != g->start_insns || pc != g->start_pc;
    g->signal = SIGTRAP_NUMBER;
    g->reported.len = 0;
    /* A load or store goes on behind itself; a fault went to its vector and will come back. */
    if (g->hit && pc == g->hit_pc + 4) {
        g->reported = *g->hit;
        g->reported_at = g->hit_at;
        g->hit = NULL;
        return true;
    }
    if (moved && (g->stepping || at_breakpoint(g, pc))) return true;
    if (g->n_watches) look_ahead(g, pc);
    return false;
}

void gdb_watch_machine(struct gdb *g)
{
    bool on = g->attached && (g->stepping || g->n_points);
    g->m->debug_ctx = g;
    g->m->debug_stop = on ? debug_stop : NULL;
}
