/*
 * ATA disk commands (ATA/ATAPI-6 clause 8). A disk of up to 2^48 sectors, UDMA mode 5, with the
 * power management, SMART and host protected area commands at their minimum.
 */
#include "machines/dev/ide.h"

#define MAX_MULTIPLE 16
#define LBA28_MAX UINT64_C(0x0fffffff)

enum { F_EXT = 1, F_DMA = 2, F_MULTI = 4 };

struct ata_op {
    void (*run)(struct ide_channel *ch, struct ide_drive *d, unsigned flags);
    uint8_t flags;
};

/* --- addresses --- */

static uint64_t lba48(const struct ide_taskfile *t)
{
    return (uint64_t)t->old_high << 40 | (uint64_t)t->old_mid << 32 | (uint64_t)t->old_low << 24 |
           (uint64_t)t->high << 16 | (uint64_t)t->mid << 8 | t->low;
}

/* The first sector a command names; UINT64_MAX for a CHS address outside the translation. */
static uint64_t first_sector(const struct ide_drive *d, const struct ide_taskfile *t,
                             unsigned flags)
{
    if (flags & F_EXT) return lba48(t);
    if (t->device & IDE_DEV_LBA) {
        return (uint64_t)(t->device & 15) << 24 | (uint64_t)t->high << 16 | (uint64_t)t->mid << 8 |
               t->low;
    }
    unsigned cylinder = (unsigned)t->high << 8 | t->mid, head = t->device & 15;
    if (!t->low || t->low > d->spt || head >= d->heads) return UINT64_MAX;
    return ((uint64_t)cylinder * d->heads + head) * d->spt + t->low - 1u;
}

static uint32_t sector_count(const struct ide_taskfile *t, unsigned flags)
{
    uint32_t n = flags & F_EXT ? (uint32_t)t->old_count << 8 | t->count : t->count;
    return n ? n : flags & F_EXT ? 65536 : 256;
}

/* Leaves `lba` in the address registers, in the form in which the command gave its address. */
void ata_show_position(struct ide_drive *d, const struct ide_taskfile *t, uint64_t lba)
{
    static const uint8_t ext[] = {0x24, 0x25, 0x27, 0x29, 0x34, 0x35, 0x39, 0x42};
    struct ide_taskfile *r = &d->tf;
    bool wide = memchr(ext, t->command, sizeof ext);
    r->count = r->old_count = 0;
    if (wide || (t->device & IDE_DEV_LBA)) {
        r->low = (uint8_t)lba;
        r->mid = (uint8_t)(lba >> 8);
        r->high = (uint8_t)(lba >> 16);
        r->old_low = (uint8_t)(lba >> 24);
        r->old_mid = (uint8_t)(lba >> 32);
        r->old_high = (uint8_t)(lba >> 40);
        return;
    }
    uint64_t track = lba / d->spt;
    r->low = (uint8_t)(lba % d->spt + 1);
    r->mid = (uint8_t)(track / d->heads);
    r->high = (uint8_t)(track / d->heads >> 8);
}

/* --- reading and writing --- */

struct span {
    uint64_t lba;
    uint32_t count;
};

/* false: the command has failed already. */
static bool find_span(struct ide_channel *ch, struct ide_drive *d, unsigned flags, struct span *s)
{
    s->lba = first_sector(d, &ch->req.tf, flags);
    s->count = sector_count(&ch->req.tf, flags);
    d->standby = false;
    if ((flags & F_MULTI) && !d->multiple) {
        ide_fail(ch, IDE_ABRT);
        return false;
    }
    if (!span_ok(s->lba, s->count, d->sectors)) {
        ide_fail(ch, IDE_IDNF);
        return false;
    }
    return true;
}

static void read_sectors(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    struct span s;
    if (!find_span(ch, d, flags, &s)) return;
    uint32_t block = 512u * (flags & F_MULTI ? d->multiple : 1);
    ide_send_media(ch, s.lba * 512, (uint64_t)s.count * 512, block, flags & F_DMA);
}

static void write_sectors(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    struct span s;
    if (!find_span(ch, d, flags, &s)) return;
    if (d->block->read_only) {
        ide_fail(ch, IDE_ABRT);
        return;
    }
    uint32_t block = 512u * (flags & F_MULTI ? d->multiple : 1);
    ide_take_media(ch, s.lba * 512, (uint64_t)s.count * 512, block, flags & F_DMA);
}

static void verify(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    struct span s;
    if (!find_span(ch, d, flags, &s)) return;
    ata_show_position(d, &ch->req.tf, s.lba + s.count - 1);
    ide_finish(ch);
}

static void seek(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    if (first_sector(d, &ch->req.tf, flags) >= d->sectors) {
        ide_fail(ch, IDE_IDNF);
    } else {
        ide_finish(ch);
    }
}

static void flush(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    if (block_flush(d->block)) {
        ide_fail(ch, IDE_ABRT);
    } else {
        ide_finish(ch);
    }
}

static void native_max(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    uint64_t last = d->sectors - 1;
    struct ide_taskfile t = ch->req.tf;
    t.device |= IDE_DEV_LBA;
    if (!(flags & F_EXT) && last > LBA28_MAX) last = LBA28_MAX;
    ata_show_position(d, &t, last);
    if (!(flags & F_EXT)) ch->select = (uint8_t)((ch->select & 0xf0) | (last >> 24 & 15));
    ide_finish(ch);
}

/* --- settings --- */

static void done(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)d;
    (void)flags;
    ide_finish(ch);
}

/* The geometry can never become 0 (rule R1). */
static void init_parameters(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    const struct ide_taskfile *t = &ch->req.tf;
    if (!t->count) {
        ide_fail(ch, IDE_ABRT);
        return;
    }
    d->heads = (uint8_t)((t->device & 15) + 1);
    d->spt = t->count;
    ide_finish(ch);
}

static void set_multiple(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    uint8_t n = ch->req.tf.count;
    if (n > MAX_MULTIPLE || (n && !is_pow2(n))) {
        ide_fail(ch, IDE_ABRT);
        return;
    }
    d->multiple = n;
    ide_finish(ch);
}

static bool set_feature(struct ide_drive *d, const struct ide_taskfile *t)
{
    switch (t->feature) {
    case 0x02: d->write_cache = true; return true;
    case 0x82: d->write_cache = false; return true;
    case 0xaa: d->look_ahead = true; return true;
    case 0x55: d->look_ahead = false; return true;
    case 0x03: return ide_set_transfer_mode(d, t->count);
    case 0x66: /* settings survive a software reset, or do not: either way they are the same */
    case 0xcc: return true;
    default: return false;
    }
}

static void set_features(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    if (set_feature(d, &ch->req.tf)) {
        ide_finish(ch);
    } else {
        ide_fail(ch, IDE_ABRT);
    }
}

/* --- power --- */

static void go_standby(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    flush(ch, d, flags);
    d->standby = true;
}

static void go_idle(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    d->standby = false;
    done(ch, d, flags);
}

static void check_power(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    d->tf.count = d->standby ? 0x00 : 0xff;
    done(ch, d, flags);
}

/* --- SMART (ATA/ATAPI-6 8.54): a drive without attributes that is fine --- */

static void smart_page(struct ide_channel *ch, bool thresholds)
{
    uint8_t sum = 0;
    memset(ch->buf, 0, 512);
    ch->buf[0] = 1;
    if (!thresholds) {
        ch->buf[362] = 0x02; /* off-line collection was completed */
        ch->buf[368] = 0x03; /* SMART saves data before power saving, and autosave */
    }
    for (unsigned i = 0; i < 511; i++) sum += ch->buf[i];
    ch->buf[511] = (uint8_t)-sum;
    ide_send_buffer(ch, 512, 512, false);
}

static void smart(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    const struct ide_taskfile *t = &ch->req.tf;
    bool ok = t->mid == 0x4f && t->high == 0xc2 && (d->smart || t->feature == 0xd8);
    switch (ok ? t->feature : 0) {
    case 0xd0: smart_page(ch, false); break;
    case 0xd1: smart_page(ch, true); break;
    case 0xd2: /* autosave */
    case 0xd4: /* off-line test: done at once */
    case 0xda: /* status: the registers still say 4F C2, below all thresholds */
        ide_finish(ch);
        break;
    case 0xd8:
    case 0xd9:
        d->smart = t->feature == 0xd8;
        ide_finish(ch);
        break;
    default: ide_fail(ch, IDE_ABRT); break;
    }
}

/* --- IDENTIFY DEVICE --- */

static void natural_geometry(uint64_t sectors, uint16_t *cylinders, uint8_t *heads, uint8_t *spt)
{
    uint64_t c = sectors / (16 * 63);
    *heads = 16;
    *spt = 63;
    *cylinders = (uint16_t)(c < 1 ? 1 : c > 16383 ? 16383 : c);
}

static void identify_geometry(const struct ide_drive *d, uint8_t *id)
{
    uint16_t cylinders;
    uint8_t heads, spt;
    natural_geometry(d->sectors, &cylinders, &heads, &spt);
    put_le16(id + 2 * 1, cylinders);
    put_le16(id + 2 * 3, heads);
    put_le16(id + 2 * 6, spt);
    uint32_t track = (uint32_t)d->heads * d->spt;
    uint64_t now = d->sectors / track;
    if (now > 65535) now = 65535;
    put_le16(id + 2 * 54, (uint16_t)now);
    put_le16(id + 2 * 55, d->heads);
    put_le16(id + 2 * 56, d->spt);
    put_le32(id + 2 * 57, (uint32_t)now * track);
    uint64_t low = d->sectors < LBA28_MAX ? d->sectors : LBA28_MAX;
    put_le32(id + 2 * 60, (uint32_t)low);
    put_le64(id + 2 * 100, d->sectors);
}

static void identify(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    uint8_t *id = ch->buf;
    uint16_t w85 = (uint16_t)(d->smart | d->write_cache << 5 | d->look_ahead << 6);
    memset(id, 0, 512);
    put_le16(id, 0x0040); /* fixed ATA device */
    identify_geometry(d, id);
    ide_put_string(id + 2 * 10, 20, d->serial);
    ide_put_string(id + 2 * 23, 8, "1.0");
    ide_put_string(id + 2 * 27, 40, "PPCEMU HARDDISK");
    put_le16(id + 2 * 47, 0x8000 | MAX_MULTIPLE);
    put_le16(id + 2 * 49, 0x0b00);      /* IORDY, LBA, DMA */
    put_le16(id + 2 * 50, 0x4000);
    put_le16(id + 2 * 53, 0x0007);      /* words 54-58, 64-70 and 88 are valid */
    put_le16(id + 2 * 59, d->multiple ? 0x0100 | d->multiple : 0);
    put_le16(id + 2 * 63, (uint16_t)(0x0007 | (d->mwdma ? 0x100 << (d->mwdma - 1) : 0)));
    put_le16(id + 2 * 64, 0x0003);      /* PIO 3 and 4 */
    for (unsigned w = 65; w <= 68; w++) put_le16(id + 2 * w, 120); /* ns a cycle */
    put_le16(id + 2 * 80, 0x007e);      /* ATA-1 to ATA/ATAPI-6 */
    put_le16(id + 2 * 82, 0x7069);      /* NOP, buffers, look-ahead, write cache, power, SMART */
    put_le16(id + 2 * 83, 0x7400);      /* flush, flush ext, 48 bit */
    put_le16(id + 2 * 84, 0x4000);
    put_le16(id + 2 * 85, (uint16_t)(0x7008 | w85));
    put_le16(id + 2 * 86, 0x3400);
    put_le16(id + 2 * 87, 0x4000);
    put_le16(id + 2 * 88, (uint16_t)(0x003f | (d->udma ? 0x100 << (d->udma - 1) : 0)));
    put_le16(id + 2 * 93, ch->req.drive ? 0x6b00 : 0x600b); /* passed, 80 wires */
    id[510] = 0xa5;
    uint8_t sum = 0;
    for (unsigned i = 0; i < 511; i++) sum += id[i];
    id[511] = (uint8_t)-sum;
    ide_send_buffer(ch, 512, 512, false);
}

/* --- the drive's own sector buffer --- */

static void read_buffer(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)d;
    (void)flags;
    ide_send_buffer(ch, 512, 512, false); /* what the last transfer left, as on a drive */
}

static void write_buffer(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)d;
    (void)flags;
    ide_take_nowhere(ch, 512, 512, false);
}

/* IDENTIFY and PACKET commands of the other kind of drive: abort with the ATA signature in the
 * address registers, for hosts that look there (ATA/ATAPI-6 9.12). */
static void not_packet(struct ide_channel *ch, struct ide_drive *d, unsigned flags)
{
    (void)flags;
    d->tf.count = d->tf.low = 1;
    d->tf.mid = d->tf.high = 0;
    ide_fail(ch, IDE_ABRT);
}

#define ROW16(base, fn) [base ... (base) + 15] = {fn, 0}
static const struct ata_op ops[256] = {
    ROW16(0x10, done), /* RECALIBRATE */
    [0x20] = {read_sectors, 0},
    [0x21] = {read_sectors, 0},
    [0x24] = {read_sectors, F_EXT},
    [0x25] = {read_sectors, F_EXT | F_DMA},
    [0x27] = {native_max, F_EXT},
    [0x29] = {read_sectors, F_EXT | F_MULTI},
    [0x30] = {write_sectors, 0},
    [0x31] = {write_sectors, 0},
    [0x34] = {write_sectors, F_EXT},
    [0x35] = {write_sectors, F_EXT | F_DMA},
    [0x39] = {write_sectors, F_EXT | F_MULTI},
    [0x40] = {verify, 0},
    [0x41] = {verify, 0},
    [0x42] = {verify, F_EXT},
    ROW16(0x70, seek),
    [0x91] = {init_parameters, 0},
    [0x94] = {go_standby, 0}, /* 94-99: the names of E0-E6 before ATA-3 */
    [0x95] = {go_idle, 0},
    [0x96] = {go_standby, 0},
    [0x97] = {go_idle, 0},
    [0x98] = {check_power, 0},
    [0x99] = {go_standby, 0},
    [0xa0] = {not_packet, 0},
    [0xa1] = {not_packet, 0},
    [0xb0] = {smart, 0},
    [0xc4] = {read_sectors, F_MULTI},
    [0xc5] = {write_sectors, F_MULTI},
    [0xc6] = {set_multiple, 0},
    [0xc8] = {read_sectors, F_DMA},
    [0xc9] = {read_sectors, F_DMA},
    [0xca] = {write_sectors, F_DMA},
    [0xcb] = {write_sectors, F_DMA},
    [0xe0] = {go_standby, 0},
    [0xe1] = {go_idle, 0},
    [0xe2] = {go_standby, 0},
    [0xe3] = {go_idle, 0},
    [0xe4] = {read_buffer, 0},
    [0xe5] = {check_power, 0},
    [0xe6] = {go_standby, 0}, /* SLEEP, without the need of a reset to wake up */
    [0xe7] = {flush, 0},
    [0xe8] = {write_buffer, 0},
    [0xea] = {flush, 0},
    [0xec] = {identify, 0},
    [0xef] = {set_features, 0},
    [0xf8] = {native_max, 0},
};

void ata_command(struct ide_channel *ch)
{
    struct ide_drive *d = ide_active(ch);
    const struct ata_op *op = &ops[ch->req.tf.command];
    if (!op->run || !d->block) {
        log_once(device_log(ch->dev), LOG_UNIMP, "ata command", ch->req.tf.command,
                 "%s: ATA command %02x is not supported", ch->dev->label, ch->req.tf.command);
        ide_fail(ch, IDE_ABRT);
        return;
    }
    op->run(ch, d, op->flags);
}

void ata_reset_drive(struct ide_drive *d, bool hard)
{
    uint16_t cylinders;
    d->standby = false;
    if (!hard) return;
    d->sectors = d->block ? d->block->size / 512 : 0;
    natural_geometry(d->sectors, &cylinders, &d->heads, &d->spt);
    d->multiple = 0;
    d->udma = d->mwdma = 0;
    d->write_cache = d->look_ahead = d->smart = true;
}
