/*
 * The window, with SDL 2. It sleeps in SDL_WaitEvent until the user does something or the machine's
 * thread has a frame, converts the rows that were written and draws.
 */
#include "frontend/host/display_sdl.h"

#include <SDL.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct window {
    struct desktop *desktop;
    struct window_options options;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    uint32_t width, height; /* of the texture; 0: dark */
    uint32_t *pixels;       /* width * height, converted */
    uint32_t news;          /* SDL event type: the machine's thread has something */
    SDL_atomic_t told;      /* such an event is on its way */
    struct surface surface;
    struct desktop_state state;
    uint8_t rows[DISPLAY_MAX_HEIGHT];
    bool grabbed, full, asked; /* asked: the guest was asked to switch off */
    bool down[SDL_NUM_SCANCODES]; /* the guest was told so */
    unsigned buttons;
};

/* ---- the machine's thread calls this ---- */

static void on_news(void *ctx)
{
    struct window *w = ctx;
    SDL_Event e = {.type = w->news};
    if (SDL_AtomicCAS(&w->told, 0, 1)) SDL_PushEvent(&e);
}

/* ---- drawing ---- */

static void set_title(struct window *w)
{
    char text[400];
    const char *state = w->state.paused ? " (paused)" : "";
    const char *help = w->grabbed ? "Ctrl-Alt-G releases the mouse" : "click to use the mouse";
    uint32_t leds = w->state.leds;
    snprintf(text, sizeof text, "ppcemu: %s%s%s%s%s - %s%s%s", w->options.machine, state,
             leds & 2 ? " [Num]" : "", leds & 4 ? " [Caps]" : "", leds & 1 ? " [Scroll]" : "", help,
             w->state.message[0] ? " - " : "", w->state.message);
    SDL_SetWindowTitle(w->window, text);
}

/* The largest rectangle of the picture's shape in the middle of the window's pixels, or all of it. */
static SDL_Rect placed(const struct window *w)
{
    int ow = 0, oh = 0;
    SDL_GetRendererOutputSize(w->renderer, &ow, &oh);
    SDL_Rect r = {0, 0, ow, oh};
    int pw = (int)w->width, ph = (int)w->height;
    if (w->options.scale == SCALE_STRETCH || !pw || !ph) return r;
    int times = ow / pw < oh / ph ? ow / pw : oh / ph;
    if (w->options.scale == SCALE_INTEGER && times >= 1) {
        r.w = pw * times;
        r.h = ph * times;
    } else if ((int64_t)ow * ph > (int64_t)oh * pw) {
        r.w = (int)((int64_t)oh * pw / ph);
    } else {
        r.h = (int)((int64_t)ow * ph / pw);
    }
    r.x = (ow - r.w) / 2;
    r.y = (oh - r.h) / 2;
    return r;
}

static void draw(struct window *w)
{
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    if (w->texture) {
        SDL_Rect to = placed(w);
        bool whole = to.w % (int)w->width == 0 && to.h % (int)w->height == 0;
        SDL_SetTextureScaleMode(w->texture, whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
        SDL_RenderCopy(w->renderer, w->texture, NULL, &to);
    }
    SDL_RenderPresent(w->renderer);
}

static void new_shape(struct window *w, uint32_t width, uint32_t height)
{
    if (w->texture) SDL_DestroyTexture(w->texture);
    free(w->pixels);
    w->texture = NULL;
    w->pixels = NULL;
    w->width = width;
    w->height = height;
    if (!height) return;
    w->pixels = xcalloc((size_t)width * height, sizeof *w->pixels);
    w->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_XRGB8888,
                                   SDL_TEXTUREACCESS_STREAMING, (int)width, (int)height);
    if (!w->full) SDL_SetWindowSize(w->window, (int)width, (int)height);
}

/* Rows [from, to) are new. */
static void update_rows(struct window *w, uint32_t from, uint32_t to)
{
    uint32_t *p = w->pixels + (size_t)from * w->width;
    SDL_Rect r = {0, (int)from, (int)w->width, (int)(to - from)};
    display_convert(&w->surface, from, to - from, p, w->width);
    if (w->texture) SDL_UpdateTexture(w->texture, &r, p, (int)(w->width * sizeof *p));
}

static void take_frame(struct window *w)
{
    struct surface *s = &w->surface;
    if (!desktop_frame(w->desktop, s, w->rows)) return;
    if (s->width != w->width || s->height != w->height) {
        new_shape(w, s->width, s->height);
        memset(w->rows, 1, s->height);
    }
    for (uint32_t y = 0; y < s->height; y++) {
        if (!w->rows[y]) continue;
        uint32_t from = y;
        while (y < s->height && w->rows[y]) w->rows[y++] = 0;
        update_rows(w, from, y);
    }
    draw(w);
    desktop_shown(w->desktop);
}

static void take_news(struct window *w)
{
    struct desktop_state s;
    SDL_AtomicSet(&w->told, 0);
    desktop_state(w->desktop, &s);
    bool title = s.paused != w->state.paused || s.message_serial != w->state.message_serial ||
                 s.leds != w->state.leds;
    w->state = s;
    if (title) set_title(w);
    take_frame(w);
}

/* ---- input ---- */

static void send(struct window *w, enum desktop_kind kind, int a, int b)
{
    desktop_send(w->desktop, (struct desktop_event){.kind = kind, .a = a, .b = b});
}

static void grab(struct window *w, bool on)
{
    if (w->grabbed == on) return;
    w->grabbed = on;
    SDL_SetRelativeMouseMode(on);
    SDL_SetWindowKeyboardGrab(w->window, on);
    set_title(w);
}

static void toggle_full(struct window *w)
{
    w->full = !w->full;
    SDL_SetWindowFullscreen(w->window, w->full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

/* Ctrl-Alt and a letter, as the keyboard's layout has it. */
static bool hot_key(struct window *w, SDL_Keysym k)
{
    if (!(k.mod & KMOD_CTRL) || !(k.mod & KMOD_ALT)) return false;
    switch (k.sym) {
    case SDLK_g: grab(w, !w->grabbed); return true;
    case SDLK_f: toggle_full(w); return true;
    case SDLK_p: send(w, DESK_PAUSE, 0, 0); return true;
    case SDLK_r: send(w, DESK_RESET, 0, 0); return true;
    case SDLK_q: send(w, DESK_POWER, 0, 0); return true;
    case SDLK_s: send(w, DESK_SCREENSHOT, 0, 0); return true;
    case SDLK_d: send(w, DESK_NEXT_CD, 0, 0); return true;
    case SDLK_e: send(w, DESK_CD, 0, 0); return true;
    case SDLK_a:
        w->options.scale = w->options.scale == SCALE_STRETCH ? SCALE_ASPECT : w->options.scale + 1;
        draw(w);
        return true;
    default: return false;
    }
}

/* SDL numbers keys as USB does: by their place, whatever is printed on them. */
static void on_key(struct window *w, const SDL_KeyboardEvent *e)
{
    SDL_Scancode code = e->keysym.scancode;
    bool down = e->type == SDL_KEYDOWN;
    if (e->repeat || code < SDL_SCANCODE_A || code > SDL_SCANCODE_RGUI) return;
    if (down && hot_key(w, e->keysym)) return;
    if (w->down[code] == down) return; /* a hot key goes up */
    w->down[code] = down;
    send(w, DESK_KEY, (int)code, down);
}

static void release_keys(struct window *w)
{
    for (unsigned code = 0; code < SDL_NUM_SCANCODES; code++) {
        if (w->down[code]) send(w, DESK_KEY, (int)code, 0);
        w->down[code] = false;
    }
}

static void send_mouse(struct window *w, int dx, int dy, int dz)
{
    desktop_send(w->desktop, (struct desktop_event){.kind = DESK_MOUSE, .a = dx, .b = dy, .c = dz,
                                                    .d = w->buttons});
}

static void on_button(struct window *w, const SDL_MouseButtonEvent *e)
{
    static const uint8_t bits[] = {0, 1, 4, 2, 8, 16}; /* SDL: left, middle, right, side ones */
    if (e->button >= sizeof bits) return;
    if (!w->grabbed) {
        if (e->type == SDL_MOUSEBUTTONDOWN) grab(w, true); /* this click is not the guest's */
        return;
    }
    if (e->type == SDL_MOUSEBUTTONDOWN) {
        w->buttons |= bits[e->button];
    } else if (w->buttons & bits[e->button]) {
        w->buttons &= ~(unsigned)bits[e->button];
    } else {
        return; /* of the click that grabbed */
    }
    send_mouse(w, 0, 0, 0);
}

static void on_window(struct window *w, const SDL_WindowEvent *e)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED: draw(w); break;
    case SDL_WINDOWEVENT_FOCUS_LOST:
        grab(w, false);
        w->buttons = 0;
        send_mouse(w, 0, 0, 0);
        release_keys(w);
        break;
    default: break;
    }
}

/* First the guest is asked, then it ends. */
static void on_close(struct window *w)
{
    send(w, w->asked ? DESK_QUIT : DESK_POWER, 0, 0);
    w->asked = true;
}

static void on_event(struct window *w, const SDL_Event *e)
{
    if (e->type == w->news) {
        take_news(w);
        return;
    }
    switch (e->type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP: on_key(w, &e->key); break;
    case SDL_MOUSEMOTION:
        if (w->grabbed) send_mouse(w, e->motion.xrel, e->motion.yrel, 0);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: on_button(w, &e->button); break;
    case SDL_MOUSEWHEEL:
        if (w->grabbed) send_mouse(w, 0, 0, -e->wheel.y);
        break;
    case SDL_WINDOWEVENT: on_window(w, &e->window); break;
    case SDL_DROPFILE:
        desktop_send(w->desktop, (struct desktop_event){.kind = DESK_CD, .text = xstrdup(e->drop.file)});
        SDL_free(e->drop.file);
        break;
    case SDL_QUIT: on_close(w); break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET: /* the textures are gone */
        if (w->height) {
            new_shape(w, w->width, w->height);
            update_rows(w, 0, w->height);
        }
        draw(w);
        break;
    default: break;
    }
}

void window_run(struct window *w)
{
    SDL_Event e;
    while (!w->state.ended) {
        if (SDL_WaitEvent(&e)) on_event(w, &e);
    }
}

/* ---- opening ---- */

static bool make_window(struct window *w)
{
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (w->full) flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    w->window = SDL_CreateWindow("ppcemu", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, 800, 600,
                                 flags);
    if (!w->window) return false;
    w->renderer = SDL_CreateRenderer(w->window, -1, 0);
    if (!w->renderer) w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    return w->renderer;
}

struct window *window_open(const struct window_options *o, struct desktop *d, struct error *err)
{
    bool x = getenv("DISPLAY"), wayland = getenv("WAYLAND_DISPLAY");
    if (!getenv("SDL_VIDEODRIVER")) {
        if (!x && !wayland) {
            error_set(err, ENODEV, "neither DISPLAY nor WAYLAND_DISPLAY is set");
            return NULL;
        }
        /* By itself SDL goes on to the bare console and to drivers that show nothing. */
        SDL_SetHint(SDL_HINT_VIDEODRIVER, !wayland ? "x11" : x ? "x11,wayland" : "wayland");
    }
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* signals have their own way (terminal.c) */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* without a GPU plain copies are cheapest */
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    if (SDL_Init(SDL_INIT_VIDEO)) {
        error_set(err, ENODEV, "%s", SDL_GetError());
        return NULL;
    }
    struct window *w = xcalloc(1, sizeof *w);
    w->desktop = d;
    w->options = *o;
    w->full = o->full_screen;
    w->news = SDL_RegisterEvents(1);
    if (!make_window(w)) {
        error_set(err, ENODEV, "%s", SDL_GetError());
        window_close(w);
        return NULL;
    }
    SDL_EventState(SDL_DROPFILE, SDL_ENABLE);
    SDL_StopTextInput(); /* keys are the guest's, none of them an input method's */
    set_title(w);
    draw(w);
    desktop_watch(d, on_news, w);
    return w;
}

void window_close(struct window *w)
{
    if (!w) return;
    desktop_watch(w->desktop, NULL, NULL);
    new_shape(w, 0, 0);
    if (w->renderer) SDL_DestroyRenderer(w->renderer);
    /* SDL wakes its event loop by a message to the window over a second connection to the X server. One
     * that arrives when the window is gone is an X error, which ends the program: let it arrive first. */
    if (w->window) SDL_HideWindow(w->window);
    SDL_Delay(20);
    SDL_PumpEvents();
    if (w->window) SDL_DestroyWindow(w->window);
    SDL_Quit();
    free(w);
}
