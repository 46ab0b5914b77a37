/*
 * Claimed physical memory: a sorted list of ranges that merge when they touch (IEEE 1275 6.3.2.4
 * claim and release). No device tree, no guest memory here.
 */
#ifndef FIRMWARE_OF_CLAIM_H
#define FIRMWARE_OF_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/compiler.h"

#define CLAIMS_MAX 512

struct claim {
    uint64_t start, end; /* end exclusive */
};

struct claims {
    uint64_t ram; /* nothing at or above this can be claimed */
    unsigned n;
    struct claim c[CLAIMS_MAX];
};

void claims_init(struct claims *s, uint64_t ram);

/* Claims exactly [start, start+len). 0; -EBUSY when any of it is taken, -EINVAL for an empty range
 * or one outside RAM, -ENOSPC when the list is full. */
int claims_take(struct claims *s, uint64_t start, uint64_t len) MUST_CHECK;

/* Claims the lowest free range of `len` bytes at a multiple of `align` (a power of two; others are
 * rounded up to one) that starts at `from` or above, else anywhere. */
int claims_take_aligned(struct claims *s, uint64_t len, uint64_t align, uint64_t from,
                        uint64_t *start) MUST_CHECK;

/* Gives back whatever of [start, start+len) is claimed; -ENOSPC when a split finds no room. */
int claims_drop(struct claims *s, uint64_t start, uint64_t len) MUST_CHECK;

bool claims_free(const struct claims *s, uint64_t start, uint64_t len);

/* The i-th free gap in ascending order; false behind the last. */
bool claims_gap(const struct claims *s, unsigned i, struct claim *gap);

#endif
