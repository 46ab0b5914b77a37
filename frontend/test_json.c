#include "frontend/test_json.h"

#include <string.h>

bool json_fail(struct json *j, const char *error)
{
    if (!j->error) j->error = error;
    j->p = j->end;
    return false;
}

static void skip_space(struct json *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' || *j->p == '\n' || *j->p == '\r'))
        j->p++;
}

static bool take(struct json *j, char ch, const char *error)
{
    skip_space(j);
    if (j->p == j->end || *j->p != ch) return json_fail(j, error);
    j->p++;
    return true;
}

bool json_enter(struct json *j, char open)
{
    return take(j, open, open == '{' ? "an object is expected" : "an array is expected");
}

bool json_more(struct json *j, char close, unsigned *n)
{
    if (j->error) return false;
    skip_space(j);
    if (j->p < j->end && *j->p == close) {
        j->p++;
        return false;
    }
    if ((*n)++ == 0) return true;
    return take(j, ',', close == '}' ? "',' or '}' is expected" : "',' or ']' is expected");
}

static bool is_hex(char ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
}

/* p stands behind the backslash; returns the length of the rest of the escape, 0 if there is none.
 */
static size_t escape_length(const char *p, const char *end)
{
    if (p == end) return 0;
    if (strchr("\"\\/bfnrt", *p)) return *p ? 1 : 0;
    if (*p != 'u' || end - p < 5) return 0;
    for (int i = 1; i < 5; i++)
        if (!is_hex(p[i])) return 0;
    return 5;
}

bool json_string(struct json *j, struct span *s)
{
    if (!take(j, '"', "a string is expected")) return false;
    s->at = j->p;
    while (j->p < j->end && *j->p != '"') {
        if ((unsigned char)*j->p < 0x20) return json_fail(j, "a control character in a string");
        if (*j->p++ != '\\') continue;
        size_t n = escape_length(j->p, j->end);
        if (!n) return json_fail(j, "an unknown escape in a string");
        j->p += n;
    }
    if (j->p == j->end) return json_fail(j, "a string without end");
    s->len = (size_t)(j->p++ - s->at);
    return true;
}

bool json_key(struct json *j, struct span *key)
{
    return json_string(j, key) && take(j, ':', "':' is expected");
}

bool json_uint(struct json *j, uint64_t *v)
{
    skip_space(j);
    const char *from = j->p;
    *v = 0;
    while (j->p < j->end && *j->p >= '0' && *j->p <= '9') {
        if (*v > (UINT64_MAX - 9) / 10) return json_fail(j, "a number out of range");
        *v = *v * 10 + (uint64_t)(*j->p++ - '0');
    }
    if (j->p == from || (*from == '0' && j->p - from > 1)) {
        return json_fail(j, "a non-negative integer is expected");
    }
    return true;
}

/* -?digits(.digits)?([eE][+-]?digits)? */
static bool skip_number(struct json *j)
{
    const char *p = j->p;
    if (p < j->end && *p == '-') p++;
    const char *digits = p;
    while (p < j->end && *p >= '0' && *p <= '9') p++;
    if (p == digits || (*digits == '0' && p - digits > 1)) return json_fail(j, "a bad number");
    if (p < j->end && *p == '.') {
        const char *fraction = ++p;
        while (p < j->end && *p >= '0' && *p <= '9') p++;
        if (p == fraction) return json_fail(j, "a bad number");
    }
    if (p < j->end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < j->end && (*p == '+' || *p == '-')) p++;
        const char *exponent = p;
        while (p < j->end && *p >= '0' && *p <= '9') p++;
        if (p == exponent) return json_fail(j, "a bad number");
    }
    j->p = p;
    return true;
}

static bool skip_word(struct json *j, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n)) {
        return json_fail(j, "a value is expected");
    }
    j->p += n;
    return true;
}

static bool skip_value(struct json *j, unsigned depth)
{
    struct span s;
    unsigned n = 0;
    skip_space(j);
    if (j->p == j->end) return json_fail(j, "a value is expected");
    if (!depth) return json_fail(j, "nested too deeply");
    switch (*j->p) {
    case '"': return json_string(j, &s);
    case '{':
        j->p++;
        while (json_more(j, '}', &n))
            if (!json_key(j, &s) || !skip_value(j, depth - 1)) return false;
        return !j->error;
    case '[':
        j->p++;
        while (json_more(j, ']', &n))
            if (!skip_value(j, depth - 1)) return false;
        return !j->error;
    case 't': return skip_word(j, "true");
    case 'f': return skip_word(j, "false");
    case 'n': return skip_word(j, "null");
    default: return skip_number(j);
    }
}

bool json_skip(struct json *j) { return skip_value(j, 16); }

bool json_at_end(struct json *j)
{
    if (j->error) return false;
    skip_space(j);
    return j->p == j->end || json_fail(j, "something follows the object");
}

bool span_is(struct span s, const char *text)
{
    return strlen(text) == s.len && !memcmp(text, s.at, s.len);
}

bool span_hex(struct span s, uint64_t *hi, uint64_t *lo)
{
    if (s.len > 2 && s.at[0] == '0' && (s.at[1] == 'x' || s.at[1] == 'X')) {
        s.at += 2;
        s.len -= 2;
    }
    *hi = *lo = 0;
    if (!s.len || s.len > 32) return false;
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.at[i];
        if (!is_hex(ch)) return false;
        uint64_t digit = (uint64_t)(ch <= '9' ? ch - '0' : (ch | 0x20) - 'a' + 10);
        *hi = *hi << 4 | *lo >> 60;
        *lo = *lo << 4 | digit;
    }
    return true;
}

bool span_number(struct span s, uint64_t *hi, uint64_t *lo)
{
    if (s.len > 2 && s.at[0] == '0' && (s.at[1] | 0x20) == 'x') return span_hex(s, hi, lo);
    struct json j = json_open(s.at, s.len);
    *hi = 0;
    return json_uint(&j, lo) && json_at_end(&j);
}
