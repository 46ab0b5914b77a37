/*
 * Any bytes as a boot image: ELF, uImage, gzip. What loads must lie in RAM.
 */
#include "tests/fuzz/fuzz.h"

#include <zlib.h>

#include "firmware/image.h"

#define RAM (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    static struct bus *bus;
    static struct log log;
    struct region *ram;
    struct error err = {""};
    struct image im;
    if (!bus) {
        log_init(&log, NULL, 0);
        bus = bus_new("fuzz", 0, &log);
        if (bus_add_ram(bus, "ram", 0, RAM, RAM_RW, &ram, &err)) abort();
    }
    if (image_load("fuzz", p, len, bus, RAM, &im, &err)) {
        if (!strstr(err.text, "fuzz")) abort(); /* every refusal names the file */
    } else if (im.low >= im.high || im.high > RAM || im.entry < im.low || im.entry >= im.high) {
        abort();
    }
    return 0;
}

#ifndef FUZZ_LIBFUZZER
static size_t elf_seed(uint8_t *p)
{
    memset(p, 0, 256);
    memcpy(p, "\177ELF\1\2\1", 7);
    put_be16(p + 16, 2);
    put_be16(p + 18, 20);
    put_be32(p + 24, 0x4000);
    put_be32(p + 28, 52);
    put_be16(p + 42, 32);
    put_be16(p + 44, 2);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *ph = p + 52 + 32 * i;
        put_be32(ph, 1);
        put_be32(ph + 4, 128 + 32 * i);
        put_be32(ph + 8, 0x4000 + 64 * i);
        put_be32(ph + 12, 0x4000 + 64 * i);
        put_be32(ph + 16, 32);
        put_be32(ph + 20, 64);
    }
    return 256;
}

static size_t gzip_seed(uint8_t *p, size_t room)
{
    uint8_t elf[256];
    z_stream z = {.next_in = elf, .next_out = p};
    z.avail_in = (uInt)elf_seed(elf);
    z.avail_out = (uInt)room;
    deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FINISH);
    deflateEnd(&z);
    return z.total_out;
}

/* The checksums are right for the seed; most mutations break them, so sizes are varied here. */
static size_t uimage_seed(uint8_t *p, unsigned n)
{
    memset(p, 0, 64);
    size_t len = n & 1 ? gzip_seed(p + 64, 4096) : elf_seed(p + 64);
    put_be32(p, 0x27051956);
    put_be32(p + 12, n & 4 ? fuzz_number() : (uint32_t)len);
    put_be32(p + 16, n & 2 ? fuzz_number() : 0x4000);
    put_be32(p + 20, n & 2 ? fuzz_number() : 0x4000);
    p[29] = 7;
    p[30] = n & 8 ? 4 : 2;
    p[31] = n & 1;
    if (!(n & 4)) put_be32(p + 24, (uint32_t)crc32(0, p + 64, (uInt)len));
    put_be32(p + 4, (uint32_t)crc32(0, p, 64));
    return 64 + len;
}

static size_t fuzz_seed(unsigned n, uint8_t *p, size_t room)
{
    if (n < 8) return elf_seed(p);
    if (n == 8) return gzip_seed(p, room);
    return n < 25 ? uimage_seed(p, n) : 0;
}
#endif
