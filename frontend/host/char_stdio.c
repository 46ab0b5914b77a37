/*
 * Standard input and output, and pseudo-terminals.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* posix_openpt, ptsname_r */
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "frontend/host/internal.h"

#define PTY_RETRY_NS 200000000u

static void stdio_closed(struct host_char *h)
{
    (void)h;
    host_terminal_restore();
}

static const struct host_char_kind stdio_kind = {.close = stdio_closed, .patient = true,
                                               .ends_with_reader = true};

/* C-c belongs to the guest with mon:, to the emulator without it (QEMU's rule). */
int host_open_stdio(const char *options, bool mon, struct host_char_loop *loop,
                    struct host_char **out, struct error *err)
{
    bool signals = !mon;
    if (!strcmp(options, ",signal=off")) {
        signals = false;
    } else if (!strcmp(options, ",signal=on")) {
        signals = true;
    } else if (*options) {
        return error_set(err, EINVAL, "stdio has no option '%s'", options + 1);
    }
    int r = host_terminal_raw(signals, err);
    if (r) return r;
    *out = host_char_new(loop, &stdio_kind, STDIN_FILENO, STDOUT_FILENO);
    return 0;
}

/* With nobody on the other side poll reports POLLHUP for ever: look again now and then. Output
 * meanwhile is dropped, as by a cable that hangs loose. */
static void pty_left(struct host_char *h)
{
    h->in.asleep_until = host_monotonic_ns() + PTY_RETRY_NS;
    h->out.fd = -1;
    queue_free(&h->output);
    h->out.events = 0;
}

static void pty_opened(struct host_char *h) { h->out.fd = h->in.fd; }

static const struct host_char_kind pty_kind = {.opened = pty_opened, .hung_up = pty_left};

/* Raw mode is kept by the terminal after we close our end of the slave. */
static int set_up_slave(const char *name)
{
    struct termios t;
    int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -errno;
    if (!tcgetattr(fd, &t)) {
        cfmakeraw(&t);
        tcsetattr(fd, TCSANOW, &t);
    }
    close(fd);
    return 0;
}

int host_open_pty(struct host_char_loop *loop, struct host_char **out, struct error *err)
{
    char name[64] = "";
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || grantpt(fd) || unlockpt(fd) || ptsname_r(fd, name, sizeof name) ||
        set_up_slave(name)) {
        int e = errno;
        if (fd >= 0) close(fd);
        return error_set(err, e, "cannot make a pseudo-terminal: %s", strerror(e));
    }
    *out = host_char_new(loop, &pty_kind, fd, fd);
    fprintf(stderr, "char device redirected to %s\n", name);
    return 0;
}
