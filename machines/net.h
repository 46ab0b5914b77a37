/*
 * An Ethernet cable as a device sees it: whole frames without preamble and checksum. Implemented in
 * frontend/host/net_host.c; devices only use this. All of it runs on the machine's thread.
 */
#ifndef MACHINES_NET_H
#define MACHINES_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_FRAME_MAX 9728u /* jumbo frames of the cards this is for */
#define NET_HEADER    14u   /* two addresses and a type: shorter frames are none */

struct netdev {
    const struct netdev_ops *ops;
    uint8_t mac[6]; /* what the guest's interface is called */
    /* Who gets frames; one that has no room drops them, as a card does. Set by netdev_listen. */
    void (*receive)(void *ctx, const uint8_t *frame, size_t len);
    void *ctx;
};

struct netdev_ops {
    void (*send)(struct netdev *n, const uint8_t *frame, size_t len); /* length is checked */
    void (*close)(struct netdev *n);
};

/* A NULL netdev is a cable to nowhere; frames of a length that is none are dropped. */
void netdev_send(struct netdev *n, const uint8_t *frame, size_t len);
void netdev_listen(struct netdev *n, void (*receive)(void *, const uint8_t *, size_t), void *ctx);
/* For implementations: hands a frame to whoever listens. */
void netdev_deliver(struct netdev *n, const uint8_t *frame, size_t len);
void netdev_close(struct netdev *n);

#endif
