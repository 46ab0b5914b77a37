/*
 * cpu/softfp.c against MPFR: result, inexactness, direction of rounding, overflow, underflow and
 * the adjusted exponents, for every operation, precision and rounding mode.
 */
#include <check.h>
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/fpu_exact.h"
#include "fp_random.h"

struct oracle {
    mpfr_t a, b, m, r, cut;
};

static const mpfr_rnd_t modes[4] = {MPFR_RNDN, MPFR_RNDZ, MPFR_RNDU, MPFR_RNDD};

static double to_double(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static uint64_t to_bits(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static bool finite_bits(uint64_t v) { return (v >> 52 & 0x7ff) != 0x7ff; }

static bool is_negated(unsigned op) { return op == FPU_NMADD || op == FPU_NMSUB; }

/* The operation into r, rounded to r's precision with an exponent as large as it likes. */
static int operate(struct oracle *o, unsigned op, mpfr_ptr r, mpfr_rnd_t rnd)
{
    switch (op) {
    case FPU_ADD: return mpfr_add(r, o->a, o->b, rnd);
    case FPU_SUB: return mpfr_sub(r, o->a, o->b, rnd);
    case FPU_MUL: return mpfr_mul(r, o->a, o->b, rnd);
    case FPU_DIV: return mpfr_div(r, o->a, o->b, rnd);
    case FPU_SQRT: return mpfr_sqrt(r, o->b, rnd);
    case FPU_RSP: return mpfr_set(r, o->b, rnd);
    case FPU_MADD: case FPU_NMADD: return mpfr_fma(r, o->a, o->m, o->b, rnd);
    default: return mpfr_fms(r, o->a, o->m, o->b, rnd);
    }
}

struct expected {
    uint64_t bits;
    uint32_t flags; /* without FPRF */
};

static uint32_t inexact_flags(mpfr_srcptr r, int ternary)
{
    if (!ternary) return 0;
    /* ternary: result - exact */
    bool grew = mpfr_signbit(r) ? ternary < 0 : ternary > 0;
    return FPSCR_XX | FPSCR_FI | (grew ? FPSCR_FR : 0);
}

/* Rounds at the last place of the denormalised numbers, which is scaled to be the units. */
static struct expected expect_denormal(struct oracle *o, unsigned op, bool single, mpfr_rnd_t rnd)
{
    const long place = single ? 149 : 1074;
    mpfr_set_prec(o->cut, 2500); /* exact but for quotients and roots */
    bool lost = operate(o, op, o->cut, MPFR_RNDZ) != 0;
    mpfr_mul_2si(o->cut, o->cut, place, MPFR_RNDZ);
    bool neg = mpfr_signbit(o->cut);
    if (lost && neg) mpfr_nextbelow(o->cut);
    if (lost && !neg) mpfr_nextabove(o->cut);
    mpfr_set_prec(o->r, 64);
    mpfr_rint(o->r, o->cut, rnd);
    uint32_t flags = inexact_flags(o->cut, mpfr_cmp(o->r, o->cut));
    if (flags) flags |= FPSCR_UX;
    mpfr_mul_2si(o->r, o->r, -place, MPFR_RNDN);
    mpfr_abs(o->r, o->r, MPFR_RNDN);
    return (struct expected){to_bits(mpfr_get_d(o->r, MPFR_RNDN)) | (uint64_t)neg << 63, flags};
}

/* What PEM 3.3.6.2 asks for. The exact result is finite and not an exact zero. */
static struct expected expect(struct oracle *o, unsigned op, bool single, uint32_t fpscr)
{
    const long emin = single ? -125 : -1021, emax = single ? 128 : 1024; /* MPFR: 0.1xx * 2^e */
    const long adjust = single ? 192 : 1536;
    mpfr_rnd_t rnd = modes[fpscr & FPSCR_RN];
    mpfr_set_prec(o->r, single ? 24 : 53);
    mpfr_set_prec(o->cut, single ? 24 : 53);
    operate(o, op, o->cut, MPFR_RNDZ);
    int t = operate(o, op, o->r, rnd);
    uint32_t flags = inexact_flags(o->r, t);
    if (mpfr_get_exp(o->cut) < emin) { /* tiny before rounding */
        if (fpscr & FPSCR_UE) {
            mpfr_mul_2si(o->r, o->r, adjust, MPFR_RNDN);
            return (struct expected){to_bits(mpfr_get_d(o->r, MPFR_RNDN)), flags | FPSCR_UX};
        }
        return expect_denormal(o, op, single, rnd);
    }
    if (mpfr_get_exp(o->r) > emax) {
        if (fpscr & FPSCR_OE) {
            mpfr_mul_2si(o->r, o->r, -adjust, MPFR_RNDN);
            return (struct expected){to_bits(mpfr_get_d(o->r, MPFR_RNDN)), flags | FPSCR_OX};
        }
        bool neg = mpfr_signbit(o->r);
        bool max = rnd == MPFR_RNDZ || (rnd == MPFR_RNDU && neg) || (rnd == MPFR_RNDD && !neg);
        uint64_t bits = !max ? UINT64_C(0x7ff0000000000000)
                             : single ? UINT64_C(0x47efffffe0000000) : UINT64_C(0x7fefffffffffffff);
        flags |= FPSCR_OX | FPSCR_XX | FPSCR_FI;
        return (struct expected){bits | (uint64_t)neg << 63, flags};
    }
    return (struct expected){to_bits(mpfr_get_d(o->r, MPFR_RNDN)), flags};
}

static bool exact_zero(struct oracle *o, unsigned op)
{
    mpfr_set_prec(o->r, 53);
    operate(o, op, o->r, MPFR_RNDN);
    return mpfr_zero_p(o->r) || !mpfr_number_p(o->r);
}

static void check_one(struct oracle *o, unsigned op, bool single, uint64_t *st)
{
    uint64_t a = rnd_double(st), b = rnd_double(st), m = rnd_double(st), r = rnd(st);
    uint32_t fpscr = (uint32_t)(r & 3) | (r & 0x300 ? 0 : FPSCR_OE | FPSCR_UE);
    if ((r >> 16 & 7) == 0) b = a ^ (r >> 20 & 1 ? UINT64_C(1) << 63 : 0) ^ (r >> 24 & 1);
    if (single) {
        /* operands that are no singles are undefined for adjusted exponents and cut for frC */
        if (fpscr & FPSCR_OE || (r & 0x400)) {
            a = to_bits((double)(float)to_double(a));
            b = op == FPU_RSP ? b : to_bits((double)(float)to_double(b));
        }
        m = to_bits((double)(float)to_double(m));
        if (op == FPU_MUL) b = to_bits((double)(float)to_double(b));
    }
    if (!finite_bits(a) || !finite_bits(b) || !finite_bits(m)) return;
    mpfr_set_d(o->a, to_double(a), MPFR_RNDN);
    mpfr_set_d(o->b, to_double(b), MPFR_RNDN);
    mpfr_set_d(o->m, to_double(m), MPFR_RNDN);
    if (exact_zero(o, op)) return;
    struct expected want = expect(o, op, single || op == FPU_RSP, fpscr);
    if (is_negated(op)) want.bits ^= UINT64_C(1) << 63;
    struct softfp got = fpu_compute(op | (single ? FPU_SINGLE : 0), a, b, m, fpscr);
    /* frsp of a double far out of a single's range wraps oddly when enabled: left to vectors */
    if (op == FPU_RSP && fpscr & FPSCR_OE) return;
    if (got.bits == want.bits && (got.flags & ~FPSCR_FPRF) == want.flags) return;
    ck_abort_msg(
        "op %u single %d fpscr %x a %016lx b %016lx m %016lx: got %016lx %08x want %016lx %08x", op,
        single, fpscr, (long)a, (long)b, (long)m, (long)got.bits, got.flags, (long)want.bits,
        want.flags);
}

static const unsigned ops[] = {FPU_ADD, FPU_SUB, FPU_MUL, FPU_DIV, FPU_SQRT, FPU_RSP,
                               FPU_MADD, FPU_MSUB, FPU_NMADD, FPU_NMSUB};

START_TEST(arithmetic)
{
    const char *n = getenv("PPCEMU_SOFTFP_CASES");
    unsigned long count = n ? strtoul(n, NULL, 0) : 100000;
    struct oracle o;
    uint64_t st = 42 + (uint64_t)_i;
    mpfr_inits2(53, o.a, o.b, o.m, o.r, o.cut, (mpfr_ptr)0);
    for (unsigned long i = 0; i < count; i++) {
        check_one(&o, ops[_i], false, &st);
        if (ops[_i] != FPU_RSP) check_one(&o, ops[_i], true, &st);
    }
    mpfr_clears(o.a, o.b, o.m, o.r, o.cut, (mpfr_ptr)0);
}
END_TEST

START_TEST(to_integers)
{
    mpfr_t x, i;
    uint64_t st = 7;
    mpfr_init2(x, 53);
    mpfr_init2(i, 64);
    for (int n = 0; n < 400000; n++) {
        uint64_t b = rnd_double(&st);
        unsigned width = n & 1 ? 64 : 32, rn = n >> 1 & 3;
        struct softfp got = softfp_to_int(b, width, rn);
        mpfr_set_d(x, to_double(b), MPFR_RNDN);
        uint64_t want, low = UINT64_C(1) << (width - 1);
        uint32_t flags = 0;
        mpfr_rint(i, x, modes[rn]);
        if (mpfr_nan_p(x)) flags = FPSCR_VXCVI | (softfp_is_snan(b) ? FPSCR_VXSNAN : 0);
        else if (mpfr_inf_p(x) || mpfr_cmp_ui_2exp(i, 1, width - 1) >= 0 ||
                 mpfr_cmp_si_2exp(i, -1, width - 1) < 0) flags = FPSCR_VXCVI;
        if (flags) {
            want = mpfr_nan_p(x) || mpfr_signbit(x) ? low : low - 1;
        } else {
            want = (uint64_t)mpfr_get_sj(i, MPFR_RNDN);
            if (width == 32) want = (uint32_t)want;
            if (mpfr_cmp(i, x)) flags = FPSCR_XX | FPSCR_FI;
            if (mpfr_cmpabs(i, x) > 0) flags |= FPSCR_FR;
        }
        if (got.bits != want || got.flags != flags)
            ck_abort_msg("%016lx width %u rn %u: got %lx %08x want %lx %08x", (long)b, width, rn,
                         (long)got.bits, got.flags, (long)want, flags);
    }
    mpfr_clear(x);
    mpfr_clear(i);
}
END_TEST

START_TEST(from_integers)
{
    mpfr_t x;
    uint64_t st = 9;
    mpfr_init2(x, 53);
    for (int n = 0; n < 200000; n++) {
        int64_t v = (int64_t)rnd(&st) >> (rnd(&st) & 63);
        if (v == 0) continue;
        struct softfp got = softfp_from_int64(v, n & 3);
        int t = mpfr_set_sj(x, v, modes[n & 3]);
        uint64_t want = to_bits(mpfr_get_d(x, MPFR_RNDN));
        if (got.bits != want || (got.flags & ~FPSCR_FPRF) != inexact_flags(x, t))
            ck_abort_msg("%ld rn %d: got %016lx %08x", (long)v, n & 3, (long)got.bits, got.flags);
    }
    mpfr_clear(x);
}
END_TEST

/* What MPFR does not know: signed zeros and the classes. */
START_TEST(zeros_and_classes)
{
    const uint64_t minus = UINT64_C(1) << 63, one = UINT64_C(0x3ff0000000000000);
    for (unsigned rn = 0; rn < 4; rn++) {
        uint64_t sum = rn == RN_DOWN ? minus : 0;
        ck_assert_uint_eq(softfp_add(one, one | minus, false, rn).bits, sum);
        ck_assert_uint_eq(softfp_add(0, minus, true, rn).bits, sum);
        ck_assert_uint_eq(softfp_sub(0, 0, false, rn).bits, sum);
        ck_assert_uint_eq(softfp_add(minus, minus, false, rn).bits, minus);
        ck_assert_uint_eq(softfp_madd(one, 0, minus, false, false, false, rn).bits, sum);
        ck_assert_uint_eq(softfp_madd(one, one, one, true, true, false, rn).bits, sum ^ minus);
        ck_assert_uint_eq(softfp_mul(minus, one, false, rn).bits, minus);
        ck_assert_uint_eq(softfp_round_single(minus, rn).bits, minus);
    }
    ck_assert_uint_eq(softfp_class(1), FPRF_POS_DENORM);
    ck_assert_uint_eq(softfp_class(minus), FPRF_NEG_ZERO);
    /* A single's denormal is a class of its own although the register holds a normal double. */
    struct softfp r = softfp_round_single(UINT64_C(0xb6a0000000000000), 0);
    ck_assert_uint_eq(r.flags & FPSCR_FPRF, FPRF_NEG_DENORM);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("softfp");
    TCase *tc = tcase_create("softfp");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, arithmetic, 0, sizeof ops / sizeof *ops);
    tcase_add_test(tc, to_integers);
    tcase_add_test(tc, from_integers);
    tcase_add_test(tc, zeros_and_classes);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
