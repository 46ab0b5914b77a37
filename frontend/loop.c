/*
 * One thread does everything. While the guest computes, the host is looked at between slices; when
 * the guest idles or the `ok` prompt waits, ppoll sleeps until input or the next event. With the
 * instruction clock input reaches the guest at the end of a slice only, which is a point in
 * instructions.
 */
#include "frontend/loop.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cpu/ppc.h"
#include "firmware/firmware.h"

#define SLICE_NS 2000000u       /* of guest time: how long a key may wait */

struct loop {
    struct machine *m;
    struct host_char_loop *host;
    const struct loop_options *options;
    bool quit;
    int signal;
};

static void on_quit(void *ctx, int signal)
{
    struct loop *l = ctx;
    l->quit = true;
    l->signal = signal;
}

/* C-a c: until there is a monitor the keyboard goes straight back. */
static void on_monitor(void *ctx, bool has_focus)
{
    static const char text[] = "\r\nThere is no monitor yet (C-a x leaves ppcemu).\r\n";
    struct loop *l = ctx;
    struct chardev *c = l->m->console;
    if (!has_focus || !c) return;
    chardev_write(host_char_monitor(c), text, sizeof text - 1);
    host_char_focus(c, false);
}

/* Host nanoseconds until the machine has something to do by itself. */
static int64_t time_to_event(const struct loop *l)
{
    uint64_t next = sched_next(&l->m->sched), now = sched_now(&l->m->sched);
    return next > now ? (int64_t)(next - now) : 0;
}

static bool at_prompt(const struct loop *l)
{
    return l->m->firmware && firmware_interactive(l->m->firmware);
}

/* The guest waits for an interrupt, or the `ok` prompt for a key. */
static void when_idle(struct loop *l)
{
    bool warps = l->m->cfg->icount, naps = !warps || l->options->icount_sleep || at_prompt(l);
    if (sched_next(&l->m->sched) == SCHED_NEVER) {
        host_poll(l->host, -1);
        return;
    }
    int64_t wait = naps ? time_to_event(l) : 0;
    uint64_t until = host_monotonic_ns() + (uint64_t)wait;
    int handled = host_poll(l->host, wait);
    /* Input ended the sleep: the guest's time stands where it was. */
    if (warps && !handled && host_monotonic_ns() >= until) machine_warp(l->m);
}

/* The guest is off but -no-shutdown keeps us here: until the user quits. */
static void stay_off(struct loop *l)
{
    fprintf(stderr, "ppcemu: the guest has switched off; C-a x or a signal ends ppcemu\n");
    while (!l->quit) host_poll(l->host, -1);
}

/* True when the run is over. */
static bool turn(struct loop *l)
{
    switch (machine_run(l->m, SLICE_NS)) {
    case MACHINE_IDLE: when_idle(l); break;
    case MACHINE_POWEROFF:
        if (!l->m->cfg->no_shutdown) return true;
        stay_off(l);
        break;
    case MACHINE_RESET:
        if (l->m->cfg->no_reboot) return true;
        break;
    case MACHINE_RUNNING:
    case MACHINE_DEBUG: host_poll(l->host, 0); break;
    }
    return l->quit;
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The first two figures are the guest's and repeat with -icount; the others are the host's. */
static void print_statistics(struct loop *l)
{
    uint64_t n = ppc_insns(l->m->cpu);
    double cpu = cpu_seconds(), guest = (double)sched_now(&l->m->sched) / 1e9;
    log_line(&l->m->log, LOG_STATS,
             "ppcemu: %llu instructions, %.9f s guest time; %.2f s CPU time, %.1f MIPS",
             (unsigned long long)n, guest, cpu, cpu > 0 ? (double)n / cpu / 1e6 : 0);
}

int loop_run(struct machine *m, struct host_char_loop *host, const struct loop_options *lo)
{
    struct loop l = {.m = m, .host = host, .options = lo};
    host_loop_hooks(host, &(struct host_hooks){&l, on_quit, on_monitor});
    while (!turn(&l)) {
    }
    host_loop_hooks(host, &(struct host_hooks){NULL, NULL, NULL});
    print_statistics(&l);
    if (!l.quit) return m->exit_status;
    if (!l.signal) return 0;
    fprintf(stderr, "ppcemu: ended by signal %d (%s)\n", l.signal, strsignal(l.signal));
    return 128 + l.signal;
}
