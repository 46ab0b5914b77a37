/*
 * ISO 9660 reader. Sources: ECMA-119 (volume descriptors 8, directory records 9.1), the System Use
 * Sharing Protocol (IEEE P1281: SP, CE, ST), Rock Ridge (IEEE P1282: NM, CL, RE) and Joliet
 * (escape sequences %/@, %/C, %/E).
 *
 * Left out on purpose: symbolic links, sparse files, interleaved files, extended attribute
 * records, path tables. Bounds: a directory is read up to DIR_MAX bytes, a path has at most
 * DEPTH_MAX parts, continuation areas are followed CE_MAX times for one record.
 */
#include "firmware/iso9660.h"

#include <string.h>
#include <strings.h>

#define SECTOR    2048u
#define DIR_MAX   (4u << 20)
#define DEPTH_MAX 32
#define CE_MAX    8

/* Directory record fields, ECMA-119 9.1; of the both-endian numbers the big-endian half */
enum {
    DR_LEN = 0,
    DR_XATTR = 1,
    DR_EXTENT = 6,
    DR_SIZE = 14,
    DR_FLAGS = 25,
    DR_NAME_LEN = 32,
    DR_NAME = 33
};
enum { FLAG_DIR = 2, FLAG_MORE = 0x80 };

/* What a record's system use area says. */
struct susp {
    char name[ISO_NAME_MAX];
    unsigned len;
    bool has_name;
    bool relocated; /* RE: shown elsewhere through a CL entry */
    bool child;     /* CL: the directory really is at block `child_at` */
    uint32_t child_at;
};

/* A directory record with its name worked out. */
struct entry {
    char name[ISO_NAME_MAX];
    struct iso_node node;
    bool more; /* another extent of the same file follows */
    bool hidden;
};

static struct iso_node node_of(const struct iso *iso, const uint8_t *r)
{
    struct media part =
        media_part(iso->media, ((uint64_t)get_be32(r + DR_EXTENT) + r[DR_XATTR]) * SECTOR,
                   get_be32(r + DR_SIZE));
    return (struct iso_node){
        .at = part.at - iso->media.at, .len = part.len, .dir = r[DR_FLAGS] & FLAG_DIR};
}

/* One system use entry. Returns false when the area ends here. */
static bool susp_entry(struct susp *s, const uint8_t *e, unsigned len, uint64_t ce[2])
{
    if (e[0] == 'S' && e[1] == 'T') return false;
    if (e[0] == 'N' && e[1] == 'M' && len >= 5 && !(e[4] & 6)) { /* 2, 4: names of . and .. */
        unsigned n = len - 5;
        if (n > sizeof s->name - 1 - s->len) n = sizeof s->name - 1 - s->len;
        memcpy(s->name + s->len, e + 5, n);
        s->len += n;
        s->has_name = true;
    } else if (e[0] == 'C' && e[1] == 'E' && len >= 28) {
        ce[0] = (uint64_t)get_be32(e + 8) * SECTOR + get_be32(e + 16);
        ce[1] = get_be32(e + 24);
    } else if (e[0] == 'C' && e[1] == 'L' && len >= 12) {
        s->child = true;
        s->child_at = get_be32(e + 8);
    } else if (e[0] == 'R' && e[1] == 'E') {
        s->relocated = true;
    }
    return true;
}

static void susp_area(struct susp *s, const uint8_t *p, unsigned len, uint64_t ce[2])
{
    while (len >= 4) {
        unsigned n = p[2];
        if (n < 4 || n > len || !susp_entry(s, p, n, ce)) return;
        p += n;
        len -= n;
    }
}

static void susp_read(const struct iso *iso, const uint8_t *area, unsigned len, struct susp *s)
{
    memset(s, 0, sizeof *s);
    if (!iso->rock_ridge || len <= iso->susp_skip) return;
    uint64_t ce[2] = {0, 0};
    susp_area(s, area + iso->susp_skip, len - iso->susp_skip, ce);
    for (unsigned hop = 0; hop < CE_MAX && ce[1]; hop++) {
        uint8_t buf[SECTOR];
        uint64_t n = ce[1] < sizeof buf ? ce[1] : sizeof buf;
        if (media_read(iso->media, ce[0], buf, n)) return;
        ce[1] = 0;
        susp_area(s, buf, (unsigned)n, ce);
    }
}

/* UCS-2 big-endian to UTF-8; surrogates come out as '?'. */
static unsigned utf8_of(char *out, const uint8_t *p, unsigned len)
{
    unsigned n = 0;
    for (; len >= 2 && n + 4 < ISO_NAME_MAX; p += 2, len -= 2) {
        unsigned c = get_be16(p);
        if (c >= 0xd800 && c < 0xe000) c = '?';
        if (c < 0x80) {
            out[n++] = (char)c;
        } else if (c < 0x800) {
            out[n++] = (char)(0xc0 | c >> 6);
            out[n++] = (char)(0x80 | (c & 63));
        } else {
            out[n++] = (char)(0xe0 | c >> 12);
            out[n++] = (char)(0x80 | (c >> 6 & 63));
            out[n++] = (char)(0x80 | (c & 63));
        }
    }
    out[n] = 0;
    return n;
}

/* Cuts ";1" and, as ECMA-119 7.5 writes "NAME." for a name without extension, a last dot. */
static void strip_version(char *name)
{
    char *semi = strrchr(name, ';');
    if (semi && semi[1] && strspn(semi + 1, "0123456789") == strlen(semi + 1)) *semi = 0;
    size_t len = strlen(name);
    if (len > 1 && name[len - 1] == '.') name[len - 1] = 0;
}

/* The location and size of a relocated directory come from its own "." record. */
static void follow_child(const struct iso *iso, uint32_t block, struct iso_node *out)
{
    uint8_t dot[34];
    if (media_read(iso->media, (uint64_t)block * SECTOR, dot, sizeof dot) || dot[DR_LEN] < 34) {
        return;
    }
    *out = node_of(iso, dot);
    out->dir = true;
}

static void entry_of(const struct iso *iso, const uint8_t *r, bool joliet, struct entry *e)
{
    unsigned name_len = r[DR_NAME_LEN];
    unsigned area = DR_NAME + name_len + !(name_len & 1);
    *e = (struct entry){.node = node_of(iso, r), .more = r[DR_FLAGS] & FLAG_MORE};
    if (joliet) {
        utf8_of(e->name, r + DR_NAME, name_len);
        strip_version(e->name);
        return;
    }
    struct susp s;
    susp_read(iso, r + area, area < r[DR_LEN] ? r[DR_LEN] - area : 0, &s);
    e->hidden = s.relocated;
    if (s.child) follow_child(iso, s.child_at, &e->node);
    if (s.has_name) {
        memcpy(e->name, s.name, s.len + 1);
    } else {
        memcpy(e->name, r + DR_NAME, name_len);
        e->name[name_len] = 0;
        strip_version(e->name);
    }
}

typedef bool visit_fn(const char *name, const struct iso_node *n, void *ctx);

struct walk {
    const struct iso *iso;
    visit_fn *fn;
    void *ctx;
    bool joliet;
    bool pending; /* `first` waits for its further extents */
    struct entry first;
};

/* Hands an entry on, joining the extents of a multi-extent file when they follow each other. */
static bool emit(struct walk *w, const struct entry *e)
{
    if (w->pending) {
        struct iso_node *n = &w->first.node;
        if (n->at + align_up(n->len, SECTOR) != e->node.at || n->len % SECTOR) n->broken = true;
        n->len += e->node.len;
    } else {
        w->first = *e;
    }
    w->pending = e->more;
    return w->pending || w->first.hidden || w->fn(w->first.name, &w->first.node, w->ctx);
}

/* The records of one sector; a zero length byte ends it. */
static bool walk_sector(struct walk *w, const uint8_t *sector, unsigned len)
{
    for (unsigned at = 0; at + DR_NAME < len; at += sector[at]) {
        const uint8_t *r = sector + at;
        if (r[DR_LEN] <= DR_NAME || r[DR_LEN] > len - at) return true;
        if (DR_NAME + r[DR_NAME_LEN] > r[DR_LEN]) return true;
        if (r[DR_NAME_LEN] == 1 && r[DR_NAME] < 2) continue; /* . and .. */
        struct entry e;
        entry_of(w->iso, r, w->joliet, &e);
        if (!emit(w, &e)) return false;
    }
    return true;
}

static int walk_dir(const struct iso *iso, const struct iso_node *dir, bool joliet, visit_fn *fn,
                    void *ctx)
{
    struct walk w = {.iso = iso, .fn = fn, .ctx = ctx, .joliet = joliet};
    uint64_t len = dir->len < DIR_MAX ? dir->len : DIR_MAX;
    for (uint64_t at = 0; at < len; at += SECTOR) {
        uint8_t sector[SECTOR];
        unsigned n = (unsigned)(len - at < SECTOR ? len - at : SECTOR);
        int r = media_read(iso->media, dir->at + at, sector, n);
        if (r) return r;
        if (!walk_sector(&w, sector, n)) return 0;
    }
    return 0;
}

struct lookup {
    const char *name;
    size_t len;
    struct iso_node *out;
    bool found;
};

static bool match(const char *name, const struct iso_node *n, void *ctx)
{
    struct lookup *l = ctx;
    if (strlen(name) != l->len || strncasecmp(name, l->name, l->len)) return true;
    *l->out = *n;
    l->found = true;
    return false;
}

static int find_from(const struct iso *iso, struct iso_node root, bool joliet, const char *path,
                     struct iso_node *out)
{
    *out = root;
    for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
        path += strspn(path, "/\\");
        if (!*path) return out->broken ? -EFBIG : 0;
        if (!out->dir) return -ENOTDIR;
        struct lookup l = {.name = path, .len = strcspn(path, "/\\"), .out = out};
        struct iso_node dir = *out;
        int r = walk_dir(iso, &dir, joliet, match, &l);
        if (r) return r;
        if (!l.found) return -ENOENT;
        path += l.len;
    }
    return -ENOENT;
}

int iso_find(const struct iso *iso, const char *path, struct iso_node *out)
{
    int r = find_from(iso, iso->root, false, path, out);
    if (r && iso->joliet.len && find_from(iso, iso->joliet, true, path, out) == 0) return 0;
    return r;
}

struct media iso_media(const struct iso *iso, const struct iso_node *n)
{
    return media_part(iso->media, n->at, n->len);
}

int iso_list(const struct iso *iso, const struct iso_node *dir, visit_fn *fn, void *ctx)
{
    if (!dir->dir) return -ENOTDIR;
    bool joliet = iso->joliet.len && dir->at == iso->joliet.at;
    return walk_dir(iso, dir, joliet, fn, ctx);
}

/* SUSP 5.3: the first record of the root carries "SP" BE EF and the skip length. */
static void detect_rock_ridge(struct iso *iso)
{
    uint8_t dot[256];
    if (iso->root.len < sizeof dot || media_read(iso->media, iso->root.at, dot, sizeof dot)) return;
    if (dot[DR_LEN] < 34 + 7) return;
    const uint8_t *sp = dot + 34;
    if (sp[0] == 'S' && sp[1] == 'P' && sp[2] >= 7 && sp[4] == 0xbe && sp[5] == 0xef) {
        iso->rock_ridge = true;
        iso->susp_skip = sp[6];
    }
}

static bool is_joliet(const uint8_t *vd)
{
    const uint8_t *e = vd + 88;
    return e[0] == '%' && e[1] == '/' && (e[2] == '@' || e[2] == 'C' || e[2] == 'E');
}

static void copy_label(char out[33], const uint8_t *p)
{
    memcpy(out, p, 32);
    out[32] = 0;
    for (unsigned i = 32; i-- && (out[i] == ' ' || !out[i]);)
        out[i] = 0;
    for (unsigned i = 0; out[i]; i++)
        if (out[i] < ' ' || out[i] > '~') out[i] = '?';
}

int iso_open(struct media m, struct iso *out)
{
    *out = (struct iso){.media = m};
    for (unsigned i = 16; i < 16 + 32; i++) { /* the set ends with type 255 */
        uint8_t vd[SECTOR];
        int r = media_read(m, (uint64_t)i * SECTOR, vd, sizeof vd);
        if (r) return out->root.len ? 0 : r == -EIO ? -EINVAL : r;
        if (memcmp(vd + 1, "CD001", 5) || vd[0] == 255) break;
        struct iso_node root = node_of(out, vd + 156);
        root.dir = true;
        if (vd[0] == 1 && !out->root.len) {
            out->root = root;
            copy_label(out->label, vd + 40);
        } else if (vd[0] == 2 && is_joliet(vd)) {
            out->joliet = root;
        }
    }
    if (!out->root.len) return -EINVAL;
    detect_rock_ridge(out);
    return 0;
}
