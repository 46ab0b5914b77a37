/*
 * ppcemu: command line in, machine out.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_setname_np */
#endif
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "frontend/desktop.h"
#include "frontend/host/display_sdl.h"
#include "frontend/loop.h"
#include "frontend/options.h"
#include "frontend/setup.h"
#include "hcall/providers.h"

enum { STATUS_USAGE = 2 };

static int complain(const struct error *err)
{
    host_terminal_restore();
    fprintf(stderr, "ppcemu: %s\n", err->text[0] ? err->text : "cannot start, for an unknown reason");
    return STATUS_USAGE;
}

/* -boot once= holds for the boot that machine_new does. */
static int new_machine(struct options *o, struct machine **m, struct error *err)
{
    const char *later = o->cfg.boot_order;
    if (o->boot_once) o->cfg.boot_order = o->boot_once;
    int r = machine_new(&o->cfg, m, err);
    o->cfg.boot_order = later;
    return r;
}

/* The machine's own thread, when a window has the main one (which window systems want). */
struct run {
    struct machine *m;
    struct host_char_loop *loop;
    struct loop_options options;
    int status;
};

static void *run_machine(void *ctx)
{
    struct run *r = ctx;
#ifdef __linux__
    pthread_setname_np(pthread_self(), "machine"); /* for top -H and tests/perf/window.py */
#endif
    r->status = loop_run(r->m, r->loop, &r->options);
    return NULL;
}

/* NULL: no window; then the console is the serial port, and *why says it unless the user wanted that.
 */
static struct window *open_window(const struct options *o, struct desktop *d, struct error *why)
{
    struct window *w = NULL;
    if (o->nographic && o->window == WINDOW_SDL) error_set(why, ENODEV, "-nographic");
    if (!o->cfg.vga || o->nographic || o->window == WINDOW_NONE) return NULL;
#ifdef PPCEMU_SDL
    w = window_open(&(struct window_options){
        .machine = o->type->about, .full_screen = o->full_screen,
        .scale = o->stretch ? SCALE_STRETCH : o->integer_scale ? SCALE_INTEGER : SCALE_ASPECT,
    }, d, why);
#else
    (void)d;
    error_set(why, ENOSYS, "built without SDL");
#endif
    return w;
}

static void run_both(struct run *r, struct window *w)
{
    pthread_t thread;
    if (!w || pthread_create(&thread, NULL, run_machine, r)) {
        run_machine(r);
        return;
    }
#ifdef PPCEMU_SDL
    window_run(w);
#endif
    pthread_join(thread, NULL);
}

static int run(struct options *o, struct host_char_loop *loop)
{
    struct error err = {""}, no_window = {""};
    struct machine *m = NULL;
    struct desktop *d = desktop_new();
    struct window *w = NULL;
    int r = setup_open(o, loop, &err);
    if (!r) w = open_window(o, d, &no_window);
    o->cfg.screen_console = w;
    if (!r) r = new_machine(o, &m, &err);
    int status = r ? complain(&err) : 0;
    /* Bad input gets one sentence: this one is for machines that run. */
    if (!r && no_window.text[0]) {
        fprintf(stderr, "ppcemu: no window (%s): the console is the serial port\n", no_window.text);
    }
    if (!r) {
        struct run run = {m, loop, {
            .icount_sleep = o->icount_sleep, .monitor = o->monitor_char, .gdb = o->gdb_char,
            .monitor_first = o->monitor_first, .desktop = d,
        }, 0};
        if (o->screendump) desktop_plan_screendump(d, o->screendump, o->screendump_at);
        run_both(&run, w);
        status = run.status;
    }
#ifdef PPCEMU_SDL
    window_close(w);
#endif
    machine_free(m);
    desktop_free(d);
    return status;
}

int main(int argc, char **argv)
{
    struct options o;
    struct error err = {""};
    if (argc == 2 && !strcmp(argv[1], "--help-man")) { /* for tests/tools/man.sh */
        options_man(stdout);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--help-hypercalls")) { /* for tests/tools/hypercalls.sh */
        hv_list(stdout);
        return 0;
    }
    int status = 0, r = options_parse(&o, argc, argv, &err);
    if (r) {
        status = complain(&err);
    } else if (!o.done) {
        struct host_char_loop *loop = host_loop_new();
        host_signals_install(loop); /* before the terminal changes and the guest can be seen */
        status = run(&o, loop);
        setup_close(&o);
        host_loop_free(loop);
        host_terminal_restore();
    }
    options_free(&o);
    return status;
}
