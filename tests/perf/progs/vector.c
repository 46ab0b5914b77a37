/*
 * AltiVec, in GCC's vector types: the same source uses the host's vector unit. What those types
 * cannot say is vec_* for the guest and a plain loop for the host, with the same result.
 * Values stay away from denormals: Linux starts programs with VSCR[NJ] set.
 */
#include "bench.h"

typedef float v4f __attribute__((vector_size(16)));
typedef uint8_t v16u __attribute__((vector_size(16)));
typedef uint32_t v4u __attribute__((vector_size(16)));
typedef int16_t v8s __attribute__((vector_size(16)));

#ifdef __ALTIVEC__
#include <altivec.h>
#undef bool
#undef vector
#undef pixel

static inline v4f fma4(v4f a, v4f b, v4f c)
{
    return vec_madd(a, b, c);
}
/* c + the sums of four absolute differences each */
static inline v4u sad(v16u a, v16u b, v4u c)
{
    return vec_sum4s(vec_sub(vec_max(a, b), vec_min(a, b)), c);
}
static inline v8s add_saturated(v8s a, v8s b)
{
    return vec_adds(a, b);
}
static inline v16u subtract_saturated(v16u a, v16u b)
{
    return vec_subs(a, b);
}
#else
static inline v4f fma4(v4f a, v4f b, v4f c)
{
    for (int i = 0; i < 4; i++) {
        c[i] = __builtin_fmaf(a[i], b[i], c[i]);
    }
    return c;
}
static inline v4u sad(v16u a, v16u b, v4u c)
{
    for (int i = 0; i < 16; i++) {
        c[i / 4] += a[i] > b[i] ? (uint32_t)(a[i] - b[i]) : (uint32_t)(b[i] - a[i]);
    }
    return c;
}
static inline v8s add_saturated(v8s a, v8s b)
{
    for (int i = 0; i < 8; i++) {
        int sum = a[i] + b[i];

        a[i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
    return a;
}
static inline v16u subtract_saturated(v16u a, v16u b)
{
    for (int i = 0; i < 16; i++) {
        a[i] = (uint8_t)(a[i] > b[i] ? a[i] - b[i] : 0);
    }
    return a;
}
#endif

static inline v4f splat(float x)
{
    return (v4f){ x, x, x, x };
}

static uint32_t mix_floats(uint32_t sum, v4f v)
{
    for (int i = 0; i < 4; i++) {
        sum = bench_mix_double(sum, v[i]);
    }
    return sum;
}

static uint32_t saxpy(unsigned rounds)
{
    enum { N = 1024 };
    static v4f x[N], y[N];
    uint32_t sum = 0;

    for (int i = 0; i < N; i++) {
        x[i] = (v4f){ 1.5f + (float)i, 0.25f, -3.0f - (float)i, 0.001f };
        y[i] = splat(1.0f + (float)(i & 15));
    }
    while (rounds--) {
        v4f a = splat(rounds & 1 ? 0.5f : -0.375f);

        for (int i = 0; i < N; i += 4) {
            y[i] = fma4(a, x[i], y[i]);
            y[i + 1] = fma4(a, x[i + 1], y[i + 1]);
            y[i + 2] = fma4(a, x[i + 2], y[i + 2]);
            y[i + 3] = fma4(a, x[i + 3], y[i + 3]);
        }
    }
    for (int i = 0; i < N; i += 61) {
        sum = mix_floats(sum, y[i]);
    }
    return sum;
}

static uint32_t vmatmul(unsigned rounds)
{
    enum { N = 64 };
    static float a[N][N];
    static v4f b[N][N / 4], c[N][N / 4];
    uint32_t sum = 0;

    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i][j] = 1.0f / (float)(i + j + 1);
            b[i][j / 4][j % 4] = (float)i - 0.375f * (float)j;
        }
    }
    while (rounds--) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N / 4; j += 4) {
                v4f s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;

                for (int k = 0; k < N; k++) {
                    v4f f = splat(a[i][k]);

                    s0 = fma4(f, b[k][j], s0);
                    s1 = fma4(f, b[k][j + 1], s1);
                    s2 = fma4(f, b[k][j + 2], s2);
                    s3 = fma4(f, b[k][j + 3], s3);
                }
                c[i][j] = s0;
                c[i][j + 1] = s1;
                c[i][j + 2] = s2;
                c[i][j + 3] = s3;
            }
        }
        sum = mix_floats(sum, c[rounds % N][3]);
        a[rounds % N][3] += 0.5f;
    }
    return sum;
}

/* Bytes through vperm: a substitution, a rotation across two registers and an interleave. */
static uint32_t permute(unsigned rounds)
{
    enum { N = 256 };
    static v16u data[N];
    v16u box, other, turn, zip;
    uint32_t seed = 13, sum = 0;

    for (int i = 0; i < 16; i++) {
        box[i] = (uint8_t)bench_random(&seed);
        other[i] = (uint8_t)bench_random(&seed);
        turn[i] = (uint8_t)(i + 5);
        zip[i] = (uint8_t)(i / 2 + (i & 1) * 16);
    }
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 16; k++) {
            data[i][k] = (uint8_t)bench_random(&seed);
        }
    }
    while (rounds--) {
        v16u before = data[N - 1];

        for (int i = 0; i < N; i++) {
            v16u now = data[i];
            v16u turned = __builtin_shuffle(before, now, turn);
            v16u mapped = __builtin_shuffle(box, other, turned & 31);

            data[i] = __builtin_shuffle(mapped, now, zip) ^ turned;
            before = now;
        }
    }
    for (int i = 0; i < N; i += 7) {
        for (int k = 0; k < 16; k++) {
            sum = bench_mix(sum, data[i][k]);
        }
    }
    return sum;
}

/* Motion search: the block of a picture that differs least. */
static uint32_t motion(unsigned rounds)
{
    enum { ROWS = 64, WIDTH = 8 };
    static v16u now[ROWS][WIDTH], before[ROWS][WIDTH];
    uint32_t seed = 17, sum = 0;

    for (int y = 0; y < ROWS; y++) {
        for (int x = 0; x < WIDTH; x++) {
            for (int k = 0; k < 16; k++) {
                now[y][x][k] = (uint8_t)bench_random(&seed);
                before[y][x][k] = (uint8_t)bench_random(&seed);
            }
        }
    }
    while (rounds--) {
        for (int y = 0; y + 16 <= ROWS; y += 4) {
            for (int x = 0; x < WIDTH; x++) {
                v4u s = { 0, 0, 0, 0 };

                for (int row = 0; row < 16; row++) {
                    s = sad(now[y + row][x], before[row][(x + (int)(rounds & 3)) % WIDTH], s);
                }
                sum = bench_mix(sum, s[0] + s[1] + s[2] + s[3]);
            }
        }
    }
    return sum;
}

/* Mixing sound and fading pictures with saturation. */
static uint32_t saturate(unsigned rounds)
{
    enum { N = 512 };
    static v8s sound[N], echo[N];
    static v16u picture[N], fade[16];
    uint32_t seed = 19, sum = 0;

    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 8; k++) {
            sound[i][k] = (int16_t)bench_random(&seed);
            echo[i][k] = (int16_t)bench_random(&seed);
        }
        for (int k = 0; k < 16; k++) {
            picture[i][k] = (uint8_t)bench_random(&seed);
            fade[i & 15][k] = (uint8_t)bench_random(&seed) & 15;
        }
    }
    while (rounds--) {
        for (int i = 0; i < N; i++) {
            v8s mixed = add_saturated(sound[i], echo[i]);

            echo[i] = echo[i] - (echo[i] >> 3);
            sound[i] = mixed ^ (echo[i] << 1);
            picture[i] = subtract_saturated(picture[i], fade[i & 15]) + 3;
        }
    }
    for (int i = 0; i < N; i += 5) {
        for (int k = 0; k < 8; k++) {
            sum = bench_mix(sum, (uint16_t)sound[i][k] + (uint32_t)picture[i][k]);
        }
    }
    return sum;
}

const struct bench vector_benches[] = {
    { "saxpy", saxpy }, { "vmatmul", vmatmul }, { "permute", permute }, { "motion", motion },
    { "saturate", saturate }, { NULL, NULL },
};
