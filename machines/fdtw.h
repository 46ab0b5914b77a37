/*
 * Sequential device-tree writer over libfdt's fdt_begin_node/fdt_property/fdt_end_node, so that
 * nodes keep the order in which devices write them. The first error sticks in `err`.
 */
#ifndef MACHINES_FDTW_H
#define MACHINES_FDTW_H

#include <stddef.h>
#include <stdint.h>

struct fdtw {
    void *fdt;
    int err; /* first libfdt error, 0 when fine */
};

void fdtw_begin(struct fdtw *w, const char *name); /* "isa@c" */
void fdtw_end(struct fdtw *w);
void fdtw_str(struct fdtw *w, const char *prop, const char *s);
void fdtw_bytes(struct fdtw *w, const char *prop, const void *p, size_t len);
void fdtw_empty(struct fdtw *w, const char *prop);     /* zero length */
void fdtw_u32(struct fdtw *w, const char *prop, uint32_t v);
void fdtw_cells(struct fdtw *w, const char *prop, const uint32_t *v, size_t n);
/* fdtw_cellv(w, "reg", 1, 0x2f8, 8) */
#define fdtw_cellv(w, prop, ...)                                                                   \
    fdtw_cells(w, prop, (const uint32_t[]){__VA_ARGS__},                                           \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

#endif
