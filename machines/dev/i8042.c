/*
 * i8042 keyboard and auxiliary device controller (IBM PS/2 Hardware Interface Technical
 * Reference; VT8231 data sheet, keyboard controller). The devices are in ps2_keyboard.c and
 * ps2_mouse.c.
 *
 * There is one output buffer for answers of the controller, keyboard bytes and mouse bytes. The
 * next byte follows a little after the last was read, so that each makes an edge on its line.
 */
#include "machines/dev/i8042.h"

#include <stdlib.h>
#include <string.h>

#include "machines/dev/ps2.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

enum { ST_OBF = 0x01, ST_SYS = 0x04, ST_COMMAND = 0x08, ST_UNLOCKED = 0x10, ST_AUX = 0x20 };
enum {
    CB_KBD_INT = 0x01,
    CB_AUX_INT = 0x02,
    CB_SYS = 0x04,
    CB_KBD_OFF = 0x10,
    CB_AUX_OFF = 0x20,
    CB_TRANSLATE = 0x40,
};
enum { OUT_NO_RESET = 0x01, OUT_A20 = 0x02, OUT_KBD = 0x10, OUT_AUX = 0x20, OUT_LINES = 0xc0 };
enum { FROM_CONTROLLER, FROM_KEYBOARD, FROM_MOUSE };

#define BYTE_NS 60000u /* between bytes; a real cable needs a millisecond */
#define ANSWERS 4u

struct i8042 {
    struct device dev;
    struct irq kbd_irq, mouse_irq;
    struct event next; /* load the output buffer */
    uint8_t ram[32];   /* 0 is the command byte */
    uint8_t command;   /* waits for its data byte, 0: none */
    uint8_t status;
    uint8_t data;      /* output buffer */
    uint8_t source;
    uint8_t out_port;
    bool breaking;     /* translation saw F0 */
    uint8_t answers[ANSWERS], answers_from[ANSWERS], n_answers;
    struct ps2_keyboard keyboard;
    struct ps2_mouse mouse;
};

static struct i8042 *of(struct device *d) { return (struct i8042 *)d; }

static void update_irq(struct i8042 *c)
{
    bool full = c->status & ST_OBF;
    irq_set(c->kbd_irq, full && c->source != FROM_MOUSE && (c->ram[0] & CB_KBD_INT));
    irq_set(c->mouse_irq, full && c->source == FROM_MOUSE && (c->ram[0] & CB_AUX_INT));
}

static void load(struct i8042 *c, uint8_t byte, uint8_t source)
{
    c->data = byte;
    c->source = source;
    c->status = (uint8_t)((c->status & ~ST_AUX) | ST_OBF | (source == FROM_MOUSE ? ST_AUX : 0));
    update_irq(c);
}

/* --- filling the output buffer --- */

static bool load_answer(struct i8042 *c)
{
    if (!c->n_answers) return false;
    uint8_t byte = c->answers[0], from = c->answers_from[0];
    c->n_answers--;
    memmove(c->answers, c->answers + 1, sizeof c->answers - 1);
    memmove(c->answers_from, c->answers_from + 1, sizeof c->answers_from - 1);
    load(c, byte, from);
    return true;
}

/* With translation a break code's F0 is kept back and becomes bit 7 of the next byte. */
static bool load_key(struct i8042 *c)
{
    uint8_t byte;
    while (!(c->ram[0] & CB_KBD_OFF) && ps2_peek(&c->keyboard.port, &byte)) {
        ps2_take(&c->keyboard.port);
        if (c->ram[0] & CB_TRANSLATE) {
            if (byte == 0xf0) {
                c->breaking = true;
                continue;
            }
            byte = ps2_translate(byte) | (c->breaking ? 0x80 : 0);
            c->breaking = false;
        }
        load(c, byte, FROM_KEYBOARD);
        return true;
    }
    return false;
}

static bool load_mouse(struct i8042 *c)
{
    uint8_t byte;
    if ((c->ram[0] & CB_AUX_OFF) || !ps2_peek(&c->mouse.port, &byte)) return false;
    ps2_take(&c->mouse.port);
    load(c, byte, FROM_MOUSE);
    return true;
}

static void next_byte(void *ctx)
{
    struct i8042 *c = ctx;
    if (c->status & ST_OBF) return;
    if (load_answer(c) || load_key(c)) return;
    load_mouse(c);
}

static void plan_next(void *ctx)
{
    struct i8042 *c = ctx;
    struct sched *s = device_sched(&c->dev);
    if (!(c->status & ST_OBF) && !c->next.queued) sched_at(s, &c->next, sched_now(s) + BYTE_NS);
}

/* Answers of the controller itself come at once when the buffer is free: drivers poll briefly. */
static void answer(struct i8042 *c, uint8_t byte, uint8_t from)
{
    if (!(c->status & ST_OBF)) {
        load(c, byte, from);
    } else if (c->n_answers < ANSWERS) {
        c->answers[c->n_answers] = byte;
        c->answers_from[c->n_answers++] = from;
    }
}

/* --- commands (port 64) --- */

static void set_command_byte(struct i8042 *c, uint8_t v)
{
    c->ram[0] = v;
    c->status = (uint8_t)((c->status & ~ST_SYS) | (v & CB_SYS));
    update_irq(c);
    plan_next(c);
}

static void set_out_port(struct i8042 *c, uint8_t v)
{
    c->out_port = v;
    if (!(v & OUT_NO_RESET)) machine_request_reset(c->dev.m);
}

static uint8_t out_port(const struct i8042 *c)
{
    bool full = c->status & ST_OBF, aux = c->source == FROM_MOUSE;
    return (uint8_t)((c->out_port & ~(OUT_KBD | OUT_AUX)) | (full && !aux ? OUT_KBD : 0) |
                     (full && aux ? OUT_AUX : 0));
}

static void self_test(struct i8042 *c)
{
    c->n_answers = 0;
    c->status &= (uint8_t)~ST_OBF; /* what was in the buffer is gone */
    set_command_byte(c, c->ram[0] | CB_SYS);
    answer(c, 0x55, FROM_CONTROLLER);
}

static void controller_command(struct i8042 *c, uint8_t v)
{
    c->command = 0;
    if (v >= 0x20 && v < 0x40) {
        answer(c, c->ram[v & 31], FROM_CONTROLLER);
        return;
    }
    if (v >= 0x60 && v < 0x80) {
        c->command = v;
        return;
    }
    if (v >= 0xf0) { /* pulses the output port's bits that are 0 in the command */
        if (!(v & 1)) machine_request_reset(c->dev.m);
        return;
    }
    switch (v) {
    case 0xa4: answer(c, 0xf1, FROM_CONTROLLER); break; /* no password */
    case 0xa7: set_command_byte(c, c->ram[0] | CB_AUX_OFF); break;
    case 0xa8: set_command_byte(c, c->ram[0] & (uint8_t)~CB_AUX_OFF); break;
    case 0xa9:
    case 0xab: answer(c, 0x00, FROM_CONTROLLER); break; /* cables are fine */
    case 0xaa: self_test(c); break;
    case 0xad: set_command_byte(c, c->ram[0] | CB_KBD_OFF); break;
    case 0xae: set_command_byte(c, c->ram[0] & (uint8_t)~CB_KBD_OFF); break;
    case 0xc0: answer(c, 0xb0, FROM_CONTROLLER); break; /* input port: not locked, no jumper */
    case 0xc1: /* polling the input port through the status: UNVERIFIED, no guest seen */
    case 0xc2: break;
    case 0xd0: answer(c, out_port(c), FROM_CONTROLLER); break;
    case 0xd1:
    case 0xd2:
    case 0xd3:
    case 0xd4: c->command = v; break;
    case 0xdd: c->out_port &= (uint8_t)~OUT_A20; break;
    case 0xdf: c->out_port |= OUT_A20; break;
    case 0xe0: answer(c, 0x00, FROM_CONTROLLER); break; /* test inputs: clock lines */
    default:
        log_once(device_log(&c->dev), LOG_UNIMP, "i8042 command", v,
                 "%s: controller command %02x is not known", c->dev.label, v);
        break;
    }
}

/* The byte after a command, or one for a device, which also wakes its interface. */
static void data_byte(struct i8042 *c, uint8_t v)
{
    uint8_t command = c->command;
    c->command = 0;
    if (command == 0x60) {
        set_command_byte(c, v);
    } else if (command > 0x60 && command < 0x80) {
        c->ram[command & 31] = v;
    } else if (command == 0xd1) {
        set_out_port(c, v);
    } else if (command == 0xd2) {
        answer(c, v, FROM_KEYBOARD);
    } else if (command == 0xd3) {
        answer(c, v, FROM_MOUSE);
    } else if (command == 0xd4) {
        c->ram[0] &= (uint8_t)~CB_AUX_OFF;
        ps2_mouse_write(&c->mouse, v);
    } else {
        c->ram[0] &= (uint8_t)~CB_KBD_OFF;
        ps2_keyboard_write(&c->keyboard, v);
    }
}

/* --- ports --- */

static uint8_t read_data(struct i8042 *c)
{
    uint8_t v = c->data; /* stays readable until the next byte */
    c->status &= (uint8_t)~ST_OBF;
    update_irq(c);
    plan_next(c);
    return v;
}

static uint64_t data_read(void *dev, uint64_t off, unsigned size)
{
    (void)off;
    (void)size;
    return read_data(dev);
}

static void data_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8042 *c = dev;
    (void)off;
    (void)size;
    c->status &= (uint8_t)~ST_COMMAND;
    data_byte(c, (uint8_t)v);
}

static uint64_t status_read(void *dev, uint64_t off, unsigned size)
{
    const struct i8042 *c = dev;
    (void)off;
    (void)size;
    return c->status;
}

static void command_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct i8042 *c = dev;
    (void)off;
    (void)size;
    c->status |= ST_COMMAND;
    controller_command(c, (uint8_t)v);
}

static const struct mmio_ops data_ops = {data_read, data_write, 1, false, "i8042 data"};
static const struct mmio_ops status_ops = {status_read, command_write, 1, false, "i8042 status"};

/* --- the host's hands --- */

void i8042_key(struct i8042 *c, unsigned usage, bool down)
{
    const struct input_tap *tap = &c->dev.m->input;
    if (tap->key && usage < 256 && tap->key(tap->ctx, usage, down)) return;
    ps2_keyboard_key(&c->keyboard, usage, down);
}

bool i8042_key_fits(const struct i8042 *c) { return ps2_room(&c->keyboard.port) >= PS2_KEY_MOST; }

void i8042_mouse(struct i8042 *c, int dx, int dy, int dz, unsigned buttons)
{
    const struct input_tap *tap = &c->dev.m->input;
    if (tap->mouse) tap->mouse(tap->ctx, dx, dy, buttons);
    ps2_mouse_move(&c->mouse, dx, dy, dz, buttons);
}

unsigned i8042_leds(const struct i8042 *c) { return c->keyboard.leds; }

/* --- device --- */

static void i8042_reset(struct device *d)
{
    struct i8042 *c = of(d);
    sched_cancel(device_sched(d), &c->next);
    memset(c->ram, 0, sizeof c->ram);
    /* As PC firmware leaves it: interrupts on, translating. */
    c->ram[0] = CB_KBD_INT | CB_AUX_INT | CB_SYS | CB_TRANSLATE;
    c->command = c->data = c->source = c->n_answers = 0;
    c->breaking = false;
    c->status = ST_SYS | ST_UNLOCKED;
    c->out_port = OUT_NO_RESET | OUT_A20 | OUT_LINES;
    ps2_keyboard_reset(&c->keyboard);
    ps2_mouse_reset(&c->mouse);
    update_irq(c);
}

static int i8042_after_load(struct device *d)
{
    struct i8042 *c = of(d);
    if (c->n_answers > ANSWERS) c->n_answers = ANSWERS;
    if (c->keyboard.set < 1 || c->keyboard.set > 3) c->keyboard.set = 2;
    ps2_check_state(&c->keyboard.port);
    ps2_check_state(&c->mouse.port);
    plan_next(c);
    return 0;
}

/* Facts 5.5: with compatible "pnpPNP,303" on the keyboard Linux would look for an isa parent of
 * the parent, find none and leave the keyboard alone; by the name "8042" it works. */
static void i8042_fdt(struct device *d, struct fdtw *w)
{
    (void)d;
    fdtw_begin(w, "8042@i60");
    fdtw_str(w, "device_type", "");
    fdtw_cellv(w, "reg", 1, 0x60, 5);
    fdtw_u32(w, "#address-cells", 1);
    fdtw_u32(w, "#size-cells", 0);
    fdtw_u32(w, "#interrupt-cells", 2);
    fdtw_str(w, "interrupt-controller", "");
    fdtw_str(w, "compatible", "chrp,8042");
    fdtw_u32(w, "clock-frequency", 0);
    fdtw_end(w);
    fdtw_begin(w, "keyboard@i60");
    fdtw_cellv(w, "reg", 1, 0x60, 5);
    fdtw_cellv(w, "interrupts", 1, 0);
    fdtw_str(w, "device_type", "keyboard");
    fdtw_end(w);
}

static void i8042_fini(struct device *d) { free(d); }

#define PORT_STATE(s, f)                                                                           \
    S_BYTES(s, f.replies.bytes), S_U8(s, f.replies.head), S_U8(s, f.replies.used),                 \
        S_BYTES(s, f.data.bytes), S_U8(s, f.data.head), S_U8(s, f.data.used), S_U8(s, f.last),     \
        S_U8(s, f.command)

static const struct state_field i8042_state[] = {
    S_EVENT(i8042, next),
    S_BYTES(i8042, ram),
    S_U8(i8042, command),
    S_U8(i8042, status),
    S_U8(i8042, data),
    S_U8(i8042, source),
    S_U8(i8042, out_port),
    S_BOOL(i8042, breaking),
    S_BYTES(i8042, answers),
    S_BYTES(i8042, answers_from),
    S_U8(i8042, n_answers),
    PORT_STATE(i8042, keyboard.port),
    S_EVENT(i8042, keyboard.repeat),
    S_U8(i8042, keyboard.set),
    S_U8(i8042, keyboard.leds),
    S_U8(i8042, keyboard.rate),
    S_BOOL(i8042, keyboard.scanning),
    S_U8(i8042, keyboard.repeat_key),
    S_U8(i8042, keyboard.print),
    S_BYTES(i8042, keyboard.down),
    S_BYTES(i8042, keyboard.key_type),
    PORT_STATE(i8042, mouse.port),
    S_EVENT(i8042, mouse.sample),
    S_U8(i8042, mouse.id),
    S_U8(i8042, mouse.knock),
    S_U8(i8042, mouse.rate),
    S_U8(i8042, mouse.resolution),
    S_BOOL(i8042, mouse.scaling),
    S_BOOL(i8042, mouse.remote),
    S_BOOL(i8042, mouse.wrap),
    S_BOOL(i8042, mouse.reporting),
    S_U8(i8042, mouse.buttons),
    S_U8(i8042, mouse.told),
    S_U32(i8042, mouse.dx),
    S_U32(i8042, mouse.dy),
    S_U32(i8042, mouse.dz),
    S_END,
};

static const struct device_type i8042_type = {
    .name = "i8042",
    .reset = i8042_reset,
    .fini = i8042_fini,
    .fdt = i8042_fdt,
    .state = i8042_state,
    .state_version = 2,
    .after_load = i8042_after_load,
};

struct i8042 *i8042_new(struct machine *m, const char *label, struct bus *io, struct irq kbd,
                        struct irq mouse, struct error *err)
{
    struct i8042 *c = xcalloc(1, sizeof *c);
    if (machine_add_device(m, &c->dev, &i8042_type, label, err)) {
        free(c);
        return NULL;
    }
    c->kbd_irq = kbd;
    c->mouse_irq = mouse;
    c->next = (struct event){.fn = next_byte, .ctx = c, .name = "i8042 byte"};
    ps2_keyboard_init(&c->keyboard, device_sched(&c->dev), plan_next, c);
    ps2_mouse_init(&c->mouse, device_sched(&c->dev), plan_next, c);
    bus_add_mmio(io, 0x60, 1, 0, &data_ops, c);
    bus_add_mmio(io, 0x64, 1, 0, &status_ops, c);
    return c;
}
