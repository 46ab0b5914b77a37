/*
 * KVM's magic page: 4 KiB in which a paravirtual guest finds its supervisor registers, so that loads
 * and stores replace mfspr, mtspr, mfmsr, mtmsr and mtsrin (facts 7.3-7.6; the layout is Linux's
 * arch/powerpc/include/uapi/asm/kvm_para.h, struct kvm_vcpu_arch_shared).
 *
 * Here it is a device on the CPU's bus at an address no guest can form. Translation sends supervisor
 * accesses there; not being RAM, it never enters the soft TLB. An access reads and writes the
 * registers themselves, so there is nothing to bring in step at exceptions, and while no page is
 * mapped it costs one compare on the slow path.
 */
#ifndef CPU_MAGIC_H
#define CPU_MAGIC_H

#include "cpu/spr.h"
#include "cpu/state.h"

#define MAGIC_PA (UINT64_C(1) << 52)

enum {
    MAGIC_SCRATCH1 = 0x00, MAGIC_SCRATCH2 = 0x08, MAGIC_SCRATCH3 = 0x10, MAGIC_CRITICAL = 0x18,
    MAGIC_SPRG0 = 0x20, MAGIC_SPRG1 = 0x28, MAGIC_SPRG2 = 0x30, MAGIC_SPRG3 = 0x38,
    MAGIC_SRR0 = 0x40, MAGIC_SRR1 = 0x48, MAGIC_DAR = 0x50, MAGIC_MSR = 0x58,
    MAGIC_DSISR = 0x60, MAGIC_INT_PENDING = 0x64, MAGIC_SR = 0x68,
    MAGIC_MAS0 = 0xa8, MAGIC_ESR = 0xc8, MAGIC_PIR = 0xcc,
    MAGIC_SPRG4 = 0xd0, MAGIC_SPRG5 = 0xd8, MAGIC_SPRG6 = 0xe0, MAGIC_SPRG7 = 0xe8,
    MAGIC_END = 0xf0, /* the rest of the page is memory */
};

/* Supervisor data access to ea: is it the page's? At its effective address with translation on, at
 * its real address without; both count in the current mode only. */
static ALWAYS_INLINE bool magic_at(const struct ppc_cpu *c, ureg ea)
{
    ureg at = c->msr & MSR_DR ? c->magic.ea : c->magic.ra;
    return unlikely((ea & ~(ureg)PAGE_MASK) == in_mode(c, at)) && !(c->msr & MSR_PR);
}

static inline paddr_t magic_pa(ureg ea) { return MAGIC_PA | (ea & PAGE_MASK); }

/* What patched code does: one whole word, and nobody watches. By a shorter way than over the bus. */
static ALWAYS_INLINE bool magic_word(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    return magic_at(c, ea) && len == 4 && !(ea & 3) && !c->debug && !(c->spr[SPR_N_dabr] & 3);
}
uint32_t magic_load(struct ppc_cpu *c, ureg ea);
void magic_store(struct ppc_cpu *c, ureg ea, uint32_t v);

/* Inside the guest's critical section external and decrementer interrupts wait. */
bool magic_critical(const struct ppc_cpu *c);
/* Reset: the page is nowhere. */
void magic_reset(struct ppc_cpu *c);
void magic_fini(struct ppc_cpu *c);

#endif
