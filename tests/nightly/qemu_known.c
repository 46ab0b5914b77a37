/*
 * The reviewed list of what qemu-ppc (7.2) does otherwise than the 7447A, or what the manual leaves open. Each entry
 * looks at one instruction with its operands and allows exactly the bits that its paragraph is about; a difference
 * is explained when nothing remains. PEM: Programming Environments Manual for 32-bit implementations; ALTIVECPEM: its
 * AltiVec part; MPC7450UM: the chip's manual.
 */
#include <math.h>
#include <string.h>

#include "base/bits.h"
#include "tests/nightly/qemu_random.h"

#define FX 0x80000000u
#define XX 0x02000000u
#define UX 0x08000000u
#define OX 0x10000000u
#define VXSNAN 0x01000000u
#define VXIMZ 0x00100000u
#define FR 0x00040000u
#define FI 0x00020000u
#define FPRF 0x0001f000u
#define FPRF_C 0x00010000u
#define EXCEPTIONS 0x1ff80700u /* OX UX ZX XX and all VX bits */

/* What the entries have allowed so far. */
struct allowed {
    uint32_t fpscr, cr, xer, vscr, gpr;
    uint64_t fpr;
    bool vr, data; /* of the target; of memory */
};

struct view {
    const struct difference *d;
    const struct image *b, *q, *o; /* before; after on qemu, on ours */
    uint32_t w;
    unsigned rd, ra, rb;
    uint32_t fb, fq, fo; /* FPSCR */
    struct allowed *allow;
};

static uint64_t fpr_of(const struct image *s, unsigned n) { return get_be64(s->fpr[n]); }
static uint32_t gpr_of(const struct image *s, unsigned n) { return get_be32(s->gpr[n]); }

static double as_double(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static float lane(const struct image *s, unsigned n, unsigned k)
{
    uint32_t bits = get_be32(s->vr[n] + 4 * k);
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static bool is_one_of(const struct view *v, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(insn_table[v->d->id].name, *names)) return true;
    return false;
}

static bool named(const struct view *v, const char *name) { return !strcmp(insn_table[v->d->id].name, name); }

/* Allows what of `differing` is in `mask`; true when there is something. */
static bool take(uint32_t *allowed, uint32_t differing, uint32_t mask)
{
    *allowed |= differing & mask;
    return differing & mask;
}

/* An exception bit was 1 already and the instruction raises it again. */
static bool fx_again(struct view *v)
{
    bool again = !(v->fb & FX) && !(v->fo & FX) && v->fq & FX && !((v->fo ^ v->fb) & EXCEPTIONS);
    return again && take(&v->allow->fpscr, v->fq ^ v->fo, FX);
}

/* mtfsb1 of an exception bit that was 0 */
static bool fx_mtfsb1(struct view *v)
{
    bool first = v->fo & FX && !(v->fq & FX) && ~v->fb & v->fo & EXCEPTIONS;
    return named(v, "mtfsb1") && first && take(&v->allow->fpscr, v->fq ^ v->fo, FX);
}

static bool fcmp_fi(struct view *v)
{
    static const char *const names[] = {"fcmpu", "fcmpo", NULL};
    bool kept = !((v->fo ^ v->fb) & FI);
    return is_one_of(v, names) && kept && take(&v->allow->fpscr, v->fq ^ v->fo, FI);
}

/* A compare writes FPCC, which is FPRF without C. */
static bool fcmp_class(struct view *v)
{
    static const char *const names[] = {"fcmpu", "fcmpo", NULL};
    bool kept = !((v->fo ^ v->fb) & FPRF_C);
    return is_one_of(v, names) && kept && take(&v->allow->fpscr, v->fq ^ v->fo, FPRF_C);
}

static bool is_snan(uint64_t v)
{
    return (v >> 51 & 0xfff) == 0xffe && v << 13;
}

/* An infinity times 0, plus a signalling NaN: both exceptions, of which QEMU tells one. */
static bool invalid_twice(struct view *v)
{
    uint64_t a = fpr_of(v->b, v->ra) << 1, m = fpr_of(v->b, v->w >> 6 & 31) << 1, inf = UINT64_C(0xffe) << 52;
    bool product = strstr(insn_table[v->d->id].name, "madd") || strstr(insn_table[v->d->id].name, "msub");
    bool times = (a == 0 && m == inf) || (a == inf && m == 0);
    bool both = v->fo & VXSNAN && v->fo & v->fq & VXIMZ;
    if (!product || !times || !both || !is_snan(fpr_of(v->b, v->rb))) return false;
    bool new = !(v->fb & VXSNAN);
    return new && take(&v->allow->fpscr, v->fq ^ v->fo, VXSNAN | FX);
}

static bool fcti_fprf(struct view *v)
{
    static const char *const names[] = {"fctiw", "fctiwz", NULL};
    return is_one_of(v, names) && take(&v->allow->fpscr, v->fq ^ v->fo, FPRF);
}

/* A denormalised single: QEMU looks at the double that holds it, which is normalised. */
static bool single_class(struct view *v)
{
    uint64_t o = fpr_of(v->o, v->rd);
    bool single = insn_table[v->d->id].op == 59 || named(v, "frsp");
    bool tiny = fabs(as_double(o)) < 0x1p-126 && o << 1;
    uint32_t sign = o >> 63 ? 0x8000 : 0x4000;
    bool as_said = (v->fo & FPRF) == (FPRF_C | sign) && (v->fq & FPRF) == sign;
    return single && tiny && as_said && take(&v->allow->fpscr, v->fq ^ v->fo, FPRF_C);
}

/* CR1 is a copy of FPSCR[0-3] on both sides. */
static bool cr1_copy(struct view *v)
{
    uint32_t q = get_be32(v->q->cr) >> 24 & 15, o = get_be32(v->o->cr) >> 24 & 15;
    bool copies = v->w & 1 && insn_table[v->d->id].attrs & A_FP && q == v->fq >> 28 && o == v->fo >> 28;
    return copies && take(&v->allow->cr, (q ^ o) << 24, 0x0f000000);
}

static bool convert_upper(struct view *v)
{
    static const char *const names[] = {"fctiw", "fctiwz", NULL};
    uint64_t x = fpr_of(v->q, v->rd) ^ fpr_of(v->o, v->rd);
    if (!is_one_of(v, names) || !(x >> 32)) return false;
    v->allow->fpr |= UINT64_C(0xffffffff00000000);
    return true;
}

static bool mffs_upper(struct view *v)
{
    uint64_t x = fpr_of(v->q, v->rd) ^ fpr_of(v->o, v->rd);
    if (!named(v, "mffs") || !(x >> 32)) return false;
    v->allow->fpr |= UINT64_C(0xffffffff00000000);
    return true;
}

static bool reads_fr(struct view *v)
{
    uint64_t x = fpr_of(v->q, v->rd) ^ fpr_of(v->o, v->rd);
    if (named(v, "mffs") && x & FR) {
        v->allow->fpr |= FR;
        return true;
    }
    uint32_t differ = get_be32(v->q->cr) ^ get_be32(v->o->cr);
    bool fr = named(v, "mcrfs") && (v->w >> 18 & 7) == 3;
    return fr && take(&v->allow->cr, differ, 4u << (28 - 4 * (v->w >> 23 & 7)));
}

/* Neighbours as numbers of this precision; the largest and infinity are. */
static bool one_apart(uint64_t a, uint64_t b, bool single)
{
    uint64_t ulp = single ? UINT64_C(1) << 29 : 1, inf = UINT64_C(0x7ff) << 52;
    uint64_t big = single ? UINT64_C(0x47efffffe0000000) : inf - 1;
    if ((a ^ b) >> 63) return false;
    a &= INT64_MAX;
    b &= INT64_MAX;
    if (a == inf || b == inf) return a == big || b == big;
    if (single && a < UINT64_C(0x3810000000000000)) return fabs(as_double(a) - as_double(b)) == 0x1p-149;
    return a - b == ulp || b - a == ulp;
}

/* fnmadd and its like round the sum and then change the sign; QEMU rounds the negative of the sum, which is not the
 * same towards an infinity. FPRF may follow, and OX where one of them overflows. */
static bool negative_rounding(struct view *v)
{
    static const char *const names[] = {"fnmadd", "fnmsub", "fnmadds", "fnmsubs", NULL};
    uint64_t q = fpr_of(v->q, v->rd), o = fpr_of(v->o, v->rd);
    bool directed = v->fb & 2, up = (v->fb & 3) == 2, negative = !(o >> 63); /* before the negation */
    bool away = up != negative; /* ours must have the larger number when it rounds away from 0 */
    if (!is_one_of(v, names) || !directed || !one_apart(q, o, insn_table[v->d->id].op == 59)) return false;
    if (away != ((o & INT64_MAX) > (q & INT64_MAX))) return false;
    bool overflow = !isfinite(as_double(q)) || !isfinite(as_double(o));
    v->allow->fpr |= UINT64_MAX;
    v->allow->fpscr |= FPRF | (overflow ? OX | FX : 0);
    return true;
}

static bool near(double got, double want, double bound)
{
    return got == want || fabs(got - want) <= bound * fabs(want);
}

/* Estimates of both are within the architecture's bound, and the same where the result is special. */
static bool estimate(struct view *v)
{
    bool root = named(v, "frsqrte");
    if (!root && !named(v, "fres")) return false;
    double x = as_double(fpr_of(v->b, v->rb)), want = root ? 1 / sqrt(x) : 1 / x;
    double q = as_double(fpr_of(v->q, v->rd)), o = as_double(fpr_of(v->o, v->rd)), bound = root ? 0x1p-5 : 0x1p-8;
    bool in_range = root || (fabs(want) < 0x1p128 && fabs(want) >= 0x1p-126);
    if (isfinite(want) && in_range && (!near(q, want, bound) || !near(o, want, bound))) return false;
    if (isfinite(want) && in_range && q != o) v->allow->fpr |= UINT64_MAX;
    v->allow->fpscr |= (v->fq ^ v->fo) & (FI | XX);
    return true;
}

/* fres of 0: QEMU gives half, as no manual of these chips says; frsqrte of 0 it gives so as well. */
static bool estimate_of_zero(struct view *v)
{
    static const char *const names[] = {"fres", "frsqrte", NULL};
    uint64_t b = fpr_of(v->b, v->rb), inf = UINT64_C(0x7ff) << 52;
    bool zero = !(b << 1);
    if (!is_one_of(v, names) || !zero || fpr_of(v->o, v->rd) != (inf | (b >> 63 << 63))) return false;
    v->allow->fpr |= UINT64_MAX;
    v->allow->fpscr |= FPRF;
    return true;
}

static bool vector_estimate(struct view *v)
{
    static const char *const names[] = {"vrefp", "vrsqrtefp", "vexptefp", "vlogefp", NULL};
    if (!is_one_of(v, names)) return false;
    for (unsigned k = 0; k < 4; k++) {
        double x = lane(v->b, v->rb, k), q = lane(v->q, v->rd, k), o = lane(v->o, v->rd, k);
        if (!memcmp(v->q->vr[v->rd] + 4 * k, v->o->vr[v->rd] + 4 * k, 4)) continue;
        if (named(v, "vlogefp") && fabs(q - log2(x)) <= 0x1p-5 && fabs(o - log2(x)) <= 0x1p-5) continue;
        if (named(v, "vexptefp") && fabs(x) > 4) { /* QEMU's series is wrong there: look at ours alone */
            if (!near(o, (float)exp2(x), 0x1p-4) && (x > -126 || o != 0)) return false;
            continue;
        }
        double want = named(v, "vrefp") ? 1 / x : named(v, "vexptefp") ? exp2(x) : 1 / sqrt(x);
        double bound = named(v, "vexptefp") ? 0x1p-4 : 0x1p-12;
        if (named(v, "vlogefp") || !near(q, want, bound) || !near(o, want, bound)) return false;
    }
    v->allow->vr = true;
    return true;
}

/* By 0, and the largest negative number by -1; CR0 follows, but for SO. */
static bool quotient(struct view *v)
{
    uint32_t a = gpr_of(v->b, v->ra), b = gpr_of(v->b, v->rb);
    bool is_signed = named(v, "divw"), open = !b || (is_signed && a == 0x80000000u && b == UINT32_MAX);
    if ((!is_signed && !named(v, "divwu")) || !open) return false;
    v->allow->gpr = UINT32_MAX;
    if (v->w & 1) v->allow->cr |= 0xe0000000;
    return true;
}

static bool xer_reserved(struct view *v)
{
    bool to_xer = named(v, "mtspr") && (v->w & 0x001ff800) == 0x00010000;
    return to_xer && take(&v->allow->xer, get_be32(v->q->xer) ^ get_be32(v->o->xer), 0x1fff0080);
}

static bool vscr_reserved(struct view *v)
{
    uint32_t differ = get_be32(v->q->vscr + 12) ^ get_be32(v->o->vscr + 12);
    return named(v, "mtvscr") && take(&v->allow->vscr, differ, 0xfffefffe);
}

/* ea: of an indexed form */
static uint32_t indexed(const struct view *v) { return (v->ra ? gpr_of(v->b, v->ra) : 0) + gpr_of(v->b, v->rb); }

/* One line is zero here; qemu leaves it as it was. */
static bool dcba_line(struct view *v)
{
    uint32_t line = (indexed(v) & ~31u) - (DATA_AT - DATA_LEN / 2);
    const uint8_t *q = v->d->after->qemu.data, *o = v->d->after->ours.data;
    static const uint8_t zero[32];
    if (!named(v, "dcba") || line > DATA_LEN - 32 || memcmp(o + line, zero, 32)) return false;
    if (memcmp(q, o, line) || memcmp(q + line + 32, o + line + 32, DATA_LEN - 32 - line)) return false;
    v->allow->data = true;
    return true;
}

/* A number below the range of singles, but not 0: the word is undefined, of the stores only. */
static bool tiny_single_store(struct view *v)
{
    static const char *const names[] = {"stfs", "stfsu", "stfsx", "stfsux", NULL};
    uint64_t s = fpr_of(v->b, v->rd);
    uint32_t at = strchr(insn_table[v->d->id].syntax, '(') ? gpr_of(v->b, v->ra) + (uint32_t)(int16_t)v->w : indexed(v);
    const uint8_t *q = v->d->after->qemu.data, *o = v->d->after->ours.data;
    at -= DATA_AT - DATA_LEN / 2;
    if (!is_one_of(v, names) || (s >> 52 & 0x7ff) >= 874 || at > DATA_LEN - 4) return false;
    if (memcmp(q, o, at) || memcmp(q + at + 4, o + at + 4, DATA_LEN - 4 - at)) return false;
    v->allow->data = true;
    return true;
}

static bool uneven_shift(struct view *v)
{
    const uint8_t *b = v->b->vr[v->rb];
    if (!named(v, "vsl") && !named(v, "vsr")) return false;
    for (unsigned i = 0; i < 15; i++) v->allow->vr |= (b[i] ^ b[15]) & 7;
    return v->allow->vr;
}

struct known known_classes[] = {
    {"FX is set by an exception bit that was set before: only a transition from 0 to 1 does", "PEM 2.1.4", 0},
    {"FX is not set by mtfsb1 of an exception bit: every instruction but mtfsf and mtfsfi does", "PEM 2.1.4", 0},
    {"FI is cleared by compares: they change FPCC, FX, VXSNAN, VXVC", "PEM 8.2 fcmpo, fcmpu", 0},
    {"C is changed by compares: they change FPCC, FX, VXSNAN, VXVC", "PEM 8.2 fcmpo, fcmpu", 0},
    {"VXSNAN is not set where VXIMZ is", "PEM 3.3.6.1.1", 0},
    {"FPRF after fctiw, fctiwz: undefined", "PEM 8.2 fctiw, fctiwz", 0},
    {"FPRF of a denormalised single is normalised for QEMU", "PEM 2.1.4 table 2-5", 0},
    {"CR1 follows FPSCR[0-3]", "PEM 2.1.2.2", 0},
    {"upper word of fctiw, fctiwz: undefined", "PEM 8.2 fctiw, fctiwz", 0},
    {"upper word of mffs: undefined", "PEM 8.2 mffs", 0},
    {"FR, which QEMU does not compute, is read by mffs, mcrfs", "PEM 2.1.4", 0},
    {"fnmadd and its like: rounded first, then negated", "PEM 8.2 fnmadd", 0},
    {"fres, frsqrte: any value within 1/256, 1/32; FI and XX as each has them", "PEM 8.2 fres, frsqrte", 0},
    {"fres, frsqrte of 0: an infinity, not half", "PEM 8.2 fres, frsqrte", 0},
    {"AltiVec estimates: any value within the bound", "ALTIVECPEM 6 vrefp, vrsqrtefp, vexptefp, vlogefp", 0},
    {"divw, divwu by 0 or beyond the range: undefined", "PEM 8.2 divw, divwu", 0},
    {"reserved bits of XER: QEMU keeps them", "PEM 2.1.6; MPC7450UM 2.1.2", 0},
    {"reserved bits of VSCR: QEMU keeps them", "ALTIVECPEM 2.3.2", 0},
    {"dcba: the line's contents are undefined, on the 745x 0; QEMU does nothing", "PEM 8.2 dcba", 0},
    {"stfs of a number below the singles: undefined", "PEM D.7", 0},
    {"vsl, vsr with counts that are not all the same: undefined", "ALTIVECPEM 6 vsl, vsr", 0},
    {NULL, NULL, 0},
};

static bool (*const entries[])(struct view *) = {
    fx_again, fx_mtfsb1, fcmp_fi, fcmp_class, invalid_twice, fcti_fprf, single_class, cr1_copy, convert_upper,
    mffs_upper, reads_fr, negative_rounding, estimate, estimate_of_zero, vector_estimate, quotient, xer_reserved,
    vscr_reserved, dcba_line, tiny_single_store, uneven_shift,
};

static void mask32(uint8_t *p, uint32_t allowed) { put_be32(p, get_be32(p) & ~allowed); }

/* Takes what is allowed out of a state. */
static struct image masked(const struct image *from, const struct view *v)
{
    struct image s = *from;
    mask32(s.fpscr + 4, v->allow->fpscr | FR);
    mask32(s.cr, v->allow->cr);
    mask32(s.xer, v->allow->xer);
    mask32(s.vscr + 12, v->allow->vscr);
    mask32(s.gpr[v->rd], v->allow->gpr);
    memset(s.fpscr, 0, 4);
    put_be64(s.fpr[v->rd], fpr_of(&s, v->rd) & ~v->allow->fpr);
    if (v->allow->vr) memset(s.vr[v->rd], 0, 16);
    return s;
}

bool explain(const struct difference *d)
{
    struct allowed allow = {0};
    struct view v = {
        .d = d, .b = d->before, .q = &d->after->qemu.regs, .o = &d->after->ours.regs, .w = d->word, .allow = &allow,
        .rd = d->word >> 21 & 31, .ra = d->word >> 16 & 31, .rb = d->word >> 11 & 31,
    };
    bool used[ARRAY_SIZE(entries)];
    if (d->after->died != ALIVE) return false;
    v.fb = get_be32(v.b->fpscr + 4);
    v.fq = get_be32(v.q->fpscr + 4);
    v.fo = get_be32(v.o->fpscr + 4);
    for (unsigned i = 0; i < ARRAY_SIZE(entries); i++) used[i] = entries[i](&v);
    struct image q = masked(v.q, &v), o = masked(v.o, &v);
    if (memcmp(&q, &o, sizeof q)) return false;
    if (!allow.data && memcmp(d->after->qemu.data, d->after->ours.data, DATA_LEN)) return false;
    for (unsigned i = 0; i < ARRAY_SIZE(entries); i++) known_classes[i].seen += used[i];
    return true;
}
