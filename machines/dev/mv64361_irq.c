/* MV64361: general purpose pins, main interrupt cause, masks and select causes. */
#include "machines/dev/mv64361_int.h"
#include "machines/machine.h"

static uint64_t mask64(struct mv64361 *mv, unsigned low, unsigned high)
{
    return (uint64_t)*mv_reg(mv, high) << 32 | *mv_reg(mv, low);
}

static uint64_t main_cause(struct mv64361 *mv)
{
    uint64_t cause = 0;
    uint32_t p0 = *mv_reg(mv, MV_GPP_CAUSE) & *mv_reg(mv, MV_GPP_MASK0);
    uint32_t p1 = *mv_reg(mv, MV_GPP_CAUSE) & *mv_reg(mv, MV_GPP_MASK1);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t group = 0xffu << 8 * i;
        if (p0 & group) cause |= UINT64_C(1) << (MV_CAUSE_P0_GPP0 + i);
        if (p1 & group) cause |= UINT64_C(1) << (MV_CAUSE_P1_GPP0 + i);
    }
    uint32_t timers = *mv_reg(mv, MV_TIMER_CAUSE) & *mv_reg(mv, MV_TIMER_MASK) & 0xf;
    cause |= (uint64_t)timers << MV_CAUSE_TIMER0;
    if (mv_i2c_irq(mv)) cause |= UINT64_C(1) << MV_CAUSE_I2C;
    if (*mv_reg(mv, MV_CPU0_DOORBELL) & *mv_reg(mv, MV_CPU0_DOORBELL_MASK)) {
        cause |= UINT64_C(1) << MV_CAUSE_P0_DOORBELL;
    }
    if (*mv_reg(mv, MV_CPU1_DOORBELL) & *mv_reg(mv, MV_CPU1_DOORBELL_MASK)) {
        cause |= UINT64_C(1) << MV_CAUSE_P1_DOORBELL;
    }
    return cause;
}

void mv_irq_update(struct mv64361 *mv)
{
    uint64_t mask = mask64(mv, MV_CPU0_MASK_LOW, MV_CPU0_MASK_HIGH);
    irq_set(mv->wires.cpu_int, (main_cause(mv) & mask) != 0);
}

/* Bit 30: the word is the high one; bit 31: both words have something (facts 2.3). */
static uint32_t select_cause(struct mv64361 *mv, unsigned mask_low, unsigned mask_high)
{
    uint64_t v = main_cause(mv) & mask64(mv, mask_low, mask_high);
    uint32_t low = (uint32_t)v, high = (uint32_t)(v >> 32);
    if (low) return (low & 0x3fffffff) | (high ? 1u << 31 : 0);
    return high ? (high & 0x3fffffff) | 1u << 30 : 0;
}

/* Input pins after the polarity register: one = active. */
static uint32_t active_inputs(struct mv64361 *mv)
{
    return (mv->gpp_in ^ *mv_reg(mv, MV_GPP_LEVEL)) & ~*mv_reg(mv, MV_GPP_DIR);
}

void mv_gpp_update(struct mv64361 *mv)
{
    uint32_t active = active_inputs(mv), *cause = mv_reg(mv, MV_GPP_CAUSE);
    if (*mv_reg(mv, MV_CUNIT_ARBITER) & MV_CUNIT_GPP_LEVEL) {
        *cause = active;
    } else {
        *cause |= active & ~mv->gpp_last;
    }
    mv->gpp_last = active;
    mv_irq_update(mv);
}

void mv64361_gpp_set(void *dev, unsigned pin, bool level)
{
    struct mv64361 *mv = dev;
    uint32_t bit = 1u << (pin & 31);
    mv->gpp_in = level ? mv->gpp_in | bit : mv->gpp_in & ~bit;
    mv_gpp_update(mv);
}

bool mv_irq_read(struct mv64361 *mv, unsigned off, uint32_t *v)
{
    switch (off) {
    case MV_MAIN_CAUSE_LOW: *v = (uint32_t)main_cause(mv); return true;
    case MV_MAIN_CAUSE_HIGH: *v = (uint32_t)(main_cause(mv) >> 32); return true;
    case MV_CPU0_SELECT: *v = select_cause(mv, MV_CPU0_MASK_LOW, MV_CPU0_MASK_HIGH); return true;
    case MV_CPU1_SELECT: *v = select_cause(mv, MV_CPU1_MASK_LOW, MV_CPU1_MASK_HIGH); return true;
    case MV_INT0_SELECT: *v = select_cause(mv, MV_INT0_MASK_LOW, MV_INT0_MASK_HIGH); return true;
    case MV_INT1_SELECT: *v = select_cause(mv, MV_INT1_MASK_LOW, MV_INT1_MASK_HIGH); return true;
    case MV_GPP_VALUE:
        *v = (*mv_reg(mv, MV_GPP_VALUE) & *mv_reg(mv, MV_GPP_DIR)) | active_inputs(mv);
        return true;
    case MV_GPP_SET:
    case MV_GPP_CLEAR: *v = 0; return true;
    default: return false;
    }
}

static bool gpp_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    switch (off) {
    case MV_GPP_CAUSE: /* edge mode: zeros clear; level mode: the pins decide */
        if (!(*mv_reg(mv, MV_CUNIT_ARBITER) & MV_CUNIT_GPP_LEVEL)) *r &= v | ~lanes;
        break;
    case MV_GPP_SET: *mv_reg(mv, MV_GPP_VALUE) |= v & lanes; break;
    case MV_GPP_CLEAR: *mv_reg(mv, MV_GPP_VALUE) &= ~(v & lanes); break;
    case MV_GPP_DIR:
    case MV_GPP_VALUE:
    case MV_GPP_MASK0:
    case MV_GPP_MASK1:
    case MV_GPP_LEVEL:
    case MV_CUNIT_ARBITER: *r = mv_merge(*r, v, lanes); break;
    default: return false;
    }
    mv_gpp_update(mv);
    return true;
}

bool mv_irq_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    if (gpp_write(mv, off, v, lanes)) return true;
    switch (off) {
    case MV_MAIN_CAUSE_LOW:
    case MV_MAIN_CAUSE_HIGH:
    case MV_CPU0_SELECT:
    case MV_CPU1_SELECT:
    case MV_INT0_SELECT:
    case MV_INT1_SELECT: return true; /* read-only */
    case MV_CPU0_DOORBELL:
    case MV_CPU1_DOORBELL: *r |= v & lanes; break;
    case MV_CPU0_DOORBELL_CLEAR: *mv_reg(mv, MV_CPU0_DOORBELL) &= ~(v & lanes); break;
    case MV_CPU1_DOORBELL_CLEAR: *mv_reg(mv, MV_CPU1_DOORBELL) &= ~(v & lanes); break;
    case MV_CPU0_MASK_LOW:
    case MV_CPU0_MASK_HIGH:
    case MV_CPU1_MASK_LOW:
    case MV_CPU1_MASK_HIGH:
    case MV_INT0_MASK_LOW:
    case MV_INT0_MASK_HIGH:
    case MV_INT1_MASK_LOW:
    case MV_INT1_MASK_HIGH:
    case MV_CPU0_DOORBELL_MASK:
    case MV_CPU1_DOORBELL_MASK: *r = mv_merge(*r, v, lanes); break;
    default: return false;
    }
    mv_irq_update(mv);
    return true;
}
