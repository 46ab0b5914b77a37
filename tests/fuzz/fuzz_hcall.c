/*
 * Hypercalls of every provider with registers and memory of any content, on a whole Pegasos II. An
 * input is a row of calls: a byte of LEV and choices, r0 and r3-r11 as big-endian words; what is
 * behind the last whole call lies in guest memory at DATA.
 */
#include <stdio.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"

#include "tests/fuzz/fuzz.h"

#define DATA 0x200000u
#define CALL (1 + 10 * 4)
#define CALLS_MAX 64

static struct machine *machine(void)
{
    static struct config cfg;
    static struct machine *m;
    struct error err = {""};
    if (m) return m;
    cfg = (struct config){.machine = "pegasos2", .ram_size = 64u << 20, .icount = true, .vga = true,
                          .portable = true, .hypercalls = "vof+papr+epapr+kvm+osi"};
    cfg.log_to = fopen("/dev/null", "w");
    if (machine_new(&cfg, &m, &err)) abort();
    return m;
}

static void one_call(struct machine *m, const uint8_t *p)
{
    static const uint8_t where[10] = {0, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    for (unsigned i = 0; i < 10; i++) ppc_set_gpr(m->cpu, where[i], get_be32(p + 1 + 4 * i));
    /* A copy of 2^24 elements takes a second, which is for its own test. */
    if ((uint32_t)ppc_gpr(m->cpu, 3) == 0xf001) ppc_set_gpr(m->cpu, 7, ppc_gpr(m->cpu, 7) & 0x1fff);
    ppc_set_msr(m->cpu, p[0] & 2 ? 0x4000 : 0);
    (void)hcall_sc(m->hcall, m->cpu, p[0] & 1);
    if (p[0] & 4) machine_mce(m, get_be32(p + 1));
    if (p[0] & 8) machine_nmi(m);
    m->request = MACHINE_RUNNING;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    struct machine *m = machine();
    size_t calls = len / CALL < CALLS_MAX ? len / CALL : CALLS_MAX;
    size_t rest = len - calls * CALL < 65536 ? len - calls * CALL : 65536;
    if (bus_ram_write(m->bus, DATA, p + calls * CALL, rest)) return 0;
    for (size_t i = 0; i < calls; i++) one_call(m, p + i * CALL);
    return 0;
}

#ifndef FUZZ_LIBFUZZER
/* One input a convention, each number once, arguments that mostly point to memory. */
static size_t fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    static const uint32_t papr[] = {0x3c, 0x40, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58, 0xe0, 0x300,
                                    0x31c, 0xf000, 0xf001, 0xf002, 0xf003, 0xf005, 0xf00f};
    size_t len = 0;
    if (n > 2) return 0;
    for (uint32_t i = 0; i < 40 && len + CALL <= room; i++) {
        uint32_t r[10] = {KVM_MAGIC, 0, DATA, 4, DATA + 64, 1, DATA, 16, 0, 0x10000 + i};
        if (n == 0) r[1] = papr[i % ARRAY_SIZE(papr)];
        if (n == 0 && i & 1) r[2] = 1u << (i & 3);
        if (n == 2) {
            r[1] = OSI_MAGIC_1;
            r[2] = OSI_MAGIC_2;
            r[3] = i * 5 % 101;
        }
        buf[len] = n == 0;
        for (unsigned k = 0; k < 10; k++) put_be32(buf + len + 1 + 4 * k, r[k]);
        len += CALL;
    }
    return len;
}
#endif
