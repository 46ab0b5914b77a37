/*
 * A character stream between a guest device (UART, firmware console) and the host. The host side
 * is frontend/host/char_*.c. Input is pulled: the device asks when it has room (rule R35: back-
 * pressure, nothing is dropped) and is told by `readable` that asking may now help.
 */
#ifndef MACHINES_CHARDEV_H
#define MACHINES_CHARDEV_H

#include <stddef.h>
#include <stdint.h>

struct chardev {
    const struct chardev_ops *ops;
    /* Who is told that input has arrived; a firmware console and a UART may share one chardev:
     * the last one to call chardev_listen gets the input. */
    void (*readable)(void *ctx);
    void *ctx;
    void (*broke)(void *ctx); /* a BREAK came in; set by a listener that cares, after listening */
    void (*came)(void *ctx);  /* somebody connected to a socket; set likewise */
    void (*gone)(void *ctx);  /* and left */
};

struct chardev_ops {
    /* Takes all of it; the host side buffers without bound only as far as the terminal is slow. */
    void (*write)(struct chardev *c, const uint8_t *p, size_t len);
    /* Up to len bytes of pending input, 0 when none. Never blocks. */
    size_t (*read)(struct chardev *c, uint8_t *p, size_t len);
    void (*flush)(struct chardev *c);
    void (*close)(struct chardev *c);
};

/* A NULL chardev swallows output and never has input. */
void chardev_write(struct chardev *c, const void *p, size_t len);
size_t chardev_read(struct chardev *c, void *p, size_t len);
void chardev_listen(struct chardev *c, void (*readable)(void *ctx), void *ctx);

#endif
