/*
 * The programs of tests/perf: one static program with many names, built for the guest and for the
 * host. Each does a fixed amount of work a round and returns a checksum that depends neither on
 * byte order nor on word size, so guest and host must print the same.
 *
 * Floating point: built with -ffp-contract=off; a fused operation is written as __builtin_fma, so
 * that both compilers round at the same places.
 */
#ifndef PERF_BENCH_H
#define PERF_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    const char *name;
    uint32_t (*work)(unsigned rounds);
};

/* Each ends with an entry without a name. */
extern const struct bench integer_benches[], lz_benches[], call_benches[], fp_benches[],
    vector_benches[], system_benches[], io_benches[];

/* For io_benches: what stands behind NAME ROUNDS on the command line. */
extern const char *bench_argument;

/* A random sequence that is the same everywhere. */
static inline uint32_t bench_random(uint32_t *state)
{
    uint32_t x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* Mixes v into a checksum. */
static inline uint32_t bench_mix(uint32_t sum, uint32_t v)
{
    return (((sum << 5) | (sum >> 27)) ^ v) * 0x9e3779b1u;
}

/* Mixes a double in by its bits. */
static inline uint32_t bench_mix_double(uint32_t sum, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, 8);
    return bench_mix(bench_mix(sum, (uint32_t)(bits >> 32)), (uint32_t)bits);
}

/* A failed call of the system in a program of the basket: says which, and ends it. */
static inline void bench_need(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

#endif
