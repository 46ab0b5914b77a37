#include "cpu/decode.h"

#include <stdlib.h>
#include <string.h>

const struct insn insn_table[N_INSNS] = {
    [INSN_ILLEGAL] = {.name = "illegal", .syntax = "", .glue = GLUE_S},
#define INSN(n, f, o, x, var, g, syn, at, feat)                                                    \
    [INSN_##n] = {#n, f, o, x, VAR_##var, GLUE_##g, syn, at, feat},
#include "cpu/insn.def"
#undef INSN
};

static const struct operand operands[] = {
    /* token  lo width dest    conv         print */
    {"rD",    21, 5, TO_D,    CONV_PLAIN,  PR_GPR},
    {"rS",    21, 5, TO_D,    CONV_PLAIN,  PR_GPR},
    {"fD",    21, 5, TO_D,    CONV_PLAIN,  PR_FPR},
    {"fS",    21, 5, TO_D,    CONV_PLAIN,  PR_FPR},
    {"vD",    21, 5, TO_D,    CONV_TWICE,  PR_VR},
    {"vS",    21, 5, TO_D,    CONV_TWICE,  PR_VR},
    {"TO",    21, 5, TO_D,    CONV_PLAIN,  PR_DEC},
    {"BO",    21, 5, TO_D,    CONV_BO,     PR_DEC},
    {"crbD",  21, 5, TO_D,    CONV_PLAIN,  PR_DEC},
    {"crfD",  23, 3, TO_D,    CONV_PLAIN,  PR_CRF},
    {"STRM",  21, 2, TO_D,    CONV_PLAIN,  PR_DEC},
    {"T1",    25, 1, TO_NONE, CONV_PLAIN,  PR_NONE},
    {"rA",    16, 5, TO_A,    CONV_PLAIN,  PR_GPR},
    {"rA0",   16, 5, TO_A,    CONV_RA0,    PR_GPR},
    {"fA",    16, 5, TO_A,    CONV_PLAIN,  PR_FPR},
    {"vA",    16, 5, TO_A,    CONV_TWICE,  PR_VR},
    {"BI",    16, 5, TO_A,    CONV_PLAIN,  PR_DEC},
    {"crbA",  16, 5, TO_A,    CONV_PLAIN,  PR_DEC},
    {"crfS",  18, 3, TO_A,    CONV_PLAIN,  PR_CRF},
    {"rB",    11, 5, TO_B,    CONV_PLAIN,  PR_GPR},
    {"fB",    11, 5, TO_B,    CONV_PLAIN,  PR_FPR},
    {"vB",    11, 5, TO_B,    CONV_TWICE,  PR_VR},
    {"crbB",  11, 5, TO_B,    CONV_PLAIN,  PR_DEC},
    {"SH",    11, 5, TO_B,    CONV_PLAIN,  PR_DEC},
    {"NB",    11, 5, TO_B,    CONV_PLAIN,  PR_DEC},
    {"rC",     6, 5, TO_C,    CONV_PLAIN,  PR_GPR},
    {"fC",     6, 5, TO_C,    CONV_PLAIN,  PR_FPR},
    {"vC",     6, 5, TO_C,    CONV_TWICE,  PR_VR},
    {"MB",     6, 5, TO_C,    CONV_PLAIN,  PR_DEC},
    {"ME",     1, 5, TO_IMM,  CONV_MASK,   PR_DEC},
    {"L",     21, 1, TO_C,    CONV_PLAIN,  PR_DEC},
    {"E",     15, 1, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"L15",   16, 1, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"LSYNC", 21, 2, TO_NONE, CONV_PLAIN,  PR_NONE},
    {"BH",    11, 2, TO_NONE, CONV_PLAIN,  PR_NONE},
    {"SI",     0, 16, TO_IMM, CONV_SIGNED, PR_SDEC},
    {"UI",     0, 16, TO_IMM, CONV_PLAIN,  PR_DEC},
    {"SIS",    0, 16, TO_IMM, CONV_HIGH,   PR_SDEC},
    {"UIS",    0, 16, TO_IMM, CONV_HIGH,   PR_DEC},
    {"BD",     2, 14, TO_IMM, CONV_TIMES4, PR_TARGET},
    {"LI",     2, 24, TO_IMM, CONV_TIMES4, PR_TARGET},
    {"DS",     2, 14, TO_IMM, CONV_TIMES4, PR_SDEC},
    {"LEV",    5, 7, TO_IMM,  CONV_PLAIN,  PR_NONE},
    {"SPR",   11, 10, TO_IMM, CONV_SPR,    PR_DEC},
    {"TBR",   11, 10, TO_IMM, CONV_SPR,    PR_DEC},
    {"CRM",   12, 8, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"FM",    17, 8, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"SR",    16, 4, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"IMM",   12, 4, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"SIMM",  16, 5, TO_IMM,  CONV_SIGNED, PR_SDEC},
    {"UIMM",  16, 5, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"SHB",    6, 4, TO_IMM,  CONV_PLAIN,  PR_DEC},
    {"SH6",   11, 5, TO_B,    CONV_HALF6,  PR_DEC},
    {"MB6",    5, 6, TO_C,    CONV_MB6,    PR_DEC},
};

int operand_list(const struct insn *in, const struct operand *out[MAX_OPERANDS])
{
    int n = 0;
    for (const char *p = in->syntax; *p;) {
        size_t len = strcspn(p, ",()");
        if (len) {
            const struct operand *found = NULL;
            for (size_t i = 0; i < ARRAY_SIZE(operands) && !found; i++)
                if (strlen(operands[i].token) == len && !strncmp(operands[i].token, p, len))
                    found = &operands[i];
            if (!found || n == MAX_OPERANDS) return -1;
            out[n++] = found;
        }
        p += len + (p[len] != 0);
    }
    return n;
}

/* BO without its hint bits (PEM table 4-?, "BO operand encodings"): z bits are 0, y bits dropped. */
static unsigned normal_bo(unsigned bo)
{
    if ((bo & 0x14) == 0x14) return 20;
    if (bo & 0x10) return bo & 0x12;
    if (bo & 0x04) return bo & 0x0c;
    return bo & 0x0e & ~4u & ~1u;
}

static uint32_t rotate_mask(unsigned mb, unsigned me)
{
    uint32_t from = UINT32_MAX >> mb, to = UINT32_MAX << (31 - me);
    return mb <= me ? from & to : from | to;
}

int32_t operand_value(const struct operand *o, uint32_t word)
{
    uint32_t f = word >> o->lo & ((1u << o->width) - 1);
    switch (o->conv) {
    case CONV_SIGNED: return (int32_t)(f << (32 - o->width)) >> (32 - o->width);
    case CONV_RA0: return f ? (int32_t)f : 32;
    case CONV_HIGH: return (int32_t)(f << 16);
    case CONV_TIMES4: return (int32_t)(f << (32 - o->width)) >> (32 - o->width - 2) & ~3;
    case CONV_TWICE: return (int32_t)(f * 2);
    case CONV_SPR: return (int32_t)((f >> 5) | (f & 31) << 5);
    case CONV_MASK: return (int32_t)rotate_mask(word >> 6 & 31, f);
    case CONV_BO: return (int32_t)normal_bo(f);
    case CONV_HALF6: return (int32_t)(f | (word >> 1 & 1) << 5);
    case CONV_MB6: return (int32_t)((f >> 1) | (f & 1) << 5);
    default: return (int32_t)f;
    }
}

/* What decode does for one record, worked out once. */
struct plan {
    uint8_t n;
    const struct operand *op[MAX_OPERANDS];
    uint32_t reserved;
    uint32_t fixed; /* bits that must be 1: the tables' indices do not have them */
};

struct decoder {
    uint16_t primary[64]; /* record, or EXTENDED */
    uint16_t op4[2048];   /* index: bits 21-31 */
    uint16_t op19[1024], op31[1024], op59[1024], op63[1024]; /* index: bits 21-30 */
    uint16_t ds[3][4];                                       /* 64-bit: 58, 62; md 30 */
    uint16_t md[16];
    struct plan plan[N_INSNS];
};
enum { EXTENDED = UINT16_MAX };

static uint16_t *extended_table(struct decoder *d, unsigned op)
{
    switch (op) {
    case 19: return d->op19;
    case 31: return d->op31;
    case 59: return d->op59;
    case 63: return d->op63;
    default: return NULL;
    }
}

static const struct {
    uint8_t bits, low; /* width of the extended opcode, its lowest bit in the word */
} form_xo[] = {
    [FORM_D] = {0, 0},  [FORM_I] = {0, 0},   [FORM_B] = {0, 0},    [FORM_SC] = {1, 1},
    [FORM_M] = {0, 0},  [FORM_X] = {10, 1},  [FORM_XL] = {10, 1},  [FORM_XFX] = {10, 1},
    [FORM_XFL] = {10, 1}, [FORM_XO] = {9, 1}, [FORM_A] = {5, 1},   [FORM_VX] = {11, 0},
    [FORM_VA] = {6, 0}, [FORM_VC] = {10, 0}, [FORM_DS] = {2, 0},   [FORM_MD] = {3, 2},
    [FORM_MDS] = {4, 1}, [FORM_XS] = {9, 2},
};

/* Enters record id at every index of a table of `bits` index bits (word bits low..low+bits-1)
 * whose opcode part fits. */
static void enter(uint16_t *table, unsigned bits, unsigned low, const struct insn *in, uint16_t id)
{
    unsigned shift = form_xo[in->form].low - low;
    uint32_t ones = (1u << form_xo[in->form].bits) - 1;
    for (uint32_t i = 0; i < 1u << bits; i++)
        if ((i >> shift & ones) == in->xo && !table[i]) table[i] = id;
}

static uint32_t variant_mask(enum insn_variants v)
{
    switch (v) {
    case VAR_1: case VAR_R: case VAR_L: return 1;
    case VAR_OR: return 1 | PPC_BIT32(21);
    case VAR_LA: return 3;
    case VAR_V: return PPC_BIT32(21);
    default: return 0;
    }
}

static uint32_t used_mask(const struct insn *in, const struct plan *p)
{
    uint32_t ones = form_xo[in->form].bits ? (1u << form_xo[in->form].bits) - 1 : 0;
    uint32_t used = 0xfc000000 | ones << form_xo[in->form].low | variant_mask(in->variants);
    for (int i = 0; i < p->n; i++) {
        used |= ((1u << p->op[i]->width) - 1) << p->op[i]->lo;
        if (p->op[i]->conv == CONV_HALF6) used |= 2;
    }
    return used;
}

static void plan_record(struct decoder *d, uint16_t id)
{
    const struct insn *in = &insn_table[id];
    struct plan *p = &d->plan[id];
    int n = operand_list(in, p->op);
    p->n = (uint8_t)(n < 0 ? 0 : n); /* tests/unit/test_decode.c proves that n is never -1 */
    p->reserved = ~used_mask(in, p);
    p->fixed = (in->variants == VAR_1 ? 1 : 0) | (in->form == FORM_SC ? (uint32_t)in->xo << form_xo[FORM_SC].low : 0);
}

static void enter_record(struct decoder *d, uint16_t id)
{
    const struct insn *in = &insn_table[id];
    if (in->op == 4) {
        enter(d->op4, 11, 0, in, id);
    } else if (in->form == FORM_DS) {
        d->primary[in->op] = EXTENDED;
        d->ds[in->op == 62][in->xo & 3] = id;
    } else if (in->op == 30) {
        d->primary[30] = EXTENDED;
        enter(d->md, 4, 1, in, id);
    } else if (extended_table(d, in->op)) {
        enter(extended_table(d, in->op), 10, 1, in, id);
    } else {
        d->primary[in->op] = id;
    }
}

struct decoder *decoder_new(const struct ppc_model *model)
{
    struct decoder *d = xcalloc(1, sizeof *d);
    for (unsigned op = 0; op < 64; op++)
        if (op == 4 || extended_table(d, op)) d->primary[op] = EXTENDED;
    for (uint16_t id = 1; id < N_INSNS; id++) {
        plan_record(d, id);
        if ((insn_table[id].feature & ~model->features) == 0) enter_record(d, id);
    }
    return d;
}

void decoder_free(struct decoder *d) { free(d); }

/* dst, dstst and dss: the record for bit 6 = 1 (token T1) stands right behind the other. */
static enum insn_id stream_form(unsigned id, uint32_t word)
{
    bool stream = id == INSN_dst || id == INSN_dstst || id == INSN_dss;
    return stream && word & PPC_BIT32(6) ? id + 1 : id;
}

static enum insn_id by_opcode(const struct decoder *d, uint32_t word)
{
    unsigned op = word >> 26;
    uint16_t id = d->primary[op];
    if (id != EXTENDED) return id;
    switch (op) {
    case 4: return d->op4[word & 2047];
    case 19: return d->op19[word >> 1 & 1023];
    case 30: return d->md[word >> 1 & 15];
    case 31: return stream_form(d->op31[word >> 1 & 1023], word);
    case 59: return d->op59[word >> 1 & 1023];
    case 63: return d->op63[word >> 1 & 1023];
    default: return d->ds[op == 62][word & 3];
    }
}

/* "All unused extended opcodes are illegal" (MPC750UM, MPC7450UM 2.3.1.3): also those that a fixed bit makes. */
enum insn_id decode_id(const struct decoder *d, uint32_t word)
{
    enum insn_id id = by_opcode(d, word);
    return ~word & d->plan[id].fixed ? INSN_ILLEGAL : id;
}

unsigned decode_variant(const struct insn *in, uint32_t word)
{
    switch (in->variants) {
    case VAR_R: return word & 1 ? SEM_RC : 0;
    case VAR_OR: return (word & 1 ? SEM_RC : 0) | (word & PPC_BIT32(21) ? SEM_OE : 0);
    case VAR_L: return word & 1 ? SEM_LK : 0;
    case VAR_LA: return (word & 1 ? SEM_LK : 0) | (word & 2 ? SEM_AA : 0);
    case VAR_V: return word & PPC_BIT32(21) ? SEM_RC : 0;
    default: return 0;
    }
}

enum insn_id decode(const struct decoder *d, uint32_t word, struct slot *s, unsigned *variant)
{
    enum insn_id id = decode_id(d, word);
    const struct plan *p = &d->plan[id];
    s->imm = 0;
    s->d = s->a = s->b = s->c = 0;
    for (int i = 0; i < p->n; i++) {
        int32_t v = operand_value(p->op[i], word);
        switch (p->op[i]->dest) {
        case TO_D: s->d = (uint8_t)v; break;
        case TO_A: s->a = (uint8_t)v; break;
        case TO_B: s->b = (uint8_t)v; break;
        case TO_C: s->c = (uint8_t)v; break;
        case TO_IMM: s->imm = v; break;
        default: break;
        }
    }
    *variant = decode_variant(&insn_table[id], word);
    return id;
}

uint32_t decode_reserved_mask(const struct decoder *d, enum insn_id id)
{
    return d->plan[id].reserved;
}
