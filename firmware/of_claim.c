/*
 * Claim list. See of_claim.h.
 */
#include "firmware/of_claim.h"

#include <errno.h>
#include <string.h>

#include "base/bits.h"

void claims_init(struct claims *s, uint64_t ram)
{
    s->ram = ram;
    s->n = 0;
}

/* Index of the first claim that ends above `at`. */
static unsigned after(const struct claims *s, uint64_t at)
{
    unsigned i = 0;
    while (i < s->n && s->c[i].end <= at)
        i++;
    return i;
}

bool claims_free(const struct claims *s, uint64_t start, uint64_t len)
{
    unsigned i = after(s, start);
    return i == s->n || s->c[i].start >= start + len;
}

static int insert(struct claims *s, unsigned i, uint64_t start, uint64_t end)
{
    if (s->n == CLAIMS_MAX) return -ENOSPC;
    memmove(s->c + i + 1, s->c + i, (s->n - i) * sizeof s->c[0]);
    s->c[i] = (struct claim){start, end};
    s->n++;
    return 0;
}

static void erase(struct claims *s, unsigned i)
{
    s->n--;
    memmove(s->c + i, s->c + i + 1, (s->n - i) * sizeof s->c[0]);
}

int claims_take(struct claims *s, uint64_t start, uint64_t len)
{
    if (!len || !span_ok(start, len, s->ram)) return -EINVAL;
    if (!claims_free(s, start, len)) return -EBUSY;
    uint64_t end = start + len;
    unsigned i = after(s, start);
    bool joins_below = i && s->c[i - 1].end == start;
    bool joins_above = i < s->n && s->c[i].start == end;
    if (joins_below && joins_above) {
        s->c[i - 1].end = s->c[i].end;
        erase(s, i);
    } else if (joins_below) {
        s->c[i - 1].end = end;
    } else if (joins_above) {
        s->c[i].start = start;
    } else {
        return insert(s, i, start, end);
    }
    return 0;
}

/* The lowest fitting place at or above `from`. */
static bool find_room(const struct claims *s, uint64_t len, uint64_t align, uint64_t from,
                      uint64_t *start)
{
    uint64_t at = align_up(from, align);
    while (span_ok(at, len, s->ram)) {
        unsigned i = after(s, at);
        if (i == s->n || s->c[i].start >= at + len) {
            *start = at;
            return true;
        }
        at = align_up(s->c[i].end, align);
    }
    return false;
}

int claims_take_aligned(struct claims *s, uint64_t len, uint64_t align, uint64_t from,
                        uint64_t *start)
{
    if (!len || !align || align > UINT32_C(1) << 31) return -EINVAL;
    while (!is_pow2(align))
        align += align & -align;
    if (!find_room(s, len, align, from, start) && !find_room(s, len, align, 0, start)) {
        return -ENOSPC;
    }
    return claims_take(s, *start, len);
}

int claims_drop(struct claims *s, uint64_t start, uint64_t len)
{
    if (!len || len > UINT64_MAX - start) return 0;
    uint64_t end = start + len;
    for (unsigned i = after(s, start); i < s->n && s->c[i].start < end;) {
        struct claim *c = &s->c[i];
        if (c->start < start && c->end > end) {
            uint64_t old = c->end;
            c->end = start;
            int r = insert(s, i + 1, end, old);
            if (r) c->end = old;
            return r;
        }
        if (c->start < start) {
            c->end = start;
            i++;
        } else if (c->end > end) {
            c->start = end;
            i++;
        } else {
            erase(s, i);
        }
    }
    return 0;
}

bool claims_gap(const struct claims *s, unsigned i, struct claim *gap)
{
    uint64_t at = 0;
    for (unsigned k = 0; k <= s->n; k++) {
        uint64_t end = k < s->n ? s->c[k].start : s->ram;
        if (end > at && !i--) {
            *gap = (struct claim){at, end};
            return true;
        }
        if (k < s->n) at = s->c[k].end;
    }
    return false;
}
