/*
 * Breakpoints and watchpoints of the CPU (cpu/debug.h) on both glues: where they stop, what they do not
 * stop, and that a run with a point set is not a slow one.
 */
#include <time.h>

#include "tests/unit/cpu_fixture.h"

static struct rig r;
static struct ppc_debug d;

#define DATA 0x2000u

static void begin(int i)
{
    rig_init(&r, "7457", i ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST);
    rig_stop_at_vectors(&r);
    ppc_set_msr(r.cpu, MSR_FP | MSR_VEC | MSR_ME);
    memset(&d, 0, sizeof d);
}

static void point(uint64_t at, uint64_t len, bool exec, bool load, bool store)
{
    d.point[d.n++] = (struct ppc_debug_point){at, len, exec, load, store};
    ppc_set_debug(r.cpu, &d);
}

static void none(void)
{
    d.n = 0;
    ppc_set_debug(r.cpu, NULL);
}

/* li r3,0; 1: addi r3,r3,1; cmpwi r3,N; bne 1b; nop; b . */
static void count_to(uint32_t n)
{
    const uint32_t code[] = {0x38600000, 0x38630001, 0x2c030000 | n, 0x4082fff8, 0x60000000, 0x48000000};
    rig_code(&r, code, ARRAY_SIZE(code));
}

#define STOPS_AT(at)                                                                               \
    do {                                                                                           \
        ck_assert_int_eq(ppc_run(r.cpu, 100000), PPC_STOP_DEBUG);                                  \
        ck_assert_uint_eq(ppc_pc(r.cpu), at);                                                      \
    } while (0)

START_TEST(test_breakpoints)
{
    begin(_i);
    count_to(5);
    /* inside the loop, where two instructions may be fused: first and second of the pair */
    point(CODE_AT + 8, 4, true, false, false);
    for (unsigned n = 1; n <= 5; n++) {
        uint64_t before = ppc_insns(r.cpu);
        STOPS_AT(CODE_AT + 8);
        ck_assert_uint_eq(r.cpu->gpr[3], n);
        ck_assert_uint_eq(ppc_insns(r.cpu) - before, 2); /* the stop itself is no instruction */
        ck_assert_int_eq(ppc_run(r.cpu, 10), PPC_STOP_DEBUG); /* stays there */
        ck_assert_int_eq(ppc_step(r.cpu), PPC_STOP_BUDGET);   /* goes over it */
    }
    d.n = 0;
    point(CODE_AT + 12, 4, true, false, false);
    STOPS_AT(CODE_AT + 12);
    none();
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert_int_ne(ppc_run(r.cpu, 1000), PPC_STOP_DEBUG);
    ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT + 20);
    rig_free(&r);
}
END_TEST

/* The same offset in another page, an unmapped address, code that is written later. */
START_TEST(test_other_pages)
{
    begin(_i);
    count_to(5);
    point(CODE_AT + 0x1008, 4, true, false, false);
    point(0x70000004, 4, true, false, false);
    point(CODE_AT + 0x2000, 4, true, false, false);
    ck_assert_int_ne(ppc_run(r.cpu, 1000), PPC_STOP_DEBUG);
    ck_assert_uint_eq(r.cpu->gpr[3], 5);
    /* every form of instruction under a slot that is not the one: illegal, load, branch, sc */
    static const uint32_t words[] = {0x00000000, 0x80a40000, 0x48000008, 0x44000002};
    static const uint32_t goes[] = {0x700, CODE_AT + 12, CODE_AT + 16, 0xc00};
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        rig_poke(&r, CODE_AT + 8, words[i]);
        rig_poke(&r, CODE_AT + 12, INSN_STOP);
        rig_poke(&r, CODE_AT + 16, INSN_STOP);
        r.cpu->gpr[4] = DATA;
        ppc_set_pc(r.cpu, CODE_AT + 8);
        ck_assert(rig_run(&r, 100));
        ck_assert_uint_eq(ppc_pc(r.cpu) - 4, goes[i]);
    }
    rig_poke(&r, CODE_AT, 0x48002000); /* b CODE_AT + 2000 */
    rig_poke(&r, CODE_AT + 0x2000, 0x38600063);
    ppc_set_pc(r.cpu, CODE_AT);
    STOPS_AT(CODE_AT + 0x2000);
    rig_free(&r);
}
END_TEST

static const struct {
    uint32_t word;
    uint32_t at, len; /* watched: inside, and the bytes around are checked not to be */
    bool store;
} accesses[] = {
    {0x80a40008, DATA + 8, 4, false},  /* lwz r5,8(r4) */
    {0x88a40009, DATA + 9, 1, false},  /* lbz */
    {0xa0a4000a, DATA + 10, 2, false}, /* lhz */
    {0x80a40ffe, DATA + 0xffe, 4, false}, /* over the page's end */
    {0x90a40ffe, DATA + 0xffe, 4, true},
    {0x90a40010, DATA + 16, 4, true},  /* stw */
    {0x9804001f, DATA + 31, 1, true},  /* stb */
    {0x7ca4212e, 2 * DATA, 4, true},   /* stwx r5,r4,r4 */
    {0xc8240018, DATA + 24, 8, false}, /* lfd */
    {0xd8240018, DATA + 24, 8, true},  /* stfd */
    {0x7c0020ce, DATA, 16, false},     /* lvx v0,0,r4 */
    {0x7c0021ce, DATA, 16, true},      /* stvx */
    {0xbbc40020, DATA + 32, 8, false}, /* lmw r30 */
    {0xbfc40020, DATA + 32, 8, true},  /* stmw r30 */
    {0x7ca02028, DATA, 4, false},      /* lwarx */
    {0x7ca0212d, DATA, 4, true},       /* stwcx. */
    {0x7c0027ec, DATA, 32, true},      /* dcbz 0,r4 */
    {0x7ca454aa, DATA, 10, false},     /* lswi r5,r4,10 */
};

static bool watched_run(uint64_t at, uint64_t len, bool load, bool store)
{
    d.n = 0;
    d.hit = NULL;
    point(at, len, false, load, store);
    ppc_set_pc(r.cpu, CODE_AT);
    r.cpu->gpr[4] = DATA;
    enum ppc_stop stop = ppc_run(r.cpu, 100);
    if (stop != PPC_STOP_DEBUG) return false;
    ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT + 8);
    ck_assert_ptr_eq(d.hit, &d.point[0]);
    return true;
}

START_TEST(test_watchpoints)
{
    for (unsigned i = 0; i < ARRAY_SIZE(accesses); i++) {
        begin(_i);
        /* twice, so that the soft TLB would have it: nop; the access; b . */
        const uint32_t code[] = {0x60000000, accesses[i].word, 0x48000000};
        rig_code(&r, code, 3);
        r.cpu->gpr[4] = DATA;
        ck_assert_int_ne(ppc_run(r.cpu, 20), PPC_STOP_DEBUG);
        uint32_t at = accesses[i].at, len = accesses[i].len;
        bool st = accesses[i].store;
        const char *why = "access %u at %x";
        for (unsigned k = 0; k < len; k++)
            ck_assert_msg(watched_run(at + k, 1, !st, st), why, i, at + k);
        ck_assert_uint_eq(d.hit_at, at + len - 1);
        ck_assert_msg(watched_run(at - 4, 64, true, true), why, i, at);
        ck_assert_uint_eq(d.hit_at, at);
        ck_assert_msg(watched_run(at, len, true, true), why, i, at);
        ck_assert_msg(!watched_run(at, len, st, !st), why, i, at);
        ck_assert_msg(!watched_run(at - 8, 8, true, true), why, i, at);
        ck_assert_msg(!watched_run(at + len, 8, true, true), why, i, at);
        rig_free(&r);
    }
}
END_TEST

/* An access that faults touches nothing. */
START_TEST(test_fault_is_no_hit)
{
    begin(_i);
    const uint32_t code[] = {0x60000000, 0x80a40008, 0x48000000};
    rig_code(&r, code, 3);
    r.cpu->gpr[4] = DATA;
    point(DATA + 8, 4, false, true, true);
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR); /* no BAT, no page table: DSI */
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu) - 4, 0x300);
    ck_assert_ptr_null(d.hit);
    rig_free(&r);
}
END_TEST

static double seconds(void)
{
    double best = 1e9;
    for (unsigned i = 0; i < 5; i++) {
        clock_t start = clock();
        ppc_set_pc(r.cpu, CODE_AT + 4);
        ck_assert_int_eq(ppc_run(r.cpu, 4000000), PPC_STOP_BUDGET);
        double took = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (took < best) best = took;
    }
    return best;
}

/* One instruction at a time costs fifty times as much and more. */
START_TEST(test_full_speed)
{
    begin(_i);
    /* 1: addi r3,r3,1; lwz r5,8(r4); stw r5,12(r4); b 1b */
    const uint32_t code[] = {0x60000000, 0x38630001, 0x80a40008, 0x90a4000c, 0x4bfffff4};
    rig_code(&r, code, ARRAY_SIZE(code));
    r.cpu->gpr[4] = DATA;
    double plain = seconds();
    point(CODE_AT, 4, true, false, false);
    point(DATA + 0x1000, 4, false, true, true);
    double with = seconds();
    ck_assert_msg(with < 3 * plain, "%.4f s with points, %.4f s without", with, plain);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("debug");
    TCase *tc = tcase_create("debug");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_breakpoints, 0, 2);
    tcase_add_loop_test(tc, test_other_pages, 0, 2);
    tcase_add_loop_test(tc, test_watchpoints, 0, 2);
    tcase_add_loop_test(tc, test_fault_is_no_hit, 0, 2);
    tcase_add_loop_test(tc, test_full_speed, 0, 2);
    suite_add_tcase(s, tc);
    return rig_main(s);
}
