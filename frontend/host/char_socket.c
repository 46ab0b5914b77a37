/*
 * UNIX and TCP sockets: a server that serves one client at a time and then the next, or a client.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* accept4 */
#endif
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "frontend/host/internal.h"

struct socket_options {
    bool server, wait;
};

static void client_left(struct host_char *h)
{
    host_char_set_fds(h, -1, -1);
    h->listener.fd = h->listen_fd;
    if (h->dev.gone) h->dev.gone(h->dev.ctx);
}

static const struct host_char_kind socket_kind = {.hung_up = client_left};

void host_char_hang_up(struct chardev *c)
{
    struct host_char *h = (struct host_char *)c;
    if (h->kind == &socket_kind && h->in.fd >= 0) client_left(h);
}

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void connected(struct host_char *h, int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on UNIX sockets */
    set_nonblocking(fd);
    h->listener.fd = -1;
    host_char_set_fds(h, fd, fd);
    if (h->dev.came) h->dev.came(h->dev.ctx);
}

static void client_waiting(void *ctx, short revents)
{
    struct host_char *h = ctx;
    (void)revents;
    int fd = accept4(h->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) connected(h, fd);
}

/* "path,server,nowait": cuts the options off `spec` in place. */
static int parse_options(char *spec, struct socket_options *o, struct error *err)
{
    char *next = strchr(spec, ',');
    *o = (struct socket_options){.wait = true};
    while (next) {
        char *word = next + 1;
        *next = 0;
        next = strchr(word, ',');
        size_t n = next ? (size_t)(next - word) : strlen(word);
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)n, word);
        if (!strcmp(name, "server") || !strcmp(name, "server=on")) {
            o->server = true;
        } else if (!strcmp(name, "server=off")) {
            o->server = false;
        } else if (!strcmp(name, "nowait") || !strcmp(name, "wait=off")) {
            o->wait = false;
        } else if (strcmp(name, "wait") && strcmp(name, "wait=on") && strcmp(name, "nodelay") &&
                   strcmp(name, "nodelay=on")) {
            return error_set(err, EINVAL, "a socket has no option '%s'", name);
        }
    }
    return 0;
}

/* Finishes what both families begin: fd is listening or connected. */
static struct host_char *start(struct host_char_loop *loop, int fd, const char *name,
                               struct socket_options o)
{
    struct host_char *h = host_char_new(loop, &socket_kind, -1, -1);
    if (!o.server) {
        connected(h, fd);
        return h;
    }
    h->listen_fd = h->listener.fd = fd;
    h->listener.events = POLLIN;
    h->listener.ready = client_waiting;
    if (o.wait) {
        fprintf(stderr, "waiting for a connection to %s\n", name);
        client_waiting(h, POLLIN);
    }
    set_nonblocking(fd);
    return h;
}

static int unix_address(const char *path, struct sockaddr_un *a, struct error *err)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (!*path || strlen(path) >= sizeof a->sun_path) {
        return error_set(err, EINVAL, "socket path '%s' is empty or longer than %zu bytes", path,
                         sizeof a->sun_path - 1);
    }
    memcpy(a->sun_path, path, strlen(path) + 1);
    return 0;
}

/* Only an old socket is replaced, never another kind of file. Nobody else may connect. */
static int bind_unix(int fd, const struct sockaddr_un *a)
{
    struct stat st;
    if (!stat(a->sun_path, &st) && S_ISSOCK(st.st_mode)) unlink(a->sun_path);
    mode_t mask = umask(0177);
    int r = bind(fd, (const struct sockaddr *)a, sizeof *a);
    umask(mask);
    return r ? r : listen(fd, 1);
}

int host_open_unix(const char *spec, struct host_char_loop *loop, struct host_char **out,
                   struct error *err)
{
    struct socket_options o;
    struct sockaddr_un a;
    char *path = xstrdup(spec);
    int r = parse_options(path, &o, err);
    if (!r) r = unix_address(path, &a, err);
    if (!r) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool bad = fd < 0 || (o.server ? bind_unix(fd, &a)
                                       : connect(fd, (struct sockaddr *)&a, sizeof a));
        if (bad) {
            r = error_set(err, errno, "cannot %s socket '%s': %s",
                          o.server ? "listen on" : "connect to", path, strerror(errno));
            if (fd >= 0) close(fd);
        } else {
            *out = start(loop, fd, path, o);
            if (o.server) (*out)->unlink_path = xstrdup(path);
        }
    }
    free(path);
    return r;
}

/* "host:port", ":port", "[::1]:port"; splits in place. */
static int split_host(char *spec, const char **host, const char **port, struct error *err)
{
    char *colon = strrchr(spec, ':');
    if (!colon || !colon[1]) {
        return error_set(err, EINVAL, "tcp:%s has no port: write tcp:HOST:PORT", spec);
    }
    *colon = 0;
    *port = colon + 1;
    size_t n = strlen(spec);
    if (n >= 2 && spec[0] == '[' && spec[n - 1] == ']') {
        spec[n - 1] = 0;
        spec++;
    }
    *host = *spec ? spec : "127.0.0.1";
    return 0;
}

static int open_address(const struct addrinfo *a, bool server)
{
    int one = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) return -1;
    if (server) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int r = server ? bind(fd, a->ai_addr, a->ai_addrlen) || listen(fd, 1)
                   : connect(fd, a->ai_addr, a->ai_addrlen);
    if (!r) return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static int open_tcp(const char *host, const char *port, bool server, int *fd, struct error *err)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = server ? AI_PASSIVE : 0};
    struct addrinfo *list = NULL;
    int g = getaddrinfo(host, port, &want, &list);
    if (g) return error_set(err, EINVAL, "tcp:%s:%s: %s", host, port, gai_strerror(g));
    *fd = -1;
    for (struct addrinfo *a = list; a && *fd < 0; a = a->ai_next) *fd = open_address(a, server);
    int e = errno;
    freeaddrinfo(list);
    if (*fd >= 0) return 0;
    return error_set(err, e, "cannot %s tcp:%s:%s: %s", server ? "listen on" : "connect to", host,
                     port, strerror(e));
}

int host_open_tcp(const char *spec, struct host_char_loop *loop, struct host_char **out,
                  struct error *err)
{
    struct socket_options o;
    const char *host = NULL, *port = NULL;
    int fd = -1;
    char *copy = xstrdup(spec);
    int r = parse_options(copy, &o, err);
    if (!r) r = split_host(copy, &host, &port, err);
    if (!r) r = open_tcp(host, port, o.server, &fd, err);
    if (!r) {
        char name[96];
        snprintf(name, sizeof name, "tcp:%.60s:%.16s", host, port);
        *out = start(loop, fd, name, o);
    }
    free(copy);
    return r;
}
