/*
 * Integer work. Each result is found a second time in a quite different way, so that no constant
 * has to be trusted.
 */
#include "guest.h"

/* --- xorshift32, n steps: one by one, and as the n-th power of a matrix over GF(2) --- */

enum { MIPS_ROUNDS = 12000000, MIPS_INSNS = 7, MIPS_SEED = 0x2545f491 };

static uint32_t times_vector(const uint32_t m[32], uint32_t v)
{
    uint32_t sum = 0;
    for (int i = 0; i < 32; i++)
        if (v >> i & 1) sum ^= m[i];
    return sum;
}

static uint32_t step(uint32_t v)
{
    v ^= v << 13;
    v ^= v >> 17;
    return v ^ v << 5;
}

static uint32_t jump(uint32_t v, uint32_t n)
{
    uint32_t m[32], square[32]; /* column i: where bit i goes */
    for (int i = 0; i < 32; i++) m[i] = step(1u << i);
    for (; n; n >>= 1) {
        if (n & 1) v = times_vector(m, v);
        for (int i = 0; i < 32; i++) square[i] = times_vector(m, m[i]);
        for (int i = 0; i < 32; i++) m[i] = square[i];
    }
    return v;
}

uint32_t work_mips(uint32_t *sum)
{
    *sum = mips_loop(MIPS_SEED, MIPS_ROUNDS);
    return *sum == jump(MIPS_SEED, MIPS_ROUNDS) ? MIPS_ROUNDS * MIPS_INSNS : 0;
}

/* --- primes below a million: Eratosthenes, and by counting without finding them --- */

enum { SIEVE_TOP = 1000000, SIEVE_ROOT = 1000, SIEVE_ROUNDS = 3 };

static uint8_t composite[SIEVE_TOP + 1];

static uint32_t sieve(uint32_t *stores)
{
    uint32_t count = 0;
    memset(composite, 0, sizeof composite);
    for (uint32_t i = 2; i <= SIEVE_TOP; i++) {
        if (composite[i]) continue;
        count++;
        if (i > SIEVE_ROOT) continue;
        for (uint32_t j = i * i; j <= SIEVE_TOP; j += i) {
            composite[j] = 1;
            ++*stores;
        }
    }
    return count;
}

/* How many numbers up to v survive when the multiples of ever more primes are struck out, for all
 * v = TOP / k at once (Legendre). small[v] for v <= ROOT, large[k] for TOP / k. */
static uint32_t count_primes(void)
{
    static uint32_t small[SIEVE_ROOT + 1], large[SIEVE_ROOT + 1];
    for (uint32_t i = 1; i <= SIEVE_ROOT; i++) {
        small[i] = i - 1;
        large[i] = SIEVE_TOP / i - 1;
    }
    for (uint32_t p = 2; p * p <= SIEVE_TOP && p <= SIEVE_ROOT; p++) {
        if (small[p] == small[p - 1]) continue;
        uint32_t before = small[p - 1], square = p * p;
        for (uint32_t k = 1; k <= SIEVE_ROOT && SIEVE_TOP / k >= square; k++) {
            uint32_t kp = k * p;
            uint32_t rest = kp <= SIEVE_ROOT ? large[kp] : small[SIEVE_TOP / kp];
            large[k] -= rest - before;
        }
        for (uint32_t v = SIEVE_ROOT; v >= square; v--) small[v] -= small[v / p] - before;
    }
    return large[1];
}

uint32_t work_sieve(uint32_t *sum)
{
    uint32_t stores = 0, expected = count_primes();
    for (int i = 0; i < SIEVE_ROUNDS; i++) {
        *sum = sieve(&stores);
        if (*sum != expected) return 0;
    }
    return stores;
}

/* --- CRC-32: by table, and bit by bit --- */

enum { CRC_LEN = 65536, CRC_ROUNDS = 48 };
static const uint32_t polynomial = 0xedb88320;

static uint32_t crc_bits(uint32_t crc, const uint8_t *p, uint32_t len)
{
    for (; len; len--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++) crc = crc >> 1 ^ (polynomial & -(crc & 1));
    }
    return crc;
}

static uint32_t crc_table(const uint32_t table[256], uint32_t crc, const uint8_t *p, uint32_t len)
{
    for (; len; len--) crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
    return crc;
}

uint32_t work_crc(uint32_t *sum)
{
    static uint32_t table[256];
    uint32_t v = MIPS_SEED;
    for (uint32_t i = 0; i < CRC_LEN; i++) composite[i] = (uint8_t)(v = step(v));
    for (uint32_t i = 0; i < 256; i++) table[i] = crc_bits(0, (uint8_t[]){(uint8_t)i}, 1);
    uint32_t expected = crc_bits(~0u, composite, CRC_LEN);
    for (int i = 0; i < CRC_ROUNDS; i++) {
        *sum = crc_table(table, ~0u, composite, CRC_LEN);
        if (*sum != expected) return 0;
    }
    *sum = ~*sum;
    return CRC_LEN * CRC_ROUNDS;
}

