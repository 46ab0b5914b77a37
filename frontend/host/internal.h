/*
 * What the files of frontend/host share among themselves.
 */
#ifndef FRONTEND_HOST_INTERNAL_H
#define FRONTEND_HOST_INTERNAL_H

#include "frontend/host/host.h"

/* --- terminal.c --- */

int host_signals_take(struct host_char_loop *loop); /* a signal asking to quit, once; else 0 */
void host_signals_forget(struct host_char_loop *loop);

/* --- char_queue.c: bytes on their way, growing up to a limit --- */

struct byte_queue {
    uint8_t *bytes;
    size_t head, used, size, limit;
};

static inline size_t queue_room(const struct byte_queue *q) { return q->limit - q->used; }
/* Appends up to len bytes and returns how many fitted. */
size_t queue_put(struct byte_queue *q, const uint8_t *p, size_t len);
size_t queue_get(struct byte_queue *q, uint8_t *p, size_t len);
/* The longest contiguous stretch at the front, and its removal. */
const uint8_t *queue_peek(const struct byte_queue *q, size_t *len);
void queue_drop(struct byte_queue *q, size_t len);
void queue_free(struct byte_queue *q);

/* --- char_host.c: a chardev over descriptors --- */

struct host_char;
struct host_mux;

struct host_char_kind {
    void (*opened)(struct host_char *h);       /* optional: the input's watch says POLLIN */
    void (*hung_up)(struct host_char *h);      /* end of file or error on the input */
    void (*close)(struct host_char *h);        /* frees what the kind added; optional */
    bool ends_with_reader; /* the run ends when nobody reads the output any more */
    bool patient; /* output waits for a slow reader instead of dropping what does not fit */
};

struct host_char {
    struct chardev dev; /* first: devices hold &dev */
    const struct host_char_kind *kind;
    struct host_char_loop *loop;
    struct host_watch in;
    struct host_watch out; /* POLLOUT while output is queued */
    struct byte_queue input, output;
    struct host_mux *mux;  /* with mon: */
    struct host_watch listener; /* servers: fd -1 while a client is served */
    int listen_fd;
    char *unlink_path;     /* a socket of ours in the file system */
};

/* in_fd, out_fd: -1 for none. */
struct host_char *host_char_new(struct host_char_loop *loop, const struct host_char_kind *kind,
                                int in_fd, int out_fd);
/* Puts a client's or terminal's descriptors in place, or -1 when it went away. */
void host_char_set_fds(struct host_char *h, int in_fd, int out_fd);
/* Input as it came from the descriptor or out of the escape filter; returns what was taken. */
void host_char_deliver(struct host_char *h, const uint8_t *p, size_t len);
/* Writes to the descriptor, past the mux. */
void host_char_send(struct host_char *h, const uint8_t *p, size_t len);
void host_char_update(struct host_char *h); /* after input was consumed */

/* --- char_mux.c --- */

struct host_mux *host_mux_new(struct host_char *h);
void host_mux_free(struct host_mux *x);
void host_mux_input(struct host_mux *x, const uint8_t *p, size_t len);
void host_mux_output(struct host_mux *x, const uint8_t *p, size_t len);
struct chardev *host_mux_monitor(struct host_mux *x);
void host_mux_focus(struct host_mux *x, bool monitor);

/* --- openers --- */

int host_open_stdio(const char *options, bool mon, struct host_char_loop *loop,
                    struct host_char **out, struct error *err) MUST_CHECK;
int host_open_pty(struct host_char_loop *loop, struct host_char **out,
                  struct error *err) MUST_CHECK;
int host_open_file(const char *path, struct host_char_loop *loop, struct host_char **out,
                   struct error *err) MUST_CHECK;
int host_open_pipe(const char *path, struct host_char_loop *loop, struct host_char **out,
                   struct error *err) MUST_CHECK;
int host_open_unix(const char *spec, struct host_char_loop *loop, struct host_char **out,
                   struct error *err) MUST_CHECK;
int host_open_tcp(const char *spec, struct host_char_loop *loop, struct host_char **out,
                  struct error *err) MUST_CHECK;

#endif
