/*
 * The demo guest: an ELF built from source in this repository and embedded (firmware/demo_elf.c is
 * made from firmware/guest/demo by tests/firmware/demo.sh --write, which as a test compares the
 * two).
 */
#ifndef FIRMWARE_DEMO_H
#define FIRMWARE_DEMO_H

extern const unsigned char firmware_demo_elf[];
extern const unsigned firmware_demo_elf_len;

#endif
