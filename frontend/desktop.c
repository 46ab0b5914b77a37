#include "frontend/desktop.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "firmware/firmware.h"
#include "machines/dev/i8042.h"

#define FRAME_NS 16666667u
#define QUEUE_MAX 1024u  /* events; a guest that sleeps that long has lost the user's interest */
#define KEYS_A_TURN 2u   /* the keyboard's own buffer is 16 bytes */
#define HID_POWER 0x66

struct desktop {
    pthread_mutex_t lock;
    /* under the lock */
    struct desktop_event queue[QUEUE_MAX];
    unsigned head, used;
    struct surface surface;
    uint8_t rows[DISPLAY_MAX_HEIGHT];
    bool fresh;
    struct desktop_state state;
    void (*notify)(void *ctx);
    void *ctx;
    struct host_char_loop *loop;
    /* the machine's thread */
    struct machine *m;
    struct i8042 *keyboard;
    uint64_t start, last_frame;
    uint32_t shown_serial;
    bool unsent; /* collected, and the window has not been told yet */
    const char *dump_path;
    uint64_t dump_at;
    char *cd; /* the last image put into the drive */
    uint8_t scratch[DISPLAY_MAX_HEIGHT];
};

struct desktop *desktop_new(void)
{
    struct desktop *d = xcalloc(1, sizeof *d);
    pthread_mutex_init(&d->lock, NULL);
    return d;
}

void desktop_free(struct desktop *d)
{
    if (!d) return;
    for (unsigned i = 0; i < d->used; i++) free(d->queue[(d->head + i) % QUEUE_MAX].text);
    pthread_mutex_destroy(&d->lock);
    free(d->cd);
    free(d);
}

/* --- the window's side --- */

void desktop_watch(struct desktop *d, void (*notify)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&d->lock);
    d->notify = notify;
    d->ctx = ctx;
    pthread_mutex_unlock(&d->lock);
}

/* A guest that does not take its mouse must not fill the queue: movements add up. */
static bool joined(struct desktop *d, const struct desktop_event *e)
{
    struct desktop_event *last = &d->queue[(d->head + d->used - 1) % QUEUE_MAX];
    if (e->kind != DESK_MOUSE || !d->used || last->kind != DESK_MOUSE || last->d != e->d) return false;
    last->a += e->a;
    last->b += e->b;
    last->c += e->c;
    return true;
}

void desktop_send(struct desktop *d, struct desktop_event e)
{
    pthread_mutex_lock(&d->lock);
    bool taken = joined(d, &e);
    if (!taken && d->used < QUEUE_MAX) {
        d->queue[(d->head + d->used++) % QUEUE_MAX] = e;
        taken = true;
    }
    struct host_char_loop *loop = d->loop;
    pthread_mutex_unlock(&d->lock);
    if (!taken) free(e.text);
    if (loop) host_loop_wake(loop);
}

bool desktop_frame(struct desktop *d, struct surface *s, uint8_t *rows)
{
    pthread_mutex_lock(&d->lock);
    bool fresh = d->fresh;
    if (fresh) {
        *s = d->surface;
        for (uint32_t y = 0; y < s->height; y++) rows[y] |= d->rows[y];
        memset(d->rows, 0, sizeof d->rows);
        d->fresh = false;
    }
    pthread_mutex_unlock(&d->lock);
    return fresh;
}

void desktop_state(struct desktop *d, struct desktop_state *s)
{
    pthread_mutex_lock(&d->lock);
    *s = d->state;
    pthread_mutex_unlock(&d->lock);
}

/* --- the machine's side --- */

static void tell_window(struct desktop *d)
{
    pthread_mutex_lock(&d->lock);
    void (*notify)(void *) = d->notify;
    void *ctx = d->ctx;
    pthread_mutex_unlock(&d->lock);
    if (notify) notify(ctx);
}

static void say(struct desktop *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct desktop *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    pthread_mutex_lock(&d->lock);
    vsnprintf(d->state.message, sizeof d->state.message, fmt, ap);
    d->state.message_serial++;
    pthread_mutex_unlock(&d->lock);
    va_end(ap);
    tell_window(d);
}

static struct i8042 *find_keyboard(struct machine *m)
{
    for (struct device *dev = m->devices; dev; dev = dev->next)
        if (!strcmp(dev->type->name, "i8042")) return (struct i8042 *)dev;
    return NULL;
}

void desktop_attach(struct desktop *d, struct machine *m, struct host_char_loop *loop)
{
    d->m = m;
    d->keyboard = find_keyboard(m);
    d->start = host_monotonic_ns();
    pthread_mutex_lock(&d->lock);
    d->loop = loop;
    pthread_mutex_unlock(&d->lock);
}

void desktop_plan_screendump(struct desktop *d, const char *path, double seconds)
{
    d->dump_path = path;
    d->dump_at = (uint64_t)(seconds * 1e9);
}

static struct block *cd_drive(struct desktop *d)
{
    const struct config *cfg = d->m->cfg;
    for (unsigned i = 0; i < CONFIG_DISKS; i++)
        if (cfg->drives[i].media == DRIVE_CDROM && cfg->drives[i].block) return cfg->drives[i].block;
    return NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void change_cd(struct desktop *d, const char *path)
{
    struct error err = {""};
    struct block *b = cd_drive(d);
    if (!b) {
        say(d, "this machine has no CD drive that could take a disc");
    } else if (host_block_change(b, path, &err)) {
        say(d, "%s", err.text);
    } else if (path) {
        char *copy = xstrdup(path);
        free(d->cd);
        d->cd = copy;
        say(d, "CD: %s", base_name(path));
    } else {
        say(d, "the CD drive is empty");
    }
}

static int is_image(const struct dirent *e)
{
    const char *dot = strrchr(e->d_name, '.');
    return dot && (!strcasecmp(dot, ".iso") || !strcasecmp(dot, ".img") || !strcasecmp(dot, ".cdr"));
}

static void next_cd(struct desktop *d)
{
    struct block *b = cd_drive(d);
    struct dirent **list = NULL;
    const char *now = d->cd ? d->cd : b && b->name ? b->name : "";
    const char *name = base_name(now);
    char *folder = name > now ? xasprintf("%.*s", (int)(name - now), now) : xstrdup("./");
    int n = scandir(folder, &list, is_image, alphasort), next = 0;
    for (int i = 0; i < n; i++)
        if (!strcmp(list[i]->d_name, name)) next = (i + 1) % n;
    if (n > 0) {
        char *path = xasprintf("%s%s", folder, list[next]->d_name);
        change_cd(d, path);
        free(path);
    } else {
        say(d, "no CD image in %s", folder);
    }
    for (int i = 0; i < n; i++) free(list[i]);
    free(list);
    free(folder);
}

static void screenshot(struct desktop *d, const char *path)
{
    struct error err = {""};
    char made[64];
    time_t now = time(NULL);
    struct tm tm;
    if (!path && localtime_r(&now, &tm)) {
        strftime(made, sizeof made, "ppcemu-%Y%m%d-%H%M%S.png", &tm);
        path = made;
    }
    if (!path) return;
    if (host_screendump(d->m->display, path, &err)) {
        say(d, "%s", err.text);
        fprintf(stderr, "ppcemu: %s\n", err.text);
    } else {
        say(d, "screenshot: %s", path);
    }
}

/* Whatever the guest listens to: the board's button, a keyboard's power key. */
static void ask_power_off(struct desktop *d)
{
    struct machine *m = d->m;
    if (m->firmware && firmware_interactive(m->firmware)) {
        machine_request_poweroff(m, 0);
        return;
    }
    if (m->power_button) m->power_button(m->power_button_ctx);
    if (d->keyboard) {
        i8042_key(d->keyboard, HID_POWER, true);
        i8042_key(d->keyboard, HID_POWER, false);
    }
    say(d, "the guest was asked to switch off; close again to end it");
}

static void carry_out(struct desktop *d, const struct desktop_event *e)
{
    struct machine *m = d->m;
    switch (e->kind) {
    case DESK_KEY:
        if (d->keyboard) i8042_key(d->keyboard, (unsigned)e->a, e->b);
        break;
    case DESK_RELEASE_KEYS:
        if (d->keyboard) i8042_release_keys(d->keyboard);
        break;
    case DESK_MOUSE:
        if (d->keyboard) i8042_mouse(d->keyboard, e->a, e->b, e->c, e->d);
        break;
    case DESK_PAUSE: machine_halt(m, !m->halted); break;
    case DESK_RESET: machine_request_reset(m); break;
    case DESK_POWER: ask_power_off(d); break;
    case DESK_QUIT: host_loop_quit(d->loop, 0); break;
    case DESK_CD: change_cd(d, e->text); break;
    case DESK_NEXT_CD: next_cd(d); break;
    case DESK_SCREENSHOT: screenshot(d, e->text); break;
    }
}

static bool take_event(struct desktop *d, struct desktop_event *e)
{
    pthread_mutex_lock(&d->lock);
    bool any = d->used;
    if (any) {
        *e = d->queue[d->head];
        d->head = (d->head + 1) % QUEUE_MAX;
        d->used--;
    }
    pthread_mutex_unlock(&d->lock);
    return any;
}

static void take_events(struct desktop *d)
{
    struct desktop_event e;
    unsigned keys = 0;
    while (keys < KEYS_A_TURN && take_event(d, &e)) {
        carry_out(d, &e);
        free(e.text);
        keys += e.kind == DESK_KEY;
    }
}

/* Copies the picture's shape and which rows are new; the window reads the pixels by itself. */
static void collect(struct desktop *d)
{
    struct display *card = d->m->display;
    struct surface s;
    card->ops->surface(card, &s);
    bool changed = s.serial != d->shown_serial;
    bool dirty = card->ops->take_dirty(card, &s, d->scratch);
    uint32_t leds = d->keyboard ? i8042_leds(d->keyboard) : 0;
    pthread_mutex_lock(&d->lock);
    if (changed || dirty) {
        d->surface = s;
        for (uint32_t y = 0; y < s.height; y++) d->rows[y] |= changed | d->scratch[y];
        d->fresh = true;
    }
    if (changed || dirty || d->state.paused != d->m->halted || d->state.leds != leds) d->unsent = true;
    d->state.paused = d->m->halted;
    d->state.leds = leds;
    pthread_mutex_unlock(&d->lock);
    d->shown_serial = s.serial;
}

void desktop_turn(struct desktop *d)
{
    uint64_t now = host_monotonic_ns();
    take_events(d);
    if (d->dump_path && now - d->start >= d->dump_at) {
        screenshot(d, d->dump_path);
        d->dump_path = NULL;
    }
    if (!d->notify || !d->m->display || now - d->last_frame < FRAME_NS) return;
    collect(d);
    if (!d->unsent) return;
    d->unsent = false;
    d->last_frame = now;
    d->state.frames++;
    tell_window(d);
}

int64_t desktop_wait(struct desktop *d, int64_t wait)
{
    uint64_t now = host_monotonic_ns();
    int64_t most = wait < 0 ? INT64_MAX : wait;
    pthread_mutex_lock(&d->lock);
    if (d->used && most > 1000000) most = 1000000;
    pthread_mutex_unlock(&d->lock);
    if (d->notify && d->m->display) collect(d);
    if (d->unsent) {
        int64_t rest = (int64_t)(d->last_frame + FRAME_NS) - (int64_t)now;
        if (rest < 0) rest = 0;
        if (rest < most) most = rest;
    }
    if (d->dump_path) {
        int64_t rest = (int64_t)(d->start + d->dump_at) - (int64_t)now;
        if (rest < 0) rest = 0;
        if (rest < most) most = rest;
    }
    return most == INT64_MAX ? -1 : most;
}

void desktop_end(struct desktop *d)
{
    if (d->notify) {
        log_line(&d->m->log, LOG_STATS, "ppcemu: %u frames to the window in %.1f s", d->state.frames,
                 (double)(host_monotonic_ns() - d->start) / 1e9);
    }
    pthread_mutex_lock(&d->lock);
    d->state.ended = true;
    d->loop = NULL;
    pthread_mutex_unlock(&d->lock);
    tell_window(d);
}
