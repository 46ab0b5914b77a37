/*
 * Packets of the GDB remote protocol and what they ask for. Anything that does not begin like one
 * ends the connection: a browser can be made to talk to local ports (rule R43).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/gdb_int.h"
#include "frontend/host/host.h"
#include "frontend/monitor.h"

#define MAX_MEMORY ((GDB_PACKET - 64) / 2)
enum { SIGINT_NUMBER = 2, SIGTRAP_NUMBER = 5 };

/* --- answers --- */

static void send_packet(struct gdb *g, const char *body, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum = 0;
    if (len > GDB_PACKET - 4) len = GDB_PACKET - 4;
    g->out[0] = '$';
    for (size_t i = 0; i < len; i++) {
        g->out[1 + i] = body[i];
        sum = (uint8_t)(sum + (uint8_t)body[i]);
    }
    g->out[len + 1] = '#';
    g->out[len + 2] = digits[sum >> 4];
    g->out[len + 3] = digits[sum & 15];
    g->out_len = len + 4;
    chardev_write(g->line, g->out, g->out_len);
}

static void say(struct gdb *g, const char *text) { send_packet(g, text, strlen(text)); }

static void say_ok(struct gdb *g, bool ok) { say(g, ok ? "OK" : "E22"); }

static void send_stop(struct gdb *g)
{
    char text[80];
    const char *what = g->reported == GDB_WATCH_READ  ? "rwatch"
                       : g->reported == GDB_WATCH_ANY ? "awatch"
                                                           : "watch";
    if (g->reported) {
        snprintf(text, sizeof text, "T%02xthread:01;%s:%" PRIx64 ";", (unsigned)g->signal & 0xff,
                 what, g->reported_at);
    } else {
        snprintf(text, sizeof text, "T%02xthread:01;", (unsigned)g->signal & 0xff);
    }
    say(g, text);
}

/* Stops the machine and, when GDB waits for that, says why. */
static void stop_now(struct gdb *g, int signal)
{
    bool waits = g->running;
    g->signal = signal;
    g->running = g->stepping = false;
    machine_halt(g->m, true);
    gdb_watch_machine(g);
    if (waits) send_stop(g);
    g->reported = 0;
}

static void resume(struct gdb *g, bool step)
{
    g->running = true;
    g->stepping = step;
    g->reported = 0;
    g->points.hit = NULL;
    g->start_insns = ppc_insns(g->m->cpu);
    g->start_pc = ppc_pc(g->m->cpu);
    gdb_watch_machine(g);
    machine_halt(g->m, false);
}

static void attach(struct gdb *g)
{
    g->attached = true;
    g->no_ack = g->physical = g->running = false;
    g->signal = SIGTRAP_NUMBER;
    machine_halt(g->m, true);
}

static void detach(struct gdb *g)
{
    if (!g->attached) return;
    gdb_points_clear(g);
    g->attached = g->running = false;
    g->state = GDB_IDLE;
    gdb_watch_machine(g);
    machine_halt(g->m, false);
}

/* --- reading packets --- */

struct text {
    const char *p, *end;
};

static bool number(struct text *t, uint64_t *v)
{
    const char *start = t->p;
    for (*v = 0; t->p < t->end && gdb_hex_digit(*t->p) >= 0; t->p++)
        *v = *v << 4 | (unsigned)gdb_hex_digit(*t->p);
    return t->p > start && t->p - start <= 16;
}

static bool is_next(struct text *t, char c)
{
    if (t->p >= t->end || *t->p != c) return false;
    t->p++;
    return true;
}

static bool starts(struct text *t, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n)) return false;
    t->p += n;
    return true;
}

static size_t to_hex(const uint8_t *from, size_t len, char *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[from[i] >> 4];
        to[2 * i + 1] = digits[from[i] & 15];
    }
    return 2 * len;
}

static size_t from_hex(struct text *t, uint8_t *to, size_t room)
{
    size_t n = 0;
    while (n < room && t->end - t->p >= 2) {
        int high = gdb_hex_digit(t->p[0]), low = gdb_hex_digit(t->p[1]);
        if (high < 0 || low < 0) break;
        to[n++] = (uint8_t)(high << 4 | low);
        t->p += 2;
    }
    return n;
}

/* --- registers and memory --- */

static void read_registers(struct gdb *g)
{
    char text[GDB_PACKET];
    size_t len = 0;
    for (unsigned i = 0; i < g->n_general; i++) len += gdb_reg_hex(g, i, text + len);
    send_packet(g, text, len);
}

static void write_registers(struct gdb *g, struct text *t)
{
    for (unsigned i = 0; i < g->n_general && t->p < t->end; i++) {
        size_t n = gdb_reg_from_hex(g, i, t->p, (size_t)(t->end - t->p));
        if (!n) {
            say_ok(g, false);
            return;
        }
        t->p += n;
    }
    say_ok(g, true);
}

static void read_register(struct gdb *g, struct text *t)
{
    char text[64];
    uint64_t n;
    size_t len = number(t, &n) && n < UINT16_MAX ? gdb_reg_hex(g, (unsigned)n, text) : 0;
    if (len) {
        send_packet(g, text, len);
    } else {
        say(g, "E22");
    }
}

static void write_register(struct gdb *g, struct text *t)
{
    uint64_t n;
    say_ok(g, number(t, &n) && is_next(t, '=') && n < UINT16_MAX &&
                  gdb_reg_from_hex(g, (unsigned)n, t->p, (size_t)(t->end - t->p)));
}

static bool range(struct text *t, uint64_t *at, uint64_t *len)
{
    return number(t, at) && is_next(t, ',') && number(t, len);
}

static void read_memory(struct gdb *g, struct text *t)
{
    uint8_t bytes[MAX_MEMORY];
    char text[2 * MAX_MEMORY];
    uint64_t at, len;
    if (!range(t, &at, &len)) {
        say(g, "E22");
        return;
    }
    if (len > sizeof bytes) len = sizeof bytes;
    size_t n = debug_read(g->m, g->physical, at, bytes, (size_t)len);
    if (!n && len) {
        say(g, "E14");
        return;
    }
    send_packet(g, text, to_hex(bytes, n, text));
}

static void write_memory(struct gdb *g, struct text *t, bool binary)
{
    uint8_t bytes[GDB_PACKET];
    uint64_t at, len;
    if (!range(t, &at, &len) || !is_next(t, ':')) {
        say(g, "E22");
        return;
    }
    size_t n = 0;
    if (binary) {
        for (; t->p < t->end && n < sizeof bytes; t->p++) {
            bool escaped = *t->p == '}' && t->p + 1 < t->end;
            bytes[n++] = (uint8_t)(escaped ? *++t->p ^ 0x20 : *t->p);
        }
    } else {
        n = from_hex(t, bytes, sizeof bytes);
    }
    if (n != len) {
        say(g, "E22");
        return;
    }
    say(g, debug_write(g->m, g->physical, at, bytes, n) == n ? "OK" : "E14");
}

/* --- questions --- */

static void send_features(struct gdb *g, struct text *t)
{
    uint64_t at, len;
    char text[GDB_PACKET];
    if (!range(t, &at, &len)) {
        say(g, "E22");
        return;
    }
    if (at > g->xml_len) at = g->xml_len;
    if (len > sizeof text - 8) len = sizeof text - 8;
    size_t n = g->xml_len - (size_t)at < len ? g->xml_len - (size_t)at : (size_t)len;
    text[0] = at + n == g->xml_len ? 'l' : 'm';
    if (n) memcpy(text + 1, g->xml + at, n);
    send_packet(g, text, n + 1);
}

static void send_output(struct gdb *g, const char *text, size_t len)
{
    char hex[4096];
    while (len) {
        size_t n = len < 2000 ? len : 2000;
        hex[0] = 'O';
        send_packet(g, hex, 1 + to_hex((const uint8_t *)text, n, hex + 1));
        text += n;
        len -= n;
    }
}

static void run_command(struct gdb *g, struct text *t)
{
    char line[1024], *text = NULL;
    size_t n = from_hex(t, (uint8_t *)line, sizeof line - 1), len = 0;
    line[n] = 0;
    FILE *to = open_memstream(&text, &len);
    if (to) {
        bool halted = g->m->halted;
        monitor_run(g->monitor, line, to);
        /* GDB believes the machine stands: cont is GDB's to say. */
        if (halted && !g->m->halted) {
            machine_halt(g->m, true);
            fprintf(to, "continue from GDB\n");
        }
        fclose(to);
        send_output(g, text, len);
    }
    free(text);
    say(g, "OK");
}

static void query(struct gdb *g, struct text *t)
{
    char text[128];
    if (starts(t, "Supported")) {
        snprintf(text, sizeof text, "PacketSize=%x;qXfer:features:read+;vContSupported+;"
                 "QStartNoAckMode+", GDB_PACKET - 16);
        say(g, text);
    } else if (starts(t, "Xfer:features:read:target.xml:")) {
        send_features(g, t);
    } else if (starts(t, "Rcmd,")) {
        run_command(g, t);
    } else if (starts(t, "fThreadInfo")) {
        say(g, "m01");
    } else if (starts(t, "sThreadInfo")) {
        say(g, "l");
    } else if (starts(t, "ThreadExtraInfo,")) {
        say(g, "4350552330"); /* CPU#0 */
    } else if (starts(t, "Attached")) {
        say(g, "1");
    } else if (starts(t, "qemu.PhyMemMode")) {
        say(g, g->physical ? "1" : "0");
    } else if (t->p < t->end && *t->p == 'C' && t->end - t->p == 1) {
        say(g, "QC01");
    } else {
        say(g, "");
    }
}

static void set(struct gdb *g, struct text *t)
{
    if (starts(t, "StartNoAckMode")) {
        say(g, "OK");
        g->no_ack = true;
    } else if (starts(t, "qemu.PhyMemMode:")) {
        g->physical = is_next(t, '1');
        say(g, "OK");
    } else {
        say(g, "");
    }
}

static void v_packet(struct gdb *g, struct text *t)
{
    if (starts(t, "Cont?")) {
        say(g, "vCont;c;C;s;S");
    } else if (starts(t, "Cont;")) {
        char action = t->p < t->end ? *t->p : 0;
        if (action == 'c' || action == 'C' || action == 's' || action == 'S') {
            resume(g, action == 's' || action == 'S');
        } else {
            say(g, "E22");
        }
    } else if (starts(t, "Kill")) {
        say(g, "OK");
        monitor_run(g->monitor, "quit", stderr);
    } else {
        say(g, "");
    }
}

static void point(struct gdb *g, struct text *t, bool add)
{
    uint64_t kind, at, len;
    if (!number(t, &kind) || !is_next(t, ',') || !range(t, &at, &len) || kind > GDB_WATCH_ANY) {
        say(g, "");
        return;
    }
    say_ok(g, add ? gdb_point_add(g, (unsigned)kind, at, len)
                  : gdb_point_remove(g, (unsigned)kind, at, len));
}

/* "c", "s" with an optional address; "C05;addr", "S05;addr". */
static void go(struct gdb *g, struct text *t, char c)
{
    uint64_t v;
    bool step = c == 's' || c == 'S', signal = c == 'C' || c == 'S';
    if (signal && number(t, &v) && !is_next(t, ';')) t->p = t->end;
    if (number(t, &v)) ppc_set_pc(g->m->cpu, v);
    resume(g, step);
}

static void packet(struct gdb *g)
{
    struct text t = {g->in, g->in + g->len};
    char c = g->len ? *t.p++ : 0;
    switch (c) {
    case '?': send_stop(g); break;
    case 'g': read_registers(g); break;
    case 'G': write_registers(g, &t); break;
    case 'p': read_register(g, &t); break;
    case 'P': write_register(g, &t); break;
    case 'm': read_memory(g, &t); break;
    case 'M': write_memory(g, &t, false); break;
    case 'X': write_memory(g, &t, true); break;
    case 'c': case 's': case 'C': case 'S': go(g, &t, c); break;
    case 'v': v_packet(g, &t); break;
    case 'Z': point(g, &t, true); break;
    case 'z': point(g, &t, false); break;
    case 'q': query(g, &t); break;
    case 'Q': set(g, &t); break;
    case 'H': case 'T': say(g, "OK"); break;
    case 'D':
        say(g, "OK");
        detach(g);
        break;
    case 'k': monitor_run(g->monitor, "quit", stderr); break;
    default: say(g, ""); break;
    }
}

/* --- bytes --- */

static void complete(struct gdb *g, int low)
{
    bool good = low >= 0 && g->sum >= 0;
    uint8_t sum = 0;
    for (size_t i = 0; i < g->len; i++) sum = (uint8_t)(sum + (uint8_t)g->in[i]);
    good = good && sum == (g->sum << 4 | low);
    g->state = GDB_IDLE;
    if (!g->no_ack) chardev_write(g->line, good ? "+" : "-", 1);
    if (!good) return;
    /* While the machine runs only an interrupt is meant for us; a packet stops it as well. */
    if (g->running) stop_now(g, SIGINT_NUMBER);
    packet(g);
}

/* Between packets. False: this is no GDB. */
static bool between(struct gdb *g, uint8_t byte)
{
    switch (byte) {
    case '$':
        g->state = GDB_BODY;
        g->len = 0;
        return true;
    case '+': return true;
    case '-':
        if (g->out_len) chardev_write(g->line, g->out, g->out_len);
        return true;
    case 3:
        if (g->running) stop_now(g, SIGINT_NUMBER);
        return true;
    default: return false;
    }
}

static bool take(struct gdb *g, uint8_t byte)
{
    int digit = gdb_hex_digit((char)byte);
    switch (g->state) {
    case GDB_IDLE: return between(g, byte);
    case GDB_BODY:
        if (byte == '#') {
            g->state = GDB_SUM1;
        } else if (g->len == GDB_PACKET) {
            return false;
        } else {
            g->in[g->len++] = (char)byte;
        }
        return true;
    case GDB_SUM1:
        g->sum = digit;
        g->state = GDB_SUM2;
        return true;
    default: complete(g, digit); return true;
    }
}

static void readable(void *ctx)
{
    struct gdb *g = ctx;
    uint8_t byte;
    while (chardev_read(g->line, &byte, 1)) {
        if (!g->attached && (byte == '$' || byte == '+' || byte == 3)) attach(g);
        if (g->attached && take(g, byte)) continue;
        while (chardev_read(g->line, &byte, 1)) {
        }
        log_line(&g->m->log, LOG_HOST, "ppcemu: -gdb: what has connected is not GDB: sent away");
        host_char_hang_up(g->line);
        detach(g);
        return;
    }
}

static void gone(void *ctx) { detach(ctx); }

struct gdb *gdb_new(struct machine *m, struct monitor *mon, struct chardev *line)
{
    struct gdb *g = xcalloc(1, sizeof *g);
    g->m = m;
    g->monitor = mon;
    g->line = line;
    g->signal = SIGTRAP_NUMBER;
    gdb_regs_init(g);
    chardev_listen(line, readable, g);
    line->gone = gone;
    return g;
}

void gdb_free(struct gdb *g)
{
    if (!g) return;
    g->m->debug_stop = NULL;
    ppc_set_debug(g->m->cpu, NULL);
    g->line->gone = NULL;
    chardev_listen(g->line, NULL, NULL);
    free(g->xml);
    free(g);
}

void gdb_stopped(struct gdb *g)
{
    if (!g || !g->attached) return;
    gdb_points_report(g);
    stop_now(g, SIGTRAP_NUMBER);
}

void gdb_paused(struct gdb *g, bool halted)
{
    if (g && g->attached && halted && g->running) stop_now(g, SIGINT_NUMBER);
}

void gdb_exited(struct gdb *g, int status)
{
    char text[16];
    if (!g || !g->attached) return;
    snprintf(text, sizeof text, "W%02x", (unsigned)status & 0xff);
    if (g->running) say(g, text);
}
