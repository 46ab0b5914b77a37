/*
 * Random user-level programs on qemu-ppc and on libppcemu-core (qemu_random.c has the whole).
 */
#ifndef TESTS_NIGHTLY_QEMU_RANDOM_H
#define TESTS_NIGHTLY_QEMU_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/decode.h"
#include "frontend/test_cpu.h"

#define LENGTH 200u           /* instructions of a program */
#define SPARE 8u              /* words behind them that a branch may hit */
#define DATA_AT 0x02000000u   /* the programs' data: 2 KiB on both sides of this address */
#define DATA_LEN 4096u
#define NOP 0x60000000u

/* What a program starts with and what it leaves, in the guest's memory: big-endian. */
struct image {
    uint8_t fpr[32][8], vr[32][16], vscr[16], fpscr[8], cr[4], xer[4], lr[4], ctr[4], gpr[32][4];
    uint8_t done[8]; /* number of the program + 1: it has come to its end */
};
struct result {
    struct image regs;
    uint8_t data[DATA_LEN];
};

struct program {
    uint64_t seed;
    struct image start;
    uint32_t word[LENGTH];
    uint8_t unit[LENGTH], unit_len[LENGTH]; /* of the instructions that belong together: first, number */
    unsigned prefix;                        /* only this many words are run */
};

/* qemu_program.c: everything from the seed. */
void program_make(struct program *p, uint64_t seed, const struct decoder *d);
void program_data(uint8_t data[DATA_LEN]);

/* qemu_image.c: both emulators. */
struct rig {
    const char *qemu, *cpu; /* command, -cpu */
    char dir[64];           /* for the program file and what it writes */
    struct bare b;
    bool called;            /* the end was reached */
};
enum died { ALIVE, QEMU_DIED, WE_DIED, BOTH_DIED };
struct outcome {
    struct result qemu, ours;
    enum died died;
    uint32_t vector; /* of ours */
    int signal;      /* of qemu's */
};
bool rig_open(struct rig *r, const char *qemu, const char *cpu);
void rig_close(struct rig *r);
/* Runs n programs on both. False: the rig is broken (no qemu, no disk), a message is out. */
bool rig_run(struct rig *r, const struct program *const *p, struct outcome *const *out, unsigned n);

/* qemu_known.c: the reviewed list. */
struct difference {
    const struct program *p;
    unsigned at;                              /* the instruction */
    const struct image *before;               /* same on both */
    const struct outcome *after;
    enum insn_id id;
    uint32_t word;
};
struct known {
    const char *name, *paragraph;
    uint64_t seen;
};
extern struct known known_classes[];
/* False: nothing in the list explains it. Counts the entries that did. */
bool explain(const struct difference *d);
/* Everything that is compared, FR of FPSCR left out. */
bool same_result(const struct outcome *o);
void print_difference(const struct difference *d);

#endif
