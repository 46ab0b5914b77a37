/*
 * PS/2 keyboard and mouse: what sits at the ends of an i8042's two cables. They have no ports of
 * their own; the controller embeds them, sends them bytes and fetches theirs.
 */
#ifndef MACHINES_DEV_PS2_H
#define MACHINES_DEV_PS2_H

#include "machines/device.h"

#define PS2_QUEUE 16u   /* scan codes and packets; a power of two */
#define PS2_REPLIES 8u  /* answers to commands go first */

struct ps2_fifo {
    uint8_t bytes[PS2_QUEUE];
    uint8_t head, used;
};

/* Common to both: answers, data and whom to tell. */
struct ps2_port {
    struct ps2_fifo replies, data;
    uint8_t last;     /* last byte sent, for RESEND */
    uint8_t command;  /* waits for its parameter, 0: none */
    struct sched *sched;
    void (*changed)(void *ctx); /* a byte may be ready */
    void *ctx;
};

struct ps2_keyboard {
    struct ps2_port port;
    struct event repeat;
    uint8_t set;        /* scan code set, 1-3 */
    uint8_t leds;       /* bit 0 scroll, 1 num, 2 caps */
    uint8_t rate;       /* F3's parameter */
    bool scanning;
    uint8_t repeat_key; /* HID usage of the key that repeats, 0: none */
    uint8_t print;      /* how Print Screen went down, enum in ps2_keyboard.c */
    uint8_t down[32];   /* bit per HID usage */
    uint8_t key_type[256]; /* set 3: what each key reports, enum in ps2_keyboard.c */
};

struct ps2_mouse {
    struct ps2_port port;
    struct event sample;
    uint8_t id;         /* 0 plain, 3 with wheel, 4 with five buttons */
    uint8_t knock;      /* how far the guest got in asking for 3 or 4 */
    uint8_t rate, resolution;
    bool scaling, remote, wrap, reporting;
    uint8_t buttons;    /* now */
    uint8_t told;       /* as last reported */
    int32_t dx, dy, dz; /* since the last report; y grows upwards */
};

/* The next byte the device would send; false without one. */
bool ps2_peek(const struct ps2_port *p, uint8_t *byte);
/* Takes it: the controller has received it. */
void ps2_take(struct ps2_port *p);
void ps2_reply(struct ps2_port *p, uint8_t byte);
/* Bytes of data that still fit. */
unsigned ps2_room(const struct ps2_port *p);
/* All of len bytes, or none when they do not fit. */
bool ps2_send(struct ps2_port *p, const uint8_t *bytes, size_t len);
void ps2_clear(struct ps2_port *p);
void ps2_check_state(struct ps2_port *p); /* after loading: bounds */

void ps2_keyboard_init(struct ps2_keyboard *k, struct sched *s, void (*changed)(void *),
                       void *ctx);
void ps2_keyboard_reset(struct ps2_keyboard *k);
void ps2_keyboard_write(struct ps2_keyboard *k, uint8_t byte);
#define PS2_KEY_MOST 8u /* bytes the longest key sends (Pause) */
void ps2_keyboard_key(struct ps2_keyboard *k, unsigned hid_usage, bool down);

void ps2_mouse_init(struct ps2_mouse *m, struct sched *s, void (*changed)(void *), void *ctx);
void ps2_mouse_reset(struct ps2_mouse *m);
void ps2_mouse_write(struct ps2_mouse *m, uint8_t byte);
/* dx right, dy down, dz towards the user, in counts; buttons as in i8042_mouse. */
void ps2_mouse_move(struct ps2_mouse *m, int dx, int dy, int dz, unsigned buttons);

/* The table of keys (ps2_keys.c). */
struct ps2_key {
    uint8_t set2;     /* code, after E0 when extended */
    bool extended;
    uint8_t set3;
};
/* NULL for a usage no key has. */
const struct ps2_key *ps2_key(unsigned hid_usage);
/* Set 2 code to set 1 code, as the controller translates (also for set 1 keyboards). */
uint8_t ps2_translate(uint8_t set2);

#endif
