/*
 * AltiVec floating point on single elements, exact and independent of the host's FPU and of its
 * rounding mode: integer arithmetic only. The portable glue computes everything with it; the fast
 * glue does when a NaN or a doubtful rounding comes up.
 *
 * Values are IEEE single-precision bits. nj is VSCR[NJ]: denormal operands count as zero, results
 * that are tiny before rounding become zero (MPC7400UM 7.1.3.2). Rounding is to nearest even
 * (ALTIVECPEM 3.2.2). A NaN operand is the result, made quiet, the first in the order vA, vB, vC;
 * an invalid operation gives 7FC00000 (ALTIVECPEM 3.2.2.4).
 */
#ifndef CPU_VPU_FLOAT_H
#define CPU_VPU_FLOAT_H

#include <stdbool.h>
#include <stdint.h>

uint32_t vpu_add(uint32_t a, uint32_t b, bool nj);
uint32_t vpu_sub(uint32_t a, uint32_t b, bool nj);
uint32_t vpu_madd(uint32_t a, uint32_t b, uint32_t c, bool nj);  /* a * c + b, one rounding */
uint32_t vpu_nmsub(uint32_t a, uint32_t b, uint32_t c, bool nj); /* -(a * c - b), one rounding */
uint32_t vpu_max(uint32_t a, uint32_t b, bool nj); /* +0 is greater than -0 */
uint32_t vpu_min(uint32_t a, uint32_t b, bool nj);

/* Estimates; see the .c file for what they are on the real chips. */
uint32_t vpu_re(uint32_t b, bool nj);
uint32_t vpu_rsqrte(uint32_t b, bool nj);
uint32_t vpu_loge(uint32_t b, bool nj);
uint32_t vpu_expte(uint32_t b, bool nj);

/* To an integral value: to nearest even, towards zero, up, down. */
uint32_t vpu_rfin(uint32_t b, bool nj);
uint32_t vpu_rfiz(uint32_t b, bool nj);
uint32_t vpu_rfip(uint32_t b, bool nj);
uint32_t vpu_rfim(uint32_t b, bool nj);

/* Integer / 2^scale, and float * 2^scale truncated to an integer; *sat is set, never cleared, when
 * it does not fit. scale is 0-31. A NaN converts to 0 without saturation. */
uint32_t vpu_from_s32(uint32_t b, unsigned scale);
uint32_t vpu_from_u32(uint32_t b, unsigned scale);
uint32_t vpu_to_s32(uint32_t b, unsigned scale, bool *sat);
uint32_t vpu_to_u32(uint32_t b, unsigned scale, bool *sat);

/* -1, 0, 1 for a below, equal to, above b; 2 when they are unordered. */
int vpu_compare(uint32_t a, uint32_t b, bool nj);

#endif
