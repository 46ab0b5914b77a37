/*
 * info: what the machine is and does.
 */
#include <ctype.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "frontend/monitor_int.h"
#include "frontend/options.h"
#include "frontend/perf.h"
#include "hcall/providers.h"
#include "machines/pci.h"

static uint64_t reg(struct monitor *mon, const char *name)
{
    uint64_t v = 0;
    debug_reg(mon->m, name, &v);
    return v;
}

static uint32_t numbered(struct monitor *mon, const char *fmt, unsigned n)
{
    char name[16];
    snprintf(name, sizeof name, fmt, n);
    return (uint32_t)reg(mon, name);
}

/* --- CPU --- */

static void show_fprs(struct monitor *mon)
{
    char name[8];
    for (unsigned i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "f%u", i);
        if (i % 4 == 0) fprintf(mon->to, "FPR%02u", i);
        fprintf(mon->to, " %016" PRIx64 "%s", reg(mon, name), i % 4 == 3 ? "\n" : "");
    }
    fprintf(mon->to, "FPSCR %08x\n", (unsigned)reg(mon, "fpscr"));
}

static void show_vrs(struct monitor *mon)
{
    uint8_t v[16];
    unsigned bits;
    char name[8];
    for (unsigned i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "v%u", i);
        if (!ppc_reg_get(mon->m->cpu, name, v, &bits)) return;
        fprintf(mon->to, "VR%02u %016" PRIx64 "%016" PRIx64 "%s", i, get_be64(v), get_be64(v + 8),
                i % 2 ? "\n" : "  ");
    }
    fprintf(mon->to, "VSCR %08x VRSAVE %08x\n", (unsigned)reg(mon, "vscr"),
            (unsigned)reg(mon, "vrsave"));
}

static void info_registers(struct monitor *mon, const char *args)
{
    (void)args;
    fprintf(mon->to, "\nCPU#0\n");
    ppc_dump(mon->m->cpu, mon->to);
    fprintf(mon->to, "TB %08x %08x DECR %08x\n", (unsigned)reg(mon, "tbu"),
            (unsigned)reg(mon, "tbl"), (unsigned)reg(mon, "dec"));
    for (unsigned i = 0; i < 4; i++)
        fprintf(mon->to, "SPRG%u %08x%s", i, numbered(mon, "sprg%u", i), i == 3 ? "\n" : "  ");
    show_fprs(mon);
    show_vrs(mon);
}

static void info_cpus(struct monitor *mon, const char *args)
{
    (void)args;
    fprintf(mon->to, "* CPU #0: %s, nip=%#" PRIx64 "%s\n", ppc_model(mon->m->cpu)->name,
            ppc_pc(mon->m->cpu), ppc_idle(mon->m->cpu) ? " (halted)" : "");
}

/* Block address translation: BEPI, block length, BRPN, WIMG and PP (MPC7450UM 5.3). */
static void show_bats(struct monitor *mon, char side)
{
    for (unsigned i = 0; i < 8; i++) {
        char u[8], l[8];
        uint64_t upper, lower;
        snprintf(u, sizeof u, "%cbat%uu", side, i);
        snprintf(l, sizeof l, "%cbat%ul", side, i);
        if (!debug_reg(mon->m, u, &upper) || !debug_reg(mon->m, l, &lower)) return;
        uint32_t bl = (uint32_t)(upper >> 2 & 0x7ff), len = (bl + 1) << 17;
        fprintf(mon->to, "%cBAT%u  U %08x L %08x", side == 'i' ? 'I' : 'D', i, (unsigned)upper,
                (unsigned)lower);
        if (upper & 3) {
            fprintf(mon->to, "  %08x-%08x -> %08x WIMG %x PP %u%s%s",
                    (unsigned)upper & 0xfffe0000u, ((unsigned)upper & 0xfffe0000u) + (len - 1),
                    (unsigned)lower & 0xfffe0000u, (unsigned)lower >> 3 & 15, (unsigned)lower & 3,
                    upper & 2 ? " Vs" : "", upper & 1 ? " Vp" : "");
        }
        fputc('\n', mon->to);
    }
}

static void info_mmu(struct monitor *mon, const char *args)
{
    uint32_t sdr1 = (uint32_t)reg(mon, "sdr1"), msr = (uint32_t)reg(mon, "msr");
    (void)args;
    fprintf(mon->to, "Translation: instructions %s, data %s\n", msr & 0x20 ? "on" : "off",
            msr & 0x10 ? "on" : "off");
    fprintf(mon->to, "SDR1 %08x: page table at %08x, %u KiB\n", sdr1, sdr1 & 0xffff0000u,
            ((sdr1 & 0x1ff) + 1) * 64);
    fprintf(mon->to, "Segment registers:\n");
    for (unsigned i = 0; i < 16; i++) {
        uint32_t sr = numbered(mon, "sr%u", i);
        fprintf(mon->to, "%02u T=%u Ks=%u Kp=%u N=%u VSID=0x%06x\n", i, sr >> 31, sr >> 30 & 1,
                sr >> 29 & 1, sr >> 28 & 1, sr & 0xffffff);
    }
    fprintf(mon->to, "BATs:\n");
    show_bats(mon, 'd');
    show_bats(mon, 'i');
}

struct table {
    uint64_t base, groups;
    uint32_t vsid[16];
};

/* One entry of the hashed page table (MPC7450UM 5.4): where it is says the low page bits. */
static bool show_pte(struct monitor *mon, const struct table *t, uint64_t group, const uint8_t *p)
{
    uint32_t w0 = get_be32(p), w1 = get_be32(p + 4), vsid = w0 >> 7 & 0xffffff;
    if (!(w0 >> 31)) return false;
    if (w0 & 0x40) group = ~group;
    /* hash = VSID ^ page index; the index's high 6 bits are in the entry, 10 come from the hash */
    uint32_t page = ((uint32_t)group ^ vsid) & 0x3ff;
    uint32_t index = (w0 & 0x3f) << 10 | page;
    for (unsigned s = 0; s < 16; s++) {
        if (t->vsid[s] != vsid) continue;
        fprintf(mon->to, "%08x -> %08x  VSID %06x%s WIMG %x %c%c PP %u\n", s << 28 | index << 12,
                w1 & 0xfffff000u, vsid, w0 & 0x40 ? " H" : "  ", w1 >> 3 & 15,
                w1 & 0x100 ? 'R' : '-', w1 & 0x80 ? 'C' : '-', w1 & 3);
        return true;
    }
    return false;
}

/* The TLBs themselves are not architected; what they can hold is the page table. */
static void info_tlb(struct monitor *mon, const char *args)
{
    uint32_t sdr1 = (uint32_t)reg(mon, "sdr1");
    struct table t = {sdr1 & 0xffff0000u, (uint64_t)((sdr1 & 0x1ff) + 1) * 1024, {0}};
    uint8_t group[64];
    unsigned n = 0;
    (void)args;
    for (unsigned i = 0; i < 16; i++) t.vsid[i] = numbered(mon, "sr%u", i) & 0xffffff;
    fprintf(mon->to, "Page table entries that the segment registers reach:\n");
    for (uint64_t g = 0; sdr1 && g < t.groups; g++) {
        if (bus_ram_read(mon->m->bus, t.base + g * 64, group, sizeof group)) break;
        for (unsigned i = 0; i < 64; i += 8) n += show_pte(mon, &t, g, group + i);
    }
    fprintf(mon->to, "%u entries\n", n);
}

/* --- buses --- */

static void show_region(const struct region *r, void *ctx)
{
    struct monitor *mon = ctx;
    if (!region_enabled(r) || !region_len(r)) return;
    fprintf(mon->to, "  %016" PRIx64 "-%016" PRIx64 ": %s%s\n", region_at(r),
            region_at(r) + region_len(r) - 1, region_name(r), region_ram(r) ? " (ram)" : "");
}

static void show_bus(struct monitor *mon, struct bus *b)
{
    fprintf(mon->to, "address-space: %s\n", bus_name(b));
    bus_each(b, show_region, mon);
    fputc('\n', mon->to);
}

static void info_mtree(struct monitor *mon, const char *args)
{
    (void)args;
    show_bus(mon, mon->m->bus);
    for (unsigned i = 0; i < ARRAY_SIZE(mon->m->pci) && mon->m->pci[i]; i++) {
        show_bus(mon, pci_bus_mem(mon->m->pci[i]));
        show_bus(mon, pci_bus_io(mon->m->pci[i]));
    }
}

static const char *class_name(uint16_t class_code)
{
    switch (class_code) {
    case 0x0101: return "IDE controller";
    case 0x0200: return "Ethernet controller";
    case 0x0300: return "VGA controller";
    case 0x0380: return "Display controller";
    case 0x0401: return "Audio controller";
    case 0x0600: return "Host bridge";
    case 0x0601: return "ISA bridge";
    case 0x0604: return "PCI bridge";
    case 0x0780: return "Communication controller";
    case 0x0c03: return "USB controller";
    default: return NULL;
    }
}

static void show_bar(struct monitor *mon, const struct pci_dev *p, unsigned n)
{
    const struct pci_bar *bar = &p->bars[n];
    if (bar->kind == PCI_BAR_NONE || n == 6) return;
    uint32_t v = pci_get32(p, PCI_BAR0 + 4 * n);
    if (bar->kind == PCI_BAR_IO) {
        v &= ~3u;
        fprintf(mon->to, "      BAR%u: I/O at 0x%04x [0x%04x].\n", n, v, v + bar->size - 1);
    } else {
        v &= ~15u;
        fprintf(mon->to, "      BAR%u: 32 bit %smemory at 0x%08x [0x%08x].\n", n,
                bar->kind == PCI_BAR_MEM_PREF ? "prefetchable " : "", v, v + bar->size - 1);
    }
}

static void show_function(struct monitor *mon, unsigned bus, const struct pci_dev *p)
{
    uint16_t class_code = pci_get16(p, PCI_CLASS), subsystem = pci_get16(p, PCI_SUBSYS_VENDOR);
    const char *name = class_name(class_code);
    fprintf(mon->to, "  Bus  %u, device %3u, function %u:\n    ", bus, PCI_DEV(p->devfn),
            PCI_FN(p->devfn));
    if (name) {
        fprintf(mon->to, "%s", name);
    } else {
        fprintf(mon->to, "Class %04x", class_code);
    }
    fprintf(mon->to, ": PCI device %04x:%04x\n", pci_get16(p, PCI_VENDOR_ID),
            pci_get16(p, PCI_DEVICE_ID));
    if (subsystem) {
        fprintf(mon->to, "      PCI subsystem %04x:%04x\n", subsystem,
                pci_get16(p, PCI_SUBSYS_ID));
    }
    if (p->cfg[PCI_INT_PIN]) {
        fprintf(mon->to, "      IRQ %u, pin %c\n", p->cfg[PCI_INT_LINE],
                '@' + (p->cfg[PCI_INT_PIN] & 7));
    }
    for (unsigned n = 0; n < 7; n++) show_bar(mon, p, n);
    fprintf(mon->to, "      id \"%s\"\n", p->dev.label ? p->dev.label : "");
}

/* Each host bridge is a bus 0 of its own; they are numbered as RTAS does. */
static void info_pci(struct monitor *mon, const char *args)
{
    (void)args;
    for (unsigned i = 0; i < ARRAY_SIZE(mon->m->pci) && mon->m->pci[i]; i++) {
        const struct pci_dev *p = NULL;
        while ((p = pci_next(mon->m->pci[i], p))) show_function(mon, i, p);
    }
}

static void show_rom(const struct region *r, void *ctx)
{
    struct monitor *mon = ctx;
    if (!region_ram(r) || r == mon->m->ram) return;
    fprintf(mon->to, "addr=%016" PRIx64 " size=0x%06" PRIx64 " mem=rom name=\"%s\"\n", region_at(r),
            region_len(r), region_name(r));
}

static void info_roms(struct monitor *mon, const char *args)
{
    (void)args;
    bus_each(mon->m->bus, show_rom, mon);
    if (mon->m->firmware) fprintf(mon->to, "firmware: built in (Virtual Open Firmware)\n");
}

/* --- the rest --- */

static void info_block(struct monitor *mon, const char *args)
{
    (void)args;
    for (unsigned i = 0; i < CONFIG_DISKS; i++) {
        char name[24];
        struct block *b = monitor_drive(mon, i, name);
        bool cd = mon->m->cfg->drives[i].media == DRIVE_CDROM;
        if (!b && !cd) continue;
        if (b && b->present) {
            fprintf(mon->to, "%s: %s (raw%s)\n", name, b->name ? b->name : "?",
                    b->read_only ? ", read-only" : "");
        } else {
            fprintf(mon->to, "%s: [not inserted]\n", name);
        }
        fprintf(mon->to, "    Attached to:      ide channel %u, unit %u\n", i / 2, i % 2);
        if (cd) fprintf(mon->to, "    Removable device: not locked, tray closed\n");
        if (b && b->present) {
            fprintf(mon->to, "    Cache mode:       writeback\n    Size:             %" PRIu64 "\n",
                    b->size);
        }
    }
}

static void show_hcall(const struct hcall_entry *e, uint64_t count, void *ctx)
{
    struct monitor *mon = ctx;
    fprintf(mon->to, "  %08x  %-28s %" PRIu64 "\n", e->number, e->name, count);
}

static void info_hypercalls(struct monitor *mon, const char *args)
{
    (void)args;
    fprintf(mon->to, "  number    name                         calls\n");
    hcall_each(mon->m->hcall, show_hcall, mon);
    if (mon->m->hv && mon->m->hv->tree_len) {
        fprintf(mon->to, "device tree kept by h-update-dt: %u bytes (info updated-tree)\n",
                mon->m->hv->tree_len);
    }
    if (mon->m->hv && mon->m->hv->fwnmi.registered) {
        fprintf(mon->to, "ibm,nmi-register: system reset %#x, machine check %#x, area %#x\n",
                mon->m->hv->fwnmi.system_reset, mon->m->hv->fwnmi.machine_check, mon->m->hv->fwnmi.area);
    }
}

static void info_jit(struct monitor *mon, const char *args)
{
    (void)args;
    perf_report(mon->m, mon->to);
}

static void info_opcount(struct monitor *mon, const char *args)
{
    (void)args;
    if (mon->m->cfg->log_mask & LOG_OPS) {
        ppc_profile_print(mon->m->cpu, mon->to);
    } else {
        fprintf(mon->to, "Error: instructions are counted in a run with -d ops only\n");
    }
}

/* The nodes and how many properties each has; the values are in memory for x. */
static void info_updated_tree(struct monitor *mon, const char *args)
{
    const struct hv *hv = mon->m->hv;
    int depth = 0;
    unsigned left = 2000; /* what a guest gives may be long */
    (void)args;
    if (!hv || !hv->tree_len) {
        fprintf(mon->to, "the guest has given no tree (h-update-dt)\n");
        return;
    }
    fprintf(mon->to, "%u bytes\n", hv->tree_len);
    for (int n = fdt_next_node(hv->tree, -1, &depth); n >= 0 && depth > 0;
         n = fdt_next_node(hv->tree, n, &depth)) {
        const char *name = fdt_get_name(hv->tree, n, NULL);
        unsigned props = 0;
        int p;
        if (!left--) {
            fprintf(mon->to, "...\n");
            break;
        }
        fdt_for_each_property_offset(p, hv->tree, n) props++;
        fprintf(mon->to, "%*s", depth < 40 ? 2 * (depth - 1) : 80, "");
        for (const char *s = name && *name ? name : "/"; *s; s++)
            fputc(isprint((unsigned char)*s) ? *s : '?', mon->to);
        fprintf(mon->to, " (%u)\n", props);
    }
}

static void info_display(struct monitor *mon, const char *args)
{
    (void)args;
    mon->hooks.display(mon->hooks.ctx, mon->to);
}

static void info_status(struct monitor *mon, const char *args)
{
    (void)args;
    fprintf(mon->to, "VM status: %s\n", mon->m->halted ? "paused" : "running");
}

static void info_version(struct monitor *mon, const char *args)
{
    (void)args;
    fprintf(mon->to, "ppcemu %s\n", PPCEMU_VERSION);
}

static void info_qtree(struct monitor *mon, const char *args)
{
    (void)args;
    for (const struct device *d = mon->m->devices; d; d = d->next)
        fprintf(mon->to, "dev: %s, id \"%s\"\n", d->type->name, d->label);
}

const struct command monitor_infos[] = {
    {"block", NULL, "", "show the drives", info_block},
    {"cpus", NULL, "", "show the CPU", info_cpus},
    {"display", NULL, "", "show the picture's form, the window's frames and the keyboard's lights",
     info_display},
    {"hypercalls", NULL, "", "show the hypercalls there are, and how often each was made",
     info_hypercalls},
    {"jit", NULL, "", "show what the emulation has done: counters of its slow paths", info_jit},
    {"mmu", NULL, "", "show segment registers and block translation", info_mmu},
    {"mtree", NULL, "", "show the address spaces", info_mtree},
    {"opcount", NULL, "", "show which instructions ran, in which order (with -d ops)", info_opcount},
    {"pci", NULL, "", "show the PCI functions", info_pci},
    {"qtree", NULL, "", "show the devices", info_qtree},
    {"registers", NULL, "", "show the CPU registers", info_registers},
    {"roms", NULL, "", "show ROMs", info_roms},
    {"status", NULL, "", "show whether the machine runs", info_status},
    {"tlb", NULL, "", "show the page table entries in reach", info_tlb},
    {"updated-tree", NULL, "", "show the device tree that the guest gave with h-update-dt",
     info_updated_tree},
    {"version", NULL, "", "show the version", info_version},
    {NULL, NULL, NULL, NULL, NULL},
};
