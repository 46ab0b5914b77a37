/*
 * VT8231 function 4: ACPI registers with the power management timer and soft-off, and the SMBus
 * host with the memory module's SPD EEPROM. ACPI 1.0 section 4.7; VT8231 data sheet; facts 3.6.
 * Both register blocks sit at I/O addresses of their own, not behind base address registers.
 */
#include "machines/dev/vt8231_int.h"

#include <stdlib.h>
#include "machines/dev/spd.h"
#include "machines/machine.h"

#define PM_TIMER_HZ 3579545u
#define PM_LEN 128
#define SMB_LEN 16

/* Configuration registers. */
enum {
    PM_GENERAL = 0x41, /* bit 7: the I/O block answers; bit 3: the timer has 32 bits */
    PM_SCI = 0x42, PM_BASE = 0x48, PM_SMB_BASE = 0x90, PM_SMB_CONTROL = 0xd2,
};

/* ACPI block. */
enum { PM1_STATUS = 0x00, PM1_ENABLE = 0x02, PM1_CONTROL = 0x04, PM_TIMER = 0x08 };
enum { PM1_TMR = 1 << 0, PM1_GBL = 1 << 5, PM1_PWRBTN = 1 << 8, PM1_RTC = 1 << 10 };
#define PM1_SCI_EVENTS (PM1_TMR | PM1_GBL | PM1_PWRBTN | PM1_RTC)
enum { PM1_SCI_EN = 1 << 0, PM1_SLP_EN = 1 << 13 };
#define PM1_SLP_TYP(v) ((v) >> 10 & 7)
#define SLP_SOFT_OFF 2

/* SMBus block. */
enum {
    SMB_STATUS = 0, SMB_SLAVE_STATUS, SMB_CONTROL, SMB_COMMAND, SMB_ADDRESS, SMB_DATA0, SMB_DATA1,
    SMB_BLOCK,
};
enum { SMB_ST_DONE = 0x02, SMB_ST_DEVICE_ERROR = 0x04, SMB_ST_W1C = 0x1e };
enum { SMB_START = 0x40, SMB_PROTOCOL = 0x3c };
enum {
    SMB_QUICK = 0x00, SMB_BYTE = 0x04, SMB_BYTE_DATA = 0x08, SMB_WORD_DATA = 0x0c,
    SMB_BLOCK_DATA = 0x14, SMB_I2C_BLOCK = 0x34,
};
#define SPD_ADDRESS 0x57
#define BLOCK_MAX 32

struct pm {
    struct pci_dev pci;
    struct irq sci;
    struct region *acpi, *smb;
    uint16_t status, enable, control;
    uint64_t overflows_seen; /* timer overflows up to the last clearing of TMR_STS */
    uint8_t other[PM_LEN];   /* the rest of the ACPI block keeps what is written */
    struct event overflow;
    uint8_t smb_reg[SMB_LEN];
    uint8_t block[BLOCK_MAX], block_at;
    uint8_t spd[SPD_LEN], spd_at;
};

static uint64_t timer_ticks(struct pm *p)
{
    return ns_to_ticks(sched_now(device_sched(&p->pci.dev)), PM_TIMER_HZ);
}

static unsigned timer_bits(const struct pm *p) { return p->pci.cfg[PM_GENERAL] & 8 ? 32 : 24; }

/* TMR_STS is set whenever the timer's highest bit changes (ACPI 1.0, 4.7.2.1). */
static uint64_t overflows(struct pm *p) { return timer_ticks(p) >> (timer_bits(p) - 1); }

static uint16_t read_status(struct pm *p)
{
    return (uint16_t)(p->status | (overflows(p) != p->overflows_seen ? PM1_TMR : 0));
}

static void update(struct pm *p)
{
    struct sched *s = device_sched(&p->pci.dev);
    uint16_t active = read_status(p) & p->enable & PM1_SCI_EVENTS;
    irq_set(p->sci, active && p->control & PM1_SCI_EN);
    sched_cancel(s, &p->overflow);
    if (!(p->enable & PM1_TMR) || active & PM1_TMR) return;
    uint64_t next = (overflows(p) + 1) << (timer_bits(p) - 1);
    sched_at(s, &p->overflow, ticks_to_ns(next, PM_TIMER_HZ));
}

static void on_overflow(void *ctx) { update(ctx); }

static void power_button(void *ctx)
{
    struct pm *p = ctx;
    p->status |= PM1_PWRBTN;
    update(p);
}

static void write_control(struct pm *p, uint16_t v)
{
    p->control = v & (uint16_t)~PM1_SLP_EN; /* write-only */
    if (!(v & PM1_SLP_EN)) return;
    if (PM1_SLP_TYP(v) == SLP_SOFT_OFF) {
        machine_request_poweroff(p->pci.dev.m, 0);
    } else {
        log_once(device_log(&p->pci.dev), LOG_UNIMP, "vt8231.sleep", v,
                 "vt8231.pm: sleep type %u is not modelled", PM1_SLP_TYP(v));
    }
}

/* The byte of a register block's 16-bit register that `off` names. */
static uint8_t half(uint16_t v, unsigned off) { return (uint8_t)(off & 1 ? v >> 8 : v); }

static uint16_t merge(uint16_t v, unsigned off, uint8_t byte)
{
    return (uint16_t)(off & 1 ? (v & 0x00ff) | byte << 8 : (v & 0xff00) | byte);
}

static uint8_t acpi_byte(struct pm *p, unsigned off)
{
    switch (off & ~1u) {
    case PM1_STATUS: return half(read_status(p), off);
    case PM1_ENABLE: return half(p->enable, off);
    case PM1_CONTROL: return half(p->control, off);
    default: return p->other[off];
    }
}

static uint64_t acpi_read(void *dev, uint64_t at, unsigned size)
{
    struct pm *p = dev;
    uint64_t ticks = timer_ticks(p) & ((UINT64_C(1) << timer_bits(p)) - 1), v = 0;
    for (unsigned i = 0; i < size; i++) {
        unsigned off = (unsigned)(at + i) & (PM_LEN - 1);
        bool timer = off >= PM_TIMER && off < PM_TIMER + 4;
        uint8_t byte = timer ? (uint8_t)(ticks >> 8 * (off - PM_TIMER)) : acpi_byte(p, off);
        v |= (uint64_t)byte << 8 * i;
    }
    return v;
}

static void acpi_write(void *dev, uint64_t at, unsigned size, uint64_t value)
{
    struct pm *p = dev;
    uint16_t control = p->control;
    bool control_written = false;
    for (unsigned i = 0; i < size; i++) {
        unsigned off = (unsigned)(at + i) & (PM_LEN - 1);
        uint8_t byte = (uint8_t)(value >> 8 * i);
        switch (off & ~1u) {
        case PM1_STATUS: /* ones clear */
            p->status &= (uint16_t)~merge(0, off, byte);
            if (off == PM1_STATUS && byte & PM1_TMR) p->overflows_seen = overflows(p);
            break;
        case PM1_ENABLE: p->enable = merge(p->enable, off, byte); break;
        case PM1_CONTROL:
            control = merge(control, off, byte);
            control_written = true;
            break;
        default: p->other[off] = byte; break;
        }
    }
    if (control_written) write_control(p, control);
    update(p);
}

/* One transfer to the EEPROM; false when it does not acknowledge. */
static bool eeprom(struct pm *p, unsigned protocol, bool reads)
{
    uint8_t *r = p->smb_reg;
    if (protocol == SMB_BYTE) {
        if (reads) r[SMB_DATA0] = p->spd[p->spd_at++];
        else p->spd_at = r[SMB_COMMAND];
        return true;
    }
    if (protocol == SMB_QUICK) return true;
    if (!reads) return true; /* write protected on a module */
    p->spd_at = r[SMB_COMMAND];
    if (protocol == SMB_BYTE_DATA || protocol == SMB_WORD_DATA) {
        r[SMB_DATA0] = p->spd[p->spd_at++];
        if (protocol == SMB_WORD_DATA) r[SMB_DATA1] = p->spd[p->spd_at++];
        return true;
    }
    if (protocol == SMB_BLOCK_DATA) r[SMB_DATA0] = p->spd[p->spd_at++];
    else if (protocol != SMB_I2C_BLOCK) return false;
    for (unsigned i = 0; i < BLOCK_MAX; i++) p->block[i] = p->spd[(uint8_t)(p->spd_at + i)];
    return true;
}

static void smb_start(struct pm *p)
{
    uint8_t *r = p->smb_reg;
    bool there = r[SMB_ADDRESS] >> 1 == SPD_ADDRESS;
    bool ok = there && eeprom(p, r[SMB_CONTROL] & SMB_PROTOCOL, r[SMB_ADDRESS] & 1);
    r[SMB_STATUS] |= ok ? SMB_ST_DONE : SMB_ST_DEVICE_ERROR;
    p->block_at = 0;
}

static uint64_t smb_read(void *dev, uint64_t off, unsigned size)
{
    struct pm *p = dev;
    (void)size;
    off &= SMB_LEN - 1;
    if (off == SMB_CONTROL) p->block_at = 0; /* reading it rewinds the block register */
    if (off == SMB_BLOCK) return p->block[p->block_at++ & (BLOCK_MAX - 1)];
    return p->smb_reg[off];
}

static void smb_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct pm *p = dev;
    (void)size;
    off &= SMB_LEN - 1;
    switch (off) {
    case SMB_STATUS: p->smb_reg[off] &= (uint8_t)~(v & SMB_ST_W1C); break;
    case SMB_SLAVE_STATUS: break;
    case SMB_CONTROL:
        p->smb_reg[off] = (uint8_t)v & (uint8_t)~SMB_START;
        if (v & SMB_START) smb_start(p);
        break;
    case SMB_BLOCK: p->block[p->block_at++ & (BLOCK_MAX - 1)] = (uint8_t)v; break;
    default: p->smb_reg[off] = (uint8_t)v; break;
    }
}

static const struct mmio_ops acpi_ops = {acpi_read, acpi_write, 4, false, "vt8231.acpi"};
static const struct mmio_ops smb_ops = {smb_read, smb_write, 1, false, "vt8231.smbus"};

static void cfg_written(struct pci_dev *pci, unsigned reg, unsigned size)
{
    struct pm *p = container_of(pci, struct pm, pci);
    uint8_t *cfg = pci->cfg;
    (void)reg;
    (void)size;
    cfg[PM_BASE] |= 1;
    cfg[PM_SMB_BASE] |= 1;
    uint16_t acpi = pci_get16(pci, PM_BASE) & 0xff80, smb = pci_get16(pci, PM_SMB_BASE) & 0xfff0;
    region_set(p->acpi, acpi, PM_LEN, acpi && cfg[PM_GENERAL] & 0x80);
    region_set(p->smb, smb, SMB_LEN, smb && cfg[PM_SMB_CONTROL] & 1);
    update(p);
}

static void reset(struct device *d)
{
    struct pm *p = container_of(d, struct pm, pci.dev);
    pci_reset_dev(&p->pci);
    memset(p->pci.cfg + 0x40, 0, 0xc0);
    p->status = p->enable = p->control = 0;
    p->overflows_seen = overflows(p);
    memset(p->other, 0, sizeof p->other);
    memset(p->smb_reg, 0, sizeof p->smb_reg);
    memset(p->block, 0, sizeof p->block);
    p->block_at = p->spd_at = 0;
    cfg_written(&p->pci, PM_BASE, 4);
}

static int after_load(struct device *d)
{
    struct pm *p = container_of(d, struct pm, pci.dev);
    cfg_written(&p->pci, PM_BASE, 4);
    return 0;
}

static const struct state_field state[] = {
    S_BYTES(pm, pci.cfg), S_U16(pm, status), S_U16(pm, enable), S_U16(pm, control),
    S_U64(pm, overflows_seen), S_BYTES(pm, other), S_EVENT(pm, overflow), S_BYTES(pm, smb_reg),
    S_BYTES(pm, block), S_U8(pm, block_at), S_U8(pm, spd_at), S_END,
};

static const struct device_type type = {
    .name = "vt8231.pm", .reset = reset, .state = state, .state_version = 1,
    .after_load = after_load,
};

struct pci_dev *vt8231_pm_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                              struct irq sci, struct error *err)
{
    struct pm *p = xcalloc(1, sizeof *p);
    p->sci = sci;
    p->overflow = (struct event){.fn = on_overflow, .ctx = p, .name = "vt8231.pm.timer"};
    if (machine_add_device(m, &p->pci.dev, &type, "vt8231.pm", err)) {
        free(p);
        return NULL;
    }
    spd_make(p->spd, region_len(m->ram));
    p->acpi = bus_add_mmio(pci_bus_io(pci), 0xf00, PM_LEN, 1, &acpi_ops, p);
    p->smb = bus_add_mmio(pci_bus_io(pci), 0xd00, SMB_LEN, 1, &smb_ops, p);
    if (pci_add(pci, &p->pci, devfn, 0x1106, 0x8235, 0x068000, 0x40, 0, err)) return NULL;
    m->power_button = power_button;
    m->power_button_ctx = p;
    pci_set16(&p->pci, PCI_STATUS, 0x0280);
    memset(p->pci.wmask + 0x40, 0xff, 0xc0);
    p->pci.cfg_written = cfg_written;
    return &p->pci;
}
