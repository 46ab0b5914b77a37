/*
 * Integer and memory: primes below 4 million by Eratosthenes, one byte per number (larger than any
 * cache of a G4), then every 97th prime and the count into the checksum.
 */
#include "bench.h"

#define LIMIT 4000000u

static uint8_t composite[LIMIT];

static uint32_t round_(void)
{
    uint32_t h = FNV_START, count = 0;

    memset(composite, 0, sizeof composite);
    for (uint32_t i = 2; i * i < LIMIT; i++)
        if (!composite[i])
            for (uint32_t j = i * i; j < LIMIT; j += i)
                composite[j] = 1;
    for (uint32_t i = 2; i < LIMIT; i++)
        if (!composite[i] && count++ % 97 == 0)
            h = fold(h, i);
    return fold(h, count);
}

int main(int argc, char **argv)
{
    return bench("sieve", round_, argc, argv);
}
