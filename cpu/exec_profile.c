/*
 * The third glue: the portable functions under a loop that counts. A slot names the handler that the
 * threaded core would have there (exec_tail.c), special and far forms included but never a fused pair,
 * since which pairs to fuse is what one wants to find out.
 */
#include "cpu/decode.h"
#include "cpu/exec.h"
#include "cpu/exec_loop.h"
#include "cpu/profile.h"
#include "cpu/spr.h"

/* Numbers of handlers: record * 4 + variant, then the special ones, those again with a branch that
 * leaves the page, and far forms of b, bl, bc and bcl. */
#define FIRST_SPECIAL (N_INSNS * 4u)
#define N_SPECIALS ARRAY_SIZE(specials)
#define FIRST_FAR (FIRST_SPECIAL + (unsigned)N_SPECIALS)
#define FAR_B (FIRST_FAR + (unsigned)N_SPECIALS)
#define FAR_BC (FAR_B + 2)
#define N_KINDS (FAR_BC + 2)
#define UNDECODED UINTPTR_MAX

static const struct special {
    const char *name;
    enum insn_id record;
    unsigned variant;
    enum insn_glue glue;
} specials[] = {
#define SPEC(id, name, n, glue, fact) {#id, INSN_##name, n, GLUE_##glue},
#include "cpu/spec.def"
#undef SPEC
};

/* The portable function of a handler is a record's, whatever its special form. */
static unsigned record_of(unsigned k, unsigned *variant)
{
    if (k >= FAR_B) {
        *variant = (k - FAR_B) & 1;
        return k < FAR_BC ? INSN_b : INSN_bc;
    }
    if (k >= FIRST_SPECIAL) {
        const struct special *sp = &specials[(k - FIRST_SPECIAL) % N_SPECIALS];
        *variant = sp->variant;
        return sp->record;
    }
    *variant = k & 3;
    return k >> 2;
}

static const char *name_of(unsigned k, char *room, size_t size)
{
    unsigned variant, record = record_of(k, &variant);
    const char *name = insn_table[record].name;
    if (k >= FIRST_SPECIAL && k < FAR_B) name = specials[(k - FIRST_SPECIAL) % N_SPECIALS].name;
    snprintf(room, size, "%s%s_%u", k >= FIRST_FAR ? "far_" : "", name, variant);
    return room;
}

static char glue_of(unsigned k)
{
    unsigned variant, record = record_of(k, &variant);
    enum insn_glue g = insn_table[record].glue;
    if (k >= FIRST_SPECIAL && k < FAR_B) g = specials[(k - FIRST_SPECIAL) % N_SPECIALS].glue;
    return g == GLUE_B && variant & SEM_AA ? 'S' : "FSBJ"[g];
}

/* As exec_tail.c's pick_handler does it. */
static unsigned choose(enum insn_id id, unsigned variant, const struct slot *s, unsigned index)
{
    int64_t to = (int64_t)index * 4 + s->imm;
    bool far = insn_table[id].glue == GLUE_B && (to < 0 || to >= (int64_t)PAGE_SIZE);
    unsigned k = far ? FIRST_FAR : FIRST_SPECIAL;
#define SPEC(spec, name, n, glue, fact)                                                            \
    if (id == INSN_##name && variant == (n) && (fact)) return k;                                   \
    k++;
#include "cpu/spec.def"
#undef SPEC
    if (far && !(variant & SEM_AA)) return (id == INSN_b ? FAR_B : FAR_BC) + variant;
    return id * 4 + variant;
}

static union handler pick(enum insn_id id, unsigned variant, const struct slot *s, unsigned index)
{
    return (union handler){.kind = choose(id, variant, s, index)};
}

struct codecache *exec_profile_new_cache(void)
{
    return codecache_new((union handler){.kind = UNDECODED}, (union handler){.kind = UNDECODED}, NULL);
}

struct profile *exec_profile_new(void) { return profile_new(N_KINDS); }

static ALWAYS_INLINE enum sem run_slot(struct ppc_cpu *c, struct slot *s)
{
    unsigned variant, record;
    if (s->h.kind == UNDECODED) codecache_decode(c, (struct code_page *)c->page_slots, s, pick);
    record = record_of((unsigned)s->h.kind, &variant);
    profile_note(c->profile, (unsigned)s->h.kind);
    return ppc_call_table[record][variant](c, s);
}

void exec_profile_run(struct ppc_cpu *c)
{
    while (c->left > 0 && !c->kick) {
        struct slot *s = loop_enter(c);
        if (!s) continue;
        const struct slot *end = c->page_slots + PAGE_SLOTS;
        enum sem r;
        do {
            r = run_slot(c, s++);
            loop_finish(c, r);
        } while (r == SEM_NEXT && s < end && c->left > 0 && !c->kick);
        profile_end_run(c->profile);
    }
}

void core_profile_print(const struct ppc_cpu *c, FILE *to)
{
    if (c->profile) profile_print(c->profile, name_of, glue_of, to);
}

void core_profile_reset(struct ppc_cpu *c)
{
    if (c->profile) profile_reset(c->profile);
}
