/*
 * -cdrom, -hda to -hdd and -drive.
 */
#include <errno.h>
#include <string.h>

#include "frontend/keyval.h"
#include "frontend/options.h"

static int add(struct options *o, struct drive_spec d, struct error *err)
{
    if (o->n_drives == DRIVE_SPECS) {
        return error_set(err, EINVAL, "%s: there are places for %d drives", d.from, CONFIG_DISKS);
    }
    o->drive[o->n_drives++] = d;
    return 0;
}

int take_disk(struct options *o, const char *name, const char *value, struct error *err)
{
    struct drive_spec d = {.file = value, .media = DRIVE_DISK, .slot = name[2] - 'a'};
    static const char *const from[] = {"-hda", "-hdb", "-hdc", "-hdd"};
    d.from = from[d.slot];
    if (!*value) return error_set(err, EINVAL, "%s '' names no file", d.from);
    return add(o, d, err);
}

int take_cdrom(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)name;
    return add(o, (struct drive_spec){.from = "-cdrom", .file = *value ? value : NULL,
                                      .media = DRIVE_CDROM, .slot = 2, .read_only = true}, err);
}

/* Keys of QEMU that change how the host reads the file, not what the guest sees. */
static bool is_harmless(const char *key)
{
    static const char *const keys[] = {"id", "cache", "aio", "discard", "detect-zeroes", "werror",
                                       "rerror", "copy-on-read", "serial"};
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (!strcmp(key, keys[i])) return true;
    return false;
}

struct place {
    unsigned long long index, bus, unit;
    bool has_index, has_bus;
};

static int place_property(struct place *p, const struct keyval *k, struct error *err)
{
    if (keyval_is(k, "index")) {
        p->has_index = true;
        return parse_number("-drive index", k->value, 0, CONFIG_DISKS - 1, &p->index, err);
    }
    p->has_bus = true;
    return keyval_is(k, "bus") ? parse_number("-drive bus", k->value, 0, 1, &p->bus, err)
                               : parse_number("-drive unit", k->value, 0, 1, &p->unit, err);
}

static int media_property(struct drive_spec *d, const struct keyval *k, struct error *err)
{
    if (!strcmp(k->value, "cdrom")) {
        d->media = DRIVE_CDROM;
    } else if (strcmp(k->value, "disk")) {
        return error_set(err, EINVAL, "-drive media=%s: this is neither disk nor cdrom", k->value);
    }
    return 0;
}

static int drive_property(struct options *o, struct drive_spec *d, struct place *p,
                          const struct keyval *k, struct error *err)
{
    if (keyval_is(k, "file")) {
        d->file = *k->value ? options_keep(o, k->value) : NULL;
    } else if (keyval_is(k, "index") || keyval_is(k, "bus") || keyval_is(k, "unit")) {
        return place_property(p, k, err);
    } else if (keyval_is(k, "media")) {
        return media_property(d, k, err);
    } else if (keyval_is(k, "readonly") || keyval_is(k, "read-only")) {
        return keyval_bool(k, "-drive readonly", &d->read_only, err);
    } else if (keyval_is(k, "snapshot")) {
        return keyval_bool(k, "-drive snapshot", &d->snapshot, err);
    } else if (keyval_is(k, "format")) {
        if (strcmp(k->value, "raw")) {
            return error_set(err, EINVAL, "-drive format=%s: only raw images can be read yet",
                             k->value);
        }
    } else if (keyval_is(k, "if")) {
        if (strcmp(k->value, "ide")) {
            return error_set(err, EINVAL, "-drive if=%s: the machine has IDE drives only", k->value);
        }
    } else if (!is_harmless(k->key)) {
        return error_set(err, EINVAL, "-drive: unknown property '%s'", k->key);
    }
    return 0;
}

int take_drive(struct options *o, const char *name, const char *value, struct error *err)
{
    struct drive_spec d = {.from = "-drive", .media = DRIVE_DISK, .slot = -1};
    struct place p = {0};
    struct keyval k;
    int r = 0;
    (void)name;
    keyval_open(&k, value, NULL);
    while (!r && keyval_next(&k)) r = drive_property(o, &d, &p, &k, err);
    keyval_close(&k);
    if (r) return r;
    if (p.has_index && p.has_bus) {
        return error_set(err, EINVAL, "-drive %s: index and bus or unit say the same twice", value);
    }
    if (p.has_index) d.slot = (int)p.index;
    if (p.has_bus) d.slot = (int)(p.bus * 2 + p.unit);
    if (d.media == DRIVE_CDROM) d.read_only = true;
    if (!d.file && d.media == DRIVE_DISK) {
        return error_set(err, EINVAL, "-drive %s: a disk needs file=", value);
    }
    return add(o, d, err);
}
