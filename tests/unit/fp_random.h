/* Random doubles of the kinds that break floating-point code; for test_fpu.c and test_softfp.c. */
#ifndef TESTS_FP_RANDOM_H
#define TESTS_FP_RANDOM_H

#include <stdint.h>

static inline uint64_t rnd(uint64_t *state) /* xorshift64* */
{
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

/* A fraction with a pattern: all random, few bits at an end, a run of ones, around half an ulp of a
 * single. */
static inline uint64_t rnd_fraction(uint64_t *st)
{
    const uint64_t all = UINT64_C(0x000fffffffffffff);
    uint64_t r = rnd(st), f = rnd(st) & all;
    switch (r & 7) {
    case 0: return 0;
    case 1: return all;
    case 2: return f & ~UINT64_C(0x1fffffff);                          /* a single */
    case 3: return (f & ~UINT64_C(0x1fffffff)) | UINT64_C(0x10000000); /* between two singles */
    case 4: return (f & ~UINT64_C(0x1fffffff)) + UINT64_C(0x0fffffff) + (r >> 8 & 3);
    case 5: return all << (r >> 8) % 52 & all;
    case 6: return all >> (r >> 8) % 52;
    default: return f;
    }
}

static inline uint64_t rnd_double(uint64_t *st)
{
    uint64_t r = rnd(st), sign = r & UINT64_C(0x8000000000000000), f = rnd_fraction(st);
    unsigned spread = (unsigned)(r >> 16 & 63), e;
    switch (r & 15) {
    case 0: return sign;                                     /* zero */
    case 1: return sign | UINT64_C(0x7ff0000000000000) | ((r >> 8 & 1) ? f : 0);
    case 2: e = 0; break;                                    /* denormalised */
    case 3: e = 1 + (spread & 3); break;
    case 4: e = 2046 - (spread & 3); break;
    case 5: e = 0x381 - 28 + (spread & 31); break;           /* singles: least normal and below */
    case 6: e = 0x47e - (spread & 3) + (r >> 8 & 1); break;  /* largest */
    case 7: e = 512 + spread - 32; break;                    /* products near the least double */
    case 8: e = 1535 + spread - 32; break;
    case 9: e = 0x3ff - 64 + spread * 2; f &= ~UINT64_C(0x1fffffff); break;
    case 10: e = (unsigned)(r >> 24 & 0x7ff); break;
    case 11: e = 0x3ff + 20 + spread / 2; break;             /* around the integers */
    default: e = 0x3ff - 32 + spread; break;
    }
    return sign | (uint64_t)(e & 0x7ff) << 52 | f;
}

#endif
