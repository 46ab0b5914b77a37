/*
 * VT8231 functions 5 (AC97 audio) and 6 (MC97 modem, ids only). Audio has the codec's registers
 * and the scatter/gather engine: playback consumes its buffers at the sample rate and interrupts,
 * recording delivers silence; nothing is heard yet. Facts 3.7; AC '97 2.1; sound/pci/via82xx.c for
 * the meaning of the current pointer (it names the entry after the one in progress).
 */
#include "machines/dev/vt8231_int.h"

#include <stdlib.h>
#include "machines/dev/ac97.h"
#include "machines/machine.h"

/* Per channel, 16 ports each: 0 playback, 1 recording, 2 FM playback. */
enum { SGD_STATUS = 0x0, SGD_CONTROL, SGD_TYPE, SGD_TABLE = 0x4, SGD_COUNT = 0xc };
#define CHANNELS 3
#define RECORDING 1
#define REG_CODEC 0x80
#define REG_SHADOW 0x84
#define BLOCK_LEN 256

enum { ST_FLAG = 0x01, ST_EOL = 0x02, ST_STOP = 0x04, ST_PAUSED = 0x40, ST_ACTIVE = 0x80 };
enum { CTL_START = 0x80, CTL_TERMINATE = 0x40, CTL_PAUSE = 0x08 };
enum {
    TYPE_AUTO = 0x80, TYPE_16BIT = 0x20, TYPE_STEREO = 0x10, TYPE_IRQ_EOL = 0x02,
    TYPE_IRQ_FLAG = 0x01,
};
#define ENTRY_EOL (1u << 31)
#define ENTRY_FLAG (1u << 30)
#define ENTRY_STOP (1u << 29)
#define ENTRY_LEN 0x00ffffffu

/* Codec port bits. */
#define CODEC_ID(v) ((v) >> 30)
#define CODEC_VALID (1u << 25)
#define CODEC_READ (1u << 23)

/* What one look at a channel may do at most: a guest's table can hold empty entries only, and
 * the host may have been asleep for hours. */
#define ENTRIES_A_LOOK 64
#define MAX_LAG_NS 100000000u
#define MIN_EVENT_NS 1000000u
#define RECORD_STEP_NS 5000000u

struct channel {
    uint8_t status, control, type;
    uint32_t table;    /* start of the table */
    uint32_t next;     /* entry after the current one */
    uint32_t at, left; /* rest of the current block */
    uint32_t flags;    /* EOL, FLAG, STOP of the current entry */
    uint64_t since;    /* virtual ns up to which bytes were moved */
};

struct audio {
    struct pci_dev pci;
    struct irq irq;
    struct channel ch[CHANNELS];
    uint32_t codec; /* last value of the codec port */
    struct ac97 ac97;
    struct event event;
};

static uint64_t now_ns(struct audio *a) { return sched_now(device_sched(&a->pci.dev)); }

static unsigned bytes_a_second(struct audio *a, unsigned n)
{
    uint8_t type = a->ch[n].type;
    unsigned frame = (type & TYPE_16BIT ? 2 : 1) * (type & TYPE_STEREO ? 2 : 1);
    return ac97_rate(&a->ac97, n == RECORDING) * frame;
}

static bool channel_irq(const struct channel *c)
{
    return (c->status & ST_FLAG && c->type & TYPE_IRQ_FLAG) ||
           (c->status & (ST_EOL | ST_STOP) && c->type & TYPE_IRQ_EOL);
}

static void update_irq(struct audio *a)
{
    bool level = false;
    for (unsigned n = 0; n < CHANNELS; n++) level |= channel_irq(&a->ch[n]);
    irq_set(a->irq, level);
}

/* The chip masters the bus even while its command register says no (facts 8, no. 14). */
static bool fetch_entry(struct audio *a, struct channel *c)
{
    uint8_t entry[8];
    if (pci_dma_read_any(&a->pci, c->next, entry, sizeof entry)) {
        c->status &= (uint8_t)~ST_ACTIVE; /* table outside RAM: master abort */
        return false;
    }
    c->next += sizeof entry;
    c->at = get_le32(entry);
    c->flags = get_le32(entry + 4) & ~ENTRY_LEN;
    c->left = get_le32(entry + 4) & ENTRY_LEN;
    return true;
}

static void end_of_entry(struct audio *a, struct channel *c)
{
    if (c->flags & ENTRY_FLAG) c->status |= ST_FLAG;
    if (c->flags & ENTRY_STOP) c->status |= ST_STOP | ST_PAUSED;
    if (c->flags & ENTRY_EOL) {
        c->status |= ST_EOL;
        if (!(c->type & TYPE_AUTO)) {
            c->status &= (uint8_t)~ST_ACTIVE;
            return;
        }
        c->next = c->table;
    }
    fetch_entry(a, c);
}

static void record_silence(struct audio *a, struct channel *c, uint32_t len)
{
    static const uint8_t zeros[4096];
    while (len) {
        uint32_t part = len < sizeof zeros ? len : (uint32_t)sizeof zeros;
        if (pci_dma_write_any(&a->pci, c->at + (c->left - len), zeros, part)) return;
        len -= part;
    }
}

static void move_bytes(struct audio *a, unsigned n, uint64_t bytes)
{
    struct channel *c = &a->ch[n];
    for (unsigned i = 0; i < ENTRIES_A_LOOK && c->status & ST_ACTIVE; i++) {
        if (c->status & ST_PAUSED) return;
        uint32_t part = bytes < c->left ? (uint32_t)bytes : c->left;
        if (n == RECORDING) record_silence(a, c, part);
        c->at += part;
        c->left -= part;
        bytes -= part;
        if (c->left) return;
        end_of_entry(a, c);
    }
}

/* Brings a channel up to the present. */
static void sync_channel(struct audio *a, unsigned n)
{
    struct channel *c = &a->ch[n];
    uint64_t now = now_ns(a);
    if (!(c->status & ST_ACTIVE) || c->status & ST_PAUSED || now <= c->since) return;
    unsigned hz = bytes_a_second(a, n);
    if (now - c->since > MAX_LAG_NS) c->since = now - MAX_LAG_NS;
    uint64_t bytes = ns_to_ticks(now - c->since, hz);
    c->since += bytes * 1000000000u / hz; /* keeps the part of a byte for the next look */
    move_bytes(a, n, bytes);
}

/* Recording writes to RAM and so only moves in events (rule R28); looking at the registers brings
 * the others up to the present. */
static void sync_all(struct audio *a, bool in_event)
{
    struct sched *s = device_sched(&a->pci.dev);
    uint64_t soonest = now_ns(a) + MIN_EVENT_NS, when = SCHED_NEVER;
    for (unsigned n = 0; n < CHANNELS; n++) {
        struct channel *c = &a->ch[n];
        if (in_event || n != RECORDING) sync_channel(a, n);
        if (!(c->status & ST_ACTIVE) || c->status & ST_PAUSED) continue;
        uint64_t end = c->since + ticks_to_ns(c->left, bytes_a_second(a, n));
        if (n == RECORDING && end > now_ns(a) + RECORD_STEP_NS) end = now_ns(a) + RECORD_STEP_NS;
        if (end < when) when = end;
    }
    update_irq(a);
    if (when == SCHED_NEVER) {
        sched_cancel(s, &a->event);
    } else {
        sched_at(s, &a->event, when > soonest ? when : soonest);
    }
}

static void on_event(void *ctx) { sync_all(ctx, true); }

static void write_control(struct audio *a, struct channel *c, uint8_t v)
{
    c->control = v & CTL_PAUSE;
    if (v & CTL_TERMINATE) {
        c->status &= (uint8_t)~(ST_ACTIVE | ST_PAUSED);
    } else if (v & CTL_START && !(c->status & ST_ACTIVE)) {
        c->status = (c->status & (ST_FLAG | ST_EOL | ST_STOP)) | ST_ACTIVE;
        c->next = c->table;
        c->since = now_ns(a);
        fetch_entry(a, c);
    } else if (v & CTL_START && c->status & ST_PAUSED) {
        c->status &= (uint8_t)~ST_PAUSED;
        c->since = now_ns(a);
    }
    if (v & CTL_PAUSE) {
        c->status |= ST_PAUSED;
    } else if (c->status & ST_PAUSED && !(c->status & ST_STOP)) {
        c->status &= (uint8_t)~ST_PAUSED;
        c->since = now_ns(a);
    }
}

static uint8_t shadow_byte(const struct audio *a, unsigned i)
{
    uint32_t v = 0;
    for (unsigned n = 0; n < CHANNELS; n++) {
        uint8_t st = a->ch[n].status;
        if (st & ST_FLAG) v |= 1u << n;
        if (st & ST_EOL) v |= 0x10u << n;
        if (st & ST_STOP) v |= 0x100u << n;
        if (st & ST_ACTIVE) v |= 0x1000u << n;
    }
    return (uint8_t)(v >> 8 * i);
}

static uint8_t read_byte(struct audio *a, unsigned off)
{
    if (off >= REG_CODEC && off < REG_CODEC + 4) return (uint8_t)(a->codec >> 8 * (off & 3));
    if (off >= REG_SHADOW && off < REG_SHADOW + 4) return shadow_byte(a, off & 3);
    if (off >> 4 >= CHANNELS) return 0;
    const struct channel *c = &a->ch[off >> 4];
    switch (off & 15) {
    case SGD_STATUS: return c->status;
    case SGD_CONTROL: return c->control;
    case SGD_TYPE: return c->type;
    default: break;
    }
    unsigned shift = 8 * (off & 3);
    if ((off & 12) == SGD_TABLE) return (uint8_t)(c->next >> shift);
    return (off & 12) == SGD_COUNT ? (uint8_t)(c->left >> shift) : 0;
}

static void write_byte(struct audio *a, unsigned off, uint8_t v)
{
    if (off >> 4 >= CHANNELS) return;
    struct channel *c = &a->ch[off >> 4];
    unsigned shift = 8 * (off & 3);
    switch (off & 15) {
    case SGD_STATUS:
        c->status &= (uint8_t)~(v & (ST_FLAG | ST_EOL | ST_STOP));
        break;
    case SGD_CONTROL: write_control(a, c, v); break;
    case SGD_TYPE: c->type = v; break;
    default:
        if ((off & 12) != SGD_TABLE) break;
        c->table = (c->table & ~(0xffu << shift)) | (uint32_t)v << shift;
        if (!(c->status & ST_ACTIVE)) c->next = c->table;
        break;
    }
}

/* A command goes out when its register number is written, in whatever width. */
static void codec_command(struct audio *a)
{
    unsigned reg = a->codec >> 16 & 0x7e;
    a->codec &= ~CODEC_VALID;
    if (CODEC_ID(a->codec)) return; /* no second codec: never valid */
    if (a->codec & CODEC_READ) {
        a->codec = (a->codec & 0xffff0000u) | ac97_read(&a->ac97, reg);
    } else {
        ac97_write(&a->ac97, reg, (uint16_t)a->codec);
    }
    a->codec |= CODEC_VALID;
}

static uint64_t audio_read(void *dev, uint64_t at, unsigned size)
{
    struct audio *a = dev;
    uint64_t v = 0;
    sync_all(a, false);
    for (unsigned i = 0; i < size; i++) {
        v |= (uint64_t)read_byte(a, (unsigned)(at + i) & (BLOCK_LEN - 1)) << 8 * i;
    }
    return v;
}

static void audio_write(void *dev, uint64_t at, unsigned size, uint64_t value)
{
    struct audio *a = dev;
    bool command = false;
    sync_all(a, false); /* up to here the old rates and types hold */
    for (unsigned i = 0; i < size; i++) {
        unsigned off = (unsigned)(at + i) & (BLOCK_LEN - 1), shift = 8 * (off & 3);
        uint8_t byte = (uint8_t)(value >> 8 * i);
        if (off >= REG_CODEC && off < REG_CODEC + 4) {
            a->codec = (a->codec & ~(0xffu << shift)) | (uint32_t)byte << shift;
            command |= off == REG_CODEC + 2;
        } else {
            write_byte(a, off, byte);
        }
    }
    if (command) codec_command(a);
    sync_all(a, false);
}

/* The FM and MPU-401 ports behind BAR1 and BAR2: nothing is connected. */
static uint64_t no_read(void *dev, uint64_t off, unsigned size)
{
    (void)dev;
    (void)off;
    (void)size;
    return UINT32_MAX;
}

static void no_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)dev;
    (void)off;
    (void)size;
    (void)v;
}

static const struct mmio_ops audio_ops = {audio_read, audio_write, 4, false, "vt8231.ac97"};
static const struct mmio_ops no_ops = {no_read, no_write, 4, false, "vt8231.fm"};

static void cfg_written(struct pci_dev *p, unsigned reg, unsigned size)
{
    (void)reg;
    (void)size;
    update_irq(container_of(p, struct audio, pci)); /* the Interrupt Line may be a new one */
}

static void reset(struct device *d)
{
    struct audio *a = container_of(d, struct audio, pci.dev);
    pci_reset_dev(&a->pci);
    memset(a->pci.cfg + 0x40, 0, 0xc0);
    a->pci.cfg[0x40] = 0x01; /* primary codec ready */
    put_le32(a->pci.cfg + 0xc0, 0x00020001);
    memset(a->ch, 0, sizeof a->ch);
    a->codec = 0;
    ac97_reset(&a->ac97);
    sched_cancel(device_sched(d), &a->event);
    update_irq(a);
}

static int after_load(struct device *d)
{
    struct audio *a = container_of(d, struct audio, pci.dev);
    for (unsigned n = 0; n < CHANNELS; n++) a->ch[n].left &= ENTRY_LEN;
    pci_update_bars(&a->pci);
    return 0;
}

#define CHANNEL_STATE(i)                                                                           \
    S_U8(audio, ch[i].status), S_U8(audio, ch[i].control), S_U8(audio, ch[i].type),                \
        S_U32(audio, ch[i].table), S_U32(audio, ch[i].next), S_U32(audio, ch[i].at),               \
        S_U32(audio, ch[i].left), S_U32(audio, ch[i].flags), S_U64(audio, ch[i].since)

static const struct state_field state[] = {
    S_BYTES(audio, pci.cfg), CHANNEL_STATE(0), CHANNEL_STATE(1), CHANNEL_STATE(2),
    S_U32(audio, codec), S_U16S(audio, ac97.reg), S_EVENT(audio, event), S_END,
};

static const struct device_type type = {
    .name = "vt8231.ac97", .reset = reset, .state = state, .state_version = 1,
    .after_load = after_load,
};

struct pci_dev *vt8231_ac97_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                                struct irq irq, struct error *err)
{
    struct audio *a = xcalloc(1, sizeof *a);
    struct pci_dev *p = &a->pci;
    a->irq = irq;
    a->event = (struct event){.fn = on_event, .ctx = a, .name = "vt8231.ac97"};
    if (machine_add_device(m, &p->dev, &type, "vt8231.ac97", err)) {
        free(a);
        return NULL;
    }
    if (pci_add(pci, p, devfn, 0x1106, 0x3058, 0x040100, 0x50, 3, err)) return NULL;
    pci_set16(p, PCI_STATUS, 0x0210);
    p->cfg[PCI_CAP_PTR] = 0xc0;
    pci_add_bar(p, 0, PCI_BAR_IO, BLOCK_LEN, &audio_ops, a);
    pci_add_bar(p, 1, PCI_BAR_IO, 4, &no_ops, a);
    pci_add_bar(p, 2, PCI_BAR_IO, 4, &no_ops, a);
    memset(p->wmask + 0x41, 0xff, 0x0f);
    p->cfg_written = cfg_written;
    return p;
}

static void mc97_reset(struct device *d)
{
    struct pci_dev *p = container_of(d, struct pci_dev, dev);
    pci_reset_dev(p);
    memset(p->cfg + 0x40, 0, 0xc0);
    put_le32(p->cfg + 0xd0, 0x00020001);
}

static const struct state_field mc97_state[] = {S_BYTES(pci_dev, cfg), S_END};

static const struct device_type mc97_type = {
    .name = "vt8231.mc97", .reset = mc97_reset, .state = mc97_state, .state_version = 1,
};

struct pci_dev *vt8231_mc97_new(struct machine *m, struct pci_bus *pci, uint8_t devfn,
                                struct error *err)
{
    struct pci_dev *p = xcalloc(1, sizeof *p);
    if (machine_add_device(m, &p->dev, &mc97_type, "vt8231.mc97", err)) {
        free(p);
        return NULL;
    }
    if (pci_add(pci, p, devfn, 0x1106, 0x3068, 0x078000, 0x30, 3, err)) return NULL;
    pci_set16(p, PCI_STATUS, 0x0210);
    p->cfg[PCI_CAP_PTR] = 0xd0;
    return p;
}
