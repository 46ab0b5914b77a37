/*
 * KVM's calls (vendor 42, facts 7) and the magic page they map. The page itself is cpu/magic.h; this
 * device owns its memory, so that reset and snapshots treat it like any other.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"

#define KVM(n) (0x002a0000u | (n))

enum {
    FEATURE_MAGIC_PAGE = 1 << 1, /* KVM_FEATURE_MAGIC_PAGE is a bit number */
    /* What of the page is live: the segment registers; SPRG4-7 and PIR behind them. KVM has both. */
    MAGIC_FEAT_SR = 1 << 0,
    MAGIC_FEAT_MAS0_TO_SPRG7 = 1 << 1,
};

struct kvm_page {
    struct device dev;
    struct ppc_cpu *cpu;
    uint64_t ea, ra; /* 0: not mapped */
    uint8_t page[PAGE_SIZE];
};

static void show(struct kvm_page *k)
{
    ppc_map_magic(k->cpu, k->ea, k->ra, k->ea || k->ra ? k->page : NULL);
}

/* kexec is no reset, and nothing tells a hypervisor of it: the page stays, as it does under KVM. The
 * next kernel leaves that page of its address space alone or maps it again, which clears it. */
static void kvm_reset(struct device *d)
{
    struct kvm_page *k = (struct kvm_page *)(void *)d;
    k->ea = k->ra = 0;
    memset(k->page, 0, sizeof k->page);
    show(k);
}

static int kvm_after_load(struct device *d)
{
    show((struct kvm_page *)(void *)d);
    return 0;
}

static const struct state_field kvm_state[] = {
    S_U64(kvm_page, ea), S_U64(kvm_page, ra), S_BYTES(kvm_page, page), S_END,
};

static const struct device_type kvm_type = {
    .name = "kvm", .reset = kvm_reset, .state = kvm_state, .state_version = 1,
    .after_load = kvm_after_load,
};

int kvm_page_new(struct hv *v, struct error *err)
{
    struct kvm_page *k = xcalloc(1, sizeof *k);
    int r = machine_add_device(v->m, &k->dev, &kvm_type, "kvm", err);
    if (r) {
        free(k);
        return r;
    }
    k->cpu = v->m->cpu;
    v->kvm = k;
    return 0;
}

/* out r4: bits by feature number */
static int64_t features(void *owner, struct ppc_cpu *c)
{
    (void)owner;
    ppc_set_gpr(c, 4, FEATURE_MAGIC_PAGE);
    return EV_SUCCESS;
}

/* r3 real address, r4 effective address (Linux's text has them the other way round, its code and
 * every caller this way); out r4: which fields are live. Bit 0 of the effective address says that
 * the guest does not map its own code no-execute; it only matters to KVM's 64-bit MMU. */
static int64_t map_magic_page(void *owner, struct ppc_cpu *c)
{
    struct kvm_page *k = ((struct hv *)owner)->kvm;
    k->ra = (uint32_t)ppc_gpr(c, 3) & ~PAGE_MASK;
    k->ea = (uint32_t)ppc_gpr(c, 4) & ~PAGE_MASK;
    memset(k->page, 0, sizeof k->page);
    show(k);
    ppc_set_gpr(c, 4, MAGIC_FEAT_SR | MAGIC_FEAT_MAS0_TO_SPRG7);
    return EV_SUCCESS;
}

static const struct hcall_entry entries[] = {
    {KVM(3), "kvm-features", features}, {KVM(4), "kvm-map-magic-page", map_magic_page},
};

const struct hv_table hv_kvm = {
    HV_KVM, HCALL_EV, entries, ARRAY_SIZE(entries), "Linux kvm_para.h; facts 7", "test_hcall_kvm",
};
