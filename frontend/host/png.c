/*
 * Screenshots: PNG of 8 bits a channel (ISO/IEC 15948), compressed with zlib, and what the card of a
 * machine shows now as one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bits.h"
#include "frontend/host/host.h"

#define CHUNK_LIMIT 0x7fffffffu

static bool chunk(FILE *f, const char *type, const uint8_t *data, size_t len)
{
    uint8_t word[4];
    uLong crc = crc32(0, (const Bytef *)type, 4);
    if (len) crc = crc32(crc, data, (uInt)len); /* of NULL it would give the start value */
    put_be32(word, (uint32_t)len);
    bool ok = fwrite(word, 4, 1, f) == 1 && fwrite(type, 4, 1, f) == 1;
    if (len) ok = fwrite(data, len, 1, f) == 1 && ok;
    put_be32(word, (uint32_t)crc);
    return fwrite(word, 4, 1, f) == 1 && ok;
}

/* Filter "up" makes rows that repeat the one above, which screens are full of, all zeros. */
static uint8_t *filtered(const uint32_t *xrgb, uint32_t width, uint32_t height, size_t stride)
{
    size_t row = 1 + (size_t)width * 3;
    uint8_t *out = xcalloc(height, row);
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *p = out + y * row;
        const uint32_t *now = xrgb + y * stride, *above = now - stride;
        *p++ = 2;
        for (uint32_t x = 0; x < width; x++) {
            uint32_t v = now[x], up = y ? above[x] : 0;
            *p++ = (uint8_t)((v >> 16) - (up >> 16));
            *p++ = (uint8_t)((v >> 8) - (up >> 8));
            *p++ = (uint8_t)(v - up);
        }
    }
    return out;
}

static bool write_png(FILE *f, const uint32_t *xrgb, uint32_t width, uint32_t height, size_t stride)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    uint8_t head[13] = {0};
    put_be32(head, width);
    put_be32(head + 4, height);
    head[8] = 8; /* bits */
    head[9] = 2; /* true colour */
    uLong raw = (uLong)height * (1 + (uLong)width * 3);
    uLongf packed_len = compressBound(raw);
    uint8_t *bytes = filtered(xrgb, width, height, stride), *packed = xcalloc(1, packed_len);
    bool ok = compress2(packed, &packed_len, bytes, raw, 6) == Z_OK && packed_len < CHUNK_LIMIT &&
              fwrite(signature, sizeof signature, 1, f) == 1 &&
              chunk(f, "IHDR", head, sizeof head) && chunk(f, "IDAT", packed, packed_len) &&
              chunk(f, "IEND", NULL, 0);
    free(bytes);
    free(packed);
    return ok;
}

int host_png_write(const char *path, const uint32_t *xrgb, uint32_t width, uint32_t height,
                   size_t stride, struct error *err)
{
    if (!width || !height || width > DISPLAY_MAX_WIDTH || height > DISPLAY_MAX_HEIGHT) {
        return error_set(err, EINVAL, "no picture of %u x %u pixels can be written to '%s'", width,
                         height, path);
    }
    FILE *f = fopen(path, "wbe");
    if (!f) return error_set(err, errno, "cannot write '%s': %s", path, strerror(errno));
    errno = 0;
    bool ok = write_png(f, xrgb, width, height, stride);
    int why = errno;
    if (fclose(f)) {
        ok = false;
        why = errno;
    }
    if (ok) return 0;
    remove(path);
    return error_set(err, why ? why : EIO, "cannot write '%s': %s", path, strerror(why ? why : EIO));
}

int host_screendump(struct display *d, const char *path, struct error *err)
{
    struct surface s;
    if (!d) return error_set(err, ENODEV, "the machine has no graphics card (-vga std gives it one)");
    d->ops->surface(d, &s);
    if (!s.height) { /* dark: a small black picture tells that */
        static const uint32_t black[64 * 48];
        return host_png_write(path, black, 64, 48, 64, err);
    }
    uint32_t *p = xcalloc((size_t)s.width * s.height, sizeof *p);
    display_convert(&s, 0, s.height, p, s.width);
    int r = host_png_write(path, p, s.width, s.height, s.width, err);
    free(p);
    return r;
}
