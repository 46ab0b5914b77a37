/*
 * The demo guest: an ELF built from source in this repository and embedded (firmware/demo_elf.c is
 * generated at build time).
 */
#ifndef FIRMWARE_DEMO_H
#define FIRMWARE_DEMO_H

extern const unsigned char firmware_demo_elf[];
extern const unsigned firmware_demo_elf_len; /* 0: built without the cross compiler */

#endif
