/*
 * Programs for `ppcemu-test run`: big-endian PowerPC ELF executables of 32 and 64 bits, and raw files.
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
    unsigned bits; /* out: of the executable; 0: there is none */
    uint64_t toc;  /* out: for r2; 0: none */
};

/* Puts everything into RAM by physical address. 0 or -errno. */
int bare_load(struct image_args *a, struct bare *b, struct error *err) MUST_CHECK;
/* What the program starts with: pc, r2, and MSR[SF] = 0 for one of 32 bits. */
void image_start(const struct image_args *a, struct bare *b);

#endif
