/* MV64361: address windows of the CPU into the PCI spaces, the register block and the SRAM. */
#include "machines/dev/mv64361_int.h"
#include "machines/machine.h"

#define BASE_MASK 0x030fffffu /* address >> 16, byte swap code in bits 25-24 */
#define SIZE_MASK 0x0000ffffu /* (size >> 16) - 1 */
#define REMAP_MASK 0x0000ffffu
#define SWAP_BYTES (1u << 24) /* the only swap code that is modelled, and that guests use */
#define ENABLE_MASK 0x001fffffu
#define SRAM_RESET 0x42000000u /* UNVERIFIED: where the SRAM would be at reset; it is disabled */

/* RAM, SRAM and the boot ROM are on top: PCI1 mem3 covers the ROM's addresses. */
#define WINDOW_PRIO (-1)
#define REGS_PRIO 1

struct window {
    const char *name;
    uint8_t pci, enable_bit;
    bool io, mapped_to_zero; /* the mem1 windows show PCI memory 0 after reset */
    uint16_t base, size, remap, remap_high;
    uint32_t base_reset, size_reset;
};

static const struct window windows[MV_WINDOWS] = {
    {"pci0.io", 0, 9, true, false, 0x048, 0x050, 0x0f0, 0, 0x100f800, 0x00ff},
    {"pci0.mem0", 0, 10, false, false, 0x058, 0x060, 0x0f8, 0x320, 0x100c000, 0x1fff},
    {"pci0.mem1", 0, 11, false, true, 0x080, 0x088, 0x100, 0x328, 0x100f900, 0x00ff},
    {"pci0.mem2", 0, 12, false, false, 0x258, 0x260, 0x2f8, 0x330, 0x100f400, 0x01ff},
    {"pci0.mem3", 0, 13, false, false, 0x280, 0x288, 0x300, 0x338, 0x100f600, 0x01ff},
    {"pci1.io", 1, 14, true, false, 0x090, 0x098, 0x108, 0, 0x100fe00, 0x00ff},
    {"pci1.mem0", 1, 15, false, false, 0x0a0, 0x0a8, 0x110, 0x340, 0x1008000, 0x3fff},
    {"pci1.mem1", 1, 16, false, true, 0x0b0, 0x0b8, 0x118, 0x348, 0x100fd00, 0x00ff},
    {"pci1.mem2", 1, 17, false, false, 0x2a0, 0x2a8, 0x310, 0x350, 0x1002600, 0x01ff},
    {"pci1.mem3", 1, 18, false, false, 0x2b0, 0x2b8, 0x318, 0x358, 0x100ff80, 0x007f},
};

static paddr_t window_base(const struct mv64361 *mv, unsigned off)
{
    return (paddr_t)(mv->r[off / 4] & 0xfffff) << 16;
}

static void update_window(struct mv64361 *mv, unsigned i)
{
    const struct window *w = &windows[i];
    uint64_t len = ((uint64_t)(*mv_reg(mv, w->size) & SIZE_MASK) + 1) << 16;
    paddr_t target = (paddr_t)(*mv_reg(mv, w->remap) & REMAP_MASK) << 16;
    bool on = !(*mv_reg(mv, MV_BASE_ENABLE) & 1u << w->enable_bit);
    if (w->remap_high && *mv_reg(mv, w->remap_high)) on = false; /* nothing lives above 4 GiB */
    /* UNVERIFIED: ports start at the window's start both before firmware has set the remap
     * register and after it wrote 0; address bits above the window do not reach an I/O device. */
    if (w->io) target &= is_pow2(len) ? len - 1 : 0;
    region_retarget(mv->win[i], target);
    region_set(mv->win[i], window_base(mv, w->base), len, on);
}

void mv_windows_update(struct mv64361 *mv)
{
    uint32_t off = *mv_reg(mv, MV_BASE_ENABLE);
    for (unsigned i = 0; i < MV_WINDOWS; i++) update_window(mv, i);
    region_set(mv->sram, window_base(mv, MV_SRAM_BASE), MV_SRAM_LEN, !(off & MV_ENABLE_SRAM));
    region_set(mv->regs, window_base(mv, MV_INTERNAL_BASE), MV_REGS_LEN, !(off & MV_ENABLE_REGS));
}

static void check_swap(struct mv64361 *mv, const struct window *w)
{
    uint32_t v = *mv_reg(mv, w->base);
    if ((v & 0x03000000) == SWAP_BYTES) return;
    log_once(device_log(&mv->dev), LOG_UNIMP, "mv64361.swap", w->base,
             "mv64361: window %s: swap code %u is not modelled", w->name, v >> 24 & 3);
}

static bool write_one(struct mv64361 *mv, const struct window *w, unsigned off, uint32_t v,
                      uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    if (off == w->base) {
        *r = mv_merge(*r, v, lanes) & BASE_MASK;
        check_swap(mv, w);
        if (!(*mv_reg(mv, MV_CPU_CONFIG) & MV_CPU_CONFIG_NO_REMAP)) {
            *mv_reg(mv, w->remap) = *r & REMAP_MASK;
        }
        return true;
    }
    if (off == w->size) {
        *r = mv_merge(*r, v, lanes) & SIZE_MASK;
        return true;
    }
    if (off == w->remap) {
        *r = mv_merge(*r, v, lanes) & REMAP_MASK;
        return true;
    }
    if (!w->remap_high || off != w->remap_high) return false;
    *r = mv_merge(*r, v, lanes);
    return true;
}

bool mv_window_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    bool mine = false;
    for (unsigned i = 0; i < MV_WINDOWS && !mine; i++) {
        mine = write_one(mv, &windows[i], off, v, lanes);
    }
    if (off == MV_INTERNAL_BASE || off == MV_SRAM_BASE) {
        *r = mv_merge(*r, v, lanes) & BASE_MASK;
        mine = true;
    } else if (off == MV_BASE_ENABLE) {
        *r = mv_merge(*r, v, lanes) & ENABLE_MASK;
        mine = true;
    }
    if (mine) mv_windows_update(mv);
    return mine;
}

void mv_windows_init(struct mv64361 *mv)
{
    struct bus *cpu = mv->dev.m->bus;
    for (unsigned i = 0; i < MV_WINDOWS; i++) {
        const struct window *w = &windows[i];
        struct bus *to = w->io ? mv->io[w->pci] : mv->mem[w->pci];
        mv->win[i] = bus_add_window(cpu, w->name, 0xf8000000u, 0x10000, WINDOW_PRIO, to, 0);
        region_set(mv->win[i], 0xf8000000u, 0x10000, false);
    }
}

void mv_windows_reset(struct mv64361 *mv)
{
    for (unsigned i = 0; i < MV_WINDOWS; i++) {
        const struct window *w = &windows[i];
        *mv_reg(mv, w->base) = w->base_reset;
        *mv_reg(mv, w->size) = w->size_reset;
        *mv_reg(mv, w->remap) = w->mapped_to_zero ? 0 : w->base_reset & REMAP_MASK;
    }
    *mv_reg(mv, MV_INTERNAL_BASE) = 0x0100f100;
    *mv_reg(mv, MV_SRAM_BASE) = SRAM_RESET >> 16;
    *mv_reg(mv, MV_BASE_ENABLE) = 0x000fbfff;
    mv_windows_update(mv);
}
