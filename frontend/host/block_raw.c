/*
 * Raw image files and host block devices, with an optional overlay that keeps changes in an
 * unnamed temporary file (-snapshot). Holes read as zeros; nothing is allocated by reading.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_TMPFILE, mkostemp */
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "frontend/host/host.h"

#define SECTOR 512u
#define CLUSTER 65536u /* what the overlay copies on the first write into it */

struct raw {
    struct block b; /* first */
    int fd;
    int overlay;      /* -1 without -snapshot */
    uint8_t *changed; /* bit per cluster that lives in the overlay */
    uint8_t *cluster; /* room for one */
};

static struct raw *of(struct block *b) { return (struct raw *)b; }

static int read_all(int fd, uint64_t off, uint8_t *to, uint64_t len)
{
    while (len) {
        ssize_t n = pread(fd, to, len < (1u << 30) ? len : 1u << 30, (off_t)off);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -errno;
        if (!n) return -EIO; /* somebody cut the file short */
        to += n;
        off += (uint64_t)n;
        len -= (uint64_t)n;
    }
    return 0;
}

static int write_all(int fd, uint64_t off, const uint8_t *from, uint64_t len)
{
    while (len) {
        ssize_t n = pwrite(fd, from, len < (1u << 30) ? len : 1u << 30, (off_t)off);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -errno;
        from += n;
        off += (uint64_t)n;
        len -= (uint64_t)n;
    }
    return 0;
}

static int raw_read(struct block *b, uint64_t off, void *to, uint64_t len)
{
    return read_all(of(b)->fd, off, to, len);
}

static int raw_write(struct block *b, uint64_t off, const void *from, uint64_t len)
{
    return write_all(of(b)->fd, off, from, len);
}

static int raw_flush(struct block *b)
{
    return fdatasync(of(b)->fd) ? -errno : 0;
}

/* Lets go of the medium; the block stays. */
static void release(struct raw *r)
{
    if (r->overlay < 0 && r->fd >= 0 && !r->b.read_only) fdatasync(r->fd);
    if (r->fd >= 0) close(r->fd); /* drops the lock */
    if (r->overlay >= 0) close(r->overlay);
    free(r->changed);
    free(r->cluster);
    free(r->b.name);
}

static void raw_close(struct block *b)
{
    release(of(b));
    free(b);
}

static const struct block_ops raw_ops = {raw_read, raw_write, raw_flush, raw_close};

/* --- overlay --- */

static bool is_changed(const struct raw *r, uint64_t n) { return r->changed[n / 8] >> n % 8 & 1; }

/* The part of [off, off+len) inside the cluster of off. */
static uint64_t in_cluster(uint64_t off, uint64_t len)
{
    uint64_t room = CLUSTER - off % CLUSTER;
    return len < room ? len : room;
}

static int overlay_read(struct block *b, uint64_t off, void *to, uint64_t len)
{
    struct raw *r = of(b);
    for (uint8_t *p = to; len;) {
        uint64_t n = in_cluster(off, len);
        int e = read_all(is_changed(r, off / CLUSTER) ? r->overlay : r->fd, off, p, n);
        if (e) return e;
        p += n;
        off += n;
        len -= n;
    }
    return 0;
}

/* Copies the cluster that holds off, so that a part of it can be changed. */
static int bring_over(struct raw *r, uint64_t off)
{
    uint64_t at = off - off % CLUSTER;
    uint64_t n = r->b.size - at < CLUSTER ? r->b.size - at : CLUSTER;
    int e = read_all(r->fd, at, r->cluster, n);
    return e ? e : write_all(r->overlay, at, r->cluster, n);
}

static int overlay_write(struct block *b, uint64_t off, const void *from, uint64_t len)
{
    struct raw *r = of(b);
    for (const uint8_t *p = from; len;) {
        uint64_t n = in_cluster(off, len), c = off / CLUSTER;
        int e = is_changed(r, c) || n == CLUSTER ? 0 : bring_over(r, off);
        if (!e) e = write_all(r->overlay, off, p, n);
        if (e) return e;
        r->changed[c / 8] |= (uint8_t)(1u << c % 8);
        p += n;
        off += n;
        len -= n;
    }
    return 0;
}

static int overlay_flush(struct block *b)
{
    (void)b; /* nobody will ever see the temporary file again */
    return 0;
}

static const struct block_ops overlay_ops = {overlay_read, overlay_write, overlay_flush,
                                             raw_close};

static int open_temporary(struct error *err)
{
    const char *dir = getenv("TMPDIR");
    if (!dir || !*dir) dir = "/var/tmp"; /* /tmp may be memory */
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    char *name = xasprintf("%s/ppcemu-XXXXXX", dir);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) {
        unlink(name);
    } else {
        error_set(err, errno, "cannot make a temporary file in '%s': %s", dir, strerror(errno));
    }
    free(name);
    return fd;
}

static int add_overlay(struct raw *r, struct error *err)
{
    uint64_t clusters = (r->b.size + CLUSTER - 1) / CLUSTER;
    r->overlay = open_temporary(err);
    if (r->overlay < 0) return -EIO;
    r->changed = calloc(1, clusters / 8 + 1);
    r->cluster = malloc(CLUSTER);
    if (!r->changed || !r->cluster) {
        return error_set(err, ENOMEM, "no memory for the snapshot of '%s'", r->b.name);
    }
    if (ftruncate(r->overlay, (off_t)r->b.size)) {
        return error_set(err, errno, "cannot make a snapshot of '%s': %s", r->b.name,
                         strerror(errno));
    }
    r->b.ops = &overlay_ops;
    r->b.read_only = false;
    return 0;
}

/* --- opening --- */

static int find_size(int fd, const char *path, uint64_t *size, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st)) {
        return error_set(err, errno, "cannot look at '%s': %s", path, strerror(errno));
    }
    if (S_ISREG(st.st_mode)) {
        *size = (uint64_t)st.st_size;
    } else if (S_ISBLK(st.st_mode)) {
        if (ioctl(fd, BLKGETSIZE64, size)) {
            return error_set(err, errno, "cannot find the size of '%s': %s", path, strerror(errno));
        }
    } else {
        return error_set(err, EINVAL, "'%s' is %s, not an image file or block device", path,
                         S_ISDIR(st.st_mode) ? "a folder" : "a special file");
    }
    *size = align_down(*size, SECTOR);
    if (!*size) {
        return error_set(err, EINVAL, "image '%s' is empty (less than one sector of 512 bytes)",
                         path);
    }
    return 0;
}

/* File systems without locks are not a reason to refuse. */
static int lock(int fd, bool exclusive, const char *path, struct error *err)
{
    if (!flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) || errno != EWOULDBLOCK) return 0;
    return error_set(err, EBUSY, "image '%s' is in use by another program%s", path,
                     exclusive ? "" : " that writes to it");
}

static int open_file(const char *path, bool read_only, int *fd, struct error *err)
{
    *fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
    if (*fd >= 0) return 0;
    bool forbidden = !read_only && (errno == EACCES || errno == EROFS || errno == EPERM);
    return error_set(err, errno, "cannot open '%s'%s: %s%s", path,
                     read_only ? "" : " for writing", strerror(errno),
                     forbidden ? " (readonly=on or snapshot=on would do without)" : "");
}

int host_block_open(const char *path, bool read_only, bool snapshot, struct block **out,
                    struct error *err)
{
    bool writes = !read_only && !snapshot;
    uint64_t size = 0;
    int fd, r = open_file(path, !writes, &fd, err);
    *out = NULL;
    if (r) return r;
    r = find_size(fd, path, &size, err);
    if (!r) r = lock(fd, writes, path, err);
    if (r) {
        close(fd);
        return r;
    }
    struct raw *raw = xcalloc(1, sizeof *raw);
    raw->fd = fd;
    raw->overlay = -1;
    raw->b = (struct block){.ops = &raw_ops,
                            .name = xstrdup(path),
                            .size = size,
                            .read_only = !writes,
                            .present = true};
    r = snapshot && !read_only ? add_overlay(raw, err) : 0;
    if (r) {
        raw_close(&raw->b);
        return r;
    }
    *out = &raw->b;
    return 0;
}

/* --- drives whose medium comes and goes --- */

static void make_empty(struct raw *r)
{
    *r = (struct raw){.fd = -1, .overlay = -1};
    r->b = (struct block){.ops = &raw_ops, .name = xstrdup(""), .read_only = true};
}

struct block *host_block_empty(void)
{
    struct raw *r = xcalloc(1, sizeof *r);
    make_empty(r);
    return &r->b;
}

int host_block_change(struct block *b, const char *path, struct error *err)
{
    struct raw *r = of(b);
    struct block *with = NULL;
    uint32_t changes = b->changes + 1;
    if (b->ops != &raw_ops && b->ops != &overlay_ops) {
        return error_set(err, EINVAL, "'%s' cannot be changed", b->name);
    }
    int e = path ? host_block_open(path, true, false, &with, err) : 0;
    if (e) return e;
    release(r);
    if (with) {
        *r = *of(with);
        free(with);
    } else {
        make_empty(r);
    }
    b->changes = changes;
    return 0;
}
