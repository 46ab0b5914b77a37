/*
 * The exact floating-point path (PEM 3.3.6, 3.4; MPC7450UM 2.3.4.2): computes with softfp.c, keeps
 * every FPSCR bit, suppresses results and raises the enabled exceptions, all precisely whichever of
 * FE0 and FE1 is set (PEM 6.4.7.1 allows the imprecise modes to be precise).
 */
#include "cpu/fpu_exact.h"
#include "cpu/fpu_fast.h"

/* ---- FPSCR as a whole ---- */

/* VX and FEX are functions of the other bits. */
static uint32_t with_summaries(uint32_t f)
{
    f &= ~(FPSCR_VX | FPSCR_FEX | FPSCR_RESERVED);
    if (f & FPSCR_VX_ALL) f |= FPSCR_VX;
    /* VX OX UX ZX XX stand in the order of VE OE UE ZE XE. */
    if (f >> 25 & f >> 3 & 0x1f) f |= FPSCR_FEX;
    return f;
}

/* Gives FPSCR a value whose summaries are still to be made. */
static void set_fpscr(struct ppc_cpu *c, uint32_t f)
{
    c->fpu.fpscr = with_summaries(f);
    c->fpu.gate = fpu_gate_of(c);
}

void fpu_sync(struct ppc_cpu *c)
{
    struct ppc_fpu *p = &c->fpu;
    uint32_t f = p->fpscr;
    if (p->last.kind) {
        /* A fast handler ran it, so the modes were the default ones. */
        uint32_t got = fpu_compute(p->last.kind, fp_bits(p->a), fp_bits(p->b), fp_bits(p->m), 0).flags;
        f = (f & ~(FPSCR_FPRF | FPSCR_FI | FPSCR_FR)) | (got & (FPSCR_FPRF | FPSCR_FI | FPSCR_FR));
    }
    if (p->last.conv) {
        unsigned rn = p->last.conv == FPU_CTIWZ ? RN_ZERO : RN_NEAREST;
        uint32_t got = softfp_to_int(fp_bits(p->conv_b), 32, rn).flags;
        f = (f & ~(FPSCR_FI | FPSCR_FR)) | (got & (FPSCR_FI | FPSCR_FR));
    }
    if (p->last.cmp) {
        static const uint8_t fpcc[4] = {0, CR_LT, CR_EQ, CR_GT}; /* less, equal, greater */
        f = (f & ~FPSCR_FPCC) | (uint32_t)fpcc[p->last.cmp & 3] << 12;
    }
    p->fpscr = f;
    p->last = (struct fpu_last){0};
}

uint32_t fpu_get_fpscr(struct ppc_cpu *c)
{
    fpu_sync(c);
    return c->fpu.fpscr;
}

void fpu_set_fpscr(struct ppc_cpu *c, uint32_t v)
{
    c->fpu.last = (struct fpu_last){0};
    set_fpscr(c, v);
}

/* The instruction has written everything; what remains is CR1 and the exception. */
static enum sem end(struct ppc_cpu *c, unsigned v)
{
    fpu_cr1(c, v);
    if (likely(!fpu_exception_due(c))) return SEM_NEXT;
    c->exc_vector = VEC_PROGRAM;
    c->exc_srr1 = PROGRAM_FP;
    return SEM_FAULT;
}

enum sem fpu_finish(struct ppc_cpu *c, unsigned rd, unsigned v, struct softfp r, bool keep_fprf)
{
    uint32_t f = c->fpu.fpscr, sticky = r.flags & FPSCR_STICKY;
    bool suppressed =
        (sticky & FPSCR_VX_ALL && f & FPSCR_VE) || (sticky & FPSCR_ZX && f & FPSCR_ZE);
    uint32_t replaced = FPSCR_FI | FPSCR_FR;
    if (!suppressed && !keep_fprf) replaced |= FPSCR_FPRF;
    if (sticky & ~f) f |= FPSCR_FX;
    f = (f & ~replaced) | (r.flags & replaced) | sticky;
    set_fpscr(c, f);
    if (!suppressed) c->fpr[rd] = r.bits;
    return end(c, v);
}

/* ---- operations ---- */

struct softfp fpu_compute(unsigned kind, uint64_t a, uint64_t b, uint64_t m, uint32_t fpscr)
{
    bool single = kind & FPU_SINGLE;
    unsigned op = kind & ~(unsigned)FPU_SINGLE;
    switch (op) {
    case FPU_ADD: return softfp_add(a, b, single, fpscr);
    case FPU_SUB: return softfp_sub(a, b, single, fpscr);
    case FPU_MUL: return softfp_mul(a, b, single, fpscr);
    case FPU_DIV: return softfp_div(a, b, single, fpscr);
    case FPU_SQRT: return softfp_sqrt(b, single, fpscr);
    case FPU_RSP: return softfp_round_single(b, fpscr);
    case FPU_CFID: return softfp_from_int64((int64_t)b, fpscr);
    default: break;
    }
    bool minus = op == FPU_MSUB || op == FPU_NMSUB, negate = op >= FPU_NMADD;
    return softfp_madd(a, m, b, minus, negate, single, fpscr);
}

enum sem fpu_arith(struct ppc_cpu *c, unsigned rd, unsigned v, unsigned kind, uint64_t a,
                   uint64_t b, uint64_t m)
{
    fpu_sync(c);
    return fpu_finish(c, rd, v, fpu_compute(kind, a, b, m, c->fpu.fpscr), false);
}

enum sem fpu_convert(struct ppc_cpu *c, unsigned rd, unsigned v, unsigned kind, uint64_t b)
{
    fpu_sync(c);
    bool zero = kind == FPU_CTIWZ || kind == FPU_CTIDZ;
    unsigned width = kind <= FPU_CTIWZ ? 32 : 64;
    struct softfp r = softfp_to_int(b, width, zero ? RN_ZERO : c->fpu.fpscr & FPSCR_RN);
    if (width == 32) /* see fp_ctiw in sem_fp.h */
        r.bits |= UINT64_C(0xfff8000000000000) | (uint64_t)(r.bits == 0 && b & FP_SIGN) << 32;
    return fpu_finish(c, rd, v, r, true);
}

enum sem fpu_estimate(struct ppc_cpu *c, unsigned rd, unsigned v, unsigned kind, uint64_t b)
{
    unsigned features = c->model ? c->model->features : 0;
    fpu_sync(c);
    struct softfp r =
        kind == FPU_RES ? fpu_res(b, features, c->fpu.fpscr) : fpu_rsqrte(b, features);
    return fpu_finish(c, rd, v, r, false);
}

/* PEM 8 (fcmpo): VXVC for a quiet NaN; for a signalling one only while VE does not trap it. */
static uint32_t compare_invalid(uint64_t a, uint64_t b, bool ordered, bool ve)
{
    if (softfp_is_snan(a) || softfp_is_snan(b))
        return FPSCR_VXSNAN | (ordered && !ve ? FPSCR_VXVC : 0);
    return ordered && (softfp_is_nan(a) || softfp_is_nan(b)) ? FPSCR_VXVC : 0;
}

enum sem fpu_compare(struct ppc_cpu *c, unsigned crf, uint64_t a, uint64_t b, bool ordered)
{
    fpu_sync(c);
    double x = fp_double(a), y = fp_double(b);
    unsigned cc = x < y ? CR_LT : x > y ? CR_GT : x == y ? CR_EQ : CR_SO;
    uint32_t f = c->fpu.fpscr, sticky = compare_invalid(a, b, ordered, f & FPSCR_VE);
    if (sticky & ~f) f |= FPSCR_FX;
    f = (f & ~FPSCR_FPCC) | cc << 12 | sticky;
    set_fpscr(c, f);
    cr_set_field(c, crf, cc);
    return end(c, 0);
}

/* ---- moves to and from FPSCR (PEM 4.2.2.6) ---- */

enum sem fpu_write_masked(struct ppc_cpu *c, unsigned v, uint32_t value, uint32_t mask)
{
    fpu_sync(c);
    set_fpscr(c, (c->fpu.fpscr & ~mask) | (value & mask));
    return end(c, v);
}

enum sem fpu_set_bit(struct ppc_cpu *c, unsigned v, unsigned bit, bool on)
{
    fpu_sync(c);
    uint32_t f = c->fpu.fpscr, mask = PPC_BIT32(bit) & ~(FPSCR_FEX | FPSCR_VX);
    if (on && mask & FPSCR_STICKY & ~f) f |= FPSCR_FX; /* an exception bit rises (PEM table 2-4) */
    set_fpscr(c, on ? f | mask : f & ~mask);
    return end(c, v);
}

enum sem fpu_field_to_cr(struct ppc_cpu *c, unsigned crf, unsigned field)
{
    fpu_sync(c);
    unsigned shift = 28 - 4 * field;
    uint32_t f = c->fpu.fpscr;
    cr_set_field(c, crf, f >> shift & 15);
    set_fpscr(c, f & ~((FPSCR_STICKY | FPSCR_FX) & UINT32_C(15) << shift));
    return end(c, 0);
}

enum sem fpu_read(struct ppc_cpu *c, unsigned rd, unsigned v)
{
    fpu_sync(c);
    /* The upper word is undefined; the 750 family gives FFF80000. UNVERIFIED for the 74xx. */
    c->fpr[rd] = UINT64_C(0xfff8000000000000) | c->fpu.fpscr;
    fpu_cr1(c, v);
    return SEM_NEXT;
}

/* ---- the host's mode ---- */

#if defined(__x86_64__)
enum { MXCSR_DEFAULT = 0x1f80 }; /* all masked, nearest, no flushing */

void fpu_enter(struct ppc_cpu *c)
{
    c->fpu.host_mode = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(MXCSR_DEFAULT);
    c->fpu.host_fma = __builtin_cpu_supports("fma") != 0;
}

void fpu_leave(struct ppc_cpu *c) { __builtin_ia32_ldmxcsr(c->fpu.host_mode); }
#else
/* Other hosts start in the default mode and nothing in the emulator leaves it. */
void fpu_enter(struct ppc_cpu *c) { (void)c; }
void fpu_leave(struct ppc_cpu *c) { (void)c; }
#endif
