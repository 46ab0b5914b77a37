/*
 * Turns parsed options into open files: the step between the command line and machine_new.
 */
#ifndef FRONTEND_SETUP_H
#define FRONTEND_SETUP_H

#include "frontend/host/host.h"
#include "frontend/options.h"

/* Recognises the file named without an option, opens drives, serial ports and the log, and
 * completes o->cfg. 0, or -errno with one sentence; setup_close in any case. */
int setup_open(struct options *o, struct host_char_loop *loop, struct error *err) MUST_CHECK;
void setup_close(struct options *o);

#endif
