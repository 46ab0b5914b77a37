/*
 * What happens on `sc`: which instructions are hypercalls, and the registry of numbered calls
 * behind them. A provider is a table of {number, name, function}; a machine plugs in those that
 * its configuration names. docs/hypercalls.md has the decision table and every number.
 */
#ifndef HCALL_HCALL_H
#define HCALL_HCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"

struct ppc_cpu;

/* Return codes of PAPR calls (facts 1.2). */
enum {
    H_SUCCESS = 0,
    H_BUSY = 1,
    H_HARDWARE = -1,
    H_FUNCTION = -2,
    H_PRIVILEGE = -3,
    H_PARAMETER = -4,
    H_P2 = -55,
    H_P3 = -56,
    H_P4 = -57,
    H_UNSUPPORTED_FLAG = -256, /* minus the IBM number of the bit */
};

/* And of ePAPR's (facts 6.2). */
enum {
    EV_SUCCESS = 0,
    EV_EFAULT = 6,
    EV_ENODEV = 7,
    EV_EINVAL = 8,
    EV_UNIMPLEMENTED = 12,
};

enum {
    H_RTAS = 0xf000,       /* r4 = physical address of an RTAS argument block */
    H_VOF_EXCEPTION = 0xf00e, /* our own: a vector that no client has filled was reached */
    H_VOF_CLIENT = 0xf005, /* r4 = physical address of a client-interface argument array */
};

#define KVM_MAGIC   0x4b564d21u /* r0 of a KVM or ePAPR call by `sc` */
#define OSI_MAGIC_1 0x113724fau /* r3 and */
#define OSI_MAGIC_2 0x77810f9bu /* r4 of a Mac-on-Linux call */
#define OSI_CALLS   100u

/* The three conventions: where the number is and what an unknown one gets. */
enum hcall_abi {
    HCALL_PAPR, /* number r3, arguments r4.., result r3; H_FUNCTION */
    HCALL_EV,   /* ePAPR and KVM: token r11, arguments r3.., results r3, r4; EV_UNIMPLEMENTED */
    HCALL_OSI,  /* Mac-on-Linux: selector r5, arguments r6.., result r3; 0 inside the table */
    HCALL_ABIS
};

/* Reads its arguments from the registers and returns the value for r3; other results go to the
 * registers itself. */
typedef int64_t hcall_fn(void *owner, struct ppc_cpu *c);

struct hcall_entry {
    uint32_t number;
    const char *name;
    hcall_fn *fn;
};

struct hcall *hcall_new(struct log *log);
void hcall_free(struct hcall *h);

/* Adds n entries of a convention; -EEXIST names the number that is taken, and nothing is added. */
int hcall_register_abi(struct hcall *h, enum hcall_abi abi, const struct hcall_entry *e, size_t n,
                       void *owner, struct error *err) MUST_CHECK;
/* The same for PAPR's convention. */
int hcall_register(struct hcall *h, const struct hcall_entry *e, size_t n, void *owner,
                   struct error *err) MUST_CHECK;

/* What kind of chip executes the sc. */
enum hcall_class {
    HCALL_NO_HV,   /* no hypervisor state: 603, 750, 74xx */
    HCALL_VHYP,    /* MSR[HV] is masked off: we are the hypervisor (970, POWER) */
    HCALL_HV_HOST, /* the guest has hypervisor state itself: sc 1 is its own */
};

enum hcall_route {
    HCALL_CHIP,    /* the chip's own system call interrupt */
    HCALL_DENIED,  /* H_PRIVILEGE in r3, go on */
    HCALL_TO_PAPR,
    HCALL_TO_EV,
    HCALL_TO_OSI,
};

/* The decision table. plugged: bit 1 << abi for each convention with at least one call. */
enum hcall_route hcall_decide(enum hcall_class class, unsigned plugged, unsigned lev,
                              bool problem_state, uint32_t r0, uint32_t r3, uint32_t r4);

/* NO_HV unless a machine says otherwise. */
void hcall_set_class(struct hcall *h, enum hcall_class class);

/* The CPU's sc hook (ppc_sc_fn): ctx is the struct hcall. */
bool hcall_sc(void *ctx, struct ppc_cpu *c, unsigned lev);

/* For `info hypercalls`: calls fn convention by convention, in ascending order of numbers. */
void hcall_each(struct hcall *h, void (*fn)(const struct hcall_entry *e, uint64_t count, void *ctx),
                void *ctx);
/* Is this number registered with that convention? */
bool hcall_known(const struct hcall *h, enum hcall_abi abi, uint32_t number);

#endif
