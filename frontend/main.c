/*
 * ppcemu: command line in, machine out.
 */
#include <stdio.h>
#include <string.h>

#include "frontend/loop.h"
#include "frontend/options.h"
#include "frontend/setup.h"

enum { STATUS_USAGE = 2 };

static int complain(const struct error *err)
{
    host_terminal_restore();
    fprintf(stderr, "ppcemu: %s\n", err->text[0] ? err->text : "cannot start, for an unknown reason");
    return STATUS_USAGE;
}

/* -boot once= holds for the boot that machine_new does. */
static int new_machine(struct options *o, struct machine **m, struct error *err)
{
    const char *later = o->cfg.boot_order;
    if (o->boot_once) o->cfg.boot_order = o->boot_once;
    int r = machine_new(&o->cfg, m, err);
    o->cfg.boot_order = later;
    return r;
}

static int run(struct options *o, struct host_char_loop *loop)
{
    struct error err = {""};
    struct machine *m = NULL;
    int r = setup_open(o, loop, &err);
    if (!r) r = new_machine(o, &m, &err);
    if (r) return complain(&err);
    int status = loop_run(m, loop, &(struct loop_options){
        .icount_sleep = o->icount_sleep, .monitor = o->monitor_char, .gdb = o->gdb_char,
        .monitor_first = o->monitor_first,
    });
    machine_free(m);
    return status;
}

int main(int argc, char **argv)
{
    struct options o;
    struct error err = {""};
    if (argc == 2 && !strcmp(argv[1], "--help-man")) { /* for tests/tools/man.sh */
        options_man(stdout);
        return 0;
    }
    int status = 0, r = options_parse(&o, argc, argv, &err);
    if (r) {
        status = complain(&err);
    } else if (!o.done) {
        struct host_char_loop *loop = host_loop_new();
        host_signals_install(loop); /* before the terminal changes and the guest can be seen */
        status = run(&o, loop);
        setup_close(&o);
        host_loop_free(loop);
        host_terminal_restore();
    }
    options_free(&o);
    return status;
}
