/*
 * Every one of the 2^32 instruction words: the words that our decoder takes as legal (reserved bits 0) against those
 * that GNU's disassembler knows, for one model. libopcodes is what objdump calls for each word, so this is objdump's
 * verdict without 300 GB of text.
 *
 *   valid_set MODEL DIALECT LIST [--jobs N] [--stride N]
 *
 * DIALECT is objdump's -M. LIST names the differences that stay, with their reasons (valid_set.list explains the
 * columns). A difference that no line explains fails, and so does a line for this model that explains nothing.
 * With --stride only every Nth word is looked at (and unused lines are not an error).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpu/decode.h"

#define PACKAGE "ppcemu" /* bfd.h wants to be part of a configured program */
#define PACKAGE_VERSION "0"
#include <dis-asm.h>

#define MAX_RULES 256
#define MAX_SHOWN 3 /* of a record */

enum side { OURS, THEIRS }; /* who takes the word and the other does not */

struct rule {
    enum side side;
    uint32_t mask, value;
    char when[16], text[120];
};

struct tally {
    uint64_t both, neither, unexplained, only[2], rule[MAX_RULES], shown[N_INSNS];
};

struct run {
    const struct ppc_model *model;
    struct decoder *decoder;
    struct disassemble_info info;
    disassembler_ftype print;
    struct rule rules[MAX_RULES];
    unsigned n_rules, jobs;
    uint64_t stride;
};

/* ---- GNU's side ---- */

struct verdict {
    uint32_t word;
    bool seen, valid;
    char name[16];
};

/* The first piece of a line is the mnemonic, or the directive of a word that is none. */
static int piece(void *stream, enum disassembler_style style, const char *fmt, ...)
{
    struct verdict *v = stream;
    if (v->seen) return 0;
    v->seen = true;
    v->valid = style == dis_style_mnemonic;
    va_list ap;
    va_start(ap, fmt);
    snprintf(v->name, sizeof v->name, "%s", v->valid ? va_arg(ap, const char *) : "");
    va_end(ap);
    return 0;
}

static int plain_piece(void *stream, const char *fmt, ...)
{
    (void)stream;
    (void)fmt;
    return 0;
}

static int fetch(bfd_vma at, bfd_byte *to, unsigned len, struct disassemble_info *info)
{
    const struct verdict *v = info->stream;
    (void)at;
    for (unsigned i = 0; i < len; i++) to[i] = (bfd_byte)(v->word >> (24 - 8 * (i & 3)));
    return 0;
}

static void print_address(bfd_vma at, struct disassemble_info *info)
{
    (void)at;
    (void)info;
}

static bool theirs(struct run *r, struct verdict *v, uint32_t word)
{
    *v = (struct verdict){.word = word};
    r->info.stream = v;
    r->print(0, &r->info);
    return v->valid;
}

/* ---- the list ---- */

static bool condition(const char *when, uint32_t w)
{
    unsigned d = w >> 21 & 31, a = w >> 16 & 31, b = w >> 11 & 31;
    /* BO's z bits, which are to be 0: PEM 4.2.4.2, and with the two hint bits "at" of Book I 2.00 (the 970) */
    bool z = (d & 20) == 4 ? d & 2 : (d & 20) == 16 ? d & 8 : (d & 20) == 20 && d != 20;
    bool z_at = (d & 20) == 0 ? d & 1 : (d & 20) == 4 ? (d & 3) == 1 : (d & 20) == 16 ? (d & 9) == 1 : d != 20;
    if (!strcmp(when, "any")) return true;
    if (!strcmp(when, "ra=0")) return a == 0;
    if (!strcmp(when, "ra=rd")) return a == d;
    if (!strcmp(when, "rb=rd")) return b == d || a == d;
    if (!strcmp(when, "ra>=rd")) return a >= d;
    if (!strcmp(when, "bo")) return z;
    if (!strcmp(when, "bo-ctr")) return z || !(d & 4);
    if (!strcmp(when, "bo-at")) return z_at;
    if (!strcmp(when, "bo-at-ctr")) return z_at || !(d & 4);
    if (!strcmp(when, "tbr")) return b != 8 || (a & 30) != 12;
    if (!strcmp(when, "lswi")) return ((a - d) & 31) < ((b ? b : 32) + 3) / 4;
    fprintf(stderr, "valid_set: condition %s is not known\n", when);
    exit(2);
}

static int find_rule(const struct run *r, enum side side, uint32_t w)
{
    for (unsigned i = 0; i < r->n_rules; i++) {
        const struct rule *u = &r->rules[i];
        if (u->side == side && (w & u->mask) == u->value && condition(u->when, w)) return (int)i;
    }
    return -1;
}

/* A line: MODELS SIDE MASK VALUE WHEN REASON; MODELS is all, or names with commas. */
static bool read_list(struct run *r, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[300], models[80], side[8];
    if (!f) return false;
    while (fgets(line, sizeof line, f)) {
        struct rule *u = &r->rules[r->n_rules];
        if (line[0] == '#' || line[0] == '\n') continue;
        if (r->n_rules == MAX_RULES || sscanf(line, "%79s %7s %" SCNx32 " %" SCNx32 " %15s %119[^\n]", models, side,
                                              &u->mask, &u->value, u->when, u->text) != 6) {
            fprintf(stderr, "valid_set: %s: bad line: %s", path, line);
            exit(2);
        }
        u->side = strcmp(side, "ours") ? THEIRS : OURS;
        char *save, *m = strtok_r(models, ",", &save);
        while (m && strcmp(m, "all") && strcmp(m, r->model->name)) m = strtok_r(NULL, ",", &save);
        if (m) r->n_rules++;
    }
    fclose(f);
    return true;
}

/* ---- the sweep ---- */

static void difference(struct run *r, struct tally *t, const struct verdict *v, enum insn_id id)
{
    enum side side = v->valid ? THEIRS : OURS;
    t->only[side]++;
    int n = find_rule(r, side, v->word);
    if (n >= 0) {
        t->rule[n]++;
    } else if (t->unexplained++, t->shown[id]++ < MAX_SHOWN) {
        printf("DIFFERS %08" PRIx32 ": ours %s%s, objdump %s\n", v->word, insn_table[id].name,
               id && side == THEIRS ? " with reserved bits" : "", v->valid ? v->name : "none");
    }
}

static void sweep(struct run *r, struct tally *t, unsigned job)
{
    uint32_t reserved[N_INSNS];
    for (unsigned i = 0; i < N_INSNS; i++) reserved[i] = i ? decode_reserved_mask(r->decoder, (enum insn_id)i) : 0;
    for (uint64_t w = job * r->stride; w >> 32 == 0; w += r->jobs * r->stride) {
        struct verdict v;
        enum insn_id id = decode_id(r->decoder, (uint32_t)w);
        bool mine = id != INSN_ILLEGAL && !((uint32_t)w & reserved[id]);
        if (theirs(r, &v, (uint32_t)w) != mine) difference(r, t, &v, id);
        else if (mine) t->both++;
        else t->neither++;
    }
    fflush(stdout);
}

static int report(const struct run *r, const struct tally *part)
{
    struct tally t = {0};
    unsigned unused = 0;
    for (unsigned j = 0; j < r->jobs; j++) {
        const uint64_t *from = (const uint64_t *)&part[j];
        for (size_t i = 0; i < sizeof t / 8; i++) ((uint64_t *)&t)[i] += from[i];
    }
    for (unsigned i = 0; i < r->n_rules; i++) {
        const struct rule *u = &r->rules[i];
        printf("%s only, %10" PRIu64 " words: %08" PRIx32 "/%08" PRIx32 " %s: %s\n", u->side == OURS ? "ours  " : "theirs",
               t.rule[i], u->value, u->mask, u->when, u->text);
        unused += !t.rule[i];
    }
    printf("%s: %" PRIu64 " words; both take %" PRIu64 ", neither %" PRIu64 ", ours only %" PRIu64 ", objdump only %" PRIu64
           "; %" PRIu64 " unexplained, %u of %u lines unused\n",
           r->model->name, t.both + t.neither + t.only[0] + t.only[1], t.both, t.neither, t.only[OURS], t.only[THEIRS],
           t.unexplained, unused, r->n_rules);
    return t.unexplained || !t.both || (unused && r->stride == 1) ? 1 : 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: valid_set MODEL DIALECT LIST [--jobs N] [--stride N]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static struct run r = {.jobs = 1, .stride = 1};
    if (argc < 4) return usage();
    r.model = ppc_model_find(argv[1]);
    if (!r.model || !read_list(&r, argv[3])) return usage();
    for (int i = 4; i + 1 < argc; i += 2) {
        unsigned long n = strtoul(argv[i + 1], NULL, 10);
        if (!n) return usage();
        if (!strcmp(argv[i], "--jobs")) r.jobs = (unsigned)n;
        else if (!strcmp(argv[i], "--stride")) r.stride = n;
        else return usage();
    }
    r.decoder = decoder_new(r.model);
    init_disassemble_info(&r.info, NULL, plain_piece, piece);
    r.info.arch = bfd_arch_powerpc;
    r.info.mach = bfd_mach_ppc;
    r.info.endian = r.info.endian_code = BFD_ENDIAN_BIG;
    r.info.disassembler_options = argv[2];
    r.info.read_memory_func = fetch;
    r.info.print_address_func = print_address;
    r.print = disassembler(bfd_arch_powerpc, true, bfd_mach_ppc, NULL);
    if (!r.print) return usage();
    disassemble_init_for_target(&r.info);
    struct tally *t = mmap(NULL, r.jobs * sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t == MAP_FAILED) return 2;
    for (unsigned j = 0; j < r.jobs; j++)
        if (!fork()) {
            sweep(&r, &t[j], j);
            _exit(0);
        }
    int status, bad = 0;
    while (wait(&status) > 0) bad |= status;
    return report(&r, t) || bad;
}
