/* machines/pci: configuration masks, BARs, interrupt lines, DMA and the tree nodes. */
#include "board.h"
#include <errno.h>
#include <libfdt.h>
#include "machines/fdtw.h"

struct fixture {
    struct log log;
    struct bus *mem, *io, *ram;
    struct pci_bus *pci;
    struct pci_dev dev, other;
    unsigned lines; /* bit a line */
    uint32_t reg;
};

static void set_line(void *ctx, unsigned n, bool level)
{
    struct fixture *f = ctx;
    f->lines = level ? f->lines | 1u << n : f->lines & ~(1u << n);
}

static uint64_t reg_read(void *ctx, uint64_t off, unsigned size)
{
    (void)size;
    return ((struct fixture *)ctx)->reg + off;
}

static void reg_write(void *ctx, uint64_t off, unsigned size, uint64_t v)
{
    (void)off;
    (void)size;
    ((struct fixture *)ctx)->reg = (uint32_t)v;
}

static const struct mmio_ops ops = {reg_read, reg_write, 4, false, "test"};

static void setup(struct fixture *f)
{
    struct error err = {{0}};
    struct region *r;
    struct irq intx[4];
    memset(f, 0, sizeof *f);
    log_init(&f->log, NULL, 0);
    f->mem = bus_new("mem", 0xff, &f->log);
    f->io = bus_new("io", 0xff, &f->log);
    f->ram = bus_new("ram", 0, &f->log);
    ck_assert_int_eq(bus_add_ram(f->ram, "ram", 0, 65536, RAM_RW, &r, &err), 0);
    for (unsigned n = 0; n < 4; n++) intx[n] = (struct irq){set_line, f, n};
    f->pci = pci_bus_new("pci", f->mem, f->io, f->ram, intx, &f->log);
    ck_assert_int_eq(pci_add(f->pci, &f->dev, PCI_DEVFN(3, 0), 0x1234, 0xabcd, 0x020000, 7, 1,
                             &err), 0);
    pci_add_bar(&f->dev, 0, PCI_BAR_MEM, 0x1000, &ops, f);
    pci_add_bar(&f->dev, 1, PCI_BAR_IO, 0x20, &ops, f);
    pci_add_bar(&f->dev, 6, PCI_BAR_MEM, 0x10000, &ops, f);
    f->reg = 0x55;
}

static void teardown(struct fixture *f)
{
    pci_bus_free(f->pci);
    bus_free(f->mem);
    bus_free(f->io);
    bus_free(f->ram);
}

static uint32_t rd(struct fixture *f, unsigned reg, unsigned size)
{
    return pci_cfg_read(f->pci, 0, PCI_DEVFN(3, 0), reg, size);
}

static void wr(struct fixture *f, unsigned reg, unsigned size, uint32_t v)
{
    pci_cfg_write(f->pci, 0, PCI_DEVFN(3, 0), reg, size, v);
}

START_TEST(ids_and_widths)
{
    struct fixture f;
    setup(&f);
    ck_assert_uint_eq(rd(&f, 0, 4), 0xabcd1234);
    ck_assert_uint_eq(rd(&f, 2, 2), 0xabcd);
    ck_assert_uint_eq(rd(&f, 8, 4), 0x02000007);
    ck_assert_uint_eq(rd(&f, 0x0b, 1), 0x02);
    wr(&f, 0, 4, 0);
    ck_assert_uint_eq(rd(&f, 0, 4), 0xabcd1234);
    teardown(&f);
}
END_TEST

START_TEST(nobody_there)
{
    struct fixture f;
    setup(&f);
    ck_assert_uint_eq(pci_cfg_read(f.pci, 0, PCI_DEVFN(4, 0), 0, 2), 0xffff);
    ck_assert_uint_eq(pci_cfg_read(f.pci, 1, PCI_DEVFN(3, 0), 0, 4), 0xffffffff);
    pci_cfg_write(f.pci, 0, PCI_DEVFN(4, 0), 4, 4, 7);
    /* across the end of the space and of a dword: cut, not crashed */
    (void)rd(&f, 0xff, 4);
    wr(&f, 0xfe, 4, 0xffffffff);
    (void)pci_cfg_read(f.pci, 0, 1000, 300, 4);
    teardown(&f);
}
END_TEST

START_TEST(bars_are_sized_and_moved)
{
    struct fixture f;
    setup(&f);
    wr(&f, 0x10, 4, 0xffffffff);
    ck_assert_uint_eq(rd(&f, 0x10, 4), 0xfffff000);
    wr(&f, 0x14, 4, 0xffffffff);
    ck_assert_uint_eq(rd(&f, 0x14, 4), 0xffffffe1);
    wr(&f, 0x30, 4, 0xffffffff);
    ck_assert_uint_eq(rd(&f, 0x30, 4), 0xffff0001);
    ck_assert_uint_eq(rd(&f, 0x18, 4), 0);
    wr(&f, 0x10, 4, 0x80002000);
    wr(&f, 0x14, 4, 0x1000);
    ck_assert_uint_eq(bus_read(f.mem, 0x80002000, 4), 0xffffffff); /* not enabled yet */
    wr(&f, PCI_COMMAND, 2, PCI_CMD_IO);
    ck_assert_uint_eq(bus_read(f.mem, 0x80002000, 4), 0xffffffff);
    ck_assert_uint_eq(swap32((uint32_t)bus_read(f.io, 0x1004, 4)), 0x59);
    wr(&f, PCI_COMMAND, 2, PCI_CMD_MEM);
    ck_assert_uint_eq(swap32((uint32_t)bus_read(f.mem, 0x80002000, 4)), 0x55);
    ck_assert_uint_eq(bus_read(f.io, 0x1004, 4), 0xffffffff);
    wr(&f, 0x11, 1, 0x30); /* a byte of the address alone */
    ck_assert_uint_eq(swap32((uint32_t)bus_read(f.mem, 0x80003000, 4)), 0x55);
    teardown(&f);
}
END_TEST

START_TEST(io_bar_at_zero_hides_nothing)
{
    struct fixture f;
    setup(&f);
    wr(&f, PCI_COMMAND, 2, 7);
    ck_assert_uint_eq(bus_read(f.io, 0, 4), 0xffffffff);
    wr(&f, 0x14, 4, 0xffffffff); /* while being sized */
    ck_assert_uint_eq(bus_read(f.io, 0xffe0, 4), 0xffffffff);
    teardown(&f);
}
END_TEST

START_TEST(rom_needs_its_enable_bit)
{
    struct fixture f;
    setup(&f);
    wr(&f, PCI_COMMAND, 2, PCI_CMD_MEM);
    wr(&f, 0x30, 4, 0x80100000);
    ck_assert_uint_eq(bus_read(f.mem, 0x80100000, 4), 0xffffffff);
    wr(&f, 0x30, 4, 0x80100001);
    ck_assert_uint_eq(swap32((uint32_t)bus_read(f.mem, 0x80100000, 4)), 0x55);
    teardown(&f);
}
END_TEST

START_TEST(status_errors_clear_by_ones)
{
    struct fixture f;
    uint8_t byte;
    setup(&f);
    ck_assert_int_eq(pci_dma_read_any(&f.dev, 0x20000, &byte, 1), -EFAULT);
    ck_assert_uint_eq(rd(&f, PCI_STATUS, 2) & 0x2000, 0x2000);
    wr(&f, PCI_STATUS, 2, 0x1000);
    ck_assert_uint_eq(rd(&f, PCI_STATUS, 2) & 0x2000, 0x2000);
    wr(&f, PCI_STATUS, 2, 0x2000);
    ck_assert_uint_eq(rd(&f, PCI_STATUS, 2) & 0x2000, 0);
    teardown(&f);
}
END_TEST

START_TEST(dma_needs_bus_mastering_and_ram)
{
    struct fixture f;
    uint8_t b[4] = {1, 2, 3, 4}, c[4] = {0};
    setup(&f);
    ck_assert_int_eq(pci_dma_write(&f.dev, 0x100, b, 4), -EFAULT);
    ck_assert_int_eq(pci_dma_write_any(&f.dev, 0x100, b, 4), 0);
    wr(&f, PCI_COMMAND, 2, PCI_CMD_MASTER);
    ck_assert_int_eq(pci_dma_read(&f.dev, 0x100, c, 4), 0);
    ck_assert_mem_eq(b, c, 4);
    ck_assert_int_eq(pci_dma_read(&f.dev, 0xfffe, c, 4), -EFAULT);
    ck_assert_int_eq(pci_dma_write(&f.dev, 0xfffffffe, c, 4), -EFAULT);
    teardown(&f);
}
END_TEST

START_TEST(lines_swizzle_and_are_shared)
{
    struct fixture f;
    struct error err = {{0}};
    setup(&f);
    ck_assert_int_eq(pci_add(f.pci, &f.other, PCI_DEVFN(7, 0), 1, 2, 0, 0, 1, &err), 0);
    pci_irq(&f.dev, true); /* device 3, INTA -> line 3; device 7 too */
    ck_assert_uint_eq(f.lines, 8);
    pci_irq(&f.other, true);
    pci_irq(&f.dev, true);
    pci_irq(&f.dev, false);
    ck_assert_uint_eq(f.lines, 8);
    pci_reset_dev(&f.other);
    ck_assert_uint_eq(f.lines, 0);
    teardown(&f);
}
END_TEST

START_TEST(reset_clears_what_the_guest_set)
{
    struct fixture f;
    setup(&f);
    wr(&f, PCI_COMMAND, 2, 7);
    wr(&f, 0x10, 4, 0x80000000);
    wr(&f, 0x14, 4, 0x1000);
    wr(&f, PCI_INT_LINE, 1, 9);
    pci_reset_dev(&f.dev);
    ck_assert_uint_eq(rd(&f, PCI_COMMAND, 2), 0);
    ck_assert_uint_eq(rd(&f, 0x10, 4), 0);
    ck_assert_uint_eq(rd(&f, 0x14, 4), 1);
    ck_assert_uint_eq(rd(&f, PCI_INT_LINE, 1), 0);
    ck_assert_uint_eq(rd(&f, PCI_INT_PIN, 1), 1);
    ck_assert_uint_eq(bus_read(f.io, 0x1000, 4), 0xffffffff);
    teardown(&f);
}
END_TEST

START_TEST(a_place_is_taken_once)
{
    struct fixture f;
    struct error err = {{0}};
    setup(&f);
    ck_assert_int_eq(pci_add(f.pci, &f.other, PCI_DEVFN(3, 0), 1, 2, 0, 0, 0, &err), -EBUSY);
    memset(&f.other, 0, sizeof f.other);
    ck_assert_int_eq(pci_add(f.pci, &f.other, PCI_DEVFN(3, 5), 1, 2, 0, 0, 0, &err), 0);
    ck_assert_uint_eq(rd(&f, PCI_HEADER_TYPE, 1), 0x80);
    ck_assert_ptr_eq(pci_next(f.pci, NULL), &f.dev);
    ck_assert_ptr_eq(pci_next(f.pci, &f.dev), &f.other);
    ck_assert_ptr_null(pci_next(f.pci, &f.other));
    teardown(&f);
}
END_TEST

START_TEST(tree_node)
{
    static const uint32_t reg[] = {0x1800, 0, 0, 0, 0, 0x02001810, 0, 0, 0, 0x1000,
                                   0x01001814, 0, 0, 0, 0x20, 0x02001830, 0, 0, 0, 0x10000};
    struct fixture f;
    uint8_t fdt[4096];
    struct fdtw w = {.fdt = fdt};
    int len;
    setup(&f);
    pci_set16(&f.dev, PCI_SUBSYS_VENDOR, 0x1111);
    pci_set16(&f.dev, PCI_SUBSYS_ID, 0x2222);
    ck_assert_int_eq(fdt_create(fdt, sizeof fdt), 0);
    ck_assert_int_eq(fdt_finish_reservemap(fdt), 0);
    fdtw_begin(&w, "");
    pci_fdt(f.pci, &w);
    fdtw_end(&w);
    ck_assert_int_eq(w.err, 0);
    ck_assert_int_eq(fdt_finish(fdt), 0);
    int node = fdt_path_offset(fdt, "/ethernet@3");
    ck_assert_int_gt(node, 0);
    const uint32_t *cells = fdt_getprop(fdt, node, "reg", &len);
    ck_assert_int_eq(len, sizeof reg);
    for (unsigned i = 0; i < ARRAY_SIZE(reg); i++) {
        ck_assert_uint_eq(fdt32_to_cpu(cells[i]), reg[i]);
    }
    cells = fdt_getprop(fdt, node, "subsystem-id", &len); /* exchanged on purpose */
    ck_assert_uint_eq(fdt32_to_cpu(*cells), 0x1111);
    cells = fdt_getprop(fdt, node, "class-code", &len);
    ck_assert_uint_eq(fdt32_to_cpu(*cells), 0x020000);
    cells = fdt_getprop(fdt, node, "interrupts", &len);
    ck_assert_uint_eq(fdt32_to_cpu(*cells), 1);
    teardown(&f);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("pci");
    tcase_add_test(tc, ids_and_widths);
    tcase_add_test(tc, nobody_there);
    tcase_add_test(tc, bars_are_sized_and_moved);
    tcase_add_test(tc, io_bar_at_zero_hides_nothing);
    tcase_add_test(tc, rom_needs_its_enable_bit);
    tcase_add_test(tc, status_errors_clear_by_ones);
    tcase_add_test(tc, dma_needs_bus_mastering_and_ram);
    tcase_add_test(tc, lines_swizzle_and_are_shared);
    tcase_add_test(tc, reset_clears_what_the_guest_set);
    tcase_add_test(tc, a_place_is_taken_once);
    tcase_add_test(tc, tree_node);
    return board_run("pci", tc);
}
