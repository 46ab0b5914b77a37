/*
 * The threaded core against the portable one: random straight code over every record, the same start
 * state, the whole architected state and memory compared afterwards. What a fast handler does
 * otherwise than the full function shows here. test_lockstep64.c compiles it again for 64-bit models.
 */
#include "cpu/codecache.h"
#include "cpu/decode.h"
#include "cpu/exec.h"
#include "tests/unit/cpu_fixture.h"

#define DATA_AT 0x40000u
#define DATA_LEN 0x2000u
#define LENGTH 16

static uint32_t ones(unsigned width) { return width >= 32 ? UINT32_MAX : (1u << width) - 1; }

/* Left out: what changes the ground the test stands on. */
static bool usable(enum insn_id id)
{
    switch (id) {
    case INSN_ILLEGAL: case INSN_sc: case INSN_rfi: case INSN_mtmsr: case INSN_b: case INSN_bc:
    case INSN_bclr: case INSN_bcctr: case INSN_mtspr: case INSN_mtsr: case INSN_mtsrin:
    case INSN_rfid: case INSN_hrfid: case INSN_mtmsrd:
        return false;
    default: return true;
    }
}

/* A legal word of record id: opcode fields from the table, operands and variants random. */
static uint32_t random_word(const struct decoder *d, enum insn_id id, uint64_t *seed)
{
    const struct insn *in = &insn_table[id];
    for (unsigned tries = 0; tries < 4000; tries++) {
        uint32_t w = (uint32_t)in->op << 26 | ((uint32_t)rig_random(seed) & 0x03ffffff);
        switch (in->form) {
        case FORM_X: case FORM_XL: case FORM_XFX: case FORM_XFL:
            w = (w & ~(ones(10) << 1)) | (uint32_t)in->xo << 1;
            break;
        case FORM_XO: w = (w & ~(ones(9) << 1)) | (uint32_t)in->xo << 1; break;
        case FORM_A: w = (w & ~(ones(5) << 1)) | (uint32_t)in->xo << 1; break;
        case FORM_VX: w = (w & ~ones(11)) | in->xo; break;
        case FORM_VA: w = (w & ~ones(6)) | in->xo; break;
        case FORM_VC: w = (w & ~ones(10)) | in->xo; break;
        case FORM_DS: w = (w & ~ones(2)) | in->xo; break;
        case FORM_MD: w = (w & ~(ones(3) << 2)) | (uint32_t)in->xo << 2; break;
        case FORM_MDS: w = (w & ~(ones(4) << 1)) | (uint32_t)in->xo << 1; break;
        case FORM_XS: w = (w & ~(ones(9) << 2)) | (uint32_t)in->xo << 2; break;
        default: break;
        }
        w &= ~decode_reserved_mask(d, id);
        struct slot s;
        unsigned v;
        if (decode(d, w, &s, &v) == id) return w;
    }
    return 0;
}

#if PPC_WIDTH == 64
#define SF_BIT MSR_SF
#else
#define SF_BIT 0
#endif

/* The upper halves of registers: in 32-bit mode (junk) they must not matter for addresses. */
static ureg widen(uint32_t low, bool junk, uint64_t *seed)
{
#if PPC_WIDTH == 32
    (void)junk;
    (void)seed;
    return low;
#else
    static const uint32_t upper[] = {0, 0, 0xffffffff, 1, 0x7fffffff, 0x80000000};
    uint64_t r = rig_random(seed);
    bool address = low >= DATA_AT && low < DATA_AT + DATA_LEN;
    if (address && !junk) return low;
    return (ureg)(r & 8 ? (uint32_t)(r >> 32) : upper[(r >> 8) % ARRAY_SIZE(upper)]) << 32 | low;
#endif
}

static uint32_t edge(uint64_t *seed)
{
    static const uint32_t values[] = {0, 1, 2, 31, 32, 63, 0x7fffffff, 0x80000000, 0xffffffff,
                                      0xfffffffe, 0x00008000, 0xffff8000, 0x7fff, 0xffff};
    uint64_t r = rig_random(seed);
    switch (r & 3) {
    case 0: return values[(r >> 8) % ARRAY_SIZE(values)];
    case 1: return (uint32_t)(r >> 32);
    default: return DATA_AT + 0x800 + ((uint32_t)(r >> 32) & 0xfff); /* an address */
    }
}

static uint64_t edge64(uint64_t *seed)
{
    static const uint64_t values[] = {
        0, UINT64_C(0x8000000000000000), UINT64_C(0x3ff0000000000000), UINT64_C(0x7ff0000000000000),
        UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff4000000000001), UINT64_C(0x0000000000000001),
        UINT64_C(0x000fffffffffffff), UINT64_C(0x0010000000000000), UINT64_C(0x7fefffffffffffff),
        UINT64_C(0x4340000000000000), UINT64_C(0x41dfffffffc00000), UINT64_C(0x36a0000000000000),
        UINT64_C(0x47efffffe0000000)};
    uint64_t r = rig_random(seed);
    if (r & 1) return values[(r >> 8) % ARRAY_SIZE(values)];
    if (r & 2) return rig_random(seed);
    return (rig_random(seed) & UINT64_C(0x800fffffffffffff)) | (UINT64_C(1023) - 8 + (r >> 8) % 16) << 52;
}

static void random_state(struct rig *a, struct rig *b, uint64_t *seed, ureg msr)
{
    struct rig *rigs[2] = {a, b};
    uint64_t at = *seed;
    for (unsigned k = 0; k < 2; k++) {
        struct ppc_cpu *c = rigs[k]->cpu;
        *seed = at;
        for (unsigned i = 0; i < 32; i++) c->gpr[i] = widen(edge(seed), !(msr & SF_BIT), seed);
        for (unsigned i = 0; i < 32; i++) c->fpr[i] = edge64(seed);
        for (unsigned i = 0; i < 64; i++) c->vr[i / 2].u64[i & 1] = edge64(seed);
        cr_set(c, (uint32_t)rig_random(seed), 0xff);
        xer_set(c, (uint32_t)rig_random(seed));
        c->lr = (ureg)rig_random(seed);
        c->ctr = (ureg)rig_random(seed);
        uint64_t r = rig_random(seed);
        /* an enabled exception that is already there would have trapped before: not with FE0/FE1 */
        uint32_t fpscr = (uint32_t)(r >> 32) & (msr & MSR_FE0 ? 0xff : 0xfff8ffff);
        fpu_set_fpscr(c, r & 1 ? 0x02000000 : fpscr);
        vscr_set(&c->vpu, (uint32_t)(r >> 8) & 0x00010000);
        c->srr0 = c->srr1 = c->dar = 0;
        c->dsisr = 0;
        c->reserved = false;
        ppc_set_msr(c, msr);
        ppc_set_pc(c, CODE_AT);
        for (unsigned i = 0; i < DATA_LEN; i += 4) rig_poke(rigs[k], DATA_AT + i, (uint32_t)rig_random(seed));
    }
}

static void compare_states(struct rig *a, struct rig *b, const uint32_t *code)
{
    const char *name;
    for (unsigned i = 0; (name = ppc_reg_name(a->cpu, i)); i++) {
        uint8_t x[16] = {0}, y[16] = {0};
        unsigned bits;
        ppc_reg_get(a->cpu, name, x, &bits);
        ppc_reg_get(b->cpu, name, y, &bits);
        if (!memcmp(x, y, bits / 8)) continue;
        for (unsigned k = 0; k < LENGTH; k++) {
            char text[64];
            ppc_disasm(a->cpu, code[k], CODE_AT + 4 * k, text, sizeof text);
            printf("  %08x %s\n", code[k], text);
        }
        ck_abort_msg("pc %08llx and %08llx, srr0 %08llx and %08llx, %s: threaded %016llx%016llx portable %016llx%016llx",
                     (unsigned long long)ppc_pc(a->cpu), (unsigned long long)ppc_pc(b->cpu),
                     (unsigned long long)a->cpu->srr0, (unsigned long long)b->cpu->srr0, name,
                     (unsigned long long)get_be64(x), (unsigned long long)get_be64(x + 8),
                     (unsigned long long)get_be64(y), (unsigned long long)get_be64(y + 8));
    }
    if (memcmp(region_ram(a->ram), region_ram(b->ram), FIXTURE_RAM)) ck_abort_msg("memory differs");
    ck_assert_uint_eq(ppc_insns(a->cpu), ppc_insns(b->cpu));
}

static void lockstep_with(enum ppc_glue glue, const char *model, unsigned rounds, uint64_t seed)
{
    struct rig a, b;
    struct decoder *d = decoder_new(ppc_model_find(model));
    rig_init(&a, model, glue);
    rig_init(&b, model, PPC_GLUE_PORTABLE);
    unsigned lost = 0;
    for (unsigned n = 0; n < rounds; n++) {
        uint32_t code[LENGTH];
        for (unsigned i = 0; i < LENGTH; i++) {
            enum insn_id id;
            do {
                id = (enum insn_id)(rig_random(&seed) % N_INSNS);
                bool here = !(insn_table[id].feature & ~a.cpu->model->features);
                code[i] = here && usable(id) ? random_word(d, id, &seed) : 0;
            } while (!code[i]);
        }
        rig_stop_at_vectors(&a);
        rig_stop_at_vectors(&b);
        rig_code(&a, code, LENGTH);
        rig_code(&b, code, LENGTH);
        ureg msr = (n % 4 != 3 ? SF_BIT : 0) | MSR_ME | (n % 16 ? MSR_FP | MSR_VEC : 0) | (n % 8 == 1 ? MSR_PR : 0) |
                       (n % 32 == 2 ? MSR_FE0 | MSR_FE1 : 0);
        random_state(&a, &b, &seed, msr);
        /* a random store may hit the stop at a vector: both go astray then, and where is chance */
        bool stopped = rig_run(&a, 1000);
        if (rig_run(&b, 1000) != stopped) ck_abort_msg("one core stopped, the other did not");
        if (stopped) compare_states(&a, &b, code);
        else lost++;
    }
    ck_assert_uint_lt(lost, rounds / 1000 + 2);
    rig_free(&a);
    rig_free(&b);
    decoder_free(d);
}

/* Both compilations of the threaded core, where this host has two. */
static void lockstep(const char *model, unsigned rounds, uint64_t seed)
{
    lockstep_with(PPC_GLUE_BEST, model, rounds, seed);
    if (exec_tail_available) lockstep_with(PPC_GLUE_BASELINE, model, rounds, seed + 100);
}

/* ---- fused handlers: each line of fuse.def, its links made true, and a jump into its middle ---- */

#define INSN_lfd_words INSN_lfd /* a form of it that only fused handlers have */
#define MARKS 3 /* behind the sequence: each adds another bit, so that one sees which were skipped */

struct part {
    const char *id;
    enum insn_id record;
    unsigned variant;
    const char *out, *link; /* link: to the part before */
};
struct line {
    unsigned n;
    struct part part[3];
};
static const struct line lines[] = {
#define TWO(i1, r1, n1, o1, i2, r2, n2, o2, l2)                                                    \
    {2, {{#i1, INSN_##r1, n1, #o1, "x"}, {#i2, INSN_##r2, n2, #o2, #l2}}},
#define THREE(i1, r1, n1, o1, i2, r2, n2, o2, l2, i3, r3, n3, o3, l3)                              \
    {3, {{#i1, INSN_##r1, n1, #o1, "x"}, {#i2, INSN_##r2, n2, #o2, #l2}, {#i3, INSN_##r3, n3, #o3, #l3}}},
#define FUSE2(glue, ...) TWO(__VA_ARGS__)
#define FUSE3(glue, ...) THREE(__VA_ARGS__)
#include "cpu/fuse.def"
};

/* The handler's id, as exec_tail.c would choose it for a branch inside the page. */
static const char *handler_id(enum insn_id id, unsigned variant, const struct slot *s)
{
#define SPEC(spec, name, n, glue, fact)                                                            \
    if (id == INSN_##name && variant == (n) && (fact)) return #spec;
#include "cpu/spec.def"
#undef SPEC
    return insn_table[id].name;
}

/* w with the field that q's link names set to what p writes. */
static uint32_t with_link(uint32_t w, const struct part *p, const struct slot *before, const struct part *q)
{
    unsigned r = *p->out == 'd' ? before->d : before->a;
    if (insn_table[p->record].attrs & A_VEC) r /= 2; /* CONV_TWICE in cpu/decode.h */
    if (!strcmp(q->link, "cr")) return (w & ~(UINT32_C(7) << 18)) | r << 18;
    if (!strcmp(q->link, "cr0")) return w & ~(UINT32_C(7) << 18);
    unsigned shift = *q->link == 'd' ? 21 : *q->link == 'a' ? 16 : *q->link == 'b' ? 11 : 6;
    return *q->link == 'x' ? w : (w & ~(UINT32_C(31) << shift)) | r << shift;
}

/* Direct branches go over the first mark. 0: what the part before writes cannot be linked to (r0 as a base). */
static uint32_t part_word(const struct decoder *d, const struct line *l, unsigned k,
                          struct slot slots[3], uint64_t *seed)
{
    const struct part *p = &l->part[k];
    for (unsigned tries = 0; tries < 50000; tries++) {
        uint32_t w = random_word(d, p->record, seed);
        unsigned variant;
        if (p->record == INSN_b) w = (w & ~UINT32_C(0x3fffffc)) | 8;
        if (p->record == INSN_bc) w = (w & ~UINT32_C(0xfffc)) | 8;
        if (k) w = with_link(w, p - 1, &slots[k - 1], p);
        if (decode(d, w, &slots[k], &variant) != p->record || variant != p->variant) continue;
        if (*p->link == 'a' && p->record != INSN_bc && slots[k].a == 32) return 0;
        if (!strcmp(handler_id(p->record, variant, &slots[k]), p->id)) return w;
    }
    return 0;
}

/* An indirect branch shall come back behind the first mark, wherever it takes its target from. */
static void aim(struct rig *r, const struct line *l, const struct slot slots[3])
{
    struct ppc_cpu *c = r->cpu;
    ureg to = CODE_AT + 4 * (l->n + 1);
    c->lr = c->ctr = to;
    for (unsigned k = 0; k < l->n; k++)
        if (l->part[k].record == INSN_mtspr) c->gpr[slots[k].d] = to;
    for (unsigned i = 0; i < DATA_LEN; i += 4) rig_poke(r, DATA_AT + i, (uint32_t)to);
}

/* In both rigs, and true when they reached their stop. */
static bool run_both(struct rig *a, struct rig *b, const uint32_t *code)
{
    bool stopped = rig_run(a, 1000);
    if (rig_run(b, 1000) != stopped) ck_abort_msg("one core stopped, the other did not");
    if (stopped) compare_states(a, b, code);
    return stopped;
}

static bool one_line(struct rig *a, struct rig *b, const struct decoder *d, const struct line *l,
                     unsigned trial, uint64_t *seed, bool *fused)
{
    struct slot slots[3];
    uint32_t code[LENGTH];
    for (unsigned k = 0; k < LENGTH; k++) code[k] = INSN_STOP;
    for (unsigned k = 0; k < l->n; k++)
        if (!(code[k] = part_word(d, l, k, slots, seed))) return false;
    for (unsigned k = 0; k < MARKS; k++) code[l->n + k] = 0x3bff0000 | 1u << k; /* addi r31,r31,1<<k */
    rig_stop_at_vectors(a);
    rig_stop_at_vectors(b);
    rig_code(a, code, LENGTH);
    rig_code(b, code, LENGTH);
    random_state(a, b, seed, (trial % 4 != 3 ? SF_BIT : 0) | MSR_ME | (trial % 8 ? MSR_FP | MSR_VEC : 0) |
                                 (trial % 8 == 1 ? MSR_PR : 0));
    if (trial % 2) aim(a, l, slots), aim(b, l, slots);
    bool stopped = run_both(a, b, code);
    /* fused unless the second instruction was decoded (as it is when the first goes the slow way) */
    const struct code_page *page = codecache_fetch(a->cpu, CODE_AT);
    *fused |= stopped && page->slots[1].h.tail == page->slots[PAGE_SLOTS - 1].h.tail;
    for (unsigned k = 0; k < 2; k++) ppc_set_msr((k ? b : a)->cpu, SF_BIT | MSR_ME | MSR_FP | MSR_VEC);
    ppc_set_pc(a->cpu, CODE_AT + 4);
    ppc_set_pc(b->cpu, CODE_AT + 4);
    run_both(a, b, code);
    return stopped;
}

static void fused_lines(enum ppc_glue glue)
{
    const char *model = PPC_WIDTH == 64 ? "970" : "7457";
    struct rig a, b;
    struct decoder *d = decoder_new(ppc_model_find(model));
    uint64_t seed = 11;
    rig_init(&a, model, glue);
    rig_init(&b, model, PPC_GLUE_PORTABLE);
    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
        unsigned compared = 0, trials = 24;
        bool fused = !exec_tail_available;
        for (unsigned n = 0; n < trials; n++) compared += one_line(&a, &b, d, &lines[i], n, &seed, &fused);
        ck_assert_msg(compared > trials / 4 && fused, "%s, %s, %s: %u of %u came to an end, %s", lines[i].part[0].id,
                      lines[i].part[1].id, lines[i].n == 3 ? lines[i].part[2].id : "-", compared, trials,
                      fused ? "fused" : "none was fused");
    }
    rig_free(&a);
    rig_free(&b);
    decoder_free(d);
}

START_TEST(test_fused)
{
    fused_lines(PPC_GLUE_BEST);
    if (exec_tail_available) fused_lines(PPC_GLUE_BASELINE);
}
END_TEST

#if PPC_WIDTH == 64
START_TEST(test_970) { lockstep("970", 12000, 4); }
END_TEST
#else
START_TEST(test_7457) { lockstep("7457", 12000, 1); }
END_TEST
START_TEST(test_7400) { lockstep("7400", 4000, 2); }
END_TEST
START_TEST(test_750) { lockstep("750cxe", 4000, 3); }
END_TEST
#endif

int main(void)
{
    Suite *s = suite_create("lockstep");
    TCase *t = tcase_create("random code");
    tcase_set_timeout(t, 0);
    tcase_add_test(t, test_fused);
#if PPC_WIDTH == 64
    tcase_add_test(t, test_970);
#else
    tcase_add_test(t, test_7457);
    tcase_add_test(t, test_7400);
    tcase_add_test(t, test_750);
#endif
    suite_add_tcase(s, t);
    return rig_main(s);
}
