/*
 * EDID 1.3 of a monitor that does not exist (VESA E-EDID standard, release A).
 */
#ifndef MACHINES_DEV_EDID_H
#define MACHINES_DEV_EDID_H

#include <stdint.h>

#define EDID_SIZE 128u

/* name: up to 13 characters. width, height: the preferred mode, 8 to 4088 pixels. */
void edid_make(uint8_t edid[EDID_SIZE], const char *name, unsigned width, unsigned height);

#endif
