/*
 * The graphics card (machines/dev/bochs_display.c), conversion of its pixels, dirty rows through the
 * bus, and the firmware's console on it. Run it under the sanitizers to get the random test's worth.
 */
#include "board.h"
#include "cpu/ppc.h"
#include "firmware/font.h"
#include "machines/dev/bochs_display.h"
#include "machines/dev/edid.h"
#include "machines/display.h"

#define VRAM 0x80000000u
#define MMIO 0x81000000u

enum { ID, XRES, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET, MEMORY };

static struct board *board;

static void setup(void) { board = board_with_screen(true); }
static void teardown(void) { board_free(board); }

/* Registers are little-endian; the bus speaks as a big-endian CPU does. */
static void vbe(unsigned index, uint16_t v) { bus_write(board->m->bus, MMIO + 0x500 + 2 * index, 2, swap16(v)); }
static uint16_t vbe_get(unsigned index)
{
    return swap16((uint16_t)bus_read(board->m->bus, MMIO + 0x500 + 2 * index, 2));
}

static void byte_order(bool big)
{
    bus_write(board->m->bus, MMIO + 0x604, 4, big ? 0xbebebebe : 0x1e1e1e1e);
}

static void mode(unsigned w, unsigned h, unsigned bpp)
{
    vbe(ENABLE, 0);
    vbe(XRES, (uint16_t)w);
    vbe(YRES, (uint16_t)h);
    vbe(BPP, (uint16_t)bpp);
    vbe(ENABLE, 0x41);
}

static struct surface surface(void)
{
    struct surface s;
    board->m->display->ops->surface(board->m->display, &s);
    return s;
}

static uint32_t pixel(unsigned x, unsigned y)
{
    struct surface s = surface();
    static uint32_t row[DISPLAY_MAX_WIDTH];
    display_convert(&s, y, 1, row, DISPLAY_MAX_WIDTH);
    return row[x];
}

START_TEST(identity)
{
    struct pci_bus *p = board->m->pci[0];
    ck_assert_uint_eq(pci_cfg_read(p, 0, PCI_DEVFN(1, 0), 0, 4), 0x11111234);
    ck_assert_uint_eq(pci_cfg_read(p, 0, PCI_DEVFN(1, 0), 8, 4) >> 8, 0x030000);
    ck_assert_uint_eq(pci_cfg_read(p, 0, PCI_DEVFN(1, 0), 0x10, 4), VRAM | 8);
    ck_assert_uint_eq(vbe_get(ID), 0xb0c5);
    ck_assert_uint_eq(vbe_get(MEMORY), BOCHS_VRAM_SIZE >> 16);
    ck_assert_uint_eq(bus_read(board->m->bus, MMIO + 0x600, 4), swap32(8));
    ck_assert_uint_eq(bus_read(board->m->bus, MMIO + 0x604, 4), 0xbebebebe);
}
END_TEST

START_TEST(edid)
{
    uint8_t e[EDID_SIZE], sum = 0;
    for (unsigned i = 0; i < EDID_SIZE; i++) {
        e[i] = (uint8_t)bus_read(board->m->bus, MMIO + i, 1);
        sum = (uint8_t)(sum + e[i]);
    }
    ck_assert_uint_eq(sum, 0);
    ck_assert_uint_eq(get_be64(e), 0x00ffffffffffff00);
    ck_assert_uint_eq(get_be16(e + 8), 0x4203); /* PPC: 16, 16, 3 */
    ck_assert_uint_eq(e[54 + 2] | (e[54 + 4] & 0xf0) << 4, 1024);
    ck_assert_uint_eq(e[54 + 5] | (e[54 + 7] & 0xf0) << 4, 768);
}
END_TEST

START_TEST(modes)
{
    static const struct {
        unsigned bpp, bytes;
        bool big;
        uint32_t value, rgb; /* stored as a number of that many bytes, most significant first */
    } t[] = {
        {32, 4, true, 0x00123456, 0x123456}, {32, 4, false, 0x56341200, 0x123456},
        {24, 3, true, 0x123456, 0x123456},   {24, 3, false, 0x563412, 0x123456},
        {16, 2, true, 0xf81f, 0xff00ff},     {16, 2, false, 0xe007, 0x00ff00},
        {15, 2, true, 0x7c00, 0xff0000},     {15, 2, false, 0x1f00, 0x0000ff},
    };
    for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
        byte_order(t[i].big);
        mode(640, 480, t[i].bpp);
        struct surface s = surface();
        ck_assert_uint_eq(s.width, 640);
        ck_assert_uint_eq(s.height, 480);
        ck_assert_uint_eq(s.pitch, 640 * t[i].bytes);
        for (unsigned k = 0; k < t[i].bytes; k++) {
            bus_write(board->m->bus, VRAM + 7 * s.pitch + 5 * t[i].bytes + k, 1,
                      t[i].value >> 8 * (t[i].bytes - 1 - k));
        }
        ck_assert_msg(pixel(5, 7) == t[i].rgb, "%zu: %06x", i, pixel(5, 7));
        ck_assert_uint_eq(pixel(4, 7), 0);
        ck_assert_uint_eq(pixel(6, 7), 0);
    }
}
END_TEST

START_TEST(palette)
{
    mode(320, 200, 8);
    outb(board, 0x3c8, 17);
    outb(board, 0x3c9, 63);
    outb(board, 0x3c9, 32);
    outb(board, 0x3c9, 0);
    bus_write(board->m->bus, VRAM, 1, 17);
    ck_assert_uint_eq(pixel(0, 0), 0xff8200);
    outb(board, 0x3c7, 17);
    ck_assert_uint_eq(inb(board, 0x3c9), 63);
    ck_assert_uint_eq(inb(board, 0x3c9), 32);
    ck_assert_uint_eq(inb(board, 0x3c9), 0);
    vbe(ENABLE, 0x61); /* eight bits a colour */
    bus_write(board->m->bus, MMIO + 0x408, 1, 17);
    for (unsigned k = 1; k < 4; k++) bus_write(board->m->bus, MMIO + 0x409, 1, 0x41 * k);
    ck_assert_uint_eq(pixel(0, 0), 0x4182c3);
}
END_TEST

START_TEST(panning_and_virtual_size)
{
    mode(640, 480, 32);
    vbe(VIRT_WIDTH, 1024);
    ck_assert_uint_eq(surface().pitch, 4096);
    ck_assert_uint_eq(vbe_get(VIRT_HEIGHT), BOCHS_VRAM_SIZE / 4096);
    vbe(X_OFFSET, 3);
    vbe(Y_OFFSET, 2);
    bus_write(board->m->bus, VRAM + 2 * 4096 + 3 * 4, 4, 0xabcdef);
    ck_assert_uint_eq(pixel(0, 0), 0xabcdef);
    vbe(Y_OFFSET, 4095); /* one row is left */
    ck_assert_uint_eq(surface().height, 1);
    vbe(Y_OFFSET, 65535);
    ck_assert_uint_eq(surface().height, 0);
    vbe(Y_OFFSET, 0);
    ck_assert_uint_eq(surface().height, 480);
    vbe(BPP, 13);
    ck_assert_uint_eq(surface().height, 0);
}
END_TEST

START_TEST(dirty_rows)
{
    static uint8_t rows[DISPLAY_MAX_HEIGHT];
    struct display *d = board->m->display;
    mode(1024, 768, 32); /* a row is a page */
    struct surface s = surface();
    ck_assert(d->ops->take_dirty(d, &s, rows));
    ck_assert(!d->ops->take_dirty(d, &s, rows));
    bus_write(board->m->bus, VRAM + 100 * 4096 + 8, 4, 1);
    bus_write(board->m->bus, VRAM + 767 * 4096 + 4092, 4, 1);
    ck_assert(d->ops->take_dirty(d, &s, rows));
    for (unsigned y = 0; y < 768; y++) ck_assert_uint_eq(rows[y], y == 100 || y == 767);
    bus_write(board->m->bus, VRAM + 768 * 4096, 4, 1); /* below the picture */
    ck_assert(!d->ops->take_dirty(d, &s, rows));
    mode(800, 600, 32);
    ck_assert(!d->ops->take_dirty(d, &s, rows)); /* another picture than the one asked for */
}
END_TEST

/* A store of the CPU's fast path after the bits were cleared must be seen again. */
START_TEST(dirty_after_clean)
{
    static uint8_t rows[DISPLAY_MAX_HEIGHT];
    struct display *d = board->m->display;
    struct ppc_cpu *c = board->m->cpu;
    static const uint32_t code[] = {0x90a30000, 0x4bfffffc}; /* 1: stw r5,0(r3); b 1b */
    mode(1024, 768, 32);
    for (unsigned i = 0; i < 2; i++) bus_write(board->m->bus, 0x1000 + 4 * i, 4, code[i]);
    struct surface s = surface();
    (void)d->ops->take_dirty(d, &s, rows);
    ppc_set_msr(c, 0);
    ppc_set_pc(c, 0x1000);
    ppc_set_gpr(c, 3, VRAM + 9 * 4096);
    ppc_set_gpr(c, 5, 0x778899);
    for (unsigned turn = 0; turn < 3; turn++) {
        ppc_run(c, 100);
        ck_assert(d->ops->take_dirty(d, &s, rows));
        ck_assert_uint_eq(rows[9], 1);
        ck_assert_uint_eq(rows[10], 0);
    }
    ck_assert(!d->ops->take_dirty(d, &s, rows));
    ck_assert_uint_eq(pixel(0, 9), 0x778899);
}
END_TEST

START_TEST(firmware_text)
{
    /* machine_new has run the firmware, which stands at its prompt. */
    struct surface s = surface();
    ck_assert_uint_eq(s.width, 800);
    ck_assert_uint_eq(s.height, 600);
    unsigned lit = 0;
    for (unsigned y = 0; y < 600; y++)
        for (unsigned x = 0; x < 800; x++) lit += pixel(x, y) != 0;
    ck_assert_uint_gt(lit, 500);
    /* Every ASCII character but the blank has a shape of its own. */
    for (unsigned a = 33; a < 127; a++) {
        for (unsigned b = a + 1; b < 128; b++) {
            unsigned same = 0;
            for (unsigned r = 0; r < FONT_HEIGHT; r++) same += font_row(a, r) == font_row(b, r);
            ck_assert_msg(same < FONT_HEIGHT, "%c and %c look alike", a, b);
        }
    }
}
END_TEST

START_TEST(random_writes)
{
    static uint8_t rows[DISPLAY_MAX_HEIGHT];
    static uint32_t out[DISPLAY_MAX_WIDTH];
    struct display *d = board->m->display;
    uint32_t seed = 12345;
    unsigned writes = 0;
    for (unsigned n = 0; writes < 100000; n++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t r = seed >> 8, v = seed * 2654435761u;
        unsigned size = 1u << (r & 3) % 3;
        writes += (r >> 2 & 7) != 1 && (r >> 2 & 7) != 4;
        switch (r >> 2 & 7) {
        case 0: bus_write(board->m->bus, MMIO + (v >> 20), size, seed); break;
        case 1: (void)bus_read(board->m->bus, MMIO + (v >> 20), size); break;
        case 2: bus_write(board->m->bus, 0xfe0001ce + (v >> 30), size, seed); break;
        case 3: bus_write(board->m->bus, 0xfe0003c0 + (v >> 27), size, seed); break;
        case 4: (void)bus_read(board->m->bus, 0xfe0003c0 + (v >> 27), size); break;
        case 5: vbe(1 + (v >> 16) % 9, (uint16_t)(v & 0x10 ? v & 0xfff : v >> 3)); break;
        case 6: vbe(BPP, (uint16_t[]){8, 15, 16, 24, 32, 4, 0, 31}[v & 7]); break;
        default: vbe(ENABLE, v >> 8 & 0xff); break;
        }
        if (n % 16) continue;
        struct surface s = surface();
        ck_assert_uint_le(s.width, DISPLAY_MAX_WIDTH);
        ck_assert_uint_le(s.height, DISPLAY_MAX_HEIGHT);
        if (!s.height) continue;
        (void)d->ops->take_dirty(d, &s, rows);
        display_convert(&s, 0, 1, out, DISPLAY_MAX_WIDTH);
        display_convert(&s, s.height - 1, 5, out, DISPLAY_MAX_WIDTH);
    }
    machine_reset(board->m);
    ck_assert_uint_eq(surface().width, 800);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("display");
    TCase *t = tcase_create("card");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, identity);
    tcase_add_test(t, edid);
    tcase_add_test(t, modes);
    tcase_add_test(t, palette);
    tcase_add_test(t, panning_and_virtual_size);
    tcase_add_test(t, dirty_rows);
    tcase_add_test(t, dirty_after_clean);
    tcase_add_test(t, firmware_text);
    tcase_add_test(t, random_writes);
    suite_add_tcase(suite, t);
    SRunner *r = srunner_create(suite);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
