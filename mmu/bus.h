/*
 * The physical address space: RAM, ROM, device registers and windows into other spaces.
 *
 * A bus is a list of regions ordered by priority. PCI memory and I/O spaces are buses of their
 * own; a host bridge shows a stretch of one inside the CPU's bus as a window. Values given to and
 * taken from bus_read/bus_write are what a big-endian CPU's load or store of that size holds: the
 * byte at the lowest address is the most significant. A little-endian device sees its own order.
 *
 * Accesses reach a device in exactly the width and order the CPU made them, except that an access
 * wider than the device's max_size is split in address order.
 */
#ifndef MMU_BUS_H
#define MMU_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"

typedef uint64_t paddr_t; /* guest physical address */

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096u
#define PAGE_MASK 4095u

struct mmio_ops {
    /* off: bytes from the start of the region; size: 1, 2 or 4 (8 only when max_size is 8).
     * The value is the register's number in the device's own byte order. Must accept every
     * offset and size inside the region: odd ones read 0 or lanes, writes are dropped or merged,
     * logged once. Never calls back into a bus (rule R28): DMA and interrupts are queued events or
     * irq_set. */
    uint64_t (*read)(void *dev, uint64_t off, unsigned size);
    void (*write)(void *dev, uint64_t off, unsigned size, uint64_t v);
    uint8_t max_size; /* 1, 2, 4 or 8: wider accesses are split in address order */
    bool big_endian;  /* false for everything on PCI and ISA */
    const char *name;
};

enum ram_flags {
    RAM_RW = 0,
    RAM_ROM = 1, /* writes are ignored and logged once */
};

/* Bits of the per-page state byte of RAM. */
enum page_state {
    PAGE_HAS_CODE = 1, /* decoded slots exist: stores must be seen */
    PAGE_DIRTY = 2,    /* written since the bit was last cleared (display, snapshots) */
};

struct bus;
struct region;

/* Called when RAM with PAGE_HAS_CODE is written by anyone but a fast-path CPU store. */
typedef void bus_code_fn(void *ctx, paddr_t pa, uint64_t len);
/* Called when the map changed, so that cached translations must go. */
typedef void bus_map_fn(void *ctx);

/* unmapped: what reads of nothing return, repeated in every byte (0xff on PCI, 0 elsewhere). */
struct bus *bus_new(const char *name, uint8_t unmapped, struct log *log);
void bus_free(struct bus *b);
const char *bus_name(const struct bus *b);
void bus_watch(struct bus *b, bus_code_fn *code, bus_map_fn *map, void *ctx);

/* Called when pages of RAM lost their PAGE_DIRTY bits: a fast path must not store to the `len` bytes
 * of host memory at `host` again before it has set the bit of the page. */
typedef void bus_clean_fn(void *ctx, const uint8_t *host, uint64_t len);
/* For the bus the CPU is on; regions of buses that show in it through windows are told of as well. */
void bus_watch_clean(struct bus *b, bus_clean_fn *clean, void *ctx);

/* Called for each access to a device's registers that came in by this bus, as the device saw it. */
struct bus_access {
    const char *region;
    uint64_t off, value;
    unsigned size;
    bool write;
};
typedef void bus_trace_fn(void *ctx, const struct bus_access *a);
void bus_trace(struct bus *b, bus_trace_fn *fn, void *ctx); /* NULL: no more */

/* Adds zeroed RAM or ROM of `len` bytes (a multiple of 4 KiB) at `at`. */
int bus_add_ram(struct bus *b, const char *name, paddr_t at, uint64_t len, enum ram_flags flags,
                struct region **out, struct error *err) MUST_CHECK;

/* Shows device registers. prio: higher hides lower where regions overlap; 0 is usual. Never NULL:
 * memory for it is taken at start-up or when a guest moves one of a fixed set of windows. */
struct region *bus_add_mmio(struct bus *b, paddr_t at, uint64_t len, int prio,
                            const struct mmio_ops *ops, void *dev);

/* Shows [target_at, target_at+len) of another bus. A loop of windows is cut at depth 4. */
struct region *bus_add_window(struct bus *b, const char *name, paddr_t at, uint64_t len, int prio,
                              struct bus *target, paddr_t target_at);

/* Moves, resizes, retargets, enables a region; cheap when nothing changes. */
void region_set(struct region *r, paddr_t at, uint64_t len, bool enabled);
void region_retarget(struct region *r, paddr_t target_at);
void region_remove(struct region *r);
paddr_t region_at(const struct region *r);
uint64_t region_len(const struct region *r);
bool region_enabled(const struct region *r);
const char *region_name(const struct region *r);
/* Reads and writes of a device's registers so far, for -d perf. */
uint64_t region_accesses(const struct region *r);
uint8_t *region_ram(const struct region *r); /* host memory of RAM or ROM, else NULL */

/* Copies PAGE_DIRTY of `pages` pages of RAM from page `first` on to dirty[] (0 or 1 each) and clears
 * it. True when one was set. Costs nothing more while nobody writes. A stretch that is not in r, or
 * an r that is not RAM, has no dirty pages. */
bool region_take_dirty(struct region *r, uint64_t first, uint64_t pages, uint8_t *dirty);
/* A device writes its own RAM: sets [off, off+len) to `byte` and keeps code and dirty bits right. A
 * stretch that is not in r is left alone. */
void region_fill(struct region *r, uint64_t off, uint8_t byte, uint64_t len);

/* size 1, 2, 4 or 8; any alignment. Reads of nothing give the bus's unmapped value, writes to
 * nothing are dropped; both are logged once a page under LOG_GUEST. */
uint64_t bus_read(struct bus *b, paddr_t pa, unsigned size);
void bus_write(struct bus *b, paddr_t pa, unsigned size, uint64_t v);

/* The host memory behind pa when it is RAM or ROM seen directly, with in *len the bytes that
 * follow, *writable false for ROM and *state the page's state byte; NULL otherwise. */
uint8_t *bus_ram(struct bus *b, paddr_t pa, uint64_t *len, bool *writable, uint8_t **state);

/* DMA and firmware copies: RAM only (rule R27). 0, or -EFAULT when any byte is not RAM; then
 * nothing was copied. bus_ram_write keeps decoded code and dirty bits right. */
int bus_ram_read(struct bus *b, paddr_t pa, void *to, uint64_t len) MUST_CHECK;
int bus_ram_write(struct bus *b, paddr_t pa, const void *from, uint64_t len) MUST_CHECK;
int bus_ram_fill(struct bus *b, paddr_t pa, uint8_t byte, uint64_t len) MUST_CHECK;

/* Tells watchers that RAM changed behind the bus's back (a fast path wrote into a code page). */
void bus_code_changed(struct bus *b, paddr_t pa, uint64_t len);

/* Calls fn for every region, highest priority first (for `info mtree`). */
void bus_each(struct bus *b, void (*fn)(const struct region *r, void *ctx), void *ctx);

#endif
