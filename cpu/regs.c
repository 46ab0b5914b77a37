/*
 * Registers by name, for the monitor, GDB, the test runner and dumps. The list is generated from
 * the register file and spr.def, so that a new SPR appears everywhere at once.
 */
#include <stdlib.h>

#include "cpu/core_fns.h"
#include "cpu/exception.h"
#include "cpu/sem.h"
#include "cpu/spr.h"
#include "mmu/mmu.h"

enum reg_kind { R_GPR, R_FPR, R_VR, R_SR, R_PC, R_MSR, R_CR, R_FPSCR, R_VSCR, R_SPR, R_NONE };

static const struct {
    const char *name;
    enum reg_kind kind;
} singles[] = {
    {"pc", R_PC}, {"msr", R_MSR}, {"cr", R_CR}, {"fpscr", R_FPSCR}, {"vscr", R_VSCR},
};

static const struct {
    const char *prefix;
    enum reg_kind kind;
    unsigned count;
} files[] = {
    {"r", R_GPR, 32}, {"f", R_FPR, 32}, {"v", R_VR, 32}, {"sr", R_SR, 16},
};

#define N(prefix, n) prefix #n
#define N8(p, t) N(p, t##0), N(p, t##1), N(p, t##2), N(p, t##3), N(p, t##4), N(p, t##5), N(p, t##6), N(p, t##7)
#define ALL32(p)                                                                                   \
    N(p, 0), N(p, 1), N(p, 2), N(p, 3), N(p, 4), N(p, 5), N(p, 6), N(p, 7), N(p, 8), N(p, 9),      \
        N8(p, 1), N(p, 18), N(p, 19), N8(p, 2), N(p, 28), N(p, 29), N(p, 30), N(p, 31)
static const char *const gpr_names[] = {ALL32("r")};
static const char *const fpr_names[] = {ALL32("f")};
static const char *const vr_names[] = {ALL32("v")};
static const char *const sr_names[] = {
    N("sr", 0), N("sr", 1), N("sr", 2), N("sr", 3), N("sr", 4), N("sr", 5), N("sr", 6), N("sr", 7),
    N("sr", 8), N("sr", 9), N("sr", 10), N("sr", 11), N("sr", 12), N("sr", 13), N("sr", 14), N("sr", 15),
};
static const char *const *const file_names[] = {gpr_names, fpr_names, vr_names, sr_names};

static bool has_vectors(const struct ppc_cpu *c) { return c->model->features & PPC_F_ALTIVEC; }

const char *core_reg_name(const struct ppc_cpu *c, unsigned i)
{
    for (unsigned f = 0; f < ARRAY_SIZE(files); f++) {
        if (files[f].kind == R_VR && !has_vectors(c)) continue;
        if (i < files[f].count) return file_names[f][i];
        i -= files[f].count;
    }
    for (unsigned k = 0; k < ARRAY_SIZE(singles); k++) {
        if (singles[k].kind == R_VSCR && !has_vectors(c)) continue;
        if (!i--) return singles[k].name;
    }
    for (size_t k = 0; k < spr_count; k++) {
        if (spr_table[k].feature & ~c->model->features) continue;
        if (!i--) return spr_table[k].name;
    }
    return NULL;
}

static enum reg_kind find(const struct ppc_cpu *c, const char *name, unsigned *n)
{
    for (unsigned k = 0; k < ARRAY_SIZE(singles); k++)
        if (!strcmp(singles[k].name, name)) return singles[k].kind;
    for (unsigned f = 0; f < ARRAY_SIZE(files); f++)
        for (*n = 0; *n < files[f].count; ++*n)
            if (!strcmp(file_names[f][*n], name)) return files[f].kind;
    for (size_t k = 0; k < spr_count; k++)
        if (!strcmp(spr_table[k].name, name) && !(spr_table[k].feature & ~c->model->features)) {
            *n = spr_table[k].number;
            return R_SPR;
        }
    return R_NONE;
}

bool core_reg_get(struct ppc_cpu *c, const char *name, uint8_t value[16], unsigned *bits)
{
    unsigned n = 0;
    uint64_t v = 0;
    *bits = 32;
    switch (find(c, name, &n)) {
    case R_GPR:
        *bits = PPC_WIDTH;
        v = c->gpr[n];
        break;
    case R_FPR:
        *bits = 64;
        put_be64(value, c->fpr[n]);
        return true;
    case R_VR:
        *bits = 128;
        put_be64(value, VR_D(c->vr[n], 0));
        put_be64(value + 8, VR_D(c->vr[n], 1));
        return true;
    case R_SR: v = c->sr[n]; break;
    case R_PC:
        *bits = PPC_WIDTH;
        v = c->pc;
        break;
    case R_MSR:
        *bits = PPC_WIDTH;
        v = c->msr;
        break;
    case R_CR: v = cr_get(c); break;
    case R_FPSCR: v = fpu_get_fpscr(c); break;
    case R_VSCR: v = vscr_get(&c->vpu); break;
    case R_SPR:
        *bits = spr_bits(n);
        v = spr_get(c, n);
        break;
    default: return false;
    }
    if (*bits == 64) put_be64(value, v);
    else put_be32(value, (uint32_t)v);
    return true;
}

static ureg get_wide(const uint8_t value[16])
{
    return PPC_WIDTH == 64 ? (ureg)get_be64(value) : get_be32(value);
}

bool core_reg_set(struct ppc_cpu *c, const char *name, const uint8_t value[16])
{
    unsigned n = 0;
    uint32_t v = get_be32(value);
    switch (find(c, name, &n)) {
    case R_GPR: c->gpr[n] = get_wide(value); break;
    case R_FPR: c->fpr[n] = get_be64(value); break;
    case R_VR:
        VR_D(c->vr[n], 0) = get_be64(value);
        VR_D(c->vr[n], 1) = get_be64(value + 8);
        break;
    case R_SR: mmu_write_sr(c, n, v); break;
    case R_PC: core_set_pc(c, get_wide(value)); break;
    case R_MSR: msr_write(c, get_wide(value)); break;
    case R_CR: cr_set(c, v, 0xff); break;
    case R_FPSCR: fpu_set_fpscr(c, v); break;
    case R_VSCR: vscr_set(&c->vpu, v); break;
    case R_SPR: spr_set(c, n, spr_bits(n) == 64 ? get_wide(value) : v); break;
    default: return false;
    }
    return true;
}

/* A register's value in as many digits as it has. */
#define WIDE "%0*lx"
#define W(v) PPC_WIDTH / 4, (unsigned long)(v)

void core_dump(struct ppc_cpu *c, FILE *to)
{
    const unsigned line = PPC_WIDTH == 32 ? 8 : 4;
    fprintf(to, "NIP " WIDE "   LR " WIDE " CTR " WIDE " XER %08x CPU#0\n", W(c->pc), W(c->lr),
            W(c->ctr), xer_get(c));
    fprintf(to, "MSR " WIDE " HID0 " WIDE " DEC %08x\n", W(c->msr), W(spr_get(c, SPR_HID0)), dec_get(c));
    for (unsigned i = 0; i < 32; i++)
        fprintf(to, "%s%02u " WIDE "%s", i % line ? " " : "GPR", i, W(c->gpr[i]),
                i % line == line - 1 ? "\n" : "");
    fprintf(to, "CR %08x   SRR0 " WIDE " SRR1 " WIDE " DAR " WIDE " DSISR %08x SDR1 " WIDE "\n",
            cr_get(c), W(c->srr0), W(c->srr1), W(c->dar), c->dsisr, W(c->sdr1));
}
