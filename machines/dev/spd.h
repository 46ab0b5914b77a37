/*
 * Serial presence detect data of a DDR DIMM (JEDEC standard 21-C, appendix for DDR SDRAM).
 */
#ifndef MACHINES_DEV_SPD_H
#define MACHINES_DEV_SPD_H

#include <stdint.h>

#define SPD_LEN 256

/* Describes one unbuffered PC2100 module of `bytes` (rounded down to a power of two, 32 MiB to
 * 2 GiB). */
void spd_make(uint8_t to[SPD_LEN], uint64_t bytes);

#endif
