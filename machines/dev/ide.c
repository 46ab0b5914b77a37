/*
 * One ATA channel: the register file both drives share, resets, interrupts and the transfer
 * engine (ATA/ATAPI-6, clauses 7 and 9). Commands are in ata.c and atapi.c.
 *
 * A command is copied into ch->req when it is issued and runs from an event a little later, so
 * interrupts arrive as on hardware and a reset only has to drop one struct. Overlapped commands,
 * queueing and CFA are left out.
 */
#include "machines/dev/ide.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { REG_DATA, REG_ERROR, REG_COUNT, REG_LOW, REG_MID, REG_HIGH, REG_DEVICE, REG_STATUS };
enum { CTL_NIEN = 0x02, CTL_SRST = 0x04, CTL_HOB = 0x80 };
enum { CMD_DEVICE_RESET = 0x08, CMD_DIAGNOSTIC = 0x90, CMD_PACKET = 0xa0 };

#define DMA_BURST 4 /* buffers moved in one event */

static struct ide_drive *selected(struct ide_channel *ch)
{
    return &ch->drive[ch->select & IDE_DEV_SELECT ? 1 : 0];
}

static bool empty(const struct ide_channel *ch)
{
    return ch->drive[0].kind == IDE_ABSENT && ch->drive[1].kind == IDE_ABSENT;
}

static bool busy(const struct ide_channel *ch)
{
    return (ch->drive[0].status | ch->drive[1].status) & IDE_BSY;
}

static void update_irq(struct ide_channel *ch)
{
    irq_set(ch->irq, ch->intrq && !(ch->control & CTL_NIEN));
}

static void set_intrq(struct ide_channel *ch, bool level)
{
    ch->intrq = level;
    update_irq(ch);
}

static void after(struct ide_channel *ch, uint64_t ns)
{
    struct sched *s = device_sched(ch->dev);
    sched_at(s, &ch->event, sched_now(s) + ns);
}

static void drop_request(struct ide_channel *ch)
{
    sched_cancel(device_sched(ch->dev), &ch->event);
    ch->req = (struct ide_request){.phase = IDE_IDLE};
}

static void be_busy(struct ide_channel *ch, enum ide_phase phase, uint64_t ns)
{
    ch->req.phase = (uint8_t)phase;
    ide_active(ch)->status = IDE_BSY;
    after(ch, ns);
}

/* --- ends --- */

static void end(struct ide_channel *ch, uint8_t status, uint8_t error)
{
    struct ide_drive *d = ide_active(ch);
    d->status = status;
    d->error = error;
    if (ch->req.packet) d->tf.count = 3; /* interrupt reason: I/O and C/D, the status phase */
    drop_request(ch);
    set_intrq(ch, true);
}

void ide_finish(struct ide_channel *ch)
{
    const struct ide_request *r = &ch->req;
    struct ide_drive *d = ide_active(ch);
    if (r->media && !r->packet) ata_show_position(d, &r->tf, r->at / 512 - 1);
    end(ch, IDE_DRDY | IDE_DSC, 0);
}

void ide_fail(struct ide_channel *ch, uint8_t error)
{
    end(ch, IDE_DRDY | IDE_DSC | IDE_ERR, error);
}

/* The host file could not be read or written. */
static void medium_failed(struct ide_channel *ch, int e, bool writing)
{
    struct ide_request *r = &ch->req;
    struct block *b = ide_active(ch)->block;
    log_once(device_log(ch->dev), LOG_HOST, "ide medium", (uint64_t)-e,
             "%s: %s of '%s' at byte %llu: %s", ch->dev->label, writing ? "write" : "read",
             b && b->name ? b->name : "", (unsigned long long)r->at, strerror(-e));
    if (r->packet) {
        atapi_medium_error(ch);
        return;
    }
    ata_show_position(ide_active(ch), &r->tf, r->at / 512);
    ide_fail(ch, writing ? IDE_ABRT : IDE_UNC);
}

/* --- data phases --- */

/* Gets the next stretch of the medium into the buffer; false when the command failed over it. */
static bool refill(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    uint32_t room = r->packet ? IDE_BUF : IDE_BUF - IDE_BUF % r->drq;
    uint32_t n = r->left < room ? (uint32_t)r->left : room;
    struct block *b = ide_active(ch)->block;
    int e = b ? block_read(b, r->at, ch->buf, n) : -ENOMEDIUM;
    if (e) {
        medium_failed(ch, e, false);
        return false;
    }
    r->at += n;
    r->left -= n;
    r->len = n;
    r->pos = 0;
    return true;
}

/* Takes r->block_end bytes out of the buffer; false when the command failed over it. */
static bool commit(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    struct block *b = ide_active(ch)->block;
    if (r->media) {
        int e = b ? block_write(b, r->at, ch->buf, r->block_end) : -ENOMEDIUM;
        if (e) {
            medium_failed(ch, e, true);
            return false;
        }
        r->at += r->block_end;
    }
    r->left -= r->block_end;
    r->pos = 0;
    return true;
}

static void show_packet_block(struct ide_channel *ch, uint32_t len, bool to_host)
{
    struct ide_drive *d = ide_active(ch);
    if (!ch->req.packet) return;
    d->tf.count = to_host ? 2 : 0;
    d->tf.mid = (uint8_t)len;
    d->tf.high = (uint8_t)(len >> 8);
}

static void show_block(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    if (r->pos == r->len && !refill(ch)) return;
    r->block_end = r->len - r->pos < r->drq ? r->len : r->pos + r->drq;
    show_packet_block(ch, r->block_end - r->pos, true);
    ide_active(ch)->status = IDE_DRDY | IDE_DSC | IDE_DRQ;
    r->phase = IDE_READ_DRQ;
    set_intrq(ch, true);
}

/* ATA asks for the first block of a PIO write without an interrupt (ATA/ATAPI-6 9.6). */
static void ask_block(struct ide_channel *ch, bool interrupt)
{
    struct ide_request *r = &ch->req;
    r->pos = 0;
    r->block_end = r->left < r->drq ? (uint32_t)r->left : r->drq;
    show_packet_block(ch, r->block_end, false);
    ide_active(ch)->status = IDE_DRDY | IDE_DSC | IDE_DRQ;
    r->phase = IDE_WRITE_DRQ;
    if (interrupt) set_intrq(ch, true);
}

static void block_taken(struct ide_channel *ch)
{
    if (!commit(ch)) return;
    if (ch->req.left) {
        ask_block(ch, true);
    } else {
        ide_finish(ch);
    }
}

/* A table or address that cannot be used: the bus master stopped with its error bit, and the
 * drive gives up so that the guest need not time out. UNVERIFIED on the VT8231. */
static void dma_failed(struct ide_channel *ch) { ide_fail(ch, IDE_ABRT); }

/* Moves one buffer; true while there is more. */
static bool dma_to_memory(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    if (r->pos == r->len && !refill(ch)) return false;
    int64_t n = ch->dma.move(ch->dma.ctx, ch->buf + r->pos, r->len - r->pos, true);
    if (n < 0) {
        dma_failed(ch);
        return false;
    }
    r->pos += (uint32_t)n;
    if (r->pos < r->len) return false; /* the table was too short: the drive goes on asking */
    if (!r->left) ide_finish(ch);
    return r->phase == IDE_DMA_READ;
}

static bool dma_from_memory(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    r->block_end = r->left < IDE_BUF ? (uint32_t)r->left : IDE_BUF;
    int64_t n = ch->dma.move(ch->dma.ctx, ch->buf + r->pos, r->block_end - r->pos, false);
    if (n < 0) {
        dma_failed(ch);
        return false;
    }
    r->pos += (uint32_t)n;
    if (r->pos < r->block_end || !commit(ch)) return false;
    if (!r->left) ide_finish(ch);
    return r->phase == IDE_DMA_WRITE;
}

/* Only from events: a burst, and then the CPU gets a turn. */
static void run_dma(struct ide_channel *ch)
{
    bool in = ch->req.phase == IDE_DMA_READ, more = true;
    for (unsigned i = 0; i < DMA_BURST && more; i++) {
        if (!ch->dma.running(ch->dma.ctx)) return;
        more = in ? dma_to_memory(ch) : dma_from_memory(ch);
    }
    if (more) after(ch, IDE_DMA_NS);
}

static void wait_dma(struct ide_channel *ch, enum ide_phase phase)
{
    struct ide_drive *d = ide_active(ch);
    ch->req.phase = (uint8_t)phase;
    d->status = IDE_DRDY | IDE_DSC | IDE_DRQ;
    if (ch->req.packet) d->tf.count = phase == IDE_DMA_READ ? 2 : 0;
    run_dma(ch);
}

static void start_in(struct ide_channel *ch, uint32_t block, bool dma)
{
    ch->req.drq = block ? block : 512;
    if (dma) {
        wait_dma(ch, IDE_DMA_READ);
    } else {
        show_block(ch);
    }
}

static void start_out(struct ide_channel *ch, uint64_t bytes, uint32_t block, bool dma)
{
    ch->req.drq = block && block <= IDE_BUF ? block : 512;
    ch->req.left = bytes;
    ch->req.pos = 0;
    if (!bytes) {
        ide_finish(ch);
    } else if (dma) {
        wait_dma(ch, IDE_DMA_WRITE);
    } else {
        ask_block(ch, ch->req.packet);
    }
}

void ide_send_buffer(struct ide_channel *ch, uint32_t len, uint32_t block, bool dma)
{
    ch->req.len = len <= IDE_BUF ? len : IDE_BUF;
    ch->req.pos = 0;
    ch->req.left = 0;
    if (!ch->req.len) {
        ide_finish(ch);
    } else {
        start_in(ch, block, dma);
    }
}

void ide_send_media(struct ide_channel *ch, uint64_t at, uint64_t bytes, uint32_t block, bool dma)
{
    ch->req.media = true;
    ch->req.at = at;
    ch->req.left = bytes;
    ch->req.len = ch->req.pos = 0;
    if (!bytes) {
        ide_finish(ch);
    } else {
        start_in(ch, block, dma);
    }
}

void ide_take_media(struct ide_channel *ch, uint64_t at, uint64_t bytes, uint32_t block, bool dma)
{
    ch->req.media = true;
    ch->req.at = at;
    start_out(ch, bytes, block, dma);
}

void ide_take_nowhere(struct ide_channel *ch, uint64_t bytes, uint32_t block, bool dma)
{
    start_out(ch, bytes, block, dma);
}

void ide_ask_packet(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    r->packet = true;
    r->pos = 0;
    r->block_end = sizeof r->cdb;
    ide_active(ch)->tf.count = 1; /* C/D: a command packet is wanted */
    ide_active(ch)->status = IDE_DRDY | IDE_DSC | IDE_DRQ;
    r->phase = IDE_PACKET_DRQ;
}

/* --- the data register --- */

static uint16_t take_word(struct ide_channel *ch)
{
    struct ide_request *r = &ch->req;
    if (r->phase != IDE_READ_DRQ || selected(ch) != ide_active(ch)) return 0;
    uint16_t v = get_le16(ch->buf + r->pos);
    r->pos += 2;
    if (r->pos < r->block_end) return v;
    r->pos = r->block_end; /* an odd last byte came with a pad byte */
    if (r->pos < r->len || r->left) {
        be_busy(ch, IDE_READ, IDE_BLOCK_NS);
    } else if (r->packet) {
        be_busy(ch, IDE_FINISH, IDE_BLOCK_NS);
    } else {
        /* A PIO read ends with its last word, without another interrupt. */
        struct ide_drive *d = ide_active(ch);
        if (r->media) ata_show_position(d, &r->tf, r->at / 512 - 1);
        d->status = IDE_DRDY | IDE_DSC;
        drop_request(ch);
    }
    return v;
}

static void give_word(struct ide_channel *ch, uint16_t v)
{
    struct ide_request *r = &ch->req;
    if (selected(ch) != ide_active(ch)) return;
    if (r->phase == IDE_PACKET_DRQ) {
        put_le16(r->cdb + r->pos, v);
        r->pos += 2;
        if (r->pos >= r->block_end) be_busy(ch, IDE_PACKET, IDE_COMMAND_NS);
    } else if (r->phase == IDE_WRITE_DRQ) {
        put_le16(ch->buf + r->pos, v);
        r->pos += 2;
        if (r->pos < r->block_end) return;
        r->pos = r->block_end;
        be_busy(ch, IDE_WRITE, IDE_BLOCK_NS);
    }
}

/* --- what both kinds of drives share --- */

void ide_put_string(uint8_t *to, size_t len, const char *s)
{
    for (size_t i = 0; i < len; i++) to[i ^ 1] = *s ? (uint8_t)*s++ : ' ';
}

bool ide_set_transfer_mode(struct ide_drive *d, uint8_t v)
{
    uint8_t mode = v & 7;
    switch (v >> 3) {
    case 0: return mode <= 1; /* default PIO, with or without IORDY */
    case 1: return mode <= 4; /* PIO with flow control */
    case 4:
    case 8:
        if (mode > (v >> 3 == 4 ? 2 : 5)) return false;
        d->mwdma = v >> 3 == 4 ? mode + 1 : 0;
        d->udma = v >> 3 == 8 ? mode + 1 : 0;
        return true;
    default: return false;
    }
}

/* --- resets --- */

void ide_signature(struct ide_drive *d)
{
    bool cd = d->kind == IDE_CDROM;
    d->tf = (struct ide_taskfile){.count = 1, .low = 1};
    d->tf.mid = cd ? 0x14 : 0;
    d->tf.high = cd ? 0xeb : 0;
    d->error = 1;
    d->status = d->kind == IDE_DISK ? IDE_DRDY | IDE_DSC : 0;
}

static void reset_drive(struct ide_drive *d, bool hard)
{
    if (d->kind == IDE_DISK) ata_reset_drive(d, hard);
    if (d->kind == IDE_CDROM) atapi_reset_drive(d, hard);
    ide_signature(d);
}

static void begin_reset(struct ide_channel *ch, enum ide_phase phase)
{
    drop_request(ch);
    set_intrq(ch, false);
    ch->select = 0;
    ch->req.phase = (uint8_t)phase;
    for (unsigned i = 0; i < 2; i++)
        if (ch->drive[i].kind != IDE_ABSENT) ch->drive[i].status = IDE_BSY;
}

static void end_reset(struct ide_channel *ch)
{
    drop_request(ch);
    for (unsigned i = 0; i < 2; i++) reset_drive(&ch->drive[i], false);
}

static void end_diagnostic(struct ide_channel *ch)
{
    drop_request(ch);
    for (unsigned i = 0; i < 2; i++) ide_signature(&ch->drive[i]);
    set_intrq(ch, true);
}

void ide_hard_reset(struct ide_channel *ch)
{
    drop_request(ch);
    ch->select = ch->control = 0;
    for (unsigned i = 0; i < 2; i++) reset_drive(&ch->drive[i], true);
    set_intrq(ch, false);
}

/* DEVICE RESET: the one command a busy ATAPI drive takes (ATA/ATAPI-6 8.7). */
static void device_reset(struct ide_channel *ch, struct ide_drive *d)
{
    if (ide_active(ch) == d) drop_request(ch);
    set_intrq(ch, false);
    reset_drive(d, false);
}

/* --- registers --- */

static void event_due(void *ctx)
{
    struct ide_channel *ch = ctx;
    bool cd = ide_active(ch)->kind == IDE_CDROM;
    switch (ch->req.phase) {
    case IDE_COMMAND: cd ? atapi_command(ch) : ata_command(ch); break;
    case IDE_READ: show_block(ch); break;
    case IDE_WRITE: block_taken(ch); break;
    case IDE_DMA_READ:
    case IDE_DMA_WRITE: run_dma(ch); break;
    case IDE_PACKET: atapi_packet(ch); break;
    case IDE_FINISH: ide_finish(ch); break;
    case IDE_RESET: end_reset(ch); break;
    case IDE_DIAGNOSE: end_diagnostic(ch); break;
    default: break;
    }
}

static void issue(struct ide_channel *ch, uint8_t command)
{
    struct ide_drive *d = selected(ch);
    if (command == CMD_DEVICE_RESET && d->kind == IDE_CDROM) {
        device_reset(ch, d);
        return;
    }
    if (busy(ch)) {
        log_once(device_log(ch->dev), LOG_GUEST, "ide busy", command,
                 "%s: command %02x while busy is ignored", ch->dev->label, command);
        return;
    }
    if (command == CMD_DIAGNOSTIC && !empty(ch)) {
        begin_reset(ch, IDE_DIAGNOSE);
        after(ch, IDE_RESET_NS);
        return;
    }
    if (d->kind == IDE_ABSENT) return;
    drop_request(ch); /* a command in its data phase is given up */
    set_intrq(ch, false);
    d->tf.command = command;
    d->tf.device = ch->select;
    ch->req.drive = d == &ch->drive[1];
    ch->req.tf = d->tf;
    if (command == CMD_PACKET && d->kind == IDE_CDROM) {
        atapi_command(ch); /* wants its packet at once: drivers poll only 50 us for that */
    } else {
        be_busy(ch, IDE_COMMAND, IDE_COMMAND_NS);
    }
}

/* Both drives listen to writes (ATA/ATAPI-6 7.1). */
static void write_tf(struct ide_channel *ch, unsigned reg, uint8_t v)
{
    ch->control &= (uint8_t)~CTL_HOB;
    if (busy(ch)) return;
    for (unsigned i = 0; i < 2; i++) {
        struct ide_taskfile *t = &ch->drive[i].tf;
        switch (reg) {
        case REG_ERROR: t->old_feature = t->feature; t->feature = v; break;
        case REG_COUNT: t->old_count = t->count; t->count = v; break;
        case REG_LOW: t->old_low = t->low; t->low = v; break;
        case REG_MID: t->old_mid = t->mid; t->mid = v; break;
        case REG_HIGH: t->old_high = t->high; t->high = v; break;
        default: ch->select = v; break;
        }
    }
}

static uint8_t read_tf(struct ide_channel *ch, unsigned reg)
{
    const struct ide_drive *d = selected(ch);
    const struct ide_taskfile *t = &d->tf;
    bool hob = ch->control & CTL_HOB;
    switch (reg) {
    case REG_ERROR: return hob ? t->old_feature : d->error;
    case REG_COUNT: return hob ? t->old_count : t->count;
    case REG_LOW: return hob ? t->old_low : t->low;
    case REG_MID: return hob ? t->old_mid : t->mid;
    case REG_HIGH: return hob ? t->old_high : t->high;
    case REG_DEVICE: return ch->select | 0xa0; /* bits 7 and 5 were always one before ATA-3 */
    default: return d->status;
    }
}

uint32_t ide_read(struct ide_channel *ch, unsigned reg, unsigned size)
{
    if (reg == REG_DATA) {
        uint32_t v = take_word(ch);
        if (size == 4) v |= (uint32_t)take_word(ch) << 16;
        return size == 1 ? v & 0xff : v;
    }
    if (empty(ch)) return 0; /* as pulled down: nothing here, and not busy */
    uint8_t v = read_tf(ch, reg);
    if (reg == REG_STATUS) set_intrq(ch, false);
    return v;
}

void ide_write(struct ide_channel *ch, unsigned reg, unsigned size, uint32_t v)
{
    if (reg == REG_DATA) {
        give_word(ch, (uint16_t)v);
        if (size == 4) give_word(ch, (uint16_t)(v >> 16));
    } else if (reg == REG_STATUS) {
        ch->control &= (uint8_t)~CTL_HOB;
        issue(ch, (uint8_t)v);
    } else {
        write_tf(ch, reg, (uint8_t)v);
    }
}

uint8_t ide_read_alternate(struct ide_channel *ch)
{
    return empty(ch) ? 0 : selected(ch)->status;
}

void ide_write_control(struct ide_channel *ch, uint8_t v)
{
    bool was = ch->control & CTL_SRST, now = v & CTL_SRST;
    ch->control = v & (CTL_NIEN | CTL_SRST | CTL_HOB);
    if (now && !was) begin_reset(ch, IDE_RESET);
    if (!now && was && ch->req.phase == IDE_RESET) after(ch, IDE_RESET_NS);
    update_irq(ch);
}

void ide_dma_started(struct ide_channel *ch)
{
    unsigned phase = ch->req.phase;
    if (phase == IDE_DMA_READ || phase == IDE_DMA_WRITE) after(ch, IDE_DMA_NS);
}

void ide_dma_stopped(struct ide_channel *ch)
{
    unsigned phase = ch->req.phase;
    if (phase == IDE_DMA_READ || phase == IDE_DMA_WRITE) {
        sched_cancel(device_sched(ch->dev), &ch->event);
    }
}

/* --- making --- */

void ide_init(struct ide_channel *ch, struct device *dev, struct irq irq, struct ide_dma dma)
{
    ch->dev = dev;
    ch->irq = irq;
    ch->dma = dma;
    ch->event = (struct event){.fn = event_due, .ctx = ch, .name = "ide"};
}

void ide_attach(struct ide_channel *ch, unsigned n, enum ide_kind kind, struct block *block,
                unsigned number)
{
    struct ide_drive *d = &ch->drive[n & 1];
    d->kind = kind;
    d->block = block;
    if (block) d->seen_changes = block->changes;
    snprintf(d->serial, sizeof d->serial, "PE%05u", number % 100000);
}

static bool request_ok(const struct ide_channel *ch)
{
    const struct ide_request *r = &ch->req;
    bool in = r->phase == IDE_READ || r->phase == IDE_READ_DRQ || r->phase == IDE_DMA_READ;
    bool out = r->phase == IDE_WRITE_DRQ || r->phase == IDE_WRITE || r->phase == IDE_DMA_WRITE;
    uint32_t unit = ch->drive[r->drive & 1].kind == IDE_CDROM ? 1 : 512;
    if (r->phase >= IDE_PHASES || r->drive > 1) return false;
    if (r->phase == IDE_IDLE || r->phase == IDE_RESET || r->phase == IDE_DIAGNOSE) return true;
    if (ch->drive[r->drive].kind == IDE_ABSENT) return false;
    if (r->phase == IDE_PACKET_DRQ) return r->block_end == 12 && r->pos < 12 && !(r->pos & 1);
    if (!in && !out) return true;
    if (!r->drq || r->drq > IDE_BUF || r->drq % unit) return false;
    if (r->len > IDE_BUF || r->block_end > IDE_BUF || r->pos > IDE_BUF) return false;
    if (in) return r->pos <= r->len && r->block_end <= r->len;
    return r->block_end <= r->left && r->pos <= r->block_end;
}

int ide_check_state(struct ide_channel *ch)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ide_drive *d = &ch->drive[i];
        if (!d->heads || !d->spt) ata_reset_drive(d, true);
        d->multiple &= 0x1f;
    }
    return request_ok(ch) ? 0 : -EINVAL;
}
