/* machines/dev/uart16550: registers, FIFOs, interrupts, loopback, pacing and back-pressure. */
#include "fake_machine.h"
#include "machines/dev/uart16550.h"

#define BASE 0x2f8
enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };

struct line { /* the host side */
    struct chardev c;
    char out[256];
    size_t n_out;
    const char *in;
    size_t n_in;
};

static void line_write(struct chardev *c, const uint8_t *p, size_t len)
{
    struct line *l = (struct line *)c;
    for (size_t i = 0; i < len && l->n_out < sizeof l->out; i++) l->out[l->n_out++] = (char)p[i];
}

static size_t line_read(struct chardev *c, uint8_t *p, size_t len)
{
    struct line *l = (struct line *)c;
    if (len > l->n_in) len = l->n_in;
    if (len) memcpy(p, l->in, len);
    l->in += len;
    l->n_in -= len;
    return len;
}

static const struct chardev_ops line_ops = {line_write, line_read, NULL, NULL};

struct uart {
    struct fake *f;
    struct line line;
    struct uart16550 *u;
};

static struct uart *up(void)
{
    struct uart *t = calloc(1, sizeof *t);
    t->f = fake_new();
    t->line.c.ops = &line_ops;
    t->u = uart16550_new(&t->f->m, "uart", t->f->io, BASE, fake_irq(t->f, 4), &t->line.c, NULL);
    fake_reset(t->f);
    return t;
}

static void down(struct uart *t)
{
    fake_free(t->f);
    free(t);
}

static uint8_t rd(struct uart *t, unsigned r) { return inb(t->f, BASE + r); }
static void wr(struct uart *t, unsigned r, unsigned v) { outb(t->f, BASE + r, v); }

static void type(struct uart *t, const char *s, size_t len)
{
    t->line.in = s;
    t->line.n_in = len;
    if (t->line.c.readable) t->line.c.readable(t->line.c.ctx);
}

START_TEST(reset_values)
{
    struct uart *t = up();
    ck_assert_uint_eq(rd(t, IER), 0);
    ck_assert_uint_eq(rd(t, IIR), 0x01);
    ck_assert_uint_eq(rd(t, LCR), 0);
    ck_assert_uint_eq(rd(t, MCR), 0);
    ck_assert_uint_eq(rd(t, LSR), 0x60);
    ck_assert_uint_eq(rd(t, MSR), 0xb0);
    ck_assert_uint_eq(rd(t, SCR), 0);
    ck_assert(!t->f->line[4]);
    down(t);
}
END_TEST

START_TEST(scratch_divisor_and_masks)
{
    struct uart *t = up();
    wr(t, SCR, 0x5a);
    ck_assert_uint_eq(rd(t, SCR), 0x5a);
    wr(t, IER, 0xff);
    ck_assert_uint_eq(rd(t, IER), 0x0f);
    wr(t, MCR, 0xff);
    ck_assert_uint_eq(rd(t, MCR), 0x1f);
    wr(t, LCR, 0x83);
    wr(t, 0, 0x34);
    wr(t, 1, 0x12);
    ck_assert_uint_eq(rd(t, 0), 0x34);
    ck_assert_uint_eq(rd(t, 1), 0x12);
    ck_assert_uint_eq(t->line.n_out, 0);
    wr(t, LCR, 0x03);
    ck_assert_uint_eq(rd(t, IER), 0x0f);
    down(t);
}
END_TEST

START_TEST(sends_at_once)
{
    struct uart *t = up();
    for (const char *p = "hello"; *p; p++) {
        ck_assert(rd(t, LSR) & 0x20);
        wr(t, RBR, (uint8_t)*p);
    }
    ck_assert_uint_eq(t->line.n_out, 5);
    ck_assert(!memcmp(t->line.out, "hello", 5));
    down(t);
}
END_TEST

START_TEST(thre_interrupt_rules)
{
    struct uart *t = up();
    wr(t, IER, 2); /* enabling with an empty register interrupts */
    ck_assert(t->f->line[4]);
    ck_assert_uint_eq(rd(t, IIR), 0x02);
    ck_assert(!t->f->line[4]); /* reading IIR acknowledged it */
    ck_assert_uint_eq(rd(t, IIR), 0x01);
    wr(t, IER, 2); /* no edge of the enable: nothing new */
    ck_assert(!t->f->line[4]);
    wr(t, RBR, 'x');
    ck_assert(t->f->line[4]);
    wr(t, IER, 0);
    ck_assert(!t->f->line[4]);
    wr(t, IER, 2);
    ck_assert_uint_eq(rd(t, IIR), 0x02);
    down(t);
}
END_TEST

START_TEST(receives_without_fifo)
{
    struct uart *t = up();
    type(t, "ab", 2); /* nobody listens yet */
    ck_assert_uint_eq(t->line.n_in, 2);
    wr(t, IER, 1);
    ck_assert(t->f->line[4]);
    ck_assert_uint_eq(rd(t, IIR), 0x04);
    ck_assert_uint_eq(t->line.n_in, 1); /* one at a time */
    ck_assert(rd(t, LSR) & 1);
    ck_assert_uint_eq(rd(t, RBR), 'a');
    ck_assert(rd(t, LSR) & 1);
    ck_assert_uint_eq(rd(t, RBR), 'b');
    ck_assert(!t->f->line[4]);
    down(t);
}
END_TEST

START_TEST(fifo_trigger_and_timeout)
{
    struct uart *t = up();
    wr(t, IIR, 0x81); /* FIFO on, trigger at 8 */
    ck_assert_uint_eq(rd(t, IIR), 0xc1);
    wr(t, IER, 1);
    type(t, "12345", 5);
    ck_assert(!t->f->line[4]); /* below the trigger */
    fake_advance(t->f, 4 * 86806);
    ck_assert(t->f->line[4]);
    ck_assert_uint_eq(rd(t, IIR), 0xcc);
    ck_assert_uint_eq(rd(t, RBR), '1'); /* clears the time-out */
    ck_assert(!t->f->line[4]);
    fake_advance(t->f, 4 * 86806);
    ck_assert_uint_eq(rd(t, IIR), 0xcc);
    for (char c = '2'; c <= '5'; c++) ck_assert_uint_eq(rd(t, RBR), (uint8_t)c);
    fake_advance(t->f, 1000000);
    ck_assert_uint_eq(rd(t, IIR), 0xc1);
    fake_advance(t->f, 1000000);
    type(t, "12345678", 8);
    ck_assert_uint_eq(rd(t, IIR), 0xc4);
    rd(t, RBR);
    ck_assert_uint_eq(rd(t, IIR), 0xc1); /* seven left */
    down(t);
}
END_TEST

START_TEST(fifo_reset_bits)
{
    struct uart *t = up();
    wr(t, IIR, 0x01);
    rd(t, LSR);
    type(t, "abc", 3);
    ck_assert(rd(t, LSR) & 1);
    wr(t, IIR, 0x03);
    ck_assert(!(rd(t, LSR) & 1));
    wr(t, IIR, 0x00);
    ck_assert_uint_eq(rd(t, IIR), 0x01);
    down(t);
}
END_TEST

START_TEST(loopback)
{
    struct uart *t = up();
    rd(t, MSR);
    wr(t, MCR, 0x1a); /* loop, OUT2, RTS */
    ck_assert_uint_eq(rd(t, MSR) & 0xf0, 0x90);
    ck_assert_uint_eq(rd(t, MSR) & 0x0f, 0);
    wr(t, MCR, 0x1f);
    ck_assert_uint_eq(rd(t, MSR), 0xf2); /* DSR came; a rising RI is no TERI */
    wr(t, MCR, 0x1b);
    ck_assert_uint_eq(rd(t, MSR), 0xb4); /* trailing edge of RI */
    wr(t, RBR, 0xa5);
    ck_assert_uint_eq(t->line.n_out, 0);
    ck_assert_uint_eq(rd(t, RBR), 0xa5);
    wr(t, RBR, 1);
    wr(t, RBR, 2); /* overrun without FIFO */
    uint8_t lsr = rd(t, LSR);
    ck_assert_uint_eq(lsr & 0x03, 0x03);
    ck_assert(!(rd(t, LSR) & 2)); /* cleared by reading */
    wr(t, RBR, 0);
    rd(t, RBR);
    wr(t, LCR, 0x43); /* break is looped back too */
    ck_assert_uint_eq(rd(t, LSR) & 0x19, 0x19);
    down(t);
}
END_TEST

START_TEST(modem_interrupt_and_priority)
{
    struct uart *t = up();
    wr(t, IER, 0x0f);
    rd(t, IIR); /* THRE */
    rd(t, MSR);
    wr(t, MCR, 0x10); /* all inputs drop */
    ck_assert_uint_eq(rd(t, IIR), 0x00);
    wr(t, RBR, 'x');
    ck_assert_uint_eq(rd(t, IIR), 0x04); /* data before THRE before modem */
    rd(t, RBR);
    ck_assert_uint_eq(rd(t, IIR), 0x02);
    ck_assert_uint_eq(rd(t, IIR), 0x00);
    ck_assert_uint_eq(rd(t, MSR), 0x0b);
    ck_assert_uint_eq(rd(t, IIR), 0x01);
    down(t);
}
END_TEST

START_TEST(host_break)
{
    struct uart *t = up();
    wr(t, IIR, 1);
    wr(t, IER, 4);
    rd(t, LSR);
    ck_assert(t->line.c.broke != NULL);
    t->line.c.broke(t->line.c.ctx);
    ck_assert_uint_eq(rd(t, IIR), 0xc6);
    ck_assert_uint_eq(rd(t, LSR) & 0x99, 0x99);
    ck_assert(!t->f->line[4]);
    ck_assert_uint_eq(rd(t, RBR), 0);
    down(t);
}
END_TEST

START_TEST(a_megabyte_of_paste_arrives)
{
    enum { LEN = 1 << 20 };
    struct uart *t = up();
    char *text = malloc(LEN);
    for (size_t i = 0; i < LEN; i++) text[i] = (char)(i * 7 + (i >> 8));
    wr(t, IIR, 0xc1);
    wr(t, IER, 1);
    type(t, text, LEN);
    size_t got = 0;
    uint64_t start = t->f->now;
    while (got < LEN) {
        fake_advance(t->f, 200000);
        while (rd(t, LSR) & 1) {
            ck_assert_uint_eq(rd(t, RBR), (uint8_t)text[got]);
            got++;
        }
        ck_assert(!(rd(t, LSR) & 2));
    }
    ck_assert_uint_eq(t->line.n_in, 0);
    ck_assert(t->f->now - start > UINT64_C(80) * LEN * 1000); /* no faster than the line */
    free(text);
    down(t);
}
END_TEST

/* A guest that looks every 4 ms, as Linux without an interrupt: it gets what a line brings. */
START_TEST(polling_guest_keeps_up)
{
    enum { LEN = 20000 };
    struct uart *t = up();
    char *text = calloc(1, LEN);
    wr(t, IIR, 0x01);
    rd(t, LSR);
    type(t, text, LEN);
    size_t got = 0;
    while (got < LEN) {
        fake_advance(t->f, 4000000);
        for (unsigned i = 0; i < 256 && rd(t, LSR) & 1; i++, got++) rd(t, RBR);
    }
    ck_assert(t->f->now < UINT64_C(90) * LEN * 1000);
    ck_assert(t->f->now > UINT64_C(84) * LEN * 1000);
    free(text);
    down(t);
}
END_TEST

START_TEST(moves_and_switches_off)
{
    struct uart *t = up();
    uart16550_move(t->u, 0x3f8, true);
    ck_assert_uint_eq(inb(t->f, 0x2f8 + 5), 0xff);
    ck_assert_uint_eq(inb(t->f, 0x3f8 + 5), 0x60);
    uart16550_move(t->u, 0x3f8, false);
    ck_assert_uint_eq(inb(t->f, 0x3f8 + 5), 0xff);
    down(t);
}
END_TEST

START_TEST(survives_anything)
{
    struct uart *t = up();
    srand(1);
    for (unsigned i = 0; i < 300000; i++) {
        unsigned r = (unsigned)rand();
        if (r & 1) {
            wr(t, r >> 1 & 7, r >> 8);
        } else {
            rd(t, r >> 1 & 7);
        }
        if (!(r >> 20 & 15)) type(t, "0123456789abcdefghij", 20);
        t->line.n_out = 0;
        if (!(r >> 16 & 7)) fake_advance(t->f, r & 0xfffff);
    }
    down(t);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("uart16550");
    tcase_add_test(tc, reset_values);
    tcase_add_test(tc, scratch_divisor_and_masks);
    tcase_add_test(tc, sends_at_once);
    tcase_add_test(tc, thre_interrupt_rules);
    tcase_add_test(tc, receives_without_fifo);
    tcase_add_test(tc, fifo_trigger_and_timeout);
    tcase_add_test(tc, fifo_reset_bits);
    tcase_add_test(tc, loopback);
    tcase_add_test(tc, modem_interrupt_and_priority);
    tcase_add_test(tc, host_break);
    tcase_add_test(tc, a_megabyte_of_paste_arrives);
    tcase_add_test(tc, polling_guest_keeps_up);
    tcase_add_test(tc, moves_and_switches_off);
    tcase_add_test(tc, survives_anything);
    return fake_run("uart16550", tc);
}
