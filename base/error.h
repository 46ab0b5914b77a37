/*
 * Host and configuration errors: one sentence that names the object and the value. Functions
 * that can fail return 0 or a negative errno and fill *err; main prints it once and exits with 2.
 * Guest faults never come this way: they are architected exceptions or device behaviour.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>
#include "base/compiler.h"

struct error {
    char text[512];
};

/* Fills *err (when err is not NULL) and returns -code. A set error is not overwritten. */
int error_set(struct error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* calloc/realloc/strdup which end the program with a sentence when memory is out. Start-up only. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
