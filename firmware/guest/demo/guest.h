/*
 * The demo guest: what its files share. Freestanding, 32-bit big-endian PowerPC.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* of.c: the client interface. */
void of_init(int (*client)(void *array));
uint32_t of_finddevice(const char *path);
uint32_t of_child(uint32_t node);
uint32_t of_peer(uint32_t node);
uint32_t of_parent(uint32_t node);
int of_getprop(uint32_t node, const char *name, void *to, uint32_t len); /* -1: not there */
int of_path(uint32_t node, char *to, uint32_t len);
uint32_t of_milliseconds(void);
void of_exit(void);
uint32_t of_open(const char *path); /* 0: cannot be opened */
uint32_t of_package(uint32_t handle); /* the node it was opened from */
int of_read(uint32_t handle, void *to, uint32_t len);
/* args[0] is the top of the stack, as in rets. 1: done. At most 5 arguments, 3 results. */
int of_call_method(uint32_t handle, const char *method, uint32_t n_args, const uint32_t *args,
                   uint32_t n_rets, uint32_t *rets);
uint32_t of_stdout(void);
uint32_t of_output(uint32_t handle); /* text goes there now; returns where it went before */
void of_write(const char *s, uint32_t len);

/* print.c: %s %c %u %x with width, - and 0. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void vprint(const char *fmt, va_list ap);

/* tree.c: every node of the tree, top down */
struct node {
    uint32_t phandle;
    int depth;
    char path[128], type[24];
    const char *name; /* the path's last part */
};
void each_node(void (*show)(const struct node *n));
void show_node(const struct node *n);
uint32_t find_type(const char *device_type); /* the first node of a type that has a unit address */
int cpu_has(const char *property);
uint32_t cpu_value(const char *property);

/* clock.c */
uint64_t time_base(void);
uint32_t microseconds(uint64_t ticks);

/* A piece of work: does it, says how many steps (in the unit of its line) that were, and puts a
 * checksum into *sum. Zero steps: the check failed. */
typedef uint32_t work_fn(uint32_t *sum);
work_fn work_mips, work_sieve, work_crc, work_matrix, work_orbit, work_vector_float,
    work_vector_byte;

/* print.c */
void *memset(void *to, int byte, size_t n);

/* start.S */
uint32_t mips_loop(uint32_t seed, uint32_t count);
void msr_set(uint32_t bits);
enum { MSR_VEC = 0x02000000 };

/* scene.c: what the screen shows when there is one. */
struct result {
    const char *name, *unit;
    uint32_t tenths; /* of the unit */
    int passed;
};
int scene_open(const char *title); /* 0: no screen, or one that is too small */
void scene_result(const struct result *r);
void scene_run(int altivec, uint32_t serial); /* until Esc, a byte from the serial line, or boredom */

/* display.c: the methods of IEEE 1275 annex A; colours are palette indices. */
int display_open(uint32_t *width, uint32_t *height);
void fill(uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint32_t color);
void draw(const uint8_t *from, uint32_t x, uint32_t y, uint32_t w, uint32_t h);
void grab(uint8_t *to, uint32_t x, uint32_t y, uint32_t w, uint32_t h);
void set_color(uint32_t index, uint32_t r, uint32_t g, uint32_t b);
/* In a colour of ISO 6429: 30-37, bright 90-97. */
void screen_print(uint32_t column, uint32_t row, uint32_t ink, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* input.c: keyboard and mouse of the i8042. */
struct input {
    uint32_t keys[8];     /* bit n: scan code n (set 1) is down; 128 more: behind E0 */
    int dx, dy, wheel;    /* since the last call */
    uint32_t buttons;     /* left, right, middle */
    int any;              /* something came */
};
int input_open(void);
void input_poll(struct input *in);
void input_close(void);
enum { KEY_ESC = 1, KEY_PAUSE = 0x7f, KEY_E0 = 0x80 };

/* keys.c */
void keys_draw(uint32_t x, uint32_t y);
void keys_show(const struct input *in); /* what changed */

/* picture.c: one frame of palette indices from PICTURE_FIRST on */
enum { PICTURE_WIDTH = 256, PICTURE_HEIGHT = 176, PICTURE_FIRST = 16, PICTURE_COLORS = 240 };
void picture_colors(void);
void picture_frame(uint8_t *to, float time, int altivec);
struct wave_row {
    float warp, shift; /* of this row */
};

/* vector.c: compiled for AltiVec, called only where it is. */
void vec_picture_row(uint8_t *to, uint32_t n, struct wave_row row, float first, float step);
void vec_polynomial(float *to, const float *x, uint32_t n, uint32_t rounds);
void vec_blend(uint8_t *to, const uint8_t *from, uint32_t n);

#endif
