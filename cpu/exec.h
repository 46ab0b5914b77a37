/*
 * The two glues around the semantic functions, and the X-macro plumbing they share.
 * exec_call.c: ordinary functions, full behaviour.  exec_tail.c: tail-called fast handlers.
 * exec_profile.c: the ordinary functions, counted.
 */
#ifndef CPU_EXEC_H
#define CPU_EXEC_H

#include "cpu/insn.h"

/* Portable form of each instruction by record and variant bits; [0][0] is the illegal one. */
extern insn_fn *const ppc_call_table[N_INSNS][4];

struct codecache *exec_call_new_cache(void);
/* Runs slots through ppc_call_table until c->left is used up or c->kick is set. */
void exec_call_run(struct ppc_cpu *c);
/* Runs the one instruction at c->pc without slots. */
void exec_step(struct ppc_cpu *c);

/* The same with what runs counted in c->profile: cpu/profile.h. */
struct codecache *exec_profile_new_cache(void);
struct profile *exec_profile_new(void);
void exec_profile_run(struct ppc_cpu *c);

/* False where the compiler does not make sibling calls (-O0, sanitizers). */
extern const bool exec_tail_available;

/* One compilation of exec_tail.c; its handlers and the slots that point to them belong together.
 * CMakeLists.txt makes a second one for x86-64-v3 hosts (BMI2, MOVBE, AVX2, FMA). */
struct exec_tail {
    struct codecache *(*new_cache)(void);
    void (*run)(struct ppc_cpu *c); /* until c->left is used up or c->kick is set */
};
extern const struct exec_tail exec_tail_base, exec_tail_v3;
/* The best one for this host (or just exec_tail_base); NULL without tail calls. */
const struct exec_tail *exec_tail_choose(bool baseline);

/* H(name, variant, attrs) for each variant a record has. */
#define VARIANTS_N(H, name, attrs) H(name, 0, attrs)
#define VARIANTS_1(H, name, attrs) H(name, 0, attrs)
#define VARIANTS_R(H, name, attrs) H(name, 0, attrs) H(name, 1, attrs)
#define VARIANTS_L(H, name, attrs) H(name, 0, attrs) H(name, 1, attrs)
#define VARIANTS_V(H, name, attrs) H(name, 0, attrs) H(name, 1, attrs)
#define VARIANTS_OR(H, name, attrs)                                                                \
    H(name, 0, attrs) H(name, 1, attrs) H(name, 2, attrs) H(name, 3, attrs)
#define VARIANTS_LA(H, name, attrs) VARIANTS_OR(H, name, attrs)

#endif
