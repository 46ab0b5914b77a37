/*
 * The poll set. A handful of descriptors, so a list and poll(2) do; a pipe to itself lets signal
 * handlers and other threads end a sleep.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2, ppoll */
#endif
#include "frontend/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "frontend/host/internal.h"

#define MAX_WATCHES 64
#define SPIN_NS 60000 /* the kernel's timer slack: shorter sleeps would take longer */

struct host_char_loop {
    struct host_watch *first;
    struct host_hooks hooks;
    int wake[2];
    bool quit_early; /* before there was somebody to tell */
    int quit_signal;
};

uint64_t host_monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct host_char_loop *host_loop_new(void)
{
    struct host_char_loop *l = xcalloc(1, sizeof *l);
    if (pipe2(l->wake, O_NONBLOCK | O_CLOEXEC)) l->wake[0] = l->wake[1] = -1;
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of write, not our end */
    return l;
}

void host_loop_free(struct host_char_loop *l)
{
    if (!l) return;
    host_signals_forget(l);
    if (l->wake[0] >= 0) {
        close(l->wake[0]);
        close(l->wake[1]);
    }
    free(l);
}

void host_loop_hooks(struct host_char_loop *l, const struct host_hooks *hooks)
{
    l->hooks = *hooks;
    if (l->quit_early && hooks->quit) {
        l->quit_early = false;
        hooks->quit(hooks->ctx, l->quit_signal);
    }
}

void host_loop_add(struct host_char_loop *l, struct host_watch *w)
{
    w->next = l->first;
    l->first = w;
}

void host_loop_remove(struct host_char_loop *l, struct host_watch *w)
{
    for (struct host_watch **p = &l->first; *p; p = &(*p)->next) {
        if (*p == w) {
            *p = w->next;
            return;
        }
    }
}

void host_loop_quit(struct host_char_loop *l, int sig)
{
    if (l->hooks.quit) {
        l->hooks.quit(l->hooks.ctx, sig);
    } else {
        l->quit_early = true;
        l->quit_signal = sig;
    }
}

void host_loop_focus(struct host_char_loop *l, bool monitor)
{
    if (l->hooks.monitor) l->hooks.monitor(l->hooks.ctx, monitor);
}

void host_loop_wake(struct host_char_loop *l)
{
    int kept = errno;
    ssize_t n = write(l->wake[1], "", 1); /* a full pipe wakes as well */
    (void)n;
    errno = kept;
}

static void drain_wake(struct host_char_loop *l)
{
    char waste[64];
    while (read(l->wake[0], waste, sizeof waste) == (ssize_t)sizeof waste) {
    }
}

/* Fills p[] and who[] from the list; shortens *timeout to the first sleeper's waking. */
static nfds_t gather(struct host_char_loop *l, struct pollfd *p, struct host_watch **who,
                     int64_t *timeout)
{
    uint64_t now = 0;
    nfds_t n = 1;
    p[0] = (struct pollfd){.fd = l->wake[0], .events = POLLIN};
    for (struct host_watch *w = l->first; w && n < MAX_WATCHES; w = w->next) {
        if (w->fd < 0 || !w->events) continue;
        if (w->asleep_until) {
            if (!now) now = host_monotonic_ns();
            int64_t rest = (int64_t)(w->asleep_until - now);
            if (rest > 0) {
                if (*timeout < 0 || rest < *timeout) *timeout = rest;
                continue;
            }
            w->asleep_until = 0;
        }
        p[n] = (struct pollfd){.fd = w->fd, .events = w->events};
        who[n++] = w;
    }
    return n;
}

/* A handler may remove watches: only those still on the list are called. */
static bool is_listed(const struct host_char_loop *l, const struct host_watch *w)
{
    for (const struct host_watch *i = l->first; i; i = i->next)
        if (i == w) return true;
    return false;
}

static int wait_ready(struct pollfd *p, nfds_t n, int64_t ns)
{
    struct timespec t = {ns / 1000000000, ns % 1000000000};
    if (ns <= 0 || ns > SPIN_NS) return ppoll(p, n, ns < 0 ? NULL : &t, NULL);
    uint64_t until = host_monotonic_ns() + (uint64_t)ns;
    int ready;
    do {
        ready = poll(p, n, 0);
    } while (!ready && host_monotonic_ns() < until);
    return ready;
}

int host_poll(struct host_char_loop *l, int64_t timeout_ns)
{
    struct pollfd p[MAX_WATCHES];
    struct host_watch *who[MAX_WATCHES] = {NULL};
    nfds_t n = gather(l, p, who, &timeout_ns);
    int ready = wait_ready(p, n, timeout_ns);
    int ran = 0;
    if (ready > 0 && (p[0].revents & POLLIN)) drain_wake(l);
    for (nfds_t i = 1; ready > 0 && i < n; i++) {
        if (!p[i].revents || !is_listed(l, who[i]) || who[i]->fd != p[i].fd) continue;
        who[i]->ready(who[i]->ctx, p[i].revents);
        ran++;
    }
    int sig = host_signals_take(l);
    if (sig) {
        host_loop_quit(l, sig);
        ran++;
    }
    return ran;
}
