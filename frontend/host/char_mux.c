/*
 * The C-a escape keys of mon: devices, as users of QEMU know them, and the monitor that shares
 * the line with the guest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/host/internal.h"

#define ESCAPE 0x01 /* C-a */
#define MONITOR_LIMIT 65536u

struct host_mux {
    struct host_char *h;
    struct chardev monitor;
    struct byte_queue monitor_input;
    uint64_t stamp_base; /* when time stamps were switched on */
    bool escaped, stamps, line_start, monitor_has_focus;
};

static void say(struct host_mux *x, const char *text)
{
    host_char_send(x->h, (const uint8_t *)text, strlen(text));
}

static void help(struct host_mux *x)
{
    say(x, "\r\nAfter C-a:\r\n"
           "  h    these lines\r\n"
           "  x    leave the emulator\r\n"
           "  s    commit -snapshot changes to the image (not available)\r\n"
           "  t    time stamps before each line on or off\r\n"
           "  b    send a BREAK\r\n"
           "  c    keyboard to the monitor or back to the guest\r\n"
           "  C-a  send C-a itself\r\n");
}

static void give(struct host_mux *x, uint8_t byte)
{
    if (!x->monitor_has_focus) {
        host_char_deliver(x->h, &byte, 1);
        return;
    }
    queue_put(&x->monitor_input, &byte, 1);
    if (x->monitor.readable) x->monitor.readable(x->monitor.ctx);
}

void host_mux_focus(struct host_mux *x, bool monitor)
{
    if (x->monitor_has_focus == monitor) return;
    x->monitor_has_focus = monitor;
    host_loop_focus(x->h->loop, monitor);
}

static void command(struct host_mux *x, uint8_t key)
{
    struct chardev *c = &x->h->dev;
    switch (key) {
    case 'h':
    case '?': help(x); break;
    case 'x': host_loop_quit(x->h->loop, 0); break;
    case 's': say(x, "\r\nSaving snapshot changes to the image is not available.\r\n"); break;
    case 't':
        x->stamps = !x->stamps;
        x->stamp_base = host_monotonic_ns();
        x->line_start = false;
        break;
    case 'b':
        if (c->broke) c->broke(c->ctx);
        break;
    case 'c': host_mux_focus(x, !x->monitor_has_focus); break;
    case ESCAPE: give(x, ESCAPE); break;
    default: break; /* QEMU swallows it as well */
    }
}

void host_mux_input(struct host_mux *x, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (x->escaped) {
            x->escaped = false;
            command(x, p[i]);
        } else if (p[i] == ESCAPE) {
            x->escaped = true;
        } else {
            give(x, p[i]);
        }
    }
}

static void stamp(struct host_mux *x)
{
    char text[40];
    uint64_t ms = (host_monotonic_ns() - x->stamp_base) / 1000000u;
    snprintf(text, sizeof text, "[%02u:%02u:%02u.%03u] ", (unsigned)(ms / 3600000u),
             (unsigned)(ms / 60000u % 60u), (unsigned)(ms / 1000u % 60u), (unsigned)(ms % 1000u));
    say(x, text);
}

void host_mux_output(struct host_mux *x, const uint8_t *p, size_t len)
{
    while (x->stamps && len) {
        const uint8_t *end = memchr(p, '\n', len);
        size_t n = end ? (size_t)(end - p) + 1 : len;
        if (x->line_start) stamp(x);
        host_char_send(x->h, p, n);
        x->line_start = end;
        p += n;
        len -= n;
    }
    host_char_send(x->h, p, len);
}

static struct host_mux *of_monitor(struct chardev *c)
{
    return container_of(c, struct host_mux, monitor);
}

static void monitor_write(struct chardev *c, const uint8_t *p, size_t len)
{
    host_char_send(of_monitor(c)->h, p, len);
}

static size_t monitor_read(struct chardev *c, uint8_t *p, size_t len)
{
    return queue_get(&of_monitor(c)->monitor_input, p, len);
}

static void monitor_flush(struct chardev *c)
{
    struct chardev *line = &of_monitor(c)->h->dev;
    line->ops->flush(line);
}

static void monitor_close(struct chardev *c) { (void)c; /* goes with the device */ }

static const struct chardev_ops monitor_ops = {monitor_write, monitor_read, monitor_flush,
                                               monitor_close};

struct host_mux *host_mux_new(struct host_char *h)
{
    struct host_mux *x = xcalloc(1, sizeof *x);
    x->h = h;
    x->monitor.ops = &monitor_ops;
    x->monitor_input.limit = MONITOR_LIMIT;
    return x;
}

void host_mux_free(struct host_mux *x)
{
    if (!x) return;
    queue_free(&x->monitor_input);
    free(x);
}

struct chardev *host_mux_monitor(struct host_mux *x) { return &x->monitor; }
