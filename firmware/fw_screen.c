/*
 * The display package (IEEE 1275 3.7 and 3.8.4) and its text console
 * (annex B.2). Pixels go through the machine's bus to where the card is, as a client's would, so a
 * card that a client has moved or switched off costs nothing but the picture.
 */
#include "firmware/fw_screen.h"

#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/font.h"
#include "firmware/fw.h"
#include "machines/display.h"

#define DEFAULT_WIDTH 800u
#define DEFAULT_HEIGHT 600u
#define DEFAULT_DEPTH 32u
#define MAX_PARAMS 8u

enum { COLOR_INK = 7, COLOR_PAPER = 0 };

struct cell {
    uint8_t c, ink, paper;
};

struct fw_screen {
    struct display *card;
    struct surface now; /* the mode that we have set */
    paddr_t at;
    char path[TREE_PATH_MAX];
    uint32_t rgb[256]; /* the palette as we and the client know it */
    /* text */
    unsigned columns, rows, x, y;
    uint8_t ink, paper;
    bool inverse, cursor_shown;
    struct cell *cells;
    unsigned escape; /* 0, 1 after ESC, 2 after CSI */
    unsigned param[MAX_PARAMS], n_params;
};

struct fw_screen *screen_new(struct firmware *f)
{
    if (!f->m->display) return NULL;
    struct fw_screen *s = xcalloc(1, sizeof *s);
    s->card = f->m->display;
    return s;
}

void screen_free(struct fw_screen *s)
{
    if (!s) return;
    free(s->cells);
    free(s);
}

/* ---- pixels ---- */

/* A palette entry in the frame buffer's form; 3 bytes at most 4. */
static void put_pixel(const struct fw_screen *s, uint8_t *p, uint8_t color)
{
    uint32_t v = s->rgb[color];
    switch (s->now.format) {
    case DISPLAY_INDEX8: *p = color; break;
    case DISPLAY_RGB555:
        put_be16(p, (uint16_t)((v >> 9 & 0x7c00) | (v >> 6 & 0x3e0) | (v >> 3 & 31)));
        break;
    case DISPLAY_RGB565:
        put_be16(p, (uint16_t)((v >> 8 & 0xf800) | (v >> 5 & 0x7e0) | (v >> 3 & 31)));
        break;
    case DISPLAY_RGB888:
        p[0] = (uint8_t)(v >> 16);
        p[1] = (uint8_t)(v >> 8);
        p[2] = (uint8_t)v;
        break;
    case DISPLAY_XRGB8888: put_be32(p, v); break;
    }
}

static uint8_t get_pixel(const struct fw_screen *s, const uint8_t *p)
{
    uint8_t want[4], n = (uint8_t)display_bytes(s->now.format);
    if (s->now.format == DISPLAY_INDEX8) return *p;
    for (unsigned i = 0; i < 256; i++) {
        put_pixel(s, want, (uint8_t)i);
        if (!memcmp(want, p, n)) return (uint8_t)i;
    }
    return 0;
}

static paddr_t pixel_at(const struct fw_screen *s, uint32_t x, uint32_t y)
{
    return s->at + (uint64_t)y * s->now.pitch + (uint64_t)x * display_bytes(s->now.format);
}

static bool fits(const struct fw_screen *s, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    return s && s->at && span_ok(x, w, s->now.width) && span_ok(y, h, s->now.height);
}

int screen_fill(struct firmware *f, uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint8_t color)
{
    struct fw_screen *s = f->screen;
    if (!fits(s, x, y, w, h)) return -EINVAL;
    unsigned bytes = display_bytes(s->now.format);
    uint8_t row[DISPLAY_MAX_WIDTH * 4];
    for (uint32_t i = 0; i < w; i++) put_pixel(s, row + (size_t)i * bytes, color);
    for (uint32_t i = 0; i < h; i++) {
        int r = bus_ram_write(f->m->bus, pixel_at(s, x, y + i), row, (uint64_t)w * bytes);
        if (r) return r;
    }
    return 0;
}

int screen_draw(struct firmware *f, uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint32_t ea)
{
    struct fw_screen *s = f->screen;
    if (!fits(s, x, y, w, h)) return -EINVAL;
    unsigned bytes = display_bytes(s->now.format);
    uint8_t row[DISPLAY_MAX_WIDTH * 4], in[DISPLAY_MAX_WIDTH];
    for (uint32_t i = 0; i < h; i++) {
        int r = mem_read(f, ea + i * w, in, w);
        for (uint32_t k = 0; !r && k < w; k++) put_pixel(s, row + (size_t)k * bytes, in[k]);
        if (!r) r = bus_ram_write(f->m->bus, pixel_at(s, x, y + i), row, (uint64_t)w * bytes);
        if (r) return r;
    }
    return 0;
}

int screen_read(struct firmware *f, uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint32_t ea)
{
    struct fw_screen *s = f->screen;
    if (!fits(s, x, y, w, h)) return -EINVAL;
    unsigned bytes = display_bytes(s->now.format);
    uint8_t row[DISPLAY_MAX_WIDTH * 4], out[DISPLAY_MAX_WIDTH];
    for (uint32_t i = 0; i < h; i++) {
        int r = bus_ram_read(f->m->bus, pixel_at(s, x, y + i), row, (uint64_t)w * bytes);
        if (r) return r;
        for (uint32_t k = 0; k < w; k++) {
            const uint8_t *p = row + (size_t)k * bytes;
            /* Neighbours are mostly alike, and looking a colour up is slow. */
            bool same = k && !memcmp(p, p - bytes, bytes);
            out[k] = same ? out[k - 1] : get_pixel(s, p);
        }
        r = mem_write(f, ea + i * w, out, w);
        if (r) return r;
    }
    return 0;
}

bool screen_size(struct firmware *f, uint32_t *width, uint32_t *height)
{
    if (!f->screen || !f->screen->at) return false;
    *width = f->screen->now.width;
    *height = f->screen->now.height;
    return true;
}

void screen_set_color(struct firmware *f, uint8_t index, uint32_t rgb)
{
    struct fw_screen *s = f->screen;
    if (!s || s->rgb[index] == (rgb & 0xffffff)) return;
    s->rgb[index] = rgb & 0xffffff;
    if (s->now.format == DISPLAY_INDEX8) s->card->ops->set_color(s->card, index, rgb & 0xffffff);
}

uint32_t screen_get_color(struct firmware *f, uint8_t index)
{
    return f->screen ? f->screen->rgb[index] : 0;
}

/* ---- cells ---- */

static void draw_cell(struct firmware *f, unsigned x, unsigned y, struct cell c)
{
    struct fw_screen *s = f->screen;
    unsigned bytes = display_bytes(s->now.format);
    uint8_t ink[4], paper[4], row[FONT_WIDTH * 4];
    put_pixel(s, ink, c.ink);
    put_pixel(s, paper, c.paper);
    for (unsigned r = 0; r < FONT_HEIGHT; r++) {
        uint8_t bits = font_row(c.c, r);
        for (unsigned k = 0; k < FONT_WIDTH; k++)
            memcpy(row + k * bytes, bits & 0x80 >> k ? ink : paper, bytes);
        if (bus_ram_write(f->m->bus, pixel_at(s, x * FONT_WIDTH, y * FONT_HEIGHT + r), row,
                          FONT_WIDTH * bytes)) {
            return;
        }
    }
}

static struct cell *cell_at(struct fw_screen *s, unsigned x, unsigned y)
{
    return &s->cells[(size_t)y * s->columns + x];
}

static void show_cursor(struct firmware *f, bool on)
{
    struct fw_screen *s = f->screen;
    if (s->cursor_shown == on) return;
    unsigned x = s->x < s->columns ? s->x : s->columns - 1;
    struct cell c = *cell_at(s, x, s->y);
    if (on) c = (struct cell){c.c, c.paper, c.ink};
    draw_cell(f, x, s->y, c);
    s->cursor_shown = on;
}

static struct cell blank(const struct fw_screen *s)
{
    return (struct cell){' ', s->ink, s->paper};
}

static void clear_cells(struct firmware *f, unsigned x, unsigned y, unsigned n)
{
    struct fw_screen *s = f->screen;
    if (x + n > s->columns) n = x < s->columns ? s->columns - x : 0;
    for (unsigned i = 0; i < n; i++) *cell_at(s, x + i, y) = blank(s);
    if (n) (void)!screen_fill(f, x * FONT_WIDTH, y * FONT_HEIGHT, n * FONT_WIDTH, FONT_HEIGHT,
                              s->paper);
}

static void clear_rows(struct firmware *f, unsigned from, unsigned to)
{
    for (unsigned y = from; y < to; y++) clear_cells(f, 0, y, f->screen->columns);
}

/* Pixels and cells of rows [from, from + n) go to row `to`, top first when they go up. */
static void move_rows(struct firmware *f, unsigned from, unsigned to, unsigned n)
{
    struct fw_screen *s = f->screen;
    uint8_t row[DISPLAY_MAX_WIDTH * 4]; /* not f->bounce: the text that scrolls may lie there */
    uint32_t line = s->now.width * display_bytes(s->now.format), lines = n * FONT_HEIGHT;
    memmove(cell_at(s, 0, to), cell_at(s, 0, from), (size_t)n * s->columns * sizeof *s->cells);
    for (uint32_t i = 0; i < lines; i++) {
        uint32_t k = to < from ? i : lines - 1 - i;
        if (bus_ram_read(f->m->bus, pixel_at(s, 0, from * FONT_HEIGHT + k), row, line) ||
            bus_ram_write(f->m->bus, pixel_at(s, 0, to * FONT_HEIGHT + k), row, line)) {
            return;
        }
    }
}

static void delete_rows(struct firmware *f, unsigned y, unsigned n)
{
    struct fw_screen *s = f->screen;
    if (n > s->rows - y) n = s->rows - y;
    move_rows(f, y + n, y, s->rows - y - n);
    clear_rows(f, s->rows - n, s->rows);
}

static void insert_rows(struct firmware *f, unsigned y, unsigned n)
{
    struct fw_screen *s = f->screen;
    if (n > s->rows - y) n = s->rows - y;
    move_rows(f, y, y + n, s->rows - y - n);
    clear_rows(f, y, y + n);
}

static void line_feed(struct firmware *f)
{
    struct fw_screen *s = f->screen;
    if (s->y + 1 < s->rows) {
        s->y++;
    } else {
        delete_rows(f, 0, 1);
    }
}

static void put_char(struct firmware *f, uint8_t c)
{
    struct fw_screen *s = f->screen;
    if (s->x >= s->columns) { /* the line was full: only now a new one begins */
        s->x = 0;
        line_feed(f);
    }
    struct cell cell = {c, s->ink, s->paper};
    if (s->inverse) cell = (struct cell){c, s->paper, s->ink};
    *cell_at(s, s->x, s->y) = cell;
    draw_cell(f, s->x++, s->y, cell);
}

/* ---- control sequences ---- */

static void set_attribute(struct fw_screen *s, unsigned n)
{
    /* ISO 6429's order of colours is the palette's */
    if (n == 0) {
        s->ink = COLOR_INK;
        s->paper = COLOR_PAPER;
        s->inverse = false;
    } else if (n == 1) {
        s->ink |= 8;
    } else if (n == 7 || n == 27) {
        s->inverse = n == 7;
    } else if (n >= 30 && n <= 37) {
        s->ink = (uint8_t)((s->ink & 8) | (n - 30));
    } else if (n == 39) {
        s->ink = COLOR_INK;
    } else if (n >= 40 && n <= 47) {
        s->paper = (uint8_t)(n - 40);
    } else if (n == 49) {
        s->paper = COLOR_PAPER;
    } else if (n >= 90 && n <= 97) {
        s->ink = (uint8_t)(n - 90 + 8);
    }
}

static unsigned clamp(unsigned v, unsigned limit) { return v < limit ? v : limit - 1; }

static void control_sequence(struct firmware *f, uint8_t final)
{
    struct fw_screen *s = f->screen;
    unsigned p0 = s->param[0], n = p0 ? p0 : 1;
    if (n > 4096) n = 4096;
    if (s->x >= s->columns) s->x = s->columns - 1;
    switch (final) {
    case 'A': s->y = s->y > n ? s->y - n : 0; break;
    case 'B': s->y = clamp(s->y + n, s->rows); break;
    case 'C': s->x = clamp(s->x + n, s->columns); break;
    case 'D': s->x = s->x > n ? s->x - n : 0; break;
    case 'E':
        s->x = 0;
        s->y = clamp(s->y + n, s->rows);
        break;
    case 'H':
    case 'f':
        s->y = clamp(n - 1, s->rows);
        s->x = clamp(s->param[1] ? s->param[1] - 1 : 0, s->columns);
        break;
    case 'J':
        if (p0 == 2) {
            clear_rows(f, 0, s->rows);
        } else if (p0 == 0) {
            clear_cells(f, s->x, s->y, s->columns);
            clear_rows(f, s->y + 1, s->rows);
        }
        break;
    case 'K':
        if (p0 == 0) clear_cells(f, s->x, s->y, s->columns);
        if (p0 == 1) clear_cells(f, 0, s->y, s->x + 1);
        if (p0 == 2) clear_cells(f, 0, s->y, s->columns);
        break;
    case 'L': insert_rows(f, s->y, n); break;
    case 'M': delete_rows(f, s->y, n); break;
    case 'm':
        for (unsigned i = 0; i < s->n_params; i++) set_attribute(s, s->param[i]);
        break;
    case 'p': s->inverse = false; break;
    case 'q': s->inverse = true; break;
    default: break; /* not of the standard terminal: swallowed */
    }
}

static void escape_byte(struct firmware *f, uint8_t c)
{
    struct fw_screen *s = f->screen;
    if (s->escape == 1) {
        s->escape = c == '[' ? 2 : 0;
        memset(s->param, 0, sizeof s->param);
        s->n_params = 1;
    } else if (c >= '0' && c <= '9') {
        unsigned *p = &s->param[s->n_params - 1];
        if (*p < 10000) *p = *p * 10 + (c - '0');
    } else if (c == ';') {
        if (s->n_params < MAX_PARAMS) s->n_params++;
    } else if (c >= 0x40) {
        s->escape = 0;
        control_sequence(f, c);
    }
}

static void put_byte(struct firmware *f, uint8_t c)
{
    struct fw_screen *s = f->screen;
    if (s->escape && c >= ' ') {
        escape_byte(f, c);
        return;
    }
    switch (c) {
    case 7: break;
    case '\b':
        if (s->x) s->x--;
        break;
    case '\t': s->x = clamp((s->x | 7) + 1, s->columns); break;
    case '\n': line_feed(f); break;
    case 11:
        if (s->y) s->y--;
        break;
    case '\f':
        clear_rows(f, 0, s->rows);
        s->x = s->y = 0;
        break;
    case '\r': s->x = 0; break;
    case 27: s->escape = 1; break;
    case 0x9b:
        s->escape = 1;
        escape_byte(f, '[');
        break;
    default:
        if (c >= ' ') put_char(f, c);
        break;
    }
}

void screen_put(struct firmware *f, const char *text, size_t len)
{
    struct fw_screen *s = f->screen;
    if (!s || !s->at || !s->cells || !len) return;
    show_cursor(f, false);
    for (size_t i = 0; i < len; i++) put_byte(f, (uint8_t)text[i]);
    show_cursor(f, true);
}

/* ---- mode, node ---- */

/* ISO 6429's eight colours, dark and bright, then a cube of six shades each and greys. */
static uint32_t first_color(unsigned i)
{
    static const uint32_t named[16] = {
        0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x2244cc, 0xaa00aa, 0x00aaaa, 0xc8c8c8,
        0x606060, 0xff5555, 0x55ff55, 0xffff55, 0x7799ff, 0xff55ff, 0x55ffff, 0xffffff,
    };
    if (i < 16) return named[i];
    if (i >= 232) return (i - 232) * 0x0a0a0a + 0x080808;
    return (i - 16) / 36 * 51 << 16 | (i - 16) / 6 % 6 * 51 << 8 | (i - 16) % 6 * 51;
}

static bool set_mode(struct firmware *f)
{
    struct fw_screen *s = f->screen;
    const struct config *cfg = f->m->cfg;
    const struct display_ops *ops = s->card->ops;
    bool ok = cfg->screen_width && ops->set_mode(s->card, cfg->screen_width, cfg->screen_height,
                                                 cfg->screen_depth);
    return ok || ops->set_mode(s->card, DEFAULT_WIDTH, DEFAULT_HEIGHT, DEFAULT_DEPTH);
}

void screen_reset(struct firmware *f)
{
    struct fw_screen *s = f->screen;
    if (!s) return;
    s->at = 0;
    if (!set_mode(f)) return;
    s->card->ops->surface(s->card, &s->now);
    for (unsigned i = 0; i < 256; i++) {
        s->rgb[i] = first_color(i);
        s->card->ops->set_color(s->card, (uint8_t)i, s->rgb[i]);
    }
    s->columns = s->now.width / FONT_WIDTH;
    s->rows = s->now.height / FONT_HEIGHT;
    if (!s->columns || !s->rows) return;
    free(s->cells);
    s->cells = xcalloc((size_t)s->columns * s->rows, sizeof *s->cells);
    s->at = s->card->ops->address(s->card);
    s->x = s->y = s->escape = 0;
    set_attribute(s, 0);
    s->cursor_shown = false;
    clear_rows(f, 0, s->rows);
}

static bool still_ours(const struct fw_screen *s)
{
    struct surface now;
    s->card->ops->surface(s->card, &now);
    return s->at && s->at == s->card->ops->address(s->card) && now.width == s->now.width &&
           now.height == s->now.height && now.format == s->now.format &&
           now.big_endian == s->now.big_endian && now.pitch == s->now.pitch &&
           now.offset == s->now.offset;
}

static int find_node(struct firmware *f)
{
    for (int n = 0; n >= 0; n = fdt_next_node(f->tree.fdt, n, NULL))
        if (tree_has_type(&f->tree, n, "display")) return n;
    return -1;
}

const char *screen_path(struct firmware *f)
{
    return f->screen && f->screen->at && f->screen->path[0] ? f->screen->path : NULL;
}

void screen_take(struct firmware *f)
{
    struct fw_screen *s = f->screen;
    if (!s) return;
    if (!still_ours(s)) screen_reset(f);
    int node = find_node(f);
    s->path[0] = 0;
    if (!s->at || node < 0 || tree_path(&f->tree, node, s->path, sizeof s->path) < 0) return;
    uint32_t p = tree_phandle(&f->tree, node);
    static const uint8_t depths[] = {
        [DISPLAY_INDEX8] = 8, [DISPLAY_RGB555] = 15, [DISPLAY_RGB565] = 16, [DISPLAY_RGB888] = 24,
        [DISPLAY_XRGB8888] = 32,
    };
    const struct {
        const char *name;
        uint32_t v;
    } props[] = {
        {"width", s->now.width},    {"height", s->now.height},
        {"depth", depths[s->now.format]}, {"linebytes", s->now.pitch},
        {"address", (uint32_t)s->at},
    };
    for (size_t i = 0; i < ARRAY_SIZE(props); i++)
        (void)!tree_set_u32(&f->tree, p, props[i].name, props[i].v);
}
