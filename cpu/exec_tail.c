/*
 * The tail-call glue: each instruction is a handler that jumps to the next one.
 *
 * Arguments of every handler: the CPU, the slot under execution, and the key. The guest's pc is not
 * kept: it is c->pc_page + (slot - c->page_slots) * 4. The budget is in the key: left instructions =
 * (key - slot) / sizeof(struct slot), so straight code counts by itself and a taken branch adds the
 * distance it jumps. Handlers contain no call: what is not the common case is a tail call into the
 * cold part below, which brings c->pc and c->left up to date, runs the portable function and goes on.
 */
#include "cpu/exec.h"

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(PPC_NO_TAIL_CALLS)
#define FAST_GLUE 1

#include "cpu/access.h"
#include "cpu/codecache.h"
#include "cpu/debug.h"
#include "cpu/exception.h"

/* clang 13 and gcc 15 can promise the jump; gcc 12-14 make it at -O2 where nothing forbids it, and
 * tests/tools/lint_handlers.sh looks at the result. */
#if defined(__has_attribute)
#if __has_attribute(musttail)
#define TAIL __attribute__((musttail)) return
#endif
#endif
#ifndef TAIL
#define TAIL return
#endif

#define ARGS struct ppc_cpu *c, const struct slot *s, intptr_t key
/* A hot handler's: guest memory, the CPU and the slots never overlap (cold ones rewrite slots). */
#define HOT_ARGS struct ppc_cpu *restrict c, const struct slot *restrict s, intptr_t key
/* The empty asm keeps the compiler from addressing the handler by the old slot: two instructions less. */
#define DISPATCH(to, k)                                                                            \
    do {                                                                                           \
        const struct slot *next_ = (to);                                                           \
        __asm__("" : "+r"(next_));                                                                 \
        TAIL next_->h.tail(c, next_, (k));                                                         \
    } while (0)

#define SLOT_SIZE ((intptr_t)sizeof(struct slot))
#define LEFT(s, key) (((key) - (intptr_t)(s)) / SLOT_SIZE)
#define CIA(c, s) ((c)->pc_page + (ureg)((s) - (c)->page_slots) * 4)

static ALWAYS_INLINE enum sem raise(struct ppc_cpu *c, enum ppc_vector vector, uint32_t bits)
{
    (void)c;
    (void)vector;
    (void)bits;
    return SEM_FAULT;
}

static ALWAYS_INLINE enum sem branch_to(struct ppc_cpu *c, ureg target)
{
    c->npc = in_mode(c, target);
    return SEM_BRANCH;
}

static ALWAYS_INLINE enum sem branch_direct(struct ppc_cpu *c, const struct slot *s, unsigned v)
{
    (void)c;
    (void)s;
    (void)v;
    return SEM_BRANCH; /* the glue knows where the slot's displacement leads */
}

#define mem_read_span(c, ea, len) fast_read(c, ea, len)
#define mem_write_span(c, ea, len) fast_write(c, ea, len)
#define mem_read_words(c, ea, len) fast_read_words(c, ea, len)
#define mem_write_words(c, ea, len) fast_write_words(c, ea, len)

#define MEM_ACCESS(bits, get, put)                                                                 \
    static ALWAYS_INLINE UNUSED bool mem_ld##bits(struct ppc_cpu *c, ureg ea, uint##bits##_t *v)        \
    {                                                                                              \
        const uint8_t *p = fast_read(c, ea, bits / 8);                                             \
        if (unlikely(!p)) return false;                                                            \
        *v = get(p);                                                                               \
        return true;                                                                               \
    }                                                                                              \
    static ALWAYS_INLINE UNUSED bool mem_st##bits(struct ppc_cpu *c, ureg ea, uint##bits##_t v)         \
    {                                                                                              \
        uint8_t *p = fast_write(c, ea, bits / 8);                                                  \
        if (unlikely(!p)) return false;                                                            \
        put(p, v);                                                                                 \
        return true;                                                                               \
    }
#define GET8(p) (*(p))
#define PUT8(p, v) (*(p) = (v))
MEM_ACCESS(8, GET8, PUT8)
MEM_ACCESS(16, get_be16, put_be16)
MEM_ACCESS(32, get_be32, put_be32)
MEM_ACCESS(64, get_be64, put_be64)

static ALWAYS_INLINE UNUSED bool mem_ld128(struct ppc_cpu *c, ureg ea, union vreg *v)
{
    const uint8_t *p = fast_read(c, ea, 16);
    if (unlikely(!p)) return false;
    VR_D(*v, 0) = get_be64(p);
    VR_D(*v, 1) = get_be64(p + 8);
    return true;
}

static ALWAYS_INLINE UNUSED bool mem_st128(struct ppc_cpu *c, ureg ea, const union vreg *v)
{
    uint8_t *p = fast_write(c, ea, 16);
    if (unlikely(!p)) return false;
    put_be64(p, VR_D(*v, 0));
    put_be64(p + 8, VR_D(*v, 1));
    return true;
}

#include "cpu/sem_64.h"
#include "cpu/sem_branch.h"
#include "cpu/sem_fp.h"
#include "cpu/sem_int.h"
#include "cpu/sem_mem.h"
#include "cpu/sem_sys.h"
#include "cpu/sem_vec.h"

/* ---- the cold part ---- */

/* Goes on at c->pc with c->left instructions, or back to ppc_run. */
static COLD void resume(ARGS)
{
    struct code_page *p;
    for (;;) {
        if (c->kick || c->left <= 0) return;
        const struct itlb_entry *e = &c->bank->i[c->pc >> PAGE_SHIFT & (ITLB_SIZE - 1)];
        p = e->page;
        if (e->tag == (c->pc & ~(ureg)PAGE_MASK)) break;
        p = codecache_fetch(c, c->pc);
        if (p) break;
        ppc_take_exception(c, c->pc);
        c->left--; /* an exception counts: a vector that faults itself cannot run for ever */
    }
    c->pc_page = c->pc & ~(ureg)PAGE_MASK;
    c->page_slots = p->slots;
    s = p->slots + ((c->pc & PAGE_MASK) >> 2);
    key = (intptr_t)s + c->left * SLOT_SIZE;
    DISPATCH(s, key);
}

/* The portable function has run: c->result says how to go on. (musttail wants equal signatures.) */
static COLD void finish(ARGS)
{
    enum sem r = (enum sem)c->result;
    c->left--;
    if (r == SEM_NEXT) {
        c->pc = in_mode(c, c->pc + 4);
        if (unlikely(c->kick)) return;
        DISPATCH(s + 1, key);
    }
    if (r == SEM_BRANCH) c->pc = c->npc;
    else ppc_take_exception(c, c->pc);
    TAIL resume(c, s, key);
}

static ALWAYS_INLINE void sync_state(ARGS)
{
    c->pc = CIA(c, s);
    c->left = LEFT(s, key);
}

/* A branch whose page is not in the fetch TLB, or that used up the budget: c->npc is its target. */
static COLD void branch_slow(ARGS)
{
    c->left = LEFT(s, key) - 1;
    c->pc = c->npc;
    TAIL resume(c, s, key);
}

static COLD void near_out_of_budget(ARGS)
{
    c->npc = in_mode(c, CIA(c, s) + (ureg)(sreg)s->imm);
    TAIL branch_slow(c, s, key);
}

static void op_page_end(ARGS)
{
    c->pc = in_mode(c, c->pc_page + PAGE_SIZE);
    c->left = LEFT(s, key);
    TAIL resume(c, s, key);
}

/* ---- handlers ---- */

/* What is left behind a branch k slots on, in bytes of slots; not positive: the budget is used up. */
#define LEFT_BEHIND(k) (key - (intptr_t)s - ((k) + 1) * SLOT_SIZE)

/* Slot s is a branch to effective address c->npc, in another page or without budget. */
static void far_jump(HOT_ARGS)
{
    ureg target = c->npc;
    intptr_t left = LEFT_BEHIND(0);
    const struct itlb_entry *e = &c->bank->i[target >> PAGE_SHIFT & (ITLB_SIZE - 1)];
    if (unlikely(e->tag != (target & ~(ureg)PAGE_MASK)) || unlikely(left <= 0)) TAIL branch_slow(c, s, key);
    struct slot *t = e->page->slots;
    c->pc_page = e->tag;
    c->page_slots = t;
    t += (target & PAGE_MASK) >> 2;
    DISPATCH(t, (intptr_t)t + left);
}

/* The branch k slots on jumps to c->npc, most often in the same page. */
#define GO_FAR(k)                                                                                  \
    do {                                                                                           \
        ureg distance_ = c->npc - c->pc_page;                                                      \
        intptr_t left_ = LEFT_BEHIND(k);                                                           \
        if (distance_ >= PAGE_SIZE || unlikely(left_ <= 0)) TAIL far_jump(c, s + (k), key);        \
        const char *t_ = (const char *)c->page_slots + (uintptr_t)distance_ * (SLOT_SIZE / 4);     \
        DISPATCH((const struct slot *)(const void *)t_, (intptr_t)t_ + left_);                     \
    } while (0)

#define GO_NEAR(k)                                                                                 \
    do {                                                                                           \
        intptr_t left_ = LEFT_BEHIND(k);                                                           \
        if (unlikely(left_ <= 0)) TAIL near_out_of_budget(c, s + (k), key);                        \
        const char *t_ = (const char *)(s + (k)) + (intptr_t)s[k].imm * (SLOT_SIZE / 4);           \
        DISPATCH((const struct slot *)(const void *)t_, (intptr_t)t_ + left_);                     \
    } while (0)

#define SLOW(name, n, attrs)                                                                       \
    static COLD void slow_##name##_##n(ARGS)                                                       \
    {                                                                                              \
        sync_state(c, s, key);                                                                     \
        c->result = ppc_call_table[INSN_##name][n](c, s);                                          \
        TAIL finish(c, s, key);                                                                    \
    }

#define UNAVAILABLE(attrs)                                                                         \
    ((((attrs) & (A_FP | A_GATE)) == A_FP && unlikely(!(c->msr & MSR_FP))) ||                                         \
     (((attrs) & A_VEC) && unlikely(!(c->msr & MSR_VEC))) ||                                       \
     (((attrs) & A_PRIV) && unlikely(c->msr & MSR_PR)))

/* What the decoder has established for handler <id>_<n>, for the fused pairs that contain it. */
#define FACT(id, n, fact)                                                                          \
    static ALWAYS_INLINE UNUSED bool fact_##id##_##n(const struct slot *s UNUSED) { return fact; }

#define FAST(id, name, n, attrs, fact)                                                             \
    FACT(id, n, fact)                                                                              \
    static void op_##id##_##n(HOT_ARGS)                                                                \
    {                                                                                              \
        ASSUME(fact);                                                                              \
        if (UNAVAILABLE(attrs) || unlikely(sem_##name(c, s, n) != SEM_NEXT))                       \
            TAIL slow_##name##_##n(c, s, key);                                                     \
        DISPATCH(s + 1, key);                                                                      \
    }

#define NEAR_AND_FAR(id, name, n, fact)                                                            \
    FACT(id, n, fact)                                                                              \
    static void op_##id##_##n(HOT_ARGS)                                                                \
    {                                                                                              \
        ASSUME(fact);                                                                              \
        if (sem_##name(c, s, n) == SEM_BRANCH) GO_NEAR(0);                                          \
        DISPATCH(s + 1, key);                                                                      \
    }                                                                                              \
    static void far_##id##_##n(HOT_ARGS)                                                               \
    {                                                                                              \
        ASSUME(fact);                                                                              \
        if (sem_##name(c, s, n) == SEM_BRANCH) {                                                   \
            c->npc = in_mode(c, CIA(c, s) + (ureg)(sreg)s->imm);                                   \
            TAIL far_jump(c, s, key);                                                              \
        }                                                                                          \
        DISPATCH(s + 1, key);                                                                      \
    }

#define JUMP(id, name, n, fact, go)                                                                 \
    FACT(id, n, fact)                                                                              \
    static void op_##id##_##n(HOT_ARGS)                                                                \
    {                                                                                              \
        ASSUME(fact);                                                                              \
        if (sem_##name(c, s, n) == SEM_BRANCH) go(0);                                               \
        DISPATCH(s + 1, key);                                                                      \
    }

/* By the record's glue letter; absolute branches (bit SEM_AA) are rare and stay slow. */
#define EMIT_F(name, n, attrs) SLOW(name, n, attrs) FAST(name, name, n, attrs, true)
#define EMIT_S(name, n, attrs) SLOW(name, n, attrs)
#define EMIT_B(name, n, attrs) EMIT_B_##n(name)
#define EMIT_B_0(name) NEAR_AND_FAR(name, name, 0, true)
#define EMIT_B_1(name) NEAR_AND_FAR(name, name, 1, true)
#define EMIT_B_2(name) SLOW(name, 2, A_NONE)
#define EMIT_B_3(name) SLOW(name, 3, A_NONE)
#define EMIT_J(name, n, attrs) JUMP(name, name, n, true, GO_FAR_##n)
#define GO_FAR_0(k) GO_FAR(k)
#define GO_FAR_1(k) TAIL far_jump(c, s + (k), key) /* rare, and short of registers */

#define INSN(name, form, op, xo, var, glue, syntax, attrs, feature)                                \
    VARIANTS_##var(EMIT_##glue, name, attrs)
#include "cpu/insn_width.def"
#undef INSN

static COLD void slow_illegal(ARGS)
{
    sync_state(c, s, key);
    c->result = ppc_call_table[INSN_ILLEGAL][0](c, s);
    TAIL finish(c, s, key);
}

static COLD void slow_break(ARGS)
{
    sync_state(c, s, key);
    c->result = ppc_call_table[INSN_ILLEGAL][BREAK_VARIANT](c, s);
    TAIL finish(c, s, key);
}

#define SPEC_N_0 0
#define SPEC_N_SEM_LK 1
#define SPEC_F(id, name, n, fact) FAST_SPEC(id, name, n, fact)
#define FAST_SPEC(id, name, n, fact)                                                               \
    FACT(id, n, fact)                                                                              \
    static void op_##id##_##n(HOT_ARGS)                                                                \
    {                                                                                              \
        ASSUME(fact);                                                                              \
        if (unlikely(sem_##name(c, s, n) != SEM_NEXT)) TAIL slow_##name##_##n(c, s, key);          \
        DISPATCH(s + 1, key);                                                                      \
    }
#define SPEC_B(id, name, n, fact) NEAR_AND_FAR(id, name, n, fact)
#define SPEC_J(id, name, n, fact) JUMP(id, name, n, fact, GO_FAR)
#define SPEC(id, name, n, glue, fact) SPEC_##glue(id, name, n, fact)
#include "cpu/spec.def"
#undef SPEC

/* ---- choosing a handler ---- */

#define ENTRY_F(name, n, attrs) [n] = op_##name##_##n,
#define ENTRY_S(name, n, attrs) [n] = slow_##name##_##n,
#define ENTRY_J(name, n, attrs) [n] = op_##name##_##n,
#define ENTRY_B(name, n, attrs) ENTRY_B_##n(name)
#define ENTRY_B_0(name) [0] = op_##name##_0,
#define ENTRY_B_1(name) [1] = op_##name##_1,
#define ENTRY_B_2(name) [2] = slow_##name##_2,
#define ENTRY_B_3(name) [3] = slow_##name##_3,

static slot_fn *const handlers[N_INSNS][4] = {
    [INSN_ILLEGAL] = {slow_illegal, slow_break, slow_illegal, slow_illegal},
#define INSN(name, form, op, xo, var, glue, syntax, attrs, feature)                                \
    [INSN_##name] = {VARIANTS_##var(ENTRY_##glue, name, attrs)},
#include "cpu/insn_width.def"
#undef INSN
};

static bool leaves_page(const struct slot *s, unsigned index)
{
    int64_t to = (int64_t)index * 4 + s->imm;
    return to < 0 || to >= (int64_t)PAGE_SIZE;
}

static slot_fn *pick_handler(enum insn_id id, unsigned variant, const struct slot *s, unsigned index)
{
    bool far = insn_table[id].glue == GLUE_B && leaves_page(s, index);
#define NEAR_FAR_F(spec, n) op_##spec##_##n
#define NEAR_FAR_J(spec, n) op_##spec##_##n
#define NEAR_FAR_B(spec, n) far ? far_##spec##_##n : op_##spec##_##n
#define SPEC(spec, name, n, glue, fact)                                                            \
    if (id == INSN_##name && variant == (n) && (fact)) return NEAR_FAR_##glue(spec, n);
#include "cpu/spec.def"
#undef SPEC
    if (far && !(variant & SEM_AA)) {
        if (id == INSN_b) return variant ? far_b_1 : far_b_0;
        return variant ? far_bc_1 : far_bc_0;
    }
    return handlers[id][variant];
}

static union handler pick(enum insn_id id, unsigned variant, const struct slot *s, unsigned index)
{
    return (union handler){.tail = pick_handler(id, variant, s, index)};
}

static void op_undecoded(ARGS);

#include "cpu/exec_fuse.h"

/* Decoding calls out and then runs the slot, so it is cold even though it looks like a handler. */
static COLD void op_undecoded(ARGS)
{
    sync_state(c, s, key);
    struct slot *slot = c->page_slots + (s - c->page_slots);
    codecache_decode(c, (struct code_page *)c->page_slots, slot, pick);
    fuse(c, (struct code_page *)c->page_slots, slot);
    DISPATCH(s, key);
}

static struct codecache *new_cache(void)
{
    return codecache_new((union handler){.tail = op_undecoded}, (union handler){.tail = op_page_end},
                         fuse_index_new());
}

static void run(struct ppc_cpu *c) { resume(c, NULL, 0); }

#ifdef EXEC_TAIL_IS_V3
const struct exec_tail exec_tail_v3 = {new_cache, run};
#else
const struct exec_tail exec_tail_base = {new_cache, run};
#endif

#endif

/* ---- choosing a compilation of this file ---- */

#ifndef EXEC_TAIL_IS_V3

#ifdef EXEC_TAIL_HAS_V3
#include <cpuid.h>

/* The compiler's own test knows whether the system saves AVX registers, but clang 14 has no names for the rest. */
static bool host_is_v3(void)
{
    unsigned a, b, c1, c2, d, leaf1 = bit_MOVBE | bit_F16C;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __get_cpuid(1, &a, &b, &c1, &d) && (c1 & leaf1) == leaf1 &&
           __get_cpuid(0x80000001, &a, &b, &c2, &d) && c2 & bit_LZCNT;
}
#endif

#ifdef FAST_GLUE
const bool exec_tail_available = true;

const struct exec_tail *exec_tail_choose(bool baseline UNUSED)
{
#ifdef EXEC_TAIL_HAS_V3
    if (!baseline && host_is_v3()) return &exec_tail_v3;
#endif
    return &exec_tail_base;
}
#else
const bool exec_tail_available = false;
const struct exec_tail *exec_tail_choose(bool baseline UNUSED) { return NULL; }
#endif

#endif
