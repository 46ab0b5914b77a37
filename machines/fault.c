#include "machines/fault.h"

#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"

enum { MSR_LE = 1, MSR_IP = 0x40, MSR_ME = 0x1000, MSR_ILE = 0x10000 };
#define SRR1_FROM_MSR 0x0000ff73u
#define SRR1_MCP 0x00080000u /* SRR1[12]: machine check by the MCP input (MPC7450UM table 4-9) */

static void set_reg(struct ppc_cpu *c, const char *name, uint32_t v)
{
    uint8_t value[16] = {0};
    put_be32(value, v);
    (void)ppc_reg_set(c, name, value);
}

/* A sleeping CPU is woken by the vectors only. */
static bool is_registered(const struct machine *m)
{
    return m->hv && m->hv->fwnmi.registered && !ppc_idle(m->cpu);
}

/* The interrupt itself, with the handler the guest asked for and r3 at what it may read. */
static void deliver(struct machine *m, uint32_t entry, uint32_t r3, uint32_t why, bool keep_me)
{
    struct ppc_cpu *c = m->cpu;
    uint32_t msr = (uint32_t)ppc_msr(c), pc = (uint32_t)ppc_pc(c);
    uint32_t keep = MSR_ILE | MSR_IP | (keep_me ? MSR_ME : 0);
    ppc_set_msr(c, (msr & keep) | (msr & MSR_ILE ? MSR_LE : 0));
    set_reg(c, "srr0", pc);
    set_reg(c, "srr1", (msr & SRR1_FROM_MSR) | why);
    ppc_set_gpr(c, 3, r3);
    ppc_set_pc(c, entry);
}

void machine_nmi(struct machine *m)
{
    uint32_t at = is_registered(m) ? m->hv->fwnmi.area + FWNMI_SAVE_AT : 0;
    uint8_t save[16] = {0};
    put_be64(save, ppc_gpr(m->cpu, 3));
    if (!at || bus_ram_write(m->bus, at, save, sizeof save)) {
        ppc_set_line(m->cpu, PPC_LINE_SRESET, true);
        return;
    }
    deliver(m, m->hv->fwnmi.system_reset, at, 0, true);
}

/* Saved r3, then an extended error log with one machine check section (facts 4.4). */
static void fill_log(struct machine *m, uint64_t address, uint8_t log[88])
{
    enum {
        SUMMARY = 0x06000000 | 0x00600000 | 0x00040000 | 0x00001000, /* error, recovered, CPU */
        EXTENDED = 72,
        UE_LOAD_STORE = 3 | 0x40, /* with an effective address */
    };
    memset(log, 0, 88);
    put_be64(log, ppc_gpr(m->cpu, 3));
    put_be32(log + 8, SUMMARY);
    put_be32(log + 12, EXTENDED);
    uint8_t *v6 = log + 16;
    v6[0] = 0x86;
    v6[2] = 0x8e;
    memcpy(v6 + 12, "IBM", 4);
    uint8_t *mc = v6 + 16;
    put_be16(mc, 0x4d43);
    put_be16(mc + 2, 40);
    mc[4] = 1;
    mc[16] = 0; /* uncorrectable error */
    mc[17] = UE_LOAD_STORE;
    put_be64(mc + 24, address);
}

void machine_mce(struct machine *m, uint64_t address)
{
    uint8_t log[88];
    set_reg(m->cpu, "dar", (uint32_t)address);
    if (!is_registered(m)) {
        ppc_set_line(m->cpu, PPC_LINE_MCP, true);
        return;
    }
    uint32_t at = m->hv->fwnmi.area + FWNMI_LOG_AT;
    if (m->hv->fwnmi.log_in_use) {
        log_line(&m->log, LOG_HOST, "ppcemu: the guest is still in its machine check handler; the "
                 "second error is dropped");
        return;
    }
    fill_log(m, address, log);
    if (bus_ram_write(m->bus, at, log, sizeof log)) {
        ppc_set_line(m->cpu, PPC_LINE_MCP, true);
        return;
    }
    m->hv->fwnmi.log_in_use = true;
    deliver(m, m->hv->fwnmi.machine_check, at, SRR1_MCP, true);
}

int32_t fwnmi_register(struct machine *m, uint32_t system_reset, uint32_t machine_check,
                       uint32_t area)
{
    uint64_t ram = region_len(m->ram);
    uint64_t limit = ram < FWNMI_ENTRY_LIMIT ? ram : FWNMI_ENTRY_LIMIT;
    if (system_reset >= limit || machine_check >= limit || (system_reset | machine_check) & 3 ||
        !area || !span_ok(area, FWNMI_LEN, ram)) {
        return -3;
    }
    m->hv->fwnmi = (struct fwnmi){true, false, system_reset, machine_check, area};
    return 0;
}

int32_t fwnmi_interlock(struct machine *m)
{
    if (!m->hv->fwnmi.registered) return -3;
    m->hv->fwnmi.log_in_use = false;
    return 0;
}
