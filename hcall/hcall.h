/*
 * What happens on `sc 1` (and later on `sc` with magic registers): a registry of numbered calls.
 * A provider is a table of {number, name, function}; a machine registers the providers it has.
 * Unknown numbers return H_FUNCTION (or the provider's own code), are counted and logged once.
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

enum {
    H_SUCCESS = 0,
    H_HARDWARE = -1,
    H_FUNCTION = -2,
    H_PRIVILEGE = -3,
    H_PARAMETER = -4,
};

enum {
    H_RTAS = 0xf000,       /* r4 = physical address of an RTAS argument block */
    H_VOF_CLIENT = 0xf005, /* r4 = physical address of a client-interface argument array */
};

/* Reads its arguments from r4.. and returns the value for r3; other results go to r4.. itself. */
typedef int64_t hcall_fn(void *owner, struct ppc_cpu *c);

struct hcall_entry {
    uint32_t number;
    const char *name;
    hcall_fn *fn;
};

struct hcall *hcall_new(struct log *log);
void hcall_free(struct hcall *h);

/* Adds n entries; -EEXIST names the number that is taken. */
int hcall_register(struct hcall *h, const struct hcall_entry *e, size_t n, void *owner,
                   struct error *err) MUST_CHECK;

/* The CPU's sc hook (ppc_sc_fn): ctx is the struct hcall. Takes `sc 1` only while at least one
 * provider is registered; from MSR[PR]=1 it answers H_PRIVILEGE as pegasos2 VOF users expect. */
bool hcall_sc(void *ctx, struct ppc_cpu *c, unsigned lev);

/* For `info hypercalls`: number, name, count; calls fn in ascending order. */
void hcall_each(struct hcall *h, void (*fn)(const struct hcall_entry *e, uint64_t count, void *ctx),
                void *ctx);

#endif
