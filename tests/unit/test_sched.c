/* base/sched: order, cancelling, requeueing, and no endless loops; machine clock and requests. */
#include "board.h"

struct fixture {
    struct sched s;
    uint64_t now;
    char seen[32];
    unsigned n, kicks;
};

struct tick {
    struct event e;
    struct fixture *f;
    char name;
    int64_t again; /* ns until it queues itself, -1 never */
};

static uint64_t clock_of(void *ctx) { return ((struct fixture *)ctx)->now; }
static void count_kick(void *ctx) { ((struct fixture *)ctx)->kicks++; }

static void fire(void *ctx)
{
    struct tick *t = ctx;
    if (t->f->n < sizeof t->f->seen - 1) t->f->seen[t->f->n++] = t->name;
    if (t->again >= 0) sched_at(&t->f->s, &t->e, t->f->now + (uint64_t)t->again);
}

static struct tick tick(struct fixture *f, char name, int64_t again)
{
    return (struct tick){.e = {.fn = fire, .name = "tick"}, .f = f, .name = name, .again = again};
}

static void setup(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    sched_init(&f->s, clock_of, f);
    f->s.earlier = count_kick;
    f->s.earlier_ctx = f;
}

START_TEST(runs_in_order_of_time_then_queueing)
{
    struct fixture f;
    setup(&f);
    struct tick a = tick(&f, 'a', -1), b = tick(&f, 'b', -1), c = tick(&f, 'c', -1);
    a.e.ctx = &a, b.e.ctx = &b, c.e.ctx = &c;
    sched_at(&f.s, &b.e, 20);
    sched_at(&f.s, &c.e, 20);
    sched_at(&f.s, &a.e, 10);
    f.now = 9;
    sched_run(&f.s);
    ck_assert_str_eq(f.seen, "");
    f.now = 20;
    sched_run(&f.s);
    ck_assert_str_eq(f.seen, "abc");
    ck_assert(sched_next(&f.s) == SCHED_NEVER);
}
END_TEST

START_TEST(cancel_and_requeue)
{
    struct fixture f;
    setup(&f);
    struct tick a = tick(&f, 'a', -1), b = tick(&f, 'b', -1);
    a.e.ctx = &a, b.e.ctx = &b;
    sched_at(&f.s, &a.e, 5);
    sched_at(&f.s, &b.e, 6);
    sched_at(&f.s, &a.e, 7); /* moves behind b */
    ck_assert_uint_eq(sched_next(&f.s), 6);
    sched_cancel(&f.s, &b.e);
    sched_cancel(&f.s, &b.e);
    f.now = 10;
    sched_run(&f.s);
    ck_assert_str_eq(f.seen, "a");
}
END_TEST

START_TEST(event_for_now_waits_for_the_next_call)
{
    struct fixture f;
    setup(&f);
    struct tick a = tick(&f, 'a', 0);
    a.e.ctx = &a;
    sched_at(&f.s, &a.e, 0);
    sched_run(&f.s);
    sched_run(&f.s);
    ck_assert_str_eq(f.seen, "aa");
}
END_TEST

START_TEST(earlier_is_told_only_for_a_new_first)
{
    struct fixture f;
    setup(&f);
    struct tick a = tick(&f, 'a', -1), b = tick(&f, 'b', -1);
    sched_at(&f.s, &a.e, 10);
    ck_assert_uint_eq(f.kicks, 1);
    sched_at(&f.s, &b.e, 11);
    ck_assert_uint_eq(f.kicks, 1);
    sched_at(&f.s, &b.e, 9);
    ck_assert_uint_eq(f.kicks, 2);
}
END_TEST

START_TEST(ticks_round_trip)
{
    static const uint64_t hz[] = {1193182, 3579545, 33333333, 133333333, 32768};
    for (size_t i = 0; i < ARRAY_SIZE(hz); i++) {
        for (uint64_t t = 1; t < UINT64_C(1) << 40; t = t * 7 + 3) {
            ck_assert_uint_eq(ns_to_ticks(ticks_to_ns(t, hz[i]), hz[i]), t);
        }
    }
}
END_TEST

START_TEST(wall_clock_moves_with_virtual_time)
{
    struct board *b = board_new();
    uint32_t ns;
    machine_set_wall_clock(b->m, 1000000);
    ck_assert_int_eq(machine_wall_clock(b->m, &ns), 1000000);
    ck_assert_uint_eq(ns, 0);
    board_advance(b, 1999999999);
    ck_assert_int_eq(machine_wall_clock(b->m, &ns), 1000001);
    ck_assert_uint_eq(ns, 999999999);
    machine_set_wall_clock(b->m, -5);
    ck_assert_int_eq(machine_wall_clock(b->m, &ns), -5);
    ck_assert_uint_eq(ns, 0);
    board_advance(b, 1);
    ck_assert_int_eq(machine_wall_clock(b->m, &ns), -5);
    ck_assert_uint_eq(ns, 1);
    board_free(b);
}
END_TEST

START_TEST(time_survives_a_reset)
{
    struct board *b = board_new();
    board_advance(b, 12345);
    uint64_t before = sched_now(&b->m->sched);
    machine_reset(b->m);
    ck_assert_uint_ge(sched_now(&b->m->sched), before);
    board_free(b);
}
END_TEST

START_TEST(requests_end_the_run)
{
    struct board *b = board_new();
    machine_request_poweroff(b->m, 7);
    ck_assert_int_eq(machine_run(b->m, 1000), MACHINE_POWEROFF);
    ck_assert_int_eq(b->m->exit_status, 7);
    machine_request_reset(b->m);
    ck_assert_int_eq(machine_run(b->m, 1000), MACHINE_RESET);
    ck_assert_int_eq(b->m->request, MACHINE_RUNNING);
    board_free(b);
}
END_TEST

START_TEST(two_machines_live_together)
{
    struct board *a = board_new(), *b = board_new();
    outb(a, 0x21, 0x5a);
    ck_assert_uint_eq(inb(a, 0x21), 0x5a);
    ck_assert_uint_eq(inb(b, 0x21), 0xfb);
    board_free(a);
    board_free(b);
}
END_TEST

START_TEST(bad_configurations_are_refused)
{
    static const struct {
        const char *machine, *cpu, *bios;
        uint64_t ram;
    } bad[] = {
        {"toaster", NULL, NULL, 0},
        {"pegasos2", "z80", NULL, 0},
        {"pegasos2", NULL, NULL, 4096},
        {"pegasos2", NULL, NULL, (64u << 20) + 1},
        {"pegasos2", NULL, NULL, UINT64_C(4) << 30},
        {"pegasos2", NULL, "/nonexistent/rom", 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct config cfg = {.machine = bad[i].machine, .cpu = bad[i].cpu, .bios = bad[i].bios,
                             .ram_size = bad[i].ram};
        struct machine *m = NULL;
        struct error err = {{0}};
        ck_assert_int_lt(machine_new(&cfg, &m, &err), 0);
        ck_assert_str_ne(err.text, "");
        ck_assert_ptr_null(m);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("sched");
    tcase_add_test(tc, runs_in_order_of_time_then_queueing);
    tcase_add_test(tc, cancel_and_requeue);
    tcase_add_test(tc, event_for_now_waits_for_the_next_call);
    tcase_add_test(tc, earlier_is_told_only_for_a_new_first);
    tcase_add_test(tc, ticks_round_trip);
    tcase_add_test(tc, wall_clock_moves_with_virtual_time);
    tcase_add_test(tc, time_survives_a_reset);
    tcase_add_test(tc, requests_end_the_run);
    tcase_add_test(tc, two_machines_live_together);
    tcase_add_test(tc, bad_configurations_are_refused);
    return board_run("sched", tc);
}
