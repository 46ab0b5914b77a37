/*
 * The core's privileged side on both glues: vectors with SRR0/SRR1/DAR/DSISR, MSR after them, time
 * base and decrementer, SPR access rules, trace, self-modifying code, DMA and icbi, reservations,
 * devices seen in exact width and order.
 */
#include "tests/unit/cpu_fixture.h"

static struct rig r;

#define BOTH_GLUES(i) ((i) ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST)

/* Runs one word at CODE_AT with the current registers until a vector or the stop. Returns the pc of
 * the stop. */
static uint32_t run_word(uint32_t word)
{
    rig_code(&r, &word, 1);
    ppc_set_pc(r.cpu, CODE_AT);
    if (!rig_run(&r, 100)) ck_abort_msg("%08x: no stop", word);
    return (uint32_t)ppc_pc(r.cpu) - 4;
}

static void begin(const char *model, int i, uint32_t msr)
{
    rig_init(&r, model, BOTH_GLUES(i));
    rig_stop_at_vectors(&r);
    ppc_set_msr(r.cpu, msr);
}

START_TEST(test_program_reasons)
{
    static const struct {
        uint32_t word, msr, vector, srr1;
    } rows[] = {
        {0x00000000, MSR_ME, 0x700, PROGRAM_ILLEGAL},
        {0x7fe00008, MSR_ME, 0x700, PROGRAM_TRAP},              /* trap */
        {0x7c0000a6, MSR_ME | MSR_PR, 0x700, PROGRAM_PRIVILEGED}, /* mfmsr */
        {0x4c000064, MSR_ME | MSR_PR, 0x700, PROGRAM_PRIVILEGED}, /* rfi */
        {0x7c1a03a6, MSR_ME | MSR_PR, 0x700, PROGRAM_PRIVILEGED}, /* mtspr srr0 */
        {0x7c10f2a6, MSR_ME | MSR_PR, 0x700, PROGRAM_PRIVILEGED}, /* mfspr 976: no such one, but supervisor */
        {0x7c0542a6, MSR_ME | MSR_PR, 0x700, PROGRAM_ILLEGAL},  /* mfspr 261: user, does not exist */
        {0xfc00002a, MSR_ME, 0x800, 0},                         /* fadd */
        {0x10000484, MSR_ME | MSR_FP, 0xf20, 0},                /* vor */
        {0x44000002, MSR_ME, 0xc00, 0},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        begin("7457", _i, rows[i].msr);
        uint32_t at = run_word(rows[i].word);
        if (at != rows[i].vector) ck_abort_msg("%08x: vector %x, want %x", rows[i].word, at, rows[i].vector);
        bool sc = rows[i].vector == 0xc00;
        ck_assert_uint_eq(r.cpu->srr0, CODE_AT + (sc ? 4 : 0));
        ck_assert_uint_eq(r.cpu->srr1, rows[i].msr | rows[i].srr1);
        ck_assert_uint_eq(r.cpu->msr, MSR_ME);
        rig_free(&r);
    }
}
END_TEST

START_TEST(test_no_altivec_on_the_750)
{
    begin("750cxe", _i, MSR_ME | MSR_VEC);
    ck_assert_uint_eq(run_word(0x10000484), 0x700);
    ck_assert_uint_eq(r.cpu->srr1 & PROGRAM_ILLEGAL, PROGRAM_ILLEGAL);
    rig_free(&r);
}
END_TEST

/* PEM 6.4.6.1: DSISR tells the handler opcode and registers of the access. */
START_TEST(test_alignment)
{
    static const struct {
        uint32_t word, ea, dsisr;
    } rows[] = {
        {0xbba30001, 0x40001, 0x1c00 | 29 << 5 | 3}, /* lmw r29,1(r3): opcode 46 */
        {0xc8a30001, 0x40001, 0x2400 | 5 << 5 | 3},  /* lfd f5,1(r3): opcode 50 */
        {0x7c801828, 0x40000 + 1, 0 | 4 << 5 | 0},   /* lwarx r4,0,r3 with r3 odd */
    };
    begin("7457", _i, MSR_ME | MSR_FP);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        r.cpu->gpr[3] = rows[i].word >> 26 == 31 ? rows[i].ea : 0x40000;
        ppc_set_msr(r.cpu, MSR_ME | MSR_FP);
        ck_assert_uint_eq(run_word(rows[i].word), 0x600);
        ck_assert_uint_eq(r.cpu->dar, rows[i].ea);
        if (r.cpu->dsisr != rows[i].dsisr)
            ck_abort_msg("%08x: dsisr %08x, want %08x", rows[i].word, r.cpu->dsisr, rows[i].dsisr);
    }
    rig_free(&r);
}
END_TEST

START_TEST(test_dcbz_inhibited)
{
    begin("7457", _i, MSR_ME);
    spr_set(r.cpu, 536, 0x00000002 | 0x1ffc); /* DBAT0: 256 MiB at 0, WIMG = I G */
    spr_set(r.cpu, 537, 0x0000002a);
    r.cpu->gpr[3] = 0x40010;
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    ck_assert_uint_eq(run_word(0x7c001fec), 0x600);
    ck_assert_uint_eq(r.cpu->dar, 0x40010);
    rig_free(&r);
}
END_TEST

START_TEST(test_decrementer)
{
    begin("7457", _i, MSR_ME);
    static const uint32_t loop[] = {0x48000000}; /* b . */
    rig_code(&r, loop, 1);
    spr_set(r.cpu, 22, 100);
    ppc_set_pc(r.cpu, CODE_AT);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_int_eq(ppc_run(r.cpu, 100), PPC_STOP_BUDGET);
    ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT);
    r.now += 2000; /* 66 ticks */
    sched_run(&r.sched);
    ck_assert_int_eq(ppc_run(r.cpu, 100), PPC_STOP_BUDGET);
    ck_assert_uint_eq(spr_get(r.cpu, 22), 100 - 66);
    r.now += 2000;
    sched_run(&r.sched);
    ck_assert_int_eq((int)(int32_t)spr_get(r.cpu, 22), 100 - 133);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x904);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT);
    ck_assert_uint_eq(r.cpu->srr1, MSR_ME | MSR_EE);
    /* taken once: with EE on again nothing is pending */
    ppc_set_pc(r.cpu, CODE_AT);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_int_eq(ppc_run(r.cpu, 100), PPC_STOP_BUDGET);
    /* writing a negative number over a positive one signals at once */
    spr_set(r.cpu, 22, 5);
    spr_set(r.cpu, 22, 0xffffffff);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x904);
    rig_free(&r);
}
END_TEST

START_TEST(test_time_base)
{
    begin("7457", _i, MSR_ME);
    spr_set(r.cpu, 285, 0x12);
    spr_set(r.cpu, 284, 0xfffffff0);
    r.now += 1000000000;
    r.cpu->gpr[4] = 0;
    run_word(0x7c8d42a6); /* mftbu r4 */
    ck_assert_uint_eq(r.cpu->gpr[4], 0x13);
    run_word(0x7c8c42a6); /* mftb r4 */
    ck_assert_uint_eq(r.cpu->gpr[4], 0xfffffff0u + 33333333u);
    rig_free(&r);
}
END_TEST

START_TEST(test_external_level)
{
    begin("7457", _i, MSR_ME | MSR_EE);
    static const uint32_t loop[] = {0x60000000, 0x60000000};
    rig_code(&r, loop, 2);
    ppc_set_line(r.cpu, PPC_LINE_EXT, true);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x504);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT);
    ppc_set_line(r.cpu, PPC_LINE_EXT, false);
    ppc_set_pc(r.cpu, CODE_AT);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT + 12);
    rig_free(&r);
}
END_TEST

/* mtmsr that opens EE with a line up: the interrupt comes before the next instruction. */
START_TEST(test_interrupt_after_mtmsr)
{
    begin("7457", _i, MSR_ME);
    static const uint32_t code[] = {0x7c600124, 0x38800001}; /* mtmsr r3; li r4,1 */
    rig_code(&r, code, 2);
    r.cpu->gpr[3] = MSR_ME | MSR_EE;
    ppc_set_line(r.cpu, PPC_LINE_EXT, true);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x504);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 4);
    ck_assert_uint_eq(r.cpu->gpr[4], 0);
    rig_free(&r);
}
END_TEST

START_TEST(test_prefix_and_rfi)
{
    begin("7457", _i, MSR_ME);
    struct region *rom;
    struct error err = {""};
    ck_assert_int_eq(bus_add_ram(r.bus, "rom", 0xfff00000, 0x10000, RAM_RW, &rom, &err), 0);
    rig_poke(&r, 0xfff00700, INSN_STOP);
    ppc_set_msr(r.cpu, MSR_ME | MSR_IP);
    ck_assert_uint_eq(run_word(0), 0xfff00700);
    static const uint32_t rfi[] = {0x4c000064};
    rig_code(&r, rfi, 1);
    rig_poke(&r, 0x20000, INSN_STOP);
    r.cpu->srr0 = 0x20000;
    r.cpu->srr1 = 0x87c0ffff & ~(MSR_PR | MSR_IR | MSR_DR | MSR_LE | MSR_SE | MSR_BE);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x20004);
    ck_assert_uint_eq(r.cpu->msr & MSR_EE, MSR_EE);
    ck_assert_uint_eq(r.cpu->msr & MSR_ILE, 0);
    rig_free(&r);
}
END_TEST

START_TEST(test_trace)
{
    begin("7457", _i, MSR_ME | MSR_SE);
    ck_assert_uint_eq(run_word(0x38800007), 0xd00); /* li r4,7 */
    ck_assert_uint_eq(r.cpu->gpr[4], 7);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 4);
    rig_free(&r);
}
END_TEST

/* A loop that rewrites the instruction behind it, without icbi: as on a machine with snooping. */
START_TEST(test_self_modifying)
{
    begin("7457", _i, MSR_ME);
    static const uint32_t code[] = {
        0x38600000,             /* 0 li r3,0 */
        0x38e00040,             /* 4 li r7,64 */
        0x7ce903a6,             /* 8 mtctr r7 */
        0x38630001,             /* c addi r3,r3,1: rewritten to addi r3,r3,2 */
        0x90a60000,             /* 10 stw r5,0(r6) */
        0x4200fff8,             /* 14 bdnz c */
    };
    rig_code(&r, code, 6);
    r.cpu->gpr[5] = 0x38630002;
    r.cpu->gpr[6] = CODE_AT + 0xc;
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 1000));
    ck_assert_uint_eq(r.cpu->gpr[3], 1 + 63 * 2);
    rig_free(&r);
}
END_TEST

START_TEST(test_dma_into_code)
{
    begin("7457", _i, MSR_ME);
    for (uint32_t n = 0; n < 40; n++) {
        uint8_t be[4];
        put_be32(be, 0x38800000 | n); /* li r4,n */
        ck_assert_int_eq(bus_ram_write(r.bus, CODE_AT, be, 4), 0);
        rig_poke(&r, CODE_AT + 4, INSN_STOP);
        ppc_set_pc(r.cpu, CODE_AT);
        ck_assert(rig_run(&r, 10));
        ck_assert_uint_eq(r.cpu->gpr[4], n);
    }
    rig_free(&r);
}
END_TEST

START_TEST(test_reservation)
{
    begin("7457", _i, MSR_ME);
    static const uint32_t code[] = {
        0x7c801828, /* lwarx r4,0,r3 */
        0x7ca0192d, /* stwcx. r5,0,r3: succeeds */
        0x7cc00026, /* mfcr r6 */
        0x7ca0192d, /* stwcx. again: fails */
        0x7ce00026, /* mfcr r7 */
    };
    rig_code(&r, code, 5);
    r.cpu->gpr[3] = 0x40000;
    r.cpu->gpr[5] = 77;
    rig_poke(&r, 0x40000, 5);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(r.cpu->gpr[4], 5);
    ck_assert_uint_eq(rig_peek(&r, 0x40000), 77);
    ck_assert_uint_eq(r.cpu->gpr[6] >> 28, 2);
    ck_assert_uint_eq(r.cpu->gpr[7] >> 28, 0);
    rig_free(&r);
}
END_TEST

/* ---- a device that writes down what reaches it ---- */

static struct {
    uint64_t off[16], v[16];
    unsigned size[16], n;
    bool write[16];
} seen;

static uint64_t spy_read(void *dev, uint64_t off, unsigned size)
{
    (void)dev;
    seen.off[seen.n & 15] = off;
    seen.size[seen.n & 15] = size;
    seen.write[seen.n++ & 15] = false;
    return UINT64_C(0x8877665544332211) >> 8 * (off & 7);
}

static void spy_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)dev;
    seen.off[seen.n & 15] = off;
    seen.size[seen.n & 15] = size;
    seen.v[seen.n & 15] = v;
    seen.write[seen.n++ & 15] = true;
}

START_TEST(test_device_width_and_order)
{
    static const struct mmio_ops ops = {spy_read, spy_write, 4, false, "spy"};
    static const struct {
        uint32_t word;
        unsigned n, size;
        uint64_t off;
        bool write;
        uint32_t r4;
    } rows[] = {
        {0x88830001, 1, 1, 1, false, 0x22},       /* lbz r4,1(r3) */
        {0xa0830002, 1, 2, 2, false, 0x3344},     /* lhz r4,2(r3): little-endian register 0x4433 */
        {0x80830004, 1, 4, 4, false, 0x55667788}, /* lwz r4,4(r3) */
        {0x7c801c2c, 1, 4, 0, false, 0x44332211}, /* lwbrx r4,0,r3 */
        {0x98830005, 1, 1, 5, true, 0xa1b2c3d4},  /* stb */
        {0xb0830006, 1, 2, 6, true, 0xa1b2c3d4},  /* sth */
        {0x90830000, 1, 4, 0, true, 0xa1b2c3d4},  /* stw */
        {0xc8230000, 2, 4, 0, false, 0},          /* lfd f1: two words in order */
        {0x80830002, 4, 1, 2, false, 0x33445566}, /* unaligned: bytes in order */
    };
    begin("7457", _i, MSR_ME | MSR_FP);
    bus_add_mmio(r.bus, 0xf1000000, 0x10000, 0, &ops, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        memset(&seen, 0, sizeof seen);
        r.cpu->gpr[3] = 0xf1000000;
        r.cpu->gpr[4] = rows[i].write ? rows[i].r4 : 0;
        run_word(rows[i].word);
        if (seen.n != rows[i].n || seen.size[0] != rows[i].size || seen.off[0] != rows[i].off ||
            seen.write[0] != rows[i].write)
            ck_abort_msg("%08x: %u accesses, first %u bytes at %llx", rows[i].word, seen.n, seen.size[0],
                         (unsigned long long)seen.off[0]);
        for (unsigned k = 1; k < seen.n; k++) ck_assert_uint_eq(seen.off[k], rows[i].off + k * rows[i].size);
        if (!rows[i].write && rows[i].r4) ck_assert_uint_eq(r.cpu->gpr[4], rows[i].r4);
        if (rows[i].write && rows[i].size == 4) ck_assert_uint_eq(seen.v[0], 0xd4c3b2a1);
    }
    rig_free(&r);
}
END_TEST

/* SPRs of each model: reset values, read-only ones, self-clearing cache controls. */
START_TEST(test_sprs)
{
    begin("7457", _i, MSR_ME);
    r.cpu->gpr[3] = 0x80200000; /* L2E | L2I */
    run_word(0x7c79fba6);       /* mtspr 1017,r3 */
    run_word(0x7c99faa6);       /* mfspr r4,1017 */
    ck_assert_uint_eq(r.cpu->gpr[4], 0x80000000);
    run_word(0x7c9f42a6); /* mfpvr r4 */
    ck_assert_uint_eq(r.cpu->gpr[4], 0x80020102);
    r.cpu->gpr[3] = 0x12345678;
    run_word(0x7c7f43a6); /* mtspr 287: dropped */
    run_word(0x7c9f42a6);
    ck_assert_uint_eq(r.cpu->gpr[4], 0x80020102);
    ck_assert_uint_eq(run_word(0x7c9caaa6), CODE_AT + 4); /* mfspr 700: unknown, reads 0, no trap */
    ck_assert_uint_eq(r.cpu->gpr[4], 0);
    rig_free(&r);
}
END_TEST

/* A fetch from nowhere and a vector that faults itself must not hang the emulator. */
START_TEST(test_bad_fetch_is_bounded)
{
    begin("7457", _i, MSR_ME);
    ppc_set_pc(r.cpu, 0x90000000);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x204);
    ppc_set_msr(r.cpu, MSR_IR | MSR_ME);
    ppc_set_pc(r.cpu, 0x90000000); /* ISI, then real mode at 400 */
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x404);
    ppc_set_msr(r.cpu, MSR_IP | MSR_ME); /* vectors where nothing is: machine check, then checkstop */
    ppc_set_pc(r.cpu, 0x90000000);
    ck_assert_int_eq(ppc_run(r.cpu, 1000), PPC_STOP_CHECKSTOP);
    rig_free(&r);
}
END_TEST

/* Nap stops the clocks until an interrupt: MSR[POW] with HID0[NAP]. */
START_TEST(test_nap)
{
    begin("7457", _i, MSR_ME);
    static const uint32_t code[] = {0x7c600124}; /* mtmsr r3 */
    rig_code(&r, code, 1);
    spr_set(r.cpu, 1008, HID0_NAP);
    r.cpu->gpr[3] = MSR_ME | MSR_EE | MSR_POW;
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert_int_eq(ppc_run(r.cpu, 100), PPC_STOP_IDLE);
    ck_assert(ppc_idle(r.cpu));
    ppc_set_line(r.cpu, PPC_LINE_EXT, true);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x504);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 4);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core");
    TCase *t = tcase_create("both glues");
    tcase_set_timeout(t, 0);
    tcase_add_loop_test(t, test_program_reasons, 0, 2);
    tcase_add_loop_test(t, test_no_altivec_on_the_750, 0, 2);
    tcase_add_loop_test(t, test_alignment, 0, 2);
    tcase_add_loop_test(t, test_dcbz_inhibited, 0, 2);
    tcase_add_loop_test(t, test_decrementer, 0, 2);
    tcase_add_loop_test(t, test_time_base, 0, 2);
    tcase_add_loop_test(t, test_external_level, 0, 2);
    tcase_add_loop_test(t, test_interrupt_after_mtmsr, 0, 2);
    tcase_add_loop_test(t, test_prefix_and_rfi, 0, 2);
    tcase_add_loop_test(t, test_trace, 0, 2);
    tcase_add_loop_test(t, test_self_modifying, 0, 2);
    tcase_add_loop_test(t, test_dma_into_code, 0, 2);
    tcase_add_loop_test(t, test_reservation, 0, 2);
    tcase_add_loop_test(t, test_device_width_and_order, 0, 2);
    tcase_add_loop_test(t, test_sprs, 0, 2);
    tcase_add_loop_test(t, test_bad_fetch_is_bounded, 0, 2);
    tcase_add_loop_test(t, test_nap, 0, 2);
    suite_add_tcase(s, t);
    return rig_main(s);
}
