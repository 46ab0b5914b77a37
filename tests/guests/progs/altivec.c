/*
 * AltiVec against plain C: the same mixing function over the same data is computed once with vector
 * instructions and once without, element by element. The rounds are vector rounds; the
 * checksum must equal the plain one, which is also what a host without AltiVec prints.
 *
 * Floating-point values stay away from denormals: Linux starts programs with VSCR[NJ] set.
 * Estimates (vrefp, vrsqrtefp, vexptefp, vlogefp) differ between processors and are not used.
 *
 * Build with -fno-tree-vectorize -ffp-contract=off: the plain half must stay plain, and
 * nothing may use a vector register before the processor was asked for AltiVec.
 */
#include "bench.h"
#include <math.h>

#ifdef __ALTIVEC__
#include <altivec.h>
#include <sys/auxv.h>
#undef bool
#undef vector
#undef pixel
#endif

#define BLOCKS 256
#define PASSES 64

typedef union {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t w[4];
    float f[4];
#ifdef __ALTIVEC__
    __vector unsigned char vb;
    __vector unsigned short vh;
    __vector unsigned int vw;
    __vector float vf;
#endif
} __attribute__((aligned(16))) block;

static block in_a[BLOCKS], in_b[BLOCKS], in_f[BLOCKS], out[BLOCKS], out_f[BLOCKS];

static void fill(void)
{
    uint32_t x = 12345;

    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < 4; j++) {
            in_a[i].w[j] = x = x * 1664525u + 1013904223u;
            in_b[i].w[j] = x = x * 1664525u + 1013904223u;
            in_f[i].f[j] = (float)(int32_t)(x >> 8) / 65536.0f + 1.0f;
        }
}

static uint32_t sum(void)
{
    uint32_t h = FNV_START;

    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < 4; j++)
            h = fold(fold(h, out[i].w[j]), out_f[i].w[j]);
    return h;
}

static uint32_t rotl(uint32_t x, unsigned n) { return n ? x << n | x >> (32 - n) : x; }
static int32_t clamp(int64_t v) { return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v; }

/* Byte k of a 16-byte vector, counted from the left on every host. */
static uint8_t get(const uint32_t *w, int k) { return w[k / 4] >> (24 - k % 4 * 8) & 0xff; }
static void put(uint32_t *w, int k, uint8_t v) { w[k / 4] |= (uint32_t)v << (24 - k % 4 * 8); }
static uint16_t geth(const uint32_t *w, int k) { return w[k / 2] >> (16 - k % 2 * 16) & 0xffff; }
static void puth(uint32_t *w, int k, uint16_t v) { w[k / 2] |= (uint32_t)v << (16 - k % 2 * 16); }

static uint32_t plain(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        uint32_t a[4], b[4];
        float f[4];

        memcpy(a, in_a[i].w, 16);
        memcpy(b, in_b[i].w, 16);
        memcpy(f, in_f[i].f, 16);
        for (int p = 0; p < PASSES; p++) {
            uint32_t t[4] = { 0 }, u[4] = { 0 }, c[4], s[4];
            float g[4];

            for (int k = 0; k < 16; k++) {                      /* vperm, control from b */
                int n = get(b, k) & 31;
                put(t, k, n < 16 ? get(a, n) : get(b, n - 16));
            }
            for (int k = 0; k < 16; k++) {                      /* vaddubs, vavgub */
                unsigned v = get(a, k) + get(t, k);
                v = v > 255 ? 255 : v;
                put(u, k, (v + get(b, k) + 1) >> 1);
            }
            for (int k = 0; k < 4; k++)                         /* vrlw, vxor */
                c[k] = rotl(t[k], b[k] & 31) ^ u[k];
            for (int k = 0; k < 4; k++) {                       /* vmsumshm */
                s[k] = a[k];
                for (int q = 2 * k; q < 2 * k + 2; q++)
                    s[k] += (uint32_t)((int32_t)(int16_t)geth(c, q) * (int16_t)geth(u, q));
            }
            uint32_t m[4] = { 0 };
            for (int k = 0; k < 8; k++)                         /* vmladduhm */
                puth(m, k, (uint16_t)((uint32_t)geth(c, k) * geth(t, k) + geth(s, k)));
            for (int k = 0; k < 4; k++) {                       /* vcmpgtsw, vsel, vaddsws, vsubuwm */
                uint32_t mask = (int32_t)c[k] > (int32_t)s[k] ? 0xffffffffu : 0;
                uint32_t v = (m[k] & ~mask) | (s[k] & mask);
                a[k] = (uint32_t)clamp((int64_t)(int32_t)v + (int32_t)u[k]);
                b[k] = c[k] - v;
            }
            for (int k = 0; k < 4; k++)                         /* vmaddfp, vminfp, vmaxfp */
                g[k] = fmaf(f[k], 1.5f, f[(k + 1) & 3]);
            for (int k = 0; k < 4; k++) {                       /* vctsxs, vcfsx by 4 and 20 bits */
                double w = trunc((double)g[k] * 16.0);
                int32_t n = w >= 2147483647.0 ? INT32_MAX : w <= -2147483648.0 ? INT32_MIN : (int32_t)w;
                float r = (float)((double)(int32_t)((uint32_t)n ^ (c[k] & 0xff)) / 1048576.0);
                r = r + 1.0f;
                f[k] = r > 3000.0f ? 3000.0f : r < 0.5f ? 0.5f : r;
            }
        }
        for (int k = 0; k < 4; k++)
            out[i].w[k] = a[k] ^ b[k];
        memcpy(out_f[i].f, f, 16);
    }
    return sum();
}

#ifdef __ALTIVEC__
static uint32_t vectors(void)
{
    __vector float one = { 1, 1, 1, 1 }, onehalf = { 1.5f, 1.5f, 1.5f, 1.5f };
    __vector float low = { 0.5f, 0.5f, 0.5f, 0.5f }, high = { 3000, 3000, 3000, 3000 };
    __vector unsigned int low8 = { 0xff, 0xff, 0xff, 0xff };

    for (int i = 0; i < BLOCKS; i++) {
        __vector unsigned int a = in_a[i].vw, b = in_b[i].vw, t, u, c, s, m, v;
        __vector float f = in_f[i].vf, g;

        for (int p = 0; p < PASSES; p++) {
            t = vec_perm(a, b, (__vector unsigned char)b);
            u = (__vector unsigned int)vec_avg(
                    vec_adds((__vector unsigned char)a, (__vector unsigned char)t),
                    (__vector unsigned char)b);
            c = vec_xor(vec_rl(t, b), u);
            s = (__vector unsigned int)vec_msum((__vector signed short)c, (__vector signed short)u,
                                              (__vector signed int)a);
            m = (__vector unsigned int)vec_mladd((__vector unsigned short)c, (__vector unsigned short)t,
                                               (__vector unsigned short)s);
            v = vec_sel(m, s, (__vector unsigned int)vec_cmpgt((__vector signed int)c,
                                                             (__vector signed int)s));
            a = (__vector unsigned int)vec_adds((__vector signed int)v, (__vector signed int)u);
            b = vec_sub(c, v);
            g = vec_madd(f, onehalf, vec_sld(f, f, 4));
            f = vec_ctf(vec_xor(vec_cts(g, 4), (__vector signed int)vec_and(c, low8)), 20);
            f = vec_max(vec_min(vec_add(f, one), high), low);
        }
        out[i].vw = vec_xor(a, b);
        out_f[i].vf = f;
    }
    return sum();
}
#endif

int main(int argc, char **argv)
{
    uint32_t expected;

    fill();
    expected = plain();
#ifdef __ALTIVEC__
    if (!(getauxval(AT_HWCAP) & 0x10000000)) {      /* PPC_FEATURE_HAS_ALTIVEC */
        printf("altivec: this processor has none\n");
        return 77;
    }
    uint32_t got = vectors();
    if (got != expected) {
        printf("altivec: vector result %08x, plain result %08x\n", got, expected);
        return 1;
    }
    return bench("altivec", vectors, argc, argv);
#else
    (void)expected;
    return bench("altivec", plain, argc, argv);
#endif
}
