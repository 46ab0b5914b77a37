/*
 * MV64361: four 32-bit timer/counters and the I2C master.
 * Counts are computed when read; an event exists only for the terminal count.
 */
#include "machines/dev/mv64361_int.h"
#include "machines/machine.h"

/* A period shorter than this loses interrupts: the cause bit is sticky, so a guest that answers
 * more slowly cannot tell. */
#define MIN_EVENT_NS 10000

enum { TIMER_ENABLE = 1, TIMER_PERIODIC = 2 }; /* in each timer's byte of the control register */

static uint8_t timer_control(struct mv64361 *mv, unsigned n)
{
    return (uint8_t)(*mv_reg(mv, MV_TIMER_CONTROL) >> 8 * n);
}

static uint64_t ticks_since(const struct mv_timer *t)
{
    uint64_t now = sched_now(device_sched(&t->mv->dev));
    return now > t->start ? ns_to_ticks(now - t->start, t->mv->tclk) : 0;
}

static uint32_t current_count(struct mv64361 *mv, unsigned n)
{
    struct mv_timer *t = &mv->timer[n];
    if (!t->running || !t->initial) return t->initial;
    uint64_t e = ticks_since(t);
    if (timer_control(mv, n) & TIMER_PERIODIC) return t->initial - (uint32_t)(e % t->initial);
    return e >= t->initial ? 0 : t->initial - (uint32_t)e;
}

static void schedule(struct mv64361 *mv, unsigned n)
{
    struct mv_timer *t = &mv->timer[n];
    struct sched *s = device_sched(&mv->dev);
    sched_cancel(s, &t->event);
    if (!t->running || !t->initial) return;
    uint64_t periods = 1;
    if (timer_control(mv, n) & TIMER_PERIODIC) {
        periods = ticks_since(t) / t->initial + 1;
    } else if (ticks_since(t) >= t->initial) {
        return;
    }
    uint64_t when = t->start + ticks_to_ns(periods * t->initial, mv->tclk);
    uint64_t soonest = sched_now(s) + MIN_EVENT_NS;
    sched_at(s, &t->event, when > soonest ? when : soonest);
}

static void expired(void *ctx)
{
    struct mv_timer *t = ctx;
    struct mv64361 *mv = t->mv;
    unsigned n = (unsigned)(t - mv->timer);
    *mv_reg(mv, MV_TIMER_CAUSE) |= 1u << n;
    if (timer_control(mv, n) & TIMER_PERIODIC) schedule(mv, n);
    mv_irq_update(mv);
}

static void set_control(struct mv64361 *mv, uint32_t v)
{
    uint32_t was = *mv_reg(mv, MV_TIMER_CONTROL);
    for (unsigned n = 0; n < 4; n++) {
        struct mv_timer *t = &mv->timer[n];
        bool on = v >> 8 * n & TIMER_ENABLE, changed = ((was ^ v) >> 8 * n & 0xff) != 0;
        if (!changed) continue;
        uint32_t left = current_count(mv, n);
        *mv_reg(mv, MV_TIMER_CONTROL) = (*mv_reg(mv, MV_TIMER_CONTROL) & ~(0xffu << 8 * n)) |
                                        (v & 0xffu << 8 * n);
        t->start = sched_now(device_sched(&mv->dev));
        if (!on) t->initial = left;
        t->running = on;
        schedule(mv, n);
    }
}

static void set_count(struct mv64361 *mv, unsigned n, uint32_t v)
{
    struct mv_timer *t = &mv->timer[n];
    t->initial = v;
    t->start = sched_now(device_sched(&mv->dev));
    schedule(mv, n);
}

bool mv_timer_read(struct mv64361 *mv, unsigned off, uint32_t *v)
{
    if (off < MV_TIMER0 || off >= MV_TIMER0 + 16) return false;
    *v = current_count(mv, (off - MV_TIMER0) / 4);
    return true;
}

bool mv_timer_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    if (off >= MV_TIMER0 && off < MV_TIMER0 + 16) {
        unsigned n = (off - MV_TIMER0) / 4;
        set_count(mv, n, mv_merge(mv->timer[n].initial, v, lanes));
        return true;
    }
    switch (off) {
    case MV_TIMER_CONTROL: set_control(mv, mv_merge(*r, v, lanes)); return true;
    case MV_TIMER_CAUSE: *r &= v | ~lanes; break; /* zeros clear */
    case MV_TIMER_MASK: *r = mv_merge(*r, v, lanes); break;
    default: return false;
    }
    mv_irq_update(mv);
    return true;
}

void mv_timer_init(struct mv64361 *mv)
{
    for (unsigned n = 0; n < 4; n++) {
        struct mv_timer *t = &mv->timer[n];
        t->mv = mv;
        t->event = (struct event){.fn = expired, .ctx = t, .name = "mv64361.timer"};
    }
}

void mv_timer_reset(struct mv64361 *mv)
{
    for (unsigned n = 0; n < 4; n++) {
        sched_cancel(device_sched(&mv->dev), &mv->timer[n].event);
        mv->timer[n].initial = 0;
        mv->timer[n].running = false;
        mv->timer[n].start = 0;
    }
}

/* I2C master. Nothing answers on the bus, so every address ends with "no acknowledge"; that is
 * enough for a driver not to wait for ever. Bits and codes: drivers/i2c/busses/i2c-mv64xxx.c. */
enum {
    I2C_FLAG = 0x08, I2C_STOP = 0x10, I2C_START = 0x20, I2C_ENABLE = 0x40, I2C_IRQ = 0x80,
};
enum {
    I2C_ST_START = 0x08, I2C_ST_REPEATED = 0x10, I2C_ST_WRITE_NAK = 0x20, I2C_ST_DATA_NAK = 0x30,
    I2C_ST_READ_NAK = 0x48, I2C_ST_IDLE = 0xf8,
};

bool mv_i2c_irq(const struct mv64361 *mv)
{
    uint32_t c = mv->r[MV_I2C_CONTROL / 4];
    return c & I2C_IRQ && c & I2C_FLAG;
}

void mv_i2c_reset(struct mv64361 *mv)
{
    mv->i2c_status = I2C_ST_IDLE;
    *mv_reg(mv, MV_I2C_CONTROL) = 0;
}

static void i2c_control(struct mv64361 *mv, uint32_t v)
{
    uint32_t *c = mv_reg(mv, MV_I2C_CONTROL);
    bool go = !(v & I2C_FLAG); /* the flag cannot be set by writing, clearing it goes on */
    *c = (v & 0xf4 & ~(uint32_t)(I2C_STOP | I2C_START)) | (go ? 0 : *c & I2C_FLAG);
    if (!(v & I2C_ENABLE)) return;
    if (v & I2C_STOP) {
        mv->i2c_status = I2C_ST_IDLE;
        if (!(v & I2C_START)) return;
    }
    if (v & I2C_START) {
        mv->i2c_status = mv->i2c_status == I2C_ST_IDLE ? I2C_ST_START : I2C_ST_REPEATED;
    } else if (!go || mv->i2c_status == I2C_ST_IDLE) {
        return;
    } else if (mv->i2c_status == I2C_ST_START || mv->i2c_status == I2C_ST_REPEATED) {
        bool reads = *mv_reg(mv, MV_I2C_DATA) & 1;
        mv->i2c_status = reads ? I2C_ST_READ_NAK : I2C_ST_WRITE_NAK;
    } else {
        mv->i2c_status = I2C_ST_DATA_NAK;
    }
    *c |= I2C_FLAG;
}

bool mv_i2c_read(struct mv64361 *mv, unsigned off, uint32_t *v)
{
    if (off != MV_I2C_STATUS) return false;
    *v = mv->i2c_status;
    return true;
}

bool mv_i2c_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    switch (off) {
    case MV_I2C_CONTROL: i2c_control(mv, mv_merge(*r, v, lanes)); break;
    case MV_I2C_RESET: mv_i2c_reset(mv); break;
    case MV_I2C_ADDR:
    case MV_I2C_DATA:
    case MV_I2C_STATUS: /* baud rate */
    case MV_I2C_EXT_ADDR: *r = mv_merge(*r, v, lanes) & 0xff; break;
    default: return false;
    }
    mv_irq_update(mv);
    return true;
}
