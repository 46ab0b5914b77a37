/*
 * The two 8237A DMA controllers of a PC and their page registers: ports 00-0F, C0-DF, 80-8F.
 * Intel 8237A data sheet (order 231466). Registers only: no device here uses ISA DMA, so no
 * channel ever transfers; requests made by software are remembered in the status register.
 */
#ifndef MACHINES_DEV_I8237_H
#define MACHINES_DEV_I8237_H

#include "machines/device.h"

/* NULL with *err filled when registration fails. */
struct device *i8237_new(struct machine *m, const char *label, struct bus *io, struct error *err);

#endif
