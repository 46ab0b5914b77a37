/*
 * Walks the command line along the tables; prints help from them.
 */
#include "frontend/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/ppc.h"
#include "machines/machine.h"

struct kept {
    struct kept *next;
    char text[];
};

const char *options_keep(struct options *o, const char *s)
{
    size_t len = strlen(s) + 1;
    struct kept *k = xcalloc(1, sizeof *k + len);
    memcpy(k->text, s, len);
    k->next = o->kept;
    o->kept = k;
    return k->text;
}

void options_free(struct options *o)
{
    while (o->kept) {
        struct kept *k = o->kept;
        o->kept = k->next;
        free(k);
    }
}

void options_note(const char *name, const char *value)
{
    fprintf(stderr, "ppcemu: accepted but has no effect here: -%s%s%s\n", name, value ? " " : "",
            value ? value : "");
}

/* --- finding an option --- */

static const struct option *find(const char *name)
{
    for (const struct option_section *s = option_sections; s->title; s++) {
        for (const struct option *p = s->options; p->name; p++)
            if (!strcmp(name, p->name) || (p->alias && !strcmp(name, p->alias))) return p;
    }
    return NULL;
}

static const struct foreign_option *find_foreign(const char *name)
{
    for (const struct foreign_option *p = foreign_options; p->name; p++)
        if (!strcmp(name, p->name)) return p;
    return NULL;
}

#define NAME_LIMIT 24

/* Letters to change, add, drop or swap with a neighbour to make b of a. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[NAME_LIMIT + 1][NAME_LIMIT + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > NAME_LIMIT || m > NAME_LIMIT) return NAME_LIMIT;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (!i || !j) {
                row[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned best = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (row[i - 1][j] + 1 < best) best = row[i - 1][j] + 1;
            if (row[i][j - 1] + 1 < best) best = row[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                row[i - 2][j - 2] + 1 < best) {
                best = row[i - 2][j - 2] + 1;
            }
            row[i][j] = best;
        }
    }
    return row[n][m];
}

static const char *nearest(const char *name)
{
    const char *best = NULL;
    unsigned limit = strlen(name) < 4 ? 1 : 3, least = limit + 1;
    for (const struct option_section *s = option_sections; s->title; s++) {
        for (const struct option *p = s->options; p->name; p++) {
            unsigned d = distance(name, p->name);
            if (d < least) {
                least = d;
                best = p->name;
            }
        }
    }
    return best;
}

static int unknown(const char *word, const char *name, struct error *err)
{
    const char *best = nearest(name);
    if (best) return error_set(err, EINVAL, "unknown option '%s' (is -%s meant?)", word, best);
    return error_set(err, EINVAL, "unknown option '%s' (-help lists them)", word);
}

/* --- values --- */

static bool looks_like_icount(const char *s)
{
    static const char *const starts[] = {"shift=", "auto", "sleep=", "align=", "rr="};
    if (isdigit((unsigned char)*s)) return !s[strspn(s, "0123456789")] || strchr(s, ',');
    for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
        if (!strncmp(s, starts[i], strlen(starts[i]))) return true;
    return false;
}

static bool is_listed(const char *list, const char *word, size_t len)
{
    for (; *list; list += strcspn(list, "|"), list += *list == '|') {
        size_t n = strcspn(list, "|");
        if ((n == len && !strncmp(list, word, n)) || (n == 1 && *list == '*')) return true;
    }
    return false;
}

static int take_foreign(const struct foreign_option *f, const char *value, struct error *err)
{
    const char *word = value ? value : "";
    if (f->harmless && is_listed(f->harmless, word, strcspn(word, ","))) {
        options_note(f->name, value);
        return 0;
    }
    return error_set(err, EINVAL, "-%s%s%s is not available in ppcemu yet", f->name,
                     value ? " " : "", word);
}

/* One option at argv[*i]; moves *i over a value. */
static int take_option(struct options *o, int argc, char **argv, int *i, struct error *err)
{
    const char *word = argv[*i], *name = word + (word[1] == '-' && word[2] ? 2 : 1);
    const struct option *p = find(name);
    const struct foreign_option *f = p ? NULL : find_foreign(name);
    if (!p && !f) return unknown(word, name, err);
    bool wants = p ? p->takes == TAKES_VALUE : f->takes_value;
    bool more = *i + 1 < argc;
    if (p && p->takes == MAY_TAKE_ICOUNT) wants = more && looks_like_icount(argv[*i + 1]);
    if (wants && !more) return error_set(err, EINVAL, "%s needs a value", word);
    const char *value = wants ? argv[++*i] : NULL;
    return p ? p->take(o, p->name, value, err) : take_foreign(f, value, err);
}

static void set_defaults(struct options *o)
{
    memset(o, 0, sizeof *o);
    o->type = machine_types[0];
    o->cfg.machine = o->type->name;
    o->icount_sleep = true;
}

#define MIB (UINT64_C(1) << 20)

static int check_memory(struct options *o, struct error *err)
{
    const struct machine_type *t = o->type;
    if (!o->memory) {
        o->cfg.ram_size = t->default_ram;
        return 0;
    }
    uint64_t size = o->cfg.ram_size;
    if (size < t->min_ram || size > t->max_ram) {
        return error_set(err, EINVAL, "-m %s: the %s takes %llu to %llu MiB of memory", o->memory,
                         t->name, (unsigned long long)(t->min_ram / MIB),
                         (unsigned long long)(t->max_ram / MIB));
    }
    if (size % MIB) {
        return error_set(err, EINVAL, "-m %s: memory comes in whole MiB", o->memory);
    }
    return 0;
}

static bool fits(const struct machine_type *t, const struct ppc_model *m)
{
    for (const char *const *name = t->cpus; *name; name++)
        if (!strcmp(*name, m->name)) return true;
    return false;
}

static void list_cpus(const struct machine_type *t)
{
    printf("CPUs of the %s:\n", t->name);
    for (const char *const *name = t->cpus; *name; name++) {
        const struct ppc_model *m = ppc_model_find(*name);
        if (!m) continue;
        printf("  %-10s %s%s\n", m->name, m->about,
               strcmp(m->name, t->default_cpu) ? "" : " (default)");
    }
}

/* The newest: processor versions grow with time within what a machine takes. */
static const struct ppc_model *newest(const struct machine_type *t)
{
    const struct ppc_model *best = NULL;
    for (const char *const *name = t->cpus; *name; name++) {
        const struct ppc_model *m = ppc_model_find(*name);
        if (m && (!best || m->pvr > best->pvr)) best = m;
    }
    return best;
}

static int check_cpu(struct options *o, struct error *err)
{
    const char *name = o->cfg.cpu;
    if (!name) return 0;
    if (!strcmp(name, "help") || !strcmp(name, "?")) {
        list_cpus(o->type);
        o->done = true;
        return 0;
    }
    const struct ppc_model *m = strcmp(name, "max") ? ppc_model_find(name) : newest(o->type);
    if (m && fits(o->type, m)) {
        o->cfg.cpu = m->name;
        return 0;
    }
    char list[256] = "";
    size_t len = 0;
    for (const char *const *p = o->type->cpus; *p && len < sizeof list; p++) {
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", *p);
    }
    return error_set(err, EINVAL, "-cpu %s: %s; the %s takes %s", name,
                     m ? "this CPU does not fit" : "unknown CPU", o->type->name, list);
}

/* What can only be judged when the whole line is known. */
static int finish(struct options *o, struct error *err)
{
    int r = check_cpu(o, err);
    if (!r && !o->done) r = check_memory(o, err);
    if (r || o->done) return r;
    if ((o->cfg.initrd || o->cfg.append) && !o->cfg.kernel && !o->image) {
        return error_set(err, EINVAL, "-%s needs a kernel (-kernel FILE)",
                         o->cfg.initrd ? "initrd" : "append");
    }
    return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct error *err)
{
    set_defaults(o);
    int r = 0;
    for (int i = 1; i < argc && !o->done; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            r = take_option(o, argc, argv, &i, err);
        } else if (o->image) {
            r = error_set(err, EINVAL, "'%s': only one file can be named without an option, and "
                          "'%s' is there already", argv[i], o->image);
        } else {
            o->image = argv[i];
        }
        if (r) return r;
    }
    return o->done ? 0 : finish(o, err);
}

/* --- help --- */

#define HELP_COLUMN 30

static void help_option(const struct option *p, FILE *to)
{
    int at = fprintf(to, "  -%s", p->name);
    if (p->alias) at += fprintf(to, ", -%s", p->alias);
    if (p->arg) at += fprintf(to, " %s", p->arg);
    if (at > HELP_COLUMN - 2) {
        fputc('\n', to);
        at = 0;
    }
    const char *line = p->about;
    for (;;) {
        int len = (int)strcspn(line, "\n");
        fprintf(to, "%*s%.*s\n", HELP_COLUMN - at, "", len, line);
        if (!line[len]) break;
        line += len + 1;
        at = 0;
    }
}

void options_help(FILE *to)
{
    fprintf(to, "ppcemu " PPCEMU_VERSION ", a PowerPC system emulator\n\n"
                "  ppcemu [OPTIONS] [FILE]\n\n"
                "FILE is recognised by its content: a CD image, a kernel or a disk image. Without\n"
                "anything to boot a small demonstration runs and leaves you at the ok prompt.\n"
                "C-a x on the console ends ppcemu, C-a h shows the other keys.\n");
    for (const struct option_section *s = option_sections; s->title; s++) {
        fprintf(to, "\n%s:\n", s->title);
        for (const struct option *p = s->options; p->name; p++) help_option(p, to);
    }
}

/* A hyphen of an option is \-, and a line may not begin with a control character. */
static void man_text(const char *s, FILE *to)
{
    for (; *s; s++) {
        if (*s == '-') {
            fputs("\\-", to);
        } else {
            fputc(*s == '\n' ? ' ' : *s, to);
        }
    }
}

void options_man(FILE *to)
{
    for (const struct option_section *s = option_sections; s->title; s++) {
        fprintf(to, ".SS %s\n", s->title);
        for (const struct option *p = s->options; p->name; p++) {
            fprintf(to, ".TP\n.B ");
            man_text("-", to);
            man_text(p->name, to);
            if (p->alias) {
                fputs(", ", to);
                man_text("-", to);
                man_text(p->alias, to);
            }
            if (p->arg) {
                fputc(' ', to);
                man_text(p->arg, to);
            }
            fputs("\n", to);
            man_text(p->about, to);
            fputs(".\n", to);
        }
    }
}
