/*
 * Memory and expressions: x, xp, print.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "frontend/monitor_int.h"

#define MAX_COUNT 65536u
#define MAX_DEPTH 16

static bool sum(struct monitor *mon, const char **s, uint64_t *v, unsigned depth);

static void blanks(const char **s) { *s += strspn(*s, " \t"); }

static bool fail(struct monitor *mon, const char *why)
{
    fprintf(mon->to, "%s\n", why);
    return false;
}

/* QEMU's names where they differ from the manual's. */
static const char *real_name(const char *name)
{
    static const char *const names[][2] = {{"nip", "pc"}, {"ccr", "cr"}, {"cr0", "cr"},
                                           {"fpscr", "fpscr"}, {"decr", "dec"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i][0], name)) return names[i][1];
    return name;
}

static bool register_value(struct monitor *mon, const char **s, uint64_t *v)
{
    char name[16];
    size_t n = 0;
    while (isalnum((unsigned char)**s) && n + 1 < sizeof name)
        name[n++] = (char)tolower((unsigned char)*(*s)++);
    name[n] = 0;
    if (debug_reg(mon->m, real_name(name), v)) return true;
    return fail(mon, "unknown register");
}

static bool atom(struct monitor *mon, const char **s, uint64_t *v, unsigned depth)
{
    char *end;
    blanks(s);
    if (depth > MAX_DEPTH) return fail(mon, "expression too deep");
    switch (**s) {
    case '(':
        ++*s;
        if (!sum(mon, s, v, depth + 1)) return false;
        blanks(s);
        if (**s != ')') return fail(mon, "')' expected");
        ++*s;
        return true;
    case '-':
    case '~': {
        char op = *(*s)++;
        if (!atom(mon, s, v, depth + 1)) return false;
        *v = op == '-' ? -*v : ~*v;
        return true;
    }
    case '$': ++*s; return register_value(mon, s, v);
    default: break;
    }
    if (!isdigit((unsigned char)**s)) return fail(mon, "invalid char in expression");
    *v = strtoull(*s, &end, 0);
    *s = end;
    return true;
}

static bool product(struct monitor *mon, const char **s, uint64_t *v, unsigned depth)
{
    if (!atom(mon, s, v, depth)) return false;
    for (blanks(s); **s == '*' || **s == '/' || **s == '%'; blanks(s)) {
        char op = *(*s)++;
        uint64_t w;
        if (!atom(mon, s, &w, depth)) return false;
        if (op != '*' && !w) return fail(mon, "division by zero");
        *v = op == '*' ? *v * w : op == '/' ? *v / w : *v % w;
    }
    return true;
}

static bool sum(struct monitor *mon, const char **s, uint64_t *v, unsigned depth)
{
    if (!product(mon, s, v, depth)) return false;
    for (blanks(s); **s && strchr("+-&|^", **s); blanks(s)) {
        char op = *(*s)++;
        uint64_t w;
        if (!product(mon, s, &w, depth)) return false;
        switch (op) {
        case '+': *v += w; break;
        case '-': *v -= w; break;
        case '&': *v &= w; break;
        case '|': *v |= w; break;
        default: *v ^= w; break;
        }
    }
    return true;
}

bool monitor_value(struct monitor *mon, const char **s, uint64_t *v)
{
    if (!sum(mon, s, v, 0)) return false;
    blanks(s);
    return true;
}

/* --- dumps --- */

struct format {
    unsigned count, size;
    char as; /* x d u o c i s */
};

static bool parse_format(struct monitor *mon, const char **s, struct format *f)
{
    *f = (struct format){1, 0, 'x'};
    blanks(s);
    if (**s == '/') {
        ++*s;
        if (isdigit((unsigned char)**s)) {
            char *end;
            unsigned long n = strtoul(*s, &end, 10);
            f->count = n > MAX_COUNT ? MAX_COUNT : (unsigned)n;
            *s = end;
        }
        for (; **s && !isspace((unsigned char)**s); ++*s) {
            switch (**s) {
            case 'b': f->size = 1; break;
            case 'h': f->size = 2; break;
            case 'w': f->size = 4; break;
            case 'g': f->size = 8; break;
            case 'x': case 'd': case 'u': case 'o': case 'c': case 'i': case 's':
                f->as = **s;
                break;
            default: return fail(mon, "invalid char in format");
            }
        }
    }
    if (f->as == 'c' || f->as == 's') f->size = 1;
    if (!f->size || f->as == 'i') f->size = 4;
    return true;
}

static void show_number(FILE *to, uint64_t v, const struct format *f)
{
    int digits = (int)f->size * 2;
    int64_t s = (int64_t)(v << (64 - 8 * f->size)) >> (64 - 8 * f->size);
    switch (f->as) {
    case 'd': fprintf(to, " %" PRId64, s); break;
    case 'u': fprintf(to, " %" PRIu64, v); break;
    case 'o': fprintf(to, " 0%" PRIo64, v); break;
    case 'c': fprintf(to, v >= ' ' && v < 0x7f ? " '%c'" : " '\\x%02x'", (int)v); break;
    default: fprintf(to, " 0x%0*" PRIx64, digits, v); break;
    }
}

static void dump_code(struct monitor *mon, bool physical, uint64_t at, unsigned count)
{
    for (unsigned i = 0; i < count; i++, at += 4) {
        uint8_t b[4];
        char text[96];
        if (debug_read(mon->m, physical, at, b, 4) != 4) {
            fprintf(mon->to, "Cannot access memory\n");
            return;
        }
        ppc_disasm(mon->m->cpu, get_be32(b), at, text, sizeof text);
        fprintf(mon->to, "0x%08" PRIx64 ":  %02x %02x %02x %02x  %s\n", at, b[0], b[1], b[2], b[3],
                text);
    }
}

static void dump_numbers(struct monitor *mon, bool physical, uint64_t at, const struct format *f)
{
    unsigned per_line = f->as == 'c' ? 8 : 16 / f->size;
    for (unsigned i = 0; i < f->count; i++, at += f->size) {
        uint8_t b[8];
        uint64_t v = 0;
        if (i % per_line == 0) {
            fprintf(mon->to, "%s%0*" PRIx64 ":", i ? "\n" : "", physical ? 16 : 8, at);
        }
        if (debug_read(mon->m, physical, at, b, f->size) != f->size) {
            fprintf(mon->to, " Cannot access memory\n");
            return;
        }
        for (unsigned k = 0; k < f->size; k++) v = v << 8 | b[k];
        show_number(mon->to, v, f);
    }
    fputc('\n', mon->to);
}

static void dump_strings(struct monitor *mon, bool physical, uint64_t at, unsigned count)
{
    while (count--) {
        char c = 1;
        fprintf(mon->to, "%08" PRIx64 ": \"", at);
        for (unsigned n = 0; n < 4096 && c; n++, at++) {
            if (debug_read(mon->m, physical, at, &c, 1) != 1) c = 0;
            if (c) fprintf(mon->to, c >= ' ' && c < 0x7f ? "%c" : "\\x%02x", (uint8_t)c);
        }
        fprintf(mon->to, "\"\n");
    }
}

static void dump(struct monitor *mon, const char *args, bool physical)
{
    struct format f;
    uint64_t at;
    if (!parse_format(mon, &args, &f)) return;
    if (!*args || !args[strspn(args, " \t")]) {
        fail(mon, physical ? "xp: an address is missing" : "x: an address is missing");
        return;
    }
    if (!monitor_value(mon, &args, &at)) return;
    if (!physical && !(ppc_model(mon->m->cpu)->features & PPC_F_64)) at = (uint32_t)at;
    if (f.as == 'i') {
        dump_code(mon, physical, at, f.count);
    } else if (f.as == 's') {
        dump_strings(mon, physical, at, f.count);
    } else if (f.count) {
        dump_numbers(mon, physical, at, &f);
    }
}

void monitor_x(struct monitor *mon, const char *args) { dump(mon, args, false); }
void monitor_xp(struct monitor *mon, const char *args) { dump(mon, args, true); }

void monitor_print(struct monitor *mon, const char *args)
{
    struct format f;
    uint64_t v;
    if (!parse_format(mon, &args, &f) || !monitor_value(mon, &args, &v)) return;
    switch (f.as) {
    case 'd': fprintf(mon->to, "%" PRId64 "\n", (int64_t)v); break;
    case 'u': fprintf(mon->to, "%" PRIu64 "\n", v); break;
    case 'o': fprintf(mon->to, "%#" PRIo64 "\n", v); break;
    case 'c': fprintf(mon->to, "'%c'\n", (int)(v & 0x7f)); break;
    default: fprintf(mon->to, "%#" PRIx64 "\n", v); break;
    }
}
