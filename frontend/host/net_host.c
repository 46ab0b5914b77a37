/*
 * Ethernet cables: a hub inside the program, and a stream socket to another emulator on which each
 * frame follows its length as a big-endian word (QEMU's `socket` network, so that both meet).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontend/host/internal.h"
#include "machines/net.h"

static const uint8_t default_mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/* --- hub --- */

struct port {
    struct netdev net; /* first */
    struct host_hub *hub;
    struct port *next;
};

struct host_hub {
    struct port *ports;
};

static void hub_send(struct netdev *n, const uint8_t *frame, size_t len)
{
    struct port *from = (struct port *)n;
    for (struct port *p = from->hub->ports; p; p = p->next)
        if (p != from) netdev_deliver(&p->net, frame, len);
}

static void hub_unplug(struct netdev *n)
{
    struct port *port = (struct port *)n, **at = &port->hub->ports;
    while (*at != port) at = &(*at)->next;
    *at = port->next;
    free(port);
}

static const struct netdev_ops hub_ops = {hub_send, hub_unplug};

struct host_hub *host_hub_new(void) { return xcalloc(1, sizeof(struct host_hub)); }

void host_hub_free(struct host_hub *h) { free(h); }

struct netdev *host_hub_port(struct host_hub *h)
{
    struct port *p = xcalloc(1, sizeof *p);
    p->net.ops = &hub_ops;
    memcpy(p->net.mac, default_mac, sizeof default_mac);
    for (const struct port *o = h->ports; o; o = o->next) p->net.mac[5]++;
    p->hub = h;
    p->next = h->ports;
    h->ports = p;
    return &p->net;
}

/* --- socket --- */

struct net_socket {
    struct netdev net; /* first */
    struct chardev *line;
    size_t used; /* of in: the length word and what has come of the frame */
    uint8_t in[4 + NET_FRAME_MAX];
};

/* A peer that does not read loses whole frames, never a part of one. */
static void socket_send(struct netdev *n, const uint8_t *frame, size_t len)
{
    struct net_socket *s = (struct net_socket *)n;
    const struct host_char *h = (const struct host_char *)s->line;
    uint8_t head[4];
    if (h->out.fd < 0 || queue_room(&h->output) < len + sizeof head) return;
    put_be32(head, (uint32_t)len);
    chardev_write(s->line, head, sizeof head);
    chardev_write(s->line, frame, len);
}

static void peer_changed(void *ctx)
{
    struct net_socket *s = ctx;
    s->used = 0;
}

/* A length no frame has comes from something that is no emulator: sent away. */
static void readable(void *ctx)
{
    struct net_socket *s = ctx;
    for (;;) {
        size_t want = 4;
        if (s->used >= 4) {
            uint32_t len = get_be32(s->in);
            if (len < NET_HEADER || len > NET_FRAME_MAX) {
                uint8_t rest[256];
                while (chardev_read(s->line, rest, sizeof rest)) {
                }
                s->used = 0;
                host_char_hang_up(s->line);
                return;
            }
            want += len;
        }
        size_t n = chardev_read(s->line, s->in + s->used, want - s->used);
        if (!n) return;
        s->used += n;
        if (s->used < want || want == 4) continue;
        s->used = 0;
        netdev_deliver(&s->net, s->in + 4, want - 4);
    }
}

static void socket_close(struct netdev *n)
{
    struct net_socket *s = (struct net_socket *)n;
    host_char_close(s->line);
    free(s);
}

static const struct netdev_ops socket_ops = {socket_send, socket_close};

/* "52:54:00:12:34:57": one that a single station may have. */
static bool parse_mac(const char *text, uint8_t mac[6])
{
    for (unsigned i = 0; i < 6; i++, text += 3) {
        char *end, pair[3] = {text[0], text[0] ? text[1] : 0, 0};
        mac[i] = (uint8_t)strtoul(pair, &end, 16);
        if (end != pair + 2 || text[2] != (i < 5 ? ':' : 0)) return false;
    }
    return !(mac[0] & 1);
}

int host_net_socket(const char *address, bool server, const char *mac, struct host_char_loop *loop,
                    struct netdev **out, struct error *err)
{
    struct net_socket *s = xcalloc(1, sizeof *s);
    bool path = strchr(address, '/');
    char *spec = xasprintf("%s:%s%s", path ? "unix" : "tcp", address,
                           server ? ",server,nowait" : "");
    int r = 0;
    memcpy(s->net.mac, default_mac, sizeof default_mac);
    if (mac && !parse_mac(mac, s->net.mac)) {
        r = error_set(err, EINVAL, "'%s' is no address of a network interface (52:54:00:12:34:56)",
                      mac);
    }
    if (!r) r = host_char_open(spec, loop, &s->line, err);
    free(spec);
    if (r) {
        free(s);
        return r;
    }
    s->net.ops = &socket_ops;
    chardev_listen(s->line, readable, s);
    s->line->came = peer_changed;
    s->line->gone = peer_changed;
    *out = &s->net;
    return 0;
}
