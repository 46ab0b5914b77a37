/*
 * The state of a bare CPU at full speed, past the accessors by name. test_state.c knows the inside of
 * the CPU (cpu/state.h), so it is compiled once for each register width, like the core itself.
 */
#ifndef FRONTEND_TEST_STATE_H
#define FRONTEND_TEST_STATE_H

#include "frontend/test_cpu.h"

struct bare_state {
    void (*clear)(struct ppc_cpu *c, uint64_t msr);
    bool (*interrupted)(const struct ppc_cpu *c); /* an exception was taken since clear */
    void (*set)(struct ppc_cpu *c, enum bare_reg kind, unsigned n, struct value v);
    struct value (*get)(struct ppc_cpu *c, enum bare_reg kind, unsigned n);
};
extern const struct bare_state bare_state_32, bare_state_64;

#endif
