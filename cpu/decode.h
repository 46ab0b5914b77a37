/*
 * From an instruction word to a decoded slot. The tables are built from insn.def for one model, so
 * that an instruction the model lacks is illegal by construction.
 */
#ifndef CPU_DECODE_H
#define CPU_DECODE_H

#include "cpu/insn.h"

/* How one operand token of a record's syntax is found in the word, where it goes in the slot and
 * how it is printed. Decoder, disassembler and the reserved-bit masks all come from this table. */
enum operand_dest { TO_NONE, TO_D, TO_A, TO_B, TO_C, TO_IMM };
enum operand_conv {
    CONV_PLAIN,  /* unsigned field */
    CONV_SIGNED, /* sign-extended field */
    CONV_RA0,    /* 0 means the constant 0: register number 32 */
    CONV_HIGH,   /* shifted left by 16 */
    CONV_TWICE,  /* vector registers: vr[] counted in doublewords, which an x86 address can scale */
    CONV_TIMES4, /* sign-extended and multiplied by 4: branch displacements, DS */
    CONV_SPR,    /* two 5-bit halves swapped */
    CONV_MASK,   /* ME with MB: imm = mask of ones from MB to ME */
    CONV_BO,     /* hint bits removed */
    CONV_HALF6,  /* 64-bit SH: 5 bits and bit 30 */
    CONV_MB6,    /* 64-bit MB/ME: 5 bits and bit 26 */
};
enum operand_print { PR_GPR, PR_FPR, PR_VR, PR_CRF, PR_DEC, PR_HEX, PR_SDEC, PR_TARGET, PR_NONE };

struct operand {
    const char *token;
    uint8_t lo, width; /* field = word >> lo & ones(width) */
    uint8_t dest, conv, print;
};

#define MAX_OPERANDS 6

/* Splits a record's syntax. Returns the number of operands; -1 for a token that does not exist. */
int operand_list(const struct insn *in, const struct operand *out[MAX_OPERANDS]);
/* The operand's value as decode stores it. */
int32_t operand_value(const struct operand *o, uint32_t word);

struct decoder;
struct decoder *decoder_new(const struct ppc_model *model);
void decoder_free(struct decoder *d);

/* The record for word (INSN_ILLEGAL when none) with its variant bits in *variant and the operands
 * in *s (s->h is left alone). Reserved bits are ignored, as the 74xx does. */
enum insn_id decode(const struct decoder *d, uint32_t word, struct slot *s, unsigned *variant);
/* The record alone. */
enum insn_id decode_id(const struct decoder *d, uint32_t word);
/* Bits of word that are reserved in record `id` and should be 0. */
uint32_t decode_reserved_mask(const struct decoder *d, enum insn_id id);
/* Variant bits (SEM_RC, SEM_OE, SEM_LK, SEM_AA) of a word under this record. */
unsigned decode_variant(const struct insn *in, uint32_t word);

#endif
