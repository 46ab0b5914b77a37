/*
 * Genesi/bplan Pegasos II: parts, wires, what its firmware leaves behind, and its device tree.
 * Facts sections 1 and 5.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/dev/bochs_display.h"
#include "machines/dev/i8259.h"
#include "machines/dev/mv64361.h"
#include "machines/dev/vt8231.h"
#include "machines/fdtw.h"
#include "machines/machine.h"
#include "machines/pci.h"

#define BUS_HZ 133333333u
#define TB_HZ 33333333u

#define ROM_AT 0xfff00000u
#define ROM_LEN 0x100000u
#define FLASH_LEN 0x80000u

#define BRIDGE_SLOT 12
#define VGA_SLOT 1
#define GPP_INTA 12 /* pins 12-15 */
#define ELCR 0x0200 /* IRQ 9 level: all PCI interrupts share it (UNVERIFIED: a sensible default) */

struct pegasos2 {
    struct mv64361 *north;
    struct vt8231 *south;
    struct ppc_cpu *cpu;
    uint8_t intx; /* bit bus * 4 + line */
    uint8_t ext;  /* bit of who asks for an external interrupt: north bridge, hypercall devices */
};

/* Wires */

static void cpu_int(void *board, unsigned n, bool level)
{
    struct pegasos2 *b = board;
    uint8_t bit = (uint8_t)(1u << n);
    b->ext = level ? b->ext | bit : b->ext & (uint8_t)~bit;
    ppc_set_line(b->cpu, PPC_LINE_EXT, b->ext);
}

static void south_intr(void *board, unsigned n, bool level)
{
    struct pegasos2 *b = board;
    mv64361_gpp_set(b->north, n, level);
}

/* INTA-D of both buses are one line each, seen by the north bridge and by the south bridge. */
static void pci_intx(void *board, unsigned n, bool level)
{
    struct pegasos2 *b = board;
    uint8_t bit = (uint8_t)(1u << n);
    unsigned line = n & 3;
    b->intx = level ? b->intx | bit : b->intx & (uint8_t)~bit;
    bool any = b->intx & 0x11u << line;
    if (b->north) mv64361_gpp_set(b->north, GPP_INTA + line, any);
    if (b->south) vt8231_pirq(b->south, line, any);
}

static int load_rom(struct machine *m, struct error *err)
{
    const char *name = m->cfg->bios;
    struct region *rom;
    int r = bus_add_ram(m->bus, "rom", ROM_AT, ROM_LEN, RAM_ROM, &rom, err);
    if (r) return r;
    FILE *f = fopen(name, "rb");
    if (!f) return error_set(err, errno, "cannot open firmware %s: %s", name, strerror(errno));
    uint8_t *to = region_ram(rom);
    size_t len = fread(to, 1, ROM_LEN, f);
    bool more = len == ROM_LEN && fgetc(f) != EOF, bad = ferror(f);
    fclose(f);
    if (bad) return error_set(err, EIO, "cannot read firmware %s", name);
    if (more) return error_set(err, EFBIG, "firmware %s is larger than 1 MiB", name);
    if (len < 0x200) return error_set(err, EINVAL, "firmware %s has only %zu bytes", name, len);
    /* A 512 KiB flash chip appears twice in the megabyte of its chip select. */
    if (len <= FLASH_LEN) memcpy(to + FLASH_LEN, to, FLASH_LEN);
    return 0;
}

static int init(struct machine *m, struct error *err)
{
    struct pegasos2 *b = m->board = xcalloc(1, sizeof *b);
    b->cpu = m->cpu;
    m->hv_irq = (struct irq){cpu_int, b, 1};
    struct mv64361_wires wires = {.cpu_int = {cpu_int, b, 0}};
    for (unsigned n = 0; n < 8; n++) wires.intx[n / 4][n % 4] = (struct irq){pci_intx, b, n};
    b->north = mv64361_new(m, "mv64361", &wires, BUS_HZ, err);
    if (!b->north) return -EINVAL;
    struct pci_bus *slots = mv64361_pci(b->north, 1);
    m->pci[0] = slots; /* RTAS and the device tree count the other way round */
    m->pci[1] = mv64361_pci(b->north, 0);
    struct irq intr = {south_intr, b, MV_GPP_INTR};
    b->south = vt8231_new(m, slots, BRIDGE_SLOT, intr, err);
    if (!b->south) return -EINVAL;
    mv64361_set_inta(b->north, 1, vt8231_inta, b->south);
    if (m->cfg->vga) {
        m->display = bochs_display_new(m, "vga", slots, PCI_DEVFN(VGA_SLOT, 0), err);
        if (!m->display) return -EINVAL;
    }
    return m->cfg->bios ? load_rom(m, err) : 0;
}

/* State that the firmware leaves for its clients, in the order it is written (facts 1.7). A reset
 * of a PCI function clears its Interrupt Line, so this runs at every reset. */
enum { NORTH, PCI0, PCI1, SUPERIO };

static const struct step {
    uint8_t where;
    uint8_t devfn; /* PCI: device and function */
    uint8_t size;
    uint16_t reg;
    uint32_t value;
} steps[] = {
    {NORTH, 0, 4, 0x000, 0x028020ff},  /* CPU configuration */
    {NORTH, 0, 4, 0x278, 0x000a31fc},  /* windows: PCI0 I/O, mem 0, 1; PCI1 I/O, mem 0, 1, 3 */
    {NORTH, 0, 4, 0xf300, 0x11ff0400}, /* GPP interrupts are levels */
    {NORTH, 0, 4, 0xf10c, 0x80000000}, /* GPP31, the i8259's INTR */
    {NORTH, 0, 4, 0x01c, 0x08000000},  /* to CPU 0: GPP 24-31 */
    {PCI0, PCI_DEVFN(0, 0), 2, PCI_COMMAND, 7},
    {PCI1, PCI_DEVFN(0, 0), 2, PCI_COMMAND, 7},
#define SOUTH(fn, reg, size, value) {PCI1, PCI_DEVFN(BRIDGE_SLOT, fn), size, reg, value}
    SOUTH(0, PCI_INT_LINE, 2, 0x0009), SOUTH(0, 0x50, 1, 0x06),
    {SUPERIO, 0, 1, 0xf4, 0xbe}, /* serial port 2F8 */
    {SUPERIO, 0, 1, 0xf6, 0xef}, /* parallel port 3BC */
    {SUPERIO, 0, 1, 0xf7, 0xfc}, /* floppy 3F0 */
    {SUPERIO, 0, 1, 0xf2, 0x14}, /* serial and floppy on, parallel SPP */
    SOUTH(0, 0x50, 1, 0x02),
    SOUTH(0, 0x55, 1, 0x90), SOUTH(0, 0x56, 1, 0x99), SOUTH(0, 0x57, 1, 0x90), /* PIRQ -> 9 */
    SOUTH(1, PCI_INT_LINE, 2, 0x0109), SOUTH(1, PCI_CLASS_PROG, 1, 0x0f), SOUTH(1, 0x40, 1, 0x0b),
    SOUTH(1, 0x50, 4, 0x17171717), SOUTH(1, PCI_COMMAND, 2, 0x0087),
    SOUTH(2, PCI_INT_LINE, 2, 0x0409), SOUTH(2, PCI_COMMAND, 2, 7),
    SOUTH(3, PCI_INT_LINE, 2, 0x0409), SOUTH(3, PCI_COMMAND, 2, 7),
    SOUTH(4, PCI_INT_LINE, 2, 0x0009),
    SOUTH(4, 0x48, 4, 0x00000f00), SOUTH(4, 0x40, 4, 0x00558020), /* ACPI block at F00 */
    SOUTH(4, 0x90, 4, 0x00000d00),                                /* SMBus at D00 */
    SOUTH(5, PCI_INT_LINE, 2, 0x0309), SOUTH(6, PCI_INT_LINE, 2, 0x0309),
    /* The graphics card, when there is one, at the start of the bus's memory. */
    {PCI1, PCI_DEVFN(VGA_SLOT, 0), 4, PCI_BAR0, 0x80000000},
    {PCI1, PCI_DEVFN(VGA_SLOT, 0), 4, PCI_BAR0 + 8, 0x81000000},
    {PCI1, PCI_DEVFN(VGA_SLOT, 0), 2, PCI_COMMAND, 3},
#undef SOUTH
};

static void apply(struct machine *m, const struct step *s)
{
    struct pegasos2 *b = m->board;
    struct bus *io = pci_bus_io(m->pci[0]);
    switch (s->where) {
    case NORTH: mv64361_write(b->north, s->reg, s->value); break;
    case PCI0: pci_cfg_write(m->pci[1], 0, s->devfn, s->reg, s->size, s->value); break;
    case PCI1: pci_cfg_write(m->pci[0], 0, s->devfn, s->reg, s->size, s->value); break;
    default:
        bus_write(io, 0x3f0, 1, s->reg);
        bus_write(io, 0x3f1, 1, s->value);
        break;
    }
}

static void reset(struct machine *m)
{
    struct pegasos2 *b = m->board;
    if (m->cfg->bios) return; /* real firmware starts from the chips' own state */
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) apply(m, &steps[i]);
    mv64361_write(b->north, 0x008, 0); /* DRAM chip select 0 holds all of it */
    mv64361_write(b->north, 0x010, (uint32_t)(region_len(m->ram) >> 16) - 1);
    /* Linux since 5.13 loses its own PIC set-up because it comes before the I/O space is mapped. */
    i8259_firmware_setup(vt8231_pic(b->south), ELCR);
}

/* Device tree */

static void tree_pci(struct machine *m, unsigned bridge, struct fdtw *w)
{
    static const struct {
        const char *name;
        uint32_t mem, mem_len, io, clock;
    } hosts[2] = {
        {"pci@80000000", 0x80000000, 0x40000000, 0xfe000000, 33333333},
        {"pci@c0000000", 0xc0000000, 0x20000000, 0xf8000000, 66666666},
    };
    uint32_t mem = hosts[bridge].mem, mem_len = hosts[bridge].mem_len;
    fdtw_begin(w, hosts[bridge].name);
    fdtw_str(w, "device_type", "pci");
    fdtw_u32(w, "#address-cells", 3);
    fdtw_u32(w, "#size-cells", 2);
    fdtw_cellv(w, "ranges", 0x01000000, 0, 0, hosts[bridge].io, 0, 0x10000, /* ports */
               0x02000000, 0, mem, mem, 0, mem_len);
    if (bridge == 0) fdtw_u32(w, "8259-interrupt-acknowledge", 0xf1000cb4);
    fdtw_cellv(w, "reg", mem, mem_len);
    fdtw_u32(w, "pci-bridge-number", bridge);
    fdtw_cellv(w, "bus-range", 0, 0);
    fdtw_u32(w, "clock-frequency", hosts[bridge].clock);
    pci_fdt(m->pci[bridge], w);
    fdtw_end(w);
}

static void tree_cpu_caches(const struct ppc_model *c, struct fdtw *w)
{
    uint32_t sets = c->line_size ? c->l1_size / c->line_size / 8 : 0; /* all have eight ways */
    fdtw_u32(w, "tlb-size", c->tlb_entries);
    fdtw_u32(w, "tlb-sets", c->tlb_ways);
    fdtw_str(w, "tlb-split", "");
    fdtw_u32(w, "i-tlb-size", c->tlb_entries);
    fdtw_u32(w, "i-tlb-sets", c->tlb_ways);
    fdtw_u32(w, "d-tlb-size", c->tlb_entries);
    fdtw_u32(w, "d-tlb-sets", c->tlb_ways);
    fdtw_u32(w, "i-cache-size", c->l1_size);
    fdtw_u32(w, "i-cache-sets", sets);
    fdtw_u32(w, "i-cache-line-size", c->line_size);
    fdtw_u32(w, "i-cache-block-size", c->line_size);
    fdtw_u32(w, "d-cache-size", c->l1_size);
    fdtw_u32(w, "d-cache-sets", sets);
    fdtw_u32(w, "d-cache-line-size", c->line_size);
    fdtw_u32(w, "d-cache-block-size", c->line_size);
    fdtw_u32(w, "l2cr", 0); /* off: guests switch it on */
}

static void tree_cpu(struct machine *m, struct fdtw *w)
{
    const struct ppc_model *c = ppc_model(m->cpu);
    /* The G4 card runs at 7.5 times the bus, the G3 card at 4.5 times. */
    uint32_t hz = (uint32_t)((uint64_t)BUS_HZ * (c->features & PPC_F_750 ? 9 : 15) / 2);
    fdtw_begin(w, "cpus");
    fdtw_u32(w, "#address-cells", 1);
    fdtw_u32(w, "#size-cells", 0);
    fdtw_u32(w, "#cpus", 1);
    fdtw_begin(w, c->of_name);
    fdtw_str(w, "device_type", "cpu");
    fdtw_u32(w, "reg", 0); /* one cell: Linux takes two for a second thread (facts 0.1) */
    fdtw_u32(w, "cpu-version", c->pvr);
    fdtw_u32(w, "clock-frequency", hz);
    fdtw_u32(w, "bus-frequency", BUS_HZ);
    fdtw_u32(w, "timebase-frequency", TB_HZ);
    fdtw_u32(w, "reservation-granule-size", c->line_size);
    static const char *const flags[] = {"graphics", "performance-monitor", "general-purpose",
                                        "external-control", "data-streams"};
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) fdtw_str(w, flags[i], "");
    if (c->features & PPC_F_ALTIVEC) fdtw_str(w, "altivec", "");
    fdtw_str(w, "state", "running");
    tree_cpu_caches(c, w);
    fdtw_end(w);
    fdtw_end(w);
}

static void tree_rtas(struct machine *m, struct fdtw *w)
{
    static const struct {
        const char *name;
        uint32_t token;
    } calls[] = {
        {"restart-rtas", 0}, {"nvram-fetch", 1}, {"nvram-store", 2}, {"get-time-of-day", 3},
        {"set-time-of-day", 4}, {"event-scan", 6},
        {"check-execption", 7}, /* as the real firmware spells it */
        {"read-pci-config", 8}, {"write-pci-config", 9}, {"display-character", 10},
        {"set-indicator", 11}, {"power-off", 17}, {"suspend", 18}, {"hibernate", 19},
        {"system-reboot", 20},
    };
    fdtw_begin(w, "rtas");
    fdtw_u32(w, "rtas-version", 1);
    bool fwnmi = m->hv && m->hv->on & HV_PAPR;
    fdtw_u32(w, "rtas-size", fwnmi ? FWNMI_LEN : 20);
    fdtw_u32(w, "rtas-display-device", 0);
    fdtw_u32(w, "rtas-event-scan-rate", 0);
    fdtw_u32(w, "rtas-error-log-max", 0);
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++) fdtw_u32(w, calls[i].name, calls[i].token);
    if (fwnmi) {
        fdtw_u32(w, "ibm,nmi-register", 21);
        fdtw_u32(w, "ibm,nmi-interlock", 22);
    }
    fdtw_end(w);
}

static void tree(struct machine *m, struct fdtw *w)
{
    uint32_t ram = (uint32_t)region_len(m->ram);
    fdtw_str(w, "name", "bplan,Pegasos2");
    fdtw_u32(w, "#address-cells", 1); /* and no #size-cells, as on the real one */
    fdtw_str(w, "device_type", "chrp");
    fdtw_str(w, "model", "Pegasos2");
    fdtw_str(w, "revision", "2B");
    fdtw_str(w, "CODEGEN,vendor", "bplan GmbH");
    fdtw_str(w, "CODEGEN,board", "Pegasos2");
    fdtw_str(w, "CODEGEN,description", "Pegasos CHRP PowerPC System");
    fdtw_begin(w, "openprom");
    fdtw_str(w, "model", "Pegasos2,1.1");
    fdtw_end(w);
    fdtw_begin(w, "memory@0");
    fdtw_str(w, "device_type", "memory");
    fdtw_cellv(w, "reg", 0, ram);
    fdtw_end(w);
    tree_cpu(m, w);
    tree_rtas(m, w);
    tree_pci(m, 0, w);
    tree_pci(m, 1, w);
    hv_fdt(m->hv, w);
    fdtw_begin(w, "failsafe");
    fdtw_str(w, "device_type", "serial");
    fdtw_end(w);
}

static const char *const cpus[] = {"7457", "7447a", "7455", "7450", "7410", "7400",
                                   "750cxe", "750fx", NULL};
static const char *const aliases[] = {"pegasos", NULL};

extern const struct machine_type pegasos2_machine;
const struct machine_type pegasos2_machine = {
    .name = "pegasos2",
    .about = "Genesi/bplan Pegasos II",
    .aliases = aliases,
    .default_cpu = "7457",
    .cpus = cpus,
    .default_ram = 512u << 20,
    .min_ram = 32u << 20,
    .max_ram = UINT64_C(2048) << 20,
    .bus_hz = BUS_HZ,
    .tb_hz = TB_HZ,
    .init = init,
    .reset = reset,
    .tree = tree,
};
