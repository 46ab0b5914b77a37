/* machines/dev/ide, ata, vt8231_ide: registers, every ATA command, DMA, resets, anything. */
#include "ide_rig.h"

START_TEST(configuration_space)
{
    struct rig *r = up(WITH_DISK);
    unsigned d = r->ide->devfn;
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0, 4), 0x05711106);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 8, 4), 0x01018f06);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x3c, 2), 0x010e);
    pci_cfg_write(r->pci, 0, d, 0x3c, 1, 9);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x3c, 1), 14);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x10, 4), PRI | 1);
    pci_cfg_write(r->pci, 0, d, 0x09, 1, 0x8a);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x09, 1), 0x8a);
    for (unsigned reg = 0x10; reg < 0x20; reg++) {
        ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, reg, 1), 0);
    }
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x20, 4), BM | 1);
    ck_assert_uint_eq(rd(r, STATUS), 0x50); /* ports still where they were */
    ck_assert_uint_eq(inb(r->f, 0x1f7), 0xff);
    r->ide->dev.type->reset(&r->ide->dev);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x20, 4), 0xcc01);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x40, 4), 0x0a090600);
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, d, 0x3c, 1), 14);
    down(r);
}
END_TEST

START_TEST(legacy_ports_until_addresses_are_set)
{
    struct rig *r = up(WITH_DISK);
    unsigned d = r->ide->devfn;
    r->ide->dev.type->reset(&r->ide->dev);
    ck_assert_uint_eq(inb(r->f, 0x1f7), 0xff); /* I/O space off */
    pci_cfg_write(r->pci, 0, d, 0x04, 2, 0x01);
    ck_assert_uint_eq(inb(r->f, 0x1f7), 0xff); /* channel off */
    pci_cfg_write(r->pci, 0, d, 0x40, 1, 0x0b);
    ck_assert_uint_eq(inb(r->f, 0x1f7), 0x50);
    ck_assert_uint_eq(inb(r->f, 0x3f6), 0x50);
    ck_assert_uint_eq(inb(r->f, 0x177), 0x00);
    pci_cfg_write(r->pci, 0, d, 0x40, 1, 0x09); /* primary off */
    ck_assert_uint_eq(inb(r->f, 0x1f7), 0xff);
    down(r);
}
END_TEST

START_TEST(reset_signatures)
{
    struct rig *r = up(WITH_DISK | WITH_CD);
    ck_assert_uint_eq(rd(r, ERR), 1);
    ck_assert_uint_eq(rd(r, COUNT), 1);
    ck_assert_uint_eq(rd(r, LOW), 1);
    ck_assert_uint_eq(rd(r, MID), 0);
    ck_assert_uint_eq(rd(r, HIGH), 0);
    ck_assert_uint_eq(rd(r, STATUS), 0x50);
    wr(r, DEV, 0xb0);
    ck_assert_uint_eq(rd(r, STATUS), 0); /* no slave */
    use_secondary(r);
    wr(r, DEV, 0xb0);
    ck_assert_uint_eq(rd(r, MID), 0x14);
    ck_assert_uint_eq(rd(r, HIGH), 0xeb);
    ck_assert_uint_eq(rd(r, STATUS), 0);
    outb(r->f, r->ctl, 4); /* SRST */
    ck_assert_uint_eq(inb(r->f, r->ctl) & IDE_BSY, 0); /* drive 0 is absent */
    wr(r, DEV, 0xb0);
    ck_assert_uint_eq(inb(r->f, r->ctl), 0);
    outb(r->f, r->ctl, 0);
    fake_advance(r->f, IDE_RESET_NS);
    ck_assert_uint_eq(rd(r, DEV) & 0x10, 0);
    wr(r, DEV, 0xb0);
    ck_assert_uint_eq(rd(r, MID), 0x14);
    down(r);
}
END_TEST

START_TEST(empty_channel_reads_as_nothing)
{
    struct rig *r = up(WITH_DISK);
    use_secondary(r);
    wr(r, COUNT, 0x55);
    ck_assert_uint_eq(rd(r, COUNT), 0);
    ck_assert_uint_eq(rd(r, STATUS), 0);
    wr(r, STATUS, 0xec);
    fake_advance(r->f, 1000000);
    ck_assert_uint_eq(rd(r, STATUS), 0);
    ck_assert(!irq(r));
    down(r);
}
END_TEST

START_TEST(identify_device)
{
    struct rig *r = up(WITH_DISK);
    uint8_t id[512], sum = 0;
    ck_assert_uint_eq(command(r, 0xec), 0x58);
    ck_assert(irq(r));
    read_data(r, id, 512);
    ck_assert_uint_eq(rd(r, STATUS), 0x50);
    ck_assert(!irq(r));
    ck_assert_uint_eq(get_le16(id + 2), DISK_SIZE / 512 / 1008);
    ck_assert_uint_eq(get_le16(id + 6), 16);
    ck_assert_uint_eq(get_le16(id + 12), 63);
    ck_assert(!memcmp(id + 54, "PPECUMH RADRID", 10));
    ck_assert_uint_eq(get_le32(id + 120), DISK_SIZE / 512);
    ck_assert_uint_eq(get_le64(id + 200), DISK_SIZE / 512);
    ck_assert_uint_eq(get_le16(id + 176) & 0xff, 0x3f); /* UDMA 0-5 */
    ck_assert(get_le16(id + 186) & 0x2000);             /* 80 wires */
    ck_assert(get_le16(id + 166) & 0x400);              /* 48 bit */
    for (unsigned i = 0; i < 512; i++) sum += id[i];
    ck_assert_uint_eq(sum, 0);
    down(r);
}
END_TEST

START_TEST(set_features_shows_in_identify)
{
    struct rig *r = up(WITH_DISK);
    uint8_t id[512];
    wr(r, ERR, 0x03);
    wr(r, COUNT, 0x45);
    ck_assert_uint_eq(command(r, 0xef), 0x50);
    command(r, 0xec);
    read_data(r, id, 512);
    ck_assert_uint_eq(get_le16(id + 176), 0x203f);
    wr(r, ERR, 0x03);
    wr(r, COUNT, 0x46); /* UDMA 6: not this chip */
    ck_assert_uint_eq(command(r, 0xef), 0x51);
    ck_assert_uint_eq(rd(r, ERR), IDE_ABRT);
    wr(r, ERR, 0x82);
    ck_assert_uint_eq(command(r, 0xef), 0x50);
    command(r, 0xec);
    read_data(r, id, 512);
    ck_assert(!(get_le16(id + 170) & 0x20));
    wr(r, ERR, 0x77);
    ck_assert_uint_eq(command(r, 0xef), 0x51);
    down(r);
}
END_TEST

START_TEST(pio_read_and_write)
{
    static const struct { uint8_t read, write; bool wide; unsigned multiple; } how[] = {
        {0x20, 0x30, false, 0}, {0x21, 0x31, false, 0}, {0x24, 0x34, true, 0},
        {0xc4, 0xc5, false, 4}, {0x29, 0x39, true, 16},
    };
    struct rig *r = up(WITH_DISK);
    uint8_t got[10 * 512], put[10 * 512];
    for (size_t h = 0; h < ARRAY_SIZE(how); h++) {
        unsigned lba = 100 + 20 * (unsigned)h, per = how[h].multiple ? how[h].multiple : 1;
        if (how[h].multiple) {
            wr(r, COUNT, how[h].multiple);
            wr(r, DEV, 0xe0);
            ck_assert_uint_eq(command(r, 0xc6), 0x50);
        }
        for (unsigned i = 0; i < sizeof put; i++) put[i] = (uint8_t)(i * 3 + h);
        how[h].wide ? address48(r, lba, 10) : address28(r, 0, lba, 10);
        rd(r, STATUS);
        ck_assert_uint_eq(command(r, how[h].write), 0x58);
        ck_assert(!irq(r)); /* none for the first block out */
        for (unsigned s = 0; s < 10; s += per) {
            unsigned n = 10 - s < per ? 10 - s : per;
            ck_assert_uint_eq(settle(r), 0x58);
            rd(r, STATUS);
            write_data(r, put + 512 * s, 512 * n);
            settle(r);
            ck_assert(irq(r));
        }
        ck_assert_uint_eq(rd(r, STATUS), 0x50);
        ck_assert(!memcmp(r->disk->bytes + lba * 512, put, sizeof put));
        ck_assert_uint_eq(rd(r, LOW), lba + 9);
        how[h].wide ? address48(r, lba, 10) : address28(r, 0, lba, 10);
        wr(r, STATUS, how[h].read);
        for (unsigned s = 0; s < 10; s += per) {
            unsigned n = 10 - s < per ? 10 - s : per;
            ck_assert_uint_eq(settle(r), 0x58);
            ck_assert(irq(r));
            rd(r, STATUS);
            read_data(r, got + 512 * s, 512 * n);
        }
        ck_assert_uint_eq(settle(r), 0x50);
        ck_assert(!irq(r));
        ck_assert(!memcmp(got, put, sizeof put));
    }
    down(r);
}
END_TEST

START_TEST(count_of_zero_is_256)
{
    struct rig *r = up(WITH_DISK);
    uint8_t s[512];
    address28(r, 0, 7, 0);
    wr(r, STATUS, 0x20);
    for (unsigned i = 0; i < 256; i++) {
        ck_assert_uint_eq(settle(r), 0x58);
        read_data(r, s, 512);
        ck_assert(!memcmp(s, r->disk->bytes + (7 + i) * 512, 512));
    }
    ck_assert_uint_eq(settle(r), 0x50);
    down(r);
}
END_TEST

START_TEST(chs_addressing)
{
    struct rig *r = up(WITH_DISK);
    uint8_t s[512];
    wr(r, DEV, 0xa0 | 3); /* head 3 */
    wr(r, COUNT, 1);
    wr(r, LOW, 5);
    wr(r, MID, 2);
    wr(r, HIGH, 0);
    ck_assert_uint_eq(command(r, 0x20), 0x58);
    read_data(r, s, 512);
    unsigned lba = (2 * 16 + 3) * 63 + 4;
    ck_assert(!memcmp(s, r->disk->bytes + lba * 512, 512));
    wr(r, LOW, 0); /* there is no sector 0 */
    ck_assert_uint_eq(command(r, 0x20), 0x51);
    ck_assert_uint_eq(rd(r, ERR), IDE_IDNF);
    wr(r, DEV, 0xa0 | 7); /* 8 heads, 32 sectors */
    wr(r, COUNT, 32);
    ck_assert_uint_eq(command(r, 0x91), 0x50);
    wr(r, DEV, 0xa0 | 1);
    wr(r, COUNT, 1);
    wr(r, LOW, 1);
    wr(r, MID, 1);
    ck_assert_uint_eq(command(r, 0x20), 0x58);
    read_data(r, s, 512);
    ck_assert(!memcmp(s, r->disk->bytes + (8 + 1) * 32 * 512, 512));
    wr(r, COUNT, 0);
    ck_assert_uint_eq(command(r, 0x91), 0x51); /* R1: no geometry of zero */
    down(r);
}
END_TEST

START_TEST(limits_and_errors)
{
    struct rig *r = up(WITH_DISK);
    unsigned last = DISK_SIZE / 512 - 1;
    address28(r, 0, last, 2);
    ck_assert_uint_eq(command(r, 0x20), 0x51);
    ck_assert_uint_eq(rd(r, ERR), IDE_IDNF);
    address48(r, UINT64_C(0xffffffffffff), 1);
    ck_assert_uint_eq(command(r, 0x24), 0x51);
    address28(r, 0, last, 1);
    ck_assert_uint_eq(command(r, 0x40), 0x50);
    address28(r, 0, 0, 1);
    ck_assert_uint_eq(command(r, 0xc4), 0x51); /* multiple mode is off */
    ck_assert_uint_eq(rd(r, ERR), IDE_ABRT);
    r->disk->broken = true;
    address28(r, 0, 9, 1);
    ck_assert_uint_eq(command(r, 0x20), 0x51);
    ck_assert_uint_eq(rd(r, ERR), IDE_UNC);
    ck_assert_uint_eq(rd(r, LOW), 9);
    r->disk->broken = false;
    r->disk->b.read_only = true;
    address28(r, 0, 9, 1);
    ck_assert_uint_eq(command(r, 0x30), 0x51);
    ck_assert_uint_eq(rd(r, ERR), IDE_ABRT);
    down(r);
}
END_TEST

START_TEST(small_commands)
{
    struct rig *r = up(WITH_DISK);
    static const uint8_t fine[] = {0x10, 0x1f, 0x94, 0x95, 0x96, 0x97, 0x99, 0xe0,
                                   0xe1, 0xe2, 0xe3, 0xe6, 0xe7, 0xea};
    static const uint8_t refused[] = {0x00, 0x08, 0x22, 0x50, 0xa0, 0xa1, 0xf5, 0xf6, 0xff};
    for (size_t i = 0; i < sizeof fine; i++) {
        wr(r, DEV, 0xe0);
        ck_assert_uint_eq(command(r, fine[i]), 0x50);
        ck_assert(irq(r));
        rd(r, STATUS);
    }
    ck_assert(r->disk->flushes >= 2);
    for (size_t i = 0; i < sizeof refused; i++) {
        ck_assert_uint_eq(command(r, refused[i]), 0x51);
        ck_assert_uint_eq(rd(r, ERR), IDE_ABRT);
    }
    address28(r, 0, 5, 0);
    ck_assert_uint_eq(command(r, 0x70), 0x50);
    command(r, 0xe0);
    ck_assert_uint_eq(command(r, 0xe5), 0x50);
    ck_assert_uint_eq(rd(r, COUNT), 0x00);
    command(r, 0xe1);
    command(r, 0x98);
    ck_assert_uint_eq(rd(r, COUNT), 0xff);
    wr(r, DEV, 0xe0);
    ck_assert_uint_eq(command(r, 0xf8), 0x50);
    unsigned last = DISK_SIZE / 512 - 1;
    ck_assert_uint_eq(rd(r, LOW) | rd(r, MID) << 8 | rd(r, HIGH) << 16, last);
    wr(r, DEV, 0x40);
    ck_assert_uint_eq(command(r, 0x27), 0x50);
    ck_assert_uint_eq(rd(r, LOW) | rd(r, MID) << 8 | rd(r, HIGH) << 16, last);
    outb(r->f, r->ctl, 0x80);
    ck_assert_uint_eq(rd(r, LOW), 0);
    down(r);
}
END_TEST

START_TEST(smart)
{
    struct rig *r = up(WITH_DISK);
    uint8_t page[512], sum = 0;
    wr(r, ERR, 0xda);
    ck_assert_uint_eq(command(r, 0xb0), 0x51); /* without the key */
    wr(r, MID, 0x4f);
    wr(r, HIGH, 0xc2);
    wr(r, ERR, 0xda);
    ck_assert_uint_eq(command(r, 0xb0), 0x50);
    ck_assert_uint_eq(rd(r, MID), 0x4f);
    ck_assert_uint_eq(rd(r, HIGH), 0xc2);
    wr(r, ERR, 0xd0);
    ck_assert_uint_eq(command(r, 0xb0), 0x58);
    read_data(r, page, 512);
    for (unsigned i = 0; i < 512; i++) sum += page[i];
    ck_assert_uint_eq(sum, 0);
    wr(r, ERR, 0xd9);
    ck_assert_uint_eq(command(r, 0xb0), 0x50);
    wr(r, ERR, 0xda);
    ck_assert_uint_eq(command(r, 0xb0), 0x51); /* disabled */
    down(r);
}
END_TEST

START_TEST(sector_buffer)
{
    struct rig *r = up(WITH_DISK);
    uint8_t a[512], b[512];
    for (unsigned i = 0; i < 512; i++) a[i] = (uint8_t)(i ^ 0x3c);
    ck_assert_uint_eq(command(r, 0xe8), 0x58);
    write_data(r, a, 512);
    ck_assert_uint_eq(settle(r), 0x50);
    ck_assert_uint_eq(command(r, 0xe4), 0x58);
    read_data(r, b, 512);
    ck_assert(!memcmp(a, b, 512));
    down(r);
}
END_TEST

START_TEST(wide_and_byte_data_accesses)
{
    struct rig *r = up(WITH_DISK);
    address28(r, 0, 0, 1);
    command(r, 0x20);
    for (unsigned i = 0; i < 512; i += 4) {
        ck_assert_uint_eq(inl(r->f, r->base), get_le32(r->disk->bytes + i));
    }
    ck_assert_uint_eq(settle(r), 0x50);
    address28(r, 0, 0, 1);
    command(r, 0x30);
    for (unsigned i = 0; i < 512; i += 4) outl(r->f, r->base, 0x04030201u + i);
    ck_assert_uint_eq(settle(r), 0x50);
    ck_assert_uint_eq(get_le32(r->disk->bytes + 8), 0x04030201u + 8);
    down(r);
}
END_TEST

START_TEST(nien_hides_the_interrupt)
{
    struct rig *r = up(WITH_DISK);
    outb(r->f, r->ctl, 2);
    command(r, 0xe7);
    ck_assert(!irq(r));
    outb(r->f, r->ctl, 0);
    ck_assert(irq(r));
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, r->ide->devfn, 0x70, 1) & 0x80, 0x80);
    rd(r, STATUS);
    ck_assert(!irq(r));
    ck_assert_uint_eq(pci_cfg_read(r->pci, 0, r->ide->devfn, 0x70, 1) & 0x80, 0);
    down(r);
}
END_TEST

START_TEST(diagnostic)
{
    struct rig *r = up(WITH_DISK);
    wr(r, DEV, 0xf0);
    wr(r, STATUS, 0x90);
    ck_assert_uint_eq(settle(r), 0x50);
    ck_assert(irq(r));
    ck_assert_uint_eq(rd(r, ERR), 1);
    ck_assert_uint_eq(rd(r, COUNT), 1);
    down(r);
}
END_TEST

START_TEST(dma_read_and_write)
{
    static const struct { uint8_t read, write; bool wide; } how[] = {
        {0xc8, 0xca, false}, {0xc9, 0xcb, false}, {0x25, 0x35, true}};
    struct rig *r = up(WITH_DISK);
    for (size_t h = 0; h < ARRAY_SIZE(how); h++) {
        unsigned lba = 50 + (unsigned)h;
        how[h].wide ? address48(r, lba, 200) : address28(r, 0, lba, 200);
        prd(r, 0, BUFFER + 6, 512 * 3 + 2, false); /* odd pieces, one of the 64 KiB kind */
        prd(r, 1, BUFFER + 0x10000, 0, false);
        prd(r, 2, BUFFER + 0x30000, 200 * 512 - (512 * 3 + 2) - 65536, true);
        start_dma(r, true);
        wr(r, STATUS, how[h].read);
        fake_advance(r->f, 1000000);
        ck_assert(irq(r));
        ck_assert_uint_eq(inb(r->f, bm(r) + 2), 4);
        ck_assert_uint_eq(rd(r, STATUS), 0x50);
        const uint8_t *d = r->disk->bytes + lba * 512;
        ck_assert(!memcmp(ram(r, BUFFER + 6), d, 512 * 3 + 2));
        ck_assert(!memcmp(ram(r, BUFFER + 0x10000), d + 512 * 3 + 2, 65536));
        ck_assert(!memcmp(ram(r, BUFFER + 0x30000), d + 512 * 3 + 2 + 65536, 1000));
        outb(r->f, bm(r), 0);
        /* and back to another place, command first, bus master later */
        how[h].wide ? address48(r, 10000, 100) : address28(r, 0, 10000, 100);
        prd(r, 0, BUFFER + 0x10000, 100 * 512, true);
        wr(r, STATUS, how[h].write);
        fake_advance(r->f, 1000000);
        ck_assert_uint_eq(inb(r->f, r->ctl), 0x58);
        start_dma(r, false);
        fake_advance(r->f, 1000000);
        ck_assert(irq(r));
        ck_assert_uint_eq(rd(r, STATUS), 0x50);
        ck_assert(!memcmp(r->disk->bytes + 10000 * 512, ram(r, BUFFER + 0x10000), 100 * 512));
        outb(r->f, bm(r), 0);
    }
    down(r);
}
END_TEST

START_TEST(dma_of_65536_sectors_is_bounded)
{
    struct rig *r = up(WITH_DISK);
    address48(r, 0, 0); /* 65536 sectors: more than the disk has */
    wr(r, STATUS, 0x25);
    ck_assert_uint_eq(settle(r), 0x51);
    address48(r, 0, 39000);
    for (unsigned i = 0; i < 400; i++) prd(r, i, BUFFER, 0, i == 399);
    start_dma(r, true);
    wr(r, STATUS, 0x25);
    fake_advance(r->f, 100000000);
    ck_assert_uint_eq(rd(r, STATUS), 0x50);
    ck_assert_uint_eq(inb(r->f, bm(r) + 2) & 5, 5); /* the table was longer */
    down(r);
}
END_TEST

START_TEST(dma_table_too_short)
{
    struct rig *r = up(WITH_DISK);
    address28(r, 0, 0, 8);
    prd(r, 0, BUFFER, 1024, true);
    start_dma(r, true);
    wr(r, STATUS, 0xc8);
    fake_advance(r->f, 1000000);
    ck_assert(!irq(r));
    ck_assert_uint_eq(inb(r->f, bm(r) + 2) & 7, 0); /* neither active nor interrupt */
    ck_assert_uint_eq(inb(r->f, r->ctl), 0x58);
    outb(r->f, bm(r), 0);
    prd(r, 0, BUFFER + 1024, 7 * 512, true); /* the rest with another table */
    start_dma(r, true);
    fake_advance(r->f, 1000000);
    ck_assert_uint_eq(rd(r, STATUS), 0x50);
    ck_assert(!memcmp(ram(r, BUFFER), r->disk->bytes, 8 * 512));
    down(r);
}
END_TEST

START_TEST(dma_outside_ram)
{
    struct rig *r = up(WITH_DISK);
    address28(r, 0, 0, 1);
    prd(r, 0, RAM_SIZE - 100, 512, true);
    start_dma(r, true);
    wr(r, STATUS, 0xc8);
    fake_advance(r->f, 1000000);
    ck_assert_uint_eq(inb(r->f, bm(r) + 2) & 3, 2);
    ck_assert_uint_eq(rd(r, STATUS), 0x51);
    outb(r->f, bm(r), 0);
    outl(r->f, bm(r) + 4, 0xfffffff8u); /* the table itself */
    outb(r->f, bm(r) + 2, 6);
    outb(r->f, bm(r), 9);
    wr(r, STATUS, 0xc8);
    fake_advance(r->f, 1000000);
    ck_assert_uint_eq(inb(r->f, bm(r) + 2) & 3, 2);
    down(r);
}
END_TEST

START_TEST(endless_table_ends)
{
    struct rig *r = up(WITH_DISK);
    /* No entry is the last one: the walk runs over the whole of RAM and off its end. */
    for (uint32_t at = 0; at + 8 <= RAM_SIZE; at += 8) {
        put_le32(ram(r, at), BUFFER);
        put_le32(ram(r, at + 4), 2);
    }
    address48(r, 0, 39000);
    start_dma(r, false);
    wr(r, STATUS, 0x35);
    fake_advance(r->f, 100000000);
    ck_assert(inb(r->f, bm(r) + 2) & 2);
    down(r);
}
END_TEST

START_TEST(reset_while_dma_is_in_flight)
{
    struct rig *r = up(WITH_DISK);
    uint8_t boot[512];
    memcpy(boot, r->disk->bytes, 512);
    for (unsigned step = 0; step < 40; step++) {
        address28(r, 0, 1000, 255);
        prd(r, 0, BUFFER, 0, false);
        prd(r, 1, BUFFER, 0, true);
        start_dma(r, false);
        wr(r, STATUS, 0xca);
        fake_advance(r->f, step * 700);
        if (step & 1) {
            outb(r->f, r->ctl, 4);
            fake_advance(r->f, 20000);
            outb(r->f, r->ctl, 0);
            fake_advance(r->f, 1000000);
        } else {
            r->ide->dev.type->reset(&r->ide->dev);
            program(r);
            fake_advance(r->f, 1000000);
        }
        ck_assert(!irq(r));
        ck_assert_uint_eq(rd(r, STATUS), 0x50);
        ck_assert_uint_eq(rd(r, COUNT), 1);
        outb(r->f, bm(r), 0);
        /* CVE-2023-5088: the write must not turn into one of sector 0 */
        ck_assert(!memcmp(boot, r->disk->bytes, 512));
    }
    down(r);
}
END_TEST

START_TEST(registers_changed_after_issue_change_nothing)
{
    struct rig *r = up(WITH_DISK);
    address28(r, 0, 321, 1);
    prd(r, 0, BUFFER, 512, true);
    wr(r, STATUS, 0xc8);
    fake_advance(r->f, 100000); /* waits for the bus master, not busy */
    address28(r, 0, 5, 9);
    start_dma(r, true);
    fake_advance(r->f, 100000);
    ck_assert(!memcmp(ram(r, BUFFER), r->disk->bytes + 321 * 512, 512));
    down(r);
}
END_TEST

START_TEST(every_ata_command_on_a_disk)
{
    struct rig *r = up(WITH_DISK);
    for (unsigned c = 0; c < 256; c++) {
        for (unsigned feature = 0; feature < 256; feature += 0x55) {
            address28(r, 0, 0, 1);
            wr(r, ERR, feature);
            wr(r, STATUS, c);
            fake_advance(r->f, 200000);
            ck_assert_uint_eq(inb(r->f, r->ctl) & IDE_BSY, 0);
            outb(r->f, r->ctl, 4);
            outb(r->f, r->ctl, 0);
            fake_advance(r->f, 200000);
            ck_assert_uint_eq(rd(r, STATUS), 0x50);
        }
    }
    down(r);
}
END_TEST

START_TEST(boot_devices_and_drives)
{
    struct rig *r = up(WITH_DISK | WITH_CD);
    const struct machine *m = &r->f->m;
    ck_assert_uint_eq(m->n_boot_devices, 4);
    ck_assert_str_eq(m->boot_devices[0].alias, "hd");
    ck_assert_str_eq(m->boot_devices[1].alias, "hd0");
    ck_assert_str_eq(m->boot_devices[0].path, "/pci@80000000/ide@c,1/disk@0,0");
    ck_assert_str_eq(m->boot_devices[2].alias, "cd");
    ck_assert_str_eq(m->boot_devices[3].path, "/pci@80000000/ide@c,1/cdrom@1,1");
    ck_assert(m->boot_devices[2].cdrom && m->boot_devices[2].block == &r->cd->b);
    down(r);
}
END_TEST


static uint32_t next_random(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*s >> 33);
}

/* Ports, sizes and configuration at random, with commands that lead somewhere preferred. */
START_TEST(random_registers)
{
    static const uint8_t likely[] = {0x20, 0x24, 0x25, 0x29, 0x30, 0x34, 0x35, 0x39, 0xa0, 0xa0,
                                     0xa0, 0xa1, 0xc4, 0xc5, 0xc6, 0xc8, 0xca, 0xec, 0xef, 0x91};
    static const unsigned ports[] = {PRI, SEC, PRI, SEC, BM, PRIC, SECC};
    struct rig *r = up(WITH_DISK | WITH_CD);
    uint64_t seed = (uint64_t)_i + 1;
    for (unsigned i = 0; i < 128; i++) {
        prd(r, i, next_random(&seed) % (RAM_SIZE * 2), i * 77, i == 90);
    }
    for (unsigned i = 0; i < 250000; i++) {
        uint32_t a = next_random(&seed), v = next_random(&seed);
        unsigned port = ports[a % ARRAY_SIZE(ports)] + (a >> 8) % 8;
        unsigned size = 1u << (a >> 16) % 3;
        if (!(a >> 20 & 7)) port = ports[a & 1] + 7, size = 1, v = likely[v % sizeof likely];
        if ((a >> 20 & 7) == 1) port = ports[a & 1], size = 2;
        if (port == BM + 4 || port == BM + 12) v = TABLE;
        if (a >> 24 & 1) {
            bus_write(r->f->io, port, size, v);
        } else {
            bus_read(r->f->io, port, size);
        }
        if (!(a >> 25 & 15)) fake_advance(r->f, v & 0x3fff);
        if (a >> 19 == 1) {
            pci_cfg_write(r->pci, 0, r->ide->devfn, v & 0xff, 1, a & 0xff);
            program(r);
        }
        if (a >> 19 == 2) r->cd->b.present = v & 1, r->cd->b.changes++;
        if (a >> 19 == 3) r->ide->dev.type->reset(&r->ide->dev), program(r);
        if (a >> 19 == 4) r->disk->broken = v & 1;
        ck_assert_int_eq(r->ide->dev.type->after_load(&r->ide->dev), 0);
    }
    down(r);
}
END_TEST

/* R41: a state is an attacker's file. */
START_TEST(random_states)
{
    struct rig *r = up(WITH_DISK | WITH_CD);
    uint64_t seed = (uint64_t)_i + 77;
    for (unsigned round = 0; round < 3000; round++) {
        r->ide->dev.type->reset(&r->ide->dev);
        program(r);
        for (const struct state_field *f = r->ide->dev.type->state; f->name; f++) {
            uint8_t *p = (uint8_t *)r->ide + f->offset;
            bool request = strstr(f->name, "req.") || strstr(f->name, "bm[");
            if (!request || f->kind == STATE_EVENT || f->kind == STATE_BYTES) continue;
            static const uint8_t width[] = {1, 2, 4, 8, 1};
            for (unsigned i = 0; i < width[f->kind]; i++) {
                p[i] = (uint8_t)(next_random(&seed) & (next_random(&seed) & 1 ? 0xff : 0));
            }
            if (f->kind == STATE_BOOL) *p &= 1;
        }
        if (r->ide->dev.type->after_load(&r->ide->dev)) continue;
        for (unsigned i = 0; i < 40; i++) {
            uint32_t a = next_random(&seed);
            bus_read(r->f->io, (a & 1 ? PRI : SEC), 2);
            bus_write(r->f->io, (a & 2 ? PRI : SEC), 2, a >> 16);
            if (a & 4) outb(r->f, BM + (a & 8), 9);
            fake_advance(r->f, 20000);
        }
    }
    down(r);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("ide");
    tcase_add_test(tc, configuration_space);
    tcase_add_test(tc, legacy_ports_until_addresses_are_set);
    tcase_add_test(tc, reset_signatures);
    tcase_add_test(tc, empty_channel_reads_as_nothing);
    tcase_add_test(tc, identify_device);
    tcase_add_test(tc, set_features_shows_in_identify);
    tcase_add_test(tc, pio_read_and_write);
    tcase_add_test(tc, count_of_zero_is_256);
    tcase_add_test(tc, chs_addressing);
    tcase_add_test(tc, limits_and_errors);
    tcase_add_test(tc, small_commands);
    tcase_add_test(tc, smart);
    tcase_add_test(tc, sector_buffer);
    tcase_add_test(tc, wide_and_byte_data_accesses);
    tcase_add_test(tc, nien_hides_the_interrupt);
    tcase_add_test(tc, diagnostic);
    tcase_add_test(tc, dma_read_and_write);
    tcase_add_test(tc, dma_of_65536_sectors_is_bounded);
    tcase_add_test(tc, dma_table_too_short);
    tcase_add_test(tc, dma_outside_ram);
    tcase_add_test(tc, endless_table_ends);
    tcase_add_test(tc, reset_while_dma_is_in_flight);
    tcase_add_test(tc, registers_changed_after_issue_change_nothing);
    tcase_add_test(tc, every_ata_command_on_a_disk);
    tcase_add_test(tc, boot_devices_and_drives);
    tcase_add_loop_test(tc, random_registers, 0, 4);
    tcase_add_loop_test(tc, random_states, 0, 2);
    return fake_run("ide", tc);
}
