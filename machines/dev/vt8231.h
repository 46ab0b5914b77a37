/*
 * VIA VT8231 south bridge: seven PCI functions and the PC's ISA devices behind function 0.
 * VT8231 data sheet (VIA, rev 1.84) where public, facts section 3 otherwise.
 *
 * Function 0 is in vt8231.c, SuperIO in vt8231_superio.c, IDE (1) in vt8231_ide.c, USB (2, 3) in
 * vt8231_uhci.c, power management and SMBus (4) in vt8231_pm.c, audio and modem (5, 6) in
 * vt8231_audio.c.
 */
#ifndef MACHINES_DEV_VT8231_H
#define MACHINES_DEV_VT8231_H

#include "machines/pci.h"

struct vt8231;
struct i8259;

/* intr: the INTR output. ISA devices appear on the bus's I/O space. NULL with *err on failure;
 * what was registered before then belongs to the machine. */
struct vt8231 *vt8231_new(struct machine *m, struct pci_bus *pci, unsigned slot, struct irq intr,
                          struct error *err);

/* PIRQ inputs A-D (0-3), active = true. */
void vt8231_pirq(void *vt, unsigned n, bool level);

/* Interrupt acknowledge cycle on the PCI bus: the i8259 vector. */
uint8_t vt8231_inta(void *vt);

struct i8259 *vt8231_pic(struct vt8231 *vt);

#endif
