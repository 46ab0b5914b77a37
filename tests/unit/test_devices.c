/*
 * What every device must stand, on whole machines: a reset brings the same state twice, every
 * offset of every register block answers at every width whatever was written before, random
 * traffic with time passing does no harm, and the tree has the nodes that guests look for.
 * Run it under the sanitizers to get its worth.
 */
#include "board.h"
#include <libfdt.h>
#include "cpu/ppc.h"
#include "machines/fdtw.h"

/* The architected state of a device as bytes, walked as a snapshot would. */
static size_t field_size(const struct state_field *f)
{
    switch (f->kind) {
    case STATE_U16: return 2 * (size_t)f->count;
    case STATE_U32: return 4 * (size_t)f->count;
    case STATE_U64: return 8 * (size_t)f->count;
    case STATE_BOOL: return sizeof(bool) * f->count;
    default: return f->count;
    }
}

static size_t take_state(struct machine *m, const struct device *d, uint8_t *to, size_t room)
{
    size_t n = 0;
    for (const struct state_field *f = d->type->state; f->name; f++) {
        const uint8_t *from = (const uint8_t *)d + f->offset;
        if (f->kind == STATE_EVENT) {
            const struct event *e = (const struct event *)from;
            uint64_t left = e->queued ? e->when - sched_now(&m->sched) : SCHED_NEVER;
            ck_assert_uint_le(n + 8, room);
            memcpy(to + n, &left, 8);
            n += 8;
        } else {
            size_t len = field_size(f);
            ck_assert_uint_le(n + len, room);
            memcpy(to + n, from, len);
            n += len;
        }
    }
    return n;
}

#define STATE_ROOM (4 << 20)

static uint32_t seed;

static uint32_t rnd(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8 ^ seed << 16;
}

/* Dead bytes of queues and buffers and where a ring starts: what counts is how many are valid. */
static bool is_storage(const struct state_field *f)
{
    if (strstr(f->name, "head")) return true;
    return f->kind == STATE_BYTES && (strstr(f->name, "bytes") || strstr(f->name, "fifo") ||
                                      strstr(f->name, "flags") || strstr(f->name, "buf"));
}

/* A register block found on one of the buses. */
struct block_at {
    struct bus *bus;
    paddr_t at;
    uint64_t len;
    const char *name;
};

struct blocks {
    struct bus *bus;
    struct block_at list[64];
    unsigned n;
};

static void add_block(const struct region *r, void *ctx)
{
    struct blocks *b = ctx;
    if (region_ram(r) || !region_enabled(r) || region_len(r) > 0x100000) return;
    if (b->n == ARRAY_SIZE(b->list)) return;
    b->list[b->n++] = (struct block_at){b->bus, region_at(r), region_len(r), region_name(r)};
}

static void find_blocks(struct board *b, struct blocks *out)
{
    struct bus *buses[] = {b->m->bus, pci_bus_io(b->m->pci[0]), pci_bus_mem(b->m->pci[0]),
                           pci_bus_io(b->m->pci[1]), pci_bus_mem(b->m->pci[1])};
    out->n = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(buses); i++) {
        out->bus = buses[i];
        bus_each(buses[i], add_block, out);
    }
}

/* Gives every base address register an address of its own and switches everything on. */
static void open_bars(struct board *b)
{
    uint32_t io = 0x1000, mem = 0x80000000;
    for (unsigned bridge = 0; bridge < 2; bridge++) {
        struct pci_bus *pci = b->m->pci[bridge];
        for (struct pci_dev *p = pci_next(pci, NULL); p; p = pci_next(pci, p)) {
            for (unsigned n = 0; n < 7; n++) {
                uint32_t size = p->bars[n].size;
                if (p->bars[n].kind == PCI_BAR_NONE) continue;
                uint32_t *next = p->bars[n].kind == PCI_BAR_IO ? &io : &mem;
                *next = (uint32_t)align_up(*next, size);
                pci_cfg_write(pci, 0, p->devfn, n == 6 ? 0x30 : 0x10 + 4 * n, 4, *next | (n == 6));
                *next += size;
            }
            pci_cfg_write(pci, 0, p->devfn, PCI_COMMAND, 2, 7);
        }
    }
    pci_cfg_write(b->m->pci[0], 0, PCI_DEVFN(12, 4), 0xd2, 1, 1); /* SMBus */
    pci_cfg_write(b->m->pci[0], 0, PCI_DEVFN(12, 0), 0x50, 1, 6); /* SuperIO */
}

/* Reads that follow a guest's traffic must not wait for anything the traffic asked for. */
static void settle(struct board *b)
{
    if (b->m->request != MACHINE_RUNNING) b->m->request = MACHINE_RUNNING;
    sched_run(&b->m->sched);
    b->m->idle_ns += 50000;
}

START_TEST(every_device_has_its_duties)
{
    struct board *b = board_new();
    unsigned n = 0;
    for (struct device *d = b->m->devices; d; d = d->next, n++) {
        ck_assert_ptr_nonnull(d->type->name);
        ck_assert_ptr_nonnull(d->type->reset);
        ck_assert_ptr_nonnull(d->type->state);
        for (struct device *e = d->next; e; e = e->next) ck_assert_str_ne(d->label, e->label);
    }
    ck_assert_uint_ge(n, 14);
    board_free(b);
}
END_TEST

START_TEST(reset_is_idempotent_and_complete)
{
    struct board *b = board_new();
    uint8_t *first = malloc(STATE_ROOM), *again = malloc(STATE_ROOM);
    struct blocks blocks;
    for (struct device *d = b->m->devices; d; d = d->next) {
        machine_reset(b->m);
        size_t n = take_state(b->m, d, first, STATE_ROOM);
        open_bars(b);
        find_blocks(b, &blocks);
        seed = 7;
        for (unsigned i = 0; i < 2000; i++) {
            struct block_at *k = &blocks.list[rnd() % blocks.n];
            bus_write(k->bus, k->at + rnd() % k->len, 1u << rnd() % 3, rnd());
            if (i % 16 == 0) settle(b);
        }
        machine_reset(b->m);
        ck_assert_uint_eq(take_state(b->m, d, again, STATE_ROOM), n);
        for (size_t i = 0; i < n; i++) {
            /* Clocks may have moved on; everything else must be as it was. */
            if (strstr(d->label, "rtc") || first[i] == again[i]) continue;
            size_t at = 0;
            for (const struct state_field *f = d->type->state; f->name; f++) {
                size_t len = f->kind == STATE_EVENT ? 8 : field_size(f);
                bool clock = f->kind == STATE_EVENT || f->kind == STATE_U64 || is_storage(f);
                if (i >= at && i < at + len && !clock) {
                    ck_abort_msg("%s: %s differs after a reset (byte %zu: %02x, was %02x)",
                                 d->label, f->name, i - at, again[i], first[i]);
                }
                at += len;
            }
        }
    }
    free(first);
    free(again);
    board_free(b);
}
END_TEST

START_TEST(every_offset_answers_at_every_width)
{
    struct board *b = board_new();
    struct blocks blocks;
    open_bars(b);
    find_blocks(b, &blocks);
    ck_assert_uint_ge(blocks.n, 20);
    seed = 1;
    for (unsigned i = 0; i < blocks.n; i++) {
        struct block_at *k = &blocks.list[i];
        for (uint64_t off = 0; off < k->len; off++) {
            for (unsigned size = 1; size <= 8; size *= 2) (void)bus_read(k->bus, k->at + off, size);
        }
        settle(b);
        for (uint64_t off = 0; off < k->len; off++) {
            for (unsigned size = 1; size <= 8; size *= 2) {
                bus_write(k->bus, k->at + off, size, rnd() * UINT64_C(0x100000001));
                (void)bus_read(k->bus, k->at + off, size);
            }
            if (off % 64 == 0) settle(b);
        }
        machine_reset(b->m);
        open_bars(b);
    }
    board_free(b);
}
END_TEST

START_TEST(configuration_space_stands_anything)
{
    struct board *b = board_new();
    for (unsigned bridge = 0; bridge < 2; bridge++) {
        struct pci_bus *pci = b->m->pci[bridge];
        for (struct pci_dev *p = pci_next(pci, NULL); p; p = pci_next(pci, p)) {
            uint32_t id = get_le32(p->cfg);
            seed = p->devfn;
            for (unsigned i = 0; i < 4096; i++) {
                unsigned reg = i & 255, size = 1u << i % 3;
                pci_cfg_write(pci, 0, p->devfn, reg, size, rnd());
                (void)pci_cfg_read(pci, 0, p->devfn, reg, size);
                if (i % 64 == 0) settle(b);
            }
            ck_assert_uint_eq(pci_cfg_read(pci, 0, p->devfn, 0, 4), id);
            machine_reset(b->m);
        }
    }
    board_free(b);
}
END_TEST

/* Everything at once: registers, configuration, time, resets. */
static void storm(uint32_t from, unsigned rounds)
{
    struct board *b = board_new();
    struct blocks blocks;
    seed = from;
    open_bars(b);
    find_blocks(b, &blocks);
    for (unsigned i = 0; i < rounds; i++) {
        struct block_at *k = &blocks.list[rnd() % blocks.n];
        paddr_t at = k->at + rnd() % k->len;
        unsigned size = 1u << rnd() % 3, what = rnd() % 64;
        uint32_t v = rnd() & 1 ? rnd() : rnd() & 0x03ffffff; /* often a RAM address */
        if (what < 40) bus_write(k->bus, at, size, rnd() & 1 ? v : swap32(v));
        else if (what < 60) (void)bus_read(k->bus, at, size);
        else if (what < 62) {
            struct pci_bus *pci = b->m->pci[0];
            pci_cfg_write(pci, 0, PCI_DEVFN(12, rnd() % 7), rnd() & 255, size, rnd());
        } else {
            b->m->idle_ns += rnd() % 20000000;
            settle(b);
        }
        if (i % 1000 == 999) {
            open_bars(b);
            find_blocks(b, &blocks);
        }
    }
    machine_reset(b->m);
    board_free(b);
}

START_TEST(storms_do_no_harm)
{
    storm((uint32_t)_i * 7919 + 1, 20000);
}
END_TEST

/* The tree as the machine writes it. */
static void *write_tree(struct board *b)
{
    size_t room = 1 << 16;
    struct fdtw w = {.fdt = calloc(1, room)};
    ck_assert_int_eq(fdt_create(w.fdt, (int)room), 0);
    ck_assert_int_eq(fdt_finish_reservemap(w.fdt), 0);
    fdtw_begin(&w, "");
    b->m->type->tree(b->m, &w);
    fdtw_end(&w);
    ck_assert_int_eq(w.err, 0);
    ck_assert_int_eq(fdt_finish(w.fdt), 0);
    return w.fdt;
}

START_TEST(tree_has_the_nodes)
{
    static const char *const paths[] = {
        "/openprom", "/memory@0", "/rtas", "/cpus/PowerPC,G4", "/failsafe", "/pci@80000000",
        "/pci@80000000/host@0", "/pci@80000000/isa@c", "/pci@80000000/isa@c/serial@i2f8",
        "/pci@80000000/isa@c/8042@i60", "/pci@80000000/isa@c/keyboard@i60",
        "/pci@80000000/isa@c/rtc@i70", "/pci@80000000/isa@c/timer@i40",
        "/pci@80000000/isa@c/lpt@i3bc", "/pci@80000000/ide@c,1", "/pci@80000000/usb@c,2",
        "/pci@80000000/usb@c,3", "/pci@80000000/other@c,4", "/pci@80000000/sound@c,5",
        "/pci@80000000/pci1106,3068@c,6", "/pci@c0000000", "/pci@c0000000/host@0",
    };
    struct board *b = board_new();
    void *fdt = write_tree(b);
    for (unsigned i = 0; i < ARRAY_SIZE(paths); i++) {
        ck_assert_msg(fdt_path_offset(fdt, paths[i]) > 0, "no %s", paths[i]);
    }
    free(fdt);
    board_free(b);
}
END_TEST

static uint32_t cell(const void *fdt, const char *path, const char *prop, int n)
{
    int len;
    const fdt32_t *v = fdt_getprop(fdt, fdt_path_offset(fdt, path), prop, &len);
    ck_assert_msg(v && len >= 4 * (n + 1), "%s: %s", path, prop);
    return fdt32_to_cpu(v[n]);
}

START_TEST(tree_avoids_the_traps)
{
    struct board *b = board_new();
    void *fdt = write_tree(b);
    int len, node = fdt_path_offset(fdt, "/cpus/PowerPC,G4");
    ck_assert_ptr_nonnull(fdt_getprop(fdt, node, "reg", &len));
    ck_assert_int_eq(len, 4); /* two cells hang Linux before its first line */
    ck_assert_uint_eq(cell(fdt, "/cpus/PowerPC,G4", "cpu-version", 0), ppc_model(b->m->cpu)->pvr);
    ck_assert_uint_eq(cell(fdt, "/cpus/PowerPC,G4", "clock-frequency", 0), 999999997);
    ck_assert_uint_eq(cell(fdt, "/cpus/PowerPC,G4", "timebase-frequency", 0), 33333333);
    ck_assert_str_eq(fdt_getprop(fdt, 0, "device_type", NULL), "chrp");
    ck_assert_str_eq(fdt_getprop(fdt, 0, "model", NULL), "Pegasos2");
    ck_assert_ptr_null(fdt_getprop(fdt, 0, "#size-cells", NULL));
    ck_assert_ptr_null(fdt_getprop(fdt, 0, "compatible", NULL));
    ck_assert_uint_eq(cell(fdt, "/pci@80000000", "8259-interrupt-acknowledge", 0), 0xf1000cb4);
    ck_assert_uint_eq(cell(fdt, "/pci@80000000", "pci-bridge-number", 0), 0);
    ck_assert_uint_eq(cell(fdt, "/pci@c0000000", "pci-bridge-number", 0), 1);
    ck_assert_uint_eq(cell(fdt, "/pci@80000000/isa@c", "reg", 0), 0x6000);
    node = fdt_path_offset(fdt, "/pci@80000000/isa@c");
    ck_assert_ptr_null(fdt_getprop(fdt, node, "ranges", &len));
    ck_assert_uint_eq(cell(fdt, "/pci@80000000/isa@c/serial@i2f8", "reg", 1), 0x2f8);
    node = fdt_path_offset(fdt, "/pci@80000000/isa@c/keyboard@i60");
    const char *compatible = fdt_getprop(fdt, node, "compatible", &len);
    ck_assert(!compatible || strcmp(compatible, "pnpPNP,303")); /* Linux would not probe it */
    ck_assert_str_eq(fdt_getprop(fdt, fdt_path_offset(fdt, "/pci@80000000/ide@c,1"), "device_type",
                                 &len), "spi");
    ck_assert_uint_eq(cell(fdt, "/pci@80000000/usb@c,2", "interrupts", 0), 4);
    free(fdt);
    board_free(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("devices");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_device_has_its_duties);
    tcase_add_test(tc, reset_is_idempotent_and_complete);
    tcase_add_test(tc, every_offset_answers_at_every_width);
    tcase_add_test(tc, configuration_space_stands_anything);
    tcase_add_loop_test(tc, storms_do_no_harm, 0, 8);
    tcase_add_test(tc, tree_has_the_nodes);
    tcase_add_test(tc, tree_avoids_the_traps);
    return board_run("devices", tc);
}
