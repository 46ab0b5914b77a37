/*
 * Mac-on-Linux calls on a whole Pegasos II.
 */
#include "tests/unit/board.h"

#include <string.h>

#include "cpu/ppc.h"
#include "hcall/providers.h"

#define DATA 0x200000u

static struct board *rig(void)
{
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg.machine = "pegasos2";
    b->cfg.ram_size = 64u << 20;
    b->cfg.icount = b->cfg.portable = true;
    b->cfg.hypercalls = "vof+osi";
    b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    return b;
}

static uint32_t r(struct board *b, unsigned n) { return (uint32_t)ppc_gpr(b->m->cpu, n); }

static int32_t osi(struct board *b, uint32_t msr, uint32_t selector, uint32_t r6, uint32_t r7,
                   uint32_t r8)
{
    const uint32_t in[] = {OSI_MAGIC_1, OSI_MAGIC_2, selector, r6, r7, r8};
    ppc_set_msr(b->m->cpu, msr);
    for (unsigned i = 0; i < ARRAY_SIZE(in); i++) ppc_set_gpr(b->m->cpu, 3 + i, in[i]);
    ck_assert(hcall_sc(b->m->hcall, b->m->cpu, 0));
    return (int32_t)r(b, 3);
}

START_TEST(names)
{
    unsigned known = 0;
    struct board *b = rig();
    for (unsigned i = 0; i < OSI_CALLS; i++) {
        known += osi_names[i] != NULL;
        /* what is there has a name, and CALL_AVAILABLE says what is there */
        bool there = hcall_known(b->m->hcall, HCALL_OSI, i);
        ck_assert(!there || osi_names[i]);
        ck_assert_int_eq(osi(b, 0, 0, i, 0, 0), there);
    }
    ck_assert_uint_eq(known, OSI_CALLS - 20); /* numbers that were never given away */
    ck_assert_int_eq(osi(b, 0, 0, 100, 0, 0), 0);
    board_free(b);
}
END_TEST

START_TEST(time_and_console)
{
    struct board *b = rig();
    uint32_t local = (uint32_t)osi(b, 0, 9, 0, 0, 0), gmt = (uint32_t)osi(b, 0, 7, 0, 0, 0);
    ck_assert_uint_eq(local - gmt, 0x7c25b080);
    ck_assert_int_eq(osi(b, 0, 7, 0, 0, 0), (int32_t)machine_wall_clock(b->m, NULL));
    ck_assert_int_eq(osi(b, 0x4000, 47, 'x', 0, 0), 0); /* user mode may */
    ck_assert_int_eq(osi(b, 0, 97, 'x', 0, 0), 1);
    ck_assert_int_eq(osi(b, 0, 98, 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 0, 93, 1000000, 0, 0), 33333333);
    ck_assert_int_eq(osi(b, 0, 92, 33333333, 0, 0), 1000000);
    ck_assert_int_eq(osi(b, 0, 91, 0, 0, 0), 0x2000);
    osi(b, 0, 54, 0, 0, 0);
    ck_assert_int_eq(b->m->request, MACHINE_POWEROFF);
    board_free(b);
}
END_TEST

START_TEST(pci_configuration)
{
    struct board *b = rig();
    const uint32_t block[] = {0xabcdef09, 2, 2, 12 << 11, 4, 0, 0};
    for (unsigned i = 0; i < ARRAY_SIZE(block); i++)
        bus_write(b->m->bus, DATA + 4 * i, 4, block[i]);
    ck_assert_int_eq(osi(b, 0, 22, DATA, 0, 0), 0);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 20, 4), 0);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 24, 4), 0x82311106);
    bus_write(b->m->bus, DATA + 16, 4, 3); /* a size that is none */
    ck_assert_int_eq(osi(b, 0, 22, DATA, 0, 0), 0);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 20, 4), UINT32_MAX);
    ck_assert_int_eq(osi(b, 0, 22, 0x70000000, 0, 0), -1);
    bus_write(b->m->bus, DATA, 4, 5);
    ck_assert_int_eq(osi(b, 0, 22, DATA, 0, 0), -1);
    board_free(b);
}
END_TEST

static uint8_t sectors[8 * 512];

static int disk_read(struct block *d, uint64_t off, void *to, uint64_t len)
{
    (void)d;
    memcpy(to, sectors + off, len);
    return 0;
}

static int disk_write(struct block *d, uint64_t off, const void *from, uint64_t len)
{
    (void)d;
    memcpy(sectors + off, from, len);
    return 0;
}

START_TEST(disks)
{
    static const struct block_ops ops = {.read = disk_read, .write = disk_write};
    struct block disk = {.ops = &ops, .name = (char *)"test", .size = sizeof sectors, .present = true};
    struct board *b = rig();
    b->cfg.drives[1] = (struct drive){DRIVE_DISK, &disk};
    ck_assert_int_eq(osi(b, 0, 81, 0, 0, 0), 0);
    ck_assert_uint_eq(r(b, 4), 8);
    ck_assert_uint_eq(r(b, 5), 4);
    ck_assert_int_eq(osi(b, 0, 81, 0, 1, 0), -1);
    ck_assert_int_eq(osi(b, 0, 81, 1, 0, 0), -1);
    bus_write(b->m->bus, DATA, 4, 0x61626364);
    ppc_set_gpr(b->m->cpu, 9, DATA);
    ppc_set_gpr(b->m->cpu, 10, 1024);
    ck_assert_int_eq(osi(b, 0, 85, 0, 0, 3), 0);
    ck_assert_mem_eq(sectors + 3 * 512, "abcd", 4);
    ppc_set_gpr(b->m->cpu, 9, DATA + 0x1000);
    ck_assert_int_eq(osi(b, 0, 84, 0, 0, 3), 0);
    ck_assert_uint_eq(bus_read(b->m->bus, DATA + 0x1000, 4), 0x61626364);
    ck_assert_int_eq(osi(b, 0, 84, 0, 0, 7), -1); /* beyond the end */
    ppc_set_gpr(b->m->cpu, 9, 0x70000000);
    ck_assert_int_eq(osi(b, 0, 84, 0, 0, 3), -1);
    ppc_set_gpr(b->m->cpu, 10, UINT32_MAX);
    ck_assert_int_eq(osi(b, 0, 84, 0, 0, 0), -1);
    b->cfg.drives[1] = (struct drive){DRIVE_NONE, NULL};
    board_free(b);
}
END_TEST

START_TEST(no_screen_no_keys)
{
    struct board *b = rig();
    ck_assert_int_eq(osi(b, 0, 32, 0, 0, 0), 1);
    ck_assert_int_eq(osi(b, 0, 28, 1, 0, 0), 1);
    ck_assert_int_eq(osi(b, 0, 29, 1, 0, 0), 1);
    ck_assert_int_eq(osi(b, 0, 59, 0, 0xffffff, 0), -1);
    ck_assert_int_eq(osi(b, 0, 51, 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 0, 26, 0, 0, 0), 0);
    ck_assert_uint_eq(r(b, 4) | r(b, 8), 0);
    board_free(b);
}
END_TEST

START_TEST(screen)
{
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg = (struct config){.machine = "pegasos2", .ram_size = 64u << 20, .icount = true,
                             .portable = true, .hypercalls = "vof+osi", .vga = true};
    b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    ck_assert_ptr_nonnull(b->m->display);
    ck_assert_int_eq(osi(b, 0, 28, 2, 2, 0), 0);
    ck_assert_int_eq(osi(b, 0, 32, 0, 0, 0), 0);
    ck_assert_uint_eq(r(b, 6), 800);
    ck_assert_uint_eq(r(b, 7), 600);
    ck_assert_uint_eq(r(b, 8), 32);
    ck_assert_int_eq(osi(b, 0, 29, 3, 0, 0), 0);
    ck_assert_uint_eq(r(b, 6), 1024u << 16 | 768);
    ck_assert_uint_eq(r(b, 9), 1024u << 16);
    ck_assert_int_eq(osi(b, 0, 59, 5, 0x123456, 0), 0);
    ck_assert_int_eq(osi(b, 0, 64, 5, 0, 0), 0x123456);
    ck_assert_int_eq(osi(b, 0, 59, 256, 0, 0), -1);
    ck_assert_int_eq(osi(b, 0, 28, 9, 0, 0), 1);
    board_free(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("osi");
    tcase_add_test(tc, names);
    tcase_add_test(tc, time_and_console);
    tcase_add_test(tc, pci_configuration);
    tcase_add_test(tc, disks);
    tcase_add_test(tc, no_screen_no_keys);
    tcase_add_test(tc, screen);
    return board_run("osi", tc);
}
