#include "machines/block.h"

#include <errno.h>

#include "base/bits.h"

int block_read(struct block *b, uint64_t off, void *to, uint64_t len)
{
    if (!b->present) return -ENOMEDIUM;
    if (!span_ok(off, len, b->size)) return -EIO;
    return b->ops->read(b, off, to, len);
}

int block_write(struct block *b, uint64_t off, const void *from, uint64_t len)
{
    if (!b->present) return -ENOMEDIUM;
    if (b->read_only) return -EROFS;
    if (!span_ok(off, len, b->size)) return -EIO;
    return b->ops->write(b, off, from, len);
}

int block_flush(struct block *b)
{
    if (!b->present || b->read_only) return 0;
    return b->ops->flush(b);
}

void block_close(struct block *b)
{
    if (b) b->ops->close(b);
}
