/*
 * What a run with PPC_GLUE_PROFILE counts: handlers by name and the straight runs of them, from one
 * branch to the next. Pairs follow from the runs, and so does what a table of fused pairs would save:
 * tests/perf/fuse_profile.py. Handlers are numbers here; exec_profile.c knows their names.
 */
#ifndef CPU_PROFILE_H
#define CPU_PROFILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROFILE_RUN 24 /* handlers; a longer run counts as several */

struct profile {
    unsigned n_kinds;
    uint64_t *ops;         /* n_kinds */
    struct profile_run *runs;
    uint64_t lost;         /* instructions in runs that made room for others */
    uint16_t now[PROFILE_RUN]; /* the run under way */
    unsigned len;
    uint32_t hash;
};

struct profile *profile_new(unsigned n_kinds);
void profile_free(struct profile *p);
void profile_reset(struct profile *p);
void profile_end_run(struct profile *p);

/* One instruction of kind k, behind the last one noted. */
static inline void profile_note(struct profile *p, unsigned k)
{
    p->ops[k]++;
    p->now[p->len++] = (uint16_t)k;
    p->hash = (p->hash ^ k) * UINT32_C(0x9e3779b1);
    p->hash ^= p->hash >> 15;
    if (p->len == PROFILE_RUN) profile_end_run(p);
}

typedef const char *profile_name(unsigned k, char *room, size_t size);
typedef char profile_glue(unsigned k);
/* Lines "op", "pair" and "run", most frequent first; rare ones are left out. */
void profile_print(const struct profile *p, profile_name *name, profile_glue *glue, FILE *to);

#endif
