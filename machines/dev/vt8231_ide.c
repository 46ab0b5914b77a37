/*
 * VT8231 function 1, the IDE controller of VIA's 686 family (facts 3.4; SFF-8038i for the bus
 * master, PCI IDE Controller Specification 1.0 for the modes).
 *
 * The chip mixes what the specification keeps apart: ports follow the address registers as soon
 * as they hold something, whatever the mode bits say, and the channels always interrupt on ISA 14
 * and 15. Guests switch to compatibility mode and go on using the native ports.
 */
#include "machines/dev/vt8231_ide.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "machines/dev/ide.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

enum { PROG_IF_RESET = 0x8a, PROG_IF_NATIVE = 0x05 };
enum { CFG_ENABLE = 0x40, CFG_INT_STATUS = 0x70, CFG_PM_CAP = 0xc0 };
enum { BM_COMMAND = 0, BM_STATUS = 2, BM_TABLE = 4 };
enum { BM_START = 0x01, BM_TO_MEMORY = 0x08 };
enum { BM_ACTIVE = 0x01, BM_ERROR = 0x02, BM_INT = 0x04, BM_CAPABLE = 0x60 };
enum { PRD_LAST = 0x80 };

#define MAX_PRDS 8192 /* a table may not cross 64 KiB (SFF-8038i 1.2) */

struct bus_master {
    uint8_t command, status;
    uint32_t table;
    /* the walk */
    uint32_t next; /* address of the next descriptor */
    uint32_t at;   /* rest of the current one */
    uint32_t left;
    uint16_t walked;
    bool last;
};

struct vt8231_ide;

struct port { /* what a region's callbacks get */
    struct vt8231_ide *ide;
    unsigned n;
};

struct vt8231_ide {
    struct pci_dev pci;
    struct irq irq[2];
    struct port port[2];
    struct region *legacy[2][2]; /* command and control blocks at 1F0, 3F6, 170, 376 */
    struct bus_master bm[2];
    struct ide_channel ch[2];
};

static struct vt8231_ide *of(struct device *d) { return (struct vt8231_ide *)d; }

/* Bit 1 of configuration register 40 enables the primary channel, bit 0 the secondary. */
static bool enabled(const struct vt8231_ide *v, unsigned n)
{
    return v->pci.cfg[CFG_ENABLE] >> (1 - n) & 1;
}

/* --- ports --- */

static uint64_t command_read(void *dev, uint64_t off, unsigned size)
{
    const struct port *p = dev;
    struct ide_channel *ch = &p->ide->ch[p->n];
    if (!enabled(p->ide, p->n)) return UINT32_MAX;
    if ((off & 7) == 0) return ide_read(ch, 0, size);
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++) v |= (ide_read(ch, (off + i) & 7, 1) & 0xff) << 8 * i;
    return v;
}

static void command_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    const struct port *p = dev;
    struct ide_channel *ch = &p->ide->ch[p->n];
    if (!enabled(p->ide, p->n)) return;
    if ((off & 7) == 0) {
        ide_write(ch, 0, size, (uint32_t)v);
        return;
    }
    for (unsigned i = 0; i < size; i++) ide_write(ch, (off + i) & 7, 1, v >> 8 * i & 0xff);
}

/* The control block is one register; as BAR1 or BAR3 it sits at offset 2 of four. */
static uint64_t control_at(void *dev, uint64_t off, unsigned size, unsigned where)
{
    const struct port *p = dev;
    if (!enabled(p->ide, p->n)) return UINT32_MAX;
    if (where < off || where >= off + size) return UINT32_MAX;
    uint32_t others = ~(UINT32_C(0xff) << 8 * (where - off));
    return others | (uint32_t)ide_read_alternate(&p->ide->ch[p->n]) << 8 * (where - off);
}

static uint64_t control_read(void *dev, uint64_t off, unsigned size)
{
    return control_at(dev, off, size, 2);
}

static void control_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    const struct port *p = dev;
    if (!enabled(p->ide, p->n) || off > 2 || off + size <= 2) return;
    ide_write_control(&p->ide->ch[p->n], (uint8_t)(v >> 8 * (2 - off)));
}

static uint64_t legacy_control_read(void *dev, uint64_t off, unsigned size)
{
    return control_at(dev, off, size, 0);
}

static void legacy_control_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    const struct port *p = dev;
    (void)off;
    (void)size;
    if (enabled(p->ide, p->n)) ide_write_control(&p->ide->ch[p->n], (uint8_t)v);
}

static const struct mmio_ops command_ops = {command_read, command_write, 4, false, "ide command"};
static const struct mmio_ops control_ops = {control_read, control_write, 4, false, "ide control"};
static const struct mmio_ops legacy_control_ops = {legacy_control_read, legacy_control_write, 1,
                                                   false, "ide control"};

/* --- bus master --- */

static int bm_fail(struct bus_master *b)
{
    b->status = (uint8_t)((b->status | BM_ERROR) & ~BM_ACTIVE);
    return -EFAULT;
}

static int next_descriptor(struct vt8231_ide *v, struct bus_master *b)
{
    uint8_t prd[8];
    if (b->walked >= MAX_PRDS || pci_dma_read(&v->pci, b->next, prd, sizeof prd)) return bm_fail(b);
    b->walked++;
    b->next += sizeof prd;
    b->at = get_le32(prd) & ~1u;
    b->left = get_le16(prd + 4) & 0xfffeu;
    if (!b->left) b->left = 65536;
    b->last = prd[7] & PRD_LAST;
    return 0;
}

static int64_t bm_move(void *ctx, uint8_t *buf, uint32_t len, bool to_memory)
{
    const struct port *p = ctx;
    struct vt8231_ide *v = p->ide;
    struct bus_master *b = &v->bm[p->n];
    uint32_t moved = 0;
    while (moved < len) {
        if (!b->left && b->last) break;
        if (!b->left && next_descriptor(v, b)) return -EFAULT;
        uint32_t n = b->left < len - moved ? b->left : len - moved;
        int e = to_memory ? pci_dma_write(&v->pci, b->at, buf + moved, n)
                          : pci_dma_read(&v->pci, b->at, buf + moved, n);
        if (e) return bm_fail(b);
        b->at += n;
        b->left -= n;
        moved += n;
    }
    if (!b->left && b->last) b->status &= (uint8_t)~BM_ACTIVE;
    return moved;
}

static bool bm_running(void *ctx)
{
    const struct port *p = ctx;
    const struct bus_master *b = &p->ide->bm[p->n];
    return (b->command & BM_START) && (b->status & BM_ACTIVE);
}

static void bm_command(struct vt8231_ide *v, unsigned n, uint8_t value)
{
    struct bus_master *b = &v->bm[n];
    bool was = b->command & BM_START, now = value & BM_START;
    b->command = value & (BM_START | BM_TO_MEMORY);
    if (now && !was) {
        b->status |= BM_ACTIVE;
        b->next = b->table;
        b->left = b->walked = 0;
        b->last = false;
        ide_dma_started(&v->ch[n]);
    } else if (!now && was) {
        b->status &= (uint8_t)~BM_ACTIVE;
        ide_dma_stopped(&v->ch[n]);
    }
}

static void bm_write_byte(struct vt8231_ide *v, unsigned off, uint8_t value)
{
    struct bus_master *b = &v->bm[off >> 3 & 1];
    unsigned shift = 8 * (off & 3);
    switch (off & 7) {
    case BM_COMMAND: bm_command(v, off >> 3 & 1, value); break;
    case BM_STATUS:
        b->status &= (uint8_t)~(value & (BM_ERROR | BM_INT));
        b->status = (uint8_t)((b->status & ~BM_CAPABLE) | (value & BM_CAPABLE));
        break;
    case 1:
    case 3: break;
    default:
        b->table = ((b->table & ~(UINT32_C(0xff) << shift)) | (uint32_t)value << shift) & ~3u;
        break;
    }
}

static uint8_t bm_read_byte(const struct vt8231_ide *v, unsigned off)
{
    const struct bus_master *b = &v->bm[off >> 3 & 1];
    switch (off & 7) {
    case BM_COMMAND: return b->command;
    case BM_STATUS: return b->status;
    case 1:
    case 3: return 0;
    default: return (uint8_t)(b->table >> 8 * (off & 3));
    }
}

static uint64_t bm_read(void *dev, uint64_t off, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        v |= (uint32_t)bm_read_byte(dev, (unsigned)(off + i) & 15) << 8 * i;
    }
    return v;
}

static void bm_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    for (unsigned i = 0; i < size; i++) {
        bm_write_byte(dev, (unsigned)(off + i) & 15, (uint8_t)(v >> 8 * i));
    }
}

static const struct mmio_ops bm_ops = {bm_read, bm_write, 4, false, "ide bus master"};

/* INTRQ of channel n: the bus master latches its rise (SFF-8038i 3.1). */
static void channel_irq(void *pic, unsigned n, bool level)
{
    struct vt8231_ide *v = pic;
    if (level) v->bm[n].status |= BM_INT;
    irq_set(v->irq[n], level);
}

/* --- configuration --- */

static bool has_address(const struct vt8231_ide *v, unsigned n)
{
    uint32_t command = pci_get32(&v->pci, PCI_BAR0 + 8 * n);
    uint32_t control = pci_get32(&v->pci, PCI_BAR0 + 8 * n + 4);
    return (command | control) & ~3u;
}

/* The PC's ports answer in compatibility mode until an address register has been set. */
static void update_legacy(struct vt8231_ide *v)
{
    static const uint16_t command[2] = {0x1f0, 0x170}, control[2] = {0x3f6, 0x376};
    for (unsigned n = 0; n < 2; n++) {
        bool native = v->pci.cfg[PCI_CLASS_PROG] >> 2 * n & 1;
        bool on = !native && !has_address(v, n) && (v->pci.cfg[PCI_COMMAND] & PCI_CMD_IO);
        region_set(v->legacy[n][0], command[n], 8, on);
        region_set(v->legacy[n][1], control[n], 1, on);
    }
}

static void cfg_written(struct pci_dev *p, unsigned reg, unsigned size)
{
    (void)reg;
    (void)size;
    update_legacy((struct vt8231_ide *)p);
}

/* Address registers 0-3 hide in compatibility mode; 70 and 78 show the channels' interrupts. */
static uint32_t cfg_read(struct pci_dev *p, unsigned reg, unsigned size, uint32_t value)
{
    const struct vt8231_ide *v = (const struct vt8231_ide *)p;
    bool compatible = (p->cfg[PCI_CLASS_PROG] & 0x0f) == 0x0a;
    for (unsigned i = 0; i < size; i++) {
        unsigned r = reg + i;
        uint32_t lane = UINT32_C(0xff) << 8 * i;
        if (compatible && r >= PCI_BAR0 && r < PCI_BAR0 + 16) value &= ~lane;
        if (r == CFG_INT_STATUS || r == CFG_INT_STATUS + 8) {
            bool pending = v->ch[r == CFG_INT_STATUS + 8].intrq;
            value = (value & ~(UINT32_C(0x80) << 8 * i)) | (pending ? UINT32_C(0x80) << 8 * i : 0);
        }
    }
    return value;
}

static void ide_function_reset(struct device *d)
{
    struct vt8231_ide *v = of(d);
    struct pci_dev *p = &v->pci;
    memset(p->cfg + 0x40, 0, 0xc0);
    p->cfg[PCI_CLASS_PROG] = PROG_IF_RESET;
    pci_reset_dev(p);
    p->cfg[PCI_INT_LINE] = 14;
    pci_set32(p, 0x20, 0xcc01);
    pci_set32(p, 0x40, 0x0a090600);
    pci_set32(p, 0x44, 0x00c00068);
    pci_set32(p, 0x48, 0xa8a8a8a8);
    pci_set32(p, 0x4c, 0x000000ff);
    pci_set32(p, 0x50, 0x07070707);
    pci_set32(p, 0x54, 0x00000004);
    pci_set32(p, 0x60, 0x00000200);
    pci_set32(p, 0x68, 0x00000200);
    pci_set32(p, CFG_PM_CAP, 0x00020001);
    pci_update_bars(p);
    update_legacy(v);
    for (unsigned n = 0; n < 2; n++) {
        v->bm[n] = (struct bus_master){.status = 0};
        ide_hard_reset(&v->ch[n]);
    }
}

static int after_load(struct device *d)
{
    struct vt8231_ide *v = of(d);
    for (unsigned n = 0; n < 2; n++) {
        if (ide_check_state(&v->ch[n]) || v->bm[n].left > 65536) return -EINVAL;
    }
    pci_update_bars(&v->pci);
    update_legacy(v);
    return 0;
}

/* --- device tree --- */

static void drive_node(const struct vt8231_ide *v, unsigned n, struct fdtw *w)
{
    char name[16];
    enum ide_kind kind = v->ch[n / 2].drive[n & 1].kind;
    if (kind == IDE_ABSENT) return;
    snprintf(name, sizeof name, "%s@%u,%u", kind == IDE_CDROM ? "cdrom" : "disk", n / 2 & 1, n & 1);
    fdtw_begin(w, name);
    fdtw_str(w, "device_type", "block");
    fdtw_cellv(w, "reg", n / 2, n & 1);
    fdtw_end(w);
}

static void ide_fdt(struct device *d, struct fdtw *w)
{
    fdtw_str(w, "device_type", "spi");
    fdtw_u32(w, "#address-cells", 2);
    fdtw_u32(w, "#size-cells", 0);
    for (unsigned n = 0; n < CONFIG_DISKS; n++) drive_node(of(d), n, w);
}

/* --- state --- */

#define TF_STATE(s, f)                                                                             \
    S_U8(s, f.feature), S_U8(s, f.count), S_U8(s, f.low), S_U8(s, f.mid), S_U8(s, f.high),         \
        S_U8(s, f.old_feature), S_U8(s, f.old_count), S_U8(s, f.old_low), S_U8(s, f.old_mid),      \
        S_U8(s, f.old_high), S_U8(s, f.device), S_U8(s, f.command)
#define DRIVE_STATE(s, f)                                                                          \
    TF_STATE(s, f.tf), S_U8(s, f.status), S_U8(s, f.error), S_U64(s, f.sectors), S_U8(s, f.heads), \
        S_U8(s, f.spt), S_U8(s, f.multiple), S_U8(s, f.udma), S_U8(s, f.mwdma),                    \
        S_BOOL(s, f.write_cache), S_BOOL(s, f.look_ahead), S_BOOL(s, f.smart),                     \
        S_BOOL(s, f.standby), S_U8(s, f.sense_key), S_U8(s, f.asc), S_U8(s, f.ascq),               \
        S_U8(s, f.ua_asc), S_U8(s, f.media_event), S_BOOL(s, f.tray_open), S_BOOL(s, f.locked),    \
        S_U32(s, f.seen_changes)
#define REQUEST_STATE(s, f)                                                                        \
    S_U8(s, f.phase), S_U8(s, f.drive), S_BOOL(s, f.packet), S_BOOL(s, f.dma), S_BOOL(s, f.media), \
        TF_STATE(s, f.tf), S_BYTES(s, f.cdb), S_U64(s, f.at), S_U64(s, f.left), S_U32(s, f.len),   \
        S_U32(s, f.pos), S_U32(s, f.block_end), S_U32(s, f.drq)
#define CHANNEL_STATE(s, n)                                                                        \
    DRIVE_STATE(s, ch[n].drive[0]), DRIVE_STATE(s, ch[n].drive[1]), REQUEST_STATE(s, ch[n].req),   \
        S_U8(s, ch[n].select), S_U8(s, ch[n].control), S_BOOL(s, ch[n].intrq),                     \
        S_EVENT(s, ch[n].event), S_BYTES(s, ch[n].buf), S_U8(s, bm[n].command),                    \
        S_U8(s, bm[n].status), S_U32(s, bm[n].table), S_U32(s, bm[n].next), S_U32(s, bm[n].at),    \
        S_U32(s, bm[n].left), S_U16(s, bm[n].walked), S_BOOL(s, bm[n].last)

static const struct state_field ide_state[] = {
    S_BYTES(vt8231_ide, pci.cfg),
    CHANNEL_STATE(vt8231_ide, 0),
    CHANNEL_STATE(vt8231_ide, 1),
    S_END,
};

static void ide_fini(struct device *d) { free(d); }

static const struct device_type ide_type = {
    .name = "vt8231-ide",
    .reset = ide_function_reset,
    .fini = ide_fini,
    .fdt = ide_fdt,
    .state = ide_state,
    .state_version = 1,
    .after_load = after_load,
};

/* --- making --- */

static void add_boot_device(struct machine *m, const char *alias, unsigned slot, unsigned fn,
                            unsigned n, const struct drive *drive)
{
    if (m->n_boot_devices >= ARRAY_SIZE(m->boot_devices)) return;
    struct boot_device *b = &m->boot_devices[m->n_boot_devices++];
    b->alias = alias;
    b->block = drive->block;
    b->cdrom = drive->media == DRIVE_CDROM;
    snprintf(b->path, sizeof b->path, "/pci@80000000/ide@%x,%x/%s@%u,%u", slot, fn,
             b->cdrom ? "cdrom" : "disk", n / 2, n & 1);
}

/* The n-th of its kind is hd1, the first hd0 and hd. */
static void add_drive(struct vt8231_ide *v, struct machine *m, unsigned n, unsigned *seen)
{
    static const char *const names[2][CONFIG_DISKS] = {{"hd0", "hd1", "hd2", "hd3"},
                                                       {"cd0", "cd1", "cd2", "cd3"}};
    const struct drive *drive = &m->cfg->drives[n];
    bool cd = drive->media == DRIVE_CDROM;
    bool usable = drive->block && drive->block->size >= 512;
    if (drive->media == DRIVE_NONE || (!cd && !usable)) return;
    ide_attach(&v->ch[n / 2], n & 1, cd ? IDE_CDROM : IDE_DISK, drive->block, n + 1);
    if (!drive->block) return;
    unsigned slot = PCI_DEV(v->pci.devfn), fn = PCI_FN(v->pci.devfn);
    if (!seen[cd]) add_boot_device(m, cd ? "cd" : "hd", slot, fn, n, drive);
    add_boot_device(m, names[cd][seen[cd]++], slot, fn, n, drive);
}

static void add_ports(struct vt8231_ide *v, unsigned n)
{
    struct bus *io = pci_bus_io(v->pci.bus);
    struct port *p = &v->port[n];
    *p = (struct port){v, n};
    ide_init(&v->ch[n], &v->pci.dev, (struct irq){channel_irq, v, n},
             (struct ide_dma){bm_move, bm_running, p});
    pci_add_bar(&v->pci, 2 * n, PCI_BAR_IO, 8, &command_ops, p);
    pci_add_bar(&v->pci, 2 * n + 1, PCI_BAR_IO, 4, &control_ops, p);
    v->legacy[n][0] = bus_add_mmio(io, n ? 0x170 : 0x1f0, 8, 0, &command_ops, p);
    v->legacy[n][1] = bus_add_mmio(io, n ? 0x376 : 0x3f6, 1, 0, &legacy_control_ops, p);
}

static void set_masks(struct pci_dev *p)
{
    memset(p->wmask + 0x40, 0xff, 0x18);
    memset(p->wmask + 0x60, 0xff, 2);
    memset(p->wmask + 0x68, 0xff, 2);
    p->wmask[PCI_CLASS_PROG] = PROG_IF_NATIVE;
    p->wmask[PCI_INT_LINE] = 0; /* always 14: guests key on it */
    p->cfg[PCI_CAP_PTR] = CFG_PM_CAP;
    pci_set16(p, PCI_STATUS, 0x0290); /* capabilities, fast back to back, medium DEVSEL */
}

struct pci_dev *vt8231_ide_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                               struct irq irq14, struct irq irq15, struct error *err)
{
    struct vt8231_ide *v = xcalloc(1, sizeof *v);
    unsigned seen[2] = {0, 0};
    if (machine_add_device(m, &v->pci.dev, &ide_type, "vt8231.ide", err)) {
        free(v);
        return NULL;
    }
    if (pci_add(pci, &v->pci, devfn, 0x1106, 0x0571, 0x010100 | PROG_IF_RESET, 0x06, 1, err)) {
        return NULL; /* the machine owns it already */
    }
    v->irq[0] = irq14;
    v->irq[1] = irq15;
    v->pci.cfg_read = cfg_read;
    v->pci.cfg_written = cfg_written;
    for (unsigned n = 0; n < 2; n++) add_ports(v, n);
    pci_add_bar(&v->pci, 4, PCI_BAR_IO, 16, &bm_ops, v);
    set_masks(&v->pci);
    for (unsigned n = 0; n < CONFIG_DISKS; n++) add_drive(v, m, n, seen);
    return &v->pci;
}

bool vt8231_ide_tray_locked(const struct pci_dev *p, unsigned n)
{
    const struct vt8231_ide *v = (const struct vt8231_ide *)p;
    return v->ch[n / 2 & 1].drive[n & 1].locked;
}
