/*
 * Partition maps that Pegasos media carry: Apple partition map, PC master boot record with its
 * extended chain, and Amiga rigid disk block.
 */
#ifndef FIRMWARE_PARTITION_H
#define FIRMWARE_PARTITION_H

#include <stdbool.h>
#include <stdint.h>
#include "firmware/media.h"

enum partition_scheme { PARTITION_NONE, PARTITION_APM, PARTITION_MBR, PARTITION_RDB };

#define PARTITIONS_MAX 64

struct partition {
    unsigned number;  /* what `device:number` means; from 1 */
    uint64_t at, len; /* bytes, inside the medium */
    uint32_t type;    /* MBR: system byte; RDB: DosType; APM: 0 */
    bool bootable;
    char name[33];      /* APM, RDB */
    char type_name[33]; /* APM */
};

struct partition_table {
    enum partition_scheme scheme;
    unsigned n;
    struct partition p[PARTITIONS_MAX];
};

/* Reads the map of `m`. Never fails: an unreadable or wild map gives what could be read of it. */
void partition_scan(struct media m, struct partition_table *t);

/* "3" or a letter ("c" is 3): the partition with that number, NULL when there is none. */
const struct partition *partition_find(const struct partition_table *t, const char *name);

const char *partition_scheme_name(enum partition_scheme s);

#endif
