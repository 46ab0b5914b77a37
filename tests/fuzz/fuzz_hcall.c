/*
 * Hypercalls of every provider with registers and memory of any content, on a whole Pegasos II with
 * a disk and a cable. An input is a row of calls: a byte of LEV and choices, r0 and r3-r11 as
 * big-endian words; what is behind the last whole call lies in guest memory at DATA.
 */
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "frontend/host/host.h"
#include "hcall/providers.h"
#include "machines/dev/i8042.h"
#include "machines/machine.h"

#include "tests/fuzz/fuzz.h"

#define DATA 0x200000u
#define CALL (1 + 10 * 4)
#define CALLS_MAX 64

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

struct world {
    struct config cfg;
    struct block disk;
    struct machine *m;
    struct i8042 *keyboard;
    struct netdev *peer;
};

static struct world *make(void)
{
    static struct world w;
    static const struct block_ops ops = {.read = disk_read, .write = disk_write};
    struct error err = {""};
    if (w.m) return &w;
    struct host_hub *hub = host_hub_new();
    w.disk = (struct block){.ops = &ops, .name = (char *)"disk", .size = sizeof sectors,
                            .present = true};
    w.cfg = (struct config){.machine = "pegasos2", .ram_size = 64u << 20, .icount = true,
                            .vga = true, .portable = true,
                            .hypercalls = "vof+papr+epapr+kvm+osi"};
    w.cfg.log_to = fopen("/dev/null", "w");
    w.cfg.net = host_hub_port(hub);
    w.cfg.drives[0] = (struct drive){DRIVE_DISK, &w.disk};
    w.peer = host_hub_port(hub);
    if (machine_new(&w.cfg, &w.m, &err)) abort();
    for (struct device *d = w.m->devices; d; d = d->next)
        if (!strcmp(d->type->name, "i8042")) w.keyboard = (struct i8042 *)d;
    return &w;
}

/* What comes from outside between two calls: time, keys, the mouse, a frame. */
static void outside(struct world *w, const uint8_t *p)
{
    static uint8_t frame[2048];
    struct machine *m = w->m;
    if (p[0] & 16) i8042_key(w->keyboard, p[4], p[3] & 1);
    if (p[0] & 32) i8042_mouse(w->keyboard, (int8_t)p[4], (int8_t)p[3], 0, p[2]);
    if (p[0] & 64) netdev_send(w->peer, frame, get_be16(p + 3) & 2047);
    if (p[0] & 128) m->idle_ns += 1000000;
    sched_run(&m->sched);
}

static void one_call(struct world *w, const uint8_t *p)
{
    static const uint8_t where[10] = {0, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    struct machine *m = w->m;
    for (unsigned i = 0; i < 10; i++) ppc_set_gpr(m->cpu, where[i], get_be32(p + 1 + 4 * i));
    /* A copy of 2^24 elements takes a second, which is for its own test. */
    if ((uint32_t)ppc_gpr(m->cpu, 3) == 0xf001) ppc_set_gpr(m->cpu, 7, ppc_gpr(m->cpu, 7) & 0x1fff);
    ppc_set_msr(m->cpu, p[0] & 2 ? 0x4000 : 0);
    (void)hcall_sc(m->hcall, m->cpu, p[0] & 1);
    if (p[0] & 4) machine_mce(m, get_be32(p + 1));
    if (p[0] & 8) machine_nmi(m);
    outside(w, p);
    m->request = MACHINE_RUNNING;
}

/* A crash should repeat from its own input, but the firmware takes longer to boot than all the calls:
 * the providers begin anew each time, the machine sometimes. */
static void start_afresh(struct world *w)
{
    static unsigned runs;
    struct device *hv = (struct device *)w->m->hv;
    if (runs++ % 64 == 0) machine_reset(w->m);
    hv->type->reset(hv);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    struct world *w = make();
    start_afresh(w);
    size_t calls = len / CALL < CALLS_MAX ? len / CALL : CALLS_MAX;
    size_t rest = len - calls * CALL < 65536 ? len - calls * CALL : 65536;
    if (bus_ram_write(w->m->bus, DATA, p + calls * CALL, rest)) return 0;
    for (size_t i = 0; i < calls; i++) one_call(w, p + i * CALL);
    return 0;
}

#ifndef FUZZ_LIBFUZZER
static size_t put_call(uint8_t *buf, uint8_t choices, const uint32_t r[10])
{
    buf[0] = choices;
    for (unsigned k = 0; k < 10; k++) put_be32(buf + 1 + 4 * k, r[k]);
    return CALL;
}

/* What a driver of Mac-on-Linux does to get disk and network going, so that mutations start there;
 * the memory behind has a ring of eight elements for each at DATA and DATA + 128. */
static size_t driver(uint8_t *buf)
{
    static const uint32_t calls[][4] = {
        {79, 0, DATA, 8}, {80, 0, 3, 0}, {82, 0, 0, 0}, {71, 1, DATA + 128, 8},
        {71, 2, DATA, 8}, {71, 3, DATA + 192, 2}, {70, 1, 0, 0}, {72, 0, 0, 0}, {50, 1, 0, 0},
        {61, 5, 0, 0}, {61, 7, 0, 0}, {83, 0, 0, 0}, {74, 1, 0, 0}, {51, 0, 0, 0}, {26, 0, 0, 0},
        {76, 1, 0, 0}, {77, 17, DATA + 256, 0}, {76, 7, 1, DATA + 260}, {76, 6, 1, DATA + 264},
    };
    size_t len = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        const uint32_t r[10] = {0, OSI_MAGIC_1, OSI_MAGIC_2, calls[i][0], calls[i][1], calls[i][2],
                                calls[i][3], DATA + 512, 64, 0};
        len += put_call(buf + len, 0xf0, r);
    }
    memset(buf + len, 0, 1024);
    for (unsigned i = 0; i < 16; i++) {
        uint8_t *e = buf + len + 16 * i;
        bool request = i & 1;
        put_be32(e, i >= 8 ? DATA + 4096 + 2048 * i : request ? 1 + (i >> 1 & 1) : 8 | 4);
        put_be32(e + 4, i >= 8 ? 1500 : 1);
        put_be32(e + 8, i >= 8 ? 0 : request ? 0 : DATA + 1024);
        put_be32(e + 12, i >= 8 ? 0 : request ? i : 1024);
    }
    memcpy(buf + len + 256, "/\0\0\0\0\0\0\0name", 13);
    return len + 1024;
}

/* One input a convention, each number once, arguments that mostly point to memory. */
static size_t fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    static const uint32_t papr[] = {0x3c, 0x40, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58, 0xe0, 0x300,
                                    0x31c, 0xf000, 0xf001, 0xf002, 0xf003, 0xf005, 0xf00f};
    size_t len = 0;
    if (n > 3) return 0;
    if (n == 3) return driver(buf);
    for (uint32_t i = 0; i < 50 && len + CALL <= room; i++) {
        uint32_t r[10] = {KVM_MAGIC, 0, DATA, 4, DATA + 64, 1, DATA, 16, 0, 0x10000 + i};
        if (n == 0) r[1] = papr[i % ARRAY_SIZE(papr)];
        if (n == 0 && i & 1) r[2] = 1u << (i & 3);
        if (n == 2) {
            r[1] = OSI_MAGIC_1;
            r[2] = OSI_MAGIC_2;
            r[3] = i * 2 + 1 < 100 ? i * 2 + (fuzz_random() & 1) : 100;
        }
        len += put_call(buf + len, n == 0, r);
    }
    return len;
}
#endif
