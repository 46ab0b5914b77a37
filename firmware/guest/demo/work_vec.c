/* AltiVec work, checked against the same sums done by scalar code. */
#include "guest.h"

enum { FLOATS = 4096, FLOAT_ROUNDS = 600, FLOAT_OPS = 5 };

static float x[FLOATS] __attribute__((aligned(16))), y[FLOATS] __attribute__((aligned(16)));

uint32_t work_vector_float(uint32_t *sum)
{
    *sum = 0;
    for (int i = 0; i < FLOATS; i++) x[i] = (float)(i % 201 - 100);
    vec_polynomial(y, x, FLOATS, FLOAT_ROUNDS);
    for (int i = 0; i < FLOATS; i++) {
        int v = i % 201 - 100, expected = ((v + 2) * v + 3) * v + 4;
        if ((int)y[i] != expected) return 0;
        *sum = *sum * 33 + (uint32_t)expected;
    }
    return FLOATS * FLOAT_ROUNDS * FLOAT_OPS;
}

enum { BYTES = 16384, BYTE_ROUNDS = 600 };

static uint8_t from[BYTES] __attribute__((aligned(16))), to[BYTES] __attribute__((aligned(16)));

/* After the first few rounds most bytes are saturated: start afresh now and then. */
enum { FRESH = 3 };

static uint8_t scalar(int at)
{
    unsigned sum = 0, other = (unsigned)(at & ~15) + 15 - (at & 15);
    for (int i = 0; i < FRESH; i++) {
        sum += (from[at] + from[other] + 1u) / 2;
        if (sum > 255) sum = 255;
    }
    return (uint8_t)sum;
}

uint32_t work_vector_byte(uint32_t *sum)
{
    for (int i = 0; i < BYTES; i++) from[i] = (uint8_t)(i * 7 + (i >> 5));
    for (int i = 0; i < BYTE_ROUNDS / FRESH; i++) {
        memset(to, 0, sizeof to);
        for (int j = 0; j < FRESH; j++) vec_blend(to, from, BYTES);
    }
    *sum = 0;
    for (int i = 0; i < BYTES; i++) {
        if (to[i] != scalar(i)) return 0;
        *sum = *sum * 33 + to[i];
    }
    return BYTES * BYTE_ROUNDS;
}
