/*
 * Frame of the fuzz targets. Each gives LLVMFuzzerTestOneInput and seeds. Built plainly, the
 * program is a bounded test: it mutates the seeds for some seconds of CPU time, always in the same
 * order. With file names it replays them, with --seeds FOLDER it writes its seeds there. With
 * FUZZ_LIBFUZZER it is libFuzzer's: tests/fuzz/run.sh does both.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

#ifndef FUZZ_LIBFUZZER

#define FUZZ_ROOM (256u << 10)

/* Writes seed n and returns its length; 0 behind the last. */
static size_t fuzz_seed(unsigned n, uint8_t *buf, size_t room);

static unsigned fuzz_state = 1;

static unsigned fuzz_random(void)
{
    fuzz_state ^= fuzz_state << 13;
    fuzz_state ^= fuzz_state >> 17;
    fuzz_state ^= fuzz_state << 5;
    return fuzz_state;
}

/* Numbers at which bounds checks go wrong. */
static uint32_t fuzz_number(void)
{
    static const uint32_t edge[] = {0,          1,          2,          3,          4,
                                    0x7f,       0x80,       0xff,       0x100,      0x7fff,
                                    0x8000,     0xffff,     0x10000,    0x7fffffff, 0x80000000,
                                    0xfffffff0, 0xfffffffc, 0xffffffff, 2048,       2047};
    unsigned r = fuzz_random();
    if (r % 4) return edge[r / 4 % (sizeof edge / sizeof edge[0])];
    return fuzz_random() >> (fuzz_random() & 31);
}

static void fuzz_mutate(uint8_t *p, size_t len)
{
    for (unsigned n = fuzz_random() % 12 + 1; n--;) {
        size_t at = fuzz_random() % len;
        uint32_t v = fuzz_number();
        switch (fuzz_random() % 5) {
        case 0:
            p[at] ^= (uint8_t)(1u << (v & 7));
            break;
        case 1:
            p[at] = (uint8_t)v;
            break;
        case 2: /* a big-endian number */
            for (unsigned i = 0; i < 4 && at + i < len; i++)
                p[at + i] = (uint8_t)(v >> (24 - 8 * i));
            break;
        case 3: /* a little-endian one */
            for (unsigned i = 0; i < 4 && at + i < len; i++)
                p[at + i] = (uint8_t)(v >> 8 * i);
            break;
        default: { /* a piece from elsewhere */
            size_t from = fuzz_random() % len, n_bytes = fuzz_random() % 64;
            if (n_bytes > len - at) n_bytes = len - at;
            if (n_bytes > len - from) n_bytes = len - from;
            memmove(p + at, p + from, n_bytes);
        }
        }
    }
}

static int fuzz_replay(const char *name)
{
    static uint8_t buf[FUZZ_ROOM];
    FILE *f = fopen(name, "rb");
    if (!f) {
        perror(name);
        return 1;
    }
    size_t len = fread(buf, 1, sizeof buf, f);
    fclose(f);
    LLVMFuzzerTestOneInput(buf, len);
    return 0;
}

static int fuzz_write_seeds(const char *folder)
{
    static uint8_t buf[FUZZ_ROOM];
    size_t len;
    for (unsigned n = 0; n < 100 && (len = fuzz_seed(n, buf, sizeof buf)) > 0; n++) {
        char name[512];
        snprintf(name, sizeof name, "%s/seed%02u", folder, n);
        FILE *f = fopen(name, "wb");
        if (!f || fwrite(buf, 1, len, f) != len || fclose(f)) {
            perror(name);
            return 1;
        }
    }
    return 0;
}

/* FUZZ_SECONDS of CPU time, 5 unless told. */
static double fuzz_budget(void)
{
    const char *s = getenv("FUZZ_SECONDS");
    return s ? atof(s) : 5;
}

int main(int argc, char **argv)
{
    static uint8_t seed[FUZZ_ROOM];
    unsigned long runs = 0;
    unsigned n = 0;
    if (argc == 3 && !strcmp(argv[1], "--seeds")) return fuzz_write_seeds(argv[2]);
    for (int i = 1; i < argc; i++)
        if (fuzz_replay(argv[i])) return 1;
    if (argc > 1) return 0;
    while ((double)clock() / CLOCKS_PER_SEC < fuzz_budget()) {
        size_t len = fuzz_seed(n, seed, sizeof seed);
        if (!len) {
            n = 0;
            continue;
        }
        for (unsigned i = 0; i < 20; i++) {
            uint8_t *p = malloc(len); /* exactly as long, so that ASan sees each step beyond */
            memcpy(p, seed, len);
            size_t cut = len;
            if (i) fuzz_mutate(p, len);
            if (fuzz_random() % 8 == 0) cut = fuzz_random() % len;
            LLVMFuzzerTestOneInput(p, cut);
            free(p);
            runs++;
        }
        n++;
    }
    printf("%s: %lu runs\n", argv[0], runs);
    return 0;
}

#endif
#endif
