#include "machines/net.h"

static bool is_frame(size_t len) { return len >= NET_HEADER && len <= NET_FRAME_MAX; }

void netdev_send(struct netdev *n, const uint8_t *frame, size_t len)
{
    if (n && is_frame(len)) n->ops->send(n, frame, len);
}

void netdev_listen(struct netdev *n, void (*receive)(void *, const uint8_t *, size_t), void *ctx)
{
    if (!n) return;
    n->receive = receive;
    n->ctx = ctx;
}

void netdev_deliver(struct netdev *n, const uint8_t *frame, size_t len)
{
    if (n->receive && is_frame(len)) n->receive(n->ctx, frame, len);
}

void netdev_close(struct netdev *n)
{
    if (n) n->ops->close(n);
}
