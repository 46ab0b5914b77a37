/*
 * Injected faults: system reset and machine check, as the monitor's `nmi` and `mce` ask for them.
 * They go through the CPU's own vectors (MPC7450UM 4.6.1, 4.6.2), or to the entries that the guest
 * registered with the RTAS call ibm,nmi-register (facts FWNMI).
 */
#ifndef MACHINES_FAULT_H
#define MACHINES_FAULT_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

/* Layout of the RTAS area (facts 4.3): code, error log, one save area a CPU. */
#define FWNMI_LOG_AT  0x30u
#define FWNMI_SAVE_AT 0x800u
#define FWNMI_LEN     0x818u
#define FWNMI_ENTRY_LIMIT (32u << 20) /* entries lie below */

/* What a guest registered; forgotten at every machine reset, kept across kexec. */
struct fwnmi {
    bool registered;
    bool log_in_use; /* until ibm,nmi-interlock */
    uint32_t system_reset, machine_check, area; /* physical */
};

/* Now, when the machine stands; before the next instruction otherwise. */
void machine_nmi(struct machine *m);
/* address: what the guest is told was hit. */
void machine_mce(struct machine *m, uint64_t address);

/* The RTAS calls; both return the RTAS status (0, -3 for bad arguments or not registered). area:
 * physical address of the guest's RTAS area, 0 when it has none. */
int32_t fwnmi_register(struct machine *m, uint32_t system_reset, uint32_t machine_check,
                       uint32_t area);
int32_t fwnmi_interlock(struct machine *m);

#endif
