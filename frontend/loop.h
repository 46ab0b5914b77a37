/*
 * The run loop: the machine in slices, the host's events between them.
 */
#ifndef FRONTEND_LOOP_H
#define FRONTEND_LOOP_H

#include "frontend/host/host.h"
#include "machines/machine.h"

struct desktop;

struct loop_options {
    struct desktop *desktop; /* where the window is; never NULL */
    bool icount_sleep; /* instruction clock: idle time passes as on the host's clock */
    struct chardev *monitor, *gdb; /* lines of their own, or NULL */
    bool monitor_first;            /* the console's keyboard is the monitor's at the start */
};

/* Runs m until the guest powers off or the user quits; host_signals_install was before. Returns the
 * exit status of ppcemu: the guest's own (0 for a power-off), 0 after C-a x, 128 + n after signal n. */
int loop_run(struct machine *m, struct host_char_loop *loop, const struct loop_options *lo);

#endif
