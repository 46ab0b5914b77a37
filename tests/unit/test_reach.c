/*
 * What ordinary programs seldom reach: registers by name, the data address breakpoint, external control, faults in
 * the second half of an access, thermal and cache control registers, and odd accesses of the bus.
 */
#include "tests/unit/cpu_fixture.h"

static struct rig r;

static const enum ppc_glue glues[] = {PPC_GLUE_BEST, PPC_GLUE_PORTABLE};

static void set32(const char *name, uint32_t v)
{
    uint8_t bytes[16] = {0};
    put_be32(bytes, v);
    ck_assert_msg(ppc_reg_set(r.cpu, name, bytes), "%s", name);
}

static uint32_t get32(const char *name)
{
    uint8_t bytes[16] = {0};
    unsigned bits;
    ck_assert_msg(ppc_reg_get(r.cpu, name, bytes, &bits), "%s", name);
    ck_assert_uint_eq(bits, 32);
    return get_be32(bytes);
}

/* Runs one instruction with r4 as its address; 0 or the vector that it took. */
static uint32_t vector_of(uint32_t word, uint32_t ea)
{
    set32("r4", ea);
    rig_code(&r, &word, 1);
    ppc_set_pc(r.cpu, CODE_AT);
    ck_assert(rig_run(&r, 100));
    uint32_t at = (uint32_t)ppc_pc(r.cpu) - 4;
    return at == CODE_AT + 4 ? 0 : at;
}

/* ---- registers by name ---- */

START_TEST(test_every_register_takes_its_own_value)
{
    static const char *const models[] = {"7457", "750cxe", "750fx", "7400", "970"};
    rig_init(&r, models[_i], PPC_GLUE_BEST);
    const char *name;
    unsigned n = 0;
    for (; (name = ppc_reg_name(r.cpu, n)); n++) {
        uint8_t before[16] = {0}, after[16] = {0};
        unsigned bits, again;
        ck_assert_msg(ppc_reg_get(r.cpu, name, before, &bits), "%s", name);
        ck_assert_msg(ppc_reg_set(r.cpu, name, before), "%s", name);
        ck_assert_msg(ppc_reg_get(r.cpu, name, after, &again), "%s", name);
        ck_assert_msg(bits == again && !memcmp(before, after, sizeof before), "%s changes", name);
    }
    ck_assert_uint_gt(n, 100);
    uint8_t bytes[16] = {0};
    unsigned bits;
    ck_assert(!ppc_reg_get(r.cpu, "r32", bytes, &bits) && !ppc_reg_set(r.cpu, "no such", bytes));
    rig_free(&r);
}
END_TEST

START_TEST(test_registers_keep_what_they_are_given)
{
    static const struct {
        const char *name;
        uint32_t v;
    } words[] = {{"r31", 0x80000001}, {"cr", 0x12345678}, {"lr", 0xfffffffc}, {"ctr", 7}, {"xer", 0xe000007f},
                 {"fpscr", 0x00000003}, {"vscr", 0x00010001}, {"pc", 0x1234}, {"sr3", 0x20000123}, {"srr0", 0x100}};
    rig_init(&r, "7457", PPC_GLUE_BEST);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) set32(words[i].name, words[i].v);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) ck_assert_uint_eq(get32(words[i].name), words[i].v);
    uint8_t in[16], out[16];
    unsigned bits;
    for (unsigned i = 0; i < 16; i++) in[i] = (uint8_t)(i * 17 + 1);
    ck_assert(ppc_reg_set(r.cpu, "v7", in) && ppc_reg_get(r.cpu, "v7", out, &bits));
    ck_assert(bits == 128 && !memcmp(in, out, 16));
    ck_assert(ppc_reg_set(r.cpu, "f9", in) && ppc_reg_get(r.cpu, "f9", out, &bits));
    ck_assert(bits == 64 && !memcmp(in, out, 8));
    rig_free(&r);
}
END_TEST

START_TEST(test_dump)
{
    char *text = NULL;
    size_t size;
    rig_init(&r, _i ? "970" : "7457", PPC_GLUE_BEST);
    ppc_set_gpr(r.cpu, 17, 0x0badcafe);
    FILE *to = open_memstream(&text, &size);
    ppc_dump(r.cpu, to);
    fclose(to);
    ck_assert(strstr(text, "NIP") && strstr(text, "0badcafe") && strstr(text, "SDR1"));
    free(text);
    rig_free(&r);
}
END_TEST

/* ---- DABR (MPC7450UM 2.1.5): doubleword, BT must be MSR[DR], DW and DR ---- */

START_TEST(test_dabr)
{
    enum { LWZ = 0x80640000, STW = 0x90640000, LVX = 0x7c6020ce, STVX = 0x7c6021ce, HIT = 0x00400000, ST = 0x02000000 };
    rig_init(&r, "7457", glues[_i]);
    ppc_set_msr(r.cpu, MSR_VEC | MSR_ME);
    rig_stop_at_vectors(&r);
    set32("dabr", 0x20000 | 1);
    ck_assert_uint_eq(vector_of(LWZ, 0x20004), 0x300);
    ck_assert_uint_eq(get32("dsisr"), HIT);
    ck_assert_uint_eq(get32("dar"), 0x20004);
    ppc_set_msr(r.cpu, MSR_VEC | MSR_ME);
    ck_assert_uint_eq(vector_of(STW, 0x20004), 0);
    ck_assert_uint_eq(vector_of(LWZ, 0x20008), 0);
    ck_assert_uint_eq(vector_of(LVX, 0x20008), 0x300); /* its 16 bytes begin before */
    set32("dabr", 0x20000 | 2);
    ppc_set_msr(r.cpu, MSR_VEC | MSR_ME);
    ck_assert_uint_eq(vector_of(LWZ, 0x20000), 0);
    ck_assert_uint_eq(vector_of(STW, 0x1fffe), 0x300); /* reaches into it */
    ck_assert_uint_eq(get32("dsisr"), HIT | ST);
    ppc_set_msr(r.cpu, MSR_VEC | MSR_ME);
    ck_assert_uint_eq(vector_of(STVX, 0x20004), 0x300);
    set32("dabr", 0x20000 | 4 | 3);
    ppc_set_msr(r.cpu, MSR_VEC | MSR_ME);
    ck_assert_uint_eq(vector_of(STW, 0x20000), 0); /* BT = 1, MSR[DR] = 0 */
    rig_free(&r);
}
END_TEST

/* ---- eciwx, ecowx (PEM 8.2): EAR[E], alignment ---- */

START_TEST(test_external_control)
{
    enum { ECIWX = 0x7c60226c, ECOWX = 0x7c60236c };
    rig_init(&r, "7457", glues[_i]);
    rig_stop_at_vectors(&r);
    ck_assert_uint_eq(vector_of(ECIWX, 0x20000), 0x300);
    ck_assert_uint_eq(get32("dsisr"), 0x00100000);
    ck_assert_uint_eq(vector_of(ECOWX, 0x20000), 0x300);
    ck_assert_uint_eq(get32("dsisr"), 0x02100000);
    set32("ear", 0x80000000);
    ck_assert_uint_eq(vector_of(ECIWX, 0x20000), 0);
    ck_assert_uint_eq(get32("r3"), 0);
    ck_assert_uint_eq(vector_of(ECOWX, 0x20000), 0);
    ck_assert_uint_eq(vector_of(ECOWX, 0x20002), 0x600);
    rig_free(&r);
}
END_TEST

/* ---- faults of every kind of access: the first 128 KiB are mapped, nothing behind them ---- */

#define EDGE 0x20000u

static const struct {
    const char *name;
    uint32_t word, ea, dar, vector;
} edge[] = {
    {"lwz", 0x80640000, EDGE - 2, EDGE, 0x300},   {"stw", 0x90640000, EDGE - 2, EDGE, 0x300},
    {"lhz", 0xa0640000, EDGE - 1, EDGE, 0x300},   {"sth", 0xb0640000, EDGE - 1, EDGE, 0x300},
    {"lbz", 0x88640000, EDGE, EDGE, 0x300},       {"stb", 0x98640000, EDGE, EDGE, 0x300},
    {"lwzu", 0x84640000, EDGE, EDGE, 0x300},      {"lha", 0xa8640000, EDGE, EDGE, 0x300},
    {"stwu", 0x94640000, EDGE, EDGE, 0x300},      {"lwbrx", 0x7c60242c, EDGE, EDGE, 0x300},
    {"stwbrx", 0x7c60252c, EDGE, EDGE, 0x300},    {"lhbrx", 0x7c60262c, EDGE, EDGE, 0x300},
    {"sthbrx", 0x7c60272c, EDGE, EDGE, 0x300},    {"lfd", 0xc8640000, EDGE - 4, EDGE, 0x300},
    {"stfd", 0xd8640000, EDGE - 4, EDGE, 0x300},  {"lfs", 0xc0640000, EDGE, EDGE, 0x300},
    {"stfs", 0xd0640000, EDGE, EDGE, 0x300},      {"stfiwx", 0x7c6027ae, EDGE, EDGE, 0x300},
    {"lmw", 0xbba40000, EDGE - 4, EDGE, 0x300},   {"stmw", 0xbfa40000, EDGE - 4, EDGE, 0x300},
    {"lswi", 0x7fa464aa, EDGE - 8, EDGE, 0x300},  {"stswi", 0x7fa465aa, EDGE - 8, EDGE, 0x300},
    {"stswi 7", 0x7fa43daa, EDGE - 4, EDGE, 0x300}, {"lwarx", 0x7c602028, EDGE, EDGE, 0x300},
    {"lvx", 0x7c6020ce, EDGE, EDGE, 0x300},       {"stvx", 0x7c6021ce, EDGE, EDGE, 0x300},
    {"lvebx", 0x7c60200e, EDGE, EDGE, 0x300},     {"lvehx", 0x7c60204e, EDGE, EDGE, 0x300},
    {"lvewx", 0x7c60208e, EDGE, EDGE, 0x300},     {"stvebx", 0x7c60210e, EDGE, EDGE, 0x300},
    {"stvehx", 0x7c60214e, EDGE, EDGE, 0x300},    {"stvewx", 0x7c60218e, EDGE, EDGE, 0x300},
    {"dcbz", 0x7c0027ec, EDGE, EDGE, 0x300},      {"dcbst", 0x7c00206c, EDGE, EDGE, 0x300},
    {"dcbf", 0x7c0020ac, EDGE, EDGE, 0x300},      {"icbi", 0x7c0027ac, EDGE, EDGE, 0x300},
    {"dcba", 0x7c0025ec, EDGE, 0, 0},             {"dcbt", 0x7c00222c, EDGE, 0, 0},
};

START_TEST(test_edge_of_the_map)
{
    rig_init(&r, "7457", glues[_i]);
    rig_stop_at_vectors(&r);
    set32("dbat0u", 3);
    set32("dbat0l", 2);
    set32("sdr1", 0x00200000); /* an empty page table */
    set32("hid0", 0xc000);     /* caches on: dcbz and reservations may need them */
    for (unsigned i = 0; i < ARRAY_SIZE(edge); i++) {
        ppc_set_msr(r.cpu, MSR_FP | MSR_VEC | MSR_ME | MSR_DR);
        set32("dar", 0);
        rig_poke(&r, EDGE - 4, 0x11223344);
        ck_assert_msg(vector_of(edge[i].word, edge[i].ea) == edge[i].vector, "%s: vector", edge[i].name);
        ck_assert_msg(get32("dar") == edge[i].dar, "%s: DAR %08x", edge[i].name, get32("dar"));
        bool restartable = get32("r4") == edge[i].ea;
        ck_assert_msg(restartable, "%s: the base has changed", edge[i].name);
    }
    rig_free(&r);
}
END_TEST

/* A store that is conditional needs its reservation before anything can fault. */
START_TEST(test_conditional_store_at_the_edge)
{
    enum { LWARX = 0x7c602028, STWCX = 0x7c60212d };
    rig_init(&r, "7457", glues[_i]);
    rig_stop_at_vectors(&r);
    set32("dbat0u", 3);
    set32("dbat0l", 2);
    set32("sdr1", 0x00200000);
    set32("hid0", 0xc000); /* caches on: reservations may need them */
    ppc_set_msr(r.cpu, MSR_ME | MSR_DR);
    ck_assert_uint_eq(vector_of(LWARX, EDGE - 4), 0);
    ck_assert_uint_eq(vector_of(STWCX, EDGE), 0x300);
    ck_assert_uint_eq(get32("dsisr"), 0x42000000);
    rig_free(&r);
}
END_TEST

/* ---- thermal assist (MPC750UM 10.3), cache controls ---- */

START_TEST(test_thermal)
{
    enum { TIN = INT32_MIN, TIV = 1 << 30, TID = 4, V = 1 };
    rig_init(&r, "750cxe", PPC_GLUE_BEST);
    set32("thrm1", 30u << 23 | V);
    ck_assert_uint_eq(get32("thrm1"), 30u << 23 | V); /* THRM3[E] = 0: no answer */
    set32("thrm3", 1);
    ck_assert_uint_eq(get32("thrm1"), (uint32_t)TIN | TIV | 30u << 23 | V);
    set32("thrm1", 50u << 23 | V);
    ck_assert_uint_eq(get32("thrm1"), TIV | 50u << 23 | V);
    set32("thrm2", 50u << 23 | TID | V);
    ck_assert_uint_eq(get32("thrm2"), (uint32_t)TIN | TIV | 50u << 23 | TID | V);
    set32("thrm2", 50u << 23 | TID);
    ck_assert_uint_eq(get32("thrm2"), 50u << 23 | TID);
    rig_free(&r);
}
END_TEST

START_TEST(test_cache_requests_are_done_at_once)
{
    rig_init(&r, "7457", PPC_GLUE_BEST);
    set32("l2cr", 0x80200800);
    ck_assert_uint_eq(get32("l2cr"), 0x80000000);
    set32("l3cr", 0x80000c00);
    ck_assert_uint_eq(get32("l3cr"), 0x80000000);
    set32("msscr0", 0x00800000);
    ck_assert_uint_eq(get32("msscr0"), 0);
    rig_free(&r);
    rig_init(&r, "7400", PPC_GLUE_BEST);
    set32("l2cr", 0x80200001);
    ck_assert_uint_eq(get32("l2cr"), 0x80200000);
    rig_free(&r);
}
END_TEST

/* ---- the bus ---- */

static uint64_t last_value;
static unsigned last_size, calls;

static uint64_t narrow_read(void *ctx, uint64_t off, unsigned size)
{
    (void)ctx;
    calls++;
    last_size = size;
    return off & 0xff;
}

static void narrow_write(void *ctx, uint64_t off, unsigned size, uint64_t v)
{
    (void)ctx;
    (void)off;
    calls++;
    last_size = size;
    last_value = v;
}

START_TEST(test_bus_splits_what_a_device_does_not_take)
{
    static const struct mmio_ops bytes = {.read = narrow_read, .write = narrow_write, .max_size = 1, .big_endian = true, .name = "narrow"};
    rig_init(&r, "7457", PPC_GLUE_BEST);
    struct region *m = bus_add_mmio(r.bus, 0x10000000, 0x100, 0, &bytes, NULL);
    ck_assert_uint_eq(bus_read(r.bus, 0x10000010, 4), 0x10111213);
    ck_assert(calls == 4 && last_size == 1);
    bus_write(r.bus, 0x10000010, 8, UINT64_C(0x0102030405060708));
    ck_assert(calls == 12 && last_size == 1 && last_value == 8);
    ck_assert_str_eq(region_name(m), "narrow");
    region_set(m, 0x10000000, 0x100, false);
    bus_write(r.bus, 0x10000010, 1, 1);
    ck_assert_uint_eq(calls, 12);
    rig_free(&r);
}
END_TEST

START_TEST(test_bus_rom_and_bad_sizes)
{
    struct error err = {""};
    struct region *rom, *none;
    uint8_t byte = 1;
    rig_init(&r, "7457", PPC_GLUE_BEST);
    ck_assert_int_eq(bus_add_ram(r.bus, "rom", 0xfff00000, 0x1000, RAM_ROM, &rom, &err), 0);
    region_ram(rom)[4] = 0x5a;
    bus_write(r.bus, 0xfff00004, 1, 1);
    ck_assert_uint_eq(bus_read(r.bus, 0xfff00004, 1), 0x5a);
    ck_assert_int_ne(bus_ram_write(r.bus, 0xfff00004, &byte, 1), 0);
    ck_assert_int_eq(bus_ram_read(r.bus, 0xfff00004, &byte, 1), 0);
    ck_assert_int_ne(bus_add_ram(r.bus, "odd", 0, 100, RAM_RW, &none, &err), 0);
    ck_assert(strstr(err.text, "multiple"));
    ck_assert_int_ne(bus_add_ram(r.bus, "none", 0, 0, RAM_RW, &none, &err), 0);
    ck_assert_int_ne(bus_add_ram(r.bus, "huge", 0, UINT64_C(1) << 62, RAM_RW, &none, &err), 0);
    /* over the end of RAM: the half that is there is stored */
    bus_write(r.bus, FIXTURE_RAM - 2, 4, 0xaabbccdd);
    ck_assert_uint_eq(bus_read(r.bus, FIXTURE_RAM - 2, 2), 0xaabb);
    ck_assert_str_eq(bus_name(r.bus), "test");
    bus_free(NULL);
    rig_free(&r);
}
END_TEST

START_TEST(test_dirty_pages)
{
    uint8_t dirty[4];
    rig_init(&r, "7457", PPC_GLUE_BEST);
    region_take_dirty(r.ram, 0x20, 4, dirty);
    ck_assert(!region_take_dirty(r.ram, 0x20, 4, dirty));
    rig_poke(&r, 0x21ffc, 1);
    region_fill(r.ram, 0x23000, 7, 1);
    ck_assert(region_take_dirty(r.ram, 0x20, 4, dirty));
    ck_assert(!dirty[0] && dirty[1] && !dirty[2] && dirty[3]);
    ck_assert(!region_take_dirty(r.ram, 0x20, 4, dirty));
    ck_assert(!region_take_dirty(r.ram, FIXTURE_RAM >> PAGE_SHIFT, 4, dirty)); /* outside */
    region_fill(r.ram, FIXTURE_RAM - 1, 7, 2); /* outside: nothing */
    region_fill(r.ram, 0, 7, 0);
    ck_assert_uint_eq(rig_peek(&r, FIXTURE_RAM - 4), 0);
    /* the guest's fast store sets the bit again */
    rig_stop_at_vectors(&r);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(vector_of(0x90640000, 0x22000), 0); /* stw r3,0(r4) */
        ck_assert(region_take_dirty(r.ram, 0x22, 1, dirty) && dirty[0]);
    }
    rig_free(&r);
}
END_TEST

static unsigned regions;

static void count(const struct region *region, void *ctx)
{
    (void)region;
    (void)ctx;
    regions++;
}

START_TEST(test_each_region)
{
    static const struct mmio_ops bytes = {.read = narrow_read, .write = narrow_write, .max_size = 1, .big_endian = true, .name = "narrow"};
    rig_init(&r, "7457", PPC_GLUE_BEST);
    bus_add_mmio(r.bus, 0x10000000, 0x100, 0, &bytes, NULL);
    bus_each(r.bus, count, NULL);
    ck_assert_uint_eq(regions, 2);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("reach");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, test_every_register_takes_its_own_value, 0, 5);
    tcase_add_test(t, test_registers_keep_what_they_are_given);
    tcase_add_loop_test(t, test_dump, 0, 2);
    tcase_add_loop_test(t, test_dabr, 0, 2);
    tcase_add_loop_test(t, test_external_control, 0, 2);
    tcase_add_loop_test(t, test_edge_of_the_map, 0, 2);
    tcase_add_loop_test(t, test_conditional_store_at_the_edge, 0, 2);
    tcase_add_test(t, test_thermal);
    tcase_add_test(t, test_cache_requests_are_done_at_once);
    tcase_add_test(t, test_bus_splits_what_a_device_does_not_take);
    tcase_add_test(t, test_bus_rom_and_bad_sizes);
    tcase_add_test(t, test_dirty_pages);
    tcase_add_test(t, test_each_region);
    suite_add_tcase(s, t);
    return rig_main(s);
}
