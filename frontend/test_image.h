/*
 * Programs for `ppcemu-test run`: 32-bit big-endian PowerPC ELF executables and raw files.
 */
#ifndef FRONTEND_TEST_IMAGE_H
#define FRONTEND_TEST_IMAGE_H

#include "frontend/test_cpu.h"

struct image_args {
    const char *elf;
    char **loads; /* "ADDR=FILE"; the '=' is overwritten */
    int n_loads;
    uint64_t pc; /* in: --pc; out: where to start (ELF entry, else the first load address) */
    bool pc_given;
};

/* Puts everything into RAM by physical address. 0 or -errno. */
int bare_load(struct image_args *a, struct bare *b, struct error *err) MUST_CHECK;

#endif
