#include "machines/dev/edid.h"

#include <string.h>

#include "base/bits.h"

/* Established timings I and II (table 3.11): 640x480, 800x600, 1024x768 at 60 Hz. */
enum { I_640_60 = 0x20, I_800_60 = 0x01, II_1024_60 = 0x08 };

static void detailed_timing(uint8_t *t, unsigned w, unsigned h)
{
    unsigned hblank = w / 4, vblank = 32;
    unsigned hsync_at = w / 16, hsync = w / 16;
    unsigned clock = (w + hblank) * (h + vblank) / 10000 * 60; /* units of 10 kHz at 60 Hz */
    put_le16(t, (uint16_t)(clock > 65535 ? 65535 : clock));
    t[2] = (uint8_t)w;
    t[3] = (uint8_t)hblank;
    t[4] = (uint8_t)(w >> 8 << 4 | hblank >> 8);
    t[5] = (uint8_t)h;
    t[6] = (uint8_t)vblank;
    t[7] = (uint8_t)(h >> 8 << 4);
    t[8] = (uint8_t)hsync_at;
    t[9] = (uint8_t)hsync;
    t[10] = 0x34; /* vertical: front porch 3, sync 4 lines */
    t[11] = (uint8_t)(hsync_at >> 8 << 6 | hsync >> 8 << 4);
    unsigned mm_w = w * 254 / 960, mm_h = h * 254 / 960; /* 96 dots an inch */
    t[12] = (uint8_t)mm_w;
    t[13] = (uint8_t)mm_h;
    t[14] = (uint8_t)(mm_w >> 8 << 4 | mm_h >> 8);
    t[17] = 0x18; /* digital separate sync */
}

void edid_make(uint8_t e[EDID_SIZE], const char *name, unsigned width, unsigned height)
{
    static const uint8_t header[8] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
    static const uint8_t srgb[10] = {0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54};
    memset(e, 0, EDID_SIZE);
    memcpy(e, header, sizeof header);
    put_be16(e + 8, ('P' - 64) << 10 | ('P' - 64) << 5 | ('C' - 64)); /* "PPC", five bits a letter */
    e[10] = 1;
    e[16] = 1;
    e[17] = 36; /* 2026 */
    e[18] = 1;
    e[19] = 3;
    e[20] = 0x80; /* digital */
    e[21] = (uint8_t)(width * 254 / 9600);
    e[22] = (uint8_t)(height * 254 / 9600);
    e[23] = 120; /* gamma 2.2 */
    e[24] = 0x06; /* RGB colour, preferred timing in the first block */
    memcpy(e + 25, srgb, sizeof srgb);
    e[35] = I_640_60 | I_800_60;
    e[36] = II_1024_60;
    memset(e + 38, 0x01, 16); /* standard timings: unused */
    detailed_timing(e + 54, width, height);
    size_t n = strlen(name);
    e[75] = 0xfc; /* monitor name */
    memset(e + 77, ' ', 13);
    memcpy(e + 77, name, n < 13 ? n : 13);
    if (n < 13) e[77 + n] = '\n';
    e[93] = 0xfd; /* range limits: 50-85 Hz, 30-80 kHz, 200 MHz */
    static const uint8_t range[13] = {50, 85, 30, 80, 20, 0, '\n', ' ', ' ', ' ', ' ', ' ', ' '};
    memcpy(e + 95, range, sizeof range);
    e[111] = 0x10; /* dummy block */
    uint8_t sum = 0;
    for (unsigned i = 0; i < 127; i++) sum = (uint8_t)(sum + e[i]);
    e[127] = (uint8_t)-sum;
}
