#include "mmu/bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"

/* Windows nest: CPU bus -> PCI memory -> nothing more. A loop made by a guest ends here. */
#define MAX_DEPTH 4

enum region_kind { REGION_RAM, REGION_ROM, REGION_MMIO, REGION_WINDOW };

struct region {
    struct bus *bus;
    struct region *next; /* higher priority first */
    enum region_kind kind;
    const char *name;
    paddr_t at;
    uint64_t len;
    int prio;
    bool enabled;
    uint8_t *ram, *state; /* RAM, ROM: host memory and a state byte a page */
    uint64_t ram_len;
    const struct mmio_ops *ops;
    void *dev;
    struct bus *target; /* window */
    paddr_t target_at;
    uint64_t accesses; /* of device registers */
};

struct bus {
    const char *name;
    uint8_t unmapped;
    struct log *log;
    struct region *regions;
    struct region *last; /* the last one found: accesses come in runs */
    bus_code_fn *code;
    bus_map_fn *map;
    void *watch_ctx;
    bus_clean_fn *clean;
    void *clean_ctx;
    bus_trace_fn *trace;
    void *trace_ctx;
    struct bus *shown_in; /* the bus that has a window onto this one: told of map changes */
};

struct bus *bus_new(const char *name, uint8_t unmapped, struct log *log)
{
    struct bus *b = xcalloc(1, sizeof *b);
    b->name = name;
    b->unmapped = unmapped;
    b->log = log;
    return b;
}

static void free_region(struct region *r)
{
    if (r->ram) munmap(r->ram, r->ram_len);
    free(r->state);
    free(r);
}

void bus_free(struct bus *b)
{
    if (!b) return;
    while (b->regions) {
        struct region *r = b->regions;
        b->regions = r->next;
        free_region(r);
    }
    free(b);
}

const char *bus_name(const struct bus *b) { return b->name; }

void bus_watch(struct bus *b, bus_code_fn *code, bus_map_fn *map, void *ctx)
{
    b->code = code;
    b->map = map;
    b->watch_ctx = ctx;
}

void bus_watch_clean(struct bus *b, bus_clean_fn *clean, void *ctx)
{
    b->clean = clean;
    b->clean_ctx = ctx;
}

static void map_changed(struct bus *b)
{
    for (unsigned depth = 0; b && depth < MAX_DEPTH; b = b->shown_in, depth++) {
        b->last = NULL;
        if (b->map) b->map(b->watch_ctx);
    }
}

static bool holds_memory(const struct region *r)
{
    return r->kind == REGION_RAM || r->kind == REGION_ROM;
}

/* Only memory is remembered in soft TLBs and code caches, but any region can hide or reveal it. A
 * device that moves over no memory changes nothing that is cached. */
static bool touches_memory(const struct bus *b, paddr_t at, uint64_t len, unsigned depth)
{
    for (const struct region *r = b->regions; r; r = r->next) {
        if (!r->enabled || r->at >= at + len || at >= r->at + r->len) continue;
        if (holds_memory(r)) return true;
        if (r->kind == REGION_WINDOW && depth < MAX_DEPTH &&
            touches_memory(r->target, r->target_at, r->len, depth + 1))
            return true;
    }
    return false;
}

static void changed(struct region *r, paddr_t at, uint64_t len)
{
    r->bus->last = NULL;
    if (touches_memory(r->bus, at, len, 0)) map_changed(r->bus);
}

static struct region *add(struct bus *b, enum region_kind kind, const char *name, paddr_t at,
                          uint64_t len, int prio)
{
    struct region *r = xcalloc(1, sizeof *r);
    r->bus = b;
    r->kind = kind;
    r->name = name;
    r->at = at;
    r->len = len;
    r->prio = prio;
    r->enabled = true;
    struct region **p = &b->regions;
    while (*p && (*p)->prio > prio) p = &(*p)->next; /* a later one hides an earlier one */
    r->next = *p;
    *p = r;
    return r;
}

int bus_add_ram(struct bus *b, const char *name, paddr_t at, uint64_t len, enum ram_flags flags,
                struct region **out, struct error *err)
{
    if (!len || len & PAGE_MASK)
        return error_set(err, EINVAL, "%s of %llu bytes is not a multiple of 4 KiB", name,
                         (unsigned long long)len);
    void *host = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (host == MAP_FAILED)
        return error_set(err, ENOMEM, "no host memory for %llu MiB of %s",
                         (unsigned long long)(len >> 20), name);
    struct region *r = add(b, flags & RAM_ROM ? REGION_ROM : REGION_RAM, name, at, len, 0);
    r->ram = host;
    r->ram_len = len;
    r->state = xcalloc(len >> PAGE_SHIFT, 1);
    if (out) *out = r;
    changed(r, at, len);
    return 0;
}

struct region *bus_add_mmio(struct bus *b, paddr_t at, uint64_t len, int prio,
                            const struct mmio_ops *ops, void *dev)
{
    struct region *r = add(b, REGION_MMIO, ops->name, at, len, prio);
    r->ops = ops;
    r->dev = dev;
    changed(r, at, len);
    return r;
}

struct region *bus_add_window(struct bus *b, const char *name, paddr_t at, uint64_t len, int prio,
                              struct bus *target, paddr_t target_at)
{
    struct region *r = add(b, REGION_WINDOW, name, at, len, prio);
    r->target = target;
    r->target_at = target_at;
    target->shown_in = b;
    changed(r, at, len);
    return r;
}

void region_set(struct region *r, paddr_t at, uint64_t len, bool enabled)
{
    if (r->at == at && r->len == len && r->enabled == enabled) return;
    if (r->enabled) changed(r, r->at, r->len);
    r->at = at;
    r->len = holds_memory(r) && len > r->ram_len ? r->ram_len : len;
    r->enabled = enabled;
    if (enabled) changed(r, r->at, r->len);
    r->bus->last = NULL;
}

void region_retarget(struct region *r, paddr_t target_at)
{
    if (r->target_at == target_at) return;
    changed(r, r->at, r->len);
    r->target_at = target_at;
    changed(r, r->at, r->len);
}

void region_remove(struct region *r)
{
    changed(r, r->at, r->len);
    struct region **p = &r->bus->regions;
    while (*p != r) p = &(*p)->next;
    *p = r->next;
    r->bus->last = NULL;
    free_region(r);
}

paddr_t region_at(const struct region *r) { return r->at; }
uint64_t region_len(const struct region *r) { return r->len; }
bool region_enabled(const struct region *r) { return r->enabled; }
uint64_t region_accesses(const struct region *r) { return r->accesses; }
const char *region_name(const struct region *r) { return r->name; }
uint8_t *region_ram(const struct region *r) { return r->ram; }

bool region_take_dirty(struct region *r, uint64_t first, uint64_t pages, uint8_t *dirty)
{
    memset(dirty, 0, pages);
    if (r->kind != REGION_RAM || !span_ok(first, pages, r->ram_len >> PAGE_SHIFT)) return false;
    uint64_t from = pages, to = 0;
    for (uint64_t i = 0; i < pages; i++) {
        uint8_t *state = &r->state[first + i];
        if (!(*state & PAGE_DIRTY)) continue;
        *state &= (uint8_t)~PAGE_DIRTY;
        dirty[i] = 1;
        if (from == pages) from = i;
        to = i + 1;
    }
    if (from == pages) return false;
    /* One call for the whole stretch: the watcher looks through all it remembers each time. */
    struct bus *b = r->bus;
    for (unsigned depth = 0; b && depth < MAX_DEPTH; b = b->shown_in, depth++) {
        if (b->clean) {
            b->clean(b->clean_ctx, r->ram + ((first + from) << PAGE_SHIFT),
                     (to - from) << PAGE_SHIFT);
        }
    }
    return true;
}

void region_fill(struct region *r, uint64_t off, uint8_t byte, uint64_t len)
{
    bool code = false;
    if (r->kind != REGION_RAM || !len || !span_ok(off, len, r->ram_len)) return;
    memset(r->ram + off, byte, len);
    for (uint64_t page = off >> PAGE_SHIFT; page <= (off + len - 1) >> PAGE_SHIFT; page++) {
        code |= r->state[page] & PAGE_HAS_CODE;
        r->state[page] |= PAGE_DIRTY;
    }
    if (code) map_changed(r->bus); /* nobody knows the CPU's address of it here: forget all code */
}

static bool inside(const struct region *r, paddr_t pa)
{
    return r->enabled && pa >= r->at && pa - r->at < r->len;
}

static struct region *find(struct bus *b, paddr_t pa)
{
    for (struct region *r = b->regions; r; r = r->next)
        if (inside(r, pa)) return r;
    return NULL;
}

/* The remembered region is right only while nothing of higher priority overlaps it, so only the
 * list's order decides whether it may be used: regions before it must not hold pa. */
static struct region *lookup(struct bus *b, paddr_t pa)
{
    if (b->last && b->last == b->regions && inside(b->last, pa)) return b->last;
    return b->last = find(b, pa);
}

/* Follows windows to what is really at pa; *off is the offset inside it. */
static struct region *resolve(struct bus **b, paddr_t pa, uint64_t *off)
{
    for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
        struct region *r = lookup(*b, pa);
        if (!r) return NULL;
        *off = pa - r->at;
        if (r->kind != REGION_WINDOW) return r;
        *b = r->target;
        pa = r->target_at + *off;
    }
    return NULL;
}

static uint64_t get_be(const uint8_t *p, unsigned size)
{
    switch (size) {
    case 1: return *p;
    case 2: return get_be16(p);
    case 4: return get_be32(p);
    default: return get_be64(p);
    }
}

static void put_be(uint8_t *p, unsigned size, uint64_t v)
{
    switch (size) {
    case 1: *p = (uint8_t)v; break;
    case 2: put_be16(p, (uint16_t)v); break;
    case 4: put_be32(p, (uint32_t)v); break;
    default: put_be64(p, v); break;
    }
}

static uint64_t swap_bytes(uint64_t v, unsigned size) { return swap64(v) >> (64 - 8 * size); }

static uint64_t bytes_mask(unsigned size) { return size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1; }

static uint64_t unmapped_read(struct bus *b, paddr_t pa, unsigned size)
{
    log_once(b->log, LOG_GUEST, b->name, pa >> PAGE_SHIFT, "%s: read of %u bytes at %08llx: nothing there",
             b->name, size, (unsigned long long)pa);
    return (b->unmapped * UINT64_C(0x0101010101010101)) & bytes_mask(size);
}

static void unmapped_write(struct bus *b, paddr_t pa, unsigned size, uint64_t v)
{
    log_once(b->log, LOG_GUEST, b->name, pa >> PAGE_SHIFT | UINT64_C(1) << 63,
             "%s: write of %u bytes (%llx) at %08llx: nothing there", b->name, size,
             (unsigned long long)v, (unsigned long long)pa);
}

void bus_trace(struct bus *b, bus_trace_fn *fn, void *ctx)
{
    b->trace = fn;
    b->trace_ctx = ctx;
}

static void traced(struct bus *b, const struct region *r, uint64_t off, unsigned size, uint64_t v,
                   bool write)
{
    if (unlikely(log_on(b->log, LOG_DEVICE))) {
        log_line(b->log, LOG_DEVICE, "%s+%llx.%u %s %llx", r->name, (unsigned long long)off, size,
                 write ? "=" : "->", (unsigned long long)v);
    }
    if (unlikely(b->trace != NULL)) b->trace(b->trace_ctx, &(struct bus_access){r->name, off, v, size, write});
}

static uint64_t mmio_read(struct bus *b, struct region *r, uint64_t off, unsigned size)
{
    r->accesses++;
    uint64_t v = r->ops->read(r->dev, off, size) & bytes_mask(size);
    traced(b, r, off, size, v, false);
    return r->ops->big_endian ? v : swap_bytes(v, size);
}

static void mmio_write(struct bus *b, struct region *r, uint64_t off, unsigned size, uint64_t v)
{
    v = r->ops->big_endian ? v : swap_bytes(v, size);
    traced(b, r, off, size, v, true);
    r->accesses++;
    r->ops->write(r->dev, off, size, v);
}

uint64_t bus_read(struct bus *b, paddr_t pa, unsigned size)
{
    uint64_t off;
    struct bus *at = b;
    struct region *r = resolve(&at, pa, &off);
    if (!r) return unmapped_read(at, pa, size);
    bool whole = span_ok(off, size, r->len);
    if (whole && holds_memory(r)) return get_be(r->ram + off, size);
    if (whole && size <= r->ops->max_size) return mmio_read(b, r, off, size);
    if (size == 1) return mmio_read(b, r, off, 1);
    unsigned half = size / 2;
    return bus_read(b, pa, half) << 8 * half | bus_read(b, pa + half, half);
}

/* Keeps decoded code and dirty bits right for a write of RAM. */
static void ram_written(struct bus *b, struct region *r, paddr_t pa, uint64_t off, uint64_t len)
{
    bool code = false;
    for (uint64_t page = off >> PAGE_SHIFT; page <= (off + len - 1) >> PAGE_SHIFT; page++) {
        code |= r->state[page] & PAGE_HAS_CODE;
        r->state[page] |= PAGE_DIRTY;
    }
    if (code) bus_code_changed(b, pa, len);
}

void bus_write(struct bus *b, paddr_t pa, unsigned size, uint64_t v)
{
    uint64_t off;
    struct bus *at = b;
    struct region *r = resolve(&at, pa, &off);
    if (!r) {
        unmapped_write(at, pa, size, v);
        return;
    }
    bool whole = span_ok(off, size, r->len);
    if (whole && r->kind == REGION_RAM) {
        put_be(r->ram + off, size, v);
        ram_written(b, r, pa, off, size);
    } else if (r->kind == REGION_ROM) {
        log_once(b->log, LOG_GUEST, r->name, pa >> PAGE_SHIFT, "write to ROM %s at %08llx", r->name,
                 (unsigned long long)pa);
    } else if (r->kind == REGION_MMIO && (size == 1 || (whole && size <= r->ops->max_size))) {
        mmio_write(b, r, off, size, v);
    } else {
        unsigned half = size / 2;
        bus_write(b, pa, half, v >> 8 * half);
        bus_write(b, pa + half, half, v & bytes_mask(half));
    }
}

uint8_t *bus_ram(struct bus *b, paddr_t pa, uint64_t *len, bool *writable, uint8_t **state)
{
    uint64_t off;
    struct region *r = resolve(&b, pa, &off);
    if (!r || !holds_memory(r)) return NULL;
    *len = r->len - off;
    *writable = r->kind == REGION_RAM;
    *state = &r->state[off >> PAGE_SHIFT];
    return r->ram + off;
}

static int span_of_ram(struct bus *b, paddr_t pa, uint64_t len, bool write)
{
    while (len) {
        uint64_t n;
        bool writable;
        uint8_t *state;
        if (!bus_ram(b, pa, &n, &writable, &state) || (write && !writable)) return -EFAULT;
        if (n > len) n = len;
        pa += n;
        len -= n;
    }
    return 0;
}

/* Copies piece by piece; fill when from is NULL. */
static int ram_write(struct bus *b, paddr_t pa, const uint8_t *from, uint8_t byte, uint64_t len)
{
    if (span_of_ram(b, pa, len, true)) return -EFAULT;
    while (len) {
        uint64_t off;
        struct bus *at = b;
        struct region *r = resolve(&at, pa, &off);
        uint64_t n = r->len - off < len ? r->len - off : len;
        if (from) memcpy(r->ram + off, from, n);
        else memset(r->ram + off, byte, n);
        ram_written(b, r, pa, off, n);
        pa += n;
        len -= n;
        if (from) from += n;
    }
    return 0;
}

int bus_ram_read(struct bus *b, paddr_t pa, void *to, uint64_t len)
{
    if (span_of_ram(b, pa, len, false)) return -EFAULT;
    for (uint8_t *p = to; len;) {
        uint64_t n;
        bool writable;
        uint8_t *state;
        const uint8_t *host = bus_ram(b, pa, &n, &writable, &state);
        if (n > len) n = len;
        memcpy(p, host, n);
        p += n;
        pa += n;
        len -= n;
    }
    return 0;
}

int bus_ram_write(struct bus *b, paddr_t pa, const void *from, uint64_t len)
{
    return ram_write(b, pa, from, 0, len);
}

int bus_ram_fill(struct bus *b, paddr_t pa, uint8_t byte, uint64_t len)
{
    return ram_write(b, pa, NULL, byte, len);
}

void bus_code_changed(struct bus *b, paddr_t pa, uint64_t len)
{
    if (b->code) b->code(b->watch_ctx, pa, len);
}

void bus_each(struct bus *b, void (*fn)(const struct region *r, void *ctx), void *ctx)
{
    for (struct region *r = b->regions; r; r = r->next) fn(r, ctx);
}
