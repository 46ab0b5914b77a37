/*
 * 16550A serial port behind eight I/O ports (National PC16550D data sheet).
 */
#ifndef MACHINES_DEV_UART16550_H
#define MACHINES_DEV_UART16550_H

#include "machines/chardev.h"
#include "machines/device.h"

struct uart16550;

/*
 * Makes a UART at `port` of the I/O bus `io`, wired to `irq`, talking to `chr` (NULL: output is
 * swallowed). It takes the input of `chr` only once the guest looks at the line status or enables
 * the receive interrupt, so that a firmware console may read the same chardev before.
 * Registers itself with the machine; NULL and *err when that fails.
 */
struct uart16550 *uart16550_new(struct machine *m, const char *label, struct bus *io,
                                uint16_t port, struct irq irq, struct chardev *chr,
                                struct error *err);

/* Follows the SuperIO's base address and enable (VT8231 SuperIO F2 bit 2 and F4). */
void uart16550_move(struct uart16550 *u, uint16_t port, bool enabled);

#endif
