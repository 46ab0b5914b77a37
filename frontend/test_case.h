/*
 * One test vector: a line of JSON as docs/vectors.md describes it, its execution on a bare CPU and the
 * comparison.
 */
#ifndef FRONTEND_TEST_CASE_H
#define FRONTEND_TEST_CASE_H

#include "frontend/test_cpu.h"
#include "frontend/test_json.h"

#define CASE_MAX_REGS 192
#define CASE_MAX_CODE 64
#define CASE_MAX_MEM 8
#define CASE_MAX_BYTES 256

struct case_reg {
    enum bare_reg kind;
    uint8_t n;
    char name[12]; /* NUL-terminated; for BARE_NAMED the register's name */
    struct value v, mask;
};

struct case_mem {
    uint64_t at;
    unsigned len;
    uint8_t bytes[CASE_MAX_BYTES];
};

/* Tags known by name; anything else is TAG_OTHER. */
enum case_tag {
    TAG_UNDEF,
    TAG_ESTIMATE,
    TAG_FSQRT,
    TAG_POWER5,
    TAG_ADJUSTED,
    TAG_DOUBTFUL,
    TAG_OTHER,
    N_TAGS
};
extern const char *const case_tag_names[N_TAGS];

struct test_case {
    struct span name, suite, insn;
    unsigned bits, tags; /* tags: bit per enum case_tag */
    uint64_t pc;
    uint32_t code[CASE_MAX_CODE];
    unsigned n_code, n_in, n_out, n_mem_in, n_mem_out;
    struct case_reg in[CASE_MAX_REGS], out[CASE_MAX_REGS];
    struct case_mem mem_in[CASE_MAX_MEM], mem_out[CASE_MAX_MEM];
    uint32_t exc; /* 0: none may be taken */
};

/* Reads one line. NULL, or what is wrong with it. */
const char *case_parse(struct test_case *t, const char *text, size_t len);

/* Runs t on b. True when everything agrees; otherwise why (up to len characters) says what does
 * not. *bad is set to a sentence when the case cannot be run at all. */
bool case_run(struct bare *b, const struct test_case *t, char *why, size_t len, const char **bad);

#endif
