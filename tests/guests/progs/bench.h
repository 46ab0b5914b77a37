/*
 * What the three guest programs share: the argument, the clock, the report.
 *
 *   prog        one round
 *   prog N      N rounds
 *   prog Ns     rounds until at least N seconds have passed
 *
 * Every round computes the same thing from scratch, so the checksum printed at the end depends
 * neither on the number of rounds nor on the machine; a round that differs from the first one
 * is an error. The last line is always
 *   NAME rounds=N seconds=S.SSS checksum=XXXXXXXX
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FNV_START 2166136261u

/* FNV-1a over the big-endian bytes of a word: the same on every host. */
static inline uint32_t fold(uint32_t h, uint32_t w)
{
    for (int s = 24; s >= 0; s -= 8)
        h = (h ^ (w >> s & 0xff)) * 16777619u;
    return h;
}

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int bench(const char *name, uint32_t (*round)(void), int argc, char **argv)
{
    const char *arg = argc > 1 ? argv[1] : "1";
    char *end;
    unsigned long want = strtoul(arg, &end, 10), rounds = 0;
    int timed = *end == 's';
    double start = now(), t;
    uint32_t first = 0;

    if (end == arg || (*end && !timed) || want == 0) {
        fprintf(stderr, "usage: %s [ROUNDS | SECONDSs]\n", name);
        return 2;
    }
    do {
        uint32_t sum = round();
        if (rounds == 0)
            first = sum;
        if (sum != first) {
            printf("%s: round %lu gave %08x, the first %08x\n", name, rounds, sum, first);
            return 1;
        }
        rounds++;
        t = now() - start;
    } while (timed ? t < want : rounds < want);
    printf("%s rounds=%lu seconds=%.3f checksum=%08x\n", name, rounds, t, first);
    return 0;
}
