/*
 * PAPR calls that reach memory and devices with translation off (facts 1.7). On a 32-bit CPU a
 * doubleword is a pair of registers, the high word first; PAPR says nothing about that case.
 */
#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"

/* PAPR allows 2^31; this many keep the emulator answering. */
#define MEMOP_MAX (1u << 24)

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

static bool good_access(uint32_t size, uint32_t at)
{
    return (size == 1 || size == 2 || size == 4 || size == 8) && !(at & (size - 1));
}

/* r4 size, r5 address; out r4 (r4, r5 for 8 bytes) */
static int64_t ci_load(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t size = reg(c, 4), at = reg(c, 5);
    if (!good_access(size, at)) return H_PARAMETER;
    uint64_t value = bus_read(v->m->bus, at, size);
    ppc_set_gpr(c, 4, size == 8 ? value >> 32 : value);
    if (size == 8) ppc_set_gpr(c, 5, value & UINT32_MAX);
    return H_SUCCESS;
}

/* r4 size, r5 address, r6 value (r6, r7 for 8 bytes) */
static int64_t ci_store(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t size = reg(c, 4), at = reg(c, 5);
    if (!good_access(size, at)) return H_PARAMETER;
    uint64_t value = reg(c, 6);
    if (size == 8) value = value << 32 | reg(c, 7);
    if (size < 8) value &= (UINT64_C(1) << 8 * size) - 1;
    bus_write(v->m->bus, at, size, value);
    return H_SUCCESS;
}

/* Caches are coherent here; the address must be RAM. */
static int64_t cache_op(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint8_t byte;
    return bus_ram_read(v->m->bus, reg(c, 4), &byte, 1) ? H_PARAMETER : H_SUCCESS;
}

/* r4 destination, r5 source, r6 log2 of the element size, r7 count, r8 0 copy, 1 complement */
static int64_t memop(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t to = reg(c, 4), from = reg(c, 5), log = reg(c, 6), n = reg(c, 7), op = reg(c, 8);
    if (log > 3 || op > 1 || n > MEMOP_MAX) return H_PARAMETER;
    uint32_t size = 1u << log;
    uint64_t len = (uint64_t)n << log;
    if ((to | from) & (size - 1) || !span_ok(to, len, UINT64_C(1) << 32) ||
        !span_ok(from, len, UINT64_C(1) << 32)) {
        return H_PARAMETER;
    }
    bool backwards = to > from && to - from < len;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t off = (uint64_t)(backwards ? n - 1 - i : i) << log;
        uint64_t value = bus_read(v->m->bus, from + off, size);
        if (op) value = ~value & (UINT64_MAX >> (64 - 8 * size));
        bus_write(v->m->bus, to + off, size, value);
    }
    return H_SUCCESS;
}

static const struct hcall_entry entries[] = {
    {0x3c, "h-logical-ci-load", ci_load},
    {0x40, "h-logical-ci-store", ci_store},
    {0x44, "h-logical-cache-load", ci_load},
    {0x48, "h-logical-cache-store", ci_store},
    {0x4c, "h-logical-icbi", cache_op},
    {0x50, "h-logical-dcbf", cache_op},
    {0xf001, "h-logical-memop", memop},
};

const struct hv_table hv_papr_memory = {
    HV_PAPR, HCALL_PAPR, entries, ARRAY_SIZE(entries), "PAPR; facts 1.7", "test_hcall_papr",
};
