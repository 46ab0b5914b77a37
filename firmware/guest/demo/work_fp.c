/*
 * Floating-point work with checks of its own: a product of matrices of small integers is exact, and
 * orbits computed forwards and backwards end where they began.
 */
#include "guest.h"

/* --- C = A B, checked by C x = A (B x) --- */

enum { N = 80, MATRIX_ROUNDS = 8 };

static double a[N][N], b[N][N], c[N][N];

static void multiply(void)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) c[i][j] = 0;
        for (int k = 0; k < N; k++) {
            double f = a[i][k];
            for (int j = 0; j < N; j++) c[i][j] += f * b[k][j];
        }
    }
}

static void apply(double to[N], double m[N][N], const double x[N])
{
    for (int i = 0; i < N; i++) {
        double s = 0;
        for (int j = 0; j < N; j++) s += m[i][j] * x[j];
        to[i] = s;
    }
}

uint32_t work_matrix(uint32_t *sum)
{
    static double x[N], bx[N], abx[N], cx[N];
    *sum = 0;
    for (int i = 0; i < N; i++) {
        x[i] = i % 7 - 3;
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * 31 + j * 17) % 61 - 30;
            b[i][j] = (i * 13 + j * 41) % 53 - 26;
        }
    }
    for (int i = 0; i < MATRIX_ROUNDS; i++) multiply();
    apply(bx, b, x);
    apply(abx, a, bx);
    apply(cx, c, x);
    for (int i = 0; i < N; i++) {
        if (abx[i] != cx[i]) return 0;
        *sum = *sum * 33 + (uint32_t)(int32_t)cx[i];
    }
    return 2 * N * N * N * MATRIX_ROUNDS;
}

/* --- five bodies under gravity, leapfrog: reversible --- */

enum { BODIES = 5, STEPS = 5000, FLOPS_A_PAIR = 41, FLOPS_A_BODY = 12 };

struct body {
    double x[3], v[3], mass;
};

/* Newton's iteration from a power of two: no CPU here has fsqrt. */
static double root(double v)
{
    union {
        double d;
        uint64_t u;
    } guess = {.d = v};
    guess.u = (guess.u >> 1) + 0x1ff8000000000000ull;
    double r = guess.d;
    for (int i = 0; i < 4; i++) r = 0.5 * (r + v / r);
    return r;
}

static void kick(struct body *s, double dt)
{
    for (int i = 0; i < BODIES; i++) {
        for (int j = i + 1; j < BODIES; j++) {
            double d[3], r2 = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = s[i].x[k] - s[j].x[k];
                r2 += d[k] * d[k];
            }
            double f = dt / (r2 * root(r2));
            for (int k = 0; k < 3; k++) {
                s[i].v[k] -= d[k] * s[j].mass * f;
                s[j].v[k] += d[k] * s[i].mass * f;
            }
        }
    }
}

static void drift(struct body *s, double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++) s[i].x[k] += s[i].v[k] * dt;
}

static void fly(struct body *s, int steps, double dt)
{
    for (int i = 0; i < steps; i++) {
        drift(s, dt / 2);
        kick(s, dt);
        drift(s, dt / 2);
    }
}

/* A sun and four planets on nearly round orbits, slightly out of plane. */
static void set_up(struct body *s)
{
    for (int i = 0; i < BODIES; i++) {
        double r = i, speed = i ? root(1.0 / r) : 0;
        s[i] = (struct body){.x = {i & 1 ? r : -r, 0, 0.01 * r},
                             .v = {0, i & 1 ? speed : -speed, 0},
                             .mass = i ? 0.0001 * i : 1};
    }
}

uint32_t work_orbit(uint32_t *sum)
{
    static struct body s[BODIES], start[BODIES];
    uint32_t away = 0;
    set_up(start);
    set_up(s);
    fly(s, STEPS, 0.001);
    for (int i = 1; i < BODIES; i++) away += s[i].x[0] - start[i].x[0] > 0.001 ||
                                             s[i].x[0] - start[i].x[0] < -0.001;
    *sum = (uint32_t)(int32_t)(s[1].x[0] * 1e8);
    fly(s, STEPS, -0.001);
    for (int i = 0; i < BODIES; i++) {
        for (int k = 0; k < 3; k++) {
            double error = s[i].x[k] - start[i].x[k];
            if (!(error < 1e-10 && error > -1e-10)) return 0;
        }
    }
    if (away != BODIES - 1) return 0;
    return 2 * STEPS * (BODIES * (BODIES - 1) / 2 * FLOPS_A_PAIR + BODIES * FLOPS_A_BODY);
}
