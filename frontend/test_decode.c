/*
 * ppcemu-test decode: words to text, and the sweep over all of them.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/decode.h"
#include "frontend/test_cpu.h"
#include "frontend/test_json.h"
#include "frontend/test_vectors.h"

static int bad(const char *fmt, const char *what)
{
    fputs("ppcemu-test decode: ", stderr);
    fprintf(stderr, fmt, what);
    fputs("; ppcemu-test --help says more\n", stderr);
    return EXIT_BAD;
}

enum { MAX_JOBS = 256 };

struct decode_args {
    const struct ppc_model *model;
    uint64_t pc;
    bool all, verbose;
    unsigned jobs;
    char **words;
    int n_words;
};

static int parse(struct decode_args *a, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        bool cpu = !strcmp(argv[i], "--cpu"), pc = !strcmp(argv[i], "--pc"), jobs = !strcmp(argv[i], "--jobs");
        uint64_t hi, n;
        if ((cpu || pc || jobs) && i + 1 == argc) return bad("%s wants a value", argv[i]);
        if (cpu) {
            a->model = ppc_model_find(argv[++i]);
            if (!a->model) return bad("--cpu %s: no such model", argv[i]);
        } else if (pc) {
            i++;
            if (!span_number((struct span){argv[i], strlen(argv[i])}, &hi, &a->pc) || hi) {
                return bad("--pc %s: an address is expected", argv[i]);
            }
        } else if (jobs) {
            i++;
            if (!span_number((struct span){argv[i], strlen(argv[i])}, &hi, &n) || hi || n < 1 || n > MAX_JOBS) {
                return bad("--jobs %s: a number from 1 to 256 is expected", argv[i]);
            }
            a->jobs = (unsigned)n;
        } else if (!strcmp(argv[i], "--all")) {
            a->all = true;
        } else if (!strcmp(argv[i], "-v") || !strcmp(argv[i], "--verbose")) {
            a->verbose = true;
        } else if (argv[i][0] == '-') {
            return bad("unknown option %s", argv[i]);
        } else {
            a->words[a->n_words++] = argv[i];
        }
    }
    if (!a->n_words && !a->all) return bad("no %s", "word");
    return 0;
}

/* ---- all 2^32 words by class: legal, legal but for reserved bits that are not 0, illegal ---- */

struct share {
    pthread_t thread;
    const struct decoder *decoder;
    uint64_t from, to;
    uint64_t legal[N_INSNS], reserved[N_INSNS]; /* of illegal words: legal[INSN_ILLEGAL] */
};

/* Word by word, so that nothing about the encoding is assumed. */
static void *sweep_share(void *arg)
{
    struct share *p = arg;
    uint32_t mask[N_INSNS] = {0};
    for (unsigned i = 1; i < N_INSNS; i++) mask[i] = decode_reserved_mask(p->decoder, (enum insn_id)i);
    for (uint64_t w = p->from; w < p->to; w++) {
        enum insn_id id = decode_id(p->decoder, (uint32_t)w);
        if ((uint32_t)w & mask[id]) p->reserved[id]++;
        else p->legal[id]++;
    }
    return NULL;
}

static void print_sweep(const struct share *share, unsigned jobs, bool verbose)
{
    struct share all = {0};
    uint64_t legal = 0, reserved = 0;
    for (unsigned j = 0; j < jobs; j++)
        for (unsigned i = 0; i < N_INSNS; i++) {
            all.legal[i] += share[j].legal[i];
            all.reserved[i] += share[j].reserved[i];
        }
    for (unsigned i = 1; i < N_INSNS; i++) {
        legal += all.legal[i];
        reserved += all.reserved[i];
    }
    printf("legal %" PRIu64 "\nreserved-bits-set %" PRIu64 "\nillegal %" PRIu64 "\n", legal, reserved,
           all.legal[INSN_ILLEGAL]);
    for (unsigned i = 1; i < N_INSNS && verbose; i++)
        printf("  %-12s %10" PRIu64 " legal %10" PRIu64 " reserved-bits-set\n", insn_table[i].name, all.legal[i],
               all.reserved[i]);
}

static void sweep(const struct decoder *d, unsigned jobs, bool verbose)
{
    struct share *share = xcalloc(jobs, sizeof *share);
    unsigned started = 1; /* the first share is this thread's */
    for (unsigned j = 0; j < jobs; j++) {
        share[j].decoder = d;
        share[j].from = (UINT64_C(1) << 32) * j / jobs;
        share[j].to = (UINT64_C(1) << 32) * (j + 1) / jobs;
    }
    while (started < jobs && !pthread_create(&share[started].thread, NULL, sweep_share, &share[started])) started++;
    sweep_share(&share[0]);
    for (unsigned j = started; j < jobs; j++) sweep_share(&share[j]);
    for (unsigned j = 1; j < started; j++) pthread_join(share[j].thread, NULL);
    print_sweep(share, jobs, verbose);
    free(share);
}

/* "7c632214  add     r3,r3,r4"; a remark where reserved bits are set. */
static bool show(const struct ppc_cpu *c, const struct decoder *d, const char *text, uint64_t pc)
{
    char buf[96];
    uint64_t hi, word;
    if (!span_hex((struct span){text, strlen(text)}, &hi, &word) || hi || word > UINT32_MAX) {
        return false;
    }
    struct slot s;
    unsigned v;
    enum insn_id id = decode(d, (uint32_t)word, &s, &v);
    ppc_disasm(c, (uint32_t)word, pc, buf, sizeof buf);
    bool odd = id != INSN_ILLEGAL && (uint32_t)word & decode_reserved_mask(d, id);
    printf("%08" PRIx64 "  %s%s\n", word, buf,
           id == INSN_ILLEGAL ? "  # illegal" : odd ? "  # reserved bits set" : "");
    return true;
}

int test_decode(int argc, char **argv)
{
    struct decode_args a = {
        .model = ppc_model_find("7457"), .jobs = default_jobs(), .words = xcalloc((size_t)argc + 1, sizeof(char *)),
    };
    struct bare b;
    struct error err = {""};
    int r = parse(&a, argc, argv);
    if (!r && bare_new(&b, a.model, PPC_GLUE_PORTABLE, PAGE_SIZE, &err)) {
        fprintf(stderr, "ppcemu-test: %s\n", err.text);
        r = EXIT_BAD;
    } else if (!r) {
        struct decoder *d = decoder_new(a.model);
        for (int i = 0; i < a.n_words && !r; i++)
            if (!show(b.cpu, d, a.words[i], a.pc + 4 * (uint64_t)i)) {
                r = bad("%s: not an instruction word", a.words[i]);
            }
        if (!r && a.all) sweep(d, a.jobs, a.verbose);
        decoder_free(d);
        bare_free(&b);
    }
    free(a.words);
    return r;
}
