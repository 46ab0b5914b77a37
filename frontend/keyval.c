#include "frontend/keyval.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void keyval_open(struct keyval *k, const char *list, const char *implied)
{
    *k = (struct keyval){.text = xstrdup(list), .implied = implied};
    k->rest = k->text;
}

void keyval_close(struct keyval *k) { free(k->text); }

bool keyval_is(const struct keyval *k, const char *key) { return !strcmp(k->key, key); }

/* Cuts the item at the first single comma and undoubles the others, in place. */
static char *cut_item(char *from)
{
    char *to = from;
    for (; *from; from++) {
        if (*from == ',') {
            if (from[1] != ',') {
                *to = 0;
                return from + 1;
            }
            from++;
        }
        *to++ = *from;
    }
    *to = 0;
    return NULL;
}

bool keyval_next(struct keyval *k)
{
    if (!k->rest || !*k->rest) return false;
    char *item = k->rest;
    k->rest = cut_item(item);
    char *equals = strchr(item, '=');
    if (equals) {
        *equals = 0;
        k->key = item;
        k->value = equals + 1;
    } else if (k->implied) {
        k->key = k->implied;
        k->value = item;
    } else {
        k->key = item;
        k->value = "on";
    }
    k->implied = NULL;
    return true;
}

int keyval_bool(const struct keyval *k, const char *what, bool *out, struct error *err)
{
    static const char *const yes[] = {"on", "yes", "true"}, *const no[] = {"off", "no", "false"};
    for (unsigned i = 0; i < 3; i++) {
        if (!strcmp(k->value, yes[i]) || !strcmp(k->value, no[i])) {
            *out = !strcmp(k->value, yes[i]);
            return 0;
        }
    }
    return error_set(err, EINVAL, "%s: '%s' is neither on nor off", what, k->value);
}

int parse_number(const char *what, const char *text, unsigned long long min,
                 unsigned long long max, unsigned long long *out, struct error *err)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 0);
    if (isdigit((unsigned char)*text) && !*end && !errno && *out >= min && *out <= max) return 0;
    return error_set(err, EINVAL, "%s: '%s' is not a number from %llu to %llu", what, text, min,
                     max);
}
