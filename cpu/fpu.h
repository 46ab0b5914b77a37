/*
 * Floating-point state: FPSCR and the last operation whose flags are not yet folded into it.
 */
#ifndef CPU_FPU_H
#define CPU_FPU_H

#include <stdint.h>

struct ppc_fpu {
    uint32_t fpscr; /* exact only after fpu_sync() */
};

#endif
