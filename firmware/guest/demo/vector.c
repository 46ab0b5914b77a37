/* AltiVec kernels. This file alone is compiled with -maltivec. */
#include <altivec.h>
#include "guest.h"

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
