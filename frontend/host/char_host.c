/*
 * A character device over one descriptor for input and one for output.
 *
 * Input is read from the host only while the queue has room, so an endless paste waits in the
 * terminal or socket and loses nothing. Output to a terminal, file or pipe waits until the host
 * took it; a socket or pseudo-terminal whose other end sleeps gets a megabyte of patience and
 * then loses the newest bytes, because a guest must not be stopped by a stranger.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontend/host/internal.h"

#define INPUT_LIMIT 65536u
#define MUX_INPUT_LIMIT (16u << 20) /* C-a x must be seen behind what the guest does not read */
#define OUTPUT_LIMIT (1u << 20)

static struct host_char *of(struct chardev *c) { return (struct host_char *)c; }

void host_char_update(struct host_char *h)
{
    h->in.events = queue_room(&h->input) ? POLLIN : 0;
    h->out.events = h->output.used ? POLLOUT : 0;
}

void host_char_deliver(struct host_char *h, const uint8_t *p, size_t len)
{
    queue_put(&h->input, p, len);
    if (h->dev.readable && h->input.used) h->dev.readable(h->dev.ctx);
    host_char_update(h);
}

static void hang_up(struct host_char *h)
{
    if (h->kind->hung_up) {
        h->kind->hung_up(h);
    } else {
        h->in.fd = -1;
    }
}

static void input_ready(void *ctx, short revents)
{
    struct host_char *h = ctx;
    uint8_t bytes[4096];
    size_t room = queue_room(&h->input);
    if (!(revents & POLLIN)) {
        hang_up(h);
        return;
    }
    if (h->kind->opened) h->kind->opened(h);
    ssize_t n = read(h->in.fd, bytes, room < sizeof bytes ? room : sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n <= 0) {
        hang_up(h);
    } else if (h->mux) {
        host_mux_input(h->mux, bytes, (size_t)n);
        host_char_update(h);
    } else {
        host_char_deliver(h, bytes, (size_t)n);
    }
}

/* The reader of our standard output has left (`ppcemu | head`): the run ends, as that of any program
 * that writes into a pipe. A socket's or terminal's other end may come back. */
static void output_failed(struct host_char *h)
{
    if (errno == EPIPE && h->kind->ends_with_reader) host_loop_quit(h->loop, SIGPIPE);
}

static void output_ready(void *ctx, short revents)
{
    struct host_char *h = ctx;
    size_t len;
    (void)revents;
    const uint8_t *p = queue_peek(&h->output, &len);
    ssize_t n = p ? write(h->out.fd, p, len) : 0;
    if (n > 0) {
        queue_drop(&h->output, (size_t)n);
    } else if (n < 0 && errno != EINTR && errno != EAGAIN) {
        output_failed(h);
        queue_free(&h->output); /* the input side notices that the other end left */
    }
    host_char_update(h);
}

static void wait_writable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    poll(&p, 1, 1000);
}

void host_char_send(struct host_char *h, const uint8_t *p, size_t len)
{
    while (len && h->out.fd >= 0 && !h->output.used) {
        ssize_t n = write(h->out.fd, p, len);
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0 && errno == EAGAIN) {
            if (!h->kind->patient) break;
            wait_writable(h->out.fd);
        } else {
            output_failed(h);
            return;
        }
    }
    if (len && h->out.fd >= 0) queue_put(&h->output, p, len);
    host_char_update(h);
}

static void char_write(struct chardev *c, const uint8_t *p, size_t len)
{
    struct host_char *h = of(c);
    if (h->mux) {
        host_mux_output(h->mux, p, len);
    } else {
        host_char_send(h, p, len);
    }
}

static size_t char_read(struct chardev *c, uint8_t *p, size_t len)
{
    size_t n = queue_get(&of(c)->input, p, len);
    host_char_update(of(c));
    return n;
}

static void char_flush(struct chardev *c)
{
    struct host_char *h = of(c);
    while (h->output.used && h->out.fd >= 0) {
        size_t before = h->output.used;
        wait_writable(h->out.fd);
        output_ready(h, POLLOUT);
        if (h->output.used == before) return;
    }
}

static void char_close(struct chardev *c)
{
    struct host_char *h = of(c);
    char_flush(c);
    host_char_set_fds(h, -1, -1);
    host_loop_remove(h->loop, &h->in);
    host_loop_remove(h->loop, &h->out);
    host_loop_remove(h->loop, &h->listener);
    if (h->listen_fd >= 0) close(h->listen_fd);
    if (h->unlink_path) unlink(h->unlink_path);
    free(h->unlink_path);
    if (h->kind->close) h->kind->close(h);
    host_mux_free(h->mux);
    queue_free(&h->input);
    queue_free(&h->output);
    free(h);
}

static const struct chardev_ops ops = {char_write, char_read, char_flush, char_close};

struct host_char *host_char_new(struct host_char_loop *loop, const struct host_char_kind *kind,
                                int in_fd, int out_fd)
{
    struct host_char *h = xcalloc(1, sizeof *h);
    h->dev.ops = &ops;
    h->kind = kind;
    h->loop = loop;
    h->listen_fd = -1;
    h->input.limit = INPUT_LIMIT;
    h->output.limit = OUTPUT_LIMIT;
    h->in = (struct host_watch){.fd = in_fd, .ready = input_ready, .ctx = h};
    h->out = (struct host_watch){.fd = out_fd, .ready = output_ready, .ctx = h};
    h->listener = (struct host_watch){.fd = -1, .ctx = h};
    host_loop_add(loop, &h->in);
    host_loop_add(loop, &h->out);
    host_loop_add(loop, &h->listener);
    host_char_update(h);
    return h;
}

void host_char_set_fds(struct host_char *h, int in_fd, int out_fd)
{
    int old_in = h->in.fd, old_out = h->out.fd;
    h->in.fd = in_fd;
    h->out.fd = out_fd;
    if (old_in > STDERR_FILENO && old_in != in_fd) close(old_in);
    if (old_out > STDERR_FILENO && old_out != out_fd && old_out != old_in) close(old_out);
    if (out_fd < 0) queue_free(&h->output);
    host_char_update(h);
}

void host_char_close(struct chardev *c)
{
    if (c) c->ops->close(c);
}

struct chardev *host_char_monitor(struct chardev *c)
{
    return c && c->ops == &ops && of(c)->mux ? host_mux_monitor(of(c)->mux) : NULL;
}

void host_char_focus(struct chardev *c, bool monitor)
{
    if (host_char_monitor(c)) host_mux_focus(of(c)->mux, monitor);
}

/* --- the words of -serial --- */

static bool starts(const char *s, const char *with, const char **rest)
{
    size_t n = strlen(with);
    if (strncmp(s, with, n)) return false;
    *rest = s + n;
    return true;
}

static bool is_word(const char *s, const char *word, const char **options)
{
    return starts(s, word, options) && (!**options || **options == ',');
}

int host_char_open(const char *spec, struct host_char_loop *loop, struct chardev **out,
                   struct error *err)
{
    const char *rest = "", *what = spec;
    struct host_char *h = NULL;
    bool mon = starts(spec, "mon:", &what);
    int r;
    *out = NULL;
    if (is_word(what, "none", &rest) || is_word(what, "null", &rest)) return 0;
    if (is_word(what, "stdio", &rest)) {
        r = host_open_stdio(rest, mon, loop, &h, err);
    } else if (is_word(what, "pty", &rest)) {
        r = host_open_pty(loop, &h, err);
    } else if (starts(what, "file:", &rest)) {
        r = host_open_file(rest, loop, &h, err);
    } else if (starts(what, "pipe:", &rest)) {
        r = host_open_pipe(rest, loop, &h, err);
    } else if (starts(what, "unix:", &rest)) {
        r = host_open_unix(rest, loop, &h, err);
    } else if (starts(what, "tcp:", &rest)) {
        r = host_open_tcp(rest, loop, &h, err);
    } else {
        return error_set(err, EINVAL,
                         "'%s' is not a character device: use stdio, mon:stdio, file:PATH, "
                         "pipe:PATH, pty, unix:PATH, tcp:HOST:PORT or none",
                         spec);
    }
    if (r) return r;
    if (mon) {
        h->mux = host_mux_new(h);
        h->input.limit = MUX_INPUT_LIMIT;
    }
    *out = &h->dev;
    return 0;
}
