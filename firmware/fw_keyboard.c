/*
 * The ok prompt's keyboard: what an i8042 with translation delivers (scan code set 1), polled through
 * its ports, as bytes that a terminal would send. US layout. A client that reads its stdin gets the
 * same; one that drives the controller by itself does not ask here.
 */
#include "firmware/fw.h"

#include <string.h>

#include "machines/pci.h"

#define PORT_DATA 0x60
#define PORT_STATUS 0x64

enum { ST_FULL = 0x01, ST_AUX = 0x20 };
enum { KEY_CTRL = 0x1d, KEY_LSHIFT = 0x2a, KEY_RSHIFT = 0x36, KEY_ALT = 0x38, KEY_CAPS = 0x3a };

/* Scan codes 01-39 and what they are with shift; 0: no byte. */
static const char plain[] = "\0\033" "1234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033" "!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
/* 47-53: the keypad, taken as digits. */
static const char keypad[] = "789-456+1230.";

static void queue(struct fw_keyboard *k, const char *s)
{
    for (; *s && k->n < sizeof k->bytes; s++) k->bytes[k->n++] = (uint8_t)*s;
}

static void extended_key(struct fw_keyboard *k, uint8_t code)
{
    switch (code) {
    case 0x48: queue(k, "\033[A"); break;
    case 0x50: queue(k, "\033[B"); break;
    case 0x4d: queue(k, "\033[C"); break;
    case 0x4b: queue(k, "\033[D"); break;
    case 0x53: queue(k, "\177"); break;
    case 0x1c: queue(k, "\r"); break;
    case 0x35: queue(k, "/"); break;
    default: break;
    }
}

static void press(struct fw_keyboard *k, uint8_t code)
{
    char c[2] = {0, 0};
    if (code < sizeof plain - 1) {
        bool letter = plain[code] >= 'a' && plain[code] <= 'z';
        c[0] = (letter ? k->shift != k->caps : k->shift) ? shifted[code] : plain[code];
        if (k->ctrl && letter) c[0] = (char)(plain[code] & 0x1f);
    } else if (code >= 0x47 && code <= 0x53) {
        c[0] = keypad[code - 0x47];
    }
    queue(k, c);
}

static void take_code(struct fw_keyboard *k, uint8_t byte)
{
    uint8_t code = byte & 0x7f;
    bool down = !(byte & 0x80), extended = k->extended;
    if (byte == 0xe0 || byte == 0xe1) {
        k->extended = true;
        return;
    }
    k->extended = false;
    if (code == KEY_CTRL) {
        k->ctrl = down;
    } else if (code == KEY_LSHIFT || code == KEY_RSHIFT) {
        if (!extended) k->shift = down; /* E0 2A is no key of its own */
    } else if (code == KEY_CAPS) {
        if (down) k->caps = !k->caps;
    } else if (code != KEY_ALT && down) {
        if (extended) {
            extended_key(k, code);
        } else {
            press(k, code);
        }
    }
}

size_t keyboard_get(struct firmware *f, uint8_t *p, size_t len)
{
    struct fw_keyboard *k = &f->keyboard;
    if (!f->m->display || !f->m->pci[0]) return 0; /* no screen: nobody types there */
    struct bus *io = pci_bus_io(f->m->pci[0]);
    /* A mouse byte in the buffer would keep keys back: it is thrown away. One look a call is enough,
     * since the next byte comes later. */
    uint8_t status = (uint8_t)bus_read(io, PORT_STATUS, 1);
    if (status != 0xff && status & ST_FULL) {
        uint8_t byte = (uint8_t)bus_read(io, PORT_DATA, 1);
        if (!(status & ST_AUX)) take_code(k, byte);
    }
    if (len > k->n) len = k->n;
    memcpy(p, k->bytes, len);
    k->n -= (uint8_t)len;
    memmove(k->bytes, k->bytes + len, k->n);
    return len;
}
