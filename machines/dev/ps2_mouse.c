/*
 * PS/2 mouse (IBM PS/2 Hardware Interface Technical Reference, auxiliary device), with the wheel
 * and five-button reports that Microsoft's IntelliMouse and Explorer answer to a knock of sample
 * rates.
 */
#include "machines/dev/ps2.h"

enum { ACK = 0xfa, ERROR = 0xfe, SELF_TEST_OK = 0xaa };
enum { SIGN_Y = 0x20, SIGN_X = 0x10, ALWAYS = 0x08 }; /* first byte; nothing overflows */

static int32_t clamp(int64_t v, int32_t low, int32_t high)
{
    return (int32_t)(v < low ? low : v > high ? high : v);
}

/* What 2:1 scaling makes of a count in stream mode. */
static int32_t scaled(const struct ps2_mouse *m, int32_t v)
{
    static const int8_t curve[6] = {0, 1, 1, 3, 6, 9};
    if (!m->scaling || m->remote) return v;
    int32_t a = v < 0 ? -v : v, s = a < 6 ? curve[a] : 2 * a;
    return v < 0 ? -s : s;
}

/* Movement that does not fit stays for the next packet. */
static size_t make_packet(struct ps2_mouse *m, uint8_t *p)
{
    int32_t dx = clamp(m->dx, -127, 127), dy = clamp(m->dy, -127, 127);
    int32_t most = m->id == 4 ? 7 : 127, dz = clamp(m->dz, -most, most);
    int32_t x = scaled(m, dx), y = scaled(m, dy);
    m->dx -= dx;
    m->dy -= dy;
    m->dz -= dz;
    m->told = m->buttons;
    p[0] = (uint8_t)(ALWAYS | (m->buttons & 7) | (x < 0 ? SIGN_X : 0) | (y < 0 ? SIGN_Y : 0));
    p[1] = (uint8_t)x;
    p[2] = (uint8_t)y;
    if (!m->id) return 3;
    p[3] = (uint8_t)(m->id == 3 ? dz : (dz & 15) | (m->buttons & 0x18) << 1);
    return 4;
}

static bool news(const struct ps2_mouse *m)
{
    uint8_t visible = m->id == 4 ? 0x1f : 7;
    return m->dx || m->dy || (m->id && m->dz) || ((m->buttons ^ m->told) & visible);
}

static bool streaming(const struct ps2_mouse *m)
{
    return m->reporting && !m->remote && !m->wrap;
}

/* One packet a sample period, and none while the last one was not fetched. */
static void report(struct ps2_mouse *m)
{
    uint8_t p[4];
    if (m->sample.queued || !streaming(m) || !news(m)) return;
    if (!m->port.data.used) ps2_send(&m->port, p, make_packet(m, p));
    unsigned rate = m->rate ? m->rate : 100;
    sched_at(m->port.sched, &m->sample, sched_now(m->port.sched) + 1000000000u / rate);
}

static void sample_due(void *ctx) { report(ctx); }

void ps2_mouse_move(struct ps2_mouse *m, int dx, int dy, int dz, unsigned buttons)
{
    m->buttons = buttons & 0x1f;
    /* A hand moves less in a packet's time; more is a host that was asleep. */
    m->dx = clamp((int64_t)m->dx + dx, -4096, 4096);
    m->dy = clamp((int64_t)m->dy - dy, -4096, 4096);
    m->dz = clamp((int64_t)m->dz + dz, -256, 256);
    if (!streaming(m) && !m->remote) {
        m->dx = m->dy = m->dz = 0; /* counters run only while somebody may ask */
        m->told = m->buttons;
    }
    report(m);
}

/* --- commands --- */

static void clear_motion(struct ps2_mouse *m)
{
    m->dx = m->dy = m->dz = 0;
    m->told = m->buttons;
    m->port.data.used = 0;
}

static void set_defaults(struct ps2_mouse *m)
{
    m->rate = 100;
    m->resolution = 2;
    m->scaling = m->remote = m->wrap = m->reporting = false;
    clear_motion(m);
}

void ps2_mouse_reset(struct ps2_mouse *m)
{
    sched_cancel(m->port.sched, &m->sample);
    ps2_clear(&m->port);
    m->id = m->knock = 0;
    set_defaults(m);
}

/* 200, 100, 80 asks for a wheel; 200, 200, 80 for five buttons. */
static void knock(struct ps2_mouse *m, uint8_t rate)
{
    enum { QUIET, ONE_200, TWO_200, THEN_100 };
    unsigned was = m->knock;
    m->knock = QUIET;
    if (rate == 200) {
        m->knock = was == ONE_200 || was == TWO_200 ? TWO_200 : ONE_200;
    } else if (rate == 100 && (was == ONE_200 || was == TWO_200)) {
        m->knock = THEN_100;
    } else if (rate == 80 && was == THEN_100) {
        m->id = 3;
    } else if (rate == 80 && was == TWO_200) {
        m->id = 4;
    }
}

static void parameter(struct ps2_mouse *m, uint8_t command, uint8_t v)
{
    m->port.command = 0;
    if (command == 0xe8) {
        if (v > 3) {
            ps2_reply(&m->port, ERROR);
            return;
        }
        m->resolution = v;
    } else {
        if (!v || v > 200) {
            ps2_reply(&m->port, ERROR);
            return;
        }
        m->rate = v;
        knock(m, v);
    }
    ps2_reply(&m->port, ACK);
}

static void status(struct ps2_mouse *m)
{
    /* Bits 2-0: left, middle, right - another order than in a packet. */
    unsigned b = m->buttons;
    ps2_reply(&m->port, (uint8_t)(m->remote << 6 | m->reporting << 5 | m->scaling << 4 |
                                  (b & 1) << 2 | (b & 4) >> 1 | (b & 2) >> 1));
    ps2_reply(&m->port, m->resolution);
    ps2_reply(&m->port, m->rate);
}

static void read_data(struct ps2_mouse *m)
{
    uint8_t p[4];
    size_t n = make_packet(m, p);
    for (size_t i = 0; i < n; i++) ps2_reply(&m->port, p[i]);
}

static void command(struct ps2_mouse *m, uint8_t v)
{
    struct ps2_port *p = &m->port;
    if (v == 0xfe) {
        ps2_reply(p, p->last);
        return;
    }
    if (v < 0xe6 || (v > 0xee && v < 0xf0) || v == 0xed || v == 0xf1 || (v > 0xf6 && v < 0xff)) {
        ps2_reply(p, ERROR);
        return;
    }
    if (v == 0xff) ps2_mouse_reset(m);
    ps2_reply(p, ACK);
    switch (v) {
    case 0xe6:
    case 0xe7: m->scaling = v == 0xe7; break;
    case 0xe8:
    case 0xf3: p->command = v; break;
    case 0xe9: status(m); break;
    case 0xea:
        m->remote = false;
        clear_motion(m);
        break;
    case 0xeb: read_data(m); break;
    case 0xec:
    case 0xee: m->wrap = v == 0xee; break;
    case 0xf0:
        m->remote = true;
        clear_motion(m);
        break;
    case 0xf2: ps2_reply(p, m->id); break;
    case 0xf4:
    case 0xf5:
        m->reporting = v == 0xf4;
        clear_motion(m);
        break;
    case 0xf6: set_defaults(m); break;
    default: /* FF */
        ps2_reply(p, SELF_TEST_OK);
        ps2_reply(p, 0);
        break;
    }
}

void ps2_mouse_write(struct ps2_mouse *m, uint8_t v)
{
    m->port.replies.used = 0;
    if (m->wrap && v != 0xec && v != 0xff) {
        ps2_reply(&m->port, v); /* wrap mode echoes everything else */
    } else if (m->port.command) {
        parameter(m, m->port.command, v);
    } else {
        command(m, v);
    }
}

void ps2_mouse_init(struct ps2_mouse *m, struct sched *s, void (*changed)(void *), void *ctx)
{
    m->port.sched = s;
    m->port.changed = changed;
    m->port.ctx = ctx;
    m->sample = (struct event){.fn = sample_due, .ctx = m, .name = "mouse sample"};
}
