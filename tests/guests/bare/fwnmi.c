/*
 * A bare guest that takes system resets and machine checks, by the chip's vectors and by the entries it
 * registers with ibm,nmi-register, and says on the serial port what it found. Keys: g registers, i
 * interlock, u gives a device tree (H_UPDATE_DT), r reboots, q switches off. Driven by
 * tests/boot/fwnmi.py, which injects the faults.
 */
typedef unsigned int u32;
typedef unsigned char u8;

/* How it came (1 and 2: vectors, 3 and 4: registered entries), r3, SRR1 and DAR then. */
volatile u32 event[4];

/* TAKE notes it all; the registered ones then have r3 back from the doubleword it points to. wait()
 * returns when there is an event or a key, with 5A5A in r3 all the time. */
__asm__(
    ".globl _start\n_start: lis 1,(stack+16368)@ha; addi 1,1,(stack+16368)@l; bl main\n1: b 1b\n"
    ".macro TAKE how\nmtspr 272,12; mtspr 273,11; lis 12,event@ha; addi 12,12,event@l\n"
    "stw 3,4(12); mfsrr1 11; stw 11,8(12); mfspr 11,19; stw 11,12(12); li 11,\\how; stw 11,0(12)\n.endm\n"
    ".macro BACK\nmfspr 11,273; mfspr 12,272; rfi\n.endm\n"
    ".globl by_100\nby_100: TAKE 1\nBACK\n.globl by_200\nby_200: TAKE 2\nBACK\n.globl by_end\nby_end:\n"
    ".globl entry_sr\nentry_sr: TAKE 3\nlwz 3,4(3)\nBACK\n"
    ".globl entry_mc\nentry_mc: TAKE 4\nlwz 3,4(3)\nBACK\n"
    ".globl wait\nwait: lis 9,event@ha; addi 9,9,event@l; lis 10,0xfe00; ori 10,10,0x2fd; li 3,0x5a5a\n"
    "2: lwz 0,0(9); cmpwi 0,0; bne 3f; lbz 0,0(10); andi. 0,0,1; beq 2b\n3: blr\n"
    ".globl hypercall\nhypercall: .long 0x44000022; blr\n"
    ".local stack\n.comm stack,16384,16\n");

extern u8 by_100[], by_200[], by_end[], entry_sr[], entry_mc[];
u32 wait(void);
u32 hypercall(u32 number, void *block);

#define UART ((volatile u8 *)0xfe0002f8)
#define COUNT(a) (sizeof(a) / sizeof *(a))

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

static void hex(const char *name, u32 v)
{
    print(name);
    for (int i = 28; i >= 0; i -= 4) put("0123456789abcdef"[v >> i & 15]);
}

static u32 area[1024] __attribute__((aligned(4096))); /* where RTAS would be */

static u32 rtas(u32 token, u32 n_args, u32 a, u32 b)
{
    u32 block[8] = {token, n_args, 1, a, b, -99u};
    hypercall(0xf000, block);
    return block[3 + n_args];
}

/* What Linux does when it has instantiated RTAS. */
static void tell_base(void)
{
    static u32 base;
    base = (u32)area;
    u32 find[] = {(u32)"finddevice", 1, 1, (u32)"/rtas", 0};
    hypercall(0xf005, find);
    u32 set[] = {(u32)"setprop", 4, 1, find[4], (u32)"linux,rtas-base", (u32)&base, 4, 0};
    hypercall(0xf005, set);
}

static void show(void)
{
    u32 how = event[0], r3 = event[1];
    const volatile u32 *log = (const volatile u32 *)r3;
    print(how == 1 ? "system reset by 100" : how == 2 ? "machine check by 200"
        : how == 3 ? "system reset by entry" : "machine check by entry");
    if (how < 3) hex(", r3 ", r3);
    if (how >= 3) {
        hex(", at ", r3 - (u32)area);
        hex(", r3 ", log[1]);
    }
    if (how == 4) { /* saved r3, summary, length, version 6 header, MC section */
        hex(", summary ", log[2]);
        hex(", section ", log[8] >> 16);
        hex(", address ", log[15]);
    }
    hex(", srr1 ", event[2]);
    hex(", dar ", event[3]);
    print("\n");
    event[0] = 0;
}

/* A root with a node "guest", in which a property of no length. */
static const u32 tree[] = {0xd00dfeed, 104, 56, 100, 40, 17, 16, 0, 2, 44,
                           0, 0, 0, 0, 1, 0, 1, 0x67756573, 0x74000000, 3, 0, 0, 2, 2, 9, 0x70000000};

static void key(u8 c)
{
    if (c == 'u') hex("update-dt: ", hypercall(0xf003, (void *)tree));
    if (c == 'g') hex("registered: ", rtas(21, 2, (u32)entry_sr, (u32)entry_mc));
    if (c == 'i') hex("interlock: ", rtas(22, 0, 0, 0));
    if (c == 'r') rtas(20, 0, 0, 0);
    if (c == 'q') rtas(17, 2, 0, 0);
    print("\n");
}

static void vector_to(u32 at, const u8 *from, const u8 *end)
{
    for (u32 i = 0; i < (u32)(end - from); i += 4) {
        *(volatile u32 *)(at + i) = *(const u32 *)(from + i);
        __asm__ volatile("dcbst 0,%0; sync; icbi 0,%0; sync; isync" : : "r"(at + i) : "memory");
    }
}

int main(void)
{
    u32 msr;
    vector_to(0x100, by_100, by_200);
    vector_to(0x200, by_200, by_end);
    __asm__ volatile("mfmsr %0" : "=r"(msr));
    __asm__ volatile("mtmsr %0; isync" : : "r"(msr | 0x1002)); /* ME, RI */
    tell_base();
    print("fwnmi: ready\n");
    for (;;) {
        if (wait() != 0x5a5a) print("FAIL: r3 was not put back\n");
        if (event[0]) show();
        if (UART[5] & 1) key(UART[0]);
    }
}
