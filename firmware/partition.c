/*
 * Partition maps. Sources: Inside Macintosh: Devices (driver descriptor record, partition map
 * entries), the IBM PC partition record with extended partitions, and the Amiga RKM's rigid disk
 * block. Every list on the medium is followed for at most PARTITIONS_MAX steps.
 */
#include "firmware/partition.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <string.h>

#include "base/compiler.h"

#define SECTOR 512u

/* Appends a partition when it is not empty and starts inside the medium. */
static struct partition *add(struct partition_table *t, struct media m, unsigned number,
                             uint64_t at, uint64_t len)
{
    if (t->n >= PARTITIONS_MAX || at >= m.len || !len) return NULL;
    if (len > m.len - at) len = m.len - at;
    struct partition *p = &t->p[t->n++];
    *p = (struct partition){.number = number, .at = at, .len = len};
    return p;
}

static void copy_name(char out[33], const uint8_t *s, unsigned len)
{
    unsigned n = 0;
    for (; n < len && n < 32 && s[n]; n++)
        out[n] = isprint(s[n]) ? (char)s[n] : '?';
    out[n] = 0;
}

/* Inside Macintosh: Devices 3-25: entries of one block each from block 1; the first tells how
 * many there are. CDs use 512-byte or 2048-byte blocks; the driver descriptor says which. */
static bool scan_apm(struct media m, struct partition_table *t)
{
    uint8_t b[SECTOR];
    uint32_t block = SECTOR;
    if (!media_read(m, 0, b, SECTOR) && b[0] == 'E' && b[1] == 'R' && get_be16(b + 2) == 2048 &&
        !media_read(m, 2048, b, SECTOR) && b[0] == 'P' && b[1] == 'M') {
        block = 2048;
    }
    uint32_t entries = 1;
    for (uint32_t i = 1; i <= entries && i <= PARTITIONS_MAX; i++) {
        if (media_read(m, (uint64_t)i * block, b, SECTOR) || b[0] != 'P' || b[1] != 'M') break;
        if (i == 1) entries = get_be32(b + 4);
        struct partition *p =
            add(t, m, i, (uint64_t)get_be32(b + 8) * block, (uint64_t)get_be32(b + 12) * block);
        if (!p) continue;
        copy_name(p->name, b + 16, 32);
        copy_name(p->type_name, b + 48, 32);
        p->bootable = get_be32(b + 88) & 8;
    }
    return t->n > 0;
}

static bool is_extended(uint8_t type)
{
    return type == 0x05 || type == 0x0f || type == 0x85;
}

/* Logical partitions: each link sits at the start of the extended partition plus an offset, and
 * holds one partition relative to itself and the next link. */
static void scan_extended(struct media m, struct partition_table *t, uint64_t base)
{
    uint64_t link = base;
    for (unsigned number = 5; number < 5 + PARTITIONS_MAX; number++) {
        uint8_t b[SECTOR];
        if (media_read(m, link, b, SECTOR) || get_le16(b + 510) != 0xaa55) return;
        const uint8_t *e = b + 446, *next = b + 462;
        struct partition *p = add(t, m, number, link + (uint64_t)get_le32(e + 8) * SECTOR,
                                  (uint64_t)get_le32(e + 12) * SECTOR);
        if (p) {
            p->type = e[4];
            p->bootable = e[0] == 0x80;
        }
        if (!is_extended(next[4]) || !get_le32(next + 8)) return;
        link = base + (uint64_t)get_le32(next + 8) * SECTOR;
    }
}

/* A boot sector of a file system also ends in 55AA: an entry counts only when its boot flag is 00
 * or 80 and it starts behind the record. */
static bool scan_mbr(struct media m, struct partition_table *t)
{
    uint8_t b[SECTOR];
    if (media_read(m, 0, b, SECTOR) || get_le16(b + 510) != 0xaa55) return false;
    for (unsigned i = 0; i < 4; i++)
        if (b[446 + 16 * i] & 0x7f) return false;
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *e = b + 446 + 16 * i;
        uint64_t at = (uint64_t)get_le32(e + 8) * SECTOR;
        if (!e[4]) continue;
        struct partition *p = add(t, m, i + 1, at, (uint64_t)get_le32(e + 12) * SECTOR);
        if (!p) continue;
        p->type = e[4];
        p->bootable = e[0] == 0x80;
    }
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *e = b + 446 + 16 * i;
        if (is_extended(e[4])) scan_extended(m, t, (uint64_t)get_le32(e + 8) * SECTOR);
    }
    return t->n > 0;
}

/* Amiga blocks sum to 0 over their first `longs` 32-bit words. */
static bool rdb_block(struct media m, uint64_t at, const char *id, uint8_t b[SECTOR])
{
    if (media_read(m, at, b, SECTOR) || memcmp(b, id, 4)) return false;
    uint32_t longs = get_be32(b + 4), sum = 0;
    if (longs > SECTOR / 4) return false;
    for (uint32_t i = 0; i < longs; i++)
        sum += get_be32(b + 4 * i);
    return sum == 0;
}

/* devices/hardblocks.h: PartitionBlock with a DosEnvec at 128. */
static void add_rdb(struct media m, struct partition_table *t, const uint8_t *b, unsigned number)
{
    const uint8_t *env = b + 128;
    uint64_t surface = (uint64_t)get_be32(env + 4 * 3) * get_be32(env + 4 * 5);
    uint64_t block = (uint64_t)get_be32(env + 4 * 1) * 4;
    uint32_t low = get_be32(env + 4 * 9), high = get_be32(env + 4 * 10);
    if (high < low || !block || block > 65536 || surface > UINT32_MAX) return;
    uint64_t cylinder = surface * block; /* < 2^48, times a 32-bit count needs the next check */
    if (cylinder && (uint64_t)high + 1 > m.len / cylinder + 1) return;
    struct partition *p = add(t, m, number, low * cylinder, ((uint64_t)high - low + 1) * cylinder);
    if (!p) return;
    p->type = get_be32(env + 4 * 16);
    p->bootable = get_be32(b + 20) & 1;
    copy_name(p->name, b + 37, b[36] < 31 ? b[36] : 31);
}

static bool scan_rdb(struct media m, struct partition_table *t)
{
    uint8_t b[SECTOR];
    for (unsigned i = 0; i < 16; i++) { /* RDB_LOCATION_LIMIT */
        if (!rdb_block(m, (uint64_t)i * SECTOR, "RDSK", b)) continue;
        uint32_t block_len = get_be32(b + 16), next = get_be32(b + 28);
        if (block_len != 512 && block_len != 1024 && block_len != 2048 && block_len != 4096) {
            block_len = SECTOR;
        }
        for (unsigned n = 1; n <= PARTITIONS_MAX && next != UINT32_MAX; n++) {
            if (!rdb_block(m, (uint64_t)next * block_len, "PART", b)) break;
            add_rdb(m, t, b, n);
            next = get_be32(b + 16);
        }
        return true;
    }
    return false;
}

void partition_scan(struct media m, struct partition_table *t)
{
    static const struct {
        enum partition_scheme scheme;
        bool (*scan)(struct media m, struct partition_table *t);
    } schemes[] = {
        {PARTITION_RDB, scan_rdb},
        {PARTITION_APM, scan_apm},
        {PARTITION_MBR, scan_mbr},
    };
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        *t = (struct partition_table){.scheme = schemes[i].scheme};
        if (schemes[i].scan(m, t)) return;
    }
    *t = (struct partition_table){.scheme = PARTITION_NONE};
}

const struct partition *partition_find(const struct partition_table *t, const char *name)
{
    unsigned long number = 0;
    char *end = NULL;
    if (isalpha((unsigned char)name[0]) && !name[1]) {
        number = (unsigned long)(tolower((unsigned char)name[0]) - 'a' + 1);
    } else {
        number = strtoul(name, &end, 10);
        if (end == name || *end) number = 0;
    }
    for (unsigned i = 0; i < t->n; i++)
        if (t->p[i].number == number) return &t->p[i];
    for (unsigned i = 0; i < t->n; i++)
        if (t->p[i].name[0] && !strcasecmp(t->p[i].name, name)) return &t->p[i];
    return NULL;
}

const char *partition_scheme_name(enum partition_scheme s)
{
    static const char *const names[] = {"none", "APM", "MBR", "RDB"};
    return names[s];
}
