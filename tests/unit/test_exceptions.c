/*
 * Exceptions that few guests use, on both glues: breakpoints, performance monitor, thermal and system management
 * interrupts, software table search, dcbz and lwarx where the cache does not help, direct-store segments.
 * Manuals: MPC7400UM and MPC7450UM chapters 4, 5 and 11.
 */
#include "tests/unit/cpu_fixture.h"

static struct rig r;

#define BOTH_GLUES(i) ((i) ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST)
#define CACHES (HID0_ICE | HID0_DCE)
enum { NOP = 0x60000000, ISYNC = 0x4c00012c, DCBZ_R3 = 0x7c001fec, STW_R4_R3 = (int)0x90830000, LWZ_R5_R3 = (int)0x80a30000 };

static void begin(const char *model, int i, uint32_t msr)
{
    rig_init(&r, model, BOTH_GLUES(i));
    rig_stop_at_vectors(&r);
    ppc_set_msr(r.cpu, msr);
}

/* Runs n words at CODE_AT until a vector or the stop behind them; the pc of the stop. */
static uint32_t run_words(const uint32_t *words, unsigned n)
{
    rig_code(&r, words, n);
    ppc_set_pc(r.cpu, CODE_AT);
    if (!rig_run(&r, 1000)) ck_abort_msg("%08x: no stop", words[0]);
    return (uint32_t)ppc_pc(r.cpu) - 4;
}

static uint32_t run_word(uint32_t word) { return run_words(&word, 1); }
static uint32_t run_nops(unsigned n)
{
    uint32_t words[64];
    for (unsigned i = 0; i < n; i++) words[i] = NOP;
    return run_words(words, n);
}

/* ---- caches ---- */

START_TEST(test_dcbz_cache_off)
{
    begin("7457", _i, MSR_ME);
    r.cpu->gpr[3] = 0x40010;
    rig_poke(&r, 0x40000, 0x12345678);
    for (unsigned k = 0; k < 2; k++) { /* the second one finds the page in the soft TLB */
        ck_assert_uint_eq(run_word(DCBZ_R3), CODE_AT + 4);
        ck_assert_uint_eq(rig_peek(&r, 0x40000), 0);
    }
    static const uint32_t without[] = {HID0_ICE, 0, CACHES | HID0_DLOCK};
    for (unsigned k = 0; k < ARRAY_SIZE(without); k++) {
        rig_poke(&r, 0x40000, 0x12345678);
        ppc_set_msr(r.cpu, MSR_ME);
        spr_set(r.cpu, SPR_HID0, without[k]);
        ck_assert_uint_eq(run_word(DCBZ_R3), 0x600);
        ck_assert_uint_eq(r.cpu->dar, 0x40010);
        ck_assert_uint_eq(rig_peek(&r, 0x40000), 0x12345678);
        ck_assert_uint_eq(run_word(0x7c001dec), CODE_AT + 4); /* dcba does nothing */
        ck_assert_uint_eq(rig_peek(&r, 0x40000), 0x12345678);
    }
    spr_set(r.cpu, SPR_HID0, CACHES);
    ck_assert_uint_eq(run_word(DCBZ_R3), CODE_AT + 4);
    ck_assert_uint_eq(rig_peek(&r, 0x40000), 0);
    ck_assert_uint_eq(r.cpu->dcbz_checked, 0); /* it goes the short way again */
    rig_free(&r);
}
END_TEST

START_TEST(test_write_through)
{
    begin("7457", _i, MSR_ME);
    spr_set(r.cpu, 536, 0x00001ffe); /* DBAT0: 256 MiB at 0, WIMG = W M */
    spr_set(r.cpu, 537, 0x00000052);
    r.cpu->gpr[3] = 0x40000;
    static const uint32_t store_dcbz[] = {STW_R4_R3, STW_R4_R3, DCBZ_R3};
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    ck_assert_uint_eq(run_words(store_dcbz, 3), 0x600);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 8);
    static const struct {
        uint32_t word, dsisr;
    } rows[] = {{0x7ca01828, 0x04000000}, {0x7ca0192d, 0x06000000}}; /* lwarx, stwcx. */
    for (unsigned k = 0; k < 2; k++) {
        r.cpu->reserved = true;
        ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
        ck_assert_uint_eq(run_word(rows[k].word), 0x300);
        ck_assert_uint_eq(r.cpu->dsisr, rows[k].dsisr);
        ck_assert_uint_eq(r.cpu->dar, 0x40000);
    }
    rig_free(&r);
}
END_TEST

/* Every data access to a segment with T = 1 is a DSI with bit 5. */
START_TEST(test_direct_store)
{
    static const struct {
        uint32_t word, dsisr;
    } rows[] = {{LWZ_R5_R3, 0x04000000}, {(uint32_t)STW_R4_R3, 0x06000000}, {0xc8230000, 0x04000000}, {0xd0230000, 0x06000000}};
    for (unsigned k = 0; k < ARRAY_SIZE(rows); k++) {
        begin("7457", _i, MSR_ME);
        mmu_write_sr(r.cpu, 5, 0x80000000);
        r.cpu->gpr[3] = 0x50000100;
        ppc_set_msr(r.cpu, MSR_ME | MSR_DR | MSR_FP);
        ck_assert_uint_eq(run_word(rows[k].word), 0x300);
        ck_assert_uint_eq(r.cpu->dsisr, rows[k].dsisr);
        rig_free(&r);
    }
}
END_TEST

/* ---- breakpoints ---- */

START_TEST(test_dabr)
{
    begin("7457", _i, MSR_ME);
    r.cpu->gpr[3] = 0x40004;
    ck_assert_uint_eq(run_word(STW_R4_R3), CODE_AT + 4); /* the page is in the soft TLB now */
    spr_set(r.cpu, SPR_N_dabr, 0x40000 | 2);             /* stores, without translation */
    ck_assert_uint_eq(run_word(LWZ_R5_R3), CODE_AT + 4);
    ck_assert_uint_eq(run_word(STW_R4_R3), 0x300);
    ck_assert_uint_eq(r.cpu->dsisr, 0x02400000);
    ck_assert_uint_eq(r.cpu->dar, 0x40004);
    ppc_set_msr(r.cpu, MSR_ME);
    spr_set(r.cpu, SPR_N_dabr, 0x40000 | 4 | 2); /* BT = 1: with translation only */
    ck_assert_uint_eq(run_word(STW_R4_R3), CODE_AT + 4);
    rig_free(&r);
}
END_TEST

START_TEST(test_iabr)
{
    begin("7457", _i, MSR_ME);
    r.cpu->gpr[4] = 0;
    static const uint32_t code[] = {NOP, 0x38840001, 0x38840001}; /* addi r4,r4,1 twice */
    spr_set(r.cpu, SPR_N_iabr, (CODE_AT + 4) | IABR_BE);
    ck_assert_uint_eq(run_words(code, 3), 0x1300);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 4);
    ck_assert_uint_eq(r.cpu->srr1, MSR_ME);
    ck_assert_uint_eq(r.cpu->gpr[4], 0);
    spr_set(r.cpu, SPR_N_iabr, (CODE_AT + 4) | IABR_BE | IABR_TE); /* for translated addresses */
    ck_assert_uint_eq(run_words(code, 3), CODE_AT + 12);
    ck_assert_uint_eq(r.cpu->gpr[4], 2);
    spr_set(r.cpu, SPR_N_iabr, CODE_AT + 4);
    ck_assert_uint_eq(run_words(code, 3), CODE_AT + 12);
    rig_free(&r);
}
END_TEST

/* "Not taken on isync" (MPC7400UM table 4-2). */
START_TEST(test_trace_isync)
{
    begin("7457", _i, MSR_ME | MSR_SE);
    static const uint32_t code[] = {ISYNC, NOP};
    ck_assert_uint_eq(run_words(code, 2), 0xd00);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 8);
    rig_free(&r);
}
END_TEST

START_TEST(test_sc_reserved_bits)
{
    static const uint32_t words[] = {0x47fff002, 0x4400001e, 0x44000003, 0x47fff01f};
    for (unsigned k = 0; k < ARRAY_SIZE(words); k++) {
        begin("7457", _i, MSR_ME);
        ck_assert_uint_eq(run_word(words[k]), 0xc00);
        ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 4);
        rig_free(&r);
    }
}
END_TEST

/* ---- performance monitor ---- */

#define MMCR0_INSNS (2u << 6) /* PMC1SEL */
enum { FCS = 1 << 30, FCP = 1 << 29, FCM1 = 1 << 28, FCM0 = 1 << 27, PMXE = 1 << 26, FCECE = 1 << 25, PMC1CE = 1 << 15,
       PMCJCE = 1 << 14, TRIGGER = 1 << 13 };

START_TEST(test_pmc_counts)
{
    static const char *const models[] = {"7457", "7400", "750cxe"};
    static const uint32_t code[] = {NOP, NOP, NOP, NOP, NOP, 0x7c99eaa6, NOP, 0x7cb9eaa6, 0x7cdaeaa6}; /* mfspr r4, r5: pmc1; r6: pmc2 */
    for (unsigned k = 0; k < ARRAY_SIZE(models); k++) {
        begin(models[k], _i, MSR_ME);
        spr_set(r.cpu, SPR_N_mmcr0, MMCR0_INSNS | 1); /* PMC2: cycles */
        ck_assert_uint_eq(run_words(code, 9), CODE_AT + 36);
        ck_assert_uint_eq(r.cpu->gpr[4], 5);
        ck_assert_uint_eq(r.cpu->gpr[5], 7);
        ck_assert_uint_eq(r.cpu->gpr[6], 8);
        ck_assert_uint_eq(spr_get(r.cpu, SPR_N_upmc1), spr_get(r.cpu, SPR_N_pmc1));
        rig_free(&r);
    }
}
END_TEST

START_TEST(test_pmc_frozen)
{
    static const struct {
        uint32_t mmcr0, msr, counted;
    } rows[] = {
        {0x80000000, 0, 0}, {(uint32_t)FCS, 0, 0}, {(uint32_t)FCS, MSR_PR, 6}, {FCP, 0, 6}, {FCP, MSR_PR, 0},
        {FCM1, 0, 6}, {FCM1, MSR_PM, 0}, {FCM0, 0, 0}, {FCM0, MSR_PM, 6}, {0, MSR_PR | MSR_PM, 6},
    };
    for (unsigned k = 0; k < ARRAY_SIZE(rows); k++) {
        begin("7457", _i, MSR_ME);
        spr_set(r.cpu, SPR_N_mmcr0, rows[k].mmcr0 | MMCR0_INSNS);
        ppc_set_msr(r.cpu, MSR_ME | rows[k].msr);
        ck_assert_uint_eq(run_nops(5), CODE_AT + 20); /* and the stop */
        if (spr_get(r.cpu, SPR_N_pmc1) != rows[k].counted)
            ck_abort_msg("row %u: %lu", k, (unsigned long)spr_get(r.cpu, SPR_N_pmc1));
        rig_free(&r);
    }
}
END_TEST

START_TEST(test_pmc_interrupt)
{
    begin("7457", _i, MSR_ME);
    spr_set(r.cpu, SPR_N_pmc1, 0x80000000 - 10);
    spr_set(r.cpu, SPR_N_mmcr0, MMCR0_INSNS | PMXE | FCECE | PMC1CE);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_uint_eq(run_nops(40), 0xf00);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 40);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_siar), CODE_AT + 40);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_pmc1), 0x80000000);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_mmcr0), 0x80000000 | MMCR0_INSNS | FCECE | PMC1CE); /* PMXE 0, FC 1 */
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_uint_eq(run_nops(40), CODE_AT + 160);
    rig_free(&r);
}
END_TEST

/* EE = 0 keeps it waiting; PMC2 with PMCjCE; behind the external interrupt, before the decrementer. */
START_TEST(test_pmc_waits)
{
    begin("7457", _i, MSR_ME);
    static const uint32_t code[] = {NOP, NOP, NOP, NOP, 0x7c600124, NOP}; /* mtmsr r3 */
    r.cpu->gpr[3] = MSR_ME | MSR_EE;
    spr_set(r.cpu, SPR_N_pmc2, 0x7fffffff);
    spr_set(r.cpu, SPR_N_mmcr0, 2 | PMXE | PMCJCE); /* PMC2SEL */
    r.cpu->dec_pending = true;
    ck_assert_uint_eq(run_words(code, 6), 0xf00);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 20);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_siar), CODE_AT + 4);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_uint_eq(run_nops(2), 0x900);
    rig_free(&r);
}
END_TEST

/* PMC3 starts when PMC1 turns negative; nobody asked for an interrupt. */
START_TEST(test_pmc_trigger)
{
    begin("7457", _i, MSR_ME | MSR_EE);
    spr_set(r.cpu, SPR_N_mmcr1, 2u << 27);
    spr_set(r.cpu, SPR_N_pmc1, 0x7ffffffc);
    spr_set(r.cpu, SPR_N_mmcr0, MMCR0_INSNS | TRIGGER);
    ck_assert_uint_eq(run_nops(20), CODE_AT + 80);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_pmc1), 0x80000000 + 17);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_pmc3), 17);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_mmcr0), MMCR0_INSNS);
    rig_free(&r);
}
END_TEST

/* ---- interrupts of the chip's surroundings ---- */

START_TEST(test_smi)
{
    begin("7457", _i, MSR_ME);
    ppc_set_line(r.cpu, PPC_LINE_SMI, true);
    ppc_set_line(r.cpu, PPC_LINE_EXT, true);
    ck_assert_uint_eq(run_nops(2), CODE_AT + 8);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_uint_eq(run_nops(2), 0x1400);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT);
    ppc_set_line(r.cpu, PPC_LINE_SMI, false);
    ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
    ck_assert_uint_eq(run_nops(2), 0x500);
    rig_free(&r);
}
END_TEST

START_TEST(test_thermal)
{
    static const char *const models[] = {"750cxe", "7400"};
    enum { V = 1, TIE = 2, TID = 4 };
    for (unsigned k = 0; k < 2; k++) {
        begin(models[k], _i, MSR_ME | MSR_EE);
        spr_set(r.cpu, SPR_N_thrm3, 1);
        spr_set(r.cpu, SPR_N_thrm1, 90u << 23 | TIE | V); /* it is colder */
        ck_assert_uint_eq(run_nops(2), CODE_AT + 8);
        spr_set(r.cpu, SPR_N_thrm2, 20u << 23 | V); /* crossed, not enabled */
        ck_assert_uint_eq(run_nops(2), CODE_AT + 8);
        spr_set(r.cpu, SPR_N_thrm1, 90u << 23 | TID | TIE | V);
        ck_assert_uint_eq(run_nops(2), 0x1700);
        ck_assert_uint_eq(r.cpu->srr0, CODE_AT);
        spr_set(r.cpu, SPR_N_thrm3, 0);
        ppc_set_msr(r.cpu, MSR_ME | MSR_EE);
        ck_assert_uint_eq(run_nops(2), CODE_AT + 8);
        rig_free(&r);
    }
}
END_TEST

/* ---- software table search ---- */

enum { TLBLD_R6 = 0x7c0037a4, TLBLI_R6 = 0x7c0037e4, TLBIE_R6 = 0x7c003264 };

static void enter_tlb(uint32_t insn, uint32_t ea, uint32_t hi, uint32_t lo)
{
    ppc_set_msr(r.cpu, MSR_ME);
    spr_set(r.cpu, SPR_N_ptehi, hi);
    spr_set(r.cpu, SPR_N_ptelo, lo);
    r.cpu->gpr[6] = ea;
    ck_assert_uint_eq(run_word(insn), CODE_AT + 4);
}

static uint32_t run_with(uint32_t msr, uint32_t word)
{
    ppc_set_msr(r.cpu, MSR_ME | msr);
    return run_word(word);
}

START_TEST(test_software_table_search)
{
    begin("7457", _i, MSR_ME);
    spr_set(r.cpu, SPR_HID0, CACHES | HID0_STEN);
    mmu_write_sr(r.cpu, 7, 0x20000123); /* Kp */
    r.cpu->gpr[3] = 0x7c345678;
    r.cpu->gpr[4] = 0xabcd;
    ck_assert_uint_eq(run_with(MSR_DR, LWZ_R5_R3), 0x1100);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_tlbmiss) & ~1u, 0x7c345678);
    uint32_t hi = 0x80000000 | 0x123 << 7 | 0x30;
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_ptehi), hi);
    ck_assert_uint_eq(run_with(MSR_DR | MSR_PR, STW_R4_R3), 0x1200);
    ck_assert_uint_eq(r.cpu->srr1 & 1 << 19, 1 << 19); /* the key */

    rig_poke(&r, 0x100678, 0x11223344);
    enter_tlb(TLBLD_R6, 0x7c345000, hi, 0x00100000 | 2); /* C = 0 */
    ck_assert_uint_eq(run_with(MSR_DR, LWZ_R5_R3), CODE_AT + 4);
    ck_assert_uint_eq(r.cpu->gpr[5], 0x11223344);
    ck_assert_uint_eq(run_with(MSR_DR, STW_R4_R3), 0x1200); /* for software to set C */
    enter_tlb(TLBLD_R6, 0x7c345000, hi, 0x00100080 | 2);
    ck_assert_uint_eq(run_with(MSR_DR, STW_R4_R3), CODE_AT + 4);
    ck_assert_uint_eq(rig_peek(&r, 0x100678), 0xabcd);

    enter_tlb(TLBLD_R6, 0x7c345000, hi, 0x00100080); /* PP = 0: not with the key */
    ck_assert_uint_eq(run_with(MSR_DR | MSR_PR, LWZ_R5_R3), 0x300);
    ck_assert_uint_eq(r.cpu->dsisr, 0x08000000);

    /* the other way of the set, another segment's page and the same one by another VSID */
    enter_tlb(TLBLD_R6, 0x7c385001, 0x80000000 | 0x123 << 7 | 0x30, 0x00101080 | 2);
    ck_assert_uint_eq(run_with(MSR_DR, LWZ_R5_R3), CODE_AT + 4);
    ck_assert_uint_eq(r.cpu->gpr[5], 0xabcd);
    mmu_write_sr(r.cpu, 7, 0x124);
    ck_assert_uint_eq(run_with(MSR_DR, LWZ_R5_R3), 0x1100);
    mmu_write_sr(r.cpu, 7, 0x123);

    r.cpu->gpr[6] = 0x7c345000;
    ck_assert_uint_eq(run_with(0, TLBIE_R6), CODE_AT + 4);
    ck_assert_uint_eq(run_with(MSR_DR, LWZ_R5_R3), 0x1100);

    /* fetches: the code's own page */
    ck_assert_uint_eq(run_with(MSR_IR, NOP), 0x1000);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT);
    ck_assert_uint_eq(spr_get(r.cpu, SPR_N_tlbmiss) & ~1u, CODE_AT);
    enter_tlb(TLBLI_R6, CODE_AT, 0x80000000, CODE_AT | 2);
    ck_assert_uint_eq(run_with(MSR_IR, NOP), CODE_AT + 4);

    spr_set(r.cpu, SPR_HID0, CACHES); /* the chip searches again, and there is no table */
    ck_assert_uint_eq(run_with(MSR_DR, LWZ_R5_R3), 0x300);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("exceptions");
    TCase *t = tcase_create("both glues");
    tcase_set_timeout(t, 0);
    tcase_add_loop_test(t, test_dcbz_cache_off, 0, 2);
    tcase_add_loop_test(t, test_write_through, 0, 2);
    tcase_add_loop_test(t, test_direct_store, 0, 2);
    tcase_add_loop_test(t, test_dabr, 0, 2);
    tcase_add_loop_test(t, test_iabr, 0, 2);
    tcase_add_loop_test(t, test_trace_isync, 0, 2);
    tcase_add_loop_test(t, test_sc_reserved_bits, 0, 2);
    tcase_add_loop_test(t, test_pmc_counts, 0, 2);
    tcase_add_loop_test(t, test_pmc_frozen, 0, 2);
    tcase_add_loop_test(t, test_pmc_interrupt, 0, 2);
    tcase_add_loop_test(t, test_pmc_waits, 0, 2);
    tcase_add_loop_test(t, test_pmc_trigger, 0, 2);
    tcase_add_loop_test(t, test_smi, 0, 2);
    tcase_add_loop_test(t, test_thermal, 0, 2);
    tcase_add_loop_test(t, test_software_table_search, 0, 2);
    suite_add_tcase(s, t);
    return rig_main(s);
}
