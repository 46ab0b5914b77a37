/*
 * What the Mac-on-Linux provider keeps: interrupt controller, block ring, Ethernet rings, keyboard
 * and mouse (facts 9). Everything a guest gave is re-checked at each use.
 */
#ifndef HCALL_OSI_H
#define HCALL_OSI_H

#include "base/sched.h"

struct device;
struct hv;

/* Inputs of the osi-pic as the /mol nodes name them. */
enum { OSI_IRQ_BLOCK = 5, OSI_IRQ_KEYBOARD, OSI_IRQ_MOUSE, OSI_IRQ_ENET, OSI_IRQ_TTY };

#define OSI_RING_MAX 4096u /* elements of a ring */
#define OSI_ELEMENT  16u
#define OSI_KEYS     16u   /* keys that wait; a power of two */

struct osi_ring {
    uint32_t at, n, head; /* physical address, elements (0: none), the next one to use */
};

struct osi_block {
    struct osi_ring ring;
    struct event turn;     /* the engine works while this is queued */
    bool running, irq;
    uint32_t count;        /* requests and buffers done */
    uint32_t kind, unit, sector; /* the request whose buffers follow */
    uint32_t done;         /* bytes of the buffer that are moved */
    uint32_t changes[4];   /* of each unit's medium, as the guest was last told */
};

struct osi_enet {
    struct osi_ring ring[4]; /* RX, TX, RX overflow, TX overflow */
    bool running, irq_on;
};

struct osi_key {
    uint8_t adb, usage; /* ADB code with bit 7 for up; USB HID usage */
};

struct osi_input {
    struct osi_key key[OSI_KEYS];
    uint8_t key_head, keys;
    uint8_t down[32];  /* bit per HID usage */
    bool active;       /* the guest wants keys here instead of at the i8042 */
    int32_t dx, dy;
    uint8_t buttons;
};

struct osi {
    uint32_t level, mask; /* osi-pic */
    struct osi_block block;
    struct osi_enet enet;
    struct osi_input input;
    uint8_t tty; /* a byte that tty-irq-ack found waiting */
    bool tty_full;
};

void osi_init(struct hv *v);
void osi_fini(struct hv *v);
void osi_reset(struct hv *v);
/* Bounds after loading. */
void osi_check_state(struct hv *v);
/* An input of the osi-pic; its output is a line of the board. */
void osi_line(struct hv *v, unsigned irq, bool level);
void osi_pic_update(struct hv *v);

/* A guest's ring: false for a size that is no power of two up to OSI_RING_MAX. */
bool osi_ring_set(struct osi_ring *r, uint32_t at, uint32_t n);
/* The four words of an element; false when it is not in RAM. */
bool osi_ring_get(struct hv *v, const struct osi_ring *r, uint32_t index, uint32_t w[4]);
bool osi_ring_put(struct hv *v, const struct osi_ring *r, uint32_t index, const uint32_t w[4]);

/* Moves len bytes between a drive and guest memory; 0 or -1. */
int osi_disk_move(struct hv *v, uint32_t unit, uint64_t at, uint32_t buf, uint32_t len, bool write);
/* Unit n is the n-th drive; NULL: there is none. */
const struct drive *osi_drive(struct hv *v, uint32_t unit);

/* osi_block.c, osi_enet.c, osi_input.c */
void osi_block_init(struct hv *v);
void osi_block_reset(struct hv *v);
void osi_enet_init(struct hv *v);
void osi_enet_reset(struct hv *v);
void osi_input_init(struct hv *v);
/* The ADB code of a key by USB HID usage; 0xff: none. */
uint8_t osi_adb_key(unsigned usage);

#endif
