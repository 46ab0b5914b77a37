/*
 * Where a debugger wants ppc_run to stop (struct ppc_debug of ppc.h), at no cost elsewhere. Slots at the
 * page offset of a breakpoint are decoded to one that compares the address, in every page, so that no
 * mapping needs to be known; pages with a watchpoint stay out of the soft TLB, so that their accesses
 * come by access.c, which asks here.
 */
#ifndef CPU_DEBUG_H
#define CPU_DEBUG_H

#include "mmu/mmu.h"

/* The variant of INSN_ILLEGAL whose handlers stop (exec_call.c, exec_tail.c). */
#define BREAK_VARIANT 1

/* Is there a breakpoint at this slot of some page? */
bool debug_breaks_slot(const struct ppc_cpu *c, unsigned index);
/* At this address? Not while ppc_step runs: the debugger goes on from its breakpoint with a step. */
bool debug_stops_at(const struct ppc_cpu *c, ureg pc);
/* The run ends at the slot that was about to run. */
enum sem debug_stop(struct ppc_cpu *c);
bool debug_watches_page(const struct ppc_cpu *c, ureg ea);
/* An access that translated: notes the watchpoint it touches and ends the run behind it. */
void debug_access(struct ppc_cpu *c, ureg ea, unsigned len, enum access access);

#endif
