/*
 * Every cell of the decision table of docs/hypercalls.md: CPU class, what is plugged in, LEV,
 * problem state, magic registers. Then the same through the sc hook of a CPU.
 */
#include "tests/unit/fw_fixture.h"

enum { NONE = 0, PAPR = 1 << HCALL_PAPR, EV = 1 << HCALL_EV, OSI = 1 << HCALL_OSI };
enum magic { PLAIN, KVM, MOL, HALF_MOL, BOTH, N_MAGIC };

/* The table in other words than the code's: LEV 0 or 1, then by layers, then by magic. */
static enum hcall_route expected(unsigned plugged, unsigned lev, bool user, enum magic magic)
{
    bool kvm = magic == KVM || magic == BOTH, mol = magic == MOL || magic == BOTH;
    switch (lev) {
    case 0:
        if (mol && (plugged & OSI)) return HCALL_TO_OSI; /* in user mode as well */
        if (user) return HCALL_CHIP;
        return kvm && (plugged & EV) ? HCALL_TO_EV : HCALL_CHIP;
    case 1:
        if (plugged & PAPR) return user ? HCALL_DENIED : HCALL_TO_PAPR;
        if (user) return HCALL_CHIP;
        return plugged & EV ? HCALL_TO_EV : HCALL_CHIP;
    default: return HCALL_CHIP;
    }
}

static void registers(enum magic magic, uint32_t r[3])
{
    bool kvm = magic == KVM || magic == BOTH, mol = magic == MOL || magic == BOTH;
    r[0] = kvm ? KVM_MAGIC : 0x1234;
    r[1] = mol || magic == HALF_MOL ? OSI_MAGIC_1 : 0xf005;
    r[2] = mol ? OSI_MAGIC_2 : 0x5678;
}

START_TEST(every_cell)
{
    unsigned cells = 0;
    for (int class = HCALL_NO_HV; class <= HCALL_HV_HOST; class++)
        for (unsigned plugged = 0; plugged < 8; plugged++)
            for (unsigned lev = 0; lev < 128; lev++)
                for (int user = 0; user < 2; user++)
                    for (int magic = PLAIN; magic < N_MAGIC; magic++) {
                        uint32_t r[3];
                        registers((enum magic)magic, r);
                        enum hcall_route want =
                            class == HCALL_HV_HOST
                                ? HCALL_CHIP
                                : expected(plugged, lev, user, (enum magic)magic);
                        ck_assert_int_eq(hcall_decide((enum hcall_class) class, plugged, lev, user,
                                                      r[0], r[1], r[2]),
                                         want);
                        cells++;
                    }
    ck_assert_uint_eq(cells, 3 * 8 * 128 * 2 * N_MAGIC);
}
END_TEST

static int64_t answer(void *owner, struct ppc_cpu *c)
{
    (void)c;
    return *(int *)owner;
}

/* The registers after a real `sc` through the core, and where it went. */
static void run_sc(struct fx *x, uint32_t msr, unsigned lev, const uint32_t r[12])
{
    uint8_t word[4];
    put_be32(word, 0x44000002u | lev << 5);
    ck_assert_int_eq(bus_ram_write(x->m.bus, 0x3000, word, 4), 0);
    ppc_set_msr(x->m.cpu, msr);
    for (unsigned i = 0; i < 12; i++) ppc_set_gpr(x->m.cpu, i, r[i]);
    ppc_set_pc(x->m.cpu, 0x3000);
    ppc_step(x->m.cpu);
}

START_TEST(through_the_core)
{
    static int papr = 11, ev = 22, osi = 33;
    const struct hcall_entry one[] = {{7, "seven", answer}};
    for (unsigned plugged = 0; plugged < 8; plugged++)
        for (unsigned lev = 0; lev < 3; lev++)
            for (int user = 0; user < 2; user++)
                for (int magic = PLAIN; magic < N_MAGIC; magic++) {
                    struct fx *x = fx_new();
                    struct hcall *h = hcall_new(&x->m.log);
                    uint32_t r[12] = {0}, m[3];
                    if (plugged & PAPR) ck_assert(!hcall_register(h, one, 1, &papr, NULL));
                    if (plugged & EV) ck_assert(!hcall_register_abi(h, HCALL_EV, one, 1, &ev, NULL));
                    if (plugged & OSI)
                        ck_assert(!hcall_register_abi(h, HCALL_OSI, one, 1, &osi, NULL));
                    ppc_set_sc(x->m.cpu, hcall_sc, h);
                    registers((enum magic)magic, m);
                    r[0] = m[0];
                    r[3] = magic == PLAIN || magic == KVM ? 7 : m[1];
                    r[4] = m[2];
                    r[5] = r[11] = 7;
                    run_sc(x, user ? 0x4000 : 0, lev, r);
                    enum hcall_route want = expected(plugged, lev, user, (enum magic)magic);
                    uint32_t pc = (uint32_t)ppc_pc(x->m.cpu), r3 = (uint32_t)ppc_gpr(x->m.cpu, 3);
                    ck_assert_uint_eq(pc, want == HCALL_CHIP ? 0xc00 : 0x3004);
                    if (want == HCALL_CHIP) ck_assert_uint_eq(r3, r[3]);
                    if (want == HCALL_TO_EV) ck_assert_uint_eq(r3, 22);
                    if (want == HCALL_TO_OSI) ck_assert_uint_eq(r3, 33);
                    if (want == HCALL_TO_PAPR)
                        ck_assert_uint_eq(r3, r[3] == 7 ? 11 : (uint32_t)H_FUNCTION);
                    if (want == HCALL_DENIED) ck_assert_uint_eq(r3, (uint32_t)H_PRIVILEGE);
                    ck_assert_uint_eq((uint32_t)ppc_gpr(x->m.cpu, 31), 0);
                    ppc_set_sc(x->m.cpu, NULL, NULL);
                    hcall_free(h);
                    fx_free(x);
                }
}
END_TEST

START_TEST(unknown_numbers)
{
    static int value = 1;
    const struct hcall_entry one[] = {{7, "seven", answer}};
    struct fx *x = fx_new();
    struct hcall *h = hcall_new(&x->m.log);
    for (int abi = 0; abi < HCALL_ABIS; abi++)
        ck_assert(!hcall_register_abi(h, (enum hcall_abi)abi, one, 1, &value, NULL));
    struct ppc_cpu *c = x->m.cpu;
    ppc_set_msr(c, 0);
    ppc_set_gpr(c, 3, 9999);
    ck_assert(hcall_sc(h, c, 1));
    ck_assert_int_eq((int32_t)ppc_gpr(c, 3), H_FUNCTION);
    ppc_set_gpr(c, 0, KVM_MAGIC);
    ppc_set_gpr(c, 4, 0x55);
    ppc_set_gpr(c, 11, 0x002a0004);
    ck_assert(hcall_sc(h, c, 0));
    ck_assert_int_eq((int32_t)ppc_gpr(c, 3), EV_UNIMPLEMENTED);
    ck_assert_uint_eq(ppc_gpr(c, 4), 0);
    for (unsigned selector = 99; selector < 101; selector++) {
        ppc_set_gpr(c, 3, OSI_MAGIC_1);
        ppc_set_gpr(c, 4, OSI_MAGIC_2);
        ppc_set_gpr(c, 5, selector);
        ck_assert(hcall_sc(h, c, 0));
        ck_assert_uint_eq(ppc_gpr(c, 3), selector < OSI_CALLS ? 0 : OSI_MAGIC_1);
        ck_assert_uint_eq(ppc_gpr(c, 4), OSI_MAGIC_2);
    }
    hcall_free(h);
    fx_free(x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_cell, through_the_core, unknown_numbers, NULL};
    return fx_run("hcall_route", tests);
}
