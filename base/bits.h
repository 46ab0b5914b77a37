/*
 * Bit fields, byte order and alignment. PPC_BIT counts from the left as IBM's manuals do.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bit n of a 32-bit (64-bit) register in IBM numbering: 0 is the most significant. */
#define PPC_BIT32(n) (UINT32_C(0x80000000) >> (n))
#define PPC_BIT64(n) (UINT64_C(0x8000000000000000) >> (n))

static inline uint32_t rotl32(uint32_t v, unsigned n)
{
    return n & 31 ? v << (n & 31) | v >> (32 - (n & 31)) : v;
}

static inline uint64_t rotl64(uint64_t v, unsigned n)
{
    return n & 63 ? v << (n & 63) | v >> (64 - (n & 63)) : v;
}

static inline uint16_t swap16(uint16_t v) { return __builtin_bswap16(v); }
static inline uint32_t swap32(uint32_t v) { return __builtin_bswap32(v); }
static inline uint64_t swap64(uint64_t v) { return __builtin_bswap64(v); }

/* Reads and writes of a given byte order at any alignment in host memory. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BE_SWAP(bits, v) swap##bits(v)
#define LE_SWAP(bits, v) (v)
#else
#define BE_SWAP(bits, v) (v)
#define LE_SWAP(bits, v) swap##bits(v)
#endif

#define BYTE_ORDER_ACCESS(bits)                                                                    \
    static inline uint##bits##_t get_be##bits(const void *p)                                       \
    {                                                                                              \
        uint##bits##_t v;                                                                          \
        memcpy(&v, p, sizeof v);                                                                   \
        return BE_SWAP(bits, v);                                                                   \
    }                                                                                              \
    static inline void put_be##bits(void *p, uint##bits##_t v)                                     \
    {                                                                                              \
        v = BE_SWAP(bits, v);                                                                      \
        memcpy(p, &v, sizeof v);                                                                   \
    }                                                                                              \
    static inline uint##bits##_t get_le##bits(const void *p)                                       \
    {                                                                                              \
        uint##bits##_t v;                                                                          \
        memcpy(&v, p, sizeof v);                                                                   \
        return LE_SWAP(bits, v);                                                                   \
    }                                                                                              \
    static inline void put_le##bits(void *p, uint##bits##_t v)                                     \
    {                                                                                              \
        v = LE_SWAP(bits, v);                                                                      \
        memcpy(p, &v, sizeof v);                                                                   \
    }
BYTE_ORDER_ACCESS(16)
BYTE_ORDER_ACCESS(32)
BYTE_ORDER_ACCESS(64)

/* True when [off, off+len) lies inside [0, size). Never wraps (rule R7 of docs/reliability). */
static inline bool span_ok(uint64_t off, uint64_t len, uint64_t size)
{
    return len <= size && off <= size - len;
}

static inline uint64_t align_up(uint64_t v, uint64_t to) { return (v + to - 1) & ~(to - 1); }
static inline uint64_t align_down(uint64_t v, uint64_t to) { return v & ~(to - 1); }
static inline bool is_pow2(uint64_t v) { return v && !(v & (v - 1)); }

#endif
