/*
 * A moving picture: three waves, one bent by another, as indices of a palette. A wave is a parabola of
 * the distance to the nearest whole number, near enough to a sine. vector.c has a row of it in AltiVec.
 */
#include "guest.h"

static float wave(float v)
{
    int whole = (int)(v + (v < 0 ? -0.5f : 0.5f));
    float q = v - (float)whole, a = q < 0 ? -q : q;
    return q * (8 - 16 * a);
}

static struct wave_row row_at(int y, float time)
{
    float v = (float)y * (1.0f / PICTURE_HEIGHT);
    return (struct wave_row){0.35f * wave(v * 1.5f + time * 0.21f) + time * 0.13f,
                             wave(v * 2.1f - time * 0.17f)};
}

static void picture_row(uint8_t *to, uint32_t n, struct wave_row row, float first, float step)
{
    for (uint32_t i = 0; i < n; i++, first += step) {
        float v = wave(first + row.warp) + row.shift + wave(first * 1.7f + row.shift - row.warp);
        to[i] = (uint8_t)(PICTURE_FIRST + (int)((v + 3) * (PICTURE_COLORS / 6.1f)));
    }
}

void picture_frame(uint8_t *to, float time, int altivec)
{
    for (int y = 0; y < PICTURE_HEIGHT; y++, to += PICTURE_WIDTH)
        (altivec ? vec_picture_row : picture_row)(to, PICTURE_WIDTH, row_at(y, time), 0,
                                                  1.3f / PICTURE_WIDTH);
}

static uint32_t shade(float v) { return (uint32_t)(int)(127.5f + 127 * wave(v)); }

void picture_colors(void)
{
    for (int i = 0; i < PICTURE_COLORS; i++) {
        float v = (float)i * (1.0f / PICTURE_COLORS);
        set_color(PICTURE_FIRST + (uint32_t)i, shade(v - 0.1f), shade(1.5f * v + 0.55f), shade(v + 0.35f));
    }
}
