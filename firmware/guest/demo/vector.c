/* AltiVec kernels. This file alone is compiled with -maltivec. */
#include <altivec.h>
#include "guest.h"

typedef vector float vfloat;
typedef vector unsigned char vbyte;

/* to[i] = x*(x*(x*1 + 2) + 3) + 4 folded `rounds` times over values that stay small whole numbers:
 * exact in single precision. n is a multiple of 16. */
void vec_polynomial(float *to, const float *x, uint32_t n, uint32_t rounds)
{
    const vector float two = {2, 2, 2, 2}, three = {3, 3, 3, 3}, four = {4, 4, 4, 4};
    for (; rounds; rounds--) {
        for (uint32_t i = 0; i < n; i += 16) {
            for (int k = 0; k < 16; k += 4) {
                vector float v = vec_ld(0, x + i + k), p = vec_add(v, two);
                p = vec_madd(p, v, three);
                p = vec_madd(p, v, four);
                vec_st(p, 0, to + i + k);
            }
        }
    }
}

/* Bytes reversed within each 16, averaged with the original, added with saturation. */
void vec_blend(uint8_t *to, const uint8_t *from, uint32_t n)
{
    const vector unsigned char reverse = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    for (uint32_t i = 0; i < n; i += 16) {
        vector unsigned char v = vec_ld(0, from + i), r = vec_perm(v, v, reverse);
        vec_st(vec_adds(vec_avg(v, r), vec_ld(0, to + i)), 0, to + i);
    }
}

static inline vfloat splat(float v)
{
    union {
        float f[4];
        vfloat v;
    } u = {{v, v, v, v}};
    return u.v;
}

static inline vfloat vec_wave(vfloat v)
{
    const vfloat eight = {8, 8, 8, 8}, sixteen = {-16, -16, -16, -16}, none = {-0.0f, -0.0f, -0.0f, -0.0f};
    vfloat q = vec_sub(v, vec_round(v));
    return vec_madd(q, vec_madd(vec_abs(q), sixteen, eight), none);
}

/* picture.c's picture_row, 16 pixels at a time. */
void vec_picture_row(uint8_t *to, uint32_t n, struct wave_row row, float first, float step)
{
    vfloat x = {0, 1, 2, 3}, four = splat(4 * step), warp = splat(row.warp), shift = splat(row.shift);
    const vfloat scale = splat(PICTURE_COLORS / 6.1f), bend = splat(1.7f);
    vfloat low = splat(3 * (PICTURE_COLORS / 6.1f) + PICTURE_FIRST), second = vec_sub(shift, warp);
    x = vec_madd(x, splat(step), splat(first));
    for (uint32_t i = 0; i < n; i += 16) {
        vector signed int c[4];
        for (int k = 0; k < 4; k++) {
            vfloat v = vec_add(vec_wave(vec_add(x, warp)), vec_wave(vec_madd(x, bend, second)));
            c[k] = vec_cts(vec_madd(vec_add(v, shift), scale, low), 0);
            x = vec_add(x, four);
        }
        vbyte b = vec_packsu(vec_packs(c[0], c[1]), vec_packs(c[2], c[3]));
        vec_st(b, (int)i, to);
    }
}
