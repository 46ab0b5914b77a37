/*
 * What the two loops over the portable functions share: the plain one of exec_call.c and the counting
 * one of exec_profile.c.
 */
#ifndef CPU_EXEC_LOOP_H
#define CPU_EXEC_LOOP_H

#include "cpu/codecache.h"
#include "cpu/exception.h"

/* Brings c->pc forward over what an instruction returned. */
static ALWAYS_INLINE void loop_finish(struct ppc_cpu *c, enum sem r)
{
    c->left--;
    if (r == SEM_NEXT) c->pc = in_mode(c, c->pc + 4);
    else if (r == SEM_BRANCH) c->pc = c->npc;
    else ppc_take_exception(c, c->pc);
}

/* The slot of c->pc. NULL: the fetch has faulted, and the exception is taken. */
static ALWAYS_INLINE struct slot *loop_enter(struct ppc_cpu *c)
{
    const struct itlb_entry *e = &c->bank->i[c->pc >> PAGE_SHIFT & (ITLB_SIZE - 1)];
    struct code_page *p = e->page;
    if (e->tag != (c->pc & ~(ureg)PAGE_MASK)) p = codecache_fetch(c, c->pc);
    if (!p) {
        loop_finish(c, SEM_FAULT);
        return NULL;
    }
    c->pc_page = c->pc & ~(ureg)PAGE_MASK;
    c->page_slots = p->slots;
    return p->slots + ((c->pc & PAGE_MASK) >> 2);
}

#endif
