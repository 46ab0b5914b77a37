/*
 * Event queue over virtual nanoseconds. Intrusive and sorted: no allocation, and the run loop
 * compares one number. Guest time comes from a clock function: the host's monotonic clock, or the
 * instruction count in `-icount` runs.
 */
#ifndef BASE_SCHED_H
#define BASE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

struct event {
    void (*fn)(void *ctx);
    void *ctx;
    const char *name;
    uint64_t when; /* virtual ns */
    bool queued;
    struct event *next;
};

struct sched {
    uint64_t (*clock)(void *ctx); /* virtual ns since the machine was made; never goes back */
    void *clock_ctx;
    struct event *first;
    void (*earlier)(void *ctx); /* told when the first event moves forward in time */
    void *earlier_ctx;
};

#define SCHED_NEVER UINT64_MAX

void sched_init(struct sched *s, uint64_t (*clock)(void *), void *ctx);
static inline uint64_t sched_now(const struct sched *s) { return s->clock(s->clock_ctx); }
static inline uint64_t sched_next(const struct sched *s)
{
    return s->first ? s->first->when : SCHED_NEVER;
}
/* (Re)queues e at virtual time `when`; equal times run in the order of queueing. */
void sched_at(struct sched *s, struct event *e, uint64_t when);
void sched_cancel(struct sched *s, struct event *e);
/* Runs what is due now; an event may queue itself again. */
void sched_run(struct sched *s);

/* ticks of a clock of `hz` in `ns` and back, exact over 64 bits (through 128). */
static inline uint64_t ns_to_ticks(uint64_t ns, uint64_t hz)
{
    return (uint64_t)((unsigned __int128)ns * hz / 1000000000u);
}
static inline uint64_t ticks_to_ns(uint64_t ticks, uint64_t hz) /* rounds up */
{
    return (uint64_t)(((unsigned __int128)ticks * 1000000000u + hz - 1) / hz);
}

#endif
