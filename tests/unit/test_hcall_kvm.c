/*
 * KVM and what ePAPR's idle loop needs, on a whole Pegasos II: the calls, the magic page's life, the
 * tree, wrtee and wrteei, and none of it unless plugged in.
 */
#include "tests/unit/board.h"

#include <string.h>

#include "cpu/ppc.h"
#include "hcall/providers.h"

enum { FEATURES = 0x2a0003, MAP = 0x2a0004, EV_IDLE = 0x10010 };
enum { EE = 0x8000, PR = 0x4000, ME = 0x1000, IR_DR = 0x30 };
#define CODE 0x200000u
#define WRTEE_R4 0x7c800106u
#define WRTEEI_0 0x7c000146u
#define WRTEEI_1 0x7c008146u
#define TOP_PAGE 0xfffff000u /* where Linux wants it: -4096 */

static struct board *rig(const char *hypercalls)
{
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg.machine = "pegasos2";
    b->cfg.ram_size = 64u << 20;
    b->cfg.icount = b->cfg.portable = true;
    b->cfg.hypercalls = hypercalls;
    b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    return b;
}

static uint32_t r(struct board *b, unsigned n) { return (uint32_t)ppc_gpr(b->m->cpu, n); }

static bool ev(struct board *b, uint32_t token, uint32_t r3, uint32_t r4)
{
    ppc_set_msr(b->m->cpu, 0);
    ppc_set_gpr(b->m->cpu, 0, KVM_MAGIC);
    ppc_set_gpr(b->m->cpu, 11, token);
    ppc_set_gpr(b->m->cpu, 3, r3);
    ppc_set_gpr(b->m->cpu, 4, r4);
    return hcall_sc(b->m->hcall, b->m->cpu, 0);
}

/* What a supervisor load finds at an effective address; 0 when nothing is there. */
static uint64_t seen(struct board *b, uint32_t ea, uint32_t msr)
{
    paddr_t pa;
    ppc_set_msr(b->m->cpu, msr);
    return ppc_translate(b->m->cpu, ea, &pa) ? bus_read(b->m->bus, pa, 4) : 0;
}

static void set_sprg0(struct board *b, uint32_t v)
{
    uint8_t value[16] = {0};
    put_be32(value, v);
    ck_assert(ppc_reg_set(b->m->cpu, "sprg0", value));
}

START_TEST(map_and_unmap)
{
    struct board *b = rig("vof+kvm");
    ck_assert(ev(b, FEATURES, 0, 99));
    ck_assert_uint_eq(r(b, 3), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 2);
    set_sprg0(b, 0x12345678);
    ck_assert_uint_ne(seen(b, TOP_PAGE + 0x24, 0), 0x12345678);
    ck_assert(ev(b, MAP, TOP_PAGE, TOP_PAGE | 1));
    ck_assert_uint_eq(r(b, 3), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 3);
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, 0), 0x12345678);
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, IR_DR), 0x12345678);
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, IR_DR | PR), 0);
    /* r3 is the real, r4 the effective address */
    ck_assert(ev(b, MAP, 0x00345abc, 0xd0000fff));
    ck_assert_uint_eq(seen(b, 0x00345024, 0), 0x12345678);
    ck_assert_uint_eq(seen(b, 0xd0000024, IR_DR), 0x12345678);
    ck_assert_uint_ne(seen(b, 0xd0000024, 0), 0x12345678);
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, IR_DR), 0);
    /* scratch words and critical start clean with every mapping */
    paddr_t pa;
    ppc_set_msr(b->m->cpu, 0);
    ck_assert(ppc_translate(b->m->cpu, 0x0034501c, &pa));
    bus_write(b->m->bus, pa, 4, 0x77);
    ck_assert_uint_eq(seen(b, 0x0034501c, 0), 0x77);
    ck_assert(ev(b, MAP, 0x00345000, 0xd0000000));
    ck_assert_uint_eq(seen(b, 0x0034501c, 0), 0);
    ck_assert(ev(b, MAP, 0, 0));
    ck_assert_uint_eq(r(b, 3), EV_SUCCESS);
    ck_assert_uint_eq(seen(b, 0x00345024, 0), 0);
    board_free(b);
}
END_TEST

static struct device *kvm_device(struct board *b)
{
    struct device *d = b->m->devices;
    while (d && strcmp(d->label, "kvm")) d = d->next;
    return d;
}

START_TEST(reset_and_state)
{
    struct board *b = rig("vof+epapr+kvm");
    ck_assert(ev(b, MAP, TOP_PAGE, TOP_PAGE));
    struct device *d = kvm_device(b);
    ck_assert_ptr_nonnull(d);
    /* a snapshot keeps where it is and what is memory of it */
    size_t bytes = 0;
    for (const struct state_field *f = d->type->state; f->name; f++)
        bytes += f->kind == STATE_BYTES ? f->count : 8;
    ck_assert_uint_eq(bytes, 8 + 8 + PAGE_SIZE);
    ppc_map_magic(b->m->cpu, 0, 0, NULL);
    ck_assert_uint_eq(d->type->after_load(d), 0);
    set_sprg0(b, 0x4711);
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, IR_DR), 0x4711);
    machine_reset(b->m);
    set_sprg0(b, 0x4711);
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, IR_DR), 0);
    ck_assert_uint_ne(seen(b, TOP_PAGE + 0x24, 0), 0x4711);
    ck_assert(ev(b, MAP, TOP_PAGE, TOP_PAGE));
    ck_assert_uint_eq(seen(b, TOP_PAGE + 0x24, IR_DR), 0x4711);
    board_free(b);
}
END_TEST

START_TEST(not_plugged_in)
{
    struct board *b = rig("vof");
    ck_assert(!ev(b, FEATURES, 0, 0));
    ck_assert(!ev(b, MAP, TOP_PAGE, TOP_PAGE));
    ck_assert_ptr_null(kvm_device(b));
    board_free(b);
    b = rig("vof+epapr");
    for (uint32_t token = FEATURES; token <= MAP; token++) {
        ck_assert(ev(b, token, TOP_PAGE, TOP_PAGE));
        ck_assert_uint_eq(r(b, 3), EV_UNIMPLEMENTED);
        ck_assert_uint_eq(r(b, 4), 0);
    }
    ck_assert_ptr_null(kvm_device(b));
    board_free(b);
}
END_TEST

/* One instruction at CODE with these MSR bits and r4; the pc behind it. */
static uint32_t step(struct board *b, uint32_t word, uint32_t msr, uint32_t r4)
{
    bus_write(b->m->bus, CODE, 4, word);
    ppc_set_msr(b->m->cpu, msr);
    ppc_set_pc(b->m->cpu, CODE);
    ppc_set_gpr(b->m->cpu, 4, r4);
    (void)ppc_step(b->m->cpu);
    return (uint32_t)ppc_pc(b->m->cpu);
}

START_TEST(write_ee)
{
    static const char *const cpus[] = {"7447A", "7400", "750cxe"};
    for (unsigned i = 0; i < ARRAY_SIZE(cpus); i++) {
        struct board *b = calloc(1, sizeof *b);
        struct error err = {{0}};
        b->cfg = (struct config){.machine = "pegasos2", .cpu = cpus[i], .icount = true,
                                 .portable = true, .hypercalls = "vof+epapr"};
        ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
        ck_assert_uint_eq(step(b, WRTEEI_1, ME, 0), CODE + 4);
        ck_assert_uint_eq(ppc_msr(b->m->cpu), ME | EE);
        ck_assert_uint_eq(step(b, WRTEEI_0, ME | EE, 0), CODE + 4);
        ck_assert_uint_eq(ppc_msr(b->m->cpu), ME);
        ck_assert_uint_eq(step(b, WRTEE_R4, ME, UINT32_MAX), CODE + 4);
        ck_assert_uint_eq(ppc_msr(b->m->cpu), ME | EE);
        ck_assert_uint_eq(step(b, WRTEE_R4, ME | EE, (uint32_t)~EE), CODE + 4);
        ck_assert_uint_eq(ppc_msr(b->m->cpu), ME);
        ck_assert_uint_eq(step(b, WRTEEI_1, ME | PR, 0), 0x700); /* in problem state the chip's */
        board_free(b);
    }
    struct board *b = rig("vof+kvm");
    ck_assert_uint_eq(step(b, WRTEEI_1, ME, 0), 0x700);
    ck_assert_uint_eq(step(b, WRTEE_R4, ME, EE), 0x700);
    board_free(b);
}
END_TEST

/* Linux's loop: wrteei 1, then EV_IDLE until the interrupt's handler goes elsewhere. */
START_TEST(idle)
{
    struct board *b = rig("vof+epapr+kvm");
    struct ppc_cpu *c = b->m->cpu;
    static const uint32_t loop[] = {WRTEEI_1, 0x3d600001, 0x616b0010, 0x3c004b56, 0x60004d21,
                                    0x44000002, 0x60000000, 0x4bffffe8};
    for (unsigned i = 0; i < ARRAY_SIZE(loop); i++) bus_write(b->m->bus, CODE + 4 * i, 4, loop[i]);
    ppc_set_msr(c, ME);
    ppc_set_pc(c, CODE);
    ck_assert_int_eq(ppc_run(c, 1000), PPC_STOP_IDLE);
    ck_assert(ppc_idle(c));
    ck_assert_uint_eq(ppc_pc(c), CODE + 24);
    ck_assert_uint_lt(ppc_insns(c), 20);
    ppc_set_line(c, PPC_LINE_EXT, true);
    ck_assert(ppc_wakes(c));
    ck_assert_int_eq(ppc_run(c, 1), PPC_STOP_BUDGET);
    ck_assert_uint_eq(ppc_pc(c), 0x500);
    uint8_t srr0[16] = {0};
    unsigned bits;
    ck_assert(ppc_reg_get(c, "srr0", srr0, &bits));
    ck_assert_uint_eq(get_be32(srr0), CODE + 24);
    board_free(b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kvm");
    TCase *tc = tcase_create("kvm");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, map_and_unmap);
    tcase_add_test(tc, reset_and_state);
    tcase_add_test(tc, not_plugged_in);
    tcase_add_test(tc, write_ee);
    tcase_add_test(tc, idle);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
