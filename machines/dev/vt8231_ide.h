/*
 * VT8231 function 1: bus-master IDE controller with two channels (facts 3.4).
 */
#ifndef MACHINES_DEV_VT8231_IDE_H
#define MACHINES_DEV_VT8231_IDE_H

#include "machines/pci.h"

/*
 * Makes the function at devfn with the drives of m->cfg->drives[] (primary master and slave,
 * secondary master and slave), and adds what can be booted to m->boot_devices. irq14 and irq15 are
 * the ISA lines of the two channels. NULL and *err on failure.
 */
struct pci_dev *vt8231_ide_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                               struct irq irq14, struct irq irq15, struct error *err);

/* Whether the guest has locked the tray of drive n (0-3), for the monitor's eject. */
bool vt8231_ide_tray_locked(const struct pci_dev *p, unsigned n);

#endif
