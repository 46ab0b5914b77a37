/*
 * Register width. The semantics are written over ureg/sreg; the core is compiled with PPC_WIDTH 32
 * for the 32-bit models and (later) a second time with 64. Nothing below cpu/ppc.h leaks it.
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
#else
typedef uint64_t ureg;
typedef int64_t sreg;
#endif

#endif
