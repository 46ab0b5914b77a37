#include "cpu/rest.h"

#include "cpu/codecache.h"
#include "cpu/decode.h"
#include "cpu/exception.h"
#include "cpu/exec.h"
#include "cpu/spr.h"
#include "mmu/mmu.h"

#define LONGEST_TURN 2048u /* instructions; Linux 6.1: some 360 */
#define TURNS 4            /* alike, before a loop is looked at */
#define TRUST 4096         /* rests after which it is looked at again */
/* Turns before a place that failed is looked at again, doubled each time: a program that makes system
 * calls in a loop passes here as regularly as one that waits. */
#define WAIT_FIRST 16u
#define WAIT_MOST 65536u

/* What a turn must bring back: the stack pointer and the registers that a called function saves (SVR4
 * PowerPC ABI, register usage). The others are scratch at the end of a function. */
static uint64_t kept_registers(const struct ppc_cpu *c)
{
    uint64_t h = c->gpr[1] ^ (uint64_t)c->gpr[2] << 32;
    for (unsigned i = 13; i < 32; i++) h = (h ^ c->gpr[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return h;
}

static uint64_t insns_now(const struct ppc_cpu *c)
{
    return c->insns + (uint64_t)(c->slice - c->left);
}

/* The place's entry. One of a known loop does not make room for a new place soon: then NULL. */
static struct rest_point *entry(struct ppc_cpu *c, uint64_t now)
{
    struct rest_point *p = &c->rest.points[(uint32_t)c->pc * UINT32_C(0x9e3779b1) >> (32 - REST_POINT_BITS)];
    if (p->pc == c->pc) return p;
    if (p->trust) {
        p->trust--;
        return NULL;
    }
    *p = (struct rest_point){.pc = c->pc, .insns = now};
    return p;
}

/* A loop has more than one course: Linux goes a short way while its tick runs. */
static bool is_known(const struct rest_point *p, uint64_t course)
{
    for (unsigned i = 0; i < ARRAY_SIZE(p->known); i++)
        if (p->trust && p->known[i] == course) return true;
    return false;
}

static void learn(struct rest_point *p, uint64_t course, bool good)
{
    if (good) {
        if (!p->trust) memset(p->known, 0, sizeof p->known);
        p->known[p->n_known++ % ARRAY_SIZE(p->known)] = course;
        p->trust = TRUST;
        p->patience = 0;
    } else {
        p->patience = p->patience * 2 + WAIT_FIRST;
        if (p->patience > WAIT_MOST) p->patience = WAIT_MOST;
    }
    p->wait = p->patience;
}

void rest_passing(struct ppc_cpu *c)
{
    uint64_t now = insns_now(c);
    struct rest_point *p = entry(c, now);
    if (!p) return;
    uint64_t turn = now - p->insns;
    p->insns = now;
    if (p->wait) {
        p->wait--;
        return;
    }
    if (turn > LONGEST_TURN) return;
    uint64_t kept = kept_registers(c);
    if (is_known(p, kept + turn)) {
        p->trust--;
        c->rest.known = true;
    } else if (turn != p->turn || kept != p->kept) {
        p->turn = turn;
        p->kept = kept;
        p->alike = 0;
        return;
    } else if (++p->alike < TURNS) {
        return;
    }
    c->rest.at = p;
    c->kick |= KICK_SYNC;
}

/* ---- the look ---- */

static bool harmless_spr(unsigned n)
{
    switch (n) {
    case SPR_XER: case SPR_LR: case SPR_CTR: case SPR_N_sprg0: case SPR_N_sprg1: case SPR_N_sprg2:
    case SPR_N_sprg3: return true;
    default: return false;
    }
}

/* Integer instructions between registers, branches, and what an idle loop does besides. */
static bool harmless(enum insn_id id, const struct slot *s)
{
    const struct insn *in = &insn_table[id];
    if (in->attrs & (A_FP | A_VEC)) return false;
    switch (id) {
    case INSN_mtmsr: case INSN_sync: case INSN_lwarx: case INSN_stwcx_rc: return true;
    case INSN_mfspr: case INSN_mtspr: return harmless_spr((unsigned)s->imm);
    default: return in->glue != GLUE_S;
    }
}

/* Where a load or store goes; false when it is not RAM, or not a form known here. */
static bool in_ram(struct ppc_cpu *c, const struct insn *in, const struct slot *s, ureg *ea)
{
    paddr_t pa;
    uint64_t len;
    bool writable, store = in->attrs & A_STORE;
    uint8_t *state;
    if (in->form != FORM_D && in->form != FORM_X) return false;
    *ea = in_mode(c, c->gpr[s->a] + (in->form == FORM_D ? (ureg)(sreg)s->imm : c->gpr[s->b]));
    return mmu_peek(c, *ea, store ? ACCESS_STORE : ACCESS_LOAD, &pa) &&
           bus_ram(c->bus, pa, &len, &writable, &state) && (writable || !store) &&
           (pa & PAGE_MASK) <= PAGE_SIZE - 128; /* lmw and stmw: 124 bytes */
}

/* Runs one instruction when it is harmless, and adds it to the turn's trace. */
static bool step(struct ppc_cpu *c, uint64_t *trace)
{
    uint32_t word;
    struct slot s = {0};
    unsigned variant;
    ureg ea = 0, pc = c->pc;
    if (c->kick & ~(unsigned)KICK_SYNC || c->left <= 0 || !fetch_word(c, pc, &word)) return false;
    enum insn_id id = decode(c->decoder, word, &s, &variant);
    const struct insn *in = &insn_table[id];
    if (!harmless(id, &s)) return false;
    if (in->attrs & (A_LOAD | A_STORE) && !in_ram(c, in, &s, &ea)) return false;
    *trace = (*trace ^ pc) * UINT64_C(0xff51afd7ed558ccd);
    *trace = (*trace ^ ea ^ (uint64_t)word << 32) * UINT64_C(0xc4ceb9fe1a85ec53);
    exec_step(c);
    return true;
}

static bool run_turn(struct ppc_cpu *c, ureg home, uint64_t insns, uint64_t *trace)
{
    *trace = 0;
    while (insns--)
        if (!step(c, trace)) return false;
    return c->pc == home;
}

bool rest_try(struct ppc_cpu *c)
{
    struct rest_point *p = c->rest.at;
    uint64_t kept = p->kept, turn = p->turn, first, second;
    ureg home = c->pc;
    bool known = c->rest.known;
    c->rest.at = NULL;
    c->rest.known = false;
    if (home != p->pc + 4 || c->pm.on) return false; /* an interrupt came first; turns are counted */
    if (known) return true;
    bool alike = run_turn(c, home, turn, &first) && run_turn(c, home, turn, &second) &&
                 first == second && kept_registers(c) == kept;
    c->rest.at = NULL; /* the turns have passed mtmsr as well */
    c->rest.known = false;
    p->alike = 0;
    learn(p, kept + turn, alike);
    return alike;
}
