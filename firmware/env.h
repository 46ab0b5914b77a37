/*
 * Environment variables and the 8 KiB CHRP NVRAM image they live in. The image is kept in the
 * file of -nvram: the "common" partition holds NAME=VALUE strings, the rest is free for the guest
 * (RTAS nvram-fetch and nvram-store).
 */
#ifndef FIRMWARE_ENV_H
#define FIRMWARE_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"

#define NVRAM_LEN     8192u
#define ENV_MAX       64   /* variables */
#define ENV_NAME_MAX  32   /* with the NUL (IEEE 1275 property names are up to 31 long) */
#define ENV_VALUE_MAX 1024 /* with the NUL */

struct env_var {
    char name[ENV_NAME_MAX];
    char *value;     /* NULL: the default */
    char *transient; /* this run only (-prom-env); hides value, never kept */
};

struct env {
    const char *file; /* NULL: not kept */
    struct log *log;
    uint8_t image[NVRAM_LEN];
    struct env_var var[ENV_MAX];
    unsigned n;
    bool dirty; /* the image differs from the file */
};

/* Loads the file; a damaged one is moved to FILE.bad, told in the log, and defaults are used. */
void env_init(struct env *e, const char *file, struct log *log);
/* Writes the file when the image changed: a temporary file, fsync, rename. 0 or negative errno
 * (also told in the log). */
int env_flush(struct env *e);
void env_free(struct env *e);

/* The value in force: transient, set, or default; NULL for an unknown name. */
const char *env_get(const struct env *e, const char *name);
bool env_true(const struct env *e, const char *name);
/* NULL when the name has no default. */
const char *env_default(const char *name);
/* Sets and keeps. 0; -EINVAL for a bad name or value, -ENOSPC when NVRAM is full. */
int env_set(struct env *e, const char *name, const char *value) MUST_CHECK;
/* For this run only. */
int env_set_transient(struct env *e, const char *name, const char *value) MUST_CHECK;
/* Back to the default (or gone); NULL: all of them. */
void env_reset(struct env *e, const char *name);
/* The i-th name in alphabetical order of defaults, then of others; NULL at the end. */
const char *env_name(const struct env *e, unsigned i);

/* Guest access to the image. Whole spans inside NVRAM_LEN only: 0 or -EINVAL. */
int nvram_read(const struct env *e, uint32_t at, void *to, uint32_t len) MUST_CHECK;
int nvram_write(struct env *e, uint32_t at, const void *from, uint32_t len) MUST_CHECK;

#endif
