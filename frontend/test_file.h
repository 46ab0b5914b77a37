/*
 * A file of test vectors: read whole (plain or gzip), run by several threads, each with CPUs of
 * its own, with one result a line.
 */
#ifndef FRONTEND_TEST_FILE_H
#define FRONTEND_TEST_FILE_H

#include "frontend/test_case.h"

enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_BAD };

struct line_result {
    enum outcome outcome;
    unsigned tags;
    struct span name, insn;
    char *why; /* for FAIL and BAD; malloc */
};

struct test_file {
    const char *path, *base; /* base: the name without folders */
    char *text;
    struct span *lines;
    unsigned *line_numbers; /* from 1; empty lines are not in the list */
    size_t n;
    struct line_result *results;
};

/* 0, or -errno with a sentence. */
int test_file_read(struct test_file *f, const char *path, struct error *err) MUST_CHECK;
void test_file_free(struct test_file *f);

/* Runs every line on the cores of this build (portable, and threaded where there is one): 32-bit
 * vectors on `model`, 64-bit ones on it or, when it has 32 bits, on a 970. */
int test_file_run(struct test_file *f, const struct ppc_model *model, unsigned jobs,
                  struct error *err) MUST_CHECK;

#endif
