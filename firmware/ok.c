/*
 * The prompt's line editor: backspace, ^U, ^W, ^C, ^A/^E are not needed on a serial line that has
 * no cursor keys, history with the arrow keys or ^P/^N. Works on any terminal: it only ever prints,
 * goes back with BS and erases with blanks.
 */
#include "firmware/fw.h"

#include <stdio.h>
#include <string.h>

enum {
    CTRL_C = 3,
    BS = 8,
    CTRL_N = 14,
    CTRL_P = 16,
    CTRL_U = 21,
    CTRL_W = 23,
    ESC = 27,
    DEL = 127
};

void ok_reset(struct ok *o)
{
    o->len = 0;
    o->line[0] = 0;
    o->browse = 0;
    o->escape = 0;
}

void ok_show_prompt(struct firmware *f)
{
    fw_print(f, "ok ");
}

static void erase(struct firmware *f, unsigned n)
{
    struct ok *o = &f->ok;
    for (; n && o->len; n--) {
        fw_put(f, "\b \b", 3);
        o->line[--o->len] = 0;
    }
}

static void replace(struct firmware *f, const char *line)
{
    struct ok *o = &f->ok;
    erase(f, o->len);
    o->len = (unsigned)strlen(line);
    memmove(o->line, line, o->len + 1);
    fw_put(f, o->line, o->len);
}

/* Moves `by` lines into the past (or back); 0 is the line that is being typed. */
static void browse(struct firmware *f, int by)
{
    struct ok *o = &f->ok;
    int to = (int)o->browse + by;
    if (to < 0 || to > (int)o->n_history) return;
    if (!o->browse) memcpy(o->typed, o->line, o->len + 1);
    o->browse = (unsigned)to;
    replace(f, to ? o->history[o->n_history - (unsigned)to] : o->typed);
}

static void remember(struct ok *o)
{
    if (!o->len) return;
    if (o->n_history && !strcmp(o->history[o->n_history - 1], o->line)) return;
    if (o->n_history == OK_HISTORY) {
        memmove(o->history[0], o->history[1], sizeof o->history - sizeof o->history[0]);
        o->n_history--;
    }
    memcpy(o->history[o->n_history++], o->line, o->len + 1);
}

static void end_line(struct firmware *f)
{
    struct ok *o = &f->ok;
    char line[OK_LINE_MAX];
    fw_put(f, "\r\n", 2);
    remember(o);
    memcpy(line, o->line, o->len + 1);
    ok_reset(o);
    ok_run(f, line);
    if (f->interactive && f->pending == FW_NOTHING && f->m->request == MACHINE_RUNNING) {
        ok_show_prompt(f);
    }
}

/* Arrow keys: ESC [ A, ESC O A; anything else of that form is dropped. */
static bool escape_byte(struct firmware *f, uint8_t byte)
{
    struct ok *o = &f->ok;
    if (o->escape == 1) {
        o->escape = byte == '[' || byte == 'O' ? 2 : 0;
        return true;
    }
    if (o->escape == 2) {
        if (byte >= '0' && byte <= '?') return true; /* parameters */
        o->escape = 0;
        if (byte == 'A') browse(f, 1);
        if (byte == 'B') browse(f, -1);
        return true;
    }
    return false;
}

static void erase_word(struct firmware *f)
{
    struct ok *o = &f->ok;
    while (o->len && o->line[o->len - 1] == ' ')
        erase(f, 1);
    while (o->len && o->line[o->len - 1] != ' ')
        erase(f, 1);
}

static void add_byte(struct firmware *f, uint8_t byte)
{
    struct ok *o = &f->ok;
    if (byte < ' ' || byte >= DEL) return;
    if (o->len == OK_LINE_MAX - 1) {
        fw_put(f, "\a", 1);
        return;
    }
    o->line[o->len++] = (char)byte;
    o->line[o->len] = 0;
    fw_put(f, (const char *)&byte, 1);
}

void ok_input(struct firmware *f, uint8_t byte)
{
    struct ok *o = &f->ok;
    bool second = byte == '\n' && o->last_was_cr; /* CR LF is one end of line */
    o->last_was_cr = byte == '\r';
    if (second || escape_byte(f, byte)) return;
    switch (byte) {
    case '\r':
    case '\n':
        end_line(f);
        break;
    case BS:
    case DEL:
        erase(f, 1);
        break;
    case CTRL_U:
        erase(f, o->len);
        break;
    case CTRL_W:
        erase_word(f);
        break;
    case CTRL_P:
        browse(f, 1);
        break;
    case CTRL_N:
        browse(f, -1);
        break;
    case CTRL_C:
        ok_reset(o);
        fw_print(f, "^C\n");
        ok_show_prompt(f);
        break;
    case ESC:
        o->escape = 1;
        break;
    default:
        add_byte(f, byte);
    }
}
