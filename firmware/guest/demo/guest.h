/*
 * The demo guest: what its files share. Freestanding, 32-bit big-endian PowerPC.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

/* of.c: the client interface. */
void of_init(int (*client)(void *array));
uint32_t of_finddevice(const char *path);
uint32_t of_child(uint32_t node);
uint32_t of_peer(uint32_t node);
int of_getprop(uint32_t node, const char *name, void *to, uint32_t len); /* -1: not there */
int of_path(uint32_t node, char *to, uint32_t len);
uint32_t of_milliseconds(void);
void of_exit(void);

/* print.c: %s %c %u %x with width, - and 0; output goes to /chosen's stdout. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* tree.c */
void show_tree(void);
int cpu_has(const char *property);
uint32_t cpu_value(const char *property);

/* clock.c */
uint64_t time_base(void);
uint32_t microseconds(uint64_t ticks);

/* A piece of work: does it, says how many steps (in the unit of its line) that were, and puts a
 * checksum into *sum. Zero steps: the check failed. */
typedef uint32_t work_fn(uint32_t *sum);
work_fn work_mips, work_sieve, work_crc, work_matrix, work_orbit, work_vector_float,
    work_vector_byte;

/* print.c */
void *memset(void *to, int byte, size_t n);

/* start.S */
uint32_t mips_loop(uint32_t seed, uint32_t count);
void msr_set(uint32_t bits);
enum { MSR_VEC = 0x02000000 };

/* vector.c: compiled for AltiVec, called only where it is. */
void vec_polynomial(float *to, const float *x, uint32_t n, uint32_t rounds);
void vec_blend(uint8_t *to, const uint8_t *from, uint32_t n);

#endif
