/* Parts of the VT8231, for its own files only. */
#ifndef MACHINES_DEV_VT8231_INT_H
#define MACHINES_DEV_VT8231_INT_H

#include "machines/dev/vt8231.h"
#include "machines/dev/vt8231_ide.h" /* function 1 */

struct uart16550;
struct superio;

/* Functions 2 and 3. irq is set by the function's state; where it goes is the Interrupt Line
 * register's business, so each part sets its irq again when that register is written. */
struct pci_dev *vt8231_uhci_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                                const char *label, struct irq irq, struct error *err);

/* Function 4; irq: the SCI. */
struct pci_dev *vt8231_pm_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                              struct irq sci, struct error *err);

/* Functions 5 and 6. */
struct pci_dev *vt8231_ac97_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                                struct irq irq, struct error *err);
struct pci_dev *vt8231_mc97_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                                struct error *err);

/* The SuperIO's configuration ports 3F0/3F1, the serial port and the parallel port. */
struct superio *superio_new(struct machine *m, struct bus *io, struct irq serial_irq,
                            struct error *err);
/* Function 0 register 50 bit 2: the configuration ports answer. */
void superio_unlock(struct superio *s, bool on);
/* The ISA interrupt of the serial port where it is now. */
unsigned superio_serial_irq(const struct superio *s);
/* Nodes of the serial and parallel port. */
void superio_serial_fdt(struct superio *s, struct fdtw *w);
void superio_parallel_fdt(struct superio *s, struct fdtw *w);

#endif
