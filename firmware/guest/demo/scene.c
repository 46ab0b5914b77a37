/*
 * What the screen shows: the devices, a bar for each piece of work, a moving picture, pointer, buttons
 * and keys. 800 x 600 is laid out; anything larger is as good.
 */
#include "guest.h"

enum { CELL_W = 8, CELL_H = 16 };
enum { INK = 37, BRIGHT = 97, BAD = 91 };
enum { RED = 1, GREEN = 2, YELLOW = 11, GREY = 8, WHITE = 15 };
enum { LEFT = 1, RIGHT = 48, FIRST = 2 };                   /* columns, row */
enum { BARS = 68, BAR_DOUBLING = 8, VALUES = 82, PICTURE_ROW = 14, KEYS_ROW = 27, LAST = 36 };
enum { MAX_DEVICES = 32, BOREDOM_S = 30 };
enum { POINTER = 12 };

static uint32_t width, height, devices, works;
static uint8_t frame[PICTURE_WIDTH * PICTURE_HEIGHT] __attribute__((aligned(16)));

static int has_unit(const char *name)
{
    while (*name && *name != '@') name++;
    return *name;
}

static void list_device(const struct node *n)
{
    if (!has_unit(n->name) || devices == MAX_DEVICES) return;
    screen_print(LEFT, FIRST + 1 + devices++, INK, "%*s%-*s %s", 2 * n->depth - 2, "",
                 30 - 2 * n->depth, n->name, n->type);
}

int scene_open(const char *title)
{
    if (!display_open(&width, &height) || width < 800 || height < 600) return 0;
    screen_print(0, 0, BRIGHT, "\f\033[44m ppcemu  %s\033[K", title);
    screen_print(LEFT, FIRST, BRIGHT, "Devices");
    each_node(list_device);
    screen_print(RIGHT, FIRST, BRIGHT, "Speed");
    screen_print(RIGHT + 6, FIRST, INK, "(a mark doubles it; red: a wrong result)");
    return 1;
}

static uint32_t doublings(uint32_t tenths)
{
    uint32_t n = 0;
    for (; tenths > 10; tenths /= 2) n++;
    return n;
}

void scene_result(const struct result *r)
{
    uint32_t row = FIRST + 1 + works++, x = BARS * CELL_W, y = row * CELL_H + 3, n = doublings(r->tenths);
    if (!width) return;
    screen_print(RIGHT, row, r->passed ? INK : BAD, "%s", r->name);
    for (uint32_t i = 0; i < n; i++)
        fill(x + i * BAR_DOUBLING, y, BAR_DOUBLING - 1, CELL_H - 6, r->passed ? GREEN : RED);
    screen_print(VALUES, row, INK, "%4u.%u %s", r->tenths / 10, r->tenths % 10, r->unit);
}

/* --- the pointer: what is under it is kept --- */

static const uint16_t arrow[POINTER] = {0x800, 0xc00, 0xe00, 0xf00, 0xf80, 0xfc0,
                                        0xfe0, 0xf80, 0xd80, 0x8c0, 0x0c0, 0x060};
static struct {
    int x, y;
    uint8_t under[POINTER * POINTER];
} pointer;

static void pointer_hide(void) { draw(pointer.under, pointer.x, pointer.y, POINTER, POINTER); }

static void pointer_show(void)
{
    uint8_t with[POINTER * POINTER];
    grab(pointer.under, pointer.x, pointer.y, POINTER, POINTER);
    for (int i = 0; i < POINTER * POINTER; i++)
        with[i] = arrow[i / POINTER] << i % POINTER & 0x800 ? WHITE : pointer.under[i];
    draw(with, pointer.x, pointer.y, POINTER, POINTER);
}

static int over_picture(void)
{
    int x = pointer.x - RIGHT * CELL_W, y = pointer.y - PICTURE_ROW * CELL_H;
    return x > -POINTER && x < PICTURE_WIDTH && y > -POINTER && y < PICTURE_HEIGHT;
}

static int within(int v, int top) { return v < 0 ? 0 : v > top ? top : v; }

static void show_mouse(const struct input *in)
{
    static int wheel;
    uint32_t column = RIGHT + PICTURE_WIDTH / CELL_W + 2, y = (PICTURE_ROW + 4) * CELL_H;
    wheel += in->wheel;
    screen_print(column, PICTURE_ROW + 2, INK, "%4u,%4u", (uint32_t)pointer.x, (uint32_t)pointer.y);
    for (uint32_t i = 0; i < 3; i++) { /* packets have left, right, middle */
        static const uint8_t bit[] = {1, 4, 2};
        fill((column + 4 * i) * CELL_W, y, 3 * CELL_W, CELL_H, in->buttons & bit[i] ? YELLOW : GREY);
    }
    screen_print(column, PICTURE_ROW + 6, INK, "wheel %s%u  ", wheel < 0 ? "-" : "",
                 (uint32_t)(wheel < 0 ? -wheel : wheel));
}

/* --- the loop --- */

static void draw_frames(int altivec, uint32_t hz, uint64_t now, uint64_t begin)
{
    static uint64_t second;
    static uint32_t frames;
    picture_frame(frame, (float)microseconds(now - begin) * 1e-6f, altivec);
    draw(frame, RIGHT * CELL_W, PICTURE_ROW * CELL_H, PICTURE_WIDTH, PICTURE_HEIGHT);
    frames++;
    if (now - second < hz) return;
    if (second) screen_print(RIGHT + 17, PICTURE_ROW - 1, INK, "%s, %u frames a second ",
                             altivec ? "AltiVec" : "scalar", frames);
    second = now;
    frames = 0;
}

static void loop(int altivec, uint32_t serial, int keyboard)
{
    struct input in = {.dx = 0};
    uint8_t byte;
    uint32_t hz = cpu_value("timebase-frequency");
    uint64_t begin = time_base(), next = begin, moved = begin;
    while (!(in.keys[0] >> KEY_ESC & 1) && time_base() - moved < (uint64_t)hz * BOREDOM_S) {
        if (keyboard) input_poll(&in);
        uint64_t now = time_base();
        /* Once a frame: a firmware may let a client that asks and asks for keys wait a little. */
        if (now >= next && serial && of_read(serial, &byte, 1) > 0) return;
        if (now < next && !in.any) continue;
        if (in.any) moved = now;
        int redraw = in.any || over_picture(); /* else it would flicker for nothing */
        if (redraw) pointer_hide();
        pointer.x = within(pointer.x + in.dx, (int)width - POINTER);
        pointer.y = within(pointer.y + in.dy, (int)height - POINTER);
        if (in.any) {
            keys_show(&in);
            show_mouse(&in);
        }
        if (now >= next) {
            draw_frames(altivec, hz, now, begin);
            next = now + hz / 60;
        }
        if (redraw) pointer_show();
    }
}

void scene_run(int altivec, uint32_t serial)
{
    int keyboard = input_open();
    picture_colors();
    screen_print(RIGHT, PICTURE_ROW - 1, BRIGHT, "A moving picture");
    screen_print(RIGHT + PICTURE_WIDTH / CELL_W + 2, PICTURE_ROW, BRIGHT, "Pointer");
    screen_print(RIGHT, KEYS_ROW - 1, BRIGHT, "Keys");
    screen_print(RIGHT + 5, KEYS_ROW - 1, INK, "(pressed ones stay green)");
    screen_print(RIGHT, LAST - 1, BRIGHT, "Esc");
    screen_print(RIGHT + 4, LAST - 1, INK, "or %u s of quiet: the ok prompt", BOREDOM_S);
    keys_draw(RIGHT * CELL_W, KEYS_ROW * CELL_H);
    pointer.x = (int)width / 2;
    pointer.y = (int)height / 2;
    pointer_show();
    show_mouse(&(struct input){.dx = 0});
    print("\nThe screen shows the rest. Esc there, a key here or %u s of quiet: the prompt.\n", BOREDOM_S);
    loop(altivec, serial, keyboard);
    if (keyboard) input_close();
}
