#include "machines/dev/i8259.h"

#include <stdlib.h>
#include "machines/machine.h"

#define CASCADE 2 /* the master input that carries the slave */

/* What the next write to port 1 is (data sheet, initialization sequence). */
enum step { STEP_OCW1, STEP_ICW2, STEP_ICW3, STEP_ICW4 };

enum { ICW1_IC4 = 0x01, ICW1_SNGL = 0x02, ICW1_LTIM = 0x08, ICW1_INIT = 0x10 };
enum { ICW4_AEOI = 0x02, ICW4_SFNM = 0x10 };
enum { OCW3_SELECT = 0x08, OCW3_POLL = 0x04, OCW3_RR = 0x02, OCW3_RIS = 0x01 };

struct chip {
    uint8_t lines; /* levels at the inputs */
    uint8_t irr, isr, imr;
    uint8_t elcr, icw1, icw3, icw4, base;
    uint8_t lowest; /* input of lowest priority: 7 unless rotated */
    uint8_t step;
    bool read_isr, poll, special_mask, rotate_aeoi;
};

struct i8259 {
    struct device dev;
    struct chip chip[2]; /* master, slave */
    struct irq intr;
};

static const uint8_t elcr_writable[2] = {0xf8, 0xde};

static uint8_t level_inputs(const struct chip *c)
{
    return c->icw1 & ICW1_LTIM ? 0xff : c->elcr;
}

/* Priority rank of input n, 0 is highest. */
static unsigned rank(const struct chip *c, unsigned n) { return (n - c->lowest - 1u) & 7; }

/* Highest-priority input among the set bits, or -1. */
static int highest(const struct chip *c, uint8_t set)
{
    for (unsigned r = 0; r < 8; r++) {
        unsigned n = (r + c->lowest + 1u) & 7;
        if (set & 1u << n) return (int)n;
    }
    return -1;
}

/* The input that may interrupt now, or -1. */
static int pending(const struct i8259 *p, unsigned which)
{
    const struct chip *c = &p->chip[which];
    int request = highest(c, c->irr & (uint8_t)~c->imr);
    if (request < 0) return -1;
    uint8_t serving = c->isr;
    if (c->special_mask) serving &= (uint8_t)~c->imr;
    /* Special fully nested mode: the slave may interrupt again while it is served. */
    if (which == 0 && c->icw4 & ICW4_SFNM) serving &= (uint8_t)~(1u << CASCADE);
    if (c->special_mask) {
        /* Everything not masked may interrupt, save an input that is itself in service. */
        uint8_t open = c->irr & (uint8_t)~c->imr & (uint8_t)~serving;
        return highest(c, open);
    }
    int current = highest(c, serving);
    return current < 0 || rank(c, (unsigned)request) < rank(c, (unsigned)current) ? request : -1;
}

static void set_input(struct chip *c, unsigned n, bool level)
{
    uint8_t bit = (uint8_t)(1u << n);
    bool was = c->lines & bit;
    c->lines = level ? c->lines | bit : c->lines & (uint8_t)~bit;
    if (!level) {
        c->irr &= (uint8_t)~bit; /* an input must stay high until INTA in either mode */
    } else if (level_inputs(c) & bit || !was) {
        c->irr |= bit;
    }
}

static void update(struct i8259 *p)
{
    set_input(&p->chip[0], CASCADE, pending(p, 1) >= 0);
    irq_set(p->intr, pending(p, 0) >= 0);
}

void i8259_set(void *pic, unsigned n, bool level)
{
    struct i8259 *p = pic;
    if (n > 15 || n == CASCADE) return;
    set_input(&p->chip[n >> 3], n & 7, level);
    update(p);
}

/* First INTA pulse: request becomes service. */
static void accept(struct chip *c, unsigned n)
{
    uint8_t bit = (uint8_t)(1u << n);
    if (c->icw4 & ICW4_AEOI) {
        if (c->rotate_aeoi) c->lowest = (uint8_t)n;
    } else {
        c->isr |= bit;
    }
    if (!(level_inputs(c) & bit)) c->irr &= (uint8_t)~bit;
}

static uint8_t ack_slave(struct i8259 *p)
{
    struct chip *c = &p->chip[1];
    int n = pending(p, 1);
    if (n >= 0) accept(c, (unsigned)n);
    return (uint8_t)(c->base + (n < 0 ? 7 : n));
}

uint8_t i8259_ack(struct i8259 *p)
{
    struct chip *c = &p->chip[0];
    int n = pending(p, 0);
    uint8_t vector;
    if (n >= 0) accept(c, (unsigned)n);
    if (n == CASCADE) {
        /* Drop the slave's request first: if another is waiting, update() makes a new edge. */
        vector = ack_slave(p);
        set_input(c, CASCADE, false);
    } else {
        vector = (uint8_t)(c->base + (n < 0 ? 7 : n));
    }
    update(p);
    return vector;
}

static void icw1(struct chip *c, uint8_t v)
{
    c->icw1 = v;
    c->imr = c->isr = 0;
    c->lowest = 7;
    c->special_mask = c->read_isr = c->poll = c->rotate_aeoi = false;
    if (!(v & ICW1_IC4)) c->icw4 = 0;
    /* The edge sense circuit is reset: an edge input that is high must go low and high again. */
    c->irr = c->lines & level_inputs(c);
    c->step = STEP_ICW2;
}

static void end_of_interrupt(struct chip *c, unsigned n, bool rotate)
{
    c->isr &= (uint8_t)~(1u << n);
    if (rotate) c->lowest = (uint8_t)n;
}

/* OCW2: bits 7-5 are R, SL, EOI. */
static void ocw2(struct chip *c, uint8_t v)
{
    uint8_t serving = c->isr;
    if (c->special_mask) serving &= (uint8_t)~c->imr;
    int top = highest(c, serving);
    switch (v >> 5) {
    case 0: /* rotate in automatic EOI, clear */
        c->rotate_aeoi = false;
        break;
    case 1: /* non-specific EOI */
    case 5: /* and rotate */
        if (top >= 0) end_of_interrupt(c, (unsigned)top, v & 0x80);
        break;
    case 3: /* specific EOI */
    case 7: /* and rotate */
        end_of_interrupt(c, v & 7, v & 0x80);
        break;
    case 4:
        c->rotate_aeoi = true;
        break;
    case 6: /* set priority */
        c->lowest = v & 7;
        break;
    default: /* no operation */
        break;
    }
}

static void ocw3(struct chip *c, uint8_t v)
{
    if (v & OCW3_POLL) c->poll = true;
    if (v & OCW3_RR) c->read_isr = v & OCW3_RIS;
    if (v & 0x40) c->special_mask = v & 0x20;
}

static void write_data(struct chip *c, uint8_t v)
{
    bool wants_icw4 = c->icw1 & ICW1_IC4;
    switch (c->step) {
    case STEP_ICW2:
        c->base = v & 0xf8;
        c->step = !(c->icw1 & ICW1_SNGL) ? STEP_ICW3 : wants_icw4 ? STEP_ICW4 : STEP_OCW1;
        break;
    case STEP_ICW3:
        c->icw3 = v;
        c->step = wants_icw4 ? STEP_ICW4 : STEP_OCW1;
        break;
    case STEP_ICW4:
        c->icw4 = v;
        c->step = STEP_OCW1;
        break;
    default:
        c->imr = v;
        break;
    }
}

static void chip_write(struct i8259 *p, unsigned which, uint64_t off, uint8_t v)
{
    struct chip *c = &p->chip[which];
    if (off & 1) {
        write_data(c, v);
    } else if (v & ICW1_INIT) {
        icw1(c, v);
    } else if (v & OCW3_SELECT) {
        ocw3(c, v);
    } else {
        ocw2(c, v);
    }
    update(p);
}

/* The poll command makes the next read an acknowledge: bit 7 = a request was there, 2-0 = which. */
static uint8_t poll_read(struct i8259 *p, unsigned which)
{
    struct chip *c = &p->chip[which];
    int n = pending(p, which);
    c->poll = false;
    if (n < 0) return 7;
    accept(c, (unsigned)n);
    update(p);
    return (uint8_t)(0x80 | n);
}

static uint8_t chip_read(struct i8259 *p, unsigned which, uint64_t off)
{
    struct chip *c = &p->chip[which];
    if (c->poll) return poll_read(p, which);
    if (off & 1) return c->imr;
    return c->read_isr ? c->isr : c->irr;
}

static uint64_t master_read(void *dev, uint64_t off, unsigned size)
{
    (void)size;
    return chip_read(dev, 0, off);
}

static void master_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)size;
    chip_write(dev, 0, off, (uint8_t)v);
}

static uint64_t slave_read(void *dev, uint64_t off, unsigned size)
{
    (void)size;
    return chip_read(dev, 1, off);
}

static void slave_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)size;
    chip_write(dev, 1, off, (uint8_t)v);
}

static uint64_t elcr_read(void *dev, uint64_t off, unsigned size)
{
    struct i8259 *p = dev;
    (void)size;
    return p->chip[off & 1].elcr;
}

static void set_elcr(struct chip *c, uint8_t v)
{
    c->elcr = v;
    c->irr |= c->lines & v; /* a level input that is already high requests at once */
}

static void elcr_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8259 *p = dev;
    (void)size;
    set_elcr(&p->chip[off & 1], (uint8_t)v & elcr_writable[off & 1]);
    update(p);
}

static const struct mmio_ops master_ops = {master_read, master_write, 1, false, "i8259.master"};
static const struct mmio_ops slave_ops = {slave_read, slave_write, 1, false, "i8259.slave"};
static const struct mmio_ops elcr_ops = {elcr_read, elcr_write, 1, false, "i8259.elcr"};

/* A real 8259A wakes up undefined; masked and silent is the state that hurts nobody. The levels
 * at the inputs belong to the devices and stay. */
static void reset(struct device *d)
{
    struct i8259 *p = container_of(d, struct i8259, dev);
    for (unsigned i = 0; i < 2; i++) {
        struct chip *c = &p->chip[i];
        *c = (struct chip){.lines = c->lines, .imr = 0xff, .lowest = 7};
    }
    update(p);
}

void i8259_firmware_setup(struct i8259 *p, uint16_t elcr)
{
    for (unsigned i = 0; i < 2; i++) {
        struct chip *c = &p->chip[i];
        icw1(c, ICW1_INIT | ICW1_IC4);
        c->base = i ? 8 : 0;
        c->icw3 = i ? CASCADE : 1 << CASCADE;
        c->icw4 = 1;
        c->step = STEP_OCW1;
        c->imr = i ? 0xff : 0xfb;
        c->read_isr = true;
        set_elcr(c, (uint8_t)(elcr >> 8 * i) & elcr_writable[i]);
    }
    update(p);
}

static int after_load(struct device *d)
{
    struct i8259 *p = container_of(d, struct i8259, dev);
    for (unsigned i = 0; i < 2; i++) {
        p->chip[i].lowest &= 7;
        p->chip[i].step &= 3;
    }
    return 0;
}

#define CHIP_STATE(i)                                                                              \
    S_U8(i8259, chip[i].lines), S_U8(i8259, chip[i].irr), S_U8(i8259, chip[i].isr),                \
        S_U8(i8259, chip[i].imr), S_U8(i8259, chip[i].elcr), S_U8(i8259, chip[i].icw1),            \
        S_U8(i8259, chip[i].icw3), S_U8(i8259, chip[i].icw4), S_U8(i8259, chip[i].base),           \
        S_U8(i8259, chip[i].lowest), S_U8(i8259, chip[i].step), S_BOOL(i8259, chip[i].read_isr),   \
        S_BOOL(i8259, chip[i].poll), S_BOOL(i8259, chip[i].special_mask),                          \
        S_BOOL(i8259, chip[i].rotate_aeoi)

static const struct state_field state[] = {CHIP_STATE(0), CHIP_STATE(1), S_END};

static const struct device_type type = {
    .name = "i8259", .reset = reset, .state = state, .state_version = 1, .after_load = after_load,
};

struct i8259 *i8259_new(struct machine *m, const char *label, struct bus *io, struct irq intr,
                        struct error *err)
{
    struct i8259 *p = xcalloc(1, sizeof *p);
    p->intr = intr;
    if (machine_add_device(m, &p->dev, &type, label, err)) {
        free(p);
        return NULL;
    }
    bus_add_mmio(io, 0x20, 2, 0, &master_ops, p);
    bus_add_mmio(io, 0xa0, 2, 0, &slave_ops, p);
    bus_add_mmio(io, 0x4d0, 2, 0, &elcr_ops, p);
    return p;
}
