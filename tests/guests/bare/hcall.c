/*
 * A bare guest that makes every hypercall and prints a line for each: run with
 *   ppcemu -kernel hcall.elf -machine pegasos2,hypercalls=vof+papr+epapr+kvm+osi
 * and again with hypercalls=vof, where the same instructions must be ordinary system calls. It
 * drives the serial port itself. Built and run by tests/boot/hcall.py, which makes registered.h (the
 * numbers that ppcemu has) and gives it a disk, a screen and a cable. With -DLOST it runs into an
 * exception that nobody handles, which is the firmware's own call.
 */
#include "registered.h"

typedef unsigned int u32;
typedef unsigned char u8;

/* call(regs, way): loads r0, r3-r11 from regs, executes sc LEV (way & 3), in problem state when way
 * & 4, stores r3-r11 back. The vector at C00 answers 5CA11 in r3, or leads back from problem state.
 */
__asm__(
    ".globl _start\n_start: lis 1,(stack+16368)@ha; addi 1,1,(stack+16368)@l; bl main\n1: b 1b\n"
    ".globl call\ncall: stwu 1,-32(1); mflr 0; stw 0,36(1); stw 3,8(1); stw 4,12(1)\n"
    "mr 12,3; andi. 0,4,4; beq 2f; mfmsr 0; ori 0,0,0x4000; mtmsr 0; isync\n"
    "2: lwz 4,12(1); rlwinm 4,4,0,30,31; cmpwi 4,1; cmpwi 1,4,2\n"
    "lwz 0,0(12); lwz 3,12(12); lwz 4,16(12); lwz 5,20(12); lwz 6,24(12); lwz 7,28(12)\n"
    "lwz 8,32(12); lwz 9,36(12); lwz 10,40(12); lwz 11,44(12)\n"
    "beq 3f; beq 1,4f; .long 0x44000002; b 5f\n3: .long 0x44000022; b 5f\n4: .long 0x44000042\n"
    "5: lwz 12,8(1); stw 3,12(12); stw 4,16(12); stw 5,20(12); stw 6,24(12); stw 7,28(12)\n"
    "stw 8,32(12); stw 9,36(12); stw 10,40(12); stw 11,44(12)\n"
    "lwz 12,12(1); andi. 12,12,4; beq 6f; li 0,0x7e7e; .long 0x44000002\n"
    "6: lwz 0,36(1); mtlr 0; addi 1,1,32; blr\n"
    ".globl vector\nvector: cmpwi 0,0x7e7e; bne 7f; mfsrr1 12; rlwinm 12,12,0,18,16; mtsrr1 12; "
    "rfi\n"
    "7: lis 3,0x5; ori 3,3,0xca11; rfi\n.globl vector_end\nvector_end:\n"
    ".globl tick\ntick: mtspr 272,12; lis 12,0x7fff; mtdec 12; mfspr 12,272; rfi\n"
    ".globl tick_end\ntick_end:\n"
    ".local stack\n.comm stack,16384,16\n");

u32 call(u32 *regs, u32 way);
extern u8 vector[], vector_end[], tick[], tick_end[];

#define UART ((volatile u8 *)0xfe0002f8)

static void put(char c)
{
    while (!(UART[5] & 0x20)) {
    }
    UART[0] = (u8)c;
}

static void print(const char *s)
{
    for (; *s; s++) {
        if (*s == '\n') put('\r');
        put(*s);
    }
}

static void hex(u32 v)
{
    for (int i = 28; i >= 0; i -= 4)
        put("0123456789abcdef"[v >> i & 15]);
}

void *memcpy(void *to, const void *from, u32 n)
{
    volatile u8 *p = to;
    for (const u8 *q = from; n; n--)
        *p++ = *q++;
    return to;
}

/* The compiler clears arrays with it, and copies with that. */
void *memset(void *to, int c, u32 n)
{
    for (volatile u8 *p = to; n; n--)
        *p++ = (u8)c;
    return to;
}

enum { SC0 = 0, SC1 = 1, SC2 = 2, USER = 4 };
#define KVM 0x4b564d21u
#define M1  0x113724fau
#define M2  0x77810f9bu
#define SYS 0x5ca11u
#define ANY 0x5ca12u /* anything but SYS */

static u32 data[1024] __attribute__((aligned(4096)));
#define D          ((u32)data)
#define RTAS_BLOCK (D + 0x100)
#define CLIENT     (D + 0x140)
#define OSI_RTAS   (D + 0x180)
#define FDT        (D + 0x200)
#define PVRS       (D + 0x280)
#define OUT        (D + 0x300)
#define RING       (D + 0x400)
#define RX_RING    (D + 0x480)
#define TX_RING    (D + 0x500)
#define STRINGS    (D + 0x600) /* "/mol" */
#define NAME       (D + 0x608) /* "name" */
#define PEER       (D + 0x610) /* "peer" */
#define BUF        (D + 0x800)

enum abi { PAPR, EV, OSI };
static const char *const abi_names[] = {"papr", "ev", "osi"};

struct test {
    u32 abi, number;
    const char *class, *name;
    u32 want, arg[7];
    u32 at, holds; /* memory afterwards; at 0: not looked at */
    u32 dec, poll; /* it sleeps until the decrementer; called again until the answer comes */
};

#include "hcall_cases.h"

static int on, bad;

static void number(u32 v)
{
    if (v >> 4) number(v >> 4);
    put("0123456789abcdef"[v & 15]);
}

static void line(int good, u32 abi, u32 n, const char *class, const char *name, const u32 *r)
{
    print(good ? "PASS " : "FAIL ");
    print(abi_names[abi]);
    print(" 0x");
    number(n);
    put(' ');
    print(class);
    put(' ');
    print(name);
    if (!good) {
        print(": ");
        hex(r[3]);
        put(' ');
        hex(r[4]);
        bad++;
    }
    print("\n");
}

static void load(u32 *r, u32 abi, u32 n, const u32 *arg)
{
    static const u8 first[] = {4, 3, 6};
    for (u32 i = 0; i < 12; i++) r[i] = 0x90 + i;
    for (u32 i = 0; arg && i < 7 && first[abi] + i < 11; i++) r[first[abi] + i] = arg[i];
    r[0] = abi == EV ? KVM : 0;
    if (abi == PAPR) r[3] = n;
    if (abi == EV) r[11] = n;
    if (abi == OSI) {
        r[3] = M1;
        r[4] = M2;
        r[5] = n;
    }
}

static int is_vof(const struct test *t)
{
    return t->abi == PAPR && (t->number == 0xf000 || t->number == 0xf005);
}

/* What r3 must be: with vof alone a number it does not know, or an ordinary system call. */
static u32 wanted(const struct test *t)
{
    if (on || is_vof(t)) return t->want;
    return t->abi == PAPR ? -2u : SYS;
}

static void run(const struct test *t)
{
    u32 r[12], want = wanted(t), r4, msr, turns = on && t->poll ? 100000 : 1;
    if (t->dec) __asm__ volatile("mtdec %0" : : "r"(2000));
    do {
        load(r, t->abi, t->number, t->arg);
        r4 = r[4];
        call(r, t->abi == PAPR ? SC1 : SC0);
    } while (r[3] != want && --turns);
    __asm__ volatile("mfmsr %0" : "=r"(msr));
    __asm__ volatile("mtmsr %0; isync" : : "r"(msr & ~0x8000u));
    int good = want == ANY ? r[3] != SYS : r[3] == want;
    if (want == SYS && r[4] != r4) good = 0; /* a system call leaves registers alone */
    if ((on || is_vof(t)) && t->at && *(volatile u32 *)t->at != t->holds) good = 0;
    line(good, t->abi, t->number, t->class, t->name, r);
}

/* --- every number from problem state --- */

static void user(u32 abi, u32 n)
{
    u32 r[12];
    if (abi == OSI && n == 54) return; /* it would be the end */
    load(r, abi, n, 0);
    for (u32 i = 6; abi == OSI && i < 11; i++) r[i] = 0;
    call(r, (abi == PAPR ? SC1 : SC0) | USER);
    int good = abi == PAPR ? r[3] == -3u : abi == EV || !on ? r[3] == SYS : r[3] != SYS;
    line(good, abi, n, "user", "", r);
}

static int is_registered(const u32 *list, u32 n_list, u32 n)
{
    for (u32 i = 0; i < n_list; i++)
        if (list[i] == n) return 1;
    return 0;
}

static void unknown(u32 abi, u32 n, u32 want)
{
    u32 r[12];
    load(r, abi, n, 0);
    call(r, abi == PAPR ? SC1 : SC0);
    if (!on && abi != PAPR) want = SYS;
    line(r[3] == want, abi, n, "unknown", "", r);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void all_numbers(void)
{
    for (u32 i = 0; i < COUNT(papr_numbers); i++) {
        u32 n = papr_numbers[i];
        user(PAPR, n);
        for (u32 k = n + 1; k <= n + 4; k += 3)
            if (!is_registered(papr_numbers, COUNT(papr_numbers), k)) unknown(PAPR, k, -2u);
    }
    for (u32 i = 0; i < COUNT(ev_numbers); i++) {
        u32 n = ev_numbers[i];
        user(EV, n);
        if (!is_registered(ev_numbers, COUNT(ev_numbers), n + 1)) unknown(EV, n + 1, 12);
    }
    for (u32 i = 0; i < COUNT(osi_numbers); i++) user(OSI, osi_numbers[i]);
    for (u32 n = 0; n < 104; n++)
        if (!is_registered(osi_numbers, COUNT(osi_numbers), n)) unknown(OSI, n, n < 100 ? 0 : M1);
}

/* --- what is no call, or one of the rules --- */

static void route(const char *name, u32 way, u32 r0, u32 r3, u32 r4, u32 want)
{
    u32 r[12] = {r0, 0, 0, r3, r4, 91, 0, 0, 0, 0x99, 0xaa, 0x2a0003};
    call(r, way);
    int good = r[3] == want && r[9] == 0x99 && r[10] == 0xaa && (want != SYS || r[4] == r4);
    line(good, PAPR, way, "route", name, r);
}

static void routes(void)
{
    route("plain sc", SC0, 1, 2, 3, SYS);
    route("plain sc, user", SC0 | USER, 1, 2, 3, SYS);
    route("sc 2", SC2, KVM, M1, M2, SYS);
    route("osi, user", SC0 | USER, 0, M1, M2, on ? 0x2000 : SYS);
    route("osi, r4 differs", SC0, 0, M1, M2 + 1, SYS);
    route("osi, r3 differs", SC0, 0, M1 + 1, M2, SYS);
    route("kvm, user", SC0 | USER, KVM, 9, 8, SYS);
    route("kvm and osi", SC0, KVM, M1, M2, on ? 0x2000 : SYS);
}

static void words(u32 at, const u32 *w, u32 n)
{
    for (u32 i = 0; i < n; i++) ((volatile u32 *)at)[i] = w[i];
}
#define WORDS(at, ...) words(at, (const u32[]){__VA_ARGS__}, COUNT(((const u32[]){__VA_ARGS__})))

static void prepare(void)
{
    WORDS(RTAS_BLOCK, 3, 0, 8);
    WORDS(CLIENT, PEER, 1, 1, 0, 0);
    WORDS(OSI_RTAS, 0xabcdef09, 2, 2, 12 << 11, 4, 0, 0);
    /* the smallest tree: header, no reservations, a root without properties, no strings */
    WORDS(FDT, 0xd00dfeed, 72, 56, 72, 40, 17, 16, 0, 0, 16, 0, 0, 0, 0, 1, 0, 2, 9);
    WORDS(PVRS, 0, 0);
    /* element 1 reads sector 1 into element 2's buffer */
    WORDS(RING, 0, 1, 0, 0, 1, 1, 0, 1, 8 | 4, 0, BUF + 512, 512);
    WORDS(TX_RING, BUF, 0, 60, 0);
    WORDS(STRINGS, 0x2f6d6f6c, 0, 0x6e616d65, 0, 0x70656572, 0);
}

static void vector_to(u32 at, const u8 *from, const u8 *end)
{
    for (u32 i = 0; i < (u32)(end - from); i += 4) {
        *(volatile u32 *)(at + i) = *(const u32 *)(from + i);
        __asm__ volatile("dcbst 0,%0; sync; icbi 0,%0; sync; isync" : : "r"(at + i) : "memory");
    }
}

static void end(void)
{
    static u32 power_off[] = {17, 2, 1, 0, 0, 0};
    u32 r[12];
    print(bad ? "hypercalls: bad\n" : "hypercalls: done\n");
    if (on && !bad) { /* exit: what is printed behind it is a failure */
        print("PASS osi 0x36 valid exit\n");
        load(r, OSI, 54, 0);
        call(r, SC0);
        print("FAIL exit came back\n");
    }
    load(r, PAPR, 0xf000, (const u32[7]){(u32)power_off});
    call(r, SC1);
    for (;;) {
    }
}

int main(void)
{
#ifdef LOST
    print("an illegal instruction follows\n");
    __asm__ volatile(".long 0");
#endif
    u32 probe[12];
    vector_to(0xc00, vector, vector_end);
    vector_to(0x900, tick, tick_end);
    prepare();
    load(probe, PAPR, 0x3c, (const u32[7]){4, D});
    call(probe, SC1);
    on = probe[3] == 0;
    print(on ? "hypercalls: on\n" : "hypercalls: off\n");
    for (u32 i = 0; i < COUNT(tests); i++) run(&tests[i]);
    all_numbers();
    routes();
    end();
    return 0;
}
