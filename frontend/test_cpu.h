/*
 * A CPU on its own for the test runner: flat RAM at 0, no devices, virtual time that stands still
 * or counts instructions.
 */
#ifndef FRONTEND_TEST_CPU_H
#define FRONTEND_TEST_CPU_H

#include "base/error.h"
#include "cpu/ppc.h"

struct bare {
    struct bus *bus;
    struct sched sched;
    struct log log;
    struct ppc_cpu *cpu;
    uint8_t *ram;
    uint64_t ram_size;
    unsigned width; /* of the general registers: 32 or 64 */
    const struct bare_state *state; /* frontend/test_state.h */
    bool counts_time; /* 1 ns an instruction; otherwise time stands still */
};

/* ram_size: a multiple of 4 KiB. 0 or -errno. The struct must not move afterwards. */
int bare_new(struct bare *b, const struct ppc_model *model, enum ppc_glue glue, uint64_t ram_size,
             struct error *err) MUST_CHECK;
void bare_free(struct bare *b);

/* Copies into RAM and tells the code cache. False: outside RAM. */
bool bare_write(struct bare *b, uint64_t at, const void *from, uint64_t len) MUST_CHECK;
bool bare_read(const struct bare *b, uint64_t at, void *to, uint64_t len) MUST_CHECK;

/* All user registers 0, VRSAVE all ones, MSR as given, no exception seen. */
void bare_clear(struct bare *b, uint64_t msr);
/* True when an exception was taken since bare_clear: *vector is its offset. */
bool bare_exception(const struct bare *b, uint32_t *vector);

/* A register by number of its kind, as 128 bits. */
enum bare_reg {
    BARE_GPR, BARE_FPR, BARE_VR, BARE_CR, BARE_XER, BARE_LR, BARE_CTR, BARE_FPSCR, BARE_VSCR,
    BARE_VRSAVE, BARE_MSR, BARE_PC, BARE_NAMED,
};
struct value {
    uint64_t hi, lo;
};
void bare_set(struct bare *b, enum bare_reg kind, unsigned n, struct value v);
struct value bare_get(struct bare *b, enum bare_reg kind, unsigned n);
/* Bits of such a register on a CPU of this width. */
unsigned bare_bits(enum bare_reg kind, unsigned width);

/* Any other register, by its name in the CPU's own list. False: there is none. */
bool bare_set_named(struct bare *b, const char *name, struct value v) MUST_CHECK;
bool bare_get_named(struct bare *b, const char *name, struct value *v, unsigned *bits) MUST_CHECK;

/* "r3" -> BARE_GPR, 3; false for names of no such register. len: characters of name. */
bool bare_name(const char *name, size_t len, enum bare_reg *kind, unsigned *n);

#endif
