/*
 * Register width. The semantics are written over ureg/sreg. Everything that knows struct ppc_cpu is
 * compiled twice, with PPC_WIDTH 32 for the 32-bit models and 64 for the 64-bit ones; the second
 * time width_names.h gives every function another name, so that one program holds both. Nothing
 * above cpu/ppc.h sees a width: cpu/ppc_public.c calls the core that a CPU was made with.
 *
 * A test that looks inside a 64-bit CPU defines PPC_WIDTH as 64 before its first #include.
 */
#ifndef CPU_WIDTH_H
#define CPU_WIDTH_H

#include <stdint.h>

#ifndef PPC_WIDTH
#define PPC_WIDTH 32
#endif

#if PPC_WIDTH == 32
typedef uint32_t ureg;
typedef int32_t sreg;
#define PPC_W(name) name
#else
typedef uint64_t ureg;
typedef int64_t sreg;
#define PPC_W(name) name##_64
#include "cpu/width_names.h"
#endif

#endif
