/*
 * fres and frsqrte. The architecture asks for 1/256 and 1/32 of relative precision and leaves FR
 * and FI undefined (PEM 8); the values here are those of a chip where they are known: the 750
 * family's tables (32 straight lines each) have been read out of Gekko, a 750CXe, and published
 * many times.
 *
 * UNVERIFIED: that the 7400 and 7410, which inherit the 750's FPU, have the same tables, and that
 * the 745x have it for frsqrte. Valgrind's recorded results, of a chip it does not name, have 2.0
 * as fres of 0.5 + 1 ulp, which the 750's table does not give; so for the 745x fres is the
 * correctly rounded reciprocal. Read-outs of the chips would settle it.
 */
#include "cpu/fpu_exact.h"
#include "cpu/ppc.h"

#define SIGN UINT64_C(0x8000000000000000)
#define FRACTION UINT64_C(0x000fffffffffffff)
#define QUIET UINT64_C(0x0008000000000000)
#define INFINITE UINT64_C(0x7ff0000000000000)

struct line {
    uint32_t base, slope;
};

/* Value of the fraction at the left end of each 32nd of [1, 2), and its fall over 1024 steps. */
static const struct line reciprocal[32] = {
    {0x7ff800, 0x3e1}, {0x783800, 0x3a7}, {0x70ea00, 0x371}, {0x6a0800, 0x340}, {0x638800, 0x313},
    {0x5d6200, 0x2ea}, {0x579000, 0x2c4}, {0x520800, 0x2a0}, {0x4cc800, 0x27f}, {0x47ca00, 0x261},
    {0x430800, 0x245}, {0x3e8000, 0x22a}, {0x3a2c00, 0x212}, {0x360800, 0x1fb}, {0x321400, 0x1e5},
    {0x2e4a00, 0x1d1}, {0x2aa800, 0x1be}, {0x272c00, 0x1ac}, {0x23d600, 0x19b}, {0x209e00, 0x18b},
    {0x1d8800, 0x17c}, {0x1a9000, 0x16e}, {0x17ae00, 0x15b}, {0x14f800, 0x15b}, {0x124400, 0x143},
    {0x0fbe00, 0x143}, {0x0d3800, 0x12d}, {0x0ade00, 0x12d}, {0x088400, 0x11a}, {0x065000, 0x11a},
    {0x041c00, 0x108}, {0x020c00, 0x106},
};

/* The first half for even exponents, the second for odd ones, a 16th of [1, 2) each. */
static const struct line inverse_root[32] = {
    {0x3ffa000, 0x7a4}, {0x3c29000, 0x700}, {0x38aa000, 0x670}, {0x3572000, 0x5f2},
    {0x3279000, 0x584}, {0x2fb7000, 0x524}, {0x2d26000, 0x4cc}, {0x2ac0000, 0x47e},
    {0x2881000, 0x43a}, {0x2665000, 0x3fa}, {0x2468000, 0x3c2}, {0x2287000, 0x38e},
    {0x20c1000, 0x35e}, {0x1f12000, 0x332}, {0x1d79000, 0x30a}, {0x1bf4000, 0x2e6},
    {0x1a7e800, 0x568}, {0x17cb800, 0x4f3}, {0x1552800, 0x48d}, {0x130c000, 0x435},
    {0x10f2000, 0x3e7}, {0x0eff000, 0x3a2}, {0x0d2e000, 0x365}, {0x0b7c000, 0x32e},
    {0x09e5000, 0x2fc}, {0x0867000, 0x2d0}, {0x06ff000, 0x2a8}, {0x05ab800, 0x283},
    {0x046a000, 0x261}, {0x0339800, 0x243}, {0x0218800, 0x226}, {0x0105800, 0x20b},
};

static struct softfp value(uint64_t bits, uint32_t flags)
{
    return (struct softfp){bits, flags | softfp_class(bits)};
}

static struct softfp quiet(uint64_t nan)
{
    return value(nan | QUIET, softfp_is_snan(nan) ? FPSCR_VXSNAN : 0);
}

/* Significand of 1/x for x in [1, 2), times 2: line i/1024 of the table, i the upper 15 bits. */
static uint64_t reciprocal_fraction(uint64_t b)
{
    uint32_t i = (uint32_t)((b & FRACTION) >> 37);
    const struct line *l = &reciprocal[i >> 10];
    return (uint64_t)(l->base - (l->slope * (i & 1023) + 1) / 2) << 29;
}

static struct softfp res_750(uint64_t b)
{
    uint64_t sign = b & SIGN, e = b >> 52 & 0x7ff;
    /* Measured: below 2^-128 the largest single, from 2^126 on zero. */
    if (e < 895) return value(sign | UINT64_C(0x47efffffe0000000), FPSCR_OX);
    if (e >= 1149) return value(sign, FPSCR_UX);
    struct softfp r = value(sign | (2045 - e) << 52 | reciprocal_fraction(b), 0);
    return r;
}

struct softfp fpu_res(uint64_t b, unsigned features, uint32_t fpscr)
{
    uint64_t sign = b & SIGN, mag = b & ~SIGN;
    if (mag > INFINITE) return quiet(b);
    if (mag == INFINITE) return value(sign, 0);
    if (mag == 0) return value(sign | INFINITE, FPSCR_ZX);
    if (!(features & PPC_F_745X)) return res_750(b);
    struct softfp r = softfp_div(UINT64_C(0x3ff0000000000000), b, true, fpscr);
    r.flags &= ~(FPSCR_XX | FPSCR_FI | FPSCR_FR); /* fres never sets XX */
    return r;
}

struct softfp fpu_rsqrte(uint64_t b, unsigned features)
{
    (void)features;
    uint64_t sign = b & SIGN, mag = b & ~SIGN;
    if (mag > INFINITE) return quiet(b);
    if (mag == 0) return value(sign | INFINITE, FPSCR_ZX);
    if (sign) return value(SOFTFP_QNAN, FPSCR_VXSQRT);
    if (mag == INFINITE) return value(0, 0);
    int e = (int)(mag >> 52);
    uint64_t frac = mag & FRACTION;
    if (e == 0) {
        int lz = __builtin_clzll(frac) - 11;
        e = 1 - lz;
        frac = frac << lz & FRACTION;
    }
    /* x = f * 2^(e-1023): an odd biased exponent is an even power of two. */
    bool odd_power = !(e & 1);
    uint32_t i = (uint32_t)(frac >> 37);
    const struct line *l = &inverse_root[(i >> 11) + (odd_power ? 16 : 0)];
    uint64_t f = (uint64_t)(l->base - l->slope * (i & 2047)) << 26;
    int power = e - 1023; /* rounded down to even, halved, negated; the table holds 2/sqrt */
    int half = (power - (power & 1)) / 2;
    return value((uint64_t)(1022 - half) << 52 | f, 0);
}
