/*
 * Address translation: real mode here, the rest in seg32.c (BATs, segment registers, hashed page
 * table) or seg64.c (SLB), with the software TLB that remembers it. Private to cpu/ and mmu/.
 * Sources: PEM chapter 7, MPC7450UM chapter 5, MPC750UM chapter 5.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include "cpu/state.h"

enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH };
/* Why an access is made, where DSISR tells them apart. */
enum access_kind { KIND_PLAIN, KIND_RESERVE, KIND_EXTERNAL, KIND_FP };

enum { WIMG_G = 1, WIMG_M = 2, WIMG_I = 4, WIMG_W = 8 };

struct xlate {
    paddr_t pa;
    unsigned wimg;
    bool may_write; /* a later store to this page needs no further check (C is set) */
};

struct mmu *mmu_new(struct ppc_cpu *c);
void mmu_free(struct mmu *m);
void mmu_reset(struct ppc_cpu *c);

/* Translates ea for `access` under the current MSR. False: DSI, ISI (or alignment for FP to
 * direct-store) is in c->exc_*, with DAR and DSISR set. R and C bits are updated in memory. */
bool mmu_translate(struct ppc_cpu *c, ureg ea, enum access access, enum access_kind kind,
                   struct xlate *x) MUST_CHECK;
/* The same without any side effect, for the debugger and the alignment handler. */
bool mmu_peek(struct ppc_cpu *c, ureg ea, enum access access, paddr_t *pa);

/* The bank for the current MSR[IR,DR,PR] and segment registers goes into c->bank. */
void mmu_select_bank(struct ppc_cpu *c);
/* The same, if c->bank is the empty one that stands in after a change. */
void mmu_need_bank(struct ppc_cpu *c);
/* Something every cached translation hangs on changed (BATs, SDR1, HID bits, the bus map). */
void mmu_flush_all(struct ppc_cpu *c);
/* A physical page got decoded code (or a watchpoint): no fast store may reach it any more. */
void mmu_forbid_fast_stores(struct ppc_cpu *c, const uint8_t *host_page);
/* The same for a stretch of host memory whose pages were marked clean. */
void mmu_forbid_fast_stores_to(struct ppc_cpu *c, const uint8_t *host, uint64_t len);
/* Decoded pages were freed: no fetch entry may point to them. */
void mmu_flush_fetch(struct ppc_cpu *c);

void mmu_write_sr(struct ppc_cpu *c, unsigned n, uint32_t v);
void mmu_tlbie(struct ppc_cpu *c, ureg ea);
void mmu_tlbia(struct ppc_cpu *c);
/* The soft TLB forgets a page. */
void mmu_drop_page(struct ppc_cpu *c, ureg ea);
#if PPC_WIDTH == 32
/* tlbld, tlbli; and tlbie for the TLB they fill (tlb745x.c). */
void mmu_tlb_load(struct ppc_cpu *c, ureg rb, bool fetch);
void mmu_arch_tlbie(struct ppc_cpu *c, ureg ea);
bool mmu_searches_by_software(const struct ppc_cpu *c);
#endif

/* After a successful translation of a RAM page: puts it into the soft TLB. */
void mmu_fill_data(struct ppc_cpu *c, ureg ea, const struct xlate *x);

/* What seg32.c or seg64.c does for an access that is to be translated; as mmu_translate, mmu_peek. */
bool seg_translate(struct ppc_cpu *c, ureg ea, enum access access, enum access_kind kind,
                   struct xlate *x) MUST_CHECK;
bool seg_peek(struct ppc_cpu *c, ureg ea, enum access access, paddr_t *pa);
/* Raises DSI with dsisr (and the store bit), or ISI with srr1; false. */
bool mmu_fault(struct ppc_cpu *c, ureg ea, enum access access, uint32_t dsisr, uint32_t srr1);

#if PPC_WIDTH == 64
/* slbmte, slbie, slbia. */
void slb_write(struct ppc_cpu *c, ureg rs, ureg rb);
void slb_invalidate(struct ppc_cpu *c, ureg rb);
void slb_invalidate_all(struct ppc_cpu *c);
#endif

/* ---- the walkers, one a scheme; result of a look-up before protection is applied ---- */

enum walk { WALK_MISS, WALK_HIT, WALK_PROTECTED };

/* bat.c: block address translation. */
enum walk bat_walk(struct ppc_cpu *c, ureg ea, enum access access, struct xlate *x);
/* hash32.c: segment sr's page. update: R and C are written back. */
enum walk hash32_walk(struct ppc_cpu *c, ureg ea, uint32_t sr, enum access access, bool update,
                      struct xlate *x);
/* PP under key: bit 0 readable, bit 1 writable. */
unsigned hash32_rights(bool key, unsigned pp);
#if PPC_WIDTH == 32
/* tlb745x.c: the TLB alone. raise: a miss is raised as its exception. */
enum walk tlb745x_walk(struct ppc_cpu *c, ureg ea, uint32_t sr, enum access access, bool raise, struct xlate *x);
#endif

#endif
