/*
 * PAPR calls of a 32-bit machine that are not about memory: terminal, mode, sleep, random numbers,
 * the device tree and CAS (facts 1.6, 1.8, 1.13, 2.9 and 5.1).
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/chardev.h"
#include "machines/machine.h"

#define TERM_MAX 16u
#define CAS_PVRS 64

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

/* Unit 0 is the first terminal; ours has no other number. r4 unit, r5 count, r6-r9 bytes */
static int64_t put_term_char(void *owner, struct ppc_cpu *c)
{
    uint8_t bytes[TERM_MAX];
    uint32_t n = reg(c, 5);
    if (reg(c, 4) || n > TERM_MAX) return H_PARAMETER;
    for (unsigned i = 0; i < 4; i++) put_be32(bytes + 4 * i, reg(c, 6 + i));
    chardev_write(hv_console(owner), bytes, n);
    return H_SUCCESS;
}

/* out r4 count, r5-r8 bytes */
static int64_t get_term_char(void *owner, struct ppc_cpu *c)
{
    uint8_t bytes[TERM_MAX] = {0};
    if (reg(c, 4)) return H_PARAMETER;
    size_t n = chardev_read(hv_console(owner), bytes, sizeof bytes);
    ppc_set_gpr(c, 4, n);
    for (unsigned i = 0; i < 4; i++) ppc_set_gpr(c, 5 + i, get_be32(bytes + 4 * i));
    return H_SUCCESS;
}

static int64_t cede(void *owner, struct ppc_cpu *c)
{
    (void)owner;
    hv_idle(c, true);
    return H_SUCCESS;
}

/* r4 flags, r5 resource, r6, r7 values. This chip has no LPCR: big-endian interrupts at their
 * architected places are the one mode there is. */
static int64_t set_mode(void *owner, struct ppc_cpu *c)
{
    uint32_t flags = reg(c, 4);
    (void)owner;
    if (reg(c, 5) != 4) return H_P2;
    if (reg(c, 6)) return H_P3;
    if (reg(c, 7)) return H_P4;
    return flags ? H_UNSUPPORTED_FLAG - (flags & 1 ? 63 : 62) : H_SUCCESS;
}

/* SplitMix64 with the instruction clock, so that runs repeat; the host's generator otherwise. */
static uint64_t random_number(struct hv *v)
{
    uint64_t x;
    if (!v->m->cfg->icount && getrandom(&x, sizeof x, GRND_NONBLOCK) == sizeof x) return x;
    x = v->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* out r4 high, r5 low word */
static int64_t get_random(void *owner, struct ppc_cpu *c)
{
    uint64_t x = random_number(owner);
    ppc_set_gpr(c, 4, x >> 32);
    ppc_set_gpr(c, 5, x & UINT32_MAX);
    return H_SUCCESS;
}

/* r4 = a flat tree: kept when libfdt finds no fault with it. */
static int64_t update_dt(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint8_t head[40];
    uint32_t at = reg(c, 4);
    if (bus_ram_read(v->m->bus, at, head, sizeof head) || get_be32(head) != FDT_MAGIC) {
        return H_PARAMETER;
    }
    uint32_t len = get_be32(head + 4);
    if (len < sizeof head || len > HV_TREE_MAX) return H_PARAMETER;
    uint8_t *copy = malloc(len);
    if (!copy) return H_HARDWARE;
    bool good = !bus_ram_read(v->m->bus, at, copy, len) && !fdt_check_full(copy, len);
    if (good) {
        memset(v->tree, 0, v->tree_len);
        memcpy(v->tree, copy, len);
        v->tree_len = len;
    }
    free(copy);
    return good ? H_SUCCESS : H_PARAMETER;
}

/* The list of (mask, PVR) pairs must name this chip: the last has value bits outside the mask. */
static bool lists_our_pvr(struct hv *v, uint32_t at)
{
    uint32_t pvr = ppc_model(v->m->cpu)->pvr;
    for (unsigned i = 0; i < CAS_PVRS; i++, at += 8) {
        uint8_t pair[8];
        if (bus_ram_read(v->m->bus, at, pair, sizeof pair)) return false;
        uint32_t mask = get_be32(pair), value = get_be32(pair + 4);
        if ((pvr & mask) == value) return true;
        if (value & ~mask) return false;
    }
    return false;
}

/* r4 vectors, r5 buffer, r6 its size: a header with version 1 and a tree without changes. */
static int64_t cas(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint64_t tree[32]; /* libfdt wants it aligned */
    uint8_t out[4 + sizeof tree] = {0};
    if (!lists_our_pvr(v, reg(c, 4))) return H_HARDWARE;
    if (fdt_create_empty_tree(tree, sizeof tree) || fdt_pack(tree)) return H_HARDWARE;
    size_t len = 4 + fdt_totalsize(tree);
    put_be32(out, 1);
    memcpy(out + 4, tree, len - 4);
    if (reg(c, 6) < len || bus_ram_write(v->m->bus, reg(c, 5), out, len)) return H_PARAMETER;
    return H_SUCCESS;
}

static const struct hcall_entry entries[] = {
    {0x54, "h-get-term-char", get_term_char}, {0x58, "h-put-term-char", put_term_char},
    {0xe0, "h-cede", cede},                   {0x300, "h-random", get_random},
    {0x31c, "h-set-mode", set_mode},          {0xf002, "h-cas", cas},
    {0xf003, "h-update-dt", update_dt},
};

const struct hv_table hv_papr = {
    HV_PAPR, HCALL_PAPR, entries, ARRAY_SIZE(entries), "PAPR; facts 1.6-1.13, 5.1", "test_hcall_papr",
};
