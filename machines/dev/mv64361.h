/*
 * Marvell MV64361 "Discovery II" system controller: CPU address windows, two PCI buses with their
 * configuration mechanism and interrupt acknowledge, interrupt controller, GPP pins, timers, I2C,
 * Ethernet management registers and 256 KiB of SRAM. Sources: facts section 2, which was
 * collected from include/linux/mv643xx.h and observation; the Marvell manual itself is not public.
 * Left out: Ethernet frames, MPSC/SDMA, IDMA, XOR (their registers keep what is written).
 */
#ifndef MACHINES_DEV_MV64361_H
#define MACHINES_DEV_MV64361_H

#include "machines/pci.h"

struct mv64361;

#define MV_GPP_INTR 31 /* the pin that Pegasos II wires to the south bridge's INTR */

struct mv64361_wires {
    struct irq cpu_int;    /* CPU INT */
    struct irq intx[2][4]; /* INTA-D of PCI0 and PCI1, where the board takes them */
};

/* Adds itself, its PCI host functions and both PCI buses to the machine; windows and SRAM appear
 * on m->bus. tclk: the core clock of the timers, Hz. NULL with *err filled on failure. */
struct mv64361 *mv64361_new(struct machine *m, const char *label,
                            const struct mv64361_wires *wires, uint32_t tclk, struct error *err);

/* n: the chip's own numbering, 0 = AGP side, 1 = PCI slots and south bridge. */
struct pci_bus *mv64361_pci(struct mv64361 *mv, unsigned n);

/* GPP input pin 0-31 as an irq line (true = high). */
void mv64361_gpp_set(void *mv, unsigned pin, bool level);

/* What answers an interrupt acknowledge cycle on PCI bus n: returns the vector. */
void mv64361_set_inta(struct mv64361 *mv, unsigned n, uint8_t (*ack)(void *ctx), void *ctx);

/* A register by its offset in the block, as a 32-bit little-endian CPU access would see it; for
 * the board's reset table and tests. */
uint32_t mv64361_read(struct mv64361 *mv, uint16_t off);
void mv64361_write(struct mv64361 *mv, uint16_t off, uint32_t v);

#endif
