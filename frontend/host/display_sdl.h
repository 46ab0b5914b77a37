/*
 * The window. Belongs to the thread that opened it (window systems want the main one); it knows the
 * machine only through frontend/desktop.h.
 */
#ifndef FRONTEND_HOST_DISPLAY_SDL_H
#define FRONTEND_HOST_DISPLAY_SDL_H

#include "base/error.h"
#include "frontend/desktop.h"

struct window;

enum window_scale { SCALE_ASPECT, SCALE_INTEGER, SCALE_STRETCH };

struct window_options {
    const char *machine; /* for the title */
    bool full_screen;
    enum window_scale scale;
};

/* NULL and the reason when there is no screen to open a window on. */
struct window *window_open(const struct window_options *o, struct desktop *d, struct error *err);
/* Shows frames and sends input until the machine's run is over. */
void window_run(struct window *w);
void window_close(struct window *w); /* NULL is fine */

#endif
