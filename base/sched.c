#include "base/sched.h"

#include <stddef.h>

void sched_init(struct sched *s, uint64_t (*clock)(void *), void *ctx)
{
    *s = (struct sched){.clock = clock, .clock_ctx = ctx};
}

void sched_cancel(struct sched *s, struct event *e)
{
    if (!e->queued) return;
    struct event **p = &s->first;
    while (*p != e) p = &(*p)->next;
    *p = e->next;
    e->queued = false;
}

void sched_at(struct sched *s, struct event *e, uint64_t when)
{
    sched_cancel(s, e);
    struct event **p = &s->first;
    while (*p && (*p)->when <= when) p = &(*p)->next;
    e->when = when;
    e->next = *p;
    e->queued = true;
    *p = e;
    if (s->first == e && s->earlier) s->earlier(s->earlier_ctx);
}

void sched_run(struct sched *s)
{
    /* The time is read once: an event that queues itself for "now" waits for the next call, so a
     * guest cannot keep this loop busy. */
    uint64_t now = sched_now(s);
    while (s->first && s->first->when <= now) {
        struct event *e = s->first;
        s->first = e->next;
        e->queued = false;
        e->fn(e->ctx);
        if (e->queued && e->when <= now) return;
    }
}
