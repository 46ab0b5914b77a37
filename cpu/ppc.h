/*
 * Public face of the CPU core: what machines, hypercalls, firmware, the monitor and GDB may know.
 * Everything else in cpu/ is private to cpu/ and mmu/.
 */
#ifndef CPU_PPC_H
#define CPU_PPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"
#include "base/sched.h"
#include "mmu/bus.h"

struct ppc_cpu;

/* A CPU model: one line of cpu/model.def. */
struct ppc_model {
    const char *name;      /* "7457" */
    const char *about;
    uint32_t pvr;
    unsigned features;     /* enum ppc_feature */
    uint32_t hid1;         /* HID1 after reset (PLL strap) */
    const char *of_name;   /* "PowerPC,G4" */
    uint32_t l1_size, line_size, l2_size;
    uint16_t tlb_entries, tlb_ways; /* each of ITLB and DTLB */
};

enum ppc_feature {
    PPC_F_BASE = 0,
    PPC_F_ALTIVEC = 1 << 0,
    PPC_F_BAT8 = 1 << 1,    /* IBAT/DBAT 4-7 (7445/7455 and later; enabled by HID0[HIGH_BAT_EN]) */
    PPC_F_74XX = 1 << 2,    /* MSSCR0, MMCR2, AltiVec-era SPRs */
    PPC_F_745X = 1 << 3,    /* L3, LDSTCR, ICTRL, PTEHI/PTELO, software table search */
    PPC_F_L3 = 1 << 4,
    PPC_F_THRM = 1 << 5,    /* thermal assist unit (750, 7400) */
    PPC_F_SPRG8 = 1 << 6,   /* SPRG4-7 */
    PPC_F_64 = 1 << 7,      /* 64-bit registers and instructions: runs on the second width */
    PPC_F_750 = 1 << 8,
    PPC_F_750FX = 1 << 9,   /* HID2, PLL in HID1, BAT 4-7 by HID2 */
    PPC_F_32 = 1 << 10,     /* the 32-bit OEA: BATs, rfi */
    PPC_F_WRTEE = 1 << 11,  /* wrtee, wrteei: on no chip of ours, a hypervisor may emulate them */
    PPC_F_NEVER = 1 << 30,  /* in the architecture, on none of our models */
};

/* NULL when unknown. Accepts QEMU's spellings ("7447a", "g4", "7457_v1.2", "750cxe_v3.1"). */
const struct ppc_model *ppc_model_find(const char *name);
const struct ppc_model *ppc_model_list(size_t *n);

enum ppc_line { PPC_LINE_EXT, PPC_LINE_SMI, PPC_LINE_MCP, PPC_LINE_SRESET };

enum ppc_stop {
    PPC_STOP_BUDGET,    /* the instructions asked for (or a few more) have run */
    PPC_STOP_IDLE,      /* waits for an interrupt (MSR[POW] with doze/nap/sleep, or `b .`) */
    PPC_STOP_REST,      /* with `rests`: goes round and round until an interrupt comes */
    PPC_STOP_KICK,      /* ppc_kick was called */
    PPC_STOP_DEBUG,     /* breakpoint or watchpoint of ppc_set_debug */
    PPC_STOP_CHECKSTOP, /* machine check with MSR[ME]=0: the chip stops until a hard reset */
};

/* Called for `sc` with the LEV field of the instruction (0-127) before any exception is taken;
 * r0-r31 may be read and changed. True: handled, go on behind the sc. False: the chip's own
 * behaviour follows. MSR[PR] is the caller's to check (ppc_msr). NULL: never asked. */
typedef bool ppc_sc_fn(void *ctx, struct ppc_cpu *c, unsigned lev);

/* BASELINE: the threaded core without the host's newer instructions, as an old host runs it. */
enum ppc_glue { PPC_GLUE_BEST, PPC_GLUE_TAIL, PPC_GLUE_PORTABLE, PPC_GLUE_PROFILE, PPC_GLUE_BASELINE };

struct ppc_config {
    const struct ppc_model *model;
    struct bus *bus;
    struct sched *sched;  /* time base, decrementer */
    struct log *log;
    uint64_t tb_hz;       /* time base frequency */
    enum ppc_glue glue;
    bool rests;           /* time passes by itself: look for idle loops (cpu/rest.h) */
    ppc_sc_fn *sc;
    void *sc_ctx;
};

struct ppc_cpu *ppc_new(const struct ppc_config *cfg, struct error *err);
void ppc_free(struct ppc_cpu *c);
/* Hard reset: registers as the manual says, pc = FFF00100 (MSR[IP]=1). */
void ppc_reset(struct ppc_cpu *c);

/* Runs about `budget` instructions (overshoot: at most one page of straight code). */
enum ppc_stop ppc_run(struct ppc_cpu *c, uint64_t budget);
/* Runs exactly one instruction (or takes one pending interrupt). */
enum ppc_stop ppc_step(struct ppc_cpu *c);
/* Ends ppc_run soon: after the current instruction when called from inside one. */
void ppc_kick(struct ppc_cpu *c);
/* Where a debugger wants runs to end: before an instruction (exec), or behind one that has loaded from
 * or stored to [at, at+len), len > 0. Addresses are effective ones. */
struct ppc_debug_point {
    uint64_t at, len;
    bool exec, load, store;
};
#define PPC_DEBUG_POINTS 256
struct ppc_debug {
    struct ppc_debug_point point[PPC_DEBUG_POINTS];
    unsigned n;
    const struct ppc_debug_point *hit; /* the watchpoint that ended the run; NULL: none yet */
    uint64_t hit_at;
};
/* Takes d over as it is; it stays the caller's, who calls this again after each change. NULL: none.
 * Only ppc_run looks at breakpoints; ppc_step goes over one. */
void ppc_set_debug(struct ppc_cpu *c, struct ppc_debug *d);
/* Level of an interrupt input; same thread as ppc_run. */
void ppc_set_line(struct ppc_cpu *c, enum ppc_line line, bool level);
/* True when an interrupt is pending and enabled, so that ppc_run would make progress. */
bool ppc_wakes(const struct ppc_cpu *c);
bool ppc_idle(const struct ppc_cpu *c);
/* Puts the CPU to sleep, from an sc hook: until the next interrupt that MSR lets in. */
void ppc_sleep(struct ppc_cpu *c);

/* Replaces the hook that ppc_config gave. */
void ppc_set_sc(struct ppc_cpu *c, ppc_sc_fn *sc, void *ctx);

/* Instructions completed since reset, exact also inside a device access. */
uint64_t ppc_insns(const struct ppc_cpu *c);

/* Plain registers, for firmware and hypercalls. n is 0-31. */
uint64_t ppc_gpr(const struct ppc_cpu *c, unsigned n);
void ppc_set_gpr(struct ppc_cpu *c, unsigned n, uint64_t v);
uint64_t ppc_pc(const struct ppc_cpu *c);
void ppc_set_pc(struct ppc_cpu *c, uint64_t pc);
uint64_t ppc_lr(const struct ppc_cpu *c);
void ppc_set_lr(struct ppc_cpu *c, uint64_t v);
uint64_t ppc_msr(const struct ppc_cpu *c);
void ppc_set_msr(struct ppc_cpu *c, uint64_t v); /* resynchronises everything that hangs on it */
const struct ppc_model *ppc_model(const struct ppc_cpu *c);

/* KVM's magic page (docs/hypercalls.md): supervisor data accesses to the effective page ea, and to
 * the real page ra while MSR[DR]=0, reach a page that shows registers. 0 is nowhere. bytes: 4 KiB
 * that stay with the caller and hold what is memory of it; NULL: no page, as after ppc_reset. */
void ppc_map_magic(struct ppc_cpu *c, uint64_t ea, uint64_t ra, uint8_t *bytes);

/* Every register by its name in cpu/reg.def and cpu/spr.def: "r0".."r31", "f0".., "v0"..,
 * "pc", "msr", "cr", "lr", "ctr", "xer", "fpscr", "vscr", "sr0".., and SPRs ("srr0", "hid0").
 * value: 16 bytes, big-endian, right-aligned in *bits/8 bytes. False: no such register here. */
bool ppc_reg_get(struct ppc_cpu *c, const char *name, uint8_t value[16], unsigned *bits);
bool ppc_reg_set(struct ppc_cpu *c, const char *name, const uint8_t value[16]);
/* The i-th register's name, NULL at the end; a stable order for listings. */
const char *ppc_reg_name(const struct ppc_cpu *c, unsigned i);

/* Debug translation with the CPU's current MSR: no R/C update, no exception. */
bool ppc_translate(struct ppc_cpu *c, uint64_t ea, paddr_t *pa);

/* Disassembles `word` at `pc` for this model into buf: "add     r3,r4,r5"; ".long 0x…" if none. */
void ppc_disasm(const struct ppc_cpu *c, uint32_t word, uint64_t pc, char *buf, size_t len);

/* What the slow paths count, for -d perf. */
struct ppc_counters {
    uint64_t data_fills, fetch_fills; /* soft-TLB misses that a translation ended */
    uint64_t decoded;                 /* slots */
    uint64_t dropped_pages, dropped_lines, flushes; /* decoded code thrown away */
    uint64_t rests;                   /* idle loops found going round (cpu/rest.h) */
    uint64_t exceptions[32];          /* by vector / 0x100 */
};
const struct ppc_counters *ppc_counters(const struct ppc_cpu *c);
void ppc_counters_reset(struct ppc_cpu *c);

/* With PPC_GLUE_PROFILE: which instructions ran, in which order (cpu/profile.h); otherwise nothing. */
void ppc_profile_print(const struct ppc_cpu *c, FILE *to);
void ppc_profile_reset(struct ppc_cpu *c);

/* Prints the main registers, as `info registers` and `-d cpu` show them. */
void ppc_dump(struct ppc_cpu *c, FILE *to);

#endif
