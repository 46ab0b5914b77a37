/*
 * frsp, fctiw and fctiwz of all 2^32 singles against arithmetic written down here: all on the threaded core, whose
 * handlers fall back on the portable functions for the odd cases, and a share on the portable core alone.
 *
 *   singles COUNT [SEED [EVERY]]     COUNT: how many singles, evenly spread over the 2^32; 0 or 2^32: all of them;
 *                                    EVERY: the portable core runs one table of 16384 in so many (16; 1: all)
 *
 * A guest program goes through a table: lfs, frsp, fctiw, fctiwz, mffs after each, all stored and looked at. Each table
 * runs in one of the four rounding modes, with XX set (the state of the fast handlers) or clear.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "frontend/test_cpu.h"

#define CODE 0x1000u
#define IN 0x10000u
#define OUT 0x100000u
#define N 16384u
#define ROW 48u /* bytes of results for a single: frsp, fpscr, fctiw, fpscr, fctiwz, fpscr */

/* r3 = IN - 4, r4 = OUT - 8, ctr = N; f9 holds the FPSCR to start from */
static const uint32_t program[] = {
    0xfdfe4d8e, /* mtfsf 255,f9 */
    0xc4230004, /* lfsu f1,4(r3) */
    0xfc400818, /* frsp f2,f1 */
    0xfc60048e, /* mffs f3 */
    0xdc440008, /* stfdu f2,8(r4) */
    0xdc640008, /* stfdu f3,8(r4) */
    0xfdfe4d8e,
    0xfc40081c, /* fctiw f2,f1 */
    0xfc60048e,
    0xdc440008,
    0xdc640008,
    0xfdfe4d8e,
    0xfc40081e, /* fctiwz f2,f1 */
    0xfc60048e,
    0xdc440008,
    0xdc640008,
    0x4200ffc0, /* bdnz program */
    0x48000000, /* b . */
};

enum { FX = 1u << 31, VX = 1u << 29, XX = 1u << 25, VXSNAN = 1u << 24, FR = 1u << 18, FI = 1u << 17, VXCVI = 1u << 8 };
#define FPRF_MASK 0x1f000u
#define RESULT_MASK (FR | FI | FPRF_MASK)

struct want {
    uint64_t bits;
    uint32_t fpscr;
};

static uint64_t widen(uint32_t x)
{
    uint64_t s = (uint64_t)(x >> 31) << 63;
    uint32_t e = x >> 23 & 255, f = x & 0x7fffff;
    if (e == 255) return s | UINT64_C(0x7ff) << 52 | (uint64_t)f << 29;
    if (e) return s | (uint64_t)(e + 896) << 52 | (uint64_t)f << 29;
    if (!f) return s;
    unsigned up = 0;
    while (!(f & 0x800000)) {
        f <<= 1;
        up++;
    }
    return s | (uint64_t)(897 - up) << 52 | (uint64_t)(f & 0x7fffff) << 29;
}

static uint32_t class_of(uint32_t x)
{
    uint32_t e = x >> 23 & 255, f = x & 0x7fffff, neg = x >> 31;
    if (e == 255 && f) return 0x11;
    if (e == 255) return neg ? 9 : 5;
    if (!e && !f) return neg ? 0x12 : 2;
    return (neg ? 8 : 4) | (e ? 0 : 0x10);
}

static uint32_t summary(uint32_t old, uint32_t set)
{
    uint32_t v = old | set;
    if (set & ~old & (XX | VXSNAN | VXCVI)) v |= FX;
    if (v & (VXSNAN | VXCVI)) v |= VX;
    return v;
}

static bool is_snan(uint32_t x) { return (x & 0x7fc00000) == 0x7f800000 && x & 0x3fffff; }

/* Rounding a single to a single changes nothing but a signalling NaN. */
static struct want want_frsp(uint32_t x, uint32_t old)
{
    uint64_t b = widen(x);
    uint32_t f = old & ~(uint32_t)RESULT_MASK;
    if (is_snan(x)) {
        b |= UINT64_C(1) << 51;
        f = summary(f, VXSNAN);
    }
    return (struct want){b, f | class_of(x) << 12};
}

/* The integer in modes 0 nearest even, 1 to zero, 2 up, 3 down; *inexact, *away say what was lost. */
static int64_t integral(uint32_t x, unsigned mode, bool *inexact, bool *away)
{
    int e = (int)(x >> 23 & 255) - 150;
    uint64_t m = (x & 0x7fffff) | (x >> 23 & 255 ? 0x800000 : 0);
    bool neg = x >> 31;
    if (e == -150) e = -149;
    *inexact = *away = false;
    if (e >= 0) return (neg ? -1 : 1) * (int64_t)(e > 30 ? UINT64_C(1) << 50 : m << e);
    uint64_t whole = e < -40 ? 0 : m >> -e, twice; /* compare the rest with one half */
    int rest; /* -2 none, -1 below, 0 half, 1 above */
    if (e < -40) {
        rest = m ? -1 : -2;
    } else {
        twice = (m - (whole << -e)) * 2;
        rest = !twice ? -2 : twice < UINT64_C(1) << -e ? -1 : twice > UINT64_C(1) << -e;
    }
    if (rest > -2) {
        *inexact = true;
        *away = mode == 0 ? rest > 0 || (rest == 0 && whole & 1) : mode == 2 ? !neg : mode == 3 && neg;
        whole += *away;
    }
    return neg ? -(int64_t)whole : (int64_t)whole;
}

/* FPRF is undefined after a conversion: the mask in check() leaves it out. */
static struct want want_int(uint32_t x, uint32_t old, unsigned mode)
{
    uint32_t f = old & ~(uint32_t)(FR | FI), e = x >> 23 & 255;
    bool inexact, away;
    if (e == 255 && x & 0x7fffff) {
        return (struct want){0x80000000, summary(f, VXCVI | (is_snan(x) ? VXSNAN : 0))};
    }
    int64_t v = e == 255 ? (x >> 31 ? INT64_MIN : INT64_MAX) : integral(x, mode, &inexact, &away);
    if (v > INT32_MAX) return (struct want){0x7fffffff, summary(f, VXCVI)};
    if (v < INT32_MIN) return (struct want){0x80000000, summary(f, VXCVI)};
    if (inexact) f = summary(f, XX) | FI | (away ? FR : 0);
    return (struct want){(uint32_t)v, f};
}

static unsigned check(const char *glue, uint32_t x, uint32_t fpscr, const uint8_t *row)
{
    static const char *const names[3] = {"frsp", "fctiw", "fctiwz"};
    unsigned mode = fpscr & 3, bad = 0;
    struct want w[3] = {want_frsp(x, fpscr), want_int(x, fpscr, mode), want_int(x, fpscr, 1)};
    for (unsigned k = 0; k < 3; k++) {
        uint64_t got = get_be64(row + 16 * k), g = (uint32_t)get_be64(row + 16 * k + 8);
        uint32_t mask = k ? ~(uint32_t)FPRF_MASK : UINT32_MAX;
        if (k) got = (uint32_t)got;
        if (got == w[k].bits && !((g ^ w[k].fpscr) & mask)) continue;
        printf("FAIL %s %s of single %08x, FPSCR %08x: want %016" PRIx64 " %08x, got %016" PRIx64 " %08" PRIx64 "\n",
               glue, names[k], x, fpscr, w[k].bits, w[k].fpscr & mask, got, g & mask);
        bad++;
    }
    return bad;
}

static bool run_table(struct bare *b, const uint8_t *table, uint32_t fpscr)
{
    if (!bare_write(b, IN, table, 4 * N)) return false;
    bare_set(b, BARE_GPR, 3, (struct value){0, IN - 4});
    bare_set(b, BARE_GPR, 4, (struct value){0, OUT - 8});
    bare_set(b, BARE_CTR, 0, (struct value){0, N});
    bare_set(b, BARE_FPR, 9, (struct value){0, fpscr});
    bare_set(b, BARE_PC, 0, (struct value){0, CODE});
    uint64_t end = CODE + 4 * (ARRAY_SIZE(program) - 1);
    for (unsigned i = 0; i < 1000 && ppc_pc(b->cpu) != end; i++) ppc_run(b->cpu, 100000);
    return ppc_pc(b->cpu) == end;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 1 << 20;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, failed = 0, done = 0;
    if (!count || count > UINT64_C(1) << 32) count = UINT64_C(1) << 32;
    uint64_t every = argc > 3 ? strtoull(argv[3], NULL, 0) : 16, tables = 0;
    if (!every) every = 1;
    uint64_t stride = (UINT64_C(1) << 32) / count, offset = seed % stride;
    static const char *const names[2] = {"threaded", "portable"};
    static uint8_t table[4 * N], code[4 * ARRAY_SIZE(program)], out[ROW * N];
    struct bare b[2];
    struct error err = {""};
    for (unsigned i = 0; i < ARRAY_SIZE(program); i++) put_be32(code + 4 * i, program[i]);
    for (unsigned k = 0; k < 2; k++) {
        if (bare_new(&b[k], ppc_model_find("7457"), k ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST, 4 << 20, &err) ||
            !bare_write(&b[k], CODE, code, sizeof code)) {
            fprintf(stderr, "singles: %s\n", err.text);
            return 2;
        }
        bare_clear(&b[k], 0x3002);
    }
    clock_t start = clock();
    for (uint64_t t = 0; done < count && failed < 20; t++) {
        for (unsigned i = 0; i < N; i++) put_be32(table + 4 * i, (uint32_t)((done + i) * stride + offset));
        /* over all tables each mode with and without XX: an odd step walks through all eight */
        uint32_t fpscr = ((uint32_t)(t * 3 + seed) & 3) | (t & 4 ? 0 : XX);
        bool both = (t + (t >> 3)) % every == 0; /* all modes: t % 8 decides them */
        tables += both;
        for (unsigned k = 0; k < 1u + both; k++) {
            if (!run_table(&b[k], table, fpscr) || !bare_read(&b[k], OUT, out, sizeof out)) {
                printf("FAIL %s: the program did not end\n", names[k]);
                return 1;
            }
            for (unsigned i = 0; i < N && failed < 20; i++)
                failed += check(names[k], get_be32(table + 4 * i), fpscr, out + ROW * i);
        }
        done += N;
    }
    double s = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("singles: %" PRIu64 " singles, %" PRIu64 " of them on the portable core, too, %" PRIu64 " differ, seed %" PRIu64
           ", %.1f s, %.2f million/s\n",
           done, tables * N, failed, seed, s, (double)done / 1e6 / (s > 0 ? s : 1));
    bare_free(&b[0]);
    bare_free(&b[1]);
    return failed != 0;
}
