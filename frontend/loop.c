/*
 * One thread does everything. While the guest computes, the host is looked at between slices; when
 * the guest idles or the `ok` prompt waits, ppoll sleeps until input or the next event. With the
 * instruction clock input reaches the guest at the end of a slice only, which is a point in
 * instructions.
 */
#include "frontend/loop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cpu/ppc.h"
#include "firmware/firmware.h"
#include "frontend/desktop.h"
#include "frontend/gdb.h"
#include "frontend/monitor.h"
#include "frontend/perf.h"

/* How long input may wait while the guest computes: the machine looks up after some 50 us of host time
 * (machines/machine.c), so that with the host's clock each look is followed by a poll. With the instruction
 * clock a slice is guest time, and input has no moment of its own. */
#define SLICE_NS 40000u
#define ICOUNT_SLICE_NS 2000000u

struct loop {
    struct machine *m;
    struct host_char_loop *host;
    const struct loop_options *options;
    struct monitor *monitor;
    struct gdb *gdb; /* NULL without -gdb */
    bool quit;
    int signal;
};

static void on_quit(void *ctx, int signal)
{
    struct loop *l = ctx;
    l->quit = true;
    l->signal = signal;
}

static void on_monitor(void *ctx, bool has_focus)
{
    struct loop *l = ctx;
    monitor_focus(l->monitor, has_focus);
}

static void monitor_quits(void *ctx) { on_quit(ctx, 0); }

static void monitor_pauses(void *ctx, bool halted)
{
    struct loop *l = ctx;
    gdb_paused(l->gdb, halted);
}

static void monitor_display(void *ctx, FILE *to)
{
    struct loop *l = ctx;
    desktop_describe(l->options->desktop, to);
}

/* The monitor is behind C-a c of every mon: device and on -monitor's own line. */
static void open_tools(struct loop *l)
{
    const struct loop_options *lo = l->options;
    l->monitor = monitor_new(l->m, &(struct monitor_hooks){l, monitor_quits, monitor_pauses,
                                                               monitor_display});
    for (unsigned i = 0; i < CONFIG_SERIALS; i++) {
        struct chardev *c = host_char_monitor(l->m->cfg->serial[i]);
        if (c) monitor_attach(l->monitor, c, true);
    }
    if (lo->monitor) {
        struct chardev *c = host_char_monitor(lo->monitor);
        monitor_attach(l->monitor, lo->monitor, false);
        if (c) monitor_attach(l->monitor, c, true);
    }
    if (lo->gdb) l->gdb = gdb_new(l->m, l->monitor, lo->gdb);
    if (lo->monitor_first) host_char_focus(l->m->cfg->serial[0], true);
}

static void close_tools(struct loop *l)
{
    gdb_free(l->gdb);
    monitor_free(l->monitor);
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
        host_poll(l->host, desktop_wait(l->options->desktop, -1));
        return;
    }
    int64_t wait = naps ? time_to_event(l) : 0, most = desktop_wait(l->options->desktop, wait);
    if (most < wait) {
        host_poll(l->host, most);
        return;
    }
    uint64_t until = host_monotonic_ns() + (uint64_t)wait;
    int handled = host_poll(l->host, wait);
    /* Input ended the sleep: the guest's time stands where it was. */
    if (warps && !handled && host_monotonic_ns() >= until) machine_warp(l->m);
}

/* The guest is off but -no-shutdown keeps us here: until the user quits. */
static void stay_off(struct loop *l)
{
    fprintf(stderr, "ppcemu: the guest has switched off; C-a x or a signal ends ppcemu\n");
    while (!l->quit && l->m->request == MACHINE_RUNNING) {
        host_poll(l->host, desktop_wait(l->options->desktop, -1));
        desktop_turn(l->options->desktop);
    }
}

/* True when the run is over. */
static bool turn(struct loop *l)
{
    desktop_turn(l->options->desktop);
    if (l->m->halted) {
        host_poll(l->host, desktop_wait(l->options->desktop, -1));
        return l->quit;
    }
    switch (machine_run(l->m, l->m->cfg->icount ? ICOUNT_SLICE_NS : SLICE_NS)) {
    case MACHINE_IDLE: when_idle(l); break;
    case MACHINE_POWEROFF:
        if (!l->m->cfg->no_shutdown) return true;
        stay_off(l);
        break;
    case MACHINE_RESET:
        if (l->m->cfg->no_reboot) return true;
        break;
    case MACHINE_DEBUG:
        gdb_stopped(l->gdb);
        break;
    case MACHINE_RUNNING: host_poll(l->host, 0); break;
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

static void print_counters(struct loop *l)
{
    if (log_on(&l->m->log, LOG_PERF) && l->m->log.to) perf_report(l->m, l->m->log.to);
}

/* -d ops, for tests/perf/fuse_profile.py. */
static void print_profile(struct loop *l)
{
    if (log_on(&l->m->log, LOG_OPS) && l->m->log.to) ppc_profile_print(l->m->cpu, l->m->log.to);
}

int loop_run(struct machine *m, struct host_char_loop *host, const struct loop_options *lo)
{
    struct loop l = {.m = m, .host = host, .options = lo};
    host_loop_hooks(host, &(struct host_hooks){&l, on_quit, on_monitor});
    open_tools(&l);
    desktop_attach(lo->desktop, m, host);
    while (!turn(&l)) {
    }
    desktop_end(lo->desktop);
    gdb_exited(l.gdb, m->exit_status);
    close_tools(&l);
    host_loop_hooks(host, &(struct host_hooks){NULL, NULL, NULL});
    print_statistics(&l);
    print_counters(&l);
    print_profile(&l);
    if (!l.quit) return m->exit_status;
    if (!l.signal) return 0;
    if (l.signal != SIGPIPE) fprintf(stderr, "ppcemu: ended by signal %d (%s)\n", l.signal, strsignal(l.signal));
    return 128 + l.signal;
}
