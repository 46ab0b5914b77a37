#include "machines/dev/i8254.h"

#include <stdlib.h>
#include "machines/fdtw.h"
#include "machines/machine.h"

/* Shortest time between two events of counter 0. A guest may program 838 ns periods; the edges in
 * between are merged, as a PIC that nobody serves so fast would merge them. */
#define MIN_EVENT_NS 20000

#define REFRESH_NS 15085 /* port 61 bit 4 flips at every DRAM refresh request of an AT */

enum { ACCESS_LSB = 1, ACCESS_MSB = 2, ACCESS_BOTH = 3 };

struct counter {
    uint8_t mode, access;
    bool bcd, gate, loaded, null_count;
    bool running;   /* mode 1, 5: a trigger has come */
    uint32_t period;      /* ticks, 1-65536 */
    uint32_t next_period; /* modes 2, 3: takes over at the end of the period; 0 = none */
    uint64_t start;       /* tick at which elapsed time was `base` */
    uint64_t base;        /* ticks counted before the gate last closed */
    uint64_t past_rises;  /* rising edges in periods that `start` has moved past */
    uint8_t write_low;
    bool write_high_next, read_high_next;
    uint16_t latch;
    uint8_t latch_left;   /* latched bytes not read yet */
    bool status_latched;
    uint8_t status;
};

struct i8254 {
    struct device dev;
    struct counter c[3];
    uint8_t port61;
    bool irq_level;
    uint64_t rises; /* rising edges of counter 0's output since it was loaded */
    struct irq irq0;
    struct event event;
};

static uint64_t now_ticks(struct i8254 *t)
{
    return ns_to_ticks(sched_now(device_sched(&t->dev)), PIT_HZ);
}

/* Ticks the counter has counted since it was loaded or triggered. */
static uint64_t elapsed(const struct counter *c, uint64_t now)
{
    bool pauses = c->mode != 1 && c->mode != 5; /* there the gate only triggers */
    if (pauses && !c->gate) return c->base;
    return c->base + (now > c->start ? now - c->start : 0);
}

/* Lets a count written in the middle of a period take over when that period has ended. */
static void sync_period(struct counter *c, uint64_t now)
{
    if (!c->next_period || !c->period) return;
    uint64_t e = elapsed(c, now);
    if (e < c->period) return;
    c->start = now - (e - c->period);
    c->base = 0;
    c->past_rises++;
    c->period = c->next_period;
    c->next_period = 0;
    c->null_count = false;
}

static bool output(const struct counter *c, uint64_t now)
{
    if (!c->loaded) return c->mode != 0;
    uint64_t e = elapsed(c, now), n = c->period;
    switch (c->mode) {
    case 0: return e >= n;
    case 1: return !c->running || e >= n;
    case 2: return !c->gate || n == 1 || e % n != n - 1;
    case 3: return !c->gate || e % n < (n + 1) / 2;
    case 4: return e != n;
    default: return !c->running || e != n;
    }
}

/* Rising edges of the output since the count was loaded. */
static uint64_t rise_count(const struct counter *c, uint64_t now)
{
    uint64_t e = elapsed(c, now), n = c->period;
    if (!c->loaded) return 0;
    switch (c->mode) {
    case 2:
    case 3: return c->past_rises + e / n;
    case 4: return e > n;
    case 1: return c->running && e >= n;
    case 5: return c->running && e > n;
    default: return e >= n;
    }
}

/* Tick of the next change of the output that counter 0's line must show, or SCHED_NEVER. */
static uint64_t next_change(const struct counter *c, uint64_t now)
{
    if (!c->loaded) return SCHED_NEVER;
    uint64_t e = elapsed(c, now), n = c->period, at;
    bool triggered = c->mode == 1 || c->mode == 5;
    if (triggered ? !c->running : !c->gate) return SCHED_NEVER;
    switch (c->mode) {
    case 2: /* the low pulse of one tick is shown as a pulse at its end */
        at = (e / n + 1) * n;
        break;
    case 3:
        at = e % n < (n + 1) / 2 && n > 1 ? e - e % n + (n + 1) / 2 : (e / n + 1) * n;
        break;
    case 4:
    case 5: at = n + 1; break;
    default: at = n; break;
    }
    return at > e ? now + (at - e) : SCHED_NEVER;
}

static uint16_t to_bcd(uint32_t v)
{
    return (uint16_t)(v % 10 | (v / 10 % 10) << 4 | (v / 100 % 10) << 8 | (v / 1000 % 10) << 12);
}

static uint32_t from_bcd(uint16_t v)
{
    return (v & 15u) + (v >> 4 & 15u) * 10 + (v >> 8 & 15u) * 100 + (v >> 12 & 15u) * 1000;
}

/* What reading the counting element gives. */
static uint16_t count_value(const struct counter *c, uint64_t now)
{
    if (!c->loaded) return 0;
    uint64_t e = elapsed(c, now), n = c->period, v;
    uint32_t wrap = c->bcd ? 10000 : 65536;
    switch (c->mode) {
    case 2: v = n - e % n; break;
    case 3: v = (n - 2 * e % n) & ~UINT64_C(1); break; /* counts by twos, twice a period */
    case 1:
    case 5: v = c->running ? n + wrap - e % wrap : n; break;
    default: v = n + wrap - e % wrap; break; /* goes on counting down through 0 */
    }
    return c->bcd ? to_bcd((uint32_t)(v % wrap)) : (uint16_t)v;
}

static void schedule(struct i8254 *t)
{
    struct sched *s = device_sched(&t->dev);
    uint64_t change = next_change(&t->c[0], now_ticks(t)), soonest = sched_now(s) + MIN_EVENT_NS;
    if (change == SCHED_NEVER) {
        sched_cancel(s, &t->event);
        return;
    }
    uint64_t when = ticks_to_ns(change, PIT_HZ);
    sched_at(s, &t->event, when > soonest ? when : soonest);
}

static void drive(struct i8254 *t, bool level)
{
    t->irq_level = level;
    irq_set(t->irq0, level);
}

/* Shows counter 0's output on the line: edges that fell between two looks become one pulse. */
static void update_line(struct i8254 *t)
{
    struct counter *c = &t->c[0];
    uint64_t now = now_ticks(t);
    sync_period(c, now);
    uint64_t rises = rise_count(c, now);
    bool out = output(c, now);
    if (rises != t->rises) {
        if (t->irq_level) drive(t, false);
        drive(t, true);
    }
    t->rises = rises;
    if (out != t->irq_level) drive(t, out);
    schedule(t);
}

static void on_event(void *ctx) { update_line(ctx); }

/* A new count, gate or mode: the edges before it are history. */
static void restart(struct i8254 *t, unsigned n)
{
    if (n) return;
    t->rises = rise_count(&t->c[0], now_ticks(t));
    update_line(t);
}

static void load(struct i8254 *t, unsigned n, uint16_t v)
{
    struct counter *c = &t->c[n];
    uint64_t now = now_ticks(t);
    uint32_t ticks = c->bcd ? from_bcd(v) : v;
    if (!ticks) ticks = c->bcd ? 10000 : 65536;
    sync_period(c, now);
    bool periodic = c->mode == 2 || c->mode == 3;
    if (periodic && c->loaded) {
        /* Data sheet, modes 2 and 3: it takes over at the end of the current cycle. */
        uint64_t e = elapsed(c, now);
        c->past_rises += e / c->period;
        c->start = now - e % c->period;
        c->base = 0;
        c->next_period = ticks;
        c->null_count = true;
        return;
    }
    c->period = ticks;
    c->null_count = false;
    if ((c->mode == 1 || c->mode == 5) && c->loaded) return; /* used by the next trigger */
    c->loaded = true;
    c->start = now;
    c->base = 0;
    restart(t, n);
}

static void set_gate(struct i8254 *t, unsigned n, bool gate)
{
    struct counter *c = &t->c[n];
    uint64_t now = now_ticks(t);
    if (gate == c->gate) return;
    sync_period(c, now);
    if (!gate) {
        uint64_t e = elapsed(c, now);
        if (c->mode != 1 && c->mode != 5) c->base = e;
    } else if (c->mode == 0 || c->mode == 4) {
        c->start = now; /* goes on where it stopped */
    } else {
        c->start = now; /* reloads */
        c->base = 0;
        c->running = c->loaded;
    }
    c->gate = gate;
    restart(t, n);
}

static void latch_count(struct counter *c, uint64_t now)
{
    if (c->latch_left) return; /* the first latch stays until it is read */
    c->latch = count_value(c, now);
    c->latch_left = c->access == ACCESS_BOTH ? 2 : 1;
}

static void latch_status(struct counter *c, uint64_t now)
{
    if (c->status_latched) return;
    c->status = (uint8_t)((output(c, now) ? 0x80 : 0) | (c->null_count ? 0x40 : 0) |
                          c->access << 4 | c->mode << 1 | c->bcd);
    c->status_latched = true;
}

static void control(struct i8254 *t, uint8_t v)
{
    uint64_t now = now_ticks(t);
    unsigned n = v >> 6;
    if (n == 3) { /* read-back command: zeros ask for count and status */
        for (unsigned i = 0; i < 3; i++) {
            if (!(v & 2u << i)) continue;
            sync_period(&t->c[i], now);
            if (!(v & 0x20)) latch_count(&t->c[i], now);
            if (!(v & 0x10)) latch_status(&t->c[i], now);
        }
        return;
    }
    struct counter *c = &t->c[n];
    sync_period(c, now);
    if (!(v & 0x30)) {
        latch_count(c, now);
        return;
    }
    bool gate = c->gate;
    *c = (struct counter){.gate = gate, .null_count = true, .access = v >> 4 & 3, .bcd = v & 1};
    c->mode = v >> 1 & 7;
    if (c->mode > 5) c->mode &= 3; /* 6 and 7 are 2 and 3 */
    c->period = 1;
    restart(t, n);
}

static void write_count(struct i8254 *t, unsigned n, uint8_t v)
{
    struct counter *c = &t->c[n];
    switch (c->access) {
    case ACCESS_LSB: load(t, n, v); break;
    case ACCESS_MSB: load(t, n, (uint16_t)(v << 8)); break;
    case ACCESS_BOTH:
        if (c->write_high_next) {
            load(t, n, (uint16_t)(v << 8 | c->write_low));
        } else {
            c->write_low = v;
        }
        c->write_high_next = !c->write_high_next;
        break;
    default: break; /* no control word yet */
    }
}

static uint8_t read_count(struct i8254 *t, unsigned n)
{
    struct counter *c = &t->c[n];
    uint64_t now = now_ticks(t);
    if (c->status_latched) {
        c->status_latched = false;
        return c->status;
    }
    sync_period(c, now);
    uint16_t v = c->latch_left ? c->latch : count_value(c, now);
    if (c->latch_left) c->latch_left--;
    bool high = c->access == ACCESS_MSB;
    if (c->access == ACCESS_BOTH) {
        high = c->read_high_next;
        c->read_high_next = !high;
    }
    return (uint8_t)(high ? v >> 8 : v);
}

static uint64_t pit_read(void *dev, uint64_t off, unsigned size)
{
    (void)size;
    return off < 3 ? read_count(dev, (unsigned)off) : 0;
}

static void pit_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)size;
    if (off < 3) {
        write_count(dev, (unsigned)off, (uint8_t)v);
    } else {
        control(dev, (uint8_t)v);
    }
}

static uint64_t port61_read(void *dev, uint64_t off, unsigned size)
{
    struct i8254 *t = dev;
    (void)off;
    (void)size;
    uint64_t now = now_ticks(t);
    sync_period(&t->c[2], now);
    bool refresh = sched_now(device_sched(&t->dev)) / REFRESH_NS & 1;
    return (uint64_t)(t->port61 | (refresh ? 0x10 : 0) | (output(&t->c[2], now) ? 0x20 : 0));
}

static void port61_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8254 *t = dev;
    (void)off;
    (void)size;
    t->port61 = v & 0x0f;
    set_gate(t, 2, v & 1);
}

static const struct mmio_ops pit_ops = {pit_read, pit_write, 1, false, "i8254"};
static const struct mmio_ops port61_ops = {port61_read, port61_write, 1, false, "i8254.port61"};

static void reset(struct device *d)
{
    struct i8254 *t = container_of(d, struct i8254, dev);
    for (unsigned i = 0; i < 3; i++) t->c[i] = (struct counter){.gate = i < 2, .period = 1};
    t->port61 = 0;
    t->rises = 0;
    sched_cancel(device_sched(d), &t->event);
    drive(t, false);
}

static void fdt(struct device *d, struct fdtw *w)
{
    (void)d;
    fdtw_begin(w, "timer@i40");
    fdtw_str(w, "device_type", "timer");
    fdtw_cellv(w, "reg", 1, 0x40, 8);
    fdtw_str(w, "compatible", "pnpPNP,100");
    fdtw_end(w);
}

static int after_load(struct device *d)
{
    struct i8254 *t = container_of(d, struct i8254, dev);
    for (unsigned i = 0; i < 3; i++) {
        struct counter *c = &t->c[i];
        if (c->mode > 5) c->mode &= 3;
        c->access &= 3;
        if (c->period < 1 || c->period > 65536) c->period = 1;
        if (c->next_period > 65536) c->next_period = 0;
    }
    return 0;
}

#define COUNTER_STATE(i)                                                                           \
    S_U8(i8254, c[i].mode), S_U8(i8254, c[i].access), S_BOOL(i8254, c[i].bcd),                     \
        S_BOOL(i8254, c[i].gate), S_BOOL(i8254, c[i].loaded), S_BOOL(i8254, c[i].null_count),      \
        S_BOOL(i8254, c[i].running), S_U32(i8254, c[i].period), S_U32(i8254, c[i].next_period),    \
        S_U64(i8254, c[i].start), S_U64(i8254, c[i].base), S_U64(i8254, c[i].past_rises),          \
        S_U8(i8254, c[i].write_low), S_BOOL(i8254, c[i].write_high_next),                          \
        S_BOOL(i8254, c[i].read_high_next), S_U16(i8254, c[i].latch),                              \
        S_U8(i8254, c[i].latch_left), S_BOOL(i8254, c[i].status_latched),                          \
        S_U8(i8254, c[i].status)

static const struct state_field state[] = {
    COUNTER_STATE(0), COUNTER_STATE(1), COUNTER_STATE(2), S_U8(i8254, port61),
    S_BOOL(i8254, irq_level), S_U64(i8254, rises), S_EVENT(i8254, event), S_END,
};

static const struct device_type type = {
    .name = "i8254", .reset = reset, .fdt = fdt, .state = state, .state_version = 1,
    .after_load = after_load,
};

struct i8254 *i8254_new(struct machine *m, const char *label, struct bus *io, struct irq irq0,
                        struct error *err)
{
    struct i8254 *t = xcalloc(1, sizeof *t);
    t->irq0 = irq0;
    t->event = (struct event){.fn = on_event, .ctx = t, .name = label};
    if (machine_add_device(m, &t->dev, &type, label, err)) {
        free(t);
        return NULL;
    }
    bus_add_mmio(io, 0x40, 4, 0, &pit_ops, t);
    bus_add_mmio(io, 0x61, 1, 0, &port61_ops, t);
    return t;
}

struct device *i8254_device(struct i8254 *t) { return &t->dev; }
