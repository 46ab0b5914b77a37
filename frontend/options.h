/*
 * The command line: one table (option_table.c) from which come the parser, -help and the man
 * page's list. Parsing opens no file; setup.c does that afterwards.
 */
#ifndef FRONTEND_OPTIONS_H
#define FRONTEND_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include "base/compiler.h"
#include "base/error.h"
#include "machines/config.h"

#ifndef PPCEMU_VERSION /* the build system knows it */
#define PPCEMU_VERSION "0.1.0"
#endif

struct machine_type;
struct kept;

#define DRIVE_SPECS 8 /* as written; CONFIG_DISKS of them fit */

/* A drive as the command line describes it. */
struct drive_spec {
    const char *from;  /* "-hda", for messages */
    const char *file;  /* NULL: a CD drive without a disc */
    enum drive_media media;
    int slot;          /* place on the IDE cables, -1: the first free one */
    bool read_only, snapshot;
};

struct options {
    struct config cfg;      /* complete after setup_open */
    const struct machine_type *type;
    struct drive_spec drive[DRIVE_SPECS];
    unsigned n_drives;
    const char *serial[CONFIG_SERIALS];
    unsigned n_serials;
    unsigned n_prom_env;
    const char *image;      /* the file named without an option */
    const char *memory;     /* as given to -m */
    const char *nvram;      /* as given to -machine nvram=; NULL: the default place */
    const char *log_file;   /* -D */
    const char *net_address, *net_mac; /* -nic socket; NULL: none */
    bool net_server;
    const char *monitor;    /* -monitor, as given; NULL: behind C-a c only */
    const char *gdb;        /* -gdb or -s, as given */
    struct chardev *monitor_char, *gdb_char; /* opened by setup_open */
    bool monitor_first;     /* -monitor stdio shares the terminal and has the keyboard first */
    const char *boot_once;  /* order of the first boot */
    bool nographic;
    enum { WINDOW_DEFAULT, WINDOW_NONE, WINDOW_SDL } window; /* -display */
    enum { VGA_DEFAULT, VGA_NONE, VGA_STD } vga;
    bool full_screen;
    bool stretch;           /* -display sdl,scale=...: fill the window whatever the shape */
    bool integer_scale;
    const char *screendump; /* file; NULL: none */
    double screendump_at;   /* seconds after the start */
    bool snapshot;          /* -snapshot */
    bool no_defaults;
    bool icount_sleep;      /* idle time passes as on the host's clock */
    bool done;              /* -help, -version, ... have answered: end with status 0 */
    struct kept *kept;      /* strings we own */
};

/* Parses argv[1..]. 0, or -EINVAL with one sentence. Notes ("accepted but has no effect here: …")
 * go to stderr, what was asked for by -help and the like to stdout. */
int options_parse(struct options *o, int argc, char **argv, struct error *err) MUST_CHECK;
void options_free(struct options *o);

/* --- among the option_*.c files --- */

typedef int option_fn(struct options *o, const char *name, const char *value, struct error *err);

enum option_arg {
    TAKES_NOTHING,
    TAKES_VALUE,
    MAY_TAKE_ICOUNT, /* a value only when the next word looks like one of -icount's */
};

struct option {
    const char *name, *alias; /* without the dash; alias may be NULL */
    enum option_arg takes;
    const char *arg;          /* how help shows the value */
    const char *about;        /* one or more lines */
    option_fn *take;
};

struct option_section {
    const char *title;
    const struct option *options; /* ends with a NULL name */
};
extern const struct option_section option_sections[]; /* ends with a NULL title */

/* An option of QEMU that has no counterpart here. */
struct foreign_option {
    const char *name;
    bool takes_value;
    /* Values (before any comma) that ask for nothing we lack, '|' between them; "*": all;
     * NULL: none, the option changes what the guest sees. */
    const char *harmless;
};
extern const struct foreign_option foreign_options[]; /* ends with a NULL name */

void options_note(const char *name, const char *value); /* "accepted but has no effect here" */
const char *options_keep(struct options *o, const char *s); /* a copy that lives as long as o */
void options_help(FILE *to);
void options_man(FILE *to); /* the OPTIONS section in man(7) macros */

/* option_take.c */
option_fn take_machine, take_cpu, take_memory, take_smp, take_file, take_boot, take_boot_file,
    take_serial, take_nographic, take_display, take_vga, take_geometry, take_screendump, take_monitor, take_gdb, take_nic, take_flag, take_debug, take_icount,
    take_rtc, take_prom_env, take_no_effect, take_help, take_version, take_log_file;
/* option_drive.c */
option_fn take_disk, take_cdrom, take_drive;

#endif
