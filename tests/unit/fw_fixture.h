/*
 * A machine by hand for the firmware's tests: RAM, a CPU, a console of two buffers and a tree of
 * the few nodes that clients look for. One a test.
 */
#ifndef TESTS_UNIT_FW_FIXTURE_H
#define TESTS_UNIT_FW_FIXTURE_H

#ifdef FX_PLAIN /* outside Check: the fuzz targets */
#define ck_assert(x)             ((x) ? (void)0 : abort())
#define ck_assert_msg(x, ...)    ck_assert(x)
#define ck_assert_int_eq(a, b)   ck_assert((a) == (b))
#define ck_assert_ptr_nonnull(p) ck_assert((p) != NULL)
#else
#include <check.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu/ppc.h"
#include "firmware/fw.h"
#include "hcall/hcall.h"
#include "machines/fdtw.h"
#include "machines/machine.h"

#define FX_RAM (64u << 20)

struct fx_console {
    struct chardev chr;
    char out[65536];
    size_t n_out;
    char in[4096];
    size_t n_in, at_in;
};

struct fx_disk {
    struct block b;
    uint8_t *data;
};

struct fx {
    struct machine m;
    struct config cfg;
    struct machine_type type;
    struct fx_console console;
    struct fx_disk cd, hd;
    struct firmware *fw;
    uint64_t now;
};

static UNUSED void fx_out(struct chardev *c, const uint8_t *p, size_t len)
{
    struct fx_console *k = (struct fx_console *)c;
    if (len > sizeof k->out - 1 - k->n_out) len = sizeof k->out - 1 - k->n_out;
    memcpy(k->out + k->n_out, p, len);
    k->n_out += len;
    k->out[k->n_out] = 0;
}

static UNUSED size_t fx_in(struct chardev *c, uint8_t *p, size_t len)
{
    struct fx_console *k = (struct fx_console *)c;
    if (len > k->n_in - k->at_in) len = k->n_in - k->at_in;
    memcpy(p, k->in + k->at_in, len);
    k->at_in += len;
    return len;
}

static UNUSED int fx_read(struct block *b, uint64_t off, void *to, uint64_t len)
{
    memcpy(to, ((struct fx_disk *)b)->data + off, len);
    return 0;
}

static UNUSED int fx_write(struct block *b, uint64_t off, const void *from, uint64_t len)
{
    memcpy(((struct fx_disk *)b)->data + off, from, len);
    return 0;
}

static UNUSED struct block *fx_disk(struct fx_disk *d, uint8_t *data, uint64_t len)
{
    static const struct block_ops ops = {.read = fx_read, .write = fx_write};
    d->data = data;
    d->b =
        (struct block){.ops = &ops, .name = (char *)"test", .size = len, .present = data != NULL};
    return &d->b;
}

static UNUSED uint64_t fx_clock(void *ctx)
{
    return ((struct fx *)ctx)->now;
}

static UNUSED void fx_node(struct fdtw *w, const char *name, const char *type)
{
    fdtw_begin(w, name);
    if (type) fdtw_str(w, "device_type", type);
}

static UNUSED void fx_tree(struct machine *m, struct fdtw *w)
{
    fdtw_str(w, "name", "bplan,Pegasos2");
    fdtw_str(w, "model", "Pegasos2");
    fdtw_u32(w, "#address-cells", 1);
    fx_node(w, "memory@0", "memory");
    fdtw_cellv(w, "reg", 0, (uint32_t)region_len(m->ram));
    fdtw_end(w);
    fx_node(w, "cpus", NULL);
    fx_node(w, "PowerPC,G4", "cpu");
    fdtw_end(w);
    fdtw_end(w);
    fx_node(w, "rtas", NULL);
    fdtw_u32(w, "rtas-size", 20);
    fdtw_end(w);
    fx_node(w, "failsafe", "serial");
    fdtw_end(w);
    fx_node(w, "pci@c0000000", "pci");
    fdtw_u32(w, "#address-cells", 3);
    fx_node(w, "host@0", NULL);
    fdtw_end(w);
    fdtw_end(w);
    fx_node(w, "pci@80000000", "pci");
    fdtw_u32(w, "#address-cells", 3);
    fx_node(w, "isa@c", "isa");
    fx_node(w, "serial@i2f8", "serial");
    fdtw_end(w);
    fdtw_end(w);
    fx_node(w, "ide@c,1", "spi");
    fdtw_end(w);
    fdtw_end(w);
}

/* Everything but the firmware, so that a test can set cfg first. */
static UNUSED struct fx *fx_new(void)
{
    static const struct chardev_ops console_ops = {.write = fx_out, .read = fx_in};
    struct fx *x = calloc(1, sizeof *x);
    struct error err = {""};
    x->cfg.ram_size = FX_RAM;
    x->type = (struct machine_type){.name = "test", .tree = fx_tree};
    x->console.chr.ops = &console_ops;
    x->m.type = &x->type;
    x->m.cfg = &x->cfg;
    x->m.console = &x->console.chr;
    log_init(&x->m.log, NULL, 0);
    sched_init(&x->m.sched, fx_clock, x);
    x->m.bus = bus_new("cpu", 0, &x->m.log);
    ck_assert_int_eq(bus_add_ram(x->m.bus, "ram", 0, x->cfg.ram_size, RAM_RW, &x->m.ram, &err), 0);
    x->m.hcall = hcall_new(&x->m.log);
    struct ppc_config cpu = {.model = ppc_model_find("7457"),
                             .bus = x->m.bus,
                             .sched = &x->m.sched,
                             .log = &x->m.log,
                             .tb_hz = 33333333,
                             .sc = hcall_sc,
                             .sc_ctx = x->m.hcall};
    x->m.cpu = ppc_new(&cpu, &err);
    ck_assert_ptr_nonnull(x->m.cpu);
    x->m.boot_devices[0] = (struct boot_device){
        .alias = "hd", .path = "/pci@80000000/ide@c,1/disk@0,0", .block = &x->hd.b};
    x->m.boot_devices[1] = (struct boot_device){
        .alias = "cd", .path = "/pci@80000000/ide@c,1/cdrom@1,0", .block = &x->cd.b, .cdrom = true};
    x->m.n_boot_devices = 2;
    return x;
}

static UNUSED void fx_start(struct fx *x)
{
    struct error err = {""};
    ck_assert_msg(firmware_new(&x->m, &x->fw, &err) == 0, "%s", err.text);
    ck_assert_msg(firmware_boot(x->fw, &err) == 0, "%s", err.text);
}

static UNUSED struct fx *fx_started(void)
{
    struct fx *x = fx_new();
    fx_start(x);
    return x;
}

static UNUSED void fx_free(struct fx *x)
{
    firmware_free(x->fw);
    ppc_free(x->m.cpu);
    hcall_free(x->m.hcall);
    bus_free(x->m.bus);
    free(x->cd.data);
    free(x->hd.data);
    free(x);
}

static UNUSED void fx_clear_output(struct fx *x)
{
    x->console.n_out = 0;
    x->console.out[0] = 0;
}

/* Types at the prompt. */
static UNUSED const char *fx_type(struct fx *x, const char *text)
{
    fx_clear_output(x);
    strcpy(x->console.in, text);
    x->console.n_in = strlen(text);
    x->console.at_in = 0;
    firmware_poll(x->fw);
    return x->console.out;
}

/* Guest memory. */
static UNUSED void fx_put(struct fx *x, uint32_t at, const void *p, size_t len)
{
    ck_assert_int_eq(bus_ram_write(x->m.bus, at, p, len), 0);
}

static UNUSED uint32_t fx_str(struct fx *x, uint32_t at, const char *s)
{
    fx_put(x, at, s, strlen(s) + 1);
    return at;
}

static UNUSED const char *fx_get(struct fx *x, uint32_t at)
{
    static char buf[1024];
    ck_assert_int_eq(bus_ram_read(x->m.bus, at, buf, sizeof buf - 1), 0);
    return buf;
}

#define FX_ARRAY 0x300000u /* argument arrays are built here */
#define FX_TEXT  0x301000u /* for strings and buffers of tests */

/* Calls a client service through sc 1 and returns out[0]; all results are left in `out`. */
static UNUSED uint32_t fx_call_n(struct fx *x, const char *service, uint32_t n_out, uint32_t *out,
                                 uint32_t n_in, const uint32_t *in)
{
    uint8_t array[4 * 40];
    put_be32(array, fx_str(x, FX_ARRAY + 0x800, service));
    put_be32(array + 4, n_in);
    put_be32(array + 8, n_out);
    for (uint32_t i = 0; i < n_in; i++)
        put_be32(array + 12 + 4 * i, in[i]);
    for (uint32_t i = 0; i < n_out; i++)
        put_be32(array + 12 + 4 * (n_in + i), 0xdeadbeef);
    fx_put(x, FX_ARRAY, array, 12 + 4 * (n_in + n_out));
    ppc_set_gpr(x->m.cpu, 3, H_VOF_CLIENT);
    ppc_set_gpr(x->m.cpu, 4, FX_ARRAY);
    ck_assert(hcall_sc(x->m.hcall, x->m.cpu, 1));
    ck_assert_int_eq(bus_ram_read(x->m.bus, FX_ARRAY, array, 12 + 4 * (n_in + n_out)), 0);
    for (uint32_t i = 0; i < n_out; i++)
        out[i] = get_be32(array + 12 + 4 * (n_in + i));
    return n_out ? out[0] : (uint32_t)ppc_gpr(x->m.cpu, 3);
}

/* fx_call(x, "getprop", phandle, name, buf, len): one result, the usual case. */
#define fx_call(x, service, ...)                                                                   \
    fx_call_n(x, service, 1, (uint32_t[16]){0}, sizeof((uint32_t[]){__VA_ARGS__}) / 4,             \
              (const uint32_t[]){__VA_ARGS__})
/* The same without a result: gives r3. */
#define fx_do(x, service, ...)                                                                     \
    fx_call_n(x, service, 0, (uint32_t[16]){0}, sizeof((uint32_t[]){__VA_ARGS__}) / 4,             \
              (const uint32_t[]){__VA_ARGS__})

static UNUSED uint32_t fx_find(struct fx *x, const char *path)
{
    return fx_call(x, "finddevice", fx_str(x, FX_TEXT, path));
}

/* A minimal client: an ELF whose one segment is `len` bytes at `at`, entry `entry`. */
static UNUSED size_t fx_elf(uint8_t *p, uint32_t vaddr, uint32_t paddr, uint32_t len,
                            uint32_t memsz, uint32_t entry)
{
    memset(p, 0, 84 + len);
    memcpy(p, "\177ELF\1\2\1", 7);
    put_be16(p + 16, 2);
    put_be16(p + 18, 20);
    put_be32(p + 20, 1);
    put_be32(p + 24, entry);
    put_be32(p + 28, 52);
    put_be16(p + 40, 52);
    put_be16(p + 42, 32);
    put_be16(p + 44, 1);
    put_be32(p + 52, 1);
    put_be32(p + 56, 84);
    put_be32(p + 60, vaddr);
    put_be32(p + 64, paddr);
    put_be32(p + 68, len);
    put_be32(p + 72, memsz);
    put_be32(p + 76, 7);
    for (uint32_t i = 0; i + 4 <= len; i += 4)
        put_be32(p + 84 + i, 0x60000000);
    return 84 + len;
}

#ifndef FX_PLAIN
/* Runs a NULL-terminated list of tests. */
static UNUSED int fx_run(const char *name, const TTest *const *tests)
{
    Suite *s = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 60);
    for (; *tests; tests++)
        tcase_add_test(t, *tests);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
#endif

#endif
