/*
 * Shared by the mv64361*.c files only. Registers live in one array indexed by offset / 4; the
 * files below add behaviour to some of them.
 */
#ifndef MACHINES_DEV_MV64361_INT_H
#define MACHINES_DEV_MV64361_INT_H

#include "machines/dev/mv64361.h"

#define MV_REGS_LEN 0x10000u
#define MV_SRAM_LEN 0x40000u
#define MV_WINDOWS 10

/* Offsets, named as in the Linux header without its MV64340_ prefix. */
enum mv_reg {
    MV_CPU_CONFIG = 0x000, MV_MAIN_CAUSE_LOW = 0x004, MV_MAIN_CAUSE_HIGH = 0x00c,
    MV_CPU0_MASK_LOW = 0x014, MV_CPU0_MASK_HIGH = 0x01c, MV_CPU0_SELECT = 0x024,
    MV_CPU1_MASK_LOW = 0x034, MV_CPU1_MASK_HIGH = 0x03c, MV_CPU1_SELECT = 0x044,
    MV_INT0_MASK_LOW = 0x054, MV_INT0_MASK_HIGH = 0x05c, MV_INT0_SELECT = 0x064,
    MV_INTERNAL_BASE = 0x068,
    MV_INT1_MASK_LOW = 0x074, MV_INT1_MASK_HIGH = 0x07c, MV_INT1_SELECT = 0x084,
    MV_WHOAMI = 0x200, MV_CPU0_DOORBELL = 0x214, MV_CPU0_DOORBELL_CLEAR = 0x21c,
    MV_CPU1_DOORBELL = 0x224, MV_CPU1_DOORBELL_CLEAR = 0x22c,
    MV_CPU0_DOORBELL_MASK = 0x234, MV_CPU1_DOORBELL_MASK = 0x23c,
    MV_SEMAPHORE0 = 0x244, MV_SEMAPHORE7 = 0x27c,
    MV_SRAM_BASE = 0x268,
    MV_BASE_ENABLE = 0x278,
    MV_TIMER0 = 0x850, MV_TIMER_CONTROL = 0x864, MV_TIMER_CAUSE = 0x868, MV_TIMER_MASK = 0x86c,
    MV_PCI1_CONFIG_ADDR = 0xc78, MV_PCI1_CONFIG_DATA = 0xc7c,
    MV_PCI0_CONFIG_ADDR = 0xcf8, MV_PCI0_CONFIG_DATA = 0xcfc,
    MV_PCI0_INTA = 0xc34, MV_PCI1_INTA = 0xcb4,
    MV_PCI0_P2P_CONFIG = 0x1d14, MV_PCI1_P2P_CONFIG = 0x1d94,
    MV_ETH_PHY_ADDR = 0x2000, MV_ETH_SMI = 0x2004, MV_ETH_PORT0 = 0x2400, MV_ETH_END = 0x4000,
    MV_WDOG_CONFIG = 0xb410, MV_WDOG_VALUE = 0xb414,
    MV_I2C_ADDR = 0xc000, MV_I2C_DATA = 0xc004, MV_I2C_CONTROL = 0xc008, MV_I2C_STATUS = 0xc00c,
    MV_I2C_EXT_ADDR = 0xc010, MV_I2C_RESET = 0xc01c,
    MV_GPP_DIR = 0xf100, MV_GPP_VALUE = 0xf104, MV_GPP_CAUSE = 0xf108, MV_GPP_MASK0 = 0xf10c,
    MV_GPP_LEVEL = 0xf110, MV_GPP_MASK1 = 0xf114, MV_GPP_SET = 0xf118, MV_GPP_CLEAR = 0xf11c,
    MV_CUNIT_ARBITER = 0xf300,
};

#define MV_CUNIT_GPP_LEVEL (1u << 10)       /* GPP interrupts follow the pins */
#define MV_CPU_CONFIG_NO_REMAP (1u << 27)   /* base writes leave the remap register alone */
#define MV_ENABLE_SRAM (1u << 19)           /* in MV_BASE_ENABLE, 1 = disabled */
#define MV_ENABLE_REGS (1u << 20)

/* Main cause bits in 64-bit numbering (facts 2.3). */
enum {
    MV_CAUSE_TIMER0 = 8, MV_CAUSE_P1_GPP0 = 24, MV_CAUSE_P1_DOORBELL = 28, MV_CAUSE_I2C = 37,
    MV_CAUSE_P0_GPP0 = 56, MV_CAUSE_P0_DOORBELL = 60,
};

struct mv_timer {
    uint64_t start; /* virtual ns at which the count was `initial` */
    uint32_t initial;
    bool running;
    struct event event;
    struct mv64361 *mv;
};

struct mv_inta {
    uint8_t (*ack)(void *ctx);
    void *ctx;
};

struct mv64361 {
    struct device dev;
    struct mv64361_wires wires;
    struct bus *mem[2], *io[2];
    struct pci_bus *pci[2];
    struct pci_dev *host[2];
    struct mv_inta inta[2];
    struct region *regs, *sram, *win[MV_WINDOWS];
    uint32_t tclk;
    uint32_t r[MV_REGS_LEN / 4];
    uint32_t gpp_in;   /* levels at the pins */
    uint32_t gpp_last; /* active inputs at the last look, for edge mode */
    struct mv_timer timer[4];
    uint8_t i2c_status;
};

static inline uint32_t *mv_reg(struct mv64361 *mv, unsigned off)
{
    return &mv->r[(off & (MV_REGS_LEN - 1)) / 4];
}

/* v with the bits of `lanes` taken from `written`. */
static inline uint32_t mv_merge(uint32_t v, uint32_t written, uint32_t lanes)
{
    return (v & ~lanes) | (written & lanes);
}

/* Each part: true when the register is its own. v is in place, lanes marks the bits written. */
bool mv_window_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes);
void mv_windows_init(struct mv64361 *mv);
void mv_windows_reset(struct mv64361 *mv);
void mv_windows_update(struct mv64361 *mv);

bool mv_irq_read(struct mv64361 *mv, unsigned off, uint32_t *v);
bool mv_irq_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes);
void mv_irq_update(struct mv64361 *mv);
void mv_gpp_update(struct mv64361 *mv);

bool mv_timer_read(struct mv64361 *mv, unsigned off, uint32_t *v);
bool mv_timer_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes);
void mv_timer_init(struct mv64361 *mv);
void mv_timer_reset(struct mv64361 *mv);

bool mv_i2c_read(struct mv64361 *mv, unsigned off, uint32_t *v);
bool mv_i2c_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes);
bool mv_i2c_irq(const struct mv64361 *mv);
void mv_i2c_reset(struct mv64361 *mv);

bool mv_eth_read(struct mv64361 *mv, unsigned off, uint32_t *v);
bool mv_eth_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes);
void mv_eth_reset(struct mv64361 *mv);

#endif
