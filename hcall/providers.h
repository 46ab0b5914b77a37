/*
 * The providers that a machine plugs into its hypercall layer besides the firmware's (vof), and
 * what they keep. They sit on the machine: console, clock, PCI buses, drives.
 */
#ifndef HCALL_PROVIDERS_H
#define HCALL_PROVIDERS_H

#include <stdio.h>
#include "base/compiler.h"
#include "base/error.h"
#include "hcall/hcall.h"
#include "hcall/osi.h"
#include "machines/device.h"
#include "machines/fault.h"

struct chardev;
struct fdtw;
struct machine;
struct ppc_cpu;
struct kvm_page;

enum hv_provider { HV_VOF = 1, HV_PAPR = 2, HV_EPAPR = 4, HV_KVM = 8, HV_OSI = 16 };

#define HV_TREE_MAX (1u << 20) /* of H_UPDATE_DT */

struct hv {
    struct device dev; /* first: reset, saved and freed with the machine's devices */
    struct machine *m;
    unsigned on; /* of enum hv_provider */
    uint32_t tree_len; /* what H_UPDATE_DT gave, checked; 0: nothing yet */
    uint8_t tree[HV_TREE_MAX];
    uint64_t random;   /* state of H_RANDOM with the instruction clock */
    uint32_t config[16]; /* EV_INT_SET_CONFIG */
    struct fwnmi fwnmi;  /* machines/fault.h; not cleared by kexec, which is no reset */
    struct osi osi;
    struct kvm_page *kvm;  /* the magic page, a device of the machine; NULL without kvm */
};

/* "vof+papr+epapr+kvm+osi" or "none", NULL: vof. 0, or -EINVAL with a sentence. */
int hv_parse(const char *list, unsigned *on, struct error *err) MUST_CHECK;

/* Every number with its convention and provider as Markdown tables, for docs/hypercalls.md. */
void hv_list(FILE *to);

/* Registers what is on (all but vof) with m->hcall, and itself as a device of the machine. */
int hv_new(struct machine *m, unsigned on, struct hv **out, struct error *err) MUST_CHECK;
/* Nodes below / by which guests find the calls; to be called where the machine writes its tree. */
void hv_fdt(struct hv *v, struct fdtw *w);

/* --- among the providers --- */

/* The line that terminal calls use: the second serial port's when it goes anywhere. */
struct chardev *hv_console(struct hv *v);
/* Sleeps until an interrupt is there, with MSR[EE] on if `enable`. */
void hv_idle(struct ppc_cpu *c, bool enable);

/* Adds the device that keeps KVM's magic page. */
int kvm_page_new(struct hv *v, struct error *err) MUST_CHECK;

struct hv_table {
    enum hv_provider provider;
    enum hcall_abi abi;
    const struct hcall_entry *entries;
    size_t n;
    const char *source, *test; /* for docs/hypercalls.md: whose definition, which unit test */
};
extern const struct hv_table hv_papr, hv_papr_memory, hv_epapr, hv_kvm, hv_osi, hv_osi_io,
    hv_osi_block, hv_osi_enet, hv_osi_input;
extern const struct hv_table hv_osi_firmware; /* firmware/osi_prom.c: tree and NVRAM */
/* All selectors of Mac-on-Linux, NULL for those never used. */
extern const char *const osi_names[OSI_CALLS];

#endif
