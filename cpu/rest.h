/*
 * Finding out that a guest idles by going round: the kernel of a guest that may not use the chip's
 * power-saving modes turns in its idle loop until an interrupt comes. Linux does on a 745x, where it
 * naps only when told to (powersave-nap).
 *
 * The loop is recognised from outside, by what it does. A turn starts where mtmsr enables external
 * interrupts (rest_passing). When a few turns have passed there with the same stack pointer and saved
 * registers and the same number of instructions, two turns are run one instruction at a time (rest_try)
 * and must agree: the same instructions at the same addresses, the same addresses loaded from and
 * stored to, all of them RAM, and none of the instructions one that could see something else: no
 * device, no time base or decrementer, no other special register, no exception.
 *
 * What then holds: the course of such a loop depends on registers, on RAM and on interrupts only. RAM
 * that the loop itself writes is rewritten each turn at the same addresses; everything else in RAM
 * changes by an interrupt's handler or by a device, both of which are events of the machine. So until
 * the next event the loop goes on as it does, except for a number that it counts up in memory with each
 * turn and compares with a limit. The CPU may therefore stand still until that event: nothing is skipped,
 * nothing is written. To the guest it is a moment in which the chip ran slowly, which a program's host
 * may inflict on it at any instruction anyway; a count of turns comes out lower, as on a slower chip.
 * With the instruction clock the number of turns is time, and the loop turns (rests is false).
 */
#ifndef CPU_REST_H
#define CPU_REST_H

#include "cpu/insn.h"

/* mtmsr has just enabled external interrupts in supervisor state. */
void rest_passing(struct ppc_cpu *c);
/* Called between instructions when rest_passing asked for it. True: c stands in an idle loop. */
bool rest_try(struct ppc_cpu *c);

#endif
