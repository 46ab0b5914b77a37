/*
 * ppcemu-test vectors: options, sums and reports.
 */
#include "frontend/test_vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontend/test_file.h"

#define SHOWN_FAILURES 10

struct totals {
    unsigned long passed, failed, bad;
    unsigned long tag_same[N_TAGS], tag_differs[N_TAGS];
    unsigned long tagged_same, tagged_differs;
};

struct options {
    const struct ppc_model *model;
    unsigned jobs;
    const char *fail_list, *junit;
    bool tags, strict, verbose;
    char **files;
    int n_files;
};

/* ---- sums ---- */

static void count(struct totals *t, const struct line_result *r, bool strict)
{
    bool same = r->outcome == OUTCOME_PASS;
    if (r->outcome == OUTCOME_BAD) {
        t->bad++;
        return;
    }
    if (!r->tags || strict) {
        if (same) t->passed++;
        else t->failed++;
        return;
    }
    if (same) t->tagged_same++;
    else t->tagged_differs++;
    for (unsigned k = 0; k < N_TAGS; k++) {
        if (!(r->tags >> k & 1)) continue;
        if (same) t->tag_same[k]++;
        else t->tag_differs[k]++;
    }
}

static void add(struct totals *sum, const struct totals *t)
{
    sum->passed += t->passed;
    sum->failed += t->failed;
    sum->bad += t->bad;
    sum->tagged_same += t->tagged_same;
    sum->tagged_differs += t->tagged_differs;
    for (unsigned k = 0; k < N_TAGS; k++) {
        sum->tag_same[k] += t->tag_same[k];
        sum->tag_differs[k] += t->tag_differs[k];
    }
}

/* ---- reports ---- */

static void tag_list(char *to, size_t len, unsigned tags)
{
    size_t n = 0;
    to[0] = 0;
    for (unsigned k = 0; k < N_TAGS && n < len; k++)
        if (tags >> k & 1) {
            n += (size_t)snprintf(to + n, len - n, "%s%s", n ? "," : "", case_tag_names[k]);
        }
}

/* A tagged case that differs is not a failure, unless --strict. */
static bool is_failure(const struct line_result *r, const struct options *o)
{
    return r->outcome == OUTCOME_FAIL && (!r->tags || o->strict);
}

static void print_details(const struct test_file *f, const struct options *o)
{
    unsigned long shown = 0, hidden = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct line_result *r = &f->results[i];
        char tags[128];
        if (r->outcome == OUTCOME_BAD) {
            fflush(stdout);
            fprintf(stderr, "ppcemu-test: %s:%u: %s\n", f->path, f->line_numbers[i], r->why);
            return; /* the first one is enough: the file is not what it should be */
        }
        if (r->outcome == OUTCOME_PASS || (!is_failure(r, o) && !o->tags)) continue;
        if (shown >= SHOWN_FAILURES && !o->verbose) {
            hidden++;
            continue;
        }
        tag_list(tags, sizeof tags, r->tags);
        printf("  %s %s:%u %.*s%s%s: %s\n", is_failure(r, o) ? "FAIL" : "differs", f->base,
               f->line_numbers[i], (int)r->name.len, r->name.at, tags[0] ? " " : "", tags, r->why);
        shown++;
    }
    if (hidden) printf("  ... and %lu more (--fail-list has all, -v shows them)\n", hidden);
}

static void print_summary(const struct test_file *f, const struct totals *t,
                          const struct options *o)
{
    printf("%s: %lu passed, %lu failed", f->base, t->passed, t->failed);
    if (t->tagged_same + t->tagged_differs) {
        printf("; tagged: %lu agree, %lu differ", t->tagged_same, t->tagged_differs);
    }
    if (t->bad) printf("; %lu unusable", t->bad);
    putchar('\n');
    for (unsigned k = 0; k < N_TAGS && o->tags; k++)
        if (t->tag_same[k] + t->tag_differs[k])
            printf("  tag %s: %lu agree, %lu differ\n", case_tag_names[k], t->tag_same[k],
                   t->tag_differs[k]);
}

static void write_fail_list(FILE *to, const struct test_file *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct line_result *r = &f->results[i];
        char tags[128];
        if (r->outcome == OUTCOME_PASS) continue;
        tag_list(tags, sizeof tags, r->tags);
        fprintf(to, "%s\t%.*s\t%.*s\t%s\t%s\n", f->base, (int)r->name.len, r->name.at,
                (int)r->insn.len, r->insn.at, tags[0] ? tags : "-", r->why);
    }
}

static void xml_text(FILE *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (s[i]) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        default: fputc((unsigned char)s[i] < 0x20 ? ' ' : s[i], to);
        }
    }
}

static void write_junit(FILE *to, const struct test_file *f, const struct totals *t,
                        const struct options *o)
{
    fputs("  <testsuite name=\"", to);
    xml_text(to, f->base, strlen(f->base));
    fprintf(to, "\" tests=\"%zu\" failures=\"%lu\" errors=\"%lu\" skipped=\"%lu\">\n", f->n,
            t->failed, t->bad, t->tagged_differs);
    for (size_t i = 0; i < f->n; i++) {
        const struct line_result *r = &f->results[i];
        fputs("    <testcase classname=\"", to);
        xml_text(to, r->insn.at ? r->insn.at : "", r->insn.len);
        fputs("\" name=\"", to);
        xml_text(to, r->name.at ? r->name.at : "", r->name.len);
        if (r->outcome == OUTCOME_PASS) {
            fputs("\"/>\n", to);
            continue;
        }
        const char *kind = r->outcome == OUTCOME_BAD ? "error"
                           : is_failure(r, o)        ? "failure"
                                                     : "skipped";
        fprintf(to, "\"><%s message=\"", kind);
        xml_text(to, r->why, strlen(r->why));
        fputs("\"/></testcase>\n", to);
    }
    fputs("  </testsuite>\n", to);
}

/* ---- command line ---- */

static int usage_error(const char *fmt, const char *what)
{
    fputs("ppcemu-test vectors: ", stderr);
    fprintf(stderr, fmt, what);
    fputs("; ppcemu-test --help says more\n", stderr);
    return EXIT_BAD;
}

unsigned default_jobs(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

static int read_jobs(const char *s, unsigned *jobs)
{
    char *end;
    unsigned long v = strtoul(s, &end, 10);
    if (*end || !v || v > 256) {
        return usage_error("--jobs %s: a number from 1 to 256 is expected", s);
    }
    *jobs = (unsigned)v;
    return 0;
}

/* One option that takes a value; argv[*i] is its name. 0, or an exit status. */
static int value_option(struct options *o, int argc, char **argv, int *i)
{
    const char *name = argv[*i];
    if (*i + 1 >= argc) return usage_error("%s wants a value", name);
    const char *v = argv[++*i];
    if (!strcmp(name, "--jobs") || !strcmp(name, "-j")) return read_jobs(v, &o->jobs);
    if (!strcmp(name, "--fail-list")) {
        o->fail_list = v;
    } else if (!strcmp(name, "--junit")) {
        o->junit = v;
    } else {
        o->model = ppc_model_find(v);
        if (!o->model) return usage_error("--cpu %s: no such model", v);
    }
    return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
    static const char *const with_value[] = {"--cpu", "--jobs", "-j", "--fail-list", "--junit"};
    for (int i = 0; i < argc; i++) {
        bool takes = false;
        for (size_t k = 0; k < ARRAY_SIZE(with_value); k++)
            takes |= !strcmp(argv[i], with_value[k]);
        if (takes) {
            int r = value_option(o, argc, argv, &i);
            if (r) return r;
        } else if (!strcmp(argv[i], "--tags")) {
            o->tags = true;
        } else if (!strcmp(argv[i], "--strict")) {
            o->strict = true;
        } else if (!strcmp(argv[i], "-v") || !strcmp(argv[i], "--verbose")) {
            o->verbose = true;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return usage_error("unknown option %s", argv[i]);
        } else {
            o->files[o->n_files++] = argv[i];
        }
    }
    if (!o->n_files) return usage_error("no %s", "file");
    return 0;
}

/* ---- all files ---- */

static int run_file(const char *path, const struct options *o, struct totals *sum, FILE *list,
                    FILE *junit)
{
    struct test_file f;
    struct totals t = {0};
    struct error err = {""};
    if (test_file_read(&f, path, &err)) {
        fflush(stdout);
        fprintf(stderr, "ppcemu-test: %s\n", err.text);
        return EXIT_BAD;
    }
    int r = test_file_run(&f, o->model, o->jobs, &err) ? EXIT_BAD : EXIT_SAME;
    if (r) fprintf(stderr, "ppcemu-test: %s\n", err.text);
    for (size_t i = 0; i < f.n && !r; i++) count(&t, &f.results[i], o->strict);
    if (!r) {
        print_summary(&f, &t, o);
        print_details(&f, o);
        if (list) write_fail_list(list, &f);
        if (junit) write_junit(junit, &f, &t, o);
        if (t.failed) r = EXIT_DIFFERS;
        if (t.bad) r = EXIT_BAD;
    }
    add(sum, &t);
    test_file_free(&f);
    return r;
}

static int open_report(const char *path, FILE **to)
{
    *to = NULL;
    if (!path) return 0;
    *to = fopen(path, "w");
    if (*to) return 0;
    fprintf(stderr, "ppcemu-test: %s: %s\n", path, strerror(errno));
    return EXIT_BAD;
}

static int close_report(const char *path, FILE *to)
{
    if (!to) return 0;
    bool failed = ferror(to);
    if (!fclose(to) && !failed) return 0;
    fprintf(stderr, "ppcemu-test: %s: cannot be written\n", path);
    return EXIT_BAD;
}

static int run_files(const struct options *o)
{
    struct totals sum = {0};
    FILE *list, *junit;
    int worst = open_report(o->fail_list, &list);
    if (!worst) worst = open_report(o->junit, &junit);
    else junit = NULL;
    if (worst) {
        close_report(o->fail_list, list);
        return worst;
    }
    if (junit) fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", junit);
    for (int i = 0; i < o->n_files; i++) {
        int r = run_file(o->files[i], o, &sum, list, junit);
        if (r > worst) worst = r;
    }
    if (junit) fputs("</testsuites>\n", junit);
    if (close_report(o->fail_list, list)) worst = EXIT_BAD;
    if (close_report(o->junit, junit)) worst = EXIT_BAD;
    printf("%lu passed, %lu failed\n", sum.passed, sum.failed);
    return worst;
}

int test_vectors(int argc, char **argv)
{
    struct options o = {
        .model = ppc_model_find("7457"),
        .jobs = default_jobs(),
        .files = xcalloc((size_t)argc + 1, sizeof(char *)),
    };
    int r = parse(&o, argc, argv);
    if (!r) r = run_files(&o);
    free(o.files);
    return r;
}
