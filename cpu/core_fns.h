/* The functions behind struct ppc_core, of the width under compilation. */
#ifndef CPU_CORE_FNS_H
#define CPU_CORE_FNS_H

#include "cpu/state.h"
#include "cpu/core.h"

#define CORE_FN(result, name, params, args) result core_##name params;
#include "cpu/core.def"
#undef CORE_FN

#endif
