#include "frontend/test_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/msr.h"

#define DEFAULT_PC 0x100000u
#define DEFAULT_MSR (MSR_PR | MSR_FP | MSR_VEC | MSR_ME | MSR_RI)
#define MAX_STEPS 10000u
#define BRANCH_TO_SELF UINT32_C(0x48000000)

const char *const case_tag_names[N_TAGS] = {
    "undef", "estimate", "fsqrt", "power5", "ppc-adjusted", "doubtful", "other",
};

/* ---- reading ---- */

static struct value ones(unsigned bits)
{
    if (bits >= 128) return (struct value){UINT64_MAX, UINT64_MAX};
    return (struct value){0, bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1};
}

static bool fits(struct value v, unsigned bits)
{
    struct value m = ones(bits);
    return !(v.hi & ~m.hi) && !(v.lo & ~m.lo);
}

static bool read_hex(struct json *j, struct value *v)
{
    struct span s;
    if (!json_string(j, &s)) return false;
    if (!span_hex(s, &v->hi, &v->lo)) return json_fail(j, "a hexadecimal number is expected");
    return true;
}

static bool read_hex64(struct json *j, uint64_t *v)
{
    struct value x;
    if (!read_hex(j, &x)) return false;
    *v = x.lo;
    return !x.hi || json_fail(j, "a number of more than 64 bits");
}

static bool read_register(struct json *j, struct span key, struct case_reg *r)
{
    unsigned n;
    if (key.len == 0 || key.len >= sizeof r->name) return json_fail(j, "an unknown register");
    memcpy(r->name, key.at, key.len);
    r->name[key.len] = 0;
    r->kind = BARE_NAMED;
    r->n = 0;
    if (bare_name(key.at, key.len, &r->kind, &n)) r->n = (uint8_t)n;
    unsigned bits = r->kind == BARE_NAMED ? 64 : bare_bits(r->kind, 64);
    if (!read_hex(j, &r->v)) return false;
    r->mask = ones(bits);
    return fits(r->v, bits) || json_fail(j, "a value wider than its register");
}

static int nibble(char ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    ch |= 0x20;
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static bool read_bytes(struct json *j, struct case_mem *m)
{
    struct span s;
    if (!json_string(j, &s)) return false;
    if (s.len > 1 && s.at[0] == '0' && (s.at[1] | 0x20) == 'x') {
        s = (struct span){s.at + 2, s.len - 2};
    }
    if (!s.len || s.len & 1) return json_fail(j, "memory wants pairs of hexadecimal digits");
    m->len = (unsigned)(s.len / 2);
    if (m->len > CASE_MAX_BYTES) {
        return json_fail(j, "more than 256 bytes of memory at one address");
    }
    for (unsigned i = 0; i < m->len; i++) {
        int up = nibble(s.at[2 * i]), low = nibble(s.at[2 * i + 1]);
        if (up < 0 || low < 0) return json_fail(j, "memory wants pairs of hexadecimal digits");
        m->bytes[i] = (uint8_t)(up << 4 | low);
    }
    return true;
}

static bool read_memory(struct json *j, struct case_mem *m, unsigned *count)
{
    unsigned n = 0;
    struct span key;
    if (!json_enter(j, '{')) return false;
    while (json_more(j, '}', &n)) {
        uint64_t hi;
        if (*count == CASE_MAX_MEM) return json_fail(j, "more than 8 memory areas");
        if (!json_key(j, &key)) return false;
        if (!span_hex(key, &hi, &m[*count].at) || hi) return json_fail(j, "a bad memory address");
        if (!read_bytes(j, &m[(*count)++])) return false;
    }
    return !j->error;
}

/* "in" (exc is NULL there) or "out". */
static bool read_state(struct json *j, struct case_reg *regs, unsigned *n_regs,
                       struct case_mem *mem, unsigned *n_mem, uint32_t *exc)
{
    unsigned n = 0;
    struct span key;
    if (!json_enter(j, '{')) return false;
    while (json_more(j, '}', &n)) {
        if (!json_key(j, &key)) return false;
        if (span_is(key, "mem")) {
            if (!read_memory(j, mem, n_mem)) return false;
        } else if (exc && span_is(key, "exc")) {
            uint64_t v;
            if (!read_hex64(j, &v)) return false;
            if (!v || v > 0xffff) return json_fail(j, "exc is no vector offset");
            *exc = (uint32_t)v;
        } else {
            if (*n_regs == CASE_MAX_REGS) return json_fail(j, "too many registers");
            if (!read_register(j, key, &regs[(*n_regs)++])) return false;
        }
    }
    return !j->error;
}

/* Masks may come before "out", so they are matched with the registers at the end. */
struct masks {
    struct case_reg m[CASE_MAX_REGS];
    unsigned n, unused;
};

static bool apply_masks(struct test_case *t, const struct masks *masks)
{
    for (unsigned i = 0; i < masks->n; i++) {
        bool found = false;
        for (unsigned k = 0; k < t->n_out && !found; k++) {
            if (strcmp(masks->m[i].name, t->out[k].name)) continue;
            t->out[k].mask = masks->m[i].v;
            found = true;
        }
        if (!found) return false;
    }
    return true;
}

/* Registers are read as 64 bits wide; "bits" may come after them. */
static bool narrow(struct case_reg *regs, unsigned n, unsigned width)
{
    for (unsigned i = 0; i < n; i++) {
        if (regs[i].kind == BARE_NAMED) continue;
        unsigned bits = bare_bits(regs[i].kind, width);
        if (!fits(regs[i].v, bits)) return false;
        regs[i].mask = ones(bits);
    }
    return true;
}

static bool read_code(struct json *j, struct test_case *t)
{
    unsigned n = 0;
    if (!json_enter(j, '[')) return false;
    while (json_more(j, ']', &n)) {
        uint64_t v;
        if (t->n_code == CASE_MAX_CODE) return json_fail(j, "more than 64 instructions");
        if (!read_hex64(j, &v)) return false;
        if (v > UINT32_MAX) return json_fail(j, "an instruction of more than 32 bits");
        t->code[t->n_code++] = (uint32_t)v;
    }
    return !j->error;
}

static bool read_tags(struct json *j, struct test_case *t)
{
    unsigned n = 0;
    struct span s;
    if (!json_enter(j, '[')) return false;
    while (json_more(j, ']', &n)) {
        unsigned k = 0;
        if (!json_string(j, &s)) return false;
        while (k < TAG_OTHER && !span_is(s, case_tag_names[k])) k++;
        t->tags |= 1u << k;
    }
    return !j->error;
}

static bool read_member(struct json *j, struct span key, struct test_case *t, struct masks *masks)
{
    uint64_t v;
    if (span_is(key, "name")) return json_string(j, &t->name);
    if (span_is(key, "suite")) return json_string(j, &t->suite);
    if (span_is(key, "insn")) return json_string(j, &t->insn);
    if (span_is(key, "code")) return read_code(j, t);
    if (span_is(key, "tags")) return read_tags(j, t);
    if (span_is(key, "pc")) return read_hex64(j, &t->pc);
    if (span_is(key, "in")) return read_state(j, t->in, &t->n_in, t->mem_in, &t->n_mem_in, NULL);
    if (span_is(key, "out")) {
        return read_state(j, t->out, &t->n_out, t->mem_out, &t->n_mem_out, &t->exc);
    }
    if (span_is(key, "mask")) {
        struct case_mem none[CASE_MAX_MEM];
        return read_state(j, masks->m, &masks->n, none, &masks->unused, NULL);
    }
    if (!span_is(key, "bits")) return json_skip(j); /* origin and remarks */
    if (!json_uint(j, &v)) return false;
    t->bits = (unsigned)v;
    return v == 32 || v == 64 || json_fail(j, "bits is neither 32 nor 64");
}

const char *case_parse(struct test_case *t, const char *text, size_t len)
{
    struct json j = json_open(text, len);
    struct masks masks;
    struct span key;
    unsigned n = 0;
    t->name = t->suite = t->insn = (struct span){"", 0};
    t->bits = t->tags = t->n_code = t->n_in = t->n_out = t->n_mem_in = t->n_mem_out = 0;
    t->pc = DEFAULT_PC;
    t->exc = 0;
    masks.n = masks.unused = 0;
    if (!json_enter(&j, '{')) return j.error;
    while (json_more(&j, '}', &n))
        if (!json_key(&j, &key) || !read_member(&j, key, t, &masks)) return j.error;
    if (!json_at_end(&j)) return j.error;
    if (!t->name.len) return "no name";
    if (!t->bits) return "no bits";
    if (!t->n_code) return "no code";
    if (t->pc & 3) return "pc is not a multiple of 4";
    if (!narrow(t->in, t->n_in, t->bits) || !narrow(t->out, t->n_out, t->bits)) {
        return "a value wider than its register";
    }
    if (!apply_masks(t, &masks)) return "a mask for a register that is not in out";
    return NULL;
}

/* ---- running ---- */

static struct value with_sf(struct value v) { return (struct value){v.hi, v.lo | MSR_SF}; }

static bool load(struct bare *b, const struct test_case *t, const char **bad)
{
    uint32_t words[CASE_MAX_CODE + 1];
    for (unsigned i = 0; i < t->n_code; i++) put_be32(&words[i], t->code[i]);
    put_be32(&words[t->n_code], BRANCH_TO_SELF);
    *bad = "code outside the test's RAM";
    if (!bare_write(b, t->pc, words, t->n_code * 4 + 4)) return false;
    *bad = "memory outside the test's RAM";
    for (unsigned i = 0; i < t->n_mem_in; i++)
        if (!bare_write(b, t->mem_in[i].at, t->mem_in[i].bytes, t->mem_in[i].len)) return false;
    *bad = "a register that this model does not have";
    for (unsigned i = 0; i < t->n_in; i++) {
        const struct case_reg *r = &t->in[i];
        if (r->kind == BARE_MSR && t->bits == 64) bare_set(b, BARE_MSR, 0, with_sf(r->v));
        else if (r->kind != BARE_NAMED) bare_set(b, r->kind, r->n, r->v);
        else if (!bare_set_named(b, r->name, r->v)) return false;
    }
    *bad = NULL;
    bare_set(b, BARE_PC, 0, (struct value){0, t->pc});
    return true;
}

/* Until the pc leaves the code. False: it never did. With a budget of 1 the portable core runs one
 * instruction, the threaded core up to the next taken branch: at the latest the one to itself which
 * stands behind the code. */
static bool execute(struct bare *b, const struct test_case *t)
{
    for (unsigned steps = 0; steps < MAX_STEPS; steps++) {
        enum ppc_stop stop = ppc_run(b->cpu, 1);
        if (ppc_pc(b->cpu) - t->pc >= 4ull * t->n_code) return true;
        if (stop != PPC_STOP_BUDGET) return false;
    }
    return false;
}

static void describe(char *why, size_t len, const char *name, struct value want, struct value got,
                     unsigned bits)
{
    if (bits > 64)
        snprintf(why, len,
                 "%s: expected %016" PRIx64 "%016" PRIx64 ", got %016" PRIx64 "%016" PRIx64, name,
                 want.hi, want.lo, got.hi, got.lo);
    else
        snprintf(why, len, "%s: expected %0*" PRIx64 ", got %0*" PRIx64, name, (int)bits / 4,
                 want.lo, (int)bits / 4, got.lo);
}

static bool same_register(struct bare *b, const struct case_reg *r, char *why, size_t len,
                          const char **bad)
{
    unsigned bits = bare_bits(r->kind, b->width);
    struct value got;
    if (r->kind != BARE_NAMED) {
        got = bare_get(b, r->kind, r->n);
    } else if (!bare_get_named(b, r->name, &got, &bits)) {
        *bad = "a register that this model does not have";
        return false;
    }
    if (!((got.lo ^ r->v.lo) & r->mask.lo) && !((got.hi ^ r->v.hi) & r->mask.hi)) return true;
    describe(why, len, r->name, r->v, got, bits);
    return false;
}

static bool same_memory(const struct bare *b, const struct case_mem *m, char *why, size_t len)
{
    uint8_t got[CASE_MAX_BYTES];
    if (!bare_read(b, m->at, got, m->len)) {
        snprintf(why, len, "memory %" PRIx64 " is outside RAM", m->at);
        return false;
    }
    for (unsigned i = 0; i < m->len; i++) {
        if (got[i] == m->bytes[i]) continue;
        snprintf(why, len, "byte at %" PRIx64 ": expected %02x, got %02x", m->at + i, m->bytes[i],
                 got[i]);
        return false;
    }
    return true;
}

static bool same_exception(const struct bare *b, const struct test_case *t, char *why, size_t len)
{
    uint32_t got = 0;
    if (!bare_exception(b, &got)) got = 0;
    if (got == t->exc) return true;
    if (!got) snprintf(why, len, "exception %x expected, none taken", t->exc);
    else if (!t->exc) snprintf(why, len, "exception %x taken, none expected", got);
    else snprintf(why, len, "exception %x expected, %x taken", t->exc, got);
    return false;
}

static void forget_memory(struct bare *b, const struct case_mem *m, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (span_ok(m[i].at, m[i].len, b->ram_size)) memset(b->ram + m[i].at, 0, m[i].len);
}

static bool compare(struct bare *b, const struct test_case *t, char *why, size_t len,
                    const char **bad)
{
    if (!same_exception(b, t, why, len)) return false;
    for (unsigned i = 0; i < t->n_out; i++)
        if (!same_register(b, &t->out[i], why, len, bad)) return false;
    for (unsigned i = 0; i < t->n_mem_out; i++)
        if (!same_memory(b, &t->mem_out[i], why, len)) return false;
    return true;
}

bool case_run(struct bare *b, const struct test_case *t, char *why, size_t len, const char **bad)
{
    why[0] = 0;
    *bad = NULL;
    /* a 32-bit vector runs in 32-bit mode wherever it runs */
    bare_clear(b, DEFAULT_MSR | (t->bits == 64 ? MSR_SF : 0));
    if (!load(b, t, bad)) return false;
    bool ok = execute(b, t);
    if (!ok) snprintf(why, len, "did not leave its code");
    else ok = compare(b, t, why, len, bad);
    forget_memory(b, t->mem_in, t->n_mem_in);
    forget_memory(b, t->mem_out, t->n_mem_out);
    return ok;
}
