/*
 * The PAPR, ePAPR, KVM and fault-injection providers on a whole Pegasos II: every call with good
 * arguments and each class of bad ones, as the guest makes them.
 */
#include "tests/unit/board.h"

#include <libfdt.h>
#include <string.h>

#include "cpu/ppc.h"
#include "hcall/providers.h"

enum { LOAD = 0x3c, STORE = 0x40, MEMOP = 0xf001, UPDATE_DT = 0xf003, CAS = 0xf002 };
#define UART 0xfe0002f8u
#define DATA 0x200000u

static struct board *rig(const char *hypercalls)
{
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg.machine = "pegasos2";
    b->cfg.ram_size = 64u << 20;
    b->cfg.icount = b->cfg.portable = true;
    b->cfg.hypercalls = hypercalls;
    b->cfg.log_to = fopen("/dev/null", "w");
    b->cfg.log_mask = LOG_HCALL;
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    return b;
}

static uint32_t r(struct board *b, unsigned n) { return (uint32_t)ppc_gpr(b->m->cpu, n); }

static int32_t papr(struct board *b, uint32_t number, uint32_t r4, uint32_t r5, uint32_t r6,
                    uint32_t r7, uint32_t r8)
{
    const uint32_t in[] = {number, r4, r5, r6, r7, r8};
    ppc_set_msr(b->m->cpu, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(in); i++) ppc_set_gpr(b->m->cpu, 3 + i, in[i]);
    ck_assert(hcall_sc(b->m->hcall, b->m->cpu, 1));
    return (int32_t)r(b, 3);
}

static int32_t ev(struct board *b, uint32_t token, uint32_t r3, uint32_t r4, uint32_t r5)
{
    ppc_set_msr(b->m->cpu, 0);
    ppc_set_gpr(b->m->cpu, 0, KVM_MAGIC);
    ppc_set_gpr(b->m->cpu, 11, token);
    ppc_set_gpr(b->m->cpu, 3, r3);
    ppc_set_gpr(b->m->cpu, 4, r4);
    ppc_set_gpr(b->m->cpu, 5, r5);
    ppc_set_gpr(b->m->cpu, 6, 0);
    ck_assert(hcall_sc(b->m->hcall, b->m->cpu, 0));
    return (int32_t)r(b, 3);
}

START_TEST(loads_and_stores)
{
    struct board *b = rig("vof+papr");
    bus_write(b->m->bus, DATA, 8, 0x0123456789abcdef);
    for (unsigned size = 1; size <= 4; size *= 2) {
        for (uint32_t at = DATA; at < DATA + 8; at += size) {
            ck_assert_int_eq(papr(b, LOAD, size, at, 0, 0, 0), H_SUCCESS);
            ck_assert_uint_eq(r(b, 4), bus_read(b->m->bus, at, size));
        }
        ck_assert_int_eq(papr(b, STORE, size, DATA + 64, 0xa1b2c3d4, 0, 0), H_SUCCESS);
        ck_assert_uint_eq(bus_read(b->m->bus, DATA + 64, size),
                          0xa1b2c3d4u & (uint32_t)((UINT64_C(1) << 8 * size) - 1));
    }
    ck_assert_int_eq(papr(b, LOAD, 8, DATA, 0, 0, 0), H_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 0x01234567);
    ck_assert_uint_eq(r(b, 5), 0x89abcdef);
    ck_assert_int_eq(papr(b, STORE, 8, DATA + 8, 0x11223344, 0x55667788, 0), H_SUCCESS);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 8, 8), 0x1122334455667788);
    static const uint32_t sizes[] = {0, 3, 5, 6, 7, 9, 16, 0x80000000, UINT32_MAX};
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        ck_assert_int_eq(papr(b, LOAD, sizes[i], DATA, 0, 0, 0), H_PARAMETER);
        ck_assert_int_eq(papr(b, STORE, sizes[i], DATA, 0, 0, 0), H_PARAMETER);
    }
    for (unsigned size = 2; size <= 8; size *= 2)
        for (unsigned off = 1; off < size; off++)
            ck_assert_int_eq(papr(b, LOAD, size, DATA + off, 0, 0, 0), H_PARAMETER);
    /* beyond RAM, and the last bytes of the address space */
    ck_assert_int_eq(papr(b, LOAD, 4, 0x70000000, 0, 0, 0), H_SUCCESS);
    ck_assert_int_eq(papr(b, LOAD, 4, 0xfffffffc, 0, 0, 0), H_SUCCESS);
    ck_assert_int_eq(papr(b, LOAD, 8, 0xfffffffc, 0, 0, 0), H_PARAMETER);
    board_free(b);
}
END_TEST

/* The UART's scratch register by both ways, in both directions. */
START_TEST(devices_see_the_same)
{
    struct board *b = rig("vof+papr");
    for (unsigned v = 0; v < 256; v++) {
        ck_assert_int_eq(papr(b, STORE, 1, UART + 7, v, 0, 0), H_SUCCESS);
        ck_assert_uint_eq(bus_read(b->m->bus, UART + 7, 1), v);
        bus_write(b->m->bus, UART + 7, 1, v ^ 0xff);
        ck_assert_int_eq(papr(b, LOAD, 1, UART + 7, 0, 0, 0), H_SUCCESS);
        ck_assert_uint_eq(r(b, 4), v ^ 0xff);
    }
    for (unsigned size = 1; size <= 4; size *= 2) { /* MV64361 registers */
        ck_assert_int_eq(papr(b, LOAD, size, 0xf1000100, 0, 0, 0), H_SUCCESS);
        ck_assert_uint_eq(r(b, 4), bus_read(b->m->bus, 0xf1000100, size));
    }
    board_free(b);
}
END_TEST

START_TEST(memop)
{
    struct board *b = rig("vof+papr");
    for (unsigned log = 0; log < 4; log++) {
        uint8_t in[64], out[64];
        for (unsigned i = 0; i < 64; i++) in[i] = (uint8_t)(i * 7 + log);
        ck_assert(!bus_ram_write(b->m->bus, DATA, in, 64));
        ck_assert_int_eq(papr(b, MEMOP, DATA + 0x100, DATA, log, 64 >> log, 0), H_SUCCESS);
        ck_assert(!bus_ram_read(b->m->bus, DATA + 0x100, out, 64));
        ck_assert_mem_eq(in, out, 64);
        ck_assert_int_eq(papr(b, MEMOP, DATA + 0x100, DATA, log, 64 >> log, 1), H_SUCCESS);
        ck_assert(!bus_ram_read(b->m->bus, DATA + 0x100, out, 64));
        for (unsigned i = 0; i < 64; i++) ck_assert_uint_eq(out[i], (uint8_t)~in[i]);
        /* overlapping both ways */
        ck_assert_int_eq(papr(b, MEMOP, DATA + 8, DATA, log, 48 >> log, 0), H_SUCCESS);
        ck_assert(!bus_ram_read(b->m->bus, DATA + 8, out, 48));
        ck_assert_mem_eq(in, out, 48);
        ck_assert_int_eq(papr(b, MEMOP, DATA, DATA + 8, log, 48 >> log, 0), H_SUCCESS);
        ck_assert(!bus_ram_read(b->m->bus, DATA, out, 48));
        ck_assert_mem_eq(in, out, 48);
        if (log) ck_assert_int_eq(papr(b, MEMOP, DATA + 1, DATA, log, 1, 0), H_PARAMETER);
        if (log) ck_assert_int_eq(papr(b, MEMOP, DATA, DATA + 1, log, 1, 0), H_PARAMETER);
    }
    ck_assert_int_eq(papr(b, MEMOP, DATA, DATA, 4, 1, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, MEMOP, DATA, DATA, 0, 1, 2), H_PARAMETER);
    ck_assert_int_eq(papr(b, MEMOP, DATA, DATA, 0, 0x80000001, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, MEMOP, 0xfffffff8, DATA, 3, 2, 0), H_PARAMETER); /* wraps */
    ck_assert_int_eq(papr(b, MEMOP, DATA, DATA, 3, 0, 0), H_SUCCESS);
    board_free(b);
}
END_TEST

START_TEST(modes_and_random)
{
    struct board *b = rig("vof+papr");
    ck_assert_int_eq(papr(b, 0x31c, 0, 4, 0, 0, 0), H_SUCCESS);
    ck_assert_int_eq(papr(b, 0x31c, 1, 4, 0, 0, 0), H_UNSUPPORTED_FLAG - 63);
    ck_assert_int_eq(papr(b, 0x31c, 0, 4, 1, 0, 0), H_P3);
    ck_assert_int_eq(papr(b, 0x31c, 0, 4, 0, 1, 0), H_P4);
    ck_assert_int_eq(papr(b, 0x31c, 3, 3, 0, 0, 0), H_P2);
    ck_assert_int_eq(papr(b, 0x300, 0, 0, 0, 0, 0), H_SUCCESS);
    uint32_t high = r(b, 4), low = r(b, 5);
    ck_assert_int_eq(papr(b, 0x300, 0, 0, 0, 0, 0), H_SUCCESS);
    ck_assert(r(b, 4) != high || r(b, 5) != low);
    ck_assert_int_eq(papr(b, 0x58, 1, 1, 0, 0, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, 0x58, 0, 17, 0, 0, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, 0x58, 0, 16, 0, 0, 0), H_SUCCESS);
    ck_assert_int_eq(papr(b, 0x54, 1, 0, 0, 0, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, 0x54, 0, 0, 0, 0, 0), H_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 0);
    board_free(b);
}
END_TEST

START_TEST(sleep_until_interrupt)
{
    struct board *b = rig("vof+papr+epapr");
    for (int way = 0; way < 2; way++) {
        ppc_set_line(b->m->cpu, PPC_LINE_EXT, false);
        ck_assert_int_eq(way ? papr(b, 0xe0, 0, 0, 0, 0, 0) : ev(b, 0x10010, 0, 0, 0), 0);
        ck_assert(ppc_idle(b->m->cpu));
        ck_assert_uint_eq(ppc_msr(b->m->cpu), 0x8000);
        ppc_set_pc(b->m->cpu, 0x3000);
        ck_assert_int_eq(ppc_run(b->m->cpu, 100), PPC_STOP_IDLE);
        ppc_set_line(b->m->cpu, PPC_LINE_EXT, true);
        ppc_run(b->m->cpu, 1);
        ck_assert(!ppc_idle(b->m->cpu));
        ck_assert_uint_eq(ppc_pc(b->m->cpu) & ~UINT64_C(0xff), 0x500);
        ppc_set_msr(b->m->cpu, 0);
    }
    board_free(b);
}
END_TEST

START_TEST(device_tree_and_cas)
{
    struct board *b = rig("vof+papr");
    uint8_t blob[1024];
    ck_assert(!fdt_create_empty_tree(blob, sizeof blob));
    ck_assert(!bus_ram_write(b->m->bus, DATA, blob, sizeof blob));
    ck_assert_int_eq(papr(b, UPDATE_DT, DATA, 0, 0, 0, 0), H_SUCCESS);
    ck_assert_uint_eq(b->m->hv->tree_len, sizeof blob);
    for (unsigned i = 0; i < 200; i++) { /* damaged trees are refused or are trees */
        uint8_t bad[1024];
        memcpy(bad, blob, sizeof bad);
        bad[i * 5 % 72] ^= (uint8_t)(1u << i % 8);
        ck_assert(!bus_ram_write(b->m->bus, DATA, bad, sizeof bad));
        int32_t got = papr(b, UPDATE_DT, DATA, 0, 0, 0, 0);
        ck_assert(got == H_SUCCESS || got == H_PARAMETER);
        ck_assert(!fdt_check_full(b->m->hv->tree, b->m->hv->tree_len));
    }
    ck_assert_int_eq(papr(b, UPDATE_DT, 0x70000000, 0, 0, 0, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, UPDATE_DT, 0xfffffffc, 0, 0, 0, 0), H_PARAMETER);
    machine_reset(b->m);
    ck_assert_uint_eq(b->m->hv->tree_len, 0);
    static const uint32_t any[] = {0, 0};
    static const uint32_t other[] = {0xffffffff, 0x12345678, 0, 1};
    uint8_t list[16];
    for (unsigned i = 0; i < 2; i++) put_be32(list + 4 * i, any[i]);
    ck_assert(!bus_ram_write(b->m->bus, DATA, list, 8));
    ck_assert_int_eq(papr(b, CAS, DATA, DATA + 0x1000, 4096, 0, 0), H_SUCCESS);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 0x1000, 4), 1);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 0x1004, 4), FDT_MAGIC);
    ck_assert_int_eq(papr(b, CAS, DATA, DATA + 0x1000, 16, 0, 0), H_PARAMETER);
    ck_assert_int_eq(papr(b, CAS, DATA, 0x70000000, 4096, 0, 0), H_PARAMETER);
    for (unsigned i = 0; i < 4; i++) put_be32(list + 4 * i, other[i]);
    ck_assert(!bus_ram_write(b->m->bus, DATA, list, 16));
    ck_assert_int_eq(papr(b, CAS, DATA, DATA + 0x1000, 4096, 0, 0), H_HARDWARE);
    board_free(b);
}
END_TEST

START_TEST(epapr)
{
    struct board *b = rig("vof+epapr+kvm");
    ck_assert_int_eq(ev(b, 0x10001, 0, 4, 0x61626364), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 4);
    ck_assert_int_eq(ev(b, 0x10001, 1, 4, 0), EV_EINVAL);
    ck_assert_int_eq(ev(b, 0x10001, 0, 17, 0), EV_EINVAL);
    ck_assert_int_eq(ev(b, 0x10002, 0, 16, 0), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 0);
    ck_assert_int_eq(ev(b, 0x10002, 9, 16, 0), EV_EINVAL);
    ck_assert_int_eq(ev(b, 0x10003, 0, 0, 0), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 5), 16);
    ck_assert_int_eq(ev(b, 0x10004, 5, 1, 7), EV_SUCCESS);
    ck_assert_int_eq(ev(b, 0x10005, 5, 0, 0), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 1);
    ck_assert_uint_eq(r(b, 5), 7);
    for (unsigned irq = 0; irq < 16; irq++) {
        uint16_t port = irq < 8 ? 0x21 : 0xa1;
        for (unsigned on = 0; on < 2; on++) {
            ck_assert_int_eq(ev(b, 0x10006, irq, on, 0), EV_SUCCESS);
            ck_assert_uint_eq(inb(b, port) >> (irq & 7) & 1, on);
            ck_assert_int_eq(ev(b, 0x10007, irq, 0, 0), EV_SUCCESS);
            ck_assert_uint_eq(r(b, 4), on);
        }
        ck_assert_int_eq(ev(b, 0x1000a, irq, 0, 0), EV_SUCCESS);
    }
    ck_assert_int_eq(ev(b, 0x10006, 16, 0, 0), EV_EINVAL);
    ck_assert_int_eq(ev(b, 0x10006, 1, 2, 0), EV_EINVAL);
    ck_assert_int_eq(ev(b, 0x10007, UINT32_MAX, 0, 0), EV_EINVAL);
    ck_assert_int_eq(ev(b, 0x10009, 0, 0, 0), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 0xffff);
    static const uint32_t absent[] = {0, 0x10000, 0x10008, 0x1000b, 0x1000c, 0x1000d, 0x1000e,
                                      0x1000f, 0x10011, 0x2a0005, 0x2a0000, 0xffffffff};
    for (unsigned i = 0; i < ARRAY_SIZE(absent); i++) {
        ck_assert_int_eq(ev(b, absent[i], 1, 2, 3), EV_UNIMPLEMENTED);
        ck_assert_uint_eq(r(b, 4), 0);
    }
    ck_assert_int_eq(ev(b, 0x2a0003, 0, 99, 0), EV_SUCCESS);
    ck_assert_uint_eq(r(b, 4), 2); /* the magic page: test_hcall_kvm.c */
    board_free(b);
}
END_TEST

START_TEST(nothing_unless_asked_for)
{
    struct board *b = rig(NULL);
    ck_assert_int_eq(papr(b, LOAD, 4, DATA, 0, 0, 0), H_FUNCTION);
    ppc_set_gpr(b->m->cpu, 0, KVM_MAGIC);
    ppc_set_gpr(b->m->cpu, 3, OSI_MAGIC_1);
    ppc_set_gpr(b->m->cpu, 4, OSI_MAGIC_2);
    ck_assert(!hcall_sc(b->m->hcall, b->m->cpu, 0));
    board_free(b);
    unsigned on;
    struct error err = {""};
    ck_assert_int_eq(hv_parse("vof+papr+epapr+kvm+osi", &on, &err), 0);
    ck_assert_uint_eq(on, 31);
    ck_assert_int_eq(hv_parse("none", &on, &err), 0);
    ck_assert_uint_eq(on, 0);
    ck_assert_int_lt(hv_parse("vof+xen", &on, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "xen"));
    struct config cfg = {.machine = "pegasos2", .ram_size = 64u << 20, .hypercalls = "papr"};
    struct machine *m = NULL;
    err.text[0] = 0;
    ck_assert_int_lt(machine_new(&cfg, &m, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "vof"));
}
END_TEST

START_TEST(faults)
{
    struct board *b = rig("vof+papr");
    struct ppc_cpu *c = b->m->cpu;
    uint8_t log[88];
    ppc_set_msr(c, 0x1000);
    ppc_set_pc(c, 0x3000);
    machine_nmi(b->m);
    ppc_run(c, 1);
    ck_assert_uint_eq(ppc_pc(c) & ~UINT64_C(0xff), 0x100);
    ppc_set_msr(c, 0x1000);
    machine_mce(b->m, 0x1234);
    ppc_run(c, 1);
    ck_assert_uint_eq(ppc_pc(c) & ~UINT64_C(0xff), 0x200);
    /* registered */
    ck_assert_int_eq(fwnmi_interlock(b->m), -3);
    ck_assert_int_eq(fwnmi_register(b->m, 0x1900, 32u << 20, DATA), -3);
    ck_assert_int_eq(fwnmi_register(b->m, 0x1902, 0x1990, DATA), -3);
    ck_assert_int_eq(fwnmi_register(b->m, 0x1900, 0x1990, 0), -3);
    ck_assert_int_eq(fwnmi_register(b->m, 0x1900, 0x1990, (64u << 20) - 16), -3);
    ck_assert_int_eq(fwnmi_register(b->m, 0x1900, 0x1990, DATA), 0);
    ppc_set_msr(c, 0x9000);
    ppc_set_pc(c, 0x3000);
    ppc_set_gpr(c, 3, 0x77);
    machine_mce(b->m, 0xdeadbeec);
    ck_assert_uint_eq(ppc_pc(c), 0x1990);
    ck_assert_uint_eq(ppc_gpr(c, 3), DATA + FWNMI_LOG_AT);
    ck_assert_uint_eq(ppc_msr(c), 0x1000);
    ck_assert(!bus_ram_read(b->m->bus, DATA + FWNMI_LOG_AT, log, sizeof log));
    ck_assert_uint_eq(get_be64(log), 0x77);
    ck_assert_uint_eq(log[8], 6);
    ck_assert_uint_eq(get_be16(log + 32), 0x4d43);
    ck_assert_uint_eq(get_be64(log + 56), 0xdeadbeec);
    machine_mce(b->m, 1); /* still in the handler: dropped */
    ck_assert_uint_eq(ppc_pc(c), 0x1990);
    ck_assert_int_eq(fwnmi_interlock(b->m), 0);
    machine_nmi(b->m);
    ck_assert_uint_eq(ppc_pc(c), 0x1900);
    ck_assert_uint_eq(ppc_gpr(c, 3), DATA + FWNMI_SAVE_AT);
    machine_reset(b->m);
    ck_assert(!b->m->hv->fwnmi.registered);
    board_free(b);
}
END_TEST

/* Any registers, any call, of every provider: it returns. */
START_TEST(random_registers)
{
    struct board *b = rig("vof+papr+epapr+kvm+osi");
    uint64_t seed = 88172645463325252u;
    for (unsigned i = 0; i < 200000; i++) {
        for (unsigned n = 0; n < 13; n++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            uint32_t v = (uint32_t)(seed >> 16);
            ppc_set_gpr(b->m->cpu, n, seed & 3 ? v & (seed & 4 ? 0xff : 0x3ffffff) : v);
        }
        static const uint32_t papr_calls[] = {0x3c, 0x40, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58, 0x300,
                                              0x31c, 0xf001, 0xf002, 0xf003, 0xf000, 0xf005};
        unsigned lev = seed >> 60 & 1;
        if (lev) {
            ppc_set_gpr(b->m->cpu, 3, papr_calls[(seed >> 40) % ARRAY_SIZE(papr_calls)]);
            if (r(b, 3) == 0xf001) ppc_set_gpr(b->m->cpu, 7, r(b, 7) & 0xfff);
        } else if (seed & 1) {
            ppc_set_gpr(b->m->cpu, 0, KVM_MAGIC);
            ppc_set_gpr(b->m->cpu, 11, 0x10000u | (r(b, 11) & 31));
        } else {
            ppc_set_gpr(b->m->cpu, 3, OSI_MAGIC_1);
            ppc_set_gpr(b->m->cpu, 4, OSI_MAGIC_2);
            ppc_set_gpr(b->m->cpu, 5, r(b, 5) % 104);
        }
        ppc_set_msr(b->m->cpu, 0);
        (void)hcall_sc(b->m->hcall, b->m->cpu, lev);
    }
    board_free(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("hypercalls");
    tcase_set_timeout(tc, 240);
    tcase_add_test(tc, loads_and_stores);
    tcase_add_test(tc, devices_see_the_same);
    tcase_add_test(tc, memop);
    tcase_add_test(tc, modes_and_random);
    tcase_add_test(tc, sleep_until_interrupt);
    tcase_add_test(tc, device_tree_and_cas);
    tcase_add_test(tc, epapr);
    tcase_add_test(tc, nothing_unless_asked_for);
    tcase_add_test(tc, faults);
    tcase_add_test(tc, random_registers);
    return board_run("hcall providers", tc);
}
