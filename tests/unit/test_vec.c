/*
 * AltiVec: every register-to-register record on both cores against tests/unit/vec_ref.h, with edge
 * values and random ones, all ways of naming the same register twice, both VSCR modes; loads,
 * stores and VSCR by hand. PPCEMU_VEC_COUNT sets the random cases an instruction (default 20000).
 */
#include "cpu/decode.h"
#include "cpu/exec.h"
#include "tests/unit/cpu_fixture.h"
#include "tests/unit/vec_ref.h"

#define COPIES 8 /* the same operation on 8 sets of registers in one run */

static struct rig rigs[3];
static unsigned n_rigs;

static void setup(void)
{
    rig_init(&rigs[0], "7457", PPC_GLUE_PORTABLE);
    n_rigs = 1;
    if (exec_tail_available) rig_init(&rigs[n_rigs++], "7457", PPC_GLUE_TAIL);
    if (exec_tail_available) rig_init(&rigs[n_rigs++], "7457", PPC_GLUE_BASELINE);
    for (unsigned i = 0; i < n_rigs; i++) {
        rig_stop_at_vectors(&rigs[i]);
        ppc_set_msr(rigs[i].cpu, MSR_FP | MSR_VEC | MSR_ME);
    }
}

static void teardown(void)
{
    while (n_rigs) rig_free(&rigs[--n_rigs]);
}

/* ---- words ---- */

struct fields {
    unsigned d, a, b, c;
    int imm;
};

static uint32_t encode(const struct insn *in, const struct fields *f, unsigned rc)
{
    const struct operand *op[MAX_OPERANDS];
    int n = operand_list(in, op);
    uint32_t w = (uint32_t)in->op << 26 | in->xo | (rc ? PPC_BIT32(21) : 0);
    ck_assert_int_ge(n, 0);
    for (int i = 0; i < n; i++) {
        uint32_t v = 0;
        switch (op[i]->dest) {
        case TO_D: v = f->d; break;
        case TO_A: v = f->a; break;
        case TO_B: v = f->b; break;
        case TO_C: v = f->c; break;
        case TO_IMM: v = (uint32_t)f->imm & ((1u << op[i]->width) - 1); break;
        default: break;
        }
        w |= v << op[i]->lo;
    }
    return w;
}

static const struct insn *record(const char *name)
{
    for (unsigned i = 0; i < N_INSNS; i++)
        if (!strcmp(insn_table[i].name, name)) return &insn_table[i];
    ck_abort_msg("%s: no such record", name);
}

/* ---- values ---- */

static uint64_t seed;

static uint32_t random_float(void)
{
    static const uint32_t special[] = {
        0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000,
        0x80800000, 0x00800001, 0x00ffffff, 0x3f800000, 0xbf800000, 0x3f7fffff, 0x3f800001,
        0x3f000000, 0xbf000000, 0x3fc00000, 0x40200000, 0x4affffff, 0x4b000000, 0x4b7fffff,
        0xcb7fffff, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000,
        0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001,
        0xffa00000, 0x3f7fffff, 0x1a000000, 0x20000000, 0x7e800000,
    };
    uint64_t r = rig_random(&seed);
    uint32_t bits = (uint32_t)(r >> 32);
    switch (r & 7) {
    case 0: case 1: return special[(r >> 8) % ARRAY_SIZE(special)];
    case 2:
        return (bits & 0x807fffff) | (0x3f800000 + ((bits >> 8 & 7) << 23)); /* near 1: cancels */
    case 3: return (bits & 0x80ffffff) | ((bits & 3) << 23);                    /* tiny */
    case 4: return (bits & 0xff800000) | (0x7fffffu << (bits & 15) & 0x7fffff); /* short fraction */
    case 5:
        return (bits & 0x807fffff) | (0x1f800000 + ((bits >> 4 & 0x7f) << 23)); /* tiny products */
    default: return bits;
    }
}

static void random_register(uint8_t *r)
{
    static const uint8_t edge[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe, 0x10, 0x0f};
    switch (rig_random(&seed) & 3) {
    case 0:
        for (unsigned i = 0; i < 16; i++) r[i] = edge[rig_random(&seed) & 7];
        break;
    case 1:
        for (unsigned i = 0; i < 16; i++) r[i] = (uint8_t)(rig_random(&seed) >> 24);
        break;
    default:
        for (unsigned i = 0; i < 4; i++) ref_put(r, i, 4, random_float());
        break;
    }
}

static void to_vr(union vreg *v, const uint8_t *r)
{
    for (unsigned i = 0; i < 16; i++) VR_B(*v, i) = r[i];
}

static void from_vr(uint8_t *r, const union vreg *v)
{
    for (unsigned i = 0; i < 16; i++) r[i] = VR_B(*v, i);
}

/* ---- one run ---- */

enum alias { ALIAS_NONE, ALIAS_DA, ALIAS_DB, ALIAS_DC, ALIAS_AB, ALIAS_ALL, N_ALIASES };

static void choose_fields(struct fields *f, unsigned copy, enum alias alias)
{
    f->d = 4 * copy;
    f->a = f->d + 1;
    f->b = f->d + 2;
    f->c = f->d + 3;
    if (alias == ALIAS_DA || alias == ALIAS_ALL) f->a = f->d;
    if (alias == ALIAS_DB || alias == ALIAS_ALL) f->b = f->d;
    if (alias == ALIAS_DC || alias == ALIAS_ALL) f->c = f->d;
    if (alias == ALIAS_AB) f->b = f->a;
    f->imm = (int)(rig_random(&seed) >> 40 & 31);
}

static int immediate(const struct insn *in, int imm)
{
    if (strstr(in->syntax, "SIMM")) return imm & 16 ? imm - 32 : imm;
    if (strstr(in->syntax, "SHB")) return imm & 15;
    return imm;
}

/* Is got what want says? Estimates of 2^x and log2(x) may differ in the last place. */
static bool agrees(const struct ref_row *row, const uint8_t *want, const uint8_t *got)
{
    if (!memcmp(want, got, 16)) return true;
    if (row->fn != ref_estimate || row->op == EST_RE || row->op == EST_RSQRTE) return false;
    for (unsigned i = 0; i < 4; i++) {
        int64_t w = ref_s(want, i, 4), g = ref_s(got, i, 4);
        if (w - g > 1 || g - w > 1) return false;
    }
    return true;
}

static void hex(char *to, const uint8_t *r)
{
    for (unsigned i = 0; i < 16; i++) sprintf(to + 2 * i, "%02x", r[i]);
}

static void complain(const struct ref_row *row, const struct rig *r, const struct ref *x,
                     const uint8_t *got, const char *what)
{
    char a[33], b[33], c[33], d[33], g[33];
    hex(a, x->a);
    hex(b, x->b);
    hex(c, x->c);
    hex(d, x->d);
    hex(g, got);
    ck_abort_msg("%s (%s core, nj %d, imm %d) %s: a %s b %s c %s: expected %s, got %s", row->name,
                 r == &rigs[0] ? "portable" : r == &rigs[1] ? "threaded" : "threaded, baseline", x->nj, x->imm, what, a, b, c, d, g);
}

struct batch {
    const struct ref_row *row;
    unsigned copies, rc;
    bool nj;
    struct fields f[COPIES];
    struct ref x[COPIES];
    uint8_t start[32][16];
};

static void run_batch(struct rig *r, const struct batch *t)
{
    struct ppc_cpu *c = r->cpu;
    bool sat = false;
    for (unsigned i = 0; i < 32; i++) to_vr(&c->vr[i], t->start[i]);
    vscr_set(&c->vpu, t->nj ? VSCR_NJ : 0);
    cr_set(c, 0, 0xff);
    ppc_set_pc(c, CODE_AT);
    ck_assert(rig_run(r, 1000));
    for (unsigned i = 0; i < t->copies; i++) {
        uint8_t got[16];
        from_vr(got, &c->vr[t->f[i].d]);
        if (!agrees(t->row, t->x[i].d, got)) complain(t->row, r, &t->x[i], got, "result");
        sat |= t->x[i].sat;
    }
    uint32_t vscr = vscr_get(&c->vpu), want = (t->nj ? VSCR_NJ : 0) | (sat ? VSCR_SAT : 0);
    if (vscr != want) complain(t->row, r, &t->x[0], t->x[0].d, sat ? "SAT missing" : "SAT set");
    if (cr_get(c) != (t->rc ? t->x[0].cr6 << 4 : 0)) {
        complain(t->row, r, &t->x[0], t->x[0].d, "CR6");
    }
}

/* vsl and vsr: one count in all bytes of b. */
static void fill_registers(struct batch *t)
{
    for (unsigned i = 0; i < 32; i++) random_register(t->start[i]);
    if (t->row->fn != ref_bits) return;
    for (unsigned k = 0; k < t->copies; k++)
        for (unsigned i = 0; i < 16; i++) {
            uint8_t *b = t->start[t->f[k].b];
            b[i] = (uint8_t)((b[i] & 0xf8) | (b[15] & 7));
        }
}

static void test_row(const struct ref_row *row, unsigned count)
{
    const struct insn *in = record(row->name);
    struct batch t = {.row = row};
    uint32_t words[COPIES];
    for (unsigned round = 0; count; round++) {
        t.rc = in->variants == VAR_V && round & 1;
        t.copies = t.rc ? 1 : COPIES;
        t.nj = rig_random(&seed) >> 33 & 1;
        for (unsigned k = 0; k < t.copies; k++) {
            choose_fields(&t.f[k], k, (enum alias)(round % N_ALIASES));
            words[k] = encode(in, &t.f[k], t.rc);
        }
        for (unsigned i = 0; i < n_rigs; i++) rig_code(&rigs[i], words, t.copies);
        for (unsigned n = 0; n < 16 && count; n++) {
            fill_registers(&t);
            for (unsigned k = 0; k < t.copies; k++) {
                struct ref *x = &t.x[k];
                memcpy(x->a, t.start[t.f[k].a], 16);
                memcpy(x->b, t.start[t.f[k].b], 16);
                memcpy(x->c, t.start[t.f[k].c], 16);
                x->imm = immediate(in, t.f[k].imm);
                x->nj = t.nj;
                x->sat = false;
                row->fn(x, row);
            }
            for (unsigned i = 0; i < n_rigs; i++) run_batch(&rigs[i], &t);
            count -= t.copies < count ? t.copies : count;
        }
    }
}

static unsigned wanted_count(void)
{
    const char *s = getenv("PPCEMU_VEC_COUNT");
    return s ? (unsigned)strtoul(s, NULL, 10) : 20000;
}

START_TEST(test_rows)
{
    seed = 0x9e3779b97f4a7c15u + (unsigned)_i;
    test_row(&ref_rows[_i], wanted_count());
}
END_TEST

/* Every vector record is either in the table or tested by hand below. */
START_TEST(test_every_record)
{
    static const char *const by_hand[] = {
        "lvsl", "lvsr",  "lvebx", "lvehx", "lvewx", "lvx",    "lvxl", "stvebx", "stvehx", "stvewx",
        "stvx", "stvxl", "dst",   "dstt",  "dstst", "dststt", "dss",  "dssall", "mfvscr", "mtvscr",
    };
    unsigned records = 0;
    for (unsigned i = 1; i < N_INSNS; i++) {
        if (insn_table[i].feature != PPC_F_ALTIVEC) continue;
        bool found = false;
        for (size_t k = 0; k < ARRAY_SIZE(ref_rows); k++)
            found |= !strcmp(ref_rows[k].name, insn_table[i].name);
        for (size_t k = 0; k < ARRAY_SIZE(by_hand); k++)
            found |= !strcmp(by_hand[k], insn_table[i].name);
        ck_assert_msg(found, "%s has no test", insn_table[i].name);
        records++;
    }
    ck_assert_uint_eq(records, 162);
}
END_TEST

/* ---- memory, VSCR, streams ---- */

#define X31(d, a, b, xo) (31u << 26 | (d) << 21 | (a) << 16 | (b) << 11 | (xo) << 1)
#define DATA_AT 0x20000u

static void run_words(struct rig *r, const uint32_t *words, unsigned n)
{
    rig_code(r, words, n);
    ppc_set_pc(r->cpu, CODE_AT);
    ck_assert(rig_run(r, 1000));
    ck_assert_uint_eq(ppc_pc(r->cpu), CODE_AT + 4 * n + 4); /* no exception */
}

START_TEST(test_load)
{
    static const struct {
        unsigned xo, size;
    } loads[] = {{7, 1}, {39, 2}, {71, 4}, {103, 16}, {359, 16}};
    for (unsigned i = 0; i < n_rigs; i++) {
        struct rig *r = &rigs[i];
        for (unsigned k = 0; k < 64; k++) region_ram(r->ram)[DATA_AT + k] = (uint8_t)(0x40 + k);
        for (unsigned l = 0; l < ARRAY_SIZE(loads); l++) {
            uint32_t w = X31(5u, 3u, 4u, loads[l].xo);
            for (unsigned off = 0; off < 33; off++) {
                memset(&r->cpu->vr[5], 0xee, 16);
                r->cpu->gpr[3] = DATA_AT;
                r->cpu->gpr[4] = off;
                run_words(r, &w, 1);
                unsigned from = off & ~(loads[l].size - 1);
                for (unsigned k = 0; k < 16; k++) {
                    unsigned at = (off & ~15u) + k;
                    bool in = at >= from && at < from + loads[l].size;
                    ck_assert_uint_eq(VR_B(r->cpu->vr[5], k), in ? 0x40 + at : 0xee);
                }
            }
        }
    }
}
END_TEST

START_TEST(test_store)
{
    static const struct {
        unsigned xo, size;
    } stores[] = {{135, 1}, {167, 2}, {199, 4}, {231, 16}, {487, 16}};
    for (unsigned i = 0; i < n_rigs; i++) {
        struct rig *r = &rigs[i];
        uint8_t *ram = region_ram(r->ram) + DATA_AT;
        for (unsigned k = 0; k < 16; k++) VR_B(r->cpu->vr[9], k) = (uint8_t)(0x80 + k);
        for (unsigned l = 0; l < ARRAY_SIZE(stores); l++) {
            uint32_t w = X31(9u, 0u, 4u, stores[l].xo); /* rA = 0 */
            for (unsigned off = 0; off < 33; off++) {
                memset(ram, 0x11, 64);
                r->cpu->gpr[0] = 0x12345678;
                r->cpu->gpr[4] = DATA_AT + off;
                run_words(r, &w, 1);
                unsigned from = off & ~(stores[l].size - 1);
                for (unsigned k = 0; k < 64; k++) {
                    bool in = k >= from && k < from + stores[l].size;
                    ck_assert_uint_eq(ram[k], in ? 0x80 + (k & 15) : 0x11);
                }
            }
        }
    }
}
END_TEST

START_TEST(test_shift_vectors)
{
    for (unsigned i = 0; i < n_rigs; i++) {
        struct rig *r = &rigs[i];
        uint32_t words[] = {X31(1u, 3u, 4u, 6u), X31(2u, 3u, 4u, 38u)};
        for (unsigned off = 0; off < 32; off++) {
            r->cpu->gpr[3] = 0xfffffff0;
            r->cpu->gpr[4] = off;
            run_words(r, words, 2);
            for (unsigned k = 0; k < 16; k++) {
                ck_assert_uint_eq(VR_B(r->cpu->vr[1], k), (off & 15) + k);
                ck_assert_uint_eq(VR_B(r->cpu->vr[2], k), 16 - (off & 15) + k);
            }
        }
    }
}
END_TEST

START_TEST(test_vscr)
{
    static const uint32_t words[] = {
        4u << 26 | 3u << 11 | 1604, /* mtvscr v3 */
        4u << 26 | 7u << 21 | 1540, /* mfvscr v7 */
    };
    for (unsigned i = 0; i < n_rigs; i++) {
        struct rig *r = &rigs[i];
        static const uint32_t values[][2] = {
            {0, 0}, {VSCR_NJ, VSCR_NJ}, {VSCR_SAT, VSCR_SAT}, {UINT32_MAX, VSCR_NJ | VSCR_SAT},
        };
        for (unsigned k = 0; k < ARRAY_SIZE(values); k++) {
            memset(&r->cpu->vr[3], 0x5a, 16);
            memset(&r->cpu->vr[7], 0x5a, 16);
            VR_W(r->cpu->vr[3], 3) = values[k][0];
            r->cpu->vpu.sat.u32[2] = 4; /* an earlier saturation is forgotten */
            run_words(r, words, 2);
            ck_assert_uint_eq(VR_W(r->cpu->vr[7], 3), values[k][1]);
            ck_assert_uint_eq(VR_D(r->cpu->vr[7], 0), 0);
            ck_assert_uint_eq(VR_W(r->cpu->vr[7], 2), 0);
        }
        r->cpu->vpu.sat.u32[1] = 1;
        run_words(r, words + 1, 1);
        ck_assert_uint_eq(VR_W(r->cpu->vr[7], 3), VSCR_NJ | VSCR_SAT);
    }
}
END_TEST

/* Streams work without MSR[VEC] and from any address; everything else is unavailable. */
START_TEST(test_unavailable)
{
    for (unsigned i = 0; i < n_rigs; i++) {
        struct rig *r = &rigs[i];
        static const uint32_t streams[] = {
            X31(0u, 3u, 4u, 342u),  X31(17u, 3u, 4u, 342u), X31(1u, 3u, 4u, 374u),
            X31(18u, 3u, 4u, 374u), X31(2u, 0u, 0u, 822u),  X31(16u, 0u, 0u, 822u),
        };
        ppc_set_msr(r->cpu, MSR_ME);
        r->cpu->gpr[3] = 0xdead0001;
        run_words(r, streams, ARRAY_SIZE(streams));
        static const uint32_t others[] = {
            X31(0u, 3u, 4u, 103u), X31(0u, 3u, 4u, 231u), X31(0u, 3u, 4u, 6u),
            4u << 26 | 1156,       4u << 26 | 1540,
        };
        for (unsigned k = 0; k < ARRAY_SIZE(others); k++) {
            rig_code(r, &others[k], 1);
            ppc_set_msr(r->cpu, MSR_ME);
            ppc_set_pc(r->cpu, CODE_AT);
            ck_assert(rig_run(r, 1000));
            ck_assert_uint_eq(ppc_pc(r->cpu), VEC_VEC_UNAVAILABLE + 4);
            ck_assert_uint_eq(r->cpu->srr0, CODE_AT);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vec");
    TCase *t = tcase_create("vec");
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 0);
    tcase_add_loop_test(t, test_rows, 0, ARRAY_SIZE(ref_rows));
    tcase_add_test(t, test_every_record);
    tcase_add_test(t, test_load);
    tcase_add_test(t, test_store);
    tcase_add_test(t, test_shift_vectors);
    tcase_add_test(t, test_vscr);
    tcase_add_test(t, test_unavailable);
    suite_add_tcase(s, t);
    return rig_main(s);
}
