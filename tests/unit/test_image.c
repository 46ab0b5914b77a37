/*
 * Boot images: recognition, loading, and one sentence for each kind of bad file.
 */
#include "tests/unit/fw_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <zlib.h>

#include "firmware/image.h"

#define RAM (1u << 20)

struct bench {
    struct log log;
    struct bus *bus;
    struct region *ram;
    struct image im;
    struct error err;
    uint8_t file[65536];
    size_t len;
};

static struct bench *bench(void)
{
    struct bench *b = calloc(1, sizeof *b);
    log_init(&b->log, NULL, 0);
    b->bus = bus_new("t", 0, &b->log);
    ck_assert_int_eq(bus_add_ram(b->bus, "ram", 0, RAM, RAM_RW, &b->ram, &b->err), 0);
    return b;
}

static void drop(struct bench *b)
{
    bus_free(b->bus);
    free(b);
}

static int load(struct bench *b)
{
    b->err.text[0] = 0;
    return image_load("the.file", b->file, b->len, b->bus, RAM, &b->im, &b->err);
}

/* Refused, with the file's name and `word` in the sentence, and RAM untouched. */
static void refused(struct bench *b, const char *word)
{
    ck_assert_int_lt(load(b), 0);
    ck_assert_msg(strstr(b->err.text, "the.file") != NULL, "%s", b->err.text);
    ck_assert_msg(strstr(b->err.text, word) != NULL, "'%s' not in: %s", word, b->err.text);
    uint32_t sum = 0;
    for (unsigned i = 0; i < RAM; i += 4)
        sum |= (uint32_t)bus_read(b->bus, i, 4);
    ck_assert_uint_eq(sum, 0);
}

START_TEST(elf_goes_to_paddr)
{
    struct bench *b = bench();
    b->len = fx_elf(b->file, 0xc0000000, 0x4000, 64, 0x1000, 0xc0000010);
    fx_elf(b->file, 0xc0000000, 0x4000, 64, 0x1000, 0xc0000010);
    ck_assert_int_eq(bus_ram_fill(b->bus, 0, 0xff, RAM), 0);
    ck_assert_msg(load(b) == 0, "%s", b->err.text);
    ck_assert_uint_eq(b->im.low, 0x4000);
    ck_assert_uint_eq(b->im.high, 0x5000);
    ck_assert_uint_eq(b->im.entry, 0x4010);
    ck_assert_uint_eq(bus_read(b->bus, 0x4000, 4), 0x60000000);
    ck_assert_uint_eq(bus_read(b->bus, 0x4040, 4), 0);          /* bss */
    ck_assert_uint_eq(bus_read(b->bus, 0x5000, 4), 0xffffffff); /* and no further */
    drop(b);
}
END_TEST

START_TEST(bad_elf)
{
    struct bench *b = bench();
    uint8_t *p = b->file;
    size_t full = b->len = fx_elf(p, 0x4000, 0x4000, 64, 64, 0x4000);
    b->len = full - 1;
    refused(b, "truncated");
    b->len = 60;
    refused(b, "truncated");
    b->len = 30;
    refused(b, "cut off");
    b->len = 10;
    refused(b, "cut off");
    b->len = full;
    put_be16(p + 18, 62);
    refused(b, "x86-64");
    put_be16(p + 18, 0);
    p[5] = 1;
    p[18] = 62; /* little-endian, as real ones are */
    refused(b, "x86-64");
    p[18] = 20;
    refused(b, "little-endian");
    fx_elf(p, 0x4000, 0x4000, 64, 64, 0x4000);
    p[4] = 2;
    refused(b, "64-bit");
    put_be16(p + 18, 21);
    refused(b, "64-bit PowerPC");
    put_be16(p + 18, 12345);
    refused(b, "12345");
    fx_elf(p, 0x4000, RAM - 32, 64, 64, 0x4000);
    refused(b, "beyond");
    fx_elf(p, 0x4000, 0xfffffff0, 64, 64, 0x4000);
    refused(b, "beyond");
    fx_elf(p, 0x4000, 0x4000, 64, 0xfffffff0, 0x4000);
    refused(b, "beyond");
    fx_elf(p, 0x4000, 0x4000, 64, 32, 0x4000);
    refused(b, "in memory");
    fx_elf(p, 0x4000, 0x4000, 64, 64, 0x9000);
    refused(b, "entry");
    fx_elf(p, 0x4000, 0x4000, 64, 64, 0x4002);
    refused(b, "entry");
    fx_elf(p, 0x4000, 0x4000, 64, 64, 0x4000);
    put_be32(p + 52, 6);
    refused(b, "nothing to load");
    put_be16(p + 44, 0);
    refused(b, "program headers");
    put_be16(p + 44, 0xffff);
    refused(b, "truncated");
    fx_elf(p, 0x4000, 0x4000, 64, 64, 0x4000);
    put_be16(p + 16, 1);
    refused(b, "not an executable");
    b->len = 0;
    refused(b, "empty");
    drop(b);
}
END_TEST

static size_t gz(uint8_t *out, size_t room, const uint8_t *p, size_t len)
{
    z_stream z = {0};
    deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)(uintptr_t)p;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

START_TEST(gzip)
{
    struct bench *b = bench();
    static uint8_t elf[1024], once[2048], bomb[2 * RAM];
    size_t n = fx_elf(elf, 0x4000, 0x4000, 64, 64, 0x4000);
    b->len = gz(b->file, sizeof b->file, elf, n);
    ck_assert_msg(load(b) == 0, "%s", b->err.text);
    ck_assert_uint_eq(b->im.entry, 0x4000);
    ck_assert_int_eq(bus_ram_fill(b->bus, 0, 0, RAM), 0);
    b->len -= 10;
    refused(b, "damaged");
    b->file[20] ^= 0xff;
    refused(b, "damaged");
    b->len = gz(b->file, sizeof b->file, bomb, sizeof bomb);
    refused(b, "more than");
    for (int i = 0; i < 6; i++) { /* gzip in gzip in gzip ... */
        n = gz(once, sizeof once, elf, n);
        memcpy(elf, once, n);
    }
    memcpy(b->file, elf, n);
    b->len = n;
    refused(b, "times");
    drop(b);
}
END_TEST

static void seal(uint8_t *p, size_t len)
{
    put_be32(p, 0x27051956);
    put_be32(p + 12, (uint32_t)len);
    put_be32(p + 24, (uint32_t)crc32(0, p + 64, (uInt)len));
    put_be32(p + 4, 0);
    put_be32(p + 4, (uint32_t)crc32(0, p, 64));
}

START_TEST(uimage)
{
    struct bench *b = bench();
    uint8_t *p = b->file, code[256];
    memset(code, 0x60, sizeof code);
    put_be32(p + 16, 0x8000); /* load */
    put_be32(p + 20, 0x8010); /* entry */
    p[29] = 7;
    p[30] = 2;
    memcpy(p + 64, code, sizeof code);
    seal(p, sizeof code);
    b->len = 64 + sizeof code;
    ck_assert_msg(load(b) == 0, "%s", b->err.text);
    ck_assert_uint_eq(b->im.low, 0x8000);
    ck_assert_uint_eq(b->im.entry, 0x8010);
    ck_assert_int_eq(bus_ram_fill(b->bus, 0, 0, RAM), 0);
    p[70] ^= 1;
    refused(b, "checksum");
    p[70] ^= 1;
    p[16] ^= 1;
    refused(b, "header's checksum");
    p[16] ^= 1;
    b->len -= 1;
    refused(b, "truncated");
    b->len = 20;
    refused(b, "cut off");
    p[29] = 2;
    seal(p, sizeof code);
    b->len = 64 + sizeof code;
    refused(b, "architecture 2");
    p[29] = 7;
    p[31] = 1;
    size_t n = gz(p + 64, 1000, code, sizeof code);
    seal(p, n);
    b->len = 64 + n;
    ck_assert_msg(load(b) == 0, "%s", b->err.text);
    ck_assert_uint_eq(bus_read(b->bus, 0x8000, 4), 0x60606060);
    drop(b);
}
END_TEST

START_TEST(identifies)
{
    static uint8_t h[IMAGE_HEAD];
    ck_assert_int_eq(image_identify(h, 0, 0), IMAGE_EMPTY);
    ck_assert_int_eq(image_identify(h, sizeof h, 1 << 20), IMAGE_DISK);
    ck_assert_int_eq(image_identify(h, 100, 100), IMAGE_RAW);
    h[510] = 0x55, h[511] = 0xaa;
    ck_assert_int_eq(image_identify(h, 513, 513), IMAGE_DISK);
    memcpy(h + 0x8001, "CD001", 5); /* a hybrid: the ISO counts */
    ck_assert_int_eq(image_identify(h, sizeof h, 1 << 20), IMAGE_ISO);
    memcpy(h, "\x1f\x8b\x08", 3);
    ck_assert_int_eq(image_identify(h, sizeof h, 1 << 20), IMAGE_GZIP);
    memcpy(h, "\177ELF", 4);
    ck_assert_int_eq(image_identify(h, sizeof h, 1 << 20), IMAGE_ELF);
    ck_assert_int_eq(image_identify(h, 3, 3), IMAGE_RAW);
}
END_TEST

START_TEST(host_files)
{
    struct error err = {""};
    uint8_t *p;
    size_t len;
    ck_assert_int_lt(image_read_file("kernel", "/no/such", 100, &p, &len, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "/no/such"));
    err.text[0] = 0;
    ck_assert_int_lt(image_read_file("kernel", "/dev/zero", 100, &p, &len, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "not a file"));
    err.text[0] = 0;
    char name[] = "/tmp/test_image.XXXXXX";
    int fd = mkstemp(name);
    ck_assert_int_lt(image_read_file("initrd", name, 100, &p, &len, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "empty"));
    err.text[0] = 0;
    ck_assert_int_eq(write(fd, "0123456789", 10), 10);
    ck_assert_int_lt(image_read_file("initrd", name, 9, &p, &len, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "10 bytes"));
    ck_assert_int_eq(image_read_file("initrd", name, 10, &p, &len, &err), 0);
    ck_assert_uint_eq(len, 10);
    free(p);
    close(fd);
    unlink(name);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {elf_goes_to_paddr, bad_elf,    gzip, uimage,
                                  identifies,        host_files, NULL};
    return fx_run("image", tests);
}
