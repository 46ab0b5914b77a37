#include "machines/fdtw.h"

#include <libfdt.h>
#include <string.h>

static void keep(struct fdtw *w, int r)
{
    if (r < 0 && !w->err) w->err = r;
}

void fdtw_begin(struct fdtw *w, const char *name) { keep(w, fdt_begin_node(w->fdt, name)); }
void fdtw_end(struct fdtw *w) { keep(w, fdt_end_node(w->fdt)); }

void fdtw_bytes(struct fdtw *w, const char *prop, const void *p, size_t len)
{
    keep(w, fdt_property(w->fdt, prop, p, (int)len));
}

void fdtw_str(struct fdtw *w, const char *prop, const char *s)
{
    fdtw_bytes(w, prop, s, strlen(s) + 1);
}

void fdtw_empty(struct fdtw *w, const char *prop) { fdtw_bytes(w, prop, "", 0); }

void fdtw_u32(struct fdtw *w, const char *prop, uint32_t v) { fdtw_cells(w, prop, &v, 1); }

void fdtw_cells(struct fdtw *w, const char *prop, const uint32_t *v, size_t n)
{
    void *p = NULL;
    int r = fdt_property_placeholder(w->fdt, prop, (int)(n * 4), &p);
    keep(w, r);
    if (r < 0) return;
    for (size_t i = 0; i < n; i++) {
        fdt32_t cell = cpu_to_fdt32(v[i]);
        memcpy((char *)p + 4 * i, &cell, 4);
    }
}
