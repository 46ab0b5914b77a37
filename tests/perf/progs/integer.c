/* Integer programs: registers, loads and stores, branches. */
#include "bench.h"

/* --- a list, a matrix and a state machine, mixed as small embedded programs are ------------- */

#define NODES 128
#define SIDE 16

struct node {
    struct node *next;
    int16_t key, value;
};

static struct node *merge(struct node *a, struct node *b)
{
    struct node head, *tail = &head;

    while (a && b) {
        struct node **from = a->key <= b->key ? &a : &b;

        tail->next = *from;
        tail = *from;
        *from = tail->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static struct node *sort_list(struct node *list, int length)
{
    if (length < 2) return list;

    struct node *half = list;

    for (int i = 1; i < length / 2; i++) {
        half = half->next;
    }
    struct node *rest = half->next;

    half->next = NULL;
    return merge(sort_list(list, length / 2), sort_list(rest, length - length / 2));
}

static struct node *reverse(struct node *list)
{
    struct node *done = NULL;

    while (list) {
        struct node *next = list->next;

        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static uint32_t list_work(struct node *nodes, uint32_t *seed)
{
    uint32_t sum = 0;

    for (int i = 0; i < NODES; i++) {
        nodes[i].key = (int16_t)(bench_random(seed) & 0x3ff);
        nodes[i].value = (int16_t)i;
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
    }
    struct node *list = reverse(sort_list(nodes, NODES));

    for (struct node *n = list; n; n = n->next) {
        sum = bench_mix(sum, (uint32_t)(n->key * 3 + n->value));
    }
    for (int i = 0; i < 32; i++) {
        int16_t wanted = (int16_t)(bench_random(seed) & 0x3ff);
        struct node *n = list;

        while (n && n->key > wanted) {
            n = n->next;
        }
        sum += n ? (uint32_t)n->value : 1;
    }
    return sum;
}

static uint32_t matrix_work(uint32_t *seed)
{
    static int16_t a[SIDE][SIDE], b[SIDE][SIDE];
    static int32_t c[SIDE][SIDE];
    uint32_t sum = 0;

    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            a[i][j] = (int16_t)bench_random(seed);
            b[i][j] = (int16_t)(bench_random(seed) >> 16);
        }
    }
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            uint32_t dot = 0;

            for (int k = 0; k < SIDE; k++) {
                dot += (uint32_t)(a[i][k] * (b[k][j] >> 2));
            }
            c[i][j] = (int32_t)dot;
            sum = bench_mix(sum, (dot >> 2 & 15) * (dot >> 5 & 127));
        }
    }
    return sum + (uint32_t)c[3][5];
}

enum state { START, SIGN, INT, POINT, FRACTION, EXPONENT, EXP_SIGN, SCIENTIFIC, WRONG, STATES };

static enum state step(enum state s, char c)
{
    int digit = c >= '0' && c <= '9';

    switch (s) {
    case START: return digit ? INT : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : WRONG;
    case SIGN: return digit ? INT : c == '.' ? POINT : WRONG;
    case INT: return digit ? INT : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case POINT: return digit ? FRACTION : WRONG;
    case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case EXPONENT: return c == '+' || c == '-' ? EXP_SIGN : digit ? SCIENTIFIC : WRONG;
    case EXP_SIGN:
    case SCIENTIFIC: return digit ? SCIENTIFIC : WRONG;
    default: return WRONG;
    }
}

static uint32_t state_work(uint32_t *seed)
{
    static const char *const words[] = {
        "5012", "-874.3", "+1.5e10", ".25", "12e-4", "T0.3e-1F", "-.5e+12", "1.2.3", "e1", "77+",
    };
    uint32_t count[STATES] = { 0 }, sum = 0;

    for (int i = 0; i < 200; i++) {
        enum state s = START;

        for (const char *c = words[bench_random(seed) % 10]; *c && s != WRONG; c++) {
            s = step(s, *c);
        }
        count[s]++;
    }
    for (int i = 0; i < STATES; i++) {
        sum = bench_mix(sum, count[i]);
    }
    return sum;
}

static uint32_t core(unsigned rounds)
{
    struct node nodes[NODES];
    uint32_t seed = 1, sum = 0;

    while (rounds--) {
        sum = bench_mix(sum, list_work(nodes, &seed));
        sum = bench_mix(sum, matrix_work(&seed));
        sum = bench_mix(sum, state_work(&seed));
    }
    return sum;
}

/* --- sieve, sort, CRC, hash ----------------------------------------------------------------- */

static uint32_t sieve(unsigned rounds)
{
    enum { LIMIT = 1 << 19 };
    static uint8_t composite[LIMIT];
    uint32_t sum = 0;

    while (rounds--) {
        memset(composite, 0, LIMIT);
        for (uint32_t i = 2; i < LIMIT; i++) {
            if (composite[i]) continue;
            sum = bench_mix(sum, i);
            for (uint32_t j = 2 * i; j < LIMIT; j += i) {
                composite[j] = 1;
            }
        }
    }
    return sum;
}

static void quicksort(uint32_t *a, int from, int to)
{
    while (from < to) {
        uint32_t pivot = a[from + (to - from) / 2];
        int i = from, j = to;

        while (i <= j) {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i <= j) {
                uint32_t t = a[i];

                a[i++] = a[j];
                a[j--] = t;
            }
        }
        quicksort(a, from, j);
        from = i;
    }
}

static uint32_t sort(unsigned rounds)
{
    enum { COUNT = 50000 };
    static uint32_t a[COUNT];
    uint32_t seed = 7, sum = 0;

    while (rounds--) {
        for (int i = 0; i < COUNT; i++) {
            a[i] = bench_random(&seed);
        }
        quicksort(a, 0, COUNT - 1);
        for (int i = 0; i < COUNT; i += 97) {
            sum = bench_mix(sum, a[i]);
        }
    }
    return sum;
}

static uint32_t crc32(unsigned rounds)
{
    static uint32_t table[256];
    static uint8_t data[65536];
    uint32_t seed = 3, crc = ~0u;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int k = 0; k < 8; k++) {
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
        }
        table[i] = c;
    }
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)bench_random(&seed);
    }
    while (rounds--) {
        for (size_t i = 0; i < sizeof(data); i++) {
            crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
        }
    }
    return ~crc;
}

static uint32_t right(uint32_t x, int n)
{
    return (x >> n) | (x << (32 - n));
}

static void sha256_block(uint32_t h[8], const uint32_t k[64], const uint8_t *p)
{
    uint32_t w[64], s[8];

    for (int i = 0; i < 16; i++, p += 4) {
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];

        w[i] = w[i - 16] + w[i - 7] + (right(a, 7) ^ right(a, 18) ^ (a >> 3)) +
               (right(b, 17) ^ right(b, 19) ^ (b >> 10));
    }
    memcpy(s, h, 32);
    for (int i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0];
        uint32_t t = s[7] + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) +
                     ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
        uint32_t u = (right(a, 2) ^ right(a, 13) ^ right(a, 22)) +
                     ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

        memmove(s + 1, s, 28);
        s[4] += t;
        s[0] = t + u;
    }
    for (int i = 0; i < 8; i++) {
        h[i] += s[i];
    }
}

/* The hash with constants of our own instead of FIPS 180's: the work is equal. */
static uint32_t sha256(unsigned rounds)
{
    static uint8_t data[32768];
    uint32_t k[64], h[8], seed = 11, sum = 0;

    for (int i = 0; i < 64; i++) {
        k[i] = bench_random(&seed);
    }
    for (int i = 0; i < 8; i++) {
        h[i] = bench_random(&seed);
    }
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)bench_random(&seed);
    }
    while (rounds--) {
        for (size_t at = 0; at < sizeof(data); at += 64) {
            sha256_block(h, k, data + at);
        }
    }
    for (int i = 0; i < 8; i++) {
        sum = bench_mix(sum, h[i]);
    }
    return sum;
}

/* --- a bytecode interpreter: an indirect jump an operation ---------------------------------- */

enum op { PUSH, LOAD, STORE, ADD, SUB, MUL, XOR, LESS, JUMP_IF, DECREMENT, HALT };

static uint32_t interpret(const uint8_t *code, uint32_t *local)
{
    uint32_t stack[16], *sp = stack;

    for (const uint8_t *pc = code;;) {
        switch (*pc++) {
        case PUSH: *sp++ = *pc++; break;
        case LOAD: *sp++ = local[*pc++]; break;
        case STORE: local[*pc++] = *--sp; break;
        case ADD: sp--; sp[-1] += sp[0]; break;
        case SUB: sp--; sp[-1] -= sp[0]; break;
        case MUL: sp--; sp[-1] *= sp[0]; break;
        case XOR: sp--; sp[-1] ^= sp[0]; break;
        case LESS: sp--; sp[-1] = sp[-1] < sp[0]; break;
        case JUMP_IF: pc = *--sp ? code + *pc : pc + 1; break;
        case DECREMENT: local[*pc++]--; break;
        default: return local[1];
        }
    }
}

static uint32_t bytecode(unsigned rounds)
{
    static const uint8_t program[] = {
        LOAD, 1, LOAD, 0, ADD, PUSH, 31, MUL, LOAD, 0, XOR, STORE, 1, /* 0 */
        LOAD, 1, LOAD, 2, LESS, JUMP_IF, 27,                          /* 13 */
        LOAD, 1, LOAD, 3, SUB, STORE, 1,                              /* 20 */
        DECREMENT, 0, PUSH, 0, LOAD, 0, LESS, JUMP_IF, 0, HALT,       /* 27 */
    };
    uint32_t sum = 0;

    while (rounds--) {
        uint32_t local[4] = { 20000, sum, 0x80000000u, 0x1234567 };

        sum = bench_mix(sum, interpret(program, local));
    }
    return sum;
}

const struct bench integer_benches[] = {
    { "core", core }, { "sieve", sieve }, { "sort", sort }, { "crc32", crc32 },
    { "sha256", sha256 }, { "bytecode", bytecode }, { NULL, NULL },
};
