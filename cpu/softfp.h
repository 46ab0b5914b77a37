/*
 * Reference floating-point arithmetic on integers: IEEE 754 doubles as PowerPC registers hold them,
 * results rounded to double or single once from the exact value (PEM 3.3, 3.4, appendix D).
 *
 * Every function returns the result and the FPSCR bits the instruction produces: FPRF, FI, FR and
 * the exception bits of its own (not FX, FEX, VX). `fpscr` gives RN, NI, OE and UE, which change
 * the result; whether VE or ZE suppress it is up to the caller. Pure functions, any thread.
 */
#ifndef CPU_SOFTFP_H
#define CPU_SOFTFP_H

#include <stdbool.h>
#include <stdint.h>
#include "cpu/fpscr.h"

struct softfp {
    uint64_t bits;  /* double format, also for single results */
    uint32_t flags; /* FPSCR bits */
};

#define SOFTFP_QNAN UINT64_C(0x7ff8000000000000)

struct softfp softfp_add(uint64_t a, uint64_t b, bool single, uint32_t fpscr);
struct softfp softfp_sub(uint64_t a, uint64_t b, bool single, uint32_t fpscr);
struct softfp softfp_mul(uint64_t a, uint64_t b, bool single, uint32_t fpscr);
struct softfp softfp_div(uint64_t a, uint64_t b, bool single, uint32_t fpscr);
struct softfp softfp_sqrt(uint64_t b, bool single, uint32_t fpscr);
/* a * m + b; minus: a * m - b; negate: the rounded result changes sign unless it is a NaN. */
struct softfp softfp_madd(uint64_t a, uint64_t m, uint64_t b, bool minus, bool negate, bool single,
                          uint32_t fpscr);
struct softfp softfp_round_single(uint64_t b, uint32_t fpscr);

/* Signed integer of 32 or 64 bits in the low bits of .bits, saturated; rounding mode rn. FPRF is
 * not given (the architecture leaves it undefined). */
struct softfp softfp_to_int(uint64_t b, unsigned width, unsigned rn);
struct softfp softfp_from_int64(int64_t v, uint32_t fpscr);

/* FPRF of a double. */
uint32_t softfp_class(uint64_t v);
bool softfp_is_nan(uint64_t v);
bool softfp_is_snan(uint64_t v);

#endif
