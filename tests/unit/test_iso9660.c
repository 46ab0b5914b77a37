/*
 * ISO 9660: images made with xorriso (plain, Rock Ridge, Joliet), and images with bytes turned
 * over. Without xorriso only a small image by hand is tested.
 */
#include "tests/unit/fw_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "firmware/iso9660.h"

static char dir[64];

static void sh(const char *fmt, const char *arg)
{
    char cmd[2048];
    snprintf(cmd, sizeof cmd, fmt, dir, arg, dir);
    ck_assert_int_eq(system(cmd), 0);
}

static bool have_xorriso(void)
{
    return system("command -v xorriso >/dev/null 2>&1") == 0;
}

/* Makes an image with `options` of a small tree. */
static bool make(struct fx_disk *d, const char *options)
{
    if (!have_xorriso()) return false;
    strcpy(dir, "/tmp/test_iso.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    sh("mkdir -p %s/t/Install/Deep/er && cd %.0s%s/t && printf kernel >boot.img && "
       "printf linux >Install/vmlinuz-chrp.initrd.with.a.long.name && "
       "printf x >Install/Deep/er/f && "
       "for i in $(seq 400); do echo $i >Install/Deep/a_rather_long_file_name_number_$i; done",
       "");
    sh("cd %s && xorriso -as mkisofs -quiet %s -V TESTDISC -o %s/i.iso t >/dev/null 2>&1", options);
    char path[128];
    snprintf(path, sizeof path, "%s/i.iso", dir);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    struct stat st;
    fstat(fileno(f), &st);
    uint8_t *p = malloc((size_t)st.st_size);
    ck_assert_uint_eq(fread(p, 1, (size_t)st.st_size, f), (size_t)st.st_size);
    fclose(f);
    sh("rm -rf %s", "");
    fx_disk(d, p, (uint64_t)st.st_size);
    return true;
}

static void expect(const struct iso *iso, const char *path, const char *text)
{
    struct iso_node n;
    char buf[64] = "";
    ck_assert_msg(iso_find(iso, path, &n) == 0, "%s", path);
    ck_assert_uint_eq(n.len, strlen(text));
    ck_assert_int_eq(media_read(iso_media(iso, &n), 0, buf, n.len), 0);
    ck_assert_str_eq(buf, text);
}

START_TEST(rock_ridge)
{
    struct fx_disk d;
    struct iso iso;
    struct iso_node n;
    if (!make(&d, "-R")) return;
    ck_assert_int_eq(iso_open(media_whole(&d.b), &iso), 0);
    ck_assert(iso.rock_ridge);
    ck_assert_str_eq(iso.label, "TESTDISC");
    expect(&iso, "boot.img", "kernel");
    expect(&iso, "\\BOOT.IMG", "kernel");
    expect(&iso, "/install/vmlinuz-chrp.initrd.with.a.long.name", "linux");
    expect(&iso, "\\Install\\deep/er/f", "x");
    expect(&iso, "install/deep/a_rather_long_file_name_number_399", "399\n");
    ck_assert_int_eq(iso_find(&iso, "boot.im", &n), -ENOENT);
    ck_assert_int_eq(iso_find(&iso, "boot.img/x", &n), -ENOTDIR);
    ck_assert_int_eq(iso_find(&iso, "", &n), 0);
    ck_assert(n.dir);
    free(d.data);
}
END_TEST

START_TEST(plain)
{
    struct fx_disk d;
    struct iso iso;
    if (!make(&d, "-iso-level 3 --norock")) return;
    ck_assert_int_eq(iso_open(media_whole(&d.b), &iso), 0);
    ck_assert(!iso.rock_ridge);
    expect(&iso, "boot.img", "kernel");
    expect(&iso, "install/deep/er/f", "x");
    free(d.data);
}
END_TEST

START_TEST(joliet)
{
    struct fx_disk d;
    struct iso iso;
    if (!make(&d, "-J --norock")) return;
    ck_assert_int_eq(iso_open(media_whole(&d.b), &iso), 0);
    ck_assert_uint_ne(iso.joliet.len, 0);
    expect(&iso, "install/vmlinuz-chrp.initrd.with.a.long.name", "linux");
    expect(&iso, "boot.img", "kernel");
    free(d.data);
}
END_TEST

static bool count(const char *name, const struct iso_node *n, void *ctx)
{
    ck_assert_uint_lt(strlen(name), ISO_NAME_MAX);
    (void)n;
    return ++*(unsigned *)ctx < 100000;
}

START_TEST(lists_all)
{
    struct fx_disk d;
    struct iso iso;
    struct iso_node n;
    unsigned seen = 0;
    if (!make(&d, "-R -J")) return;
    ck_assert_int_eq(iso_open(media_whole(&d.b), &iso), 0);
    ck_assert_int_eq(iso_find(&iso, "install/deep", &n), 0);
    ck_assert_int_eq(iso_list(&iso, &n, count, &seen), 0);
    ck_assert_uint_eq(seen, 401);
    ck_assert_int_eq(iso_find(&iso, "boot.img", &n), 0);
    ck_assert_int_eq(iso_list(&iso, &n, count, &seen), -ENOTDIR);
    free(d.data);
}
END_TEST

/* Damaged images must neither crash nor run for long, whatever they say. */
START_TEST(survives_damage)
{
    struct fx_disk d;
    unsigned seed = 7;
    if (!make(&d, "-R -J")) return;
    uint8_t *good = malloc(d.b.size);
    memcpy(good, d.data, d.b.size);
    for (int round = 0; round < 300; round++) {
        memcpy(d.data, good, d.b.size);
        for (int i = 0; i < 200; i++) /* the first 128 KiB hold all structures */
            d.data[0x8000 + (unsigned)rand_r(&seed) % 0x18000] = (uint8_t)rand_r(&seed);
        struct iso iso;
        struct iso_node n;
        unsigned seen = 0;
        if (iso_open(media_whole(&d.b), &iso)) continue;
        if (!iso_find(&iso, "install/deep/er/f", &n)) {
            ck_assert_uint_le(n.at + iso_media(&iso, &n).len, d.b.size);
        }
        (void)!iso_list(&iso, &iso.root, count, &seen);
        if (iso.joliet.len) (void)!iso_list(&iso, &iso.joliet, count, &seen);
    }
    free(good);
    free(d.data);
}
END_TEST

START_TEST(not_an_iso)
{
    struct fx_disk d;
    struct iso iso;
    ck_assert_int_eq(iso_open(media_whole(fx_disk(&d, calloc(1, 100), 100)), &iso), -EINVAL);
    free(d.data);
    ck_assert_int_eq(iso_open(media_whole(fx_disk(&d, calloc(1, 1 << 17), 1 << 17)), &iso),
                     -EINVAL);
    free(d.data);
}
END_TEST

/* One volume descriptor and a root directory whose records are given by the test. */
static uint8_t *by_hand(struct fx_disk *d, unsigned sectors)
{
    uint8_t *p = calloc(sectors, 2048), *vd = p + 16 * 2048;
    memcpy(vd, "\1CD001\1", 7);
    vd[156] = 34;
    put_be32(vd + 156 + 6, 20);
    put_be32(vd + 156 + 14, 2048);
    vd[156 + 25] = 2;
    memcpy(p + 17 * 2048, "\377CD001\1", 7);
    fx_disk(d, p, (uint64_t)sectors * 2048);
    return p + 20 * 2048;
}

static unsigned record(uint8_t *r, const char *name, uint32_t at, uint32_t len, uint8_t flags)
{
    unsigned n = (unsigned)strlen(name);
    r[0] = (uint8_t)(33 + n + !(n & 1));
    put_be32(r + 6, at);
    put_be32(r + 14, len);
    r[25] = flags;
    r[32] = (uint8_t)n;
    memcpy(r + 33, name, n);
    return r[0];
}

START_TEST(extents_and_loops)
{
    struct fx_disk d;
    struct iso iso;
    struct iso_node n;
    uint8_t *r = by_hand(&d, 40);
    r += record(r, "BIG.;1", 24, 2048, 0x80);
    r += record(r, "BIG.;1", 25, 100, 0);
    r += record(r, "HOLES.;1", 24, 2048, 0x80);
    r += record(r, "HOLES.;1", 30, 100, 0);
    r += record(r, "LOOP", 20, 2048, 2); /* a directory that contains itself */
    r += record(r, "FAR.BIN;12", 1000000, 5, 0);
    r += record(r, "LONG.BIN;1", 39, 1u << 30, 0);
    ck_assert_int_eq(iso_open(media_whole(&d.b), &iso), 0);
    ck_assert_int_eq(iso_find(&iso, "big", &n), 0);
    ck_assert_uint_eq(n.len, 2148);
    ck_assert_int_eq(iso_find(&iso, "holes", &n), -EFBIG);
    ck_assert_int_eq(iso_find(&iso, "loop/loop/loop/big", &n), 0);
    char deep[512] = "";
    for (int i = 0; i < 60; i++)
        strcat(deep, "loop/");
    ck_assert_int_eq(iso_find(&iso, deep, &n), -ENOENT);
    ck_assert_int_eq(iso_find(&iso, "far.bin", &n), 0);
    ck_assert_uint_eq(n.len, 0);
    ck_assert_int_eq(iso_find(&iso, "long.bin", &n), 0);
    ck_assert_uint_eq(n.len, 2048); /* cut at the end of the medium */
    free(d.data);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rock_ridge, plain, joliet, lists_all, survives_damage, not_an_iso, extents_and_loops, NULL};
    return fx_run("iso9660", tests);
}
