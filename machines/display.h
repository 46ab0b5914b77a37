/*
 * A graphics card as the frontend and the firmware see it: a picture in memory whose shape the card
 * has checked, and the rows of it that were written since somebody last asked. No window system.
 */
#ifndef MACHINES_DISPLAY_H
#define MACHINES_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "mmu/bus.h"

#define DISPLAY_MAX_WIDTH 4096u
#define DISPLAY_MAX_HEIGHT 4096u

enum display_format {
    DISPLAY_INDEX8,  /* a byte a pixel, through the palette */
    DISPLAY_RGB555,  /* 16 bits, the top one unused */
    DISPLAY_RGB565,
    DISPLAY_RGB888,  /* three bytes */
    DISPLAY_XRGB8888,
};

/* What the card shows now. A copy: it stays what it is while the guest changes the card, and the
 * pixels it points to are host memory that lives as long as the machine. */
struct surface {
    uint32_t width, height; /* pixels; 0: the screen is dark */
    uint32_t pitch;         /* bytes from row to row */
    enum display_format format;
    bool big_endian;        /* byte order of a pixel; for RGB888: red comes first */
    const uint8_t *pixels;  /* pitch * (height - 1) + width * bytes of it may be read */
    uint64_t offset;        /* of pixels in the card's memory */
    uint32_t serial;        /* another number when anything above or the palette has changed */
    uint32_t palette[256];  /* 00RRGGBB */
};

struct display;

/* All called on the machine's thread. */
struct display_ops {
    /* The current picture. */
    void (*surface)(struct display *d, struct surface *to);
    /* rows[y] for y < s->height: 1 when it was written since the last call. s is the one the last
     * surface() gave. True when any was. */
    bool (*take_dirty)(struct display *d, const struct surface *s, uint8_t *rows);
    /* For the firmware: shows width x height pixels of 8, 15, 16, 24 or 32 bits in the CPU's byte
     * order. False when the card cannot. */
    bool (*set_mode)(struct display *d, uint32_t width, uint32_t height, uint32_t depth);
    void (*set_color)(struct display *d, uint8_t index, uint32_t rgb);
    uint32_t (*get_color)(struct display *d, uint8_t index);
    /* PCI memory address of the picture's memory; 0 while it is nowhere. */
    paddr_t (*address)(struct display *d);
};

struct display {
    const struct display_ops *ops;
};

/* Bytes of a pixel. */
unsigned display_bytes(enum display_format f);

/* Rows [y, y + n) of s as 00RRGGBB words, `stride` words from row to row; rows that s does not have
 * are left out. Any thread. */
void display_convert(const struct surface *s, uint32_t y, uint32_t n, uint32_t *to, size_t stride);

#endif
