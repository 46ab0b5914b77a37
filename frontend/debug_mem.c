#include "frontend/debug_mem.h"

#include "base/bits.h"
#include "cpu/ppc.h"
#include "machines/machine.h"

/* Physical address of `at` and in *len how much of the wish lies in the same page. */
static bool locate(struct machine *m, bool physical, uint64_t at, paddr_t *pa, size_t *len)
{
    size_t rest = PAGE_SIZE - (size_t)(at & PAGE_MASK);
    if (*len > rest) *len = rest;
    *pa = at;
    return physical || ppc_translate(m->cpu, at, pa);
}

static unsigned widest(paddr_t pa, size_t len)
{
    unsigned size = 4;
    while (size > len || pa & (size - 1)) size /= 2;
    return size;
}

static void device_read(struct bus *b, paddr_t pa, uint8_t *to, size_t len)
{
    while (len) {
        unsigned size = widest(pa, len);
        uint64_t v = bus_read(b, pa, size);
        for (unsigned i = 0; i < size; i++) to[i] = (uint8_t)(v >> 8 * (size - 1 - i));
        pa += size;
        to += size;
        len -= size;
    }
}

static void device_write(struct bus *b, paddr_t pa, const uint8_t *from, size_t len)
{
    while (len) {
        unsigned size = widest(pa, len);
        uint64_t v = 0;
        for (unsigned i = 0; i < size; i++) v = v << 8 | from[i];
        bus_write(b, pa, size, v);
        pa += size;
        from += size;
        len -= size;
    }
}

size_t debug_read(struct machine *m, bool physical, uint64_t at, void *to, size_t len)
{
    size_t done = 0;
    while (done < len) {
        paddr_t pa;
        size_t n = len - done;
        if (!locate(m, physical, at + done, &pa, &n)) break;
        uint8_t *p = (uint8_t *)to + done;
        if (bus_ram_read(m->bus, pa, p, n)) device_read(m->bus, pa, p, n);
        done += n;
    }
    return done;
}

size_t debug_write(struct machine *m, bool physical, uint64_t at, const void *from, size_t len)
{
    size_t done = 0;
    while (done < len) {
        paddr_t pa;
        size_t n = len - done;
        if (!locate(m, physical, at + done, &pa, &n)) break;
        const uint8_t *p = (const uint8_t *)from + done;
        if (bus_ram_write(m->bus, pa, p, n)) device_write(m->bus, pa, p, n);
        done += n;
    }
    return done;
}

bool debug_reg(struct machine *m, const char *name, uint64_t *v)
{
    uint8_t value[16] = {0};
    unsigned bits = 0;
    if (!ppc_reg_get(m->cpu, name, value, &bits)) return false;
    switch (bits) {
    case 32: *v = get_be32(value); break;
    case 64: *v = get_be64(value); break;
    default: *v = get_be64(value + 8); break;
    }
    return true;
}
