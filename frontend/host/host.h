/*
 * The host's side of block and character devices: image files, terminals, sockets, and the one
 * poll set the main loop waits on. Everything runs on the thread that calls host_poll, except
 * host_loop_wake. Machines and devices see only machines/block.h and machines/chardev.h.
 */
#ifndef FRONTEND_HOST_HOST_H
#define FRONTEND_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "machines/block.h"
#include "machines/chardev.h"
#include "machines/display.h"
#include "machines/net.h"

/* --- poll set (poll.c) --- */

struct host_char_loop;

/* One descriptor somebody waits for. The owner keeps the struct and may change `events` and
 * `asleep_until` at any time; with neither events nor a wish to hear of POLLHUP set fd to -1. */
struct host_watch {
    int fd;
    short events;          /* POLLIN | POLLOUT; 0: not waited for */
    uint64_t asleep_until; /* host monotonic ns before which the fd is left alone */
    void (*ready)(void *ctx, short revents);
    void *ctx;
    struct host_watch *next;
};

/* What keys and signals ask of the program. Each is called from host_poll; NULL does nothing. */
struct host_hooks {
    void *ctx;
    void (*quit)(void *ctx, int signal);          /* C-a x (0), SIGINT, SIGTERM, SIGHUP, SIGPIPE */
    void (*monitor)(void *ctx, bool has_focus);   /* C-a c moved the keyboard */
};

struct host_char_loop *host_loop_new(void);
void host_loop_free(struct host_char_loop *loop); /* all character devices are closed before */
void host_loop_hooks(struct host_char_loop *loop, const struct host_hooks *hooks);
void host_loop_add(struct host_char_loop *loop, struct host_watch *w);
void host_loop_remove(struct host_char_loop *loop, struct host_watch *w);
void host_loop_quit(struct host_char_loop *loop, int signal); /* calls hooks.quit */
void host_loop_focus(struct host_char_loop *loop, bool monitor);
/* Makes a host_poll that sleeps return; from any thread or signal handler. */
void host_loop_wake(struct host_char_loop *loop);

/* Waits up to timeout_ns (0: only looks; negative: for ever) and runs the handlers of what is
 * ready. Returns how many ran. */
int host_poll(struct host_char_loop *loop, int64_t timeout_ns);

uint64_t host_monotonic_ns(void);

/* --- terminal (terminal.c) --- */

/* Catches SIGINT, SIGTERM and SIGHUP for hooks.quit; a second one ends the program at once. */
void host_signals_install(struct host_char_loop *loop);

/* Puts the terminal on standard input, when it is one, into raw mode until host_terminal_restore
 * or the end of the program by exit, signal or crash. signals: C-c and C-z keep their meaning
 * for the emulator. -EBUSY when somebody has it already. */
int host_terminal_raw(bool signals, struct error *err) MUST_CHECK;
void host_terminal_restore(void);

/* --- character devices (char_*.c) --- */

/*
 * Opens what -serial and -monitor name, in QEMU's words: null, none, stdio[,signal=off],
 * file:PATH[,append=on], pipe:PATH, pty, unix:PATH[,server][,nowait],
 * tcp:[HOST]:PORT[,server][,nowait], and mon: before any of them for the C-a escape keys.
 * A host that is not named is 127.0.0.1. *out is NULL for none and null.
 */
int host_char_open(const char *spec, struct host_char_loop *loop, struct chardev **out,
                   struct error *err) MUST_CHECK;
void host_char_close(struct chardev *c); /* NULL is fine */

/* Sends away the other end of a socket opened by host_char_open; nothing for other kinds. */
void host_char_hang_up(struct chardev *c);

/* The monitor's end of a device opened with mon:, which has the keyboard after C-a c; else NULL.
 * It belongs to `c`: never close it. */
struct chardev *host_char_monitor(struct chardev *c);
/* Gives the keyboard to the monitor or back, as C-a c does. */
void host_char_focus(struct chardev *c, bool monitor);

/* --- block devices (block_raw.c) --- */

/*
 * Opens a raw image or host block device; its size is rounded down to whole 512-byte sectors.
 * Writers hold an exclusive lock (flock), readers a shared one. snapshot: the file is only read
 * and changes live in an unnamed temporary file until the block is closed.
 * 0, or -errno with one sentence in *err.
 */
int host_block_open(const char *path, bool read_only, bool snapshot, struct block **out,
                    struct error *err) MUST_CHECK;

/* A drive without a medium, for a CD drive that gets one later. */
struct block *host_block_empty(void);

/* Puts the image at `path`, read-only, into the drive `b` in place of what is there, or takes that
 * out (NULL). The guest's drive notices by itself. On an error the old medium stays. */
int host_block_change(struct block *b, const char *path, struct error *err) MUST_CHECK;

/* --- network (net_host.c) --- */

/* Cables that meet in this process: what one port sends the others get at once. Ports are closed with
 * netdev_close before the hub. */
struct host_hub;
struct host_hub *host_hub_new(void);
void host_hub_free(struct host_hub *h);
struct netdev *host_hub_port(struct host_hub *h);

/* A stream to another emulator; address: HOST:PORT, or a path with a '/'. server: waits for it there,
 * without holding us up. mac: NULL for the usual one. */
int host_net_socket(const char *address, bool server, const char *mac, struct host_char_loop *loop,
                    struct netdev **out, struct error *err) MUST_CHECK;

/* --- screenshots (png.c) --- */

/* Writes width x height pixels 00RRGGBB, `stride` words from row to row, as a PNG. 0, or -errno with
 * one sentence and no file. */
int host_png_write(const char *path, const uint32_t *xrgb, uint32_t width, uint32_t height,
                   size_t stride, struct error *err) MUST_CHECK;
/* The same of what d shows now; a dark screen is a small black picture. d may be NULL: -ENODEV. On
 * the machine's thread. */
int host_screendump(struct display *d, const char *path, struct error *err) MUST_CHECK;

#endif
