/*
 * Fused handlers: two or three instructions in a row run as one (cpu/fuse.def). Part of exec_tail.c.
 *
 * The fused handler sits in the first slot and the others keep their own, so a branch to any of them just
 * works; a fault takes the slow way of the instruction that faults, with those before it done. A link says
 * that an operand of an instruction is the result of the one before it: the handler then knows both for
 * the same register, and the value need not go through memory on its way.
 */
#ifndef CPU_EXEC_FUSE_H
#define CPU_EXEC_FUSE_H

enum {
#define INSN(name, form, op, xo, var, glue, syntax, attrs, feature) FUSE_ATTRS_##name = attrs,
#include "cpu/insn_width.def"
#undef INSN
    FUSE_ATTRS_lfd_words = FUSE_ATTRS_lfd,
};
#define slow_lfd_words_0 slow_lfd_0 /* sem_fp.h: lfd behind a store of one of its words */

/* Makes t the slot k on as its semantics are to see it: r is the field of the one before that names the
 * register it writes, and the link puts it in place of the equal field. Links as said in fuse.def. */
#if PPC_WIDTH == 32
#define LINKED(t, k, field, r)                                                                     \
    struct slot t##_ = {.imm = s[k].imm, .d = s[k].d, .a = s[k].a, .b = s[k].b, .c = s[k].c};      \
    t##_.field = (r);                                                                              \
    const struct slot *t = &t##_
#define LINK_x(t, k, r) const struct slot *t = s + (k)
#else /* the registers that a handler may use do not hold all this with MSR[SF]: each one for itself */
#define LINKED(t, k, field, r) LINK_x(t, k, r)
#define LINK_x(t, k, r)                                                                            \
    __asm__ volatile("" ::: "memory");                                                             \
    const struct slot *t = s + (k)
#endif
#define LINK_d(t, k, r) LINKED(t, k, d, r)
#define LINK_a(t, k, r) LINKED(t, k, a, r)
#define LINK_b(t, k, r) LINKED(t, k, b, r)
#define LINK_c(t, k, r) LINKED(t, k, c, r)
#define LINK_cr(t, k, r) LINK_x(t, k, r) /* LAST_B_cr does it */
#define LINK_cr0(t, k, r) LINKED(t, k, a, s[k].a & 3)

/* One instruction on the way: with operands t, k slots on. seen: the attributes of those before it, whose
 * demands on MSR hold for this one too. */
#define PASS(t, k, seen, id, record, n)                                                            \
    ASSUME(fact_##id##_##n(t));                                                                    \
    if (UNAVAILABLE(FUSE_ATTRS_##record & ~(seen)) || unlikely(sem_##record(c, t, n) != SEM_NEXT)) \
        TAIL slow_##record##_##n(c, s + (k), key)

/* The last one, by its glue letter; u is the one before it. A branch with LK needs its true slot for the
 * address; one behind a compare looks at the number that the compare has just made. */
#define LAST_F(l, u, t, k, seen, id, record, n) PASS(t, k, seen, id, record, n)
#define LAST_J(l, u, t, k, seen, id, record, n)                                                          \
    ASSUME(fact_##id##_##n(t));                                                                    \
    if (sem_##record(c, (n) ? s + (k) : (t), n) == SEM_BRANCH) GO_FAR(k)
#define LAST_B(l, u, t, k, seen, id, record, n) LAST_B_##l(u, t, k, id, record, n)
#define LAST_B_x(u, t, k, id, record, n)                                                           \
    ASSUME(fact_##id##_##n(t));                                                                    \
    if (sem_##record(c, (n) ? s + (k) : (t), n) == SEM_BRANCH) GO_NEAR(k)
#define LAST_B_cr0 LAST_B_x
#define LAST_B_cr(u, t, k, id, record, n)                                                          \
    ASSUME(fact_##id##_##n(t));                                                                    \
    if (cr_test(c->crf[(unsigned)(u)->d], c->cr_so[(unsigned)(u)->d], (t)->a) == ((t)->d >> 3 & 1)) GO_NEAR(k)

#define FUSED_2(glue, i1, r1, n1, o1, i2, r2, n2, o2, l2)                                          \
    static void op_##i1##_##n1##__##i2##_##n2##_##l2(HOT_ARGS)                                     \
    {                                                                                              \
        PASS(s, 0, 0, i1, r1, n1);                                                                    \
        LINK_##l2(t2, 1, s->o1);                                                                   \
        LAST_##glue(l2, s, t2, 1, FUSE_ATTRS_##r1, i2, r2, n2);                                                            \
        DISPATCH(s + 2, key);                                                                      \
    }
#define FUSED_3(glue, i1, r1, n1, o1, i2, r2, n2, o2, l2, i3, r3, n3, o3, l3)                      \
    static void op_##i1##_##n1##__##i2##_##n2##_##l2##__##i3##_##n3##_##l3(HOT_ARGS)               \
    {                                                                                              \
        PASS(s, 0, 0, i1, r1, n1);                                                                    \
        LINK_##l2(t2, 1, s->o1);                                                                   \
        PASS(t2, 1, FUSE_ATTRS_##r1, i2, r2, n2);                                                                   \
        LINK_##l3(t3, 2, t2->o2);                                                                  \
        LAST_##glue(l3, t2, t3, 2, FUSE_ATTRS_##r1 | FUSE_ATTRS_##r2, i3, r3, n3);                                                            \
        DISPATCH(s + 3, key);                                                                      \
    }
#define FUSE2(glue, ...) FUSED_2(glue, __VA_ARGS__)
#define FUSE3(glue, ...) FUSED_3(glue, __VA_ARGS__)
#include "cpu/fuse.def"
#undef FUSE2
#undef FUSE3
#undef FUSED_2
#undef FUSED_3

/* Which slots a fused handler takes: the handlers they have on their own, and the links between them. */
enum link { FUSE_LINK_x, FUSE_LINK_d, FUSE_LINK_a, FUSE_LINK_b, FUSE_LINK_c, FUSE_LINK_cr, FUSE_LINK_cr0 };
enum out { FUSE_OUT_d, FUSE_OUT_a };

struct fused {
    slot_fn *alone[3], *together;
    uint8_t out[2], link[2]; /* of the first and second; of the second and third */
};
#define FUSED_2(i1, r1, n1, o1, i2, r2, n2, o2, l2)                                                \
    {{op_##i1##_##n1, op_##i2##_##n2, NULL}, op_##i1##_##n1##__##i2##_##n2##_##l2,                 \
     {FUSE_OUT_##o1, 0}, {FUSE_LINK_##l2, 0}},
#define FUSED_3(i1, r1, n1, o1, i2, r2, n2, o2, l2, i3, r3, n3, o3, l3)                            \
    {{op_##i1##_##n1, op_##i2##_##n2, op_##i3##_##n3},                                             \
     op_##i1##_##n1##__##i2##_##n2##_##l2##__##i3##_##n3##_##l3,                                   \
     {FUSE_OUT_##o1, FUSE_OUT_##o2}, {FUSE_LINK_##l2, FUSE_LINK_##l3}},
#define FUSE2(glue, ...) FUSED_2(__VA_ARGS__)
#define FUSE3(glue, ...) FUSED_3(__VA_ARGS__)
static const struct fused fused[] = {
#include "cpu/fuse.def"
};
#undef FUSE2
#undef FUSE3
#undef FUSED_2
#undef FUSED_3

/* ---- finding them ---- */

#define FUSE_HASH 2048u /* handlers, of which less than half are there */
#define FUSE_END UINT16_MAX

/* By handler: the fused ones that begin with it, in the order of fuse.def, and for a fused one what its
 * first slot has alone. Belongs to the code cache. */
struct fuse_index {
    struct {
        slot_fn *handler, *alone;
        uint16_t first;
    } hash[FUSE_HASH];
    uint16_t next[ARRAY_SIZE(fused)];
};

static unsigned fuse_find(const struct fuse_index *x, slot_fn *h)
{
    unsigned i = (unsigned)((uintptr_t)h >> 4) & (FUSE_HASH - 1);
    while (x->hash[i].handler && x->hash[i].handler != h) i = (i + 1) & (FUSE_HASH - 1);
    return i;
}

static unsigned fuse_enter(struct fuse_index *x, slot_fn *h, slot_fn *alone)
{
    unsigned i = fuse_find(x, h);
    if (!x->hash[i].handler) x->hash[i].first = FUSE_END;
    x->hash[i].handler = h;
    x->hash[i].alone = alone;
    return i;
}

static struct fuse_index *fuse_index_new(void)
{
    struct fuse_index *x = xcalloc(1, sizeof *x);
    _Static_assert(ARRAY_SIZE(fused) < FUSE_HASH / 4, "the index is too small");
    for (size_t k = ARRAY_SIZE(fused); k-- > 0;) {
        unsigned i = fuse_enter(x, fused[k].alone[0], fused[k].alone[0]);
        x->next[k] = x->hash[i].first;
        x->hash[i].first = (uint16_t)k;
        fuse_enter(x, fused[k].together, fused[k].alone[0]);
    }
    return x;
}

/* What slot s of p has decoded, with the handler it has alone. */
static struct slot fuse_peek(struct ppc_cpu *c, struct code_page *p, const struct slot *s)
{
    struct slot t = *s;
    const struct fuse_index *x = codecache_index(c->code);
    if (t.h.tail == op_undecoded) codecache_peek(c, p, s, &t, pick);
    unsigned i = fuse_find(x, t.h.tail);
    if (x->hash[i].handler) t.h.tail = x->hash[i].alone;
    return t;
}

static bool fuse_linked(const struct slot *first, unsigned out, const struct slot *t, unsigned link)
{
    unsigned r = out == FUSE_OUT_d ? first->d : first->a;
    switch (link) {
    case FUSE_LINK_d: return t->d == r;
    case FUSE_LINK_a: return t->a == r;
    case FUSE_LINK_b: return t->b == r;
    case FUSE_LINK_c: return t->c == r;
    case FUSE_LINK_cr: return t->a >> 2 == (int)r;
    case FUSE_LINK_cr0: return t->a >> 2 == 0;
    default: return true;
    }
}

static bool fuse_fits(const struct fused *f, const struct slot t[3])
{
    for (unsigned k = 1; k < 3 && f->alone[k]; k++)
        if (t[k].h.tail != f->alone[k] || !fuse_linked(&t[k - 1], f->out[k - 1], &t[k], f->link[k - 1]))
            return false;
    return true;
}

/* Puts the first fused handler of fuse.def that fits into s, which has just been decoded. What follows gets
 * its operands; it is decoded when something branches to it. */
static void fuse(struct ppc_cpu *c, struct code_page *p, struct slot *s)
{
    const struct fuse_index *x = codecache_index(c->code);
    unsigned i = fuse_find(x, s->h.tail), n = 1;
    if (!x->hash[i].handler || x->hash[i].first == FUSE_END) return;
    struct slot t[3] = {*s};
    for (; n < 3 && s + n < p->slots + PAGE_SLOTS; n++) t[n] = fuse_peek(c, p, s + n);
    for (; n < 3; n++) t[n].h.tail = op_page_end;
    for (unsigned k = x->hash[i].first; k != FUSE_END; k = x->next[k]) {
        if (!fuse_fits(&fused[k], t)) continue;
        for (n = 1; n < 3 && fused[k].alone[n]; n++)
            if (s[n].h.tail == op_undecoded) {
                s[n] = t[n];
                s[n].h.tail = op_undecoded;
            }
        s->h.tail = fused[k].together;
        return;
    }
}

#endif
