#include "cpu/spr.h"

#include <string.h>

#include "cpu/exception.h"
#include "cpu/perfmon.h"
#include "cpu/sem.h"
#include "mmu/mmu.h"

const struct spr_info spr_table[] = {
#define SPR(n, name, access, feature) {n, #name, SPR_##access, feature},
#include "cpu/spr.def"
#undef SPR
};
const size_t spr_count = ARRAY_SIZE(spr_table);

const struct spr_info *spr_find(const struct ppc_model *m, unsigned n)
{
    for (size_t i = 0; i < spr_count; i++)
        if (spr_table[i].number == n && !(spr_table[i].feature & ~m->features)) return &spr_table[i];
    return NULL;
}

/* BAT registers by number: [0] of the pair for even numbers. NULL when n is none. */
static uint32_t *bat_register(struct ppc_cpu *c, unsigned n)
{
    if (n >= 528 && n < 536) return &c->ibat[(n - 528) / 2][n & 1];
    if (n >= 536 && n < 544) return &c->dbat[(n - 536) / 2][n & 1];
    if (n >= 560 && n < 568) return &c->ibat[4 + (n - 560) / 2][n & 1];
    if (n >= 568 && n < 576) return &c->dbat[4 + (n - 568) / 2][n & 1];
    return NULL;
}

/* User-readable copies of the performance monitor: 16 below the supervisor number. */
static bool is_pmon_copy(unsigned n) { return n >= 928 && n <= 942; }

/* The thermal assist unit (MPC750UM 10.3) at a steady 40 degrees: a valid threshold register
 * answers at once while THRM3[E] is set. */
enum { TIN = INT32_MIN, TIV = 1 << 30, TID = 4, TIE = 2 };

static ureg thrm_read(const struct ppc_cpu *c, unsigned n)
{
    enum { V = 1, E = 1, DEGREES = 40 };
    uint32_t v = (uint32_t)c->spr[n] & ~((uint32_t)TIN | TIV);
    if (!(v & V) || !(c->spr[SPR_N_thrm3] & E)) return v;
    unsigned threshold = v >> 23 & 127;
    bool crossed = v & TID ? DEGREES < threshold : DEGREES > threshold;
    return v | TIV | (crossed ? (uint32_t)TIN : 0);
}

/* MPC7400UM 4.6.17: asked for as long as a threshold that is crossed enables it. */
static void thrm_write(struct ppc_cpu *c, unsigned n, ureg v)
{
    bool due = false;
    c->spr[n] = v;
    for (unsigned i = SPR_N_thrm1; i <= SPR_N_thrm2; i++) {
        ureg t = thrm_read(c, i);
        due |= t & TIE && t & TIV && t & (uint32_t)TIN;
    }
    c->pending = (c->pending & ~(unsigned)PENDING_THERMAL) | (due ? PENDING_THERMAL : 0);
    ppc_irq_changed(c);
}

static bool is_perfmon(const struct ppc_cpu *c, unsigned n)
{
    switch (n) {
    case SPR_N_mmcr0: case SPR_N_mmcr1: case SPR_N_pmc1: case SPR_N_pmc2: case SPR_N_pmc3: case SPR_N_pmc4: return true;
    case SPR_N_pmc5: case SPR_N_pmc6: return c->model->features & PPC_F_745X;
    default: return false;
    }
}

/* The time base is read whole through its lower number (64-bit PEM chapter 2); DEC stays 32 bits wide. */
static ureg tb_lower(struct ppc_cpu *c) { return (ureg)tb_get(c); }

ureg spr_get(struct ppc_cpu *c, unsigned n)
{
    const uint32_t *bat = bat_register(c, n);
    if (bat) return *bat;
    if (is_pmon_copy(n)) n += 16;
    if (c->pm.on && is_perfmon(c, n)) perfmon_sync(c);
    switch (n) {
    case SPR_N_xer: return xer_get(c);
    case SPR_N_lr: return c->lr;
    case SPR_N_ctr: return c->ctr;
    case SPR_N_dsisr: return c->dsisr;
    case SPR_N_dar: return c->dar;
    case SPR_N_dec: return dec_get(c);
    case SPR_N_sdr1: return c->sdr1;
    case SPR_N_srr0: return c->srr0;
    case SPR_N_srr1: return c->srr1;
    case SPR_N_tbl: case SPR_N_tblw: return tb_lower(c);
    case SPR_N_tbu: case SPR_N_tbuw: return (uint32_t)(tb_get(c) >> 32);
    case SPR_N_pvr: return c->model->pvr;
    case SPR_N_thrm1: case SPR_N_thrm2: return thrm_read(c, n);
    default: return c->spr[n];
    }
}

/* Cache controls: contents are always coherent here, so every request is done at once, and the
 * bits that the chip clears when it is done read 0 (MPC7450UM 2.1.5.5, 3.5, 3.6, 3.7). The 750 and
 * 7400 show L2 invalidation in L2IP (bit 31), read only. */
static ureg cache_control(const struct ppc_cpu *c, unsigned n, ureg v)
{
    enum { L2_INVALIDATE = 1 << 21, L2_HW_FLUSH = 1 << 11, L3_INVALIDATE = 1 << 10,
           L3_HW_FLUSH = 1 << 11, MSS_L1_HW_FLUSH = 1 << 23, L2_IN_PROGRESS = 1 };
    bool g4e = c->model->features & PPC_F_745X;
    switch (n) {
    case SPR_N_l2cr: return g4e ? v & ~(ureg)(L2_INVALIDATE | L2_HW_FLUSH) : v & ~(ureg)L2_IN_PROGRESS;
    case SPR_N_l3cr: return v & ~(ureg)(L3_INVALIDATE | L3_HW_FLUSH);
    case SPR_N_msscr0: return v & ~(ureg)MSS_L1_HW_FLUSH;
#if PPC_WIDTH == 32
    case SPR_N_hid0: return v & ~(ureg)(HID0_ICFI | HID0_DCFI);
#endif
    default: return v;
    }
}

/* Where dcbz works; MPC7400UM 4.6.6. The 64-bit models' caches have no such switch. */
bool data_cache_on(const struct ppc_cpu *c)
{
    return PPC_WIDTH == 64 || (c->spr[SPR_HID0] & (HID0_DCE | HID0_DLOCK)) == HID0_DCE;
}

unsigned spr_bits(unsigned n)
{
    switch (n) {
    case SPR_N_xer: case SPR_N_dsisr: case SPR_N_dec: case SPR_N_vrsave: case SPR_N_tbu: case SPR_N_tbuw:
    case SPR_N_tblw: case SPR_N_pvr: case SPR_N_pir: case SPR_N_ctrl: case SPR_N_ctrlw: return 32;
    default: return PPC_WIDTH;
    }
}

void spr_set(struct ppc_cpu *c, unsigned n, ureg v)
{
    uint32_t *bat = bat_register(c, n);
    if (bat) {
        if (*bat != v) {
            *bat = (uint32_t)v;
            mmu_flush_all(c);
        }
        return;
    }
    if (PPC_WIDTH == 32 && is_perfmon(c, n)) {
        perfmon_sync(c);
        c->spr[n] = v;
        perfmon_changed(c);
        return;
    }
    switch (n) {
    case SPR_N_xer: xer_set(c, (uint32_t)v); break;
    case SPR_N_lr: c->lr = v; break;
    case SPR_N_ctr: c->ctr = v; break;
    case SPR_N_dsisr: c->dsisr = (uint32_t)v; break;
    case SPR_N_dar: c->dar = v; break;
    case SPR_N_dec: dec_set(c, (uint32_t)v); break;
    case SPR_N_sdr1:
        c->sdr1 = v;
        mmu_flush_all(c);
        break;
    case SPR_N_srr0: c->srr0 = v & ~(ureg)3; break;
    case SPR_N_srr1: c->srr1 = v; break;
    case SPR_N_tblw: tb_set(c, (tb_get(c) & ~UINT64_C(0xffffffff)) | (uint32_t)v); break;
    case SPR_N_tbuw: tb_set(c, (uint32_t)tb_get(c) | (uint64_t)v << 32); break;
    case SPR_N_pvr: case SPR_N_tbl: case SPR_N_tbu: case SPR_N_ctrl: break;
    case SPR_N_hid1: /* the PLL configuration of the early chips is strapped, not written */
        if (c->model->features & PPC_F_745X) c->spr[n] = v;
        break;
    case SPR_N_hid0:
        if (PPC_WIDTH == 32 && (c->spr[n] ^ v) & (HID0_HIGH_BAT_EN | HID0_STEN)) mmu_flush_all(c);
        c->spr[n] = cache_control(c, n, v);
        c->dcbz_checked = (uint8_t)((c->dcbz_checked & ~DCBZ_CACHE_OFF) | (data_cache_on(c) ? 0 : DCBZ_CACHE_OFF));
        break;
    case SPR_N_dabr: /* pages that it watches are not to be remembered: cpu/access.c */
        if (c->spr[n] != v) mmu_flush_all(c);
        c->spr[n] = v;
        break;
    case SPR_N_iabr: /* while it is armed, instructions go one at a time: run_loop */
        c->spr[n] = v;
        c->kick |= KICK_SYNC;
        break;
    case SPR_N_thrm1: case SPR_N_thrm2: case SPR_N_thrm3: thrm_write(c, n, v); break;
    case SPR_N_ctrlw: c->spr[SPR_N_ctrl] = c->spr[n] = (uint32_t)v; break; /* one register */
    default: c->spr[n] = cache_control(c, n, v); break;
    }
}

/* MPC7450UM 2.3.4.6.2: bit 4 of the number marks a supervisor register. In problem state such a
 * number is a privilege violation even when no register is there; an unknown user number is illegal.
 * In supervisor state an unknown register reads 0 and is written to nothing, once logged. */
static const struct spr_info *accessible(struct ppc_cpu *c, unsigned n, bool write, enum sem *done)
{
    const struct spr_info *info = spr_find(c->model, n);
    *done = SEM_NEXT;
    if (c->msr & MSR_PR) {
        if (n & 16) *done = ppc_raise(c, VEC_PROGRAM, PROGRAM_PRIVILEGED);
        else if (!info || info->access >= SPR_S || (write && info->access == SPR_UR))
            *done = ppc_raise(c, VEC_PROGRAM, PROGRAM_ILLEGAL);
        return *done == SEM_NEXT ? info : NULL;
    }
    if (!info)
        log_once(c->log, LOG_GUEST | LOG_UNIMP, "spr", n, "%s of unknown SPR %u at %08lx",
                 write ? "write" : "read", n, (unsigned long)c->pc);
    return info;
}

enum sem spr_read(struct ppc_cpu *c, unsigned n, ureg *v)
{
    enum sem done;
    const struct spr_info *info = accessible(c, n, false, &done);
    if (done == SEM_NEXT) *v = info ? spr_get(c, n) : 0;
    return done;
}

enum sem spr_write(struct ppc_cpu *c, unsigned n, ureg v)
{
    enum sem done;
    if (accessible(c, n, true, &done)) spr_set(c, n, v);
    return done;
}

void spr_reset(struct ppc_cpu *c)
{
    memset(c->spr, 0, sizeof c->spr);
    c->pending = 0;
    c->pm.on = false;
    c->dcbz_checked = data_cache_on(c) ? 0 : DCBZ_CACHE_OFF;
    c->spr[SPR_HID1] = c->model->hid1;
    c->spr[SPR_N_vrsave] = 0;
    if (c->model->features & PPC_F_745X) c->spr[SPR_N_msscr0] = 0; /* one processor: ID 0 */
}
