/*
 * Partition maps made by hand: APM, MBR with logical partitions, RDB; wild ones must end.
 */
#include "tests/unit/fw_fixture.h"

#include "firmware/partition.h"

#define SECTORS 4096u

static uint8_t *disk(struct fx_disk *d)
{
    fx_disk(d, calloc(SECTORS, 512), SECTORS * 512u);
    return d->data;
}

static void mbr_entry(uint8_t *p, uint64_t sector, unsigned slot, uint8_t type, uint32_t at,
                      uint32_t len)
{
    uint8_t *e = p + sector * 512 + 446 + 16 * slot;
    e[4] = type;
    put_le32(e + 8, at);
    put_le32(e + 12, len);
    put_le16(p + sector * 512 + 510, 0xaa55);
}

START_TEST(mbr)
{
    struct fx_disk d;
    struct partition_table t;
    uint8_t *p = disk(&d);
    mbr_entry(p, 0, 0, 0x41, 64, 100);
    mbr_entry(p, 0, 1, 0x05, 1000, 2000);
    mbr_entry(p, 0, 3, 0x83, 3500, 100000); /* cut at the end */
    mbr_entry(p, 1000, 0, 0x83, 10, 20);
    mbr_entry(p, 1000, 1, 0x05, 500, 500);
    mbr_entry(p, 1500, 0, 0x82, 1, 5);
    partition_scan(media_whole(&d.b), &t);
    ck_assert_int_eq(t.scheme, PARTITION_MBR);
    ck_assert_uint_eq(t.n, 5);
    ck_assert_uint_eq(partition_find(&t, "1")->type, 0x41);
    ck_assert_uint_eq(partition_find(&t, "4")->len, (SECTORS - 3500) * 512);
    ck_assert_uint_eq(partition_find(&t, "5")->at, 1010 * 512);
    ck_assert_uint_eq(partition_find(&t, "6")->at, 1501 * 512);
    ck_assert_ptr_eq(partition_find(&t, "b"), partition_find(&t, "2"));
    ck_assert_ptr_null(partition_find(&t, "3"));
    ck_assert_ptr_null(partition_find(&t, "9x"));
    ck_assert_ptr_null(partition_find(&t, ""));
    free(p);
}
END_TEST

START_TEST(mbr_chain_that_loops)
{
    struct fx_disk d;
    struct partition_table t;
    uint8_t *p = disk(&d);
    mbr_entry(p, 0, 0, 0x05, 100, 2000);
    mbr_entry(p, 100, 0, 0x83, 1, 1);
    mbr_entry(p, 100, 1, 0x05, 10, 10);
    mbr_entry(p, 110, 0, 0x83, 1, 1);
    mbr_entry(p, 110, 1, 0x05, 10, 10); /* itself */
    partition_scan(media_whole(&d.b), &t);
    ck_assert_uint_eq(t.n, PARTITIONS_MAX);
    free(p);
}
END_TEST

START_TEST(apm)
{
    struct fx_disk d;
    struct partition_table t;
    uint8_t *p = disk(&d);
    memcpy(p, "ER", 2);
    put_be16(p + 2, 512);
    for (unsigned i = 1; i <= 3; i++) {
        uint8_t *e = p + 512 * i;
        memcpy(e, "PM", 2);
        put_be32(e + 4, 3);
        put_be32(e + 8, i * 100);
        put_be32(e + 12, 50);
        strcpy((char *)e + 16, i == 1 ? "Apple" : "MorphOS");
        strcpy((char *)e + 48, i == 1 ? "Apple_partition_map" : "Apple_HFS");
    }
    partition_scan(media_whole(&d.b), &t);
    ck_assert_int_eq(t.scheme, PARTITION_APM);
    ck_assert_uint_eq(t.n, 3);
    ck_assert_str_eq(t.p[2].type_name, "Apple_HFS");
    ck_assert_uint_eq(partition_find(&t, "3")->at, 300 * 512);
    put_be32(p + 512 + 4, UINT32_MAX); /* more entries than blocks */
    partition_scan(media_whole(&d.b), &t);
    ck_assert_uint_eq(t.n, 3);
    free(p);
}
END_TEST

static void sum(uint8_t *b)
{
    uint32_t s = 0;
    put_be32(b + 4, 64);
    put_be32(b + 8, 0);
    for (unsigned i = 0; i < 64; i++)
        s += get_be32(b + 4 * i);
    put_be32(b + 8, 0u - s);
}

static void rdb_part(uint8_t *p, unsigned block, const char *name, uint32_t low, uint32_t high,
                     uint32_t next)
{
    uint8_t *b = p + 512 * block;
    memcpy(b, "PART", 4);
    put_be32(b + 16, next);
    b[36] = (uint8_t)strlen(name);
    memcpy(b + 37, name, strlen(name));
    put_be32(b + 128, 16);
    put_be32(b + 128 + 4, 128);
    put_be32(b + 128 + 12, 2);  /* surfaces */
    put_be32(b + 128 + 20, 16); /* blocks a track */
    put_be32(b + 128 + 36, low);
    put_be32(b + 128 + 40, high);
    put_be32(b + 128 + 64, 0x53465300); /* SFS\0 */
    sum(b);
}

START_TEST(rdb)
{
    struct fx_disk d;
    struct partition_table t;
    uint8_t *p = disk(&d), *r = p + 512 * 3;
    memcpy(r, "RDSK", 4);
    put_be32(r + 16, 512);
    put_be32(r + 28, 5);
    sum(r);
    rdb_part(p, 5, "DH0", 2, 9, 6);
    rdb_part(p, 6, "DH1", 10, 19, UINT32_MAX);
    partition_scan(media_whole(&d.b), &t);
    ck_assert_int_eq(t.scheme, PARTITION_RDB);
    ck_assert_uint_eq(t.n, 2);
    ck_assert_uint_eq(partition_find(&t, "dh1")->at, 10 * 32 * 512);
    ck_assert_uint_eq(partition_find(&t, "dh1")->len, 10 * 32 * 512);
    ck_assert_uint_eq(partition_find(&t, "1")->type, 0x53465300);
    rdb_part(p, 6, "DH1", 10, UINT32_MAX, 6); /* huge, and a loop */
    partition_scan(media_whole(&d.b), &t);
    ck_assert_uint_eq(t.n, 1);
    p[512 * 5 + 100] ^= 1; /* checksum wrong */
    partition_scan(media_whole(&d.b), &t);
    ck_assert_uint_eq(t.n, 0);
    free(p);
}
END_TEST

START_TEST(noise)
{
    struct fx_disk d;
    static struct partition_table t;
    uint8_t *p = disk(&d);
    unsigned seed = 3;
    for (int round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 64 * 512; i++)
            p[i] = (uint8_t)rand_r(&seed);
        put_le16(p + 510, 0xaa55);
        if (round & 1) {
            memcpy(p + 512, "PM", 2);
        } else {
            for (unsigned i = 0; i < 4; i++)
                p[446 + 16 * i] = 0;
        }
        partition_scan(media_whole(&d.b), &t);
        for (unsigned i = 0; i < t.n; i++)
            ck_assert(span_ok(t.p[i].at, t.p[i].len, d.b.size));
    }
    free(p);
    partition_scan(media_whole(fx_disk(&d, NULL, 0)), &t);
    ck_assert_uint_eq(t.n, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {mbr, mbr_chain_that_loops, apm, rdb, noise, NULL};
    return fx_run("partition", tests);
}
