/*
 * Mac-on-Linux's keyboard and mouse: selectors 26, 27, 50 and 51 (facts 9.2), fed with what the
 * i8042's devices get. Keys come here only after KBD_CNTRL has asked; movements to both.
 */
#include "base/bits.h"
#include "cpu/ppc.h"
#include "hcall/providers.h"
#include "machines/machine.h"

enum { KBD_ACTIVATE = 1, KBD_SUSPEND = 2 };
enum { ADB_UP = 0x80, MOUSE_DELTA = 64, ADB_NONE = 0xff };

static uint32_t reg(struct ppc_cpu *c, unsigned n) { return (uint32_t)ppc_gpr(c, n); }

/* ADB key codes of the Apple Extended Keyboard (Guide to the Macintosh Family Hardware, chapter on
 * the Apple Desktop Bus) by USB HID usage from 04 on; the modifiers, from E0 on, follow. */
static const uint8_t adb[] = {
    /* 04 a-z */
    0x00, 0x0b, 0x08, 0x02, 0x0e, 0x03, 0x05, 0x04, 0x22, 0x26, 0x28, 0x25, 0x2e, 0x2d, 0x1f, 0x23,
    0x0c, 0x0f, 0x01, 0x11, 0x20, 0x09, 0x0d, 0x07, 0x10, 0x06,
    /* 1e 1-9, 0 */
    0x12, 0x13, 0x14, 0x15, 0x17, 0x16, 0x1a, 0x1c, 0x19, 0x1d,
    /* 28 return, escape, backspace, tab, space, - = [ ] \ # ; ' ` , . / caps lock */
    0x24, 0x35, 0x33, 0x30, 0x31, 0x1b, 0x18, 0x21, 0x1e, 0x2a, 0x2a, 0x29, 0x27, 0x32, 0x2b, 0x2f,
    0x2c, 0x39,
    /* 3a F1-F12 */
    0x7a, 0x78, 0x63, 0x76, 0x60, 0x61, 0x62, 0x64, 0x65, 0x6d, 0x67, 0x6f,
    /* 46 print, scroll lock, pause: F13-F15; insert is help; home, page up, delete, end, page down */
    0x69, 0x6b, 0x71, 0x72, 0x73, 0x74, 0x75, 0x77, 0x79,
    /* 4f right, left, down, up */
    0x3c, 0x3b, 0x3d, 0x3e,
    /* 53 num lock is clear; keypad / * - + enter, 1-9, 0 . */
    0x47, 0x4b, 0x43, 0x4e, 0x45, 0x4c, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5b, 0x5c, 0x52,
    0x41,
    /* 64 beside the left shift, menu, power, keypad = */
    0x0a, 0x6e, 0x7f, 0x51,
};
/* control, shift, option, command; left and right */
static const uint8_t modifiers[8] = {0x36, 0x38, 0x3a, 0x37, 0x7d, 0x7b, 0x7c, 0x37};

uint8_t osi_adb_key(unsigned usage)
{
    if (usage >= 0x04 && usage - 0x04 < ARRAY_SIZE(adb)) return adb[usage - 0x04];
    if (usage >= 0xe0 && usage - 0xe0 < ARRAY_SIZE(modifiers)) return modifiers[usage - 0xe0];
    return ADB_NONE;
}

/* True when the key is ours: the i8042 does not see it. A full ring loses the newest. */
static bool key(void *ctx, unsigned usage, bool down)
{
    struct hv *v = ctx;
    struct osi_input *in = &v->osi.input;
    uint8_t code = osi_adb_key(usage);
    if (!in->active) return false;
    if (code == ADB_NONE || (in->down[usage / 8] >> usage % 8 & 1) == down) return true;
    in->down[usage / 8] ^= (uint8_t)(1u << usage % 8);
    if (in->keys == OSI_KEYS) return true;
    in->key[(in->key_head + in->keys++) % OSI_KEYS] =
        (struct osi_key){(uint8_t)(code | (down ? 0 : ADB_UP)), (uint8_t)usage};
    osi_line(v, OSI_IRQ_KEYBOARD, true);
    return true;
}

static int32_t clamp(int64_t x) { return (int32_t)(x < -4096 ? -4096 : x > 4096 ? 4096 : x); }

static void mouse(void *ctx, int dx, int dy, unsigned buttons)
{
    struct hv *v = ctx;
    struct osi_input *in = &v->osi.input;
    in->dx = clamp((int64_t)in->dx + dx);
    in->dy = clamp((int64_t)in->dy + dy);
    in->buttons = buttons & 7;
    osi_line(v, OSI_IRQ_MOUSE, true);
}

static int64_t kbd_control(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_input *in = &v->osi.input;
    if (reg(c, 6) != KBD_ACTIVATE && reg(c, 6) != KBD_SUSPEND) return -1;
    in->active = reg(c, 6) == KBD_ACTIVATE;
    in->keys = 0;
    for (unsigned i = 0; i < sizeof in->down; i++) in->down[i] = 0;
    osi_line(v, OSI_IRQ_KEYBOARD, false);
    return 0;
}

/* out r4: the raw code. Ours is the HID usage; MOL's types of raw codes are all of other keyboards. */
static int64_t get_key(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_input *in = &v->osi.input;
    struct osi_key k = in->key[in->key_head];
    osi_line(v, OSI_IRQ_KEYBOARD, in->keys > 1);
    if (!in->keys) return -1;
    in->key_head = (in->key_head + 1) % OSI_KEYS;
    in->keys--;
    ppc_set_gpr(c, 4, k.usage);
    return k.adb;
}

static bool line_is_up(const struct hv *v) { return v->osi.level >> OSI_IRQ_MOUSE & 1; }

/* out r4, r5 movement since the last call, r6, r7 0 (absolute pointers only), r8 buttons */
static int64_t get_mouse(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    struct osi_input *in = &v->osi.input;
    bool up = line_is_up(v);
    ppc_set_gpr(c, 4, (uint32_t)in->dx);
    ppc_set_gpr(c, 5, (uint32_t)in->dy);
    ppc_set_gpr(c, 6, 0);
    ppc_set_gpr(c, 7, 0);
    ppc_set_gpr(c, 8, in->buttons | (in->dx || in->dy ? MOUSE_DELTA : 0));
    in->dx = in->dy = 0;
    osi_line(v, OSI_IRQ_MOUSE, false);
    return up;
}

static int64_t ack_mouse(void *owner, struct ppc_cpu *c)
{
    struct hv *v = owner;
    bool up = line_is_up(v);
    (void)c;
    osi_line(v, OSI_IRQ_MOUSE, false);
    return up;
}

void osi_input_init(struct hv *v) { v->m->input = (struct input_tap){key, mouse, v}; }

static const struct hcall_entry entries[] = {
    {26, "get-mouse", get_mouse},
    {27, "ack-mouse-irq", ack_mouse},
    {50, "kbd-cntrl", kbd_control},
    {51, "get-adb-key", get_key},
};

const struct hv_table hv_osi_input = {
    HV_OSI, HCALL_OSI, entries, ARRAY_SIZE(entries), "MOL osi.h; facts 9.2", "test_hcall_osi_rings",
};
