#include "frontend/test_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bits.h"

#define TEST_RAM (UINT64_C(16) << 20)
#define MAX_FILE (SIZE_MAX / 4)
#define CHUNK 64u /* lines a thread takes at a time */

/* ---- reading ---- */

static int read_all(const char *path, char **text, size_t *len, struct error *err)
{
    gzFile in = gzopen(path, "rb");
    if (!in) return error_set(err, errno ? errno : EIO, "%s: %s", path, strerror(errno));
    size_t size = 0, room = 1 << 20;
    char *buf = xcalloc(1, room);
    int n;
    while ((n = gzread(in, buf + size, (unsigned)(room - size))) > 0) {
        size += (size_t)n;
        if (size == room) {
            room *= 2;
            buf = xrealloc(buf, room);
        }
        if (room - size > 1u << 30) break;
    }
    int r = 0, code;
    const char *what = gzerror(in, &code);
    if (n < 0 || code == Z_BUF_ERROR) r = error_set(err, EIO, "%s: %s", path, what);
    gzclose(in);
    if (r) {
        free(buf);
        return r;
    }
    *text = buf;
    *len = size;
    return 0;
}

static bool blank(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r') return false;
    return true;
}

static void split(struct test_file *f, size_t len)
{
    size_t room = 0;
    unsigned number = 0;
    for (const char *p = f->text, *end = p + len; p < end;) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((nl ? nl : end) - p);
        number++;
        if (f->n == room) {
            room = room ? room * 2 : 1024;
            f->lines = xrealloc(f->lines, room * sizeof *f->lines);
            f->line_numbers = xrealloc(f->line_numbers, room * sizeof *f->line_numbers);
        }
        if (!blank(p, n)) {
            f->lines[f->n] = (struct span){p, n};
            f->line_numbers[f->n++] = number;
        }
        p += n + (nl != NULL);
    }
}

int test_file_read(struct test_file *f, const char *path, struct error *err)
{
    size_t len = 0;
    const char *slash = strrchr(path, '/');
    *f = (struct test_file){.path = path, .base = slash ? slash + 1 : path};
    int r = read_all(path, &f->text, &len, err);
    if (r) return r;
    split(f, len);
    f->results = xcalloc(f->n + 1, sizeof *f->results);
    return 0;
}

void test_file_free(struct test_file *f)
{
    for (size_t i = 0; i < f->n; i++) free(f->results[i].why);
    free(f->results);
    free(f->lines);
    free(f->line_numbers);
    free(f->text);
}

/* ---- running ---- */

static const struct {
    enum ppc_glue glue;
    const char *name;
} cores[] = {{PPC_GLUE_PORTABLE, "portable core"},
             {PPC_GLUE_TAIL, "threaded core"},
             {PPC_GLUE_BASELINE, "threaded core, baseline"}};

struct worker {
    pthread_t thread;
    struct bare cpu[2][ARRAY_SIZE(cores)]; /* [0] for 32-bit vectors, [1] for 64-bit ones */
    unsigned n_cpu[2];
    struct test_case test;
    struct test_file *file;
    atomic_size_t *next;
};

static void bad_line(struct line_result *r, const char *why)
{
    r->outcome = OUTCOME_BAD;
    r->why = xstrdup(why);
}

static void run_line(struct worker *w, size_t i)
{
    struct line_result *r = &w->file->results[i];
    struct test_case *t = &w->test;
    const char *error = case_parse(t, w->file->lines[i].at, w->file->lines[i].len), *bad;
    char why[256];
    r->name = t->name;
    r->insn = t->insn;
    r->tags = t->tags;
    if (error) {
        bad_line(r, error);
        return;
    }
    unsigned wide = t->bits == 64;
    for (unsigned k = 0; k < w->n_cpu[wide]; k++) {
        if (case_run(&w->cpu[wide][k], t, why, sizeof why, &bad)) continue;
        if (bad) {
            bad_line(r, bad);
        } else {
            r->outcome = OUTCOME_FAIL;
            r->why = xasprintf("%s: %s", cores[k].name, why);
        }
        return;
    }
    r->outcome = OUTCOME_PASS;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    size_t from;
    while ((from = atomic_fetch_add(w->next, CHUNK)) < w->file->n)
        for (size_t i = from; i < from + CHUNK && i < w->file->n; i++) run_line(w, i);
    return NULL;
}

static void free_workers(struct worker *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned wide = 0; wide < 2; wide++)
            for (unsigned k = 0; k < w[i].n_cpu[wide]; k++) bare_free(&w[i].cpu[wide][k]);
    free(w);
}

/* The CPUs of one thread for vectors of one width. */
static int new_cpus(struct worker *w, unsigned wide, const struct ppc_model *model,
                    struct error *err)
{
    for (unsigned k = 0; k < ARRAY_SIZE(cores); k++) {
        struct error e = {""};
        int r = bare_new(&w->cpu[wide][w->n_cpu[wide]], model, cores[k].glue, TEST_RAM, &e);
        if (!r) w->n_cpu[wide]++;
        else if (cores[k].glue == PPC_GLUE_PORTABLE) return error_set(err, -r, "%s", e.text);
    }
    return 0;
}

/* 64-bit vectors run on `model` when it is a 64-bit one, else on the 970. */
static int new_workers(struct worker *w, unsigned jobs, const struct ppc_model *model,
                       struct error *err)
{
    const struct ppc_model *wide = model->features & PPC_F_64 ? model : ppc_model_find("970");
    for (unsigned i = 0; i < jobs; i++) {
        int r = new_cpus(&w[i], 0, model, err);
        if (!r) r = new_cpus(&w[i], 1, wide, err);
        if (r) return r;
    }
    return 0;
}

int test_file_run(struct test_file *f, const struct ppc_model *model, unsigned jobs,
                  struct error *err)
{
    atomic_size_t next = 0;
    struct worker *w = xcalloc(jobs, sizeof *w);
    int r = new_workers(w, jobs, model, err);
    unsigned started = 1; /* the first worker is this thread */
    for (unsigned i = 0; i < jobs && !r; i++) {
        w[i].file = f;
        w[i].next = &next;
    }
    for (; !r && started < jobs; started++)
        if (pthread_create(&w[started].thread, NULL, work, &w[started])) break;
    if (!r) work(&w[0]);
    for (unsigned i = 1; i < started; i++) pthread_join(w[i].thread, NULL);
    free_workers(w, jobs);
    return r;
}
