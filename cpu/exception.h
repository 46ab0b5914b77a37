/*
 * Taking exceptions and everything that changes MSR. Private to cpu/ and mmu/.
 */
#ifndef CPU_EXCEPTION_H
#define CPU_EXCEPTION_H

#include "cpu/insn.h"

/* Records an exception for the instruction under way and returns SEM_FAULT. */
enum sem ppc_raise(struct ppc_cpu *c, enum ppc_vector vector, uint32_t srr1_bits);
/* The same for alignment: DAR = ea, DSISR from the instruction word (PEM table 6-?). */
enum sem ppc_raise_alignment(struct ppc_cpu *c, ureg ea);

/* Takes the exception in c->exc_*: return_pc goes to SRR0, c->pc to the vector. */
void ppc_take_exception(struct ppc_cpu *c, ureg return_pc);
/* Takes the most urgent enabled interrupt, if any; true when one was taken. KVM's critical section
 * (cpu/magic.h) holds external and decrementer interrupts back. */
bool ppc_take_interrupt(struct ppc_cpu *c);
/* Recomputes KICK_IRQ after a line, the decrementer or MSR changed. */
void ppc_irq_changed(struct ppc_cpu *c);

/* mtmsr, rfi, exceptions: writes MSR and brings everything in line with it. */
void msr_write(struct ppc_cpu *c, ureg v);
/* Hard reset: MSR and pc as the model's manual says. */
void msr_reset(struct ppc_cpu *c);
enum sem system_call(struct ppc_cpu *c, unsigned lev);
/* rfi; on 64-bit models rfid. */
enum sem return_from_interrupt(struct ppc_cpu *c);
#if PPC_WIDTH == 64
enum sem return_from_hypervisor(struct ppc_cpu *c);
/* mtmsrd; only_ee_ri: its L bit. */
void msr_mtmsrd(struct ppc_cpu *c, ureg v, bool only_ee_ri);
#endif

#endif
