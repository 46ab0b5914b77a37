/*
 * A bare program for width_cost.sh: integers, bytes, branches through tables, doubles, calls; the same work at every
 * commit. Ends with an sc; r3 is a checksum.
 */
typedef unsigned int u32;
typedef unsigned char u8;

static u8 bytes[65536];
static u32 words[4096];
static double matrix[3][24][24];

static u32 sieve(void)
{
    u32 n = 0;
    for (u32 i = 0; i < sizeof bytes; i++) bytes[i] = 1;
    for (u32 i = 2; i < sizeof bytes; i++) {
        if (!bytes[i]) continue;
        n++;
        for (u32 k = i * 2; k < sizeof bytes; k += i) bytes[k] = 0;
    }
    return n;
}

static u32 sort(u32 seed)
{
    for (u32 i = 0; i < 1024; i++) words[i] = seed = seed * 1664525 + 1013904223;
    for (u32 gap = 512; gap; gap /= 2)
        for (u32 i = gap; i < 1024; i++) {
            u32 v = words[i], k = i;
            for (; k >= gap && words[k - gap] > v; k -= gap) words[k] = words[k - gap];
            words[k] = v;
        }
    return words[512];
}

static u32 crc(u32 v)
{
    for (u32 i = 0; i < 8192; i++) {
        v ^= bytes[i];
        for (u32 k = 0; k < 8; k++) v = v & 1 ? v >> 1 ^ 0xedb88320 : v >> 1;
    }
    return v;
}

static u32 multiply(void)
{
    for (u32 i = 0; i < 24; i++)
        for (u32 k = 0; k < 24; k++) {
            double s = 0;
            for (u32 j = 0; j < 24; j++) s += matrix[0][i][j] * matrix[1][j][k];
            matrix[2][i][k] = s;
        }
    return (u32)(int)matrix[2][3][5];
}

static u32 fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

static u32 jumps(u32 v)
{
    u32 s = 0;
    for (u32 i = 0; i < 20000; i++) {
        v = v * 1103515245 + 12345;
        switch (v >> 16 & 7) {
        case 0: s += v; break;
        case 1: s ^= v; break;
        case 2: s = s << 3 | s >> 29; break;
        case 3: s -= i; break;
        case 4: s *= 5; break;
        case 5: s += words[v & 1023]; break;
        case 6: words[i & 1023] = s; break;
        default: s = ~s; break;
        }
    }
    return s;
}

void _start(void)
{
    u32 sum = 0;
    for (u32 i = 0; i < 24 * 24; i++) {
        matrix[0][i / 24][i % 24] = 1.0 / (double)(int)(i + 1);
        matrix[1][i / 24][i % 24] = (double)(int)i;
    }
    for (u32 round = 0; round < ROUNDS; round++)
        sum = sum * 31 + sieve() + sort(round) + crc(round) + multiply() + fib(18) + jumps(round);
    register u32 result __asm__("r3") = sum;
    __asm__ volatile("sc" : : "r"(result));
    for (;;) {
    }
}
