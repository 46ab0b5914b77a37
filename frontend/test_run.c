/*
 * ppcemu-test run: bare code, from a state given on the command line to a stop condition.
 *
 * System calls are seen through the core's own hook. For "trap" and "blr0" an `sc` with a level of
 * its own stands at the vector of program exceptions and at address 0. Where the program has a word
 * of its own there, and for --stop-at, the run goes instruction by instruction, which is slower.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/msr.h"
#include "cpu/vpu.h"
#include "frontend/test_image.h"
#include "frontend/test_json.h"
#include "frontend/test_vectors.h"

#define DEFAULT_RAM (UINT64_C(64) << 20)
#define DEFAULT_LIMIT UINT64_C(1000000000)
#define SLICE 1000000u

enum stop_reason {
    RUNNING,
    STOP_AT,
    STOP_SC,
    STOP_TRAP,
    STOP_BLR0,
    STOP_LIMIT,
    STOP_IDLE,
    STOP_CHECKSTOP
};
static const char *const reason_names[] = {
    "running", "stop-at", "sc", "trap", "blr0", "max-insns", "idle", "checkstop",
};
enum { LEV_TRAP = 127, LEV_BLR0 = 126 };
#define SC_WORD(lev) (0x44000002u | (uint32_t)(lev) << 5)

struct stop_address {
    uint64_t at;
    enum stop_reason reason;
};

struct run {
    struct image_args image;
    const struct ppc_model *model;
    uint64_t ram, limit;
    bool limit_given, json, portable, stop_sc, stop_trap, stop_blr0;
    char **regs, **dumps;
    struct stop_address *stops;
    int n_regs, n_dumps, n_stops;
    enum stop_reason reason;
    bool planted; /* the last instruction was an sc of ours, which does not count */
    struct bare b;
};

static int bad(const char *fmt, const char *what)
{
    fputs("ppcemu-test run: ", stderr);
    fprintf(stderr, fmt, what);
    fputs("; ppcemu-test --help says more\n", stderr);
    return EXIT_BAD;
}

/* ---- command line ---- */

static bool number(const char *s, struct value *v)
{
    return span_number((struct span){s, strlen(s)}, &v->hi, &v->lo);
}

static bool number64(const char *s, uint64_t *v)
{
    struct value x;
    if (!number(s, &x) || x.hi) return false;
    *v = x.lo;
    return true;
}

/* "64M" */
static bool size(const char *s, uint64_t *v)
{
    char digits[32];
    size_t len = strlen(s);
    unsigned shift = 0;
    if (!len || len >= sizeof digits) return false;
    memcpy(digits, s, len + 1);
    switch (s[len - 1] | 0x20) {
    case 'k': shift = 10; break;
    case 'm': shift = 20; break;
    case 'g': shift = 30; break;
    }
    if (shift) digits[len - 1] = 0;
    if (!number64(digits, v) || *v > UINT64_MAX >> shift) return false;
    *v <<= shift;
    return *v && !(*v & PAGE_MASK) && *v <= UINT64_C(1) << 32;
}

static int take_stop_on(struct run *r, const char *v)
{
    if (!strcmp(v, "sc")) r->stop_sc = true;
    else if (!strcmp(v, "trap")) r->stop_trap = true;
    else if (!strcmp(v, "blr0")) r->stop_blr0 = true;
    else return bad("--stop-on %s: sc, trap or blr0 is expected", v);
    return 0;
}

static int take_value(struct run *r, const char *name, char *v)
{
    if (!strcmp(name, "--cpu")) {
        r->model = ppc_model_find(v);
        return r->model ? 0 : bad("--cpu %s: no such model", v);
    }
    if (!strcmp(name, "--ram")) return size(v, &r->ram) ? 0 : bad("--ram %s: a size up to 4G", v);
    if (!strcmp(name, "--elf")) {
        r->image.elf = v;
        return 0;
    }
    if (!strcmp(name, "--load")) {
        r->image.loads[r->image.n_loads++] = v;
        return 0;
    }
    if (!strcmp(name, "--pc")) {
        r->image.pc_given = true;
        return number64(v, &r->image.pc) ? 0 : bad("--pc %s: an address is expected", v);
    }
    if (!strcmp(name, "--reg")) {
        r->regs[r->n_regs++] = v;
        return 0;
    }
    if (!strcmp(name, "--dump-mem")) {
        r->dumps[r->n_dumps++] = v;
        return 0;
    }
    if (!strcmp(name, "--stop-at")) {
        struct stop_address *s = &r->stops[r->n_stops++];
        s->reason = STOP_AT;
        return number64(v, &s->at) ? 0 : bad("--stop-at %s: an address is expected", v);
    }
    if (!strcmp(name, "--stop-on")) return take_stop_on(r, v);
    if (!strcmp(name, "--max-insns")) {
        r->limit_given = true;
        return number64(v, &r->limit) ? 0 : bad("--max-insns %s: a number is expected", v);
    }
    return bad("unknown option %s", name);
}

static int parse(struct run *r, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--json")) {
            r->json = true;
        } else if (!strcmp(argv[i], "--portable")) {
            r->portable = true;
        } else if (argv[i][0] != '-') {
            return bad("%s: unexpected", argv[i]);
        } else {
            if (i + 1 == argc) return bad("%s wants a value", argv[i]);
            int e = take_value(r, argv[i], argv[i + 1]);
            if (e) return e;
            i++;
        }
    }
    if (!r->image.elf && !r->image.n_loads) return bad("no %s", "--elf or --load");
    return 0;
}

/* ---- state ---- */

static int set_register(struct run *r, char *arg)
{
    char *eq = strchr(arg, '=');
    struct value v;
    enum bare_reg kind;
    unsigned n, bits;
    if (!eq || !number(eq + 1, &v)) return bad("--reg %s: NAME=VALUE is expected", arg);
    *eq = 0;
    if (bare_name(arg, (size_t)(eq - arg), &kind, &n)) {
        bits = bare_bits(kind, r->b.width);
    } else {
        struct value old;
        kind = BARE_NAMED;
        if (!bare_get_named(&r->b, arg, &old, &bits)) return bad("--reg %s: no such register", arg);
    }
    bool wide = bits < 128 && (v.hi || (bits < 64 && v.lo >> bits));
    if (wide) return bad("--reg %s: the value is too wide", arg);
    if (kind != BARE_NAMED) bare_set(&r->b, kind, n, v);
    else if (!bare_set_named(&r->b, arg, v)) return bad("--reg %s: cannot be set", arg);
    return 0;
}

/* Stops the run at `at`: by an sc of its own level, or by stepping when the word is in use. */
static void plant(struct run *r, uint64_t at, unsigned lev, enum stop_reason reason)
{
    uint32_t word = 0;
    if (bare_read(&r->b, at, &word, 4) && !word) {
        put_be32(&word, SC_WORD(lev));
        if (bare_write(&r->b, at, &word, 4)) return;
    }
    r->stops[r->n_stops++] = (struct stop_address){at, reason};
}

static bool on_sc(void *ctx, struct ppc_cpu *c, unsigned lev)
{
    struct run *r = ctx;
    uint32_t at = (uint32_t)ppc_pc(c);
    if (lev == LEV_TRAP && at == VEC_PROGRAM && r->stop_trap) r->reason = STOP_TRAP;
    else if (lev == LEV_BLR0 && at == 0 && r->stop_blr0) r->reason = STOP_BLR0;
    else if (r->stop_sc) r->reason = STOP_SC;
    else return false;
    r->planted = r->reason != STOP_SC;
    ppc_kick(c);
    return true;
}

static int prepare(struct run *r)
{
    struct error err = {""};
    enum ppc_glue glue = r->portable ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST;
    int e = bare_new(&r->b, r->model, glue, r->ram, &err);
    if (!e) {
        r->b.counts_time = true;
        ppc_set_sc(r->b.cpu, on_sc, r);
        bare_clear(&r->b, (r->b.width == 64 ? MSR_SF : 0) | MSR_FP | MSR_VEC | MSR_ME | MSR_RI);
        bare_set(&r->b, BARE_VSCR, 0, (struct value){0, VSCR_NJ});
        e = bare_load(&r->image, &r->b, &err);
    }
    if (e) {
        fprintf(stderr, "ppcemu-test: %s\n", err.text);
        return EXIT_BAD;
    }
    if (r->stop_trap) plant(r, VEC_PROGRAM, LEV_TRAP, STOP_TRAP);
    if (r->stop_blr0) plant(r, 0, LEV_BLR0, STOP_BLR0);
    image_start(&r->image, &r->b);
    for (int i = 0; i < r->n_regs && !e; i++) e = set_register(r, r->regs[i]);
    return e;
}

/* ---- running ---- */

static enum stop_reason stop_here(const struct run *r)
{
    for (int i = 0; i < r->n_stops; i++)
        if (ppc_pc(r->b.cpu) == r->stops[i].at) return r->stops[i].reason;
    return RUNNING;
}

/* Nothing will wake it: no interrupt is pending and no timer is set. */
static enum stop_reason slept(struct run *r)
{
    sched_run(&r->b.sched);
    return ppc_wakes(r->b.cpu) ? RUNNING : STOP_IDLE;
}

/* The threaded core may run up to a page of straight code past its budget: the end is stepped. */
static enum ppc_stop advance(struct run *r, uint64_t left)
{
    const uint64_t margin = 2 * PAGE_SIZE / 4;
    if (r->n_stops || left < margin) return ppc_step(r->b.cpu);
    return ppc_run(r->b.cpu, left - margin < SLICE ? left - margin : SLICE);
}

/* Returns the instructions run. */
static uint64_t execute(struct run *r)
{
    struct ppc_cpu *c = r->b.cpu;
    uint64_t start = ppc_insns(c), done = 0;
    while (r->reason == RUNNING) {
        r->reason = stop_here(r);
        if (r->reason == RUNNING && done >= r->limit) r->reason = STOP_LIMIT;
        if (r->reason != RUNNING) break;
        enum ppc_stop s = advance(r, r->limit - done);
        sched_run(&r->b.sched);
        done = ppc_insns(c) - start;
        if (r->reason != RUNNING) break;
        if (s == PPC_STOP_CHECKSTOP) r->reason = STOP_CHECKSTOP;
        if (s == PPC_STOP_IDLE) r->reason = slept(r);
    }
    if (!r->planted) return done;
    ppc_set_pc(c, ppc_pc(c) - 4);
    return done - 1;
}

/* ---- results ---- */

static void print_register(const struct run *r, const char *name, struct value v, unsigned bits,
                           bool first)
{
    char digits[40];
    if (bits > 64) snprintf(digits, sizeof digits, "%016" PRIx64 "%016" PRIx64, v.hi, v.lo);
    else snprintf(digits, sizeof digits, "%0*" PRIx64, (int)bits / 4, v.lo);
    if (r->json) printf("%s\n    \"%s\": \"0x%s\"", first ? "" : ",", name, digits);
    else printf("%-8s %s\n", name, digits);
}

static void print_state(struct run *r, uint64_t insns)
{
    struct ppc_cpu *c = r->b.cpu;
    const char *name;
    if (r->json)
        printf("{\n  \"reason\": \"%s\",\n  \"insns\": %" PRIu64 ",\n  \"regs\": {",
               reason_names[r->reason], insns);
    for (unsigned i = 0; (name = ppc_reg_name(c, i)); i++) {
        struct value v;
        unsigned bits;
        if (bare_get_named(&r->b, name, &v, &bits)) print_register(r, name, v, bits, i == 0);
    }
    if (r->json) puts("\n  }\n}");
    else printf("stopped: %s after %" PRIu64 " instructions\n", reason_names[r->reason], insns);
}

/* ADDR:LEN=FILE */
static int dump(const struct run *r, char *arg)
{
    char *colon = strchr(arg, ':'), *eq = colon ? strchr(colon, '=') : NULL;
    uint64_t at, len;
    if (!eq) return bad("--dump-mem %s: ADDR:LEN=FILE is expected", arg);
    *colon = *eq = 0;
    if (!number64(arg, &at) || !number64(colon + 1, &len) || !span_ok(at, len, r->b.ram_size)) {
        return bad("--dump-mem %s: outside RAM", arg);
    }
    FILE *to = fopen(eq + 1, "wb");
    if (!to) return bad("%s: cannot be written", eq + 1);
    bool ok = fwrite(r->b.ram + at, 1, len, to) == len;
    ok &= !fclose(to);
    return ok ? 0 : bad("%s: cannot be written", eq + 1);
}

static int finish(struct run *r, uint64_t insns)
{
    int e = 0;
    print_state(r, insns);
    for (int i = 0; i < r->n_dumps; i++) {
        int d = dump(r, r->dumps[i]);
        if (d) e = d;
    }
    if (e) return e;
    bool asked = r->n_stops || r->stop_sc || r->stop_trap || r->stop_blr0;
    if (r->reason >= STOP_AT && r->reason <= STOP_BLR0) return EXIT_SAME;
    return r->reason == STOP_LIMIT && r->limit_given && !asked ? EXIT_SAME : EXIT_DIFFERS;
}

int test_run(int argc, char **argv)
{
    size_t n = (size_t)argc + 1;
    struct run r = {
        .model = ppc_model_find("7457"), .ram = DEFAULT_RAM, .limit = DEFAULT_LIMIT,
        .image.loads = xcalloc(n, sizeof(char *)), .regs = xcalloc(n, sizeof(char *)),
        .dumps = xcalloc(n, sizeof(char *)), .stops = xcalloc(n + 2, sizeof(struct stop_address)),
    };
    int e = parse(&r, argc, argv);
    if (!e) e = prepare(&r);
    if (!e) e = finish(&r, execute(&r));
    bare_free(&r.b);
    free(r.image.loads);
    free(r.regs);
    free(r.dumps);
    free(r.stops);
    return e;
}
