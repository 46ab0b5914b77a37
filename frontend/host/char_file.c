/*
 * Output to a file, and named pipes (PATH.in and PATH.out, or PATH for both directions).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontend/host/internal.h"

static const struct host_char_kind file_kind = {.patient = true};

static bool cut_suffix(char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    if (n < m || strcmp(s + n - m, suffix)) return false;
    s[n - m] = 0;
    return true;
}

int host_open_file(const char *path, struct host_char_loop *loop, struct host_char **out,
                   struct error *err)
{
    char *name = xstrdup(path);
    bool append = cut_suffix(name, ",append=on");
    if (!append) cut_suffix(name, ",append=off");
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
    int r = fd < 0 ? error_set(err, errno, "cannot write to '%s': %s", name, strerror(errno)) : 0;
    if (!r) *out = host_char_new(loop, &file_kind, -1, fd);
    free(name);
    return r;
}

/* O_RDWR keeps a FIFO open while its users come and go. */
static int open_end(const char *path, const char *suffix)
{
    char *name = xasprintf("%s%s", path, suffix);
    int fd = open(name, O_RDWR | O_CLOEXEC);
    free(name);
    return fd;
}

int host_open_pipe(const char *path, struct host_char_loop *loop, struct host_char **out,
                   struct error *err)
{
    int in = open_end(path, ".in"), to = open_end(path, ".out");
    if (in < 0 || to < 0) {
        if (in >= 0) close(in);
        if (to >= 0) close(to);
        in = to = open_end(path, "");
    }
    if (in < 0) return error_set(err, errno, "cannot open pipe '%s': %s", path, strerror(errno));
    *out = host_char_new(loop, &file_kind, in, to);
    return 0;
}
