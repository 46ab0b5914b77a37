#include "machines/pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "machines/fdtw.h"

#define PCI_IO_SIZE 0x10000u    /* no device of ours decodes I/O addresses above 64 KiB */
#define CMD_WRITABLE 0x0157     /* IO, MEM, MASTER, MWI, parity, SERR (PCI 2.2 6.2.2) */
#define STATUS_W1C 0xf900       /* error bits: a one clears (PCI 2.2 6.2.3) */
#define BAR_PRIO 1              /* positive decode wins over the subtractive ISA side */
#define ROM_BAR 6

struct pci_bus {
    char *name;
    struct bus *mem, *io, *dma;
    struct irq intx[4];
    unsigned asserted[4]; /* functions that pull this line */
    bool pulls[256];      /* by devfn */
    struct pci_dev *devs[256];
    struct log *log;
};

struct pci_bus *pci_bus_new(const char *name, struct bus *mem, struct bus *io, struct bus *dma,
                            const struct irq intx[4], struct log *log)
{
    struct pci_bus *b = xcalloc(1, sizeof *b);
    b->name = xstrdup(name);
    b->mem = mem;
    b->io = io;
    b->dma = dma;
    b->log = log;
    if (intx) memcpy(b->intx, intx, sizeof b->intx);
    return b;
}

void pci_bus_free(struct pci_bus *b)
{
    if (!b) return;
    free(b->name);
    free(b);
}

struct bus *pci_bus_mem(struct pci_bus *b) { return b->mem; }
struct bus *pci_bus_io(struct pci_bus *b) { return b->io; }
const char *pci_bus_name(const struct pci_bus *b) { return b->name; }

static unsigned bar_reg(unsigned n) { return n == ROM_BAR ? PCI_ROM : PCI_BAR0 + 4 * n; }

int pci_add(struct pci_bus *b, struct pci_dev *p, uint8_t devfn, uint16_t vendor, uint16_t device,
            uint32_t class_code, uint8_t revision, uint8_t int_pin, struct error *err)
{
    if (b->devs[devfn]) {
        return error_set(err, EBUSY, "%s already has a function at %02x.%x", b->name,
                         PCI_DEV(devfn), PCI_FN(devfn));
    }
    b->devs[devfn] = p;
    p->bus = b;
    p->devfn = devfn;
    pci_set16(p, PCI_VENDOR_ID, vendor);
    pci_set16(p, PCI_DEVICE_ID, device);
    pci_set32(p, PCI_REVISION, class_code << 8 | revision);
    p->cfg[PCI_INT_PIN] = int_pin;
    /* A later function makes function 0 multifunction; function 0 itself cannot know yet. */
    struct pci_dev *fn0 = b->devs[devfn & ~7u];
    if (PCI_FN(devfn) && fn0) fn0->cfg[PCI_HEADER_TYPE] |= 0x80;
    put_le16(p->wmask + PCI_COMMAND, CMD_WRITABLE);
    put_le16(p->w1c + PCI_STATUS, STATUS_W1C);
    p->wmask[PCI_CACHE_LINE] = 0xff;
    p->wmask[PCI_LATENCY] = 0xff;
    p->wmask[PCI_INT_LINE] = 0xff;
    return 0;
}

static void declare_bar(struct pci_dev *p, unsigned n, enum pci_bar_kind kind, uint32_t size,
                        struct region *region)
{
    struct pci_bar *bar = &p->bars[n];
    unsigned reg = bar_reg(n);
    bool io = kind == PCI_BAR_IO;
    bar->kind = kind;
    bar->size = size;
    bar->region = region;
    region_set(region, 0, size, false);
    uint32_t mask = ~(size - 1);
    if (n == ROM_BAR) mask |= 1;
    put_le32(p->wmask + reg, mask);
    pci_set32(p, reg, io ? 1 : kind == PCI_BAR_MEM_PREF ? 8 : 0);
}

void pci_add_bar(struct pci_dev *p, unsigned n, enum pci_bar_kind kind, uint32_t size,
                 const struct mmio_ops *ops, void *dev)
{
    bool io = kind == PCI_BAR_IO;
    declare_bar(p, n, kind, size,
                bus_add_mmio(io ? p->bus->io : p->bus->mem, 0, size, BAR_PRIO, ops, dev));
}

struct region *pci_add_ram_bar(struct pci_dev *p, unsigned n, enum pci_bar_kind kind, uint32_t size,
                               const char *name, struct error *err)
{
    struct region *r = NULL;
    if (bus_add_ram(p->bus->mem, name, 0, size, RAM_RW, &r, err)) return NULL;
    declare_bar(p, n, kind, size, r);
    return r;
}

static void update_bar(struct pci_dev *p, unsigned n)
{
    struct pci_bar *bar = &p->bars[n];
    if (bar->kind == PCI_BAR_NONE || !bar->region) return;
    bool io = bar->kind == PCI_BAR_IO;
    uint32_t v = pci_get32(p, bar_reg(n));
    uint32_t at = v & ~(bar->size - 1);
    bool on = p->cfg[PCI_COMMAND] & (io ? PCI_CMD_IO : PCI_CMD_MEM);
    /* An address register still at 0 is one nobody has set, and FFFFxxxx one being sized: neither
     * may hide the legacy ports. */
    on = on && at && (!io || at < PCI_IO_SIZE) && (n != ROM_BAR || v & 1);
    region_set(bar->region, at, bar->size, on);
}

void pci_update_bars(struct pci_dev *p)
{
    for (unsigned n = 0; n <= ROM_BAR; n++) update_bar(p, n);
}

void pci_reset_dev(struct pci_dev *p)
{
    pci_set16(p, PCI_COMMAND, 0);
    pci_set16(p, PCI_STATUS, get_le16(p->cfg + PCI_STATUS) & (uint16_t)~STATUS_W1C);
    p->cfg[PCI_CACHE_LINE] = 0;
    p->cfg[PCI_LATENCY] = 0;
    p->cfg[PCI_INT_LINE] = 0;
    for (unsigned n = 0; n <= ROM_BAR; n++) {
        if (p->bars[n].kind == PCI_BAR_NONE) continue;
        pci_set32(p, bar_reg(n), pci_get32(p, bar_reg(n)) & ~get_le32(p->wmask + bar_reg(n)));
    }
    pci_update_bars(p);
    pci_irq(p, false);
}

static struct pci_dev *function_at(struct pci_bus *b, unsigned bus_no, unsigned devfn)
{
    return bus_no == 0 && devfn < 256 ? b->devs[devfn] : NULL;
}

/* Cuts an access at the end of its dword; a guest can ask for anything. */
static unsigned lane_size(unsigned reg, unsigned size)
{
    unsigned room = 4 - (reg & 3);
    return size < room ? size : room;
}

uint32_t pci_cfg_read(struct pci_bus *b, unsigned bus_no, unsigned devfn, unsigned reg,
                      unsigned size)
{
    struct pci_dev *p = function_at(b, bus_no, devfn);
    reg &= 0xff;
    uint32_t ones = size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1;
    if (!p) return ones; /* master abort */
    size = lane_size(reg, size);
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++) v |= (uint32_t)p->cfg[reg + i] << 8 * i;
    return (p->cfg_read ? p->cfg_read(p, reg, size, v) : v) & ones;
}

static bool touches(unsigned reg, unsigned size, unsigned from, unsigned len)
{
    return reg < from + len && from < reg + size;
}

void pci_cfg_write(struct pci_bus *b, unsigned bus_no, unsigned devfn, unsigned reg, unsigned size,
                   uint32_t v)
{
    struct pci_dev *p = function_at(b, bus_no, devfn);
    if (!p) return;
    reg &= 0xff;
    size = lane_size(reg, size);
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(v >> 8 * i), *cfg = &p->cfg[reg + i];
        uint8_t mask = p->wmask[reg + i];
        *cfg = (uint8_t)((*cfg & ~mask) | (byte & mask));
        *cfg &= (uint8_t)~(byte & p->w1c[reg + i]);
    }
    if (touches(reg, size, PCI_COMMAND, 2) || touches(reg, size, PCI_BAR0, 24) ||
        touches(reg, size, PCI_ROM, 4)) {
        pci_update_bars(p);
    }
    if (p->cfg_written) p->cfg_written(p, reg, size);
}

void pci_irq(struct pci_dev *p, bool level)
{
    struct pci_bus *b = p->bus;
    unsigned pin = p->cfg[PCI_INT_PIN];
    if (!b || pin < 1 || pin > 4 || b->pulls[p->devfn] == level) return;
    unsigned line = (pin - 1 + PCI_DEV(p->devfn)) & 3;
    b->pulls[p->devfn] = level;
    b->asserted[line] += level ? 1 : -1u;
    irq_set(b->intx[line], b->asserted[line] != 0);
}

int pci_dma_read_any(struct pci_dev *p, uint32_t at, void *to, uint32_t len)
{
    int r = bus_ram_read(p->bus->dma, at, to, len);
    if (r) pci_set16(p, PCI_STATUS, pci_get16(p, PCI_STATUS) | 0x2000); /* received master abort */
    return r;
}

int pci_dma_write_any(struct pci_dev *p, uint32_t at, const void *from, uint32_t len)
{
    int r = bus_ram_write(p->bus->dma, at, from, len);
    if (r) pci_set16(p, PCI_STATUS, pci_get16(p, PCI_STATUS) | 0x2000);
    return r;
}

int pci_dma_read(struct pci_dev *p, uint32_t at, void *to, uint32_t len)
{
    if (!(p->cfg[PCI_COMMAND] & PCI_CMD_MASTER)) return -EFAULT;
    return pci_dma_read_any(p, at, to, len);
}

int pci_dma_write(struct pci_dev *p, uint32_t at, const void *from, uint32_t len)
{
    if (!(p->cfg[PCI_COMMAND] & PCI_CMD_MASTER)) return -EFAULT;
    return pci_dma_write_any(p, at, from, len);
}

struct pci_dev *pci_next(struct pci_bus *b, const struct pci_dev *after)
{
    for (unsigned i = after ? after->devfn + 1u : 0; i < 256; i++) {
        if (b->devs[i]) return b->devs[i];
    }
    return NULL;
}

/* Open Firmware names of functions: by id where the Pegasos firmware has a name of its own, else
 * by class as in the PCI binding, table 4. */
static void node_name(const struct pci_dev *p, char *to, size_t len)
{
    static const struct {
        uint16_t vendor, device;
        const char *name;
    } names[] = {
        {0x1106, 0x0571, "ide"},   {0x1106, 0x3044, "firewire"}, {0x1106, 0x3038, "usb"},
        {0x1106, 0x8235, "other"}, {0x1106, 0x3058, "sound"},    {0x11ab, 0x6460, "host"},
        {0x1106, 0x8231, "isa"},
    };
    uint16_t vendor = pci_get16(p, PCI_VENDOR_ID), device = pci_get16(p, PCI_DEVICE_ID);
    uint16_t class = pci_get16(p, PCI_CLASS);
    char made[16];
    const char *name = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(names) && !name; i++) {
        if (names[i].vendor == vendor && names[i].device == device) name = names[i].name;
    }
    if (!name && class == 0x0200) name = "ethernet";
    if (!name && class >> 8 == 0x03) name = "display";
    if (!name) {
        snprintf(made, sizeof made, "pci%x,%x", vendor, device);
        name = made;
    }
    if (PCI_FN(p->devfn)) {
        snprintf(to, len, "%s@%x,%x", name, PCI_DEV(p->devfn), PCI_FN(p->devfn));
    } else {
        snprintf(to, len, "%s@%x", name, PCI_DEV(p->devfn));
    }
}

static void write_reg(const struct pci_dev *p, struct fdtw *w)
{
    uint32_t cells[5 * 8] = {(uint32_t)p->devfn << 8};
    size_t n = 5;
    for (unsigned i = 0; i <= ROM_BAR; i++) {
        const struct pci_bar *bar = &p->bars[i];
        if (bar->kind == PCI_BAR_NONE) continue;
        uint32_t space = bar->kind == PCI_BAR_IO         ? 0x01000000
                         : bar->kind == PCI_BAR_MEM_PREF ? 0x42000000
                                                         : 0x02000000;
        cells[n] = space | (uint32_t)p->devfn << 8 | bar_reg(i);
        cells[n + 4] = bar->size;
        n += 5;
    }
    fdtw_cells(w, "reg", cells, n);
}

static void write_node(struct pci_dev *p, struct fdtw *w)
{
    char name[32];
    node_name(p, name, sizeof name);
    fdtw_begin(w, name);
    fdtw_u32(w, "vendor-id", pci_get16(p, PCI_VENDOR_ID));
    fdtw_u32(w, "device-id", pci_get16(p, PCI_DEVICE_ID));
    fdtw_u32(w, "revision-id", p->cfg[PCI_REVISION]);
    fdtw_u32(w, "class-code", pci_get32(p, PCI_REVISION) >> 8);
    /* Exchanged, as the real firmware has them; guests that care undo it. */
    fdtw_u32(w, "subsystem-id", pci_get16(p, PCI_SUBSYS_VENDOR));
    fdtw_u32(w, "subsystem-vendor-id", pci_get16(p, PCI_SUBSYS_ID));
    if (p->cfg[PCI_INT_PIN]) fdtw_u32(w, "interrupts", p->cfg[PCI_INT_PIN]);
    write_reg(p, w);
    if (p->dev.type && p->dev.type->fdt) p->dev.type->fdt(&p->dev, w);
    fdtw_end(w);
}

void pci_fdt(struct pci_bus *b, struct fdtw *w)
{
    for (struct pci_dev *p = pci_next(b, NULL); p; p = pci_next(b, p)) write_node(p, w);
}
