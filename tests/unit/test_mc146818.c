/* machines/dev/mc146818: calendar, formats, setting, update cycle, alarm and interrupts. */
#include <time.h>

#include "fake_machine.h"
#include "machines/dev/mc146818.h"

enum { SEC, SEC_ALARM, MIN, MIN_ALARM, HOUR, HOUR_ALARM, WDAY, DAY, MONTH, YEAR, A, B, C, D };
enum { CENTURY = 0x32 };

#define SECOND 1000000000u

static struct fake *up(void)
{
    struct fake *f = fake_new();
    ck_assert_ptr_nonnull(mc146818_new(&f->m, "rtc", f->io, 0x70, fake_irq(f, 8), NULL));
    fake_reset(f);
    return f;
}

static uint8_t rd(struct fake *f, unsigned reg)
{
    outb(f, 0x70, reg);
    return inb(f, 0x71);
}

static void wr(struct fake *f, unsigned reg, unsigned v)
{
    outb(f, 0x70, reg);
    outb(f, 0x71, v);
}

static unsigned bcd(uint8_t v) { return (v >> 4) * 10u + (v & 15u); }

static void check_time(struct fake *f, int64_t t)
{
    time_t tt = (time_t)t;
    struct tm tm;
    gmtime_r(&tt, &tm);
    ck_assert_uint_eq(bcd(rd(f, SEC)), (unsigned)tm.tm_sec);
    ck_assert_uint_eq(bcd(rd(f, MIN)), (unsigned)tm.tm_min);
    ck_assert_uint_eq(bcd(rd(f, HOUR)), (unsigned)tm.tm_hour);
    ck_assert_uint_eq(bcd(rd(f, WDAY)), (unsigned)tm.tm_wday + 1);
    ck_assert_uint_eq(bcd(rd(f, DAY)), (unsigned)tm.tm_mday);
    ck_assert_uint_eq(bcd(rd(f, MONTH)), (unsigned)tm.tm_mon + 1);
    ck_assert_uint_eq(bcd(rd(f, YEAR)), (unsigned)tm.tm_year % 100);
    ck_assert_uint_eq(bcd(rd(f, CENTURY)), (unsigned)tm.tm_year / 100 + 19);
}

START_TEST(shows_the_wall_clock)
{
    struct fake *f = up();
    uint64_t seed = 9;
    for (unsigned i = 0; i < 20000; i++) { /* 1900 to 2250, against libc's calendar */
        seed = seed * UINT64_C(6364136223846793005) + 1;
        f->wall = (int64_t)(seed >> 20) % INT64_C(11000000000) - INT64_C(2208988800);
        check_time(f, f->wall);
    }
    fake_free(f);
}
END_TEST

START_TEST(advances)
{
    struct fake *f = up();
    f->wall = 951782399; /* 2000-02-28 23:59:59 */
    check_time(f, 951782399);
    fake_advance(f, SECOND);
    check_time(f, 951782400);
    ck_assert_uint_eq(rd(f, DAY), 0x29);
    fake_advance(f, UINT64_C(86400) * SECOND);
    ck_assert_uint_eq(rd(f, MONTH), 3);
    fake_free(f);
}
END_TEST

START_TEST(formats)
{
    struct fake *f = up();
    f->wall = 946684800 + 13 * 3600 + 45 * 60 + 59; /* 2000-01-01 13:45:59 */
    ck_assert_uint_eq(rd(f, HOUR), 0x13);
    wr(f, B, 0x06); /* binary, 24 h */
    ck_assert_uint_eq(rd(f, HOUR), 13);
    ck_assert_uint_eq(rd(f, MIN), 45);
    ck_assert_uint_eq(rd(f, CENTURY), 20);
    wr(f, B, 0x00); /* BCD, 12 h */
    ck_assert_uint_eq(rd(f, HOUR), 0x81);
    wr(f, B, 0x04);
    ck_assert_uint_eq(rd(f, HOUR), 0x81);
    f->wall -= 13 * 3600;
    ck_assert_uint_eq(rd(f, HOUR), 12); /* midnight is 12 AM */
    f->wall += 12 * 3600;
    ck_assert_uint_eq(rd(f, HOUR), 0x8c); /* noon is 12 PM */
    wr(f, B, 0x02);
    ck_assert_uint_eq(rd(f, HOUR), 0x12);
    fake_free(f);
}
END_TEST

START_TEST(setting_with_set)
{
    struct fake *f = up();
    wr(f, B, 0x82);
    uint8_t frozen = rd(f, SEC);
    fake_advance(f, UINT64_C(10) * SECOND);
    ck_assert_uint_eq(rd(f, SEC), frozen);
    wr(f, SEC, 0x30);
    wr(f, MIN, 0x59);
    wr(f, HOUR, 0x23);
    wr(f, DAY, 0x31);
    wr(f, MONTH, 0x12);
    wr(f, YEAR, 0x99);
    wr(f, CENTURY, 0x19);
    ck_assert_uint_eq(rd(f, YEAR), 0x99);
    wr(f, B, 0x02);
    ck_assert_int_eq(machine_wall_clock(&f->m, NULL), 946684770); /* 1999-12-31 23:59:30 */
    fake_advance(f, UINT64_C(30) * SECOND);
    check_time(f, 946684800);
    fake_free(f);
}
END_TEST

START_TEST(setting_on_the_run)
{
    struct fake *f = up();
    f->wall = 946684800;
    wr(f, HOUR, 0x15);
    ck_assert_int_eq(machine_wall_clock(&f->m, NULL), 946684800 + 15 * 3600);
    wr(f, YEAR, 0x24);
    check_time(f, 1704067200 + 15 * 3600);
    fake_free(f);
}
END_TEST

START_TEST(divider_reset_holds_the_clock)
{
    struct fake *f = up();
    wr(f, A, 0x76);
    wr(f, SEC, 0x11);
    fake_advance(f, UINT64_C(5) * SECOND);
    ck_assert_uint_eq(rd(f, SEC), 0x11);
    wr(f, A, 0x26);
    fake_advance(f, SECOND);
    ck_assert_uint_eq(rd(f, SEC), 0x12);
    fake_free(f);
}
END_TEST

START_TEST(update_in_progress)
{
    struct fake *f = up();
    ck_assert_uint_eq(rd(f, A), 0x26);
    fake_advance(f, SECOND - 2228000);
    ck_assert_uint_eq(rd(f, A), 0xa6);
    fake_advance(f, 2227999);
    ck_assert_uint_eq(rd(f, A), 0xa6);
    fake_advance(f, 1);
    ck_assert_uint_eq(rd(f, A), 0x26);
    wr(f, B, 0x82);
    fake_advance(f, SECOND - 1);
    ck_assert_uint_eq(rd(f, A), 0x26); /* never while SET */
    wr(f, A, 0xff);
    ck_assert_uint_eq(rd(f, A) & 0x80, 0); /* read only */
    fake_free(f);
}
END_TEST

START_TEST(update_ended_interrupt)
{
    struct fake *f = up();
    wr(f, B, 0x12);
    ck_assert(!f->line[8]);
    fake_advance(f, SECOND);
    ck_assert(f->line[8]);
    ck_assert_uint_eq(rd(f, C) & 0xb0, 0x90);
    ck_assert(!f->line[8]);
    ck_assert_uint_eq(rd(f, C) & 0x10, 0);
    fake_advance(f, SECOND);
    ck_assert(f->line[8]);
    wr(f, B, 0x92); /* SET clears UIE */
    ck_assert_uint_eq(rd(f, B), 0x82);
    ck_assert(!f->line[8]);
    fake_free(f);
}
END_TEST

START_TEST(flags_without_enables)
{
    struct fake *f = up();
    rd(f, C);
    fake_advance(f, SECOND);
    ck_assert_uint_eq(rd(f, C), 0x50); /* PF and UF, no IRQF */
    ck_assert(!f->line[8]);
    fake_free(f);
}
END_TEST

START_TEST(alarm)
{
    struct fake *f = up();
    f->wall = 946684800;
    wr(f, SEC_ALARM, 0x05);
    wr(f, MIN_ALARM, 0x00);
    wr(f, HOUR_ALARM, 0x00);
    wr(f, B, 0x22);
    fake_advance(f, UINT64_C(4) * SECOND);
    ck_assert(!f->line[8]);
    fake_advance(f, SECOND);
    ck_assert(f->line[8]);
    ck_assert_uint_eq(rd(f, C) & 0xa0, 0xa0);
    fake_advance(f, UINT64_C(60) * SECOND);
    ck_assert(!f->line[8]); /* minute 1 */
    wr(f, MIN_ALARM, 0xff); /* any minute */
    wr(f, HOUR_ALARM, 0xc0);
    fake_advance(f, UINT64_C(60) * SECOND);
    ck_assert(f->line[8]);
    fake_free(f);
}
END_TEST

START_TEST(periodic_rates)
{
    static const struct { uint8_t rate; unsigned hz; } rates[] = {
        {1, 256}, {2, 128}, {3, 8192}, {6, 1024}, {10, 64}, {15, 2}};
    for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
        struct fake *f = up();
        wr(f, A, 0x20 | rates[i].rate);
        wr(f, B, 0x42);
        unsigned n = 0;
        for (unsigned step = 0; step < 16384 * 2; step++) {
            fake_advance(f, SECOND / 16384);
            if (!f->line[8]) continue;
            ck_assert_uint_eq(rd(f, C) & 0xc0, 0xc0);
            n++;
        }
        ck_assert_uint_le(n, 2 * rates[i].hz);
        ck_assert_uint_ge(n, 2 * rates[i].hz - 2);
        wr(f, A, 0x20);
        rd(f, C);
        fake_advance(f, SECOND);
        ck_assert(!f->line[8]);
        fake_free(f);
    }
}
END_TEST

START_TEST(memory_survives_reset)
{
    struct fake *f = up();
    for (unsigned i = 0x0e; i < 0x80; i++) {
        if (i != CENTURY) wr(f, i, i ^ 0x5a);
    }
    wr(f, B, 0x72);
    fake_reset(f);
    ck_assert_uint_eq(rd(f, B), 0x02);
    ck_assert_uint_eq(rd(f, D), 0x80);
    for (unsigned i = 0x0e; i < 0x80; i++) {
        if (i != CENTURY) ck_assert_uint_eq(rd(f, i | 0x80), i ^ 0x5a); /* bit 7 is not ours */
    }
    fake_free(f);
}
END_TEST

START_TEST(host_clock_jumps)
{
    struct fake *f = up();
    wr(f, B, 0x32);
    for (int i = -3; i <= 3; i++) { /* an hour back and forth (rule R30) */
        f->wall += i * 3600;
        fake_advance(f, SECOND);
        check_time(f, machine_wall_clock(&f->m, NULL));
        rd(f, C);
    }
    fake_free(f);
}
END_TEST

START_TEST(survives_anything)
{
    struct fake *f = up();
    uint64_t seed = 3;
    for (unsigned i = 0; i < 300000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 12345;
        uint32_t r = (uint32_t)(seed >> 32);
        if (r & 1) {
            wr(f, r >> 1 & (r & 0x80000000 ? 15 : 127), r >> 8);
        } else {
            rd(f, r >> 1);
        }
        if (!(r >> 20 & 15)) fake_advance(f, r & 0xffffff);
    }
    fake_free(f);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("mc146818");
    tcase_add_test(tc, shows_the_wall_clock);
    tcase_add_test(tc, advances);
    tcase_add_test(tc, formats);
    tcase_add_test(tc, setting_with_set);
    tcase_add_test(tc, setting_on_the_run);
    tcase_add_test(tc, divider_reset_holds_the_clock);
    tcase_add_test(tc, update_in_progress);
    tcase_add_test(tc, update_ended_interrupt);
    tcase_add_test(tc, flags_without_enables);
    tcase_add_test(tc, alarm);
    tcase_add_test(tc, periodic_rates);
    tcase_add_test(tc, memory_survives_reset);
    tcase_add_test(tc, host_clock_jumps);
    tcase_add_test(tc, survives_anything);
    return fake_run("mc146818", tc);
}
