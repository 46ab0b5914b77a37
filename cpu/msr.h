/*
 * Bit names of MSR, XER, CR and the SRR1/DSISR values that exceptions leave. Values are masks.
 * Sources: MPC7450UM 2.1.3, MPC750UM 2.1, PEM 2.3 and 6.4.
 */
#ifndef CPU_MSR_H
#define CPU_MSR_H

enum {
    MSR_VEC = 1 << 25,
    MSR_POW = 1 << 18,
    MSR_ILE = 1 << 16,
    MSR_EE = 1 << 15,
    MSR_PR = 1 << 14,
    MSR_FP = 1 << 13,
    MSR_ME = 1 << 12,
    MSR_FE0 = 1 << 11,
    MSR_SE = 1 << 10,
    MSR_BE = 1 << 9,
    MSR_FE1 = 1 << 8,
    MSR_IP = 1 << 6,
    MSR_IR = 1 << 5,
    MSR_DR = 1 << 4,
    MSR_PM = 1 << 2,
    MSR_RI = 1 << 1,
    MSR_LE = 1 << 0,
};

/* 64-bit models only. */
#define MSR_SF (UINT64_C(1) << 63) /* 64-bit mode */
#define MSR_HV (UINT64_C(1) << 60) /* hypervisor state */

#define XER_SO UINT32_C(0x80000000)
#define XER_OV UINT32_C(0x40000000)
#define XER_CA UINT32_C(0x20000000)

enum { CR_LT = 8, CR_GT = 4, CR_EQ = 2, CR_SO = 1 };

/* Exception vectors: offsets, before MSR[IP] is applied. */
enum ppc_vector {
    VEC_NONE = 0,
    VEC_RESET = 0x100,
    VEC_MACHINE_CHECK = 0x200,
    VEC_DSI = 0x300,
    VEC_DATA_SEGMENT = 0x380, /* 64-bit models: no SLB entry */
    VEC_ISI = 0x400,
    VEC_INSN_SEGMENT = 0x480,
    VEC_EXTERNAL = 0x500,
    VEC_ALIGNMENT = 0x600,
    VEC_PROGRAM = 0x700,
    VEC_FP_UNAVAILABLE = 0x800,
    VEC_DECREMENTER = 0x900,
    VEC_SYSTEM_CALL = 0xc00,
    VEC_TRACE = 0xd00,
    VEC_PERFMON = 0xf00,
    VEC_VEC_UNAVAILABLE = 0xf20,
    VEC_ITLB_MISS = 0x1000,
    VEC_DTLB_LOAD_MISS = 0x1100,
    VEC_DTLB_STORE_MISS = 0x1200,
    VEC_IABR = 0x1300,
    VEC_SMI = 0x1400,
    VEC_VEC_ASSIST = 0x1600,
    VEC_THERMAL = 0x1700,
};

/* SRR1 reasons of a program exception. */
enum {
    PROGRAM_FP = 1 << 20,
    PROGRAM_ILLEGAL = 1 << 19,
    PROGRAM_PRIVILEGED = 1 << 18,
    PROGRAM_TRAP = 1 << 17,
};

/* DSISR (DSI) and SRR1 (ISI) bits. */
enum {
    DSISR_DIRECT = INT32_MIN, /* bit 0: direct-store segment error */
    DSISR_NO_PTE = 1 << 30,
    DSISR_PROT = 1 << 27,
    DSISR_CI_RESERVE = 1 << 26, /* lwarx/stwcx. to write-through or eciwx family errors */
    DSISR_STORE = 1 << 25,
    DSISR_DABR = 1 << 22,
    DSISR_EAR = 1 << 20,
    ISI_NO_PTE = 1 << 30,
    ISI_NO_EXEC = 1 << 28, /* no-execute segment, guarded memory or direct store */
    ISI_PROT = 1 << 27,
};

#endif
