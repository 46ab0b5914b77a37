#include "frontend/test_cpu.h"

#include <stdlib.h>

#include "cpu/exception.h"
#include "cpu/sem.h"
#include "cpu/spr.h"

/* An address no instruction can leave in SRR0, so that a change of it shows an exception. */
#define NO_EXCEPTION 3u

static uint64_t clock_ns(void *ctx)
{
    const struct bare *b = ctx;
    return b->counts_time && b->cpu ? ppc_insns(b->cpu) : 0;
}

int bare_new(struct bare *b, const struct ppc_model *model, enum ppc_glue glue, uint64_t ram_size,
             struct error *err)
{
    *b = (struct bare){.ram_size = ram_size};
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
    if (b->cpu) return 0;
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

void bare_clear(struct bare *b, uint32_t msr)
{
    struct ppc_cpu *c = b->cpu;
    memset(c->gpr, 0, sizeof c->gpr);
    memset(c->fpr, 0, sizeof c->fpr);
    memset(c->vr, 0, sizeof c->vr);
    cr_set(c, 0, 0xff);
    xer_set(c, 0);
    c->lr = c->ctr = 0;
    fpu_set_fpscr(c, 0);
    vscr_set(&c->vpu, 0);
    c->spr[SPR_N_vrsave] = UINT32_MAX;
    c->reserved = c->idle = c->checkstop = false;
    c->srr0 = NO_EXCEPTION;
    c->srr1 = c->dar = 0;
    c->dsisr = 0;
    if (c->msr != msr) ppc_set_msr(c, msr);
}

bool bare_exception(const struct bare *b, uint32_t *vector)
{
    *vector = (uint32_t)b->cpu->pc & 0xfffff;
    return b->cpu->srr0 != NO_EXCEPTION;
}

void bare_set(struct bare *b, enum bare_reg kind, unsigned n, struct value v)
{
    struct ppc_cpu *c = b->cpu;
    switch (kind) {
    case BARE_GPR: c->gpr[n] = (ureg)v.lo; break;
    case BARE_FPR: c->fpr[n] = v.lo; break;
    case BARE_VR:
        VR_D(c->vr[n], 0) = v.hi;
        VR_D(c->vr[n], 1) = v.lo;
        break;
    case BARE_CR: cr_set(c, (uint32_t)v.lo, 0xff); break;
    case BARE_XER: xer_set(c, (uint32_t)v.lo); break;
    case BARE_LR: c->lr = (ureg)v.lo; break;
    case BARE_CTR: c->ctr = (ureg)v.lo; break;
    case BARE_FPSCR: fpu_set_fpscr(c, (uint32_t)v.lo); break;
    case BARE_VSCR: vscr_set(&c->vpu, (uint32_t)v.lo); break;
    case BARE_VRSAVE: c->spr[SPR_N_vrsave] = (uint32_t)v.lo; break;
    case BARE_MSR: ppc_set_msr(c, v.lo); break;
    case BARE_PC: ppc_set_pc(c, v.lo); break;
    default: break;
    }
}

struct value bare_get(struct bare *b, enum bare_reg kind, unsigned n)
{
    struct ppc_cpu *c = b->cpu;
    switch (kind) {
    case BARE_GPR: return (struct value){0, c->gpr[n]};
    case BARE_FPR: return (struct value){0, c->fpr[n]};
    case BARE_VR: return (struct value){VR_D(c->vr[n], 0), VR_D(c->vr[n], 1)};
    case BARE_CR: return (struct value){0, cr_get(c)};
    case BARE_XER: return (struct value){0, xer_get(c)};
    case BARE_LR: return (struct value){0, c->lr};
    case BARE_CTR: return (struct value){0, c->ctr};
    case BARE_FPSCR: return (struct value){0, fpu_get_fpscr(c)};
    case BARE_VSCR: return (struct value){0, vscr_get(&c->vpu)};
    case BARE_VRSAVE: return (struct value){0, c->spr[SPR_N_vrsave]};
    case BARE_MSR: return (struct value){0, ppc_msr(c)};
    case BARE_PC: return (struct value){0, ppc_pc(c)};
    default: return (struct value){0, 0};
    }
}

unsigned bare_bits(enum bare_reg kind)
{
    switch (kind) {
    case BARE_VR: return 128;
    case BARE_FPR: return 64;
    case BARE_GPR: case BARE_LR: case BARE_CTR: case BARE_PC: return PPC_WIDTH;
    default: return 32;
    }
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
