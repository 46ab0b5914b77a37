/*
 * The GDB remote serial protocol (GDB manual, appendix E) on a socket. With nobody attached it
 * costs nothing; while breakpoints or watchpoints exist the CPU runs one instruction at a time.
 */
#ifndef FRONTEND_GDB_H
#define FRONTEND_GDB_H

#include "machines/chardev.h"
#include "machines/machine.h"

struct gdb;
struct monitor;

/* Listens on line, which stays with the caller. */
struct gdb *gdb_new(struct machine *m, struct monitor *mon, struct chardev *line);
void gdb_free(struct gdb *g); /* NULL is fine, as for all that follow */

void gdb_stopped(struct gdb *g);             /* machine_run returned MACHINE_DEBUG */
void gdb_paused(struct gdb *g, bool halted); /* the monitor stopped or started the machine */
void gdb_exited(struct gdb *g, int status);  /* the run is over */

#endif
