/*
 * Environment variables and their NVRAM file.
 */
#include "tests/unit/fw_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "firmware/env.h"

static char dir[64], file[128];
static struct log quiet;

static void setup(void)
{
    strcpy(dir, "/tmp/test_env.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/nvram", dir);
    log_init(&quiet, NULL, 0);
}

static void cleanup(void)
{
    char cmd[128];
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    ck_assert_int_eq(system(cmd), 0);
}

static void reopen(struct env *e)
{
    env_free(e);
    env_init(e, file, &quiet);
}

START_TEST(set_and_kept)
{
    static struct env e;
    setup();
    env_init(&e, file, &quiet);
    ck_assert_str_eq(env_get(&e, "auto-boot?"), "true");
    ck_assert_ptr_null(env_get(&e, "mine"));
    ck_assert_int_eq(env_set(&e, "auto-boot?", "false"), 0);
    ck_assert_int_eq(env_set(&e, "mine", "a value = with signs"), 0);
    reopen(&e);
    ck_assert(!env_true(&e, "auto-boot?"));
    ck_assert_str_eq(env_get(&e, "mine"), "a value = with signs");
    env_reset(&e, "auto-boot?");
    env_reset(&e, "mine");
    reopen(&e);
    ck_assert(env_true(&e, "auto-boot?"));
    ck_assert_ptr_null(env_get(&e, "mine"));
    env_free(&e);
    cleanup();
}
END_TEST

START_TEST(refuses)
{
    static struct env e;
    static char big[5000];
    env_init(&e, NULL, &quiet);
    memset(big, 'x', sizeof big - 1);
    ck_assert_int_eq(env_set(&e, "", "v"), -EINVAL);
    ck_assert_int_eq(env_set(&e, "a b", "v"), -EINVAL);
    ck_assert_int_eq(env_set(&e, "a=b", "v"), -EINVAL);
    ck_assert_int_eq(env_set(&e, "a-name-of-more-than-31-characters", "v"), -EINVAL);
    ck_assert_int_eq(env_set(&e, "big", big), -EINVAL);
    big[1000] = 0;
    ck_assert_int_eq(env_set(&e, "a", big), 0);
    ck_assert_int_eq(env_set(&e, "b", big), 0);
    ck_assert_int_eq(env_set(&e, "c", big), 0);
    ck_assert_int_eq(env_set(&e, "d", big), 0);
    ck_assert_int_eq(env_set(&e, "e", big), -ENOSPC);
    ck_assert_ptr_null(env_get(&e, "e"));
    ck_assert_str_eq(env_get(&e, "d"), big);
    env_free(&e);
}
END_TEST

START_TEST(transient_is_not_kept)
{
    static struct env e;
    setup();
    env_init(&e, file, &quiet);
    ck_assert_int_eq(env_set(&e, "boot-args", "kept"), 0);
    ck_assert_int_eq(env_set_transient(&e, "boot-args", "now"), 0);
    ck_assert_str_eq(env_get(&e, "boot-args"), "now");
    ck_assert_int_eq(env_set(&e, "other", "x"), 0);
    reopen(&e);
    ck_assert_str_eq(env_get(&e, "boot-args"), "kept");
    env_free(&e);
    cleanup();
}
END_TEST

static void damage(size_t len, int byte)
{
    FILE *f = fopen(file, "wb");
    for (size_t i = 0; i < len; i++)
        fputc(byte, f);
    fclose(f);
}

START_TEST(damaged_file_is_moved_aside)
{
    static struct env e;
    static const struct {
        size_t len;
        int byte;
    } cases[] = {{0, 0}, {100, 1}, {NVRAM_LEN, 0}, {NVRAM_LEN, 0xff}, {NVRAM_LEN + 1, 0}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setup();
        damage(cases[i].len, cases[i].byte);
        env_init(&e, file, &quiet);
        ck_assert_str_eq(env_get(&e, "boot-command"), "boot");
        ck_assert_int_eq(env_set(&e, "x", "y"), 0);
        reopen(&e);
        ck_assert_str_eq(env_get(&e, "x"), "y");
        env_free(&e);
        char bad[160];
        struct stat st;
        snprintf(bad, sizeof bad, "%s.bad", file);
        ck_assert_int_eq(stat(bad, &st), 0);
        ck_assert_uint_eq((size_t)st.st_size, cases[i].len);
        cleanup();
    }
}
END_TEST

START_TEST(failing_write_is_told)
{
    static struct env e;
    log_init(&quiet, NULL, 0);
    env_init(&e, "/no/such/dir/nvram", &quiet);
    ck_assert_int_eq(env_set(&e, "x", "y"), 0);
    ck_assert_int_lt(env_flush(&e), 0);
    ck_assert(e.dirty);
    env_free(&e);
}
END_TEST

/* Whatever a guest writes into the image, variables stay strings and the rest stays its own. */
START_TEST(guest_writes)
{
    static struct env e;
    unsigned seed = 5;
    log_init(&quiet, NULL, 0);
    for (int round = 0; round < 200; round++) {
        env_init(&e, NULL, &quiet);
        ck_assert_int_eq(env_set(&e, "mine", "1"), 0);
        for (int i = 0; i < 50; i++) {
            uint8_t b[64];
            for (size_t k = 0; k < sizeof b; k++)
                b[k] = (uint8_t)(rand_r(&seed) % 5 ? 'a' : 0);
            uint32_t at = (uint32_t)rand_r(&seed) % NVRAM_LEN;
            ck_assert_int_eq(nvram_write(&e, at, b, sizeof b) == 0, at + sizeof b <= NVRAM_LEN);
        }
        for (unsigned i = 0; env_name(&e, i); i++)
            ck_assert_uint_lt(strlen(env_get(&e, env_name(&e, i))), ENV_VALUE_MAX);
        (void)!env_set(&e, "after", "2");
        env_free(&e);
    }
    env_init(&e, NULL, &quiet);
    ck_assert_int_eq(nvram_write(&e, NVRAM_LEN - 5, "guest", 5), 0);
    ck_assert_int_eq(env_set(&e, "x", "y"), 0);
    char b[5];
    ck_assert_int_eq(nvram_read(&e, NVRAM_LEN - 5, b, 5), 0);
    ck_assert_int_eq(memcmp(b, "guest", 5), 0);
    env_free(&e);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {set_and_kept,
                                  refuses,
                                  transient_is_not_kept,
                                  damaged_file_is_moved_aside,
                                  failing_write_is_told,
                                  guest_writes,
                                  NULL};
    return fx_run("env", tests);
}
