/*
 * Floating point, double and single, with results that IEEE 754 fixes to the bit: add, subtract,
 * multiply, divide, fused multiply-add (written as fma(): build with -ffp-contract=off so that
 * the compiler adds no others), conversions both ways, rounding to single, comparisons, and what
 * happens to signed zeros, infinities, denormals and quiet NaNs. fres and frsqrte are
 * estimates and differ between processors, so they are not used.
 */
#include "bench.h"
#include <math.h>

static uint32_t fold_d(uint32_t h, double d)
{
    uint64_t u;

    if (d != d)                 /* which NaN is not part of the contract */
        return fold(h, 0x7ff80000);
    memcpy(&u, &d, 8);
    return fold(fold(h, u >> 32), (uint32_t)u);
}

static uint32_t fold_f(uint32_t h, float f)
{
    uint32_t u;

    if (f != f)
        return fold(h, 0x7fc00000);
    memcpy(&u, &f, 4);
    return fold(h, u);
}

/* One step of a logistic map: it amplifies a wrong last bit in few rounds. */
static uint32_t chaos(uint32_t h)
{
    volatile double r0 = 3.99, x0 = 0.3, y0 = 0.3;
    volatile float s0 = 0.3f;
    double r = r0, x = x0, y = y0;
    float s = s0;

    for (int i = 0; i < 200000; i++) {
        x = r * x * (1.0 - x);
        y = fma(-r * y, y, r * y);
        s = 3.99f * s * (1.0f - s);
        if (i % 1000 == 0)
            h = fold_f(fold_d(fold_d(h, x), y), s);
    }
    return fold_f(fold_d(fold_d(h, x), y), s);
}

/* A 48x48 matrix product and Newton's square root: multiply, add, divide. */
static uint32_t matrix(uint32_t h)
{
    enum { N = 48 };
    static double a[N][N], b[N][N], c[N][N];
    static float fa[N][N], fc[N][N];

    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = 1.0 / (i + j + 1);
            b[i][j] = (double)(i * 7 - j * 3) / (j + 2);
            fa[i][j] = (float)b[i][j];
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double s = 0;
            float t = 0;
            for (int k = 0; k < N; k++) {
                s = fma(a[i][k], b[k][j], s);
                t = fmaf(fa[i][k], fa[k][j], t);
            }
            c[i][j] = s;
            fc[i][j] = t;
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double v = c[i][j] < 0 ? -c[i][j] : c[i][j], g = v / 2 + 1;
            for (int k = 0; k < 6; k++)
                g = (g + v / g) * 0.5;
            h = fold_f(fold_d(h, g), fc[i][j]);
        }
    return h;
}

/* Every pair of awkward values through every operation. */
static uint32_t corners(uint32_t h)
{
    static const uint64_t bits[] = {
        0x0000000000000000, 0x8000000000000000,     /* zeros */
        0x7ff0000000000000, 0xfff0000000000000,     /* infinities */
        0x7ff8000000000000,                         /* quiet NaN */
        0x0000000000000001, 0x800fffffffffffff,     /* denormals */
        0x0010000000000000, 0x7fefffffffffffff,     /* smallest normal, largest */
        0x3ff0000000000000, 0xbff0000000000001,     /* one, just below minus one */
        0x3810000000000000, 0x36a0000000000000,     /* smallest normal and denormal single */
        0x47efffffe0000000, 0x47effffff0000000,     /* largest single, halfway to overflow */
        0x41dfffffffe00000, 0xc1e0000000000000,     /* 2147483647.5, -2147483648 */
        0x3fe0000000000000, 0x4340000000000001,     /* a half, 2^53+2 */
        0x400921fb54442d18, 0x3ff0000010000000,     /* pi, a tie when rounded to single */
    };
    enum { N = sizeof bits / sizeof bits[0] };

    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            volatile double x, y;
            volatile float f, g;
            memcpy((void *)&x, &bits[i], 8);
            memcpy((void *)&y, &bits[j], 8);
            f = (float)x;
            g = (float)y;
            h = fold_d(h, x + y);
            h = fold_d(h, x - y);
            h = fold_d(h, x * y);
            h = fold_d(h, x / y);
            h = fold_d(h, fma(x, y, x));
            h = fold_d(h, fma(-x, y, y));
            h = fold_d(h, -fma(x, y, -y));
            h = fold_f(h, f + g);
            h = fold_f(h, f - g);
            h = fold_f(h, f * g);
            h = fold_f(h, f / g);
            h = fold_f(h, fmaf(f, g, f));
            h = fold_f(h, (float)(x * y));
            h = fold(h, (x < y) | (x == y) << 1 | (x > y) << 2 | (x <= y) << 3 | (x != x) << 4);
            if (x > -2147483649.0 && x < 2147483648.0)
                h = fold(h, (uint32_t)(int32_t)x);
            h = fold_d(h, (double)(int32_t)bits[i] * (double)(uint32_t)bits[j]);
        }
    return h;
}

static uint32_t round_(void)
{
    return corners(matrix(chaos(FNV_START)));
}

int main(int argc, char **argv)
{
    return bench("fp", round_, argc, argv);
}
