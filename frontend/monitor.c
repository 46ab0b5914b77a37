/*
 * The monitor's lines: editing, history, and finding the command. What a command prints is
 * collected first and sent with CR LF afterwards.
 */
#include "frontend/monitor_int.h"

#include <stdlib.h>
#include <string.h>

#include "frontend/options.h"

#define LINE_MAX_LEN 1024
#define HISTORY 32
#define PROMPT "(ppcemu) "

struct terminal {
    struct terminal *next;
    struct monitor *mon;
    struct chardev *c;
    bool mux, greeted;
    char line[LINE_MAX_LEN];
    size_t len;
    char *history[HISTORY]; /* [0] is the latest */
    unsigned browse;        /* how far back the line shown is */
    unsigned escape;        /* bytes of an ESC [ sequence seen */
    bool last_was_cr;
};

struct monitor *monitor_new(struct machine *m, const struct monitor_hooks *hooks)
{
    struct monitor *mon = xcalloc(1, sizeof *mon);
    mon->m = m;
    mon->hooks = *hooks;
    return mon;
}

void monitor_free(struct monitor *mon)
{
    while (mon && mon->terminals) {
        struct terminal *t = mon->terminals;
        mon->terminals = t->next;
        chardev_listen(t->c, NULL, NULL);
        t->c->came = NULL;
        for (unsigned i = 0; i < HISTORY; i++) free(t->history[i]);
        free(t);
    }
    free(mon);
}

/* --- commands --- */

bool monitor_word(const char **s, char *word, size_t room)
{
    size_t n = 0;
    *s += strspn(*s, " \t");
    while (**s && !strchr(" \t", **s)) {
        if (n + 1 < room) word[n++] = **s;
        ++*s;
    }
    word[n] = 0;
    *s += strspn(*s, " \t");
    return n > 0;
}

static const struct command *find(const struct command *list, const char *name)
{
    for (; list->name; list++)
        if (!strcmp(list->name, name) || (list->alias && !strcmp(list->alias, name))) return list;
    return NULL;
}

void monitor_run(struct monitor *mon, const char *line, FILE *to)
{
    char word[64];
    const char *args = line, *slash;
    if (!monitor_word(&args, word, sizeof word)) return;
    /* "x/4i $pc": the format belongs to the arguments. */
    if ((slash = strchr(word, '/'))) {
        args = line + strspn(line, " \t") + (slash - word);
        word[slash - word] = 0;
    }
    mon->to = to;
    const struct command *c = find(monitor_commands, word);
    if (!strcmp(word, "info")) {
        char topic[64];
        bool named = monitor_word(&args, topic, sizeof topic);
        c = named ? find(monitor_infos, topic) : NULL;
        if (!named) {
            monitor_run(mon, "help info", to);
            return;
        }
        if (!c) fprintf(to, "unknown command: 'info %s'\n", topic);
    } else if (!c) {
        fprintf(to, "unknown command: '%s'\n", word);
    }
    if (c) c->fn(mon, args);
}

/* --- lines --- */

static void say(struct terminal *t, const char *text) { chardev_write(t->c, text, strlen(text)); }

static void say_lines(struct terminal *t, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        const char *nl = memchr(text + i, '\n', len - i);
        size_t n = nl ? (size_t)(nl - text) - i : len - i;
        chardev_write(t->c, text + i, n);
        if (nl) chardev_write(t->c, "\r\n", 2);
        i += n + (nl ? 1 : 0);
    }
}

static void prompt(struct terminal *t)
{
    if (!t->greeted) {
        say(t, "ppcemu " PPCEMU_VERSION " monitor - type 'help' for more information\r\n");
    }
    t->greeted = true;
    t->len = 0;
    t->browse = 0;
    say(t, PROMPT);
}

static void remember(struct terminal *t)
{
    if (!t->len || (t->history[0] && !strcmp(t->history[0], t->line))) return;
    free(t->history[HISTORY - 1]);
    memmove(t->history + 1, t->history, (HISTORY - 1) * sizeof *t->history);
    t->history[0] = xstrdup(t->line);
}

static void run_line(struct terminal *t)
{
    char *text = NULL;
    size_t len = 0;
    t->line[t->len] = 0;
    remember(t);
    say(t, "\r\n");
    FILE *to = open_memstream(&text, &len);
    if (to) {
        monitor_run(t->mon, t->line, to);
        fclose(to);
        say_lines(t, text, len);
    }
    free(text);
    prompt(t);
}

static void erase(struct terminal *t, size_t n)
{
    while (n-- && t->len) {
        t->len--;
        say(t, "\b \b");
    }
}

static void show_history(struct terminal *t, bool older)
{
    unsigned to = older ? t->browse + 1 : t->browse - 1;
    if ((!older && !t->browse) || to > HISTORY || (to && !t->history[to - 1])) return;
    erase(t, t->len);
    t->browse = to;
    if (!to) return;
    snprintf(t->line, sizeof t->line, "%s", t->history[to - 1]);
    t->len = strlen(t->line);
    chardev_write(t->c, t->line, t->len);
}

static bool in_escape(struct terminal *t, uint8_t byte)
{
    if (byte == 0x1b) {
        t->escape = 1;
    } else if (t->escape == 1) {
        t->escape = byte == '[' || byte == 'O' ? 2 : 0;
    } else if (t->escape == 2) {
        if (byte == 'A' || byte == 'B') show_history(t, byte == 'A');
        if (byte >= '@') t->escape = 0;
    } else {
        return false;
    }
    return true;
}

static void take(struct terminal *t, uint8_t byte)
{
    bool lf_of_crlf = byte == '\n' && t->last_was_cr;
    t->last_was_cr = byte == '\r';
    if (lf_of_crlf || in_escape(t, byte)) return;
    switch (byte) {
    case '\r':
    case '\n': run_line(t); break;
    case '\b':
    case 0x7f: erase(t, 1); break;
    case 0x15: erase(t, t->len); break; /* C-u */
    case 0x10: show_history(t, true); break; /* C-p */
    case 0x0e: show_history(t, false); break; /* C-n */
    default:
        if (byte < ' ' || t->len + 1 >= sizeof t->line) break;
        t->line[t->len++] = (char)byte;
        chardev_write(t->c, &byte, 1);
    }
}

static void readable(void *ctx)
{
    struct terminal *t = ctx;
    uint8_t byte;
    while (chardev_read(t->c, &byte, 1)) take(t, byte);
}

/* Each client of a socket is greeted. */
static void came(void *ctx)
{
    struct terminal *t = ctx;
    t->greeted = false;
    prompt(t);
}

void monitor_attach(struct monitor *mon, struct chardev *c, bool mux)
{
    struct terminal *t = xcalloc(1, sizeof *t);
    t->mon = mon;
    t->c = c;
    t->mux = mux;
    t->next = mon->terminals;
    mon->terminals = t;
    chardev_listen(c, readable, t);
    c->came = came;
    if (!mux) prompt(t);
}

void monitor_focus(struct monitor *mon, bool has_focus)
{
    for (struct terminal *t = mon->terminals; t; t = t->next) {
        if (!t->mux) continue;
        say(t, "\r\n");
        if (has_focus) prompt(t);
    }
}
