/* machines/dev/i8042, ps2_*: controller commands, keyboard in three sets, mouse in three forms. */
#include "fake_machine.h"
#include "machines/dev/i8042.h"
#include "machines/dev/ps2.h"

enum { OBF = 1, SYS = 4, AUX = 0x20 };

struct rig {
    struct fake *f;
    struct i8042 *c;
};

static uint8_t status(struct rig *r) { return inb(r->f, 0x64); }
static void command(struct rig *r, unsigned v) { outb(r->f, 0x64, v); }
static void data(struct rig *r, unsigned v) { outb(r->f, 0x60, v); }

static struct rig up(void)
{
    struct rig r = {.f = fake_new()};
    r.c = i8042_new(&r.f->m, "i8042", r.f->io, fake_irq(r.f, 1), fake_irq(r.f, 12), NULL);
    fake_reset(r.f);
    return r;
}

static void down(struct rig *r) { fake_free(r->f); }

static bool ready(struct rig *r)
{
    fake_advance(r->f, 100000);
    return status(r) & OBF;
}

static uint8_t get(struct rig *r)
{
    ck_assert_msg(ready(r), "nothing to read");
    return inb(r->f, 0x60);
}

/* Everything that comes, as hex text. */
static const char *take(struct rig *r)
{
    static char text[400];
    size_t n = 0;
    text[0] = 0;
    while (ready(r) && n < sizeof text - 4) {
        n += (size_t)snprintf(text + n, sizeof text - n, n ? " %02x" : "%02x", inb(r->f, 0x60));
    }
    return text;
}

static void mouse(struct rig *r, uint8_t v)
{
    command(r, 0xd4);
    data(r, v);
}

static void untranslated(struct rig *r)
{
    command(r, 0x60);
    data(r, 0x07);
}

START_TEST(self_test_and_command_byte)
{
    struct rig r = up();
    ck_assert_uint_eq(status(&r) & OBF, 0);
    command(&r, 0xaa);
    ck_assert_uint_eq(status(&r) & (OBF | SYS), OBF | SYS); /* at once */
    ck_assert_uint_eq(get(&r), 0x55);
    command(&r, 0xab);
    ck_assert_uint_eq(get(&r), 0x00);
    command(&r, 0xa9);
    ck_assert_uint_eq(get(&r), 0x00);
    command(&r, 0x60);
    data(&r, 0x45);
    command(&r, 0x20);
    ck_assert_uint_eq(get(&r), 0x45);
    command(&r, 0xad);
    command(&r, 0xa7);
    command(&r, 0x20);
    ck_assert_uint_eq(get(&r), 0x75);
    command(&r, 0xae);
    command(&r, 0xa8);
    command(&r, 0x20);
    ck_assert_uint_eq(get(&r), 0x45);
    command(&r, 0x71);
    data(&r, 0x9c);
    command(&r, 0x31);
    ck_assert_uint_eq(get(&r), 0x9c);
    command(&r, 0xd0);
    ck_assert_uint_eq(get(&r) & 3, 3);
    command(&r, 0xa4);
    ck_assert_uint_eq(get(&r), 0xf1);
    down(&r);
}
END_TEST

START_TEST(aux_loopback_and_interrupts)
{
    struct rig r = up();
    command(&r, 0x60);
    data(&r, 0x47);
    command(&r, 0xd3);
    data(&r, 0x5a);
    ck_assert_uint_eq(status(&r) & (OBF | AUX), OBF | AUX);
    ck_assert(r.f->line[12] && !r.f->line[1]);
    ck_assert_uint_eq(get(&r), 0x5a);
    ck_assert(!r.f->line[12]);
    command(&r, 0xd2);
    data(&r, 0xa5);
    ck_assert_uint_eq(status(&r) & (OBF | AUX), OBF);
    ck_assert(r.f->line[1] && !r.f->line[12]);
    ck_assert_uint_eq(get(&r), 0xa5);
    command(&r, 0x60);
    data(&r, 0x44); /* interrupts off */
    command(&r, 0xd2);
    data(&r, 1);
    ck_assert(!r.f->line[1]);
    down(&r);
}
END_TEST

START_TEST(reset_pulse)
{
    struct rig r = up();
    command(&r, 0xff);
    ck_assert_uint_eq(r.f->resets, 0);
    command(&r, 0xfe);
    ck_assert_uint_eq(r.f->resets, 1);
    command(&r, 0xd1);
    data(&r, 0xfe);
    ck_assert_uint_eq(r.f->resets, 2);
    down(&r);
}
END_TEST

START_TEST(each_byte_has_its_edge)
{
    struct rig r = up();
    r.f->rises[1] = 0;
    i8042_key(r.c, 0x04, true);
    i8042_key(r.c, 0x04, false);
    ck_assert_str_eq(take(&r), "1e 9e");
    ck_assert_uint_eq(r.f->rises[1], 2);
    down(&r);
}
END_TEST

START_TEST(keyboard_commands)
{
    struct rig r = up();
    untranslated(&r);
    data(&r, 0xff);
    ck_assert_str_eq(take(&r), "fa aa");
    data(&r, 0xf2);
    ck_assert_str_eq(take(&r), "fa ab 83");
    data(&r, 0xee);
    ck_assert_str_eq(take(&r), "ee");
    data(&r, 0xfe);
    ck_assert_str_eq(take(&r), "ee");
    data(&r, 0xed);
    ck_assert_str_eq(take(&r), "fa");
    data(&r, 0x05);
    ck_assert_str_eq(take(&r), "fa");
    ck_assert_uint_eq(i8042_leds(r.c), 5);
    data(&r, 0xf3);
    take(&r);
    data(&r, 0x20);
    ck_assert_str_eq(take(&r), "fa");
    data(&r, 0x12); /* no command */
    ck_assert_str_eq(take(&r), "fe");
    data(&r, 0xf1);
    ck_assert_str_eq(take(&r), "fe");
    data(&r, 0xf0);
    take(&r);
    data(&r, 0);
    ck_assert_str_eq(take(&r), "fa 02");
    data(&r, 0xf5);
    ck_assert_str_eq(take(&r), "fa");
    i8042_key(r.c, 0x05, true);
    ck_assert_str_eq(take(&r), "");
    data(&r, 0xf4);
    ck_assert_str_eq(take(&r), "fa");
    i8042_key(r.c, 0x06, true);
    ck_assert_str_eq(take(&r), "21");
    down(&r);
}
END_TEST

static void press(struct rig *r, unsigned usage)
{
    i8042_key(r->c, usage, true);
    i8042_key(r->c, usage, false);
}

START_TEST(scan_codes)
{
    static const struct { uint8_t usage; const char *set2, *set1, *set3; } keys[] = {
        {0x04, "1c f0 1c", "1e 9e", "1c f0 1c"},
        {0x29, "76 f0 76", "01 81", "08 f0 08"},
        {0x28, "5a f0 5a", "1c 9c", "5a f0 5a"},
        {0x3a, "05 f0 05", "3b bb", "07 f0 07"},
        {0x40, "83 f0 83", "41 c1", "37 f0 37"},
        {0x45, "07 f0 07", "58 d8", "5e f0 5e"},
        {0x52, "e0 75 e0 f0 75", "e0 48 e0 c8", "63 f0 63"},
        {0x58, "e0 5a e0 f0 5a", "e0 1c e0 9c", "79 f0 79"},
        {0x54, "e0 4a e0 f0 4a", "e0 35 e0 b5", "77 f0 77"},
        {0xe4, "e0 14 e0 f0 14", "e0 1d e0 9d", "58 f0 58"},
        {0xe3, "e0 1f e0 f0 1f", "e0 5b e0 db", "8b f0 8b"},
        {0x64, "61 f0 61", "56 d6", "13 f0 13"},
        {0x46, "e0 12 e0 7c e0 f0 7c e0 f0 12", "e0 2a e0 37 e0 b7 e0 aa", "57 f0 57"},
        {0x48, "e1 14 77 e1 f0 14 f0 77", "e1 1d 45 e1 9d c5", "62 f0 62"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        struct rig r = up();
        press(&r, keys[i].usage); /* translated by the controller */
        ck_assert_str_eq(take(&r), keys[i].set1);
        untranslated(&r);
        press(&r, keys[i].usage);
        ck_assert_str_eq(take(&r), keys[i].set2);
        data(&r, 0xf0), take(&r), data(&r, 1), take(&r);
        press(&r, keys[i].usage);
        ck_assert_str_eq(take(&r), keys[i].set1);
        data(&r, 0xf0), take(&r), data(&r, 3), take(&r);
        data(&r, 0xfa), take(&r);
        press(&r, keys[i].usage);
        ck_assert_str_eq(take(&r), keys[i].set3);
        down(&r);
    }
}
END_TEST

START_TEST(print_screen_and_pause_with_modifiers)
{
    struct rig r = up();
    untranslated(&r);
    i8042_key(r.c, 0xe0, true);
    take(&r);
    press(&r, 0x46);
    ck_assert_str_eq(take(&r), "e0 7c e0 f0 7c");
    press(&r, 0x48);
    ck_assert_str_eq(take(&r), "e0 7e e0 f0 7e");
    i8042_key(r.c, 0xe0, false);
    i8042_key(r.c, 0xe2, true);
    take(&r);
    press(&r, 0x46);
    ck_assert_str_eq(take(&r), "84 f0 84");
    i8042_key(r.c, 0x46, true); /* the modifier may go first */
    i8042_key(r.c, 0xe2, false);
    i8042_key(r.c, 0x46, false);
    ck_assert_str_eq(take(&r), "84 f0 11 f0 84");
    i8042_key(r.c, 0x46, true);
    i8042_key(r.c, 0xe1, true);
    i8042_key(r.c, 0x46, false);
    ck_assert_str_eq(take(&r), "e0 12 e0 7c 12 e0 f0 7c e0 f0 12");
    down(&r);
}
END_TEST

/* Every key of a 105-key board has codes, no two the same, and set 1 has them below 80. */
START_TEST(all_keys)
{
    unsigned n = 0;
    for (unsigned a = 0; a < 256; a++) {
        const struct ps2_key *k = ps2_key(a);
        if (!k) continue;
        n += a <= 0x65 || a >= 0xe0;
        ck_assert_uint_lt(ps2_translate(k->set2), 0x80);
        for (unsigned b = a + 1; b < 256; b++) {
            const struct ps2_key *o = ps2_key(b);
            if (!o || a == 0x48 || b == 0x48) continue;      /* Pause's is a sequence */
            if ((a == 0x31 && b == 0x32) || a == 0x66) continue; /* \ and # are one key */
            ck_assert_msg(o->set2 != k->set2 || o->extended != k->extended, "%x %x", a, b);
        }
    }
    for (unsigned a = 0x04; a <= 0x65; a++) ck_assert_ptr_nonnull(ps2_key(a));
    for (unsigned a = 0xe0; a <= 0xe7; a++) ck_assert_ptr_nonnull(ps2_key(a));
    ck_assert_uint_eq(n, 106); /* 105 and the second code of one key */
    ck_assert_ptr_null(ps2_key(0));
    ck_assert_ptr_null(ps2_key(1000));
}
END_TEST

START_TEST(set_3_key_types)
{
    struct rig r = up();
    untranslated(&r);
    data(&r, 0xf0), take(&r), data(&r, 3), take(&r);
    press(&r, 0x04);
    ck_assert_str_eq(take(&r), "1c"); /* typematic keys have no break code */
    press(&r, 0xe1);
    ck_assert_str_eq(take(&r), "12 f0 12");
    data(&r, 0xfc), take(&r), data(&r, 0x1c);
    ck_assert_str_eq(take(&r), "fa");
    press(&r, 0x04);
    ck_assert_str_eq(take(&r), "1c f0 1c");
    data(&r, 0xf9), take(&r);
    press(&r, 0xe1);
    ck_assert_str_eq(take(&r), "12");
    down(&r);
}
END_TEST

START_TEST(typematic)
{
    struct rig r = up();
    i8042_key(r.c, 0x04, true);
    ck_assert_uint_eq(get(&r), 0x1e);
    i8042_key(r.c, 0x04, true); /* the host repeats: ignored */
    ck_assert(!ready(&r));
    fake_advance(r.f, 480000000);
    ck_assert(!ready(&r));
    unsigned n = 0;
    for (unsigned i = 0; i < 1000; i++) {
        fake_advance(r.f, 1000000);
        if (status(&r) & OBF) n++, inb(r.f, 0x60);
    }
    ck_assert_uint_ge(n, 10);
    ck_assert_uint_le(n, 12);
    i8042_key(r.c, 0x05, true); /* the last key repeats */
    take(&r);
    fake_advance(r.f, 600000000);
    ck_assert_uint_eq(get(&r), 0x30);
    i8042_key(r.c, 0x05, false);
    take(&r);
    fake_advance(r.f, 2000000000);
    ck_assert(!ready(&r));
    i8042_key(r.c, 0x04, false);
    ck_assert_str_eq(take(&r), "9e");
    down(&r);
}
END_TEST

START_TEST(keyboard_overrun)
{
    struct rig r = up();
    untranslated(&r);
    data(&r, 0xf4);
    for (unsigned k = 0x04; k < 0x1e; k++) press(&r, k);
    const char *got = take(&r);
    ck_assert(!strncmp(got, "fa 1c f0 1c 32 f0 32", 20));
    ck_assert_str_eq(got + strlen(got) - 2, "00");
    press(&r, 0x04);
    ck_assert_str_eq(take(&r), "1c f0 1c");
    /* Who asks first loses nothing, whatever key it is. */
    unsigned full = 0;
    for (unsigned k = 0x04; k < 0xcc; k++) {
        if (!i8042_key_fits(r.c)) {
            full++;
            got = take(&r);
            ck_assert_msg(!strstr(got, "00"), "%s", got);
            ck_assert(i8042_key_fits(r.c));
        }
        i8042_key(r.c, 0x04 + (k - 4) % 100, k < 0x68);
    }
    ck_assert_uint_gt(full, 20);
    down(&r);
}
END_TEST

START_TEST(disabled_keyboard_keeps_its_bytes)
{
    struct rig r = up();
    command(&r, 0xad);
    press(&r, 0x04);
    ck_assert(!ready(&r));
    command(&r, 0xae);
    ck_assert_str_eq(take(&r), "1e 9e");
    down(&r);
}
END_TEST

/* --- mouse --- */

START_TEST(mouse_commands)
{
    struct rig r = up();
    mouse(&r, 0xff);
    ck_assert_uint_eq(get(&r), 0xfa);
    ck_assert_uint_eq(get(&r), 0xaa);
    ck_assert(ready(&r) && (status(&r) & AUX));
    ck_assert_uint_eq(get(&r), 0x00);
    mouse(&r, 0xf2);
    ck_assert_str_eq(take(&r), "fa 00");
    mouse(&r, 0xe9);
    ck_assert_str_eq(take(&r), "fa 00 02 64");
    mouse(&r, 0xe8), take(&r), mouse(&r, 3);
    ck_assert_str_eq(take(&r), "fa");
    mouse(&r, 0xf3), take(&r), mouse(&r, 40);
    ck_assert_str_eq(take(&r), "fa");
    mouse(&r, 0xe7), take(&r), mouse(&r, 0xf4), take(&r);
    i8042_mouse(r.c, 0, 0, 0, 1);
    ck_assert_str_eq(take(&r), "09 00 00");
    mouse(&r, 0xe9);
    ck_assert_str_eq(take(&r), "fa 34 03 28");
    mouse(&r, 0xe8), take(&r), mouse(&r, 9);
    ck_assert_str_eq(take(&r), "fe");
    mouse(&r, 0x55);
    ck_assert_str_eq(take(&r), "fe");
    mouse(&r, 0xf6);
    ck_assert_str_eq(take(&r), "fa");
    mouse(&r, 0xe9);
    ck_assert_str_eq(take(&r), "fa 04 02 64");
    down(&r);
}
END_TEST

START_TEST(mouse_stream)
{
    struct rig r = up();
    i8042_mouse(r.c, 10, 10, 0, 0); /* reporting is off */
    ck_assert(!ready(&r));
    mouse(&r, 0xf4);
    ck_assert_str_eq(take(&r), "fa");
    r.f->rises[12] = 0;
    i8042_mouse(r.c, 5, 3, 0, 0);
    ck_assert_str_eq(take(&r), "28 05 fd"); /* down is negative */
    ck_assert_uint_eq(r.f->rises[12], 3);
    fake_advance(r.f, 20000000);
    i8042_mouse(r.c, -300, 0, 0, 2);
    ck_assert_str_eq(take(&r), "1a 81 00");
    fake_advance(r.f, 10000000);
    ck_assert_str_eq(take(&r), "1a 81 00");
    fake_advance(r.f, 10000000);
    ck_assert_str_eq(take(&r), "1a d2 00"); /* -127 - 127 - 46 */
    fake_advance(r.f, 30000000);
    ck_assert(!ready(&r));
    i8042_mouse(r.c, 0, 0, 5, 2);
    ck_assert(!ready(&r)); /* no wheel on this mouse */
    down(&r);
}
END_TEST

static void rates(struct rig *r, unsigned a, unsigned b, unsigned c)
{
    unsigned v[3] = {a, b, c};
    for (unsigned i = 0; i < 3; i++) {
        mouse(r, 0xf3), take(r);
        mouse(r, (uint8_t)v[i]), take(r);
    }
}

START_TEST(mouse_wheel_and_buttons)
{
    struct rig r = up();
    rates(&r, 200, 100, 80);
    mouse(&r, 0xf2);
    ck_assert_str_eq(take(&r), "fa 03");
    mouse(&r, 0xf4), take(&r);
    i8042_mouse(r.c, 1, 0, -2, 4);
    ck_assert_str_eq(take(&r), "0c 01 00 fe");
    rates(&r, 200, 200, 80);
    mouse(&r, 0xf2);
    ck_assert_str_eq(take(&r), "fa 04");
    fake_advance(r.f, 20000000);
    i8042_mouse(r.c, 0, 0, 1, 0x18);
    ck_assert_str_eq(take(&r), "08 00 00 31");
    mouse(&r, 0xff), take(&r);
    mouse(&r, 0xf2);
    ck_assert_str_eq(take(&r), "fa 00");
    rates(&r, 200, 60, 80);
    mouse(&r, 0xf2);
    ck_assert_str_eq(take(&r), "fa 00");
    down(&r);
}
END_TEST

START_TEST(mouse_remote_and_wrap)
{
    struct rig r = up();
    mouse(&r, 0xf0), take(&r);
    mouse(&r, 0xf4), take(&r);
    i8042_mouse(r.c, 7, 0, 0, 0);
    ck_assert(!ready(&r));
    mouse(&r, 0xeb);
    ck_assert_str_eq(take(&r), "fa 08 07 00");
    mouse(&r, 0xea), take(&r);
    mouse(&r, 0xee), take(&r);
    mouse(&r, 0x42);
    ck_assert_str_eq(take(&r), "42");
    mouse(&r, 0xf4);
    ck_assert_str_eq(take(&r), "f4");
    mouse(&r, 0xec);
    ck_assert_str_eq(take(&r), "fa");
    mouse(&r, 0xfe);
    ck_assert_str_eq(take(&r), "fa");
    down(&r);
}
END_TEST

START_TEST(keyboard_and_mouse_share_the_buffer)
{
    struct rig r = up();
    mouse(&r, 0xf4), take(&r);
    i8042_mouse(r.c, 1, 0, 0, 0);
    press(&r, 0x04);
    unsigned aux = 0, kbd = 0;
    while (ready(&r)) {
        *(status(&r) & AUX ? &aux : &kbd) += 1;
        inb(r.f, 0x60);
    }
    ck_assert_uint_eq(aux, 3);
    ck_assert_uint_eq(kbd, 2);
    down(&r);
}
END_TEST

START_TEST(survives_anything)
{
    struct rig r = up();
    uint64_t seed = 11;
    for (unsigned i = 0; i < 300000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 12345;
        uint32_t v = (uint32_t)(seed >> 32);
        switch (v & 7) {
        case 0: command(&r, v >> 8 & 255); break;
        case 1: command(&r, 0xd4); break;
        case 2:
        case 3: data(&r, v >> 8 & 255); break;
        case 4: i8042_key(r.c, v >> 8 & 0x1ff, v >> 20 & 1); break;
        case 5: i8042_mouse(r.c, (int)(v ^ seed), (int)v, (int)(v >> 3), v); break;
        default: inb(r.f, 0x60); break;
        }
        if (!(v >> 26 & 3)) fake_advance(r.f, v & 0xfffff);
        ck_assert_int_eq(r.f->m.devices->type->after_load(r.f->m.devices), 0);
    }
    down(&r);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("i8042");
    tcase_add_test(tc, self_test_and_command_byte);
    tcase_add_test(tc, aux_loopback_and_interrupts);
    tcase_add_test(tc, reset_pulse);
    tcase_add_test(tc, each_byte_has_its_edge);
    tcase_add_test(tc, keyboard_commands);
    tcase_add_test(tc, scan_codes);
    tcase_add_test(tc, print_screen_and_pause_with_modifiers);
    tcase_add_test(tc, all_keys);
    tcase_add_test(tc, set_3_key_types);
    tcase_add_test(tc, typematic);
    tcase_add_test(tc, keyboard_overrun);
    tcase_add_test(tc, disabled_keyboard_keeps_its_bytes);
    tcase_add_test(tc, mouse_commands);
    tcase_add_test(tc, mouse_stream);
    tcase_add_test(tc, mouse_wheel_and_buttons);
    tcase_add_test(tc, mouse_remote_and_wrap);
    tcase_add_test(tc, keyboard_and_mouse_share_the_buffer);
    tcase_add_test(tc, survives_anything);
    return fake_run("i8042", tc);
}
