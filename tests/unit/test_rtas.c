/*
 * RTAS through `sc 1`: counts, PCI configuration, clock, NVRAM, reset and power-off.
 */
#include "tests/unit/fw_fixture.h"

#include "machines/pci.h"

static uint32_t ret[16];

/* The value of r3; results are left in ret. */
static int32_t rtas(struct fx *x, uint32_t token, uint32_t n_args, const uint32_t *args,
                    uint32_t n_rets)
{
    uint8_t block[4 * 40];
    put_be32(block, token);
    put_be32(block + 4, n_args);
    put_be32(block + 8, n_rets);
    for (uint32_t i = 0; i < n_args; i++)
        put_be32(block + 12 + 4 * i, args[i]);
    for (uint32_t i = 0; i < n_rets; i++)
        put_be32(block + 12 + 4 * (n_args + i), 0xdeadbeef);
    fx_put(x, FX_ARRAY, block, sizeof block);
    ppc_set_gpr(x->m.cpu, 3, H_RTAS);
    ppc_set_gpr(x->m.cpu, 4, FX_ARRAY);
    ck_assert(hcall_sc(x->m.hcall, x->m.cpu, 1));
    ck_assert_int_eq(bus_ram_read(x->m.bus, FX_ARRAY, block, sizeof block), 0);
    for (uint32_t i = 0; i < n_rets; i++)
        ret[i] = get_be32(block + 12 + 4 * (n_args + i));
    return (int32_t)ppc_gpr(x->m.cpu, 3);
}
#define RTAS(x, token, n_rets, ...)                                                                \
    rtas(x, token, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (const uint32_t[]){__VA_ARGS__}, n_rets)

START_TEST(counts)
{
    struct fx *x = fx_started();
    ck_assert_int_eq(rtas(x, 0, 0, NULL, 1), H_SUCCESS);
    ck_assert_uint_eq(ret[0], 0);
    ck_assert_int_eq(rtas(x, 3, 0, NULL, 7), H_PARAMETER);
    ck_assert_uint_eq(ret[0], UINT32_MAX);
    ck_assert_int_eq(rtas(x, 3, 0, NULL, 0), H_PARAMETER);
    ck_assert_int_eq(rtas(x, 999, 0, NULL, 1), H_SUCCESS); /* unknown: status 0 */
    ck_assert_uint_eq(ret[0], 0);
    ppc_set_gpr(x->m.cpu, 3, H_RTAS);
    ppc_set_gpr(x->m.cpu, 4, FX_RAM - 8);
    ck_assert(hcall_sc(x->m.hcall, x->m.cpu, 1));
    ck_assert_int_eq((int32_t)ppc_gpr(x->m.cpu, 3), H_PARAMETER);
    fx_free(x);
}
END_TEST

START_TEST(clock)
{
    struct fx *x = fx_started();
    ck_assert_int_eq(RTAS(x, 4, 1, 2026, 2, 28, 23, 59, 58, 0), H_SUCCESS);
    ck_assert_uint_eq(ret[0], 0);
    ck_assert_int_eq(rtas(x, 3, 0, NULL, 8), H_SUCCESS);
    static const uint32_t want[] = {0, 2026, 2, 28, 23, 59};
    for (unsigned i = 0; i < 6; i++)
        ck_assert_uint_eq(ret[i], want[i]);
    ck_assert_uint_ge(ret[6], 58);
    ck_assert_int_eq(RTAS(x, 4, 1, 2026, 13, 1, 0, 0, 0, 0), H_SUCCESS);
    ck_assert_int_eq((int32_t)ret[0], -3);
    fx_free(x);
}
END_TEST

START_TEST(reset_and_power_off)
{
    struct fx *x = fx_started();
    ck_assert_int_eq(rtas(x, 20, 0, NULL, 1), H_SUCCESS);
    ck_assert_int_eq(x->m.request, MACHINE_RESET);
    ck_assert_int_eq(RTAS(x, 17, 1, 0, 0), H_SUCCESS);
    ck_assert_int_eq(x->m.request, MACHINE_POWEROFF);
    ck_assert_int_eq(x->m.exit_status, 0);
    fx_free(x);
}
END_TEST

START_TEST(nvram)
{
    struct fx *x = fx_started();
    fx_put(x, FX_TEXT, "precious", 8);
    ck_assert_int_eq(RTAS(x, 2, 2, 6000, FX_TEXT, 8), H_SUCCESS);
    ck_assert_uint_eq(ret[0], 0);
    ck_assert_uint_eq(ret[1], 8);
    ck_assert_int_eq(RTAS(x, 1, 2, 5998, FX_TEXT + 64, 10), H_SUCCESS);
    ck_assert_uint_eq(ret[1], 10);
    ck_assert_int_eq(memcmp(fx_get(x, FX_TEXT + 66), "precious", 8), 0);
    ck_assert_int_eq(RTAS(x, 1, 2, 8000, FX_TEXT, 193), H_SUCCESS);
    ck_assert_int_eq((int32_t)ret[0], -3);
    ck_assert_int_eq(RTAS(x, 2, 2, 0xffffffff, FX_TEXT, 2), H_SUCCESS);
    ck_assert_int_eq((int32_t)ret[0], -3);
    ck_assert_int_eq(RTAS(x, 2, 2, 0, FX_RAM - 1, 2), H_SUCCESS);
    ck_assert_int_eq((int32_t)ret[0], -1);
    fx_free(x);
}
END_TEST

START_TEST(display_character)
{
    struct fx *x = fx_started();
    fx_clear_output(x);
    RTAS(x, 10, 1, 'H');
    RTAS(x, 10, 1, '\n');
    ck_assert_str_eq(x->console.out, "H\r\n");
    fx_free(x);
}
END_TEST

static void no_reset(struct device *d)
{
    (void)d;
}
static const struct state_field no_state[] = {S_END};
static const struct device_type function_type = {
    .name = "test", .reset = no_reset, .state = no_state};

START_TEST(pci_config)
{
    struct fx *x = fx_started();
    struct bus *mem = bus_new("mem", 0xff, &x->m.log), *io = bus_new("io", 0xff, &x->m.log);
    struct irq none[4] = {{NULL, NULL, 0}};
    struct error err = {""};
    struct pci_bus *b = pci_bus_new("pci1", mem, io, x->m.bus, none, &x->m.log);
    static struct pci_dev p;
    p.dev.type = &function_type;
    p.dev.m = &x->m;
    p.dev.label = "test";
    ck_assert_int_eq(pci_add(b, &p, PCI_DEVFN(12, 1), 0x1106, 0x0571, 0x01018a, 6, 1, &err), 0);
    x->m.pci[0] = b;
    uint32_t ide = 12u << 11 | 1u << 8;
    RTAS(x, 8, 2, ide, 2);
    ck_assert_uint_eq(ret[0], 0);
    ck_assert_uint_eq(ret[1], 0x1106); /* a number, not bytes */
    RTAS(x, 8, 2, ide, 4);
    ck_assert_uint_eq(ret[1], 0x05711106);
    RTAS(x, 9, 1, ide | 0x3c, 1, 9);
    ck_assert_uint_eq(ret[0], 0);
    RTAS(x, 8, 2, ide | 0x3c, 1);
    ck_assert_uint_eq(ret[1], 9);
    RTAS(x, 8, 2, 13u << 11, 4);
    ck_assert_uint_eq(ret[1], UINT32_MAX);
    RTAS(x, 8, 2, ide, 8);
    ck_assert_uint_eq(ret[1], UINT32_MAX);
    RTAS(x, 8, 2, ide | 3, 4);
    ck_assert_uint_eq(ret[1], UINT32_MAX);
    RTAS(x, 8, 2, ide | 1u << 24, 4); /* the other bridge, which is not there */
    ck_assert_uint_eq(ret[1], UINT32_MAX);
    x->m.pci[0] = NULL;
    pci_bus_free(b);
    bus_free(mem);
    bus_free(io);
    fx_free(x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {counts,     clock, reset_and_power_off, nvram, display_character,
                                  pci_config, NULL};
    return fx_run("rtas", tests);
}
