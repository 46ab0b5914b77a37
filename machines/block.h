/*
 * A host file or image as a device sees it. Implemented in frontend/host/block_*.c; devices and
 * firmware only use this. All offsets in bytes. Calls are synchronous.
 */
#ifndef MACHINES_BLOCK_H
#define MACHINES_BLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/compiler.h"

struct block {
    const struct block_ops *ops;
    char *name;       /* the path, for messages */
    uint64_t size;    /* bytes; 0 with no medium */
    bool read_only;
    bool present;     /* a medium is in the drive */
    uint32_t changes; /* counts medium changes: a drive that sees it move raises UNIT ATTENTION */
};

struct block_ops {
    /* 0 or negative errno; [off, off+len) is inside size. */
    int (*read)(struct block *b, uint64_t off, void *to, uint64_t len);
    int (*write)(struct block *b, uint64_t off, const void *from, uint64_t len);
    int (*flush)(struct block *b);
    void (*close)(struct block *b);
};

/* Bounds-checked forms: -EIO outside the medium, -ENOMEDIUM without one, -EROFS. */
int block_read(struct block *b, uint64_t off, void *to, uint64_t len) MUST_CHECK;
int block_write(struct block *b, uint64_t off, const void *from, uint64_t len) MUST_CHECK;
int block_flush(struct block *b) MUST_CHECK;
void block_close(struct block *b); /* NULL is fine */

#endif
