#include "machines/dev/vt8231_int.h"

#include <stdlib.h>
#include "machines/dev/i8042.h"
#include "machines/dev/i8237.h"
#include "machines/dev/i8254.h"
#include "machines/dev/i8259.h"
#include "machines/dev/mc146818.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

/* Everything that can raise an ISA interrupt. Sources that share one are ORed. */
enum source {
    SRC_PIT, SRC_KEYBOARD, SRC_SERIAL, SRC_RTC, SRC_MOUSE, SRC_IDE0, SRC_IDE1,
    SRC_PIRQ_A, SRC_PIRQ_B, SRC_PIRQ_C, SRC_PIRQ_D, SRC_USB0, SRC_USB1, SRC_SCI, SRC_AC97,
    SRC_COUNT,
};

/* Function 0 configuration registers. */
enum {
    ISA_IDE_ROUTING = 0x4c, ISA_SUPERIO = 0x50, ISA_PIRQ_A = 0x55, ISA_PIRQ_BC = 0x56,
    ISA_PIRQ_D = 0x57, ISA_PM_CAP = 0xc0,
};
#define PM_SCI_ROUTING 0x42 /* in function 4 */

#define NO_LINE 16u

struct vt8231 {
    struct pci_dev pci;
    struct pci_dev *fn[7]; /* the other functions, by number */
    struct i8259 *pic;
    struct superio *superio;
    struct device *keyboard, *rtc, *timer;
    uint32_t sources; /* bit a source: asserted */
    uint16_t lines;   /* what the i8259 inputs were last given */
};

/* PCI-side routing: 0 and FF switch off, 2 is the cascade, nothing above 14 exists. */
static unsigned pci_line(unsigned v) { return v == 0 || v == 2 || v > 14 ? NO_LINE : v; }

static unsigned function_line(const struct vt8231 *vt, unsigned fn)
{
    return vt->fn[fn] ? pci_line(vt->fn[fn]->cfg[PCI_INT_LINE]) : NO_LINE;
}

static unsigned route(const struct vt8231 *vt, enum source s)
{
    const uint8_t *cfg = vt->pci.cfg;
    switch (s) {
    case SRC_PIT: return 0;
    case SRC_KEYBOARD: return 1;
    case SRC_SERIAL: return superio_serial_irq(vt->superio);
    case SRC_RTC: return 8;
    case SRC_MOUSE: return 12;
    case SRC_IDE0: return 14;
    case SRC_IDE1: return 15;
    case SRC_PIRQ_A: return pci_line(cfg[ISA_PIRQ_A] >> 4);
    case SRC_PIRQ_B: return pci_line(cfg[ISA_PIRQ_BC] & 15);
    case SRC_PIRQ_C: return pci_line(cfg[ISA_PIRQ_BC] >> 4);
    case SRC_PIRQ_D: return pci_line(cfg[ISA_PIRQ_D] >> 4);
    case SRC_USB0: return function_line(vt, 2);
    case SRC_USB1: return function_line(vt, 3);
    case SRC_SCI: return vt->fn[4] ? pci_line(vt->fn[4]->cfg[PM_SCI_ROUTING] & 15) : NO_LINE;
    case SRC_AC97: return function_line(vt, 5);
    default: return NO_LINE;
    }
}

static void update_lines(struct vt8231 *vt)
{
    uint16_t lines = 0;
    for (unsigned s = 0; s < SRC_COUNT; s++) {
        if (!(vt->sources & 1u << s)) continue;
        unsigned n = route(vt, s);
        if (n < NO_LINE) lines |= (uint16_t)(1u << n);
    }
    uint16_t changed = lines ^ vt->lines;
    vt->lines = lines;
    for (unsigned n = 0; n < 16; n++) {
        if (changed & 1u << n) i8259_set(vt->pic, n, lines >> n & 1);
    }
}

static void set_source(void *dev, unsigned n, bool level)
{
    struct vt8231 *vt = dev;
    uint32_t bit = 1u << n;
    vt->sources = level ? vt->sources | bit : vt->sources & ~bit;
    update_lines(vt); /* also when the level is old: the routing may be new */
}

static struct irq source(struct vt8231 *vt, enum source s)
{
    return (struct irq){set_source, vt, s};
}

void vt8231_pirq(void *dev, unsigned n, bool level)
{
    set_source(dev, SRC_PIRQ_A + (n & 3), level);
}

uint8_t vt8231_inta(void *dev)
{
    struct vt8231 *vt = dev;
    return i8259_ack(vt->pic);
}

struct i8259 *vt8231_pic(struct vt8231 *vt) { return vt->pic; }

static void cfg_written(struct pci_dev *p, unsigned reg, unsigned size)
{
    struct vt8231 *vt = container_of(p, struct vt8231, pci);
    (void)reg;
    (void)size;
    superio_unlock(vt->superio, p->cfg[ISA_SUPERIO] & 4);
    update_lines(vt);
}

static const struct {
    uint8_t reg, value;
} isa_reset[] = {
    {ISA_IDE_ROUTING, 0x04}, {0x58, 0x40}, {0x67, 0x08}, {0x6b, 0x01},
    {ISA_PM_CAP, 0x01}, {ISA_PM_CAP + 2, 0x02},
};

static void reset(struct device *d)
{
    struct pci_dev *p = container_of(d, struct pci_dev, dev);
    pci_reset_dev(p);
    pci_set16(p, PCI_COMMAND, 0x000f);
    memset(p->cfg + 0x40, 0, 0xc0);
    for (size_t i = 0; i < ARRAY_SIZE(isa_reset); i++) {
        p->cfg[isa_reset[i].reg] = isa_reset[i].value;
    }
    cfg_written(p, 0x40, 4);
}

static void fdt_part(struct device *d, struct fdtw *w)
{
    if (d && d->type->fdt) d->type->fdt(d, w);
}

static void fdt(struct device *d, struct fdtw *w)
{
    struct vt8231 *vt = container_of(d, struct vt8231, pci.dev);
    fdtw_str(w, "device_type", "isa");
    fdtw_u32(w, "#address-cells", 2);
    fdtw_u32(w, "#size-cells", 1);
    fdtw_u32(w, "eisa-slots", 0);
    fdtw_u32(w, "clock-frequency", 8333333);
    fdtw_u32(w, "slot-names", 0);
    superio_serial_fdt(vt->superio, w);
    fdt_part(vt->keyboard, w);
    fdt_part(vt->rtc, w);
    fdt_part(vt->timer, w);
    superio_parallel_fdt(vt->superio, w);
}

static const struct state_field state[] = {
    S_BYTES(vt8231, pci.cfg), S_U32(vt8231, sources), S_U16(vt8231, lines), S_END,
};

static int after_load(struct device *d)
{
    struct vt8231 *vt = container_of(d, struct vt8231, pci.dev);
    vt->sources &= (1u << SRC_COUNT) - 1;
    superio_unlock(vt->superio, vt->pci.cfg[ISA_SUPERIO] & 4);
    return 0;
}

static const struct device_type type = {
    .name = "vt8231", .reset = reset, .fdt = fdt, .state = state, .state_version = 1,
    .after_load = after_load,
};

/* The ISA devices; 0 or -1 with *err filled. Every part begins with its struct device. */
static int add_isa(struct vt8231 *vt, struct machine *m, struct bus *io, struct error *err)
{
    vt->superio = superio_new(m, io, source(vt, SRC_SERIAL), err);
    if (!vt->superio || !i8237_new(m, "vt8231.dma", io, err)) return -1;
    vt->timer = (struct device *)i8254_new(m, "vt8231.pit", io, source(vt, SRC_PIT), err);
    if (!vt->timer) return -1;
    vt->rtc = (struct device *)mc146818_new(m, "vt8231.rtc", io, 0x70, source(vt, SRC_RTC), err);
    if (!vt->rtc) return -1;
    vt->keyboard = (struct device *)i8042_new(m, "vt8231.i8042", io, source(vt, SRC_KEYBOARD),
                                              source(vt, SRC_MOUSE), err);
    return vt->keyboard ? 0 : -1;
}

static int add_functions(struct vt8231 *vt, struct machine *m, struct pci_bus *pci, unsigned slot,
                         struct error *err)
{
    uint8_t at = (uint8_t)PCI_DEVFN(slot, 0);
    vt->fn[1] = vt8231_ide_new(m, pci, at + 1, source(vt, SRC_IDE0), source(vt, SRC_IDE1), err);
    if (!vt->fn[1]) return -1;
    vt->fn[2] = vt8231_uhci_new(m, pci, at + 2, "vt8231.usb0", source(vt, SRC_USB0), err);
    if (!vt->fn[2]) return -1;
    vt->fn[3] = vt8231_uhci_new(m, pci, at + 3, "vt8231.usb1", source(vt, SRC_USB1), err);
    if (!vt->fn[3]) return -1;
    vt->fn[4] = vt8231_pm_new(m, pci, at + 4, source(vt, SRC_SCI), err);
    if (!vt->fn[4]) return -1;
    vt->fn[5] = vt8231_ac97_new(m, pci, at + 5, source(vt, SRC_AC97), err);
    if (!vt->fn[5]) return -1;
    vt->fn[6] = vt8231_mc97_new(m, pci, at + 6, err);
    return vt->fn[6] ? 0 : -1;
}

struct vt8231 *vt8231_new(struct machine *m, struct pci_bus *pci, unsigned slot, struct irq intr,
                          struct error *err)
{
    struct vt8231 *vt = xcalloc(1, sizeof *vt);
    struct pci_dev *p = &vt->pci;
    struct bus *io = pci_bus_io(pci);
    /* The PIC first: resets run in this order, and a part that drops its line needs it. */
    vt->pic = i8259_new(m, "vt8231.pic", io, intr, err);
    if (!vt->pic || machine_add_device(m, &p->dev, &type, "vt8231", err)) {
        free(vt);
        return NULL;
    }
    if (pci_add(pci, p, (uint8_t)PCI_DEVFN(slot, 0), 0x1106, 0x8231, 0x060100, 0x10, 0, err)) {
        return NULL;
    }
    p->cfg_written = cfg_written;
    put_le16(p->wmask + PCI_COMMAND, 0); /* fixed at IO, MEM, MASTER, SPECIAL */
    pci_set16(p, PCI_STATUS, 0x0210);
    p->cfg[PCI_CAP_PTR] = ISA_PM_CAP;
    memset(p->wmask + 0x40, 0xff, 0x80);
    if (add_isa(vt, m, io, err) || add_functions(vt, m, pci, slot, err)) return NULL;
    return vt;
}
