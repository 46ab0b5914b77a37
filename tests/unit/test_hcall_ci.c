/*
 * H_LOGICAL_CI_LOAD and STORE against the same accesses made by loads and stores with the MMU off and on:
 * IDE, UART and display registers must see the same traffic, and the guest the same values.
 */
#include "tests/unit/board.h"

#include <string.h>

#include "cpu/ppc.h"
#include "hcall/providers.h"

#define CODE 0x10000u
#define UART 0xfe0002f8u
#define VGA_REGS 0x81000000u
#define VGA_RAM 0x80000000u
enum { MSR_FP = 0x2000, MSR_ME = 0x1000, MSR_IR = 0x20, MSR_DR = 0x10 };

enum way { HYPERCALL, MMU_OFF, BAT, PAGES, WAYS };

struct op {
    bool store;
    unsigned size; /* 1, 2, 4, 8 */
    uint32_t at;
    uint64_t value;
};

struct trace {
    struct bus_access a[65536];
    unsigned n;
};

struct rig {
    struct board *b;
    struct trace t;
    uint64_t result[4096];
    enum way way;
};

static void note(void *ctx, const struct bus_access *a)
{
    struct trace *t = ctx;
    ck_assert_uint_lt(t->n, ARRAY_SIZE(t->a));
    t->a[t->n++] = *a;
}

static int disk_read(struct block *d, uint64_t off, void *to, uint64_t len)
{
    (void)d;
    memset(to, (int)(off / 512) + 1, len);
    return 0;
}
static int disk_write(struct block *d, uint64_t off, const void *from, uint64_t len)
{
    (void)d;
    (void)off;
    (void)from;
    (void)len;
    return 0;
}
static const struct block_ops disk_ops = {.read = disk_read, .write = disk_write};
static struct block disk = {.ops = &disk_ops, .name = (char *)"disk", .size = 64 * 512, .present = true};

static void set_reg(struct board *b, const char *name, uint32_t v)
{
    uint8_t value[16] = {0};
    put_be32(value, v);
    ck_assert(ppc_reg_set(b->m->cpu, name, value));
}

/* DBAT0 and 1: F0000000 and 80000000, 256 MiB each, caching inhibited and guarded. */
static void map_by_bats(struct board *b)
{
    set_reg(b, "dbat0u", 0xf0001ffe);
    set_reg(b, "dbat0l", 0xf000002a);
    set_reg(b, "dbat1u", 0x80001ffe);
    set_reg(b, "dbat1l", 0x8000002a);
}

/* A hashed page table at 1 MiB (64 KiB) with the pages in use at the same addresses, WIMG 0101. */
static void map_by_pages(struct board *b)
{
    set_reg(b, "sdr1", 0x00100000);
    for (unsigned n = 0; n < 16; n++) {
        char name[8];
        snprintf(name, sizeof name, "sr%u", n);
        set_reg(b, name, n);
    }
    static const uint32_t pages[] = {0, 0xfe000000, 0xfe001000, VGA_RAM, VGA_REGS};
    for (unsigned i = 0; i < ARRAY_SIZE(pages); i++) {
        uint32_t ea = pages[i], vsid = ea >> 28, page = ea >> 12 & 0xffff;
        uint32_t pteg = 0x100000 + ((vsid ^ page) & 0x3ff) * 64;
        while (bus_read(b->m->bus, pteg, 4)) pteg += 8;
        bus_write(b->m->bus, pteg, 4, 0x80000000 | vsid << 7 | page >> 10);
        bus_write(b->m->bus, pteg + 4, 4, ea | 0x1aa); /* R, C, I, G, PP 2 */
    }
}

static struct rig *rig(enum way way, bool portable)
{
    struct rig *r = calloc(1, sizeof *r);
    struct error err = {{0}};
    r->way = way;
    r->b = calloc(1, sizeof *r->b);
    r->b->cfg = (struct config){.machine = "pegasos2", .ram_size = 64u << 20, .icount = true,
                                .vga = true, .portable = portable, .hypercalls = "vof+papr"};
    r->b->cfg.drives[0] = (struct drive){DRIVE_DISK, &disk};
    r->b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&r->b->cfg, &r->b->m, &err) == 0, "%s", err.text);
    if (way == BAT) map_by_bats(r->b);
    if (way == PAGES) map_by_pages(r->b);
    bus_trace(r->b->m->bus, note, &r->t);
    return r;
}

static void rig_free(struct rig *r)
{
    board_free(r->b);
    free(r);
}

static uint64_t by_hypercall(struct board *b, const struct op *o)
{
    struct ppc_cpu *c = b->m->cpu;
    ppc_set_msr(c, MSR_ME);
    ppc_set_gpr(c, 3, o->store ? 0x40 : 0x3c);
    ppc_set_gpr(c, 4, o->size);
    ppc_set_gpr(c, 5, o->at);
    ppc_set_gpr(c, 6, o->size == 8 ? o->value >> 32 : o->value & UINT32_MAX);
    ppc_set_gpr(c, 7, o->value & UINT32_MAX);
    ck_assert(hcall_sc(b->m->hcall, c, 1));
    ck_assert_int_eq((int32_t)ppc_gpr(c, 3), H_SUCCESS);
    uint64_t v = ppc_gpr(c, 4) & UINT32_MAX;
    return o->size == 8 ? v << 32 | (ppc_gpr(c, 5) & UINT32_MAX) : v;
}

/* lbz, lhz, lwz, lfd r5,0(r4) and stb, sth, stw, stfd. */
static uint64_t by_cpu(struct board *b, const struct op *o, bool mmu)
{
    static const uint32_t loads[] = {0x88a40000, 0xa0a40000, 0x80a40000, 0xc8a40000};
    static const uint32_t stores[] = {0x98a40000, 0xb0a40000, 0x90a40000, 0xd8a40000};
    struct ppc_cpu *c = b->m->cpu;
    unsigned i = o->size == 1 ? 0 : o->size == 2 ? 1 : o->size == 4 ? 2 : 3, bits;
    uint8_t f[16] = {0};
    bus_write(b->m->bus, CODE, 4, (o->store ? stores : loads)[i]);
    put_be64(f, o->value);
    ck_assert(ppc_reg_set(c, "f5", f));
    ppc_set_gpr(c, 5, o->value & UINT32_MAX);
    ppc_set_gpr(c, 4, o->at);
    ppc_set_msr(c, MSR_ME | MSR_FP | (mmu ? MSR_DR : 0));
    ppc_set_pc(c, CODE);
    bus_write(b->m->bus, CODE + 4, 4, 0x48000000); /* b . */
    (void)ppc_run(c, 1);
    ck_assert_uint_eq(ppc_pc(c), CODE + 4); /* no exception */
    if (o->size < 8) return ppc_gpr(c, 5) & UINT32_MAX;
    ck_assert(ppc_reg_get(c, "f5", f, &bits));
    return get_be64(f);
}

/* Time is the same in every way, so that the devices' own clocks are. */
static void run(struct rig *r, const struct op *ops, unsigned n)
{
    struct machine *m = r->b->m;
    uint64_t start = UINT64_C(1000000000);
    for (unsigned i = 0; i < n; i++) {
        bus_trace(m->bus, NULL, NULL);
        m->idle_ns += start + UINT64_C(20000) * i - sched_now(&m->sched);
        sched_run(&m->sched);
        bus_trace(m->bus, note, &r->t);
        r->result[i] = r->way == HYPERCALL ? by_hypercall(r->b, &ops[i])
                                           : by_cpu(r->b, &ops[i], r->way != MMU_OFF);
        if (ops[i].store) r->result[i] = 0;
    }
}

static void compare(const struct op *ops, unsigned n, bool portable, unsigned at_least)
{
    struct rig *want = rig(HYPERCALL, portable);
    run(want, ops, n);
    ck_assert_uint_ge(want->t.n, at_least);
    for (enum way way = MMU_OFF; way < WAYS; way++) {
        struct rig *r = rig(way, portable);
        run(r, ops, n);
        ck_assert_uint_eq(r->t.n, want->t.n);
        for (unsigned i = 0; i < r->t.n; i++) {
            const struct bus_access *a = &want->t.a[i], *b = &r->t.a[i];
            ck_assert_msg(!strcmp(a->region, b->region) && a->off == b->off && a->size == b->size &&
                              a->write == b->write && a->value == b->value,
                          "way %d, access %u: %s+%llx.%u %d %llx, the hypercall made %s+%llx.%u %d %llx",
                          way, i, b->region, (unsigned long long)b->off, b->size, b->write,
                          (unsigned long long)b->value, a->region, (unsigned long long)a->off, a->size,
                          a->write, (unsigned long long)a->value);
        }
        for (unsigned i = 0; i < n; i++)
            ck_assert_msg(r->result[i] == want->result[i], "way %d, op %u at %x", way, i, ops[i].at);
        rig_free(r);
    }
    rig_free(want);
}

/* Where BAR0 and 1 put the primary channel. */
static uint32_t ide_at(unsigned bar)
{
    struct board *b = board_new();
    uint32_t v = pci_cfg_read(b->m->pci[0], 0, PCI_DEVFN(12, 1), PCI_BAR0 + 4 * bar, 4);
    board_free(b);
    return 0xfe000000u + (v & ~3u);
}

START_TEST(drivers)
{
    uint32_t ide = ide_at(0);
    const struct op ops[] = {
        /* the UART: divisor, line, a byte, states */
        {true, 1, UART + 3, 0x83}, {true, 1, UART, 1}, {true, 1, UART + 1, 0}, {true, 1, UART + 3, 3},
        {true, 1, UART, 'A'}, {false, 1, UART + 5, 0}, {false, 1, UART + 2, 0}, {false, 1, UART + 6, 0},
        {false, 4, UART, 0}, {false, 2, UART + 4, 0}, {true, 2, UART + 6, 0x1234}, {false, 8, UART, 0},
        /* the disk: READ SECTORS of LBA 5, data by 16, 32 and 64 bits */
        {true, 1, ide + 6, 0xe0}, {true, 1, ide + 2, 1}, {true, 1, ide + 3, 5}, {true, 1, ide + 4, 0},
        {true, 1, ide + 5, 0}, {true, 1, ide + 7, 0x20}, {false, 1, ide + 7, 0}, {false, 1, ide + 7, 0},
        {false, 2, ide, 0}, {false, 4, ide, 0}, {false, 8, ide, 0}, {false, 1, ide + 1, 0},
        {false, 1, ide + 7, 0}, {true, 1, ide + 7, 0xec}, {false, 1, ide + 7, 0}, {false, 2, ide, 0},
        /* the card: VBE index and data, a palette entry, memory */
        {false, 2, VGA_REGS + 0x500, 0}, {true, 2, VGA_REGS + 0x502, 0x2003},
        {false, 2, VGA_REGS + 0x502, 0},
        {true, 1, VGA_REGS + 0x408, 7}, {true, 1, VGA_REGS + 0x409, 0x3f}, {false, 4, VGA_REGS + 0x404, 0},
        {true, 4, VGA_RAM + 0x100, 0x11223344}, {false, 2, VGA_RAM + 0x102, 0},
        {true, 8, VGA_RAM + 0x200, 0x0102030405060708}, {false, 8, VGA_RAM + 0x200, 0}, {false, 1, VGA_RAM + 0x203, 0},
    };
    compare(ops, ARRAY_SIZE(ops), _i, 30);
}
END_TEST

static uint32_t rnd(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*s >> 33);
}

START_TEST(random_traffic)
{
    uint32_t ide = ide_at(0), control = ide_at(1);
    const struct {
        uint32_t at, len;
    } blocks[] = {{UART, 8}, {ide, 8}, {control, 4}, {VGA_REGS + 0x400, 0x20}, {VGA_REGS + 0x500, 0x20},
                  {VGA_RAM, 0x100}};
    static struct op ops[4096];
    uint64_t s = 99;
    for (unsigned i = 0; i < ARRAY_SIZE(ops); i++) {
        unsigned k = rnd(&s) % ARRAY_SIZE(blocks), size = 1u << rnd(&s) % 4;
        if (size > blocks[k].len) size = 4;
        uint32_t at = blocks[k].at + (rnd(&s) % blocks[k].len & ~(size - 1));
        uint64_t v = (uint64_t)rnd(&s) << 32 | rnd(&s);
        ops[i] = (struct op){rnd(&s) & 1, size, at & ~(size - 1), v};
        if (ops[i].store && size < 8) ops[i].value &= (UINT64_C(1) << 8 * size) - 1;
    }
    compare(ops, ARRAY_SIZE(ops), _i, 4000);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("ci");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, drivers, 0, 2);
    tcase_add_loop_test(tc, random_traffic, 0, 2);
    return board_run("cache-inhibited accesses", tc);
}
