/*
 * Random floating-point instructions on both glues against MPFR: result and FPSCR in all four rounding modes, with
 * exceptions disabled and enabled (MSR[FE0, FE1] = 0, so nothing traps).
 *
 *   fp_mpfr CASES [SEED]
 *
 * PEM 3.3 decides: an invalid operation or division by zero that is enabled leaves the target; overflow and underflow
 * that are enabled give the rounded result with its exponent moved by 1536 (192 single); tininess is seen before
 * rounding. FR is left out after a disabled overflow, FPRF, where it is undefined, after conversions. Operands of
 * single-precision arithmetic are singles: anything else gives undefined results (PEM 3.3.5); an adjusted result
 * counts as normalised (PEM 3.3.6.2.1-2).
 */
#include <inttypes.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "frontend/test_cpu.h"
#include "tests/unit/fp_random.h"

#define AT 0x1000u
#define SIGN UINT64_C(0x8000000000000000)
#define INF UINT64_C(0x7ff0000000000000)
#define QUIET UINT64_C(0x0008000000000000)
#define DEFAULT_NAN (INF | QUIET)
#define BIT(n) (1u << (31 - (n)))
enum {
    OX = 1 << 28, UX = 1 << 27, ZX = 1 << 26, XX = 1 << 25, VXSNAN = 1 << 24, VXISI = 1 << 23, VXIDI = 1 << 22,
    VXZDZ = 1 << 21, VXIMZ = 1 << 20, VXCVI = 1 << 8, FR = 1 << 18, FI = 1 << 17,
    VE = 128, OE = 64, UE = 32, ZE = 16,
};
#define FX BIT(0)
#define FEX BIT(1)
#define VX BIT(2)
#define ALL_VX 0x01f80700u
#define FPRF 0x1f000u

enum op { ADD, SUB, MUL, DIV, MADD, MSUB, NMADD, NMSUB, RSP, CTIW, CTIWZ, N_OPS };
static const char *const op_names[N_OPS] = {"fadd", "fsub", "fmul", "fdiv", "fmadd", "fmsub", "fnmadd", "fnmsub",
                                            "frsp", "fctiw", "fctiwz"};
static const unsigned xo[N_OPS] = {21, 20, 25, 18, 29, 28, 31, 30, 12, 14, 15};

struct item {
    enum op op;
    bool single, record;
    uint64_t a, b, c; /* frA frB frC */
    uint32_t fpscr;
};

struct want {
    uint64_t bits;
    bool keep, adjusted;
    uint32_t set, fpscr, open; /* exception bits of the operation; the whole register; bits not compared */
};

static mpfr_t ma, mb, mc, mr, mt;
static const mpfr_rnd_t modes[4] = {MPFR_RNDN, MPFR_RNDZ, MPFR_RNDU, MPFR_RNDD};

static bool is_nan(uint64_t v) { return (v & ~SIGN) > INF; }
static bool is_snan(uint64_t v) { return is_nan(v) && !(v & QUIET); }
static bool is_inf(uint64_t v) { return (v & ~SIGN) == INF; }
static bool is_zero(uint64_t v) { return !(v & ~SIGN); }

static double as_double(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, 8);
    return d;
}

static uint64_t as_bits(double d)
{
    uint64_t b;
    memcpy(&b, &d, 8);
    return b;
}

static bool is_fused(enum op op) { return op >= MADD && op <= NMSUB; }
static bool uses_a(enum op op) { return op < RSP; }
static bool uses_b(enum op op) { return op != MUL; }
static bool uses_c(enum op op) { return op == MUL || is_fused(op); }

static uint32_t class_of(uint64_t v, bool single)
{
    unsigned e = v >> 52 & 0x7ff, neg = v >> 63;
    if (is_nan(v)) return 0x11;
    if (is_inf(v)) return neg ? 9 : 5;
    if (is_zero(v)) return neg ? 0x12 : 2;
    return (neg ? 8 : 4) | (e < (single ? 897u : 1u) ? 0x10 : 0);
}

/* Invalid operations (PEM 3.3.6.1.1). */
static uint32_t invalid(const struct item *t)
{
    uint32_t v = 0;
    if ((uses_a(t->op) && is_snan(t->a)) || (uses_b(t->op) && is_snan(t->b)) || (uses_c(t->op) && is_snan(t->c)))
        v |= VXSNAN;
    bool nan = (uses_a(t->op) && is_nan(t->a)) || (uses_b(t->op) && is_nan(t->b)) || (uses_c(t->op) && is_nan(t->c));
    if (uses_c(t->op) && ((is_inf(t->a) && is_zero(t->c)) || (is_zero(t->a) && is_inf(t->c)))) v |= VXIMZ;
    if (nan) return v;
    if (t->op == DIV && is_inf(t->a) && is_inf(t->b)) v |= VXIDI;
    if (t->op == DIV && is_zero(t->a) && is_zero(t->b)) v |= VXZDZ;
    if ((t->op == ADD || t->op == SUB) && is_inf(t->a) && is_inf(t->b) && ((t->a ^ t->b) >> 63) == (t->op == ADD)) v |= VXISI;
    if (is_fused(t->op) && !v && (is_inf(t->a) || is_inf(t->c)) && is_inf(t->b)) {
        bool minus = t->op == MSUB || t->op == NMSUB;
        if (((t->a ^ t->c ^ t->b) >> 63) != minus) v |= VXISI;
    }
    return v;
}

static int operate(enum op op, mpfr_ptr r, mpfr_rnd_t rnd)
{
    switch (op) {
    case ADD: return mpfr_add(r, ma, mb, rnd);
    case SUB: return mpfr_sub(r, ma, mb, rnd);
    case MUL: return mpfr_mul(r, ma, mc, rnd);
    case DIV: return mpfr_div(r, ma, mb, rnd);
    case MADD: case NMADD: return mpfr_fma(r, ma, mc, mb, rnd);
    case MSUB: case NMSUB: return mpfr_fms(r, ma, mc, mb, rnd);
    default: return mpfr_set(r, mb, rnd);
    }
}

static uint32_t rounded(mpfr_srcptr r, int ternary)
{
    if (!ternary) return 0;
    bool away = mpfr_signbit(r) ? ternary < 0 : ternary > 0;
    return XX | FI | (away ? FR : 0);
}

/* Rounds on the grid of the denormalised numbers, whose unit is 2^unit; the truncated result's exponent is exp (as
 * MPFR counts: 2^(exp-1) <= |x| < 2^exp). Below the unit there is only 0 and the unit itself. Returns the ternary. */
static int denormalised(enum op op, mpfr_rnd_t rnd, long exp, long unit)
{
    if (exp > unit) {
        mpfr_set_prec(mr, exp - unit);
        return operate(op, mr, rnd);
    }
    mpfr_set_prec(mr, 2);
    int exact = operate(op, mr, MPFR_RNDZ);
    bool neg = mpfr_signbit(mr), half = exp == unit, above = half && (exact || mpfr_cmpabs_ui(mr, 0) == 0);
    if (half && !above) { /* not just 2^(unit-1)? */
        mpfr_set_ui_2exp(mt, 1, unit - 1, MPFR_RNDN);
        above = mpfr_cmpabs(mr, mt) > 0;
    }
    bool up = rnd == MPFR_RNDN ? above : rnd == MPFR_RNDU ? !neg : rnd == MPFR_RNDD && neg;
    mpfr_set_ui_2exp(mr, up, unit, MPFR_RNDN);
    mpfr_setsign(mr, mr, neg, MPFR_RNDN);
    return up == neg ? -1 : 1;
}

/* A finite, or exactly infinite, result. */
static void arithmetic(const struct item *t, struct want *w)
{
    const mpfr_rnd_t rnd = modes[t->fpscr & 3];
    const long emax = t->single ? 128 : 1024, emin = t->single ? -125 : -1021, unit = t->single ? -149 : -1074;
    const long adjust = t->single ? 192 : 1536;
    mpfr_set_emin(-10000);
    mpfr_set_emax(10000);
    mpfr_set_prec(mr, t->single ? 24 : 53);
    operate(t->op, mr, MPFR_RNDZ);
    bool regular = mpfr_regular_p(mr);
    long exp = regular ? mpfr_get_exp(mr) : 0;
    bool tiny = regular && exp < emin;
    int ternary = operate(t->op, mr, rnd);
    if (regular && mpfr_get_exp(mr) > emax) {
        w->set |= OX;
        if (t->fpscr & OE) {
            w->set |= rounded(mr, ternary);
            w->adjusted = true;
            mpfr_mul_2si(mr, mr, -adjust, rnd);
        } else {
            bool neg = mpfr_signbit(mr), max = rnd == MPFR_RNDZ || rnd == (neg ? MPFR_RNDU : MPFR_RNDD);
            mpfr_set_inf(mr, neg ? -1 : 1);
            if (max) { /* the largest number */
                mpfr_set_ui_2exp(mr, 1, emax, MPFR_RNDN);
                mpfr_nextbelow(mr);
                mpfr_setsign(mr, mr, neg, MPFR_RNDN);
            }
            w->set |= XX | FI;
            w->open |= FR;
        }
    } else if (tiny && t->fpscr & UE) {
        w->set |= UX | rounded(mr, ternary);
        w->adjusted = true;
        mpfr_mul_2si(mr, mr, adjust, rnd);
    } else if (tiny) {
        ternary = denormalised(t->op, rnd, exp, unit);
        w->set |= rounded(mr, ternary) | (ternary ? UX : 0);
    } else {
        w->set |= rounded(mr, ternary);
    }
    w->bits = as_bits(mpfr_get_d(mr, MPFR_RNDN));
    if (t->op == NMADD || t->op == NMSUB) w->bits ^= SIGN;
}

static void convert(const struct item *t, struct want *w)
{
    mpfr_rnd_t rnd = t->op == CTIWZ ? MPFR_RNDZ : modes[t->fpscr & 3];
    w->open |= FPRF;
    mpfr_set_prec(mt, 64);
    mpfr_set_emin(-10000);
    mpfr_set_emax(10000);
    mpfr_rint(mt, mb, rnd);
    if (is_nan(t->b) || mpfr_cmp_si(mt, INT32_MIN) < 0 || mpfr_cmp_si(mt, INT32_MAX) > 0) {
        w->set |= VXCVI;
        w->bits = is_nan(t->b) || t->b >> 63 ? 0x80000000u : 0x7fffffffu;
        return;
    }
    w->bits = (uint32_t)mpfr_get_si(mt, MPFR_RNDZ);
    w->set |= rounded(mb, mpfr_cmp(mt, mb));
}

static uint32_t finish_fpscr(const struct item *t, const struct want *w)
{
    const uint32_t sticky = w->set & ~(uint32_t)(FR | FI);
    uint32_t v = t->fpscr & ~(uint32_t)(FR | FI | FEX | VX);
    v |= w->set;
    if (sticky & ~t->fpscr) v |= FX;
    if (v & ALL_VX) v |= VX;
    bool enabled = (v & VX && v & VE) || (v & OX && v & OE) || (v & UX && v & UE) || (v & ZX && v & ZE) ||
                   (v & XX && v & 8);
    if (enabled) v |= FEX;
    if (!w->keep && t->op < CTIW) v = (v & ~FPRF) | class_of(w->bits, t->single && !w->adjusted) << 12;
    return v;
}

static struct want expect(const struct item *t)
{
    struct want w = {.set = invalid(t)};
    mpfr_set_d(ma, as_double(t->a), MPFR_RNDN);
    mpfr_set_d(mb, as_double(t->b), MPFR_RNDN);
    mpfr_set_d(mc, as_double(t->c), MPFR_RNDN);
    if (t->op >= CTIW) {
        convert(t, &w);
    } else if (uses_a(t->op) && is_nan(t->a)) {
        w.bits = t->a | QUIET;
    } else if (uses_b(t->op) && is_nan(t->b)) {
        w.bits = t->b | QUIET;
        if (t->op == RSP) w.bits &= ~UINT64_C(0x1fffffff);
    } else if (uses_c(t->op) && is_nan(t->c)) {
        w.bits = t->c | QUIET;
    } else if (w.set) {
        w.bits = DEFAULT_NAN;
    } else if (t->op == DIV && is_zero(t->b) && !is_inf(t->a)) {
        w.set = ZX;
        w.bits = ((t->a ^ t->b) & SIGN) | INF;
    } else {
        arithmetic(t, &w);
    }
    w.keep = (w.set & ALL_VX && t->fpscr & VE) || (w.set & ZX && t->fpscr & ZE);
    w.fpscr = finish_fpscr(t, &w);
    return w;
}

/* ---- cases ---- */

static uint32_t word_of(const struct item *t)
{
    uint32_t w = (t->single && t->op < RSP ? 59u : 63u) << 26 | 1 << 21 | xo[t->op] << 1 | t->record;
    if (uses_a(t->op)) w |= 2 << 16;
    if (uses_b(t->op)) w |= 3 << 11;
    if (uses_c(t->op)) w |= 4 << 6;
    return w;
}

static uint64_t to_single(uint64_t v)
{
    if ((v >> 52 & 0x7ff) == 0x7ff) return v & ~UINT64_C(0x1fffffff);
    float f = (float)as_double(v);
    return as_bits(f);
}

static struct item next(uint64_t *st)
{
    uint64_t r = rnd(st);
    struct item t = {.op = (enum op)(r % N_OPS), .single = r >> 8 & 1, .record = !(r >> 9 & 7)};
    t.a = rnd_double(st);
    t.b = rnd_double(st);
    t.c = rnd_double(st);
    if (t.op == RSP) t.single = true;
    if (t.op >= CTIW) t.single = false;
    if (t.single && t.op < RSP) {
        t.a = to_single(t.a);
        t.b = to_single(t.b);
        t.c = to_single(t.c);
    }
    if (!(r >> 20 & 7)) t.b = t.a ^ (r >> 23 & 1 ? SIGN : 0);
    if (!(r >> 24 & 7)) t.b = t.a + ((r >> 27 & 3) - 1) * (t.single && t.op < RSP ? UINT64_C(1) << 29 : 1);
    if (t.single && t.op < RSP) t.b = to_single(t.b); /* near a denormalised single */
    /* half the cases in the state in which the fast handlers work */
    if (r >> 30 & 1) t.fpscr = XX | (r >> 31 & 1 ? FX : 0);
    else t.fpscr = ((uint32_t)rnd(st) & 0x9ff80700u & (r >> 32 & 1 ? 0 : UINT32_MAX)) | (uint32_t)(r >> 33 & 3) |
                   (r >> 35 & 1 ? (uint32_t)(r >> 36) & 0xf8 : 0);
    if (t.fpscr & ALL_VX) t.fpscr |= VX;
    return t;
}

static bool run_case(struct bare *b, const char *glue, const struct item *t, const struct want *w)
{
    const uint64_t before = UINT64_C(0x1234567890abcdef);
    bare_set(b, BARE_FPR, 1, (struct value){0, before});
    bare_set(b, BARE_FPR, 2, (struct value){0, t->a});
    bare_set(b, BARE_FPR, 3, (struct value){0, t->b});
    bare_set(b, BARE_FPR, 4, (struct value){0, t->c});
    bare_set(b, BARE_FPSCR, 0, (struct value){0, t->fpscr});
    bare_set(b, BARE_CR, 0, (struct value){0, 0});
    bare_set(b, BARE_PC, 0, (struct value){0, AT + 8 * (t->op + N_OPS * (t->single + 2u * t->record))});
    ppc_run(b->cpu, 1);
    uint64_t got = bare_get(b, BARE_FPR, 1).lo, want = w->keep ? before : w->bits;
    uint32_t fpscr = (uint32_t)bare_get(b, BARE_FPSCR, 0).lo, cr = (uint32_t)bare_get(b, BARE_CR, 0).lo;
    if (t->op >= CTIW && !w->keep) got = (uint32_t)got;
    if (got == want && !((fpscr ^ w->fpscr) & ~w->open) && cr == (t->record ? w->fpscr >> 28 << 24 : 0)) return true;
    printf("FAIL %s %s%s%s a %016" PRIx64 " b %016" PRIx64 " c %016" PRIx64 " fpscr %08x\n  want %016" PRIx64
           " %08x, got %016" PRIx64 " %08x cr %08x\n",
           glue, op_names[t->op], t->single && t->op < RSP ? "s" : "", t->record ? "." : "", t->a, t->b, t->c, t->fpscr,
           want, w->fpscr & ~w->open, got, fpscr & ~w->open, cr);
    return false;
}

/* Every instruction with a branch to itself behind it: the threaded core stops there. */
static bool load(struct bare *b)
{
    for (unsigned i = 0; i < 4 * N_OPS; i++) {
        struct item t = {.op = (enum op)(i % N_OPS), .single = i / N_OPS & 1, .record = i / N_OPS >> 1};
        uint8_t bytes[8];
        put_be32(bytes, word_of(&t));
        put_be32(bytes + 4, 0x48000000);
        if (!bare_write(b, AT + 8 * i, bytes, 8)) return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    uint64_t cases = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000, failed = 0, done = 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, st = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    static const char *const names[2] = {"threaded", "portable"};
    struct bare b[2];
    struct error err = {""};
    mpfr_inits2(53, ma, mb, mc, mr, mt, (mpfr_ptr)0);
    for (unsigned k = 0; k < 2; k++) {
        if (bare_new(&b[k], ppc_model_find("7457"), k ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST, 1 << 20, &err) || !load(&b[k])) {
            fprintf(stderr, "fp_mpfr: %s\n", err.text);
            return 2;
        }
        bare_clear(&b[k], 0x3002);
    }
    clock_t start = clock();
    for (; done < cases && failed < 20; done++) {
        struct item t = next(&st);
        struct want w = expect(&t);
        for (unsigned k = 0; k < 2; k++) failed += !run_case(&b[k], names[k], &t, &w);
    }
    double s = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("fp_mpfr: %" PRIu64 " cases on both glues, %" PRIu64 " differ, seed %" PRIu64 ", %.1f s, %.2f million/s\n",
           done, failed, seed, s, (double)done / 1e6 / (s > 0 ? s : 1));
    bare_free(&b[0]);
    bare_free(&b[1]);
    mpfr_clears(ma, mb, mc, mr, mt, (mpfr_ptr)0);
    return failed != 0;
}
