/* machines/dev/i8259: every ICW and OCW, edge and level, cascade, spurious vectors. */
#include "board.h"
#include "machines/dev/i8259.h"

struct fixture {
    struct board *b;
    struct bus *io;
    struct i8259 *pic;
    bool intr;
};

static void set_intr(void *ctx, unsigned n, bool level)
{
    (void)n;
    ((struct fixture *)ctx)->intr = level;
}

static void setup(struct fixture *f)
{
    struct error err = {{0}};
    *f = (struct fixture){.b = board_new()};
    f->io = bus_new("io", 0xff, &f->b->m->log);
    f->pic = i8259_new(f->b->m, "pic", f->io, (struct irq){set_intr, f, 0}, &err);
    ck_assert_ptr_nonnull(f->pic);
    machine_reset(f->b->m);
}

static void teardown(struct fixture *f)
{
    struct bus *io = f->io;
    board_free(f->b);
    bus_free(io);
}

static void out(struct fixture *f, unsigned port, uint8_t v) { bus_write(f->io, port, 1, v); }
static uint8_t in(struct fixture *f, unsigned port) { return (uint8_t)bus_read(f->io, port, 1); }

/* ICW1 and ICW4 as given, bases 20 and 28, nothing masked. */
static void program(struct fixture *f, uint8_t icw1, uint8_t icw4)
{
    out(f, 0x20, icw1), out(f, 0x21, 0x20), out(f, 0x21, 0x04), out(f, 0x21, icw4);
    out(f, 0xa0, icw1), out(f, 0xa1, 0x28), out(f, 0xa1, 0x02), out(f, 0xa1, icw4);
    out(f, 0x21, 0x00), out(f, 0xa1, 0x00);
}

static uint8_t irr(struct fixture *f, unsigned port)
{
    out(f, port, 0x0a);
    return in(f, port);
}

static uint8_t isr(struct fixture *f, unsigned port)
{
    out(f, port, 0x0b);
    return in(f, port);
}

START_TEST(masked_after_reset)
{
    struct fixture f;
    setup(&f);
    i8259_set(f.pic, 1, true);
    ck_assert(!f.intr);
    ck_assert_uint_eq(in(&f, 0x21), 0xff);
    ck_assert_uint_eq(in(&f, 0xa1), 0xff);
    teardown(&f);
}
END_TEST

START_TEST(edge_needs_a_new_edge_after_eoi)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    i8259_set(f.pic, 3, true);
    ck_assert(f.intr);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x23);
    ck_assert(!f.intr);
    ck_assert_uint_eq(isr(&f, 0x20), 0x08);
    out(&f, 0x20, 0x20);
    ck_assert(!f.intr); /* still high, but no edge */
    i8259_set(f.pic, 3, false);
    i8259_set(f.pic, 3, true);
    ck_assert(f.intr);
    teardown(&f);
}
END_TEST

START_TEST(request_that_goes_away_is_spurious)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    i8259_set(f.pic, 3, true);
    i8259_set(f.pic, 3, false);
    ck_assert(!f.intr);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x27);
    ck_assert_uint_eq(isr(&f, 0x20), 0x00); /* how guests tell it from a real IRQ 7 */
    teardown(&f);
}
END_TEST

START_TEST(elcr_makes_a_line_level)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    out(&f, 0x4d0, 0xff);
    out(&f, 0x4d1, 0xff);
    ck_assert_uint_eq(in(&f, 0x4d0), 0xf8); /* 0-2 are edge for ever */
    ck_assert_uint_eq(in(&f, 0x4d1), 0xde); /* and 8, 13 */
    i8259_set(f.pic, 9, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x29);
    out(&f, 0xa0, 0x20), out(&f, 0x20, 0x20);
    ck_assert(f.intr); /* still asserted: again */
    i8259_set(f.pic, 9, false);
    ck_assert(!f.intr);
    teardown(&f);
}
END_TEST

START_TEST(ltim_overrides_elcr)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x19, 0x01);
    i8259_set(f.pic, 1, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x21);
    out(&f, 0x20, 0x61); /* specific EOI */
    ck_assert(f.intr);
    ck_assert_uint_eq(irr(&f, 0x20), 0x02);
    i8259_set(f.pic, 1, false);
    ck_assert(!f.intr);
    teardown(&f);
}
END_TEST

START_TEST(priorities_nest)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    i8259_set(f.pic, 5, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x25);
    i8259_set(f.pic, 6, true);
    ck_assert(!f.intr);
    i8259_set(f.pic, 1, true);
    ck_assert(f.intr);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x21);
    out(&f, 0x20, 0x20); /* ends 1, the highest */
    ck_assert_uint_eq(isr(&f, 0x20), 0x20);
    ck_assert(!f.intr);
    out(&f, 0x20, 0x20);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x26);
    teardown(&f);
}
END_TEST

START_TEST(cascade_of_two_slave_lines)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    i8259_set(f.pic, 14, true);
    i8259_set(f.pic, 12, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x2c);
    ck_assert_uint_eq(isr(&f, 0x20), 0x04);
    out(&f, 0xa0, 0x20), out(&f, 0x20, 0x20);
    ck_assert(f.intr); /* the second one must not be lost at the master's edge input */
    ck_assert_uint_eq(i8259_ack(f.pic), 0x2e);
    teardown(&f);
}
END_TEST

START_TEST(automatic_eoi)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x03);
    i8259_set(f.pic, 4, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x24);
    ck_assert_uint_eq(isr(&f, 0x20), 0x00);
    i8259_set(f.pic, 4, false);
    out(&f, 0x20, 0x80); /* rotate in automatic EOI: 4 becomes the lowest */
    i8259_set(f.pic, 4, true);
    i8259_ack(f.pic);
    i8259_set(f.pic, 4, false);
    i8259_set(f.pic, 3, true), i8259_set(f.pic, 4, true), i8259_set(f.pic, 5, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x25);
    teardown(&f);
}
END_TEST

START_TEST(rotation)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    out(&f, 0x20, 0xc4); /* set priority: 4 lowest, 5 highest */
    i8259_set(f.pic, 1, true), i8259_set(f.pic, 5, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x25);
    out(&f, 0x20, 0xa0); /* rotate on non-specific EOI */
    i8259_set(f.pic, 5, false), i8259_set(f.pic, 5, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x21);
    out(&f, 0x20, 0xe1); /* rotate on specific EOI of 1 */
    ck_assert_uint_eq(i8259_ack(f.pic), 0x25);
    teardown(&f);
}
END_TEST

START_TEST(special_mask_lets_lower_ones_in)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    i8259_set(f.pic, 1, true);
    i8259_ack(f.pic);
    i8259_set(f.pic, 6, true);
    ck_assert(!f.intr);
    out(&f, 0x21, 0x02);
    out(&f, 0x20, 0x68); /* special mask mode on */
    ck_assert(f.intr);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x26);
    out(&f, 0x20, 0x48); /* off */
    out(&f, 0x20, 0x66);
    ck_assert_uint_eq(isr(&f, 0x20), 0x02);
    teardown(&f);
}
END_TEST

START_TEST(poll_acknowledges)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    out(&f, 0x20, 0x0c);
    ck_assert_uint_eq(in(&f, 0x20) & 0x80, 0);
    i8259_set(f.pic, 6, true);
    out(&f, 0x20, 0x0c);
    ck_assert_uint_eq(in(&f, 0x20), 0x86);
    ck_assert(!f.intr);
    ck_assert_uint_eq(isr(&f, 0x20), 0x40);
    teardown(&f);
}
END_TEST

START_TEST(spurious_at_the_slave)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    i8259_set(f.pic, 10, true);
    out(&f, 0xa1, 0x04); /* masked between request and acknowledge */
    ck_assert(!f.intr);
    ck_assert_uint_eq(i8259_ack(f.pic), 0x27);
    teardown(&f);
}
END_TEST

START_TEST(icw1_forgets_edges_and_masks)
{
    struct fixture f;
    setup(&f);
    program(&f, 0x11, 0x01);
    out(&f, 0x21, 0xff);
    i8259_set(f.pic, 5, true);
    program(&f, 0x11, 0x01);
    ck_assert(!f.intr);
    ck_assert_uint_eq(irr(&f, 0x20), 0x00);
    /* without ICW4: straight to OCW1 after ICW3 */
    out(&f, 0x20, 0x10), out(&f, 0x21, 0x40), out(&f, 0x21, 0x04), out(&f, 0x21, 0xa5);
    ck_assert_uint_eq(in(&f, 0x21), 0xa5);
    /* single: no ICW3 either */
    out(&f, 0x20, 0x12), out(&f, 0x21, 0x40), out(&f, 0x21, 0x5a);
    ck_assert_uint_eq(in(&f, 0x21), 0x5a);
    teardown(&f);
}
END_TEST

START_TEST(firmware_state)
{
    struct fixture f;
    setup(&f);
    i8259_firmware_setup(f.pic, 0x0200);
    ck_assert_uint_eq(in(&f, 0x21), 0xfb);
    ck_assert_uint_eq(in(&f, 0xa1), 0xff);
    ck_assert_uint_eq(in(&f, 0x4d1), 0x02);
    out(&f, 0xa1, 0xbf);
    i8259_set(f.pic, 14, true);
    ck_assert_uint_eq(i8259_ack(f.pic), 14);
    teardown(&f);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("i8259");
    tcase_add_test(tc, masked_after_reset);
    tcase_add_test(tc, edge_needs_a_new_edge_after_eoi);
    tcase_add_test(tc, request_that_goes_away_is_spurious);
    tcase_add_test(tc, elcr_makes_a_line_level);
    tcase_add_test(tc, ltim_overrides_elcr);
    tcase_add_test(tc, priorities_nest);
    tcase_add_test(tc, cascade_of_two_slave_lines);
    tcase_add_test(tc, automatic_eoi);
    tcase_add_test(tc, rotation);
    tcase_add_test(tc, special_mask_lets_lower_ones_in);
    tcase_add_test(tc, poll_acknowledges);
    tcase_add_test(tc, spurious_at_the_slave);
    tcase_add_test(tc, icw1_forgets_edges_and_masks);
    tcase_add_test(tc, firmware_state);
    return board_run("i8259", tc);
}
