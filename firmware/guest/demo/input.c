/* Keyboard (scan code set 1, as the controller translates it) and PS/2 mouse with a wheel, polled at
 * the i8042. The firmware set the controller up; only the mouse is switched on and off here. */
#include "guest.h"

enum { DATA = 0, STATUS = 4 };
enum { OUT_FULL = 0x01, IN_FULL = 0x02, FROM_AUX = 0x20 };
enum { AUX_OFF = 0xa7, AUX_ON = 0xa8, TO_AUX = 0xd4 };
enum { SET_RATE = 0xf3, GET_ID = 0xf2, REPORT = 0xf4, SILENT = 0xf5, ACK = 0xfa };

static volatile uint8_t *port;
static struct {
    uint8_t prefix, skip; /* E0 seen; bytes of Pause to come */
    uint8_t packet[4];
    unsigned got, packet_len;
} state;

/* Where the CPU sees the I/O ports of the bus that the ISA bridge is on: the entry for I/O space in
 * the host bridge's "ranges" (PCI binding 2.2.1: space code 01 in phys.hi). */
static uint32_t io_base(void)
{
    uint32_t ranges[6 * 6], bridge = of_parent(find_type("isa"));
    int len = bridge ? of_getprop(bridge, "ranges", ranges, sizeof ranges) : 0;
    for (int i = 0; i + 6 <= len / 4; i += 6)
        if ((ranges[i] >> 24 & 3) == 1) return ranges[i + 3] - ranges[i + 2];
    return 0;
}

static uint8_t in(int reg)
{
    uint8_t v = port[reg];
    __asm__ volatile("eieio" ::: "memory");
    return v;
}

static void out(int reg, uint8_t v)
{
    uint64_t until = time_base() + cpu_value("timebase-frequency") / 4;
    while (in(STATUS) & IN_FULL && time_base() < until) {}
    port[reg] = v;
    __asm__ volatile("eieio" ::: "memory");
}

/* The next byte of the mouse within a quarter of a second, or -1. */
static int answer(void)
{
    uint64_t until = time_base() + cpu_value("timebase-frequency") / 4;
    while (time_base() < until) {
        uint8_t status = in(STATUS);
        if (!(status & OUT_FULL)) continue;
        uint8_t v = in(DATA);
        if (status & FROM_AUX) return v;
    }
    return -1;
}

static int mouse(uint8_t byte)
{
    out(STATUS, TO_AUX);
    out(DATA, byte);
    return answer() == ACK;
}

int input_open(void)
{
    static const uint8_t knock[] = {SET_RATE, 200, SET_RATE, 100, SET_RATE, 80, GET_ID};
    uint32_t base = io_base();
    if (!base) return 0;
    port = (volatile uint8_t *)(base + 0x60);
    out(STATUS, AUX_ON);
    state.packet_len = 3;
    for (unsigned i = 0; i < sizeof knock; i++)
        if (!mouse(knock[i])) return 1; /* a keyboard alone */
    if (answer() == 3) state.packet_len = 4;
    mouse(REPORT);
    return 1;
}

void input_close(void)
{
    mouse(SILENT);
    out(STATUS, AUX_OFF);
}

static void take_key(struct input *in, uint8_t byte)
{
    uint32_t code = (byte & 0x7f) + (state.prefix ? KEY_E0 : 0);
    if (state.skip) { /* E1 1D 45 E1 9D C5: shown for as long as nothing else comes */
        state.skip--;
        return;
    }
    in->keys[KEY_PAUSE / 32] &= ~(1u << KEY_PAUSE % 32);
    if (byte == 0xe1) {
        state.skip = 2;
        code = KEY_PAUSE;
    } else if (byte == 0xe0) {
        state.prefix = 1;
        return;
    } else if (code == 0x54) {
        code = 0xb7; /* Print with Alt */
    }
    int shift_of_e0 = code == 0xaa || code == 0xb6; /* a prefix, no key */
    state.prefix = 0;
    if (shift_of_e0) return;
    if (byte & 0x80 && byte != 0xe1) {
        in->keys[code / 32] &= ~(1u << code % 32);
    } else {
        in->keys[code / 32] |= 1u << code % 32;
    }
}

static void take_motion(struct input *in, uint8_t byte)
{
    if (!state.got && !(byte & 8)) return; /* not the first byte of a packet */
    state.packet[state.got++] = byte;
    if (state.got < state.packet_len) return;
    const uint8_t *p = state.packet;
    state.got = 0;
    in->buttons = p[0] & 7;
    in->dx += p[1] - (p[0] << 4 & 0x100);
    in->dy -= p[2] - (p[0] << 3 & 0x100);
    if (state.packet_len == 4) in->wheel += (int8_t)p[3];
}

void input_poll(struct input *i)
{
    i->dx = i->dy = i->wheel = i->any = 0;
    for (int n = 0; n < 64; n++) {
        uint8_t status = in(STATUS);
        if (!(status & OUT_FULL)) return;
        uint8_t byte = in(DATA);
        i->any = 1;
        if (status & FROM_AUX) {
            take_motion(i, byte);
        } else {
            take_key(i, byte);
        }
    }
}
