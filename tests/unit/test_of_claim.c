/*
 * Claims: exact, aligned, merging and splitting; checked against a bitmap over random calls.
 */
#include "tests/unit/fw_fixture.h"

#include <errno.h>

START_TEST(takes_and_refuses)
{
    struct claims s;
    claims_init(&s, 0x10000);
    ck_assert_int_eq(claims_take(&s, 0x1000, 0x1000), 0);
    ck_assert_int_eq(claims_take(&s, 0x1fff, 1), -EBUSY);
    ck_assert_int_eq(claims_take(&s, 0x0, 0x1001), -EBUSY);
    ck_assert_int_eq(claims_take(&s, 0x800, 0x4000), -EBUSY);
    ck_assert_int_eq(claims_take(&s, 0x3000, 0), -EINVAL);
    ck_assert_int_eq(claims_take(&s, 0xf000, 0x1001), -EINVAL);
    ck_assert_int_eq(claims_take(&s, UINT64_MAX, 2), -EINVAL);
    ck_assert_uint_eq(s.n, 1);
}
END_TEST

START_TEST(merges_neighbours)
{
    struct claims s;
    claims_init(&s, 0x10000);
    ck_assert_int_eq(claims_take(&s, 0x1000, 0x1000), 0);
    ck_assert_int_eq(claims_take(&s, 0x3000, 0x1000), 0);
    ck_assert_uint_eq(s.n, 2);
    ck_assert_int_eq(claims_take(&s, 0x2000, 0x1000), 0);
    ck_assert_uint_eq(s.n, 1);
    ck_assert_uint_eq(s.c[0].start, 0x1000);
    ck_assert_uint_eq(s.c[0].end, 0x4000);
    ck_assert_int_eq(claims_drop(&s, 0x2000, 0x800), 0);
    ck_assert_uint_eq(s.n, 2);
    ck_assert(claims_free(&s, 0x2000, 0x800));
    ck_assert(!claims_free(&s, 0x2000, 0x801));
    ck_assert_int_eq(claims_drop(&s, 0, UINT64_MAX), 0);
    ck_assert_uint_eq(s.n, 0);
}
END_TEST

START_TEST(aligned_prefers_from_then_reuses)
{
    struct claims s;
    uint64_t at;
    claims_init(&s, 0x10000);
    ck_assert_int_eq(claims_take(&s, 0, 0x100), 0);
    ck_assert_int_eq(claims_take_aligned(&s, 0x1000, 0x1000, 0x8000, &at), 0);
    ck_assert_uint_eq(at, 0x8000);
    ck_assert_int_eq(claims_take_aligned(&s, 0x3000, 0x3000, 0x8000, &at), 0);
    ck_assert_uint_eq(at, 0xc000); /* aligned to 4000, the next power of two */
    ck_assert_int_eq(claims_take_aligned(&s, 0x3000, 0x4000, 0x8000, &at), 0);
    ck_assert_uint_eq(at, 0x4000); /* nothing above `from` is left */
    ck_assert_int_eq(claims_take_aligned(&s, 0x8000, 1, 0, &at), -ENOSPC);
    ck_assert_int_eq(claims_take_aligned(&s, 1, 0, 0, &at), -EINVAL);
    ck_assert_int_eq(claims_take_aligned(&s, 1, UINT64_MAX, 0, &at), -EINVAL);
}
END_TEST

START_TEST(gaps_cover_the_rest)
{
    struct claims s;
    struct claim g;
    claims_init(&s, 0x10000);
    ck_assert_int_eq(claims_take(&s, 0, 0x1000), 0);
    ck_assert_int_eq(claims_take(&s, 0x8000, 0x1000), 0);
    ck_assert(claims_gap(&s, 0, &g) && g.start == 0x1000 && g.end == 0x8000);
    ck_assert(claims_gap(&s, 1, &g) && g.start == 0x9000 && g.end == 0x10000);
    ck_assert(!claims_gap(&s, 2, &g));
}
END_TEST

START_TEST(agrees_with_a_bitmap)
{
    enum { UNITS = 256, UNIT = 0x100 };
    static bool used[UNITS];
    struct claims s;
    unsigned seed = 1;
    claims_init(&s, UNITS * UNIT);
    memset(used, 0, sizeof used);
    for (int step = 0; step < 20000; step++) {
        unsigned at = (unsigned)rand_r(&seed) % UNITS, len = (unsigned)rand_r(&seed) % 12 + 1;
        bool inside = at + len <= UNITS, clear = inside;
        for (unsigned i = at; clear && i < at + len; i++)
            clear = !used[i];
        if (rand_r(&seed) % 3) {
            ck_assert_int_eq(claims_take(&s, at * UNIT, len * UNIT) == 0, clear);
            for (unsigned i = at; clear && i < at + len; i++)
                used[i] = true;
        } else {
            ck_assert_int_eq(claims_drop(&s, at * UNIT, len * UNIT), 0);
            for (unsigned i = at; i < at + len && i < UNITS; i++)
                used[i] = false;
        }
        for (unsigned i = 0; i + 1 < s.n; i++)
            ck_assert_uint_lt(s.c[i].end, s.c[i + 1].start);
    }
    for (unsigned i = 0; i < UNITS; i++)
        ck_assert_int_eq(claims_free(&s, i * UNIT, UNIT), !used[i]);
}
END_TEST

START_TEST(full_list_refuses)
{
    static struct claims s;
    claims_init(&s, UINT32_MAX);
    for (unsigned i = 0; i < CLAIMS_MAX; i++)
        ck_assert_int_eq(claims_take(&s, i * 2, 1), 0);
    ck_assert_int_eq(claims_take(&s, CLAIMS_MAX * 2, 1), -ENOSPC);
    ck_assert_int_eq(claims_take(&s, 1, 1), 0); /* joins two */
    ck_assert_int_eq(claims_take(&s, CLAIMS_MAX * 2, 1), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {takes_and_refuses,
                                  merges_neighbours,
                                  aligned_prefers_from_then_reuses,
                                  gaps_cover_the_rest,
                                  agrees_with_a_bitmap,
                                  full_list_refuses,
                                  NULL};
    return fx_run("of_claim", tests);
}
