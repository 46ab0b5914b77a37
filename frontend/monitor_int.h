/*
 * What the monitor's files share.
 */
#ifndef FRONTEND_MONITOR_INT_H
#define FRONTEND_MONITOR_INT_H

#include "frontend/debug_mem.h"
#include "frontend/monitor.h"

struct monitor {
    struct machine *m;
    struct monitor_hooks hooks;
    struct terminal *terminals;
    FILE *to; /* of the command that runs */
};

typedef void command_fn(struct monitor *mon, const char *args);

struct command {
    const char *name, *alias; /* alias may be NULL */
    const char *args, *about;
    command_fn *fn;
};

/* monitor_cmd.c; end with a NULL name */
extern const struct command monitor_commands[];
/* monitor_info.c */
extern const struct command monitor_infos[];

/* monitor_x.c */
command_fn monitor_x, monitor_xp, monitor_print;
/* An expression: numbers, $registers, + - * / & | and parentheses. Moves *s behind it. */
bool monitor_value(struct monitor *mon, const char **s, uint64_t *v);

/* The word at *s (at most room - 1 characters), and *s moved behind it and the blanks. */
bool monitor_word(const char **s, char *word, size_t room);

/* monitor_cmd.c: "ide1-cd0"; NULL behind the last place (i is 0-3) or when it is empty. */
struct block *monitor_drive(struct monitor *mon, unsigned i, char name[24]);

#endif
