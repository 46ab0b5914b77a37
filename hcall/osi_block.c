/*
 * Mac-on-Linux's asynchronous disk ring: selectors 79, 80, 82 and 83 (facts 9.3). The driver fills
 * element n+1 and then sets `proceed` in element n; the engine carries out n+1, moves there and frees
 * n. It works in turns of its own, so that no call and no turn takes long whatever the ring holds.
 */
#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"

enum { ABLK_READ = 1, ABLK_WRITE = 2, ABLK_IRQ = 4, ABLK_BUFFER = 8 };
#define ABLK_CONTROL 0x300u /* no-op 100, eject 200, lock the door 300 */
enum { FLAGS, PROCEED, UNIT, SECTOR, BUF = UNIT, LEN = SECTOR };

#define TURN_ELEMENTS 64u
#define TURN_BYTES    (1u << 20)
#define CHUNK         65536u
#define TURN_NS       20000u
#define DISK_INSERTED 1u

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

static void interrupt(struct hv *v)
{
    v->osi.block.irq = true;
    osi_line(v, OSI_IRQ_BLOCK, true);
}

/* An error stops the engine and raises the line; the driver finds out by the count. */
static bool stop(struct hv *v)
{
    v->osi.block.running = false;
    interrupt(v);
    return false;
}

/* Part of a buffer: true when all of it is done. *ok false: the medium or the memory refused. */
static bool move_part(struct hv *v, const uint32_t w[4], uint32_t *moved, bool *ok)
{
    struct osi_block *b = &v->osi.block;
    uint32_t left = w[LEN] - b->done, n = left < CHUNK ? left : CHUNK;
    uint64_t at = (uint64_t)b->sector * 512 + b->done;
    *ok = b->kind && w[LEN] % 512 == 0 && b->done <= w[LEN] &&
          !osi_disk_move(v, b->unit, at, w[BUF] + b->done, n, b->kind == ABLK_WRITE);
    if (!*ok) return false;
    *moved += n;
    b->done += n;
    if (b->done < w[LEN]) return false;
    b->sector += w[LEN] / 512;
    b->done = 0;
    return true;
}

static bool begin_request(struct hv *v, const uint32_t w[4])
{
    struct osi_block *b = &v->osi.block;
    b->done = 0;
    b->kind = 0;
    if (w[FLAGS] & ABLK_CONTROL) return true; /* the host has the drive's button and door */
    b->kind = w[FLAGS] & (ABLK_READ | ABLK_WRITE);
    b->unit = w[UNIT];
    b->sector = w[SECTOR];
    return (b->kind == ABLK_READ || b->kind == ABLK_WRITE) && osi_drive(v, b->unit);
}

/* One element or a part of one; false when the engine has nothing more to do. */
static bool step(struct hv *v, uint32_t *moved)
{
    struct osi_block *b = &v->osi.block;
    uint32_t at[4], w[4], next = (b->ring.head + 1) & (b->ring.n - 1);
    bool ok = true;
    if (!osi_ring_get(v, &b->ring, b->ring.head, at)) return stop(v);
    if (!at[PROCEED]) return false;
    if (!osi_ring_get(v, &b->ring, next, w)) return stop(v);
    if (w[FLAGS] & ABLK_BUFFER) {
        if (!move_part(v, w, moved, &ok)) return ok || stop(v);
    } else if (!begin_request(v, w)) {
        return stop(v);
    }
    at[FLAGS] = at[PROCEED] = 0;
    if (!osi_ring_put(v, &b->ring, b->ring.head, at)) return stop(v);
    b->ring.head = next;
    b->count++;
    if (w[FLAGS] & ABLK_IRQ) interrupt(v);
    return true;
}

static void turn(void *ctx)
{
    struct hv *v = ctx;
    uint32_t moved = 0;
    for (unsigned i = 0; i < TURN_ELEMENTS && moved < TURN_BYTES; i++)
        if (!step(v, &moved)) return;
    sched_at(&v->m->sched, &v->osi.block.turn, sched_now(&v->m->sched) + TURN_NS);
}

/* r6 channel, r7 ring, r8 elements */
static int64_t ring_setup(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_block *b = &v->osi.block;
    if (reg(c, 6) || b->running) return -1;
    return osi_ring_set(&b->ring, reg(c, 7), reg(c, 8)) ? 0 : -1;
}

static uint32_t events(struct hv *v, uint32_t unit)
{
    const struct drive *d = osi_drive(v, unit);
    uint32_t *told = v->osi.block.changes;
    if (!d || unit >= ARRAY_SIZE(v->osi.block.changes) || d->block->changes == told[unit]) return 0;
    told[unit] = d->block->changes;
    return d->block->present ? DISK_INSERTED : 0;
}

/* Element 0 counts as busy from the start: the driver's first request is element 1. */
static int64_t start(struct hv *v)
{
    struct osi_block *b = &v->osi.block;
    uint32_t w[4];
    if (!b->ring.n || b->running || !osi_ring_get(v, &b->ring, 0, w)) return -1;
    w[FLAGS] = 0x100;
    if (!osi_ring_put(v, &b->ring, 0, w)) return -1;
    b->ring.head = b->kind = b->done = 0;
    b->running = true;
    return 0;
}

/* r6 channel, r7 command, r8 unit of 5 */
static int64_t control(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    if (reg(c, 6)) return -1;
    switch (reg(c, 7)) {
    case 1: osi_block_reset(v); return 0;
    case 2:
        sched_cancel(&v->m->sched, &v->osi.block.turn);
        v->osi.block.running = false;
        return 0;
    case 3: return start(v);
    case 4: return 0; /* the line is fixed */
    case 5: return events(v, reg(c, 8));
    default: return -1;
    }
}

static int64_t kick(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_block *b = &v->osi.block;
    if (reg(c, 6) || !b->running) return -1;
    if (!b->turn.queued) sched_at(&v->m->sched, &b->turn, sched_now(&v->m->sched) + TURN_NS);
    return 0;
}

/* out r4 done so far, r5 the engine works, r6 events */
static int64_t irq_ack(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_block *b = &v->osi.block;
    uint32_t seen = 0;
    if (!b->irq) return 0;
    b->irq = false;
    osi_line(v, OSI_IRQ_BLOCK, false);
    for (uint32_t unit = 0; unit < ARRAY_SIZE(b->changes); unit++) seen |= events(v, unit);
    ppc_set_gpr(c, 4, b->count); /* UNVERIFIED: since the reset, not since the last call */
    ppc_set_gpr(c, 5, b->turn.queued);
    ppc_set_gpr(c, 6, seen);
    return 1;
}

void osi_block_init(struct hv *v)
{
    v->osi.block.turn = (struct event){.fn = turn, .ctx = v, .name = "osi disks"};
}

void osi_block_reset(struct hv *v)
{
    struct osi_block *b = &v->osi.block;
    sched_cancel(&v->m->sched, &b->turn);
    b->ring = (struct osi_ring){0, 0, 0};
    b->running = b->irq = false;
    b->count = b->kind = b->unit = b->sector = b->done = 0;
    for (uint32_t unit = 0; unit < ARRAY_SIZE(b->changes); unit++) {
        const struct drive *d = osi_drive(v, unit);
        b->changes[unit] = d ? d->block->changes : 0;
    }
    osi_line(v, OSI_IRQ_BLOCK, false);
}

static const struct hcall_entry entries[] = {
    {79, "ablk-ring-setup", ring_setup}, {80, "ablk-cntrl", control},
    {82, "ablk-kick", kick},             {83, "ablk-irq-ack", irq_ack},
};

const struct hv_table hv_osi_block = {
    HV_OSI, HCALL_OSI, entries, ARRAY_SIZE(entries), "MOL ablk; facts 9.3", "test_hcall_osi_rings",
};
