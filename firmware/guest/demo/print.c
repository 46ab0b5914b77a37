/* A printf for the four formats that are used, and the memory functions the compiler calls. */
#include "guest.h"

struct out {
    char text[256];
    uint32_t len;
};

static void put(struct out *o, char c)
{
    if (o->len < sizeof o->text) o->text[o->len++] = c;
}

static void put_padded(struct out *o, const char *s, uint32_t len, int width, int left, char pad)
{
    for (int i = (int)len; !left && i < width; i++) put(o, pad);
    for (uint32_t i = 0; i < len; i++) put(o, s[i]);
    for (int i = (int)len; left && i < width; i++) put(o, ' ');
}

static uint32_t digits(char *end, uint32_t v, uint32_t base)
{
    uint32_t n = 0;
    do {
        end[-++n] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v);
    return n;
}

void vprint(const char *fmt, va_list ap)
{
    struct out o = {.len = 0};
    char number[12], *end = number + sizeof number;
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(&o, *fmt);
            continue;
        }
        int left = *++fmt == '-', width = 0;
        if (left) fmt++;
        char pad = *fmt == '0' ? '0' : ' ';
        for (; *fmt >= '0' && *fmt <= '9'; fmt++) width = width * 10 + *fmt - '0';
        if (*fmt == '*') {
            width = va_arg(ap, int);
            fmt++;
        }
        if (*fmt == 's') {
            const char *s = va_arg(ap, const char *);
            uint32_t len = 0;
            while (s[len]) len++;
            put_padded(&o, s, len, width, left, ' ');
        } else if (*fmt == 'c') {
            put(&o, (char)va_arg(ap, int));
        } else {
            uint32_t n = digits(end, va_arg(ap, uint32_t), *fmt == 'x' ? 16 : 10);
            put_padded(&o, end - n, n, width, left, pad);
        }
    }
    of_write(o.text, o.len);
}

void print(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vprint(fmt, ap);
    va_end(ap);
}

void *memset(void *to, int byte, size_t n)
{
    for (uint8_t *p = to; n; n--) *p++ = (uint8_t)byte;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    const uint8_t *q = from;
    for (uint8_t *p = to; n; n--) *p++ = *q++;
    return to;
}
