/*
 * Any sequence of client-interface and RTAS calls. The input is a list of calls: a byte for the
 * service, one for the counts, then a byte an argument which picks a value: small numbers, handles,
 * addresses of strings, the ends of memory, or four bytes of the input.
 */
#define FX_PLAIN
#include "tests/unit/fw_fixture.h"

#include "tests/fuzz/fuzz.h"

#define STRINGS 0x200000u
#define SCRATCH 0x210000u

static const char *const strings[] = {
    "",
    "/",
    "/chosen",
    "/memory",
    "/rtas",
    "/failsafe",
    "/pci/ide",
    "cd",
    "cd:0",
    "cd:,\\boot.img",
    "hd:1",
    "cd:\\",
    "/options",
    "/aliases",
    "name",
    "available",
    "stdout",
    "reg",
    "bootargs",
    "phandle",
    "boot-args",
    "block-size",
    "read-blocks",
    "seek",
    "size",
    "load",
    "offset",
    "claim",
    "release",
    "map",
    "translate",
    "decode-unit",
    "encode-unit",
    "instantiate-rtas",
    "c,1",
    "reset-all",
    "get-time",
    "#blocks",
    "write",
    "read",
    "open",
    "close",
    "max-transfer",
    "loop:x/y:z",
    "/pci@80000000/isa@c/serial@i2f8",
    "dimensions",
};

static const char *const services[] = {
    "test",
    "finddevice",
    "getprop",
    "getproplen",
    "nextprop",
    "setprop",
    "peer",
    "child",
    "parent",
    "canon",
    "instance-to-path",
    "instance-to-package",
    "package-to-path",
    "instance-to-interposed-path",
    "call-method",
    "open",
    "close",
    "read",
    "write",
    "seek",
    "claim",
    "release",
    "boot",
    "enter",
    "exit",
    "chain",
    "interpret",
    "set-callback",
    "set-symbol-lookup",
    "milliseconds",
    "quiesce",
    "test-method",
    "start-cpu",
    "no-such-service",
};

/* Counts that fit, so that most calls reach their service. */
static const uint8_t counts[][2] = {
    {1, 1}, {1, 1}, {4, 1}, {2, 1}, {3, 1}, {4, 1}, {1, 1}, {1, 1}, {1, 1}, {3, 1}, {3, 1}, {1, 1},
    {3, 1}, {3, 1}, {6, 4}, {1, 1}, {1, 0}, {3, 1}, {3, 1}, {3, 1}, {3, 1}, {2, 0}, {1, 0}, {0, 0},
    {0, 0}, {5, 0}, {1, 1}, {1, 1}, {2, 0}, {0, 1}, {0, 0}, {2, 1}, {3, 0}, {0, 0},
};

struct input {
    const uint8_t *p;
    size_t len;
};

static uint8_t byte(struct input *in)
{
    if (!in->len) return 0;
    in->len--;
    return *in->p++;
}

static uint32_t value(struct input *in)
{
    uint8_t b = byte(in);
    static const uint32_t edge[] = {0,          UINT32_MAX, FX_RAM,  FX_RAM - 1,
                                    FX_RAM - 4, 0x80000000, SCRATCH, SCRATCH + 0x100,
                                    0x7fffffff, 4096,       65536,   1u << 20};
    if (b < 48) return b;
    if (b < 160) return STRINGS + 64u * (b - 48u) % (64 * ARRAY_SIZE(strings));
    if (b < 240) return edge[(b - 160u) % ARRAY_SIZE(edge)];
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        v = v << 8 | byte(in);
    return v;
}

static void put32(struct fx *x, uint32_t at, uint32_t v)
{
    uint8_t b[4];
    put_be32(b, v);
    if (bus_ram_write(x->m.bus, at, b, 4)) abort();
}

static void one_call(struct fx *x, struct input *in)
{
    uint8_t service = byte(in), odd = byte(in);
    bool is_rtas = service >= 200;
    unsigned s = service % ARRAY_SIZE(services), n_in = counts[s][0], n_out = counts[s][1];
    if (is_rtas) {
        n_in = odd & 7;
        n_out = odd >> 3 & 7;
    } else if (odd >= 224) {
        n_in = odd & 3;
        n_out = odd >> 2 & 7;
    }
    if (is_rtas) {
        put32(x, FX_ARRAY, service % 24);
    } else {
        put32(x, FX_ARRAY, fx_str(x, FX_ARRAY + 0x800, services[s]));
    }
    put32(x, FX_ARRAY + 4, n_in);
    put32(x, FX_ARRAY + 8, n_out);
    for (unsigned i = 0; i < n_in; i++)
        put32(x, FX_ARRAY + 12 + 4 * i, value(in));
    ppc_set_gpr(x->m.cpu, 3, is_rtas ? H_RTAS : H_VOF_CLIENT);
    ppc_set_gpr(x->m.cpu, 4, odd == 223 ? value(in) : FX_ARRAY);
    if (!hcall_sc(x->m.hcall, x->m.cpu, 1)) abort();
}

static struct fx *make(void)
{
    struct fx *x = fx_new();
    uint8_t *p = calloc(40, 2048), *vd = p + 16 * 2048, *r = p + 20 * 2048;
    memcpy(vd, "\1CD001\1", 7);
    vd[156] = 34;
    put_be32(vd + 156 + 6, 20);
    put_be32(vd + 156 + 14, 2048);
    vd[156 + 25] = 2;
    r[0] = 44;
    put_be32(r + 6, 21);
    put_be32(r + 14, 5000);
    r[32] = 10;
    memcpy(r + 33, "BOOT.IMG;1", 10);
    fx_disk(&x->cd, p, 40 * 2048);
    fx_disk(&x->hd, calloc(64, 512), 64 * 512);
    struct error err = {""};
    if (firmware_new(&x->m, &x->fw, &err)) abort();
    return x;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    static struct fx *x;
    struct error err = {""};
    struct input in = {p, len < 4096 ? len : 4096};
    if (!x) x = make();
    if (firmware_boot(x->fw, &err)) abort();
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        fx_str(x, STRINGS + 64 * (uint32_t)i, strings[i]);
    for (unsigned n = 0; in.len && n < 200; n++) {
        one_call(x, &in);
        x->m.request = MACHINE_RUNNING;
        if (firmware_interactive(x->fw)) firmware_poll(x->fw);
        x->console.n_out = 0;
    }
    return 0;
}

#ifndef FUZZ_LIBFUZZER
static size_t fuzz_seed(unsigned n, uint8_t *p, size_t room)
{
    (void)room;
    if (n > 50) return 0;
    for (size_t i = 0; i < 400; i++)
        p[i] = (uint8_t)fuzz_random();
    return 400;
}
#endif
