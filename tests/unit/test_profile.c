/*
 * The counting loop (PPC_GLUE_PROFILE): what a short program executed comes out as handlers, pairs and
 * straight runs under the names of the threaded core, and the guest sees no difference.
 */
#include "tests/unit/cpu_fixture.h"

#include "cpu/profile.h"

static struct rig r;
static char *text;

static void report(void)
{
    size_t size;
    free(text);
    FILE *to = open_memstream(&text, &size);
    ppc_profile_print(r.cpu, to);
    fclose(to);
}

static bool has(const char *line)
{
    const char *at = strstr(text, line);
    size_t len = strlen(line);
    return at && (at == text || at[-1] == '\n') && (at[len] == ' ' || at[len] == '\n');
}

static const uint32_t loop[] = {
    0x3860000a, /* li    r3,10 */
    0x38800000, /* li    r4,0 */
    0x7c841a14, /* add   r4,r4,r3 */
    0x2c040019, /* cmpwi r4,25 */
    0x3463ffff, /* addic. r3,r3,-1 */
    0x4082fff4, /* bne   -12 */
    0x7c0802a6, /* mflr  r0 */
    INSN_STOP,
};

static void run(void)
{
    rig_init(&r, "7457", PPC_GLUE_PROFILE);
    rig_code(&r, loop, ARRAY_SIZE(loop));
    ck_assert(rig_run(&r, 1000));
}

START_TEST(test_counts)
{
    run();
    ck_assert_uint_eq(r.cpu->gpr[4], 55);
    ck_assert_uint_eq(ppc_insns(r.cpu), 2 + 10 * 4 + 2);
    report();
    ck_assert(has("profile 44 instructions, 0 in runs not kept"));
    ck_assert(has("op li_0 F 2"));
    ck_assert(has("op add_0 F 10"));
    ck_assert(has("op bc_f_eq_0 B 10"));
    ck_assert(has("op mflr_0 F 1"));
    ck_assert(has("op sc_0 S 1"));
    ck_assert(has("pair add_0 cmpi_0 10"));
    ck_assert(has("pair bc_f_eq_0 mflr_0 1"));
    ck_assert(!strstr(text, "pair bc_f_eq_0 add_0")); /* the branch was taken: no neighbours */
    ck_assert(has("run 1 li_0 li_0 add_0 cmpi_0 addic_rc_0 bc_f_eq_0"));
    ck_assert(has("run 8 add_0 cmpi_0 addic_rc_0 bc_f_eq_0"));
    ck_assert(has("run 1 add_0 cmpi_0 addic_rc_0 bc_f_eq_0 mflr_0 sc_0"));
    ck_assert(!strcmp(text + strlen(text) - 4, "end\n"));
    rig_free(&r);
}
END_TEST

START_TEST(test_reset_and_others)
{
    run();
    ppc_profile_reset(r.cpu);
    report();
    ck_assert_str_eq(text, "profile 0 instructions, 0 in runs not kept\nend\n");
    rig_free(&r);
    rig_init(&r, "7457", PPC_GLUE_BEST); /* counts nothing and says nothing */
    ppc_profile_reset(r.cpu);
    report();
    ck_assert_str_eq(text, "");
    rig_free(&r);
}
END_TEST

/* Every line of cpu/spec.def with its condition true and not: li and addi, lis and addis, mr and or; then with CR0 = 0
 * and CR1 = 15 bt and bf of each bit to the next instruction and out of the page (not taken); bdnz both ways; blr,
 * bctr, bctrl, blrl, btlr, btctr behind bcl, mflr, addi, mtlr or mtctr; the same untaken; XER, CTR, VRSAVE. */
static const uint32_t specialised[] = {
    0x38600005, 0x38630005, 0x3cc00001, 0x3cc60001, 0x7c641b78, 0x7c642b78, 0x38e00f00, 0x3ce00f00,
    0x7ceff120, 0x41800004, 0x41804000, 0x40840004, 0x40844000, 0x41810004, 0x41814000, 0x40850004,
    0x40854000, 0x41820004, 0x41824000, 0x40860004, 0x40864000, 0x41830004, 0x41834000, 0x40870004,
    0x40874000, 0x39000001, 0x7d0903a6, 0x42004000, 0x7c6903a6, 0x42000004, 0x41000004, 0x42800004,
    0x429f0005, 0x429f0005, 0x7ca802a6, 0x38a50010, 0x7ca803a6, 0x4e800020, 0x429f0005, 0x7ca802a6,
    0x38a50010, 0x7ca903a6, 0x4e800420, 0x429f0005, 0x7ca802a6, 0x38a50010, 0x7ca903a6, 0x4e800421,
    0x429f0005, 0x7ca802a6, 0x38a50010, 0x7ca803a6, 0x4e800021, 0x429f0005, 0x7ca802a6, 0x38a50010,
    0x7ca803a6, 0x4d840020, 0x429f0005, 0x7ca802a6, 0x38a50010, 0x7ca903a6, 0x4d840420, 0x4d800020,
    0x4d800420, 0x7d2102a6, 0x7d2103a6, 0x7d2902a6, 0x7d2903a6, 0x7d2042a6, 0x7d2043a6, 0x48000004,
};

START_TEST(test_specialised)
{
    static const char *const ops[] = {
        "li_0 F", "addi_0 F", "lis_0 F", "addis_0 F", "mr_0 F", "or_0 F", "bc_t_lt_0 B", "bc_t_gt_0 B", "bc_t_eq_0 B",
        "bc_f_lt_0 B", "bc_f_gt_0 B", "bc_f_eq_0 B", "far_bc_t_lt_0 B", "far_bc_t_gt_0 B", "far_bc_t_eq_0 B",
        "far_bc_f_lt_0 B", "far_bc_f_gt_0 B", "far_bc_f_eq_0 B", "bdnz_0 B", "far_bdnz_0 B", "bc_0 B", "far_bc_0 B",
        "blr_0 J", "bctr_0 J", "bctrl_1 J", "bclr_0 J", "bcctr_0 J", "bclr_1 J", "mflr_0 F", "mtlr_0 F", "mfctr_0 F",
        "mtctr_0 F", "mfxer_0 F", "mtxer_0 F", "mfspr_0 S", "mtspr_0 S",
    };
    rig_init(&r, "7457", PPC_GLUE_PROFILE);
    rig_code(&r, specialised, ARRAY_SIZE(specialised));
    ck_assert(rig_run(&r, 1000));
    ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT + 4 * ARRAY_SIZE(specialised) + 4);
    report();
    for (unsigned i = 0; i < ARRAY_SIZE(ops); i++) {
        char line[48];
        snprintf(line, sizeof line, "\nop %s ", ops[i]);
        ck_assert_msg(strstr(text, line) != NULL, "%s was not counted:\n%s", ops[i], text);
    }
    rig_free(&r);
}
END_TEST

/* A branch out of its page has a handler of its own, which no pair contains. */
START_TEST(test_far)
{
    static const uint32_t near_end[] = {0x48000008, 0, 0x60000000, INSN_STOP}; /* b +8 */
    rig_init(&r, "7457", PPC_GLUE_PROFILE);
    for (unsigned i = 0; i < ARRAY_SIZE(near_end); i++) {
        rig_poke(&r, CODE_AT + PAGE_SIZE - 8 + 4 * i, near_end[i]);
    }
    ppc_set_pc(r.cpu, CODE_AT + PAGE_SIZE - 8);
    ck_assert(rig_run(&r, 10));
    report();
    ck_assert(has("op far_b_0 B 1"));
    ck_assert(has("run 1 ori_0 sc_0"));
    rig_free(&r);
}
END_TEST

/* More different runs than there is room for: the rarest go, and the report says how many. */
START_TEST(test_room)
{
    struct profile *p = profile_new(64);
    uint64_t noted = 0;
    for (unsigned i = 0; i < 200000; i++) {
        for (unsigned k = 0; k < 18; k += 3, noted++) profile_note(p, (i >> k & 7) + 8 * (k / 3 & 1));
        profile_end_run(p);
    }
    uint64_t ops = 0;
    for (unsigned k = 0; k < 64; k++) ops += p->ops[k];
    ck_assert_uint_eq(ops, noted);
    ck_assert_uint_gt(p->lost, noted / 2);
    ck_assert_uint_lt(p->lost, noted);
    profile_free(p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("profile");
    TCase *t = tcase_create("profile");
    tcase_add_test(t, test_counts);
    tcase_add_test(t, test_reset_and_others);
    tcase_add_test(t, test_specialised);
    tcase_add_test(t, test_far);
    tcase_add_test(t, test_room);
    suite_add_tcase(s, t);
    int failed = rig_main(s);
    free(text);
    return failed;
}
