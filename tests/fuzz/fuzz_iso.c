/*
 * Any bytes as a medium: ISO 9660, partition maps, recognition.
 */
#include "tests/fuzz/fuzz.h"

#include "firmware/image.h"
#include "firmware/iso9660.h"
#include "firmware/partition.h"

static const uint8_t *bytes;

static int read_bytes(struct block *b, uint64_t off, void *to, uint64_t len)
{
    (void)b;
    memcpy(to, bytes + off, len);
    return 0;
}

struct visit {
    const struct iso *iso;
    unsigned n, depth;
};

static bool visit(const char *name, const struct iso_node *n, void *ctx)
{
    struct visit *v = ctx;
    struct iso_node again;
    if (strlen(name) >= ISO_NAME_MAX || n->at > v->iso->media.len) abort();
    (void)!iso_find(v->iso, name, &again);
    if (n->dir && v->depth < 3) {
        v->depth++;
        (void)!iso_list(v->iso, n, visit, v);
        v->depth--;
    }
    return ++v->n < 200;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    static const struct block_ops ops = {.read = read_bytes};
    struct block b = {.ops = &ops, .size = len, .present = true};
    static struct partition_table t;
    struct iso iso;
    struct iso_node n;
    bytes = p;
    (void)image_identify(p, len, len);
    partition_scan(media_whole(&b), &t);
    for (unsigned i = 0; i < t.n; i++)
        if (!span_ok(t.p[i].at, t.p[i].len, len)) abort();
    if (iso_open(media_whole(&b), &iso)) return 0;
    struct visit v = {.iso = &iso};
    (void)!iso_list(&iso, &iso.root, visit, &v);
    if (!iso_find(&iso, "dir/boot.img", &n) && n.at + iso_media(&iso, &n).len > len) abort();
    return 0;
}

#ifndef FUZZ_LIBFUZZER
static unsigned record(uint8_t *r, const char *name, uint32_t at, uint32_t size, uint8_t flags,
                       const void *susp, unsigned susp_len)
{
    unsigned n = (unsigned)strlen(name) + !*name;
    unsigned head = 33 + n + !(n & 1);
    r[0] = (uint8_t)(head + susp_len);
    put_be32(r + 6, at);
    put_be32(r + 14, size);
    r[25] = flags;
    r[32] = (uint8_t)n;
    memcpy(r + 33, name, n);
    memcpy(r + head, susp, susp_len);
    return r[0];
}

/* Rock Ridge with a continuation area, a sub-directory, a relocated one and Joliet. */
static size_t iso_seed(uint8_t *p)
{
    static const uint8_t sp[] = "SP\7\1\276\357", nm[] = "NM\13\1\0long1";
    uint8_t ce[28 + 10] = "NM\12\1\1part1", cl[12] = "CL\14\1";
    memset(p, 0, 26 * 2048);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *vd = p + (16 + i) * 2048;
        memcpy(vd, i ? "\2CD001\1" : "\1CD001\1", 7);
        record(vd + 156, "", 20 + i, 2048, 2, "", 0);
        if (i) memcpy(vd + 88, "%/E", 3);
    }
    memcpy(p + 18 * 2048, "\377CD001\1", 7);
    memcpy(ce + 10, "CE\34\1", 4);
    put_be32(ce + 10 + 8, 24);
    put_be32(ce + 10 + 24, 10);
    memcpy(p + 24 * 2048, "NM\12\1\0part2", 10);
    put_be32(cl + 8, 22);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *r = p + (20 + i) * 2048;
        r += record(r, "", 20 + i, 2048, 2, sp, 7);
        r += record(r, "BOOT.IMG;1", 23, 100, 0, nm, 10);
        r += record(r, "B.;1", 23, 2048, 0x80, ce, sizeof ce);
        r += record(r, "B.;1", 24, 10, 0, ce, sizeof ce);
        r += record(r, "DIR", 22, 2048, 2, "", 0);
        record(r, "CL.;1", 22, 0, 0, cl, sizeof cl);
    }
    uint8_t *r = p + 22 * 2048;
    r += record(r, "", 22, 2048, 2, "", 0);
    record(r, "BOOT.IMG;1", 23, 100, 0, "", 0);
    return 26 * 2048;
}

static size_t fuzz_seed(unsigned n, uint8_t *p, size_t room)
{
    (void)room;
    switch (n) {
    case 0:
        return iso_seed(p);
    case 1: /* MBR with a logical partition */
        memset(p, 0, 64 * 512);
        memcpy(p + 446 + 4, "\5\0\0\0\4\0\0\0\50\0\0\0", 12);
        memcpy(p + 510, "\x55\xaa", 2);
        memcpy(p + 4 * 512 + 446 + 4, "\203\0\0\0\1\0\0\0\50\0\0\0", 12);
        memcpy(p + 4 * 512 + 462 + 4, "\5\0\0\0\2\0\0\0\50\0\0\0", 12);
        memcpy(p + 4 * 512 + 510, "\x55\xaa", 2);
        return 64 * 512;
    case 2: /* APM */
        memset(p, 0, 64 * 512);
        memcpy(p, "ER\2\0", 4);
        memcpy(p + 512, "PM\0\0\0\0\0\2\0\0\0\1\0\0\0\20Apple", 21);
        memcpy(p + 1024, "PM\0\0\0\0\0\2\0\0\0\4\0\0\0\20disk", 20);
        return 64 * 512;
    case 3: /* RDB: one summed word, so that mutations keep passing */
        memset(p, 0, 64 * 512);
        memcpy(p, "RDSK\0\0\0\0", 8);
        put_be32(p + 16, 512);
        put_be32(p + 28, 2);
        memcpy(p + 1024, "PART\0\0\0\0", 8);
        put_be32(p + 1024 + 16, 2);
        put_be32(p + 1024 + 132, 128);
        put_be32(p + 1024 + 140, 1);
        put_be32(p + 1024 + 148, 1);
        put_be32(p + 1024 + 164, 2);
        put_be32(p + 1024 + 168, 20);
        return 64 * 512;
    default:
        return 0;
    }
}
#endif
