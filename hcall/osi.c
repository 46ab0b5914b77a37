/*
 * Mac-on-Linux calls without devices behind them: probing, time, console, exit, interrupts, PCI
 * configuration (facts 9.2, 9.6, 9.10), and what the other files of the provider share. Pointers
 * are physical.
 */
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/chardev.h"
#include "machines/machine.h"
#include "machines/net.h"
#include "machines/pci.h"

#define MAC_EPOCH 0x7c25b080u /* 1904 to 1970 in seconds */

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

static int64_t call_available(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    return hcall_known(v->m->hcall, HCALL_OSI, reg(c, 6));
}

static int64_t gmt_time(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    return machine_wall_clock(v->m, NULL);
}

/* The guest's wall clock has no time zone of its own. */
static int64_t local_time(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    return machine_wall_clock(v->m, NULL) + MAC_EPOCH;
}

static int64_t put_char(void *owner, struct ppc_cpu *c)
{
    uint8_t byte = (uint8_t)reg(c, 6);
    chardev_write(hv_console(owner), &byte, 1);
    return 0;
}

static int64_t tty_put(void *owner, struct ppc_cpu *c)
{
    put_char(owner, c);
    return 1;
}

static int64_t tty_get(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint8_t byte;
    (void)c;
    if (v->osi.tty_full) {
        v->osi.tty_full = false;
        return v->osi.tty;
    }
    return chardev_read(hv_console(v), &byte, 1) ? byte : -1;
}

/* The first serial line's input is told to the UART, so only a line of its own interrupts. */
static struct chardev *own_tty(struct hv *v) { return v->m->cfg->serial[1]; }

static void tty_readable(void *ctx) { osi_line(ctx, OSI_IRQ_TTY, true); }

/* Input that came while the guest was reading raises the line again. */
static int64_t tty_ack(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    if (!v->osi.tty_full && own_tty(v)) v->osi.tty_full = chardev_read(own_tty(v), &v->osi.tty, 1);
    osi_line(v, OSI_IRQ_TTY, v->osi.tty_full);
    return 0;
}

static int64_t nothing(void *owner, struct ppc_cpu *c)
{
    (void)owner;
    (void)c;
    return 0;
}

static int64_t leave(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    machine_request_poweroff(v->m, 0);
    return 0;
}

/* Time does not stand still for a guest that waits, so it may as well wait by itself. */
static int64_t sleep_us(void *owner, struct ppc_cpu *c) { return nothing(owner, c); }

static int64_t ticks_to_us(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    return (int64_t)((uint64_t)reg(c, 6) * 1000000u / v->m->type->tb_hz);
}

static int64_t us_to_ticks(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    return (int64_t)((uint64_t)reg(c, 6) * v->m->type->tb_hz / 1000000u);
}

/* --- interrupts: no vectors; the CPU's line is up while an input that is not masked is --- */

void osi_pic_update(struct hv *v) { irq_set(v->m->hv_irq, v->osi.level & v->osi.mask); }

void osi_line(struct hv *v, unsigned irq, bool level)
{
    uint32_t bit = 1u << (irq & 31);
    v->osi.level = level ? v->osi.level | bit : v->osi.level & ~bit;
    osi_pic_update(v);
}

static int64_t mask_irq(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    if (reg(c, 6) < 32) v->osi.mask &= ~(1u << reg(c, 6));
    osi_pic_update(v);
    return 0;
}

static int64_t unmask_irq(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    if (reg(c, 6) < 32) v->osi.mask |= 1u << reg(c, 6);
    osi_pic_update(v);
    return 0;
}

static int64_t active_irqs(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    return v->osi.level & v->osi.mask;
}

/* --- rings --- */

bool osi_ring_set(struct osi_ring *r, uint32_t at, uint32_t n)
{
    if (!n || n > OSI_RING_MAX || n & (n - 1)) return false;
    *r = (struct osi_ring){at, n, 0};
    return true;
}

static uint64_t element(const struct osi_ring *r, uint32_t index)
{
    return r->at + (uint64_t)OSI_ELEMENT * (index & (r->n - 1));
}

bool osi_ring_get(struct hv *v, const struct osi_ring *r, uint32_t index, uint32_t w[4])
{
    uint8_t b[OSI_ELEMENT];
    if (bus_ram_read(v->m->bus, element(r, index), b, sizeof b)) return false;
    for (unsigned i = 0; i < 4; i++) w[i] = get_be32(b + 4 * i);
    return true;
}

bool osi_ring_put(struct hv *v, const struct osi_ring *r, uint32_t index, const uint32_t w[4])
{
    uint8_t b[OSI_ELEMENT];
    for (unsigned i = 0; i < 4; i++) put_be32(b + 4 * i, w[i]);
    return !bus_ram_write(v->m->bus, element(r, index), b, sizeof b);
}

/* --- all of it --- */

void osi_init(struct hv *v)
{
    osi_block_init(v);
    osi_enet_init(v);
    osi_input_init(v);
    if (own_tty(v)) chardev_listen(own_tty(v), tty_readable, v);
}

void osi_fini(struct hv *v)
{
    netdev_listen(v->m->cfg->net, NULL, NULL);
    if (own_tty(v)) chardev_listen(own_tty(v), NULL, NULL);
}

void osi_reset(struct hv *v)
{
    osi_block_reset(v);
    osi_enet_reset(v);
    v->osi.input = (struct osi_input){.active = false};
    v->osi.tty_full = false;
    v->osi.level = v->osi.mask = 0;
    osi_pic_update(v);
}

static void check_ring(struct osi_ring *r)
{
    if (!r->n || r->n > OSI_RING_MAX || r->n & (r->n - 1)) r->n = 0;
    r->head &= r->n ? r->n - 1 : 0;
}

void osi_check_state(struct hv *v)
{
    struct osi *o = &v->osi;
    check_ring(&o->block.ring);
    for (unsigned i = 0; i < ARRAY_SIZE(o->enet.ring); i++) check_ring(&o->enet.ring[i]);
    if (!o->block.ring.n) {
        o->block.running = false;
        sched_cancel(&v->m->sched, &o->block.turn);
    }
    if (!o->enet.ring[0].n || !o->enet.ring[1].n) o->enet.running = false;
    o->input.key_head %= OSI_KEYS;
    if (o->input.keys > OSI_KEYS) o->input.keys = 0;
    osi_pic_update(v);
}

/* --- OF_RTAS --- */

enum { RTAS_READ_PCI = 0xabcdef09, RTAS_WRITE_PCI = 0xabcdef0a, RTAS_OK = 0, RTAS_BAD = -1 };

static bool good_config(uint32_t at, uint32_t size)
{
    return (size == 1 || size == 2 || size == 4) && (at & 3) + size <= 4 && !(at >> 16 & 0xff);
}

/* r6 = {token, nargs, nret, arguments, results}; address: bus, devfn, register in 23-0. */
static int64_t of_rtas(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint8_t b[40] = {0};
    uint32_t at = reg(c, 6), w[10];
    if (bus_ram_read(v->m->bus, at, b, sizeof b)) return -1;
    for (unsigned i = 0; i < 10; i++) w[i] = get_be32(b + 4 * i);
    bool reads = w[0] == RTAS_READ_PCI, writes = w[0] == RTAS_WRITE_PCI;
    if (!reads && !writes) return w[0] >= 0xabcdef01 && w[0] <= 0xabcdef1e ? 0 : -1;
    if (w[1] != (reads ? 2u : 3u) || w[2] != (reads ? 2u : 1u)) return -1;
    uint32_t addr = w[3], size = w[4], out[2] = {RTAS_OK, UINT32_MAX};
    struct pci_bus *bus = v->m->pci[0];
    if (!bus || !good_config(addr, size)) {
        out[0] = (uint32_t)RTAS_BAD;
    } else if (reads) {
        out[1] = pci_cfg_read(bus, 0, addr >> 8 & 0xff, addr & 0xff, size);
    } else {
        pci_cfg_write(bus, 0, addr >> 8 & 0xff, addr & 0xff, size, w[5]);
    }
    put_be32(b, out[0]);
    put_be32(b + 4, out[1]);
    return bus_ram_write(v->m->bus, at + 12 + 4 * w[1], b, 4 * w[2]) ? -1 : 0;
}

static const struct hcall_entry entries[] = {
    {0, "call-available", call_available}, {7, "get-gmt-time", gmt_time},
    {9, "get-localtime", local_time},      {22, "of-rtas", of_rtas},
    {47, "log-putc", put_char},            {54, "exit", leave},
    {58, "usleep", sleep_us},              {60, "pic-mask-irq", mask_irq},
    {61, "pic-unmask-irq", unmask_irq},    {63, "pic-get-active-irq", active_irqs},
    {92, "mticks-to-usecs", ticks_to_us},  {93, "usecs-to-mticks", us_to_ticks},
    {97, "tty-putc", tty_put},             {98, "tty-getc", tty_get},
    {99, "tty-irq-ack", tty_ack},
};

const struct hv_table hv_osi = {
    HV_OSI, HCALL_OSI, entries, ARRAY_SIZE(entries), "MOL osi.h; facts 9", "test_hcall_osi",
};
