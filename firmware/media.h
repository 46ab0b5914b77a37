/*
 * A stretch of a block device: a whole disc, a partition or a file on it. Everything that reads a
 * medium's own structures goes through this, so that no offset found on a medium can lead outside
 * (rule R36).
 */
#ifndef FIRMWARE_MEDIA_H
#define FIRMWARE_MEDIA_H

#include <errno.h>
#include <stdint.h>
#include "base/bits.h"
#include "base/compiler.h"
#include "machines/block.h"

struct media {
    struct block *block;
    uint64_t at;  /* bytes from the start of the block device */
    uint64_t len; /* bytes */
};

/* The whole device; length 0 without a medium. */
static inline struct media media_whole(struct block *b)
{
    return (struct media){b, 0, b && b->present ? b->size : 0};
}

/* The part [at, at+len) of m, cut at m's end. */
static inline struct media media_part(struct media m, uint64_t at, uint64_t len)
{
    if (at > m.len) at = m.len;
    if (len > m.len - at) len = m.len - at;
    return (struct media){m.block, m.at + at, len};
}

/* 0, or -EIO when any byte lies outside, or what the host says. */
static inline MUST_CHECK int media_read(struct media m, uint64_t off, void *to, uint64_t len)
{
    if (!m.block || !span_ok(off, len, m.len)) return -EIO;
    return block_read(m.block, m.at + off, to, len);
}

static inline MUST_CHECK int media_write(struct media m, uint64_t off, const void *from,
                                         uint64_t len)
{
    if (!m.block || !span_ok(off, len, m.len)) return -EIO;
    return block_write(m.block, m.at + off, from, len);
}

#endif
