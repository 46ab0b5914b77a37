/* A keyboard of 105 keys: grey before a key was pressed, yellow while it is, green afterwards. */
#include "guest.h"

enum { QUARTER = 4, ROW = 18, HEIGHT = 15, GAP = 0, END = 0xff };
enum { GREY = 8, HELD = 11, SEEN = 2 };

/* Scan code and width in quarters of a key; gaps have code 0. */
static const uint8_t rows[][48] = {
    {0x01, 4, GAP, 4, 0x3b, 4, 0x3c, 4, 0x3d, 4, 0x3e, 4, GAP, 2, 0x3f, 4, 0x40, 4, 0x41, 4, 0x42, 4,
     GAP, 2, 0x43, 4, 0x44, 4, 0x57, 4, 0x58, 4, GAP, 1, 0xb7, 4, 0x46, 4, KEY_PAUSE, 4, END},
    {0x29, 4, 0x02, 4, 0x03, 4, 0x04, 4, 0x05, 4, 0x06, 4, 0x07, 4, 0x08, 4, 0x09, 4, 0x0a, 4, 0x0b, 4,
     0x0c, 4, 0x0d, 4, 0x0e, 8, GAP, 1, 0xd2, 4, 0xc7, 4, 0xc9, 4, GAP, 1, 0x45, 4, 0xb5, 4, 0x37, 4,
     0x4a, 4, END},
    {0x0f, 6, 0x10, 4, 0x11, 4, 0x12, 4, 0x13, 4, 0x14, 4, 0x15, 4, 0x16, 4, 0x17, 4, 0x18, 4, 0x19, 4,
     0x1a, 4, 0x1b, 4, GAP, 1, GAP, 5, GAP, 1, 0xd3, 4, 0xcf, 4, 0xd1, 4, GAP, 1, 0x47, 4, 0x48, 4,
     0x49, 4, 0x4e, 4},
    {0x3a, 7, 0x1e, 4, 0x1f, 4, 0x20, 4, 0x21, 4, 0x22, 4, 0x23, 4, 0x24, 4, 0x25, 4, 0x26, 4, 0x27, 4,
     0x28, 4, 0x2b, 4, 0x1c, 5, GAP, 14, 0x4b, 4, 0x4c, 4, 0x4d, 4, END},
    {0x2a, 5, 0x56, 4, 0x2c, 4, 0x2d, 4, 0x2e, 4, 0x2f, 4, 0x30, 4, 0x31, 4, 0x32, 4, 0x33, 4, 0x34, 4,
     0x35, 4, 0x36, 11, GAP, 5, 0xc8, 4, GAP, 5, 0x4f, 4, 0x50, 4, 0x51, 4, 0x9c, 4, END},
    {0x1d, 5, 0xdb, 5, 0x38, 5, 0x39, 25, 0xb8, 5, 0xdc, 5, 0xdd, 5, 0x9d, 5, GAP, 1, 0xcb, 4, 0xd0, 4,
     0xcd, 4, GAP, 1, 0x52, 8, 0x53, 4, END},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static uint32_t left, top, down[8], seen[8];

static int is_set(const uint32_t *bits, uint32_t n) { return bits[n / 32] >> n % 32 & 1; }

static void show(int everything)
{
    for (uint32_t r = 0; r < ROWS; r++) {
        uint32_t x = left;
        for (unsigned i = 0; i < sizeof rows[r] && rows[r][i] != END; i += 2) {
            uint32_t code = rows[r][i], width = rows[r][i + 1] * QUARTER;
            uint32_t color = is_set(down, code) ? HELD : is_set(seen, code) ? SEEN : GREY;
            if (code != GAP && (everything || color != GREY))
                fill(x, top + r * ROW, width - 2, HEIGHT, color);
            x += width;
        }
    }
}

void keys_draw(uint32_t x, uint32_t y)
{
    left = x;
    top = y;
    show(1);
}

void keys_show(const struct input *in)
{
    uint32_t changed = 0;
    for (int i = 0; i < 8; i++) {
        changed |= down[i] ^ in->keys[i];
        down[i] = in->keys[i];
        seen[i] |= down[i];
    }
    if (changed) show(0);
}
