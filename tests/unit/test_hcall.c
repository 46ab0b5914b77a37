/*
 * The hypercall registry.
 */
#include "tests/unit/fw_fixture.h"

#include <errno.h>

static int64_t seven(void *owner, struct ppc_cpu *c)
{
    ppc_set_gpr(c, 4, 4711);
    return 7 + *(int *)owner;
}

static int64_t minus(void *owner, struct ppc_cpu *c)
{
    (void)owner;
    (void)c;
    return H_PARAMETER;
}

static int one = 1;

static int32_t call(struct fx *x, struct hcall *h, uint32_t number)
{
    ppc_set_gpr(x->m.cpu, 3, number);
    ck_assert(hcall_sc(h, x->m.cpu, 1));
    return (int32_t)ppc_gpr(x->m.cpu, 3);
}

START_TEST(calls_and_results)
{
    struct fx *x = fx_new();
    struct hcall *h = hcall_new(&x->m.log);
    const struct hcall_entry e[] = {{0x30, "c", minus}, {0x10, "a", seven}, {0x20, "b", seven}};
    struct error err = {""};
    ck_assert(!hcall_sc(h, x->m.cpu, 1)); /* nobody there: the chip's own exception */
    ck_assert_int_eq(hcall_register(h, e, 3, &one, &err), 0);
    ck_assert_int_eq(call(x, h, 0x10), 8);
    ck_assert_uint_eq(ppc_gpr(x->m.cpu, 4), 4711);
    ck_assert_int_eq(call(x, h, 0x30), H_PARAMETER);
    ck_assert_int_eq(call(x, h, 0x31), H_FUNCTION);
    ck_assert(!hcall_sc(h, x->m.cpu, 0));
    ck_assert(!hcall_sc(h, x->m.cpu, 2));
    hcall_free(h);
    fx_free(x);
}
END_TEST

START_TEST(numbers_are_taken_once)
{
    struct fx *x = fx_new();
    struct hcall *h = hcall_new(&x->m.log);
    const struct hcall_entry e[] = {{1, "first", minus}, {2, "second", minus}};
    const struct hcall_entry twice[] = {{3, "third", minus}, {3, "fourth", minus}};
    struct error err = {""};
    ck_assert_int_eq(hcall_register(h, e, 2, NULL, &err), 0);
    ck_assert_int_eq(hcall_register(h, e + 1, 1, NULL, &err), -EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "0x2 (second)"));
    ck_assert_int_eq(hcall_register(h, twice, 2, NULL, NULL), -EEXIST);
    ck_assert_int_eq(call(x, h, 3), H_FUNCTION); /* all or nothing */
    hcall_free(h);
    fx_free(x);
}
END_TEST

static void note(const struct hcall_entry *e, uint64_t count, void *ctx)
{
    uint64_t *sum = ctx;
    ck_assert_uint_gt(e->number, sum[0]);
    sum[0] = e->number;
    sum[1] += count;
}

START_TEST(lists_in_order_with_counts)
{
    struct fx *x = fx_new();
    struct hcall *h = hcall_new(&x->m.log);
    const struct hcall_entry e[] = {{9, "i", minus}, {4, "d", minus}, {7, "g", minus}};
    uint64_t sum[2] = {0, 0};
    ck_assert_int_eq(hcall_register(h, e, 3, NULL, NULL), 0);
    for (int i = 0; i < 5; i++) call(x, h, 7);
    call(x, h, 4);
    hcall_each(h, note, sum);
    ck_assert_uint_eq(sum[1], 6);
    hcall_free(h);
    fx_free(x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {calls_and_results, numbers_are_taken_once,
                                  lists_in_order_with_counts, NULL};
    return fx_run("hcall", tests);
}
