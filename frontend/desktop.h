/*
 * Where the machine's thread and the window's thread meet: frames one way, keys and wishes the other.
 * One mutex, held for copies only, so neither thread waits for the other's work. No window system
 * here; frontend/host/display_sdl.c is one user, -screendump without a window another.
 */
#ifndef FRONTEND_DESKTOP_H
#define FRONTEND_DESKTOP_H

#include <stdio.h>
#include "frontend/host/host.h"
#include "machines/display.h"
#include "machines/machine.h"

struct desktop;

enum desktop_kind {
    DESK_KEY,          /* a: USB HID usage, b: 1 down, 0 up */
    DESK_MOUSE,        /* a right, b down, c notches towards the user, d buttons held */
    /* wishes: not behind keys that wait for a guest to read them */
    DESK_PAUSE,        /* and go on again */
    DESK_RESET,
    DESK_POWER,        /* asks the guest to switch off; at the ok prompt it happens */
    DESK_QUIT,
    DESK_CD,           /* text: image to put into the drive; NULL ejects */
    DESK_NEXT_CD,      /* the next image of the folder where the last one was */
    DESK_SCREENSHOT,   /* text: file, or NULL for a name of our own in the current folder */
};

struct desktop_event {
    enum desktop_kind kind;
    int a, b, c;
    unsigned d;
    char *text; /* malloc'ed; belongs to the desktop once sent */
};

struct desktop_state {
    bool paused, ended;
    uint32_t leds;          /* as i8042_leds */
    uint32_t frames, shown; /* published so far, and drawn */
    char message[160];      /* what happened last, for the title; "" for nothing */
    uint32_t message_serial;
};

struct desktop *desktop_new(void);
void desktop_free(struct desktop *d);

/* --- the machine's thread --- */

/* Before the loop starts. */
void desktop_attach(struct desktop *d, struct machine *m, struct host_char_loop *loop);
/* Takes a PNG `seconds` after the start. */
void desktop_plan_screendump(struct desktop *d, const char *path, double seconds);
/* Between slices: carries out what was sent, publishes a frame when one is due. */
void desktop_turn(struct desktop *d);
/* The machine is about to sleep for `wait` ns (negative: for ever): how long it may at most. */
int64_t desktop_wait(struct desktop *d, int64_t wait);
/* Picture, frames and lights, for people. */
void desktop_describe(struct desktop *d, FILE *to);
/* The run is over. */
void desktop_end(struct desktop *d);

/* --- the window's thread --- */

/* `notify` is called on the machine's thread when there is a frame or a new state. */
void desktop_watch(struct desktop *d, void (*notify)(void *ctx), void *ctx);
void desktop_send(struct desktop *d, struct desktop_event e);
/* The last published picture and, OR-ed into rows[DISPLAY_MAX_HEIGHT], the rows that were written since
 * the last call. False when nothing is new. The pixels are the card's own memory: the guest may write
 * while they are read, and then the row comes again. */
bool desktop_frame(struct desktop *d, struct surface *s, uint8_t *rows);
void desktop_state(struct desktop *d, struct desktop_state *s);
/* A picture is on the screen. */
void desktop_shown(struct desktop *d);

#endif
