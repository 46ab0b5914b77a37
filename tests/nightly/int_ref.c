/*
 * Integer instructions against a reference of their own: both glues of libppcemu-core run blocks of random integer
 * instructions over edge values, and so does this file, from the manual's text (PEM chapter 8) and with nothing of
 * cpu/ but the register access of frontend/test_cpu.h. After each block all of GPR, CR and XER are compared.
 *
 *   int_ref CASES [SEED]        CASES: instructions compared, of both glues together
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "frontend/test_cpu.h"

#define AT 0x10000u
#define LENGTH 32
#define SETS 64

struct ref {
    uint32_t r[32], cr, xer;
};

static uint64_t seed;

static uint64_t rnd(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * UINT64_C(0x2545f4914f6cdd1d);
}

/* ---- the reference ---- */

enum { SO = 31, OV = 30, CA = 29 };

static unsigned bit(uint32_t v, unsigned n) { return v >> n & 1; }
static void set_bit(uint32_t *v, unsigned n, unsigned x) { *v = (*v & ~(1u << n)) | (uint32_t)x << n; }

static void set_crf(struct ref *s, unsigned n, unsigned v)
{
    s->cr = (s->cr & ~(15u << (28 - 4 * n))) | v << (28 - 4 * n);
}

static void compare(struct ref *s, unsigned n, int64_t a, int64_t b)
{
    set_crf(s, n, (a < b ? 8 : a > b ? 4 : 2) | bit(s->xer, SO));
}

static void dot(struct ref *s, uint32_t v) { compare(s, 0, (int32_t)v, 0); }

static void overflow(struct ref *s, bool ov)
{
    set_bit(&s->xer, OV, ov);
    if (ov) set_bit(&s->xer, SO, 1);
}

/* a + b + c, as numbers of any size */
static void sum(struct ref *s, uint32_t w, uint32_t a, uint32_t b, unsigned c, bool carries)
{
    uint64_t u = (uint64_t)a + b + c;
    int64_t t = (int64_t)(int32_t)a + (int32_t)b + (int32_t)c;
    s->r[w >> 21 & 31] = (uint32_t)u;
    if (carries) set_bit(&s->xer, CA, (unsigned)(u >> 32));
    if (w >> 26 == 31 && w & 0x400) overflow(s, t < INT32_MIN || t > INT32_MAX);
    if (w >> 26 == 31 && w & 1) dot(s, (uint32_t)u);
}

static void product(struct ref *s, uint32_t w, uint64_t v, bool high)
{
    uint32_t r = (uint32_t)(high ? v >> 32 : v);
    s->r[w >> 21 & 31] = r;
    if (!high && w & 0x400) overflow(s, (int64_t)v != (int32_t)(uint32_t)v);
    if (w & 1) dot(s, r);
}

/* What the architecture leaves open is what cpu/sem_int.h says of it: sign bits, or 0. */
static void quotient(struct ref *s, uint32_t w, bool is_signed)
{
    uint32_t a = s->r[w >> 16 & 31], b = s->r[w >> 11 & 31], r;
    bool bad = !b || (is_signed && a == 0x80000000u && b == UINT32_MAX);
    if (!bad) r = is_signed ? (uint32_t)((int64_t)(int32_t)a / (int32_t)b) : a / b;
    else r = is_signed && a >> 31 ? UINT32_MAX : 0;
    s->r[w >> 21 & 31] = r;
    if (w & 0x400) overflow(s, bad);
    if (w & 1) dot(s, r);
}

static uint32_t between(unsigned mb, unsigned me)
{
    uint32_t m = 0;
    for (unsigned i = mb;; i = (i + 1) & 31) {
        m |= 0x80000000u >> i;
        if (i == me) return m;
    }
}

static uint32_t rotated(uint32_t v, unsigned n) { return n ? v << n | v >> (32 - n) : v; }

static void logic(struct ref *s, uint32_t w, uint32_t v, bool record)
{
    s->r[w >> 16 & 31] = v;
    if (record) dot(s, v);
}

static uint32_t algebraic(struct ref *s, uint32_t v, unsigned n)
{
    uint32_t r = v, lost = 0;
    for (unsigned i = 0; i < n && i < 32; i++) {
        lost |= r & 1;
        r = r >> 1 | (v & 0x80000000u);
    }
    if (n >= 32) r = v >> 31 ? UINT32_MAX : 0;
    set_bit(&s->xer, CA, v >> 31 && lost);
    return r;
}

static void cr_logic(struct ref *s, uint32_t w)
{
    unsigned d = 31 - (w >> 21 & 31), a = bit(s->cr, 31 - (w >> 16 & 31)), b = bit(s->cr, 31 - (w >> 11 & 31)), r;
    switch (w >> 1 & 0x3ff) {
    case 257: r = a & b; break;
    case 129: r = a & !b; break;
    case 289: r = a == b; break;
    case 225: r = !(a & b); break;
    case 33: r = !(a | b); break;
    case 449: r = a | b; break;
    case 417: r = a | !b; break;
    default: r = a ^ b; break;
    }
    set_bit(&s->cr, d, r);
}

static void op31(struct ref *s, uint32_t w)
{
    uint32_t a = s->r[w >> 16 & 31], b = s->r[w >> 11 & 31], d = s->r[w >> 21 & 31];
    unsigned ca = bit(s->xer, CA), field = w >> 23 & 7;
    switch (w >> 1 & 0x1ff) { /* arithmetic: bit 21 is OE */
    case 266: sum(s, w, a, b, 0, false); return;
    case 10: sum(s, w, a, b, 0, true); return;
    case 138: sum(s, w, a, b, ca, true); return;
    case 234: sum(s, w, a, UINT32_MAX, ca, true); return;
    case 202: sum(s, w, a, 0, ca, true); return;
    case 40: sum(s, w, ~a, b, 1, false); return;
    case 8: sum(s, w, ~a, b, 1, true); return;
    case 136: sum(s, w, ~a, b, ca, true); return;
    case 232: sum(s, w, ~a, UINT32_MAX, ca, true); return;
    case 200: sum(s, w, ~a, 0, ca, true); return;
    case 104: sum(s, w, ~a, 0, 1, false); return;
    case 235: product(s, w, (uint64_t)((int64_t)(int32_t)a * (int32_t)b), false); return;
    case 491: quotient(s, w, true); return;
    case 459: quotient(s, w, false); return;
    default: break;
    }
    switch (w >> 1 & 0x3ff) {
    case 75: product(s, w, (uint64_t)((int64_t)(int32_t)a * (int32_t)b), true); return;
    case 11: product(s, w, (uint64_t)a * b, true); return;
    case 0: compare(s, field, (int32_t)a, (int32_t)b); return;
    case 32: compare(s, field, a, b); return;
    case 28: logic(s, w, d & b, w & 1); return;
    case 60: logic(s, w, d & ~b, w & 1); return;
    case 444: logic(s, w, d | b, w & 1); return;
    case 412: logic(s, w, d | ~b, w & 1); return;
    case 316: logic(s, w, d ^ b, w & 1); return;
    case 284: logic(s, w, ~(d ^ b), w & 1); return;
    case 476: logic(s, w, ~(d & b), w & 1); return;
    case 124: logic(s, w, ~(d | b), w & 1); return;
    case 24: logic(s, w, b & 32 ? 0 : d << (b & 31), w & 1); return;
    case 536: logic(s, w, b & 32 ? 0 : d >> (b & 31), w & 1); return;
    case 792: logic(s, w, algebraic(s, d, b & 63), w & 1); return;
    case 824: logic(s, w, algebraic(s, d, w >> 11 & 31), w & 1); return;
    case 954: logic(s, w, d & 0x80 ? d | 0xffffff00u : d & 0xff, w & 1); return;
    case 922: logic(s, w, d & 0x8000 ? d | 0xffff0000u : d & 0xffff, w & 1); return;
    case 26: {
        unsigned n = 0;
        while (n < 32 && !(d & 0x80000000u >> n)) n++;
        logic(s, w, n, w & 1);
        return;
    }
    case 19: s->r[w >> 21 & 31] = s->cr; return;
    case 144:
        for (unsigned i = 0; i < 8; i++)
            if (w & 0x80000u >> i) set_crf(s, i, d >> (28 - 4 * i) & 15);
        return;
    case 512:
        set_crf(s, field, s->xer >> 28);
        s->xer &= 0x0fffffff;
        return;
    case 339: s->r[w >> 21 & 31] = s->xer; return; /* mfxer */
    default: s->xer = d & 0xe000ff7f; return;       /* mtxer */
    }
}

static void step(struct ref *s, uint32_t w)
{
    uint32_t a = s->r[w >> 16 & 31], d = s->r[w >> 21 & 31], ui = w & 0xffff;
    uint32_t si = ui & 0x8000 ? ui | 0xffff0000u : ui, a0 = w >> 16 & 31 ? a : 0;
    unsigned field = w >> 23 & 7;
    switch (w >> 26) {
    case 7: s->r[w >> 21 & 31] = (uint32_t)((int64_t)(int32_t)a * (int32_t)si); return;
    case 8: sum(s, w, ~a, si, 1, true); return;
    case 10: compare(s, field, a, ui); return;
    case 11: compare(s, field, (int32_t)a, (int32_t)si); return;
    case 12: sum(s, w, a, si, 0, true); return;
    case 13:
        sum(s, w, a, si, 0, true);
        dot(s, s->r[w >> 21 & 31]);
        return;
    case 14: s->r[w >> 21 & 31] = a0 + si; return;
    case 15: s->r[w >> 21 & 31] = a0 + (ui << 16); return;
    case 19:
        if (w >> 1 & 0x3ff) cr_logic(s, w);
        else set_crf(s, field, s->cr >> (28 - 4 * (w >> 18 & 7)) & 15);
        return;
    case 20: {
        uint32_t m = between(w >> 6 & 31, w >> 1 & 31);
        logic(s, w, (rotated(d, w >> 11 & 31) & m) | (a & ~m), w & 1);
        return;
    }
    case 21: logic(s, w, rotated(d, w >> 11 & 31) & between(w >> 6 & 31, w >> 1 & 31), w & 1); return;
    case 23:
        logic(s, w, rotated(d, s->r[w >> 11 & 31] & 31) & between(w >> 6 & 31, w >> 1 & 31), w & 1);
        return;
    case 24: logic(s, w, d | ui, false); return;
    case 25: logic(s, w, d | ui << 16, false); return;
    case 26: logic(s, w, d ^ ui, false); return;
    case 27: logic(s, w, d ^ ui << 16, false); return;
    case 28: logic(s, w, d & ui, true); return;
    case 29: logic(s, w, d & ui << 16, true); return;
    default: op31(s, w); return;
    }
}

/* ---- random words and values ---- */

/* Opcode bits, and the bits that may be random. */
static const struct {
    uint32_t word, open;
} forms[] = {
#define D(op) {(uint32_t)(op) << 26, 0x03ffffff}
#define XO(xo) {31u << 26 | (uint32_t)(xo) << 1, 0x03fffc01}
#define XO1(xo) {31u << 26 | (uint32_t)(xo) << 1, 0x03ff0401}
#define X(xo) {31u << 26 | (uint32_t)(xo) << 1, 0x03fff801}
#define X1(xo) {31u << 26 | (uint32_t)(xo) << 1, 0x03ff0001}
#define XL(xo) {19u << 26 | (uint32_t)(xo) << 1, 0x03fff800}
    D(7), D(8), {10u << 26, 0x039fffff}, {11u << 26, 0x039fffff}, D(12), D(13), D(14), D(15), D(20), D(21), D(23),
    D(24), D(25), D(26), D(27), D(28), D(29), XO(266), XO(10), XO(138), XO1(234), XO1(202), XO(40), XO(8), XO(136),
    XO1(232), XO1(200), XO1(104), XO(235), XO(491), XO(459), XO(266), XO(138), XO(40), X(75), X(11), X(28), X(60),
    X(444), X(412), X(316), X(284), X(476), X(124), X(24), X(536), X(792), X(824), X1(954), X1(922), X1(26),
    {31u << 26, 0x039ff800}, {31u << 26 | 32 << 1, 0x039ff800}, {31u << 26 | 19 << 1, 0x03e00000},
    {31u << 26 | 144 << 1, 0x03eff000}, {31u << 26 | 512 << 1, 0x03800000}, {31u << 26 | 1 << 16 | 339 << 1, 0x03e00000},
    {31u << 26 | 1 << 16 | 467 << 1, 0x03e00000}, {19u << 26, 0x039c0000}, XL(257), XL(129), XL(289), XL(225), XL(33),
    XL(449), XL(417), XL(193),
};

static uint32_t value(void)
{
    static const uint32_t edges[] = {
        0,          1,          2,          0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe,
        0x7ffffffe, 0x00008000, 0xffff8000, 0x0000ffff, 0x00010000, 31,         32,         33,
        63,         64,         0x55555555, 0xaaaaaaaa, 0x000000ff, 0x00000080, 0xffffff80, 0x40000000,
    };
    uint64_t r = rnd();
    if (r & 3) return edges[(r >> 8) % ARRAY_SIZE(edges)];
    return (uint32_t)(r >> 32) >> (r >> 4 & 31);
}

static uint32_t word(void)
{
    uint64_t r = rnd();
    uint32_t w = forms[(r >> 33) % ARRAY_SIZE(forms)].word, open = forms[(r >> 33) % ARRAY_SIZE(forms)].open;
    return w | ((uint32_t)r & open);
}

/* ---- comparing ---- */

static void set(struct bare *b, const struct ref *s)
{
    for (unsigned i = 0; i < 32; i++) bare_set(b, BARE_GPR, i, (struct value){0, s->r[i]});
    bare_set(b, BARE_CR, 0, (struct value){0, s->cr});
    bare_set(b, BARE_XER, 0, (struct value){0, s->xer});
    bare_set(b, BARE_PC, 0, (struct value){0, AT});
}

static bool same(struct bare *b, const struct ref *s)
{
    for (unsigned i = 0; i < 32; i++)
        if (bare_get(b, BARE_GPR, i).lo != s->r[i]) return false;
    return bare_get(b, BARE_CR, 0).lo == s->cr && bare_get(b, BARE_XER, 0).lo == s->xer;
}

static bool load(struct bare *b, const uint32_t *code, unsigned n)
{
    uint8_t bytes[4 * (LENGTH + 1)];
    for (unsigned i = 0; i < n; i++) put_be32(bytes + 4 * i, code[i]);
    put_be32(bytes + 4 * n, 0x48000000); /* b . */
    return bare_write(b, AT, bytes, 4 * n + 4);
}

static void run(struct bare *b, unsigned n)
{
    uint64_t end = ppc_insns(b->cpu) + n;
    while (ppc_insns(b->cpu) < end) ppc_run(b->cpu, end - ppc_insns(b->cpu));
}

/* The first instruction of the block that gives something else. */
static void report(struct bare *b, const char *glue, const uint32_t *code, const struct ref *start)
{
    for (unsigned n = 1; n <= LENGTH; n++) {
        struct ref s = *start, before = s;
        for (unsigned i = 0; i < n; i++) {
            before = s;
            step(&s, code[i]);
        }
        char text[64];
        if (!load(b, code, n)) return;
        set(b, start);
        run(b, n);
        if (same(b, &s)) continue;
        ppc_disasm(b->cpu, code[n - 1], 0, text, sizeof text);
        printf("FAIL %s: %08x %s\n  before: cr %08x xer %08x\n", glue, code[n - 1], text, before.cr, before.xer);
        for (unsigned i = 0; i < 32; i++)
            if (before.r[i] != s.r[i] || bare_get(b, BARE_GPR, i).lo != s.r[i])
                printf("  r%u %08x: reference %08x, got %08" PRIx64 "\n", i, before.r[i], s.r[i],
                       bare_get(b, BARE_GPR, i).lo);
        printf("  cr: reference %08x, got %08" PRIx64 "; xer: reference %08x, got %08" PRIx64 "\n", s.cr,
               bare_get(b, BARE_CR, 0).lo, s.xer, bare_get(b, BARE_XER, 0).lo);
        return;
    }
}

int main(int argc, char **argv)
{
    uint64_t cases = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000, done = 0, failed = 0;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    static const char *const names[2] = {"threaded", "portable"};
    struct bare b[2];
    struct error err = {""};
    seed = (first + 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (unsigned k = 0; k < 2; k++)
        if (bare_new(&b[k], ppc_model_find("7457"), k ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST, 1 << 20, &err)) {
            fprintf(stderr, "int_ref: %s\n", err.text);
            return 2;
        }
    for (unsigned k = 0; k < 2; k++) bare_clear(&b[k], 0x1002);
    clock_t start = clock();
    while (done < cases && failed < 10) {
        uint32_t code[LENGTH];
        for (unsigned i = 0; i < LENGTH; i++) code[i] = word();
        if (!load(&b[0], code, LENGTH) || !load(&b[1], code, LENGTH)) return 2;
        for (unsigned n = 0; n < SETS && failed < 10; n++) {
            struct ref s, at;
            for (unsigned i = 0; i < 32; i++) at.r[i] = value();
            at.cr = (uint32_t)rnd();
            at.xer = (uint32_t)rnd() & 0xe000ff7f;
            s = at;
            for (unsigned i = 0; i < LENGTH; i++) step(&s, code[i]);
            for (unsigned k = 0; k < 2; k++) {
                set(&b[k], &at);
                run(&b[k], LENGTH);
                done += LENGTH;
                if (same(&b[k], &s)) continue;
                failed++;
                report(&b[k], names[k], code, &at);
                if (!load(&b[k], code, LENGTH)) return 2;
            }
        }
    }
    double t = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("int_ref: %" PRIu64 " cases, %" PRIu64 " differ, seed %" PRIu64 ", %.1f s, %.1f million/s\n", done, failed,
           first, t, (double)done / 1e6 / (t > 0 ? t : 1));
    bare_free(&b[0]);
    bare_free(&b[1]);
    return failed != 0;
}
