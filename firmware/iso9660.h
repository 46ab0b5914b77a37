/*
 * Read-only ISO 9660 (ECMA-119) with Rock Ridge names and Joliet, for finding boot files. Names
 * compare without case, version numbers (";1") are not part of a name, '/' and '\' both separate.
 */
#ifndef FIRMWARE_ISO9660_H
#define FIRMWARE_ISO9660_H

#include <stdbool.h>
#include <stdint.h>
#include "firmware/media.h"

#define ISO_NAME_MAX 256

struct iso_node {
    uint64_t at, len; /* the (first) extent, bytes inside the medium; never beyond its end */
    bool dir;
    bool broken; /* in several extents that do not follow each other: cannot be read as one */
};

struct iso {
    struct media media;
    char label[33];
    struct iso_node root;   /* primary volume descriptor */
    struct iso_node joliet; /* supplementary one; len 0 when there is none */
    bool rock_ridge;        /* SUSP "SP" was seen in the root */
    unsigned susp_skip;     /* bytes to skip at the start of each system use area */
};

/* 0, or -EINVAL when there is no ISO 9660 volume, -EIO. */
int iso_open(struct media m, struct iso *out) MUST_CHECK;

/* Finds a file or directory by path from the root ("" and "/" are the root). 0, -ENOENT,
 * -ENOTDIR, -EIO, -EFBIG for a broken extent list. */
int iso_find(const struct iso *iso, const char *path, struct iso_node *out) MUST_CHECK;

/* The contents of a file as a stretch of the medium. */
struct media iso_media(const struct iso *iso, const struct iso_node *n);

/* Calls fn for each entry of a directory (without . and ..) until it returns false. */
int iso_list(const struct iso *iso, const struct iso_node *dir,
             bool (*fn)(const char *name, const struct iso_node *n, void *ctx),
             void *ctx) MUST_CHECK;

#endif
