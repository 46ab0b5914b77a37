/*
 * 8254 programmable interval timer, ports 40-43, and the system control port 61 that gates its
 * counter 2. Intel 8254 data sheet (order 231164). Counts are computed from virtual time when
 * someone looks; only counter 0, which interrupts, uses events.
 */
#ifndef MACHINES_DEV_I8254_H
#define MACHINES_DEV_I8254_H

#include "machines/device.h"

#define PIT_HZ 1193182u

struct i8254;

/* irq0: the output of counter 0. NULL with *err filled when registration fails. */
struct i8254 *i8254_new(struct machine *m, const char *label, struct bus *io, struct irq irq0,
                        struct error *err);
struct device *i8254_device(struct i8254 *t);

#endif
