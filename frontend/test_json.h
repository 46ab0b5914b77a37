/*
 * A small strict pull reader for one JSON text (RFC 8259): the caller walks objects and arrays in
 * order and gets spans of the input, so nothing is copied or allocated. The first error sticks:
 * later calls return false, and `error` says what was wrong.
 */
#ifndef FRONTEND_TEST_JSON_H
#define FRONTEND_TEST_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"

/* Characters of the input; strings without their quotes, escapes as they stand. */
struct span {
    const char *at;
    size_t len;
};

struct json {
    const char *p, *end;
    const char *error;
};

static inline struct json json_open(const char *text, size_t len)
{
    return (struct json){text, text + len, NULL};
}

/* Goes into an object ('{') or array ('['). */
bool json_enter(struct json *j, char open) MUST_CHECK;
/* True before each further member; false at the closing bracket (which is consumed) or an error.
 * *n counts members and must be 0 at first. close: '}' or ']'. */
bool json_more(struct json *j, char close, unsigned *n);
/* A member's name and the colon. */
bool json_key(struct json *j, struct span *key) MUST_CHECK;
bool json_string(struct json *j, struct span *s) MUST_CHECK;
/* A non-negative integer. */
bool json_uint(struct json *j, uint64_t *v) MUST_CHECK;
/* Any value, checked and passed over; nested at most 16 deep. */
bool json_skip(struct json *j) MUST_CHECK;
/* Nothing but white space follows. */
bool json_at_end(struct json *j) MUST_CHECK;
/* Records an error (the first one counts) and returns false. */
bool json_fail(struct json *j, const char *error);

bool span_is(struct span s, const char *text);
/* Hexadecimal digits, after "0x" or bare, of at most 128 bits: *hi and *lo. False: not such. */
bool span_hex(struct span s, uint64_t *hi, uint64_t *lo) MUST_CHECK;
/* A number as the command line takes it: decimal up to 64 bits, or hexadecimal after "0x". */
bool span_number(struct span s, uint64_t *hi, uint64_t *lo) MUST_CHECK;

#endif
