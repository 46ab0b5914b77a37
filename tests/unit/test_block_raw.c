/* frontend/host/block_raw: opening, sizes, locks, errors as sentences, the snapshot overlay. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontend/host/host.h"

static char folder[64], path[96];

static void setup(void)
{
    strcpy(folder, "/tmp/ppcemu-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/image", folder);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
}

static void make_image(size_t len)
{
    FILE *f = fopen(path, "w");
    for (size_t i = 0; i < len; i++) fputc((int)((i * 31 + (i >> 8)) & 255), f);
    fclose(f);
}

static uint8_t byte_at(size_t i) { return (uint8_t)((i * 31 + (i >> 8)) & 255); }

static struct block *open_ok(bool read_only, bool snapshot)
{
    struct error err = {{0}};
    struct block *b = NULL;
    ck_assert_msg(host_block_open(path, read_only, snapshot, &b, &err) == 0, "%s", err.text);
    return b;
}

static void open_fails(int code, const char *word)
{
    struct error err = {{0}};
    struct block *b = (struct block *)1;
    ck_assert_int_eq(host_block_open(path, false, false, &b, &err), -code);
    ck_assert_ptr_null(b);
    ck_assert_msg(strstr(err.text, word) && strstr(err.text, path), "%s", err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
}

START_TEST(reads_and_writes_last)
{
    uint8_t got[1000], put[700];
    make_image(10240);
    struct block *b = open_ok(false, false);
    ck_assert_uint_eq(b->size, 10240);
    ck_assert(!b->read_only && b->present);
    ck_assert_int_eq(block_read(b, 512, got, sizeof got), 0);
    for (size_t i = 0; i < sizeof got; i++) ck_assert_uint_eq(got[i], byte_at(512 + i));
    memset(put, 0xab, sizeof put);
    ck_assert_int_eq(block_write(b, 10240 - 700, put, 700), 0);
    ck_assert_int_eq(block_flush(b), 0);
    block_close(b);
    b = open_ok(true, false);
    ck_assert_int_eq(block_read(b, 10240 - 700, got, 700), 0);
    ck_assert(!memcmp(got, put, 700));
    ck_assert_int_eq(block_write(b, 0, put, 512), -EROFS);
    ck_assert_int_eq(block_read(b, 10240 - 1, got, 2), -EIO);
    ck_assert_int_eq(block_read(b, UINT64_MAX, got, 2), -EIO);
    block_close(b);
}
END_TEST

START_TEST(size_is_rounded_down)
{
    make_image(5000);
    struct block *b = open_ok(false, false);
    ck_assert_uint_eq(b->size, 4608);
    block_close(b);
}
END_TEST

START_TEST(bad_files_have_sentences)
{
    open_fails(ENOENT, "No such file");
    make_image(0);
    open_fails(EINVAL, "empty");
    make_image(511);
    open_fails(EINVAL, "empty");
    unlink(path);
    mkdir(path, 0700);
    struct error err = {{0}};
    struct block *b;
    ck_assert_int_eq(host_block_open(path, true, false, &b, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "folder"));
    rmdir(path);
    mkfifo(path, 0600);
    err.text[0] = 0;
    ck_assert_int_eq(host_block_open(path, true, false, &b, &err), -EINVAL); /* does not hang */
}
END_TEST

START_TEST(unwritable_file)
{
    make_image(1024);
    chmod(path, 0400);
    if (geteuid() == 0) return; /* root writes everything */
    open_fails(EACCES, "readonly=on");
    block_close(open_ok(true, false));
    block_close(open_ok(false, true)); /* a snapshot only reads */
}
END_TEST

START_TEST(writers_lock_out_others)
{
    struct error err = {{0}};
    struct block *other;
    make_image(4096);
    struct block *b = open_ok(false, false);
    open_fails(EBUSY, "in use");
    ck_assert_int_eq(host_block_open(path, true, false, &other, &err), -EBUSY);
    block_close(b);
    b = open_ok(true, false);
    other = open_ok(true, false); /* readers share */
    open_fails(EBUSY, "in use");
    block_close(other);
    block_close(b);
    block_close(open_ok(false, false));
}
END_TEST

START_TEST(snapshot_leaves_the_file_alone)
{
    enum { SIZE = 300000 / 512 * 512 };
    uint8_t *shadow = malloc(SIZE), *got = malloc(SIZE);
    make_image(300000);
    struct block *b = open_ok(false, true);
    ck_assert(!b->read_only);
    ck_assert_int_eq(block_read(b, 0, shadow, SIZE), 0);
    srand(5);
    for (unsigned i = 0; i < 300; i++) {
        size_t at = (size_t)rand() % SIZE, len = (size_t)rand() % 100000;
        if (len > SIZE - at) len = SIZE - at;
        if (i & 1) {
            memset(shadow + at, (int)i, len);
            ck_assert_int_eq(block_write(b, at, shadow + at, len), 0);
        } else {
            ck_assert_int_eq(block_read(b, at, got, len), 0);
            ck_assert(!memcmp(got, shadow + at, len));
        }
    }
    ck_assert_int_eq(block_flush(b), 0);
    block_close(b);
    b = open_ok(true, false);
    ck_assert_int_eq(block_read(b, 0, got, SIZE), 0);
    for (size_t i = 0; i < SIZE; i++) ck_assert_uint_eq(got[i], byte_at(i));
    block_close(b);
    free(shadow);
    free(got);
}
END_TEST

START_TEST(file_cut_short_is_an_error)
{
    uint8_t got[512];
    make_image(8192);
    struct block *b = open_ok(true, false);
    ck_assert_int_eq(truncate(path, 1000), 0);
    ck_assert_int_eq(block_read(b, 4096, got, 512), -EIO);
    ck_assert_int_eq(block_read(b, 0, got, 512), 0);
    block_close(b);
}
END_TEST

START_TEST(holes_read_as_zeros)
{
    uint8_t got[4096];
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    ck_assert_int_eq(ftruncate(fd, (off_t)3 << 30), 0);
    close(fd);
    struct block *b = open_ok(false, true);
    ck_assert_uint_eq(b->size, UINT64_C(3) << 30);
    ck_assert_int_eq(block_read(b, (UINT64_C(2) << 30) + 5, got, sizeof got), 0);
    for (size_t i = 0; i < sizeof got; i++) ck_assert_uint_eq(got[i], 0);
    ck_assert_int_eq(block_write(b, b->size - 3, "abc", 3), 0);
    ck_assert_int_eq(block_read(b, b->size - 4, got, 4), 0);
    ck_assert(!memcmp(got, "\0abc", 4));
    block_close(b);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_blocks, 0);
}
END_TEST

START_TEST(medium_comes_and_goes)
{
    struct error err = {{0}};
    uint8_t got[512];
    make_image(4096);
    struct block *b = host_block_empty();
    ck_assert(!b->present && !b->size);
    ck_assert_int_eq(block_read(b, 0, got, 512), -ENOMEDIUM);
    ck_assert_int_eq(host_block_change(b, "/nonexistent", &err), -ENOENT);
    ck_assert_uint_eq(b->changes, 0);
    ck_assert_int_eq(host_block_change(b, path, &err), 0);
    ck_assert(b->present && b->read_only && b->changes == 1 && b->size == 4096);
    ck_assert_int_eq(block_read(b, 1024, got, 512), 0);
    ck_assert_uint_eq(got[3], byte_at(1027));
    ck_assert_int_eq(host_block_change(b, NULL, &err), 0);
    ck_assert(!b->present && b->changes == 2);
    block_close(open_ok(false, false)); /* the lock is gone with the medium */
    ck_assert_int_eq(host_block_change(b, path, &err), 0);
    block_close(b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("block_raw");
    TCase *tc = tcase_create("block_raw");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, reads_and_writes_last);
    tcase_add_test(tc, size_is_rounded_down);
    tcase_add_test(tc, bad_files_have_sentences);
    tcase_add_test(tc, unwritable_file);
    tcase_add_test(tc, writers_lock_out_others);
    tcase_add_test(tc, snapshot_leaves_the_file_alone);
    tcase_add_test(tc, file_cut_short_is_an_error);
    tcase_add_test(tc, holes_read_as_zeros);
    tcase_add_test(tc, medium_comes_and_goes);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
