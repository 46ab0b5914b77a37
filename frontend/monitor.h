/*
 * The monitor: QEMU's human commands for a running machine, on a line of its own (-monitor) or
 * behind C-a c on a mon: device. It is called from host_poll only, so the guest stands between
 * two instructions while a command runs.
 */
#ifndef FRONTEND_MONITOR_H
#define FRONTEND_MONITOR_H

#include <stdbool.h>
#include <stdio.h>
#include "frontend/host/host.h"
#include "machines/machine.h"

struct monitor;

struct monitor_hooks {
    void *ctx;
    void (*quit)(void *ctx);
    void (*paused)(void *ctx, bool halted); /* after stop and cont: a debugger wants to know */
    void (*display)(void *ctx, FILE *to);   /* prints about screen and window */
};

struct monitor *monitor_new(struct machine *m, const struct monitor_hooks *hooks);
void monitor_free(struct monitor *mon);

/* Serves commands on c. mux: c is the monitor's end of a mon: device, silent until it has the
 * keyboard (monitor_focus); others greet at once. c stays with the caller. */
void monitor_attach(struct monitor *mon, struct chardev *c, bool mux);
/* C-a c moved the keyboard of the mon: device to the monitor or away. */
void monitor_focus(struct monitor *mon, bool has_focus);

/* Runs one command line; what it says goes to `to` with LF line ends. */
void monitor_run(struct monitor *mon, const char *line, FILE *to);

#endif
