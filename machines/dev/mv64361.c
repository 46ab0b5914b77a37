#include "machines/dev/mv64361_int.h"

#include <errno.h>
#include <stdlib.h>
#include "machines/machine.h"

/* Registers whose value after reset is not 0 (facts 2; the others are in their own files). */
static const struct {
    uint16_t off;
    uint32_t value;
} resets[] = {
    {MV_CPU_CONFIG, 0x028000ff}, {MV_PCI0_P2P_CONFIG, 0xff}, {MV_PCI1_P2P_CONFIG, 0xff},
    {MV_CUNIT_ARBITER, 0x11ff0000},
};

/* Blocks whose registers exist and keep what is written. What lies outside reads 0. */
static const struct {
    uint16_t from, to;
} blocks[] = {
    {0x0000, 0x03ec},                   /* CPU interface, masks, windows, doorbells */
    {0x045c, 0x0470}, {0x04c0, 0x04ec}, /* device controller */
    {0x0800, 0x08fc}, {0x0a00, 0x0a8c}, /* IDMA, timers */
    {0x0c00, 0x0dac}, {0x0e00, 0x0f90}, /* PCI */
    {0x1400, 0x14c8},                   /* SDRAM controller */
    {0x1d00, 0x1ef0},                   /* PCI arbiters, access windows, errors */
    {0x2000, 0x4000},                   /* Ethernet */
    {0x4000, 0x7000}, {0x8000, 0xa000}, /* SDMA, MPSC */
    {0xb200, 0xb220}, {0xb400, 0xb420}, /* baud rate generators, routing, watchdog */
    {0xb800, 0xb8c0},                   /* SDMA, MPSC, BRG interrupts */
    {0xc000, 0xc020}, {0xf000, 0xf320}, /* I2C, pins and the CUNIT */
};

#define CPU_CONFIG_WRITABLE 0x0ebe3bffu /* facts 2.1, with bit 23 */
#define SEMAPHORE_FREE 0xffu

static bool known(unsigned off)
{
    for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
        if (off >= blocks[i].from && off < blocks[i].to) return true;
    }
    return false;
}

static bool is_semaphore(unsigned off)
{
    return off >= MV_SEMAPHORE0 && off <= MV_SEMAPHORE7 && (off & 7) == 4;
}

/* Error and interrupt causes that nothing here ever raises: they stay 0 whatever is written. */
static bool is_quiet_cause(unsigned off)
{
    static const uint16_t regs[] = {0x070, 0x078, 0x128, 0x130, 0x138, 0x140, 0x4d0, 0x8c0,
                                    0x1d40, 0x1d44, 0x1d48, 0x1d50, 0x1d58, 0x1dc0, 0x1dc4,
                                    0x1dc8, 0x1dd0, 0x1dd8, 0xb800, 0xf310};
    for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
        if (off == regs[i]) return true;
    }
    return off >= 0xb804 && off < 0xb840;
}

/* The configuration address register names bus, device, function and dword; the low bits come
 * from where the data register is touched (PCI 2.2, 3.2.2.3). */
static bool config_target(struct mv64361 *mv, unsigned n, unsigned *bus, unsigned *devfn,
                          unsigned *reg)
{
    uint32_t at = *mv_reg(mv, n ? MV_PCI1_CONFIG_ADDR : MV_PCI0_CONFIG_ADDR);
    uint32_t own = *mv_reg(mv, n ? MV_PCI1_P2P_CONFIG : MV_PCI0_P2P_CONFIG) >> 16 & 0xff;
    *bus = (at >> 16 & 0xff) == own ? 0 : 1; /* the host's own bus number is programmable */
    *devfn = at >> 8 & 0xff;
    *reg = at & 0xfc;
    return at >> 31;
}

static uint32_t config_read(struct mv64361 *mv, unsigned n, unsigned lane, unsigned size)
{
    unsigned bus, devfn, reg;
    if (!config_target(mv, n, &bus, &devfn, &reg)) return UINT32_MAX;
    return pci_cfg_read(mv->pci[n], bus, devfn, reg + lane, size);
}

static void config_write(struct mv64361 *mv, unsigned n, unsigned lane, unsigned size, uint32_t v)
{
    unsigned bus, devfn, reg;
    if (!config_target(mv, n, &bus, &devfn, &reg)) return;
    pci_cfg_write(mv->pci[n], bus, devfn, reg + lane, size, v);
}

static uint32_t acknowledge(struct mv64361 *mv, unsigned n, unsigned lane)
{
    struct mv_inta *a = &mv->inta[n];
    if (lane) return 0; /* the vector is in the lowest byte lane */
    return a->ack ? a->ack(a->ctx) : UINT32_MAX; /* nobody answers: master abort */
}

/* Registers where the width of the access matters; true when handled. */
static bool lane_read(struct mv64361 *mv, unsigned off, unsigned size, uint32_t *v)
{
    unsigned lane = off & 3;
    switch (off & ~3u) {
    case MV_PCI0_CONFIG_DATA: *v = config_read(mv, 0, lane, size); return true;
    case MV_PCI1_CONFIG_DATA: *v = config_read(mv, 1, lane, size); return true;
    case MV_PCI0_INTA: *v = acknowledge(mv, 0, lane); return true;
    case MV_PCI1_INTA: *v = acknowledge(mv, 1, lane); return true;
    default: return false;
    }
}

static bool lane_write(struct mv64361 *mv, unsigned off, unsigned size, uint32_t v)
{
    switch (off & ~3u) {
    case MV_PCI0_CONFIG_DATA: config_write(mv, 0, off & 3, size, v); return true;
    case MV_PCI1_CONFIG_DATA: config_write(mv, 1, off & 3, size, v); return true;
    case MV_PCI0_INTA:
    case MV_PCI1_INTA: return true;
    default: return false;
    }
}

static uint32_t read_word(struct mv64361 *mv, unsigned off)
{
    uint32_t v;
    if (mv_irq_read(mv, off, &v) || mv_timer_read(mv, off, &v) || mv_i2c_read(mv, off, &v) ||
        mv_eth_read(mv, off, &v)) {
        return v;
    }
    if (is_semaphore(off)) { /* reading a free one takes it for CPU 0 (UNVERIFIED) */
        v = *mv_reg(mv, off);
        *mv_reg(mv, off) = 0;
        return v;
    }
    if (known(off)) return *mv_reg(mv, off);
    log_once(device_log(&mv->dev), LOG_UNIMP, "mv64361.read", off,
             "mv64361: read of unknown register %04x", off);
    return 0;
}

static void write_word(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    if (mv_irq_write(mv, off, v, lanes) || mv_window_write(mv, off, v, lanes) ||
        mv_timer_write(mv, off, v, lanes) || mv_i2c_write(mv, off, v, lanes) ||
        mv_eth_write(mv, off, v, lanes)) {
        return;
    }
    uint32_t *r = mv_reg(mv, off);
    if (off == MV_CPU_CONFIG) {
        *r = mv_merge(*r, v, lanes & CPU_CONFIG_WRITABLE);
    } else if (is_semaphore(off)) {
        *r = mv_merge(*r, v, lanes) & SEMAPHORE_FREE;
    } else if (off == MV_WHOAMI || is_quiet_cause(off)) {
        return;
    } else if (known(off)) {
        *r = mv_merge(*r, v, lanes);
        if (off == MV_WDOG_CONFIG) {
            log_once(device_log(&mv->dev), LOG_UNIMP, "mv64361.watchdog", off,
                     "mv64361: the watchdog is not modelled, its registers only keep values");
        }
    } else {
        log_once(device_log(&mv->dev), LOG_UNIMP, "mv64361.write", off,
                 "mv64361: write of %08x to unknown register %04x", v, off);
    }
}

static unsigned cut(unsigned off, unsigned size)
{
    unsigned room = 4 - (off & 3);
    return size < room ? size : room;
}

static uint64_t mmio_read(void *dev, uint64_t at, unsigned size)
{
    struct mv64361 *mv = dev;
    unsigned off = at & (MV_REGS_LEN - 1);
    uint32_t v;
    size = cut(off, size);
    if (!lane_read(mv, off, size, &v)) v = read_word(mv, off & ~3u) >> 8 * (off & 3);
    return size == 4 ? v : v & ((1u << 8 * size) - 1);
}

static void mmio_write(void *dev, uint64_t at, unsigned size, uint64_t value)
{
    struct mv64361 *mv = dev;
    unsigned off = at & (MV_REGS_LEN - 1), shift = 8 * (off & 3);
    size = cut(off, size);
    uint32_t lanes = (size == 4 ? UINT32_MAX : (1u << 8 * size) - 1) << shift;
    if (!lane_write(mv, off, size, (uint32_t)value)) {
        write_word(mv, off & ~3u, (uint32_t)value << shift & lanes, lanes);
    }
}

static const struct mmio_ops regs_ops = {mmio_read, mmio_write, 4, false, "mv64361"};

uint32_t mv64361_read(struct mv64361 *mv, uint16_t off)
{
    return (uint32_t)mmio_read(mv, off, 4);
}

void mv64361_write(struct mv64361 *mv, uint16_t off, uint32_t v) { mmio_write(mv, off, 4, v); }

struct pci_bus *mv64361_pci(struct mv64361 *mv, unsigned n) { return mv->pci[n & 1]; }

void mv64361_set_inta(struct mv64361 *mv, unsigned n, uint8_t (*ack)(void *ctx), void *ctx)
{
    mv->inta[n & 1] = (struct mv_inta){ack, ctx};
}

static void reset(struct device *d)
{
    struct mv64361 *mv = container_of(d, struct mv64361, dev);
    memset(mv->r, 0, sizeof mv->r);
    for (size_t i = 0; i < ARRAY_SIZE(resets); i++) *mv_reg(mv, resets[i].off) = resets[i].value;
    for (unsigned off = MV_SEMAPHORE0; off <= MV_SEMAPHORE7; off += 8) {
        *mv_reg(mv, off) = SEMAPHORE_FREE;
    }
    mv->gpp_last = 0;
    mv_windows_reset(mv);
    mv_timer_reset(mv);
    mv_i2c_reset(mv);
    mv_eth_reset(mv);
    mv_gpp_update(mv);
}

static void fini(struct device *d)
{
    struct mv64361 *mv = container_of(d, struct mv64361, dev);
    for (unsigned n = 0; n < 2; n++) {
        pci_bus_free(mv->pci[n]);
        bus_free(mv->mem[n]);
        bus_free(mv->io[n]);
    }
    free(mv);
}

static int after_load(struct device *d)
{
    struct mv64361 *mv = container_of(d, struct mv64361, dev);
    mv_windows_update(mv);
    return 0;
}

#define TIMER_STATE(i)                                                                             \
    S_U64(mv64361, timer[i].start), S_U32(mv64361, timer[i].initial),                              \
        S_BOOL(mv64361, timer[i].running), S_EVENT(mv64361, timer[i].event)

static const struct state_field state[] = {
    S_U32S(mv64361, r), S_U32(mv64361, gpp_in), S_U32(mv64361, gpp_last), TIMER_STATE(0),
    TIMER_STATE(1), TIMER_STATE(2), TIMER_STATE(3), S_U8(mv64361, i2c_status), S_END,
};

static const struct device_type type = {
    .name = "mv64361", .reset = reset, .fini = fini, .state = state, .state_version = 1,
    .after_load = after_load,
};

/* The host functions have the ids only: their address registers read 0 (facts 2.7). */
static void host_reset(struct device *d) { pci_reset_dev(container_of(d, struct pci_dev, dev)); }

static const struct state_field host_state[] = {S_BYTES(pci_dev, cfg), S_END};

static const struct device_type host_type = {
    .name = "mv64361.host", .reset = host_reset, .state = host_state, .state_version = 1,
};

static int add_host(struct mv64361 *mv, unsigned n, struct error *err)
{
    struct pci_dev *p = xcalloc(1, sizeof *p);
    int r = machine_add_device(mv->dev.m, &p->dev, &host_type, n ? "pci1.host" : "pci0.host", err);
    if (r) {
        free(p);
        return r;
    }
    mv->host[n] = p;
    return pci_add(mv->pci[n], p, PCI_DEVFN(0, 0), 0x11ab, 0x6460, 0x060000, 0, 0, err);
}

struct mv64361 *mv64361_new(struct machine *m, const char *label,
                            const struct mv64361_wires *wires, uint32_t tclk, struct error *err)
{
    static const char *const names[2][3] = {{"pci0", "pci0.mem", "pci0.io"},
                                            {"pci1", "pci1.mem", "pci1.io"}};
    struct mv64361 *mv = xcalloc(1, sizeof *mv);
    mv->wires = *wires;
    mv->tclk = tclk;
    if (machine_add_device(m, &mv->dev, &type, label, err)) {
        free(mv);
        return NULL;
    }
    for (unsigned n = 0; n < 2; n++) {
        mv->mem[n] = bus_new(names[n][1], 0xff, &m->log);
        mv->io[n] = bus_new(names[n][2], 0xff, &m->log);
        mv->pci[n] = pci_bus_new(names[n][0], mv->mem[n], mv->io[n], m->bus, wires->intx[n],
                                 &m->log);
        if (add_host(mv, n, err)) return NULL;
    }
    if (bus_add_ram(m->bus, "mv64361.sram", 0x42000000, MV_SRAM_LEN, RAM_RW, &mv->sram, err)) {
        return NULL;
    }
    mv->regs = bus_add_mmio(m->bus, 0xf1000000u, MV_REGS_LEN, 1, &regs_ops, mv);
    mv_windows_init(mv);
    mv_timer_init(mv);
    return mv;
}
