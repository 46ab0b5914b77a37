/*
 * The live device tree: a libfdt blob with room to grow, addressed by phandles, and IEEE 1275 path
 * resolution over it. Every node has a "phandle" (numbered from 1 in tree order) and a "name".
 */
#ifndef FIRMWARE_OF_TREE_H
#define FIRMWARE_OF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"

struct machine;

#define TREE_ROOM      (1u << 20) /* the blob never grows beyond this */
#define TREE_PATH_MAX  512        /* longest path with its NUL */
#define TREE_NAME_MAX  64         /* longest property name with its NUL */
#define TREE_VALUE_MAX 65536u     /* longest value a client may set */

struct tree {
    void *fdt; /* TREE_ROOM bytes */
    uint32_t next_phandle;
};

/* Empties t and writes the machine's tree into it; -ENOSPC or -EINVAL with a sentence. */
int tree_build(struct tree *t, struct machine *m, struct error *err) MUST_CHECK;
/* Takes a device-tree blob of a file (-dtb) instead, after fdt_check_full. */
int tree_load(struct tree *t, const char *name, const void *dtb, size_t len,
              struct error *err) MUST_CHECK;
void tree_free(struct tree *t);

/* Node offsets are libfdt's: valid until the tree changes. Negative: not found. */
int tree_node(const struct tree *t, uint32_t phandle);
uint32_t tree_phandle(const struct tree *t, int node);

/* Resolves a device path or alias as IEEE 1275 4.3 does: names without unit address, unit
 * addresses without name, any case of unit addresses, the part behind the first ':' goes to args
 * (which may be NULL). Node offset or -1. */
int tree_find(const struct tree *t, const char *path, char *args, size_t args_len);

/* Writes the full path and its NUL; its length without NUL, or -1 when it does not fit. */
int tree_path(const struct tree *t, int node, char *buf, size_t len);

/* A property's value and length; NULL when there is none. */
const void *tree_get(const struct tree *t, int node, const char *prop, int *len);
/* The string value when it is a NUL-terminated one, else NULL. */
const char *tree_get_str(const struct tree *t, int node, const char *prop);
uint32_t tree_get_u32(const struct tree *t, int node, const char *prop, uint32_t otherwise);
bool tree_has_type(const struct tree *t, int node, const char *device_type);

/* Creates or replaces; 0 or -ENOSPC/-EINVAL. By phandle, since offsets move. */
int tree_set(struct tree *t, uint32_t phandle, const char *prop, const void *v, size_t len);
int tree_set_str(struct tree *t, uint32_t phandle, const char *prop, const char *s);
int tree_set_u32(struct tree *t, uint32_t phandle, const char *prop, uint32_t v);
int tree_del(struct tree *t, uint32_t phandle, const char *prop);

/* The node of that name directly below `parent`, created (first among its siblings) when missing;
 * its phandle, 0 when there is no room. */
uint32_t tree_ensure(struct tree *t, uint32_t parent, const char *name);

/* The property after `prev` ("" for the first): its name; NULL at the end or for an unknown prev,
 * which *bad tells apart. */
const char *tree_next_prop(const struct tree *t, int node, const char *prev, bool *bad);

uint32_t tree_child(const struct tree *t, uint32_t phandle); /* 0: none */
uint32_t tree_peer(const struct tree *t, uint32_t phandle);  /* of 0: the root */
uint32_t tree_parent(const struct tree *t, uint32_t phandle);

#endif
