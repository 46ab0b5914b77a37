/*
 * The firmware's use of a graphics card: pixels for the display package's methods and the text console
 * on the screen. Private to firmware/. All calls do nothing (or fail) on a machine without a card.
 */
#ifndef FIRMWARE_FW_SCREEN_H
#define FIRMWARE_FW_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"

struct firmware;
struct fw_screen;

struct fw_screen *screen_new(struct firmware *f); /* NULL without a card */
void screen_free(struct fw_screen *s);

/* At a machine reset: a mode and an empty screen. */
void screen_reset(struct firmware *f);
/* The tree is new: finds the node and gives it its properties; takes the screen back when a client has
 * changed its mode. */
void screen_take(struct firmware *f);
/* Path of the display node for /chosen; NULL without one. */
const char *screen_path(struct firmware *f);

/* Text: the terminal of IEEE 1275 annex B.2 (ISO 6429 sequences). */
void screen_put(struct firmware *f, const char *s, size_t len);

/* Rectangles of the display package; a colour is an index of the palette. -EINVAL when it does not fit
 * the screen, -EFAULT when memory is not there. `ea`: one byte a pixel in the client's memory. */
int screen_fill(struct firmware *f, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                uint8_t color) MUST_CHECK;
int screen_draw(struct firmware *f, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                uint32_t ea) MUST_CHECK;
int screen_read(struct firmware *f, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                uint32_t ea) MUST_CHECK;
bool screen_size(struct firmware *f, uint32_t *width, uint32_t *height);
void screen_set_color(struct firmware *f, uint8_t index, uint32_t rgb);
uint32_t screen_get_color(struct firmware *f, uint8_t index);

#endif
