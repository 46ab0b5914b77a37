/*
 * frontend/host/char_*, terminal, poll: standard input and output through a pseudo-terminal with a
 * child that plays the emulator; sockets, pipes, files and pseudo-terminals in the process itself.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "frontend/host/host.h"

/* --- the child: a guest that answers in capitals --- */

struct guest {
    struct host_char_loop *loop;
    struct chardev *c;
    int quit; /* signal + 1 */
    size_t eaten;
    unsigned sum;
};

static void on_quit(void *ctx, int sig) { ((struct guest *)ctx)->quit = sig + 1; }

static void on_monitor(void *ctx, bool focus)
{
    struct chardev *m = host_char_monitor(((struct guest *)ctx)->c);
    chardev_write(m, focus ? "<monitor>" : "<guest>", focus ? 9 : 7);
}

static void on_input(void *ctx)
{
    struct guest *g = ctx;
    uint8_t b;
    while (chardev_read(g->c, &b, 1)) {
        if (b >= 'a' && b <= 'z') b = (uint8_t)(b - 32);
        if (b == 3) {
            chardev_write(g->c, "<C-c>", 5);
        } else if (b == 1) {
            chardev_write(g->c, "<C-a>", 5);
        } else {
            chardev_write(g->c, &b, 1);
        }
    }
}

static void on_break(void *ctx) { chardev_write(((struct guest *)ctx)->c, "<BREAK>", 7); }

static void on_monitor_input(void *ctx)
{
    struct chardev *m = host_char_monitor(((struct guest *)ctx)->c);
    uint8_t b;
    while (chardev_read(m, &b, 1)) {
        chardev_write(m, "(", 1);
        chardev_write(m, &b, 1);
        chardev_write(m, ")", 1);
    }
}

/* Reads sixteen bytes at a time and only now and then, as a slow guest does. */
static void eat_slowly(struct guest *g)
{
    uint8_t b[16];
    size_t n = chardev_read(g->c, b, sizeof b);
    for (size_t i = 0; i < n; i++) g->sum = g->sum * 31 + b[i];
    g->eaten += n;
}

static void child(const char *spec, size_t to_eat)
{
    for (int sig = 1; sig < NSIG; sig++) signal(sig, SIG_DFL); /* Check's handlers */
    struct guest g = {.loop = host_loop_new()};
    struct error err = {{0}};
    if (host_char_open(spec, g.loop, &g.c, &err)) _exit(99);
    host_loop_hooks(g.loop, &(struct host_hooks){&g, on_quit, on_monitor});
    host_signals_install(g.loop);
    if (!to_eat) {
        chardev_listen(g.c, on_input, &g);
        g.c->broke = on_break;
        chardev_listen(host_char_monitor(g.c), on_monitor_input, &g);
    }
    chardev_write(g.c, "ready\n", 6);
    while (!g.quit && (!to_eat || g.eaten < to_eat)) {
        host_poll(g.loop, to_eat ? 0 : -1);
        if (to_eat) eat_slowly(&g);
    }
    if (to_eat) {
        char text[40];
        chardev_write(g.c, text, (size_t)snprintf(text, sizeof text, "sum %08x\n", g.sum));
    }
    host_char_close(g.c);
    host_loop_free(g.loop);
    exit(g.quit ? g.quit - 1 + 10 : 0);
}

/* --- the parent: a user at the other end of the pseudo-terminal --- */

struct user {
    int master;
    pid_t pid;
    char seen[65536];
    size_t n;
};

/* Waits until what was printed contains `text`. */
static void expect(struct user *u, const char *text)
{
    for (unsigned i = 0; i < 400; i++) {
        u->seen[u->n] = 0;
        char *found = strstr(u->seen, text);
        if (found) {
            size_t used = (size_t)(found - u->seen) + strlen(text);
            memmove(u->seen, u->seen + used, u->n - used);
            u->n -= used;
            return;
        }
        struct pollfd p = {.fd = u->master, .events = POLLIN};
        if (poll(&p, 1, 50) <= 0) continue;
        ssize_t n = read(u->master, u->seen + u->n, sizeof u->seen - 1 - u->n);
        if (n > 0) u->n += (size_t)n;
    }
    ck_abort_msg("waited for \"%s\", saw \"%s\"", text, u->seen);
}

static void say(struct user *u, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(u->master, text, len);
        ck_assert(n > 0);
        text += n;
        len -= (size_t)n;
    }
}

static void start(struct user *u, const char *spec, size_t to_eat)
{
    char name[64];
    memset(u, 0, sizeof *u);
    u->master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert(u->master >= 0 && !grantpt(u->master) && !unlockpt(u->master));
    ck_assert(!ptsname_r(u->master, name, sizeof name));
    u->pid = fork();
    if (!u->pid) {
        setsid();
        int fd = open(name, O_RDWR);
        ioctl(fd, TIOCSCTTY, 0);
        dup2(fd, 0);
        dup2(fd, 1);
        dup2(fd, 2);
        child(spec, to_eat);
    }
    expect(u, "ready\r\n"); /* output processing is on */
}

static tcflag_t local_flags(struct user *u)
{
    struct termios t;
    ck_assert_int_eq(tcgetattr(u->master, &t), 0);
    return t.c_lflag;
}

static int finish(struct user *u)
{
    int status = 0;
    ck_assert_int_eq(waitpid(u->pid, &status, 0), u->pid);
    tcflag_t flags = local_flags(u); /* the master shows the slave's settings */
    ck_assert(flags & ICANON);
    ck_assert(flags & ECHO);
    ck_assert(flags & ISIG);
    close(u->master);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(mon_stdio_keys)
{
    static struct user u;
    start(&u, "mon:stdio", 0);
    ck_assert(!(local_flags(&u) & (ICANON | ECHO | ISIG)));
    say(&u, "hello\r", 6);
    expect(&u, "HELLO\r");
    say(&u, "\003", 1);
    expect(&u, "<C-c>");
    say(&u, "\001\001", 2);
    expect(&u, "<C-a>");
    say(&u, "\001b", 2);
    expect(&u, "<BREAK>");
    say(&u, "\001h", 2);
    expect(&u, "leave the emulator");
    say(&u, "\001s", 2);
    expect(&u, "not available");
    say(&u, "\001?", 2);
    expect(&u, "C-a");
    say(&u, "\001q", 2); /* unknown: swallowed */
    say(&u, "\001c", 2);
    expect(&u, "<monitor>");
    say(&u, "ab", 2);
    expect(&u, "(a)(b)");
    say(&u, "\001c", 2);
    expect(&u, "<guest>");
    say(&u, "ab", 2);
    expect(&u, "AB");
    say(&u, "\001x", 2);
    ck_assert_int_eq(finish(&u), 10);
}
END_TEST

START_TEST(time_stamps)
{
    static struct user u;
    start(&u, "mon:stdio", 0);
    say(&u, "\001ta\nb\n", 6);
    expect(&u, "A\r\n[00:00:"); /* seconds since the first line: more than 0 on a busy host */
    expect(&u, "] B\r\n");
    say(&u, "\001tc\n", 4);
    expect(&u, "C\r\n");
    say(&u, "\001x", 2);
    finish(&u);
}
END_TEST

START_TEST(plain_stdio_has_no_escapes_and_c_c_ends)
{
    static struct user u;
    start(&u, "stdio", 0);
    ck_assert(local_flags(&u) & ISIG);
    say(&u, "\001x", 2);
    expect(&u, "<C-a>X");
    say(&u, "\003", 1);
    ck_assert_int_eq(finish(&u), 10 + SIGINT);
}
END_TEST

START_TEST(signals_restore_the_terminal)
{
    static const int ends[] = {SIGTERM, SIGHUP};
    static struct user u;
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        start(&u, "mon:stdio", 0);
        kill(u.pid, ends[i]);
        ck_assert_int_eq(finish(&u), 10 + ends[i]);
    }
    start(&u, "mon:stdio", 0);
    kill(u.pid, SIGQUIT); /* not caught for us: dies, but tidily */
    int status;
    ck_assert_int_eq(waitpid(u.pid, &status, 0), u.pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
    ck_assert(local_flags(&u) & ICANON);
    close(u.master);
}
END_TEST

START_TEST(stop_and_continue)
{
    static struct user u;
    int status;
    start(&u, "mon:stdio", 0);
    kill(u.pid, SIGTSTP);
    ck_assert_int_eq(waitpid(u.pid, &status, WUNTRACED), u.pid);
    ck_assert(WIFSTOPPED(status));
    ck_assert(local_flags(&u) & ICANON);
    kill(u.pid, SIGCONT);
    for (unsigned i = 0; i < 4000 && local_flags(&u) & ICANON; i++) usleep(5000);
    say(&u, "abc", 3); /* a line discipline that still echoes would give this back as it is */
    expect(&u, "ABC");
    ck_assert(!(local_flags(&u) & ICANON));
    say(&u, "\001x", 2);
    ck_assert_int_eq(finish(&u), 10);
}
END_TEST

/* The user and the slow guest at once: nothing may be lost in between. */
START_TEST(paste_of_megabytes)
{
    enum { LEN = 3 << 20 };
    static const char *const specs[] = {"stdio,signal=off", "mon:stdio"};
    static struct user u;
    char *text = malloc(LEN), want[40];
    unsigned sum = 0;
    for (size_t i = 0; i < LEN; i++) {
        text[i] = (char)(32 + (i * 7 + i / 91) % 90); /* printable: no escapes */
        sum = sum * 31 + (uint8_t)text[i];
    }
    snprintf(want, sizeof want, "sum %08x", sum);
    start(&u, specs[_i], LEN);
    say(&u, text, LEN);
    expect(&u, want);
    ck_assert_int_eq(finish(&u), 0);
    free(text);
}
END_TEST

START_TEST(stdio_only_once)
{
    struct host_char_loop *l = host_loop_new();
    struct chardev *a, *b;
    struct error err = {{0}};
    ck_assert_int_eq(host_char_open("stdio,signal=off", l, &a, &err), 0);
    ck_assert_int_eq(host_char_open("mon:stdio", l, &b, &err), -EBUSY);
    host_char_close(a);
    ck_assert_int_eq(host_char_open("stdio,signal=off", l, &a, &err), 0);
    host_char_close(a);
    host_loop_free(l);
}
END_TEST

/* --- in one process --- */

static char folder[64];

static void make_folder(void)
{
    strcpy(folder, "/tmp/ppcemu-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static struct chardev *open_ok(struct host_char_loop *l, const char *fmt)
{
    char spec[160];
    struct chardev *c = NULL;
    struct error err = {{0}};
    snprintf(spec, sizeof spec, fmt, folder);
    ck_assert_msg(host_char_open(spec, l, &c, &err) == 0, "%s", err.text);
    return c;
}

static void poll_some(struct host_char_loop *l)
{
    for (unsigned i = 0; i < 20; i++) host_poll(l, 5000000);
}

/* Until n bytes have come, however busy the host is: a pseudo-terminal's go through a kernel thread. */
static void read_in(struct host_char_loop *l, struct chardev *c, const char *want)
{
    char text[64] = "";
    size_t n = 0;
    for (unsigned i = 0; i < 4000 && n < strlen(want); i++) {
        n += chardev_read(c, text + n, sizeof text - 1 - n);
        if (n < strlen(want)) host_poll(l, 5000000);
    }
    ck_assert_str_eq(text, want);
}

START_TEST(none_and_bad_words)
{
    static const char *const bad[] = {"", "stdin", "mon:", "tcp:", "tcp:localhost",
                                      "tcp:127.0.0.1:1,sever", "stdio,x=y", "unix:", "file:/",
                                      "pipe:/nonexistent/pipe", "tcp:127.0.0.1:1"};
    struct host_char_loop *l = host_loop_new();
    struct chardev *c = (struct chardev *)1;
    struct error err = {{0}};
    ck_assert_int_eq(host_char_open("none", l, &c, &err), 0);
    ck_assert_ptr_null(c);
    ck_assert_int_eq(host_char_open("null", l, &c, &err), 0);
    ck_assert_ptr_null(c);
    host_char_close(NULL);
    ck_assert_ptr_null(host_char_monitor(NULL));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        err.text[0] = 0;
        ck_assert_msg(host_char_open(bad[i], l, &c, &err) < 0, "\"%s\" was taken", bad[i]);
        ck_assert_msg(err.text[0] && !strchr(err.text, '\n'), "\"%s\": %s", bad[i], err.text);
    }
    host_loop_free(l);
}
END_TEST

START_TEST(file_output)
{
    char text[64] = "", name[96];
    struct host_char_loop *l = host_loop_new();
    struct chardev *c = open_ok(l, "file:%s/out");
    chardev_write(c, "one ", 4);
    ck_assert_uint_eq(chardev_read(c, text, 4), 0);
    host_char_close(c);
    c = open_ok(l, "file:%s/out,append=on");
    chardev_write(c, "two", 3);
    host_char_close(c);
    snprintf(name, sizeof name, "%s/out", folder);
    FILE *f = fopen(name, "r");
    ck_assert_ptr_nonnull(fgets(text, sizeof text, f));
    ck_assert_str_eq(text, "one two");
    fclose(f);
    host_loop_free(l);
}
END_TEST

START_TEST(named_pipes)
{
    char in[96], out[96], text[8];
    struct host_char_loop *l = host_loop_new();
    snprintf(in, sizeof in, "%s/p.in", folder);
    snprintf(out, sizeof out, "%s/p.out", folder);
    ck_assert(!mkfifo(in, 0600) && !mkfifo(out, 0600));
    struct chardev *c = open_ok(l, "pipe:%s/p");
    int to = open(in, O_WRONLY), from = open(out, O_RDONLY | O_NONBLOCK);
    ck_assert_int_eq(write(to, "abc", 3), 3);
    read_in(l, c, "abc");
    chardev_write(c, "xyz", 3);
    ck_assert_int_eq(read(from, text, 8), 3);
    close(to); /* the writer leaves and another comes */
    poll_some(l);
    to = open(in, O_WRONLY);
    ck_assert_int_eq(write(to, "d", 1), 1);
    read_in(l, c, "d");
    close(to);
    close(from);
    host_char_close(c);
    host_loop_free(l);
}
END_TEST

static int dial_unix(const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s/%s", folder, name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

START_TEST(unix_server_serves_one_after_the_other)
{
    char text[16], name[96];
    struct stat st;
    struct host_char_loop *l = host_loop_new();
    struct chardev *c = open_ok(l, "unix:%s/sock,server,nowait");
    snprintf(name, sizeof name, "%s/sock", folder);
    ck_assert_int_eq(stat(name, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    chardev_write(c, "lost", 4); /* nobody is there */
    for (unsigned round = 0; round < 3; round++) {
        int fd = dial_unix("sock");
        poll_some(l);
        ck_assert_int_eq(write(fd, "abc", 3), 3);
        read_in(l, c, "abc");
        chardev_write(c, "hello", 5);
        ck_assert_int_eq(read(fd, text, 16), 5);
        close(fd);
        poll_some(l);
    }
    host_char_close(c);
    ck_assert_int_eq(stat(name, &st), -1);
    host_loop_free(l);
}
END_TEST

/* The device asks for bytes now and then; the socket fills up and everything arrives in order. */
START_TEST(socket_back_pressure)
{
    enum { LEN = 2 << 20 };
    struct host_char_loop *l = host_loop_new();
    struct chardev *c = open_ok(l, "unix:%s/sock,server=on,wait=off");
    int fd = dial_unix("sock");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    size_t sent = 0, got = 0;
    for (unsigned turn = 0; got < LEN; turn++) {
        uint8_t block[4096], in[4096];
        for (size_t i = 0; i < sizeof block; i++) block[i] = (uint8_t)((sent + i) * 13 >> 3);
        ssize_t n = sent < LEN ? write(fd, block, sizeof block) : 0;
        if (n > 0) sent += (size_t)n;
        host_poll(l, 0);
        if (turn % 3) continue;
        size_t k = chardev_read(c, in, sizeof in);
        for (size_t i = 0; i < k; i++) ck_assert_uint_eq(in[i], (uint8_t)((got + i) * 13 >> 3));
        got += k;
    }
    ck_assert_uint_eq(got, sent);
    close(fd);
    host_char_close(c);
    host_loop_free(l);
}
END_TEST

/* A client that does not read must not stop or fill the emulator. */
START_TEST(deaf_client)
{
    char block[4096];
    struct host_char_loop *l = host_loop_new();
    struct chardev *c = open_ok(l, "unix:%s/sock,server,nowait");
    int fd = dial_unix("sock");
    poll_some(l);
    memset(block, 'x', sizeof block);
    for (unsigned i = 0; i < 4000; i++) chardev_write(c, block, sizeof block); /* 16 MB */
    close(fd);
    host_char_close(c);
    host_loop_free(l);
}
END_TEST

static unsigned free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert(!bind(fd, (struct sockaddr *)&a, sizeof a));
    ck_assert(!getsockname(fd, (struct sockaddr *)&a, &len));
    close(fd);
    return ntohs(a.sin_port);
}

START_TEST(tcp_server_and_client)
{
    char spec[64];
    unsigned port = free_port();
    struct host_char_loop *l = host_loop_new();
    struct chardev *server, *client;
    struct error err = {{0}};
    snprintf(spec, sizeof spec, "tcp::%u,server,nowait", port);
    ck_assert_msg(host_char_open(spec, l, &server, &err) == 0, "%s", err.text);
    snprintf(spec, sizeof spec, "tcp:127.0.0.1:%u", port);
    ck_assert_msg(host_char_open(spec, l, &client, &err) == 0, "%s", err.text);
    poll_some(l);
    chardev_write(client, "ping", 4);
    read_in(l, server, "ping");
    chardev_write(server, "pong", 4);
    read_in(l, client, "pong");
    host_char_close(client);
    poll_some(l);
    host_char_close(server);
    host_loop_free(l);
}
END_TEST

/* Catches what the opener prints to find the name, as a user reads it. */
START_TEST(pseudo_terminal_comes_and_goes)
{
    char line[128] = "", text[16];
    int p[2], kept = dup(2);
    ck_assert(!pipe(p));
    dup2(p[1], 2);
    struct host_char_loop *l = host_loop_new();
    struct chardev *c = open_ok(l, "pty");
    dup2(kept, 2);
    ck_assert(read(p[0], line, sizeof line - 1) > 0);
    char *name = strstr(line, "/dev/");
    ck_assert_ptr_nonnull(name);
    name[strcspn(name, "\n ")] = 0;
    poll_some(l);
    for (unsigned round = 0; round < 2; round++) {
        chardev_write(c, "lost", 4);
        int fd = open(name, O_RDWR | O_NOCTTY);
        ck_assert(fd >= 0);
        ck_assert_int_eq(write(fd, "abc", 3), 3);
        read_in(l, c, "abc");
        tcflush(fd, TCIFLUSH);
        chardev_write(c, "hi", 2);
        /* "lost" may be on its way through the kernel as late as now */
        for (size_t n = 0; n < 2 || memcmp(text + n - 2, "hi", 2);) {
            ssize_t k = read(fd, text + n, sizeof text - n);
            ck_assert_int_gt(k, 0);
            n += (size_t)k;
        }
        close(fd);
        poll_some(l);
    }
    /* Without a user the loop sleeps instead of spinning on POLLHUP. */
    uint64_t before = host_monotonic_ns();
    host_poll(l, 100000000);
    host_poll(l, 100000000);
    ck_assert(host_monotonic_ns() - before > 90000000);
    host_char_close(c);
    host_loop_free(l);
}
END_TEST

START_TEST(poll_waits_and_wakes)
{
    struct host_char_loop *l = host_loop_new();
    uint64_t before = host_monotonic_ns();
    ck_assert_int_eq(host_poll(l, 30000000), 0);
    ck_assert(host_monotonic_ns() - before >= 29000000);
    host_loop_wake(l);
    before = host_monotonic_ns();
    host_poll(l, -1);
    host_poll(l, 0);
    ck_assert(host_monotonic_ns() - before < 1000000000);
    host_loop_free(l);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("char");
    TCase *tc = tcase_create("char");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_test(tc, mon_stdio_keys);
    tcase_add_test(tc, time_stamps);
    tcase_add_test(tc, plain_stdio_has_no_escapes_and_c_c_ends);
    tcase_add_test(tc, signals_restore_the_terminal);
    tcase_add_test(tc, stop_and_continue);
    tcase_add_loop_test(tc, paste_of_megabytes, 0, 2);
    tcase_add_test(tc, stdio_only_once);
    tcase_add_test(tc, none_and_bad_words);
    tcase_add_test(tc, file_output);
    tcase_add_test(tc, named_pipes);
    tcase_add_test(tc, unix_server_serves_one_after_the_other);
    tcase_add_test(tc, socket_back_pressure);
    tcase_add_test(tc, deaf_client);
    tcase_add_test(tc, tcp_server_and_client);
    tcase_add_test(tc, pseudo_terminal_comes_and_goes);
    tcase_add_test(tc, poll_waits_and_wakes);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
