/*
 * i8042 keyboard controller at ports 60 and 64 with a PS/2 keyboard and mouse.
 */
#ifndef MACHINES_DEV_I8042_H
#define MACHINES_DEV_I8042_H

#include "machines/device.h"

struct i8042;

/* Makes controller, keyboard (line kbd, ISA 1) and mouse (line mouse, ISA 12) on the I/O bus.
 * NULL and *err when it cannot be registered. */
struct i8042 *i8042_new(struct machine *m, const char *label, struct bus *io, struct irq kbd,
                        struct irq mouse, struct error *err);

/* --- the host's hands; call from the machine's thread --- */

/* A key went down or up. Keys are numbered by USB HID usage (page 07): 04 is A, E0 left control.
 * Unknown usages and repeated downs are ignored. */
void i8042_key(struct i8042 *c, unsigned usb_hid_usage, bool down);
/* Whether the keyboard's buffer takes one more key, whichever: without room it sends the overrun code
 * instead, as the real one does. */
bool i8042_key_fits(const struct i8042 *c);
/* The mouse moved by dx right, dy down and dz notches towards the user; buttons now held:
 * bit 0 left, 1 right, 2 middle, 3 and 4 the side ones. */
void i8042_mouse(struct i8042 *c, int dx, int dy, int dz, unsigned buttons);
/* Keyboard lights: bit 0 scroll lock, 1 num lock, 2 caps lock. */
unsigned i8042_leds(const struct i8042 *c);

#endif
