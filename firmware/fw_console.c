/*
 * The firmware's console: the chardev it shares with the UART, and screen and keyboard when the
 * machine has them.
 */
#include "firmware/fw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void serial_put(struct firmware *f, const char *s, size_t len)
{
    chardev_write(f->m->console, s, len);
}

/* Clients send LF, CR LF or LF CR. A LF that no CR precedes gets one, so that no line starts under
 * the end of the last. */
static void put_lines(struct firmware *f, void (*put)(struct firmware *, const char *, size_t),
                      bool *was_cr, const char *s, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n' && !*was_cr) {
            put(f, s + from, i - from);
            put(f, "\r", 1);
            from = i;
        }
        *was_cr = s[i] == '\r';
    }
    put(f, s + from, len - from);
}

void fw_put_to(struct firmware *f, enum fw_out to, const char *s, size_t len)
{
    if (to & FW_SERIAL) put_lines(f, serial_put, &f->serial_was_cr, s, len);
    if (to & FW_SCREEN) put_lines(f, screen_put, &f->screen_was_cr, s, len);
}

void fw_put(struct firmware *f, const char *s, size_t len)
{
    fw_put_to(f, FW_BOTH, s, len);
}

void fw_print(struct firmware *f, const char *fmt, ...)
{
    char buf[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    if (n > 0) fw_put(f, buf, (size_t)n < sizeof buf ? (size_t)n : sizeof buf - 1);
}

size_t fw_get(struct firmware *f, uint8_t *p, size_t len)
{
    size_t n = chardev_read(f->m->console, p, len);
    return n ? n : keyboard_get(f, p, len);
}

static void input_waits(void *ctx)
{
    (void)ctx; /* the machine loop calls firmware_poll; a client polls by itself. A UART that a
                * client touches takes the input over by listening in its turn. */
}

void fw_console_take(struct firmware *f)
{
    struct chardev *c = f->m->console;
    if (c && c->readable != input_waits) chardev_listen(c, input_waits, f);
}
