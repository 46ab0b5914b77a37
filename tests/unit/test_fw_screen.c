/* The firmware's text console on the screen, read back as pixels, and who writes where. */
#include "tests/unit/board.h"

#include <string.h>

#include "firmware/font.h"
#include "firmware/fw.h"
#include "machines/display.h"

#define BUF 0x100000u

static struct firmware *started(struct board **b)
{
    *b = board_with_screen(true); /* the firmware stands at its prompt */
    return (*b)->m->firmware;
}

/* Does cell row `row` of the screen begin with `text`, ink on black? */
static bool shows(struct firmware *f, unsigned row, const char *text)
{
    struct surface s;
    f->m->display->ops->surface(f->m->display, &s);
    uint64_t at = f->m->display->ops->address(f->m->display);
    for (unsigned i = 0; text[i]; i++) {
        for (unsigned y = 0; y < FONT_HEIGHT; y++) {
            uint8_t line[FONT_WIDTH * 4];
            uint64_t from = at + (uint64_t)(row * FONT_HEIGHT + y) * s.pitch + i * FONT_WIDTH * 4;
            ck_assert_int_eq(bus_ram_read(f->m->bus, from, line, sizeof line), 0);
            for (unsigned x = 0; x < FONT_WIDTH; x++) {
                bool ink = get_be32(line + 4 * x) != 0;
                if (ink != !!(font_row((uint8_t)text[i], y) & 0x80 >> x)) return false;
            }
        }
    }
    return true;
}

static int64_t write_to(struct firmware *f, uint32_t ihandle, const char *text)
{
    uint32_t len = (uint32_t)strlen(text);
    ck_assert_int_eq(bus_ram_write(f->m->bus, BUF, text, len), 0);
    return instance_write(f, instance_get(f, ihandle), BUF, len);
}

static unsigned rows(struct firmware *f)
{
    uint32_t w = 0, h = 0;
    ck_assert(screen_size(f, &w, &h));
    return h / FONT_HEIGHT;
}

START_TEST(text_behind_a_line_feed_survives_scrolling)
{
    struct board *b;
    struct firmware *f = started(&b);
    uint32_t out = f->stdout_ihandle;
    write_to(f, out, "\f");
    for (unsigned i = 0; i < 3 * rows(f); i++) write_to(f, out, "filler\n");
    write_to(f, out, "\nfirst words\nsecond words\n\nlast");
    ck_assert(shows(f, rows(f) - 1, "last"));
    ck_assert(shows(f, rows(f) - 2, "           "));
    ck_assert(shows(f, rows(f) - 3, "second words"));
    ck_assert(shows(f, rows(f) - 4, "first words"));
    ck_assert(shows(f, rows(f) - 6, "filler"));
    board_free(b);
}
END_TEST

START_TEST(a_display_that_was_opened_writes_to_the_screen_alone)
{
    struct board *b;
    struct firmware *f = started(&b);
    uint32_t screen = instance_open(f, screen_path(f));
    ck_assert_uint_ne(screen, 0);
    write_to(f, screen, "\fscreen");
    ck_assert(shows(f, 0, "screen"));
    char path[TREE_PATH_MAX];
    int node = tree_find(&f->tree, "/pci@80000000/isa@c/serial@i2f8", NULL, 0);
    ck_assert_int_ge(tree_path(&f->tree, node, path, sizeof path), 0);
    uint32_t serial = instance_open(f, path), both = instance_open(f, "/failsafe");
    ck_assert_uint_ne(serial, 0);
    ck_assert_int_eq(write_to(f, serial, "line\n"), 5);
    ck_assert(shows(f, 0, "screen"));
    ck_assert_int_eq(write_to(f, both, "\nboth"), 5);
    ck_assert(shows(f, 1, "both"));
    ck_assert_int_eq(instance_read(f, instance_get(f, screen), BUF, 4), -1);
    ck_assert_int_eq(instance_read(f, instance_get(f, serial), BUF, 4), 0);
    ck_assert(of_has_method(f, tree_phandle(&f->tree, node), "write"));
    board_free(b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fw_screen");
    TCase *t = tcase_create("console");
    tcase_add_test(t, text_behind_a_line_feed_survives_scrolling);
    tcase_add_test(t, a_display_that_was_opened_writes_to_the_screen_alone);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
