/*
 * What the parts of the firmware share. Private to firmware/.
 */
#ifndef FIRMWARE_FW_H
#define FIRMWARE_FW_H

#include "cpu/ppc.h"
#include "firmware/env.h"
#include "firmware/firmware.h"
#include "firmware/fw_screen.h"
#include "firmware/image.h"
#include "firmware/media.h"
#include "firmware/of_claim.h"
#include "firmware/of_tree.h"
#include "firmware/ok.h"
#include "machines/machine.h"

#define FW_INSTANCES 64     /* open packages at one time */
#define FW_ARGS_MAX  256    /* instance arguments with their NUL */
#define FW_BOUNCE    65536u /* bytes moved at a time between media and guest memory */

/* The piece of guest memory that is VOF's own: the stub page and the client's first stack. */
#define VOF_LEN     0x10000u
#define VOF_SCRATCH 0x1000u /* offset: what encode-unit returns; the stack grows down to it */
#define VOF_REACH   (UINT64_C(768) << 20) /* Linux's lowmem: VOF and initrd stay below */

enum instance_kind {
    INSTANCE_NODE, /* a package without data of its own: only methods */
    INSTANCE_CONSOLE, /* /chosen's two and /failsafe: serial line and screen together */
    INSTANCE_SERIAL,  /* a serial port that a client has opened: only the line */
    INSTANCE_SCREEN,  /* likewise a display: only its text console */
    INSTANCE_MEDIA, /* a drive, a partition or a file */
};

struct instance {
    uint32_t ihandle; /* 0: free slot */
    uint32_t phandle;
    enum instance_kind kind;
    bool writable; /* drives and partitions, not files */
    bool stdio;    /* /chosen's own: clients may close it, it stays */
    struct media media;
    uint64_t pos;
    char args[FW_ARGS_MAX];
};

/* The keyboard beside the serial line (fw_keyboard.c). */
struct fw_keyboard {
    uint8_t bytes[16], n; /* waiting */
    bool shift, ctrl, caps, extended;
};

/* What firmware_poll has to do next, decided inside a client call. */
enum fw_pending { FW_NOTHING, FW_BOOT, FW_CHAIN, FW_EXIT, FW_ENTER };

struct firmware {
    struct machine *m;
    struct tree tree;
    struct claims claims;
    struct env env;
    struct ok ok;
    struct instance instance[FW_INSTANCES];
    uint32_t next_ihandle;
    uint32_t stdin_ihandle, stdout_ihandle;
    uint64_t ram;
    uint64_t vof;       /* where VOF's piece is */
    struct image image; /* the client in memory; high 0: none */
    uint64_t initrd, initrd_len;
    bool started_once; /* firmware_boot has succeeded before */
    bool interactive;
    bool can_go;      /* a client waits behind `enter` */
    bool serial_was_cr, screen_was_cr; /* the last byte of each output */
    unsigned polls;     /* reads in a row that found no key: of_instance.c */
    uint64_t last_poll; /* instructions at the last one */
    enum fw_pending pending;
    char boot_spec[TREE_PATH_MAX];
    uint32_t chain_entry, chain_args, chain_len;
    uint32_t callback;  /* of set-callback */
    struct event flush; /* writes NVRAM a moment after a guest changed it */
    uint8_t *bounce;
    struct fw_screen *screen; /* NULL: no graphics card */
    struct fw_keyboard keyboard;
};

static inline struct log *fw_log(struct firmware *f)
{
    return &f->m->log;
}

/* fw_console.c: everything printed goes through here. LF alone becomes CR LF. */
enum fw_out { FW_SERIAL = 1, FW_SCREEN = 2, FW_BOTH = FW_SERIAL | FW_SCREEN };
void fw_put_to(struct firmware *f, enum fw_out to, const char *s, size_t len);
void fw_put(struct firmware *f, const char *s, size_t len); /* to both */
void fw_print(struct firmware *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
size_t fw_get(struct firmware *f, uint8_t *p, size_t len);
void fw_console_take(struct firmware *f);
/* fw_keyboard.c: bytes typed on the machine's keyboard. */
size_t keyboard_get(struct firmware *f, uint8_t *p, size_t len);

/* of_mem.c: guest memory as the client addresses it (effective while MSR[DR], physical otherwise).
 * 0 or -EFAULT. */
int mem_read(struct firmware *f, uint32_t ea, void *to, uint32_t len) MUST_CHECK;
int mem_write(struct firmware *f, uint32_t ea, const void *from, uint32_t len) MUST_CHECK;
int mem_str(struct firmware *f, uint32_t ea, char *to, size_t room) MUST_CHECK; /* -E2BIG */
int mem_u32(struct firmware *f, uint32_t ea, uint32_t *v) MUST_CHECK;
int mem_put_u32(struct firmware *f, uint32_t ea, uint32_t v) MUST_CHECK;

/* of_client.c */
int64_t of_client_call(void *owner, struct ppc_cpu *c);
/* After setprop: a property of /options is a variable. */
void of_note_option(struct firmware *f, uint32_t phandle, const char *name, const char *v, size_t len);
/* Re-writes /memory available after a change of claims. */
void of_update_available(struct firmware *f);

/* of_instance.c */
void instances_reset(struct firmware *f);
struct instance *instance_get(struct firmware *f, uint32_t ihandle);
enum instance_kind instance_kind(struct firmware *f, int node); /* what opening it makes */
uint32_t instance_open(struct firmware *f, const char *path); /* ihandle or 0 */
void instance_close(struct firmware *f, uint32_t ihandle);
/* Bytes moved, or -1. */
int64_t instance_read(struct firmware *f, struct instance *i, uint32_t buf, uint32_t len);
int64_t instance_write(struct firmware *f, struct instance *i, uint32_t buf, uint32_t len);
int instance_seek(struct firmware *f, struct instance *i, uint64_t pos);
/* The medium that `args` ("2,\boot\file", "c", "\file") of the drive means. 0 or negative errno. */
int instance_media(struct block *b, const char *args, struct media *out, bool *is_file) MUST_CHECK;
struct boot_device *fw_boot_device(struct firmware *f, int node);

/* of_methods.c: in[0] is the top of the stack. Returns the catch result, 0 when all went well. */
int32_t of_call_method(struct firmware *f, struct instance *i, const char *method,
                       const uint32_t *in, unsigned n_in, uint32_t *out, unsigned n_out);
bool of_has_method(struct firmware *f, uint32_t phandle, const char *method);
int32_t of_interpret(struct firmware *f, const char *words);

/* rtas.c */
int64_t rtas_call(void *owner, struct ppc_cpu *c);

/* boot.c */
/* `boot` with "device:part,file args" or NULL for the media in order. 0, or an error sentence. */
int fw_boot_spec(struct firmware *f, const char *spec, struct error *err) MUST_CHECK;
int fw_boot_default(struct firmware *f, struct error *err) MUST_CHECK;
int fw_boot_kernel(struct firmware *f, struct error *err) MUST_CHECK;
int fw_boot_demo(struct firmware *f, struct error *err) MUST_CHECK;

/* firmware.c */
int fw_fresh(struct firmware *f, struct error *err) MUST_CHECK; /* tree, claims, instances anew */
void fw_prompt(struct firmware *f);
uint32_t fw_reg32(struct firmware *f, const char *name); /* a CPU register's low word; 0: none */
/* Leaves the CPU at f->image's entry with r3-r5 and the stack set up. */
void fw_start_client(struct firmware *f, uint64_t entry);
/* VOF's place: low memory, or wherever the client leaves room. */
int fw_place_vof(struct firmware *f, struct error *err) MUST_CHECK;
void fw_changed_nvram(struct firmware *f);
void fw_env_to_tree(struct firmware *f);
bool fw_set_variable(struct firmware *f, const char *name, const char *value);

#endif
