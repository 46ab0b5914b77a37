/*
 * The live device tree. Sources: IEEE 1275-1994 3.2 (device paths), 4.3 (path resolution), facts
 * 4.5 and 0.7 for what clients of this board rely on beyond it.
 */
#include "firmware/of_tree.h"

#include <ctype.h>
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "machines/fdtw.h"
#include "machines/machine.h"

#define ALIAS_DEPTH 4

void tree_free(struct tree *t)
{
    free(t->fdt);
    t->fdt = NULL;
}

static void cut_name(const char *unit_name, char name[TREE_NAME_MAX])
{
    size_t n = strcspn(unit_name, "@");
    if (n >= TREE_NAME_MAX) n = TREE_NAME_MAX - 1;
    memcpy(name, unit_name, n);
    name[n] = 0;
}

/* Property that is put in front of a node's others, so offsets behind it move. */
static int give_name(struct tree *t, int node)
{
    if (fdt_getprop(t->fdt, node, "name", NULL)) return 0;
    char name[TREE_NAME_MAX];
    const char *unit_name = fdt_get_name(t->fdt, node, NULL);
    cut_name(unit_name && *unit_name ? unit_name : "device-tree", name);
    return fdt_setprop_string(t->fdt, node, "name", name);
}

/* Numbers all nodes in order; a phandle from a -dtb file is replaced as well, since references by
 * phandle (interrupt-parent) would otherwise need a map: those files keep theirs. */
static int number_nodes(struct tree *t, bool keep)
{
    t->next_phandle = 1;
    for (int node = 0; keep && node >= 0; node = fdt_next_node(t->fdt, node, NULL)) {
        uint32_t p = fdt_get_phandle(t->fdt, node);
        if (p != UINT32_MAX && p >= t->next_phandle) t->next_phandle = p + 1;
    }
    for (int node = 0; node >= 0; node = fdt_next_node(t->fdt, node, NULL)) {
        int r = give_name(t, node);
        if (!r && (!keep || !fdt_get_phandle(t->fdt, node))) {
            r = fdt_setprop_u32(t->fdt, node, "phandle", t->next_phandle++);
        }
        if (r) return r;
    }
    return 0;
}

static int finish(struct tree *t, const void *blob, bool keep)
{
    void *fdt = xcalloc(1, TREE_ROOM);
    int r = fdt_open_into(blob, fdt, TREE_ROOM);
    tree_free(t);
    t->fdt = fdt;
    if (r) return r;
    return number_nodes(t, keep);
}

int tree_build(struct tree *t, struct machine *m, struct error *err)
{
    void *blob = xcalloc(1, TREE_ROOM);
    struct fdtw w = {.fdt = blob};
    w.err = fdt_create(blob, TREE_ROOM);
    if (!w.err) w.err = fdt_finish_reservemap(blob);
    fdtw_begin(&w, "");
    if (m->type->tree) m->type->tree(m, &w);
    fdtw_end(&w);
    if (!w.err) w.err = fdt_finish(blob);
    if (!w.err) w.err = finish(t, blob, false);
    free(blob);
    if (!w.err) return 0;
    return error_set(err, ENOSPC, "the device tree could not be written: %s", fdt_strerror(w.err));
}

/* fdt_check_full follows a NULL name in blobs older than version 16 (libfdt 1.6.1), which nothing
 * has written for twenty years. */
static int check_blob(const void *dtb, size_t len)
{
    if (len < 40) return -FDT_ERR_TRUNCATED;
    if (fdt_magic(dtb) != FDT_MAGIC) return -FDT_ERR_BADMAGIC;
    if (fdt_version(dtb) < 16) return -FDT_ERR_BADVERSION;
    return fdt_check_full(dtb, len);
}

int tree_load(struct tree *t, const char *name, const void *dtb, size_t len, struct error *err)
{
    int r = check_blob(dtb, len);
    if (!r && fdt_totalsize(dtb) > TREE_ROOM / 2) r = -FDT_ERR_NOSPACE;
    if (!r) r = finish(t, dtb, true);
    if (!r) return 0;
    const char *why = r == -FDT_ERR_BADMAGIC    ? "is not a device tree blob"
                      : r == -FDT_ERR_TRUNCATED ? "is cut off"
                      : r == -FDT_ERR_NOSPACE   ? "is larger than 512 KiB"
                                                : "is damaged";
    return error_set(err, EINVAL, "device tree %s %s (%s)", name, why, fdt_strerror(r));
}

int tree_node(const struct tree *t, uint32_t phandle)
{
    if (!phandle || phandle == UINT32_MAX) return -1;
    return fdt_node_offset_by_phandle(t->fdt, phandle);
}

uint32_t tree_phandle(const struct tree *t, int node)
{
    return node < 0 ? 0 : fdt_get_phandle(t->fdt, node);
}

/* Unit addresses are hexadecimal fields with commas: "0C,1" equals "c,1", and "1" equals "1,0". */
static bool same_unit(const char *a, size_t alen, const char *b, size_t blen)
{
    const char *aend = a + alen, *bend = b + blen;
    while (a < aend || b < bend) {
        while (a + 1 < aend && *a == '0' && isxdigit((unsigned char)a[1]))
            a++;
        while (b + 1 < bend && *b == '0' && isxdigit((unsigned char)b[1]))
            b++;
        if (a == aend) a = "0", aend = a + 1;
        if (b == bend) b = "0", bend = b + 1;
        size_t an = 0, bn = 0;
        while (a + an < aend && a[an] != ',')
            an++;
        while (b + bn < bend && b[bn] != ',')
            bn++;
        if (an != bn || strncasecmp(a, b, an)) return false;
        a += an + (a + an < aend);
        b += bn + (b + bn < bend);
    }
    return true;
}

struct part { /* one component of a path */
    const char *name, *unit;
    size_t name_len, unit_len;
};

/* How loosely a component's name may match: exactly, without case, without the maker's prefix
 * ("G4" for "PowerPC,G4") or a digit behind it ("disk0"), or as the device_type. */
enum looseness { EXACT, ANY_CASE, GENERIC, BY_TYPE, LOOSENESS_END };

static bool same_name(const struct tree *t, int node, const char *have, size_t have_len,
                      const struct part *p, enum looseness how)
{
    const char *comma = memchr(have, ',', have_len);
    size_t len = p->name_len;
    switch (how) {
    case EXACT:
        return have_len == len && !memcmp(have, p->name, len);
    case ANY_CASE:
        return have_len == len && !strncasecmp(have, p->name, len);
    case GENERIC:
        if (comma && have_len - (size_t)(comma + 1 - have) == len) {
            return !strncasecmp(comma + 1, p->name, len);
        }
        return len == have_len + 1 && isdigit((unsigned char)p->name[len - 1]) &&
               !strncasecmp(have, p->name, have_len);
    default: {
        const char *type = tree_get_str(t, node, "device_type");
        return type && strlen(type) == len && !strncasecmp(type, p->name, len);
    }
    }
}

static bool node_matches(const struct tree *t, int node, const struct part *p, enum looseness how)
{
    int len = 0;
    const char *have = fdt_get_name(t->fdt, node, &len);
    if (!have) return false;
    const char *at = memchr(have, '@', (size_t)len);
    size_t name_len = at ? (size_t)(at - have) : (size_t)len;
    if (p->name_len && !same_name(t, node, have, name_len, p, how)) return false;
    if (!p->unit_len) return p->name_len > 0;
    if (!at) return same_unit("0", 1, p->unit, p->unit_len);
    return same_unit(at + 1, (size_t)len - name_len - 1, p->unit, p->unit_len);
}

static struct part split(const char *s, size_t len)
{
    const char *at = memchr(s, '@', len);
    struct part p = {.name = s, .name_len = at ? (size_t)(at - s) : len};
    if (at) {
        p.unit = at + 1;
        p.unit_len = len - p.name_len - 1;
    }
    return p;
}

/* The first child of `node` for the component, the closest kind of match first. */
static int find_child(const struct tree *t, int node, const char *s, size_t len)
{
    struct part p = split(s, len);
    for (enum looseness how = EXACT; how < LOOSENESS_END; how++) {
        int child;
        fdt_for_each_subnode(child, t->fdt, node)
        {
            if (node_matches(t, child, &p, how)) return child;
        }
    }
    return -1;
}

/* Follows "a/b/c" from `node`. "/pci/ide" must find the host bridge that has an ide, so a dead end
 * is retried from the next sibling that matches the first component. */
static int walk(const struct tree *t, int node, const char *s, size_t len)
{
    while (len) {
        size_t n = 0;
        while (n < len && s[n] != '/')
            n++;
        if (n) node = find_child(t, node, s, n);
        if (node < 0) return -1;
        s += n + (n < len);
        len -= n + (n < len);
    }
    return node;
}

static int walk_from(const struct tree *t, int from, const char *s, size_t len)
{
    int node = walk(t, from, s, len);
    if (node >= 0) return node;
    size_t skip = 0;
    while (skip < len && s[skip] == '/')
        skip++;
    const char *slash = memchr(s + skip, '/', len - skip);
    if (!slash) return -1;
    struct part p = split(s + skip, (size_t)(slash - s) - skip);
    int child;
    fdt_for_each_subnode(child, t->fdt, from)
    {
        if (!node_matches(t, child, &p, ANY_CASE)) continue;
        node = walk(t, child, slash + 1, len - (size_t)(slash + 1 - s));
        if (node >= 0) return node;
    }
    return -1;
}

/* Replaces a leading alias in path; false when there is none. */
static bool expand_alias(const struct tree *t, char path[TREE_PATH_MAX])
{
    char name[TREE_NAME_MAX], rest[TREE_PATH_MAX];
    size_t n = strcspn(path, "/:");
    if (!n || n >= sizeof name) return false;
    memcpy(name, path, n);
    name[n] = 0;
    if (!strcmp(name, "name") || !strcmp(name, "phandle")) return false; /* the node's own */
    int aliases = fdt_path_offset(t->fdt, "/aliases");
    const char *value = aliases < 0 ? NULL : tree_get_str(t, aliases, name);
    if (!value || !*value || strlen(value) + strlen(path + n) >= TREE_PATH_MAX) return false;
    strcpy(rest, path + n);
    /* IEEE 1275 4.3.1: arguments in the alias give way to the caller's. */
    size_t keep = rest[0] ? strcspn(value, ":") : strlen(value);
    memcpy(path, value, keep);
    strcpy(path + keep, rest);
    return true;
}

int tree_find(const struct tree *t, const char *path, char *args, size_t args_len)
{
    char full[TREE_PATH_MAX];
    if (args_len) args[0] = 0;
    if (!*path || strlen(path) >= sizeof full) return -1;
    strcpy(full, path);
    for (unsigned i = 0; full[0] != '/' && i < ALIAS_DEPTH; i++)
        if (!expand_alias(t, full)) break;
    size_t len = strcspn(full, ":");
    if (args_len && full[len] == ':') {
        if (strlen(full + len + 1) >= args_len) return -1;
        strcpy(args, full + len + 1);
    }
    return walk_from(t, 0, full, len);
}

int tree_path(const struct tree *t, int node, char *buf, size_t len)
{
    if (fdt_get_path(t->fdt, node, buf, (int)len)) return -1;
    return (int)strlen(buf);
}

const void *tree_get(const struct tree *t, int node, const char *prop, int *len)
{
    return fdt_getprop(t->fdt, node, prop, len);
}

const char *tree_get_str(const struct tree *t, int node, const char *prop)
{
    int len = 0;
    const char *s = fdt_getprop(t->fdt, node, prop, &len);
    return s && len > 0 && !s[len - 1] ? s : NULL;
}

uint32_t tree_get_u32(const struct tree *t, int node, const char *prop, uint32_t otherwise)
{
    int len = 0;
    const void *p = fdt_getprop(t->fdt, node, prop, &len);
    return p && len >= 4 ? get_be32(p) : otherwise;
}

bool tree_has_type(const struct tree *t, int node, const char *device_type)
{
    const char *s = tree_get_str(t, node, "device_type");
    return s && !strcmp(s, device_type);
}

int tree_set(struct tree *t, uint32_t phandle, const char *prop, const void *v, size_t len)
{
    int node = tree_node(t, phandle);
    if (node < 0 || !*prop || strlen(prop) >= TREE_NAME_MAX || len > TREE_VALUE_MAX) return -EINVAL;
    return fdt_setprop(t->fdt, node, prop, v, (int)len) ? -ENOSPC : 0;
}

int tree_set_str(struct tree *t, uint32_t phandle, const char *prop, const char *s)
{
    return tree_set(t, phandle, prop, s, strlen(s) + 1);
}

int tree_set_u32(struct tree *t, uint32_t phandle, const char *prop, uint32_t v)
{
    uint8_t cell[4];
    put_be32(cell, v);
    return tree_set(t, phandle, prop, cell, sizeof cell);
}

int tree_del(struct tree *t, uint32_t phandle, const char *prop)
{
    int node = tree_node(t, phandle);
    return node < 0 || fdt_delprop(t->fdt, node, prop) ? -ENOENT : 0;
}

uint32_t tree_ensure(struct tree *t, uint32_t parent, const char *name)
{
    int at = tree_node(t, parent);
    if (at < 0) return 0;
    int node = fdt_subnode_offset(t->fdt, at, name);
    if (node >= 0) return tree_phandle(t, node);
    node = fdt_add_subnode(t->fdt, at, name);
    if (node < 0 || give_name(t, node)) return 0;
    if (fdt_setprop_u32(t->fdt, node, "phandle", t->next_phandle)) return 0;
    return t->next_phandle++;
}

const char *tree_next_prop(const struct tree *t, int node, const char *prev, bool *bad)
{
    bool take = !*prev;
    int at;
    *bad = false;
    fdt_for_each_property_offset(at, t->fdt, node)
    {
        const char *name = NULL;
        fdt_getprop_by_offset(t->fdt, at, &name, NULL);
        if (!name) break;
        if (take) return name;
        take = !strcmp(name, prev);
    }
    *bad = !take;
    return NULL;
}

uint32_t tree_child(const struct tree *t, uint32_t phandle)
{
    int node = tree_node(t, phandle);
    if (node < 0) return 0;
    return tree_phandle(t, fdt_first_subnode(t->fdt, node));
}

uint32_t tree_peer(const struct tree *t, uint32_t phandle)
{
    if (!phandle) return tree_phandle(t, 0);
    int node = tree_node(t, phandle);
    if (node <= 0) return 0;
    return tree_phandle(t, fdt_next_subnode(t->fdt, node));
}

uint32_t tree_parent(const struct tree *t, uint32_t phandle)
{
    int node = tree_node(t, phandle);
    if (node <= 0) return 0;
    return tree_phandle(t, fdt_parent_offset(t->fdt, node));
}
