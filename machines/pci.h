/*
 * Conventional PCI: a bus with its memory and I/O spaces, functions with 256 bytes of
 * configuration space under write masks (rule R29), base address registers that move regions, and
 * INTA-D lines. Type-1 configuration mechanism values are plain CPU integers.
 */
#ifndef MACHINES_PCI_H
#define MACHINES_PCI_H

#include "machines/device.h"

#define PCI_DEVFN(dev, fn) ((unsigned)(dev) << 3 | (fn))
#define PCI_DEV(devfn) ((devfn) >> 3)
#define PCI_FN(devfn) ((devfn)&7)

enum {
    PCI_VENDOR_ID = 0x00, PCI_DEVICE_ID = 0x02, PCI_COMMAND = 0x04, PCI_STATUS = 0x06,
    PCI_REVISION = 0x08, PCI_CLASS_PROG = 0x09, PCI_CLASS = 0x0a, PCI_CACHE_LINE = 0x0c,
    PCI_LATENCY = 0x0d, PCI_HEADER_TYPE = 0x0e, PCI_BAR0 = 0x10, PCI_SUBSYS_VENDOR = 0x2c,
    PCI_SUBSYS_ID = 0x2e, PCI_ROM = 0x30, PCI_CAP_PTR = 0x34, PCI_INT_LINE = 0x3c,
    PCI_INT_PIN = 0x3d,
};
enum { PCI_CMD_IO = 1, PCI_CMD_MEM = 2, PCI_CMD_MASTER = 4 };
enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_IO, PCI_BAR_MEM, PCI_BAR_MEM_PREF };

struct pci_bus;
struct pci_dev;

struct pci_bar {
    enum pci_bar_kind kind;
    uint32_t size; /* power of two; I/O at least 4, memory at least 16 */
    struct region *region;
};

struct pci_dev {
    struct device dev; /* first: a PCI function is a device */
    struct pci_bus *bus;
    uint8_t devfn;
    uint8_t cfg[256];
    uint8_t wmask[256]; /* bits the guest may set; set up by pci_init_dev and the device */
    uint8_t w1c[256];   /* bits that a written 1 clears */
    struct pci_bar bars[7]; /* 0-5 and the expansion ROM as 6 */
    /* Optional: called after a configuration write of `size` bytes at `reg` was merged. */
    void (*cfg_written)(struct pci_dev *p, unsigned reg, unsigned size);
    /* Optional: replaces the value read (already assembled, little-endian number). */
    uint32_t (*cfg_read)(struct pci_dev *p, unsigned reg, unsigned size, uint32_t v);
};

/* mem, io: the spaces of this bus. dma: the bus that master accesses reach (RAM only).
 * intx: INTA..INTD after the standard (pin + device) & 3 swizzle when `swizzle`. */
struct pci_bus *pci_bus_new(const char *name, struct bus *mem, struct bus *io, struct bus *dma,
                            const struct irq intx[4], struct log *log);
void pci_bus_free(struct pci_bus *b);
struct bus *pci_bus_mem(struct pci_bus *b);
struct bus *pci_bus_io(struct pci_bus *b);
const char *pci_bus_name(const struct pci_bus *b);

/* Fills the standard header and write masks and puts p on the bus. class_code: 24 bits. */
int pci_add(struct pci_bus *b, struct pci_dev *p, uint8_t devfn, uint16_t vendor, uint16_t device,
            uint32_t class_code, uint8_t revision, uint8_t int_pin, struct error *err) MUST_CHECK;
/* Declares BAR n (0-5, 6 = ROM) with its registers. */
void pci_add_bar(struct pci_dev *p, unsigned n, enum pci_bar_kind kind, uint32_t size,
                 const struct mmio_ops *ops, void *dev);
/* The same for memory that is real RAM; NULL and a sentence when the host has no room for it. */
struct region *pci_add_ram_bar(struct pci_dev *p, unsigned n, enum pci_bar_kind kind, uint32_t size,
                               const char *name, struct error *err);
/* Part of a function's reset: command, status, BARs, cache line, latency, interrupt line to 0. */
void pci_reset_dev(struct pci_dev *p);
/* Re-reads command and BARs and moves the regions: after a direct change of cfg[]. */
void pci_update_bars(struct pci_dev *p);

/* reg 0-255, size 1, 2 or 4, inside one dword. Nothing there: all ones, writes dropped.
 * bus_no: only 0 exists below each host. */
uint32_t pci_cfg_read(struct pci_bus *b, unsigned bus_no, unsigned devfn, unsigned reg, unsigned size);
void pci_cfg_write(struct pci_bus *b, unsigned bus_no, unsigned devfn, unsigned reg, unsigned size,
                   uint32_t v);

/* The function's own INTx pin (config 3D); a function without a pin drives nothing. */
void pci_irq(struct pci_dev *p, bool level);

/* Bus-master access to RAM; -EFAULT (and nothing moved) when it is not RAM (master abort) or the
 * function's bus-master enable is off. pci_dma_*_any ignores the enable (AC97 on the real chip). */
int pci_dma_read(struct pci_dev *p, uint32_t at, void *to, uint32_t len) MUST_CHECK;
int pci_dma_write(struct pci_dev *p, uint32_t at, const void *from, uint32_t len) MUST_CHECK;
int pci_dma_read_any(struct pci_dev *p, uint32_t at, void *to, uint32_t len) MUST_CHECK;
int pci_dma_write_any(struct pci_dev *p, uint32_t at, const void *from, uint32_t len) MUST_CHECK;

/* Functions of the bus in devfn order; NULL at the end. */
struct pci_dev *pci_next(struct pci_bus *b, const struct pci_dev *after);

/* Writes the Open Firmware node of every function, generic properties first and then what
 * type->fdt adds inside the node (../shared facts 5.3). */
void pci_fdt(struct pci_bus *b, struct fdtw *w);

static inline uint16_t pci_get16(const struct pci_dev *p, unsigned r) { return get_le16(p->cfg + r); }
static inline uint32_t pci_get32(const struct pci_dev *p, unsigned r) { return get_le32(p->cfg + r); }
static inline void pci_set16(struct pci_dev *p, unsigned r, uint16_t v) { put_le16(p->cfg + r, v); }
static inline void pci_set32(struct pci_dev *p, unsigned r, uint32_t v) { put_le32(p->cfg + r, v); }

#endif
