/*
 * What an ATAPI drive tells about itself and its disc: table of contents, features, mode pages,
 * disc and track information (MMC-3 clause 6, MMC-2 for the capabilities page). The disc is one
 * data track in one session. All functions get a zeroed buffer and return the full length, which
 * the caller cuts to the allocation length.
 */
#include "machines/dev/ide.h"

#define LEAD_OUT 0xaa

/* --- READ TOC/PMA/ATIP (MMC-3 6.26) --- */

/* An address as four bytes of binary block number or 0, minute, second, frame. */
static void put_address(uint8_t *to, uint32_t lba, bool msf)
{
    if (!msf) {
        put_be32(to, lba);
        return;
    }
    uint32_t frames = lba + 150;
    to[0] = 0;
    to[1] = (uint8_t)(frames / (60 * 75));
    to[2] = (uint8_t)(frames / 75 % 60);
    to[3] = (uint8_t)(frames % 75);
}

static uint8_t *toc_track(uint8_t *p, uint8_t track, uint32_t lba, bool msf)
{
    p[1] = 0x14; /* Q holds a position; data track, uninterrupted */
    p[2] = track;
    put_address(p + 4, lba, msf);
    return p + 8;
}

/* Format 0: the tracks from cdb[6] on, and the lead-out. */
static uint32_t toc_tracks(const struct ide_drive *d, uint8_t first, bool msf, uint8_t *buf)
{
    uint8_t *p = buf + 4;
    if (first > 1 && first != LEAD_OUT) return 0;
    if (first <= 1) p = toc_track(p, 1, 0, msf);
    p = toc_track(p, LEAD_OUT, atapi_capacity(d), msf);
    buf[2] = buf[3] = 1;
    return (uint32_t)(p - buf);
}

/* Format 1: the first track of the last complete session. */
static uint32_t toc_sessions(bool msf, uint8_t *buf)
{
    buf[2] = buf[3] = 1;
    return (uint32_t)(toc_track(buf + 4, 1, 0, msf) - buf);
}

static uint8_t *full_toc_entry(uint8_t *p, uint8_t point, uint8_t m, uint8_t s, uint8_t f)
{
    p[0] = 1; /* session */
    p[1] = 0x14;
    p[3] = point;
    p[8] = m;
    p[9] = s;
    p[10] = f;
    return p + 11;
}

/* Format 2: the lead-in's entries. Addresses are always minutes, seconds and frames. */
static uint32_t full_toc(const struct ide_drive *d, uint8_t *buf)
{
    uint8_t out[4], *p = buf + 4;
    put_address(out, atapi_capacity(d), true);
    buf[2] = buf[3] = 1;
    p = full_toc_entry(p, 0xa0, 1, 0, 0);
    p = full_toc_entry(p, 0xa1, 1, 0, 0);
    p = full_toc_entry(p, 0xa2, out[1], out[2], out[3]);
    p = full_toc_entry(p, 1, 0, 2, 0);
    return (uint32_t)(p - buf);
}

uint32_t atapi_read_toc(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf)
{
    bool msf = cdb[1] & 2;
    unsigned format = cdb[2] & 15;
    uint32_t len = 0;
    if (!format) format = cdb[9] >> 6; /* where SFF-8020 had it */
    if (format == 0) len = toc_tracks(d, cdb[6], msf, buf);
    if (format == 1) len = toc_sessions(msf, buf);
    if (format == 2) len = full_toc(d, buf);
    if (len) put_be16(buf, (uint16_t)(len - 2));
    return len;
}

/* --- GET CONFIGURATION (MMC-3 6.6) --- */

struct feature {
    uint16_t code;
    uint8_t flags; /* bits 5-2 version, 1 persistent, 0 current */
    uint8_t len;
    uint8_t data[8];
};

static const struct feature features[] = {
    {0x0001, 0x0b, 8, {0, 0, 0, 2, 1}},       /* core: ATAPI, device busy events */
    {0x0002, 0x07, 4, {2}},                   /* morphing: operational changes told by events */
    {0x0003, 0x03, 4, {0x29}},                /* removable medium: tray, eject, lock */
    {0x0010, 0x00, 8, {0, 0, 8, 0, 0, 1, 0}}, /* random readable, 2048 bytes */
    {0x001d, 0x00, 0, {0}},                   /* multi-read */
    {0x001e, 0x08, 4, {0}},                   /* CD read */
    {0x001f, 0x00, 0, {0}},                   /* DVD read */
    {0x0100, 0x03, 0, {0}},                   /* power management */
    {0x0105, 0x03, 0, {0}},                   /* time-out */
};

static bool is_current(const struct ide_drive *d, const struct feature *f)
{
    bool disc = atapi_capacity(d) != 0, dvd = atapi_is_dvd(d);
    switch (f->code) {
    case 0x0010: return disc;
    case 0x001d:
    case 0x001e: return disc && !dvd;
    case 0x001f: return dvd;
    default: return f->flags & 1;
    }
}

static uint8_t *profile(uint8_t *p, uint16_t number, bool current)
{
    put_be16(p, number);
    p[2] = current;
    return p + 4;
}

static uint8_t *profile_list(const struct ide_drive *d, uint8_t *p)
{
    bool dvd = atapi_is_dvd(d);
    p[2] = 0x03;
    p[3] = 8;
    p = profile(p + 4, 0x0010, dvd);
    return profile(p, 0x0008, atapi_capacity(d) && !dvd);
}

/* cdb[1]: 0 all features from the number on, 1 the current of them, 2 the one named. */
uint32_t atapi_configuration(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf)
{
    unsigned which = cdb[1] & 3, start = get_be16(cdb + 2);
    uint8_t *p = buf + 8;
    if (which == 3) return 0;
    if (start == 0) p = profile_list(d, p);
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        const struct feature *f = &features[i];
        bool current = is_current(d, f);
        bool wanted = which == 2 ? f->code == start : f->code >= start;
        if (!wanted || (which == 1 && !current)) continue;
        put_be16(p, f->code);
        p[2] = (uint8_t)((f->flags & ~1u) | current);
        p[3] = f->len;
        memcpy(p + 4, f->data, f->len);
        p += 4 + f->len;
    }
    uint32_t len = (uint32_t)(p - buf);
    put_be32(buf, len - 4);
    put_be16(buf + 6, atapi_is_dvd(d) ? 0x0010 : atapi_capacity(d) ? 0x0008 : 0);
    return len;
}

/* --- MODE SENSE (SPC-2 7.8, MMC-2 5.5) --- */

struct mode_page {
    uint8_t code, len;
    uint8_t data[20];
};

static const struct mode_page pages[] = {
    {0x01, 6, {0, 5}},                            /* error recovery: 5 retries */
    {0x0d, 6, {0, 0, 0, 60, 0, 75}},              /* CD: a minute has 60 seconds of 75 frames */
    {0x0e, 14, {4, 0, 0, 0, 0, 75, 1, 255, 2, 255}}, /* audio ports */
    {0x2a, 20, {0x3b, 0, 0x71, 0x60, 0x29, 0, 0x15, 0x88, 0, 2, 2, 0, 0x15, 0x88}},
    /* reads CD-R, CD-RW, DVD; mode 2, multi-session; lock, eject, tray; 31x; 512 KiB */
};

static uint8_t medium_type(const struct ide_drive *d)
{
    if (d->tray_open) return 0x71;
    return atapi_capacity(d) ? 0x01 : 0x70;
}

static uint8_t *put_page(const struct ide_drive *d, const struct mode_page *page, bool mask,
                         uint8_t *p)
{
    p[0] = page->code;
    p[1] = page->len;
    if (!mask) { /* "changeable" bits: none */
        memcpy(p + 2, page->data, page->len);
        if (page->code == 0x2a && d->locked) p[6] |= 2;
    }
    return p + 2 + page->len;
}

uint32_t atapi_mode_sense(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf)
{
    bool six = cdb[0] == 0x1a, mask = cdb[2] >> 6 == 1;
    unsigned want = cdb[2] & 0x3f;
    uint8_t *start = buf + (six ? 4 : 8), *p = start;
    for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
        if (want == 0x3f || want == pages[i].code) p = put_page(d, &pages[i], mask, p);
    }
    if (p == start) return 0;
    uint32_t len = (uint32_t)(p - buf);
    if (six) {
        buf[0] = (uint8_t)(len - 1);
        buf[1] = medium_type(d);
    } else {
        put_be16(buf, (uint16_t)(len - 2));
        buf[2] = medium_type(d);
    }
    return len;
}

/* --- disc, track, subchannel, DVD structures --- */

uint32_t atapi_disc_information(const struct ide_drive *d, uint8_t *buf)
{
    (void)d;
    put_be16(buf, 32);
    buf[2] = 0x0e; /* last session and disc complete */
    buf[3] = buf[4] = buf[5] = buf[6] = 1;
    buf[7] = 0x20; /* unrestricted use */
    put_be32(buf + 16, UINT32_MAX); /* nothing can be added */
    put_be32(buf + 20, UINT32_MAX);
    return 34;
}

uint32_t atapi_track_information(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf)
{
    uint32_t n = get_be32(cdb + 2), end = atapi_capacity(d);
    unsigned kind = cdb[1] & 3; /* by block, track or session number */
    if (kind == 3 || (kind == 0 ? n >= end : n != 1)) return 0;
    put_be16(buf, 26);
    buf[2] = buf[3] = 1;
    buf[5] = 0x04; /* data track */
    buf[6] = 0x01; /* mode 1 */
    put_be32(buf + 24, end);
    return 28;
}

uint32_t atapi_subchannel(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf)
{
    (void)d;
    bool msf = cdb[1] & 2, wants_q = cdb[2] & 0x40;
    buf[1] = 0x15; /* no audio status to report */
    if (!wants_q) return 4;
    if (cdb[3] < 1 || cdb[3] > 3) return 0;
    buf[4] = cdb[3];
    if (cdb[3] != 1) { /* catalogue number, recording code: not there */
        put_be16(buf + 2, 20);
        return 24;
    }
    put_be16(buf + 2, 12);
    buf[5] = 0x14;
    buf[6] = buf[7] = 1;
    put_address(buf + 8, 0, msf);
    put_address(buf + 12, 0, msf);
    return 16;
}

static uint32_t dvd_physical(const struct ide_drive *d, uint8_t *buf)
{
    put_be16(buf, 2048 + 2);
    buf[4] = 0x01; /* DVD-ROM, version 1 */
    buf[5] = 0x0f; /* 120 mm, no maximum rate */
    buf[6] = 0x01; /* one layer with embossed data */
    put_be32(buf + 8, 0x030000);
    put_be32(buf + 12, 0x030000 + atapi_capacity(d) - 1);
    return 2048 + 4;
}

uint32_t atapi_dvd_structure(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf)
{
    if (!atapi_is_dvd(d) || cdb[6]) return 0;
    switch (cdb[7]) {
    case 0x00: return dvd_physical(d, buf);
    case 0x01: /* copyright: none */
        put_be16(buf, 6);
        return 8;
    case 0x04: /* manufacturer: none */
        put_be16(buf, 2048 + 2);
        return 2048 + 4;
    default: return 0;
    }
}
