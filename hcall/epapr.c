/*
 * ePAPR calls (vendor 1), facts 6. Interrupt numbers are the ISA ones: mask and end of interrupt go
 * to the board's i8259 pair by the ports a driver would use, so both views agree.
 */
#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/chardev.h"
#include "machines/machine.h"
#include "machines/pci.h"

#define EV(n) (0x00010000u | (n))
#define CHANNEL_MAX 16u

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

/* --- byte channel 0: the console --- */

/* r3 handle, r4 count, r5-r8 bytes; out r4 taken */
static int64_t send(void *owner, struct ppc_cpu *c)
{
    uint8_t bytes[CHANNEL_MAX];
    uint32_t n = reg(c, 4);
    if (reg(c, 3) || n > CHANNEL_MAX) {
        ppc_set_gpr(c, 4, 0);
        return EV_EINVAL;
    }
    for (unsigned i = 0; i < 4; i++) put_be32(bytes + 4 * i, reg(c, 5 + i));
    chardev_write(hv_console(owner), bytes, n);
    return EV_SUCCESS;
}

/* r3 handle, r4 room; out r4 count, r5-r8 bytes */
static int64_t receive(void *owner, struct ppc_cpu *c)
{
    uint8_t bytes[CHANNEL_MAX] = {0};
    uint32_t room = reg(c, 4) < CHANNEL_MAX ? reg(c, 4) : CHANNEL_MAX;
    bool known = !reg(c, 3);
    ppc_set_gpr(c, 4, known ? chardev_read(hv_console(owner), bytes, room) : 0);
    for (unsigned i = 0; known && i < 4; i++) ppc_set_gpr(c, 5 + i, get_be32(bytes + 4 * i));
    return known ? EV_SUCCESS : EV_EINVAL;
}

/* out r4 bytes waiting (not known before they are read: 0), r5 room */
static int64_t poll(void *owner, struct ppc_cpu *c)
{
    (void)owner;
    bool known = !reg(c, 3);
    ppc_set_gpr(c, 4, 0);
    ppc_set_gpr(c, 5, known ? CHANNEL_MAX : 0);
    return known ? EV_SUCCESS : EV_EINVAL;
}

/* --- interrupts --- */

enum { PIC_COMMAND = 0x20, PIC_MASK = 0x21, SLAVE = 0x80, NON_SPECIFIC_EOI = 0x20, POLL = 0x0c };

static struct bus *ports(struct hv *v) { return v->m->pci[0] ? pci_bus_io(v->m->pci[0]) : NULL; }

static unsigned port(uint32_t irq, unsigned reg_at) { return reg_at + (irq >= 8 ? SLAVE : 0); }

static bool good_irq(struct hv *v, struct ppc_cpu *c) { return ports(v) && reg(c, 3) < 16; }

static int64_t set_config(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    bool good = good_irq(v, c) && reg(c, 6) == 0; /* one CPU to send it to */
    if (good) v->config[reg(c, 3)] = (reg(c, 5) & 0xff) << 8 | (reg(c, 4) & 0xff);
    ppc_set_gpr(c, 4, 0);
    return good ? EV_SUCCESS : EV_EINVAL;
}

static int64_t get_config(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    bool good = good_irq(v, c);
    uint32_t config = good ? v->config[reg(c, 3)] : 0;
    ppc_set_gpr(c, 4, config & 0xff);
    ppc_set_gpr(c, 5, config >> 8);
    ppc_set_gpr(c, 6, 0);
    return good ? EV_SUCCESS : EV_EINVAL;
}

static int64_t set_mask(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t irq = reg(c, 3), on = reg(c, 4);
    ppc_set_gpr(c, 4, 0);
    if (!ports(v) || irq >= 16 || on > 1) return EV_EINVAL;
    uint8_t bit = (uint8_t)(1u << (irq & 7));
    uint8_t mask = (uint8_t)bus_read(ports(v), port(irq, PIC_MASK), 1);
    bus_write(ports(v), port(irq, PIC_MASK), 1, on ? mask | bit : mask & (uint8_t)~bit);
    return EV_SUCCESS;
}

static int64_t get_mask(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t irq = reg(c, 3);
    bool good = good_irq(v, c);
    ppc_set_gpr(c, 4, good ? bus_read(ports(v), port(irq, PIC_MASK), 1) >> (irq & 7) & 1 : 0);
    return good ? EV_SUCCESS : EV_EINVAL;
}

/* The vector by the i8259's poll command (OCW3): bit 7 says that one was there. */
static int64_t iack(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t vector = 0xffff;
    if (reg(c, 3) || !ports(v)) {
        ppc_set_gpr(c, 4, 0);
        return EV_EINVAL;
    }
    bus_write(ports(v), PIC_COMMAND, 1, POLL);
    uint8_t got = (uint8_t)bus_read(ports(v), PIC_COMMAND, 1);
    if (got & 0x80) vector = got & 7;
    if (vector == 2) { /* the cascade */
        bus_write(ports(v), PIC_COMMAND + SLAVE, 1, POLL);
        got = (uint8_t)bus_read(ports(v), PIC_COMMAND + SLAVE, 1);
        vector = got & 0x80 ? 8 + (got & 7u) : 0xffff;
    }
    ppc_set_gpr(c, 4, vector);
    return EV_SUCCESS;
}

static int64_t eoi(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t irq = reg(c, 3);
    ppc_set_gpr(c, 4, 0);
    if (!ports(v) || irq >= 16) return EV_EINVAL;
    if (irq >= 8) bus_write(ports(v), PIC_COMMAND + SLAVE, 1, NON_SPECIFIC_EOI);
    bus_write(ports(v), PIC_COMMAND, 1, NON_SPECIFIC_EOI);
    return EV_SUCCESS;
}

/* Linux calls it with MSR[EE] on; a guest that does not is not held for ever. */
static int64_t idle(void *owner, struct ppc_cpu *c)
{
    (void)owner;
    hv_idle(c, true);
    ppc_set_gpr(c, 4, 0);
    return EV_SUCCESS;
}

static const struct hcall_entry entries[] = {
    {EV(1), "ev-byte-channel-send", send}, {EV(2), "ev-byte-channel-receive", receive},
    {EV(3), "ev-byte-channel-poll", poll}, {EV(4), "ev-int-set-config", set_config},
    {EV(5), "ev-int-get-config", get_config}, {EV(6), "ev-int-set-mask", set_mask},
    {EV(7), "ev-int-get-mask", get_mask},  {EV(9), "ev-int-iack", iack},
    {EV(10), "ev-int-eoi", eoi},           {EV(16), "ev-idle", idle},
};

const struct hv_table hv_epapr = {
    HV_EPAPR, HCALL_EV, entries, ARRAY_SIZE(entries), "ePAPR 1.1 chapter 7; facts 6", "test_hcall_papr",
};
