#include "cpu/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define SETS 8192u
#define WAYS 8u
/* Printed are ops and runs that make up this part of all instructions, and pairs ten times that. */
#define RARE 30000u

struct profile_run {
    uint64_t count;
    uint32_t hash;
    uint16_t len;
    uint16_t op[PROFILE_RUN];
};

struct profile *profile_new(unsigned n_kinds)
{
    struct profile *p = xcalloc(1, sizeof *p);
    p->n_kinds = n_kinds;
    p->ops = xcalloc(n_kinds, sizeof *p->ops);
    p->runs = xcalloc(SETS * WAYS, sizeof *p->runs);
    return p;
}

void profile_free(struct profile *p)
{
    if (!p) return;
    free(p->ops);
    free(p->runs);
    free(p);
}

void profile_reset(struct profile *p)
{
    memset(p->ops, 0, p->n_kinds * sizeof *p->ops);
    memset(p->runs, 0, SETS * WAYS * sizeof *p->runs);
    p->lost = 0;
    p->len = 0;
    p->hash = 0;
}

/* A new run takes the place of the rarest in its set. */
void profile_end_run(struct profile *p)
{
    struct profile_run *set = p->runs + p->hash % SETS * WAYS, *rarest = set;
    size_t bytes = p->len * sizeof p->now[0];
    if (!p->len) return;
    for (unsigned i = 0; i < WAYS; i++) {
        struct profile_run *r = set + i;
        if (r->hash == p->hash && r->len == p->len && !memcmp(r->op, p->now, bytes)) {
            rarest = r;
            break;
        }
        if (r->count < rarest->count) rarest = r;
    }
    if (rarest->hash != p->hash || rarest->len != p->len || memcmp(rarest->op, p->now, bytes)) {
        p->lost += rarest->count * rarest->len;
        rarest->count = 0;
        rarest->hash = p->hash;
        rarest->len = (uint16_t)p->len;
        memcpy(rarest->op, p->now, bytes);
    }
    rarest->count++;
    p->len = 0;
    p->hash = 0;
}

/* ---- the report ---- */

struct line {
    uint64_t count;
    unsigned index;
};

static int more_first(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The indices of the n counts that reach `least`, sorted; *found of them. */
static struct line *sorted(const uint64_t *count, unsigned n, uint64_t least, unsigned *found)
{
    struct line *lines = xcalloc(n, sizeof *lines);
    *found = 0;
    for (unsigned i = 0; i < n; i++)
        if (count[i] && count[i] >= least) lines[(*found)++] = (struct line){count[i], i};
    qsort(lines, *found, sizeof *lines, more_first);
    return lines;
}

static void print_ops(const struct profile *p, profile_name *name, profile_glue *glue,
                      uint64_t total, FILE *to)
{
    char a[32];
    unsigned n;
    struct line *l = sorted(p->ops, p->n_kinds, total / RARE, &n);
    for (unsigned i = 0; i < n; i++)
        fprintf(to, "op %s %c %" PRIu64 " %.3f\n", name(l[i].index, a, sizeof a), glue(l[i].index), l[i].count,
                100.0 * (double)l[i].count / (double)total);
    free(l);
}

static void print_pairs(const struct profile *p, profile_name *name, uint64_t total, FILE *to)
{
    char a[32], b[32];
    unsigned n, kinds = p->n_kinds;
    uint64_t *pairs = xcalloc((size_t)kinds * kinds, sizeof *pairs);
    for (unsigned i = 0; i < SETS * WAYS; i++) {
        const struct profile_run *r = p->runs + i;
        for (unsigned k = 1; k < r->len; k++) pairs[r->op[k - 1] * kinds + r->op[k]] += r->count;
    }
    struct line *l = sorted(pairs, kinds * kinds, total / (RARE / 10), &n);
    for (unsigned i = 0; i < n; i++)
        fprintf(to, "pair %s %s %" PRIu64 " %.3f\n", name(l[i].index / kinds, a, sizeof a),
                name(l[i].index % kinds, b, sizeof b), l[i].count, 100.0 * (double)l[i].count / (double)total);
    free(l);
    free(pairs);
}

static void print_runs(const struct profile *p, profile_name *name, uint64_t total, FILE *to)
{
    char a[32];
    unsigned n;
    uint64_t *insns = xcalloc(SETS * WAYS, sizeof *insns);
    for (unsigned i = 0; i < SETS * WAYS; i++) insns[i] = p->runs[i].count * p->runs[i].len;
    struct line *l = sorted(insns, SETS * WAYS, total / RARE, &n);
    for (unsigned i = 0; i < n; i++) {
        const struct profile_run *r = p->runs + l[i].index;
        fprintf(to, "run %" PRIu64, r->count);
        for (unsigned k = 0; k < r->len; k++) fprintf(to, " %s", name(r->op[k], a, sizeof a));
        fputc('\n', to);
    }
    free(l);
    free(insns);
}

void profile_print(const struct profile *p, profile_name *name, profile_glue *glue, FILE *to)
{
    uint64_t total = 0;
    for (unsigned k = 0; k < p->n_kinds; k++) total += p->ops[k];
    fprintf(to, "profile %" PRIu64 " instructions, %" PRIu64 " in runs not kept\n", total, p->lost);
    if (total) {
        print_ops(p, name, glue, total, to);
        print_pairs(p, name, total, to);
        print_runs(p, name, total, to);
    }
    fputs("end\n", to);
}
