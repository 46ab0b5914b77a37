/* machines/dev/atapi, atapi_mmc: packets by PIO and DMA, sense codes, medium changes. */
#include "ide_rig.h"

#define CDB(...) (const uint8_t[12]){__VA_ARGS__}

/* Issues a packet with a byte count limit; returns the status after it. */
static uint8_t packet(struct rig *r, const uint8_t *cdb, unsigned limit, bool dma)
{
    wr(r, DEV, 0xb0);
    wr(r, ERR, dma);
    wr(r, MID, limit & 255);
    wr(r, HIGH, limit >> 8);
    ck_assert_uint_eq(command(r, 0xa0), 0x58);
    ck_assert_uint_eq(rd(r, COUNT), 1);
    write_data(r, cdb, 12);
    return settle(r);
}

/* Runs a PIO data-in packet and returns the bytes that came. */
static size_t packet_in(struct rig *r, const uint8_t *cdb, unsigned limit, uint8_t *to, size_t room)
{
    size_t got = 0;
    uint8_t s = packet(r, cdb, limit, false);
    while (s & IDE_DRQ) {
        unsigned n = rd(r, MID) | (unsigned)rd(r, HIGH) << 8;
        ck_assert(irq(r));
        ck_assert_uint_eq(rd(r, COUNT), 2);
        ck_assert(n > 0 && n <= limit && got + n <= room);
        rd(r, STATUS);
        read_data(r, to + got, n);
        got += n;
        s = settle(r);
    }
    ck_assert(irq(r));
    ck_assert_uint_eq(rd(r, COUNT), 3);
    rd(r, STATUS);
    return s & IDE_ERR ? 0 : got;
}

static unsigned sense(struct rig *r)
{
    uint8_t s[20];
    ck_assert_uint_eq(packet_in(r, CDB(0x03, 0, 0, 0, 18), 64, s, sizeof s), 18);
    return (unsigned)s[2] << 16 | (unsigned)s[12] << 8 | s[13];
}

static struct rig *up_cd(unsigned with)
{
    struct rig *r = up(with);
    use_secondary(r);
    packet(r, CDB(0), 0, false); /* takes the UNIT ATTENTION */
    sense(r);
    rd(r, STATUS);
    return r;
}

START_TEST(identify_packet_device)
{
    struct rig *r = up(WITH_CD);
    uint8_t id[512];
    use_secondary(r);
    wr(r, DEV, 0xb0);
    ck_assert_uint_eq(command(r, 0xec), 0x51);
    ck_assert_uint_eq(rd(r, MID), 0x14);
    ck_assert_uint_eq(rd(r, HIGH), 0xeb);
    ck_assert_uint_eq(command(r, 0xa1), 0x58);
    read_data(r, id, 512);
    ck_assert_uint_eq(get_le16(id), 0x85c0);
    ck_assert_uint_eq(command(r, 0x20), 0x51); /* R5: no ATA read on a CD */
    ck_assert_uint_eq(command(r, 0x30), 0x51);
    ck_assert_uint_eq(command(r, 0xca), 0x51);
    down(r);
}
END_TEST

START_TEST(unit_attention_at_power_on)
{
    struct rig *r = up(WITH_CD);
    uint8_t b[64];
    use_secondary(r);
    ck_assert_uint_eq(packet_in(r, CDB(0x12, 0, 0, 0, 36), 64, b, sizeof b), 36);
    ck_assert_uint_eq(b[0], 5);
    ck_assert(!memcmp(b + 8, "PPCEMU  DVD-ROM         1.0 ", 28));
    ck_assert_uint_eq(packet(r, CDB(0), 0, false) & IDE_ERR, IDE_ERR);
    ck_assert_uint_eq(rd(r, ERR) >> 4, 6);
    ck_assert_uint_eq(sense(r), 0x062900);
    ck_assert_uint_eq(packet(r, CDB(0), 0, false), 0x50);
    ck_assert_uint_eq(sense(r), 0);
    down(r);
}
END_TEST

START_TEST(read_packets)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t *b = malloc(70 * 2048);
    static const unsigned limits[] = {2048, 0xfffe, 0xffff, 4096, 1000, 8};
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        memset(b, 0, 70 * 2048);
        ck_assert_uint_eq(packet_in(r, CDB(0x28, 0, 0, 0, 0, 16, 0, 0, 40), limits[i], b, 70 * 2048),
                          40 * 2048);
        ck_assert(!memcmp(b, r->cd->bytes + 16 * 2048, 40 * 2048));
    }
    ck_assert_uint_eq(packet_in(r, CDB(0xa8, 0, 0, 0, 2, 0, 0, 0, 0, 70), 65534, b, 70 * 2048),
                      70 * 2048);
    ck_assert(!memcmp(b, r->cd->bytes + 512 * 2048, 70 * 2048));
    ck_assert_uint_eq(packet_in(r, CDB(0xbe, 0, 0, 0, 0, 3, 0, 0, 2, 0x10), 2048, b, 4096), 4096);
    ck_assert(!memcmp(b, r->cd->bytes + 3 * 2048, 4096));
    ck_assert_uint_eq(packet_in(r, CDB(0xb9, 0, 0, 0, 2, 4, 0, 2, 5, 0x10), 2048, b, 4096), 2048);
    ck_assert(!memcmp(b, r->cd->bytes + 4 * 2048, 2048));
    ck_assert_uint_eq(packet_in(r, CDB(0x08, 0, 0, 9, 1), 2048, b, 4096), 2048);
    ck_assert(!memcmp(b, r->cd->bytes + 9 * 2048, 2048));
    ck_assert_uint_eq(packet(r, CDB(0x28), 0, false), 0x50); /* no sectors: fine */
    free(b);
    down(r);
}
END_TEST

START_TEST(read_errors)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t b[4096];
    ck_assert_uint_eq(packet(r, CDB(0x28, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 1), 2048, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x052100);
    ck_assert_uint_eq(packet(r, CDB(0xa8, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff), 2048, false) & 1,
                      1);
    ck_assert_uint_eq(sense(r), 0x052100);
    ck_assert_uint_eq(packet(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 1), 0, false), 0x51);
    ck_assert_uint_eq(rd(r, ERR), IDE_ABRT); /* PIO with a byte count of 0 */
    ck_assert_uint_eq(packet(r, CDB(0xbe, 0, 0, 0, 0, 0, 0, 0, 1, 0xf8), 2048, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x052400);
    ck_assert_uint_eq(packet(r, CDB(0xbe, 4, 0, 0, 0, 0, 0, 0, 1, 0x10), 2048, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x056400);
    ck_assert_uint_eq(packet(r, CDB(0xd8), 2048, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x052000);
    r->cd->broken = true;
    ck_assert_uint_eq(packet_in(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 1), 2048, b, sizeof b), 0);
    ck_assert_uint_eq(sense(r), 0x031100);
    down(r);
}
END_TEST

START_TEST(packet_dma)
{
    struct rig *r = up_cd(WITH_CD);
    prd(r, 0, BUFFER, 0, false);
    prd(r, 1, BUFFER + 65536, 8 * 2048, true);
    start_dma(r, true);
    packet(r, CDB(0x28, 0, 0, 0, 0, 1, 0, 0, 40), 0, true);
    fake_advance(r->f, 1000000);
    ck_assert(irq(r));
    ck_assert_uint_eq(rd(r, COUNT), 3);
    ck_assert_uint_eq(rd(r, STATUS), 0x50);
    ck_assert_uint_eq(inb(r->f, bm(r) + 2) & 7, 4);
    ck_assert(!memcmp(ram(r, BUFFER), r->cd->bytes + 2048, 40 * 2048));
    outb(r->f, bm(r), 0);
    prd(r, 0, BUFFER, 36, true);
    start_dma(r, true);
    packet(r, CDB(0x12, 0, 0, 0, 36), 0, true);
    fake_advance(r->f, 1000000);
    ck_assert_uint_eq(*ram(r, BUFFER), 5);
    down(r);
}
END_TEST

START_TEST(information_packets)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t b[512];
    ck_assert_uint_eq(packet_in(r, CDB(0x25), 64, b, 512), 8);
    ck_assert_uint_eq(get_be32(b), CD_SIZE / 2048 - 1);
    ck_assert_uint_eq(get_be32(b + 4), 2048);
    /* TOC: tracks, as blocks and as MSF; sessions; full */
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 0, 0, 0, 0, 0, 0, 2), 512, b, 512), 20);
    ck_assert_uint_eq(get_be16(b), 18);
    ck_assert_uint_eq(b[6], 1);
    ck_assert_uint_eq(b[14], 0xaa);
    ck_assert_uint_eq(get_be32(b + 16), CD_SIZE / 2048);
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 2, 0, 0, 0, 0, 0, 2), 512, b, 512), 20);
    ck_assert_uint_eq(get_be32(b + 8), 0x00000200);
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 0, 0, 0, 0, 0, 0xaa, 2), 512, b, 512), 12);
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 0, 0, 0, 0, 0, 0, 0, 4), 512, b, 512), 4);
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 0, 1, 0, 0, 0, 0, 2), 512, b, 512), 12);
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 0, 0, 0, 0, 0, 0, 2, 0, 0x40), 512, b, 512), 12);
    ck_assert_uint_eq(packet_in(r, CDB(0x43, 2, 2, 0, 0, 0, 0, 2), 512, b, 512), 48);
    ck_assert_uint_eq(packet(r, CDB(0x43, 0, 5, 0, 0, 0, 0, 2), 512, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x052400);
    /* mode pages */
    ck_assert_uint_eq(packet_in(r, CDB(0x5a, 0, 0x2a, 0, 0, 0, 0, 1), 512, b, 512), 30);
    ck_assert_uint_eq(get_be16(b), 28);
    ck_assert_uint_eq(b[2], 1);
    ck_assert_uint_eq(b[8], 0x2a);
    ck_assert_uint_eq(packet_in(r, CDB(0x5a, 0, 0x3f, 0, 0, 0, 0, 1), 512, b, 512), 62);
    ck_assert_uint_eq(packet_in(r, CDB(0x1a, 0, 0x01, 0, 255), 512, b, 512), 12);
    ck_assert_uint_eq(packet_in(r, CDB(0x5a, 0, 0x4e, 0, 0, 0, 0, 1), 512, b, 512), 24);
    ck_assert_uint_eq(b[10], 0); /* nothing is changeable */
    ck_assert_uint_eq(packet(r, CDB(0x5a, 0, 0x05, 0, 0, 0, 0, 1), 512, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x052400);
    ck_assert_uint_eq(packet(r, CDB(0x5a, 0, 0xea, 0, 0, 0, 0, 1), 512, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x053900);
    /* the rest */
    ck_assert_uint_eq(packet_in(r, CDB(0x46, 0, 0, 0, 0, 0, 0, 2), 512, b, 512),
                      get_be32(b) + 4);
    ck_assert_uint_eq(get_be16(b + 6), 0x0008);
    ck_assert_uint_eq(packet_in(r, CDB(0x46, 2, 0, 0x1e, 0, 0, 0, 2), 512, b, 512), 16);
    ck_assert_uint_eq(packet_in(r, CDB(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8), 512, b, 512), 8);
    ck_assert_uint_eq(b[5], 2);
    ck_assert_uint_eq(packet_in(r, CDB(0x4a, 1, 0, 0, 0x40, 0, 0, 0, 8), 512, b, 512), 4);
    ck_assert_uint_eq(b[2], 0x80);
    ck_assert_uint_eq(packet_in(r, CDB(0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8), 512, b, 512), 8);
    ck_assert_uint_eq(packet_in(r, CDB(0x51, 0, 0, 0, 0, 0, 0, 0, 34), 512, b, 512), 34);
    ck_assert_uint_eq(packet_in(r, CDB(0x52, 1, 0, 0, 0, 1, 0, 0, 28), 512, b, 512), 28);
    ck_assert_uint_eq(packet_in(r, CDB(0x42, 2, 0x40, 1, 0, 0, 0, 0, 16), 512, b, 512), 16);
    ck_assert_uint_eq(packet_in(r, CDB(0x42, 0, 0, 0, 0, 0, 0, 0, 4), 512, b, 512), 4);
    ck_assert_uint_eq(packet(r, CDB(0x2b, 0, 0, 0, 0, 9), 0, false), 0x50);
    ck_assert_uint_eq(packet(r, CDB(0xbb, 0, 0xff, 0xff), 0, false), 0x50);
    ck_assert_uint_eq(packet(r, CDB(0xad, 0, 0, 0, 0, 0, 0, 0, 8, 4), 512, false) & 1, 1);
    down(r);
}
END_TEST

START_TEST(odd_allocation_length)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t b[64];
    memset(b, 0xee, sizeof b);
    ck_assert_uint_eq(packet_in(r, CDB(0x12, 0, 0, 0, 5), 64, b, sizeof b), 5);
    ck_assert_uint_eq(packet(r, CDB(0x12, 0, 0, 0, 0), 64, false), 0x50); /* 0: no data phase */
    down(r);
}
END_TEST

START_TEST(mode_select_takes_its_list)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t list[32] = {0};
    ck_assert_uint_eq(packet(r, CDB(0x55, 0x10, 0, 0, 0, 0, 0, 0, 16), 64, false), 0x58);
    ck_assert_uint_eq(rd(r, COUNT), 0);
    ck_assert_uint_eq(rd(r, MID), 16);
    ck_assert(irq(r));
    write_data(r, list, 16);
    ck_assert_uint_eq(settle(r), 0x50);
    ck_assert_uint_eq(rd(r, COUNT), 3);
    ck_assert_uint_eq(packet(r, CDB(0x15, 0x10, 0, 0, 12), 64, false), 0x58);
    write_data(r, list, 12);
    ck_assert_uint_eq(settle(r), 0x50);
    down(r);
}
END_TEST

START_TEST(tray_lock_and_eject)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t b[16];
    ck_assert_uint_eq(packet(r, CDB(0x1e, 0, 0, 0, 1), 0, false), 0x50);
    ck_assert(vt8231_ide_tray_locked(r->ide, 3));
    ck_assert_uint_eq(packet(r, CDB(0x1b, 0, 0, 0, 2), 0, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x055302);
    ck_assert_uint_eq(packet(r, CDB(0x1e), 0, false), 0x50);
    ck_assert_uint_eq(packet(r, CDB(0x1b, 0, 0, 0, 2), 0, false), 0x50);
    ck_assert_uint_eq(packet(r, CDB(0), 0, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x023a02);
    ck_assert_uint_eq(packet_in(r, CDB(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8), 64, b, 16), 8);
    ck_assert_uint_eq(b[4], 3);
    ck_assert_uint_eq(b[5], 1);
    ck_assert_uint_eq(packet(r, CDB(0x1b, 0, 0, 0, 3), 0, false), 0x50);
    ck_assert_uint_eq(packet(r, CDB(0), 0, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x062800);
    ck_assert_uint_eq(packet(r, CDB(0), 0, false), 0x50);
    down(r);
}
END_TEST

START_TEST(medium_change)
{
    struct rig *r = up_cd(WITH_CD);
    uint8_t b[2048];
    r->cd->b.present = false;
    r->cd->b.changes++;
    ck_assert_uint_eq(packet(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 1), 2048, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x023a01);
    r->cd->b.present = true;
    r->cd->b.changes++;
    r->cd->b.size = CD_SIZE / 2;
    ck_assert_uint_eq(packet(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 1), 2048, false) & 1, 1);
    ck_assert_uint_eq(sense(r), 0x062800);
    ck_assert_uint_eq(packet_in(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 1), 2048, b, 2048), 2048);
    ck_assert_uint_eq(packet_in(r, CDB(0x25), 64, b, 64), 8);
    ck_assert_uint_eq(get_be32(b), CD_SIZE / 2 / 2048 - 1);
    /* pulled out in the middle of a transfer */
    packet(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 100), 2048, false);
    r->cd->b.present = false;
    r->cd->b.changes++;
    for (unsigned i = 0; i < 100 && settle(r) & IDE_DRQ; i++) read_data(r, b, 2048);
    ck_assert_uint_eq(settle(r) & (IDE_ERR | IDE_DRQ), IDE_ERR);
    down(r);
}
END_TEST

START_TEST(empty_drive_takes_every_command)
{
    for (unsigned kind = 0; kind < 2; kind++) {
        struct rig *r = up(kind ? CD_EMPTY : WITH_CD);
        if (r->cd) r->cd->b.present = false;
        use_secondary(r);
        for (unsigned c = 0; c < 256; c++) { /* ATA commands (R3) */
            wr(r, DEV, 0xb0);
            wr(r, STATUS, c);
            fake_advance(r->f, 200000);
            ck_assert_uint_eq(inb(r->f, r->ctl) & IDE_BSY, 0);
            wr(r, STATUS, 0x08);
        }
        uint8_t b[4096];
        for (unsigned op = 0; op < 256; op++) {
            uint8_t cdb[12] = {(uint8_t)op, 0, 0, 0, 0, 0, 0, 0, 1, 0x10};
            packet_in(r, CDB(0), 64, b, sizeof b);
            uint8_t s = packet(r, cdb, 64, false);
            ck_assert_uint_eq(s & IDE_BSY, 0);
            wr(r, DEV, 0xb0);
            wr(r, STATUS, 0x08);
        }
        ck_assert_uint_eq(packet(r, CDB(0x25), 64, false) & 1, 1);
        ck_assert_uint_eq(sense(r), 0x023a01);
        down(r);
    }
}
END_TEST

START_TEST(device_reset_ends_a_packet)
{
    struct rig *r = up_cd(WITH_CD);
    packet(r, CDB(0x28, 0, 0, 0, 0, 0, 0, 0, 10), 2048, false);
    wr(r, STATUS, 0x08);
    fake_advance(r->f, 100000);
    ck_assert_uint_eq(inb(r->f, r->ctl), 0);
    ck_assert_uint_eq(rd(r, MID), 0x14);
    ck_assert(!irq(r));
    ck_assert_uint_eq(packet(r, CDB(0), 0, false), 0x50);
    down(r);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("atapi");
    tcase_add_test(tc, identify_packet_device);
    tcase_add_test(tc, unit_attention_at_power_on);
    tcase_add_test(tc, read_packets);
    tcase_add_test(tc, read_errors);
    tcase_add_test(tc, packet_dma);
    tcase_add_test(tc, information_packets);
    tcase_add_test(tc, odd_allocation_length);
    tcase_add_test(tc, mode_select_takes_its_list);
    tcase_add_test(tc, tray_lock_and_eject);
    tcase_add_test(tc, medium_change);
    tcase_add_test(tc, empty_drive_takes_every_command);
    tcase_add_test(tc, device_reset_ends_a_packet);
    return fake_run("atapi", tc);
}
