/*
 * ATAPI CD/DVD-ROM drive: ATA side, sense data and packets that move media data or state
 * (ATA/ATAPI-6 9.8-9.10, MMC-3, SPC-2). Its tables share nothing with ata.c (rule R5). A drive
 * without a disc is a normal state. Left out: audio, raw sectors, DVD region protection.
 */
#include "machines/dev/ide.h"

#include <string.h>

#define SECTOR 2048u
#define NEEDS_ROOM UINT32_MAX

enum { NOT_READY = 2, MEDIUM_ERROR = 3, ILLEGAL_REQUEST = 5, UNIT_ATTENTION = 6 };
enum { /* additional sense codes */
    ASC_INVALID_OPCODE = 0x20,
    ASC_LBA_OUT_OF_RANGE = 0x21,
    ASC_INVALID_FIELD = 0x24,
    ASC_MEDIUM_CHANGED = 0x28,
    ASC_POWER_ON = 0x29,
    ASC_SAVING_NOT_SUPPORTED = 0x39,
    ASC_NO_MEDIUM = 0x3a,
    ASC_LOAD_FAILED = 0x53,
    ASC_WRONG_TRACK = 0x64,
};
enum { EVENT_NONE = 0, EVENT_EJECT_REQUEST = 1, EVENT_NEW = 2, EVENT_REMOVED = 3 };
enum { P_NEEDS_DISC = 1, P_IGNORES_UA = 2 };

struct packet_op {
    void (*run)(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb);
    uint8_t flags;
};

/* --- sense --- */

static void set_sense(struct ide_drive *d, uint8_t key, uint8_t asc, uint8_t ascq)
{
    d->sense_key = key;
    d->asc = asc;
    d->ascq = ascq;
}

static void check(struct ide_channel *ch, uint8_t key, uint8_t asc, uint8_t ascq)
{
    set_sense(ide_active(ch), key, asc, ascq);
    ide_fail(ch, (uint8_t)(key << 4 | (key == ILLEGAL_REQUEST ? IDE_ABRT : 0)));
}

static void bad_field(struct ide_channel *ch)
{
    check(ch, ILLEGAL_REQUEST, ASC_INVALID_FIELD, 0);
}

void atapi_medium_error(struct ide_channel *ch)
{
    check(ch, MEDIUM_ERROR, 0x11, 0); /* unrecovered read error */
}

/* --- the disc --- */

static bool has_disc(const struct ide_drive *d)
{
    return d->block && d->block->present && !d->tray_open && d->block->size >= SECTOR;
}

uint32_t atapi_capacity(const struct ide_drive *d)
{
    if (!has_disc(d)) return 0;
    uint64_t n = d->block->size / SECTOR;
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* More than the 99:59:74 a CD's addresses can tell is a DVD. */
bool atapi_is_dvd(const struct ide_drive *d) { return atapi_capacity(d) > 449850; }

/* The host side swaps discs under us; the drive finds out at the next command (rule R6). */
static void notice_change(struct ide_drive *d)
{
    if (!d->block || d->block->changes == d->seen_changes) return;
    d->seen_changes = d->block->changes;
    d->tray_open = false;
    d->locked = d->locked && d->block->present;
    d->media_event = d->block->present ? EVENT_NEW : EVENT_REMOVED;
    d->ua_asc = d->block->present ? ASC_MEDIUM_CHANGED : 0;
}

static bool disc_ready(struct ide_channel *ch, const struct ide_drive *d)
{
    if (has_disc(d)) return true;
    check(ch, NOT_READY, ASC_NO_MEDIUM, d->tray_open ? 2 : 1);
    return false;
}

/* --- data phases --- */

/* Bytes of a PIO block as the host allows: even, unless one block is all. 0 aborts. */
static uint32_t pio_block(const struct ide_channel *ch, uint64_t total)
{
    const struct ide_taskfile *t = &ch->req.tf;
    uint32_t limit = (uint32_t)t->high << 8 | t->mid;
    if (limit == 0xffff) limit = 0xfffe;
    return total <= limit ? limit : limit & ~1u;
}

/* A byte count of 0 and data to move by PIO is the host's mistake (ATA/ATAPI-6 8.24.3). */
static bool block_for(struct ide_channel *ch, uint64_t total, uint32_t *block)
{
    *block = ch->req.dma ? IDE_BUF : pio_block(ch, total);
    if (*block || !total) return true;
    set_sense(ide_active(ch), 0, 0, 0);
    ide_fail(ch, IDE_ABRT);
    return false;
}

/* Sends `len` bytes of buf, cut to the allocation length. */
static void reply(struct ide_channel *ch, uint32_t len, uint32_t room)
{
    uint32_t block, n = len < room ? len : room;
    if (block_for(ch, n, &block)) ide_send_buffer(ch, n, block, ch->req.dma);
}

static void reply_or_bad_field(struct ide_channel *ch, uint32_t len, uint32_t room)
{
    if (len) {
        reply(ch, len, room);
    } else {
        bad_field(ch);
    }
}

static void read_blocks(struct ide_channel *ch, struct ide_drive *d, uint32_t lba, uint32_t count)
{
    uint32_t block;
    uint64_t total = (uint64_t)count * SECTOR;
    if (!span_ok(lba, count, atapi_capacity(d))) {
        check(ch, ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE, 0);
    } else if (block_for(ch, total, &block)) {
        ide_send_media(ch, (uint64_t)lba * SECTOR, total, block, ch->req.dma);
    }
}

/* --- packets --- */

static void test_unit_ready(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    (void)d;
    (void)cdb;
    ide_finish(ch);
}

static void request_sense(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    if (!d->sense_key && d->ua_asc) {
        set_sense(d, UNIT_ATTENTION, d->ua_asc, 0);
        d->ua_asc = 0;
    }
    ch->buf[0] = 0x70;
    ch->buf[2] = d->sense_key;
    ch->buf[7] = 10;
    ch->buf[12] = d->asc;
    ch->buf[13] = d->ascq;
    set_sense(d, 0, 0, 0);
    reply(ch, 18, cdb[4]);
}

static void put_padded(uint8_t *to, size_t len, const char *s)
{
    memset(to, ' ', len);
    memcpy(to, s, strlen(s) < len ? strlen(s) : len);
}

static void inquiry(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    (void)d;
    if (cdb[1] & 1 || cdb[2]) { /* no vital product data pages */
        bad_field(ch);
        return;
    }
    ch->buf[0] = 0x05; /* CD/DVD */
    ch->buf[1] = 0x80; /* removable */
    ch->buf[3] = 0x21; /* ATAPI, response format 1 as every ATAPI drive says */
    ch->buf[4] = 31;
    put_padded(ch->buf + 8, 8, "PPCEMU");
    put_padded(ch->buf + 16, 16, "DVD-ROM");
    put_padded(ch->buf + 32, 4, "1.0");
    reply(ch, 36, cdb[4]);
}

static void read_capacity(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    (void)cdb;
    put_be32(ch->buf, atapi_capacity(d) - 1);
    put_be32(ch->buf + 4, SECTOR);
    reply(ch, 8, NEEDS_ROOM);
}

static void read_6(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    read_blocks(ch, d, get_be32(cdb) & 0x1fffff, cdb[4] ? cdb[4] : 256);
}

static void read_10(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    read_blocks(ch, d, get_be32(cdb + 2), get_be16(cdb + 7));
}

static void read_12(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    read_blocks(ch, d, get_be32(cdb + 2), get_be32(cdb + 6));
}

/* The data track is mode 1; of its sectors only the user data are in an image. */
static void read_cd_range(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb,
                          uint32_t lba, uint32_t count)
{
    unsigned type = cdb[1] >> 2 & 7, parts = cdb[9] & 0xf8;
    if (type > 2 || type == 1) {
        check(ch, ILLEGAL_REQUEST, ASC_WRONG_TRACK, 0);
    } else if (!count || (!parts && !(cdb[10] & 7))) {
        ide_finish(ch);
    } else if (parts != 0x10 || (cdb[9] & 6) || (cdb[10] & 7)) {
        bad_field(ch);
    } else {
        read_blocks(ch, d, lba, count);
    }
}

static void read_cd(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    read_cd_range(ch, d, cdb, get_be32(cdb + 2), get_be32(cdb + 5) & 0xffffff);
}

static bool from_msf(const uint8_t *msf, uint32_t *lba)
{
    uint32_t frames = (msf[0] * 60u + msf[1]) * 75u + msf[2];
    *lba = frames - 150;
    return msf[1] < 60 && msf[2] < 75 && frames >= 150;
}

static void read_cd_msf(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    uint32_t from, to;
    if (!from_msf(cdb + 3, &from) || !from_msf(cdb + 6, &to) || to < from) {
        bad_field(ch);
    } else {
        read_cd_range(ch, d, cdb, from, to - from);
    }
}

static void seek_10(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    if (get_be32(cdb + 2) >= atapi_capacity(d)) {
        check(ch, ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE, 0);
    } else {
        ide_finish(ch);
    }
}

static void verify_10(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    if (!span_ok(get_be32(cdb + 2), get_be16(cdb + 7), atapi_capacity(d))) {
        check(ch, ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE, 0);
    } else {
        ide_finish(ch);
    }
}

static void accept(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    (void)d;
    (void)cdb;
    ide_finish(ch);
}

static void read_toc(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    reply_or_bad_field(ch, atapi_read_toc(d, cdb, ch->buf), get_be16(cdb + 7));
}

static void get_configuration(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    reply_or_bad_field(ch, atapi_configuration(d, cdb, ch->buf), get_be16(cdb + 7));
}

static void get_event(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    if (!(cdb[1] & 1)) { /* only polling: there is no asynchronous notification in ATAPI */
        bad_field(ch);
        return;
    }
    bool media = cdb[4] & 0x10;
    put_be16(ch->buf, media ? 6 : 2);
    ch->buf[2] = media ? 4 : 0x80; /* the class, or "no class of those asked for" */
    ch->buf[3] = 0x10;
    ch->buf[4] = d->media_event;
    ch->buf[5] = (uint8_t)(d->tray_open | has_disc(d) << 1);
    if (media && get_be16(cdb + 7) > 4) d->media_event = EVENT_NONE;
    reply(ch, media ? 8 : 4, get_be16(cdb + 7));
}

static void mode_sense(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    if (cdb[2] >> 6 == 3) {
        check(ch, ILLEGAL_REQUEST, ASC_SAVING_NOT_SUPPORTED, 0);
        return;
    }
    uint32_t room = cdb[0] == 0x1a ? cdb[4] : get_be16(cdb + 7);
    reply_or_bad_field(ch, atapi_mode_sense(d, cdb, ch->buf), room);
}

/* Parameters are taken and not looked at: nothing that pages 01, 0D, 0E and 2A set matters here. */
static void mode_select(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    (void)d;
    uint32_t block, len = cdb[0] == 0x15 ? cdb[4] : get_be16(cdb + 7);
    if (block_for(ch, len, &block)) ide_take_nowhere(ch, len, block, ch->req.dma);
}

static void start_stop(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    bool load_eject = cdb[4] & 2, start = cdb[4] & 1;
    if (load_eject && !start && d->locked) {
        check(ch, ILLEGAL_REQUEST, ASC_LOAD_FAILED, 2); /* medium removal prevented */
        return;
    }
    if (load_eject && !start && !d->tray_open) {
        d->tray_open = true;
        d->media_event = EVENT_REMOVED;
    } else if (load_eject && start && d->tray_open) {
        d->tray_open = false;
        if (has_disc(d)) {
            d->media_event = EVENT_NEW;
            d->ua_asc = ASC_MEDIUM_CHANGED;
        }
    } else if (start && !load_eject && !disc_ready(ch, d)) {
        return;
    }
    ide_finish(ch);
}

static void prevent_removal(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    d->locked = cdb[4] & 1;
    ide_finish(ch);
}

static void mechanism_status(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    ch->buf[1] = d->tray_open ? 0x10 : 0; /* door open */
    ch->buf[5] = 1;                       /* slots of the changer: none, one table entry less */
    reply(ch, 8, get_be16(cdb + 8));
}

static void read_disc_information(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    if (cdb[1] & 7) {
        bad_field(ch);
    } else {
        reply(ch, atapi_disc_information(d, ch->buf), get_be16(cdb + 7));
    }
}

static void read_track_information(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    reply_or_bad_field(ch, atapi_track_information(d, cdb, ch->buf), get_be16(cdb + 7));
}

static void read_subchannel(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    reply_or_bad_field(ch, atapi_subchannel(d, cdb, ch->buf), get_be16(cdb + 7));
}

static void read_dvd_structure(struct ide_channel *ch, struct ide_drive *d, const uint8_t *cdb)
{
    reply_or_bad_field(ch, atapi_dvd_structure(d, cdb, ch->buf), get_be16(cdb + 8));
}

static const struct packet_op ops[256] = {
    [0x00] = {test_unit_ready, P_NEEDS_DISC},
    [0x03] = {request_sense, P_IGNORES_UA},
    [0x08] = {read_6, P_NEEDS_DISC},
    [0x12] = {inquiry, P_IGNORES_UA},
    [0x15] = {mode_select, 0},
    [0x1a] = {mode_sense, 0},
    [0x1b] = {start_stop, 0},
    [0x1e] = {prevent_removal, 0},
    [0x25] = {read_capacity, P_NEEDS_DISC},
    [0x28] = {read_10, P_NEEDS_DISC},
    [0x2b] = {seek_10, P_NEEDS_DISC},
    [0x2f] = {verify_10, P_NEEDS_DISC},
    [0x35] = {accept, 0}, /* SYNCHRONIZE CACHE */
    [0x42] = {read_subchannel, P_NEEDS_DISC},
    [0x43] = {read_toc, P_NEEDS_DISC},
    [0x46] = {get_configuration, P_IGNORES_UA},
    [0x4a] = {get_event, P_IGNORES_UA},
    [0x4e] = {accept, 0}, /* STOP PLAY/SCAN: nothing plays */
    [0x51] = {read_disc_information, P_NEEDS_DISC},
    [0x52] = {read_track_information, P_NEEDS_DISC},
    [0x55] = {mode_select, 0},
    [0x5a] = {mode_sense, 0},
    [0xa8] = {read_12, P_NEEDS_DISC},
    [0xad] = {read_dvd_structure, P_NEEDS_DISC},
    [0xb9] = {read_cd_msf, P_NEEDS_DISC},
    [0xbb] = {accept, 0}, /* SET CD SPEED */
    [0xbd] = {mechanism_status, 0},
    [0xbe] = {read_cd, P_NEEDS_DISC},
};

void atapi_packet(struct ide_channel *ch)
{
    struct ide_drive *d = ide_active(ch);
    const uint8_t *cdb = ch->req.cdb;
    const struct packet_op *op = &ops[cdb[0]];
    notice_change(d);
    if (!op->run) {
        log_once(device_log(ch->dev), LOG_UNIMP, "atapi packet", cdb[0],
                 "%s: packet command %02x is not supported", ch->dev->label, cdb[0]);
        check(ch, ILLEGAL_REQUEST, ASC_INVALID_OPCODE, 0);
        return;
    }
    if (d->ua_asc && !(op->flags & P_IGNORES_UA)) {
        uint8_t asc = d->ua_asc;
        d->ua_asc = 0;
        check(ch, UNIT_ATTENTION, asc, 0);
        return;
    }
    if (op->run != request_sense) set_sense(d, 0, 0, 0);
    if ((op->flags & P_NEEDS_DISC) && !disc_ready(ch, d)) return;
    memset(ch->buf, 0, 4096);
    op->run(ch, d, cdb);
}

/* --- ATA commands of a packet drive --- */

static void packet(struct ide_channel *ch, struct ide_drive *d)
{
    (void)d;
    ch->req.dma = ch->req.tf.feature & 1;
    ide_ask_packet(ch);
}

static void identify_packet(struct ide_channel *ch, struct ide_drive *d)
{
    uint8_t *id = ch->buf;
    memset(id, 0, 512);
    put_le16(id, 0x85c0); /* ATAPI, CD-ROM, removable, DRQ within 50 us, 12-byte packets */
    ide_put_string(id + 2 * 10, 20, d->serial);
    ide_put_string(id + 2 * 23, 8, "1.0");
    ide_put_string(id + 2 * 27, 40, "PPCEMU DVD-ROM");
    put_le16(id + 2 * 49, 0x0b00); /* IORDY, LBA, DMA */
    put_le16(id + 2 * 53, 0x0006);
    put_le16(id + 2 * 63, (uint16_t)(0x0007 | (d->mwdma ? 0x100 << (d->mwdma - 1) : 0)));
    put_le16(id + 2 * 64, 0x0003);
    for (unsigned w = 65; w <= 68; w++) put_le16(id + 2 * w, 120);
    put_le16(id + 2 * 80, 0x007e);
    put_le16(id + 2 * 82, 0x4210); /* NOP, DEVICE RESET, PACKET */
    put_le16(id + 2 * 83, 0x4000);
    put_le16(id + 2 * 84, 0x4000);
    put_le16(id + 2 * 85, 0x4210);
    put_le16(id + 2 * 87, 0x4000);
    put_le16(id + 2 * 88, (uint16_t)(0x003f | (d->udma ? 0x100 << (d->udma - 1) : 0)));
    put_le16(id + 2 * 93, ch->req.drive ? 0x6b00 : 0x600b);
    ide_send_buffer(ch, 512, 512, false);
}

/* IDENTIFY DEVICE and READ: abort, with the packet signature for hosts that look for it. */
static void abort_with_signature(struct ide_channel *ch, struct ide_drive *d)
{
    ide_signature(d);
    ide_fail(ch, IDE_ABRT);
}

static void set_features(struct ide_channel *ch, struct ide_drive *d)
{
    const struct ide_taskfile *t = &ch->req.tf;
    bool ok = t->feature == 0x66 || t->feature == 0xcc;
    if (t->feature == 0x03) ok = ide_set_transfer_mode(d, t->count);
    if (ok) {
        ide_finish(ch);
    } else {
        ide_fail(ch, IDE_ABRT);
    }
}

static void check_power(struct ide_channel *ch, struct ide_drive *d)
{
    d->tf.count = 0xff;
    ide_finish(ch);
}

static void power(struct ide_channel *ch, struct ide_drive *d)
{
    (void)d;
    ide_finish(ch);
}

static void (*const commands[256])(struct ide_channel *ch, struct ide_drive *d) = {
    [0x20] = abort_with_signature,
    [0x21] = abort_with_signature,
    [0xa0] = packet,
    [0xa1] = identify_packet,
    [0xe0] = power,
    [0xe1] = power,
    [0xe2] = power,
    [0xe3] = power,
    [0xe5] = check_power,
    [0xe6] = power,
    [0xe7] = power, /* FLUSH CACHE */
    [0xec] = abort_with_signature,
    [0xef] = set_features,
};

void atapi_command(struct ide_channel *ch)
{
    uint8_t command = ch->req.tf.command;
    if (commands[command]) {
        commands[command](ch, ide_active(ch));
        return;
    }
    log_once(device_log(ch->dev), LOG_UNIMP, "atapi command", command,
             "%s: ATA command %02x is none of a packet drive", ch->dev->label, command);
    ide_fail(ch, IDE_ABRT);
}

/* DEVICE RESET and SRST keep what the host asked for before (ATA/ATAPI-6 9.11); only power on is
 * announced by a UNIT ATTENTION. */
void atapi_reset_drive(struct ide_drive *d, bool hard)
{
    set_sense(d, 0, 0, 0);
    if (!hard) return;
    d->tray_open = d->locked = false;
    d->media_event = EVENT_NONE;
    d->ua_asc = ASC_POWER_ON;
    d->udma = d->mwdma = 0;
    if (d->block) d->seen_changes = d->block->changes;
}
