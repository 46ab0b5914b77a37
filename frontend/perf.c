#include "frontend/perf.h"

#include <inttypes.h>
#include <time.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "machines/pci.h"

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void line(FILE *to, const char *name, uint64_t n)
{
    fprintf(to, "%-28s %14" PRIu64 "\n", name, n);
}

/* PEM table 6-2, MPC7450UM table 4-2. */
static const char *const vectors[32] = {
    [0x1] = "system reset", [0x2] = "machine check", [0x3] = "data storage",
    [0x4] = "instruction storage", [0x5] = "external", [0x6] = "alignment", [0x7] = "program",
    [0x8] = "floating-point unavailable", [0x9] = "decrementer", [0xc] = "system call",
    [0xd] = "trace", [0xf] = "AltiVec, performance", [0x13] = "instruction address breakpoint",
    [0x14] = "system management", [0x16] = "AltiVec assist",
};

static void exceptions(const struct ppc_counters *c, FILE *to)
{
    for (unsigned v = 0; v < ARRAY_SIZE(c->exceptions); v++) {
        char name[64];
        if (!c->exceptions[v]) continue;
        snprintf(name, sizeof name, "  %04x %s", v << 8, vectors[v] ? vectors[v] : "other");
        line(to, name, c->exceptions[v]);
    }
}

static void region(const struct region *r, void *ctx)
{
    char name[64];
    if (!region_accesses(r)) return;
    snprintf(name, sizeof name, "  %s", region_name(r));
    line(ctx, name, region_accesses(r));
}

/* Devices sit on the CPU's bus and on the PCI buses that show in it. */
static void devices(struct machine *m, FILE *to)
{
    bus_each(m->bus, region, to);
    for (unsigned i = 0; i < ARRAY_SIZE(m->pci) && m->pci[i]; i++) {
        bus_each(pci_bus_mem(m->pci[i]), region, to);
        bus_each(pci_bus_io(m->pci[i]), region, to);
    }
}

void perf_report(struct machine *m, FILE *to)
{
    const struct ppc_counters *c = ppc_counters(m->cpu);
    uint64_t insns = ppc_insns(m->cpu) - m->perf.insns;
    double cpu = cpu_seconds() - m->perf.cpu_seconds;
    line(to, "instructions", insns);
    fprintf(to, "%-28s %14.3f\n", "CPU seconds", cpu);
    fprintf(to, "%-28s %14.1f\n", "MIPS", cpu > 0 ? (double)insns / cpu / 1e6 : 0);
    line(to, "data TLB misses", c->data_fills);
    line(to, "fetch TLB misses", c->fetch_fills);
    line(to, "decoded slots", c->decoded);
    line(to, "code pages dropped", c->dropped_pages);
    line(to, "code lines dropped", c->dropped_lines);
    line(to, "code cache flushes", c->flushes);
    line(to, "idle loops rested in", c->rests);
    fprintf(to, "exceptions by vector\n");
    exceptions(c, to);
    fprintf(to, "accesses to devices\n");
    devices(m, to);
}

void perf_reset(struct machine *m)
{
    ppc_counters_reset(m->cpu);
    ppc_profile_reset(m->cpu);
    m->perf.insns = ppc_insns(m->cpu);
    m->perf.cpu_seconds = cpu_seconds();
}
