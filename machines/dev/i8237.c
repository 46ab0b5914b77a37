#include "machines/dev/i8237.h"

#include <stdlib.h>
#include "machines/machine.h"

/* Registers 8-15 of a controller (data sheet, figure 6). */
enum {
    DMA_COMMAND = 8, /* read: status */
    DMA_REQUEST, DMA_SINGLE_MASK, DMA_MODE, DMA_CLEAR_FF, DMA_MASTER_CLEAR /* read: temporary */,
    DMA_CLEAR_MASK, DMA_ALL_MASK,
};

struct controller {
    uint16_t base_address[4], base_count[4];
    uint16_t address[4], count[4];
    uint8_t mode[4];
    uint8_t command, status, mask, request;
    bool high_byte; /* the flip-flop */
};

struct i8237 {
    struct device dev;
    struct controller ctl[2];
    uint8_t page[16]; /* ports 80-8F; those without a channel are scratch bytes */
};

static uint8_t read_reg(struct controller *c, unsigned reg)
{
    if (reg < 8) {
        uint16_t v = reg & 1 ? c->count[reg >> 1] : c->address[reg >> 1];
        bool high = c->high_byte;
        c->high_byte = !high;
        return (uint8_t)(high ? v >> 8 : v);
    }
    if (reg == DMA_COMMAND) {
        uint8_t v = (uint8_t)(c->status | c->request << 4);
        c->status = 0; /* reading clears the terminal counts */
        return v;
    }
    if (reg == DMA_ALL_MASK) return c->mask | 0xf0;
    return 0;
}

static void write_word(struct controller *c, unsigned reg, uint8_t v)
{
    unsigned n = reg >> 1;
    uint16_t *now = reg & 1 ? &c->count[n] : &c->address[n];
    uint16_t *base = reg & 1 ? &c->base_count[n] : &c->base_address[n];
    *base = (uint16_t)(c->high_byte ? (*base & 0x00ff) | v << 8 : (*base & 0xff00) | v);
    *now = *base;
    c->high_byte = !c->high_byte;
}

static void master_clear(struct controller *c)
{
    c->command = c->status = c->request = 0;
    c->mask = 0x0f;
    c->high_byte = false;
}

static void write_reg(struct controller *c, unsigned reg, uint8_t v)
{
    uint8_t bit = (uint8_t)(1u << (v & 3));
    switch (reg) {
    case DMA_COMMAND: c->command = v; break;
    case DMA_REQUEST: c->request = v & 4 ? c->request | bit : c->request & (uint8_t)~bit; break;
    case DMA_SINGLE_MASK: c->mask = v & 4 ? c->mask | bit : c->mask & (uint8_t)~bit; break;
    case DMA_MODE: c->mode[v & 3] = v; break;
    case DMA_CLEAR_FF: c->high_byte = false; break;
    case DMA_MASTER_CLEAR: master_clear(c); break;
    case DMA_CLEAR_MASK: c->mask = 0; break;
    case DMA_ALL_MASK: c->mask = v & 0x0f; break;
    default: write_word(c, reg, v); break;
    }
}

static uint64_t low_read(void *dev, uint64_t off, unsigned size)
{
    struct i8237 *d = dev;
    (void)size;
    return read_reg(&d->ctl[0], off & 15);
}

static void low_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8237 *d = dev;
    (void)size;
    write_reg(&d->ctl[0], off & 15, (uint8_t)v);
}

/* The 16-bit controller's registers are two ports apart. */
static uint64_t high_read(void *dev, uint64_t off, unsigned size)
{
    struct i8237 *d = dev;
    (void)size;
    return read_reg(&d->ctl[1], off >> 1 & 15);
}

static void high_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8237 *d = dev;
    (void)size;
    write_reg(&d->ctl[1], off >> 1 & 15, (uint8_t)v);
}

static uint64_t page_read(void *dev, uint64_t off, unsigned size)
{
    struct i8237 *d = dev;
    (void)size;
    return d->page[off & 15];
}

static void page_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8237 *d = dev;
    (void)size;
    d->page[off & 15] = (uint8_t)v;
}

static const struct mmio_ops low_ops = {low_read, low_write, 1, false, "i8237.dma1"};
static const struct mmio_ops high_ops = {high_read, high_write, 1, false, "i8237.dma2"};
static const struct mmio_ops page_ops = {page_read, page_write, 1, false, "i8237.page"};

static void reset(struct device *dev)
{
    struct i8237 *d = container_of(dev, struct i8237, dev);
    memset(d->ctl, 0, sizeof d->ctl);
    memset(d->page, 0, sizeof d->page);
    for (unsigned i = 0; i < 2; i++) master_clear(&d->ctl[i]);
}

#define CTL_STATE(i)                                                                               \
    S_U16S(i8237, ctl[i].base_address), S_U16S(i8237, ctl[i].base_count),                          \
        S_U16S(i8237, ctl[i].address), S_U16S(i8237, ctl[i].count), S_BYTES(i8237, ctl[i].mode),   \
        S_U8(i8237, ctl[i].command), S_U8(i8237, ctl[i].status), S_U8(i8237, ctl[i].mask),         \
        S_U8(i8237, ctl[i].request), S_BOOL(i8237, ctl[i].high_byte)

static const struct state_field state[] = {CTL_STATE(0), CTL_STATE(1), S_BYTES(i8237, page), S_END};

static const struct device_type type = {
    .name = "i8237", .reset = reset, .state = state, .state_version = 1,
};

struct device *i8237_new(struct machine *m, const char *label, struct bus *io, struct error *err)
{
    struct i8237 *d = xcalloc(1, sizeof *d);
    if (machine_add_device(m, &d->dev, &type, label, err)) {
        free(d);
        return NULL;
    }
    bus_add_mmio(io, 0x00, 0x10, 0, &low_ops, d);
    bus_add_mmio(io, 0xc0, 0x20, 0, &high_ops, d);
    bus_add_mmio(io, 0x80, 0x10, 0, &page_ops, d);
    return &d->dev;
}
