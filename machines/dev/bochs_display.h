/*
 * A PCI graphics card with the registers of Bochs' and QEMU's standard VGA (1234:1111).
 */
#ifndef MACHINES_DEV_BOCHS_DISPLAY_H
#define MACHINES_DEV_BOCHS_DISPLAY_H

#include "machines/display.h"
#include "machines/pci.h"

#define BOCHS_VRAM_SIZE (16u << 20)
#define BOCHS_MMIO_SIZE 0x1000u

/* Puts the card on the bus; what it shows is the result's business. NULL and a sentence on failure. */
struct display *bochs_display_new(struct machine *m, const char *label, struct pci_bus *bus,
                                  uint8_t devfn, struct error *err);

#endif
