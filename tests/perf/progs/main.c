/* bench NAME ROUNDS [ARGUMENT]: runs one program and prints its checksum and its time. */
#include "bench.h"
#include <time.h>

const char *bench_argument;

static const struct bench *const classes[] = {
    integer_benches, lz_benches, call_benches, fp_benches, vector_benches, system_benches,
    io_benches,
};

static const struct bench *find(const char *name)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        for (const struct bench *b = classes[i]; b->name; b++) {
            if (!strcmp(b->name, name)) return b;
        }
    }
    return NULL;
}

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv)
{
    const struct bench *b = argc >= 3 ? find(argv[1]) : NULL;

    if (argc == 2 && !strcmp(argv[1], "child")) return 7; /* of the program forkexec */
    if (!b) {
        fprintf(stderr, "usage: bench NAME ROUNDS [ARGUMENT]\n");
        return 2;
    }
    bench_argument = argc > 3 ? argv[3] : NULL;

    uint64_t begin = now();
    uint32_t sum = b->work((unsigned)strtoul(argv[2], NULL, 0));

    printf("checksum=%08x ns=%llu\n", sum, (unsigned long long)(now() - begin));
    return 0;
}
