/*
 * The prompt's commands. Names and habits are those of IEEE 1275's user interface (chapter 7),
 * without its Forth.
 */
#include "firmware/fw.h"

#include <ctype.h>
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware/iso9660.h"
#include "firmware/partition.h"

static void cmd_help(struct firmware *f, char *args);

static void cmd_boot(struct firmware *f, char *args)
{
    snprintf(f->boot_spec, sizeof f->boot_spec, "%s", args);
    f->pending = FW_BOOT;
}

static void cmd_go(struct firmware *f, char *args)
{
    (void)args;
    if (!f->can_go) {
        fw_print(f, "No program is waiting.\n");
        return;
    }
    f->can_go = false;
    f->interactive = false;
}

/* ---- the tree ---- */

static int here(struct firmware *f)
{
    int node = tree_node(&f->tree, f->ok.here);
    return node < 0 ? 0 : node;
}

static void print_path(struct firmware *f, int node, const char *end)
{
    char path[TREE_PATH_MAX];
    if (tree_path(&f->tree, node, path, sizeof path) >= 0) fw_print(f, "%s%s", path, end);
}

static void cmd_dev(struct firmware *f, char *args)
{
    char path[TREE_PATH_MAX];
    int node = here(f);
    if (!*args) {
        print_path(f, node, "\n");
        return;
    }
    if (!strcmp(args, "..")) {
        uint32_t up = tree_parent(&f->tree, f->ok.here);
        if (up) f->ok.here = up;
        return;
    }
    int found = -1, len = tree_path(&f->tree, node, path, sizeof path);
    if (*args != '/' && len >= 0 && (size_t)len + strlen(args) + 2 < sizeof path) {
        sprintf(path + len, "%s%s", len > 1 ? "/" : "", args);
        found = tree_find(&f->tree, path, NULL, 0);
    }
    if (found < 0) found = tree_find(&f->tree, args, NULL, 0);
    if (found < 0) {
        fw_print(f, "No node %s\n", args);
    } else {
        f->ok.here = tree_phandle(&f->tree, found);
    }
}

static void cmd_pwd(struct firmware *f, char *args)
{
    (void)args;
    print_path(f, here(f), "\n");
}

static void cmd_ls(struct firmware *f, char *args)
{
    int from = *args ? tree_find(&f->tree, args, NULL, 0) : here(f), depth = 0;
    if (from < 0) {
        fw_print(f, "No node %s\n", args);
        return;
    }
    for (int node = from; node >= 0; node = fdt_next_node(f->tree.fdt, node, &depth)) {
        if (depth < 0 || (node != from && depth == 0)) break;
        if (node == from) continue;
        fw_print(f, "%08x %*s%s\n", tree_phandle(&f->tree, node), 2 * (depth - 1), "",
                 fdt_get_name(f->tree.fdt, node, NULL));
    }
}

/* One or more non-empty printable strings, each with its NUL. */
static bool is_text(const uint8_t *p, int len)
{
    if (len < 2 || p[len - 1] || !p[0]) return false;
    for (int i = 0; i < len - 1; i++)
        if (!isprint(p[i]) && (p[i] || !p[i + 1])) return false;
    return true;
}

static void print_value(struct firmware *f, const uint8_t *p, int len)
{
    enum { SHOWN = 64 };
    if (is_text(p, len)) {
        for (int i = 0; i < len; i += (int)strlen((const char *)p + i) + 1)
            fw_print(f, "%s\"%s\"", i ? ", " : "", (const char *)p + i);
        return;
    }
    bool cells = len % 4 == 0;
    for (int i = 0; i < len && i < SHOWN; i++)
        fw_print(f, "%s%02x", cells && i && i % 4 == 0 ? " " : "", p[i]);
    if (len > SHOWN) fw_print(f, " ... (%d bytes)", len);
}

static void cmd_properties(struct firmware *f, char *args)
{
    int node = *args ? tree_find(&f->tree, args, NULL, 0) : here(f), at;
    if (node < 0) {
        fw_print(f, "No node %s\n", args);
        return;
    }
    fdt_for_each_property_offset(at, f->tree.fdt, node)
    {
        int len = 0;
        const char *name = NULL;
        const uint8_t *p = fdt_getprop_by_offset(f->tree.fdt, at, &name, &len);
        if (!p || !name) break;
        fw_print(f, "%-26s ", name);
        print_value(f, p, len);
        fw_print(f, "\n");
    }
}

static void cmd_devalias(struct firmware *f, char *args)
{
    uint32_t aliases = tree_ensure(&f->tree, tree_phandle(&f->tree, 0), "aliases");
    char *value = args + strcspn(args, " ");
    if (*value) *value++ = 0;
    value += strspn(value, " ");
    int node = tree_node(&f->tree, aliases);
    if (!*args) {
        cmd_properties(f, (char[]){"/aliases"});
    } else if (*value) {
        if (tree_set_str(&f->tree, aliases, args, value)) fw_print(f, "No room\n");
    } else {
        const char *s = node < 0 ? NULL : tree_get_str(&f->tree, node, args);
        fw_print(f, s ? "%s %s\n" : "No alias %s\n", args, s);
    }
}

/* ---- environment ---- */

static void print_variable(struct firmware *f, const char *name)
{
    const char *value = env_get(&f->env, name), *usual = env_default(name);
    fw_print(f, "%-20s %-30s %s\n", name, value, usual && strcmp(usual, value) ? usual : "");
}

static void cmd_printenv(struct firmware *f, char *args)
{
    const char *name;
    if (*args && env_get(&f->env, args)) {
        print_variable(f, args);
    } else if (*args) {
        fw_print(f, "No variable %s\n", args);
    } else {
        fw_print(f, "%-20s %-30s %s\n", "Variable", "Value", "Default");
        for (unsigned i = 0; (name = env_name(&f->env, i)); i++)
            print_variable(f, name);
    }
}

static void cmd_setenv(struct firmware *f, char *args)
{
    char *value = args + strcspn(args, " ");
    if (*value) *value++ = 0;
    value += strspn(value, " ");
    if (!*args) {
        fw_print(f, "setenv NAME VALUE\n");
    } else if (fw_set_variable(f, args, value)) {
        print_variable(f, args);
    } else {
        fw_print(f, "%s could not be set or kept\n", args);
    }
}

static void cmd_set_default(struct firmware *f, char *args)
{
    if (!*args || !env_get(&f->env, args)) {
        fw_print(f, *args ? "No variable %s\n" : "set-default NAME%s\n", args);
        return;
    }
    env_reset(&f->env, args);
    env_flush(&f->env);
    fw_env_to_tree(f);
}

static void cmd_set_defaults(struct firmware *f, char *args)
{
    (void)args;
    env_reset(&f->env, NULL);
    env_flush(&f->env);
    fw_env_to_tree(f);
}

/* ---- the machine ---- */

static void cmd_registers(struct firmware *f, char *args)
{
    static const char *const special[] = {"pc", "msr", "cr", "lr", "ctr", "xer", "srr0", "srr1"};
    (void)args;
    for (unsigned i = 0; i < 32; i++) {
        fw_print(f, "r%-2u %08x%s", i, (uint32_t)ppc_gpr(f->m->cpu, i), i % 4 == 3 ? "\n" : "  ");
    }
    for (unsigned i = 0; i < ARRAY_SIZE(special); i++)
        fw_print(f, "%-4s %08x%s", special[i], fw_reg32(f, special[i]), i % 4 == 3 ? "\n" : "  ");
}

static void cmd_memory(struct firmware *f, char *args)
{
    struct claim gap;
    (void)args;
    fw_print(f, "RAM %llu MiB; claimed:\n", (unsigned long long)(f->ram >> 20));
    for (unsigned i = 0; i < f->claims.n; i++)
        fw_print(f, "  %08llx-%08llx\n", (unsigned long long)f->claims.c[i].start,
                 (unsigned long long)f->claims.c[i].end - 1);
    fw_print(f, "free:\n");
    for (unsigned i = 0; claims_gap(&f->claims, i, &gap); i++)
        fw_print(f, "  %08llx-%08llx\n", (unsigned long long)gap.start,
                 (unsigned long long)gap.end - 1);
}

static void cmd_reset_all(struct firmware *f, char *args)
{
    (void)args;
    machine_request_reset(f->m);
}

static void cmd_power_off(struct firmware *f, char *args)
{
    (void)args;
    machine_request_poweroff(f->m, 0);
}

static void cmd_banner(struct firmware *f, char *args)
{
    (void)args;
    int root = 0;
    const char *model = tree_get_str(&f->tree, root, "model");
    fw_print(f, "ppcemu built-in Open Firmware, %s, %s, %llu MiB\n", model ? model : "?",
             ppc_model(f->m->cpu)->name, (unsigned long long)(f->ram >> 20));
}

/* ---- media ---- */

static bool print_file(const char *name, const struct iso_node *n, void *ctx)
{
    struct firmware *f = ctx;
    if (n->dir) {
        fw_print(f, "     <dir>  %s\n", name);
    } else {
        fw_print(f, "%10llu  %s\n", (unsigned long long)n->len, name);
    }
    return true;
}

static void print_partitions(struct firmware *f, const struct boot_device *d)
{
    struct partition_table t;
    partition_scan(media_whole(d->block), &t);
    fw_print(f, "Partition map: %s\n", partition_scheme_name(t.scheme));
    for (unsigned i = 0; i < t.n; i++)
        fw_print(f, "%3u: %10llu KiB  type %08x  %s %s\n", t.p[i].number,
                 (unsigned long long)t.p[i].len / 1024, t.p[i].type, t.p[i].name, t.p[i].type_name);
}

/* `dir cd:\boot`: a directory of an ISO 9660 medium, or a drive's partitions when it has none. */
static void cmd_dir(struct firmware *f, char *args)
{
    char given[FW_ARGS_MAX];
    struct iso iso;
    struct iso_node n;
    int node = tree_find(&f->tree, *args ? args : "cd", given, sizeof given);
    const struct boot_device *d = fw_boot_device(f, node);
    if (!d || !d->block || !d->block->present) {
        fw_print(f, "No medium in %s\n", *args ? args : "cd");
        return;
    }
    const char *path = strchr(given, ',') ? strchr(given, ',') + 1 : given;
    if (iso_open(media_whole(d->block), &iso)) {
        print_partitions(f, d);
    } else if (iso_find(&iso, path, &n)) {
        fw_print(f, "No file %s\n", path);
    } else if (!n.dir) {
        print_file(path, &n, f);
    } else {
        fw_print(f, "Volume %s\n", iso.label);
        if (iso_list(&iso, &n, print_file, f)) fw_print(f, "Read error\n");
    }
}

static const struct command {
    const char *name;
    void (*fn)(struct firmware *f, char *args);
    const char *about;
} commands[] = {
    {"boot", cmd_boot, "[DEVICE[:PART][,FILE]] [ARGS]   boot, e.g. boot cd boot.img"},
    {"go", cmd_go, "go on with the program that called enter"},
    {"dir", cmd_dir, "[DEVICE:\\PATH]   list files, or a drive's partitions"},
    {"dev", cmd_dev, "[PATH]   go to a node of the device tree"},
    {"cd", cmd_dev, NULL},
    {"ls", cmd_ls, "[PATH]   the nodes below this one"},
    {"pwd", cmd_pwd, "the current node"},
    {".properties", cmd_properties, "[PATH]   a node's properties"},
    {"devalias", cmd_devalias, "[NAME [PATH]]   show or set aliases"},
    {"printenv", cmd_printenv, "[NAME]   environment variables"},
    {"setenv", cmd_setenv, "NAME VALUE   set and keep a variable"},
    {"set-default", cmd_set_default, "NAME   back to the default"},
    {"set-defaults", cmd_set_defaults, "all variables back to their defaults"},
    {".registers", cmd_registers, "the CPU's registers"},
    {".memory", cmd_memory, "claimed and free memory"},
    {"banner", cmd_banner, "what this machine is"},
    {".version", cmd_banner, NULL},
    {"reset-all", cmd_reset_all, "reset the machine"},
    {"reset", cmd_reset_all, NULL},
    {"power-off", cmd_power_off, "switch the machine off"},
    {"poweroff", cmd_power_off, NULL},
    {"shut-down", cmd_power_off, NULL},
    {"help", cmd_help, "this list"},
    {"?", cmd_help, NULL},
};

static void cmd_help(struct firmware *f, char *args)
{
    (void)args;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (commands[i].about) fw_print(f, "%-13s %s\n", commands[i].name, commands[i].about);
}

void ok_run(struct firmware *f, const char *line)
{
    char words[OK_LINE_MAX];
    snprintf(words, sizeof words, "%s", line + strspn(line, " \t"));
    for (size_t n = strlen(words); n && isspace((unsigned char)words[n - 1]); n--)
        words[n - 1] = 0;
    size_t len = strcspn(words, " \t");
    char *args = words + len;
    if (*args) *args++ = 0;
    args += strspn(args, " \t");
    if (!*words) return;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (!strcasecmp(commands[i].name, words)) {
            commands[i].fn(f, args);
            return;
        }
    }
    fw_print(f, "%s: unknown word (try help)\n", words);
}
