#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *err, int code, const char *fmt, ...)
{
    if (err && !err->text[0]) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
    }
    return -code;
}

static void *or_die(void *p, size_t size)
{
    if (p || !size) return p;
    fprintf(stderr, "ppcemu: out of memory for %zu bytes\n", size);
    exit(2);
}

void *xcalloc(size_t n, size_t size) { return or_die(calloc(n, size), n && size ? size : 0); }
void *xrealloc(void *p, size_t size) { return or_die(realloc(p, size), size); }

char *xstrdup(const char *s)
{
    size_t len = strlen(s) + 1;
    return memcpy(xcalloc(1, len), s, len);
}

char *xasprintf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *s = xcalloc(1, (size_t)len + 1);
    va_start(ap, fmt);
    vsnprintf(s, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return s;
}
