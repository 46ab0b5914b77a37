/*
 * The monitor's commands other than info and memory dumps.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/ppc.h"
#include "frontend/monitor_int.h"
#include "frontend/perf.h"

struct block *monitor_drive(struct monitor *mon, unsigned i, char name[24])
{
    const struct drive *d = &mon->m->cfg->drives[i % CONFIG_DISKS];
    snprintf(name, 24, "ide%u-%s%u", i / 2, d->media == DRIVE_CDROM ? "cd" : "hd", i % 2);
    return d->media == DRIVE_NONE ? NULL : d->block;
}

static void not_here(struct monitor *mon, const char *what)
{
    fprintf(mon->to, "Error: %s is not available in ppcemu yet\n", what);
}

/* --- the run --- */

static void halt(struct monitor *mon, bool halted)
{
    if (mon->m->halted == halted) return;
    machine_halt(mon->m, halted);
    if (mon->hooks.paused) mon->hooks.paused(mon->hooks.ctx, halted);
}

static void do_stop(struct monitor *mon, const char *args)
{
    (void)args;
    halt(mon, true);
}

static void do_cont(struct monitor *mon, const char *args)
{
    (void)args;
    halt(mon, false);
}

static void do_quit(struct monitor *mon, const char *args)
{
    (void)args;
    if (mon->hooks.quit) mon->hooks.quit(mon->hooks.ctx);
}

/* A stopped machine resets at once, a running one between two instructions. */
static void do_system_reset(struct monitor *mon, const char *args)
{
    (void)args;
    if (mon->m->halted) {
        machine_reset(mon->m);
    } else {
        machine_request_reset(mon->m);
    }
}

static void do_system_powerdown(struct monitor *mon, const char *args)
{
    (void)args;
    if (mon->m->power_button) {
        mon->m->power_button(mon->m->power_button_ctx);
    } else {
        not_here(mon, "a power button on this machine");
    }
}

static void do_nmi(struct monitor *mon, const char *args)
{
    (void)args;
    machine_nmi(mon->m);
}

/* The address goes where the machine check's handler looks: DAR, and the error log when the guest
 * has registered for one. */
static void do_mce(struct monitor *mon, const char *args)
{
    uint64_t at = 0;
    if (*args && !monitor_value(mon, &args, &at)) return;
    machine_mce(mon->m, at);
}

/* --- media --- */

static struct block *cd_named(struct monitor *mon, const char *device)
{
    char name[24];
    for (unsigned i = 0; i < CONFIG_DISKS; i++) {
        struct block *b = monitor_drive(mon, i, name);
        if (strcmp(name, device)) continue;
        if (b && mon->m->cfg->drives[i].media == DRIVE_CDROM) return b;
        fprintf(mon->to, "Error: Device '%s' is not removable\n", device);
        return NULL;
    }
    fprintf(mon->to, "Error: Device '%s' not found\n", device);
    return NULL;
}

static void set_medium(struct monitor *mon, const char *device, const char *file)
{
    struct error err = {""};
    struct block *b = cd_named(mon, device);
    if (b && host_block_change(b, file, &err)) fprintf(mon->to, "Error: %s\n", err.text);
}

static void do_change(struct monitor *mon, const char *args)
{
    char device[32], file[1024];
    if (!monitor_word(&args, device, sizeof device) || !monitor_word(&args, file, sizeof file)) {
        fprintf(mon->to, "change: a device and a file are needed: change ide1-cd0 disc.iso\n");
        return;
    }
    set_medium(mon, device, file);
}

static void do_eject(struct monitor *mon, const char *args)
{
    char device[32];
    bool named = monitor_word(&args, device, sizeof device);
    if (named && !strcmp(device, "-f")) named = monitor_word(&args, device, sizeof device);
    if (!named) {
        fprintf(mon->to, "eject: a device is needed, like: eject ide1-cd0\n");
        return;
    }
    set_medium(mon, device, NULL);
}

/* --- the rest --- */

/* What -d perf and ops count starts anew: a program in a running guest can be looked at alone. */
static void do_perf_reset(struct monitor *mon, const char *args)
{
    (void)args;
    perf_reset(mon->m);
}

static void do_screendump(struct monitor *mon, const char *args)
{
    struct error err = {""};
    if (!*args) {
        fprintf(mon->to, "screendump: a file name is needed\n");
    } else if (host_screendump(mon->m->display, args, &err)) {
        fprintf(mon->to, "Error: %s\n", err.text);
    }
}

static void do_snapshots(struct monitor *mon, const char *args)
{
    (void)args;
    not_here(mon, "saving the state of a running machine (savevm, loadvm, delvm, migrate)");
}

static void list(struct monitor *mon, const char *before, const struct command *c)
{
    for (; c->name; c++) {
        fprintf(mon->to, "%s%s%s%s%s%s -- %s\n", before, c->name, c->alias ? "|" : "",
                c->alias ? c->alias : "", *c->args ? " " : "", c->args, c->about);
    }
}

static void do_help(struct monitor *mon, const char *args)
{
    if (!strncmp(args, "info", 4)) {
        list(mon, "info ", monitor_infos);
        return;
    }
    for (const struct command *c = monitor_commands; *args && c->name; c++) {
        if (strcmp(c->name, args)) continue;
        fprintf(mon->to, "%s %s -- %s\n", c->name, c->args, c->about);
        return;
    }
    list(mon, "", monitor_commands);
}

static void do_info(struct monitor *mon, const char *args)
{
    (void)args;
    list(mon, "info ", monitor_infos); /* reached by help only: monitor_run knows info */
}

const struct command monitor_commands[] = {
    {"change", NULL, "device file", "put another disc into a CD drive", do_change},
    {"cont", "c", "", "resume emulation", do_cont},
    {"delvm", NULL, "name", "delete a snapshot", do_snapshots},
    {"eject", NULL, "[-f] device", "take the disc out of a CD drive", do_eject},
    {"help", "?", "[command]", "show the commands", do_help},
    {"info", NULL, "topic", "show what there is to know about a topic", do_info},
    {"loadvm", NULL, "name", "restore a snapshot", do_snapshots},
    {"mce", NULL, "[address]", "inject a machine check", do_mce},
    {"migrate", NULL, "uri", "move the machine elsewhere", do_snapshots},
    {"nmi", NULL, "", "inject a system reset interrupt", do_nmi},
    {"perf_reset", NULL, "", "set the counters of info jit and opcount to 0", do_perf_reset},
    {"print", "p", "/fmt expression", "print the value of an expression; $name is a register",
     monitor_print},
    {"quit", "q", "", "leave ppcemu", do_quit},
    {"savevm", NULL, "name", "save a snapshot", do_snapshots},
    {"screendump", NULL, "file", "save the screen as a PNG", do_screendump},
    {"stop", "s", "", "stop emulation", do_stop},
    {"system_powerdown", NULL, "", "press the power button", do_system_powerdown},
    {"system_reset", NULL, "", "reset the machine", do_system_reset},
    {"x", NULL, "/fmt address", "dump memory by effective address", monitor_x},
    {"xp", NULL, "/fmt address", "dump memory by physical address", monitor_xp},
    {NULL, NULL, NULL, NULL, NULL},
};
