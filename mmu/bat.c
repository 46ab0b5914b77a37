/*
 * Block address translation (PEM 7.4, MPC7450UM 5.3). Pairs 4-7 exist on the later models and count
 * only while HID0[HIGH_BAT_EN] is set on the 745x. UNVERIFIED: on the 750FX they always count; its
 * manual's HID2 description would settle it.
 */
#include "mmu/mmu.h"
#include "cpu/spr.h"

static unsigned bat_pairs(const struct ppc_cpu *c)
{
    if (!(c->model->features & PPC_F_BAT8)) return 4;
    if (c->model->features & PPC_F_750FX) return 8;
    return c->spr[SPR_HID0] & HID0_HIGH_BAT_EN ? 8 : 4;
}

enum walk bat_walk(struct ppc_cpu *c, ureg ea, enum access access, struct xlate *x)
{
    const uint32_t(*bat)[2] = access == ACCESS_FETCH ? c->ibat : c->dbat;
    uint32_t valid = c->msr & MSR_PR ? 1 : 2; /* Vp, Vs */
    unsigned n = bat_pairs(c);
    for (unsigned i = 0; i < n; i++) {
        uint32_t upper = bat[i][0], lower = bat[i][1];
        if (!(upper & valid)) continue;
        /* BL: ones are address bits that are not compared; 745x with XBL have up to 15 of them */
        uint32_t bl = (upper >> 2 & 0x7ff) << 17 | 0x1ffff;
        if (((uint32_t)ea ^ upper) & ~bl & 0xfffe0000) continue;
        uint32_t pp = lower & 3;
        x->pa = (lower & 0xfffe0000 & ~bl) | ((uint32_t)ea & bl);
        x->wimg = lower >> 3 & 15;
        x->may_write = pp == 2;
        if (pp == 0 || (access == ACCESS_STORE && pp != 2)) return WALK_PROTECTED;
        return WALK_HIT;
    }
    return WALK_MISS;
}
