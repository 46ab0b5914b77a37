/*
 * MC146818 real-time clock with 128 bytes of battery-backed memory, as in PC south bridges.
 */
#ifndef MACHINES_DEV_MC146818_H
#define MACHINES_DEV_MC146818_H

#include "machines/device.h"

struct mc146818;

/*
 * Makes the clock at `port` (index) and port + 1 (data) of `io`. It shows machine_wall_clock as
 * UTC and keeps what the guest sets through machine_set_wall_clock, so that firmware calls see it
 * as well. NULL and *err when it cannot be registered.
 */
struct mc146818 *mc146818_new(struct machine *m, const char *label, struct bus *io, uint16_t port,
                              struct irq irq, struct error *err);

#endif
