/*
 * Special-purpose registers by number. Private to cpu/ and mmu/.
 */
#ifndef CPU_SPR_H
#define CPU_SPR_H

#include "cpu/insn.h"

/* Bits that the emulator acts on (MPC7450UM 2.1.5, MPC750UM 2.1.2). */
enum {
    HID0_NAP_ETC_DOZE = 1 << 23, /* 750, 7400: doze; the 745x has HIGH_BAT_EN here */
    HID0_HIGH_BAT_EN = 1 << 23,
    HID0_STEN = 1 << 24, /* 745x: software table search */
    HID0_NAP = 1 << 22,
    HID0_SLEEP = 1 << 21,
    HID0_DPM = 1 << 20,
    HID0_ICE = 1 << 15,
    HID0_DCE = 1 << 14,
    HID0_DLOCK = 1 << 12,
    HID0_ICFI = 1 << 11,
    HID0_DCFI = 1 << 10,
    HID0_BTIC = 1 << 5,
    HID0_BHT = 1 << 2,
};

enum { IABR_BE = 2, IABR_TE = 1 };

enum spr_number {
#define SPR(n, name, access, feature) SPR_N_##name = n,
#include "cpu/spr.def"
#undef SPR
    SPR_XER = 1, SPR_LR = 8, SPR_CTR = 9, SPR_HID0 = 1008, SPR_HID1 = 1009,
};

struct spr_info {
    uint16_t number;
    const char *name;
    enum { SPR_U, SPR_UR, SPR_S, SPR_SR } access;
    unsigned feature;
};
extern const struct spr_info spr_table[];
extern const size_t spr_count;

/* mfspr and mtspr with all checks; SEM_FAULT with a program exception raised. */
enum sem spr_read(struct ppc_cpu *c, unsigned n, ureg *v);
enum sem spr_write(struct ppc_cpu *c, unsigned n, ureg v);
/* The register itself, without access checks (debugger, exceptions). */
ureg spr_get(struct ppc_cpu *c, unsigned n);
void spr_set(struct ppc_cpu *c, unsigned n, ureg v);
/* How many bits it has: 32, or 64 for the wide ones of a 64-bit model. */
unsigned spr_bits(unsigned n);
void spr_reset(struct ppc_cpu *c);
/* HID0: the data cache is on and takes new lines. */
bool data_cache_on(const struct ppc_cpu *c);
/* NULL when the model has no such register. */
const struct spr_info *spr_find(const struct ppc_model *m, unsigned n);

/* timebase.c */
uint64_t tb_get(struct ppc_cpu *c);
void tb_set(struct ppc_cpu *c, uint64_t tb);
uint32_t dec_get(struct ppc_cpu *c);
void dec_set(struct ppc_cpu *c, uint32_t v);
void tb_reset(struct ppc_cpu *c);
enum sem tb_read(struct ppc_cpu *c, unsigned tbr, ureg *v);

#endif
