/*
 * Idle loops found from outside (cpu/rest.c), on both glues: which loops count as idle, that nothing
 * of the guest changes by standing still, and that an interrupt ends it.
 */
#include "tests/unit/cpu_fixture.h"

#define DATA_AT 0x20000u
#define DEVICE_AT 0x10000000u
#define OPEN 0x7d000124  /* mtmsr r8: EE on */
#define CLOSE 0x7ce00124 /* mtmsr r7: EE off */
#define LIMIT 100000u

static struct rig r;

static uint64_t device_read(void *dev, uint64_t off, unsigned size)
{
    (void)dev;
    (void)off;
    (void)size;
    return 0;
}

static void device_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)dev;
    (void)off;
    (void)size;
    (void)v;
}

static const struct mmio_ops device = {device_read, device_write, 4, true, "device"};

/* mtmsr EE=0; lwz r3,0(r4); stw r3,4(r4); what; mtmsr EE=1; b to the first */
static void loop_with(int i, const uint32_t what[2])
{
    const uint32_t code[] = {CLOSE, 0x80640000, 0x90640004, what[0], what[1], OPEN, 0x4bffffe8};
    rig_init(&r, "7457", i ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST);
    rig_stop_at_vectors(&r);
    rig_code(&r, code, ARRAY_SIZE(code));
    bus_add_mmio(r.bus, DEVICE_AT, 4096, 0, &device, NULL);
    r.cpu->rest.wanted = true;
    r.cpu->gpr[1] = DATA_AT + 0x1000;
    r.cpu->gpr[4] = DATA_AT;
    r.cpu->gpr[5] = DATA_AT + 0x100;
    r.cpu->gpr[6] = DEVICE_AT;
    r.cpu->gpr[7] = MSR_ME;
    r.cpu->gpr[8] = MSR_ME | MSR_EE;
    ppc_set_msr(r.cpu, MSR_ME);
    ppc_set_pc(r.cpu, CODE_AT);
}

/* Runs until the core rests; false when it has not after LIMIT instructions. */
static bool rests(void)
{
    uint64_t end = ppc_insns(r.cpu) + LIMIT;
    while (ppc_insns(r.cpu) < end) {
        enum ppc_stop stop = ppc_run(r.cpu, 8192);
        if (stop == PPC_STOP_REST) return true;
        ck_assert_int_eq(stop, PPC_STOP_BUDGET);
    }
    return false;
}

#define NOP 0x60000000

START_TEST(test_which_loops)
{
    static const struct {
        uint32_t what[2];
        bool idle;
        const char *about;
    } rows[] = {
        {{NOP, NOP}, true, "nothing but RAM"},
        {{0x38630001, 0x90640000}, true, "addi r3,r3,1; stw r3,0(r4): a count in memory"},
        {{0x7ca02028, 0x7ca0212d}, true, "lwarx r5,0,r4; stwcx. r5,0,r4"},
        {{0x7ca802a6, 0x7ca803a6}, true, "mflr r5; mtlr r5"},
        {{0x7cac42e6, NOP}, false, "mftb r5"},
        {{0x7cb602a6, NOP}, false, "mfdec r5"},
        {{0x3bff0001, NOP}, false, "addi r31,r31,1: a register that is kept"},
        {{0x38a50004, 0x80650000}, false, "addi r5,r5,4; lwz r3,0(r5): another address each turn"},
        {{0x38a50004, 0x90650000}, false, "addi r5,r5,4; stw r3,0(r5)"},
        {{0x80660000, NOP}, false, "lwz r3,0(r6): a device"},
        {{0x90660000, NOP}, false, "stw r3,0(r6): a device"},
        {{0x7c0004ac, 0x7c00fa64}, false, "sync; tlbie r31: not looked into"},
        {{0xfc21082a, NOP}, false, "fadd f1,f1,f1"},
    };
    for (unsigned k = 0; k < ARRAY_SIZE(rows); k++) {
        loop_with(_i, rows[k].what);
        if (rows[k].what[0] == 0xfc21082a) {
            r.cpu->gpr[7] |= MSR_FP;
            r.cpu->gpr[8] |= MSR_FP;
        }
        if (rests() != rows[k].idle) ck_abort_msg("%s: rests: %d", rows[k].about, !rows[k].idle);
        rig_free(&r);
    }
}
END_TEST

/* The loop that rests again and again is the loop that never did: same turns, same memory. */
START_TEST(test_nothing_is_skipped)
{
    static const uint32_t count[2] = {0x38630001, 0x90640000};
    loop_with(_i, count);
    for (unsigned n = 0; n < 500; n++) {
        uint64_t before = ppc_insns(r.cpu);
        ck_assert(rests());
        ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT + 24);
        if (n > 0) ck_assert_uint_le(ppc_insns(r.cpu) - before, 3 * 7); /* known by now */
    }
    /* 7 instructions a turn; it stands in front of the b */
    ck_assert_uint_eq((ppc_insns(r.cpu) + 1) % 7, 0);
    ck_assert_uint_eq(rig_peek(&r, DATA_AT), (ppc_insns(r.cpu) + 1) / 7);
    ck_assert_uint_eq(r.cpu->gpr[3], (ppc_insns(r.cpu) + 1) / 7);
    rig_free(&r);
}
END_TEST

START_TEST(test_interrupt)
{
    static const uint32_t nothing[2] = {NOP, NOP};
    loop_with(_i, nothing);
    ck_assert(rests());
    ck_assert(!ppc_wakes(r.cpu));
    ppc_set_line(r.cpu, PPC_LINE_EXT, true);
    ck_assert(ppc_wakes(r.cpu));
    ck_assert(rig_run(&r, 1000));
    ck_assert_uint_eq(ppc_pc(r.cpu), VEC_EXTERNAL + 4);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 24);
    rig_free(&r);
}
END_TEST

/* The code of a known loop changes: it does something else now and must not rest any more. */
START_TEST(test_other_code)
{
    static const uint32_t nothing[2] = {NOP, NOP};
    loop_with(_i, nothing);
    ck_assert(rests());
    ck_assert(rests());
    rig_poke(&r, CODE_AT + 12, 0x3bff0001); /* addi r31,r31,1 */
    ck_assert(!rests());
    rig_free(&r);
}
END_TEST

START_TEST(test_not_asked_for)
{
    static const uint32_t nothing[2] = {NOP, NOP};
    loop_with(_i, nothing);
    r.cpu->rest.wanted = false;
    ck_assert(!rests());
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rest");
    TCase *t = tcase_create("rest");
    tcase_add_loop_test(t, test_which_loops, 0, 2);
    tcase_add_loop_test(t, test_nothing_is_skipped, 0, 2);
    tcase_add_loop_test(t, test_interrupt, 0, 2);
    tcase_add_loop_test(t, test_other_code, 0, 2);
    tcase_add_loop_test(t, test_not_asked_for, 0, 2);
    suite_add_tcase(s, t);
    return rig_main(s);
}
