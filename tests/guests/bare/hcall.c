/*
 * A bare guest that makes hypercalls as a client would and prints a line for each: run with
 *   ppcemu -kernel hcall.elf -machine pegasos2,hypercalls=vof+papr+epapr+kvm+osi
 * and again with hypercalls=vof, where the same instructions must be ordinary system calls. It
 * drives the serial port itself and ends with RTAS power-off. Built by tests/boot/hcall.py.
 */
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
    ".local stack\n.comm stack,16384,16\n");

u32 call(u32 *regs, u32 way);
extern u8 vector[], vector_end[];

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

/* The compiler clears arrays with it. */
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

static u32 data[64] __attribute__((aligned(64)));
#define D ((u32)data)

struct test {
    const char *name;
    u32 way, r0, r3, r4, r5, r6, r7, r8, r11;
    u32 on, off; /* r3 with everything plugged in, and with vof alone */
    u32 out4;    /* r4 then; 1: not looked at */
};
#define PAPR(name, n, a, b, c, d, e, on)                                                           \
    {                                                                                              \
        name, SC1, 0, n, a, b, c, d, e, 0, on, -2u, 1                                              \
    }
#define EVC(name, t, a, b, c, on, o4)                                                              \
    {                                                                                              \
        name, SC0, KVM, a, b, c, 0, 0, 0, t, on, SYS, o4                                           \
    }
#define OSI(name, s, a, b, c, on)                                                                  \
    {                                                                                              \
        name, SC0, 0, M1, M2, s, a, b, c, 0, on, SYS, 1                                            \
    }

static const struct test tests[] = {
    {"plain sc", SC0, 1, 2, 3, 4, 5, 6, 7, 8, SYS, SYS, 3},
    {"plain sc, user", SC0 | USER, 1, 2, 3, 4, 5, 6, 7, 8, SYS, SYS, 3},
    {"sc 2", SC2, KVM, M1, M2, 0, 0, 0, 0, 0, SYS, SYS, M2},
    {"sc 1, user", SC1 | USER, 0, 0x3c, 4, D, 0, 0, 0, 0, -3u, -3u, 4},
    {"osi, user", SC0 | USER, 0, M1, M2, 91, 0, 0, 0, 0, 0x2000, SYS, M2},
    {"half osi", SC0, 0, M1, M2 + 1, 91, 0, 0, 0, 0, SYS, SYS, M2 + 1},
    {"kvm, user", SC0 | USER, KVM, 9, 8, 0, 0, 0, 0, 0x2a0003, SYS, SYS, 8},
    {"ci-load 4", SC1, 0, 0x3c, 4, D, 0, 0, 0, 0, 0, -2u, 1},
    PAPR("ci-load 0", 0x3c, 0, D, 0, 0, 0, -4u),
    PAPR("ci-load 3", 0x3c, 3, D, 0, 0, 0, -4u),
    PAPR("ci-load 16", 0x3c, 16, D, 0, 0, 0, -4u),
    PAPR("ci-load odd", 0x3c, 2, D + 1, 0, 0, 0, -4u),
    PAPR("ci-load nothing", 0x3c, 4, 0x70000000, 0, 0, 0, 0),
    PAPR("ci-load wrap", 0x3c, 8, 0xfffffffc, 0, 0, 0, -4u),
    PAPR("ci-load uart", 0x3c, 1, 0xfe0002ff, 0, 0, 0, 0),
    PAPR("ci-store 1", 0x40, 1, D + 64, 0xaa, 0, 0, 0),
    PAPR("ci-store 2", 0x40, 2, D + 66, 0xbbcc, 0, 0, 0),
    PAPR("ci-store 8", 0x40, 8, D + 72, 0x01020304, 0x05060708, 0, 0),
    PAPR("ci-store 3", 0x40, 3, D, 0, 0, 0, -4u),
    PAPR("ci-store odd", 0x40, 4, D + 2, 0, 0, 0, -4u),
    PAPR("cache-load", 0x44, 4, D, 0, 0, 0, 0),
    PAPR("cache-store", 0x48, 4, D + 80, 0, 0, 0, 0),
    PAPR("icbi", 0x4c, D, 0, 0, 0, 0, 0),
    PAPR("dcbf nothing", 0x50, 0x70000000, 0, 0, 0, 0, -4u),
    PAPR("put-term-char 17", 0x58, 0, 17, 0, 0, 0, -4u),
    PAPR("get-term-char", 0x54, 0, 0, 0, 0, 0, 0),
    PAPR("get-term-char unit", 0x54, 5, 0, 0, 0, 0, -4u),
    PAPR("random", 0x300, 0, 0, 0, 0, 0, 0),
    PAPR("set-mode big-endian", 0x31c, 0, 4, 0, 0, 0, 0),
    PAPR("set-mode", 0x31c, 0, 9, 0, 0, 0, -55u),
    PAPR("memop copy", 0xf001, D + 96, D + 64, 2, 4, 0, 0),
    PAPR("memop size", 0xf001, D, D, 4, 1, 0, -4u),
    PAPR("memop odd", 0xf001, D + 1, D, 2, 1, 0, -4u),
    PAPR("memop wrap", 0xf001, 0xfffffff8, D, 3, 9, 0, -4u),
    PAPR("cas", 0xf002, 0x70000000, D, 0, 0, 0, -1u),
    PAPR("update-dt", 0xf003, D, 0, 0, 0, 0, -4u),
    PAPR("unknown", 0xbad, 0, 0, 0, 0, 0, -2u),
    EVC("byte-channel-send", 0x10001, 9, 1, 0, 8, 0),
    EVC("byte-channel-receive", 0x10002, 0, 0, 0, 0, 0),
    EVC("byte-channel-poll", 0x10003, 0, 7, 0, 0, 0),
    EVC("int-set-config", 0x10004, 3, 1, 2, 0, 0),
    EVC("int-get-config", 0x10005, 3, 0, 0, 0, 1),
    EVC("int-set-mask", 0x10006, 3, 1, 0, 0, 0),
    EVC("int-get-mask", 0x10007, 3, 0, 0, 0, 1),
    EVC("int-get-mask 99", 0x10007, 99, 0, 0, 8, 0),
    EVC("int-eoi", 0x1000a, 3, 5, 0, 0, 0),
    EVC("number 8", 0x10008, 0, 5, 0, 12, 0),
    EVC("kvm-features", 0x2a0003, 0, 5, 0, 0, 2),
    EVC("kvm-map-magic-page", 0x2a0004, -4096u, -4095u, 0, 0, 3),
    EVC("kvm-map-magic-page nowhere", 0x2a0004, 0, 0, 0, 0, 3),
    OSI("call-available 7", 0, 7, 0, 0, 1),
    OSI("call-available 2", 0, 2, 0, 0, 0),
    OSI("call-available 100", 0, 100, 0, 0, 0),
    OSI("of-rtas nothing", 22, 0x70000000, 0, 0, -1u),
    OSI("nvram-size", 91, 0, 0, 0, 0x2000),
    OSI("usecs-to-mticks", 93, 1000000, 0, 0, 33333333),
    OSI("mticks-to-usecs", 92, 33333333, 0, 0, 1000000),
    OSI("tty-getc", 98, 0, 0, 0, -1u),
    OSI("get-adb-key", 51, 0, 0, 0, -1u),
    OSI("disk-info channel", 81, 9, 0, 0, -1u),
    OSI("usleep", 58, -1u, 0, 0, 0),
    OSI("selector 100", 100, 0, 0, 0, M1),
    OSI("gap", 36, 0, 0, 0, 0),
};

static int run(const struct test *t, int on)
{
    u32 r[12] = {t->r0, 0, 0, t->r3, t->r4, t->r5, t->r6, t->r7, t->r8, 0x99, 0xaa, t->r11};
    u32 want = on ? t->on : t->off;
    call(r, t->way);
    int good = r[3] == want && r[9] == 0x99 && r[10] == 0xaa && (r[3] != SYS || r[4] == t->r4);
    if (on && t->out4 != 1 && want != SYS && r[4] != t->out4) good = 0;
    print(good ? "PASS " : "FAIL ");
    print(t->name);
    if (!good) {
        print(": ");
        hex(r[3]);
        put(' ');
        hex(r[4]);
    }
    print("\n");
    return good;
}

int main(void)
{
    static u32 power_off[] = {17, 2, 1, 0, 0, 0};
    u32 probe[12] = {0, 0, 0, 0x3c, 4, 0, 0, 0, 0, 0, 0, 0};
    u32 bad = 0, n = sizeof tests / sizeof tests[0];
    for (u32 i = 0; i < (u32)(vector_end - vector); i += 4)
        *(volatile u32 *)(0xc00 + i) = *(u32 *)(vector + i);
    __asm__ volatile("dcbst 0,%0; sync; icbi 0,%0; sync; isync" : : "r"(0xc00) : "memory");
    probe[5] = D;
    call(probe, SC1);
    int on = probe[3] == 0;
    print(on ? "hypercalls: on\n" : "hypercalls: off\n");
    for (u32 i = 0; i < n; i++)
        bad += !run(&tests[i], on);
    if (on && (data[16] != 0xaa00bbcc || data[18] != 0x01020304 || data[19] != 0x05060708 ||
               data[24] != data[16] || data[27] != 0x05060708)) {
        print("FAIL what the stores left\n");
        bad++;
    }
    print(bad ? "hypercalls: bad\n" : "hypercalls: done\n");
    u32 r[12] = {0, 0, 0, 0xf000, (u32)power_off, 0, 0, 0, 0, 0, 0, 0};
    call(r, SC1);
    for (;;) {
    }
}
