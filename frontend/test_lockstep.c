/*
 * ppcemu-test lockstep: the threaded core and the portable one side by side.
 *
 * The threaded core runs to the end of a stretch of straight code (or of several: the length is
 * random), the portable one is stepped to the same number of instructions, and the two states are
 * compared. Looking at FPSCR or VSCR ends their lazy forms, so that is done seldom: a difference in
 * them shows late, but also what only long laziness would break. The program's end compares all.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/decode.h"
#include "frontend/test_image.h"
#include "frontend/test_json.h"
#include "frontend/test_vectors.h"

#define HISTORY 64
#define CODE_AT 0x100000u
#define DATA_AT 0x40000u
#define DATA_LEN 0x2000u
#define RANDOM_RAM (UINT64_C(2) << 20)
#define VECTORS_END 0x2000u
#define FULL_EVERY 4096u
#define LEV_END 127 /* the sc that ends a random program */
#define USER_BITS (MSR_FP | MSR_VEC | MSR_ME | MSR_RI)

struct side {
    struct bare b;
    bool called; /* an sc was met */
};

struct lockstep {
    struct image_args image;
    const struct ppc_model *model;
    enum ppc_glue glue; /* of the threaded side */
    uint64_t ram, limit, programs, seed, length;
    char **regs;
    int n_regs;
    struct side fast, full;
    uint64_t same_until; /* instructions at the last agreement */
    struct {
        uint64_t pc;
        uint32_t word;
    } history[HISTORY];
    uint64_t seen;
    uint64_t random;
};

enum outcome { GOES_ON, ENDED, DIFFERS };

static int bad(const char *fmt, const char *what)
{
    fputs("ppcemu-test lockstep: ", stderr);
    fprintf(stderr, fmt, what);
    fputs("; ppcemu-test --help says more\n", stderr);
    return EXIT_BAD;
}

/* xorshift64*: the same on every host */
static uint64_t next(struct lockstep *l)
{
    l->random ^= l->random >> 12;
    l->random ^= l->random << 25;
    l->random ^= l->random >> 27;
    return l->random * UINT64_C(0x2545f4914f6cdd1d);
}

/* ---- comparing ---- */

static bool same_value(struct value x, struct value y) { return x.lo == y.lo && x.hi == y.hi; }

/* What an instruction usually changes; everything else by name in same_everything. */
static bool same_often(struct lockstep *l)
{
    static const enum bare_reg singles[] = {BARE_PC, BARE_CR, BARE_XER,
                                            BARE_LR, BARE_CTR, BARE_MSR};
    static const enum bare_reg files[] = {BARE_GPR, BARE_FPR, BARE_VR};
    struct bare *a = &l->fast.b, *b = &l->full.b;
    for (unsigned k = 0; k < ARRAY_SIZE(singles); k++)
        if (!same_value(bare_get(a, singles[k], 0), bare_get(b, singles[k], 0))) return false;
    for (unsigned k = 0; k < ARRAY_SIZE(files); k++)
        for (unsigned n = 0; n < 32; n++)
            if (!same_value(bare_get(a, files[k], n), bare_get(b, files[k], n))) return false;
    return ppc_insns(a->cpu) == ppc_insns(b->cpu);
}

static bool same_named(struct lockstep *l, const char *name)
{
    struct value x = {0, 0}, y = {0, 0};
    unsigned bits;
    bool has = bare_get_named(&l->fast.b, name, &x, &bits);
    return has == bare_get_named(&l->full.b, name, &y, &bits) && same_value(x, y);
}

static bool same_everything(struct lockstep *l)
{
    const char *name;
    for (unsigned i = 0; (name = ppc_reg_name(l->fast.b.cpu, i)); i++)
        if (!same_named(l, name)) return false;
    return same_often(l) && !memcmp(l->fast.b.ram, l->full.b.ram, l->fast.b.ram_size);
}

/* ---- reporting ---- */

static void print_history(struct lockstep *l)
{
    uint64_t n = l->seen < HISTORY ? l->seen : HISTORY;
    printf("last %" PRIu64 " instructions (portable core):\n", n);
    for (uint64_t i = l->seen - n; i < l->seen; i++) {
        char text[96];
        uint64_t pc = l->history[i % HISTORY].pc;
        uint32_t word = l->history[i % HISTORY].word;
        ppc_disasm(l->full.b.cpu, word, pc, text, sizeof text);
        printf("  %08" PRIx64 "  %08x  %s\n", pc, word, text);
    }
}

static void print_value(struct value v, unsigned bits)
{
    if (bits > 64) printf(" %016" PRIx64 "%016" PRIx64, v.hi, v.lo);
    else printf(" %0*" PRIx64, (int)bits / 4, v.lo);
}

static void print_memory(const struct lockstep *l)
{
    unsigned shown = 0;
    for (uint64_t at = 0; at < l->fast.b.ram_size && shown < 16; at++) {
        uint8_t x = l->fast.b.ram[at], y = l->full.b.ram[at];
        if (x == y) continue;
        printf("* byte %08" PRIx64 " %02x %02x\n", at, x, y);
        shown++;
    }
}

/* Both states, a star where they differ. */
static void print_states(struct lockstep *l)
{
    const char *name;
    puts("  register  threaded  portable");
    for (unsigned i = 0; (name = ppc_reg_name(l->fast.b.cpu, i)); i++) {
        struct value x, y;
        unsigned bits;
        if (!bare_get_named(&l->fast.b, name, &x, &bits) ||
            !bare_get_named(&l->full.b, name, &y, &bits))
            continue;
        printf("%c %-8s", same_value(x, y) ? ' ' : '*', name);
        print_value(x, bits);
        print_value(y, bits);
        putchar('\n');
    }
    print_memory(l);
}

static void report(struct lockstep *l)
{
    printf("the cores differ: they agreed after %" PRIu64 " instructions; now threaded %" PRIu64
           ", portable %" PRIu64 "\n",
           l->same_until, ppc_insns(l->fast.b.cpu), ppc_insns(l->full.b.cpu));
    print_history(l);
    print_states(l);
}

/* ---- running ---- */

static bool on_sc(void *ctx, struct ppc_cpu *c, unsigned lev)
{
    struct side *s = ctx;
    uint32_t handler = 0;
    bool own = bare_read(&s->b, 0xc00, &handler, 4) && handler; /* the program has its own */
    if (own && lev != LEV_END) return false;
    s->called = true;
    ppc_kick(c);
    return true;
}

static void remember(struct lockstep *l)
{
    struct bare *b = &l->full.b;
    uint64_t pc = ppc_pc(b->cpu), pa = pc;
    uint8_t bytes[4] = {0};
    paddr_t at;
    if (ppc_translate(b->cpu, pc, &at)) pa = at; /* of data, but code is seldom elsewhere */
    if (!bare_read(b, pa, bytes, 4)) memset(bytes, 0, 4);
    l->history[l->seen % HISTORY].pc = pc;
    l->history[l->seen++ % HISTORY].word = get_be32(bytes);
}

/* The portable core to where the threaded one is. False: it cannot get there. */
static bool catch_up(struct lockstep *l)
{
    struct ppc_cpu *a = l->fast.b.cpu, *b = l->full.b.cpu;
    while (ppc_insns(b) < ppc_insns(a)) {
        uint64_t before = ppc_insns(b);
        remember(l);
        enum ppc_stop s = ppc_step(b);
        if (s == PPC_STOP_CHECKSTOP || (ppc_insns(b) == before && s != PPC_STOP_KICK)) break;
    }
    return ppc_insns(b) == ppc_insns(a);
}

/* An exception vector that nothing stands at ends the run. */
static bool at_empty_vector(const struct lockstep *l)
{
    uint64_t pc = ppc_pc(l->fast.b.cpu);
    uint32_t word = 1;
    return pc < VECTORS_END && bare_read(&l->fast.b, pc, &word, 4) && !word;
}

/* One stretch on both. */
static enum outcome stretch(struct lockstep *l)
{
    uint64_t r = next(l);
    uint64_t left = l->limit - ppc_insns(l->fast.b.cpu);
    uint64_t budget = r & 3 ? 1 : 1 + (r >> 8) % 48;
    enum ppc_stop stop = ppc_run(l->fast.b.cpu, budget < left ? budget : left);
    bool together = catch_up(l);
    sched_run(&l->fast.b.sched);
    sched_run(&l->full.b.sched);
    if (!together || l->fast.called != l->full.called || !same_often(l)) return DIFFERS;
    l->same_until = ppc_insns(l->fast.b.cpu);
    if (stop == PPC_STOP_CHECKSTOP || l->fast.called || at_empty_vector(l)) return ENDED;
    if (stop == PPC_STOP_IDLE && !ppc_wakes(l->fast.b.cpu)) return ENDED;
    return l->same_until >= l->limit ? ENDED : GOES_ON;
}

static enum outcome run(struct lockstep *l)
{
    enum outcome o;
    uint64_t n = 0;
    do {
        o = stretch(l);
        if (o == GOES_ON && ++n % FULL_EVERY == 0 && !same_everything(l)) o = DIFFERS;
    } while (o == GOES_ON);
    if (o == ENDED && !same_everything(l)) o = DIFFERS;
    return o;
}

/* ---- random programs ---- */

/* Left out: what changes the ground that the program stands on. */
static bool usable(const char *name)
{
    static const char *const not[] = {
        "illegal", "rfi",  "rfid",  "hrfid", "mtmsr", "mtmsrd", "mtsr",
        "mtsrin",  "bclr", "bcctr", "sc",    "slbia", "slbie",  "slbmte",
    };
    for (size_t i = 0; i < ARRAY_SIZE(not); i++)
        if (!strcmp(name, not[i])) return false;
    return true;
}

static const struct {
    uint8_t bits, low;
} opcode_place[] = {
    [FORM_X] = {10, 1}, [FORM_XL] = {10, 1}, [FORM_XFX] = {10, 1}, [FORM_XFL] = {10, 1},
    [FORM_XO] = {9, 1}, [FORM_A] = {5, 1},   [FORM_VX] = {11, 0},  [FORM_VA] = {6, 0},
    [FORM_VC] = {10, 0}, [FORM_DS] = {2, 0}, [FORM_MD] = {3, 2},   [FORM_MDS] = {4, 1},
    [FORM_XS] = {9, 2},
};

/* Branches go forward, by at most 8 words: a program comes to its end. */
static uint32_t short_branch(uint32_t w, uint64_t r)
{
    uint32_t distance = 4 + ((uint32_t)(r >> 40) & 7) * 4;
    if (w >> 26 == 18) return (w & 0xfc000001) | distance;
    return (w & 0xffff0001) | distance;
}

/* xer, lr, ctr or vrsave */
static uint32_t user_spr(uint32_t w, uint64_t r)
{
    static const uint16_t numbers[] = {1, 8, 9, 256};
    uint32_t n = numbers[(r >> 40) & 3];
    return (w & ~UINT32_C(0x001ff800)) | (n & 31) << 16 | (n >> 5) << 11;
}

static uint32_t random_word(struct lockstep *l, const struct decoder *d)
{
    for (;;) {
        uint64_t r = next(l);
        enum insn_id id = (enum insn_id)(1 + (r >> 32) % (N_INSNS - 1));
        const struct insn *in = &insn_table[id];
        if (!usable(in->name)) continue;
        unsigned bits = opcode_place[in->form].bits, low = opcode_place[in->form].low;
        uint32_t w = (uint32_t)in->op << 26 | ((uint32_t)r & 0x03ffffff);
        if (id == INSN_mtspr) w = user_spr(w, r);
        w = (w & ~(((1u << bits) - 1) << low)) | (uint32_t)in->xo << low;
        w &= ~decode_reserved_mask(d, id);
        struct slot s;
        unsigned v;
        if (decode(d, w, &s, &v) != id) continue;
        if (in->form == FORM_B || in->form == FORM_I) w = short_branch(w, r);
        return w;
    }
}

static uint64_t random_gpr(struct lockstep *l)
{
    static const uint32_t edges[] = {0,          1,          31,         32,        0x7fffffff,
                                     0x80000000, 0xffffffff, 0xfffffffe, 0xffff8000};
    uint64_t r = next(l);
    if (!(r & 3)) return edges[(r >> 8) % ARRAY_SIZE(edges)];
    return r & 1 ? (uint32_t)(r >> 32) : DATA_AT + 0x800 + ((r >> 32) & 0xfff); /* an address */
}

/* For the upper half of a 64-bit register: 0 where it would spoil an address. */
static uint64_t random_upper(struct lockstep *l, bool mode64, uint64_t low)
{
    uint64_t r = next(l);
    bool address = low >= DATA_AT && low < DATA_AT + DATA_LEN;
    if ((mode64 && address) || r & 1) return 0;
    return (r & 2 ? 0xffffffff : r >> 32) << 32;
}

static uint64_t random_fpr(struct lockstep *l)
{
    static const uint64_t edges[] = {
        0, UINT64_C(1) << 63, UINT64_C(0x3ff0000000000000), UINT64_C(0x7ff0000000000000),
        UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff4000000000001), 1, UINT64_C(0x7fefffffffffffff),
        UINT64_C(0x0010000000000000), UINT64_C(0x36a0000000000000), UINT64_C(0x41dfffffffc00000),
    };
    uint64_t r = next(l);
    if (r & 1) return edges[(r >> 8) % ARRAY_SIZE(edges)];
    if (r & 2) return next(l);
    return (next(l) & UINT64_C(0x800fffffffffffff)) | (1015 + (r >> 8) % 16) << 52;
}

static void set_both(struct lockstep *l, enum bare_reg kind, unsigned n, struct value v)
{
    bare_set(&l->fast.b, kind, n, v);
    bare_set(&l->full.b, kind, n, v);
}

static void random_state(struct lockstep *l)
{
    uint64_t r = next(l);
    uint64_t msr = USER_BITS | (r & 1 ? MSR_PR : 0);
    if (!(r >> 1 & 15)) msr &= ~(uint64_t)(MSR_FP | MSR_VEC);
    bool wide = l->fast.b.width == 64, mode64 = wide && r >> 20 & 3;
    if (mode64) msr |= MSR_SF;
    if (!(r >> 5 & 31)) msr |= MSR_FE0 | MSR_FE1;
    bare_clear(&l->fast.b, msr);
    bare_clear(&l->full.b, msr);
    for (unsigned n = 0; n < 32; n++) {
        uint64_t gpr = random_gpr(l);
        if (wide) gpr |= random_upper(l, mode64, gpr);
        set_both(l, BARE_GPR, n, (struct value){0, gpr});
        set_both(l, BARE_FPR, n, (struct value){0, random_fpr(l)});
        set_both(l, BARE_VR, n, (struct value){random_fpr(l), random_fpr(l)});
    }
    set_both(l, BARE_CR, 0, (struct value){0, (uint32_t)next(l)});
    set_both(l, BARE_XER, 0, (struct value){0, next(l) & 0xe000ff7f});
    set_both(l, BARE_LR, 0, (struct value){0, (uint32_t)next(l)});
    set_both(l, BARE_CTR, 0, (struct value){0, (uint32_t)next(l) & 0xf});
    /* no exception bit that is set and enabled: it would have trapped before */
    uint32_t fpscr = (uint32_t)next(l) & (msr & MSR_FE0 ? 0xff : 0xfff8ffff);
    set_both(l, BARE_FPSCR, 0, (struct value){0, r >> 10 & 1 ? 0x02000000 : fpscr});
    set_both(l, BARE_VSCR, 0, (struct value){0, r >> 11 & 0x10000});
    set_both(l, BARE_PC, 0, (struct value){0, CODE_AT});
}

static bool write_both(struct lockstep *l, uint64_t at, const void *from, uint64_t len)
{
    return bare_write(&l->fast.b, at, from, len) && bare_write(&l->full.b, at, from, len);
}

/* Behind every vector: go on behind the instruction that brought us here, FE0 and FE1 off. With
 * them on, FPSCR[FEX] would have to be cleared first, or the next instruction traps (PEM 6.4.7). */
static bool write_handlers(struct lockstep *l)
{
    enum { WORDS = 11 };
    static const uint32_t skip32[WORDS] = {
        0x7c7043a6, 0x7c7a02a6, 0x38630004, 0x7c7a03a6, /* mtsprg0 r3; SRR0 += 4 */
        0x7c7b02a6, 0x54630566, 0x5463062c, 0x7c7b03a6, /* SRR1 without FE0, FE1 */
        0x7c7042a6, 0x4c000064, 0x60000000,             /* mfsprg0 r3; rfi */
    };
    static const uint32_t skip64[WORDS] = {
        0x7c7043a6, 0x7c7a02a6, 0x38630004, 0x7c7a03a6,
        0x7c7b02a6, 0x7863a042, 0x78631840, 0x78634800, /* rldicl: the upper half stays as well */
        0x7c7b03a6, 0x7c7042a6, 0x4c000024,             /* rfid */
    };
    const uint32_t *skip = l->fast.b.width == 64 ? skip64 : skip32;
    uint8_t bytes[4 * WORDS];
    for (unsigned i = 0; i < WORDS; i++) put_be32(bytes + 4 * i, skip[i]);
    for (uint32_t v = 0x100; v < VECTORS_END; v += 0x100)
        if (!write_both(l, v == 0xf00 ? 0xf20 : v, bytes, sizeof bytes)) return false;
    return true;
}

static bool random_program(struct lockstep *l, const struct decoder *d)
{
    uint8_t bytes[DATA_LEN];
    static const uint8_t sc[4] = {0x44, 0, LEV_END >> 3, (LEV_END & 7) << 5 | 2};
    if (!write_handlers(l)) return false;
    for (unsigned i = 0; i < DATA_LEN; i += 4) put_be32(bytes + i, (uint32_t)next(l));
    if (!write_both(l, DATA_AT, bytes, DATA_LEN)) return false;
    for (uint64_t i = 0; i < l->length; i++) {
        put_be32(bytes, random_word(l, d));
        if (!write_both(l, CODE_AT + 4 * i, bytes, 4)) return false;
    }
    for (uint64_t i = 0; i < 8; i++) /* a branch may go this far beyond the end */
        if (!write_both(l, CODE_AT + 4 * (l->length + i), sc, 4)) return false;
    random_state(l);
    l->fast.called = l->full.called = false;
    return true;
}

/* Every program has its own seed, which the report names. */
static int run_random(struct lockstep *l)
{
    struct decoder *d = decoder_new(l->model);
    uint64_t start = ppc_insns(l->fast.b.cpu);
    int e = EXIT_SAME;
    for (uint64_t i = 0; i < l->programs && e == EXIT_SAME; i++) {
        uint64_t seed = l->seed + i;
        l->random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
        l->seen = 0;
        /* stores may hit the code and make it endless */
        l->limit = ppc_insns(l->fast.b.cpu) + 100 * l->length;
        if (!random_program(l, d)) e = bad("%s", "no room for the program");
        else if (run(l) == DIFFERS) {
            printf("random program of seed %" PRIu64 " (--random 1 --seed %" PRIu64 "):\n", seed,
                   seed);
            report(l);
            e = EXIT_DIFFERS;
        }
    }
    if (e == EXIT_SAME)
        printf("%" PRIu64 " programs, %" PRIu64 " instructions: no difference (seeds %" PRIu64
               " to %" PRIu64 ")\n",
               l->programs, ppc_insns(l->fast.b.cpu) - start, l->seed, l->seed + l->programs - 1);
    decoder_free(d);
    return e;
}

/* ---- a program from files ---- */

static int set_register(struct lockstep *l, char *arg)
{
    char *eq = strchr(arg, '=');
    struct value v;
    if (!eq || !span_number((struct span){eq + 1, strlen(eq + 1)}, &v.hi, &v.lo)) {
        return bad("--reg %s: NAME=VALUE is expected", arg);
    }
    *eq = 0;
    if (bare_set_named(&l->fast.b, arg, v) && bare_set_named(&l->full.b, arg, v)) return 0;
    return bad("--reg %s: no such register", arg);
}

/* image_load changes its arguments, so the second core gets a copy of the first one's memory. */
static int load(struct lockstep *l)
{
    struct error err = {""};
    uint64_t msr = USER_BITS | (l->fast.b.width == 64 ? MSR_SF : 0);
    bare_clear(&l->fast.b, msr);
    bare_clear(&l->full.b, msr);
    if (bare_load(&l->image, &l->fast.b, &err)) {
        fprintf(stderr, "ppcemu-test: %s\n", err.text);
        return EXIT_BAD;
    }
    memcpy(l->full.b.ram, l->fast.b.ram, l->fast.b.ram_size);
    image_start(&l->image, &l->fast.b);
    image_start(&l->image, &l->full.b);
    for (int i = 0; i < l->n_regs; i++) {
        int e = set_register(l, l->regs[i]);
        if (e) return e;
    }
    return 0;
}

static int run_image(struct lockstep *l)
{
    int e = load(l);
    if (e) return e;
    l->random = (l->seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    if (run(l) == DIFFERS) {
        report(l);
        return EXIT_DIFFERS;
    }
    printf("%" PRIu64 " instructions: no difference; pc %08" PRIx64 "%s\n", l->same_until,
           ppc_pc(l->fast.b.cpu),
           l->fast.called               ? " (sc)"
           : l->same_until >= l->limit ? " (--max-insns)"
                                       : "");
    return EXIT_SAME;
}

/* ---- command line ---- */

static int take_value(struct lockstep *l, const char *name, char *v)
{
    uint64_t hi = 0, n = 0;
    bool number = span_number((struct span){v, strlen(v)}, &hi, &n) && !hi;
    uint64_t *to = NULL;
    if (!strcmp(name, "--cpu")) {
        l->model = ppc_model_find(v);
        return l->model ? 0 : bad("--cpu %s: no such model", v);
    }
    if (!strcmp(name, "--core")) {
        l->glue = !strcmp(v, "baseline") ? PPC_GLUE_BASELINE : PPC_GLUE_BEST;
        return !strcmp(v, "baseline") || !strcmp(v, "best") ? 0 : bad("--core %s: best or baseline", v);
    }
    if (!strcmp(name, "--elf")) l->image.elf = v;
    else if (!strcmp(name, "--load")) l->image.loads[l->image.n_loads++] = v;
    else if (!strcmp(name, "--reg")) l->regs[l->n_regs++] = v;
    else if (!strcmp(name, "--pc")) to = &l->image.pc;
    else if (!strcmp(name, "--random")) to = &l->programs;
    else if (!strcmp(name, "--seed")) to = &l->seed;
    else if (!strcmp(name, "--length")) to = &l->length;
    else if (!strcmp(name, "--max-insns")) to = &l->limit;
    else return bad("unknown option %s", name);
    if (!to) return 0;
    if (!number) return bad("%s: a number is expected", name);
    *to = n;
    if (to == &l->image.pc) l->image.pc_given = true;
    return 0;
}

static int parse(struct lockstep *l, int argc, char **argv)
{
    for (int i = 0; i < argc; i += 2) {
        if (argv[i][0] != '-') return bad("%s: unexpected", argv[i]);
        if (i + 1 == argc) return bad("%s wants a value", argv[i]);
        int e = take_value(l, argv[i], argv[i + 1]);
        if (e) return e;
    }
    bool image = l->image.elf || l->image.n_loads;
    if (image == (l->programs != 0)) return bad("%s", "either --elf or --load, or --random");
    if (!l->length || l->length > 10000) return bad("%s", "--length: 1 to 10000");
    return 0;
}

int test_lockstep(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "--machine")) return test_lockstep_machine(argc, argv);
    size_t n = (size_t)argc + 1;
    struct error err = {""};
    struct lockstep *l = xcalloc(1, sizeof *l);
    *l = (struct lockstep){
        .model = ppc_model_find("7457"), .ram = UINT64_C(64) << 20, .limit = 1000000000, .seed = 1,
        .length = 200, .image.loads = xcalloc(n, sizeof(char *)),
        .regs = xcalloc(n, sizeof(char *)),
    };
    int e = parse(l, argc, argv);
    if (!e) {
        uint64_t ram = l->programs ? RANDOM_RAM : l->ram;
        struct side *sides[2] = {&l->fast, &l->full};
        for (unsigned k = 0; k < 2 && !e; k++) {
            enum ppc_glue glue = k ? PPC_GLUE_PORTABLE : l->glue;
            if (bare_new(&sides[k]->b, l->model, glue, ram, &err)) {
                fprintf(stderr, "ppcemu-test: %s\n", err.text);
                e = EXIT_BAD;
                break;
            }
            sides[k]->b.counts_time = true;
            ppc_set_sc(sides[k]->b.cpu, on_sc, sides[k]);
        }
    }
    if (!e) e = l->programs ? run_random(l) : run_image(l);
    bare_free(&l->fast.b);
    bare_free(&l->full.b);
    free(l->image.loads);
    free(l->regs);
    free(l);
    return e;
}
