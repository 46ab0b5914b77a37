/*
 * Mac-on-Linux calls with devices behind them: disks one transfer at a time, and the framebuffer
 * (facts 9.2, 9.3).
 */
#include <stdlib.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/display.h"
#include "machines/machine.h"

enum { DISK_READ_ONLY = 1, DISK_REMOVABLE = 2, DISK_PRESENT = 4, DISK_BOOT = 8, DISK_CD = 16 };

#define SECTOR 512u
#define CHUNK 65536u
#define TRANSFER_MAX (64u << 20)

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

/* --- disks: unit n is the n-th drive --- */

const struct drive *osi_drive(struct hv *v, uint32_t unit)
{
    for (unsigned i = 0; i < CONFIG_DISKS; i++) {
        const struct drive *d = &v->m->cfg->drives[i];
        if (d->media != DRIVE_NONE && d->block && !unit--) return d;
    }
    return NULL;
}

static const struct drive *drive(struct hv *v, uint32_t channel, uint32_t unit)
{
    return channel ? NULL : osi_drive(v, unit);
}

static int64_t disk_info(void *owner, struct ppc_cpu *c)
{
    const struct drive *d = drive(owner, reg(c, 6), reg(c, 7));
    if (!d) return -1;
    uint32_t flags = d->media == DRIVE_CDROM ? DISK_CD | DISK_REMOVABLE | DISK_READ_ONLY : 0;
    if (d->block->read_only) flags |= DISK_READ_ONLY;
    if (d->block->present) flags |= DISK_PRESENT;
    ppc_set_gpr(c, 4, (uint32_t)(d->block->size / SECTOR));
    ppc_set_gpr(c, 5, flags);
    ppc_set_gpr(c, 6, 0);
    ppc_set_gpr(c, 7, 0);
    return 0;
}

static int move(struct hv *v, struct block *disk, uint64_t at, uint32_t buf, uint32_t len,
                bool write)
{
    uint8_t *bytes = malloc(CHUNK);
    int r = bytes ? 0 : -1;
    for (uint32_t done = 0, n; !r && done < len; done += n) {
        n = len - done < CHUNK ? len - done : CHUNK;
        if (write) {
            r = bus_ram_read(v->m->bus, (uint64_t)buf + done, bytes, n);
            if (!r) r = block_write(disk, at + done, bytes, n);
        } else {
            r = block_read(disk, at + done, bytes, n);
            if (!r) r = bus_ram_write(v->m->bus, (uint64_t)buf + done, bytes, n);
        }
    }
    free(bytes);
    return r ? -1 : 0;
}

int osi_disk_move(struct hv *v, uint32_t unit, uint64_t at, uint32_t buf, uint32_t len, bool write)
{
    const struct drive *d = osi_drive(v, unit);
    if (!d || !d->block->present || len > TRANSFER_MAX) return -1;
    return move(v, d->block, at, buf, len, write);
}

/* r6 channel, r7 unit, r8 first sector, r9 buffer, r10 bytes */
static int64_t transfer(struct hv *v, struct ppc_cpu *c, bool write)
{
    uint64_t at = (uint64_t)reg(c, 8) * SECTOR;
    return reg(c, 6) ? -1 : osi_disk_move(v, reg(c, 7), at, reg(c, 9), reg(c, 10), write);
}

static int64_t sync_read(void *owner, struct ppc_cpu *c) { return transfer(owner, c, false); }
static int64_t sync_write(void *owner, struct ppc_cpu *c) { return transfer(owner, c, true); }

/* --- framebuffer --- */

static bool picture(struct hv *v, struct surface *s)
{
    if (!v->m->display) return false;
    v->m->display->ops->surface(v->m->display, s);
    return s->width > 0;
}

static unsigned depth(const struct surface *s)
{
    return s->format == DISPLAY_RGB555 ? 15 : 8 * display_bytes(s->format);
}

/* out r4 address, r5 bytes a row, r6 width, r7 height, r8 depth */
static int64_t fb_info(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct surface s;
    if (!picture(v, &s)) return 1;
    /* PCI memory is where the CPU sees it on this board */
    ppc_set_gpr(c, 4, (uint32_t)(v->m->display->ops->address(v->m->display) + s.offset));
    ppc_set_gpr(c, 5, s.pitch);
    ppc_set_gpr(c, 6, s.width);
    ppc_set_gpr(c, 7, s.height);
    ppc_set_gpr(c, 8, depth(&s));
    return 0;
}

static const struct {
    uint16_t width, height;
} modes[] = {{640, 480}, {800, 600}, {1024, 768}, {1280, 1024}};
static const uint8_t depths[] = {8, 15, 32};

/* r6 mode from 1 (0: the first), r7 depth index */
static int64_t set_vmode(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t mode = reg(c, 6) ? reg(c, 6) - 1 : 0, d = reg(c, 7);
    if (!v->m->display || mode >= ARRAY_SIZE(modes) || d >= ARRAY_SIZE(depths)) return 1;
    return !v->m->display->ops->set_mode(v->m->display, modes[mode].width, modes[mode].height,
                                         depths[d]);
}

static int64_t vmode_info(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t mode = reg(c, 6) ? reg(c, 6) - 1 : 0, d = reg(c, 7);
    if (!v->m->display || mode >= ARRAY_SIZE(modes) || d >= ARRAY_SIZE(depths)) return 1;
    uint32_t row = (uint32_t)modes[mode].width * ((depths[d] + 7u) / 8);
    ppc_set_gpr(c, 4, (uint32_t)ARRAY_SIZE(modes) << 16 | (mode + 1));
    ppc_set_gpr(c, 5, (uint32_t)ARRAY_SIZE(depths) << 16 | d);
    ppc_set_gpr(c, 6, (uint32_t)modes[mode].width << 16 | modes[mode].height);
    ppc_set_gpr(c, 7, 60u << 16);
    ppc_set_gpr(c, 8, depths[d]);
    ppc_set_gpr(c, 9, row << 16);
    return 0;
}

/* r6 index, or -1 when the palette is complete; r7 00RRGGBB */
static int64_t set_color(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t index = reg(c, 6);
    if (index == UINT32_MAX) return 0;
    if (!v->m->display || index > 255) return -1;
    v->m->display->ops->set_color(v->m->display, (uint8_t)index, reg(c, 7) & 0xffffff);
    return 0;
}

static int64_t get_color(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    uint32_t index = reg(c, 6);
    if (!v->m->display || index > 255) return -1;
    return v->m->display->ops->get_color(v->m->display, (uint8_t)index);
}

static const struct hcall_entry entries[] = {
    {28, "set-vmode", set_vmode},       {29, "get-vmode-info", vmode_info},
    {32, "get-fb-info", fb_info},       {59, "set-color", set_color},
    {64, "get-color", get_color},       {81, "ablk-disk-info", disk_info},
    {84, "ablk-sync-read", sync_read},  {85, "ablk-sync-write", sync_write},
};

const struct hv_table hv_osi_io = {
    HV_OSI, HCALL_OSI, entries, ARRAY_SIZE(entries), "MOL osi.h; facts 9.2, 9.3", "test_hcall_osi",
};
