/*
 * GDB's view of the registers: its standard features for PowerPC under its own names and numbers
 * (GDB manual, G.5.10), then every other register of the model in a feature of ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontend/gdb_int.h"

/* In the numbering that GDB has used without descriptions as well. */
enum { N_PC = 64, N_FPSCR = 70, N_VR0 = 71, N_VSCR = 103, N_VRSAVE = 104, N_OTHERS = 105 };

int gdb_hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool add(struct gdb *g, const char *name, unsigned number)
{
    uint8_t value[16];
    unsigned bits;
    if (g->n_regs == GDB_REGS || !ppc_reg_get(g->m->cpu, name, value, &bits)) return false;
    struct gdb_reg *r = &g->reg[g->n_regs++];
    snprintf(r->name, sizeof r->name, "%s", name);
    r->bits = (uint16_t)bits;
    r->number = (uint16_t)number;
    return true;
}

static void add_file(struct gdb *g, const char *prefix, unsigned first)
{
    char name[8];
    for (unsigned i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "%s%u", prefix, i);
        add(g, name, first + i);
    }
}

static bool is_known(const struct gdb *g, const char *name)
{
    for (unsigned i = 0; i < g->n_regs; i++)
        if (!strcmp(g->reg[i].name, name)) return true;
    return false;
}

static void put_reg(FILE *to, const struct gdb_reg *r, const char *more)
{
    bool vector = r->bits == 128; /* v3 here, vr3 there */
    fprintf(to, "<reg name=\"%s%s\" bitsize=\"%u\" regnum=\"%u\"%s/>\n", vector ? "vr" : "",
            r->name + vector, r->bits, r->number, more);
}

static const char *type_of(const struct gdb_reg *r)
{
    if (!strcmp(r->name, "pc")) return " type=\"code_ptr\"";
    if (!strcmp(r->name, "lr")) return " type=\"code_ptr\"";
    return "";
}

static void put_range(struct gdb *g, FILE *to, unsigned first, unsigned last, const char *more)
{
    for (unsigned i = 0; i < g->n_regs; i++) {
        const struct gdb_reg *r = &g->reg[i];
        if (r->number >= first && r->number <= last) put_reg(to, r, more ? more : type_of(r));
    }
}

static void describe(struct gdb *g)
{
    FILE *to = open_memstream(&g->xml, &g->xml_len);
    if (!to) return;
    bool wide = g->reg[0].bits == 64;
    fprintf(to, "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
            "<target version=\"1.0\">\n<architecture>powerpc:common%s</architecture>\n"
            "<feature name=\"org.gnu.gdb.power.core\">\n", wide ? "64" : "");
    put_range(g, to, 0, 31, NULL);
    put_range(g, to, N_PC, N_PC + 5, NULL);
    fprintf(to, "</feature>\n<feature name=\"org.gnu.gdb.power.fpu\">\n");
    put_range(g, to, 32, 63, " type=\"ieee_double\"");
    put_range(g, to, N_FPSCR, N_FPSCR, " group=\"float\"");
    fprintf(to, "</feature>\n");
    if (is_known(g, "v0")) {
        fprintf(to, "<feature name=\"org.gnu.gdb.power.altivec\">\n"
                "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
                "<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>\n"
                "<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>\n"
                "<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>\n"
                "<union id=\"vec128\"><field name=\"uint128\" type=\"uint128\"/>"
                "<field name=\"v4_float\" type=\"v4f\"/><field name=\"v4_int32\" type=\"v4i32\"/>"
                "<field name=\"v8_int16\" type=\"v8i16\"/>"
                "<field name=\"v16_int8\" type=\"v16i8\"/></union>\n");
        put_range(g, to, N_VR0, N_VR0 + 31, " type=\"vec128\"");
        put_range(g, to, N_VSCR, N_VRSAVE, " group=\"vector\"");
        fprintf(to, "</feature>\n");
    }
    fprintf(to, "<feature name=\"ppcemu.system\">\n");
    put_range(g, to, N_OTHERS, UINT16_MAX, " group=\"system\"");
    fprintf(to, "</feature>\n</target>\n");
    fclose(to);
}

void gdb_regs_init(struct gdb *g)
{
    static const char *const singles[] = {"pc", "msr", "cr", "lr", "ctr", "xer"};
    const char *name;
    add_file(g, "r", 0);
    add_file(g, "f", 32);
    for (unsigned i = 0; i < ARRAY_SIZE(singles); i++) add(g, singles[i], N_PC + i);
    add(g, "fpscr", N_FPSCR);
    g->n_general = g->n_regs;
    add_file(g, "v", N_VR0);
    add(g, "vscr", N_VSCR);
    add(g, "vrsave", N_VRSAVE);
    if (is_known(g, "v0")) g->n_general = g->n_regs;
    unsigned number = N_OTHERS;
    for (unsigned i = 0; (name = ppc_reg_name(g->m->cpu, i)); i++)
        if (!is_known(g, name)) add(g, name, number++);
    describe(g);
}

static const struct gdb_reg *find(const struct gdb *g, unsigned number)
{
    for (unsigned i = 0; i < g->n_regs; i++)
        if (g->reg[i].number == number) return &g->reg[i];
    return NULL;
}

size_t gdb_reg_hex(struct gdb *g, unsigned number, char *to)
{
    static const char digits[] = "0123456789abcdef";
    const struct gdb_reg *r = find(g, number);
    uint8_t value[16] = {0};
    unsigned bits;
    if (!r || !ppc_reg_get(g->m->cpu, r->name, value, &bits)) return 0;
    for (unsigned i = 0; i < bits / 8; i++) {
        to[2 * i] = digits[value[i] >> 4];
        to[2 * i + 1] = digits[value[i] & 15];
    }
    return bits / 4;
}

size_t gdb_reg_from_hex(struct gdb *g, unsigned number, const char *from, size_t len)
{
    const struct gdb_reg *r = find(g, number);
    uint8_t value[16] = {0};
    if (!r || len < r->bits / 4u) return 0;
    for (unsigned i = 0; i < r->bits / 8u; i++) {
        int high = gdb_hex_digit(from[2 * i]), low = gdb_hex_digit(from[2 * i + 1]);
        if (high < 0 || low < 0) return 0;
        value[i] = (uint8_t)(high << 4 | low);
    }
    (void)ppc_reg_set(g->m->cpu, r->name, value);
    return r->bits / 4;
}
