/*
 * Breakpoints, watchpoints and steps. Points are the CPU's (ppc_set_debug), which costs a run nothing
 * where none is; the machine asks before each instruction (machine.h: debug_stop) only while GDB steps,
 * and for the first instruction of a run, which may stand on a breakpoint.
 */
#include "base/bits.h"
#include "frontend/gdb_int.h"

enum { SIGTRAP_NUMBER = 5 };

static struct ppc_debug_point make_point(unsigned kind, uint64_t at, uint64_t len)
{
    return (struct ppc_debug_point){
        .at = at,
        .len = len,
        .exec = kind <= GDB_BREAK_HARD,
        .load = kind == GDB_WATCH_READ || kind == GDB_WATCH_ANY,
        .store = kind == GDB_WATCH_WRITE || kind == GDB_WATCH_ANY,
    };
}

/* After a change of the points. */
static void tell_cpu(struct gdb *g)
{
    g->points.hit = NULL;
    ppc_set_debug(g->m->cpu, g->attached && g->points.n ? &g->points : NULL);
}

bool gdb_point_add(struct gdb *g, unsigned kind, uint64_t at, uint64_t len)
{
    if (kind > GDB_WATCH_ANY || g->points.n == PPC_DEBUG_POINTS) return false;
    if (kind >= GDB_WATCH_WRITE && !len) return false;
    gdb_point_remove(g, kind, at, len); /* inserting twice is inserting once */
    g->kind[g->points.n] = (uint8_t)kind;
    g->points.point[g->points.n++] = make_point(kind, at, len);
    tell_cpu(g);
    return true;
}

bool gdb_point_remove(struct gdb *g, unsigned kind, uint64_t at, uint64_t len)
{
    for (unsigned i = 0; i < g->points.n; i++) {
        struct ppc_debug_point *p = &g->points.point[i];
        if (g->kind[i] != kind || p->at != at || p->len != len) continue;
        unsigned last = --g->points.n;
        *p = g->points.point[last];
        g->kind[i] = g->kind[last];
        tell_cpu(g);
        return true;
    }
    return false;
}

void gdb_points_clear(struct gdb *g)
{
    g->points.n = 0;
    g->stepping = false;
    tell_cpu(g);
    gdb_watch_machine(g);
}

void gdb_points_report(struct gdb *g)
{
    g->reported = 0;
    if (!g->points.hit) return;
    g->reported = g->kind[g->points.hit - g->points.point];
    g->reported_at = g->points.hit_at;
    g->points.hit = NULL;
}

/* Before the second instruction of a run: a step is done, anything else runs on by itself. */
static bool debug_stop(void *ctx)
{
    struct gdb *g = ctx;
    struct ppc_cpu *c = g->m->cpu;
    g->signal = SIGTRAP_NUMBER;
    if (ppc_insns(c) == g->start_insns && ppc_pc(c) == g->start_pc) return false;
    if (g->stepping) return true;
    g->m->debug_stop = NULL;
    return false;
}

void gdb_watch_machine(struct gdb *g)
{
    bool on = g->attached && g->running && (g->stepping || g->points.n);
    g->m->debug_ctx = g;
    g->m->debug_stop = on ? debug_stop : NULL;
}
