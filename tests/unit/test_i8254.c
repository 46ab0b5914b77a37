/* machines/dev/i8254: the six modes, latches, read-back, BCD, gate and interrupt. */
#include "board.h"
#include "machines/dev/i8254.h"

struct fixture {
    struct board *b;
    struct bus *io;
    struct i8254 *pit;
    unsigned rises;
    bool level;
};

static void set_irq(void *ctx, unsigned n, bool level)
{
    struct fixture *f = ctx;
    (void)n;
    f->rises += level && !f->level;
    f->level = level;
}

static void setup(struct fixture *f)
{
    struct error err = {{0}};
    *f = (struct fixture){.b = board_new()};
    f->io = bus_new("io", 0xff, &f->b->m->log);
    f->pit = i8254_new(f->b->m, "pit", f->io, (struct irq){set_irq, f, 0}, &err);
    ck_assert_ptr_nonnull(f->pit);
    machine_reset(f->b->m);
    f->rises = 0;
}

static void teardown(struct fixture *f)
{
    struct bus *io = f->io;
    board_free(f->b);
    bus_free(io);
}

static void out(struct fixture *f, unsigned port, uint8_t v) { bus_write(f->io, port, 1, v); }
static uint8_t in(struct fixture *f, unsigned port) { return (uint8_t)bus_read(f->io, port, 1); }

static void ticks(struct fixture *f, uint64_t n) { board_advance(f->b, ticks_to_ns(n, PIT_HZ)); }

static void start(struct fixture *f, unsigned n, unsigned mode, uint16_t count)
{
    out(f, 0x43, (uint8_t)(n << 6 | 0x30 | mode << 1));
    out(f, 0x40 + n, (uint8_t)count);
    out(f, 0x40 + n, (uint8_t)(count >> 8));
}

static uint16_t latched(struct fixture *f, unsigned n)
{
    out(f, 0x43, (uint8_t)(n << 6));
    uint8_t low = in(f, 0x40 + n);
    return (uint16_t)(low | in(f, 0x40 + n) << 8);
}

static bool out2(struct fixture *f) { return in(f, 0x61) & 0x20; }

START_TEST(mode_0_counts_down_once)
{
    struct fixture f;
    setup(&f);
    start(&f, 0, 0, 1000);
    ck_assert(!f.level);
    ticks(&f, 400);
    ck_assert_uint_eq(latched(&f, 0), 600);
    ticks(&f, 601);
    ck_assert(f.level);
    ck_assert_uint_eq(f.rises, 1);
    ticks(&f, 200000);
    ck_assert_uint_eq(f.rises, 1);
    ck_assert_uint_gt(latched(&f, 0), 1000); /* wrapped and counting on */
    teardown(&f);
}
END_TEST

START_TEST(mode_1_is_started_by_the_gate)
{
    struct fixture f;
    setup(&f);
    start(&f, 2, 1, 100);
    ck_assert(out2(&f));
    ticks(&f, 500);
    ck_assert(out2(&f));
    out(&f, 0x61, 1);
    ck_assert(!out2(&f));
    ticks(&f, 60);
    out(&f, 0x61, 0), out(&f, 0x61, 1); /* retrigger */
    ticks(&f, 60);
    ck_assert(!out2(&f));
    ticks(&f, 41);
    ck_assert(out2(&f));
    teardown(&f);
}
END_TEST

START_TEST(mode_2_repeats)
{
    struct fixture f;
    setup(&f);
    start(&f, 0, 2, 11932); /* 100 Hz */
    f.rises = 0;
    board_advance(f.b, 1000000000);
    ck_assert_uint_ge(f.rises, 99);
    ck_assert_uint_le(f.rises, 100);
    teardown(&f);
}
END_TEST

START_TEST(mode_2_new_count_waits_for_the_end_of_the_period)
{
    struct fixture f;
    setup(&f);
    start(&f, 0, 2, 1000);
    ticks(&f, 2500);
    out(&f, 0x40, 0xd0), out(&f, 0x40, 0x07); /* 2000 */
    ck_assert_uint_le(latched(&f, 0), 501);
    ck_assert_uint_ge(latched(&f, 0), 498);
    f.rises = 0;
    ticks(&f, 502);
    ck_assert_uint_eq(f.rises, 1);
    ck_assert_uint_ge(latched(&f, 0), 1990);
    ticks(&f, 1900);
    ck_assert_uint_eq(f.rises, 1);
    ticks(&f, 110);
    ck_assert_uint_eq(f.rises, 2);
    teardown(&f);
}
END_TEST

START_TEST(mode_3_is_a_square_wave)
{
    struct fixture f;
    setup(&f);
    out(&f, 0x61, 1);
    start(&f, 2, 3, 1000);
    ck_assert(out2(&f));
    ticks(&f, 505);
    ck_assert(!out2(&f));
    ticks(&f, 500);
    ck_assert(out2(&f));
    ck_assert_uint_eq(latched(&f, 2) & 1, 0);
    teardown(&f);
}
END_TEST

START_TEST(mode_4_strobes_once)
{
    struct fixture f;
    setup(&f);
    start(&f, 0, 4, 500);
    ck_assert(f.level);
    f.rises = 0;
    ticks(&f, 510);
    ck_assert_uint_eq(f.rises, 1);
    ticks(&f, 100000);
    ck_assert_uint_eq(f.rises, 1);
    teardown(&f);
}
END_TEST

START_TEST(mode_5_strobes_after_the_gate)
{
    struct fixture f;
    setup(&f);
    start(&f, 2, 5, 100);
    ticks(&f, 200);
    ck_assert(out2(&f));
    out(&f, 0x61, 1);
    ck_assert(out2(&f));
    ck_assert_uint_ge(latched(&f, 2), 99);
    ticks(&f, 50);
    ck_assert_uint_ge(latched(&f, 2), 49);
    ck_assert_uint_le(latched(&f, 2), 51);
    teardown(&f);
}
END_TEST

START_TEST(gate_of_counter_2_stops_it)
{
    struct fixture f;
    setup(&f);
    out(&f, 0x61, 1);
    start(&f, 2, 0, 1000);
    ticks(&f, 100);
    out(&f, 0x61, 0);
    uint16_t held = latched(&f, 2);
    ticks(&f, 5000);
    ck_assert_uint_eq(latched(&f, 2), held);
    ck_assert(!out2(&f));
    out(&f, 0x61, 1);
    ticks(&f, 901);
    ck_assert(out2(&f));
    teardown(&f);
}
END_TEST

START_TEST(read_back_gives_status_then_count)
{
    struct fixture f;
    setup(&f);
    start(&f, 0, 2, 0x1234);
    out(&f, 0x43, 0xc2); /* both, counter 0 */
    ck_assert_uint_eq(in(&f, 0x40), 0x80 | 0x30 | 2 << 1);
    uint8_t low = in(&f, 0x40);
    uint16_t v = (uint16_t)(low | in(&f, 0x40) << 8);
    ck_assert_uint_le(v, 0x1234);
    ck_assert_uint_ge(v, 0x1230);
    out(&f, 0x43, 0x34); /* control word alone: null count */
    out(&f, 0x43, 0xe2);
    ck_assert_uint_eq(in(&f, 0x40) & 0x40, 0x40);
    teardown(&f);
}
END_TEST

START_TEST(latch_holds_until_read)
{
    struct fixture f;
    setup(&f);
    start(&f, 0, 2, 0x8000);
    out(&f, 0x43, 0x00);
    ticks(&f, 1000);
    out(&f, 0x43, 0x00); /* ignored */
    uint8_t low = in(&f, 0x40);
    uint16_t v = (uint16_t)(low | in(&f, 0x40) << 8);
    ck_assert_uint_ge(v, 0x7ff0);
    teardown(&f);
}
END_TEST

START_TEST(bcd_counts_decimally)
{
    struct fixture f;
    setup(&f);
    out(&f, 0x43, 0x31);
    out(&f, 0x40, 0x00), out(&f, 0x40, 0x10); /* 1000 */
    ticks(&f, 1);
    ck_assert_uint_eq(latched(&f, 0), 0x0999);
    ticks(&f, 899);
    ck_assert_uint_eq(latched(&f, 0), 0x0100);
    teardown(&f);
}
END_TEST

START_TEST(one_byte_accesses)
{
    struct fixture f;
    setup(&f);
    out(&f, 0x43, 0x10), out(&f, 0x40, 200); /* low byte only */
    ticks(&f, 100);
    ck_assert_uint_eq(in(&f, 0x40), 100);
    out(&f, 0x43, 0x20), out(&f, 0x40, 2); /* high byte only: 512 */
    ticks(&f, 100);
    ck_assert_uint_eq(in(&f, 0x40), 1);
    teardown(&f);
}
END_TEST

START_TEST(shortest_period_does_not_flood)
{
    struct fixture f;
    setup(&f);
    for (unsigned mode = 0; mode < 6; mode++) {
        start(&f, 0, mode, 1);
        f.rises = 0;
        board_advance(f.b, 10000000);
        ck_assert_uint_le(f.rises, 501); /* 20 us apart at least */
        (void)latched(&f, 0); /* no division by zero for any of them */
    }
    teardown(&f);
}
END_TEST

START_TEST(port_61_keeps_its_writable_bits)
{
    struct fixture f;
    setup(&f);
    out(&f, 0x61, 0xff);
    ck_assert_uint_eq(in(&f, 0x61) & 0xcf, 0x0f);
    bool seen[2] = {false, false};
    for (unsigned i = 0; i < 10; i++) {
        seen[in(&f, 0x61) >> 4 & 1] = true;
        board_advance(f.b, 16000);
    }
    ck_assert(seen[0] && seen[1]);
    teardown(&f);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("i8254");
    tcase_add_test(tc, mode_0_counts_down_once);
    tcase_add_test(tc, mode_1_is_started_by_the_gate);
    tcase_add_test(tc, mode_2_repeats);
    tcase_add_test(tc, mode_2_new_count_waits_for_the_end_of_the_period);
    tcase_add_test(tc, mode_3_is_a_square_wave);
    tcase_add_test(tc, mode_4_strobes_once);
    tcase_add_test(tc, mode_5_strobes_after_the_gate);
    tcase_add_test(tc, gate_of_counter_2_stops_it);
    tcase_add_test(tc, read_back_gives_status_then_count);
    tcase_add_test(tc, latch_holds_until_read);
    tcase_add_test(tc, bcd_counts_decimally);
    tcase_add_test(tc, one_byte_accesses);
    tcase_add_test(tc, shortest_period_does_not_flood);
    tcase_add_test(tc, port_61_keeps_its_writable_bits);
    return board_run("i8254", tc);
}
