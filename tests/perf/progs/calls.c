/* Calls and returns, direct and through pointers. */
#include "bench.h"

static __attribute__((noinline)) uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t fib(unsigned rounds)
{
    uint32_t sum = 0;

    while (rounds--) {
        sum = bench_mix(sum, fibonacci(27 + (rounds & 1)));
    }
    return sum;
}

static __attribute__((noinline)) uint32_t ackermann(uint32_t m, uint32_t n)
{
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

static uint32_t ack(unsigned rounds)
{
    uint32_t sum = 0;

    while (rounds--) {
        sum = bench_mix(sum, ackermann(3, 6 + (rounds & 1)));
    }
    return sum;
}

static __attribute__((noinline)) uint32_t twice(uint32_t x) { return x * 2 + 1; }
static __attribute__((noinline)) uint32_t swap(uint32_t x) { return x << 16 | x >> 16; }
static __attribute__((noinline)) uint32_t flip(uint32_t x) { return x ^ 0x5bd1e995u; }
static __attribute__((noinline)) uint32_t spread(uint32_t x) { return x + (x << 7); }

static uint32_t pointers(unsigned rounds)
{
    static uint32_t (*volatile const table[4])(uint32_t) = { twice, swap, flip, spread };
    uint32_t sum = 1, seed = 9;

    while (rounds--) {
        for (int i = 0; i < 100000; i++) {
            sum = table[bench_random(&seed) >> 30](sum);
        }
    }
    return sum;
}

const struct bench call_benches[] = {
    { "fib", fib }, { "ackermann", ack }, { "pointers", pointers }, { NULL, NULL },
};
