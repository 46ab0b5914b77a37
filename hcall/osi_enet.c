/*
 * Mac-on-Linux's Ethernet: selectors 68 to 74 (facts 9.2, 9.4). An element is buffer address, buffer
 * size, packet size and flags; a packet size of 0 is an element for whoever fills it.
 */
#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"
#include "machines/net.h"

enum { RX, TX, RX_MORE, TX_MORE, RINGS };
enum { BUF, ROOM, LEN, FLAGS };
#define CONTINUES 1u /* the rest is the next element of the overflow ring */

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

static struct netdev *cable(struct hv *v) { return v->m->cfg->net; }

static void advance(struct osi_ring *r) { r->head = (r->head + 1) & (r->n - 1); }

/* Is the element at the ring's head there and empty? */
static bool free_element(struct hv *v, const struct osi_ring *r, uint32_t w[4])
{
    return r->n && osi_ring_get(v, r, r->head, w) && !w[LEN];
}

static bool fill(struct hv *v, struct osi_ring *r, uint32_t w[4], const uint8_t *p, uint32_t len)
{
    w[LEN] = len;
    if (bus_ram_write(v->m->bus, w[BUF], p, len) || !osi_ring_put(v, r, r->head, w)) return false;
    advance(r);
    return true;
}

static void receive(void *ctx, const uint8_t *frame, size_t size)
{
    struct hv *v = ctx;
    struct osi_enet *e = &v->osi.enet;
    struct osi_ring *more = &e->ring[RX_MORE];
    uint32_t w[4], rest[4], len = (uint32_t)size;
    if (!e->running || !free_element(v, &e->ring[RX], w)) return;
    w[FLAGS] &= ~CONTINUES;
    if (len > w[ROOM]) {
        uint32_t first = w[ROOM];
        if (!first || !free_element(v, more, rest) || rest[ROOM] < len - first) return;
        rest[FLAGS] &= ~CONTINUES;
        if (!fill(v, more, rest, frame + first, len - first)) return;
        w[FLAGS] |= CONTINUES;
        len = first;
    }
    if (!fill(v, &e->ring[RX], w, frame, len)) return;
    if (e->irq_on) osi_line(v, OSI_IRQ_ENET, true);
}

/* Takes the element at the head of a ring into the frame; false when it is not in memory. */
static bool take(struct hv *v, struct osi_ring *r, uint32_t w[4], uint8_t *frame, uint32_t *len)
{
    uint32_t n = w[LEN];
    if (n > NET_FRAME_MAX - *len || bus_ram_read(v->m->bus, w[BUF], frame + *len, n)) return false;
    *len += n;
    w[LEN] = 0;
    if (!osi_ring_put(v, r, r->head, w)) return false;
    advance(r);
    return true;
}

/* 1 on a fault, 0 when all that is ready is sent; at most one ring full. */
static int64_t send_ready(struct hv *v)
{
    struct osi_ring *tx = &v->osi.enet.ring[TX], *more = &v->osi.enet.ring[TX_MORE];
    uint8_t frame[NET_FRAME_MAX];
    for (uint32_t i = 0; i < tx->n; i++) {
        uint32_t w[4], rest[4], len = 0;
        if (!osi_ring_get(v, tx, tx->head, w)) return 1;
        if (!w[LEN]) return 0;
        bool continues = w[FLAGS] & CONTINUES;
        if (!take(v, tx, w, frame, &len)) return 1;
        if (continues && (!more->n || !osi_ring_get(v, more, more->head, rest) ||
                          !take(v, more, rest, frame, &len))) {
            return 1;
        }
        netdev_send(cable(v), frame, len);
    }
    return 0;
}

static int64_t enet_open(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    return cable(v) ? 0 : -1;
}

static int64_t enet_close(void *owner, struct ppc_cpu *c)
{
    (void)c;
    osi_enet_reset(owner);
    return 0;
}

/* r6: 0 is version r7 ours? 1 start, 2 stop, 3 reset, 4 tells the driver's version */
static int64_t control(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_enet *e = &v->osi.enet;
    switch (reg(c, 6)) {
    case 0: return reg(c, 7) == 1 ? 0 : -1;
    case 1:
        if (!cable(v) || !e->ring[RX].n || !e->ring[TX].n) return -1;
        for (unsigned i = 0; i < RINGS; i++) e->ring[i].head = 0;
        e->running = e->irq_on = true;
        return 0;
    case 2: e->running = false; return 0;
    case 3: osi_enet_reset(v); return 0;
    case 4: return 0;
    default: return -1;
    }
}

/* r6 ring from 1, r7 address, r8 elements */
static int64_t ring_setup(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_enet *e = &v->osi.enet;
    uint32_t which = reg(c, 6) - 1;
    if (which >= RINGS || e->running) return -1;
    return osi_ring_set(&e->ring[which], reg(c, 7), reg(c, 8)) ? 0 : -1;
}

static int64_t kick(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    (void)c;
    return v->osi.enet.running ? send_ready(v) : 1;
}

/* out r4, r5: the address, left-aligned */
static int64_t hw_address(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    static const uint8_t none[6];
    const uint8_t *mac = cable(v) ? cable(v)->mac : none;
    ppc_set_gpr(c, 4, get_be32(mac));
    ppc_set_gpr(c, 5, (uint32_t)get_be16(mac + 4) << 16);
    return cable(v) ? 0 : -1;
}

/* r6 interrupts on, r7 index of the receive ring: non-zero when a packet waits there */
static int64_t irq_ack(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_enet *e = &v->osi.enet;
    uint32_t w[4];
    e->irq_on = reg(c, 6);
    osi_line(v, OSI_IRQ_ENET, false);
    if (!e->ring[RX].n || !osi_ring_get(v, &e->ring[RX], reg(c, 7), w)) return 0;
    return w[LEN] != 0;
}

void osi_enet_init(struct hv *v) { netdev_listen(cable(v), receive, v); }

void osi_enet_reset(struct hv *v)
{
    v->osi.enet = (struct osi_enet){.running = false};
    osi_line(v, OSI_IRQ_ENET, false);
}

static const struct hcall_entry entries[] = {
    {68, "enet2-open", enet_open},        {69, "enet2-close", enet_close},
    {70, "enet2-cntrl", control},         {71, "enet2-ring-setup", ring_setup},
    {72, "enet2-kick", kick},             {73, "enet2-get-hwaddr", hw_address},
    {74, "enet2-irq-ack", irq_ack},
};

const struct hv_table hv_osi_enet = {
    HV_OSI, HCALL_OSI, entries, ARRAY_SIZE(entries), "MOL enet2; facts 9.4", "test_hcall_osi_rings",
};
