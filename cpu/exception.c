#include "cpu/exception.h"

#include "cpu/codecache.h"
#include "cpu/fpu_exact.h"
#include "cpu/magic.h"
#include "cpu/perfmon.h"
#include "cpu/spr.h"
#include "mmu/mmu.h"

/* MSR bits that SRR1 keeps (PEM 6.2: 0, 5-9, 16-31), and what rfi brings back (0, 5-9, 16-23, 25-27,
 * 30-31). */
#define SRR1_MSR_MASK (~(ureg)0x783f0000)
#define RFI_MSR_MASK UINT32_C(0x87c0ff73)

/* The 64-bit models have no little-endian mode and no IP: vectors are offset by HIOR. */
static ureg msr_implemented(const struct ppc_model *m)
{
    ureg bits = MSR_POW | MSR_EE | MSR_PR | MSR_FP | MSR_ME | MSR_FE0 | MSR_SE | MSR_BE | MSR_FE1 |
                MSR_IR | MSR_DR | MSR_PM | MSR_RI;
#if PPC_WIDTH == 32
    bits |= MSR_ILE | MSR_IP | MSR_LE;
#else
    bits |= MSR_SF | MSR_HV;
#endif
    return bits | (m->features & PPC_F_ALTIVEC ? MSR_VEC : 0);
}

enum sem ppc_raise(struct ppc_cpu *c, enum ppc_vector vector, uint32_t srr1_bits)
{
    c->exc_vector = vector;
    c->exc_srr1 = srr1_bits;
    return SEM_FAULT;
}

/* DSISR of an alignment exception tells the handler which instruction it was (PEM 6.4.6.1). */
static uint32_t alignment_dsisr(uint32_t word)
{
    uint32_t regs = word >> 16 & 0x3ff; /* rD/rS and rA */
    if (word >> 26 == 31)
        return (word >> 1 & 3) << 15 | (word >> 6 & 1) << 14 | (word >> 7 & 15) << 10 | regs;
    return (word >> 26 & 1) << 14 | (word >> 27 & 15) << 10 | regs;
}

enum sem ppc_raise_alignment(struct ppc_cpu *c, ureg ea)
{
    paddr_t pa;
    uint8_t word[4] = {0};
    ureg pc = c->msr & MSR_LE ? c->pc ^ 4 : c->pc; /* where the word came from: PEM 3.1.4.3 */
    if (mmu_peek(c, pc, ACCESS_FETCH, &pa) && bus_ram_read(c->bus, pa, word, 4)) word[0] = 0;
    c->dar = ea;
    c->dsisr = alignment_dsisr(get_be32(word));
    return ppc_raise(c, VEC_ALIGNMENT, 0);
}

/* ---- MSR ---- */

static bool ext_enabled(const struct ppc_cpu *c) { return c->msr & MSR_EE; }

static bool interrupt_ready(const struct ppc_cpu *c)
{
    if (c->lines & 1u << PPC_LINE_SRESET) return true;
    if (c->lines & 1u << PPC_LINE_MCP && (c->msr & MSR_ME)) return true;
    if (!ext_enabled(c)) return false;
    return c->dec_pending || c->pending || c->lines & (1u << PPC_LINE_EXT | 1u << PPC_LINE_SMI);
}

void ppc_irq_changed(struct ppc_cpu *c)
{
    if (interrupt_ready(c)) {
        c->kick |= KICK_IRQ;
        c->idle = false;
    } else {
        c->kick &= ~(unsigned)KICK_IRQ;
    }
}

/* MSR[POW] with one of HID0's doze, nap or sleep bits stops the clocks until an interrupt
 * (MPC7450UM 10.2.1; the 745x has no doze, its bit is HIGH_BAT_EN). */
static bool power_down(const struct ppc_cpu *c)
{
    ureg modes = HID0_NAP | HID0_SLEEP;
    if (!(c->model->features & PPC_F_745X)) modes |= HID0_NAP_ETC_DOZE;
#if PPC_WIDTH == 64
    modes <<= 32; /* the same bit numbers of a 64-bit HID0 */
#endif
    return c->msr & MSR_POW && c->spr[SPR_HID0] & modes;
}

void msr_write(struct ppc_cpu *c, ureg v)
{
    ureg old = c->msr;
    if (unlikely(c->pm.on)) {
        perfmon_sync(c);
        c->kick |= KICK_SYNC;
    }
    c->msr = v & msr_implemented(c->model);
    c->fpu.gate = fpu_gate_of(c);
    if ((old ^ c->msr) & (MSR_IR | MSR_DR | MSR_PR | MSR_LE)) {
        if ((old ^ c->msr) & MSR_LE) { /* words sit elsewhere, data goes the slow way */
            mmu_flush_all(c);
            codecache_flush(c);
        }
        mmu_select_bank(c);
        c->kick |= KICK_SYNC;
    }
    if ((old ^ c->msr) & (MSR_SE | MSR_BE | MSR_FE0 | MSR_FE1)) c->kick |= KICK_SYNC;
    if (!full_width(c)) { /* a change to 32-bit mode clears the upper half of the current address */
        c->pc = in_mode(c, c->pc);
        c->npc = in_mode(c, c->npc);
    }
#if PPC_WIDTH == 64
    if ((old ^ c->msr) & MSR_SF) c->kick |= KICK_SYNC;
#endif
    if (power_down(c)) {
        c->idle = true;
        c->kick |= KICK_SYNC;
    }
    ppc_irq_changed(c);
}

/* MSR at an interrupt, and where its vector is. */
static ureg interrupt_msr(const struct ppc_cpu *c, unsigned vector)
{
    ureg keep = vector == VEC_MACHINE_CHECK ? 0 : MSR_ME;
#if PPC_WIDTH == 32
    keep |= MSR_ILE | MSR_IP;
    return (c->msr & keep) | (c->msr & MSR_ILE ? MSR_LE : 0);
#else
    return (c->msr & keep) | MSR_SF | MSR_HV; /* Book III 2.01, interrupts: SF and HV on */
#endif
}

static ureg vector_base(const struct ppc_cpu *c)
{
#if PPC_WIDTH == 32
    return c->msr & MSR_IP ? 0xfff00000u : 0;
#else
    return c->spr[SPR_N_hior];
#endif
}

void msr_reset(struct ppc_cpu *c)
{
#if PPC_WIDTH == 32
    msr_write(c, MSR_IP);
#else
    msr_write(c, MSR_SF | MSR_HV);
#endif
    c->pc = c->npc = vector_base(c) + VEC_RESET;
}

static const char *vector_name(unsigned v)
{
    switch (v) {
    case VEC_RESET: return "system reset";
    case VEC_MACHINE_CHECK: return "machine check";
    case VEC_DSI: return "data storage";
    case VEC_DATA_SEGMENT: return "data segment";
    case VEC_INSN_SEGMENT: return "instruction segment";
    case VEC_ISI: return "instruction storage";
    case VEC_EXTERNAL: return "external";
    case VEC_ALIGNMENT: return "alignment";
    case VEC_PROGRAM: return "program";
    case VEC_FP_UNAVAILABLE: return "floating-point unavailable";
    case VEC_DECREMENTER: return "decrementer";
    case VEC_SYSTEM_CALL: return "system call";
    case VEC_TRACE: return "trace";
    case VEC_PERFMON: return "performance monitor";
    case VEC_ITLB_MISS: return "instruction TLB miss";
    case VEC_DTLB_LOAD_MISS: return "data TLB miss on load";
    case VEC_DTLB_STORE_MISS: return "data TLB miss on store";
    case VEC_IABR: return "instruction address breakpoint";
    case VEC_SMI: return "system management";
    case VEC_THERMAL: return "thermal management";
    case VEC_VEC_UNAVAILABLE: return "AltiVec unavailable";
    default: return "other";
    }
}

void ppc_take_exception(struct ppc_cpu *c, ureg return_pc)
{
    unsigned vector = c->exc_vector;
    log_line(c->log, LOG_INT, "int %03x %s: pc %08lx msr %08lx srr1 %08x dar %08lx dsisr %08x r0 %08lx r3 %08lx",
             vector, vector_name(vector), (unsigned long)return_pc, (unsigned long)c->msr,
             c->exc_srr1,
             (unsigned long)c->dar, c->dsisr, (unsigned long)c->gpr[0], (unsigned long)c->gpr[3]);
    if (vector == VEC_MACHINE_CHECK && !(c->msr & MSR_ME)) {
        log_line(c->log, LOG_HOST, "ppcemu: checkstop: machine check with MSR[ME]=0 at %08lx",
                 (unsigned long)return_pc);
        c->checkstop = true;
        c->kick |= KICK_STOP;
        return;
    }
    if (unlikely(c->pm.on) && vector != VEC_SYSTEM_CALL && vector != VEC_TRACE) perfmon_not_completed(c);
    c->count.exceptions[vector >> 8 & 31]++;
    c->srr0 = return_pc;
    c->srr1 = (c->msr & SRR1_MSR_MASK) | c->exc_srr1;
    c->idle = false;
    msr_write(c, interrupt_msr(c, vector));
    c->pc = vector_base(c) + vector;
    c->exc_vector = VEC_NONE;
}

/* Order of MPC7450UM table 4-3. */
bool ppc_take_interrupt(struct ppc_cpu *c)
{
    if (!interrupt_ready(c)) return false;
    if (c->lines & 1u << PPC_LINE_SRESET) {
        c->lines &= ~(1u << PPC_LINE_SRESET);
        ppc_raise(c, VEC_RESET, 0);
    } else if (c->lines & 1u << PPC_LINE_MCP && c->msr & MSR_ME) {
        c->lines &= ~(1u << PPC_LINE_MCP);
        ppc_raise(c, VEC_MACHINE_CHECK, 1 << 19); /* SRR1[12]: MCP pin */
    } else if (c->lines & 1u << PPC_LINE_SMI) {
        ppc_raise(c, VEC_SMI, 0);
    } else if (magic_critical(c)) {
        return false; /* KICK_IRQ stays: asked again after the next instruction */
    } else if (c->lines & 1u << PPC_LINE_EXT) {
        ppc_raise(c, VEC_EXTERNAL, 0);
    } else if (c->pending & PENDING_PERFMON) {
        perfmon_taken(c);
        ppc_raise(c, VEC_PERFMON, 0);
    } else if (c->dec_pending) {
        c->dec_pending = false;
        ppc_raise(c, VEC_DECREMENTER, 0);
    } else {
        ppc_raise(c, VEC_THERMAL, 0);
    }
    ppc_take_exception(c, c->pc);
    return true;
}

enum sem system_call(struct ppc_cpu *c, unsigned lev)
{
    if (c->sc) {
        c->npc = c->pc + 4;
        if (c->sc(c->sc_ctx, c, lev)) return SEM_BRANCH; /* npc moves with ppc_set_pc */
    }
    /* SRR0 is the instruction behind the sc: the glue returns to c->pc, so step over it here. */
    ppc_raise(c, VEC_SYSTEM_CALL, 0);
    c->pc += 4;
    return SEM_FAULT;
}

#if PPC_WIDTH == 32

enum sem return_from_interrupt(struct ppc_cpu *c)
{
    c->npc = c->srr0 & ~(ureg)3;
    msr_write(c, (c->msr & ~(RFI_MSR_MASK | MSR_POW)) | ((uint32_t)c->srr1 & RFI_MSR_MASK));
    return SEM_BRANCH;
}

#else

/* Problem state always has translation and external interrupts on (PowerPC Architecture Book III 2.01, rfid and mtmsrd):
 * EE, IR and DR are ORed with PR. */
static ureg problem_state(ureg v) { return v & MSR_PR ? v | MSR_EE | MSR_IR | MSR_DR : v; }

/* HV and ME are for the hypervisor to change. */
static ureg return_msr(const struct ppc_cpu *c, ureg v)
{
    ureg keep = ~SRR1_MSR_MASK;
    if (!(c->msr & MSR_HV)) keep |= MSR_HV | MSR_ME;
    return problem_state((c->msr & keep) | (v & ~keep)) & ~(ureg)MSR_POW;
}

enum sem return_from_interrupt(struct ppc_cpu *c)
{
    c->npc = c->srr0 & ~(ureg)3;
    msr_write(c, return_msr(c, c->srr1));
    return SEM_BRANCH;
}

enum sem return_from_hypervisor(struct ppc_cpu *c)
{
    if (!(c->msr & MSR_HV)) return ppc_raise(c, VEC_PROGRAM, PROGRAM_PRIVILEGED);
    c->npc = c->spr[SPR_N_hsrr0] & ~(ureg)3;
    msr_write(c, return_msr(c, c->spr[SPR_N_hsrr1]));
    return SEM_BRANCH;
}

void msr_mtmsrd(struct ppc_cpu *c, ureg v, bool only_ee_ri)
{
    ureg may = only_ee_ri ? (ureg)(MSR_EE | MSR_RI) : ~(MSR_HV | MSR_ME); /* those two: rfid only */
    msr_write(c, problem_state((c->msr & ~may) | (v & may)));
}

#endif
