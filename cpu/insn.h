/*
 * The instruction record and the decoded slot.
 *
 * insn.def (which includes insn_int.def, insn_fp.def, insn_vec.def and insn_64.def) has one line an instruction:
 *
 *   INSN(name, form, op, xo, variants, glue, "syntax", attrs, feature)
 *
 *   name      sem_<name> is its semantic function; a dot in the mnemonic is written _rc
 *             (addic. is addic_rc). The printed mnemonic is the name with _rc -> "." unless the
 *             record has variants, whose suffixes (o . l a) are added.
 *   form      where the extended opcode is (enum insn_form)
 *   op, xo    primary and extended opcode, decimal
 *   variants  N  one;  1  one, whose bit 31 must be 1 (stwcx.);  R  bit 31 is Rc;  OR  Rc and OE (bit 21);  L  bit 31 is LK;  LA  LK and AA;
 *             V  bit 21 is Rc (vector compares). The semantic function gets the variant bits as the
 *             constant v: SEM_RC, SEM_OE, SEM_LK, SEM_AA.
 *   glue      F  has a fast handler;  S  slow only (calls allowed, may change anything);
 *             B  direct branch;  J  indirect branch
 *   syntax    operands as the assembler writes them, from which decoder, disassembler and tests
 *             take fields (tokens below). What no token, opcode or variant bit covers must be 0.
 *   attrs     enum insn_attr: A_PRIV (supervisor only), A_FP (needs MSR[FP]), A_VEC (needs MSR[VEC]):
 *             these three are checked by the glue before the semantics; A_GATE: the fast semantics
 *             looks at c->fpu.gate instead, which is shut while MSR[FP] = 0; A_LOAD, A_STORE, A_SYNC
 *             (context synchronising: translations and interrupts are looked at again); A_NONE
 *   feature   enum ppc_feature that the model must have; PPC_F_BASE: all do
 *
 * Tokens and the slot field they go to:
 *   rD rS fD fS vD vS crfD crbD TO BO -> d     rA rA0 fA vA crfS crbA BI -> a (rA0: 32 when 0)
 *   rB fB vB crbB SH NB -> b                    rC fC vC MB -> c       (rC has no use)
 *   (a vector register's number is stored twice as large)
 *   SI UI BD LI SPR TBR CRM FM SR SIMM UIMM L15 ... -> imm (see decode.c)
 *   SH6 -> b, MB6 -> c: six-bit shift and mask bound; L (of compares) -> c
 *   d(rA0) "SI(rA0)": displacement in imm;  ME: imm = mask(MB, ME);  STRM: dst's stream -> d
 *   SIMM (5 bits signed, vspltis*) -> imm, sits in the vA field; UIMM (5 bits, vsplt*, vcf*) -> imm,
 *   sits in the vA field; SHB (4 bits, vsldoi) -> imm; T1 (bit 6 is 1: dstt, dststt, dssall); other ignored bits are not written.
 */
#ifndef CPU_INSN_H
#define CPU_INSN_H

#include "cpu/state.h"

/* Bytes that dcbz clears and a reservation covers: one size a width so far. */
#define CACHE_LINE (PPC_WIDTH == 32 ? 32u : 128u)

enum sem {
    SEM_NEXT,   /* go on with the next instruction */
    SEM_BRANCH, /* go on at c->npc (direct branches in fast glue: at the slot's own target) */
    SEM_FAULT,  /* fast glue: could not be done quickly, nothing was changed, take the slow path.
                   portable glue: an exception is in c->exc_*, nothing else was changed */
};

/* Bits of the constant argument v of a semantic function. */
enum { SEM_RC = 1, SEM_OE = 2, SEM_LK = 1, SEM_AA = 2 };

/* One decoded instruction: 16 bytes, so that a page of code is 16 KiB. */
typedef void slot_fn(struct ppc_cpu *c, const struct slot *s, intptr_t key);
/* The portable form of every instruction: full behaviour, may call anything. */
typedef enum sem insn_fn(struct ppc_cpu *c, const struct slot *s);

/* A CPU uses one glue for all its slots, so it knows which member is there. */
union handler {
    slot_fn *tail;
    insn_fn *call;
    uintptr_t kind; /* exec_profile.c: a number */
};

struct slot {
    union handler h;
    int32_t imm;
    uint8_t d, a, b, c;
};

enum insn_form {
    FORM_D, FORM_I, FORM_B, FORM_M,              /* primary opcode only */
    FORM_SC,                                     /* bit 30 */
    FORM_X, FORM_XL, FORM_XFX, FORM_XFL,         /* 10 bits, 21-30 */
    FORM_XO,                                     /* 9 bits, 22-30 */
    FORM_A,                                      /* 5 bits, 26-30 */
    FORM_VX,                                     /* 11 bits, 21-31 */
    FORM_VA,                                     /* 6 bits, 26-31 */
    FORM_VC,                                     /* 10 bits, 22-31 */
    FORM_DS, FORM_MD, FORM_MDS, FORM_XS,         /* 64-bit: 2, 3, 4 and 9 bits */
};

enum insn_variants { VAR_N, VAR_1, VAR_R, VAR_OR, VAR_L, VAR_LA, VAR_V };
enum insn_glue { GLUE_F, GLUE_S, GLUE_B, GLUE_J };
enum insn_attr { A_NONE = 0, A_PRIV = 1, A_LOAD = 2, A_STORE = 4, A_FP = 8, A_VEC = 16, A_SYNC = 32,
                 A_GATE = 64 };

struct insn {
    const char *name;
    enum insn_form form;
    uint16_t op, xo;
    enum insn_variants variants;
    enum insn_glue glue;
    const char *syntax;
    unsigned attrs, feature;
};

enum insn_id {
    INSN_ILLEGAL,
#define INSN(name, form, op, xo, var, glue, syntax, attrs, feature) INSN_##name,
#include "cpu/insn.def"
#undef INSN
    N_INSNS
};

extern const struct insn insn_table[N_INSNS];

#endif
