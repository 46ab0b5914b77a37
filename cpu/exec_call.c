/*
 * The portable glue: every instruction as an ordinary function with its full behaviour, and the loop
 * that calls them. Used for -O0, sanitizers, single step and tracing, and by the tail glue for
 * everything that is not the common case.
 */
#define FAST_GLUE 0

#include "cpu/access.h"
#include "cpu/codecache.h"
#include "cpu/debug.h"
#include "cpu/decode.h"
#include "cpu/exception.h"
#include "cpu/exec.h"
#include "cpu/exec_loop.h"
#include "cpu/spr.h"

#define CIA(c, s) ((c)->pc)

static inline enum sem raise(struct ppc_cpu *c, enum ppc_vector vector, uint32_t srr1_bits)
{
    return ppc_raise(c, vector, srr1_bits);
}

static ALWAYS_INLINE enum sem branch_to(struct ppc_cpu *c, ureg target)
{
    c->npc = in_mode(c, target);
    return SEM_BRANCH;
}

static ALWAYS_INLINE enum sem branch_direct(struct ppc_cpu *c, const struct slot *s, unsigned v)
{
    return branch_to(c, (v & SEM_AA ? 0 : c->pc) + (ureg)(sreg)s->imm);
}

/* Soft TLB first, then the full access. */
#define MEM_ACCESS(bits, get, put, suffix, slow_suffix, aligned)                                   \
    static inline UNUSED bool mem_ld##suffix(struct ppc_cpu *c, ureg ea, uint##bits##_t *v)               \
    {                                                                                              \
        const uint8_t *p = aligned ? fast_read(c, ea, bits / 8) : NULL;                            \
        if (likely(p)) {                                                                           \
            *v = get(p);                                                                           \
            return true;                                                                           \
        }                                                                                          \
        uint64_t t;                                                                                \
        if (!slow_load##slow_suffix(c, ea, bits / 8, &t)) return false;                            \
        *v = (uint##bits##_t)t;                                                                    \
        return true;                                                                               \
    }                                                                                              \
    static inline UNUSED bool mem_st##suffix(struct ppc_cpu *c, ureg ea, uint##bits##_t v)                \
    {                                                                                              \
        uint8_t *p = aligned ? fast_write(c, ea, bits / 8) : NULL;                                 \
        if (unlikely(!p)) return slow_store##slow_suffix(c, ea, bits / 8, v);                      \
        put(p, v);                                                                                 \
        return true;                                                                               \
    }
#define GET8(p) (*(p))
#define PUT8(p, v) (*(p) = (v))
MEM_ACCESS(8, GET8, PUT8, 8, , true)
MEM_ACCESS(16, get_be16, put_be16, 16, , true)
MEM_ACCESS(32, get_be32, put_be32, 32, , true)
MEM_ACCESS(64, get_be64, put_be64, 64, , true)
MEM_ACCESS(32, get_be32, put_be32, f32, _fp, !(ea & 3))
MEM_ACCESS(64, get_be64, put_be64, f64, _fp, !(ea & 3))

static inline bool mem_ld128(struct ppc_cpu *c, ureg ea, union vreg *v)
{
    return slow_load128(c, ea, v);
}

static inline bool mem_st128(struct ppc_cpu *c, ureg ea, const union vreg *v)
{
    return slow_store128(c, ea, v);
}

#include "cpu/sem_64.h"
#include "cpu/sem_branch.h"
#include "cpu/sem_fp.h"
#include "cpu/sem_int.h"
#include "cpu/sem_mem.h"
#include "cpu/sem_sys.h"
#include "cpu/sem_vec.h"

/* ---- one function a record and variant ---- */

static enum sem call_illegal(struct ppc_cpu *c, const struct slot *s)
{
    (void)s;
    return ppc_raise(c, VEC_PROGRAM, PROGRAM_ILLEGAL);
}

#define CALL(name, n, attrs)                                                                       \
    static enum sem call_##name##_##n(struct ppc_cpu *c, const struct slot *s)                     \
    {                                                                                              \
        if (((attrs) & A_PRIV) && c->msr & MSR_PR)                                                 \
            return ppc_raise(c, VEC_PROGRAM, PROGRAM_PRIVILEGED);                                  \
        if (((attrs) & A_FP) && !(c->msr & MSR_FP)) return ppc_raise(c, VEC_FP_UNAVAILABLE, 0);    \
        if (((attrs) & A_VEC) && !(c->msr & MSR_VEC)) return ppc_raise(c, VEC_VEC_UNAVAILABLE, 0); \
        return sem_##name(c, s, n);                                                                \
    }
#define INSN(name, form, op, xo, var, glue, syntax, attrs, feature) VARIANTS_##var(CALL, name, attrs)
#include "cpu/insn_width.def"
#undef INSN

static insn_fn call_break;

insn_fn *const ppc_call_table[N_INSNS][4] = {
    [INSN_ILLEGAL] = {call_illegal, call_break, call_illegal, call_illegal},
#define ENTRY(name, n, attrs) [n] = call_##name##_##n,
#define INSN(name, form, op, xo, var, glue, syntax, attrs, feature)                                \
    [INSN_##name] = {VARIANTS_##var(ENTRY, name, attrs)},
#include "cpu/insn_width.def"
#undef INSN
};

/* ---- the slot at a breakpoint's offset: stops, or does what is written there ---- */

static enum sem call_break(struct ppc_cpu *c, const struct slot *at)
{
    uint32_t word;
    struct slot s = *at;
    unsigned variant;
    if (debug_stops_at(c, c->pc)) return debug_stop(c);
    if (!fetch_word(c, c->pc, &word)) return SEM_FAULT;
    enum insn_id id = decode(c->decoder, word, &s, &variant);
    return ppc_call_table[id][id == INSN_ILLEGAL ? 0 : variant](c, &s);
}

/* ---- the loop ---- */

static union handler pick(enum insn_id id, unsigned variant, const struct slot *s, unsigned index)
{
    (void)s;
    (void)index;
    return (union handler){.call = ppc_call_table[id][variant]};
}

static enum sem call_undecoded(struct ppc_cpu *c, const struct slot *s)
{
    struct slot *slot = c->page_slots + (s - c->page_slots); /* the writable view of s */
    codecache_decode(c, (struct code_page *)c->page_slots, slot, pick);
    return slot->h.call(c, slot);
}

struct codecache *exec_call_new_cache(void)
{
    return codecache_new((union handler){.call = call_undecoded}, (union handler){.call = NULL}, NULL);
}

void exec_call_run(struct ppc_cpu *c)
{
    while (c->left > 0 && !c->kick) {
        const struct slot *s = loop_enter(c);
        if (!s) continue;
        const struct slot *end = c->page_slots + PAGE_SLOTS;
        enum sem r;
        do {
            r = s->h.call(c, s);
            loop_finish(c, r);
            s++;
        } while (r == SEM_NEXT && s < end && c->left > 0 && !c->kick);
    }
}

/* ---- single step ---- */

static void trace_line(struct ppc_cpu *c, uint32_t word)
{
    char text[64];
    if (log_on(c->log, LOG_CPU)) ppc_dump(c, c->log->to);
    if (!log_on(c->log, LOG_EXEC)) return;
    ppc_disasm(c, word, c->pc, text, sizeof text);
    log_line(c->log, LOG_EXEC, "%08lx: %08x  %s", (unsigned long)c->pc, word, text);
}

/* The instruction is not executed; run_loop comes here with one at a time while IABR is armed. */
static bool iabr_hit(struct ppc_cpu *c)
{
    ureg iabr = c->spr[SPR_N_iabr];
    if (PPC_WIDTH == 64 || !(iabr & IABR_BE) || ((iabr & IABR_TE) != 0) != ((c->msr & MSR_IR) != 0)) return false;
    return (c->pc & ~(ureg)3) == (iabr & ~(ureg)3);
}

/* MSR[SE] traps after every instruction but rfi, MSR[BE] after branches (PEM 6.4.10). */
static bool wants_trace(ureg msr, enum insn_id id, enum sem r)
{
    if (id == INSN_isync && PPC_WIDTH == 32) return false; /* MPC7400UM table 4-2 */
    if (r == SEM_FAULT || id == INSN_rfi || id == INSN_rfid || id == INSN_sc) return false;
    if (msr & MSR_SE) return true;
    return msr & MSR_BE && (insn_table[id].glue == GLUE_B || insn_table[id].glue == GLUE_J);
}

void exec_step(struct ppc_cpu *c)
{
    uint32_t word;
    if (!fetch_word(c, c->pc, &word)) {
        loop_finish(c, SEM_FAULT);
        return;
    }
    if (unlikely(c->debug != NULL) && debug_stops_at(c, c->pc)) {
        c->kick |= KICK_DEBUG;
        return;
    }
    if (unlikely(iabr_hit(c))) {
        ppc_raise(c, VEC_IABR, 0);
        loop_finish(c, SEM_FAULT);
        return;
    }
    struct slot s = {0};
    unsigned variant;
    ureg msr = c->msr;
    enum insn_id id = decode(c->decoder, word, &s, &variant);
    if (c->tracing) trace_line(c, word);
    enum sem r = ppc_call_table[id][variant](c, &s);
    loop_finish(c, r);
    if (wants_trace(msr, id, r)) {
        ppc_raise(c, VEC_TRACE, 0);
        ppc_take_exception(c, c->pc);
    }
}
