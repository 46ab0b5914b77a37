/*
 * What every device is: a struct that begins with `struct device`, one constant device_type with
 * its reset, device-tree and state description, and a <name>_new() which takes its wires.
 * A device without a state table cannot be registered (machine_add_device refuses it).
 */
#ifndef MACHINES_DEVICE_H
#define MACHINES_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bits.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"
#include "base/sched.h"
#include "mmu/bus.h"

struct machine;
struct fdtw; /* machines/fdtw.h: sequential device-tree writer */

/* An interrupt line as a value, wired once. A NULL set is a line that goes nowhere. */
struct irq {
    void (*set)(void *pic, unsigned n, bool level);
    void *pic;
    unsigned n;
};

static inline void irq_set(struct irq irq, bool level)
{
    if (irq.set) irq.set(irq.pic, irq.n, level);
}

/* One architected field of a device: what a snapshot keeps. Events are saved as time to go. */
enum state_kind { STATE_U8, STATE_U16, STATE_U32, STATE_U64, STATE_BOOL, STATE_EVENT, STATE_BYTES };

struct state_field {
    const char *name;
    enum state_kind kind;
    uint32_t offset; /* in the device's struct */
    uint32_t count;  /* elements; for STATE_BYTES the length */
};

#define S_FIELD(kind, s, f, n) {#f, kind, offsetof(struct s, f), n}
#define S_U8(s, f) S_FIELD(STATE_U8, s, f, 1)
#define S_U16(s, f) S_FIELD(STATE_U16, s, f, 1)
#define S_U32(s, f) S_FIELD(STATE_U32, s, f, 1)
#define S_U64(s, f) S_FIELD(STATE_U64, s, f, 1)
#define S_BOOL(s, f) S_FIELD(STATE_BOOL, s, f, 1)
#define S_EVENT(s, f) S_FIELD(STATE_EVENT, s, f, 1)
#define S_BYTES(s, f) S_FIELD(STATE_BYTES, s, f, sizeof(((struct s *)0)->f))
#define S_U16S(s, f) S_FIELD(STATE_U16, s, f, sizeof(((struct s *)0)->f) / 2)
#define S_U32S(s, f) S_FIELD(STATE_U32, s, f, sizeof(((struct s *)0)->f) / 4)
#define S_END {NULL, STATE_U8, 0, 0}

struct device;

struct device_type {
    const char *name; /* "i8259", "mv64361": also the label in logs */
    void (*reset)(struct device *d);
    void (*fini)(struct device *d);                 /* frees; may be NULL */
    void (*fdt)(struct device *d, struct fdtw *w);  /* writes its node(s); may be NULL */
    const struct state_field *state;                /* ends with S_END; mandatory */
    uint16_t state_version;
    int (*after_load)(struct device *d);            /* re-checks every index; may be NULL */
};

struct device {
    const struct device_type *type;
    struct machine *m;
    const char *label; /* "vt8231.pic": unique in a machine */
    struct device *next;
};

/* Registers d with the machine, which then resets it on machine_reset and frees it at the end.
 * 0, or -EINVAL when the type has no state table or reset, or the label is taken. */
int machine_add_device(struct machine *m, struct device *d, const struct device_type *type,
                       const char *label, struct error *err) MUST_CHECK;

/* Shorthands for devices: the machine's scheduler, log and RAM bus (DMA goes there). */
struct sched *device_sched(struct device *d);
struct log *device_log(struct device *d);

#endif
