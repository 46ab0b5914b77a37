/* Scalar floating point in double precision. Nothing of libm: its results differ between libraries
 * in the last bit. */
#include "bench.h"

/* Newton steps from an integer guess: only + - * /, which are the same everywhere. */
static double root(double x)
{
    uint64_t bits;
    double y;

    memcpy(&bits, &x, 8);
    bits = (bits >> 1) + 0x1ff7a3bea91d9b1bu;
    memcpy(&y, &bits, 8);
    for (int i = 0; i < 4; i++) {
        y = 0.5 * (y + x / y);
    }
    return y;
}

/* --- n-body: five masses under gravity ------------------------------------------------------ */

struct body {
    double at[3], v[3], mass;
};

static void push_apart(struct body *a, struct body *b, double step)
{
    double d[3], square = 0;

    for (int k = 0; k < 3; k++) {
        d[k] = a->at[k] - b->at[k];
        square = __builtin_fma(d[k], d[k], square);
    }
    double pull = step / (square * root(square));

    for (int k = 0; k < 3; k++) {
        a->v[k] -= d[k] * b->mass * pull;
        b->v[k] += d[k] * a->mass * pull;
    }
}

static uint32_t nbody(unsigned rounds)
{
    struct body b[5];
    uint32_t sum = 0;

    for (int i = 0; i < 5; i++) {
        double r = 1 + 3.5 * i;

        b[i] = (struct body){ { r, 0.25 * i, -0.125 * i }, { 0.01 * i, i ? 1 / root(r) : 0, 0.02 },
                              i ? 0.001 * i : 1 };
    }
    while (rounds--) {
        for (int n = 0; n < 1000; n++) {
            for (int i = 0; i < 5; i++) {
                for (int j = i + 1; j < 5; j++) {
                    push_apart(&b[i], &b[j], 0.01);
                }
            }
            for (int i = 0; i < 5; i++) {
                for (int k = 0; k < 3; k++) {
                    b[i].at[k] = __builtin_fma(0.01, b[i].v[k], b[i].at[k]);
                }
            }
        }
    }
    for (int i = 0; i < 5; i++) {
        sum = bench_mix_double(sum, b[i].at[0]);
    }
    return sum;
}

static uint32_t mandelbrot(unsigned rounds)
{
    uint32_t sum = 0;

    while (rounds--) {
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 64; x++) {
                double cr = x / 24.0 - 2, ci = y / 24.0 - 1.33, zr = 0, zi = 0;
                uint32_t n = 0;

                for (; n < 100; n++) {
                    double rr = zr * zr, ii = zi * zi;

                    if (rr + ii > 4) break;
                    zi = __builtin_fma(zr + zr, zi, ci);
                    zr = rr - ii + cr;
                }
                sum = bench_mix(sum, n);
            }
        }
    }
    return sum;
}

static uint32_t matmul(unsigned rounds)
{
    enum { N = 64 };
    static double a[N][N], b[N][N], c[N][N];
    uint32_t sum = 0;

    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i][j] = 1.0 / (i + j + 1);
            b[i][j] = i - 0.375 * j;
        }
    }
    while (rounds--) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                double dot = 0;

                for (int k = 0; k < N; k++) {
                    dot = __builtin_fma(a[i][k], b[k][j], dot);
                }
                c[i][j] = dot;
            }
        }
        sum = bench_mix_double(sum, c[rounds % N][17]);
        a[rounds % N][3] += 0.5;
    }
    return sum;
}

/* --- FFT: radix 2 in place, twiddles by recurrence ------------------------------------------- */

enum { POINTS = 1024 };

static void fft_pass(double *re, double *im, int half, const double *wr, const double *wi)
{
    for (int base = 0; base < POINTS; base += 2 * half) {
        for (int k = 0; k < half; k++) {
            int p = base + k, q = p + half, t = k * (POINTS / 2 / half);
            double ur = __builtin_fma(wr[t], re[q], -(wi[t] * im[q]));
            double ui = __builtin_fma(wr[t], im[q], wi[t] * re[q]);

            re[q] = re[p] - ur;
            im[q] = im[p] - ui;
            re[p] += ur;
            im[p] += ui;
        }
    }
}

static void fft_reorder(double *x)
{
    for (int i = 1, j = 0; i < POINTS; i++) {
        int bit = POINTS / 2;

        for (; j & bit; bit >>= 1) {
            j ^= bit;
        }
        j |= bit;
        if (i < j) {
            double t = x[i];

            x[i] = x[j];
            x[j] = t;
        }
    }
}

static uint32_t fft(unsigned rounds)
{
    static double re[POINTS], im[POINTS], wr[POINTS / 2], wi[POINTS / 2];
    /* cos and -sin of 2 pi / 1024 */
    const double cr = 0.99998117528260111, ci = -0.0061358846491544753;
    uint32_t sum = 0;

    wr[0] = 1;
    for (int i = 1; i < POINTS / 2; i++) {
        wr[i] = wr[i - 1] * cr - wi[i - 1] * ci;
        wi[i] = wr[i - 1] * ci + wi[i - 1] * cr;
    }
    while (rounds--) {
        for (int i = 0; i < POINTS; i++) {
            re[i] = (i * 37 & 255) - 128.0;
            im[i] = (double)(rounds & 7);
        }
        fft_reorder(re);
        fft_reorder(im);
        for (int half = 1; half < POINTS; half *= 2) {
            fft_pass(re, im, half, wr, wi);
        }
        sum = bench_mix_double(sum, re[rounds % POINTS]);
    }
    return sum;
}

/* --- spectral norm: an infinite matrix whose elements cost a division ------------------------- */

enum { ORDER = 100 };

static void times_matrix(const double *in, double *out, int transposed)
{
    for (int i = 0; i < ORDER; i++) {
        double dot = 0;

        for (int j = 0; j < ORDER; j++) {
            int row = transposed ? j : i, n = i + j;

            dot += in[j] / (n * (n + 1) / 2 + row + 1);
        }
        out[i] = dot;
    }
}

static uint32_t spectral(unsigned rounds)
{
    double u[ORDER], v[ORDER], t[ORDER], uv = 0, vv = 0;

    for (int i = 0; i < ORDER; i++) {
        u[i] = 1;
    }
    while (rounds--) {
        times_matrix(u, t, 0);
        times_matrix(t, v, 1);
        times_matrix(v, t, 0);
        times_matrix(t, u, 1);
        double scale = 1 / u[0];

        for (int i = 0; i < ORDER; i++) {
            u[i] *= scale; /* else many rounds end at infinity */
        }
    }
    for (int i = 0; i < ORDER; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    return bench_mix_double(0, root(uv / vv));
}

const struct bench fp_benches[] = {
    { "nbody", nbody }, { "mandelbrot", mandelbrot }, { "matmul", matmul }, { "fft", fft },
    { "spectral", spectral }, { NULL, NULL },
};
