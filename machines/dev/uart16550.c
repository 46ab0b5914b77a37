/*
 * 16550A UART (National PC16550D data sheet, section 8 "Registers").
 *
 * Sending takes no time: the holding register is empty again at once, and the interrupt for it
 * follows the data sheet's rules. Receiving pulls from the chardev no faster than a line of
 * 115200 baud delivers, whatever the divisor says: a pasted megabyte then reaches a guest that
 * reads with interrupts without starving the program that consumes it, and a console left at 9600
 * is not slow. Left out: DMA mode (the pins are not wired), parity and framing of wrong settings.
 */
#include "machines/dev/uart16550.h"

#include <stdio.h>
#include <stdlib.h>

#include "machines/fdtw.h"

enum { UART_RBR = 0, UART_IER, UART_IIR, UART_LCR, UART_MCR, UART_LSR, UART_MSR, UART_SCR };
enum { IER_RDA = 1, IER_THRE = 2, IER_RLS = 4, IER_MS = 8 };
enum {
    IIR_NONE = 0x01,
    IIR_MS = 0x00,
    IIR_THRE = 0x02,
    IIR_RDA = 0x04,
    IIR_RLS = 0x06,
    IIR_TIMEOUT = 0x0c,
    IIR_FIFO = 0xc0,
};
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_CLEAR_TX = 4, FCR_KEPT = 0xc9 };
enum { LCR_BREAK = 0x40, LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 0x10 };
enum { LSR_DR = 1, LSR_OE = 2, LSR_PE = 4, LSR_FE = 8, LSR_BI = 0x10, LSR_THRE = 0x20 };
enum { LSR_TEMT = 0x40, LSR_FIFO_ERROR = 0x80, LSR_ERRORS = LSR_OE | LSR_PE | LSR_FE | LSR_BI };
enum { MSR_TERI = 4, MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

#define FIFO_LEN 16u
#define CHAR_NS 86806u /* ten bits at 115200 baud */
#define BURST 256u     /* characters that may catch up after a pause: for guests that poll */

struct uart16550 {
    struct device dev;
    struct region *region;
    struct irq irq;
    struct chardev *chr;
    struct event rx_event;      /* the line may deliver again */
    struct event timeout_event; /* four character times without a read or an arrival */
    uint8_t dll, dlm, ier, fcr, lcr, mcr, lsr, msr, scr;
    uint8_t fifo[FIFO_LEN];
    uint8_t flags[FIFO_LEN]; /* LSR_BI and friends of each character */
    uint8_t head, used;
    bool thre_pending;    /* the holding register became empty and IIR has not told yet */
    bool timeout_pending;
    bool claimed;         /* the guest uses the receiver */
    uint64_t line_ns;     /* time of the line used up so far, BURST characters ahead */
};

static unsigned fifo_size(const struct uart16550 *u)
{
    return u->fcr & FCR_ENABLE ? FIFO_LEN : 1;
}

static unsigned trigger_level(const struct uart16550 *u)
{
    static const uint8_t level[4] = {1, 4, 8, 14};
    return u->fcr & FCR_ENABLE ? level[u->fcr >> 6] : 1;
}

/* The cause IIR shows, by priority (PC16550D table IV). */
static uint8_t cause(const struct uart16550 *u)
{
    if ((u->ier & IER_RLS) && (u->lsr & LSR_ERRORS)) return IIR_RLS;
    if ((u->ier & IER_RDA) && u->timeout_pending) return IIR_TIMEOUT;
    if ((u->ier & IER_RDA) && u->used >= trigger_level(u)) return IIR_RDA;
    if ((u->ier & IER_THRE) && u->thre_pending) return IIR_THRE;
    if ((u->ier & IER_MS) && (u->msr & 0x0f)) return IIR_MS;
    return IIR_NONE;
}

/* The INTR pin. OUT2 does not gate it: that is a PC board's buffer and UNVERIFIED for the VT8231's
 * internal UART; a guest that never sets OUT2 would otherwise hang. */
static void update_irq(struct uart16550 *u)
{
    irq_set(u->irq, cause(u) != IIR_NONE);
}

/* The line status errors belong to the character at the top of the FIFO. */
static void show_top(struct uart16550 *u)
{
    u->lsr &= (uint8_t)~LSR_DR;
    if (u->used) u->lsr |= (uint8_t)(LSR_DR | u->flags[u->head]);
    u->flags[u->head] = 0;
}

static void restart_timeout(struct uart16550 *u)
{
    struct sched *s = device_sched(&u->dev);
    u->timeout_pending = false;
    if (u->used && (u->fcr & FCR_ENABLE)) {
        sched_at(s, &u->timeout_event, sched_now(s) + 4 * CHAR_NS);
    } else {
        sched_cancel(s, &u->timeout_event);
    }
}

static void receive(struct uart16550 *u, uint8_t byte, uint8_t flags)
{
    if (u->used == fifo_size(u)) {
        u->lsr |= LSR_OE;
        if (!(u->fcr & FCR_ENABLE)) u->fifo[u->head] = byte; /* the old character is lost */
        return;
    }
    unsigned at = (u->head + u->used) % FIFO_LEN;
    u->fifo[at] = byte;
    u->flags[at] = flags;
    if (!u->used++) show_top(u);
    restart_timeout(u);
}

/* How many characters the line could have brought since it was last looked at. */
static size_t line_credit(struct uart16550 *u, uint64_t now)
{
    uint64_t most = (uint64_t)BURST * CHAR_NS, t = now + most;
    if (u->line_ns > t || t - u->line_ns > most) u->line_ns = t - most;
    return (t - u->line_ns) / CHAR_NS;
}

/* Takes what has arrived, as far as there is room and the line could have delivered it. */
static void pull(struct uart16550 *u)
{
    if (!u->claimed || !u->chr || (u->mcr & MCR_LOOP)) return;
    struct sched *s = device_sched(&u->dev);
    uint64_t now = sched_now(s);
    uint8_t bytes[FIFO_LEN];
    size_t room = fifo_size(u) - u->used, credit = line_credit(u, now);
    size_t n = chardev_read(u->chr, bytes, room < credit ? room : credit);
    for (size_t i = 0; i < n; i++) receive(u, bytes[i], 0);
    u->line_ns += n * CHAR_NS;
    /* Half a FIFO later there may be more; a full one waits for the guest to read. */
    if (credit - n < FIFO_LEN / 2 && room && !u->rx_event.queued) {
        sched_at(s, &u->rx_event, now + FIFO_LEN / 2 * CHAR_NS);
    }
}

static void rx_due(void *ctx)
{
    struct uart16550 *u = ctx;
    pull(u);
    update_irq(u);
}

static void timeout_due(void *ctx)
{
    struct uart16550 *u = ctx;
    u->timeout_pending = u->used != 0;
    update_irq(u);
}

static void host_break(void *ctx)
{
    struct uart16550 *u = ctx;
    receive(u, 0, LSR_BI | LSR_FE);
    update_irq(u);
}

static void claim_input(struct uart16550 *u)
{
    if (!u->chr || (u->claimed && u->chr->ctx == u)) return;
    u->claimed = true;
    chardev_listen(u->chr, rx_due, u);
    u->chr->broke = host_break;
    pull(u);
}

/* Modem inputs: a host side that is always there, or the own outputs in loopback mode. */
static void update_modem(struct uart16550 *u)
{
    uint8_t now = MSR_DCD | MSR_DSR | MSR_CTS;
    if (u->mcr & MCR_LOOP) {
        now = (u->mcr & MCR_DTR ? MSR_DSR : 0) | (u->mcr & MCR_RTS ? MSR_CTS : 0) |
              (u->mcr & MCR_OUT1 ? MSR_RI : 0) | (u->mcr & MCR_OUT2 ? MSR_DCD : 0);
    }
    uint8_t old = u->msr & 0xf0;
    uint8_t delta = (uint8_t)((old ^ now) >> 4);
    delta &= (uint8_t)~MSR_TERI;
    if ((old & MSR_RI) && !(now & MSR_RI)) delta |= MSR_TERI; /* trailing edge only */
    u->msr = (uint8_t)(now | (u->msr & 0x0f) | delta);
}

static uint8_t read_rbr(struct uart16550 *u)
{
    uint8_t byte = u->fifo[u->head];
    if (u->used) {
        u->head = (u->head + 1) % FIFO_LEN;
        u->used--;
        show_top(u);
        restart_timeout(u);
    }
    pull(u);
    return byte;
}

static uint8_t read_iir(struct uart16550 *u)
{
    uint8_t id = cause(u);
    if (id == IIR_THRE) u->thre_pending = false; /* reading IIR is its acknowledge */
    return id | (u->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct uart16550 *u)
{
    claim_input(u);
    pull(u);
    uint8_t v = u->lsr;
    for (unsigned i = 0; i < u->used && (u->fcr & FCR_ENABLE); i++)
        if (u->flags[(u->head + i) % FIFO_LEN]) v |= LSR_FIFO_ERROR;
    if ((u->fcr & FCR_ENABLE) && (v & (LSR_PE | LSR_FE | LSR_BI))) v |= LSR_FIFO_ERROR;
    u->lsr &= (uint8_t)~LSR_ERRORS;
    return v;
}

static uint8_t read_msr(struct uart16550 *u)
{
    uint8_t v = u->msr;
    u->msr &= 0xf0;
    return v;
}

static uint8_t read_reg(struct uart16550 *u, unsigned reg)
{
    switch (reg) {
    case UART_RBR: return u->lcr & LCR_DLAB ? u->dll : read_rbr(u);
    case UART_IER: return u->lcr & LCR_DLAB ? u->dlm : u->ier;
    case UART_IIR: return read_iir(u);
    case UART_LCR: return u->lcr;
    case UART_MCR: return u->mcr;
    case UART_LSR: return read_lsr(u);
    case UART_MSR: return read_msr(u);
    default: return u->scr;
    }
}

static void write_thr(struct uart16550 *u, uint8_t v)
{
    if (u->mcr & MCR_LOOP) {
        receive(u, v, 0);
    } else {
        chardev_write(u->chr, &v, 1);
    }
    u->thre_pending = true;
}

static void write_ier(struct uart16550 *u, uint8_t v)
{
    /* Enabling the transmitter interrupt while the holding register is empty raises it at once:
     * drivers rely on it to start sending. */
    if ((v & IER_THRE) && !(u->ier & IER_THRE)) u->thre_pending = true;
    u->ier = v & 0x0f;
    if (v & IER_RDA) claim_input(u);
}

static void clear_rx(struct uart16550 *u)
{
    u->head = u->used = 0;
    for (unsigned i = 0; i < FIFO_LEN; i++) u->flags[i] = 0;
    show_top(u);
    restart_timeout(u);
}

static void write_fcr(struct uart16550 *u, uint8_t v)
{
    bool switched = (v ^ u->fcr) & FCR_ENABLE;
    /* The other bits are only taken together with the enable bit (PC16550D 8.5). */
    u->fcr = v & FCR_ENABLE ? v & FCR_KEPT : 0;
    if (switched || (v & FCR_CLEAR_RX)) clear_rx(u);
    if (switched || (v & FCR_CLEAR_TX)) u->thre_pending = true;
    pull(u);
}

static void write_lcr(struct uart16550 *u, uint8_t v)
{
    bool started = (v & LCR_BREAK) && !(u->lcr & LCR_BREAK);
    u->lcr = v;
    if (started && (u->mcr & MCR_LOOP)) receive(u, 0, LSR_BI | LSR_FE);
}

static void write_reg(struct uart16550 *u, unsigned reg, uint8_t v)
{
    if ((u->lcr & LCR_DLAB) && reg <= UART_IER) {
        *(reg == UART_RBR ? &u->dll : &u->dlm) = v;
        return;
    }
    switch (reg) {
    case UART_RBR: write_thr(u, v); break;
    case UART_IER: write_ier(u, v); break;
    case UART_IIR: write_fcr(u, v); break;
    case UART_LCR: write_lcr(u, v); break;
    case UART_MCR:
        u->mcr = v & 0x1f;
        update_modem(u);
        pull(u);
        break;
    case UART_LSR: /* read only but for factory tests */
    case UART_MSR: break;
    default: u->scr = v; break;
    }
}

static uint64_t uart_read(void *dev, uint64_t off, unsigned size)
{
    (void)size;
    struct uart16550 *u = dev;
    uint8_t v = read_reg(u, off & 7);
    update_irq(u);
    return v;
}

static void uart_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    (void)size;
    struct uart16550 *u = dev;
    write_reg(u, off & 7, (uint8_t)v);
    update_irq(u);
}

static const struct mmio_ops uart_ops = {uart_read, uart_write, 1, false, "uart16550"};

static void uart_reset(struct device *d)
{
    struct uart16550 *u = (struct uart16550 *)d;
    struct sched *s = device_sched(d);
    sched_cancel(s, &u->rx_event);
    sched_cancel(s, &u->timeout_event);
    u->ier = u->fcr = u->lcr = u->mcr = u->scr = 0;
    u->dll = 12; /* 9600: UNVERIFIED, the divisor is undefined after a reset */
    u->dlm = 0;
    u->lsr = LSR_THRE | LSR_TEMT;
    u->thre_pending = u->claimed = false;
    clear_rx(u);
    update_modem(u);
    u->msr &= 0xf0;
    update_irq(u);
}

static int uart_after_load(struct device *d)
{
    struct uart16550 *u = (struct uart16550 *)d;
    if (u->head >= FIFO_LEN || u->used > fifo_size(u)) return -1;
    if (u->claimed && u->chr) {
        u->claimed = false;
        claim_input(u);
    }
    return 0;
}

static void uart_fini(struct device *d)
{
    struct uart16550 *u = (struct uart16550 *)d;
    if (u->chr && u->chr->ctx == u) chardev_listen(u->chr, NULL, NULL);
    free(u);
}

/* Facts 5.4: Linux takes port, clock and console from this node. */
static void uart_fdt(struct device *d, struct fdtw *w)
{
    struct uart16550 *u = (struct uart16550 *)d;
    char name[24];
    uint32_t port = (uint32_t)region_at(u->region);
    snprintf(name, sizeof name, "serial@i%x", (unsigned)port);
    fdtw_begin(w, name);
    fdtw_u32(w, "clock-frequency", 1843200);
    fdtw_cellv(w, "interrupts", 3, 0);
    fdtw_cellv(w, "reg", 1, port, 8);
    fdtw_str(w, "compatible", "pnpPNP,501");
    fdtw_str(w, "device_type", "serial");
    fdtw_end(w);
}

static const struct state_field uart_state[] = {
    S_U8(uart16550, dll),
    S_U8(uart16550, dlm),
    S_U8(uart16550, ier),
    S_U8(uart16550, fcr),
    S_U8(uart16550, lcr),
    S_U8(uart16550, mcr),
    S_U8(uart16550, lsr),
    S_U8(uart16550, msr),
    S_U8(uart16550, scr),
    S_BYTES(uart16550, fifo),
    S_BYTES(uart16550, flags),
    S_U8(uart16550, head),
    S_U8(uart16550, used),
    S_BOOL(uart16550, thre_pending),
    S_BOOL(uart16550, timeout_pending),
    S_BOOL(uart16550, claimed),
    S_U64(uart16550, line_ns),
    S_EVENT(uart16550, rx_event),
    S_EVENT(uart16550, timeout_event),
    S_END,
};

static const struct device_type uart_type = {
    .name = "uart16550",
    .reset = uart_reset,
    .fini = uart_fini,
    .fdt = uart_fdt,
    .state = uart_state,
    .state_version = 1,
    .after_load = uart_after_load,
};

struct uart16550 *uart16550_new(struct machine *m, const char *label, struct bus *io,
                                uint16_t port, struct irq irq, struct chardev *chr,
                                struct error *err)
{
    struct uart16550 *u = xcalloc(1, sizeof *u);
    if (machine_add_device(m, &u->dev, &uart_type, label, err)) {
        free(u);
        return NULL;
    }
    u->irq = irq;
    u->chr = chr;
    u->rx_event = (struct event){.fn = rx_due, .ctx = u, .name = "uart receive"};
    u->timeout_event = (struct event){.fn = timeout_due, .ctx = u, .name = "uart timeout"};
    u->region = bus_add_mmio(io, port, 8, 0, &uart_ops, u);
    return u;
}

void uart16550_move(struct uart16550 *u, uint16_t port, bool enabled)
{
    region_set(u->region, port, 8, enabled);
}
