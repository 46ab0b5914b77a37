/*
 * cpu/sem_fp.h and cpu/fpu_exact.c: the fast handlers against the exact path in random lockstep,
 * and FPSCR, enabled exceptions and conversions case by case.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "fp_random.h"

#define FAST_GLUE 1
#include "cpu/exec.h"
#include "cpu/sem.h"

/* Memory is not what is tested here: one word or doubleword in the CPU's place. */
static uint8_t cell[8];
static uint8_t *the_cell(ureg ea, unsigned len)
{
    return len <= sizeof cell && ea % 4 == 0 ? cell : NULL;
}
#define mem_read_words(c, ea, len) the_cell(ea, len)
#define mem_write_words(c, ea, len) the_cell(ea, len)
#include "cpu/sem_fp.h"

/* ---- every record with its fast form, if it has one ---- */

typedef enum sem sem_fn(struct ppc_cpu *c, const struct slot *s, unsigned v);
struct record {
    enum insn_id id;
    sem_fn *fast;
};

#define FAST_FORM(name)                                                                            \
    static enum sem fast_##name(struct ppc_cpu *c, const struct slot *s, unsigned v)               \
    {                                                                                              \
        return v & SEM_RC ? sem_##name(c, s, SEM_RC) : sem_##name(c, s, 0);                        \
    }
#define EACH_FAST(X)                                                                               \
    X(fadd) X(fsub) X(fmul) X(fdiv) X(fadds) X(fsubs) X(fmuls) X(fdivs) X(fmadd) X(fmsub)          \
    X(fnmadd) X(fnmsub) X(fmadds) X(fmsubs) X(fnmadds) X(fnmsubs) X(frsp) X(fctiw) X(fctiwz)       \
    X(fcmpu) X(fcmpo) X(fsel) X(fmr) X(fneg) X(fabs) X(fnabs)
EACH_FAST(FAST_FORM)

static const struct record records[] = {
#define ENTRY(name) {INSN_##name, fast_##name},
    EACH_FAST(ENTRY)
    {INSN_mffs, NULL}, {INSN_mcrfs, NULL}, {INSN_mtfsb0, NULL}, {INSN_mtfsb1, NULL},
    {INSN_fres, NULL}, {INSN_frsqrte, NULL},
};

static enum sem run_exact(struct ppc_cpu *c, enum insn_id id, const struct slot *s, unsigned v)
{
    return ppc_call_table[id][v](c, s);
}

static struct ppc_cpu *new_cpu(void)
{
    struct ppc_cpu *c = calloc(1, sizeof *c);
    c->model = ppc_model_find("7447a");
    ck_assert_ptr_nonnull(c->model);
    c->msr = MSR_FP;
    cr_set(c, 0, 0xff);
    fpu_enter(c);
    fpu_leave(c);
    return c;
}

/* ---- lockstep ---- */

struct pair {
    struct ppc_cpu *fast, *exact;
    uint64_t st;
    unsigned long quick; /* instructions the fast form has done */
};

static void scramble(struct pair *p)
{
    uint64_t r = rnd(&p->st);
    unsigned n = r & 31;
    uint64_t v = rnd_double(&p->st);
    if ((r >> 8 & 7) == 0) v = p->exact->fpr[r >> 16 & 31] + (r >> 24 & 3) - 1; /* a neighbour */
    if ((r >> 8 & 7) == 1) v = p->exact->fpr[r >> 16 & 31] ^ FP_SIGN;
    p->fast->fpr[n] = p->exact->fpr[n] = v;
    if (r >> 32 & 0x3f) return;
    /* mostly the state in which the fast forms work */
    uint32_t f = r >> 40 & 3 ? r >> 45 & 1 ? FPSCR_XX : 0 : (uint32_t)rnd(&p->st);
    if ((r >> 42 & 7) == 0) f |= (uint32_t)rnd(&p->st) & (FPSCR_NI | FPSCR_RN);
    fpu_set_fpscr(p->fast, f);
    fpu_set_fpscr(p->exact, f);
}

static void random_slot(struct pair *p, const struct record *rec, struct slot *s, unsigned *v)
{
    const struct insn *in = &insn_table[rec->id];
    uint64_t r = rnd(&p->st);
    *s = (struct slot){.d = r & 31, .a = r >> 5 & 31, .b = r >> 10 & 31, .c = r >> 15 & 31};
    if (!strncmp(in->syntax, "crf", 3)) s->d &= 7;
    if (rec->id == INSN_mcrfs) s->a &= 7;
    *v = in->variants == VAR_R && (r >> 20 & 3) == 0 ? SEM_RC : 0;
}

static void compare(const struct pair *p, const struct record *rec, uint32_t before)
{
    const struct ppc_cpu *f = p->fast, *e = p->exact;
    struct ppc_cpu peek = *f; /* looking must not end the laziness */
    uint32_t got = fpu_get_fpscr(&peek), want = e->fpu.fpscr;
    if (got == want && !memcmp(f->fpr, e->fpr, sizeof f->fpr) && cr_get(f) == cr_get(e)) return;
    for (unsigned i = 0; i < 32; i++)
        if (f->fpr[i] != e->fpr[i])
            fprintf(stderr, "f%u fast %016lx exact %016lx\n", i, (long)f->fpr[i], (long)e->fpr[i]);
    ck_abort_msg("%s: fpscr before %08x fast %08x exact %08x, cr %08x %08x",
                 insn_table[rec->id].name, before, got, want, cr_get(f), cr_get(e));
}

static void one_insn(struct pair *p, bool look)
{
    const struct record *rec = &records[rnd(&p->st) % ARRAY_SIZE(records)];
    struct slot s;
    unsigned v;
    random_slot(p, rec, &s, &v);
    uint32_t before = p->exact->fpu.fpscr;
    enum sem want = run_exact(p->exact, rec->id, &s, v);
    enum sem got = rec->fast ? rec->fast(p->fast, &s, v) : SEM_FAULT;
    if (got == SEM_NEXT) p->quick++;
    else got = run_exact(p->fast, rec->id, &s, v);
    /* ck_assert writes to a pipe each time: too slow for millions */
    if (got != want) ck_abort_msg("%s: %d %d", insn_table[rec->id].name, got, want);
    if (look) compare(p, rec, before);
}

static void lockstep(uint64_t seed, unsigned long n, bool fma)
{
    struct pair p = {.fast = new_cpu(), .exact = new_cpu(), .st = seed};
    if (!fma) p.fast->fpu.host_fma = 0;
    fpu_set_fpscr(p.fast, FPSCR_XX);
    fpu_set_fpscr(p.exact, FPSCR_XX);
    for (unsigned long i = 0; i < n; i++) {
        scramble(&p);
        if ((i & 1) == 0) scramble(&p);
        one_insn(&p, (rnd(&p.st) & 3) == 0);
    }
    /* Otherwise nothing would have been compared. */
    ck_assert_uint_gt(p.quick, n / 5);
    free(p.fast);
    free(p.exact);
}

START_TEST(fast_and_exact_agree)
{
    const char *n = getenv("PPCEMU_FPU_CASES"); /* 10^9 for a release */
    lockstep(0x1234567 + (uint64_t)_i, n ? strtoul(n, NULL, 0) : 1500000, true);
}
END_TEST

START_TEST(fast_and_exact_agree_without_fma) { lockstep(99, 500000, false); }
END_TEST

START_TEST(refused_means_untouched)
{
    struct ppc_cpu *c = new_cpu(), *before = malloc(sizeof *before);
    struct pair p = {.fast = c, .exact = new_cpu(), .st = 5};
    for (int i = 0; i < 200000; i++) {
        const struct record *rec = &records[rnd(&p.st) % ARRAY_SIZE(records)];
        struct slot s;
        unsigned v;
        scramble(&p);
        random_slot(&p, rec, &s, &v);
        *before = *c;
        if (rec->fast && rec->fast(c, &s, v) == SEM_FAULT && memcmp(before, c, sizeof *c))
            ck_abort_msg("%s changed something", insn_table[rec->id].name);
    }
    free(p.exact);
    free(before);
    free(c);
}
END_TEST

/* ---- single cases ---- */

struct regs {
    uint64_t a, b, m; /* f1, f2, f3 in; the result is f4 */
    uint32_t fpscr;
};

struct result {
    uint64_t r;
    uint32_t fpscr;
    enum sem sem;
    unsigned vector, cr1;
};

static struct result run_one(enum insn_id id, unsigned v, uint32_t msr, struct regs in)
{
    struct ppc_cpu *c = new_cpu();
    struct slot s = {.d = 4, .a = 1, .b = 2, .c = 3};
    c->msr |= msr;
    fpu_set_fpscr(c, in.fpscr);
    c->fpr[1] = in.a;
    c->fpr[2] = in.b;
    c->fpr[3] = in.m;
    c->fpr[4] = UINT64_C(0xdead);
    enum sem r = run_exact(c, id, &s, v);
    struct result out = {c->fpr[4], fpu_get_fpscr(c), r, c->exc_vector, cr_get_field(c, 1)};
    if (r == SEM_FAULT) ck_assert_uint_eq(c->exc_srr1, PROGRAM_FP);
    free(c);
    return out;
}

#define ONE UINT64_C(0x3ff0000000000000)
#define MAX UINT64_C(0x7fefffffffffffff)
#define MIN UINT64_C(0x0010000000000000)
#define INF UINT64_C(0x7ff0000000000000)
#define SNAN1 UINT64_C(0x7ff0000000000001)
#define QNAN1 UINT64_C(0x7ff8000000000001)
#define KEPT UINT64_C(0xdead)

static const struct {
    enum insn_id id;
    struct regs in;
    uint64_t r;
    uint32_t fpscr;
} cases[] = {
    /* division by zero, disabled and enabled: the target stays, FPRF too (PEM 3.3.6.1.2) */
    {INSN_fdiv, {ONE, 0, 0, 0}, INF, 0x84005000},
    {INSN_fdiv, {ONE, FP_SIGN, 0, 0}, INF | FP_SIGN, 0x84009000},
    {INSN_fdiv, {ONE, 0, 0, 0x00011010}, KEPT, 0xc4011010},
    {INSN_fdiv, {0, 0, 0, 0}, SOFTFP_QNAN, 0xa0211000},
    {INSN_fdiv, {INF, INF, 0, 0}, SOFTFP_QNAN, 0xa0411000},
    {INSN_fdiv, {INF, INF, 0, 0x00018080}, KEPT, 0xe0418080},
    {INSN_fsub, {INF, INF, 0, 0}, SOFTFP_QNAN, 0xa0811000},
    {INSN_fmul, {INF, 0, 0, 0}, SOFTFP_QNAN, 0xa0111000}, /* frC is f3 = 0 */
    {INSN_fadd, {SNAN1, QNAN1 + 4, 0, 0}, QNAN1, 0xa1011000},
    {INSN_fadd, {ONE, SNAN1, 0, 0x80}, KEPT, 0xe1000080},
    /* NaN order frA, frB, frC; a quiet frB beside infinity times zero still sets VXIMZ */
    {INSN_fmadd, {ONE, QNAN1 + 1, QNAN1 + 2, 0}, QNAN1 + 1, 0x00011000},
    {INSN_fmadd, {INF, QNAN1, 0, 0}, QNAN1, 0xa0111000},
    {INSN_fnmadd, {ONE, QNAN1, ONE, 0}, QNAN1, 0x00011000}, /* the sign of a NaN stays */
    {INSN_fnmsub, {ONE, ONE, ONE, 0}, FP_SIGN, 0x00012000},
    {INSN_fnmsub, {ONE, ONE, ONE, 3}, 0, 0x00002003},
    /* overflow and underflow, then with the adjusted exponent */
    {INSN_fadd, {MAX, MAX, 0, 0}, INF, 0x92025000},
    {INSN_fadd, {MAX, MAX, 0, 1}, MAX, 0x92024001},
    {INSN_fadd, {MAX, MAX, 0, 0x40}, UINT64_C(0x1fffffffffffffff), 0xd0004040},
    {INSN_fmul, {MIN, 0, UINT64_C(0x3fe0000000000000), 0}, MIN / 2, 0x00014000},
    {INSN_fmul,
     {MIN, 0, UINT64_C(0x3fe0000000000000), 0x20},
     UINT64_C(0x6000000000000000),
     0xc8004020},
    {INSN_fmul, {MIN + 1, 0, UINT64_C(0x3fe0000000000000), 0}, MIN / 2, 0x8a034000},
    /* tiny before rounding although the result is the least normal number */
    {INSN_fmul, {MIN * 2 - 1, 0, UINT64_C(0x3fe0000000000000), 0}, MIN, 0x8a064000},
    {INSN_fmul, {MIN * 2 - 1, 0, UINT64_C(0x3fe0000000000000), 4}, 0, 0x8a022004},
    /* single: one rounding only; 1 + 2^-24 + 2^-60 is above the middle */
    {INSN_fadds,
     {UINT64_C(0x3ff0000010000000), UINT64_C(0x3c30000000000000), 0, 0},
     UINT64_C(0x3ff0000020000000),
     0x82064000},
    {INSN_fadds,
     {UINT64_C(0x3ff0000010000000), UINT64_C(0xbc30000000000000), 0, 0},
     UINT64_C(0x3ff0000000000000),
     0x82024000},
    {INSN_frsp,
     {0, UINT64_C(0x47f0000000000000), 0, 0x40},
     UINT64_C(0x3bf0000000000000),
     0xd0004040},
    {INSN_frsp, {0, UINT64_C(0x3690000000000001), 0, 0}, UINT64_C(0x36a0000000000000), 0x8a074000},
    {INSN_frsp, {0, UINT64_C(0x7ff0000000000001), 0, 0}, UINT64_C(0x7ff8000000000000), 0xa1011000},
    /* conversions: saturation, FPRF untouched, minus zero */
    {INSN_fctiw, {0, UINT64_C(0x41dfffffffe00000), 0, 0}, UINT64_C(0xfff800007fffffff), 0xa0000100},
    {INSN_fctiwz,
     {0, UINT64_C(0x41dfffffffe00000), 0, 0},
     UINT64_C(0xfff800007fffffff),
     0x82020000},
    {INSN_fctiw, {0, INF | FP_SIGN, 0, 0}, UINT64_C(0xfff8000080000000), 0xa0000100},
    {INSN_fctiw, {0, QNAN1, 0, 0}, UINT64_C(0xfff8000080000000), 0xa0000100},
    {INSN_fctiw, {0, SNAN1, 0, 0x80}, KEPT, 0xe1000180},
    {INSN_fctiw,
     {0, UINT64_C(0x3fe0000000000000), 0, 0x5000},
     UINT64_C(0xfff8000000000000),
     0x82025000},
    {INSN_fctiw, {0, UINT64_C(0xbfe0000000000000), 0, 0}, UINT64_C(0xfff8000100000000), 0x82020000},
    {INSN_fctiw, {0, UINT64_C(0xbfe0000000000000), 0, 3}, UINT64_C(0xfff80000ffffffff), 0x82060003},
    {INSN_fctiwz, {0, UINT64_C(0xc1e0000000000000), 0, 0}, UINT64_C(0xfff8000080000000), 0},
    /* FX rises only with a new exception bit */
    {INSN_fdiv, {ONE, 0, 0, 0x04000000}, INF, 0x04005000},
    {INSN_frsqrte, {0, FP_SIGN | ONE, 0, 0}, SOFTFP_QNAN, 0xa0011200},
    {INSN_frsqrte, {0, FP_SIGN, 0, 0}, FP_SIGN | INF, 0x84009000},
    {INSN_frsqrte, {0, INF, 0, 0}, 0, 0x00002000},
    {INSN_fres, {0, FP_SIGN, 0, 0}, FP_SIGN | INF, 0x84009000},
};

START_TEST(one_case)
{
    struct result r = run_one(cases[_i].id, 0, 0, cases[_i].in);
    ck_assert_msg(r.r == cases[_i].r && r.fpscr == cases[_i].fpscr,
                  "%s: got %016lx %08x want %016lx %08x", insn_table[cases[_i].id].name, (long)r.r,
                  r.fpscr, (long)cases[_i].r, cases[_i].fpscr);
    ck_assert_int_eq(r.sem, SEM_NEXT);
}
END_TEST

START_TEST(enabled_exceptions_trap)
{
    struct regs zx = {ONE, 0, 0, FPSCR_ZE};
    struct result r = run_one(INSN_fdiv, SEM_RC, MSR_FE0, zx);
    ck_assert_int_eq(r.sem, SEM_FAULT);
    ck_assert_uint_eq(r.vector, VEC_PROGRAM);
    ck_assert_uint_eq(r.r, KEPT);
    ck_assert_uint_eq(r.cr1, 12); /* FX FEX */
    struct regs xx = {ONE, 0, UINT64_C(0x3fb999999999999a), FPSCR_XE};
    xx.a = xx.m;
    r = run_one(INSN_fmul, 0, MSR_FE1, xx);
    ck_assert_int_eq(r.sem, SEM_FAULT);
    ck_assert_uint_ne(r.r, KEPT); /* inexact: the result is delivered */
    xx.m = ONE;
    r = run_one(INSN_fmul, 0, MSR_FE1, xx);
    ck_assert_int_eq(r.sem, SEM_NEXT);
}
END_TEST

static enum sem with_slot(struct ppc_cpu *c, enum insn_id id, unsigned v, struct slot s)
{
    return run_exact(c, id, &s, v);
}

START_TEST(moves_to_and_from_fpscr)
{
    struct ppc_cpu *c = new_cpu();
    c->fpr[2] = UINT64_C(0x12345678ffffffff);
    with_slot(c, INSN_mtfsf, 0, (struct slot){.imm = 0xff, .b = 2});
    with_slot(c, INSN_mffs, 0, (struct slot){.d = 5});
    ck_assert_uint_eq(c->fpr[5], UINT64_C(0xfff80000fffff7ff)); /* bit 20 is reserved */
    c->fpr[2] = 0;
    with_slot(c, INSN_mtfsf, 0, (struct slot){.imm = 0x80, .b = 2}); /* FX and OX only */
    ck_assert_uint_eq(fpu_get_fpscr(c), 0x6ffff7ff);
    with_slot(c, INSN_mcrfs, 0, (struct slot){.d = 3, .a = 1});
    ck_assert_uint_eq(cr_get_field(c, 3), 15);
    ck_assert_uint_eq(fpu_get_fpscr(c), 0x60fff7ff); /* UX ZX XX VXSNAN gone */
    with_slot(c, INSN_mcrfs, 0, (struct slot){.d = 3, .a = 3});
    ck_assert_uint_eq(fpu_get_fpscr(c), 0x60f7f7ff); /* VXVC, but not FR FI C */
    with_slot(c, INSN_mcrfs, 0, (struct slot){.d = 3, .a = 2});
    with_slot(c, INSN_mcrfs, 0, (struct slot){.d = 3, .a = 5});
    ck_assert_uint_eq(fpu_get_fpscr(c), 0x0007f0ff); /* VX and FEX follow */
    with_slot(c, INSN_mtfsfi, SEM_RC, (struct slot){.d = 7, .imm = 2});
    ck_assert_uint_eq(fpu_get_fpscr(c), 0x0007f0f2);
    with_slot(c, INSN_mtfsb1, SEM_RC, (struct slot){.d = 21}); /* VXSOFT raises FX VX FEX */
    ck_assert_uint_eq(fpu_get_fpscr(c), 0xe007f4f2);
    ck_assert_uint_eq(cr_get_field(c, 1), 14);
    with_slot(c, INSN_mtfsb0, 0, (struct slot){.d = 2}); /* VX cannot be cleared alone */
    ck_assert_uint_eq(fpu_get_fpscr(c), 0xe007f4f2);
    with_slot(c, INSN_mtfsb0, 0, (struct slot){.d = 21});
    ck_assert_uint_eq(fpu_get_fpscr(c), 0x8007f0f2);
    with_slot(c, INSN_mtfsfi, 0, (struct slot){.d = 1, .imm = 4}); /* mtfsfi does not touch FX */
    ck_assert_uint_eq(fpu_get_fpscr(c), 0xc407f0f2);
    c->msr |= MSR_FE1;
    ck_assert_int_eq(with_slot(c, INSN_mtfsfi, 0, (struct slot){.d = 1, .imm = 4}), SEM_FAULT);
    free(c);
}
END_TEST

START_TEST(compares)
{
    static const struct {
        enum insn_id id;
        uint64_t a, b;
        uint32_t in, fpscr;
        unsigned cc;
    } t[] = {
        {INSN_fcmpu, 0, FP_SIGN, 0x00071000, 0x00072000, CR_EQ}, /* C, FR, FI stay */
        {INSN_fcmpu, ONE, QNAN1, 0, 0x00001000, CR_SO},
        {INSN_fcmpu, SNAN1, ONE, 0, 0xa1001000, CR_SO},
        {INSN_fcmpo, ONE, QNAN1, 0, 0xa0081000, CR_SO},
        {INSN_fcmpo, SNAN1, QNAN1, 0, 0xa1081000, CR_SO},
        {INSN_fcmpo, SNAN1, QNAN1, 0x80, 0xe1001080, CR_SO}, /* VE: no VXVC beside VXSNAN */
        {INSN_fcmpo, INF, MAX, 0, 0x00004000, CR_GT},
        {INSN_fcmpo, 1, 2, 4, 0x00008004, CR_LT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
        struct ppc_cpu *c = new_cpu();
        fpu_set_fpscr(c, t[i].in);
        c->fpr[1] = t[i].a;
        c->fpr[2] = t[i].b;
        with_slot(c, t[i].id, 0, (struct slot){.d = 6, .a = 1, .b = 2});
        ck_assert_uint_eq(fpu_get_fpscr(c), t[i].fpscr);
        ck_assert_uint_eq(cr_get_field(c, 6), t[i].cc);
        free(c);
    }
}
END_TEST

/* Value of a single by its definition, as a double made with integers only. */
static uint64_t single_by_definition(uint32_t w)
{
    uint64_t sign = (uint64_t)(w >> 31) << 63;
    unsigned e = w >> 23 & 255;
    uint64_t m = w & 0x7fffff;
    if (e == 255) return sign | UINT64_C(0x7ff0000000000000) | m << 29;
    if (e) return sign | (uint64_t)(e + 896) << 52 | m << 29;
    if (!m) return sign;
    for (e = 897; !(m & 0x800000); e--) m <<= 1;
    return sign | (uint64_t)e << 52 | (m & 0x7fffff) << 29;
}

START_TEST(single_loads_and_stores)
{
    struct ppc_cpu *c = new_cpu();
    struct slot s = {.d = 1, .a = 32, .imm = 8};
    uint64_t st = 77;
    for (int i = 0; i < 3000000; i++) {
        uint32_t w = (uint32_t)rnd(&st);
        if (i & 1) w &= 0x807fffff | (rnd(&st) & 1 ? 0x7f800000 : 0);
        if (i & 2) w |= rnd(&st) & 3 ? 0 : 0x7f800000;
        put_be32(cell, w);
        sem_lfs(c, &s, 0);
        memset(cell, 0, sizeof cell);
        if (sem_stfs(c, &s, 0) == SEM_FAULT) put_be32(cell, fp_to_single(c->fpr[1]));
        if (c->fpr[1] != single_by_definition(w) || get_be32(cell) != w) ck_abort_msg("%08x", w);
    }
    c->fpr[1] = UINT64_C(0x36a0000000000000); /* 2^-149 */
    ck_assert_int_eq(sem_stfs(c, &s, 0), SEM_FAULT);
    ck_assert_uint_eq(fp_to_single(c->fpr[1]), 1);
    c->fpr[1] = UINT64_C(0x123456789abcdef0);
    sem_stfd(c, &s, 0);
    ck_assert_uint_eq(get_be64(cell), UINT64_C(0x123456789abcdef0));
    c->fpr[1] = 0;
    sem_lfd(c, &s, 0);
    ck_assert_uint_eq(c->fpr[1], UINT64_C(0x123456789abcdef0));
    sem_stfiwx(c, &s, 0);
    ck_assert_uint_eq(get_be32(cell), 0x9abcdef0);
    for (s.imm = 1; s.imm < 4; s.imm++) { /* not word-aligned: for the portable glue */
        ck_assert_int_eq(sem_lfd(c, &s, 0), SEM_FAULT);
        ck_assert_int_eq(sem_stfd(c, &s, 0), SEM_FAULT);
    }
    free(c);
}
END_TEST

/* PEM 8: fres within 1/256, frsqrte within 1/32 of the true value; all models. */
START_TEST(estimates_are_close)
{
    static const unsigned features[] = {0, PPC_F_750, PPC_F_74XX, PPC_F_74XX | PPC_F_745X};
    uint64_t st = 3;
    for (int i = 0; i < 200000; i++) {
        uint64_t b = (rnd(&st) & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3f00000000000000) |
                     (rnd(&st) & 0x1f) << 52;
        double x = fp_double(b);
        unsigned f = features[i & 3];
        double res = fp_double(fpu_res(b, f, 0).bits), root = fp_double(fpu_rsqrte(b, f).bits);
        if (!(res * x > 1 - 1 / 256.0 && res * x < 1 + 1 / 256.0)) ck_abort_msg("fres %a", x);
        if (!(root * root * x > 1 - 1 / 16.0 && root * root * x < 1 + 1 / 16.0))
            ck_abort_msg("frsqrte %a", x);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fpu");
    TCase *tc = tcase_create("fpu");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, fast_and_exact_agree, 0, 6);
    tcase_add_test(tc, fast_and_exact_agree_without_fma);
    tcase_add_test(tc, refused_means_untouched);
    tcase_add_loop_test(tc, one_case, 0, ARRAY_SIZE(cases));
    tcase_add_test(tc, enabled_exceptions_trap);
    tcase_add_test(tc, moves_to_and_from_fpscr);
    tcase_add_test(tc, compares);
    tcase_add_test(tc, single_loads_and_stores);
    tcase_add_test(tc, estimates_are_close);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
