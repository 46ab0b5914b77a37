/*
 * Random programs of 200 user-level instructions on qemu-ppc and on libppcemu-core: after each, GPR, FPR, VR, CR,
 * XER, LR, CTR, FPSCR, VSCR and the data must be equal. Where they are not, the program is cut in halves until one
 * instruction is found before which all is equal and behind which it is not. qemu_known.c, a reviewed list, says
 * which such differences are QEMU's or undefined, with the manual's paragraph; the instruction is then taken out and
 * the program goes on without it. Anything else is printed and counts as a failure.
 *
 *   qemu_random PROGRAMS [SEED [QEMU [CPU]]]      (1, qemu-ppc, 7447a); program n has the seed SEED + n
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "tests/nightly/qemu_random.h"

#define BATCH 1000u
#define SHOWN 40u

struct job {
    struct program p;
    struct outcome out;
    struct image before;
    unsigned same, differs; /* lengths of prefixes */
};

struct test {
    struct rig rig;
    struct decoder *decoder;
    struct job *jobs;
    uint64_t programs, differing, explained, unexplained;
    uint64_t by_id[N_INSNS]; /* unexplained ones */
};

/* Runs these jobs' programs up to their prefix. */
static bool run_jobs(struct test *t, struct job **j, unsigned n)
{
    const struct program *p[BATCH];
    struct outcome *o[BATCH];
    for (unsigned i = 0; i < n; i++) {
        p[i] = &j[i]->p;
        o[i] = &j[i]->out;
    }
    return rig_run(&t->rig, p, o, n);
}

static bool run_prefixes(struct test *t, struct job **j, unsigned n, bool differing)
{
    for (unsigned i = 0; i < n; i++) j[i]->p.prefix = differing ? j[i]->differs : j[i]->same;
    return run_jobs(t, j, n);
}

/* All at once, so that it costs eight runs of each emulator. */
static bool bisect(struct test *t, struct job **j, unsigned n)
{
    bool more = true;
    for (unsigned i = 0; i < n; i++) {
        j[i]->same = 0;
        j[i]->differs = LENGTH;
    }
    while (more) {
        more = false;
        for (unsigned i = 0; i < n; i++) {
            j[i]->p.prefix = (j[i]->same + j[i]->differs) / 2;
            more |= j[i]->differs - j[i]->same > 1;
        }
        if (!more) break;
        if (!run_jobs(t, j, n)) return false;
        for (unsigned i = 0; i < n; i++) {
            if (same_result(&j[i]->out)) j[i]->same = j[i]->p.prefix;
            else if (j[i]->p.prefix) j[i]->differs = j[i]->p.prefix;
        }
    }
    if (!run_prefixes(t, j, n, false)) return false;
    for (unsigned i = 0; i < n; i++) j[i]->before = j[i]->out.ours.regs;
    return run_prefixes(t, j, n, true);
}

static void report(struct test *t, const struct difference *d)
{
    char text[96];
    t->unexplained++;
    if (t->by_id[d->id]++ > 3 || t->unexplained > SHOWN) return;
    ppc_disasm(t->rig.b.cpu, d->word, 0, text, sizeof text);
    printf("seed %" PRIu64 ", instruction %u: %08x  %s\n", d->p->seed, d->at, d->word, text);
    print_difference(d);
}

static void judge(struct test *t, struct job *j)
{
    unsigned variant, at = j->differs - 1;
    struct slot s;
    struct difference d = {.p = &j->p, .at = at, .before = &j->before, .after = &j->out, .word = j->p.word[at]};
    d.id = decode(t->decoder, d.word, &s, &variant);
    if (explain(&d)) t->explained++;
    else report(t, &d);
    unsigned first = j->p.unit[at], n = j->p.unit_len[at];
    for (unsigned i = first; i < first + n; i++) j->p.word[i] = NOP;
}

static bool one_batch(struct test *t, uint64_t seed, unsigned n)
{
    struct job *j[BATCH];
    for (unsigned i = 0; i < n; i++) {
        j[i] = &t->jobs[i];
        program_make(&j[i]->p, seed + i, t->decoder);
    }
    for (bool first = true; n; first = false) {
        unsigned left = 0;
        for (unsigned i = 0; i < n; i++) j[i]->p.prefix = LENGTH;
        if (!run_jobs(t, j, n)) return false;
        for (unsigned i = 0; i < n; i++)
            if (!same_result(&j[i]->out)) j[left++] = j[i];
        n = left;
        if (first) t->differing += n;
        if (n && !bisect(t, j, n)) return false;
        for (unsigned i = 0; i < n; i++) judge(t, j[i]);
    }
    return true;
}

static int summary(const struct test *t, uint64_t seed)
{
    for (struct known *k = known_classes; k->name; k++)
        if (k->seen) printf("  %8" PRIu64 "  %s (%s)\n", k->seen, k->name, k->paragraph);
    for (unsigned id = 0; id < N_INSNS; id++)
        if (t->by_id[id]) printf("  %8" PRIu64 "  UNEXPLAINED: %s\n", t->by_id[id], insn_table[id].name);
    printf("qemu: %" PRIu64 " programs of %u instructions, seed %" PRIu64 ": %" PRIu64 " differ; %" PRIu64
           " instructions explained, %" PRIu64 " not; %.0f s CPU time\n",
           t->programs, LENGTH, seed, t->differing, t->explained, t->unexplained, (double)clock() / CLOCKS_PER_SEC);
    return t->unexplained ? 1 : 0;
}

int main(int argc, char **argv)
{
    static struct test t;
    uint64_t programs = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    const char *cpu = argc > 4 ? argv[4] : "7447a";
    if (!rig_open(&t.rig, argc > 3 ? argv[3] : "qemu-ppc", cpu)) return 2;
    t.decoder = decoder_new(ppc_model_find(cpu));
    t.jobs = xcalloc(BATCH, sizeof *t.jobs);
    bool ok = true;
    while (ok && t.programs < programs) {
        uint64_t left = programs - t.programs;
        unsigned n = left < BATCH ? (unsigned)left : BATCH;
        ok = one_batch(&t, seed + t.programs, n);
        t.programs += n;
    }
    int status = ok ? summary(&t, seed) : 2;
    decoder_free(t.decoder);
    free(t.jobs);
    rig_close(&t.rig);
    return status;
}
