/*
 * Pixels of every format to one. The inner loops are plain enough for the compiler to vectorise.
 */
#include "machines/display.h"

#include "base/bits.h"

unsigned display_bytes(enum display_format f)
{
    switch (f) {
    case DISPLAY_INDEX8: return 1;
    case DISPLAY_RGB555:
    case DISPLAY_RGB565: return 2;
    case DISPLAY_RGB888: return 3;
    default: return 4;
    }
}

static uint32_t widen(uint32_t v, unsigned bits) { return v << (8 - bits) | v >> (2 * bits - 8); }

static uint32_t from_555(uint32_t v)
{
    return widen(v >> 10 & 31, 5) << 16 | widen(v >> 5 & 31, 5) << 8 | widen(v & 31, 5);
}

static uint32_t from_565(uint32_t v)
{
    return widen(v >> 11, 5) << 16 | widen(v >> 5 & 63, 6) << 8 | widen(v & 31, 5);
}

static void row_16(const struct surface *s, const uint8_t *p, uint32_t *to)
{
    bool is_565 = s->format == DISPLAY_RGB565;
    for (uint32_t x = 0; x < s->width; x++) {
        uint32_t v = s->big_endian ? get_be16(p + 2 * x) : get_le16(p + 2 * x);
        to[x] = is_565 ? from_565(v) : from_555(v);
    }
}

static void row_24(const struct surface *s, const uint8_t *p, uint32_t *to)
{
    unsigned red = s->big_endian ? 0 : 2;
    for (uint32_t x = 0; x < s->width; x++, p += 3) {
        to[x] = (uint32_t)p[red] << 16 | (uint32_t)p[1] << 8 | p[2 - red];
    }
}

static void row_32(const struct surface *s, const uint8_t *p, uint32_t *to)
{
    if (s->big_endian) {
        for (uint32_t x = 0; x < s->width; x++) to[x] = get_be32(p + 4 * x) & 0xffffff;
    } else {
        for (uint32_t x = 0; x < s->width; x++) to[x] = get_le32(p + 4 * x) & 0xffffff;
    }
}

void display_convert(const struct surface *s, uint32_t y, uint32_t n, uint32_t *to, size_t stride)
{
    if (y >= s->height) return;
    if (n > s->height - y) n = s->height - y;
    for (; n; n--, y++, to += stride) {
        const uint8_t *p = s->pixels + (size_t)y * s->pitch;
        switch (s->format) {
        case DISPLAY_INDEX8:
            for (uint32_t x = 0; x < s->width; x++) to[x] = s->palette[p[x]];
            break;
        case DISPLAY_RGB555:
        case DISPLAY_RGB565: row_16(s, p, to); break;
        case DISPLAY_RGB888: row_24(s, p, to); break;
        case DISPLAY_XRGB8888: row_32(s, p, to); break;
        }
    }
}
