/*
 * frontend/host/net_host.c: frames through a hub, through a socket between two, and a stranger on it.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bits.h"
#include "frontend/host/host.h"

struct sink {
    unsigned frames;
    size_t len;
    uint8_t last[NET_FRAME_MAX];
};

static void receive(void *ctx, const uint8_t *frame, size_t len)
{
    struct sink *s = ctx;
    s->frames++;
    s->len = len;
    memcpy(s->last, frame, len);
}

START_TEST(hub)
{
    struct host_hub *h = host_hub_new();
    struct netdev *p[3];
    struct sink sink[3] = {{0}};
    uint8_t frame[NET_FRAME_MAX + 1] = {1, 2, 3};
    for (unsigned i = 0; i < 3; i++) {
        p[i] = host_hub_port(h);
        netdev_listen(p[i], receive, &sink[i]);
        for (unsigned k = 0; k < i; k++) ck_assert(memcmp(p[i]->mac, p[k]->mac, 6));
    }
    netdev_send(p[1], frame, 60);
    ck_assert(sink[0].frames == 1 && sink[1].frames == 0 && sink[2].frames == 1);
    ck_assert(sink[2].len == 60 && !memcmp(sink[2].last, frame, 60));
    netdev_send(p[1], frame, 13);
    netdev_send(p[1], frame, NET_FRAME_MAX + 1);
    netdev_send(NULL, frame, 60);
    netdev_close(p[0]);
    netdev_send(p[1], frame, NET_FRAME_MAX);
    ck_assert(sink[0].frames == 1 && sink[2].frames == 2 && sink[2].len == NET_FRAME_MAX);
    netdev_close(p[1]);
    netdev_close(p[2]);
    host_hub_free(h);
}
END_TEST

static void settle(struct host_char_loop *loop)
{
    for (unsigned quiet = 0; quiet < 20;) quiet = host_poll(loop, 2000000) ? 0 : quiet + 1;
}

START_TEST(socket_between_two)
{
    char path[] = "/tmp/ppcemu-net-XXXXXX", sock[64];
    ck_assert_ptr_nonnull(mkdtemp(path));
    snprintf(sock, sizeof sock, "%s/s", path);
    struct host_char_loop *loop = host_loop_new();
    struct error err = {""};
    struct netdev *a = NULL, *b = NULL;
    struct sink at_a = {0}, at_b = {0};
    static uint8_t frame[NET_FRAME_MAX];
    for (size_t i = 0; i < sizeof frame; i++) frame[i] = (uint8_t)(i * 7);
    ck_assert_int_eq(host_net_socket(sock, true, "52:54:00:00:00:0a", loop, &a, &err), 0);
    ck_assert_uint_eq(a->mac[5], 10);
    netdev_listen(a, receive, &at_a);
    netdev_send(a, frame, 60); /* nobody there */
    ck_assert_int_eq(host_net_socket(sock, false, NULL, loop, &b, &err), 0);
    netdev_listen(b, receive, &at_b);
    settle(loop);
    netdev_send(a, frame, 60);
    netdev_send(a, frame, NET_FRAME_MAX);
    netdev_send(b, frame, 1514);
    settle(loop);
    ck_assert(at_b.frames == 2 && at_b.len == NET_FRAME_MAX);
    ck_assert(!memcmp(at_b.last, frame, sizeof frame));
    ck_assert(at_a.frames == 1 && at_a.len == 1514);
    /* a peer that does not read: whole frames are lost, what comes through is whole */
    for (unsigned i = 0; i < 2000; i++) netdev_send(a, frame, 1500);
    settle(loop);
    netdev_send(a, frame, 77);
    settle(loop);
    ck_assert(at_b.len == 77 && at_b.frames < 2003 && at_b.frames > 100);
    netdev_close(b);
    netdev_close(a);
    host_loop_free(loop);
    ck_assert_int_eq(host_net_socket(sock, true, "01:00:5e:00:00:01", NULL, &a, &err), -EINVAL);
    rmdir(path);
}
END_TEST

/* A length no frame has, and one cut in pieces. */
START_TEST(stranger)
{
    char path[] = "/tmp/ppcemu-net-XXXXXX";
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    ck_assert_ptr_nonnull(mkdtemp(path));
    snprintf(to.sun_path, sizeof to.sun_path, "%s/s", path);
    struct host_char_loop *loop = host_loop_new();
    struct error err = {""};
    struct netdev *a = NULL;
    struct sink sink = {0};
    uint8_t bytes[4 + 60] = {0, 0, 0, 60, 9};
    ck_assert_int_eq(host_net_socket(to.sun_path, true, NULL, loop, &a, &err), 0);
    netdev_listen(a, receive, &sink);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ck_assert_int_eq(write(fd, bytes + i, 1), 1);
        host_poll(loop, 1000000);
    }
    settle(loop);
    ck_assert(sink.frames == 1 && sink.len == 60 && sink.last[0] == 9);
    ck_assert_int_eq(write(fd, "GET / HTTP/1.0\r\n", 16), 16);
    settle(loop);
    ck_assert_int_le(read(fd, bytes, 1), 0); /* sent away */
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    bytes[3] = 60;
    ck_assert_int_eq(write(fd, "\0\0\0\x3c", 4), 4);
    ck_assert_int_eq(write(fd, bytes + 4, 60), 60);
    settle(loop);
    ck_assert_uint_eq(sink.frames, 2);
    close(fd);
    netdev_close(a);
    host_loop_free(loop);
    rmdir(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("net");
    TCase *tc = tcase_create("net");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, hub);
    tcase_add_test(tc, socket_between_two);
    tcase_add_test(tc, stranger);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
