/*
 * What each option does with its value. Options with drives are in option_drive.c.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strptime, timegm */
#endif
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "frontend/keyval.h"
#include "frontend/options.h"
#include "hcall/providers.h"
#include "machines/machine.h"

static bool asks_help(const char *value) { return !strcmp(value, "help") || !strcmp(value, "?"); }

/* --- machine --- */

static int list_machines(struct options *o)
{
    printf("Machines:\n");
    for (const struct machine_type *const *t = machine_types; *t; t++)
        printf("  %-12s %s%s\n", (*t)->name, (*t)->about, t == machine_types ? " (default)" : "");
    o->done = true;
    return 0;
}

static int find_machine(struct options *o, const char *name, struct error *err)
{
    const struct machine_type *t = machine_find(name);
    if (t) {
        o->type = t;
        o->cfg.machine = t->name;
        return 0;
    }
    char list[256] = "";
    size_t len = 0;
    for (const struct machine_type *const *p = machine_types; *p && len < sizeof list; p++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", (*p)->name);
    return error_set(err, EINVAL, "-machine %s: unknown machine; there is %s", name, list);
}

static int machine_property(struct options *o, const struct keyval *k, struct error *err)
{
    if (keyval_is(k, "type")) return find_machine(o, k->value, err);
    if (keyval_is(k, "nvram")) {
        o->nvram = options_keep(o, k->value);
        return 0;
    }
    if (keyval_is(k, "hypercalls")) {
        unsigned on;
        o->cfg.hypercalls = options_keep(o, k->value);
        return hv_parse(k->value, &on, err);
    }
    if ((keyval_is(k, "accel") && !strncmp(k->value, "tcg", 3)) || keyval_is(k, "usb")) {
        char *item = xasprintf("%s=%s", k->key, k->value);
        options_note("machine", item);
        free(item);
        return 0;
    }
    return error_set(err, EINVAL, "-machine: unknown property '%s' (there are nvram and hypercalls)", k->key);
}

int take_machine(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    (void)name;
    if (asks_help(value)) return list_machines(o);
    keyval_open(&k, value, "type");
    while (!r && keyval_next(&k)) r = machine_property(o, &k, err);
    keyval_close(&k);
    return r;
}

/* "none", or "socket,listen=ADDR" or "socket,connect=ADDR", each with ",mac=MAC". */
int take_nic(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    (void)name;
    o->net_address = NULL;
    if (!strcmp(value, "none")) {
        options_note("nic", value);
        return 0;
    }
    keyval_open(&k, value, "type");
    while (!r && keyval_next(&k)) {
        if (keyval_is(&k, "type") && !strcmp(k.value, "socket")) continue;
        if (keyval_is(&k, "listen") || keyval_is(&k, "connect")) {
            o->net_server = keyval_is(&k, "listen");
            o->net_address = options_keep(o, k.value);
        } else if (keyval_is(&k, "mac")) {
            o->net_mac = options_keep(o, k.value);
        } else if (!keyval_is(&k, "id") && !keyval_is(&k, "model")) {
            r = error_set(err, EINVAL, "-nic %s: there is socket (with listen=, connect= and mac=) "
                          "and none", value);
        }
    }
    keyval_close(&k);
    if (r || (o->net_address && *o->net_address)) return r;
    return error_set(err, EINVAL, "-nic %s names no listen= or connect=", value);
}

int take_cpu(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)name;
    (void)err;
    o->cfg.cpu = value; /* judged when the machine is known */
    return 0;
}

/* 512, 512M, 1G: plain numbers are MiB. */
static int parse_size(const char *text, uint64_t *size, struct error *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    const char *units = "KMGT", *unit = *end ? strchr(units, toupper((unsigned char)*end)) : units + 1;
    if (!isdigit((unsigned char)*text) || !unit || (*end && end[1]) || errno ||
        n > UINT64_MAX >> 42) {
        return error_set(err, EINVAL, "-m %s: this is not a size (512, 512M or 1G)", text);
    }
    *size = (uint64_t)n << (10 * (unit - units + 1));
    return 0;
}

int take_memory(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    keyval_open(&k, value, "size");
    while (!r && keyval_next(&k)) {
        if (keyval_is(&k, "size")) {
            r = parse_size(k.value, &o->cfg.ram_size, err);
        } else {
            r = error_set(err, EINVAL, "-%s: '%s' is not possible on these machines", name, k.key);
        }
    }
    if (!r && !*value) r = error_set(err, EINVAL, "-%s needs a size", name);
    keyval_close(&k);
    o->memory = value;
    return r;
}

int take_smp(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    (void)o;
    keyval_open(&k, value, "cpus");
    while (!r && keyval_next(&k))
        if (strcmp(k.value, "1"))
            r = error_set(err, EINVAL, "-%s %s: the machine has one CPU", name, value);
    keyval_close(&k);
    return r;
}

static bool parse_date(const char *text, int64_t *date)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"};
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        struct tm t = {0};
        const char *end = strptime(text, forms[i], &t);
        if (end && !*end) {
            *date = timegm(&t);
            return true;
        }
    }
    return false;
}

static int rtc_base(struct options *o, const char *value, struct error *err)
{
    if (!strcmp(value, "utc")) {
        o->cfg.rtc_base = RTC_UTC;
    } else if (!strcmp(value, "localtime")) {
        o->cfg.rtc_base = RTC_LOCALTIME;
    } else if (parse_date(value, &o->cfg.rtc_date)) {
        o->cfg.rtc_base = RTC_DATE;
    } else {
        return error_set(err, EINVAL, "-rtc base=%s: this is neither utc, localtime nor a date like "
                         "2026-11-20T12:00:00", value);
    }
    return 0;
}

int take_rtc(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    keyval_open(&k, value, NULL);
    while (!r && keyval_next(&k)) {
        if (keyval_is(&k, "base")) {
            r = rtc_base(o, k.value, err);
        } else if (keyval_is(&k, "clock") || keyval_is(&k, "driftfix")) {
            options_note(name, value);
        } else {
            r = error_set(err, EINVAL, "-rtc: unknown property '%s' (there is base)", k.key);
        }
    }
    keyval_close(&k);
    return r;
}

#define ICOUNT_SHIFT 2 /* 250 MHz: about what the interpreter reaches */

static int icount_property(struct options *o, const struct keyval *k, struct error *err)
{
    unsigned long long n;
    bool on;
    if (keyval_is(k, "shift")) {
        if (!strcmp(k->value, "auto")) return 0;
        int r = parse_number("-icount shift", k->value, 0, 10, &n, err);
        if (!r) o->cfg.icount_shift = (unsigned)n;
        return r;
    }
    if (keyval_is(k, "sleep")) return keyval_bool(k, "-icount sleep", &o->icount_sleep, err);
    if (keyval_is(k, "align")) {
        int r = keyval_bool(k, "-icount align", &on, err);
        if (!r && on) r = error_set(err, EINVAL, "-icount align=on is not available in ppcemu yet");
        return r;
    }
    return error_set(err, EINVAL, "-icount: '%s' is not available in ppcemu (shift and sleep are)",
                     k->key);
}

int take_icount(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    (void)name;
    o->cfg.icount = true;
    o->cfg.icount_shift = ICOUNT_SHIFT;
    keyval_open(&k, value ? value : "", "shift");
    while (!r && keyval_next(&k)) r = icount_property(o, &k, err);
    keyval_close(&k);
    return r;
}

/* --- boot --- */

int take_file(struct options *o, const char *name, const char *value, struct error *err)
{
    const char **where = !strcmp(name, "kernel")   ? &o->cfg.kernel
                         : !strcmp(name, "initrd") ? &o->cfg.initrd
                         : !strcmp(name, "append") ? &o->cfg.append
                         : !strcmp(name, "dtb")    ? &o->cfg.dtb
                                                   : &o->cfg.bios;
    if (where != &o->cfg.append && !*value) return error_set(err, EINVAL, "-%s '' names no file", name);
    *where = value;
    return 0;
}

static int check_order(const char *order, struct error *err)
{
    size_t ok = strspn(order, "acdn");
    if (!order[ok]) return 0;
    return error_set(err, EINVAL, "-boot %s: '%c' is none of c (disk), d (CD), n (network)", order,
                     order[ok]);
}

static int boot_property(struct options *o, const struct keyval *k, struct error *err)
{
    if (keyval_is(k, "order") || keyval_is(k, "once")) {
        int r = check_order(k->value, err);
        const char *order = options_keep(o, k->value);
        *(keyval_is(k, "order") ? &o->cfg.boot_order : &o->boot_once) = order;
        return r;
    }
    if (keyval_is(k, "menu") || keyval_is(k, "strict") || keyval_is(k, "splash") ||
        keyval_is(k, "splash-time") || keyval_is(k, "reboot-timeout")) {
        char *item = xasprintf("%s=%s", k->key, k->value);
        options_note("boot", item);
        free(item);
        return 0;
    }
    return error_set(err, EINVAL, "-boot: unknown property '%s' (order, once and menu are known)",
                     k->key);
}

int take_boot(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    (void)name;
    keyval_open(&k, value, "order");
    while (!r && keyval_next(&k)) r = boot_property(o, &k, err);
    keyval_close(&k);
    return r;
}

int take_boot_file(struct options *o, const char *name, const char *value, struct error *err)
{
    if (!*value) return error_set(err, EINVAL, "-%s '' names no file", name);
    o->cfg.boot_file = value;
    return 0;
}

int take_prom_env(struct options *o, const char *name, const char *value, struct error *err)
{
    if (!strchr(value, '=') || *value == '=') {
        return error_set(err, EINVAL, "-%s %s: this is not NAME=VALUE", name, value);
    }
    if (o->n_prom_env + 1 >= ARRAY_SIZE(o->cfg.prom_env)) {
        return error_set(err, EINVAL, "-%s %s: more than %zu variables", name, value,
                         ARRAY_SIZE(o->cfg.prom_env) - 1);
    }
    o->cfg.prom_env[o->n_prom_env++] = value;
    return 0;
}

/* --- console --- */

int take_serial(struct options *o, const char *name, const char *value, struct error *err)
{
    if (o->n_serials == CONFIG_SERIALS) {
        return error_set(err, EINVAL, "-%s %s: there are at most %d serial ports", name, value,
                         CONFIG_SERIALS);
    }
    o->serial[o->n_serials++] = value;
    return 0;
}

int take_nographic(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)name;
    (void)value;
    (void)err;
    o->nographic = true;
    return 0;
}

static int display_property(struct options *o, const struct keyval *k, struct error *err)
{
    if (keyval_is(k, "scale")) {
        o->stretch = !strcmp(k->value, "stretch");
        o->integer_scale = !strcmp(k->value, "integer");
        if (o->stretch || o->integer_scale || !strcmp(k->value, "aspect")) return 0;
        return error_set(err, EINVAL, "-display scale=%s: there is integer, aspect and stretch",
                         k->value);
    }
    if (keyval_is(k, "full-screen")) return keyval_bool(k, "-display full-screen", &o->full_screen, err);
    if (!keyval_is(k, "type")) {
        char *item = xasprintf("sdl,%s=%s", k->key, k->value);
        options_note("display", item); /* gl=, window-close=, show-cursor= of QEMU */
        free(item);
        return 0;
    }
    if (!strcmp(k->value, "none")) {
        o->window = WINDOW_NONE;
    } else if (!strcmp(k->value, "sdl") || !strcmp(k->value, "gtk")) {
        o->window = WINDOW_SDL;
    } else {
        return error_set(err, EINVAL, "-display %s: there is none and sdl", k->value);
    }
    return 0;
}

int take_display(struct options *o, const char *name, const char *value, struct error *err)
{
    struct keyval k;
    int r = 0;
    (void)name;
    keyval_open(&k, value, "type");
    while (!r && keyval_next(&k)) r = display_property(o, &k, err);
    keyval_close(&k);
    return r;
}

int take_vga(struct options *o, const char *name, const char *value, struct error *err)
{
    if (!strcmp(value, "std")) {
        o->vga = VGA_STD;
    } else if (!strcmp(value, "none")) {
        o->vga = VGA_NONE;
    } else {
        return error_set(err, EINVAL, "-%s %s is not available in ppcemu yet (std and none are)", name,
                         value);
    }
    return 0;
}

int take_geometry(struct options *o, const char *name, const char *value, struct error *err)
{
    unsigned w, h, depth = 32;
    char after;
    int n = sscanf(value, "%4ux%4ux%2u%c", &w, &h, &depth, &after);
    bool known = depth == 8 || depth == 15 || depth == 16 || depth == 24 || depth == 32;
    if ((n != 3 && (n != 2 || sscanf(value, "%4ux%4u%c", &w, &h, &after) != 2)) || !known || w % 8 ||
        w < 320 || h < 200 || w > 2560 || h > 1600) {
        return error_set(err, EINVAL, "-%s %s: this is not WIDTHxHEIGHT or WIDTHxHEIGHTxDEPTH with a "
                         "width in steps of 8 and a depth of 8, 15, 16, 24 or 32", name, value);
    }
    o->cfg.screen_width = w;
    o->cfg.screen_height = h;
    o->cfg.screen_depth = depth;
    return 0;
}

int take_screendump(struct options *o, const char *name, const char *value, struct error *err)
{
    const char *at = strrchr(value, '@');
    char *end = NULL;
    double seconds = at ? strtod(at + 1, &end) : 0;
    if (at && (end == at + 1 || *end || seconds < 0 || seconds > 1e6)) {
        return error_set(err, EINVAL, "-%s %s: '%s' is no number of seconds", name, value, at + 1);
    }
    char *file = xasprintf("%.*s", (int)(at ? at - value : (long)strlen(value)), value);
    o->screendump = options_keep(o, file);
    o->screendump_at = seconds;
    free(file);
    if (!*o->screendump) return error_set(err, EINVAL, "-%s %s names no file", name, value);
    return 0;
}

int take_monitor(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)err;
    if (!strcmp(value, "vc") || !strncmp(value, "vc:", 3)) {
        options_note(name, value); /* a window has no consoles here */
        return 0;
    }
    o->monitor = !strcmp(value, "none") || !strcmp(value, "null") ? NULL : value;
    return 0;
}

int take_gdb(struct options *o, const char *name, const char *value, struct error *err)
{
    if (!strcmp(name, "s")) value = "tcp::1234";
    if (!strcmp(value, "none")) {
        value = NULL;
    } else if (strncmp(value, "tcp:", 4) && strncmp(value, "unix:", 5)) {
        return error_set(err, EINVAL, "-gdb %s: this is neither tcp:[HOST]:PORT nor unix:PATH", value);
    }
    o->gdb = value;
    return 0;
}

/* --- running --- */

int take_flag(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)value;
    (void)err;
    if (!strcmp(name, "snapshot")) o->snapshot = true;
    if (!strcmp(name, "full-screen")) o->full_screen = true;
    if (!strcmp(name, "nodefaults")) o->no_defaults = true;
    if (!strcmp(name, "S")) o->cfg.stopped = true;
    if (!strcmp(name, "no-reboot")) o->cfg.no_reboot = true;
    if (!strcmp(name, "no-shutdown")) o->cfg.no_shutdown = true;
    if (!strcmp(name, "portable")) o->cfg.portable = true;
    return 0;
}

int take_no_effect(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)o;
    (void)err;
    options_note(name, value);
    return 0;
}

int take_debug(struct options *o, const char *name, const char *value, struct error *err)
{
    const char *bad;
    if (asks_help(value)) {
        log_help(stdout);
        o->done = true;
        return 0;
    }
    if (!log_parse_mask(value, &o->cfg.log_mask, &bad)) return 0;
    return error_set(err, EINVAL, "-%s: unknown log item '%.*s' (-d help lists them)", name,
                     (int)strcspn(bad, ","), bad);
}

int take_log_file(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)name;
    (void)err;
    o->log_file = value;
    return 0;
}

int take_help(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)name;
    (void)value;
    (void)err;
    options_help(stdout);
    o->done = true;
    return 0;
}

#ifdef PPCEMU_SDL
#define WINDOWS "SDL windows"
#else
#define WINDOWS "no window system"
#endif

int take_version(struct options *o, const char *name, const char *value, struct error *err)
{
    (void)name;
    (void)value;
    (void)err;
    printf("ppcemu " PPCEMU_VERSION " (%s, " WINDOWS ")\n"
#ifdef __clang__
           , "clang " __clang_version__
#else
           , "gcc " __VERSION__
#endif
    );
    o->done = true;
    return 0;
}
