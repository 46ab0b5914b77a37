/* machines/dev/mv64361 on a pegasos2: windows, configuration cycles, interrupts, pins, timers. */
#include "board.h"
#include <unistd.h>
#include "cpu/ppc.h"
#include "machines/dev/mv64361.h"

#define MV 0xf1000000u

static uint32_t mv(struct board *b, unsigned off) { return inl_le(b, MV + off); }
static void mv_set(struct board *b, unsigned off, uint32_t v) { outl_le(b, MV + off, v); }

/* The board's own struct begins with the north bridge. */
static struct mv64361 *north(struct board *b) { return *(struct mv64361 **)b->m->board; }

START_TEST(state_that_firmware_leaves)
{
    struct board *b = board_new();
    ck_assert_uint_eq(mv(b, 0x000), 0x028020ff);
    ck_assert_uint_eq(mv(b, 0x278), 0x000a31fc);
    ck_assert_uint_eq(mv(b, 0xf300), 0x11ff0400);
    ck_assert_uint_eq(mv(b, 0xf10c), 0x80000000);
    ck_assert_uint_eq(mv(b, 0x01c), 0x08000000);
    ck_assert_uint_eq(mv(b, 0x048), 0x0100f800);
    ck_assert_uint_eq(mv(b, 0x0a0), 0x01008000);
    ck_assert_uint_eq(mv(b, 0x010), (64 << 4) - 1);
    board_free(b);
}
END_TEST

START_TEST(registers_have_byte_lanes)
{
    struct board *b = board_new();
    ck_assert_uint_eq(bus_read(b->m->bus, MV + 0x278, 1), 0xfc);
    ck_assert_uint_eq(bus_read(b->m->bus, MV + 0x27a, 1), 0x0a);
    ck_assert_uint_eq(inw_le(b, MV + 0x278), 0x31fc);
    bus_write(b->m->bus, MV + 0xf10d, 1, 0x5a);
    ck_assert_uint_eq(mv(b, 0xf10c), 0x80005a00);
    board_free(b);
}
END_TEST

START_TEST(configuration_cycles)
{
    struct board *b = board_new();
    mv_set(b, 0xc78, 0x80006000); /* PCI1 device 12 function 0 */
    ck_assert_uint_eq(mv(b, 0xc7c), 0x82311106);
    ck_assert_uint_eq(inw_le(b, MV + 0xc7e), 0x8231);
    ck_assert_uint_eq(bus_read(b->m->bus, MV + 0xc7d, 1), 0x11);
    mv_set(b, 0xc78, 0x00006000); /* not enabled */
    ck_assert_uint_eq(mv(b, 0xc7c), 0xffffffff);
    mv_set(b, 0xcf8, 0x80000000); /* PCI0: the host bridge */
    ck_assert_uint_eq(mv(b, 0xcfc), 0x646011ab);
    mv_set(b, 0xcf8, 0x80006000); /* no south bridge there */
    ck_assert_uint_eq(mv(b, 0xcfc), 0xffffffff);
    mv_set(b, 0xc78, 0x8000603c);
    bus_write(b->m->bus, MV + 0xc7c, 1, 0x77); /* one lane: Interrupt Line */
    ck_assert_uint_eq(mv(b, 0xc7c) & 0xffff, 0x0077);
    mv_set(b, 0xc78, 0x80016000); /* bus 1 */
    ck_assert_uint_eq(mv(b, 0xc7c), 0xffffffff);
    mv_set(b, 0x1d94, 0x000100ff); /* now the bus calls itself 1 */
    ck_assert_uint_eq(mv(b, 0xc7c), 0x82311106);
    board_free(b);
}
END_TEST

START_TEST(host_bridge_survives_sizing)
{
    struct board *b = board_new();
    for (unsigned reg = 0x10; reg < 0x28; reg += 4) {
        mv_set(b, 0xc78, 0x80000000 | reg);
        mv_set(b, 0xc7c, 0xffffffff);
        ck_assert_uint_eq(mv(b, 0xc7c), 0);
    }
    board_free(b);
}
END_TEST

START_TEST(io_and_memory_windows)
{
    struct board *b = board_new();
    struct bus *mem = pci_bus_mem(b->m->pci[0]);
    struct region *r;
    struct error err = {{0}};
    ck_assert_int_eq(bus_add_ram(mem, "card", 0x000a0000, 0x1000, RAM_RW, &r, &err), 0);
    bus_write(b->m->bus, 0xfd0a0000, 4, 0x11223344); /* mem1: PCI memory 0 */
    ck_assert_uint_eq(bus_read(b->m->bus, 0xfd0a0000, 4), 0x11223344);
    ck_assert_uint_eq(region_ram(r)[0], 0x11);
    mv_set(b, 0x278, mv(b, 0x278) | 1 << 16); /* window off */
    ck_assert_uint_ne(bus_read(b->m->bus, 0xfd0a0000, 4), 0x11223344);
    mv_set(b, 0x278, mv(b, 0x278) & ~(1u << 16));
    mv_set(b, 0x118, 0x000a); /* remap: window start -> PCI a0000 */
    ck_assert_uint_eq(bus_read(b->m->bus, 0xfd000000, 4), 0x11223344);
    mv_set(b, 0x0b0, 0x0100fc00); /* moving the base resets the remap register */
    ck_assert_uint_eq(mv(b, 0x118), 0xfc00);
    mv_set(b, 0x000, mv(b, 0x000) | 1 << 27);
    mv_set(b, 0x118, 0);
    mv_set(b, 0x0b0, 0x0100fd00); /* with bit 27 it does not */
    ck_assert_uint_eq(mv(b, 0x118), 0);
    ck_assert_uint_eq(bus_read(b->m->bus, 0xfd0a0000, 4), 0x11223344);
    mv_set(b, 0x0b8, 0x0009); /* 640 KiB: ends below a0000 */
    ck_assert_uint_ne(bus_read(b->m->bus, 0xfd0a0000, 4), 0x11223344);
    ck_assert_uint_eq(inb(b, 0x21), 0xfb); /* the I/O window: PIC mask */
    board_free(b);
}
END_TEST

START_TEST(sram_appears_when_enabled)
{
    struct board *b = board_new();
    uint64_t len;
    bool writable;
    uint8_t *state;
    ck_assert_ptr_null(bus_ram(b->m->bus, 0xf2000000, &len, &writable, &state));
    mv_set(b, 0x268, 0x0100f200);
    mv_set(b, 0x278, mv(b, 0x278) & ~(1u << 19));
    ck_assert_ptr_nonnull(bus_ram(b->m->bus, 0xf2000000, &len, &writable, &state));
    bus_write(b->m->bus, 0xf203fffc, 4, 0xcafef00d);
    ck_assert_uint_eq(bus_read(b->m->bus, 0xf203fffc, 4), 0xcafef00d);
    machine_reset(b->m);
    ck_assert_ptr_null(bus_ram(b->m->bus, 0xf2000000, &len, &writable, &state));
    board_free(b);
}
END_TEST

START_TEST(register_block_moves)
{
    struct board *b = board_new();
    mv_set(b, 0x068, 0x0100f300);
    ck_assert_uint_eq(inl_le(b, 0xf3000278), 0x000a31fc);
    ck_assert_uint_ne(mv(b, 0x278), 0x000a31fc);
    machine_reset(b->m);
    ck_assert_uint_eq(mv(b, 0x278), 0x000a31fc);
    board_free(b);
}
END_TEST

START_TEST(pins_in_level_mode_follow)
{
    struct board *b = board_new();
    mv64361_gpp_set(north(b), 12, true);
    ck_assert_uint_eq(mv(b, 0xf104) & 0x1000, 0x1000);
    ck_assert_uint_eq(mv(b, 0xf108) & 0x1000, 0x1000);
    ck_assert_uint_eq(mv(b, 0x00c), 0); /* masked */
    mv_set(b, 0xf10c, 0x80001000);
    ck_assert_uint_eq(mv(b, 0x00c), 1 << (57 - 32));
    mv_set(b, 0xf108, 0); /* writing cannot clear it */
    ck_assert_uint_eq(mv(b, 0x00c), 1 << (57 - 32));
    mv64361_gpp_set(north(b), 12, false);
    ck_assert_uint_eq(mv(b, 0x00c), 0);
    mv_set(b, 0xf110, 0x1000); /* inverted */
    ck_assert_uint_eq(mv(b, 0x00c), 1 << (57 - 32));
    mv_set(b, 0xf114, 0x1000);
    ck_assert_uint_eq(mv(b, 0x004), 1 << 25);
    board_free(b);
}
END_TEST

START_TEST(pins_in_edge_mode_latch)
{
    struct board *b = board_new();
    mv_set(b, 0xf300, 0x11ff0000);
    mv_set(b, 0xf10c, 0xffffffff);
    mv64361_gpp_set(north(b), 3, true);
    mv64361_gpp_set(north(b), 3, false);
    ck_assert_uint_eq(mv(b, 0xf108) & 8, 8);
    ck_assert_uint_eq(mv(b, 0x00c), 1 << (56 - 32));
    mv_set(b, 0xf108, 0xfffffff7); /* zeros clear */
    ck_assert_uint_eq(mv(b, 0x00c), 0);
    mv64361_gpp_set(north(b), 3, true);
    bus_write(b->m->bus, MV + 0xf109, 1, 0x00); /* another byte: bit 3 stays */
    ck_assert_uint_eq(mv(b, 0xf108) & 8, 8);
    bus_write(b->m->bus, MV + 0xf108, 1, 0x00);
    ck_assert_uint_eq(mv(b, 0xf108) & 8, 0); /* still high: no new edge */
    board_free(b);
}
END_TEST

START_TEST(output_pins)
{
    struct board *b = board_new();
    mv_set(b, 0xf100, 0x00800000);
    mv_set(b, 0xf118, 0x00800000);
    ck_assert_uint_eq(mv(b, 0xf104) & 0x00800000, 0x00800000);
    mv_set(b, 0xf11c, 0x00800000);
    ck_assert_uint_eq(mv(b, 0xf104) & 0x00800000, 0);
    board_free(b);
}
END_TEST

START_TEST(select_cause_prefers_the_low_word)
{
    struct board *b = board_new();
    mv_set(b, 0xf10c, 0x80000000), mv_set(b, 0xf114, 0x1000);
    mv_set(b, 0x014, 0xffffffff), mv_set(b, 0x01c, 0xffffffff);
    mv_set(b, 0xf110, 0x80000000); /* INTR is low: now active */
    ck_assert_uint_eq(mv(b, 0x024), 1u << 30 | 1 << 27);
    mv64361_gpp_set(north(b), 12, true);
    ck_assert_uint_eq(mv(b, 0x024), 1u << 31 | 1 << 25);
    board_free(b);
}
END_TEST

START_TEST(interrupt_reaches_the_cpu)
{
    struct board *b = board_new();
    outb(b, 0x21, 0xfa); /* IRQ 0 */
    outb(b, 0x43, 0x30), outb(b, 0x40, 100), outb(b, 0x40, 0);
    ppc_set_msr(b->m->cpu, 0x8000); /* EE */
    ck_assert(!ppc_wakes(b->m->cpu));
    board_advance(b, 1000000);
    ck_assert_uint_eq(mv(b, 0x00c), 1 << 27);
    ck_assert(ppc_wakes(b->m->cpu));
    ck_assert_uint_eq(bus_read(b->m->bus, MV + 0xcb5, 1), 0); /* wrong lane: no cycle */
    ck_assert_uint_eq(mv(b, 0x00c), 1 << 27);
    ck_assert_uint_eq(bus_read(b->m->bus, MV + 0xcb4, 1), 0);
    ck_assert_uint_eq(mv(b, 0x00c), 0);
    ck_assert(!ppc_wakes(b->m->cpu));
    ck_assert_uint_eq(bus_read(b->m->bus, MV + 0xcb4, 1), 7); /* nothing pending: spurious */
    board_free(b);
}
END_TEST

START_TEST(timers_count)
{
    struct board *b = board_new();
    mv_set(b, 0x86c, 0xf), mv_set(b, 0x014, 0xf00);
    mv_set(b, 0x850, 133333);  /* 1 ms */
    mv_set(b, 0x854, 1333333); /* 10 ms, once */
    mv_set(b, 0x864, 0x0103);
    board_advance(b, 500000);
    ck_assert_uint_le(mv(b, 0x850), 66700);
    ck_assert_uint_ge(mv(b, 0x850), 66600);
    ck_assert_uint_eq(mv(b, 0x868), 0);
    board_advance(b, 600000);
    ck_assert_uint_eq(mv(b, 0x868), 1);
    ck_assert_uint_eq(mv(b, 0x004), 0x100);
    mv_set(b, 0x868, 0);
    ck_assert_uint_eq(mv(b, 0x004), 0);
    board_advance(b, 1000000);
    ck_assert_uint_eq(mv(b, 0x868), 1); /* periodic */
    board_advance(b, 9000000);
    ck_assert_uint_eq(mv(b, 0x868), 3);
    ck_assert_uint_eq(mv(b, 0x854), 0);
    mv_set(b, 0x868, 0), mv_set(b, 0x864, 0);
    uint32_t left = mv(b, 0x850);
    board_advance(b, 50000000);
    ck_assert_uint_eq(mv(b, 0x868), 0);
    ck_assert_uint_eq(mv(b, 0x850), left);
    mv_set(b, 0x850, 1), mv_set(b, 0x864, 3); /* shortest period: no flood */
    board_advance(b, 1000000);
    ck_assert_uint_eq(mv(b, 0x868), 1);
    board_free(b);
}
END_TEST

START_TEST(doorbells_and_semaphores)
{
    struct board *b = board_new();
    mv_set(b, 0x234, 0x3);
    mv_set(b, 0x214, 0x2);
    ck_assert_uint_eq(mv(b, 0x00c), 1 << 28);
    mv_set(b, 0x21c, 0x2);
    ck_assert_uint_eq(mv(b, 0x00c), 0);
    ck_assert_uint_eq(mv(b, 0x244), 0xff); /* free: taken now */
    ck_assert_uint_eq(mv(b, 0x244), 0);
    mv_set(b, 0x244, 0xff);
    ck_assert_uint_eq(mv(b, 0x244), 0xff);
    board_free(b);
}
END_TEST

START_TEST(phy_reads_are_valid_and_empty)
{
    struct board *b = board_new();
    for (uint32_t phy = 0; phy < 32; phy++) {
        mv_set(b, 0x2004, 1u << 26 | phy << 16 | 2 << 21);
        ck_assert_uint_eq(mv(b, 0x2004) & 0x1800ffff, 0x0800ffff);
    }
    mv_set(b, 0x2848, 0x01); /* queue commands: disable wins */
    ck_assert_uint_eq(mv(b, 0x2848), 1);
    mv_set(b, 0x2848, 0x100);
    ck_assert_uint_eq(mv(b, 0x2848), 0);
    ck_assert_uint_eq(mv(b, 0x2844) & 2, 0); /* link down */
    board_free(b);
}
END_TEST

START_TEST(i2c_never_hangs)
{
    struct board *b = board_new();
    ck_assert_uint_eq(mv(b, 0xc00c), 0xf8);
    mv_set(b, 0xc008, 0xe4); /* enable, start */
    ck_assert_uint_eq(mv(b, 0xc00c), 0x08);
    ck_assert_uint_eq(mv(b, 0xc008) & 0x28, 0x08);
    ck_assert_uint_eq(mv(b, 0x00c), 1 << 5);
    mv_set(b, 0xc004, 0xae);
    mv_set(b, 0xc008, 0xc4); /* clear the flag: address goes out */
    ck_assert_uint_eq(mv(b, 0xc00c), 0x20);
    mv_set(b, 0xc008, 0xd4); /* stop */
    ck_assert_uint_eq(mv(b, 0xc00c), 0xf8);
    ck_assert_uint_eq(mv(b, 0xc008) & 0x18, 0);
    board_free(b);
}
END_TEST

START_TEST(silicon_state_with_a_rom)
{
    char name[] = "/tmp/ppcemu-rom-XXXXXX";
    uint8_t rom[0x80000] = {0};
    struct config cfg = {.machine = "pegasos2", .ram_size = 64u << 20, .icount = true,
                         .portable = true, .bios = name, .log_to = stderr};
    struct board b = {.cfg = cfg};
    struct error err = {{0}};
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    put_be32(rom + 0x100, 0x48000000); /* b . */
    ck_assert_int_eq(write(fd, rom, sizeof rom), sizeof rom);
    close(fd);
    ck_assert_msg(machine_new(&b.cfg, &b.m, &err) == 0, "%s", err.text);
    remove(name);
    ck_assert_uint_eq(mv(&b, 0x000), 0x028000ff);
    ck_assert_uint_eq(mv(&b, 0x278), 0x000fbfff);
    ck_assert_uint_eq(mv(&b, 0xf300), 0x11ff0000);
    ck_assert_uint_eq(ppc_pc(b.m->cpu), 0xfff00100);
    ck_assert_uint_eq(bus_read(b.m->bus, 0xfff00100, 4), 0x48000000);
    ck_assert_uint_eq(bus_read(b.m->bus, 0xfff80100, 4), 0x48000000);
    ck_assert_ptr_null(b.m->firmware);
    ck_assert_uint_eq(inb(&b, 0x21), 0xff); /* only the PCI1 I/O window is open */
    machine_free(b.m);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("mv64361");
    tcase_add_test(tc, state_that_firmware_leaves);
    tcase_add_test(tc, registers_have_byte_lanes);
    tcase_add_test(tc, configuration_cycles);
    tcase_add_test(tc, host_bridge_survives_sizing);
    tcase_add_test(tc, io_and_memory_windows);
    tcase_add_test(tc, sram_appears_when_enabled);
    tcase_add_test(tc, register_block_moves);
    tcase_add_test(tc, pins_in_level_mode_follow);
    tcase_add_test(tc, pins_in_edge_mode_latch);
    tcase_add_test(tc, output_pins);
    tcase_add_test(tc, select_cause_prefers_the_low_word);
    tcase_add_test(tc, interrupt_reaches_the_cpu);
    tcase_add_test(tc, timers_count);
    tcase_add_test(tc, doorbells_and_semaphores);
    tcase_add_test(tc, phy_reads_are_valid_and_empty);
    tcase_add_test(tc, i2c_never_hangs);
    tcase_add_test(tc, silicon_state_with_a_rom);
    return board_run("mv64361", tc);
}
