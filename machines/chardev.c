#include "machines/chardev.h"

void chardev_write(struct chardev *c, const void *p, size_t len)
{
    if (c && len) c->ops->write(c, p, len);
}

size_t chardev_read(struct chardev *c, void *p, size_t len)
{
    return c ? c->ops->read(c, p, len) : 0;
}

void chardev_listen(struct chardev *c, void (*readable)(void *ctx), void *ctx)
{
    if (!c) return;
    c->readable = readable;
    c->ctx = ctx;
    c->broke = NULL;
}
