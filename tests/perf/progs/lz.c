/* LZ compression with a hash table of three-byte prefixes, and decompression. */
#include "bench.h"

enum { SIZE = 1 << 17, HASH = 1 << 12, SHORTEST = 4, LONGEST = 66 };

static uint8_t text[SIZE], packed[SIZE * 2], unpacked[SIZE];

static void make_text(void)
{
    static const char *const words[] = {
        "the ", "power ", "of ", "a page ", "register ", "is ", "loaded ", "twice, ", "never ",
        "stored\n", "branch ", "and ", "translation ", "cache ", "in ", "0x",
    };
    uint32_t seed = 5;
    size_t at = 0;

    while (at < SIZE) {
        const char *w = words[bench_random(&seed) >> 28];

        while (*w && at < SIZE) {
            text[at++] = (uint8_t)*w++;
        }
        if (at < SIZE && (seed & 0x70) == 0) text[at++] = (uint8_t)('0' + seed % 10);
    }
}

static uint32_t prefix(const uint8_t *p)
{
    return ((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) * 0x9e3779b1u >> 20;
}

/* Output: 0..127 = that many + 1 bytes as they are; 128 + length - SHORTEST, then the distance in
 * two bytes. */
static size_t compress(void)
{
    static uint32_t last[HASH]; /* position + 1 */
    size_t out = 0, literals = 0, at = 0;

    memset(last, 0, sizeof(last));
    while (at < SIZE) {
        size_t length = 0, from = 0;

        if (at + LONGEST < SIZE) {
            uint32_t h = prefix(text + at);

            from = last[h];
            last[h] = (uint32_t)at + 1;
            if (from && at + 1 - from < 65536) {
                while (length < LONGEST && text[from - 1 + length] == text[at + length]) {
                    length++;
                }
            }
        }
        if (length >= SHORTEST) {
            size_t distance = at + 1 - from;

            packed[out++] = (uint8_t)(128 + length - SHORTEST);
            packed[out++] = (uint8_t)(distance >> 8);
            packed[out++] = (uint8_t)distance;
            at += length;
            literals = 0;
            continue;
        }
        if (!literals || packed[out - 1 - literals] == 127) {
            packed[out++] = 0;
            literals = 0;
        } else {
            packed[out - 1 - literals]++;
        }
        packed[out++] = text[at++];
        literals++;
    }
    return out;
}

static size_t decompress(size_t length)
{
    size_t out = 0;

    for (size_t in = 0; in < length;) {
        uint32_t c = packed[in++];

        if (c < 128) {
            memcpy(unpacked + out, packed + in, c + 1);
            in += c + 1;
            out += c + 1;
            continue;
        }
        const uint8_t *from = unpacked + out - (packed[in] << 8 | packed[in + 1]);

        in += 2;
        for (c -= 128 - SHORTEST; c; c--) {
            unpacked[out++] = *from++;
        }
    }
    return out;
}

static uint32_t lz(unsigned rounds)
{
    uint32_t sum = 0;

    make_text();
    while (rounds--) {
        size_t length = compress();

        sum = bench_mix(sum, (uint32_t)length);
        bench_need(decompress(length) == SIZE && !memcmp(text, unpacked, SIZE), "lz");
        text[rounds % SIZE] ^= 1;
    }
    return sum;
}

const struct bench lz_benches[] = { { "lz", lz }, { NULL, NULL } };
