#include "hcall/providers.h"

#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

#define MSR_EE 0x8000u

static const struct hv_table *const tables[] = {
    &hv_papr,      &hv_papr_memory, &hv_epapr,     &hv_kvm,          &hv_osi,
    &hv_osi_io,    &hv_osi_block,   &hv_osi_enet,  &hv_osi_input,    &hv_osi_firmware,
};

int hv_parse(const char *list, unsigned *on, struct error *err)
{
    static const struct {
        const char *name;
        unsigned bit;
    } names[] = {{"vof", HV_VOF},     {"papr", HV_PAPR}, {"epapr", HV_EPAPR},
                 {"kvm", HV_KVM},     {"osi", HV_OSI}};
    *on = 0;
    if (!list) list = "vof";
    if (!strcmp(list, "none")) return 0;
    for (const char *p = list;;) {
        size_t n = strcspn(p, "+"), i = 0;
        while (i < ARRAY_SIZE(names) &&
               (strlen(names[i].name) != n || strncmp(p, names[i].name, n)))
            i++;
        if (i == ARRAY_SIZE(names)) {
            return error_set(err, EINVAL, "hypercalls=%s: '%.*s' is none of vof, papr, epapr, kvm, "
                             "osi and none", list, (int)n, p);
        }
        *on |= names[i].bit;
        if (!p[n]) return 0;
        p += n + 1;
    }
}

/* --- the providers as a device --- */

static void hv_reset(struct device *d)
{
    struct hv *v = (struct hv *)d;
    memset(v->tree, 0, v->tree_len);
    v->tree_len = 0;
    v->random = 0;
    v->fwnmi = (struct fwnmi){.registered = false};
    memset(v->config, 0, sizeof v->config);
    osi_reset(v);
}

/* A tree that libfdt would not take from a guest is not taken from a file either. */
static int hv_after_load(struct device *d)
{
    struct hv *v = (struct hv *)d;
    if (v->tree_len > HV_TREE_MAX) return -EINVAL;
    if (v->tree_len && fdt_check_full(v->tree, v->tree_len)) return -EINVAL;
    struct fwnmi f = v->fwnmi;
    v->fwnmi = (struct fwnmi){.registered = false};
    if (f.registered) {
        if (fwnmi_register(v->m, f.system_reset, f.machine_check, f.area)) return -EINVAL;
        v->fwnmi.log_in_use = f.log_in_use;
    }
    osi_check_state(v);
    return 0;
}

static const struct state_field state[] = {
    S_U32(hv, tree_len), S_BYTES(hv, tree), S_U64(hv, random), S_U32S(hv, config),
    S_BOOL(hv, fwnmi.registered), S_BOOL(hv, fwnmi.log_in_use), S_U32(hv, fwnmi.system_reset),
    S_U32(hv, fwnmi.machine_check), S_U32(hv, fwnmi.area),
    S_U32(hv, osi.level), S_U32(hv, osi.mask),
    S_U32(hv, osi.block.ring.at), S_U32(hv, osi.block.ring.n), S_U32(hv, osi.block.ring.head),
    S_EVENT(hv, osi.block.turn), S_BOOL(hv, osi.block.running), S_BOOL(hv, osi.block.irq),
    S_U32(hv, osi.block.count), S_U32(hv, osi.block.kind), S_U32(hv, osi.block.unit),
    S_U32(hv, osi.block.sector), S_U32(hv, osi.block.done), S_U32S(hv, osi.block.changes),
    S_U32S(hv, osi.enet.ring), /* nothing but words */
    S_BOOL(hv, osi.enet.running), S_BOOL(hv, osi.enet.irq_on),
    S_BYTES(hv, osi.input.key), S_U8(hv, osi.input.key_head), S_U8(hv, osi.input.keys),
    S_BYTES(hv, osi.input.down), S_BOOL(hv, osi.input.active), S_U32(hv, osi.input.dx),
    S_U32(hv, osi.input.dy), S_U8(hv, osi.input.buttons),
    S_U8(hv, osi.tty), S_BOOL(hv, osi.tty_full),
    S_END,
};

static void hv_fini(struct device *d)
{
    struct hv *v = (struct hv *)d;
    if (v->on & HV_OSI) osi_fini(v);
    free(v);
}

static const struct device_type hv_type = {
    .name = "hypercalls",
    .reset = hv_reset,
    .fini = hv_fini,
    .state = state,
    .state_version = 1,
    .after_load = hv_after_load,
};

int hv_new(struct machine *m, unsigned on, struct hv **out, struct error *err)
{
    struct hv *v = xcalloc(1, sizeof *v);
    int r = machine_add_device(m, &v->dev, &hv_type, "hypercalls", err);
    if (r) {
        free(v);
        return r;
    }
    v->m = m;
    v->on = on;
    osi_block_init(v); /* the event of a device that is never used has a function all the same */
    for (size_t i = 0; !r && i < ARRAY_SIZE(tables); i++) {
        const struct hv_table *t = tables[i];
        if (on & t->provider) r = hcall_register_abi(m->hcall, t->abi, t->entries, t->n, v, err);
    }
    if (on & HV_OSI) osi_init(v);
    if (!r && on & HV_KVM) r = kvm_page_new(v, err);
    *out = v;
    return r;
}

static const char *provider_name(enum hv_provider p)
{
    switch (p) {
    case HV_PAPR: return "papr";
    case HV_EPAPR: return "epapr";
    case HV_KVM: return "kvm";
    case HV_OSI: return "osi";
    default: return "vof";
    }
}

/* What calls leave out, for docs/hypercalls.md; those that are not here leave out nothing. */
static const struct {
    enum hcall_abi abi;
    uint32_t number;
    const char *text;
} notes[] = {
    {HCALL_PAPR, H_RTAS, "the tokens of /rtas"},
    {HCALL_PAPR, H_VOF_EXCEPTION, "ends a client that has no handler"},
    {HCALL_PAPR, 0x54, "unit 0"},
    {HCALL_PAPR, 0x58, "unit 0"},
    {HCALL_PAPR, 0x31c, "big-endian only: no LPCR"},
    {HCALL_PAPR, 0xf002, "a tree without changes"},
    {HCALL_PAPR, 0xf003, "up to 1 MiB"},
    {HCALL_PAPR, 0x44, "as ci-load: memory is coherent"},
    {HCALL_PAPR, 0x48, "as ci-store: memory is coherent"},
    {HCALL_PAPR, 0x4c, "checks the address: caches are coherent"},
    {HCALL_PAPR, 0x50, "checks the address: caches are coherent"},
    {HCALL_PAPR, 0xf001, "up to 2^24 elements"},
    {HCALL_EV, 0x10001, "handle 0"},
    {HCALL_EV, 0x10002, "handle 0"},
    {HCALL_EV, 0x10003, "handle 0"},
    {HCALL_EV, 0x10004, "kept only: the i8259 has its own"},
    {HCALL_OSI, 22, "PCI configuration only"},
    {HCALL_OSI, 58, "returns at once"},
    {HCALL_OSI, 99, "interrupts with a second serial line"},
    {HCALL_OSI, 26, "no absolute pointer"},
    {HCALL_OSI, 51, "raw codes are HID usages"},
    {HCALL_OSI, 80, "the line is fixed; eject and door are the host's"},
    {HCALL_OSI, 52, "none without the built-in firmware"},
    {HCALL_OSI, 53, "none without the built-in firmware"},
    {HCALL_OSI, 76, "close keeps the tree"},
};

static const char *status_of(enum hcall_abi abi, uint32_t number)
{
    for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
        if (notes[i].abi == abi && notes[i].number == number) return notes[i].text;
    return "complete";
}

static void list_row(FILE *to, enum hcall_abi abi, const struct hcall_entry *e, const char *provider,
                     const char *source, const char *test)
{
    fprintf(to, abi == HCALL_OSI ? "| %u | " : "| 0x%x | ", e->number);
    fprintf(to, "%s | %s | %s | %s | %s%sboot-hcall |\n", e->name, provider, source,
            status_of(abi, e->number), test ? test : "", test ? ", " : "");
}

static void list_abi(FILE *to, enum hcall_abi abi)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        const struct hv_table *t = tables[i];
        for (size_t k = 0; t->abi == abi && k < t->n; k++)
            list_row(to, abi, &t->entries[k], provider_name(t->provider), t->source, t->test);
    }
}

/* The firmware registers these itself (firmware/firmware.c). */
static void list_vof(FILE *to)
{
    static const struct hcall_entry vof[] = {
        {H_RTAS, "rtas", NULL},
        {H_VOF_CLIENT, "vof-client", NULL},
        {H_VOF_EXCEPTION, "vof-exception", NULL},
    };
    static const char *const tests[] = {"test_rtas", "test_of_client", NULL};
    static const char *const sources[] = {"PAPR chapter 7; facts 6", "IEEE 1275; facts 4", "ppcemu"};
    for (size_t i = 0; i < ARRAY_SIZE(vof); i++)
        list_row(to, HCALL_PAPR, &vof[i], "vof", sources[i], tests[i]);
}

static bool osi_is_there(unsigned selector)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        for (size_t k = 0; tables[i]->abi == HCALL_OSI && k < tables[i]->n; k++)
            if (tables[i]->entries[k].number == selector) return true;
    return false;
}

void hv_list(FILE *to)
{
    static const char head[] = "\n| number | name | provider | source | status | tests |\n"
                               "| --- | --- | --- | --- | --- | --- |\n";
    fprintf(to, "### sc 1: number in r3\n%s", head);
    list_vof(to);
    list_abi(to, HCALL_PAPR);
    fprintf(to, "\n### ePAPR and KVM: token in r11\n%s", head);
    list_abi(to, HCALL_EV);
    fprintf(to, "\n### Mac-on-Linux: selector in r5\n%s", head);
    list_abi(to, HCALL_OSI);
    fprintf(to, "\nKnown by name, answered 0 and logged once:");
    unsigned n = 0;
    for (unsigned i = 0; i < OSI_CALLS; i++) {
        if (!osi_names[i] || osi_is_there(i)) continue;
        fprintf(to, "%s%u %s", n % 4 ? ", " : n ? ",\n" : "\n", i, osi_names[i]);
        n++;
    }
    fprintf(to, ".\n");
}

struct chardev *hv_console(struct hv *v)
{
    struct chardev *second = v->m->cfg->serial[1];
    return second ? second : v->m->console;
}

void hv_idle(struct ppc_cpu *c, bool enable)
{
    if (enable) ppc_set_msr(c, ppc_msr(c) | MSR_EE);
    ppc_sleep(c);
}

/* --- the tree --- */

/* Linux copies these words over a stub that ends in blr (facts 6.4). With PAPR or VOF in the layer
 * `sc 1` is theirs, so the call goes by `sc` with the magic r0. */
static void hypervisor_node(struct hv *v, struct fdtw *w)
{
    bool kvm = v->on & HV_KVM, magic = v->on & (HV_VOF | HV_PAPR);
    char list[64];
    size_t n = 0;
    if (kvm) n += (size_t)snprintf(list + n, sizeof list - n, "linux,kvm") + 1;
    n += (size_t)snprintf(list + n, sizeof list - n, "ppcemu,hypervisor") + 1;
    n += (size_t)snprintf(list + n, sizeof list - n, "epapr,hypervisor-1.0") + 1;
    fdtw_begin(w, "hypervisor");
    fdtw_bytes(w, "compatible", list, n);
    if (magic) {
        fdtw_cellv(w, "hcall-instructions", 0x3c000000 | KVM_MAGIC >> 16,
                   0x60000000 | (KVM_MAGIC & 0xffff), 0x44000002, 0x60000000);
    } else {
        fdtw_cellv(w, "hcall-instructions", 0x44000022, 0x60000000, 0x60000000, 0x60000000);
    }
    /* Linux then idles in EV_IDLE. The node has no such promise without the call behind it. */
    if (v->on & HV_EPAPR) fdtw_empty(w, "has-idle");
    fdtw_end(w);
}

static void mol_child(struct fdtw *w, const char *name, const char *type, int irq)
{
    fdtw_begin(w, name);
    if (type) fdtw_str(w, "device_type", type);
    if (irq >= 0) {
        fdtw_u32(w, "AAPL,interrupts", (uint32_t)irq);
        fdtw_u32(w, "interrupts", (uint32_t)irq);
    }
    fdtw_end(w);
}

/* The nodes that Mac-on-Linux drivers bind to (facts 9.8). */
static void mol_node(struct hv *v, struct fdtw *w)
{
    fdtw_begin(w, "mol");
    fdtw_u32(w, "#address-cells", 1);
    fdtw_u32(w, "#size-cells", 0);
    fdtw_begin(w, "nvram");
    fdtw_u32(w, "#bytes", 0x2000);
    fdtw_str(w, "device_type", "nvram");
    fdtw_end(w);
    fdtw_begin(w, "osi-pic");
    fdtw_str(w, "device_type", "osi-pic");
    fdtw_empty(w, "interrupt-controller");
    fdtw_u32(w, "#interrupt-cells", 1);
    fdtw_end(w);
    mol_child(w, "mol-blk", "block", OSI_IRQ_BLOCK);
    mol_child(w, "mol-keyboard", "keyboard", OSI_IRQ_KEYBOARD);
    mol_child(w, "mol-mouse", "mouse", OSI_IRQ_MOUSE);
    if (v->m->cfg->net) mol_child(w, "mol-enet", "network", OSI_IRQ_ENET);
    mol_child(w, "mol-tty", "serial", OSI_IRQ_TTY);
    mol_child(w, "mol-display", "display", -1);
    fdtw_end(w);
}

void hv_fdt(struct hv *v, struct fdtw *w)
{
    if (!v) return;
    if (v->on & (HV_EPAPR | HV_KVM)) hypervisor_node(v, w);
    if (v->on & HV_OSI) mol_node(v, w);
}
