/*
 * Mac-on-Linux's rings, interrupts, keys and tree on whole machines: what a driver of the other side
 * would do, and what it must not be able to.
 */
#include "tests/unit/board.h"

#include <string.h>

#include "cpu/ppc.h"
#include "frontend/host/host.h"
#include "hcall/providers.h"
#include "machines/dev/i8042.h"
#include "machines/net.h"

#define DATA 0x200000u
#define RING 0x201000u
#define RING2 0x202000u
#define N 8u

static struct board *rig_with(struct netdev *net)
{
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg = (struct config){.machine = "pegasos2", .ram_size = 64u << 20, .icount = true,
                             .portable = true, .hypercalls = "vof+osi", .net = net};
    b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    return b;
}

static struct board *rig(void) { return rig_with(NULL); }

static uint32_t r(struct board *b, unsigned n) { return (uint32_t)ppc_gpr(b->m->cpu, n); }

static int32_t osi(struct board *b, uint32_t selector, uint32_t r6, uint32_t r7, uint32_t r8,
                   uint32_t r9, uint32_t r10)
{
    const uint32_t in[] = {OSI_MAGIC_1, OSI_MAGIC_2, selector, r6, r7, r8, r9, r10};
    ppc_set_msr(b->m->cpu, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(in); i++) ppc_set_gpr(b->m->cpu, 3 + i, in[i]);
    ck_assert(hcall_sc(b->m->hcall, b->m->cpu, 0));
    return (int32_t)r(b, 3);
}

#define OSI3(b, s, a) osi(b, s, a, 0, 0, 0, 0)

static void put(struct board *b, uint32_t at, uint32_t v) { bus_write(b->m->bus, at, 4, v); }
static uint32_t get(struct board *b, uint32_t at) { return (uint32_t)bus_read(b->m->bus, at, 4); }

static void element(struct board *b, uint32_t ring, unsigned i, uint32_t w0, uint32_t w1,
                    uint32_t w2, uint32_t w3)
{
    const uint32_t w[] = {w0, w1, w2, w3};
    for (unsigned k = 0; k < 4; k++) put(b, ring + 16 * (i % N) + 4 * k, w[k]);
}

static bool irq_is_up(struct board *b, unsigned n) { return OSI3(b, 63, 0) >> n & 1; }

/* --- disks --- */

static uint8_t sectors[64 * 512];

static int disk_read(struct block *d, uint64_t off, void *to, uint64_t len)
{
    (void)d;
    memcpy(to, sectors + off, len);
    return 0;
}

static int disk_write(struct block *d, uint64_t off, const void *from, uint64_t len)
{
    (void)d;
    memcpy(sectors + off, from, len);
    return 0;
}

static const struct block_ops disk_ops = {.read = disk_read, .write = disk_write};
static struct block disk = {.ops = &disk_ops, .name = (char *)"test", .size = sizeof sectors,
                            .present = true};

static struct board *disk_rig(void)
{
    struct board *b = rig();
    b->cfg.drives[0] = (struct drive){DRIVE_DISK, &disk};
    ck_assert_int_eq(osi(b, 79, 0, RING, N, 0, 0), 0);
    ck_assert_int_eq(osi(b, 80, 0, 3, 0, 0, 0), 0);
    OSI3(b, 61, 5);
    return b;
}

static void disk_free(struct board *b)
{
    b->cfg.drives[0] = (struct drive){DRIVE_NONE, NULL};
    board_free(b);
}

/* Queues a request with one buffer as elements n+1 and n+2. */
static void queue(struct board *b, unsigned n, uint32_t flags, uint32_t sector, uint32_t buf,
                  uint32_t len)
{
    element(b, RING, n + 1, flags & 3, 0, 0, sector);
    put(b, RING + 16 * (n % N) + 4, 1);
    element(b, RING, n + 2, 8 | (flags & 4), 0, buf, len);
    put(b, RING + 16 * ((n + 1) % N) + 4, 1);
}

START_TEST(block_ring)
{
    struct board *b = disk_rig();
    ck_assert_uint_eq(get(b, RING), 0x100); /* element 0 is busy */
    for (unsigned i = 0; i < 1024; i += 4) put(b, DATA + i, 0xc0de0000 + i);
    queue(b, 0, 2, 5, DATA, 1024);
    queue(b, 2, 1 | 4, 6, DATA + 0x800, 512);
    ck_assert_int_eq(OSI3(b, 82, 0), 0);
    ck_assert_int_eq(OSI3(b, 83, 0), 0); /* nothing yet: the engine is not in the call */
    board_advance(b, 1000000);
    ck_assert(irq_is_up(b, 5));
    ck_assert_uint_eq(get(b, DATA + 0x800), 0xc0de0200);
    ck_assert_uint_eq(get(b, RING + 4) | get(b, RING + 16) | get(b, RING + 48 + 4), 0);
    ck_assert_int_eq(OSI3(b, 83, 0), 1);
    ck_assert_uint_eq(r(b, 4), 4);
    ck_assert_uint_eq(r(b, 5), 0);
    ck_assert(!irq_is_up(b, 5));
    ck_assert_int_eq(OSI3(b, 83, 0), 0);
    /* round the end of the ring, and a no-op */
    queue(b, 4, 1, 0, DATA, 512);
    queue(b, 6, 1 | 4, 1, DATA, 512);
    element(b, RING, 9, 0x104, 0, 0, 0);
    put(b, RING + 4, 1);
    OSI3(b, 82, 0);
    board_advance(b, 1000000);
    ck_assert_int_eq(OSI3(b, 83, 0), 1);
    ck_assert_uint_eq(r(b, 4), 9);
    ck_assert_int_eq(osi(b, 80, 0, 2, 0, 0, 0), 0); /* stopped: no kick */
    ck_assert_int_eq(OSI3(b, 82, 0), -1);
    disk_free(b);
}
END_TEST

START_TEST(block_ring_refuses)
{
    static const uint32_t bad[][4] = {
        {1, 60, DATA, 8 * 512},     /* beyond the medium */
        {1, 0, 0x70000000, 512},    /* no memory there */
        {2, 0, 0xfffffe00, 1024},   /* wraps */
        {1, 0, DATA, 100},          /* not whole sectors */
        {1, 0, 0xfe0002f8, 512},    /* a device */
        {0, 0, DATA, 512}, {3, 0, DATA, 512}, {1, 0, DATA, 0xfffffe00},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        struct board *b = disk_rig();
        queue(b, 0, bad[i][0], bad[i][1], bad[i][2], bad[i][3]);
        OSI3(b, 82, 0);
        board_advance(b, 1000000);
        ck_assert_int_eq(OSI3(b, 83, 0), 1);
        ck_assert_uint_le(r(b, 4), 1);
        ck_assert_uint_eq(r(b, 5), 0);
        ck_assert_int_eq(OSI3(b, 82, 0), -1); /* an error stops the engine */
        disk_free(b);
    }
    struct board *b = rig();
    ck_assert_int_eq(osi(b, 79, 0, RING, 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 79, 0, RING, 3, 0, 0), -1);
    ck_assert_int_eq(osi(b, 79, 0, RING, 1u << 20, 0, 0), -1);
    ck_assert_int_eq(osi(b, 79, 1, RING, N, 0, 0), -1);
    ck_assert_int_eq(osi(b, 80, 0, 3, 0, 0, 0), -1); /* no ring yet */
    ck_assert_int_eq(osi(b, 79, 0, 0x70000000, N, 0, 0), 0);
    ck_assert_int_eq(osi(b, 80, 0, 3, 0, 0, 0), -1); /* none in memory */
    board_free(b);
    b = disk_rig();
    ck_assert_int_eq(osi(b, 79, 0, RING2, N, 0, 0), -1); /* it runs */
    machine_reset(b->m);
    ck_assert_int_eq(OSI3(b, 82, 0), -1);
    disk_free(b);
}
END_TEST

/* Every element ready: each is freed as it is passed, so the engine comes to an end at the first. */
START_TEST(block_ring_all_ready)
{
    struct board *b = disk_rig();
    for (unsigned i = 0; i < N; i++) element(b, RING, i, 0x100, 1, 0, 0);
    OSI3(b, 82, 0);
    board_advance(b, 10000000);
    ck_assert_int_eq(OSI3(b, 83, 0), 1);
    ck_assert_uint_eq(r(b, 4), N - 1);
    ck_assert_uint_eq(r(b, 5), 0);
    for (unsigned i = 0; i + 1 < N; i++) ck_assert_uint_eq(get(b, RING + 16 * i + 4), 0);
    disk_free(b);
}
END_TEST

/* --- network --- */

static void enet_start(struct board *b)
{
    ck_assert_int_eq(OSI3(b, 68, 0), 0);
    ck_assert_int_eq(osi(b, 70, 0, 1, 0, 0, 0), 0);
    ck_assert_int_eq(osi(b, 71, 1, RING, N, 0, 0), 0);
    ck_assert_int_eq(osi(b, 71, 2, RING2, N, 0, 0), 0);
    ck_assert_int_eq(osi(b, 71, 3, RING + 0x100, 2, 0, 0), 0);
    ck_assert_int_eq(osi(b, 71, 4, RING2 + 0x100, 2, 0, 0), 0);
    for (unsigned i = 0; i < N; i++) element(b, RING, i, DATA + 0x11000 + 0x800 * i, 200, 0, 0);
    for (unsigned i = 0; i < 2; i++)
        element(b, RING + 0x100, i, DATA + 0x18000 + 0x800 * i, 2000, 0, 0);
    ck_assert_int_eq(osi(b, 70, 1, 0, 0, 0, 0), 0);
    OSI3(b, 61, 8);
}

START_TEST(ethernet_between_two)
{
    struct host_hub *hub = host_hub_new();
    struct netdev *ports[2] = {host_hub_port(hub), host_hub_port(hub)};
    struct board *a = rig_with(ports[0]), *b = rig_with(ports[1]);
    ck_assert_int_eq(OSI3(a, 73, 0), 0);
    uint32_t high = r(a, 4), low = r(a, 5);
    ck_assert_int_eq(OSI3(b, 73, 0), 0);
    ck_assert(high == r(b, 4) && low != r(b, 5) && !(low & 0xffff));
    enet_start(a);
    enet_start(b);
    for (unsigned i = 0; i < 400; i += 4) put(a, DATA + i, 0xfeed0000 + i);
    element(a, RING2, 0, DATA, 0, 64, 0);           /* small */
    element(a, RING2, 1, DATA, 0, 100, 1);          /* in two pieces, and too long for an element */
    element(a, RING2 + 0x100, 0, DATA + 100, 0, 200, 0);
    ck_assert_int_eq(OSI3(a, 72, 0), 0);
    ck_assert_uint_eq(get(a, RING2 + 8) | get(a, RING2 + 24) | get(a, RING2 + 0x108), 0);
    ck_assert(irq_is_up(b, 8));
    ck_assert(!irq_is_up(a, 8));
    ck_assert_uint_eq(get(b, RING + 8), 64);
    ck_assert_uint_eq(get(b, DATA + 0x11000 + 60), 0xfeed0000 + 60);
    ck_assert_uint_eq(get(b, RING + 24), 200);
    ck_assert_uint_eq(get(b, RING + 28) & 1, 1);
    ck_assert_uint_eq(get(b, RING + 0x108), 100);
    ck_assert_uint_eq(get(b, DATA + 0x18000 + 96), 0xfeed0000 + 296);
    ck_assert_int_eq(osi(b, 74, 1, 1, 0, 0, 0), 1);
    ck_assert_int_eq(osi(b, 74, 1, 2, 0, 0, 0), 0);
    ck_assert(!irq_is_up(b, 8));
    /* a full ring drops; nothing is written where the guest has not made room */
    for (unsigned i = 0; i < 2 * N; i++) {
        element(a, RING2, 2 + i, DATA, 0, 60, 0);
        OSI3(a, 72, 0);
    }
    for (unsigned i = 2; i < N; i++) ck_assert_uint_eq(get(b, RING + 16 * i + 8), 60);
    ck_assert_uint_eq(get(b, RING + 8), 64);
    ck_assert_int_eq(osi(b, 70, 2, 0, 0, 0, 0), 0);
    ck_assert_int_eq(OSI3(b, 72, 0), 1);
    board_free(a);
    board_free(b);
    netdev_close(ports[0]);
    netdev_close(ports[1]);
    host_hub_free(hub);
}
END_TEST

START_TEST(ethernet_refuses)
{
    struct board *b = rig(); /* no cable: no interface */
    ck_assert_int_eq(OSI3(b, 68, 0), -1);
    ck_assert_int_eq(OSI3(b, 73, 0), -1);
    ck_assert_int_eq(OSI3(b, 72, 0), 1);
    board_free(b);
    struct host_hub *hub = host_hub_new();
    struct netdev *port = host_hub_port(hub);
    b = rig_with(port);
    ck_assert_int_eq(osi(b, 70, 0, 2, 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 70, 1, 0, 0, 0, 0), -1); /* no rings */
    ck_assert_int_eq(osi(b, 71, 0, RING, N, 0, 0), -1);
    ck_assert_int_eq(osi(b, 71, 5, RING, N, 0, 0), -1);
    ck_assert_int_eq(osi(b, 71, 1, RING, 6, 0, 0), -1);
    enet_start(b);
    ck_assert_int_eq(osi(b, 71, 1, RING, N, 0, 0), -1); /* it runs */
    element(b, RING2, 0, 0x70000000, 0, 60, 0);
    ck_assert_int_eq(OSI3(b, 72, 0), 1);
    element(b, RING2, 0, DATA, 0, 0x10000, 0);
    ck_assert_int_eq(OSI3(b, 72, 0), 1);
    element(b, RING2, 0, DATA, 0, UINT32_MAX, 1);
    ck_assert_int_eq(OSI3(b, 72, 0), 1);
    ck_assert_int_eq(OSI3(b, 69, 0), 0);
    ck_assert_int_eq(OSI3(b, 72, 0), 1);
    board_free(b);
    netdev_close(port);
    host_hub_free(hub);
}
END_TEST

/* --- keys, mouse, interrupt --- */

static struct i8042 *keyboard(struct board *b)
{
    for (struct device *d = b->m->devices; d; d = d->next)
        if (!strcmp(d->type->name, "i8042")) return (struct i8042 *)d;
    ck_abort_msg("no i8042");
}

START_TEST(keys)
{
    struct board *b = rig();
    struct i8042 *k = keyboard(b);
    OSI3(b, 61, 6);
    i8042_key(k, 0x04, true); /* the i8042's as long as nobody asked */
    ck_assert_int_eq(OSI3(b, 51, 0), -1);
    i8042_key(k, 0x04, false);
    ck_assert_int_eq(OSI3(b, 50, 1), 0);
    i8042_key(k, 0x04, true);
    i8042_key(k, 0x04, true); /* the host repeats */
    i8042_key(k, 0xe1, true);
    ck_assert(irq_is_up(b, 6));
    ck_assert_int_eq(OSI3(b, 51, 0), 0x00);
    ck_assert_uint_eq(r(b, 4), 0x04);
    ck_assert(irq_is_up(b, 6));
    ck_assert_int_eq(OSI3(b, 51, 0), 0x38);
    ck_assert(!irq_is_up(b, 6));
    i8042_key(k, 0x04, false);
    i8042_key(k, 0xe1, false);
    ck_assert_int_eq(OSI3(b, 51, 0), 0x80);
    ck_assert_int_eq(OSI3(b, 51, 0), 0xb8);
    ck_assert_int_eq(OSI3(b, 51, 0), -1);
    for (unsigned i = 0; i < 40; i++) i8042_key(k, 0x05, !(i & 1)); /* more than fit */
    for (unsigned i = 0; i < 16; i++) ck_assert_int_eq(OSI3(b, 51, 0), i & 1 ? 0x8b : 0x0b);
    ck_assert_int_eq(OSI3(b, 51, 0), -1);
    i8042_key(k, 1000, true);
    ck_assert_int_eq(OSI3(b, 50, 9), -1);
    ck_assert_int_eq(OSI3(b, 50, 2), 0);
    i8042_key(k, 0x06, true);
    ck_assert_int_eq(OSI3(b, 51, 0), -1);
    board_free(b);
}
END_TEST

START_TEST(every_key_has_one_code)
{
    unsigned seen[128] = {0}, n = 0;
    for (unsigned usage = 0; usage < 256; usage++) {
        uint8_t code = osi_adb_key(usage);
        if (code == 0xff) continue;
        ck_assert_uint_lt(code, 128);
        seen[code]++;
        n++;
    }
    ck_assert_uint_eq(n, 0x68 - 4 + 8);
    /* twins: \ and #, left and right command */
    for (unsigned code = 0; code < 128; code++)
        ck_assert_uint_le(seen[code], code == 0x2a || code == 0x37 ? 2 : 1);
}
END_TEST

START_TEST(mouse)
{
    struct board *b = rig();
    struct i8042 *k = keyboard(b);
    OSI3(b, 61, 7);
    ck_assert_int_eq(OSI3(b, 26, 0), 0);
    i8042_mouse(k, 5, -3, 0, 1);
    i8042_mouse(k, 2, 0, 0, 1);
    ck_assert(irq_is_up(b, 7));
    ck_assert_int_eq(OSI3(b, 26, 0), 1);
    ck_assert_int_eq((int32_t)r(b, 4), 7);
    ck_assert_int_eq((int32_t)r(b, 5), -3);
    ck_assert_uint_eq(r(b, 8), 64 | 1);
    ck_assert(!irq_is_up(b, 7));
    ck_assert_int_eq(OSI3(b, 26, 0), 0);
    ck_assert_uint_eq(r(b, 4), 0);
    ck_assert_uint_eq(r(b, 8), 1);
    i8042_mouse(k, 0, 0, 0, 0);
    ck_assert_int_eq(OSI3(b, 27, 0), 1);
    ck_assert_int_eq(OSI3(b, 27, 0), 0);
    i8042_mouse(k, INT32_MAX, INT32_MIN, 0, ~0u);
    OSI3(b, 26, 0);
    ck_assert_int_eq((int32_t)r(b, 4), 4096);
    ck_assert_int_eq((int32_t)r(b, 5), -4096);
    ck_assert_uint_eq(r(b, 8), 64 | 7);
    board_free(b);
}
END_TEST

/* The osi-pic and the north bridge share the CPU's line. */
START_TEST(interrupt_reaches_the_cpu)
{
    struct board *b = rig();
    struct ppc_cpu *c = b->m->cpu;
    i8042_mouse(keyboard(b), 1, 1, 0, 0);
    put(b, 0x500, 0x48000000); /* b . */
    put(b, 0x1000, 0x48000000);
    ppc_set_pc(c, 0x1000);
    ppc_set_msr(c, 0x8000);
    ppc_run(c, 10);
    ck_assert_uint_eq(ppc_pc(c), 0x1000); /* masked */
    OSI3(b, 61, 7);
    ppc_set_pc(c, 0x1000);
    ppc_set_msr(c, 0x8000);
    ppc_run(c, 10);
    ck_assert_uint_eq(ppc_pc(c), 0x500);
    OSI3(b, 60, 7);
    ppc_set_pc(c, 0x1000);
    ppc_set_msr(c, 0x8000);
    ppc_run(c, 10);
    ck_assert_uint_eq(ppc_pc(c), 0x1000);
    board_free(b);
}
END_TEST

/* --- tty --- */

struct line {
    struct chardev c; /* first */
    const char *input;
};

static void line_write(struct chardev *c, const uint8_t *p, size_t len)
{
    (void)c;
    (void)p;
    (void)len;
}

static size_t line_read(struct chardev *c, uint8_t *p, size_t len)
{
    struct line *l = (struct line *)c;
    if (!len || !*l->input) return 0;
    *p = (uint8_t)*l->input++;
    return 1;
}

START_TEST(tty_interrupts)
{
    static const struct chardev_ops ops = {.write = line_write, .read = line_read};
    struct line l = {.c.ops = &ops, .input = ""};
    struct board *b = calloc(1, sizeof *b);
    struct error err = {{0}};
    b->cfg = (struct config){.machine = "pegasos2", .ram_size = 64u << 20, .icount = true,
                             .portable = true, .hypercalls = "vof+osi", .serial = {NULL, &l.c}};
    b->cfg.log_to = fopen("/dev/null", "w");
    ck_assert_msg(machine_new(&b->cfg, &b->m, &err) == 0, "%s", err.text);
    OSI3(b, 61, 9);
    ck_assert_int_eq(OSI3(b, 98, 0), -1);
    l.input = "ab";
    l.c.readable(l.c.ctx);
    ck_assert(irq_is_up(b, 9));
    ck_assert_int_eq(OSI3(b, 98, 0), 'a');
    ck_assert_int_eq(OSI3(b, 99, 0), 0); /* b waits: again */
    ck_assert(irq_is_up(b, 9));
    ck_assert_int_eq(OSI3(b, 98, 0), 'b');
    ck_assert_int_eq(OSI3(b, 99, 0), 0);
    ck_assert(!irq_is_up(b, 9));
    ck_assert_int_eq(OSI3(b, 98, 0), -1);
    board_free(b);
    ck_assert_ptr_null(l.c.readable);
}
END_TEST

/* --- tree and NVRAM --- */

static uint32_t str(struct board *b, uint32_t at, const char *s)
{
    ck_assert_int_eq(bus_ram_write(b->m->bus, at, s, strlen(s) + 1), 0);
    return at;
}

static void ck_str(struct board *b, uint32_t at, const char *want)
{
    char have[64];
    ck_assert_int_eq(bus_ram_read(b->m->bus, at, have, sizeof have), 0);
    have[63] = 0;
    ck_assert_str_eq(have, want);
}

#define FIND(b, path) osi(b, 77, 17, str(b, DATA, path), 0, 0, 0)
#define PROM(b, what, node, a, c, d) osi(b, 76, what, (uint32_t)(node), a, c, d)
#define NAME(b, s) str(b, DATA + 0x100, s)
#define OUT (DATA + 0x200)

START_TEST(prom_walk)
{
    struct board *b = rig();
    int32_t root = PROM(b, 1, 0, 0, 0, 0), mol = FIND(b, "/mol"), pic = FIND(b, "/mol/osi-pic");
    ck_assert(root > 0 && mol > 0 && pic > 0);
    ck_assert_int_eq(FIND(b, "/"), root);
    ck_assert_int_eq(PROM(b, 3, pic, 0, 0, 0), mol);
    ck_assert_int_eq(PROM(b, 3, mol, 0, 0, 0), root);
    ck_assert_int_eq(PROM(b, 4, pic, OUT, 64, 0), (int32_t)strlen("/mol/osi-pic"));
    ck_str(b, OUT, "/mol/osi-pic");
    ck_assert_int_eq(PROM(b, 5, pic, NAME(b, "#interrupt-cells"), 0, 0), 4);
    ck_assert_int_eq(PROM(b, 6, pic, NAME(b, "device_type"), OUT, 64), 8);
    ck_str(b, OUT, "osi-pic");
    unsigned nodes = 0, props = 0;
    for (int32_t n = PROM(b, 2, mol, 0, 0, 0); n; n = PROM(b, 1, n, 0, 0, 0)) nodes++;
    ck_assert_uint_eq(nodes, 7); /* nvram, osi-pic, mol-blk, keyboard, mouse, tty, display */
    for (str(b, OUT, ""); PROM(b, 7, pic, OUT, OUT, 0) == 1;) props++;
    ck_assert_uint_ge(props, 4);
    ck_assert_int_eq(PROM(b, 0, 0, 0, 0, 0), 0);
    ck_assert_int_eq(FIND(b, "/mol"), mol);
    board_free(b);
}
END_TEST

START_TEST(prom_change)
{
    struct board *b = rig();
    int32_t mol = FIND(b, "/mol");
    str(b, OUT, "hello");
    ck_assert_int_eq(PROM(b, 8, mol, NAME(b, "greeting"), OUT, 6), 6);
    ck_assert_int_eq(PROM(b, 6, mol, NAME(b, "greeting"), OUT + 64, 3), 6);
    ck_str(b, OUT + 64, "hel");
    int32_t made = osi(b, 77, 16, str(b, DATA, "/mol/new"), 0, 0, 0);
    ck_assert_int_gt(made, 0);
    ck_assert_int_eq(FIND(b, "/mol/new"), made);
    ck_assert_int_eq(PROM(b, 9, made, 0x1234, 0, 0), 0x1234);
    ck_assert_int_eq(FIND(b, "/mol/new"), 0x1234);
    ck_assert_int_eq(PROM(b, 9, mol, 0x1234, 0, 0), -1); /* taken */
    ck_assert_int_eq(PROM(b, 9, mol, 0, 0, 0), -1);
    ck_assert_int_gt(osi(b, 77, 16, str(b, DATA, "/mol/next"), 0, 0, 0), 0x1234);
    ck_assert_int_eq(PROM(b, 8, mol, NAME(b, "phandle"), OUT, 4), -1);
    ck_assert_int_eq(PROM(b, 8, mol, NAME(b, "x"), OUT, 0x1001), -1);
    ck_assert_int_eq(PROM(b, 8, mol, NAME(b, "x"), 0x70000000, 4), -1);
    ck_assert_int_eq(PROM(b, 6, mol, 0x70000000, OUT, 4), -1);
    ck_assert_int_eq(PROM(b, 6, 99999, NAME(b, "name"), OUT, 4), -1);
    ck_assert_int_eq(PROM(b, 6, mol, NAME(b, "name"), 0x70000000, 4), -1);
    ck_assert_int_eq(PROM(b, 10, mol, 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 77, 16, str(b, DATA, "new"), 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 77, 16, str(b, DATA, "/none/new"), 0, 0, 0), -1);
    ck_assert_int_eq(osi(b, 77, 17, 0x70000000, 0, 0, 0), -1);
    /* the client interface sees the same tree, and a reset makes it anew */
    machine_reset(b->m);
    ck_assert_int_eq(FIND(b, "/mol/new"), -1);
    board_free(b);
}
END_TEST

START_TEST(nvram_bytes)
{
    struct board *b = rig();
    ck_assert_int_eq(OSI3(b, 91, 0), 0x2000);
    ck_assert_int_eq(osi(b, 52, 0x1f00, 0x1ab, 0, 0, 0), 0);
    ck_assert_int_eq(OSI3(b, 53, 0x1f00), 0xab);
    ck_assert_int_eq(osi(b, 52, 0x2000, 1, 0, 0, 0), -1);
    ck_assert_int_eq(OSI3(b, 53, UINT32_MAX), -1);
    board_free(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("osi rings");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, block_ring);
    tcase_add_test(tc, block_ring_refuses);
    tcase_add_test(tc, block_ring_all_ready);
    tcase_add_test(tc, ethernet_between_two);
    tcase_add_test(tc, ethernet_refuses);
    tcase_add_test(tc, keys);
    tcase_add_test(tc, every_key_has_one_code);
    tcase_add_test(tc, mouse);
    tcase_add_test(tc, interrupt_reaches_the_cpu);
    tcase_add_test(tc, tty_interrupts);
    tcase_add_test(tc, prom_walk);
    tcase_add_test(tc, prom_change);
    tcase_add_test(tc, nvram_bytes);
    return board_run("osi rings", tc);
}
