/*
 * Guest memory as the monitor and GDB see it: effective addresses through the CPU's translation of
 * this moment, or physical ones. RAM is copied; device registers are read and written with the
 * widest aligned access that fits, as QEMU's monitor does, side effects included.
 */
#ifndef FRONTEND_DEBUG_MEM_H
#define FRONTEND_DEBUG_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine;

/* Bytes moved before the first address that does not translate; len when all went well. */
size_t debug_read(struct machine *m, bool physical, uint64_t at, void *to, size_t len);
size_t debug_write(struct machine *m, bool physical, uint64_t at, const void *from, size_t len);

/* A register's value in its low 64 bits; false: no such register. */
bool debug_reg(struct machine *m, const char *name, uint64_t *v);

#endif
