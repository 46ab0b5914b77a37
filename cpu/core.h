/*
 * One width of the core as cpu/ppc_public.c sees it: a size and functions. The pointer to it stands
 * in front of struct ppc_cpu, whose own layout differs by width and begins with the hottest fields.
 */
#ifndef CPU_CORE_H
#define CPU_CORE_H

#include <stdio.h>

#include "cpu/ppc.h"

struct ppc_core {
    size_t size; /* of its struct ppc_cpu */
    /* init makes a CPU in zeroed memory of that size and resets it; fini frees what init made. */
    void (*init)(struct ppc_cpu *c, const struct ppc_config *cfg);
    void (*fini)(struct ppc_cpu *c);
    const bool *has_tail_calls;
#define CORE_FN(result, name, params, args) result(*name) params;
#include "cpu/core.def"
#undef CORE_FN
};

#define PPC_CPU_ALIGN 64
struct ppc_head {
    const struct ppc_core *core;
} __attribute__((aligned(PPC_CPU_ALIGN)));

extern const struct ppc_core ppc_core_32, ppc_core_64;

#endif
