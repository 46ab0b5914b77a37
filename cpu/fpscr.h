/*
 * Bits of the floating-point status and control register (PEM 2.1.4, table 2-4). Values are masks.
 */
#ifndef CPU_FPSCR_H
#define CPU_FPSCR_H

#include <stdint.h>

#define FPSCR_FX     UINT32_C(0x80000000) /* some exception bit went from 0 to 1 */
#define FPSCR_FEX    UINT32_C(0x40000000) /* an enabled exception is set: a function of the others */
#define FPSCR_VX     UINT32_C(0x20000000) /* OR of the VX* bits */
#define FPSCR_OX     UINT32_C(0x10000000)
#define FPSCR_UX     UINT32_C(0x08000000)
#define FPSCR_ZX     UINT32_C(0x04000000)
#define FPSCR_XX     UINT32_C(0x02000000)
#define FPSCR_VXSNAN UINT32_C(0x01000000)
#define FPSCR_VXISI  UINT32_C(0x00800000)
#define FPSCR_VXIDI  UINT32_C(0x00400000)
#define FPSCR_VXZDZ  UINT32_C(0x00200000)
#define FPSCR_VXIMZ  UINT32_C(0x00100000)
#define FPSCR_VXVC   UINT32_C(0x00080000)
#define FPSCR_FR     UINT32_C(0x00040000) /* the last rounding went away from zero */
#define FPSCR_FI     UINT32_C(0x00020000) /* the last rounding lost something */
#define FPSCR_FPRF   UINT32_C(0x0001f000)
#define FPSCR_FPCC   UINT32_C(0x0000f000)
#define FPSCR_VXSOFT UINT32_C(0x00000400)
#define FPSCR_VXSQRT UINT32_C(0x00000200)
#define FPSCR_VXCVI  UINT32_C(0x00000100)
#define FPSCR_VE     UINT32_C(0x00000080)
#define FPSCR_OE     UINT32_C(0x00000040)
#define FPSCR_UE     UINT32_C(0x00000020)
#define FPSCR_ZE     UINT32_C(0x00000010)
#define FPSCR_XE     UINT32_C(0x00000008)
#define FPSCR_NI     UINT32_C(0x00000004)
#define FPSCR_RN     UINT32_C(0x00000003)

#define FPSCR_VX_ALL                                                                               \
    (FPSCR_VXSNAN | FPSCR_VXISI | FPSCR_VXIDI | FPSCR_VXZDZ | FPSCR_VXIMZ | FPSCR_VXVC |           \
     FPSCR_VXSOFT | FPSCR_VXSQRT | FPSCR_VXCVI)
/* The sticky bits an instruction can set, whose rise sets FX. */
#define FPSCR_STICKY (FPSCR_VX_ALL | FPSCR_OX | FPSCR_UX | FPSCR_ZX | FPSCR_XX)
#define FPSCR_ENABLES (FPSCR_VE | FPSCR_OE | FPSCR_UE | FPSCR_ZE | FPSCR_XE)
#define FPSCR_RESERVED UINT32_C(0x00000800)

enum { RN_NEAREST, RN_ZERO, RN_UP, RN_DOWN };

/* FPRF values in place: class bit C, then < > = ? */
#define FPRF_QNAN       (UINT32_C(0x11) << 12)
#define FPRF_NEG_INF    (UINT32_C(0x09) << 12)
#define FPRF_NEG_NORMAL (UINT32_C(0x08) << 12)
#define FPRF_NEG_DENORM (UINT32_C(0x18) << 12)
#define FPRF_NEG_ZERO   (UINT32_C(0x12) << 12)
#define FPRF_POS_ZERO   (UINT32_C(0x02) << 12)
#define FPRF_POS_DENORM (UINT32_C(0x14) << 12)
#define FPRF_POS_NORMAL (UINT32_C(0x04) << 12)
#define FPRF_POS_INF    (UINT32_C(0x05) << 12)

#endif
