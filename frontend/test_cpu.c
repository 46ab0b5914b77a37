#include "frontend/test_cpu.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontend/test_state.h"

static uint64_t clock_ns(void *ctx)
{
    const struct bare *b = ctx;
    return b->counts_time && b->cpu ? ppc_insns(b->cpu) : 0;
}

int bare_new(struct bare *b, const struct ppc_model *model, enum ppc_glue glue, uint64_t ram_size,
             struct error *err)
{
    bool wide = model->features & PPC_F_64;
    *b = (struct bare){
        .ram_size = ram_size,
        .width = wide ? 64 : 32,
        .state = wide ? &bare_state_64 : &bare_state_32,
    };
    log_init(&b->log, stderr, LOG_HOST);
    sched_init(&b->sched, clock_ns, b);
    b->bus = bus_new("memory", 0, &b->log);
    struct region *ram;
    int r = bus_add_ram(b->bus, "ram", 0, ram_size, RAM_RW, &ram, err);
    if (r) goto fail;
    b->ram = region_ram(ram);
    struct ppc_config cfg = {
        .model = model, .bus = b->bus, .sched = &b->sched, .log = &b->log,
        .tb_hz = 25000000, .glue = glue,
    };
    b->cpu = ppc_new(&cfg, err);
    r = -1;
    /* caches on: dcbz works. A 64-bit HID0 is another register, and its caches have no switch. */
    if (b->cpu && (wide || bare_set_named(b, "hid0", (struct value){0, 0xc000}))) return 0;
fail:
    bare_free(b);
    return r;
}

void bare_free(struct bare *b)
{
    ppc_free(b->cpu);
    if (b->bus) bus_free(b->bus);
    b->cpu = NULL;
    b->bus = NULL;
}

bool bare_write(struct bare *b, uint64_t at, const void *from, uint64_t len)
{
    if (!span_ok(at, len, b->ram_size)) return false;
    memcpy(b->ram + at, from, len);
    bus_code_changed(b->bus, at, len);
    return true;
}

bool bare_read(const struct bare *b, uint64_t at, void *to, uint64_t len)
{
    if (!span_ok(at, len, b->ram_size)) return false;
    memcpy(to, b->ram + at, len);
    return true;
}

/* The wide registers have 64 bits on 64-bit models. */
unsigned bare_bits(enum bare_reg kind, unsigned width)
{
    switch (kind) {
    case BARE_VR: return 128;
    case BARE_FPR: return 64;
    case BARE_GPR: case BARE_LR: case BARE_CTR: case BARE_PC: case BARE_MSR: return width;
    default: return 32;
    }
}

void bare_clear(struct bare *b, uint64_t msr) { b->state->clear(b->cpu, msr); }

bool bare_exception(const struct bare *b, uint32_t *vector)
{
    *vector = (uint32_t)ppc_pc(b->cpu) & 0xfffff;
    return b->state->interrupted(b->cpu);
}

void bare_set(struct bare *b, enum bare_reg kind, unsigned n, struct value v)
{
    b->state->set(b->cpu, kind, n, v);
}

struct value bare_get(struct bare *b, enum bare_reg kind, unsigned n)
{
    return b->state->get(b->cpu, kind, n);
}

bool bare_set_named(struct bare *b, const char *name, struct value v)
{
    uint8_t bytes[16] = {0}, raw[16];
    unsigned bits;
    if (!ppc_reg_get(b->cpu, name, bytes, &bits)) return false;
    put_be64(raw, v.hi);
    put_be64(raw + 8, v.lo);
    memcpy(bytes, raw + 16 - bits / 8, bits / 8);
    return ppc_reg_set(b->cpu, name, bytes);
}

bool bare_get_named(struct bare *b, const char *name, struct value *v, unsigned *bits)
{
    uint8_t bytes[16] = {0}, raw[16] = {0};
    if (!ppc_reg_get(b->cpu, name, bytes, bits)) return false;
    memcpy(raw + 16 - *bits / 8, bytes, *bits / 8);
    v->hi = get_be64(raw);
    v->lo = get_be64(raw + 8);
    return true;
}

static bool number_to_32(const char *s, size_t len, unsigned *n)
{
    if (len == 0 || len > 2 || (len == 2 && s[0] == '0')) return false;
    *n = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        *n = *n * 10 + (unsigned)(s[i] - '0');
    }
    return *n < 32;
}

bool bare_name(const char *name, size_t len, enum bare_reg *kind, unsigned *n)
{
    static const struct {
        const char *name;
        enum bare_reg kind;
    } singles[] = {
        {"cr", BARE_CR}, {"xer", BARE_XER}, {"lr", BARE_LR}, {"ctr", BARE_CTR},
        {"fpscr", BARE_FPSCR}, {"vscr", BARE_VSCR}, {"vrsave", BARE_VRSAVE},
        {"msr", BARE_MSR}, {"pc", BARE_PC},
    };
    *n = 0;
    if (len && number_to_32(name + 1, len - 1, n)) {
        switch (name[0]) {
        case 'r': *kind = BARE_GPR; return true;
        case 'f': *kind = BARE_FPR; return true;
        case 'v': *kind = BARE_VR; return true;
        default: return false;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(singles); i++) {
        if (strlen(singles[i].name) == len && !memcmp(singles[i].name, name, len)) {
            *kind = singles[i].kind;
            *n = 0;
            return true;
        }
    }
    return false;
}
