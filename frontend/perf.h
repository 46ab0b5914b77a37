/*
 * -d perf: what the machine has done, from counters on its slow paths.
 */
#ifndef FRONTEND_PERF_H
#define FRONTEND_PERF_H

#include <stdio.h>

#include "machines/machine.h"

/* Since the start or the last perf_reset; accesses to devices since the start. */
void perf_report(struct machine *m, FILE *to);
void perf_reset(struct machine *m);

#endif
