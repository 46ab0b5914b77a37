/* The screen through its node's methods, which know every depth. IEEE 1275 annex A; the text console's
 * sequences are those of annex B. */
#include "guest.h"

static uint32_t screen;

int display_open(uint32_t *width, uint32_t *height)
{
    char path[128] = "";
    uint32_t node = of_package(of_stdout()), size[2];
    /* The firmware names the display as stdout only where somebody looks at it. */
    if (node != find_type("display") || of_path(node, path, sizeof path - 1) <= 0 || !(screen = of_open(path))) return 0;
    if (!of_call_method(screen, "dimensions", 0, NULL, 2, size)) return 0;
    *height = size[0];
    *width = size[1];
    return 1;
}

static void rectangle(const char *method, uint32_t what, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    of_call_method(screen, method, 5, (uint32_t[]){h, w, y, x, what}, 0, NULL);
}

void fill(uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint32_t color)
{
    rectangle("fill-rectangle", color, x, y, w, h);
}

void draw(const uint8_t *from, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    rectangle("draw-rectangle", (uint32_t)from, x, y, w, h);
}

void grab(uint8_t *to, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    rectangle("read-rectangle", (uint32_t)to, x, y, w, h);
}

void set_color(uint32_t index, uint32_t r, uint32_t g, uint32_t b)
{
    of_call_method(screen, "color!", 4, (uint32_t[]){index, b, g, r}, 0, NULL);
}

void screen_print(uint32_t column, uint32_t row, uint32_t ink, const char *fmt, ...)
{
    uint32_t before = of_output(screen);
    va_list ap;
    va_start(ap, fmt);
    print("\033[%u;%uH\033[%um", row + 1, column + 1, ink);
    vprint(fmt, ap);
    print("\033[0m\033[999;999H"); /* the cursor out of the way */
    va_end(ap);
    of_output(before);
}
