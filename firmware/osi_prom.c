/*
 * Mac-on-Linux calls that ask the firmware: the live device tree (selectors 76, 77) and NVRAM bytes
 * (52, 53, 91); facts 9.2, 9.5. Names and buffers are physical addresses. A machine without the
 * built-in firmware has neither tree nor NVRAM behind them.
 */
#include <string.h>

#include "firmware/fw.h"
#include "hcall/providers.h"

#define BAD      INT64_C(-1)
#define PROP_MAX 0x1000u /* of setprop */

enum {
    PROM_CLOSE, PROM_PEER, PROM_CHILD, PROM_PARENT, PROM_PATH, PROM_PROPLEN, PROM_GETPROP,
    PROM_NEXTPROP, PROM_SETPROP, PROM_RENUMBER, PROM_CREATE = 16, PROM_FIND = 17,
};

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }
static struct firmware *firmware_of(void *owner) { return ((struct hv *)owner)->m->firmware; }

/* Byte by byte: a string may end just before memory does. */
static bool get_str(struct firmware *f, uint32_t at, char *to, size_t room)
{
    for (size_t i = 0; i < room; i++) {
        if (bus_ram_read(f->m->bus, (uint64_t)at + i, to + i, 1)) return false;
        if (!to[i]) return true;
    }
    return false;
}

/* Up to `room` bytes of a value; the full length is the result. */
static int64_t put(struct firmware *f, uint32_t at, const void *v, uint32_t len, uint32_t room)
{
    uint32_t n = len < room ? len : room;
    return n && bus_ram_write(f->m->bus, at, v, n) ? BAD : (int64_t)len;
}

static int64_t package_to_path(struct firmware *f, int node, uint32_t buf, uint32_t room)
{
    char path[TREE_PATH_MAX];
    int len = tree_path(&f->tree, node, path, sizeof path);
    if (len < 0 || put(f, buf, path, (uint32_t)len + 1, room) < 0) return BAD;
    return len;
}

/* With a buffer (getprop) or without (getproplen). */
static int64_t get_prop(struct firmware *f, int node, uint32_t name_at, uint32_t buf, uint32_t room)
{
    char name[TREE_NAME_MAX];
    int len = 0;
    const void *v = NULL;
    if (get_str(f, name_at, name, sizeof name)) v = tree_get(&f->tree, node, name, &len);
    return v ? put(f, buf, v, (uint32_t)len, room) : BAD;
}

static int64_t next_prop(struct firmware *f, int node, uint32_t prev_at, uint32_t buf)
{
    char prev[TREE_NAME_MAX] = "";
    bool bad = true;
    if (prev_at && !get_str(f, prev_at, prev, sizeof prev)) return BAD;
    const char *name = tree_next_prop(&f->tree, node, prev, &bad);
    if (bad) return BAD;
    if (!name) return 0;
    return put(f, buf, name, (uint32_t)strlen(name) + 1, UINT32_MAX) < 0 ? BAD : 1;
}

static int64_t set_prop(struct firmware *f, uint32_t phandle, uint32_t name_at, uint32_t buf,
                        uint32_t len)
{
    char name[TREE_NAME_MAX];
    if (len > PROP_MAX || !get_str(f, name_at, name, sizeof name)) return BAD;
    if (!strcmp(name, "phandle")) return BAD; /* has a command of its own */
    if (len && bus_ram_read(f->m->bus, buf, f->bounce, len)) return BAD;
    if (tree_set(&f->tree, phandle, name, f->bounce, len)) return BAD;
    of_note_option(f, phandle, name, (const char *)f->bounce, len);
    return len;
}

/* A number that no other node has. */
static int64_t renumber(struct firmware *f, uint32_t phandle, uint32_t to)
{
    if (!to || to == UINT32_MAX || tree_node(&f->tree, to) >= 0) return BAD;
    if (tree_set_u32(&f->tree, phandle, "phandle", to)) return BAD;
    if (to >= f->tree.next_phandle) f->tree.next_phandle = to + 1;
    return to;
}

/* r6 what, r7 phandle, r8... */
static int64_t prom(void *owner, struct ppc_cpu *c)
{
    struct firmware *f = firmware_of(owner);
    uint32_t what = reg(c, 6), phandle = reg(c, 7), a = reg(c, 8), b = reg(c, 9), n = reg(c, 10);
    if (!f) return BAD;
    int node = tree_node(&f->tree, phandle);
    if (what == PROM_CLOSE) return 0; /* the tree is the firmware's and stays */
    if (what == PROM_PEER && !phandle) return tree_peer(&f->tree, 0);
    if (node < 0) return BAD;
    switch (what) {
    case PROM_PEER: return tree_peer(&f->tree, phandle);
    case PROM_CHILD: return tree_child(&f->tree, phandle);
    case PROM_PARENT: return tree_parent(&f->tree, phandle);
    case PROM_PATH: return package_to_path(f, node, a, b);
    case PROM_PROPLEN: return get_prop(f, node, a, 0, 0);
    case PROM_GETPROP: return get_prop(f, node, a, b, n);
    case PROM_NEXTPROP: return next_prop(f, node, a, b);
    case PROM_SETPROP: return set_prop(f, phandle, a, b, n);
    case PROM_RENUMBER: return renumber(f, phandle, a);
    default: return BAD;
    }
}

/* A node below one that is there. */
static int64_t create(struct firmware *f, char *path)
{
    char *slash = strrchr(path, '/');
    if (path[0] != '/' || !slash[1] || strlen(slash + 1) >= TREE_NAME_MAX) return BAD;
    *slash = 0;
    int parent = tree_find(&f->tree, path[0] ? path : "/", NULL, 0);
    uint32_t made = parent < 0 ? 0 : tree_ensure(&f->tree, tree_phandle(&f->tree, parent), slash + 1);
    return made ? made : BAD;
}

/* r6 what, r7 path */
static int64_t prom_path(void *owner, struct ppc_cpu *c)
{
    struct firmware *f = firmware_of(owner);
    char path[TREE_PATH_MAX];
    if (!f || !get_str(f, reg(c, 7), path, sizeof path)) return BAD;
    if (reg(c, 6) == PROM_CREATE) return create(f, path);
    if (reg(c, 6) != PROM_FIND) return BAD;
    int node = tree_find(&f->tree, path, NULL, 0);
    return node < 0 ? BAD : tree_phandle(&f->tree, node);
}

/* r6 offset, r7 byte */
static int64_t write_nvram(void *owner, struct ppc_cpu *c)
{
    struct firmware *f = firmware_of(owner);
    uint8_t byte = (uint8_t)reg(c, 7);
    if (!f || nvram_write(&f->env, reg(c, 6), &byte, 1)) return BAD;
    fw_changed_nvram(f);
    return 0;
}

/* r6 offset */
static int64_t read_nvram(void *owner, struct ppc_cpu *c)
{
    struct firmware *f = firmware_of(owner);
    uint8_t byte;
    return !f || nvram_read(&f->env, reg(c, 6), &byte, 1) ? BAD : byte;
}

static int64_t nvram_size(void *owner, struct ppc_cpu *c)
{
    (void)c;
    return firmware_of(owner) ? NVRAM_LEN : 0;
}

static const struct hcall_entry entries[] = {
    {52, "write-nvram-byte", write_nvram}, {53, "read-nvram-byte", read_nvram},
    {76, "prom-iface", prom},              {77, "prom-path-iface", prom_path},
    {91, "nvram-size", nvram_size},
};

const struct hv_table hv_osi_firmware = {
    HV_OSI, HCALL_OSI, entries, ARRAY_SIZE(entries), "MOL promif; facts 9.5", "test_hcall_osi_rings",
};
