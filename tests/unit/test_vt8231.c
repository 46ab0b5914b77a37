/* machines/dev/vt8231 on a pegasos2: routing, SuperIO, ACPI, SMBus, USB, audio, parallel port. */
#include "board.h"
#include "machines/dev/spd.h"
#include "machines/dev/vt8231.h"

#define FN(f) PCI_DEVFN(12, f)

static uint32_t cfg(struct board *b, unsigned fn, unsigned reg, unsigned size)
{
    return pci_cfg_read(b->m->pci[0], 0, FN(fn), reg, size);
}

static void set_cfg(struct board *b, unsigned fn, unsigned reg, unsigned size, uint32_t v)
{
    pci_cfg_write(b->m->pci[0], 0, FN(fn), reg, size, v);
}

/* The board's own struct: north bridge, then south bridge. */
static struct vt8231 *south(struct board *b) { return ((struct vt8231 **)b->m->board)[1]; }

static uint8_t irr2(struct board *b)
{
    outb(b, 0xa0, 0x0a);
    return inb(b, 0xa0);
}

START_TEST(functions_are_there)
{
    static const struct {
        uint32_t id, class_rev;
        uint8_t pin;
    } want[] = {
        {0x82311106, 0x06010010, 0}, {0x05711106, 0x01018f06, 1}, {0x30381106, 0x0c030001, 4},
        {0x30381106, 0x0c030001, 4}, {0x82351106, 0x06800040, 0}, {0x30581106, 0x04010050, 3},
        {0x30681106, 0x07800030, 3},
    };
    struct board *b = board_new();
    for (unsigned fn = 0; fn < 7; fn++) {
        ck_assert_uint_eq(cfg(b, fn, 0, 4), want[fn].id);
        ck_assert_uint_eq(cfg(b, fn, 8, 4), want[fn].class_rev);
        ck_assert_uint_eq(cfg(b, fn, PCI_INT_PIN, 1), want[fn].pin);
    }
    ck_assert_uint_eq(cfg(b, 7, 0, 4), 0xffffffff);
    ck_assert_uint_eq(cfg(b, 0, PCI_HEADER_TYPE, 1), 0x80);
    board_free(b);
}
END_TEST

START_TEST(firmware_state_comes_back_after_a_reset)
{
    struct board *b = board_new();
    for (unsigned round = 0; round < 2; round++) {
        ck_assert_uint_eq(cfg(b, 0, PCI_INT_LINE, 1), 9);
        ck_assert_uint_eq(cfg(b, 0, 0x55, 4) & 0xffffff, 0x909990);
        ck_assert_uint_eq(cfg(b, 0, 0x50, 1), 0x02);
        ck_assert_uint_eq(cfg(b, 1, PCI_INT_LINE, 1), 14);
        ck_assert_uint_eq(cfg(b, 1, PCI_CLASS_PROG, 1), 0x8f);
        for (unsigned fn = 2; fn < 7; fn++) ck_assert_uint_eq(cfg(b, fn, PCI_INT_LINE, 1), 9);
        ck_assert_uint_eq(cfg(b, 4, 0x48, 2), 0x0f01);
        ck_assert_uint_eq(inb(b, 0x21), 0xfb);
        ck_assert_uint_eq(inb(b, 0x4d1), 0x02);
        set_cfg(b, 2, PCI_INT_LINE, 1, 5);
        set_cfg(b, 0, 0x55, 4, 0);
        outb(b, 0x21, 0);
        machine_reset(b->m);
    }
    board_free(b);
}
END_TEST

START_TEST(pirqs_share_irq_9)
{
    struct board *b = board_new();
    outb(b, 0xa1, 0xfd);
    vt8231_pirq(south(b), 0, true);
    vt8231_pirq(south(b), 2, true);
    ck_assert_uint_eq(irr2(b), 0x02);
    ck_assert_uint_eq(vt8231_inta(south(b)), 9);
    vt8231_pirq(south(b), 0, false);
    outb(b, 0xa0, 0x20), outb(b, 0x20, 0x20);
    ck_assert_uint_eq(irr2(b), 0x02); /* C still pulls */
    vt8231_pirq(south(b), 2, false);
    ck_assert_uint_eq(irr2(b), 0);
    board_free(b);
}
END_TEST

START_TEST(pirqs_follow_their_routing)
{
    struct board *b = board_new();
    vt8231_pirq(south(b), 1, true);
    set_cfg(b, 0, 0x56, 1, 0x9a); /* B to 10 while it is asserted */
    ck_assert_uint_eq(irr2(b), 0x04);
    set_cfg(b, 0, 0x56, 1, 0x90); /* off */
    ck_assert_uint_eq(irr2(b), 0);
    set_cfg(b, 0, 0x56, 1, 0x92); /* 2 does not exist */
    outb(b, 0x20, 0x0a);
    ck_assert_uint_eq(inb(b, 0x20), 0);
    board_free(b);
}
END_TEST

START_TEST(superio_is_locked_and_moves_ports)
{
    struct board *b = board_new();
    ck_assert_uint_eq(inb(b, 0x2fd) & 0x60, 0x60); /* the UART, empty */
    ck_assert_uint_eq(inb(b, 0x3fd), 0xff);
    outb(b, 0x3f0, 0xf0);
    ck_assert_uint_ne(inb(b, 0x3f1), 0x3c);
    set_cfg(b, 0, 0x50, 1, 0x06);
    outb(b, 0x3f0, 0xf0);
    ck_assert_uint_eq(inb(b, 0x3f1), 0x3c);
    outb(b, 0x3f1, 0x00); /* read-only */
    ck_assert_uint_eq(inb(b, 0x3f1), 0x3c);
    outb(b, 0x3f0, 0xf4), outb(b, 0x3f1, 0xfe);
    ck_assert_uint_eq(inb(b, 0x3fd) & 0x60, 0x60);
    ck_assert_uint_eq(inb(b, 0x2fd), 0xff);
    outb(b, 0x3f0, 0xf2), outb(b, 0x3f1, 0xff);
    ck_assert_uint_eq(inb(b, 0x3f1), 0x17);
    outb(b, 0x3f1, 0x03);
    ck_assert_uint_eq(inb(b, 0x3fd), 0xff);
    board_free(b);
}
END_TEST

START_TEST(parallel_port_leaves_vga_alone)
{
    struct board *b = board_new();
    outb(b, 0x3bc, 0xa5);
    ck_assert_uint_eq(inb(b, 0x3bc), 0xa5);
    outb(b, 0x3c0, 0x12);
    ck_assert_uint_eq(inb(b, 0x3c0), 0xff);
    board_free(b);
}
END_TEST

START_TEST(soft_off_in_every_width)
{
    for (unsigned width = 1; width <= 4; width *= 2) {
        struct board *b = board_new();
        if (width == 1) outb(b, 0xf05, 0x28);
        if (width == 2) outw_le(b, PORTS + 0xf04, 0x2800);
        if (width == 4) outl_le(b, PORTS + 0xf04, 0x00002800);
        ck_assert_int_eq(b->m->request, MACHINE_POWEROFF);
        ck_assert_int_eq(machine_run(b->m, 1000), MACHINE_POWEROFF);
        board_free(b);
    }
    struct board *b = board_new();
    outb(b, 0xf04, 0x28); /* the low byte is not it */
    outw_le(b, PORTS + 0xf04, 0x0800); /* nor is the type without the enable */
    ck_assert_int_eq(b->m->request, MACHINE_RUNNING);
    board_free(b);
}
END_TEST

START_TEST(pm_timer_and_sci)
{
    struct board *b = board_new();
    uint32_t t = inl_le(b, PORTS + 0xf08);
    board_advance(b, 1000000000);
    uint32_t ticks = (inl_le(b, PORTS + 0xf08) - t) & 0xffffff;
    ck_assert_uint_ge(ticks, 3579540);
    ck_assert_uint_le(ticks, 3579550);
    outw_le(b, PORTS + 0xf00, 1);
    outw_le(b, PORTS + 0xf02, 1);
    outw_le(b, PORTS + 0xf04, 1); /* SCI rather than SMI */
    board_advance(b, 2500000000u); /* bit 23 changes every 2.34 s */
    ck_assert_uint_eq(inw_le(b, PORTS + 0xf00) & 1, 1);
    outb(b, 0x20, 0x0a);
    ck_assert_uint_eq(inb(b, 0x20) & 0x20, 0x20); /* SCI is IRQ 5 */
    outw_le(b, PORTS + 0xf00, 1);
    ck_assert_uint_eq(inb(b, 0x20) & 0x20, 0);
    set_cfg(b, 4, 0x41, 1, 0x00);
    ck_assert_uint_eq(inb(b, 0xf04), 0xff);
    board_free(b);
}
END_TEST

static int smbus(struct board *b, uint8_t address, uint8_t control, uint8_t command)
{
    outb(b, 0xd00, 0x1e);
    outb(b, 0xd03, command);
    outb(b, 0xd04, address);
    outb(b, 0xd02, control | 0x40);
    uint8_t status = inb(b, 0xd00);
    ck_assert_uint_eq(status & 1, 0);
    return status & 0x02 ? inb(b, 0xd05) : -1;
}

START_TEST(spd_eeprom_describes_the_ram)
{
    struct board *b = board_new();
    uint8_t spd[SPD_LEN];
    unsigned sum = 0;
    set_cfg(b, 4, 0xd2, 1, 0x01);
    for (unsigned i = 0; i < SPD_LEN; i++) {
        int v = smbus(b, 0xaf, 0x08, (uint8_t)i);
        ck_assert_int_ge(v, 0);
        spd[i] = (uint8_t)v;
    }
    for (unsigned i = 0; i < 63; i++) sum += spd[i];
    ck_assert_uint_eq(spd[63], sum & 0xff);
    ck_assert_uint_eq(spd[2], 7);
    ck_assert_uint_eq(spd[21] & 0x20, 0x20);
    ck_assert_uint_eq((UINT64_C(32) << (spd[3] + spd[4])) * spd[5], 64u << 20);
    ck_assert_int_eq(smbus(b, 0xa1, 0x08, 2), -1); /* nobody at 50 */
    ck_assert_uint_eq(inb(b, 0xd00) & 0x04, 0x04);
    ck_assert_int_eq(smbus(b, 0xaf, 0x0c, 2), 7); /* word */
    ck_assert_uint_eq(inb(b, 0xd06), spd[3]);
    ck_assert_int_ge(smbus(b, 0xae, 0x04, 3), 0); /* set the pointer, then read byte by byte */
    ck_assert_int_eq(smbus(b, 0xaf, 0x04, 0), spd[3]);
    ck_assert_int_eq(smbus(b, 0xaf, 0x04, 0), spd[4]);
    board_free(b);
}
END_TEST

START_TEST(spd_of_every_size)
{
    for (uint64_t mib = 32; mib <= 2048; mib *= 2) {
        uint8_t spd[SPD_LEN];
        spd_make(spd, mib << 20);
        ck_assert_uint_eq((UINT64_C(32) << (spd[3] + spd[4])) * spd[5], mib << 20);
        spd_make(spd, (mib << 20) + 4096); /* the next one down */
        ck_assert_uint_eq((UINT64_C(32) << (spd[3] + spd[4])) * spd[5], mib << 20);
    }
}
END_TEST

START_TEST(uhci_runs_and_resets)
{
    struct board *b = board_new();
    set_cfg(b, 2, 0x20, 4, 0x1000);
    paddr_t io = PORTS + 0x1000;
    ck_assert_uint_eq(inw_le(b, io + 2), 0x20);
    ck_assert_uint_eq(inw_le(b, io + 0x10), 0x80);
    ck_assert_uint_eq(inw_le(b, io + 0x12), 0x80);
    ck_assert_uint_eq(inw_le(b, io + 0x14), 0); /* drivers count ports by bit 7 */
    ck_assert_uint_eq(bus_read(b->m->bus, io + 0x0c, 1), 64);
    outw_le(b, io, 1);
    ck_assert_uint_eq(inw_le(b, io + 2), 0);
    board_advance(b, 100 * 1000000 + 1000);
    ck_assert_uint_eq(inw_le(b, io + 6), 100);
    outw_le(b, io + 6, 5); /* not while running */
    ck_assert_uint_eq(inw_le(b, io + 6), 100);
    board_advance(b, UINT64_C(2000) * 1000000);
    ck_assert_uint_eq(inw_le(b, io + 6), 2100 & 0x7ff);
    outw_le(b, io, 0);
    ck_assert_uint_eq(inw_le(b, io + 2), 0x20);
    board_advance(b, 5000000);
    ck_assert_uint_eq(inw_le(b, io + 6), 2100 & 0x7ff);
    outl_le(b, io + 8, 0x12345678);
    ck_assert_uint_eq(inl_le(b, io + 8), 0x12345000);
    outw_le(b, io + 0x10, 0x0204); /* reset, enable: nothing is plugged in */
    ck_assert_uint_eq(inw_le(b, io + 0x10), 0x0280);
    outw_le(b, io, 2); /* HCRESET */
    ck_assert_uint_eq(inw_le(b, io), 0);
    ck_assert_uint_eq(inl_le(b, io + 8), 0);
    set_cfg(b, 2, 0xc0, 2, 0x8f00);
    ck_assert_uint_eq(cfg(b, 2, 0xc0, 2), 0);
    board_free(b);
}
END_TEST

static uint16_t codec(struct board *b, paddr_t io, unsigned reg)
{
    outl_le(b, io + 0x80, 1u << 25 | 1u << 23 | reg << 16);
    uint32_t v = inl_le(b, io + 0x80);
    ck_assert_uint_eq(v & 0x03000000, 0x02000000);
    return (uint16_t)v;
}

START_TEST(codec_registers)
{
    struct board *b = board_new();
    set_cfg(b, 5, 0x10, 4, 0x1100);
    set_cfg(b, 5, PCI_COMMAND, 2, 1);
    paddr_t io = PORTS + 0x1100;
    ck_assert_uint_eq(cfg(b, 5, 0x40, 1) & 1, 1);
    ck_assert_uint_eq(codec(b, io, 0x7c), 0x8384);
    ck_assert_uint_eq(codec(b, io, 0x7e), 0x7666);
    ck_assert_uint_eq(codec(b, io, 0x00), 0x6a90);
    outl_le(b, io + 0x80, 1u << 25 | 0x2c0000u | 8000);
    ck_assert_uint_eq(codec(b, io, 0x2c), 48000); /* variable rate is off */
    outl_le(b, io + 0x80, 0x2a0001u);
    outl_le(b, io + 0x80, 0x2c0000u | 0);
    ck_assert_uint_eq(codec(b, io, 0x2c), 4000); /* rule R32 */
    outl_le(b, io + 0x80, 1u << 30 | 1u << 23 | 0x7c0000u); /* no second codec */
    ck_assert_uint_eq(inl_le(b, io + 0x80) & 1u << 25, 0);
    board_free(b);
}
END_TEST

static void table(struct board *b, uint32_t at, uint32_t addr, uint32_t len)
{
    uint8_t e[8];
    put_le32(e, addr), put_le32(e + 4, len);
    ck_assert_int_eq(bus_ram_write(b->m->bus, at, e, 8), 0);
}

START_TEST(playback_takes_its_time_and_interrupts)
{
    struct board *b = board_new();
    set_cfg(b, 5, 0x10, 4, 0x1100);
    set_cfg(b, 5, PCI_COMMAND, 2, 1); /* bus mastering off, as the firmware leaves it */
    paddr_t io = PORTS + 0x1100;
    table(b, 0x10000, 0x20000, 19200 | 1u << 30); /* 100 ms each at 48 kHz stereo 16 bit */
    table(b, 0x10008, 0x30000, 19200 | 1u << 31);
    outl_le(b, io + 4, 0x10000);
    bus_write(b->m->bus, io + 2, 1, 0xb3); /* auto, 16 bit, stereo, both interrupts */
    bus_write(b->m->bus, io + 1, 1, 0x80);
    ck_assert_uint_eq(inl_le(b, io + 4), 0x10008); /* names the entry after the current one */
    board_advance(b, 50000000);
    ck_assert_uint_eq(inl_le(b, io + 0xc), 9600);
    ck_assert_uint_eq(irr2(b) & 2, 0);
    board_advance(b, 51000000);
    ck_assert_uint_eq(bus_read(b->m->bus, io, 1), 0x81);
    ck_assert_uint_eq(inl_le(b, io + 0x84), 0x1001);
    ck_assert_uint_eq(irr2(b) & 2, 2); /* by Interrupt Line 9 */
    bus_write(b->m->bus, io, 1, 0x01);
    ck_assert_uint_eq(irr2(b) & 2, 0);
    board_advance(b, 101000000);
    ck_assert_uint_eq(bus_read(b->m->bus, io, 1), 0x82); /* end of list, and round again */
    ck_assert_uint_eq(inl_le(b, io + 4), 0x10008);
    set_cfg(b, 5, PCI_INT_LINE, 1, 10); /* moves with the register */
    ck_assert_uint_eq(irr2(b) & 6, 4);
    bus_write(b->m->bus, io + 1, 1, 0x40); /* terminate */
    ck_assert_uint_eq(bus_read(b->m->bus, io, 1) & 0x80, 0);
    board_free(b);
}
END_TEST

START_TEST(recording_writes_silence)
{
    struct board *b = board_new();
    uint8_t buf[16], fill[16];
    set_cfg(b, 5, 0x10, 4, 0x1100);
    set_cfg(b, 5, PCI_COMMAND, 2, 1);
    paddr_t io = PORTS + 0x1110;
    memset(fill, 0xaa, sizeof fill);
    ck_assert_int_eq(bus_ram_write(b->m->bus, 0x20000, fill, 16), 0);
    table(b, 0x10000, 0x20000, 8 | 1u << 31);
    outl_le(b, io + 4, 0x10000);
    bus_write(b->m->bus, io + 1, 1, 0x80);
    board_advance(b, 10000000);
    ck_assert_int_eq(bus_ram_read(b->m->bus, 0x20000, buf, 16), 0);
    ck_assert_uint_eq(buf[7], 0);
    ck_assert_uint_eq(buf[8], 0xaa);
    ck_assert_uint_eq(bus_read(b->m->bus, io, 1), 0x02);
    board_free(b);
}
END_TEST

START_TEST(hostile_sound_tables)
{
    static const uint32_t at[] = {0x10000, 0xfffffff8, 0xf1000000, 0x03fffffc};
    struct board *b = board_new();
    set_cfg(b, 5, 0x10, 4, 0x1100);
    set_cfg(b, 5, PCI_COMMAND, 2, 1);
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
        paddr_t io = PORTS + 0x1100 + 0x10 * (i & 1);
        if (i == 0) table(b, at[i], 0x20000, 1u << 31); /* empty entry, for ever */
        outl_le(b, io + 4, at[i]);
        bus_write(b->m->bus, io + 2, 1, 0x83);
        bus_write(b->m->bus, io + 1, 1, 0x80);
        board_advance(b, 100000000);
    }
    table(b, 0x10000, 0xf1000000, 0xffffff); /* records into device registers: nothing happens */
    outl_le(b, PORTS + 0x1114, 0x10000);
    bus_write(b->m->bus, PORTS + 0x1111, 1, 0x40);
    bus_write(b->m->bus, PORTS + 0x1111, 1, 0x80);
    board_advance(b, 100000000);
    ck_assert_uint_eq(inl_le(b, 0xf1000278), 0x000a31fc);
    board_free(b);
}
END_TEST

START_TEST(dma_page_and_address_registers)
{
    struct board *b = board_new();
    outb(b, 0x0c, 0), outb(b, 0x04, 0x34), outb(b, 0x04, 0x12);
    outb(b, 0x0c, 0);
    ck_assert_uint_eq(inb(b, 0x04), 0x34);
    ck_assert_uint_eq(inb(b, 0x04), 0x12);
    outb(b, 0x0d, 0); /* master clear masks all channels */
    ck_assert_uint_eq(inb(b, 0x0f) & 15, 15);
    outb(b, 0xd4, 0x02); /* controller 2, unmask 2 */
    ck_assert_uint_eq(inb(b, 0xde) & 15, 11);
    outb(b, 0x81, 0x77);
    ck_assert_uint_eq(inb(b, 0x81), 0x77);
    board_free(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("vt8231");
    tcase_add_test(tc, functions_are_there);
    tcase_add_test(tc, firmware_state_comes_back_after_a_reset);
    tcase_add_test(tc, pirqs_share_irq_9);
    tcase_add_test(tc, pirqs_follow_their_routing);
    tcase_add_test(tc, superio_is_locked_and_moves_ports);
    tcase_add_test(tc, parallel_port_leaves_vga_alone);
    tcase_add_test(tc, soft_off_in_every_width);
    tcase_add_test(tc, pm_timer_and_sci);
    tcase_add_test(tc, spd_eeprom_describes_the_ram);
    tcase_add_test(tc, spd_of_every_size);
    tcase_add_test(tc, uhci_runs_and_resets);
    tcase_add_test(tc, codec_registers);
    tcase_add_test(tc, playback_takes_its_time_and_interrupts);
    tcase_add_test(tc, recording_writes_silence);
    tcase_add_test(tc, hostile_sound_tables);
    tcase_add_test(tc, dma_page_and_address_registers);
    return board_run("vt8231", tc);
}
