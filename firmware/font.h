/*
 * The font of the firmware's console.
 */
#ifndef FIRMWARE_FONT_H
#define FIRMWARE_FONT_H

#include <stdint.h>

#define FONT_WIDTH 8u
#define FONT_HEIGHT 16u

/* Eight pixels of row 0-15 of character c (ISO 8859-1; a box for what is not ASCII), the leftmost is
 * bit 7. */
uint8_t font_row(unsigned c, unsigned row);

#endif
