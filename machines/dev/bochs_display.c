/*
 * Bochs/QEMU standard VGA as a PCI function: a linear frame buffer in BAR 0, and in BAR 2 the EDID,
 * the VGA ports, the VBE registers and two extension registers. Sources: QEMU's document "PCI
 * standard vga" (docs/specs/standard-vga), the Bochs VBE API document, IBM's VGA manual for the
 * palette. Text modes are not shown: nothing on these machines sets one.
 *
 * The guest writes registers in any order and with any value. After each write the picture is derived
 * anew and kept as a `struct surface` that lies inside the card's memory (rules R7, R11); nobody else
 * looks at the registers.
 */
#include "machines/dev/bochs_display.h"

#include <stdlib.h>
#include <string.h>

#include "machines/dev/edid.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

enum {
    VBE_ID, VBE_XRES, VBE_YRES, VBE_BPP, VBE_ENABLE, VBE_BANK, VBE_VIRT_WIDTH, VBE_VIRT_HEIGHT,
    VBE_X_OFFSET, VBE_Y_OFFSET, VBE_MEMORY_64K, VBE_REGISTERS
};
enum {
    ENABLE_ON = 0x01, ENABLE_CAPS = 0x02, ENABLE_DAC8 = 0x20, ENABLE_LFB = 0x40,
    ENABLE_KEEP = 0x80, ENABLE_MASK = 0xe3
};
#define VBE_ID_NEWEST 0xb0c5
#define VBE_ID_OLDEST 0xb0c0

/* BAR 2 */
#define MMIO_VGA 0x400u /* ports 3C0-3DF */
#define MMIO_VBE 0x500u
#define MMIO_EXT 0x600u
#define EXT_SIZE 8u
#define FB_BIG 0xbebebebeu
#define FB_LITTLE 0x1e1e1e1eu

#define VRAM_PAGES (BOCHS_VRAM_SIZE >> PAGE_SHIFT)
#define MEMORY_64K (BOCHS_VRAM_SIZE >> 16)

struct bochs {
    struct pci_dev pci; /* first */
    struct display display;
    struct region *vram;
    struct region *vbe_ports, *vga_ports;
    uint16_t vbe[VBE_REGISTERS];
    uint16_t vbe_index;
    bool big_endian;
    /* VGA: the palette works, the rest only remembers */
    uint8_t dac[256][3]; /* as written: 6 or 8 bits */
    uint8_t dac_read, dac_write, dac_part, dac_mask;
    uint8_t attr[32], attr_index, misc, seq[8], seq_index, gfx[16], gfx_index;
    uint8_t crtc[32], crtc_index;
    bool attr_is_data;
    struct surface now;
    uint8_t edid[EDID_SIZE];
    uint8_t dirty[VRAM_PAGES]; /* scratch of take_dirty */
};

static struct bochs *of_device(struct device *d) { return (struct bochs *)d; }
static struct bochs *of_display(struct display *d)
{
    return (struct bochs *)((char *)d - offsetof(struct bochs, display));
}

/* ---- the picture ---- */

static bool format_of(unsigned bpp, enum display_format *f)
{
    switch (bpp) {
    case 8: *f = DISPLAY_INDEX8; return true;
    case 15: *f = DISPLAY_RGB555; return true;
    case 16: *f = DISPLAY_RGB565; return true;
    case 24: *f = DISPLAY_RGB888; return true;
    case 32: *f = DISPLAY_XRGB8888; return true;
    default: return false;
    }
}

static void derive_palette(struct bochs *b, struct surface *s)
{
    unsigned shift = b->vbe[VBE_ENABLE] & ENABLE_DAC8 ? 0 : 2;
    for (unsigned i = 0; i < 256; i++) {
        const uint8_t *c = b->dac[i & b->dac_mask];
        uint32_t rgb = 0;
        for (unsigned k = 0; k < 3; k++) {
            uint32_t v = c[k];
            if (shift) v = (v & 63) << 2 | (v & 63) >> 4;
            rgb = rgb << 8 | v;
        }
        s->palette[i] = rgb;
    }
}

/* Bytes of the visible picture from its first pixel to its last; all in 64 bits. */
static uint64_t span_of(const struct surface *s)
{
    return (uint64_t)s->pitch * (s->height - 1) + (uint64_t)s->width * display_bytes(s->format);
}

/* Registers to picture. Dark unless all of it is valid; a picture that the memory is too small for
 * loses rows at the bottom. */
static void derive(struct bochs *b)
{
    struct surface s = {.serial = b->now.serial + 1, .big_endian = b->big_endian};
    const uint16_t *v = b->vbe;
    derive_palette(b, &s);
    if ((v[VBE_ENABLE] & ENABLE_ON) && format_of(v[VBE_BPP], &s.format) && v[VBE_XRES] &&
        v[VBE_YRES] && v[VBE_XRES] <= DISPLAY_MAX_WIDTH && v[VBE_YRES] <= DISPLAY_MAX_HEIGHT) {
        unsigned bytes = display_bytes(s.format);
        uint32_t virt = v[VBE_VIRT_WIDTH] > v[VBE_XRES] ? v[VBE_VIRT_WIDTH] : v[VBE_XRES];
        uint64_t row = (uint64_t)v[VBE_XRES] * bytes;
        s.pitch = virt * bytes;
        s.offset = (uint64_t)v[VBE_Y_OFFSET] * s.pitch + (uint64_t)v[VBE_X_OFFSET] * bytes;
        if (span_ok(s.offset, row, BOCHS_VRAM_SIZE)) {
            uint64_t rows = (BOCHS_VRAM_SIZE - s.offset - row) / s.pitch + 1;
            s.width = v[VBE_XRES];
            s.height = v[VBE_YRES] < rows ? v[VBE_YRES] : (uint32_t)rows;
            s.pixels = region_ram(b->vram) + s.offset;
        }
    }
    b->now = s;
}

static void get_surface(struct display *d, struct surface *to) { *to = of_display(d)->now; }

static bool take_dirty(struct display *d, const struct surface *s, uint8_t *rows)
{
    struct bochs *b = of_display(d);
    memset(rows, 0, s->height);
    if (!s->height || s->serial != b->now.serial) return false;
    uint64_t first = s->offset >> PAGE_SHIFT, last = (s->offset + span_of(s) - 1) >> PAGE_SHIFT;
    if (!region_take_dirty(b->vram, first, last - first + 1, b->dirty)) return false;
    unsigned width = s->width * display_bytes(s->format);
    bool any = false;
    for (uint32_t y = 0; y < s->height; y++) {
        uint64_t at = s->offset + (uint64_t)y * s->pitch;
        for (uint64_t p = at >> PAGE_SHIFT; p <= (at + width - 1) >> PAGE_SHIFT; p++)
            rows[y] |= b->dirty[p - first];
        any |= rows[y];
    }
    return any;
}

/* ---- VBE registers ---- */

static uint16_t vbe_read(struct bochs *b, unsigned index)
{
    if (index >= VBE_REGISTERS) return 0;
    if (index == VBE_MEMORY_64K) return MEMORY_64K;
    if (index == VBE_VIRT_HEIGHT) {
        uint32_t pitch = b->now.pitch;
        uint32_t rows = pitch ? BOCHS_VRAM_SIZE / pitch : 0;
        return rows > 0xffff ? 0xffff : (uint16_t)rows;
    }
    if (b->vbe[VBE_ENABLE] & ENABLE_CAPS) {
        if (index == VBE_XRES) return 2560;
        if (index == VBE_YRES) return 1600;
        if (index == VBE_BPP) return 32;
    }
    return b->vbe[index];
}

/* Switching on sets the virtual screen to the visible one and, unless asked not to, blackens it. */
static void vbe_enable(struct bochs *b, uint16_t v)
{
    bool was_on = b->vbe[VBE_ENABLE] & ENABLE_ON;
    b->vbe[VBE_ENABLE] = v & ENABLE_MASK;
    if (!(v & ENABLE_ON) || was_on) return;
    b->vbe[VBE_VIRT_WIDTH] = b->vbe[VBE_XRES];
    b->vbe[VBE_X_OFFSET] = b->vbe[VBE_Y_OFFSET] = b->vbe[VBE_BANK] = 0;
    derive(b);
    if (!(v & ENABLE_KEEP) && b->now.height) region_fill(b->vram, 0, 0, span_of(&b->now));
}

static void vbe_write(struct bochs *b, unsigned index, uint16_t v)
{
    switch (index) {
    case VBE_ID:
        if (v >= VBE_ID_OLDEST && v <= VBE_ID_NEWEST) b->vbe[VBE_ID] = v;
        return;
    case VBE_ENABLE: vbe_enable(b, v); break;
    case VBE_XRES: b->vbe[index] = v & 0xfff8; break;
    case VBE_YRES:
    case VBE_BANK:
    case VBE_VIRT_WIDTH:
    case VBE_X_OFFSET:
    case VBE_Y_OFFSET: b->vbe[index] = v; break;
    case VBE_BPP: b->vbe[index] = v ? v : 8; break;
    default:
        log_once(device_log(&b->pci.dev), LOG_GUEST, "bochs vbe", index,
                 "bochs-display: write of %04x to VBE register %u, which cannot be written", v,
                 index);
        return;
    }
    derive(b);
}

/* ---- VGA ports: off is the port minus 3C0 ---- */

static uint8_t dac_data(struct bochs *b)
{
    uint8_t v = b->dac[b->dac_read][b->dac_part];
    if (++b->dac_part == 3) {
        b->dac_part = 0;
        b->dac_read++;
    }
    return v;
}

static void set_dac_data(struct bochs *b, uint8_t v)
{
    b->dac[b->dac_write][b->dac_part] = v;
    if (++b->dac_part < 3) return;
    b->dac_part = 0;
    b->dac_write++;
    derive(b);
}

static uint8_t vga_read(struct bochs *b, unsigned off)
{
    switch (off) {
    case 0x00: return b->attr_index;
    case 0x01: return b->attr[b->attr_index & 31];
    case 0x04: return b->seq_index;
    case 0x05: return b->seq[b->seq_index & 7];
    case 0x06: return b->dac_mask;
    case 0x07: return 0; /* DAC state: nobody waits */
    case 0x08: return b->dac_write;
    case 0x09: return dac_data(b);
    case 0x0c: return b->misc;
    case 0x0e: return b->gfx_index;
    case 0x0f: return b->gfx[b->gfx_index & 15];
    case 0x14: return b->crtc_index;
    case 0x15: return b->crtc[b->crtc_index & 31];
    case 0x1a:
        b->attr_is_data = false;
        /* Vertical retrace comes and goes, so that a guest that waits for either goes on. */
        return sched_now(device_sched(&b->pci.dev)) / 1000000u % 16 ? 0x00 : 0x09;
    default: return 0;
    }
}

static void vga_write(struct bochs *b, unsigned off, uint8_t v)
{
    switch (off) {
    case 0x00:
        if (b->attr_is_data) {
            b->attr[b->attr_index & 31] = v;
        } else {
            b->attr_index = v & 63;
        }
        b->attr_is_data = !b->attr_is_data;
        break;
    case 0x02: b->misc = v; break;
    case 0x04: b->seq_index = v; break;
    case 0x05: b->seq[b->seq_index & 7] = v; break;
    case 0x06:
        b->dac_mask = v;
        derive(b);
        break;
    case 0x07:
        b->dac_read = v;
        b->dac_part = 0;
        break;
    case 0x08:
        b->dac_write = v;
        b->dac_part = 0;
        break;
    case 0x09: set_dac_data(b, v); break;
    case 0x0e: b->gfx_index = v; break;
    case 0x0f: b->gfx[b->gfx_index & 15] = v; break;
    case 0x14: b->crtc_index = v; break;
    case 0x15: b->crtc[b->crtc_index & 31] = v; break;
    default: break;
    }
}

static uint64_t vga_port_read(void *dev, uint64_t off, unsigned size)
{
    (void)size;
    return vga_read(dev, (unsigned)off);
}

static void vga_port_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)size;
    vga_write(dev, (unsigned)off, (uint8_t)v);
}

/* Ports 1CE-1D1: index at 1CE; data at 1D0, where other machines than x86 find it. */
static uint64_t vbe_port_read(void *dev, uint64_t off, unsigned size)
{
    struct bochs *b = dev;
    if (size != 2) return 0;
    return off == 2 ? vbe_read(b, b->vbe_index) : off == 0 ? b->vbe_index : 0;
}

static void vbe_port_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct bochs *b = dev;
    if (size != 2) return;
    if (off == 0) b->vbe_index = (uint16_t)v;
    if (off == 2) vbe_write(b, b->vbe_index, (uint16_t)v);
}

/* ---- BAR 2; bytes everywhere, words at the VBE registers, double words at the extension ---- */

static uint32_t ext_read(const struct bochs *b, unsigned off)
{
    uint32_t v = off < 4 ? EXT_SIZE : b->big_endian ? FB_BIG : FB_LITTLE;
    return v >> 8 * (off & 3);
}

static uint64_t mmio_read(void *dev, uint64_t at, unsigned size)
{
    struct bochs *b = dev;
    unsigned off = (unsigned)at;
    if (off >= MMIO_EXT && off < MMIO_EXT + EXT_SIZE) return ext_read(b, off - MMIO_EXT);
    if (off >= MMIO_VBE && off < MMIO_VBE + 2 * VBE_REGISTERS && size <= 2) {
        return vbe_read(b, (off - MMIO_VBE) / 2) >> 8 * (off & 1);
    }
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = 0;
        if (off + i < EDID_SIZE) byte = b->edid[off + i];
        if (off + i >= MMIO_VGA && off + i < MMIO_VGA + 0x20) byte = vga_read(b, off + i - MMIO_VGA);
        v |= (uint64_t)byte << 8 * i;
    }
    return v;
}

static void mmio_write(void *dev, uint64_t at, unsigned size, uint64_t v)
{
    struct bochs *b = dev;
    unsigned off = (unsigned)at;
    if (off == MMIO_EXT + 4 && size == 4) {
        /* Any other value is none of the two orders and changes nothing. */
        if (v == FB_BIG) b->big_endian = true;
        if (v == FB_LITTLE) b->big_endian = false;
        derive(b);
    } else if (off >= MMIO_VBE && off < MMIO_VBE + 2 * VBE_REGISTERS && size == 2) {
        if (!(off & 1)) vbe_write(b, (off - MMIO_VBE) / 2, (uint16_t)v);
    } else {
        for (unsigned i = 0; i < size; i++) {
            if (off + i < MMIO_VGA || off + i >= MMIO_VGA + 0x20) continue;
            vga_write(b, off + i - MMIO_VGA, (uint8_t)(v >> 8 * i));
        }
    }
}

static const struct mmio_ops mmio_ops = {mmio_read, mmio_write, 4, false, "bochs-display"};
static const struct mmio_ops vga_ops = {vga_port_read, vga_port_write, 1, false, "bochs-display.vga"};
static const struct mmio_ops vbe_ops = {vbe_port_read, vbe_port_write, 2, false, "bochs-display.vbe"};

/* ---- for the firmware ---- */

static bool set_mode(struct display *d, uint32_t width, uint32_t height, uint32_t depth)
{
    struct bochs *b = of_display(d);
    enum display_format f;
    if (width > DISPLAY_MAX_WIDTH || height > DISPLAY_MAX_HEIGHT || width & 7 ||
        !format_of(depth, &f)) {
        return false;
    }
    b->big_endian = true;
    vbe_write(b, VBE_ENABLE, 0);
    vbe_write(b, VBE_XRES, (uint16_t)width);
    vbe_write(b, VBE_YRES, (uint16_t)height);
    vbe_write(b, VBE_BPP, (uint16_t)depth);
    vbe_write(b, VBE_ENABLE, ENABLE_ON | ENABLE_LFB | ENABLE_DAC8);
    return b->now.width == width && b->now.height == height;
}

static void set_color(struct display *d, uint8_t index, uint32_t rgb)
{
    struct bochs *b = of_display(d);
    unsigned shift = b->vbe[VBE_ENABLE] & ENABLE_DAC8 ? 0 : 2;
    for (unsigned k = 0; k < 3; k++)
        b->dac[index][k] = (uint8_t)((rgb >> (16 - 8 * k) & 0xff) >> shift);
    derive(b);
}

static uint32_t get_color(struct display *d, uint8_t index)
{
    return of_display(d)->now.palette[index];
}

static paddr_t address(struct display *d)
{
    struct bochs *b = of_display(d);
    if (!region_enabled(b->vram)) return 0;
    return region_at(b->vram) + b->now.offset;
}

static const struct display_ops display_ops = {get_surface, take_dirty, set_mode,
                                               set_color,   get_color,  address};

/* ---- the device ---- */

static void cfg_written(struct pci_dev *p, unsigned reg, unsigned size)
{
    struct bochs *b = (struct bochs *)p;
    (void)size;
    if (reg > PCI_COMMAND) return;
    bool io = p->cfg[PCI_COMMAND] & PCI_CMD_IO;
    region_set(b->vbe_ports, 0x1ce, 4, io);
    region_set(b->vga_ports, 0x3c0, 0x20, io);
}

static void reset(struct device *d)
{
    struct bochs *b = of_device(d);
    pci_reset_dev(&b->pci);
    cfg_written(&b->pci, PCI_COMMAND, 2);
    memset(b->vbe, 0, sizeof b->vbe);
    b->vbe[VBE_ID] = VBE_ID_NEWEST;
    b->vbe[VBE_BPP] = 8;
    b->vbe_index = 0;
    b->big_endian = true; /* as the card of a big-endian machine starts */
    memset(b->dac, 0, sizeof b->dac);
    b->dac_read = b->dac_write = b->dac_part = 0;
    b->dac_mask = 0xff;
    memset(b->attr, 0, sizeof b->attr);
    memset(b->seq, 0, sizeof b->seq);
    memset(b->gfx, 0, sizeof b->gfx);
    memset(b->crtc, 0, sizeof b->crtc);
    b->attr_index = b->seq_index = b->gfx_index = b->crtc_index = b->misc = 0;
    b->attr_is_data = false;
    region_fill(b->vram, 0, 0, BOCHS_VRAM_SIZE);
    derive(b);
}

static int after_load(struct device *d)
{
    struct bochs *b = of_device(d);
    if (b->dac_part > 2) b->dac_part = 0;
    b->vbe[VBE_ENABLE] &= ENABLE_MASK;
    pci_update_bars(&b->pci);
    cfg_written(&b->pci, PCI_COMMAND, 2);
    derive(b);
    return 0;
}

/* Where the board's firmware has put it: without this property Linux's offb finds nothing. */
static void fdt(struct device *d, struct fdtw *w)
{
    struct bochs *b = of_device(d);
    uint32_t cells[10];
    size_t n = 0;
    static const struct {
        unsigned bar;
        uint32_t space;
    } bars[] = {{0, 0xc2000000}, {2, 0x82000000}};
    for (size_t i = 0; i < ARRAY_SIZE(bars); i++) {
        const struct pci_bar *bar = &b->pci.bars[bars[i].bar];
        if (!region_enabled(bar->region)) continue;
        cells[n++] = bars[i].space | (uint32_t)b->pci.devfn << 8 | (PCI_BAR0 + 4 * bars[i].bar);
        cells[n++] = 0;
        cells[n++] = (uint32_t)region_at(bar->region);
        cells[n++] = 0;
        cells[n++] = bar->size;
    }
    if (n) fdtw_cells(w, "assigned-addresses", cells, n);
    fdtw_str(w, "device_type", "display");
    static const char compatible[] = "pci1234,1111\0pciclass,030000";
    fdtw_bytes(w, "compatible", compatible, sizeof compatible);
}

static const struct state_field state[] = {
    {"cfg", STATE_BYTES, offsetof(struct bochs, pci.cfg), 256},
    S_U16S(bochs, vbe), S_U16(bochs, vbe_index), S_BOOL(bochs, big_endian),
    S_BYTES(bochs, dac), S_U8(bochs, dac_read), S_U8(bochs, dac_write), S_U8(bochs, dac_part),
    S_U8(bochs, dac_mask), S_BYTES(bochs, attr), S_U8(bochs, attr_index), S_U8(bochs, misc),
    S_BYTES(bochs, seq), S_U8(bochs, seq_index), S_BYTES(bochs, gfx), S_U8(bochs, gfx_index),
    S_BYTES(bochs, crtc), S_U8(bochs, crtc_index), S_BOOL(bochs, attr_is_data), S_END,
};

static const struct device_type type = {
    .name = "bochs-display",
    .reset = reset,
    .fdt = fdt,
    .state = state,
    .state_version = 1,
    .after_load = after_load,
};

struct display *bochs_display_new(struct machine *m, const char *label, struct pci_bus *bus,
                                  uint8_t devfn, struct error *err)
{
    struct bochs *b = xcalloc(1, sizeof *b);
    if (machine_add_device(m, &b->pci.dev, &type, label, err)) {
        free(b);
        return NULL;
    }
    b->display.ops = &display_ops;
    if (pci_add(bus, &b->pci, devfn, 0x1234, 0x1111, 0x030000, 2, 0, err)) return NULL;
    pci_set16(&b->pci, PCI_SUBSYS_VENDOR, 0x1af4);
    pci_set16(&b->pci, PCI_SUBSYS_ID, 0x1100);
    b->pci.cfg_written = cfg_written;
    b->vram = pci_add_ram_bar(&b->pci, 0, PCI_BAR_MEM_PREF, BOCHS_VRAM_SIZE, "vram", err);
    if (!b->vram) return NULL;
    pci_add_bar(&b->pci, 2, PCI_BAR_MEM, BOCHS_MMIO_SIZE, &mmio_ops, b);
    b->vbe_ports = bus_add_mmio(pci_bus_io(bus), 0x1ce, 4, 1, &vbe_ops, b);
    b->vga_ports = bus_add_mmio(pci_bus_io(bus), 0x3c0, 0x20, 1, &vga_ops, b);
    edid_make(b->edid, "ppcemu", 1024, 768);
    return &b->display;
}
