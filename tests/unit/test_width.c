/*
 * The second width: what a 64-bit CPU does by MSR[SF] and what it does otherwise than a 32-bit one.
 * Every case runs on both glues. Expected values from PEM64 chapters 4 and 8.
 */
#define PPC_WIDTH 64
#include "tests/unit/cpu_fixture.h"

#define HIGH UINT64_C(0xdeadbeef00000000)
#define ONES UINT64_MAX
#define USER (MSR_ME | MSR_FP)

static const enum ppc_glue glues[] = {PPC_GLUE_BEST, PPC_GLUE_PORTABLE};

/* One instruction on r4, r5 (r3 before: old) with XER[CA] = ca. */
struct alu {
    const char *name;
    uint32_t word;
    uint64_t old, r4, r5;
    bool ca;
    uint64_t want64, want32; /* r3 with SF=1 and SF=0 */
    const char *flags64, *flags32; /* of "lgecvs": CR0 LT GT EQ, CA, OV, SO; others clear */
};

/* CR0 and XER as letters. */
static void flags(const struct ppc_cpu *c, char *to)
{
    unsigned cr0 = cr_get_field(c, 0);
    if (cr0 & CR_LT) *to++ = 'l';
    if (cr0 & CR_GT) *to++ = 'g';
    if (cr0 & CR_EQ) *to++ = 'e';
    if (c->xer_ca) *to++ = 'c';
    if (c->xer_ov) *to++ = 'v';
    if (c->xer_so) *to++ = 's';
    *to = 0;
}

#define XO(xo, oe, rc) (31u << 26 | 3u << 21 | 4u << 16 | 5u << 11 | (oe) << 10 | (xo) << 1 | (rc))
#define LOGIC(xo, rc) (31u << 26 | 4u << 21 | 3u << 16 | 5u << 11 | (xo) << 1 | (rc))
#define RLW(op, sh, mb, me, rc) ((op) << 26 | 4u << 21 | 3u << 16 | (sh) << 11 | (mb) << 6 | (me) << 1 | (rc))
#define MD(xo, sh, mb, rc)                                                                         \
    (30u << 26 | 4u << 21 | 3u << 16 | ((sh) & 31u) << 11 | ((mb) & 31u) << 6 | ((mb) >> 5) << 5 | \
     (xo) << 2 | ((sh) >> 5) << 1 | (rc))
#define MIN64 (UINT64_C(1) << 63)

static const struct alu alu[] = {
    {"addo. carries out of bit 32", XO(266, 1, 1), 0, 0x7fffffff, 1, 0, 0x80000000, 0x80000000, "g", "lvs"},
    {"addo. overflows at 64", XO(266, 1, 1), 0, MIN64 - 1, 1, 0, MIN64, MIN64, "lvs", "e"},
    {"addc", XO(10, 0, 1), 0, 0xffffffff, 1, 0, 0x100000000, 0x100000000, "g", "ec"},
    {"addc at 64", XO(10, 0, 1), 0, ONES, 1, 0, 0, 0, "ec", "ec"},
    {"addc ignores the upper half", XO(10, 0, 1), 0, ONES << 32, UINT64_C(1) << 32, 0, 0, 0, "ec", "e"},
    {"adde takes CA", XO(138, 0, 1), 0, 0xffffffff, 0, 1, 0x100000000, 0x100000000, "g", "ec"},
    {"adde all ones", XO(138, 0, 1), 0, ONES, ONES, 1, ONES, ONES, "lc", "lc"},
    {"subfc equal", XO(8, 0, 1), 0, 5, 5, 0, 0, 0, "ec", "ec"},
    {"subfc borrow in the low half", XO(8, 0, 1), 0, 1, UINT64_C(1) << 32, 0, 0xffffffff, 0xffffffff, "gc", "l"},
    {"subfo. most negative word", XO(40, 1, 1), 0, 1, 0x80000000, 0, 0x7fffffff, 0x7fffffff, "g", "gvs"},
    {"subfe", XO(136, 0, 1), 0, HIGH, HIGH, 0, ONES, ONES, "l", "l"},
    {"nego. of 80000000", XO(104, 1, 1) & ~0xf800u, 0, 0x80000000, 0, 0, 0xffffffff80000000, 0xffffffff80000000, "l", "lvs"},
    {"nego. of the least doubleword", XO(104, 1, 1) & ~0xf800u, 0, MIN64, 0, 0, MIN64, MIN64, "lvs", "e"},
    {"addme", XO(234, 0, 1) & ~0xf800u, 0, UINT64_C(1) << 32, 0, 0, 0xffffffff, 0xffffffff, "gc", "l"},
    {"addze", XO(202, 0, 1) & ~0xf800u, 0, 0xffffffff, 0, 1, 0x100000000, 0x100000000, "g", "ec"},
    {"mullwo.", XO(235, 1, 1), 0, HIGH | 0x10000, HIGH | 0x10000, 0, 0x100000000, 0x100000000, "gvs", "evs"},
    {"mulhwu", XO(11, 0, 0), 0, ONES, ONES, 0, 0xfffffffe, 0xfffffffe, "", ""},
    {"mulldo.", XO(233, 1, 1), 0, UINT64_C(1) << 32, UINT64_C(1) << 31, 0, MIN64, MIN64, "lvs", "evs"},
    {"mulldo. that fits", XO(233, 1, 1), 0, ONES, 3, 0, -UINT64_C(3), -UINT64_C(3), "l", "l"},
    {"mulhd", XO(73, 0, 1), 0, ONES, 2, 0, ONES, ONES, "l", "l"},
    {"mulhdu", XO(9, 0, 1), 0, ONES, ONES, 0, ONES - 1, ONES - 1, "l", "l"},
    {"divd", XO(489, 1, 1), 0, -UINT64_C(100), 7, 0, -UINT64_C(14), -UINT64_C(14), "l", "l"},
    {"divdu", XO(457, 1, 1), 0, ONES, 16, 0, ONES >> 4, ONES >> 4, "g", "l"},
    {"slw drops the upper half", LOGIC(24, 1), 0, HIGH | 0x80000001, 1, 0, 2, 2, "g", "g"},
    {"slw by 32", LOGIC(24, 1), 0, ONES, 32, 0, 0, 0, "e", "e"},
    {"srw", LOGIC(536, 1), 0, ONES, 4, 0, 0x0fffffff, 0x0fffffff, "g", "g"},
    {"sraw extends", LOGIC(792, 1), 0, 0x80000001, 1, 0, 0xffffffffc0000000, 0xffffffffc0000000, "lc", "lc"},
    {"sraw by 63", LOGIC(792, 1), 0, 0x80000000, 63, 0, ONES, ONES, "lc", "lc"},
    {"sld", LOGIC(27, 1), 0, 1, 63, 0, MIN64, MIN64, "l", "e"},
    {"sld by 64", LOGIC(27, 1), 0, ONES, 64, 0, 0, 0, "e", "e"},
    {"srd by 127", LOGIC(539, 1), 0, ONES, 127, 0, 0, 0, "e", "e"},
    {"srad loses no ones", LOGIC(794, 1), 0, MIN64, 63, 1, ONES, ONES, "l", "l"},
    {"srad by 64", LOGIC(794, 1), 0, MIN64, 64, 0, ONES, ONES, "lc", "lc"},
    {"srad positive by 64", LOGIC(794, 1), 0, 5, 64, 1, 0, 0, "e", "e"},
    {"extsb", LOGIC(954, 1) & ~0xf800u, 0, 0x80, 0, 0, 0xffffffffffffff80, 0xffffffffffffff80, "l", "l"},
    {"extsw", LOGIC(986, 1) & ~0xf800u, 0, 0x80000000, 0, 0, 0xffffffff80000000, 0xffffffff80000000, "l", "l"},
    {"cntlzw", LOGIC(26, 1) & ~0xf800u, 0, HIGH, 0, 0, 32, 32, "g", "g"},
    {"cntlzd", LOGIC(58, 1) & ~0xf800u, 0, 1, 0, 0, 63, 63, "g", "g"},
    {"cntlzd of 0", LOGIC(58, 1) & ~0xf800u, 0, 0, 0, 0, 64, 64, "g", "g"},
    {"rlwinm", RLW(21u, 8u, 0u, 31u, 1u), 0, HIGH | 0x12345678, 0, 0, 0x34567812, 0x34567812, "g", "g"},
    {"rlwinm that wraps", RLW(21u, 0u, 31u, 0u, 1u), 0, 0x80000001, 0, 0, 0x8000000180000001, 0x8000000180000001, "l", "l"},
    {"rlwinm wrapping over all", RLW(21u, 0u, 5u, 4u, 0u), 0, 7, 0, 0, 0x0000000700000007, 0x0000000700000007, "", ""},
    {"rlwimi keeps the upper half", RLW(20u, 0u, 0u, 15u, 0u), ONES, 0, 0, 0, 0xffffffff0000ffff, 0xffffffff0000ffff, "", ""},
    {"rldicl", MD(0u, 36u, 32u, 1u), 0, 0x0123456789abcdef, 0, 0, 0x12345678, 0x12345678, "g", "g"},
    {"rldicr", MD(1u, 4u, 59u, 1u), 0, 0xf000000000000001, 0, 0, 0x10, 0x10, "g", "g"},
    {"rldic", MD(2u, 8u, 48u, 1u), 0, 0xffff, 0, 0, 0xff00, 0xff00, "g", "g"},
    {"rldic that wraps", MD(2u, 32u, 60u, 0u), 0, ONES, 0, 0, 0xffffffff0000000f, 0xffffffff0000000f, "", ""},
    {"rldimi", MD(3u, 32u, 0u, 1u), 0x1111111122222222, 0x33333333, 0, 0, 0x3333333322222222, 0x3333333322222222, "g", "g"},
};

static void run_alu(struct rig *r, const struct alu *t, bool sf)
{
    struct ppc_cpu *c = r->cpu;
    char got[8];
    ppc_set_msr(c, USER | (sf ? MSR_SF : 0));
    cr_set(c, 0, 0xff);
    xer_set(c, t->ca ? XER_CA : 0);
    c->gpr[3] = t->old;
    c->gpr[4] = t->r4;
    c->gpr[5] = t->r5;
    rig_code(r, &t->word, 1);
    ppc_set_pc(c, CODE_AT);
    ck_assert_msg(rig_run(r, 100), "%s: did not stop", t->name);
    ck_assert_msg(ppc_pc(c) == CODE_AT + 8, "%s: went to %llx", t->name, (unsigned long long)ppc_pc(c));
    uint64_t want = sf ? t->want64 : t->want32;
    ck_assert_msg(c->gpr[3] == want, "%s, SF=%d: %016llx, not %016llx", t->name, sf,
                  (unsigned long long)c->gpr[3], (unsigned long long)want);
    flags(c, got);
    /* those that change no CA keep what was there; only record and overflow forms are listed */
    const char *wanted = sf ? t->flags64 : t->flags32;
    if (*wanted || t->word & 1)
        ck_assert_msg(!strcmp(got, wanted), "%s, SF=%d: flags %s, not %s", t->name, sf, got, wanted);
}

START_TEST(test_alu)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    for (size_t i = 0; i < ARRAY_SIZE(alu); i++) {
        run_alu(&r, &alu[i], true);
        run_alu(&r, &alu[i], false);
    }
    rig_free(&r);
}
END_TEST

/* Runs words from CODE_AT in this mode; false when no stop was reached. */
static bool run(struct rig *r, uint64_t msr, const uint32_t *words, unsigned n)
{
    rig_code(r, words, n);
    ppc_set_msr(r->cpu, msr);
    ppc_set_pc(r->cpu, CODE_AT);
    return rig_run(r, 1000);
}
#define RUN(r, msr, ...)                                                                           \
    run(r, msr, (const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / 4)

/* cmpw looks at words and cmpd at doublewords, in both modes. */
START_TEST(test_compare)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    for (unsigned sf = 0; sf < 2; sf++) {
        c->gpr[4] = UINT64_C(1) << 32;
        c->gpr[5] = ONES;
        ck_assert(RUN(&r, USER | (sf ? MSR_SF : 0), 0x7c042800 /* cmpw r4,r5 */,
                      0x7ca42800 /* cmpd cr1 */, 0x7d042840 /* cmplw cr2 */, 0x7da42840 /* cmpld cr3 */,
                      0x2e040000 /* cmpwi cr4,r4,0 */, 0x2ea40000 /* cmpdi cr5,r4,0 */,
                      0x2ba5ffff /* cmpldi cr7,r5,ffff */));
        ck_assert_uint_eq(cr_get_field(c, 0), CR_GT);
        ck_assert_uint_eq(cr_get_field(c, 1), CR_GT);
        ck_assert_uint_eq(cr_get_field(c, 2), CR_LT);
        ck_assert_uint_eq(cr_get_field(c, 3), CR_LT);
        ck_assert_uint_eq(cr_get_field(c, 4), CR_EQ);
        ck_assert_uint_eq(cr_get_field(c, 5), CR_GT);
        ck_assert_uint_eq(cr_get_field(c, 7), CR_GT);
    }
    rig_free(&r);
}
END_TEST

START_TEST(test_memory)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    rig_poke(&r, 0x40000, 0x81234567);
    rig_poke(&r, 0x40004, 0x89abcdef);
    for (unsigned twice = 0; twice < 2; twice++) { /* with an empty and a filled soft TLB */
        c->gpr[4] = 0x40000;
        ck_assert(RUN(&r, USER | MSR_SF, 0xe8640000 /* ld r3,0(r4) */, 0x80a40000 /* lwz r5 */,
                      0xe8c40002 /* lwa r6 */, 0xa8e40000 /* lha r7 */, 0xf8640008 /* std r3,8(r4) */,
                      0xe9040005 /* ldu r8,4(r4) */, 0xf9040009 /* stdu r8,8(r4) */));
        ck_assert_uint_eq(c->gpr[3], UINT64_C(0x8123456789abcdef));
        ck_assert_uint_eq(c->gpr[5], 0x81234567);
        ck_assert_uint_eq(c->gpr[6], UINT64_C(0xffffffff81234567));
        ck_assert_uint_eq(c->gpr[7], UINT64_C(0xffffffffffff8123));
        ck_assert_uint_eq(c->gpr[8], UINT64_C(0x89abcdef81234567)); /* 0x40004, behind the std */
        ck_assert_uint_eq(c->gpr[4], 0x4000c);
        ck_assert_uint_eq(rig_peek(&r, 0x4000c), 0x89abcdef);
        ck_assert_uint_eq(rig_peek(&r, 0x40010), 0x81234567);
    }
    rig_free(&r);
}
END_TEST

/* In 32-bit mode the upper half of an address is nothing, and it wraps at 4 GiB. */
START_TEST(test_address)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    rig_poke(&r, 0x40, 0x11223344);
    for (unsigned twice = 0; twice < 2; twice++) {
        c->gpr[4] = HIGH | 0xfffffff0;
        c->gpr[5] = 0x50;
        ck_assert(RUN(&r, USER, 0x7c64282e /* lwzx r3,r4,r5 */, 0x84c40050 /* lwzu r6,0x50(r4) */));
        ck_assert_uint_eq(c->gpr[3], 0x11223344);
        ck_assert_uint_eq(c->gpr[6], 0x11223344);
        ck_assert_uint_eq(c->gpr[4], 0x40);
    }
    /* the same in 64-bit mode is another address: nothing there */
    c->gpr[4] = UINT64_C(0xfffffff0);
    ck_assert(RUN(&r, USER | MSR_SF, 0x7c64282e));
    ck_assert_uint_eq(c->gpr[3], 0);
    rig_free(&r);
}
END_TEST

START_TEST(test_branches)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    for (unsigned sf = 0; sf < 2; sf++) {
        uint64_t msr = USER | (sf ? MSR_SF : 0);
        /* bdnz: 32-bit mode looks at the low half of CTR, and counts all of it */
        c->ctr = UINT64_C(0x100000001);
        c->gpr[3] = 0;
        ck_assert(RUN(&r, msr, 0x42000008 /* bdnz .+8 */, 0x38600001 /* li r3,1 */, 0x60000000));
        ck_assert_uint_eq(c->gpr[3], sf ? 0 : 1);
        ck_assert_uint_eq(c->ctr, UINT64_C(0x100000000));
    }
    /* targets lose their upper half in 32-bit mode */
    c->lr = HIGH | (CODE_AT + 8);
    c->gpr[3] = 0;
    ck_assert(RUN(&r, USER, 0x4e800020 /* blr */, 0x38600001, 0x60000000));
    ck_assert_uint_eq(c->gpr[3], 0);
    ck_assert_uint_eq(ppc_pc(c), CODE_AT + 16);
    c->ctr = HIGH | (CODE_AT + 8);
    ck_assert(RUN(&r, USER, 0x4e800421 /* bctrl */, 0x38600001, 0x60000000));
    ck_assert_uint_eq(c->gpr[3], 0);
    ck_assert_uint_eq(c->lr, CODE_AT + 4);
    /* real addresses have 42 bits: the same code further up is the same code, at another pc */
    ppc_set_msr(c, USER | MSR_SF);
    rig_code(&r, (const uint32_t[]){0x48000005 /* bl .+4 */}, 1);
    ppc_set_pc(c, (UINT64_C(1) << 48) | CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(c->lr, (UINT64_C(1) << 48) | (CODE_AT + 4));
    rig_free(&r);
}
END_TEST

START_TEST(test_traps)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    rig_stop_at_vectors(&r);
    c->gpr[4] = UINT64_C(1) << 32;
    c->gpr[5] = 0;
    ck_assert(RUN(&r, USER | MSR_SF, 0x7d042808 /* tw 8,r4,r5: its words are equal */));
    ck_assert_uint_eq(ppc_pc(c), CODE_AT + 8);
    ck_assert(RUN(&r, USER, 0x7d042888 /* td 8,r4,r5 */));
    ck_assert_uint_eq(ppc_pc(c), VEC_PROGRAM + 4);
    ck_assert_uint_eq(c->srr1, USER | PROGRAM_TRAP);
    ck_assert_uint_eq(c->srr0, CODE_AT);
    ck_assert(ppc_msr(c) & MSR_SF); /* interrupts are taken in 64-bit mode */
    ck_assert(RUN(&r, USER | MSR_SF, 0x09040000 /* tdi 8,r4,0 */));
    ck_assert_uint_eq(c->srr1, MSR_SF | USER | PROGRAM_TRAP);
    rig_free(&r);
}
END_TEST

/* mtmsrd and rfid change the mode; problem state forces EE, IR and DR. */
START_TEST(test_mode_switch)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    c->gpr[3] = USER;
    c->gpr[4] = 0xffffffff;
    ck_assert(RUN(&r, USER | MSR_SF | MSR_HV, 0x7c600164 /* mtmsrd r3 */, 0x38a00001 /* li r5,1 */,
                  0x7cc42815 /* addc. r6,r4,r5 */));
    ck_assert(!(ppc_msr(c) & MSR_SF));
    ck_assert_uint_eq(c->gpr[6], UINT64_C(0x100000000));
    ck_assert_uint_eq(cr_get_field(c, 0), CR_EQ);
    ck_assert_uint_eq(c->xer_ca, 1);
    c->srr0 = CODE_AT + 8;
    c->srr1 = MSR_SF | MSR_ME;
    c->gpr[7] = 0;
    ck_assert(RUN(&r, USER, 0x4c000024 /* rfid */, 0x38e00001 /* li r7,1 */, 0x7cc42815));
    ck_assert(ppc_msr(c) & MSR_SF);
    ck_assert_uint_eq(c->gpr[7], 0);
    ck_assert_uint_eq(cr_get_field(c, 0), CR_GT);
    /* mtmsrd with L=1: EE and RI only */
    c->gpr[3] = MSR_RI | MSR_VEC;
    ck_assert(RUN(&r, USER | MSR_SF, 0x7c610164));
    ck_assert_uint_eq(ppc_msr(c), MSR_SF | USER | MSR_RI);
    /* translation without a segment: instruction segment interrupt on the way into problem state */
    rig_stop_at_vectors(&r);
    c->srr0 = CODE_AT + 8;
    c->srr1 = MSR_SF | MSR_PR | MSR_ME;
    ck_assert(RUN(&r, USER | MSR_SF, 0x4c000024));
    ck_assert_uint_eq(ppc_pc(c), VEC_INSN_SEGMENT + 4);
    ck_assert_uint_eq(c->srr0, CODE_AT + 8);
    ck_assert_uint_eq(c->srr1, MSR_SF | MSR_PR | MSR_ME | MSR_EE | MSR_IR | MSR_DR);
    rig_free(&r);
}
END_TEST

START_TEST(test_segments)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    rig_stop_at_vectors(&r);
    c->gpr[4] = UINT64_C(0x123456789000);
    ck_assert(RUN(&r, USER | MSR_SF | MSR_DR, 0xe8640000 /* ld r3,0(r4) */));
    ck_assert_uint_eq(ppc_pc(c), VEC_DATA_SEGMENT + 4);
    ck_assert_uint_eq(c->dar, c->gpr[4]);
    /* with an entry there is a segment, and no page in it */
    c->gpr[5] = UINT64_C(0x123450000000) | 1u << 27 | 3; /* ESID, V, index 3 */
    c->gpr[6] = UINT64_C(0x42000);
    ck_assert(RUN(&r, USER | MSR_SF, 0x7cc02b24 /* slbmte r6,r5 */, 0x38e00003 /* li r7,3 */,
                  0x7d003f26 /* slbmfee r8,r7 */, 0x7d203ea6 /* slbmfev r9,r7 */));
    ck_assert_uint_eq(c->gpr[8], c->gpr[5] & ~UINT64_C(3));
    ck_assert_uint_eq(c->gpr[9], c->gpr[6]);
    ck_assert(RUN(&r, USER | MSR_SF | MSR_DR, 0xe8640000));
    ck_assert_uint_eq(ppc_pc(c), VEC_DSI + 4);
    ck_assert_uint_eq(c->dsisr, DSISR_NO_PTE);
    ck_assert(RUN(&r, USER | MSR_SF, 0x7c002b64 /* slbie r5 */));
    ck_assert(RUN(&r, USER | MSR_SF | MSR_DR, 0xf8640000 /* std */));
    ck_assert_uint_eq(ppc_pc(c), VEC_DATA_SEGMENT + 4);
    rig_free(&r);
}
END_TEST

START_TEST(test_atomics_and_lines)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    struct ppc_cpu *c = r.cpu;
    rig_poke(&r, 0x40000, 0x01020304);
    rig_poke(&r, 0x40004, 0x05060708);
    c->gpr[4] = 0x40000;
    c->gpr[5] = ONES - 1;
    ck_assert(RUN(&r, USER | MSR_SF, 0x7c6020a8 /* ldarx r3,0,r4 */, 0x7ca021ad /* stdcx. r5,0,r4 */));
    ck_assert_uint_eq(c->gpr[3], UINT64_C(0x0102030405060708));
    ck_assert_uint_eq(cr_get_field(c, 0), CR_EQ);
    ck_assert_uint_eq(rig_peek(&r, 0x40004), 0xfffffffe);
    ck_assert(RUN(&r, USER | MSR_SF, 0x7ca021ad)); /* no reservation any more */
    ck_assert_uint_eq(cr_get_field(c, 0), 0);
    rig_poke(&r, 0x4007c, 1);
    rig_poke(&r, 0x40080, 2);
    c->gpr[4] = 0x40044;
    ck_assert(RUN(&r, USER | MSR_SF, 0x7c0027ec /* dcbz 0,r4: 128 bytes */));
    ck_assert_uint_eq(rig_peek(&r, 0x40000), 0);
    ck_assert_uint_eq(rig_peek(&r, 0x4007c), 0);
    ck_assert_uint_eq(rig_peek(&r, 0x40080), 2);
    rig_free(&r);
}
END_TEST

/* What belongs to one width only is illegal on the other. */
START_TEST(test_legality)
{
    struct rig r;
    rig_init(&r, "970", glues[_i]);
    rig_stop_at_vectors(&r);
    ck_assert(RUN(&r, USER | MSR_SF, 0x4c000064 /* rfi */));
    ck_assert_uint_eq(ppc_pc(r.cpu), VEC_PROGRAM + 4);
    ck_assert(RUN(&r, USER | MSR_SF, 0xfc20082c /* fsqrt f1,f1 */));
    ck_assert_uint_eq(ppc_pc(r.cpu), CODE_AT + 8);
    uint8_t value[16];
    unsigned bits;
    ck_assert(ppc_reg_get(r.cpu, "r3", value, &bits) && bits == 64);
    ck_assert(ppc_reg_get(r.cpu, "msr", value, &bits) && bits == 64);
    ck_assert(ppc_reg_get(r.cpu, "xer", value, &bits) && bits == 32);
    ck_assert(!ppc_reg_get(r.cpu, "ibat0u", value, &bits));
    rig_free(&r);

    static const uint32_t words[] = {0xe8640000 /* ld */, 0xf8640000 /* std */, 0x78830020 /* rldicl */,
                                     0x7c6429d2 /* mulld */, 0x7c8307b4 /* extsw */, 0xfc20082c /* fsqrt */};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) { /* the public face alone: this file's width is 64 */
        struct log log;
        struct sched sched;
        struct error err = {""};
        struct region *ram;
        log_init(&log, NULL, 0);
        sched_init(&sched, rig_clock, &r);
        struct bus *bus = bus_new("test", 0, &log);
        ck_assert_int_eq(bus_add_ram(bus, "ram", 0, FIXTURE_RAM, RAM_RW, &ram, &err), 0);
        struct ppc_cpu *c = ppc_new(&(struct ppc_config){.model = ppc_model_find("7457"), .bus = bus,
            .sched = &sched, .log = &log, .tb_hz = 33333333, .glue = glues[_i]}, &err);
        put_be32(region_ram(ram) + CODE_AT, words[i]);
        ppc_set_msr(c, USER);
        ppc_set_pc(c, CODE_AT);
        ppc_step(c);
        ck_assert_uint_eq(ppc_pc(c), VEC_PROGRAM);
        ppc_free(c);
        bus_free(bus);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("width");
    TCase *t = tcase_create("970");
    tcase_set_timeout(t, 0);
    tcase_add_loop_test(t, test_alu, 0, 2);
    tcase_add_loop_test(t, test_compare, 0, 2);
    tcase_add_loop_test(t, test_memory, 0, 2);
    tcase_add_loop_test(t, test_address, 0, 2);
    tcase_add_loop_test(t, test_branches, 0, 2);
    tcase_add_loop_test(t, test_traps, 0, 2);
    tcase_add_loop_test(t, test_mode_switch, 0, 2);
    tcase_add_loop_test(t, test_segments, 0, 2);
    tcase_add_loop_test(t, test_atomics_and_lines, 0, 2);
    tcase_add_loop_test(t, test_legality, 0, 2);
    suite_add_tcase(s, t);
    return rig_main(s);
}
