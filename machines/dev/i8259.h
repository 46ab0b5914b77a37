/*
 * Two cascaded 8259A interrupt controllers with the edge/level registers of a PC south bridge.
 * Ports 20/21, A0/A1, 4D0/4D1. Intel 8259A data sheet (order 231468); ELCR: VT8231 data sheet.
 */
#ifndef MACHINES_DEV_I8259_H
#define MACHINES_DEV_I8259_H

#include "machines/device.h"

struct i8259;

/* intr: the master's INT output. NULL with *err filled when registration fails. */
struct i8259 *i8259_new(struct machine *m, const char *label, struct bus *io, struct irq intr,
                        struct error *err);

/* Input line 0-15 (8-15 are the slave's); an irq's set function, pic is the struct i8259. */
void i8259_set(void *pic, unsigned n, bool level);
static inline struct irq i8259_line(struct i8259 *p, unsigned n)
{
    return (struct irq){i8259_set, p, n};
}

/* An interrupt acknowledge cycle: the vector, as programmed (spurious ones are IR7's). */
uint8_t i8259_ack(struct i8259 *p);

/* What firmware leaves behind: 8086 mode, bases 0 and 8, everything but the cascade masked, and
 * the ELCR pair (facts 0.3). */
void i8259_firmware_setup(struct i8259 *p, uint16_t elcr);

#endif
