/*
 * QEMU's "value,key=value,key" lists. A doubled comma is a comma of the value.
 */
#ifndef FRONTEND_KEYVAL_H
#define FRONTEND_KEYVAL_H

#include <stdbool.h>
#include "base/compiler.h"
#include "base/error.h"

struct keyval {
    char *text;          /* own copy, cut up as it is walked */
    char *rest;          /* NULL at the end */
    const char *implied; /* the key of a first item without '=' */
    const char *key, *value; /* the current item; value is "on" for an item without '=' */
};

/* implied: the key that the first item may leave out, or NULL. */
void keyval_open(struct keyval *k, const char *list, const char *implied);
/* Goes to the next item; false at the end. */
bool keyval_next(struct keyval *k);
void keyval_close(struct keyval *k);
bool keyval_is(const struct keyval *k, const char *key);

/* on/off, yes/no, true/false. what: "-drive readonly". -EINVAL with a sentence otherwise. */
int keyval_bool(const struct keyval *k, const char *what, bool *out, struct error *err) MUST_CHECK;

/* A whole decimal or 0x number from min to max. */
int parse_number(const char *what, const char *text, unsigned long long min,
                 unsigned long long max, unsigned long long *out, struct error *err) MUST_CHECK;

#endif
