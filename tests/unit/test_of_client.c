/*
 * The client interface as a client sees it: argument arrays in guest memory and `sc 1`.
 */
#include "tests/unit/fw_fixture.h"

#define BUF (FX_TEXT + 0x1000)
#define STR (FX_TEXT + 0x800)

static uint32_t prop_u32(struct fx *x, const char *path, const char *prop)
{
    uint32_t node = fx_find(x, path), len;
    len = fx_call(x, "getprop", node, fx_str(x, STR, prop), BUF, 4);
    ck_assert_uint_eq(len, 4);
    return get_be32(fx_get(x, BUF));
}

START_TEST(every_service_is_there)
{
    struct fx *x = fx_started();
    static const char *const names[] = {
        "test",
        "finddevice",
        "getprop",
        "getproplen",
        "nextprop",
        "setprop",
        "peer",
        "child",
        "parent",
        "canon",
        "instance-to-path",
        "instance-to-package",
        "package-to-path",
        "instance-to-interposed-path",
        "call-method",
        "open",
        "close",
        "read",
        "write",
        "seek",
        "claim",
        "release",
        "boot",
        "enter",
        "exit",
        "chain",
        "interpret",
        "set-callback",
        "set-symbol-lookup",
        "milliseconds",
        "quiesce",
        "test-method",
        "start-cpu",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        ck_assert_msg(fx_call(x, "test", fx_str(x, STR, names[i])) == 0, "%s", names[i]);
    ck_assert_uint_eq(fx_call(x, "test", fx_str(x, STR, "no-such")), UINT32_MAX);
    fx_free(x);
}
END_TEST

START_TEST(malformed_calls_are_refused)
{
    struct fx *x = fx_started();
    static const uint32_t at[] = {0xfffffffc, FX_RAM, FX_RAM - 4, 0x7ffffffd, 1};
    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        ppc_set_gpr(x->m.cpu, 3, H_VOF_CLIENT);
        ppc_set_gpr(x->m.cpu, 4, at[i]);
        ck_assert(hcall_sc(x->m.hcall, x->m.cpu, 1));
        ck_assert_int_eq((int32_t)ppc_gpr(x->m.cpu, 3), H_PARAMETER);
    }
    uint32_t out[16];
    ck_assert_uint_eq(fx_call_n(x, "no-such-service", 1, out, 0, NULL), UINT32_MAX);
    ck_assert_uint_eq(fx_call_n(x, "peer", 1, out, 0, NULL), UINT32_MAX); /* wrong count */
    ck_assert_int_eq((int32_t)fx_call_n(x, "exit", 0, out, 1, (uint32_t[]){1}), -1);
    ck_assert(firmware_interactive(x->fw)); /* still the prompt of fx_started: no medium */
    uint8_t counts[12] = {0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0};
    fx_put(x, FX_ARRAY, counts, sizeof counts);
    ppc_set_gpr(x->m.cpu, 3, H_VOF_CLIENT);
    ppc_set_gpr(x->m.cpu, 4, FX_ARRAY);
    ck_assert(hcall_sc(x->m.hcall, x->m.cpu, 1));
    ck_assert_int_eq((int32_t)ppc_gpr(x->m.cpu, 3), H_PARAMETER);
    fx_free(x);
}
END_TEST

START_TEST(a_string_may_end_with_memory)
{
    struct fx *x = fx_started();
    ck_assert_uint_eq(fx_call(x, "finddevice", fx_str(x, FX_RAM - 6, "/rtas")),
                      fx_find(x, "/rtas"));
    fx_put(x, FX_RAM - 5, "/rtas", 5); /* no NUL before the end */
    ck_assert_uint_eq(fx_call(x, "finddevice", FX_RAM - 5), UINT32_MAX);
    fx_free(x);
}
END_TEST

START_TEST(properties)
{
    struct fx *x = fx_started();
    uint32_t root = fx_find(x, "/");
    ck_assert_uint_eq(fx_call(x, "getproplen", root, fx_str(x, STR, "model")), 9);
    ck_assert_uint_eq(fx_call(x, "getprop", root, STR, BUF, 3), 9); /* the full size */
    ck_assert_int_eq(memcmp(fx_get(x, BUF), "Peg\0", 4), 0);
    ck_assert_uint_eq(fx_call(x, "getproplen", root, fx_str(x, STR, "none")), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "getprop", 4711, STR, BUF, 3), UINT32_MAX);
    uint32_t rtas = fx_find(x, "/rtas");
    ck_assert_uint_eq(fx_call(x, "getprop", rtas, fx_str(x, STR, "name"), BUF, 64), 5);
    ck_assert_str_eq(fx_get(x, BUF), "rtas");
    fx_put(x, BUF, "\1\2\3\4", 4);
    ck_assert_uint_eq(fx_call(x, "setprop", rtas, fx_str(x, STR, "linux,rtas-base"), BUF, 4), 4);
    ck_assert_uint_eq(prop_u32(x, "/rtas", "linux,rtas-base"), 0x01020304);
    ck_assert_uint_eq(fx_call(x, "setprop", rtas, fx_str(x, STR, "phandle"), BUF, 4), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "setprop", rtas, fx_str(x, STR, "a"), BUF, 1u << 30), UINT32_MAX);
    fx_free(x);
}
END_TEST

START_TEST(nextprop_walks)
{
    struct fx *x = fx_started();
    uint32_t node = fx_find(x, "/rtas");
    unsigned n = 0;
    fx_str(x, STR, "");
    while (fx_call(x, "nextprop", node, STR, BUF) == 1) {
        fx_str(x, STR, fx_get(x, BUF));
        ck_assert_uint_lt(n++, 50);
    }
    ck_assert_uint_ge(n, 2);
    ck_assert_str_eq(fx_get(x, BUF), "");
    ck_assert_uint_eq(fx_call(x, "nextprop", node, fx_str(x, STR, "none"), BUF), UINT32_MAX);
    fx_free(x);
}
END_TEST

START_TEST(paths)
{
    struct fx *x = fx_started();
    uint32_t isa = fx_find(x, "/pci/isa");
    ck_assert_uint_eq(fx_call(x, "package-to-path", isa, BUF, 64), 19);
    ck_assert_str_eq(fx_get(x, BUF), "/pci@80000000/isa@c");
    fx_str(x, BUF, "################");
    ck_assert_uint_eq(fx_call(x, "package-to-path", isa, BUF, 4), 19);
    ck_assert_int_eq(memcmp(fx_get(x, BUF), "/pci####", 8), 0);
    ck_assert_uint_eq(fx_call(x, "canon", fx_str(x, STR, "cd:\\boot.img"), BUF, 128), 41);
    ck_assert_str_eq(fx_get(x, BUF), "/pci@80000000/ide@c,1/cdrom@1,0:\\boot.img");
    ck_assert_uint_eq(fx_call(x, "canon", fx_str(x, STR, "/none"), BUF, 128), UINT32_MAX);
    uint32_t ih = fx_call(x, "open", fx_str(x, STR, "/rtas"));
    ck_assert_uint_eq(fx_call(x, "instance-to-package", ih), fx_find(x, "/rtas"));
    ck_assert_uint_eq(fx_call(x, "instance-to-path", ih, BUF, 64), 5);
    ck_assert_str_eq(fx_get(x, BUF), "/rtas");
    fx_do(x, "close", ih);
    ck_assert_uint_eq(fx_call(x, "instance-to-package", ih), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "open", fx_str(x, STR, "/none")), 0);
    fx_free(x);
}
END_TEST

START_TEST(console_in_and_out)
{
    struct fx *x = fx_started();
    uint32_t in = prop_u32(x, "/chosen", "stdin"), out = prop_u32(x, "/chosen", "stdout");
    ck_assert_uint_ne(in, 0);
    ck_assert_uint_ne(out, 0);
    fx_clear_output(x);
    ck_assert_uint_eq(fx_call(x, "write", out, fx_str(x, BUF, "a\nb\r\nc\n\rd"), 9), 9);
    ck_assert_str_eq(x->console.out, "a\r\nb\r\nc\r\n\rd");
    fx_clear_output(x); /* CR and LF in separate calls stay one pair */
    fx_call(x, "write", out, fx_str(x, BUF, "x\r"), 2);
    fx_call(x, "write", out, fx_str(x, BUF, "\ny"), 2);
    ck_assert_str_eq(x->console.out, "x\r\ny");
    ck_assert_uint_eq(fx_call(x, "read", in, BUF, 4), 0);
    strcpy(x->console.in, "hello");
    x->console.n_in = 5;
    ck_assert_uint_eq(fx_call(x, "read", in, BUF, 4), 4);
    ck_assert_int_eq(memcmp(fx_get(x, BUF), "hell", 4), 0);
    ck_assert_uint_eq(fx_call(x, "write", 4711, BUF, 4), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "write", out, FX_RAM + 4096, 4), UINT32_MAX);
    fx_do(x, "close", out); /* /chosen's handles stay */
    ck_assert_uint_eq(fx_call(x, "write", out, BUF, 1), 1);
    fx_free(x);
}
END_TEST

/* "available" lists the gaps, and shrinks and grows with claims. */
START_TEST(claims_show_in_available)
{
    struct fx *x = fx_started();
    uint32_t memory = fx_find(x, "/memory");
    ck_assert_uint_eq(fx_call(x, "claim", 0x1000000, 0x8000, 0), 0x1000000);
    ck_assert_uint_eq(fx_call(x, "claim", 0x1007000, 0x1000, 0), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "claim", FX_RAM - 0x1000, 0x2000, 0), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "claim", 0, 0, 0x1000), UINT32_MAX);
    uint32_t len = fx_call(x, "getprop", memory, fx_str(x, STR, "available"), BUF, 256);
    ck_assert_uint_eq(len, 16);
    ck_assert_uint_eq(get_be32(fx_get(x, BUF) + 4), 0x1000000);
    ck_assert_uint_eq(get_be32(fx_get(x, BUF) + 8), 0x1008000);
    fx_do(x, "release", 0x1000000, 0x8000);
    ck_assert_uint_eq(fx_call(x, "getproplen", memory, STR), 8);
    uint32_t a = fx_call(x, "claim", 0x123, 0x1000, 0x10000);
    ck_assert_uint_eq(a % 0x10000, 0);
    uint32_t b = fx_call(x, "claim", 0x123, 0x1000, 0x10000);
    ck_assert_uint_ne(b, a);
    fx_free(x);
}
END_TEST

START_TEST(methods)
{
    struct fx *x = fx_started();
    uint32_t out[16], rtas = fx_call(x, "open", fx_str(x, STR, "/rtas"));
    const uint32_t inst[] = {fx_str(x, BUF, "instantiate-rtas"), rtas, 0x2000000};
    fx_call_n(x, "call-method", 2, out, 3, inst);
    ck_assert_uint_eq(out[0], 0);
    ck_assert_uint_eq(out[1], 0x2000000);
    uint8_t stub[20];
    ck_assert_int_eq(bus_ram_read(x->m.bus, 0x2000000, stub, 20), 0);
    ck_assert_uint_eq(get_be32(stub + 12), 0x44000022); /* sc 1 */
    ck_assert_uint_eq(get_be32(stub + 16), 0x4e800020); /* blr */
    const uint32_t none[] = {fx_str(x, BUF, "ibm,client-architecture-support"), rtas, 0};
    ck_assert_uint_eq(fx_call_n(x, "call-method", 2, out, 3, none), UINT32_MAX);
    ck_assert_uint_eq(fx_call_n(x, "call-method", 1, out, 0, NULL), UINT32_MAX);

    uint32_t pci = fx_call(x, "open", fx_str(x, STR, "/pci@80000000"));
    fx_str(x, BUF + 64, "c,1");
    const uint32_t dec[] = {fx_str(x, BUF, "decode-unit"), pci, 3, BUF + 64};
    fx_call_n(x, "call-method", 4, out, 4, dec);
    ck_assert_uint_eq(out[0], 0);
    ck_assert_uint_eq(out[1], 0x6100);
    const uint32_t enc[] = {fx_str(x, BUF, "encode-unit"), pci, 0x6100, 0, 0};
    fx_call_n(x, "call-method", 3, out, 5, enc);
    ck_assert_uint_eq(out[0], 0);
    ck_assert_uint_eq(out[1], 3);
    ck_assert_str_eq(fx_get(x, out[2]), "c,1");

    uint32_t mmu = prop_u32(x, "/chosen", "mmu");
    const uint32_t map[] = {fx_str(x, BUF, "map"), mmu, 0, 0x1000, 0x5000, 0x5000};
    ck_assert_uint_eq(fx_call_n(x, "call-method", 1, out, 6, map), 0);
    const uint32_t map2[] = {BUF, mmu, 0, 0x1000, 0x5000, 0x6000};
    ck_assert_uint_eq(fx_call_n(x, "call-method", 1, out, 6, map2), UINT32_MAX);
    const uint32_t tr[] = {fx_str(x, BUF, "translate"), mmu, 0x1234};
    fx_call_n(x, "call-method", 4, out, 3, tr);
    ck_assert_uint_eq(out[0], 0);
    ck_assert_uint_eq(out[3], 0x1234);
    uint32_t node = fx_find(x, "/rtas");
    ck_assert_uint_eq(fx_call(x, "test-method", node, fx_str(x, BUF, "instantiate-rtas")), 0);
    ck_assert_uint_eq(fx_call(x, "test-method", node, fx_str(x, BUF, "seek")), UINT32_MAX);
    fx_free(x);
}
END_TEST

START_TEST(interpret_resets_and_powers_off)
{
    struct fx *x = fx_started();
    ck_assert_uint_eq(fx_call(x, "interpret", fx_str(x, BUF, ".\" hello\"")), UINT32_MAX);
    ck_assert_int_eq(x->m.request, MACHINE_RUNNING);
    ck_assert_uint_eq(fx_call(x, "interpret", fx_str(x, BUF, "reset-all")), 0);
    ck_assert_int_eq(x->m.request, MACHINE_RESET);
    ck_assert_uint_eq(fx_call(x, "interpret", fx_str(x, BUF, "shut-down")), 0);
    ck_assert_int_eq(x->m.request, MACHINE_POWEROFF);
    fx_free(x);
}
END_TEST

START_TEST(clock_and_callbacks)
{
    struct fx *x = fx_started();
    uint32_t out[1];
    x->now = UINT64_C(7123000000);
    ck_assert_uint_eq(fx_call_n(x, "milliseconds", 1, out, 0, NULL), 7123);
    ck_assert_uint_eq(fx_call(x, "set-callback", 0x1234), 0);
    ck_assert_uint_eq(fx_call(x, "set-callback", 0), 0x1234);
    ck_assert_uint_eq(fx_do(x, "quiesce"), 0);
    ck_assert_uint_ne(fx_find(x, "/rtas"), UINT32_MAX);
    fx_free(x);
}
END_TEST

START_TEST(instances_are_bounded)
{
    struct fx *x = fx_started();
    uint32_t last = 1, n = 0;
    while (n < 200 && (last = fx_call(x, "open", fx_str(x, STR, "/rtas"))))
        n++;
    ck_assert_uint_lt(n, FW_INSTANCES);
    ck_assert_uint_eq(last, 0);
    uint32_t first = prop_u32(x, "/chosen", "stdout") + 5;
    fx_do(x, "close", first);
    ck_assert_uint_gt(fx_call(x, "open", fx_str(x, STR, "/rtas")), first); /* never reused */
    fx_free(x);
}
END_TEST

START_TEST(privilege)
{
    struct fx *x = fx_started();
    ppc_set_msr(x->m.cpu, 0x4000);
    ppc_set_gpr(x->m.cpu, 3, H_VOF_CLIENT);
    ppc_set_gpr(x->m.cpu, 4, FX_ARRAY);
    ck_assert(hcall_sc(x->m.hcall, x->m.cpu, 1));
    ck_assert_int_eq((int32_t)ppc_gpr(x->m.cpu, 3), H_PRIVILEGE);
    ck_assert(!hcall_sc(x->m.hcall, x->m.cpu, 0));
    fx_free(x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_service_is_there,
        malformed_calls_are_refused,
        a_string_may_end_with_memory,
        properties,
        nextprop_walks,
        paths,
        console_in_and_out,
        claims_show_in_available,
        methods,
        interpret_resets_and_powers_off,
        clock_and_callbacks,
        instances_are_bounded,
        privilege,
        NULL,
    };
    return fx_run("of_client", tests);
}
