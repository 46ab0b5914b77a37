/*
 * Instruction words to text, from the same records that decode them.
 */
#include <stdio.h>

#include "cpu/core_fns.h"
#include "cpu/decode.h"

/* "addic_rc" -> "addic."; variants add their suffixes in the assembler's order. */
static size_t mnemonic(const struct insn *in, uint32_t word, char *buf, size_t len)
{
    unsigned v = decode_variant(in, word);
    bool dot = false, o = false, l = false, a = false;
    switch (in->variants) {
    case VAR_R: case VAR_V: dot = v & SEM_RC; break;
    case VAR_OR: dot = v & SEM_RC; o = v & SEM_OE; break;
    case VAR_L: l = v & SEM_LK; break;
    case VAR_LA: l = v & SEM_LK; a = v & SEM_AA; break;
    default: break;
    }
    size_t n = strlen(in->name);
    if (n > 3 && !strcmp(in->name + n - 3, "_rc")) {
        n -= 3;
        dot = true;
    }
    int w = snprintf(buf, len, "%.*s%s%s%s%s", (int)n, in->name, o ? "o" : "", l ? "l" : "", a ? "a" : "",
                     dot ? "." : "");
    return (size_t)w < len ? (size_t)w : len - 1;
}

static int print_operand(const struct operand *o, uint32_t word, uint64_t pc, bool absolute, char *buf,
                         size_t len)
{
    uint32_t field = word >> o->lo & ((1u << o->width) - 1);
    int32_t v = operand_value(o, word);
    switch (o->print) {
    case PR_GPR: return snprintf(buf, len, o->conv == CONV_RA0 && !field ? "0" : "r%u", field);
    case PR_FPR: return snprintf(buf, len, "f%u", field);
    case PR_VR: return snprintf(buf, len, "v%u", field);
    case PR_CRF: return snprintf(buf, len, "cr%u", field);
    case PR_TARGET: return snprintf(buf, len, "0x%lx", (unsigned long)(ureg)((absolute ? 0 : pc) + (uint64_t)(int64_t)v));
    case PR_SDEC: return snprintf(buf, len, "%d", o->conv == CONV_HIGH ? v >> 16 : v);
    case PR_HEX: return snprintf(buf, len, "0x%x", field);
    default:
        if (o->conv == CONV_SPR || o->conv == CONV_HALF6 || o->conv == CONV_MB6)
            return snprintf(buf, len, "%d", v);
        return snprintf(buf, len, "%u", field);
    }
}

void core_disasm(const struct ppc_cpu *c, uint32_t word, uint64_t pc, char *buf, size_t len)
{
    struct slot s;
    unsigned variant;
    enum insn_id id = decode(c->decoder, word, &s, &variant);
    if (id == INSN_ILLEGAL) {
        snprintf(buf, len, ".long 0x%08x", word);
        return;
    }
    const struct insn *in = &insn_table[id];
    size_t at = mnemonic(in, word, buf, len);
    const struct operand *op[MAX_OPERANDS];
    int n = operand_list(in, op);
    bool absolute = in->variants == VAR_LA && variant & SEM_AA;
    const char *p = in->syntax; /* its separators are printed as they stand */
    for (int i = 0; i < n; i++) {
        size_t word_len = strcspn(p, ",()");
        char text[24] = "";
        if (op[i]->print != PR_NONE) print_operand(op[i], word, pc, absolute, text, sizeof text);
        char sep = p[word_len];
        int w = 0;
        if (*text)
            w = snprintf(buf + at, len - at, "%s%s%s", i ? "" : " ", text,
                         sep == '(' ? "(" : sep == ')' ? ")" : sep == ',' && i + 1 < n && op[i + 1]->print != PR_NONE ? "," : "");
        if (w < 0 || (size_t)w >= len - at) return;
        at += (size_t)w;
        p += word_len;
        p += *p != 0;
    }
}
