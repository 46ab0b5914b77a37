/*
 * KVM's magic page at the CPU, on both glues: every field in both directions against the original
 * instructions, what of it is memory, critical sections, int_pending, and who sees it where.
 */
#include "cpu/magic.h"

#include "tests/unit/cpu_fixture.h"

#define BOTH_GLUES(i) ((i) ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST)
#define EA 0xe0123000u
#define RA 0x00300000u /* in RAM, which the page then hides */
#define NOP 0x60000000u

#define LWZ(d, off, a) (0x80000000u | (d) << 21 | (a) << 16 | (off))
#define STW(s, off, a) (0x90000000u | (s) << 21 | (a) << 16 | (off))
#define SPR_FIELD(n) (((n) & 31) << 16 | ((n) >> 5) << 11)
#define MFSPR(d, n) (0x7c0002a6u | (d) << 21 | SPR_FIELD(n))
#define MTSPR(n, s) (0x7c0003a6u | (s) << 21 | SPR_FIELD(n))
#define MFMSR(d) (0x7c0000a6u | (d) << 21)
#define MTMSR(s) (0x7c000124u | (s) << 21)
#define MFSR(d, n) (0x7c0004a6u | (d) << 21 | (n) << 16)
#define MTSR(n, s) (0x7c0001a4u | (s) << 21 | (n) << 16)

static struct rig r;
static uint8_t page[PAGE_SIZE];

/* r9 is the page's address in this mode. */
static void begin(int glue, uint32_t msr)
{
    rig_init(&r, "7457", BOTH_GLUES(glue));
    rig_stop_at_vectors(&r);
    memset(page, 0, sizeof page);
    ppc_map_magic(r.cpu, EA, RA, page);
    spr_set(r.cpu, 536, 0x1fff); /* DBAT0: 256 MiB at 0, both states */
    spr_set(r.cpu, 537, 0x2);
    r.cpu->gpr[1] = 0x1000; /* critical is 0 */
    r.cpu->gpr[9] = msr & MSR_DR ? EA : RA;
    ppc_set_msr(r.cpu, MSR_ME | msr);
}

/* Runs words until the stop behind them; the vector, if one was taken. */
static uint32_t run(const uint32_t *words, unsigned n)
{
    rig_code(&r, words, n);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 200));
    uint32_t at = (uint32_t)ppc_pc(r.cpu) - 4;
    return at == CODE_AT + 4 * n ? 0 : at;
}
#define RUN(...) run((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static uint32_t g(unsigned n) { return (uint32_t)r.cpu->gpr[n]; }

static const struct {
    uint16_t off, spr;
    uint32_t mask;
} fields[] = {
    {0x24, 272, UINT32_MAX}, {0x2c, 273, UINT32_MAX}, {0x34, 274, UINT32_MAX},
    {0x3c, 275, UINT32_MAX}, {0x44, 26, ~3u},         {0x4c, 27, UINT32_MAX},
    {0x54, 19, UINT32_MAX},  {0x60, 18, UINT32_MAX},  {0xcc, 1023, UINT32_MAX},
    {0xd4, 276, UINT32_MAX}, {0xdc, 277, UINT32_MAX}, {0xe4, 278, UINT32_MAX},
    {0xec, 279, UINT32_MAX},
};

START_TEST(test_registers)
{
    uint64_t seed = 1;
    for (unsigned dr = 0; dr < 2; dr++) {
        begin(_i, dr ? MSR_DR : 0);
        for (unsigned k = 0; k < 10; k++)
            for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) {
                uint32_t a = (uint32_t)rig_random(&seed), b = (uint32_t)rig_random(&seed);
                r.cpu->gpr[3] = a;
                r.cpu->gpr[4] = b;
                ck_assert_uint_eq(RUN(MTSPR(fields[i].spr, 3), LWZ(5, fields[i].off, 9),
                                      STW(4, fields[i].off, 9), MFSPR(6, fields[i].spr)), 0);
                ck_assert_uint_eq(g(5), a & fields[i].mask);
                ck_assert_uint_eq(g(6), b & fields[i].mask);
            }
        rig_free(&r);
    }
}
END_TEST

/* The page writes segment registers of translated code only through mtsr in Linux; here they are
 * the same registers in any mode. */
START_TEST(test_segments)
{
    for (unsigned dr = 0; dr < 2; dr++) {
        begin(_i, dr ? MSR_DR : 0);
        for (unsigned n = 0; n < 16; n++) {
            r.cpu->gpr[3] = 0x20001000 + n;
            r.cpu->gpr[4] = 0x00777000 + n;
            ck_assert_uint_eq(RUN(MTSR(n, 3), LWZ(5, 0x68 + 4 * n, 9), STW(4, 0x68 + 4 * n, 9),
                                  MFSR(6, n)), 0);
            ck_assert_uint_eq(g(5), 0x20001000 + n);
            ck_assert_uint_eq(g(6), 0x00777000 + n);
        }
        for (unsigned n = 0; n < 16; n++) ck_assert_uint_eq(r.cpu->sr[n], 0x00777000 + n);
        rig_free(&r);
    }
}
END_TEST

/* EE and RI change, all else is kept; mtmsr and mfmsr see the same register. */
START_TEST(test_msr)
{
    for (unsigned dr = 0; dr < 2; dr++) {
        uint32_t base = MSR_ME | MSR_FP | (dr ? MSR_DR : 0);
        begin(_i, base);
        r.cpu->gpr[3] = UINT32_MAX;
        r.cpu->gpr[4] = 0;
        r.cpu->gpr[8] = base | MSR_RI;
        ck_assert_uint_eq(RUN(LWZ(20, 0x5c, 9), STW(3, 0x5c, 9), MFMSR(21), LWZ(22, 0x5c, 9),
                              STW(4, 0x5c, 9), MFMSR(23), MTMSR(8), LWZ(24, 0x5c, 9),
                              LWZ(25, 0x58, 9)), 0);
        ck_assert_uint_eq(g(20), base);
        ck_assert_uint_eq(g(21), base | MSR_EE | MSR_RI);
        ck_assert_uint_eq(g(22), base | MSR_EE | MSR_RI);
        ck_assert_uint_eq(g(23), base);
        ck_assert_uint_eq(g(24), base | MSR_RI);
        ck_assert_uint_eq(g(25), 0);
        rig_free(&r);
    }
}
END_TEST

/* All but the registers is memory: scratch words, critical, upper words, mas and esr, the rest. */
START_TEST(test_memory)
{
    begin(_i, MSR_DR);
    for (unsigned off = 0; off < PAGE_SIZE; off += 4) {
        bool is_register = off == 0x5c || off == 0x64 || (off >= 0x68 && off < 0xa8);
        for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) is_register |= off == fields[i].off;
        if (is_register) continue;
        r.cpu->gpr[3] = 0xa5000000 + off;
        ck_assert_uint_eq(RUN(STW(3, off, 9), LWZ(4, off, 9)), 0);
        ck_assert_uint_eq(g(4), 0xa5000000 + off);
        ck_assert_uint_eq(get_be32(page + off), 0xa5000000 + off);
    }
    rig_free(&r);
}
END_TEST

/* Accesses of other widths and kinds, aligned or not. */
START_TEST(test_widths)
{
    begin(_i, MSR_DR | MSR_FP | MSR_VEC);
    r.cpu->gpr[3] = 0x11223344;
    spr_set(r.cpu, 272, 0xaabbccdd);
    spr_set(r.cpu, 273, 0x01020304);
    ck_assert_uint_eq(RUN(0x88890025, /* lbz r4,0x25(r9) */
                          0x9869002d, /* stb r3,0x2d(r9) */
                          0xa0a90026, /* lhz r5,0x26(r9) */
                          0x80c90025, /* lwz r6,0x25(r9): bytes of sprg0 and of sprg1's upper word */
                          0xc8290020, /* lfd f1,0x20(r9) */
                          0xd8290000, /* stfd f1,0(r9) */
                          0x80e90004, /* lwz r7,4(r9) */
                          0xbba90024, /* lmw r29,0x24(r9) */
                          0x7d004828, /* lwarx r8,0,r9 */
                          0x7c60492d, /* stwcx. r3,0,r9 */
                          0x80090000  /* lwz r0,0(r9) */), 0);
    ck_assert_uint_eq(g(4), 0xbb);
    ck_assert_uint_eq(spr_get(r.cpu, 273), 0x01440304);
    ck_assert_uint_eq(g(5), 0xccdd);
    ck_assert_uint_eq(g(6), 0xbbccdd00);
    ck_assert_uint_eq(g(7), 0xaabbccdd);
    ck_assert_uint_eq(g(29), 0xaabbccdd);
    ck_assert_uint_eq(g(30), 0);
    ck_assert_uint_eq(g(31), 0x01440304);
    ck_assert_uint_eq(g(8), 0);
    ck_assert_uint_eq(g(0), 0x11223344);
    r.cpu->gpr[3] = EA + 0x20;
    ck_assert_uint_eq(RUN(0x7c2018ce, /* lvx v1,0,r3 */
                          0x7c001fec, /* dcbz 0,r3: sprg0-3 */
                          0x7c004fac, /* icbi 0,r9 */
                          0x7c0048ac /* dcbf 0,r9 */), 0);
    ck_assert(VR_D(r.cpu->vr[1], 0) == 0xaabbccdd && VR_D(r.cpu->vr[1], 1) == 0x01440304);
    for (unsigned n = 272; n < 276; n++) ck_assert_uint_eq(spr_get(r.cpu, n), 0);
    rig_free(&r);
}
END_TEST

/* Who sees the page: not problem state, not the other mode's address, not fetches. */
START_TEST(test_who_sees_it)
{
    begin(_i, 0);
    bus_write(r.bus, RA + 0x24, 4, 0x600dbeef); /* the RAM under it */
    bus_write(r.bus, 0x00123024, 4, 0x0badcafe);
    spr_set(r.cpu, 272, 0x5151);
    /* real mode: at RA, not at EA, which is nothing on this bus */
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x5151);
    r.cpu->gpr[9] = EA;
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0);
    /* translated: at EA although nothing maps it, and at RA is RAM again */
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x5151);
    r.cpu->gpr[9] = RA;
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x600dbeef);
    /* problem state: RAM in real mode, a fault or its own page in translated mode */
    ppc_set_msr(r.cpu, MSR_ME | MSR_PR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9), STW(9, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x600dbeef);
    ck_assert_uint_eq(spr_get(r.cpu, 272), 0x5151);
    r.cpu->gpr[9] = EA;
    ppc_set_msr(r.cpu, MSR_ME | MSR_PR | MSR_DR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0x300);
    ck_assert_uint_eq(r.cpu->dar, EA + 0x24);
    spr_set(r.cpu, 538, 0xe0001fff); /* DBAT1: 256 MiB at E0000000 to 0 */
    spr_set(r.cpu, 539, 0x2);
    ppc_set_msr(r.cpu, MSR_ME | MSR_PR | MSR_DR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9), STW(9, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x0badcafe);
    ck_assert_uint_eq(rig_peek(&r, 0x00123024), EA);
    ck_assert_uint_eq(spr_get(r.cpu, 272), 0x5151);
    /* the page goes before BATs, and each state keeps its view when they take turns */
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x5151);
    ppc_set_msr(r.cpu, MSR_ME | MSR_PR | MSR_DR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), EA);
    /* a fetch from the address finds what the guest's own tables say: nothing */
    ppc_set_msr(r.cpu, MSR_ME | MSR_IR);
    ppc_set_pc(r.cpu, EA);
    ck_assert(rig_run(&r, 10));
    ck_assert_uint_eq(ppc_pc(r.cpu), 0x404);
    rig_free(&r);
}
END_TEST

/* Mapping takes away remembered translations, unmapping and reset take away the page. */
START_TEST(test_comes_and_goes)
{
    begin(_i, MSR_DR);
    ppc_map_magic(r.cpu, 0, 0, NULL);
    spr_set(r.cpu, 538, 0xe0001fff);
    spr_set(r.cpu, 539, 0x2);
    spr_set(r.cpu, 272, 0x5151);
    bus_write(r.bus, 0x00123024, 4, 0x0badcafe);
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x0badcafe);
    ppc_map_magic(r.cpu, EA, 0, page);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x5151);
    ppc_set_msr(r.cpu, MSR_ME); /* RA 0: nowhere, not page 0 */
    r.cpu->gpr[9] = 0;
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0);
    ppc_map_magic(r.cpu, 0, RA, page);
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    r.cpu->gpr[9] = EA;
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x0badcafe);
    ppc_map_magic(r.cpu, EA, RA, page);
    paddr_t pa;
    ck_assert(ppc_translate(r.cpu, EA + 0x24, &pa));
    ck_assert_uint_eq(bus_read(r.bus, pa, 4), 0x5151); /* as the monitor looks */
    ppc_reset(r.cpu);
    ck_assert_uint_eq(bus_read(r.bus, pa, 4), 0);
    ppc_set_msr(r.cpu, MSR_ME);
    r.cpu->gpr[9] = RA;
    bus_write(r.bus, RA + 0x24, 4, 0x600dbeef);
    ck_assert_uint_eq(RUN(LWZ(3, 0x24, 9)), 0);
    ck_assert_uint_eq(g(3), 0x600dbeef);
    rig_free(&r);
}
END_TEST

static void external(bool level) { ppc_set_line(r.cpu, PPC_LINE_EXT, level); }

static void decrementer(bool on)
{
    spr_set(r.cpu, 22, 0x7fffffff);
    if (on) spr_set(r.cpu, 22, UINT32_MAX);
}

START_TEST(test_int_pending)
{
    begin(_i, 0);
    ck_assert_uint_eq(RUN(LWZ(3, 0x64, 9)), 0);
    ck_assert_uint_eq(g(3), 0);
    external(true);
    r.cpu->gpr[5] = 0;
    ck_assert_uint_eq(RUN(STW(5, 0x64, 9), LWZ(3, 0x64, 9)), 0); /* not the guest's to change */
    ck_assert_uint_eq(g(3), 1);
    external(false);
    ck_assert_uint_eq(RUN(LWZ(3, 0x64, 9)), 0);
    ck_assert_uint_eq(g(3), 0);
    decrementer(true);
    ck_assert_uint_eq(RUN(LWZ(3, 0x64, 9)), 0);
    ck_assert_uint_eq(g(3), 1);
    r.cpu->gpr[4] = MSR_ME | MSR_EE;
    ck_assert_uint_eq(RUN(MTMSR(4), NOP), 0x900);
    r.cpu->gpr[9] = RA;
    ck_assert_uint_eq(RUN(LWZ(3, 0x64, 9)), 0);
    ck_assert_uint_eq(g(3), 0);
    rig_free(&r);
}
END_TEST

/* A store that sets EE lets a waiting interrupt in behind it. */
START_TEST(test_store_of_ee)
{
    for (unsigned dec = 0; dec < 2; dec++) {
        begin(_i, MSR_DR);
        external(!dec);
        if (dec) decrementer(true);
        r.cpu->gpr[4] = MSR_ME | MSR_DR | MSR_EE | MSR_RI;
        ck_assert_uint_eq(RUN(NOP, STW(4, 0x5c, 9), NOP), dec ? 0x900 : 0x500);
        ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 8);
        ck_assert_uint_eq(r.cpu->srr1, MSR_ME | MSR_DR | MSR_EE | MSR_RI);
        rig_free(&r);
    }
}
END_TEST

/* Linux's template: critical = r1, work, critical = r2. The interrupt comes right behind it. */
START_TEST(test_critical_section)
{
    for (unsigned dec = 0; dec < 2; dec++) {
        begin(_i, MSR_DR);
        r.cpu->gpr[2] = 0x2000;
        r.cpu->gpr[4] = MSR_ME | MSR_DR | MSR_EE;
        external(!dec);
        if (dec) decrementer(true);
        ck_assert_uint_eq(RUN(STW(1, 0x1c, 9), STW(4, 0x5c, 9), LWZ(5, 0x64, 9), LWZ(6, 0x5c, 9),
                              NOP, STW(2, 0x1c, 9), NOP, NOP), dec ? 0x900 : 0x500);
        ck_assert_uint_eq(g(5), 1);
        ck_assert_uint_eq(g(6), MSR_ME | MSR_DR | MSR_EE);
        ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 24);
        rig_free(&r);
    }
}
END_TEST

/* It also ends when r1 becomes another, when problem state is entered, and never with the page gone. */
START_TEST(test_critical_ends)
{
    begin(_i, MSR_DR);
    r.cpu->gpr[4] = MSR_ME | MSR_DR | MSR_EE;
    external(true);
    ck_assert_uint_eq(RUN(STW(1, 0x1c, 9), STW(4, 0x5c, 9), NOP, 0x38210010 /* addi r1,r1,16 */,
                          NOP, NOP), 0x500);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 16);
    r.cpu->gpr[1] -= 16;
    r.cpu->gpr[4] = MSR_ME | MSR_EE | MSR_PR;
    ppc_set_msr(r.cpu, MSR_ME);
    ck_assert_uint_eq(RUN(NOP, MTMSR(4), NOP), 0x500);
    ck_assert_uint_eq(r.cpu->srr0, CODE_AT + 8);
    r.cpu->gpr[4] = MSR_ME | MSR_EE;
    ppc_set_msr(r.cpu, MSR_ME);
    ck_assert_uint_eq(RUN(NOP, MTMSR(4), NOP, NOP), 0); /* still critical */
    ppc_map_magic(r.cpu, 0, 0, NULL);
    ppc_set_msr(r.cpu, MSR_ME);
    ck_assert_uint_eq(RUN(NOP, MTMSR(4), NOP, NOP), 0x500);
    rig_free(&r);
}
END_TEST

/* Only external and decrementer interrupts wait. */
START_TEST(test_critical_lets_in)
{
    for (unsigned mcp = 0; mcp < 2; mcp++) {
        begin(_i, MSR_EE);
        put_be64(page + MAGIC_CRITICAL, 0x1000);
        external(true);
        ck_assert_uint_eq(RUN(NOP, NOP, NOP), 0);
        ppc_set_line(r.cpu, mcp ? PPC_LINE_MCP : PPC_LINE_SRESET, true);
        ck_assert_uint_eq(RUN(NOP, NOP, NOP), mcp ? 0x200 : 0x100);
        rig_free(&r);
    }
    begin(_i, MSR_EE); /* and faults */
    put_be64(page + MAGIC_CRITICAL, 0x1000);
    external(true);
    ck_assert_uint_eq(RUN(NOP, 0, NOP), 0x700);
    rig_free(&r);
}
END_TEST

/* A guest that sleeps or spins in its critical section holds up nobody but itself. */
START_TEST(test_critical_for_ever)
{
    begin(_i, MSR_EE);
    put_be64(page + MAGIC_CRITICAL, 0x1000);
    external(true);
    static const uint32_t loop[] = {NOP, 0x4bfffffc};
    rig_code(&r, loop, 2);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert_int_eq(ppc_run(r.cpu, 1000), PPC_STOP_BUDGET);
    ck_assert_uint_eq(r.cpu->insns, 1000);
    ck_assert(ppc_wakes(r.cpu));
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("magic");
    TCase *t = tcase_create("magic");
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    tcase_add_loop_test(t, test_registers, 0, 2);
    tcase_add_loop_test(t, test_segments, 0, 2);
    tcase_add_loop_test(t, test_msr, 0, 2);
    tcase_add_loop_test(t, test_memory, 0, 2);
    tcase_add_loop_test(t, test_widths, 0, 2);
    tcase_add_loop_test(t, test_who_sees_it, 0, 2);
    tcase_add_loop_test(t, test_comes_and_goes, 0, 2);
    tcase_add_loop_test(t, test_int_pending, 0, 2);
    tcase_add_loop_test(t, test_store_of_ee, 0, 2);
    tcase_add_loop_test(t, test_critical_section, 0, 2);
    tcase_add_loop_test(t, test_critical_ends, 0, 2);
    tcase_add_loop_test(t, test_critical_lets_in, 0, 2);
    tcase_add_loop_test(t, test_critical_for_ever, 0, 2);
    return rig_main(s);
}
