/*
 * cpu/ppc.h for callers that know no register width: every call goes to the core that the CPU's
 * model needs. Nothing here is on the path of an instruction.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/core.h"

static const struct ppc_core *core_of(const struct ppc_cpu *c)
{
    return ((const struct ppc_head *)(const void *)c - 1)->core;
}

struct ppc_cpu *ppc_new(const struct ppc_config *cfg, struct error *err)
{
    const struct ppc_core *core = cfg->model->features & PPC_F_64 ? &ppc_core_64 : &ppc_core_32;
    if ((cfg->glue == PPC_GLUE_TAIL || cfg->glue == PPC_GLUE_BASELINE) && !*core->has_tail_calls) {
        error_set(err, ENOTSUP, "this build has no tail-call core");
        return NULL;
    }
    size_t size = sizeof(struct ppc_head) + core->size;
    struct ppc_head *head = aligned_alloc(PPC_CPU_ALIGN, align_up(size, PPC_CPU_ALIGN));
    if (!head) {
        error_set(err, ENOMEM, "no memory for a CPU");
        return NULL;
    }
    memset(head, 0, size);
    head->core = core;
    struct ppc_cpu *c = (struct ppc_cpu *)(void *)(head + 1);
    core->init(c, cfg);
    return c;
}

void ppc_free(struct ppc_cpu *c)
{
    if (!c) return;
    core_of(c)->fini(c);
    free((struct ppc_head *)(void *)c - 1);
}

#define CORE_FN(result, name, params, args)                                                        \
    result ppc_##name params { return core_of(c)->name args; }
#include "cpu/core.def"
#undef CORE_FN
