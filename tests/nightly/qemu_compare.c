/* What two results must have in common, and how a difference is shown. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "tests/nightly/qemu_random.h"

#define FR 0x00040000u

/* QEMU does not compute FR (PEM 2.1.4: whether the fraction was incremented): it is left out. */
static uint32_t fpscr(const struct image *s) { return get_be32(s->fpscr + 4) & ~FR; }

static bool same_image(const struct image *a, const struct image *b)
{
    struct image x = *a, y = *b;
    memset(x.fpscr, 0, sizeof x.fpscr);
    memset(y.fpscr, 0, sizeof y.fpscr);
    return fpscr(a) == fpscr(b) && !memcmp(&x, &y, sizeof x);
}

bool same_result(const struct outcome *o)
{
    return o->died == ALIVE && same_image(&o->qemu.regs, &o->ours.regs) &&
           !memcmp(o->qemu.data, o->ours.data, DATA_LEN);
}

static void hex(const uint8_t *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) printf("%02x", p[i]);
}

static void one(const char *name, unsigned n, const uint8_t *before, const uint8_t *qemu, const uint8_t *ours,
                unsigned bytes)
{
    bool differs = memcmp(qemu, ours, bytes);
    if (!differs && !before) return;
    printf("    %s%u", name, n);
    if (before) {
        printf(" before ");
        hex(before, bytes);
    }
    if (differs) {
        printf(" qemu ");
        hex(qemu, bytes);
        printf(" ours ");
        hex(ours, bytes);
    }
    putchar('\n');
}

/* The registers that the word may name, and all that differ. */
void print_difference(const struct difference *d)
{
    const struct image *q = &d->after->qemu.regs, *o = &d->after->ours.regs, *b = d->before;
    const char *syntax = insn_table[d->id].syntax;
    if (d->after->died != ALIVE) {
        printf("    qemu: signal %d; ours: vector %x\n", d->after->signal, d->after->vector);
        return;
    }
    for (unsigned n = 0; n < 32; n++) {
        bool named = n == (d->word >> 21 & 31) || n == (d->word >> 16 & 31) || n == (d->word >> 11 & 31) ||
                     n == (d->word >> 6 & 31);
        bool g = strchr(syntax, 'r') && named, f = strchr(syntax, 'f') && named, v = strchr(syntax, 'v') && named;
        one("r", n, g ? b->gpr[n] : NULL, q->gpr[n], o->gpr[n], 4);
        one("f", n, f ? b->fpr[n] : NULL, q->fpr[n], o->fpr[n], 8);
        one("v", n, v ? b->vr[n] : NULL, q->vr[n], o->vr[n], 16);
    }
    one("cr", 0, b->cr, q->cr, o->cr, 4);
    one("xer", 0, b->xer, q->xer, o->xer, 4);
    one("lr", 0, NULL, q->lr, o->lr, 4);
    one("ctr", 0, NULL, q->ctr, o->ctr, 4);
    one("fpscr", 0, b->fpscr + 4, q->fpscr + 4, o->fpscr + 4, 4);
    one("vscr", 0, NULL, q->vscr, o->vscr, 16);
    for (unsigned i = 0, shown = 0; i < DATA_LEN && shown < 4; i++) {
        if (d->after->qemu.data[i] == d->after->ours.data[i]) continue;
        printf("    byte %x: qemu %02x, ours %02x\n", i, d->after->qemu.data[i], d->after->ours.data[i]);
        shown++;
    }
}
