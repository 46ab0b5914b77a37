/*
 * PS/2 keyboard (IBM PS/2 Hardware Interface Technical Reference, keyboard section), and the byte
 * queues that it shares with the mouse. Starts in scan code set 2. Keys come as HID usages; host
 * repeats are ignored, as the keyboard repeats by itself.
 */
#include "machines/dev/ps2.h"

#include <string.h>

enum { ACK = 0xfa, RESEND = 0xfe, SELF_TEST_OK = 0xaa, ECHO = 0xee };
enum { PRINT_BARE, PRINT_SHIFTED, PRINT_SYSRQ };
enum { KEY_MAKE_ONLY = 0, KEY_REPEATS = 1, KEY_BREAKS = 2 }; /* set 3: bits of a key's type */
enum {
    HID_PRINT = 0x46, HID_PAUSE = 0x48, HID_LCTRL = 0xe0, HID_LSHIFT, HID_LALT, HID_RCTRL = 0xe4,
    HID_RSHIFT, HID_RALT,
};

/* --- queues --- */

static bool put(struct ps2_fifo *f, unsigned limit, uint8_t byte)
{
    if (f->used >= limit) return false;
    f->bytes[(f->head + f->used++) % PS2_QUEUE] = byte;
    return true;
}

bool ps2_peek(const struct ps2_port *p, uint8_t *byte)
{
    const struct ps2_fifo *f = p->replies.used ? &p->replies : &p->data;
    *byte = f->bytes[f->head % PS2_QUEUE];
    return f->used;
}

void ps2_take(struct ps2_port *p)
{
    struct ps2_fifo *f = p->replies.used ? &p->replies : &p->data;
    if (!f->used) return;
    p->last = f->bytes[f->head % PS2_QUEUE];
    f->head = (f->head + 1) % PS2_QUEUE;
    f->used--;
}

void ps2_reply(struct ps2_port *p, uint8_t byte)
{
    put(&p->replies, PS2_REPLIES, byte);
    p->changed(p->ctx);
}

unsigned ps2_room(const struct ps2_port *p) { return PS2_QUEUE - p->data.used; }

bool ps2_send(struct ps2_port *p, const uint8_t *bytes, size_t len)
{
    if (len > ps2_room(p)) return false;
    for (size_t i = 0; i < len; i++) put(&p->data, PS2_QUEUE, bytes[i]);
    p->changed(p->ctx);
    return true;
}

void ps2_clear(struct ps2_port *p)
{
    p->replies.used = p->data.used = 0;
    p->command = 0;
}

void ps2_check_state(struct ps2_port *p)
{
    p->replies.head %= PS2_QUEUE;
    p->data.head %= PS2_QUEUE;
    if (p->replies.used > PS2_REPLIES) p->replies.used = PS2_REPLIES;
    if (p->data.used > PS2_QUEUE) p->data.used = PS2_QUEUE;
}

/* --- scan codes --- */

static bool is_down(const struct ps2_keyboard *k, unsigned usage)
{
    return k->down[usage / 8 & 31] >> usage % 8 & 1;
}

static bool either_down(const struct ps2_keyboard *k, unsigned left, unsigned right)
{
    return is_down(k, left) || is_down(k, right);
}

/* A sequence in set 2, being built; set 1 is its translation. */
struct code {
    uint8_t bytes[10];
    uint8_t len;
};

static void add(const struct ps2_keyboard *k, struct code *c, bool extended, uint8_t set2,
                bool down)
{
    if (extended) c->bytes[c->len++] = 0xe0;
    if (k->set == 1) {
        c->bytes[c->len++] = ps2_translate(set2) | (down ? 0 : 0x80);
        return;
    }
    if (!down) c->bytes[c->len++] = 0xf0;
    c->bytes[c->len++] = set2;
}

static uint8_t print_form(const struct ps2_keyboard *k)
{
    if (either_down(k, HID_LALT, HID_RALT)) return PRINT_SYSRQ;
    bool modified = either_down(k, HID_LCTRL, HID_RCTRL) || either_down(k, HID_LSHIFT, HID_RSHIFT);
    return modified ? PRINT_SHIFTED : PRINT_BARE;
}

/* Print Screen acts as keypad * behind a shift, or alone with control or shift held, or as the
 * system request key with alt. What goes up is what went down, whatever became of the modifiers. */
static void print_screen(const struct ps2_keyboard *k, struct code *c, bool down)
{
    if (k->print == PRINT_SYSRQ) {
        add(k, c, false, 0x84, down);
        return;
    }
    bool bare = k->print == PRINT_BARE;
    if (down && bare) add(k, c, true, 0x12, true);
    add(k, c, true, 0x7c, down);
    if (!down && bare) add(k, c, true, 0x12, false);
}

/* Pause sends make and break at once and nothing when released. With control it is Break. */
static void pause_key(const struct ps2_keyboard *k, struct code *c)
{
    if (either_down(k, HID_LCTRL, HID_RCTRL)) {
        add(k, c, true, 0x7e, true);
        add(k, c, true, 0x7e, false);
        return;
    }
    for (unsigned down = 2; down-- > 0;) {
        c->bytes[c->len++] = 0xe1; /* E1 14 77, E1 F0 14 F0 77 */
        add(k, c, false, 0x14, down);
        add(k, c, false, 0x77, down);
    }
}

static void encode(const struct ps2_keyboard *k, unsigned usage, bool down, struct code *c)
{
    const struct ps2_key *key = ps2_key(usage);
    if (!key) return;
    if (k->set == 3) {
        if (!key->set3 || (!down && !(k->key_type[key->set3] & KEY_BREAKS))) return;
        if (!down) c->bytes[c->len++] = 0xf0;
        c->bytes[c->len++] = key->set3;
    } else if (usage == HID_PAUSE) {
        if (down) pause_key(k, c);
    } else if (usage == HID_PRINT) {
        print_screen(k, c, down);
    } else {
        add(k, c, key->extended, key->set2, down);
    }
}

static void send_key(struct ps2_keyboard *k, unsigned usage, bool down)
{
    struct code c = {.len = 0};
    encode(k, usage, down, &c);
    if (!c.len || ps2_send(&k->port, c.bytes, c.len)) return;
    /* The overrun code takes the last place. */
    uint8_t over = k->set == 1 ? 0xff : 0x00;
    k->port.data.bytes[(k->port.data.head + PS2_QUEUE - 1) % PS2_QUEUE] = over;
    if (k->port.data.used < PS2_QUEUE) ps2_send(&k->port, &over, 1);
}

/* --- repeat --- */

static uint64_t repeat_delay_ns(const struct ps2_keyboard *k)
{
    return (uint64_t)((k->rate >> 5 & 3) + 1) * 250000000u;
}

/* (8 + low) * 2^high * 4.17 ms (technical reference, "Set Typematic Rate/Delay"). */
static uint64_t repeat_period_ns(const struct ps2_keyboard *k)
{
    return ((8u + (k->rate & 7u)) << (k->rate >> 3 & 3)) * UINT64_C(4166667);
}

static void stop_repeat(struct ps2_keyboard *k)
{
    k->repeat_key = 0;
    sched_cancel(k->port.sched, &k->repeat);
}

static void repeat_due(void *ctx)
{
    struct ps2_keyboard *k = ctx;
    if (!k->repeat_key || !k->scanning) return;
    /* A guest that does not read gets no backlog of repeats. */
    if (!k->port.data.used) send_key(k, k->repeat_key, true);
    sched_at(k->port.sched, &k->repeat, sched_now(k->port.sched) + repeat_period_ns(k));
}

static bool repeats(const struct ps2_keyboard *k, unsigned usage)
{
    const struct ps2_key *key = ps2_key(usage);
    if (!key || usage == HID_PAUSE) return false;
    return k->set != 3 || (k->key_type[key->set3] & KEY_REPEATS);
}

void ps2_keyboard_key(struct ps2_keyboard *k, unsigned usage, bool down)
{
    if (!ps2_key(usage) || is_down(k, usage) == down) return;
    k->down[usage / 8] ^= (uint8_t)(1u << usage % 8);
    if (usage == HID_PRINT && down) k->print = print_form(k);
    if (!k->scanning) return;
    send_key(k, usage, down);
    if (!down && k->repeat_key == usage) stop_repeat(k);
    if (down && repeats(k, usage)) {
        k->repeat_key = (uint8_t)usage;
        sched_at(k->port.sched, &k->repeat, sched_now(k->port.sched) + repeat_delay_ns(k));
    }
}

/* --- commands --- */

static void set_all_types(struct ps2_keyboard *k, uint8_t type)
{
    memset(k->key_type, type, sizeof k->key_type);
}

static void set_defaults(struct ps2_keyboard *k)
{
    static const uint8_t make_break[] = {0x11, 0x12, 0x14, 0x19, 0x39, 0x58, 0x59, 0x8b, 0x8c};
    k->set = 2;
    k->rate = 0x2b; /* 500 ms, 10.9 a second */
    set_all_types(k, KEY_REPEATS);
    for (size_t i = 0; i < sizeof make_break; i++) k->key_type[make_break[i]] = KEY_BREAKS;
    stop_repeat(k);
}

void ps2_keyboard_reset(struct ps2_keyboard *k)
{
    set_defaults(k);
    ps2_clear(&k->port);
    k->leds = 0;
    k->scanning = true;
}

static void parameter(struct ps2_keyboard *k, uint8_t command, uint8_t v)
{
    ps2_reply(&k->port, ACK);
    switch (command) {
    case 0xed: k->leds = v & 7; break;
    case 0xf0:
        if (!v) {
            ps2_reply(&k->port, k->set);
        } else if (v <= 3) {
            k->set = v;
            k->port.data.used = 0; /* codes of the old set */
        }
        break;
    case 0xf3: k->rate = v & 0x7f; break;
    case 0xfb: k->key_type[v] = KEY_REPEATS; break;
    case 0xfc: k->key_type[v] = KEY_BREAKS; break;
    default: k->key_type[v] = KEY_MAKE_ONLY; break;
    }
    /* FB-FD take a list of keys, which the next command ends. */
    k->port.command = command >= 0xfb ? command : 0;
}

static void reset_command(struct ps2_keyboard *k)
{
    ps2_keyboard_reset(k);
    ps2_reply(&k->port, ACK);
    ps2_reply(&k->port, SELF_TEST_OK);
}

static void command(struct ps2_keyboard *k, uint8_t v)
{
    struct ps2_port *p = &k->port;
    p->command = 0;
    if (v == RESEND) {
        ps2_reply(p, p->last);
        return;
    }
    if (v == ECHO) {
        ps2_reply(p, ECHO);
        return;
    }
    if (v == 0xff) {
        reset_command(k);
        return;
    }
    if (v < 0xed || v == 0xef || v == 0xf1) {
        ps2_reply(p, RESEND);
        return;
    }
    ps2_reply(p, ACK);
    switch (v) {
    case 0xf2: /* an MF2 keyboard */
        ps2_reply(p, 0xab);
        ps2_reply(p, 0x83);
        break;
    case 0xf4:
        p->data.used = 0;
        k->scanning = true;
        break;
    case 0xf5:
    case 0xf6:
        p->data.used = 0;
        set_defaults(k);
        k->scanning = v == 0xf6;
        break;
    case 0xf7: set_all_types(k, KEY_REPEATS); break;
    case 0xf8: set_all_types(k, KEY_BREAKS); break;
    case 0xf9: set_all_types(k, KEY_MAKE_ONLY); break;
    case 0xfa: set_all_types(k, KEY_REPEATS | KEY_BREAKS); break;
    default: p->command = v; break; /* ED, F0, F3, FB-FD: a parameter follows */
    }
}

void ps2_keyboard_write(struct ps2_keyboard *k, uint8_t v)
{
    uint8_t waiting = k->port.command;
    k->port.replies.used = 0; /* a new byte ends an answer that was not fetched */
    if (waiting && v < 0xed) {
        parameter(k, waiting, v);
    } else {
        command(k, v);
    }
}

void ps2_keyboard_init(struct ps2_keyboard *k, struct sched *s, void (*changed)(void *), void *ctx)
{
    k->port.sched = s;
    k->port.changed = changed;
    k->port.ctx = ctx;
    k->repeat = (struct event){.fn = repeat_due, .ctx = k, .name = "keyboard repeat"};
}
