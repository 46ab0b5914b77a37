/*
 * Reading and writing a drive, or on the host a file: a round is 1 MiB. Writes go behind the first
 * 64 MiB, so that what is read stays the same.
 */
#define _GNU_SOURCE
#include "bench.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BLOCK = 65536, SECTOR = 2048, WRITTEN = 64 << 20, FLUSH_BUFFERS = 0x1261 /* BLKFLSBUF */ };

static uint8_t *block;

static int open_drive(int flags)
{
    int fd = open(bench_argument ? bench_argument : "", flags);

    bench_need(fd >= 0, "open");
    if (posix_memalign((void **)&block, BLOCK, BLOCK)) exit(1);
    ioctl(fd, FLUSH_BUFFERS, 0); /* what an earlier round left in memory; no matter for a file */
    return fd;
}

static uint32_t drive_read(unsigned rounds)
{
    int fd = open_drive(O_RDONLY);
    uint32_t sum = 0;

    for (unsigned i = 0; i < rounds * ((1 << 20) / BLOCK); i++) {
        bench_need(read(fd, block, BLOCK) == BLOCK, "read");
        for (unsigned k = 0; k < BLOCK; k += SECTOR) {
            sum = bench_mix(sum, (uint32_t)block[k] << 8 | block[k + SECTOR - 1]);
        }
    }
    close(fd);
    return sum;
}

static uint32_t drive_write(unsigned rounds)
{
    int fd = open_drive(O_WRONLY);
    uint32_t sum = 0;

    bench_need(lseek(fd, WRITTEN, SEEK_SET) == WRITTEN, "lseek");
    for (unsigned i = 0; i < rounds * ((1 << 20) / BLOCK); i++) {
        memset(block, (int)(i & 0xff), BLOCK);
        bench_need(write(fd, block, BLOCK) == BLOCK, "write");
        sum += i;
    }
    fsync(fd);
    close(fd);
    return sum;
}

const struct bench io_benches[] = {
    { "read", drive_read }, { "write", drive_write }, { NULL, NULL },
};
