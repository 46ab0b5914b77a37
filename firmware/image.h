/*
 * Boot images: recognition by content and loading into RAM. Kinds: ELF32 big-endian PowerPC (also
 * zImage, boot.img, GRUB), legacy uImage, gzip of either, and raw code.
 */
#ifndef FIRMWARE_IMAGE_H
#define FIRMWARE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"
#include "firmware/media.h"
#include "mmu/bus.h"

enum image_kind {
    IMAGE_EMPTY,
    IMAGE_ELF,    /* any ELF; image_load tells whether it is for this machine */
    IMAGE_UIMAGE, /* U-Boot legacy image */
    IMAGE_GZIP,
    IMAGE_ISO,  /* ISO 9660 disc */
    IMAGE_DISK, /* partition map, or whole sectors of anything else */
    IMAGE_RAW,  /* none of these */
};

/* How much of a file's start image_identify wants to see (ISO 9660's descriptor is at 32 KiB). */
#define IMAGE_HEAD 0x8806u

/* head: the first `len` bytes (at most IMAGE_HEAD are looked at) of a file of `size` bytes. */
enum image_kind image_identify(const uint8_t *head, size_t len, uint64_t size);
const char *image_kind_name(enum image_kind k);

/* Where an image went. */
struct image {
    uint64_t low, high; /* physical, end exclusive; includes .bss */
    uint64_t entry;     /* physical */
};

/* Raw code is put here, like the zImage wrapper's link address. */
#define IMAGE_RAW_AT 0x400000u

/* Loads `len` bytes at p, called `name` in messages, into RAM [0, ram) of bus. 0; -EINVAL with one
 * sentence that names the file and the value. Nothing is written unless all of it fits. */
int image_load(const char *name, const uint8_t *p, size_t len, struct bus *bus, uint64_t ram,
               struct image *out, struct error *err) MUST_CHECK;

/* Reads a whole host file of at most `max` bytes (malloc, freed by the caller). what: "kernel",
 * "initrd", "device tree": begins the sentence. */
int image_read_file(const char *what, const char *path, uint64_t max, uint8_t **p, size_t *len,
                    struct error *err) MUST_CHECK;

/* The same from a medium. */
int image_read_media(const char *name, struct media m, uint64_t max, uint8_t **p, size_t *len,
                     struct error *err) MUST_CHECK;

#endif
