/*
 * Open packages. Source: IEEE 1275 6.3.2.3 (device I/O), 3.8 and the disk-label support package
 * ("[partition][,filename]"), CHRP binding 11 for what boot arguments look like.
 */
#include "firmware/fw.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "firmware/iso9660.h"
#include "firmware/partition.h"

#define CONSOLE_WRITE_MAX (1u << 20)

void instances_reset(struct firmware *f)
{
    memset(f->instance, 0, sizeof f->instance);
    f->next_ihandle = 1;
}

struct instance *instance_get(struct firmware *f, uint32_t ihandle)
{
    if (!ihandle) return NULL;
    for (unsigned i = 0; i < FW_INSTANCES; i++)
        if (f->instance[i].ihandle == ihandle) return &f->instance[i];
    return NULL;
}

struct boot_device *fw_boot_device(struct firmware *f, int node)
{
    for (unsigned i = 0; node >= 0 && i < f->m->n_boot_devices; i++) {
        struct boot_device *d = &f->m->boot_devices[i];
        if (tree_find(&f->tree, d->path, NULL, 0) == node) return d;
    }
    return NULL;
}

/* "2", "c", "0" or "" in front of a comma, or the whole of args when it is that short. */
static bool is_partition(const char *s, size_t len)
{
    if (len == 1 && isalpha((unsigned char)*s)) return true;
    for (size_t i = 0; i < len; i++)
        if (!isdigit((unsigned char)s[i])) return false;
    return true;
}

static int file_on(struct media m, const char *path, struct media *out)
{
    struct iso iso;
    struct iso_node node;
    int r = iso_open(m, &iso);
    if (!r) r = iso_find(&iso, path, &node);
    if (!r && node.dir) r = -EISDIR;
    if (!r) *out = iso_media(&iso, &node);
    return r;
}

/* A hybrid disc has its file system at the start of the whole medium, whatever its map says. */
static int file_anywhere(struct media part, struct media whole, const char *path, struct media *out)
{
    int r = file_on(part, path, out);
    if (!r || part.len == whole.len) return r;
    return file_on(whole, path, out) ? r : 0;
}

int instance_media(struct block *b, const char *args, struct media *out, bool *is_file)
{
    if (!b || !b->present) return -ENOMEDIUM;
    struct media whole = media_whole(b), part = whole;
    size_t n = strcspn(args, ",");
    const char *file = args[n] == ',' ? args + n + 1 : "";
    if (args[n] != ',' && !is_partition(args, n)) {
        file = args;
        n = 0;
    }
    *is_file = *file;
    *out = whole;
    if (n && strncmp(args, "0", n)) {
        char name[34];
        struct partition_table t;
        if (n >= sizeof name) return -ENOENT;
        memcpy(name, args, n);
        name[n] = 0;
        partition_scan(whole, &t);
        const struct partition *p = partition_find(&t, name);
        /* A CD without a map has one partition by definition. */
        if (!p && !(t.scheme == PARTITION_NONE && !strcmp(name, "1"))) return -ENOENT;
        if (p) part = media_part(whole, p->at, p->len);
        *out = part;
    }
    return *file ? file_anywhere(part, whole, file, out) : 0;
}

static struct instance *free_slot(struct firmware *f)
{
    for (unsigned i = 0; i < FW_INSTANCES; i++)
        if (!f->instance[i].ihandle) return &f->instance[i];
    log_once(fw_log(f), LOG_GUEST, "of open", 0, "the client has %d packages open: no more",
             FW_INSTANCES);
    return NULL;
}

enum instance_kind instance_kind(struct firmware *f, int node)
{
    const char *name = tree_get_str(&f->tree, node, "name");
    if (fw_boot_device(f, node)) return INSTANCE_MEDIA;
    if (name && !strcmp(name, "failsafe")) return INSTANCE_CONSOLE;
    if (tree_has_type(&f->tree, node, "serial")) return INSTANCE_SERIAL;
    return tree_has_type(&f->tree, node, "display") ? INSTANCE_SCREEN : INSTANCE_NODE;
}

uint32_t instance_open(struct firmware *f, const char *path)
{
    char args[FW_ARGS_MAX];
    int node = tree_find(&f->tree, path, args, sizeof args);
    struct instance *i = node < 0 ? NULL : free_slot(f);
    if (!i) return 0;
    struct instance n = {.phandle = tree_phandle(&f->tree, node), .kind = instance_kind(f, node)};
    const struct boot_device *d = fw_boot_device(f, node);
    if (d) {
        bool is_file;
        if (instance_media(d->block, args, &n.media, &is_file)) return 0;
        n.writable = !is_file;
    }
    strcpy(n.args, args);
    n.ihandle = f->next_ihandle++;
    *i = n;
    return n.ihandle;
}

void instance_close(struct firmware *f, uint32_t ihandle)
{
    struct instance *i = instance_get(f, ihandle);
    if (i && !i->stdio) i->ihandle = 0;
}

static bool is_console(const struct instance *i)
{
    return i->kind == INSTANCE_CONSOLE || i->kind == INSTANCE_SERIAL || i->kind == INSTANCE_SCREEN;
}

/* A boot loader's menu asks for keys without end. When nothing but a few instructions lies between
 * many questions in a row, each takes some time: as long as a slow firmware's, short beside a key. */
#define POLL_INSNS 20000u
#define POLLS 32
#define POLL_NS 10000000u

static void no_input(struct firmware *f)
{
    uint64_t now = ppc_insns(f->m->cpu), gap = now - f->last_poll;
    f->last_poll = now;
    if (gap > POLL_INSNS) f->polls = 0;
    else if (++f->polls > POLLS) machine_pause(f->m, POLL_NS);
}

static int64_t console_read(struct firmware *f, struct instance *i, uint32_t buf, uint32_t len)
{
    uint8_t b[256];
    if (len > sizeof b) len = sizeof b;
    if (i->kind == INSTANCE_SCREEN) return -1;
    size_t n = i->kind == INSTANCE_SERIAL ? chardev_read(f->m->console, b, len) : fw_get(f, b, len);
    if (n) f->polls = 0;
    else no_input(f);
    /* 0 rather than -2 when nothing waits: GRUB, yaboot, ofwboot and BSD loaders all poll on 0,
     * while yaboot takes -2 for a character. */
    return mem_write(f, buf, b, (uint32_t)n) ? -1 : (int64_t)n;
}

static int64_t console_write(struct firmware *f, struct instance *i, uint32_t buf, uint32_t len)
{
    enum fw_out to = i->kind == INSTANCE_SCREEN ? FW_SCREEN :
                     i->kind == INSTANCE_SERIAL ? FW_SERIAL : FW_BOTH;
    if (len > CONSOLE_WRITE_MAX) len = CONSOLE_WRITE_MAX; /* the client sees it in the result */
    for (uint32_t at = 0; at < len;) {
        uint32_t n = len - at < FW_BOUNCE ? len - at : FW_BOUNCE;
        if (mem_read(f, buf + at, f->bounce, n)) return at ? (int64_t)at : -1;
        fw_put_to(f, to, (const char *)f->bounce, n);
        at += n;
    }
    return len;
}

int64_t instance_read(struct firmware *f, struct instance *i, uint32_t buf, uint32_t len)
{
    if (is_console(i)) return console_read(f, i, buf, len);
    if (i->kind != INSTANCE_MEDIA) return -1;
    if (i->pos >= i->media.len) return 0;
    if (len > i->media.len - i->pos) len = (uint32_t)(i->media.len - i->pos);
    for (uint32_t at = 0; at < len;) {
        uint32_t n = len - at < FW_BOUNCE ? len - at : FW_BOUNCE;
        if (media_read(i->media, i->pos, f->bounce, n) || mem_write(f, buf + at, f->bounce, n)) {
            return at ? (int64_t)at : -1;
        }
        i->pos += n;
        at += n;
    }
    return len;
}

int64_t instance_write(struct firmware *f, struct instance *i, uint32_t buf, uint32_t len)
{
    if (is_console(i)) return console_write(f, i, buf, len);
    if (i->kind != INSTANCE_MEDIA || !i->writable) return -1;
    if (i->pos >= i->media.len) return 0;
    if (len > i->media.len - i->pos) len = (uint32_t)(i->media.len - i->pos);
    for (uint32_t at = 0; at < len;) {
        uint32_t n = len - at < FW_BOUNCE ? len - at : FW_BOUNCE;
        if (mem_read(f, buf + at, f->bounce, n) || media_write(i->media, i->pos, f->bounce, n)) {
            return at ? (int64_t)at : -1;
        }
        i->pos += n;
        at += n;
    }
    return len;
}

/* IEEE 1275: 0 or 1 when it worked, -1 when it did not; a position behind the end fails on disks.
 */
int instance_seek(struct firmware *f, struct instance *i, uint64_t pos)
{
    (void)f;
    if (i->kind != INSTANCE_MEDIA || pos > i->media.len) return -1;
    i->pos = pos;
    return 0;
}
