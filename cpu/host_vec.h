/*
 * 128-bit vector operations of the host, as small functions without calls or stack frames.
 *
 * Vectors are GCC vector-extension types over the lanes of a vreg (cpu/vpu.h). What plain C
 * operators on such types say well is not here. Each function has one form for SSE (SSE2, better
 * with SSSE3 and SSE4.1) and one in generic C for every other host; both give the same bits.
 * "high" lanes are those with the greater lane number, "upper" halves the more significant ones.
 */
#ifndef CPU_HOST_VEC_H
#define CPU_HOST_VEC_H

#include <stdbool.h>
#include "base/bits.h"
#include "base/compiler.h"
#include "cpu/vpu.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

typedef uint8_t v_u8 __attribute__((vector_size(16), may_alias));
typedef int8_t v_s8 __attribute__((vector_size(16), may_alias));
typedef uint16_t v_u16 __attribute__((vector_size(16), may_alias));
typedef int16_t v_s16 __attribute__((vector_size(16), may_alias));
typedef uint32_t v_u32 __attribute__((vector_size(16), may_alias));
typedef int32_t v_s32 __attribute__((vector_size(16), may_alias));
typedef uint64_t v_u64 __attribute__((vector_size(16), may_alias));
typedef float v_f32 __attribute__((vector_size(16), may_alias));

/* All lanes the same: one instruction, also in gcc 12, which loops over {x, x, x, x}. */
#define HV_ALL(type, x) ((type){0} + (x))
/* Lanes of yes where the mask is all ones, of no where it is 0. */
#define HV_PICK(type, mask, yes, no) (((type)(mask) & (yes)) | (~(type)(mask) & (no)))

/* In memory and not known to the compiler, which would make them from integers at each use. */
struct hv_consts {
    v_u32 ones;     /* all bits */
    v_u32 smallest; /* hv_size() of the smallest normal number */
    v_u32 large;    /* hv_size() of the number below 2^-100 */
    v_u32 one_8;    /* 1 in every byte, in every halfword */
    v_u32 one_16;
    v_u32 count_16; /* 15 in every halfword */
    v_u32 lower_16; /* the lower halves of words */
};
extern const struct hv_consts hv_consts __attribute__((visibility("hidden")));

/* Any bit set. */
static ALWAYS_INLINE bool hv_any(v_u32 x)
{
#if defined(__SSE4_1__)
    return !_mm_testz_si128((__m128i)x, (__m128i)x);
#else
    v_u64 y = (v_u64)x;
    return (y[0] | y[1]) != 0;
#endif
}

/* Any lane of a comparison's result true. */
static ALWAYS_INLINE bool hv_any_true(v_s32 mask)
{
#if defined(__SSE2__)
    return _mm_movemask_epi8((__m128i)mask) != 0;
#else
    return hv_any((v_u32)mask);
#endif
}

static ALWAYS_INLINE bool hv_all_true(v_s32 mask)
{
#if defined(__SSE2__)
    return _mm_movemask_epi8((__m128i)mask) == 0xffff;
#else
    return !hv_any((v_u32)~mask);
#endif
}

/* ---- saturating addition and subtraction ---- */

#if defined(__SSE2__)
#define HV_SSE2(name, type, intrinsic)                                                             \
    static ALWAYS_INLINE type name(type a, type b)                                                 \
    {                                                                                              \
        return (type)intrinsic((__m128i)a, (__m128i)b);                                            \
    }
HV_SSE2(hv_adds_u8, v_u8, _mm_adds_epu8)
HV_SSE2(hv_adds_s8, v_s8, _mm_adds_epi8)
HV_SSE2(hv_adds_u16, v_u16, _mm_adds_epu16)
HV_SSE2(hv_adds_s16, v_s16, _mm_adds_epi16)
HV_SSE2(hv_subs_u8, v_u8, _mm_subs_epu8)
HV_SSE2(hv_subs_s8, v_s8, _mm_subs_epi8)
HV_SSE2(hv_subs_u16, v_u16, _mm_subs_epu16)
HV_SSE2(hv_subs_s16, v_s16, _mm_subs_epi16)
#endif

/* Overflow of a sum: both operands differ in sign from it. Then the limit has the sign of a. The
 * operations are done on unsigned lanes, because signed overflow is undefined in C. */
#define HV_UNSIGNED_SATURATION(suffix, type)                                                       \
    static ALWAYS_INLINE type hv_adds_u##suffix(type a, type b)                                    \
    {                                                                                              \
        type sum = a + b;                                                                          \
        return sum | (type)(sum < a);                                                              \
    }                                                                                              \
    static ALWAYS_INLINE type hv_subs_u##suffix(type a, type b)                                    \
    {                                                                                              \
        return (a - b) & (type)(a >= b);                                                           \
    }
#define HV_SIGNED_SATURATION(suffix, type, utype, max)                                             \
    static ALWAYS_INLINE type hv_adds_s##suffix(type a, type b)                                    \
    {                                                                                              \
        type sum = (type)((utype)a + (utype)b);                                                    \
        type over = ((a ^ sum) & (b ^ sum)) < 0;                                                   \
        return HV_PICK(type, over, (a < 0) ^ HV_ALL(type, max), sum);                              \
    }                                                                                              \
    static ALWAYS_INLINE type hv_subs_s##suffix(type a, type b)                                    \
    {                                                                                              \
        type diff = (type)((utype)a - (utype)b);                                                   \
        type over = ((a ^ b) & (a ^ diff)) < 0;                                                    \
        return HV_PICK(type, over, (a < 0) ^ HV_ALL(type, max), diff);                             \
    }

#if !defined(__SSE2__)
HV_UNSIGNED_SATURATION(8, v_u8)
HV_UNSIGNED_SATURATION(16, v_u16)
HV_SIGNED_SATURATION(8, v_s8, v_u8, INT8_MAX)
HV_SIGNED_SATURATION(16, v_s16, v_u16, INT16_MAX)
#endif
#if defined(__SSE4_1__)
static ALWAYS_INLINE v_u32 hv_adds_u32(v_u32 a, v_u32 b)
{
    return a + (v_u32)_mm_min_epu32((__m128i)~a, (__m128i)b);
}
static ALWAYS_INLINE v_u32 hv_subs_u32(v_u32 a, v_u32 b)
{
    return (v_u32)_mm_max_epu32((__m128i)a, (__m128i)b) - b;
}
#else
HV_UNSIGNED_SATURATION(32, v_u32)
#endif
HV_SIGNED_SATURATION(32, v_s32, v_u32, INT32_MAX)
#undef HV_UNSIGNED_SATURATION
#undef HV_SIGNED_SATURATION

/* ---- maxima and minima ---- */

#if defined(__SSE4_1__)
HV_SSE2(hv_max_u8, v_u8, _mm_max_epu8)
HV_SSE2(hv_max_s8, v_s8, _mm_max_epi8)
HV_SSE2(hv_max_u16, v_u16, _mm_max_epu16)
HV_SSE2(hv_max_s16, v_s16, _mm_max_epi16)
HV_SSE2(hv_max_u32, v_u32, _mm_max_epu32)
HV_SSE2(hv_max_s32, v_s32, _mm_max_epi32)
HV_SSE2(hv_min_u8, v_u8, _mm_min_epu8)
HV_SSE2(hv_min_s8, v_s8, _mm_min_epi8)
HV_SSE2(hv_min_u16, v_u16, _mm_min_epu16)
HV_SSE2(hv_min_s16, v_s16, _mm_min_epi16)
HV_SSE2(hv_min_u32, v_u32, _mm_min_epu32)
HV_SSE2(hv_min_s32, v_s32, _mm_min_epi32)
#else
#define HV_MAX_MIN(suffix, type)                                                                   \
    static ALWAYS_INLINE type hv_max_##suffix(type a, type b) { return HV_PICK(type, a > b, a, b); } \
    static ALWAYS_INLINE type hv_min_##suffix(type a, type b) { return HV_PICK(type, a > b, b, a); }
HV_MAX_MIN(u8, v_u8)
HV_MAX_MIN(s8, v_s8)
HV_MAX_MIN(u16, v_u16)
HV_MAX_MIN(s16, v_s16)
HV_MAX_MIN(u32, v_u32)
HV_MAX_MIN(s32, v_s32)
#undef HV_MAX_MIN
#endif

/* ---- products ---- */

/* Sums of the four unsigned bytes in each word, and of the two signed halfwords. */
static ALWAYS_INLINE v_u32 hv_sum4_u8(v_u8 x)
{
#if defined(__SSSE3__)
    __m128i pairs = _mm_maddubs_epi16((__m128i)x, (__m128i)hv_consts.one_8);
    return (v_u32)_mm_madd_epi16(pairs, (__m128i)hv_consts.one_16);
#else
    v_u16 pairs = ((v_u16)x & 0xff) + ((v_u16)x >> 8);
    return ((v_u32)pairs & 0xffff) + ((v_u32)pairs >> 16);
#endif
}

/* Upper halves of the 32-bit products of 16-bit lanes. */
#if defined(__SSE2__)
HV_SSE2(hv_mulhi_u16, v_u16, _mm_mulhi_epu16)
HV_SSE2(hv_mulhi_s16, v_s16, _mm_mulhi_epi16)
#else
static ALWAYS_INLINE v_u16 hv_mulhi_u16(v_u16 a, v_u16 b)
{
    v_u32 x = (v_u32)a, y = (v_u32)b;
    v_u32 low = (x & 0xffff) * (y & 0xffff) >> 16, up = (x >> 16) * (y >> 16);
    return (v_u16)((up & 0xffff0000u) | low);
}
static ALWAYS_INLINE v_s16 hv_mulhi_s16(v_s16 a, v_s16 b)
{
    v_u16 u = hv_mulhi_u16((v_u16)a, (v_u16)b);
    return (v_s16)(u - ((v_u16)(a < 0) & (v_u16)b) - ((v_u16)(b < 0) & (v_u16)a));
}
#endif

/* Sums of the two signed products in each 32-bit lane, modulo 2^32. */
static ALWAYS_INLINE v_s32 hv_madd_s16(v_s16 a, v_s16 b)
{
#if defined(__SSE2__)
    return (v_s32)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    v_s32 x = (v_s32)a, y = (v_s32)b;
    v_u32 up = (v_u32)((x >> 16) * (y >> 16));
    v_u32 low = (v_u32)(((v_s32)((v_u32)x << 16) >> 16) * ((v_s32)((v_u32)y << 16) >> 16));
    return (v_s32)(up + low);
#endif
}

/* ---- lanes ---- */

/* Interleaves the high (low) lanes of x and y: x, y, x, y from the lowest up. */
#if defined(__SSE2__)
HV_SSE2(hv_zip_high_8, v_u8, _mm_unpackhi_epi8)
HV_SSE2(hv_zip_high_16, v_u16, _mm_unpackhi_epi16)
HV_SSE2(hv_zip_high_32, v_u32, _mm_unpackhi_epi32)
HV_SSE2(hv_zip_low_8, v_u8, _mm_unpacklo_epi8)
HV_SSE2(hv_zip_low_16, v_u16, _mm_unpacklo_epi16)
HV_SSE2(hv_zip_low_32, v_u32, _mm_unpacklo_epi32)
#else
#define HV_ZIP(name, type, n, from)                                                                \
    static ALWAYS_INLINE type name(type x, type y)                                                 \
    {                                                                                              \
        type r = {0};                                                                              \
        for (unsigned i = 0; i < (n) / 2; i++) {                                                   \
            r[2 * i] = x[(from) + i];                                                              \
            r[2 * i + 1] = y[(from) + i];                                                          \
        }                                                                                          \
        return r;                                                                                  \
    }
HV_ZIP(hv_zip_high_8, v_u8, 16, 8)
HV_ZIP(hv_zip_high_16, v_u16, 8, 4)
HV_ZIP(hv_zip_high_32, v_u32, 4, 2)
HV_ZIP(hv_zip_low_8, v_u8, 16, 0)
HV_ZIP(hv_zip_low_16, v_u16, 8, 0)
HV_ZIP(hv_zip_low_32, v_u32, 4, 0)
#undef HV_ZIP
#endif

/* Lower halves of the lanes of x (to the low half of the result) and y (to the high half). */
static ALWAYS_INLINE v_u8 hv_narrow_16(v_u16 x, v_u16 y)
{
#if defined(__SSE2__)
    return (v_u8)_mm_packus_epi16((__m128i)(x & 0xff), (__m128i)(y & 0xff));
#else
    v_u8 r = {0};
    for (unsigned i = 0; i < 8; i++) {
        r[i] = (uint8_t)x[i];
        r[i + 8] = (uint8_t)y[i];
    }
    return r;
#endif
}
static ALWAYS_INLINE v_u16 hv_narrow_32(v_u32 x, v_u32 y)
{
#if defined(__SSE4_1__)
    return (v_u16)_mm_packus_epi32((__m128i)(x & 0xffff), (__m128i)(y & 0xffff));
#elif defined(__SSE2__)
    /* sign-extended, the signed pack keeps every value */
    return (v_u16)_mm_packs_epi32((__m128i)((v_s32)(x << 16) >> 16),
                                  (__m128i)((v_s32)(y << 16) >> 16));
#else
    v_u16 r = {0};
    for (unsigned i = 0; i < 4; i++) {
        r[i] = (uint16_t)x[i];
        r[i + 4] = (uint16_t)y[i];
    }
    return r;
#endif
}

/* Lane i of the result is lane at[i] of x, 0 when bit 7 of at[i] is set; else at[i] is < 16. */
static ALWAYS_INLINE v_u8 hv_shuffle(v_u8 x, v_u8 at)
{
#if defined(__SSSE3__)
    return (v_u8)_mm_shuffle_epi8((__m128i)x, (__m128i)at);
#else
    union vreg from, to;
    *(v_u8 *)&from = x;
    for (unsigned i = 0; i < 16; i++) to.u8[i] = at[i] & 0x80 ? 0 : from.u8[at[i] & 15];
    return *(v_u8 *)&to;
#endif
}

/* 16 bytes of guest memory as they stand in a vreg, and back. */
static ALWAYS_INLINE v_u8 hv_reverse(v_u8 x)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    return x;
#elif defined(__SSSE3__)
    return hv_shuffle(x, (v_u8){15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
#else
    v_u64 y = (v_u64)x;
    return (v_u8)(v_u64){__builtin_bswap64(y[1]), __builtin_bswap64(y[0])};
#endif
}
static ALWAYS_INLINE v_u8 hv_load(const uint8_t *p)
{
    v_u8 x;
    __builtin_memcpy(&x, p, sizeof x); /* host memory of RAM may have any alignment */
    return hv_reverse(x);
}
static ALWAYS_INLINE void hv_store(uint8_t *p, v_u8 x)
{
    x = hv_reverse(x);
    __builtin_memcpy(p, &x, sizeof x);
}

/* Big-endian numbers of guest memory, and back. */
static ALWAYS_INLINE double hv_load_double(const uint8_t *p)
{
#if defined(__SSSE3__)
    __m128i x = _mm_loadl_epi64((const __m128i *)p);
    x = _mm_shuffle_epi8(x, _mm_set_epi64x(0, INT64_C(0x0001020304050607)));
    return _mm_cvtsd_f64((__m128d)x);
#else
    double d;
    uint64_t x = get_be64(p);
    __builtin_memcpy(&d, &x, sizeof d);
    return d;
#endif
}
/* The same as two words, each of which a store of a word still under way can supply; the host would wait
 * with the whole until both are in its cache. */
static ALWAYS_INLINE double hv_load_double_words(const uint8_t *p)
{
#if defined(__SSE4_1__)
    int32_t first, second;
    __builtin_memcpy(&first, p, sizeof first);
    __builtin_memcpy(&second, p + 4, sizeof second);
    __m128i x = _mm_insert_epi32(_mm_cvtsi32_si128(first), second, 1);
    x = _mm_shuffle_epi8(x, _mm_set_epi64x(0, INT64_C(0x0001020304050607)));
    return _mm_cvtsd_f64((__m128d)x);
#else
    return hv_load_double(p);
#endif
}
static ALWAYS_INLINE float hv_load_float(const uint8_t *p)
{
#if defined(__SSSE3__)
    int32_t word;
    __builtin_memcpy(&word, p, sizeof word);
    __m128i x = _mm_shuffle_epi8(_mm_cvtsi32_si128(word), _mm_set_epi64x(0, 0x00010203));
    return _mm_cvtss_f32((__m128)x);
#else
    float f;
    uint32_t x = get_be32(p);
    __builtin_memcpy(&f, &x, sizeof f);
    return f;
#endif
}
static ALWAYS_INLINE void hv_store_double(uint8_t *p, double d)
{
#if defined(__SSE4_1__)
    __m128i x = (__m128i)_mm_set_sd(d);
    x = _mm_shuffle_epi8(x, _mm_set_epi64x(0, INT64_C(0x0001020304050607)));
    _mm_storel_epi64((__m128i *)p, x);
#else
    uint64_t x;
    __builtin_memcpy(&x, &d, sizeof x);
    put_be64(p, x);
#endif
}

/* vperm on lanes: byte element e of the result is element at[e] & 31 of a followed by b. */
static ALWAYS_INLINE v_u8 hv_perm(v_u8 a, v_u8 b, v_u8 at)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v_u8 lane = ~at & 15; /* element e is lane 15 - e */
#else
    v_u8 lane = at & 15;
#endif
    v_u8 from_a = hv_shuffle(a, lane), from_b = hv_shuffle(b, lane);
#if defined(__SSE4_1__)
    return (v_u8)_mm_blendv_epi8((__m128i)from_a, (__m128i)from_b, (__m128i)((v_u16)at << 3));
#else
    return HV_PICK(v_u8, (at & 16) != 0, from_b, from_a);
#endif
}

/* The numbers of the byte elements: 0 in element 0, up to 15. */
static ALWAYS_INLINE v_u8 hv_element_numbers(void)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (v_u8){15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
#else
    return (v_u8){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#endif
}

/* ---- shifts with a count a lane ---- */

/* 2^n in each byte; n is 0-7. */
static ALWAYS_INLINE v_u8 hv_pow2_8(v_u8 n)
{
    const v_u8 pow2 = {1, 2, 4, 8, 16, 32, 64, 128};
    return hv_shuffle(pow2, n);
}

/* 2^n in each halfword; n is 0-15. */
static ALWAYS_INLINE v_u16 hv_pow2_16(v_u16 n)
{
    /* 2^(n & 7) in both bytes; the one that n does not mean is cleared. */
    v_u8 both = hv_pow2_8((v_u8)((n | n << 8) & 0x0707));
    v_u16 up = (v_u16)((v_s16)(n << 12) < 0);
    return (v_u16)both & ((up & 0xff00) | (~up & 0x00ff));
}

/* Bytes shifted by multiplication: x * 2^n has the shifted byte below and what left it above. */
static ALWAYS_INLINE v_u8 hv_shl_8(v_u8 x, v_u8 n)
{
    v_u16 p = (v_u16)hv_pow2_8(n & 7);
    v_u16 low = (v_u16)x * (p & 0xff), up = ((v_u16)x >> 8) * (p >> 8);
    return (v_u8)((low & 0xff) | up << 8);
}
static ALWAYS_INLINE v_u8 hv_rotl_8(v_u8 x, v_u8 n)
{
    v_u16 p = (v_u16)hv_pow2_8(n & 7);
    v_u16 low = ((v_u16)x & 0xff) * (p & 0xff), up = ((v_u16)x >> 8) * (p >> 8);
    return (v_u8)(((low | low >> 8) & 0xff) | (up << 8 | (up & 0xff00)));
}
/* x >> n is (x * 2^(7-n)) >> 7. */
static ALWAYS_INLINE v_u8 hv_shr_8(v_u8 x, v_u8 n)
{
    v_u16 p = (v_u16)hv_pow2_8(~n & 7);
    v_u16 low = ((v_u16)x & 0xff) * (p & 0xff), up = ((v_u16)x >> 8) * (p >> 8);
    return (v_u8)(low >> 7 | (up >> 7) << 8);
}
/* An arithmetic shift is a logical one of the number or of its complement. */
static ALWAYS_INLINE v_s8 hv_sar_8(v_s8 x, v_u8 n)
{
    v_s8 sign = x < 0;
    return (v_s8)hv_shr_8((v_u8)(x ^ sign), n) ^ sign;
}

static ALWAYS_INLINE v_u16 hv_rotl_16(v_u16 x, v_u16 n)
{
    v_u16 p = hv_pow2_16(n & 15);
    return x * p | hv_mulhi_u16(x, p);
}
#if defined(__AVX2__)
/* Both halves of each word with their own count, then put together. */
#define HV_HALVES(lower, upper)                                                                    \
    ((v_u16)_mm_blend_epi16((__m128i)(lower), (__m128i)(upper), 0xaa))
#define HV_LOWER_COUNTS(n) ((__m128i)((v_u32)(n) & hv_consts.count_16 & hv_consts.lower_16))
#define HV_UPPER_COUNTS(n) ((__m128i)(((v_u32)(n) & hv_consts.count_16) >> 16))
static ALWAYS_INLINE v_u16 hv_shl_16(v_u16 x, v_u16 n)
{
    __m128i above = (__m128i)((v_u32)x & ~hv_consts.lower_16);
    return HV_HALVES(_mm_sllv_epi32((__m128i)x, HV_LOWER_COUNTS(n)),
                     _mm_sllv_epi32(above, HV_UPPER_COUNTS(n)));
}
static ALWAYS_INLINE v_u16 hv_shr_16(v_u16 x, v_u16 n)
{
    __m128i below = (__m128i)((v_u32)x & hv_consts.lower_16);
    return HV_HALVES(_mm_srlv_epi32(below, HV_LOWER_COUNTS(n)),
                     _mm_srlv_epi32((__m128i)x, HV_UPPER_COUNTS(n)));
}
static ALWAYS_INLINE v_s16 hv_sar_16(v_s16 x, v_u16 n)
{
    v_u32 moved = (v_u32)_mm_srav_epi32((__m128i)((v_u32)x << 16), HV_LOWER_COUNTS(n)) >> 16;
    return (v_s16)HV_HALVES(moved, _mm_srav_epi32((__m128i)x, HV_UPPER_COUNTS(n)));
}
#else
static ALWAYS_INLINE v_u16 hv_shl_16(v_u16 x, v_u16 n) { return x * hv_pow2_16(n & 15); }
/* x >> n is (x * 2^(15-n) * 2) >> 16, and the doubling loses bit 15 only when n is 0. */
static ALWAYS_INLINE v_u16 hv_shr_16(v_u16 x, v_u16 n)
{
    v_u16 p = hv_pow2_16(~n & 15);
    return hv_mulhi_u16(x, p) << 1 | x * p >> 15;
}
static ALWAYS_INLINE v_s16 hv_sar_16(v_s16 x, v_u16 n)
{
    v_s16 sign = x < 0;
    return (v_s16)hv_shr_16((v_u16)(x ^ sign), n) ^ sign;
}
#endif

/* Truncation to signed 32-bit lanes; INT32_MIN for everything that does not fit. */
#if defined(__SSE2__)
#define HV_HAS_TRUNC 1
static ALWAYS_INLINE v_s32 hv_trunc_s32(v_f32 x) { return (v_s32)_mm_cvttps_epi32((__m128)x); }
#else
#define HV_HAS_TRUNC 0
static ALWAYS_INLINE v_s32 hv_trunc_s32(v_f32 x) { return (v_s32)x; }
#endif

#if defined(__SSE2__) && !defined(__AVX2__)
/* Before AVX2 the host shifts all words by one count only: products again. 2^n is made as a float;
 * 2^31 does not fit and gives INT32_MIN, which is right. */
static ALWAYS_INLINE v_u32 hv_pow2_32(v_u32 n)
{
    return (v_u32)hv_trunc_s32((v_f32)((n << 23) + 0x3f800000));
}
static ALWAYS_INLINE v_u64 hv_even_products_32(v_u32 x, v_u32 y)
{
    return (v_u64)_mm_mul_epu32((__m128i)x, (__m128i)y);
}
static ALWAYS_INLINE v_u64 hv_odd_products_32(v_u32 x, v_u32 y)
{
    return hv_even_products_32((v_u32)((v_u64)x >> 32), (v_u32)((v_u64)y >> 32));
}
static ALWAYS_INLINE v_u32 hv_rotl_32(v_u32 x, v_u32 n)
{
    v_u32 p = hv_pow2_32(n & 31);
    v_u64 even = hv_even_products_32(x, p), odd = hv_odd_products_32(x, p);
    v_u64 low = (even & 0xffffffff) | odd << 32;
    return (v_u32)(low | even >> 32 | (odd & UINT64_C(0xffffffff00000000)));
}
static ALWAYS_INLINE v_u32 hv_shl_32(v_u32 x, v_u32 n)
{
    v_u32 p = hv_pow2_32(n & 31);
    return (v_u32)((hv_even_products_32(x, p) & 0xffffffff) | hv_odd_products_32(x, p) << 32);
}
static ALWAYS_INLINE v_u32 hv_shr_32(v_u32 x, v_u32 n)
{
    v_u32 p = hv_pow2_32(~n & 31);
    v_u64 even = hv_even_products_32(x, p) >> 31, odd = hv_odd_products_32(x, p) >> 31;
    return (v_u32)((even & 0xffffffff) | odd << 32);
}
static ALWAYS_INLINE v_s32 hv_sar_32(v_s32 x, v_u32 n)
{
    v_s32 sign = x < 0;
    return (v_s32)hv_shr_32((v_u32)(x ^ sign), n) ^ sign;
}
#else
static ALWAYS_INLINE v_u32 hv_rotl_32(v_u32 x, v_u32 n) { return x << (n & 31) | x >> (-n & 31); }
static ALWAYS_INLINE v_u32 hv_shl_32(v_u32 x, v_u32 n) { return x << (n & 31); }
static ALWAYS_INLINE v_u32 hv_shr_32(v_u32 x, v_u32 n) { return x >> (n & 31); }
static ALWAYS_INLINE v_s32 hv_sar_32(v_s32 x, v_u32 n) { return x >> (v_s32)(n & 31); }
#endif

/* ---- floating point ---- */

/* Orders lanes by magnitude, with 0 above everything: denormals are below 2^24 - 1. */
static ALWAYS_INLINE v_u32 hv_size(v_f32 x) { return (v_u32)x + (v_u32)x + hv_consts.ones; }

/* Lanes where size <= bound. */
static ALWAYS_INLINE v_s32 hv_sizes_within(v_u32 size, v_u32 bound)
{
    return (v_s32)(hv_min_u32(size, bound) == size);
}

/* Denormals lose their fraction where nj is all ones (VSCR[NJ]); nothing happens where it is 0. */
static ALWAYS_INLINE v_f32 hv_flush(v_f32 x, v_u32 nj)
{
    v_u32 bits = (v_u32)x;
    v_u32 small = (v_u32)((bits & 0x7f800000) == 0) & nj;
    return (v_f32)(bits & ~(small & 0x7fffffff));
}

/* Rounding to an integral value in a fixed direction, whatever the host's rounding mode is; only
 * where HV_HAS_ROUND says so. The numbers are SSE4.1's. */
enum { HV_NEAREST = 8, HV_DOWN = 9, HV_UP = 10, HV_ZERO = 11 };
#if defined(__SSE4_1__)
#define HV_HAS_ROUND 1
#define hv_round(x, mode) ((v_f32)_mm_round_ps((__m128)(x), mode))
#else
#define HV_HAS_ROUND 0
#define hv_round(x, mode) (x)
#endif

/* a * c + b with one rounding, to nearest. host_fma: the host has the instruction although this build
 * may not assume it (struct ppc_fpu). False: the result may be off (double rounding, tiny numbers);
 * only without a fused multiply-add. */
#if defined(__FMA__)
static ALWAYS_INLINE bool hv_fma(bool host_fma UNUSED, v_f32 a, v_f32 c, v_f32 b, v_f32 *r)
{
    *r = (v_f32)_mm_fmadd_ps((__m128)a, (__m128)c, (__m128)b);
    return true;
}
#elif defined(__SSE2__)
/* Two lanes in double precision: the product is exact, so only the sum rounds before the final
 * rounding to single. That is the correct result unless the sum's low 29 bits are exactly half a
 * unit, or the result is denormal (fewer bits are kept). */
static ALWAYS_INLINE __m128 hv_fma_half(__m128 a, __m128 c, __m128 b, __m128i *doubtful)
{
    __m128d sum = _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(a), _mm_cvtps_pd(c)), _mm_cvtps_pd(b));
    __m128i low = _mm_and_si128((__m128i)sum, _mm_set1_epi64x(0x1fffffff));
    __m128i half = _mm_cmpeq_epi32(low, _mm_set1_epi64x(0x10000000));
    *doubtful = _mm_or_si128(*doubtful, _mm_and_si128(half, _mm_set1_epi64x(0xffffffff)));
    return _mm_cvtpd_ps(sum);
}
static ALWAYS_INLINE bool hv_fma(bool host_fma, v_f32 a, v_f32 c, v_f32 b, v_f32 *r)
{
    if (likely(host_fma)) {
        __asm__("vfmadd231ps %2, %1, %0" : "+x"(b) : "x"(a), "x"(c));
        *r = b;
        return true;
    }
    __m128i doubtful = _mm_setzero_si128();
    __m128 x = (__m128)a, y = (__m128)c, z = (__m128)b;
    __m128 low = hv_fma_half(x, y, z, &doubtful);
    __m128 high = hv_fma_half(_mm_movehl_ps(x, x), _mm_movehl_ps(y, y), _mm_movehl_ps(z, z),
                              &doubtful);
    *r = (v_f32)_mm_movelh_ps(low, high);
    v_s32 size = (v_s32)*r & 0x7fffffff;
    v_s32 tiny = (size <= 0x00800000) & (size != 0);
    return !hv_any_true((v_s32)doubtful | tiny);
}
#else
static ALWAYS_INLINE bool hv_fma(bool host_fma UNUSED, v_f32 a UNUSED, v_f32 c UNUSED, v_f32 b UNUSED, v_f32 *r UNUSED)
{
    return false;
}
#endif

/* 1 / sqrt(x) to nearest, through double precision. False: too near to a tie for the double result
 * (good to a few units) to decide. */
#if defined(__SSE2__)
static ALWAYS_INLINE __m128 hv_rsqrt_half(__m128 x, __m128i *doubtful)
{
    __m128d r = _mm_div_pd(_mm_set1_pd(1.0), _mm_sqrt_pd(_mm_cvtps_pd(x)));
    /* low 29 bits within 8 of the middle, seen from 8 below it */
    __m128i low = _mm_sub_epi32((__m128i)r, _mm_set1_epi64x(0x0ffffff8));
    low = _mm_and_si128(low, _mm_set1_epi64x(0x1ffffff0));
    __m128i near = _mm_cmpeq_epi32(low, _mm_setzero_si128());
    *doubtful = _mm_or_si128(*doubtful, _mm_and_si128(near, _mm_set1_epi64x(0xffffffff)));
    return _mm_cvtpd_ps(r);
}
static ALWAYS_INLINE bool hv_rsqrt(v_f32 x, v_f32 *r)
{
    __m128i doubtful = _mm_setzero_si128();
    __m128 low = hv_rsqrt_half((__m128)x, &doubtful);
    __m128 high = hv_rsqrt_half(_mm_movehl_ps((__m128)x, (__m128)x), &doubtful);
    *r = (v_f32)_mm_movelh_ps(low, high);
    return !hv_any_true((v_s32)doubtful);
}
#else
static ALWAYS_INLINE bool hv_rsqrt(v_f32 x UNUSED, v_f32 *r UNUSED) { return false; }
#endif

#endif
