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
/* The keyboard's own buffer holds few keys: the others wait here, but no longer than this, so that a
 * guest that reads none has the overrun of a real keyboard, and gets no old keys when it wakes. */
#define PATIENCE_NS 500000000u
#define HID_POWER 0x66

struct queue {
    struct {
        struct desktop_event e;
        uint64_t sent; /* host_monotonic_ns */
    } at[QUEUE_MAX];
    unsigned head, used;
};

struct desktop {
    pthread_mutex_t lock;
    /* under the lock */
    struct queue input, wishes;
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

static bool take(struct queue *q, struct desktop_event *e)
{
    if (!q->used) return false;
    *e = q->at[q->head].e;
    q->head = (q->head + 1) % QUEUE_MAX;
    q->used--;
    return true;
}

struct desktop *desktop_new(void)
{
    struct desktop *d = xcalloc(1, sizeof *d);
    pthread_mutex_init(&d->lock, NULL);
    return d;
}

void desktop_free(struct desktop *d)
{
    if (!d) return;
    for (struct desktop_event e; take(&d->wishes, &e);) free(e.text);
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
static bool joined(struct queue *q, const struct desktop_event *e)
{
    struct desktop_event *last = &q->at[(q->head + q->used - 1) % QUEUE_MAX].e;
    if (e->kind != DESK_MOUSE || !q->used || last->kind != DESK_MOUSE || last->d != e->d) return false;
    last->a += e->a;
    last->b += e->b;
    last->c += e->c;
    return true;
}

void desktop_send(struct desktop *d, struct desktop_event e)
{
    pthread_mutex_lock(&d->lock);
    struct queue *q = e.kind == DESK_KEY || e.kind == DESK_MOUSE ? &d->input : &d->wishes;
    bool taken = joined(q, &e);
    if (!taken && q->used < QUEUE_MAX) {
        unsigned i = (q->head + q->used++) % QUEUE_MAX;
        q->at[i].e = e;
        q->at[i].sent = host_monotonic_ns();
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

void desktop_shown(struct desktop *d)
{
    pthread_mutex_lock(&d->lock);
    d->state.shown++;
    pthread_mutex_unlock(&d->lock);
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
        /* What is typed while the machine stands is nobody's; what goes up must. */
        if (d->keyboard && !(m->halted && e->b)) i8042_key(d->keyboard, (unsigned)e->a, e->b);
        break;
    case DESK_MOUSE:
        if (!d->keyboard) break;
        if (m->halted) {
            i8042_mouse(d->keyboard, 0, 0, 0, e->d);
        } else {
            i8042_mouse(d->keyboard, e->a, e->b, e->c, e->d);
        }
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

static bool take_wish(struct desktop *d, struct desktop_event *e)
{
    pthread_mutex_lock(&d->lock);
    bool any = take(&d->wishes, e);
    pthread_mutex_unlock(&d->lock);
    return any;
}

/* A key waits until the keyboard has room for it. */
static bool take_input(struct desktop *d, struct desktop_event *e, uint64_t now)
{
    bool fits = !d->keyboard || i8042_key_fits(d->keyboard);
    pthread_mutex_lock(&d->lock);
    const struct queue *q = &d->input;
    bool ripe = fits || q->at[q->head].e.kind != DESK_KEY || now > q->at[q->head].sent + PATIENCE_NS;
    bool any = ripe && take(&d->input, e);
    pthread_mutex_unlock(&d->lock);
    return any;
}

static void take_events(struct desktop *d, uint64_t now)
{
    struct desktop_event e;
    while (take_wish(d, &e)) {
        carry_out(d, &e);
        free(e.text);
    }
    while (take_input(d, &e, now)) carry_out(d, &e);
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
    take_events(d, now);
    if (d->dump_path && now - d->start >= d->dump_at) {
        screenshot(d, d->dump_path);
        d->dump_path = NULL;
    }
    if (!d->notify || !d->m->display || now - d->last_frame < FRAME_NS) return;
    collect(d);
    if (!d->unsent) return;
    d->unsent = false;
    pthread_mutex_lock(&d->lock);
    d->state.frames++;
    pthread_mutex_unlock(&d->lock);
    /* From the time it was due, or slices would make 60 a second 55. */
    d->last_frame = now - d->last_frame < 2 * FRAME_NS ? d->last_frame + FRAME_NS : now;
    tell_window(d);
}

int64_t desktop_wait(struct desktop *d, int64_t wait)
{
    uint64_t now = host_monotonic_ns();
    int64_t most = wait < 0 ? INT64_MAX : wait;
    pthread_mutex_lock(&d->lock);
    if (d->input.used && most > 1000000) most = 1000000;
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

void desktop_describe(struct desktop *d, FILE *to)
{
    static const char *const formats[] = {"8 bits, palette", "15 bits", "16 bits", "24 bits", "32 bits"};
    struct display *card = d->m->display;
    struct surface s = {.width = 0};
    struct desktop_state now;
    if (card) card->ops->surface(card, &s);
    desktop_state(d, &now);
    if (s.height) {
        fprintf(to, "picture: %ux%u, %s, %s endian\n", s.width, s.height, formats[s.format],
                s.big_endian ? "big" : "little");
    } else {
        fprintf(to, "picture: %s\n", card ? "dark" : "no graphics card");
    }
    if (d->notify) {
        fprintf(to, "window: %u frames sent, %u drawn\n", now.frames, now.shown);
    } else {
        fprintf(to, "window: none\n");
    }
    unsigned leds = d->keyboard ? i8042_leds(d->keyboard) : 0;
    fprintf(to, "keyboard lights:%s%s%s%s\n", leds & 2 ? " num" : "", leds & 4 ? " caps" : "",
            leds & 1 ? " scroll" : "", leds ? "" : " none");
}

void desktop_end(struct desktop *d)
{
    if (d->notify) {
        struct desktop_state s;
        desktop_state(d, &s);
        log_line(&d->m->log, LOG_STATS, "ppcemu: %u frames to the window in %.1f s, %u drawn", s.frames,
                 (double)(host_monotonic_ns() - d->start) / 1e9, s.shown);
    }
    pthread_mutex_lock(&d->lock);
    d->state.ended = true;
    d->loop = NULL;
    pthread_mutex_unlock(&d->lock);
    tell_window(d);
}
