/*
 * SuperIO part of the VT8231: indexed configuration registers at 3F0/3F1, which move the serial
 * port, and a parallel port with nothing plugged in. No floppy controller is modelled.
 */
#include "machines/dev/vt8231_int.h"

#include <stdlib.h>
#include "machines/dev/uart16550.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

enum {
    SIO_ID = 0xf0, SIO_REVISION = 0xf1, SIO_FUNCTIONS = 0xf2, SIO_SERIAL_BASE = 0xf4,
    SIO_PARALLEL_BASE = 0xf6, SIO_FLOPPY_BASE = 0xf7, SIO_PARALLEL_CONTROL = 0xfa,
};
#define FN_PARALLEL_MODE 0x03 /* 3 = off */
#define FN_SERIAL 0x04
#define FN_WRITABLE 0x17

/* Above the floppy controller's ports, which 3F0/3F1 otherwise are. */
#define CONFIG_PRIO 1

/* Three ports only: with a fourth one base 3BC would reach into the VGA's 3C0. */
#define LPT_PORTS 3

struct superio {
    struct device dev;
    struct uart16550 *uart;
    struct region *config, *lpt;
    uint8_t index;
    uint8_t reg[256];
    uint8_t lpt_data, lpt_control;
};

static uint16_t serial_port(const struct superio *s)
{
    return (uint16_t)((s->reg[SIO_SERIAL_BASE] & 0xfe) << 2);
}

static uint16_t parallel_port(const struct superio *s)
{
    return (uint16_t)(s->reg[SIO_PARALLEL_BASE] << 2);
}

unsigned superio_serial_irq(const struct superio *s)
{
    /* COM2 and COM4 use 3, as the device tree of the firmware says too. */
    uint16_t port = serial_port(s);
    return port == 0x2f8 || port == 0x2e8 ? 3 : 4;
}

static void update(struct superio *s)
{
    uint8_t fn = s->reg[SIO_FUNCTIONS];
    uart16550_move(s->uart, serial_port(s), fn & FN_SERIAL);
    region_set(s->lpt, parallel_port(s), LPT_PORTS, (fn & FN_PARALLEL_MODE) != FN_PARALLEL_MODE);
}

static bool writable(uint8_t index)
{
    return !(index < 0xe0 || (index >= 0xe7 && index <= 0xf1) || index == 0xf5 || index == 0xf8 ||
             index == 0xfd);
}

static uint64_t config_read(void *dev, uint64_t off, unsigned size)
{
    struct superio *s = dev;
    (void)size;
    return off & 1 ? s->reg[s->index] : s->index;
}

static void config_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct superio *s = dev;
    (void)size;
    if (!(off & 1)) {
        s->index = (uint8_t)v;
        return;
    }
    if (!writable(s->index)) return;
    s->reg[s->index] = (uint8_t)(s->index == SIO_FUNCTIONS ? v & FN_WRITABLE : v);
    update(s);
}

/* Status with no printer: the inputs are pulled up, BUSY is inverted by the port. */
#define LPT_STATUS 0x7f

static uint64_t lpt_read(void *dev, uint64_t off, unsigned size)
{
    struct superio *s = dev;
    (void)size;
    return off == 0 ? s->lpt_data : off == 1 ? LPT_STATUS : (uint64_t)(s->lpt_control | 0xc0);
}

static void lpt_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct superio *s = dev;
    (void)size;
    if (off == 0) s->lpt_data = (uint8_t)v;
    if (off == 2) s->lpt_control = v & 0x3f;
}

static const struct mmio_ops config_ops = {config_read, config_write, 1, false, "vt8231.superio"};
static const struct mmio_ops lpt_ops = {lpt_read, lpt_write, 1, false, "vt8231.lpt"};

void superio_unlock(struct superio *s, bool on) { region_set(s->config, 0x3f0, 2, on); }

static void reset(struct device *d)
{
    struct superio *s = container_of(d, struct superio, dev);
    memset(s->reg, 0, sizeof s->reg);
    s->reg[SIO_ID] = 0x3c;
    s->reg[SIO_REVISION] = 0x01;
    s->reg[SIO_FUNCTIONS] = 0x03;
    s->reg[SIO_SERIAL_BASE] = 0xfe;
    s->reg[SIO_PARALLEL_BASE] = 0xde;
    s->reg[SIO_FLOPPY_BASE] = 0xfc;
    s->index = s->lpt_data = 0;
    s->lpt_control = 0x0c;
    update(s);
}

static int after_load(struct device *d)
{
    update(container_of(d, struct superio, dev));
    return 0;
}

void superio_serial_fdt(struct superio *s, struct fdtw *w)
{
    struct device *uart = (struct device *)s->uart;
    if (s->reg[SIO_FUNCTIONS] & FN_SERIAL && uart->type->fdt) uart->type->fdt(uart, w);
}

void superio_parallel_fdt(struct superio *s, struct fdtw *w)
{
    char name[16];
    if (!region_enabled(s->lpt)) return;
    snprintf(name, sizeof name, "lpt@i%x", parallel_port(s));
    fdtw_begin(w, name);
    fdtw_str(w, "device_type", "lpt");
    fdtw_cellv(w, "reg", 1, parallel_port(s), 8);
    fdtw_cellv(w, "interrupts", 7, 0);
    fdtw_str(w, "compatible", "pnpPNP,400");
    fdtw_end(w);
}

static const struct state_field state[] = {
    S_U8(superio, index), S_BYTES(superio, reg), S_U8(superio, lpt_data),
    S_U8(superio, lpt_control), S_END,
};

static const struct device_type type = {
    .name = "vt8231.superio", .reset = reset, .state = state, .state_version = 1,
    .after_load = after_load,
};

struct superio *superio_new(struct machine *m, struct bus *io, struct irq serial_irq,
                            struct error *err)
{
    struct superio *s = xcalloc(1, sizeof *s);
    s->uart = uart16550_new(m, "vt8231.uart", io, 0x3f8, serial_irq, m->cfg->serial[0], err);
    /* After the UART, so that its own reset cannot undo where we put it. */
    if (!s->uart || machine_add_device(m, &s->dev, &type, "vt8231.superio", err)) {
        free(s);
        return NULL;
    }
    s->config = bus_add_mmio(io, 0x3f0, 2, CONFIG_PRIO, &config_ops, s);
    s->lpt = bus_add_mmio(io, 0x378, LPT_PORTS, 0, &lpt_ops, s);
    return s;
}
