/*
 * One machine: a CPU, buses, devices, firmware and a scheduler in one object. No globals: several
 * may live in one process.
 */
#ifndef MACHINES_MACHINE_H
#define MACHINES_MACHINE_H

#include "machines/block.h"
#include "machines/chardev.h"
#include "machines/config.h"
#include "machines/device.h"
#include "machines/fault.h"
#include "base/sched.h"
#include "cpu/ppc.h"
#include "mmu/bus.h"

struct hcall;
struct firmware;
struct machine;
struct pci_bus;
struct display;

/* Who else hears of what the host's hands do to the i8042 (hypercall devices). key: true when the
 * i8042 is not to see it. NULL: nobody. */
struct input_tap {
    bool (*key)(void *ctx, unsigned usb_hid_usage, bool down);
    void (*mouse)(void *ctx, int dx, int dy, unsigned buttons);
    void *ctx;
};

enum machine_stop {
    MACHINE_RUNNING,   /* machine_run: the time given is over */
    MACHINE_IDLE,      /* the CPU waits: nothing to do before machine->sched's next event */
    MACHINE_POWEROFF,  /* the guest switched the machine off: exit_status tells */
    MACHINE_RESET,     /* the guest asked for a reset (already carried out unless no_reboot) */
    MACHINE_DEBUG,     /* breakpoint or step done (monitor, GDB) */
};

/* A block device as firmware names it: alias "cd", path "/pci@80000000/ide@c,1/cdrom@1,0". */
struct boot_device {
    const char *alias;
    char path[64];
    struct block *block;
    bool cdrom;
};

struct machine_type {
    const char *name;
    const char *about;
    const char *const *aliases;
    const char *default_cpu;
    const char *const *cpus; /* names of cpu/model.def that fit, NULL-terminated */
    uint64_t default_ram, min_ram, max_ram;
    uint32_t bus_hz, tb_hz;  /* front side bus, time base */
    int (*init)(struct machine *m, struct error *err);          /* parts and wires */
    void (*reset)(struct machine *m);                           /* after all device resets */
    void (*tree)(struct machine *m, struct fdtw *w);            /* writes everything below / */
};

struct machine {
    const struct machine_type *type;
    const struct config *cfg;
    struct log log;
    struct sched sched;
    struct bus *bus;           /* what the CPU sees */
    struct region *ram;        /* RAM at 0 */
    struct ppc_cpu *cpu;
    struct ppc_model model;    /* the CPU's, with what hypercall providers add to it */
    struct hcall *hcall;
    struct hv *hv;             /* hcall/providers.h: what is plugged in besides the firmware's calls */
    struct irq hv_irq;         /* interrupts of hypercall devices; wired by the board */
    struct input_tap input;
    struct firmware *firmware; /* NULL with -bios */
    struct device *devices;
    struct pci_bus *pci[4];    /* by RTAS bridge index, NULL-terminated */
    struct chardev *console;   /* where firmware talks: serial[0] */
    struct display *display;   /* the graphics card (machines/display.h); NULL: none */
    struct boot_device boot_devices[8];
    unsigned n_boot_devices;
    void *board;               /* the machine type's own struct */
    /* requests made by guest actions, carried out by machine_run between instructions */
    enum machine_stop request;
    int exit_status;
    uint64_t idle_ns;          /* instruction clock: time warped over while idle */
    uint64_t host_base;        /* host clock at virtual time 0 */
    int64_t rtc_offset;        /* guest wall clock at virtual time 0, Unix seconds */
    uint32_t rtc_ns;           /* and the nanoseconds within */
    uint64_t look_insns;       /* host clock: instructions that fit between two looks at events */
    uint64_t run_until;        /* virtual time at which machine_run looks at events again */
    uint64_t stopped_at;       /* host clock: virtual time while the clock is stopped */
    bool clock_stopped;
    bool halted;               /* stopped by the monitor or -S */
    struct {
        uint64_t insns;
        double cpu_seconds;
    } perf;                    /* where frontend/perf.c counts from */
    bool pausing;              /* machine_pause was called */
    struct event pause_over;   /* nothing happens then but that the CPU goes on */
    void (*power_button)(void *ctx); /* set by the device that has one */
    void *power_button_ctx;
    /* A debugger that steps: while set it is asked before each instruction (which is slow), and
     * machine_run returns MACHINE_DEBUG when it says true. For points there is ppc_set_debug. */
    bool (*debug_stop)(void *ctx);
    void *debug_ctx;
};

/* The list of machine types, NULL-terminated. */
extern const struct machine_type *const machine_types[];
const struct machine_type *machine_find(const char *name);

/* Builds and resets a machine. cfg stays with the caller and must outlive it. */
int machine_new(const struct config *cfg, struct machine **out, struct error *err) MUST_CHECK;
void machine_free(struct machine *m);
void machine_reset(struct machine *m); /* hard reset of everything, firmware boots again */

/* Runs for about `slice_ns` of virtual time (bounded by the next event) and returns why it
 * stopped. Events that are due run in here. */
enum machine_stop machine_run(struct machine *m, uint64_t slice_ns);
/* Instruction clock only: moves virtual time to the next event (the CPU is idle). */
void machine_warp(struct machine *m);

/* Stops and restarts virtual time and sets m->halted (monitor `stop`, `cont`; -S): time spent in
 * the monitor is not seen by the guest. */
void machine_halt(struct machine *m, bool halted);

/* For devices and firmware: the run ends (or the reset happens) before the next instruction. */
void machine_request_reset(struct machine *m);
void machine_request_poweroff(struct machine *m, int exit_status);

/* For firmware whose client polls: the CPU stands still for `ns` or until input comes, and the host
 * sleeps. Without effect with the instruction clock, which such a client itself moves on. */
void machine_pause(struct machine *m, uint64_t ns);

/* Guest wall clock, Unix seconds and the nanoseconds within (follows -rtc and the clock mode). */
int64_t machine_wall_clock(struct machine *m, uint32_t *ns);
void machine_set_wall_clock(struct machine *m, int64_t unix_seconds);

#endif
