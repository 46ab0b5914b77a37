/*
 * Random programs of user-level instructions that cannot fault: loads and stores get their address from the two or
 * three instructions before them, branches go forward to the beginning of such a group, FPSCR's enable bits stay 0,
 * lwarx has its stwcx., and a string load does not hit its own address registers (an invalid form). Operands of
 * single-precision arithmetic are rounded to singles first: anything else is undefined (PEM 3.3.5).
 */
#include <string.h>

#include "base/bits.h"
#include "tests/nightly/qemu_random.h"

struct gen {
    struct program *p;
    const struct decoder *d;
    uint64_t random;
    unsigned n;
};

static uint64_t rnd(struct gen *g)
{
    g->random ^= g->random >> 12;
    g->random ^= g->random << 25;
    g->random ^= g->random >> 27;
    return g->random * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned below(struct gen *g, unsigned n) { return (unsigned)(rnd(g) >> 33) % n; }

/* ---- encoding ---- */

static uint32_t dform(unsigned op, unsigned d, unsigned a, uint32_t imm)
{
    return op << 26 | d << 21 | a << 16 | (imm & 0xffff);
}

static uint32_t xform(unsigned d, unsigned a, unsigned b, unsigned xo)
{
    return 31u << 26 | d << 21 | a << 16 | b << 11 | xo << 1;
}

static uint32_t load_high(unsigned r, uint32_t v) { return dform(15, r, 0, v >> 16); }
static uint32_t load_low(unsigned r, uint32_t v) { return dform(14, r, 0, v); }

/* r & mask(mb, me), CR untouched */
static uint32_t masked(unsigned r, unsigned mb, unsigned me)
{
    return 21u << 26 | r << 21 | r << 16 | mb << 6 | me << 1;
}

#define SPR_XER (1u << 16)
#define SPR_LR (8u << 16)
#define SPR_CTR (9u << 16)
static uint32_t to_spr(uint32_t spr, unsigned r) { return xform(r, 0, 0, 467) | spr; }
static uint32_t from_spr(uint32_t spr, unsigned r) { return xform(r, 0, 0, 339) | spr; }

/* Words that must run one after the other; too many for what is left of the program: none. */
static bool unit(struct gen *g, const uint32_t *w, unsigned n)
{
    if (g->n + n > LENGTH) return false;
    for (unsigned i = 0; i < n; i++) {
        g->p->word[g->n + i] = w[i];
        g->p->unit[g->n + i] = (uint8_t)g->n;
        g->p->unit_len[g->n + i] = (uint8_t)n;
    }
    g->n += n;
    return true;
}

/* ---- plain instructions ---- */

static const struct {
    uint8_t bits, low;
} opcode_place[] = {
    [FORM_X] = {10, 1}, [FORM_XL] = {10, 1}, [FORM_XFX] = {10, 1}, [FORM_XFL] = {10, 1}, [FORM_XO] = {9, 1},
    [FORM_A] = {5, 1},  [FORM_VX] = {11, 0}, [FORM_VA] = {6, 0},   [FORM_VC] = {10, 0},  [FORM_DS] = {2, 0},
    [FORM_MD] = {3, 2}, [FORM_MDS] = {4, 1}, [FORM_XS] = {9, 2},
};

/* A word of this record with random operands; 0 when the model does not have it. */
static uint32_t random_word(struct gen *g, enum insn_id id)
{
    const struct insn *in = &insn_table[id];
    unsigned bits = opcode_place[in->form].bits, low = opcode_place[in->form].low;
    uint32_t w = (uint32_t)in->op << 26 | ((uint32_t)rnd(g) & 0x03ffffff);
    struct slot s;
    unsigned v;
    w = (w & ~(((1u << bits) - 1) << low)) | (uint32_t)in->xo << low;
    w &= ~decode_reserved_mask(g->d, id);
    return decode(g->d, w, &s, &v) == id ? w : 0;
}

static bool one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(name, *list)) return true;
    return false;
}

/* Never made: what ends a program, what reads the clock, what the harness keeps for itself (SPRs). */
static bool excluded(const struct insn *in)
{
    static const char *const names[] = {"illegal", "sc", "mfspr", "mtspr", "mftb", "eciwx", "ecowx", NULL};
    return in->attrs & A_PRIV || in->feature == PPC_F_64 || one_of(in->name, names);
}

static bool is_memory(const struct insn *in)
{
    static const char *const names[] = {"dcbst", "dcbf", "dcbt", "dcbtst", "dcba", "icbi", NULL};
    return in->attrs & (A_LOAD | A_STORE) || one_of(in->name, names);
}

static bool is_branch(const struct insn *in) { return in->glue == GLUE_B || in->glue == GLUE_J; }

/* Fields whose free use would trap, set NI (which QEMU lacks) or be an invalid form. */
static uint32_t tame(const char *name, uint32_t w)
{
    if (!strcmp(name, "tw") || !strcmp(name, "twi")) return w & ~(31u << 21);
    if (!strncmp(name, "cmp", 3)) return w & ~(1u << 21);
    if (!strncmp(name, "dst", 3)) return w | 1u << 16; /* rA = 0: illegal for QEMU, r0 for us */
    if (!strcmp(name, "mtfsf")) return w & ~(3u << 17); /* not fields 6 and 7 */
    if (!strcmp(name, "mtfsfi")) {
        if ((w >> 23 & 7) == 6) w ^= 1u << 23;
        return (w >> 23 & 7) == 7 ? w & ~(0xcu << 12) : w;
    }
    if (!strcmp(name, "mtfsb1")) {
        unsigned bit = w >> 21 & 31;
        return bit >= 24 && bit <= 29 ? w ^ 16u << 21 : w;
    }
    return w;
}

/* frsp of every operand before single-precision arithmetic */
static bool single_unit(struct gen *g, const struct insn *in, uint32_t w)
{
    uint32_t words[4];
    unsigned n = 0;
    static const char fields[] = "ABC";
    static const uint8_t at[] = {16, 11, 6};
    for (unsigned i = 0; i < 3; i++) {
        char token[3] = {'f', fields[i], 0};
        unsigned f = w >> at[i] & 31;
        if (strstr(in->syntax, token)) words[n++] = 63u << 26 | f << 21 | f << 11 | 12u << 1;
    }
    words[n++] = w;
    return unit(g, words, n);
}

enum kind { INTEGER, FLOAT, VECTOR, MEMORY, BRANCH, N_KINDS };

static enum kind kind_of(const struct insn *in)
{
    if (is_branch(in)) return BRANCH;
    if (is_memory(in)) return MEMORY;
    return in->attrs & A_FP ? FLOAT : in->attrs & A_VEC ? VECTOR : INTEGER;
}

/* xer, lr, ctr and back; mostly without the reserved bits of XER */
static bool spr_unit(struct gen *g)
{
    static const uint32_t sprs[] = {SPR_XER, SPR_LR, SPR_CTR};
    uint32_t spr = sprs[below(g, 3)];
    unsigned r = below(g, 32);
    uint32_t to[] = {masked(r, 25, 2), to_spr(spr, r)}, from = from_spr(spr, r);
    if (below(g, 2)) return unit(g, &from, 1);
    bool clean = spr == SPR_XER && below(g, 8);
    return unit(g, clean ? to : to + 1, clean ? 2 : 1);
}

/* One count for all bytes: vsl and vsr are undefined otherwise. */
static bool even_shift(struct gen *g, uint32_t w)
{
    unsigned b = w >> 11 & 31;
    uint32_t words[] = {4u << 26 | b << 21 | below(g, 16) << 16 | b << 11 | 524, w}; /* vspltb */
    return unit(g, words, 2);
}

/* QEMU differs each time, or nearly (qemu_known.c): made seldom, so that most differences would be news. */
static bool is_noisy(const char *name)
{
    static const char *const names[] = {"fctiw", "fctiwz", "mffs", "dcba", "fres", "frsqrte", "mtvscr", "vrefp",
                                        "vrsqrtefp", "vexptefp", "vlogefp", NULL};
    return one_of(name, names);
}

static bool plain_unit(struct gen *g, enum insn_id id)
{
    const struct insn *in = &insn_table[id];
    uint32_t w = random_word(g, id);
    if (!w) return true; /* another time */
    w = tame(in->name, w);
    if (in->op == 59) return single_unit(g, in, w);
    if ((id == INSN_vsl || id == INSN_vsr) && below(g, 8)) return even_shift(g, w);
    return unit(g, &w, 1);
}

/* ---- loads and stores ---- */

static bool in_range(unsigned r, unsigned first, unsigned bytes)
{
    return ((r - first) & 31) < (bytes + 3) / 4;
}

static unsigned another(struct gen *g, unsigned not)
{
    unsigned r;
    do r = 1 + below(g, 31);
    while (r == not);
    return r;
}

static bool wants_words(const struct insn *in)
{
    static const char *const names[] = {"lmw", "stmw", "lwarx", "stwcx_rc", NULL};
    return in->attrs & A_FP || one_of(in->name, names);
}

static bool displaced(struct gen *g, const struct insn *in, uint32_t w)
{
    unsigned d = w >> 21 & 31, a = another(g, d);
    uint32_t at = below(g, DATA_LEN - 128) - DATA_LEN / 2;
    if (wants_words(in)) at &= ~3u;
    if (!strcmp(in->name, "lmw") && a >= d) return true; /* rA in the range: invalid */
    uint32_t words[] = {load_high(a, DATA_AT), dform(in->op, d, a, at)};
    return unit(g, words, 2);
}

/* lswi, lswx: the count (in XER for lswx), and registers that are not loaded */
static bool string_load(struct gen *g, const struct insn *in, uint32_t w)
{
    bool immediate = !strcmp(in->name, "lswi");
    unsigned d = w >> 21 & 31, n = 1 + below(g, immediate ? 32 : 100), a = another(g, 32), b = another(g, a);
    if (in_range(a, d, n) || (!immediate && in_range(b, d, n))) return true;
    uint32_t count[] = {load_high(a, DATA_AT), xform(d, a, n & 31, in->xo)};
    uint32_t indexed[] = {load_low(b, n), to_spr(SPR_XER, b), load_low(b, below(g, 1024)), load_high(a, DATA_AT),
                          xform(d, a, b, in->xo)};
    return immediate ? unit(g, count, 2) : unit(g, indexed, 5);
}

static bool indexed(struct gen *g, const struct insn *in, uint32_t w)
{
    bool updates = !strstr(in->syntax, "rA0") && strstr(in->syntax, "rA");
    bool gpr = in->syntax[0] == 'r';
    unsigned d = w >> 21 & 31, a = another(g, updates && gpr ? d : 32), b = another(g, a);
    unsigned low = wants_words(in) ? 29 : 31;
    uint32_t op = w & 0xfc0007ff; /* with Rc, as stwcx. has it */
    uint32_t words[] = {masked(b, 22, low), load_high(a, DATA_AT), op | d << 21 | a << 16 | b << 11};
    uint32_t from_zero[] = {masked(b, 22, low), dform(25, b, b, DATA_AT >> 16), op | d << 21 | b << 11};
    if (!strcmp(in->syntax, "rA0,rB")) words[2] = op | a << 16 | b << 11;
    if (!strcmp(in->syntax, "rA0,rB")) from_zero[2] = op | b << 11;
    return unit(g, below(g, 4) || updates ? words : from_zero, 3);
}

static bool counted_store(struct gen *g, const struct insn *in, uint32_t w)
{
    unsigned a = another(g, 32);
    uint32_t words[] = {load_high(a, DATA_AT), (w & ~(31u << 16)) | a << 16};
    (void)in;
    return unit(g, words, 2);
}

static bool reserved_pair(struct gen *g)
{
    unsigned a = another(g, 32), b = another(g, a), d = below(g, 32);
    if (d == a || d == b) return true;
    uint32_t words[] = {masked(b, 22, 29), load_high(a, DATA_AT), xform(d, a, b, 20), xform(below(g, 32), a, b, 150) | 1};
    return unit(g, words, 4);
}

static bool memory_unit(struct gen *g, enum insn_id id)
{
    const struct insn *in = &insn_table[id];
    uint32_t w = random_word(g, id);
    if (!w) return true;
    if (id == INSN_lwarx) return reserved_pair(g);
    if (id == INSN_lswi || id == INSN_lswx) return string_load(g, in, w);
    if (id == INSN_stswi) return counted_store(g, in, w);
    return in->form == FORM_D ? displaced(g, in, w) : indexed(g, in, w);
}

/* ---- branches: their targets are known when all units are there ---- */

static bool direct_branch(struct gen *g, enum insn_id id)
{
    uint32_t bc = 16u << 26 | below(g, 32) << 21 | below(g, 32) << 16 | below(g, 2);
    uint32_t b = 18u << 26 | below(g, 2);
    uint32_t w = id == INSN_b ? b : bc;
    return unit(g, &w, 1);
}

/* bcl 20,31,.+4; mflr; addi; mtlr or mtctr; bclr or bcctr: over a few units */
static bool indirect_branch(struct gen *g, enum insn_id id)
{
    unsigned r = 1 + below(g, 31), bo = below(g, 32);
    if (id == INSN_bcctr) bo |= 4; /* counting CTR down is invalid there */
    uint32_t jump = 19u << 26 | bo << 21 | below(g, 32) << 16 | (id == INSN_bcctr ? 528u : 16u) << 1 | below(g, 2);
    uint32_t words[] = {16u << 26 | 20u << 21 | 31u << 16 | 5, from_spr(SPR_LR, r), dform(14, r, r, 16),
                        to_spr(id == INSN_bcctr ? SPR_CTR : SPR_LR, r), jump};
    return unit(g, words, 5);
}

/* The beginning of one of the next eight units, as a distance in words. */
static unsigned next_unit(struct gen *g, unsigned from)
{
    unsigned at = from, units = 1 + below(g, SPARE);
    while (units-- && at < LENGTH) at += g->p->unit_len[at] - (at - g->p->unit[at]);
    return at - from;
}

static void aim_branches(struct gen *g)
{
    for (unsigned i = 0; i < LENGTH; i++) {
        uint32_t *w = &g->p->word[i];
        unsigned len = g->p->unit_len[i];
        if (len == 1 && *w >> 26 == 18) *w |= next_unit(g, i) * 4;
        if (len == 1 && *w >> 26 == 16) *w |= next_unit(g, i) * 4;
        if (len == 5 && *w >> 26 == 19) g->p->word[i - 2] += (next_unit(g, i) - 1) * 4;
    }
}

/* ---- the start ---- */

static uint32_t random_gpr(struct gen *g)
{
    static const uint32_t edges[] = {0, 1, 31, 32, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xffff8000};
    return below(g, 3) ? (uint32_t)(rnd(g) >> 32) : edges[below(g, ARRAY_SIZE(edges))];
}

static uint64_t random_fpr(struct gen *g)
{
    static const uint64_t edges[] = {
        0, UINT64_C(1) << 63, UINT64_C(0x3ff0000000000000), UINT64_C(0x7ff0000000000000),
        UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff4000000000001), 1, UINT64_C(0x7fefffffffffffff),
        UINT64_C(0x0010000000000000), UINT64_C(0x36a0000000000000), UINT64_C(0x41dfffffffc00000),
    };
    if (!below(g, 4)) return edges[below(g, ARRAY_SIZE(edges))];
    if (!below(g, 4)) return rnd(g);
    return (rnd(g) & UINT64_C(0x800fffffffffffff)) | (uint64_t)(1007 + below(g, 32)) << 52;
}

/* What a lane of a vector register may be: words and singles */
static uint32_t random_lane(struct gen *g)
{
    static const uint32_t edges[] = {0x3f800000, 0x80000000, 0x7f800000, 0x7fc00000, 0x7fa00000, 1, 0x007fffff,
                                     0x4f000000, 0xcf000001, 0x7f7fffff};
    if (!below(g, 3)) return random_gpr(g);
    if (!below(g, 6)) return edges[below(g, ARRAY_SIZE(edges))];
    return ((uint32_t)(rnd(g) >> 20) & 0x807fffff) | (111 + below(g, 32)) << 23;
}

static void random_start(struct gen *g)
{
    struct image *s = &g->p->start;
    memset(s, 0, sizeof *s);
    for (unsigned n = 0; n < 32; n++) {
        put_be32(s->gpr[n], random_gpr(g));
        put_be64(s->fpr[n], random_fpr(g));
        for (unsigned k = 0; k < 16; k += 4) put_be32(s->vr[n] + k, random_lane(g));
    }
    put_be32(s->vscr + 12, below(g, 2) | below(g, 2) << 16);
    /* mostly FX = 1, which QEMU sets too often, and to nearest, since it rounds fnmadd wrongly otherwise */
    uint32_t fpscr = (uint32_t)rnd(g) & 0x9ffff703;
    put_be32(s->fpscr + 4, below(g, 8) ? (fpscr & ~3u) | 0x80000000 : fpscr);
    put_be32(s->cr, (uint32_t)rnd(g));
    put_be32(s->xer, (uint32_t)rnd(g) & 0xe000007f);
    put_be32(s->lr, (uint32_t)rnd(g));
    put_be32(s->ctr, below(g, 2) ? below(g, 4) : (uint32_t)rnd(g));
}

void program_data(uint8_t data[DATA_LEN])
{
    struct program unused;
    struct gen g = {.p = &unused, .random = 1};
    for (unsigned i = 0; i < DATA_LEN; i += 8) {
        if (below(&g, 2)) {
            put_be64(data + i, random_fpr(&g));
        } else {
            put_be32(data + i, random_lane(&g));
            put_be32(data + i + 4, random_lane(&g));
        }
    }
}

void program_make(struct program *p, uint64_t seed, const struct decoder *d)
{
    static const uint8_t weights[N_KINDS] = {30, 20, 22, 18, 10};
    struct gen g = {.p = p, .d = d, .random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15)};
    memset(p, 0, sizeof *p);
    p->seed = seed;
    p->prefix = LENGTH;
    random_start(&g);
    while (g.n < LENGTH) {
        unsigned kind = 0, r = below(&g, 100);
        while (r >= weights[kind]) r -= weights[kind++];
        enum insn_id id;
        do id = (enum insn_id)(1 + below(&g, N_INSNS - 1));
        while (excluded(&insn_table[id]) || kind_of(&insn_table[id]) != (enum kind)kind ||
              (is_noisy(insn_table[id].name) && below(&g, 8)));
        bool fits;
        if (kind == MEMORY) fits = memory_unit(&g, id);
        else if (kind == BRANCH && insn_table[id].glue == GLUE_B) fits = direct_branch(&g, id);
        else if (kind == BRANCH) fits = indirect_branch(&g, id);
        else if (kind == INTEGER && !below(&g, 20)) fits = spr_unit(&g);
        else fits = plain_unit(&g, id);
        if (!fits) unit(&g, (const uint32_t[]){NOP}, 1);
    }
    aim_branches(&g);
}
