/*
 * A byte ring that grows by doubling up to its limit.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/host/internal.h"

/* Host memory that runs out makes the queue full, never the program end. */
static void grow(struct byte_queue *q, size_t need)
{
    size_t size = q->size ? q->size : 256;
    while (size < need) size *= 2;
    if (size <= q->size) return;
    uint8_t *bytes = malloc(size);
    if (!bytes) return;
    size_t used = q->used, first = q->size - q->head < used ? q->size - q->head : used;
    if (used) {
        memcpy(bytes, q->bytes + q->head, first);
        memcpy(bytes + first, q->bytes, used - first);
    }
    free(q->bytes);
    q->bytes = bytes;
    q->size = size;
    q->head = 0;
}

size_t queue_put(struct byte_queue *q, const uint8_t *p, size_t len)
{
    if (len > queue_room(q)) len = queue_room(q);
    if (!len) return 0;
    grow(q, q->used + len);
    if (len > q->size - q->used) len = q->size - q->used;
    for (size_t done = 0; done < len;) {
        size_t at = (q->head + q->used) % q->size;
        size_t n = q->size - at < len - done ? q->size - at : len - done;
        memcpy(q->bytes + at, p + done, n);
        q->used += n;
        done += n;
    }
    return len;
}

const uint8_t *queue_peek(const struct byte_queue *q, size_t *len)
{
    *len = q->used && q->used > q->size - q->head ? q->size - q->head : q->used;
    return q->used ? q->bytes + q->head : NULL;
}

void queue_drop(struct byte_queue *q, size_t len)
{
    if (len > q->used) len = q->used;
    q->used -= len;
    q->head = q->used ? (q->head + len) % q->size : 0;
}

size_t queue_get(struct byte_queue *q, uint8_t *p, size_t len)
{
    size_t done = 0;
    while (done < len && q->used) {
        size_t n;
        const uint8_t *from = queue_peek(q, &n);
        if (n > len - done) n = len - done;
        memcpy(p + done, from, n);
        queue_drop(q, n);
        done += n;
    }
    return done;
}

void queue_free(struct byte_queue *q)
{
    free(q->bytes);
    *q = (struct byte_queue){.limit = q->limit};
}
