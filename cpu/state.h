/*
 * struct ppc_cpu. Private to cpu/ and mmu/. Hot fields first: GPRs, CR fields, XER parts, the
 * current data TLB bank and the current code page share the first cache lines.
 *
 * Lazy forms:
 *  CR field n   crf[n] is a 64-bit signed number and cr_so[n] a byte. EQ = low 32 bits are zero,
 *               GT = number > 0, LT = bit 62, SO = the byte. A compare stores the difference of the
 *               sign- or zero-extended operands (33 bits, so bit 62 is its sign); cr.h has the rest.
 *  XER          SO, OV, CA in bytes; xer_rest holds the other bits.
 *  FPSCR        see cpu/fpu.h.   VSCR[SAT] see cpu/vpu.h.
 *  pc           while running: pc_page + (slot - page_slots) * 4; c->pc is right outside ppc_run and
 *               inside everything that is not a fast handler.
 */
#ifndef CPU_STATE_H
#define CPU_STATE_H

#include "base/bits.h"
#include "cpu/fpu.h"
#include "cpu/msr.h"
#include "cpu/ppc.h"
#include "cpu/vpu.h"
#include "cpu/width.h"

struct slot;
struct code_page;
struct exec_tail;
struct mmu;

/* A data TLB entry. A tag that never matches (TLB_NONE) sends the access to the slow path: no
 * translation, device, ROM (stores), decoded code (stores), little-endian, watchpoint. */
struct dtlb_entry {
    ureg tag_r, tag_w; /* effective page address, or TLB_NONE */
    uintptr_t addend;  /* host address = ea + addend */
#if PPC_WIDTH == 64
    uintptr_t unused; /* a power of two, so that ea's page becomes an offset by one shift: cpu/access.h */
#endif
};
#define TLB_NONE ((ureg)0x800) /* no bit of a page address, none of an alignment check */

struct itlb_entry {
    ureg tag; /* effective page address, or TLB_NONE */
    struct code_page *page;
};

#define DTLB_SIZE 512
#define ITLB_SIZE 256

/* Translations that hold for one combination of MSR[IR,DR,PR] and segment registers. */
struct tlb_bank {
    struct dtlb_entry d[DTLB_SIZE];
    struct itlb_entry i[ITLB_SIZE];
    uint64_t key; /* hash of the segment registers and mode bits */
    uint64_t used;
};

/* A segment look-aside buffer entry as slbmte writes it (64-bit models). */
struct slb_entry {
    uint64_t esid; /* ESID in bits 0-35, V in bit 36 */
    uint64_t vsid; /* VSID, Ks, Kp, N, L, C */
};
#define SLB_SIZE 64

/* A place where mtmsr enables interrupts: cpu/rest.c. */
struct rest_point {
    ureg pc;
    uint32_t wait, patience; /* turns not to look, now and after the next failure */
    uint64_t insns, turn;    /* when it was last passed; instructions since the time before */
    uint64_t kept, known[6]; /* registers of the last turn (a hash); courses that passed the look */
    unsigned alike, trust, n_known;
};
#define REST_POINT_BITS 6

/* The 745x's own TLB, which counts only with software table search (mmu/tlb745x.c). */
#define ARCH_TLB_SETS 64
struct arch_tlb_entry {
    uint32_t hi, lo; /* PTEHI without H, PTELO */
    uint16_t page;   /* page index in the segment */
};
struct arch_tlb_set {
    struct arch_tlb_entry way[2];
    uint8_t lru;
};

/* Why dcbz may raise alignment: HID0 says so, or a write-through page was seen since the reset. */
enum dcbz_check { DCBZ_CACHE_OFF = 1, DCBZ_WRITE_THROUGH = 2 };

/* Interrupts that the CPU asks for itself, beside the decrementer. */
enum { PENDING_PERFMON = 1, PENDING_THERMAL = 2 };

enum { KICK_STOP = 1, KICK_IRQ = 2, KICK_SYNC = 4, KICK_DEBUG = 8 };

struct ppc_cpu {
    ureg gpr[33]; /* [32] is always 0: the decoder maps rA=0 of (rA|0) operands to it */
    uint8_t xer_ca, xer_so, xer_ov, pad0;
    int64_t crf[8];
    uint8_t cr_so[8];
    ureg lr, ctr;
    ureg pc_page;            /* effective address of the current page */
    struct slot *page_slots; /* its first slot */
    struct tlb_bank *bank;   /* current translations */
    ureg msr;
    struct ppc_debug *debug; /* NULL: nobody looks */
    bool stepping;           /* ppc_step: breakpoints are passed */
    unsigned kick;           /* enum KICK_*: looked at after every slow instruction and slice */
    ureg pc;
    ureg npc;                /* where a SEM_BRANCH goes */
    unsigned result;         /* enum sem of the portable function the tail glue has just called */
    int64_t left;            /* instructions of this slice still to run (synced by slow glue) */

    /* exception raised by the instruction under way: taken by the glue on SEM_FAULT */
    unsigned exc_vector;     /* enum ppc_vector */
    uint32_t exc_srr1;       /* bits to OR into SRR1 */

    /* floating point and vectors */
    union {
        uint64_t fpr[32];    /* IEEE double bits */
        double fpr_d[32];
    };
    struct ppc_fpu fpu;
    union {
        union vreg vr[32];
        uint64_t vr_half[64]; /* as slots count them: CONV_TWICE in cpu/decode.h */
    };
    struct ppc_vpu vpu;

    /* reservation */
    bool reserved;
    paddr_t reserve_pa;

    /* OEA registers with behaviour of their own; the plain ones live in spr[] */
    ureg srr0, srr1, dar;
    uint32_t dsisr;
    uint32_t sr[16];
    ureg sdr1;
    uint32_t ibat[8][2], dbat[8][2]; /* [n][0] upper, [n][1] lower */
#if PPC_WIDTH == 64
    struct slb_entry slb[SLB_SIZE];
#endif
#if PPC_WIDTH == 32
    struct arch_tlb_set arch_tlb[2][ARCH_TLB_SETS]; /* data, instructions */
#endif
    uint32_t xer_rest;
    uint8_t dcbz_checked; /* enum dcbz_check: dcbz may not go the short way */

    /* performance monitor (cpu/perfmon.c) */
    struct {
        bool on;       /* something counts in some mode */
        bool step;     /* a counter is about to turn negative */
        uint64_t seen; /* core_insns() when the counters were brought up to date */
        int64_t held;  /* kept back from the slice */
    } pm;
    ureg spr[1024];          /* storage of SPRs without behaviour */

    /* KVM's magic page (cpu/magic.h): where it is, TLB_NONE for nowhere, and what of it is memory */
    struct {
        ureg ea, ra;
        uint8_t *bytes; /* PAGE_SIZE; NULL: there is none */
        struct region *region;
    } magic;

    /* time */
    uint64_t tb_offset;      /* added to ticks of virtual time */
    uint64_t dec_expiry_tb;  /* raw ticks (virtual time) at which DEC reads 0 */
    bool dec_pending;
    struct event dec_event;

    /* interrupt inputs, bit per enum ppc_line; PENDING_* */
    unsigned lines, pending;
    bool idle, checkstop;

    /* run control */
    int64_t slice;           /* instructions the current ppc_run was given */
    uint64_t insns;          /* completed before the current slice */
    enum ppc_stop stop;
    bool running, tracing;
    const struct exec_tail *tail; /* the threaded core in use; NULL: the portable one */

    struct ppc_counters count; /* by slow paths only */

    /* idle loops */
    struct {
        bool wanted;
        struct rest_point *at; /* to be looked at before the next instruction */
        bool known;            /* and it has passed before */
        struct rest_point points[1 << REST_POINT_BITS];
    } rest;

    const struct ppc_model *model;
    struct bus *bus;
    struct sched *sched;
    struct log *log;
    uint64_t tb_hz;
    ppc_sc_fn *sc;
    void *sc_ctx;
    struct mmu *mmu;               /* banks and walkers: mmu/mmu.h */
    struct codecache *code;        /* decoded pages: cpu/codecache.h */
    struct profile *profile;       /* with PPC_GLUE_PROFILE: cpu/profile.h */
    struct decoder *decoder;       /* tables for this model: cpu/decode.h */
};

/*
 * Computation mode. A 64-bit CPU with MSR[SF]=0 computes CR0, CA, OV and addresses from the low 32
 * bits; a 32-bit one, and SF=1, from the whole register (64-bit PEM, computation modes).
 */
static ALWAYS_INLINE bool full_width(const struct ppc_cpu *c UNUSED)
{
#if PPC_WIDTH == 32
    return true;
#else
    return (sreg)c->msr < 0; /* MSR[SF] */
#endif
}

/* Ones where a number counts in the current mode; no branch, so that handlers stay short. */
static ALWAYS_INLINE ureg mode_mask(const struct ppc_cpu *c UNUSED)
{
#if PPC_WIDTH == 32
    return ~(ureg)0;
#else
    return (ureg)((sreg)c->msr >> 63) | UINT32_MAX;
#endif
}

/* An address, or the part of a number that counts, in the current mode. */
static ALWAYS_INLINE ureg in_mode(const struct ppc_cpu *c, ureg v) { return v & mode_mask(c); }

static ALWAYS_INLINE ureg sign_bit(const struct ppc_cpu *c) { return (mode_mask(c) >> 1) + 1; }

#endif
