/*
 * VT8231 functions 2 and 3: USB 1.1 host controllers with two empty ports each. Universal Host
 * Controller Interface Design Guide 1.1, section 2. The frame number advances while the controller
 * runs; schedules are not walked, as no device could answer a transfer.
 */
#include "machines/dev/vt8231_int.h"

#include <stdlib.h>
#include "machines/fdtw.h"
#include "machines/machine.h"

enum {
    UHCI_CMD = 0x00, UHCI_STS = 0x02, UHCI_INTR = 0x04, UHCI_FRNUM = 0x06, UHCI_FRBASE = 0x08,
    UHCI_SOFMOD = 0x0c, UHCI_PORT1 = 0x10, UHCI_PORT2 = 0x12, UHCI_LEN = 0x20,
};
enum { CMD_RS = 0x01, CMD_HCRESET = 0x02, CMD_GRESET = 0x04, CMD_WRITABLE = 0xff };
enum { STS_W1C = 0x1f, STS_HALTED = 0x20 };
/* Port: reset, suspend, resume can be written; bit 7 always reads 1 (2.1.7). Enable cannot be
 * set while nothing is connected; the change bits are never raised and so never cleared. */
enum { PORT_WRITABLE = 0x1240, PORT_ONE = 0x0080 };

#define FRAME_NS 1000000u
#define LEGACY 0xc0 /* configuration register USBLEGSUP, UHCI 5.2.1 */

struct uhci {
    struct pci_dev pci;
    struct irq irq;
    uint16_t cmd, sts, intr, port[2];
    uint32_t frbase;
    uint8_t sofmod;
    uint16_t frame;    /* frame number when started or stopped */
    uint64_t start_ns; /* virtual time then */
};

static uint16_t frame_now(struct uhci *u)
{
    if (!(u->cmd & CMD_RS)) return u->frame;
    uint64_t now = sched_now(device_sched(&u->pci.dev));
    uint64_t frames = now > u->start_ns ? (now - u->start_ns) / FRAME_NS : 0;
    return (uint16_t)((u->frame + frames) & 0x7ff);
}

static void update_irq(struct uhci *u)
{
    /* STS bit 0 is enabled by INTR bits 2 and 3, bit 1 by 0, bit 2 by 1; 3 and 4 always. */
    bool level = (u->sts & 1 && u->intr & 0x0c) || (u->sts & 2 && u->intr & 1) ||
                 (u->sts & 4 && u->intr & 2) || u->sts & 0x18;
    irq_set(u->irq, level);
}

static void reset_controller(struct uhci *u)
{
    u->cmd = u->intr = u->frame = 0;
    u->sts = STS_HALTED;
    u->frbase = 0;
    u->sofmod = 64;
    u->port[0] = u->port[1] = 0;
    u->start_ns = 0;
}

static void set_command(struct uhci *u, uint16_t v)
{
    if (v & CMD_HCRESET) { /* done at once: the bit reads 0 again */
        reset_controller(u);
        return;
    }
    if (v & CMD_GRESET) reset_controller(u);
    u->frame = frame_now(u);
    u->start_ns = sched_now(device_sched(&u->pci.dev));
    u->cmd = v & CMD_WRITABLE;
    u->sts = v & CMD_RS ? u->sts & (uint16_t)~STS_HALTED : u->sts | STS_HALTED;
}

static uint8_t read_byte(struct uhci *u, unsigned off)
{
    uint16_t v = 0;
    switch (off & ~1u) {
    case UHCI_CMD: v = u->cmd; break;
    case UHCI_STS: v = u->sts; break;
    case UHCI_INTR: v = u->intr; break;
    case UHCI_FRNUM: v = frame_now(u); break;
    case UHCI_FRBASE:
    case UHCI_FRBASE + 2: return (uint8_t)(u->frbase >> 8 * (off & 3));
    case UHCI_SOFMOD: v = u->sofmod; break;
    case UHCI_PORT1:
    case UHCI_PORT2: v = u->port[(off >> 1) & 1] | PORT_ONE; break;
    default: break;
    }
    return (uint8_t)(off & 1 ? v >> 8 : v);
}

static uint64_t uhci_read(void *dev, uint64_t at, unsigned size)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        v |= (uint64_t)read_byte(dev, (unsigned)(at + i) & (UHCI_LEN - 1)) << 8 * i;
    }
    return v;
}

/* v and lanes: 16 bits at an even offset. */
static void write_half(struct uhci *u, unsigned off, uint16_t v, uint16_t lanes)
{
    uint16_t *port = &u->port[(off >> 1) & 1];
    switch (off) {
    case UHCI_CMD: set_command(u, (uint16_t)((u->cmd & ~lanes) | (v & lanes))); break;
    case UHCI_STS: u->sts &= (uint16_t)~(v & lanes & STS_W1C); break;
    case UHCI_INTR: u->intr = (uint16_t)((u->intr & ~lanes) | (v & lanes)) & 0x0f; break;
    case UHCI_FRNUM: /* 2.1.4: only while stopped */
        if (!(u->cmd & CMD_RS)) u->frame = (uint16_t)((u->frame & ~lanes) | (v & lanes)) & 0x7ff;
        break;
    case UHCI_FRBASE:
        u->frbase = ((u->frbase & ~(uint32_t)lanes) | (v & lanes)) & 0xfffff000u;
        break;
    case UHCI_FRBASE + 2:
        u->frbase = (u->frbase & ~((uint32_t)lanes << 16)) | (uint32_t)(v & lanes) << 16;
        break;
    case UHCI_SOFMOD:
        if (lanes & 0xff) u->sofmod = v & 0x7f;
        break;
    case UHCI_PORT1:
    case UHCI_PORT2: *port = (uint16_t)((*port & ~lanes) | (v & lanes)) & PORT_WRITABLE; break;
    default: break;
    }
}

static void uhci_write(void *dev, uint64_t at, unsigned size, uint64_t value)
{
    struct uhci *u = dev;
    unsigned off = (unsigned)at & (UHCI_LEN - 1), last = off + size;
    for (unsigned h = off & ~1u; h < last && h < UHCI_LEN; h += 2) {
        uint16_t v = 0, lanes = 0;
        for (unsigned b = h; b < h + 2; b++) {
            if (b < off || b >= last) continue;
            v |= (uint16_t)((value >> 8 * (b - off) & 0xff) << 8 * (b - h));
            lanes |= (uint16_t)(0xff << 8 * (b - h));
        }
        write_half(u, h, v, lanes);
    }
    update_irq(u);
}

static const struct mmio_ops uhci_ops = {uhci_read, uhci_write, 4, false, "uhci"};

static void cfg_written(struct pci_dev *p, unsigned reg, unsigned size)
{
    (void)reg;
    (void)size;
    update_irq(container_of(p, struct uhci, pci)); /* the Interrupt Line may be a new one */
}

static void reset(struct device *d)
{
    struct uhci *u = container_of(d, struct uhci, pci.dev);
    uint8_t *cfg = u->pci.cfg;
    pci_reset_dev(&u->pci);
    memset(cfg + 0x40, 0, 0xc0);
    cfg[0x41] = 0x10;
    cfg[0x60] = 0x10; /* USB release 1.0 */
    put_le32(cfg + 0x80, 0x00020001);
    put_le16(cfg + LEGACY, 0x2000);
    reset_controller(u);
    update_irq(u);
}

static void fdt(struct device *d, struct fdtw *w)
{
    (void)d;
    fdtw_str(w, "device_type", "usb");
    fdtw_u32(w, "#address-cells", 1);
    fdtw_u32(w, "#size-cells", 0);
}

static const struct state_field state[] = {
    S_BYTES(uhci, pci.cfg), S_U16(uhci, cmd), S_U16(uhci, sts), S_U16(uhci, intr),
    S_U16S(uhci, port), S_U32(uhci, frbase), S_U8(uhci, sofmod), S_U16(uhci, frame),
    S_U64(uhci, start_ns), S_END,
};

static int after_load(struct device *d)
{
    struct uhci *u = container_of(d, struct uhci, pci.dev);
    u->frame &= 0x7ff;
    pci_update_bars(&u->pci);
    return 0;
}

static const struct device_type type = {
    .name = "uhci", .reset = reset, .fdt = fdt, .state = state, .state_version = 1,
    .after_load = after_load,
};

struct pci_dev *vt8231_uhci_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                                const char *label, struct irq irq, struct error *err)
{
    struct uhci *u = xcalloc(1, sizeof *u);
    struct pci_dev *p = &u->pci;
    u->irq = irq;
    if (machine_add_device(m, &p->dev, &type, label, err)) {
        free(u);
        return NULL;
    }
    if (pci_add(pci, p, devfn, 0x1106, 0x3038, 0x0c0300, 0x01, 4, err)) return NULL;
    pci_set16(p, PCI_STATUS, 0x0210);
    p->cfg[PCI_CAP_PTR] = 0x80;
    pci_add_bar(p, 4, PCI_BAR_IO, UHCI_LEN, &uhci_ops, u);
    memset(p->wmask + 0x40, 0xff, 0x20);
    put_le16(p->wmask + LEGACY, 0x20bf);
    put_le16(p->w1c + LEGACY, 0x8f00);
    p->cfg_written = cfg_written;
    return p;
}
