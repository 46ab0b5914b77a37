/*
 * A VT8231 IDE function on a fake machine with memory-backed media, for test_ide.c and
 * test_atapi.c.
 */
#ifndef TESTS_UNIT_IDE_RIG_H
#define TESTS_UNIT_IDE_RIG_H

#include <errno.h>

#include "fake_machine.h"
#include "machines/dev/ide.h"
#include "machines/dev/vt8231_ide.h"

#define RAM_SIZE  (8u << 20)
#define DISK_SIZE (40000u * 512)
#define CD_SIZE   (700u * 2048)
#define TABLE     0x1000u
#define BUFFER    0x100000u

/* I/O addresses given to the BARs */
#define PRI  0x1000u
#define PRIC 0x100eu /* BAR1 = 100C, the register is at +2 */
#define SEC  0x1010u
#define SECC 0x101eu
#define BM   0x1020u

enum { DATA, ERR, COUNT, LOW, MID, HIGH, DEV, STATUS };

struct memory {
    struct block b; /* first */
    uint8_t *bytes;
    bool broken;
    unsigned flushes;
};

static inline int memory_read(struct block *b, uint64_t off, void *to, uint64_t len)
{
    struct memory *m = (struct memory *)b;
    if (m->broken) return -EIO;
    memcpy(to, m->bytes + off, len);
    return 0;
}

static inline int memory_write(struct block *b, uint64_t off, const void *from, uint64_t len)
{
    struct memory *m = (struct memory *)b;
    if (m->broken) return -EIO;
    memcpy(m->bytes + off, from, len);
    return 0;
}

static inline int memory_flush(struct block *b)
{
    ((struct memory *)b)->flushes++;
    return 0;
}

static const struct block_ops memory_ops = {memory_read, memory_write, memory_flush, NULL};

static inline struct memory *memory_new(size_t size, unsigned seed, bool read_only)
{
    struct memory *m = calloc(1, sizeof *m);
    m->b = (struct block){.ops = &memory_ops,
                          .name = "memory",
                          .size = size,
                          .read_only = read_only,
                          .present = true};
    m->bytes = malloc(size);
    for (size_t i = 0; i < size; i++) m->bytes[i] = (uint8_t)((i * 13 + (i >> 9) * 7) ^ seed);
    return m;
}

struct rig {
    struct fake *f;
    struct pci_bus *pci;
    struct pci_dev *ide;
    struct region *ram;
    struct memory *disk, *cd;
    unsigned base, ctl; /* of the channel in use */
};

enum { WITH_DISK = 1, WITH_CD = 2, CD_EMPTY = 4 };

static inline void program(struct rig *r)
{
    unsigned d = r->ide->devfn;
    pci_cfg_write(r->pci, 0, d, 0x09, 1, 0x0f);
    pci_cfg_write(r->pci, 0, d, 0x40, 1, 0x0b);
    pci_cfg_write(r->pci, 0, d, 0x10, 4, PRI);
    pci_cfg_write(r->pci, 0, d, 0x14, 4, PRIC - 2);
    pci_cfg_write(r->pci, 0, d, 0x18, 4, SEC);
    pci_cfg_write(r->pci, 0, d, 0x1c, 4, SECC - 2);
    pci_cfg_write(r->pci, 0, d, 0x20, 4, BM);
    pci_cfg_write(r->pci, 0, d, 0x04, 2, 0x05);
}

/* Disk as primary master, CD as secondary slave: the awkward place. */
static inline struct rig *up(unsigned with)
{
    struct rig *r = calloc(1, sizeof *r);
    struct error err = {{0}};
    r->f = fake_new();
    ck_assert_int_eq(bus_add_ram(r->f->m.bus, "ram", 0, RAM_SIZE, RAM_RW, &r->ram, &err), 0);
    r->pci = pci_bus_new("pci1", r->f->mem, r->f->io, r->f->m.bus, NULL, &r->f->m.log);
    if (with & WITH_DISK) {
        r->disk = memory_new(DISK_SIZE, 0, false);
        r->f->cfg.drives[0] = (struct drive){DRIVE_DISK, &r->disk->b};
    }
    if (with & WITH_CD) {
        r->cd = memory_new(CD_SIZE, 0x55, true);
        r->f->cfg.drives[3] = (struct drive){DRIVE_CDROM, &r->cd->b};
    }
    if (with & CD_EMPTY) r->f->cfg.drives[3] = (struct drive){DRIVE_CDROM, NULL};
    r->ide = vt8231_ide_new(&r->f->m, r->pci, PCI_DEVFN(12, 1), fake_irq(r->f, 14),
                            fake_irq(r->f, 15), &err);
    ck_assert_msg(r->ide != NULL, "%s", err.text);
    fake_reset(r->f);
    program(r);
    r->base = PRI;
    r->ctl = PRIC;
    return r;
}

static inline void free_memory(struct memory *m)
{
    if (m) free(m->bytes);
    free(m);
}

static inline void down(struct rig *r)
{
    fake_free(r->f);
    pci_bus_free(r->pci);
    free_memory(r->disk);
    free_memory(r->cd);
    free(r);
}

static inline void use_secondary(struct rig *r)
{
    r->base = SEC;
    r->ctl = SECC;
}

static inline uint8_t rd(struct rig *r, unsigned reg) { return inb(r->f, r->base + reg); }
static inline void wr(struct rig *r, unsigned reg, unsigned v) { outb(r->f, r->base + reg, v); }

/* Waits until not busy, without acknowledging the interrupt. */
static inline uint8_t settle(struct rig *r)
{
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t s = inb(r->f, r->ctl);
        if (!(s & IDE_BSY)) return s;
        fake_advance(r->f, 5000);
    }
    ck_abort_msg("busy for ever");
    return 0;
}

static inline bool irq(struct rig *r) { return r->f->line[r->base == PRI ? 14 : 15]; }

static inline void address28(struct rig *r, unsigned drive, uint32_t lba, unsigned count)
{
    wr(r, DEV, 0xe0 | drive << 4 | lba >> 24);
    wr(r, COUNT, count);
    wr(r, LOW, lba & 255);
    wr(r, MID, lba >> 8 & 255);
    wr(r, HIGH, lba >> 16 & 255);
}

static inline void address48(struct rig *r, uint64_t lba, unsigned count)
{
    wr(r, DEV, 0x40);
    wr(r, COUNT, count >> 8);
    wr(r, LOW, lba >> 24 & 255);
    wr(r, MID, lba >> 32 & 255);
    wr(r, HIGH, lba >> 40 & 255);
    wr(r, COUNT, count & 255);
    wr(r, LOW, lba & 255);
    wr(r, MID, lba >> 8 & 255);
    wr(r, HIGH, lba >> 16 & 255);
}

static inline uint8_t command(struct rig *r, uint8_t c)
{
    wr(r, STATUS, c);
    ck_assert(inb(r->f, r->ctl) & IDE_BSY || c == 0xa0);
    return settle(r);
}

static inline void read_data(struct rig *r, uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i += 2) put_le16(to + i, inw(r->f, r->base));
}

static inline void write_data(struct rig *r, const uint8_t *from, size_t len)
{
    for (size_t i = 0; i < len; i += 2) outw(r->f, r->base, get_le16(from + i));
}

/* --- DMA --- */

static inline unsigned bm(struct rig *r) { return r->base == PRI ? BM : BM + 8; }

static inline void prd(struct rig *r, unsigned n, uint32_t at, uint32_t len, bool last)
{
    uint8_t e[8];
    put_le32(e, at);
    put_le32(e + 4, (len & 0xffff) | (last ? 0x80000000u : 0));
    ck_assert_int_eq(bus_ram_write(r->f->m.bus, TABLE + 8 * n, e, 8), 0);
}

static inline void start_dma(struct rig *r, bool to_memory)
{
    outl(r->f, bm(r) + 4, TABLE);
    outb(r->f, bm(r) + 2, 6);
    outb(r->f, bm(r), to_memory ? 9 : 1);
}

static inline uint8_t *ram(struct rig *r, uint32_t at) { return region_ram(r->ram) + at; }

#endif
