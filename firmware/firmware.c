/*
 * The firmware object: its life, the standard nodes of the tree, VOF's place in memory and the
 * start of a client. Sources: IEEE 1275 PowerPC binding 8 (client's initial state), CHRP binding,
 * facts 4.1, 4.2 and 5.
 */
#include "firmware/fw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/guest/stub_bin.h"
#include "hcall/hcall.h"

enum { MSR_FP = 0x2000, MSR_ME = 0x1000 };

uint32_t fw_reg32(struct firmware *f, const char *name)
{
    uint8_t v[16] = {0};
    unsigned bits = 32;
    if (!ppc_reg_get(f->m->cpu, name, v, &bits) || bits < 32) return 0;
    return get_be32(v + bits / 8 - 4);
}

/* A client hit an exception before it had a handler: that is its end. */
static int64_t lost_exception(void *owner, struct ppc_cpu *c)
{
    struct firmware *f = owner;
    fw_print(f, "\nThe client took exception %#llx at %08x (SRR1 %08x) without a handler.\n",
             (unsigned long long)ppc_pc(c) & 0xf00, fw_reg32(f, "srr0"), fw_reg32(f, "srr1"));
    f->pending = FW_EXIT;
    f->interactive = true;
    ppc_kick(c);
    return 0;
}

static const struct hcall_entry hypercalls[] = {
    {H_RTAS, "rtas", rtas_call},
    {H_VOF_CLIENT, "vof-client", of_client_call},
    {H_VOF_EXCEPTION, "vof-exception", lost_exception},
};

static void flush_due(void *ctx)
{
    struct firmware *f = ctx;
    env_flush(&f->env);
}

/* A guest that writes NVRAM byte by byte must not cost a file each: one a second is enough. */
void fw_changed_nvram(struct firmware *f)
{
    if (!f->flush.queued) sched_at(&f->m->sched, &f->flush, sched_now(&f->m->sched) + 1000000000u);
}

static int take_prom_env(struct firmware *f, struct error *err)
{
    const char *const *list = f->m->cfg->prom_env;
    for (size_t i = 0; i < ARRAY_SIZE(f->m->cfg->prom_env) && list[i]; i++) {
        char name[ENV_NAME_MAX];
        const char *eq = strchr(list[i], '=');
        size_t n = eq ? (size_t)(eq - list[i]) : sizeof name;
        if (n >= sizeof name)
            return error_set(err, EINVAL, "-prom-env %s is not NAME=VALUE", list[i]);
        memcpy(name, list[i], n);
        name[n] = 0;
        if (env_set_transient(&f->env, name, eq + 1)) {
            return error_set(err, EINVAL, "-prom-env %s cannot be set", list[i]);
        }
    }
    return 0;
}

int firmware_new(struct machine *m, struct firmware **out, struct error *err)
{
    struct firmware *f = xcalloc(1, sizeof *f);
    f->m = m;
    f->ram = region_len(m->ram) < UINT32_MAX ? region_len(m->ram) : UINT32_MAX;
    f->bounce = xcalloc(1, FW_BOUNCE);
    f->flush = (struct event){.fn = flush_due, .ctx = f, .name = "nvram"};
    f->screen = screen_new(f);
    env_init(&f->env, m->cfg->nvram, &m->log);
    int r = take_prom_env(f, err);
    if (!r) r = hcall_register(m->hcall, hypercalls, ARRAY_SIZE(hypercalls), f, err);
    if (r) {
        firmware_free(f);
        f = NULL;
    }
    *out = f;
    return r;
}

void firmware_free(struct firmware *f)
{
    if (!f) return;
    sched_cancel(&f->m->sched, &f->flush);
    env_free(&f->env);
    tree_free(&f->tree);
    screen_free(f->screen);
    free(f->bounce);
    free(f);
}

/* ---- the tree ---- */

void fw_env_to_tree(struct firmware *f)
{
    uint32_t options = tree_ensure(&f->tree, tree_phandle(&f->tree, 0), "options");
    const char *name;
    for (unsigned i = 0; (name = env_name(&f->env, i)); i++)
        (void)tree_set_str(&f->tree, options, name, env_get(&f->env, name));
}

bool fw_set_variable(struct firmware *f, const char *name, const char *value)
{
    if (env_set(&f->env, name, value)) return false;
    fw_env_to_tree(f);
    return env_flush(&f->env) == 0;
}

static void alias(struct firmware *f, uint32_t aliases, const char *name, const char *path)
{
    int node = tree_node(&f->tree, aliases);
    if (node >= 0 && !tree_get(&f->tree, node, name, NULL)) {
        (void)tree_set_str(&f->tree, aliases, name, path);
    }
}

/* A drive without a node of its own gets one: GRUB and yaboot look for device_type "block". */
static void drive_node(struct firmware *f, const struct boot_device *d)
{
    const char *slash = strrchr(d->path, '/');
    char parent[sizeof d->path] = "/";
    if (!slash || !slash[1]) return;
    if (slash != d->path) {
        memcpy(parent, d->path, (size_t)(slash - d->path));
        parent[slash - d->path] = 0;
    }
    int at = tree_find(&f->tree, parent, NULL, 0);
    uint32_t node = at < 0 ? 0 : tree_ensure(&f->tree, tree_phandle(&f->tree, at), slash + 1);
    if (node && !tree_get(&f->tree, tree_node(&f->tree, node), "device_type", NULL)) {
        (void)tree_set_str(&f->tree, node, "device_type", "block");
    }
}

static void drives(struct firmware *f, uint32_t aliases)
{
    const char *first[2] = {NULL, NULL};
    for (unsigned i = 0; i < f->m->n_boot_devices; i++) {
        const struct boot_device *d = &f->m->boot_devices[i];
        if (tree_find(&f->tree, d->path, NULL, 0) < 0) drive_node(f, d);
        if (d->alias) alias(f, aliases, d->alias, d->path);
        if (!first[d->cdrom]) first[d->cdrom] = d->path;
    }
    if (first[1]) {
        alias(f, aliases, "cd", first[1]);
        alias(f, aliases, "cdrom", first[1]);
    }
    if (first[0]) {
        alias(f, aliases, "hd", first[0]);
        alias(f, aliases, "disk", first[0]);
    }
}

/* /chosen's handles stay open whatever a client does. */
static uint32_t open_for_chosen(struct firmware *f, uint32_t chosen, const char *prop,
                                const char *path)
{
    uint32_t ihandle = instance_open(f, path);
    struct instance *i = instance_get(f, ihandle);
    if (!i) return 0;
    i->stdio = true;
    if (i->kind == INSTANCE_SERIAL || i->kind == INSTANCE_SCREEN) i->kind = INSTANCE_CONSOLE;
    (void)tree_set_u32(&f->tree, chosen, prop, ihandle);
    return ihandle;
}

static const char *console_path(struct firmware *f, const char *variable)
{
    const char *path = env_get(&f->env, variable), *screen = screen_path(f);
    bool output = !strcmp(variable, "output-device");
    int node = tree_find(&f->tree, path, NULL, 0);
    if (output && screen && f->m->cfg->screen_console && !strcmp(path, env_default(variable))) {
        return screen; /* a client's messages belong where the user looks; they go to both anyway */
    }
    if (output && screen && node >= 0 && tree_has_type(&f->tree, node, "display")) return path;
    return node >= 0 && tree_has_type(&f->tree, node, "serial") ? path : "/failsafe";
}

static void chosen_node(struct firmware *f)
{
    uint32_t root = tree_phandle(&f->tree, 0);
    uint32_t chosen = tree_ensure(&f->tree, root, "chosen");
    uint32_t failsafe = tree_ensure(&f->tree, root, "failsafe");
    const char *args = f->m->cfg->append;
    (void)tree_set_str(&f->tree, failsafe, "device_type", "serial");
    f->stdout_ihandle = open_for_chosen(f, chosen, "stdout", console_path(f, "output-device"));
    f->stdin_ihandle = open_for_chosen(f, chosen, "stdin", console_path(f, "input-device"));
    open_for_chosen(f, chosen, "memory", "/memory");
    int cpus = tree_find(&f->tree, "/cpus", NULL, 0);
    uint32_t cpu = cpus < 0 ? 0 : tree_child(&f->tree, tree_phandle(&f->tree, cpus));
    char path[TREE_PATH_MAX];
    if (cpu && tree_path(&f->tree, tree_node(&f->tree, cpu), path, sizeof path) > 0) {
        open_for_chosen(f, chosen, "mmu", path);
        open_for_chosen(f, chosen, "cpu", path);
    }
    (void)tree_set_str(&f->tree, chosen, "bootargs", args ? args : "");
    (void)tree_set_str(&f->tree, chosen, "bootpath", "");
}

static int load_tree(struct firmware *f, struct error *err)
{
    if (!f->m->cfg->dtb) return tree_build(&f->tree, f->m, err);
    uint8_t *p;
    size_t len;
    int r = image_read_file("device tree", f->m->cfg->dtb, TREE_ROOM, &p, &len, err);
    if (r) return r;
    r = tree_load(&f->tree, f->m->cfg->dtb, p, len, err);
    free(p);
    return r;
}

int fw_fresh(struct firmware *f, struct error *err)
{
    claims_init(&f->claims, f->ram);
    instances_reset(f);
    f->image = (struct image){.high = 0};
    f->initrd = f->initrd_len = 0;
    f->can_go = false;
    f->callback = 0;
    f->vof = 0;
    int r = load_tree(f, err);
    if (r) return r;
    screen_take(f);
    fw_env_to_tree(f);
    drives(f, tree_ensure(&f->tree, tree_phandle(&f->tree, 0), "aliases"));
    if (screen_path(f)) {
        alias(f, tree_ensure(&f->tree, tree_phandle(&f->tree, 0), "aliases"), "screen",
              screen_path(f));
    }
    chosen_node(f);
    f->ok.here = tree_phandle(&f->tree, 0);
    of_update_available(f);
    return 0;
}

/* ---- the client ---- */

static bool overlaps(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
    return a < b + b_len && b < a + a_len;
}

/* Facts 0.10: a kernel linked at 0 and VOF cannot share memory, so VOF moves to the top. */
int fw_place_vof(struct firmware *f, struct error *err)
{
    uint64_t size = f->image.high - f->image.low;
    uint64_t top = f->ram < VOF_REACH ? f->ram : VOF_REACH;
    uint64_t at = 0;
    if (f->image.high && overlaps(0, VOF_LEN, f->image.low, size)) {
        for (at = align_down(top, VOF_LEN) - VOF_LEN; at >= VOF_LEN; at -= VOF_LEN)
            if (!overlaps(at, VOF_LEN, f->image.low, size)) break;
    }
    if (at + VOF_LEN > f->ram || (f->image.high && overlaps(at, VOF_LEN, f->image.low, size))) {
        return error_set(err, ENOMEM,
                         "the program at %#llx-%#llx leaves no room for the firmware in "
                         "%llu MiB of RAM",
                         (unsigned long long)f->image.low, (unsigned long long)f->image.high - 1,
                         (unsigned long long)(f->ram >> 20));
    }
    f->vof = at;
    return claims_take(&f->claims, at, VOF_LEN);
}

static void write_vof(struct firmware *f)
{
    static const uint16_t vectors[] = {0x200, 0x300, 0x400, 0x500, 0x600, 0x700,
                                       0x800, 0x900, 0xc00, 0xd00, 0xf00, 0xf20};
    struct bus *b = f->m->bus;
    int r = bus_ram_fill(b, f->vof, 0, VOF_LEN);
    r |= bus_ram_write(b, f->vof, vof_stub, sizeof vof_stub);
    for (size_t i = 0; !f->vof && i < ARRAY_SIZE(vectors); i++)
        r |= bus_ram_write(b, vectors[i], vof_stub + VECTOR_STUB_AT, VECTOR_STUB_LEN);
    if (r)
        log_line(fw_log(f), LOG_HOST, "no RAM for the firmware at %#llx",
                 (unsigned long long)f->vof);
}

/* Facts 0.2 and 4.2: real mode, MSR[IP] clear; FP on for clients that expect it. */
static void set_state(struct firmware *f, uint64_t entry)
{
    struct ppc_cpu *c = f->m->cpu;
    ppc_reset(c);
    ppc_set_msr(c, MSR_FP | MSR_ME);
    (void)ppc_reg_set(c, "hid0", (const uint8_t[16]){0, 0, 0xc0, 0}); /* ICE, DCE: caches are on */
    for (unsigned i = 0; i < 32; i++)
        ppc_set_gpr(c, i, 0);
    ppc_set_gpr(c, 1, f->vof + VOF_LEN - 0x20);
    ppc_set_gpr(c, 3, f->initrd);
    ppc_set_gpr(c, 4, f->initrd_len);
    ppc_set_gpr(c, 5, f->vof + CI_ENTRY_AT);
    ppc_set_lr(c, f->vof + CLIENT_RETURN_AT);
    ppc_set_pc(c, entry);
}

void fw_start_client(struct firmware *f, uint64_t entry)
{
    write_vof(f);
    set_state(f, entry);
    fw_console_take(f);
    f->pending = FW_NOTHING;
    f->interactive = false;
    log_line(fw_log(f), LOG_RESET, "client starts at %#llx, firmware at %#llx",
             (unsigned long long)entry, (unsigned long long)f->vof);
}

static void chain_client(struct firmware *f)
{
    set_state(f, f->chain_entry);
    ppc_set_gpr(f->m->cpu, 6, f->chain_args);
    ppc_set_gpr(f->m->cpu, 7, f->chain_len);
    f->interactive = false;
}

/* ---- boot, prompt ---- */

void fw_prompt(struct firmware *f)
{
    fw_console_take(f);
    screen_take(f); /* a client may have left another mode */
    ok_reset(&f->ok);
    f->interactive = true;
    f->pending = FW_NOTHING;
    ok_show_prompt(f);
}

/* What `boot` on its own means. */
static int boot_usual(struct firmware *f, struct error *err)
{
    if (f->m->cfg->kernel) return fw_boot_kernel(f, err);
    if (f->m->cfg->demo && !f->m->cfg->boot_file) return fw_boot_demo(f, err);
    return fw_boot_default(f, err);
}

static void do_pending(struct firmware *f);

/* boot-command is run as if it had been typed. */
static int auto_boot(struct firmware *f, struct error *err)
{
    const char *command = env_get(&f->env, "boot-command");
    if (f->m->cfg->kernel) return fw_boot_kernel(f, err);
    if (!env_true(&f->env, "auto-boot?")) return error_set(err, ECANCELED, "auto-boot? is false");
    if (!strcmp(command, "boot")) return boot_usual(f, err);
    ok_run(f, command);
    if (f->pending != FW_NOTHING) {
        do_pending(f);
    } else {
        fw_prompt(f);
    }
    return 0;
}

/* What the command line named must work the first time; a medium that does not boot, or anything
 * after a guest's reset, ends at the prompt. */
static bool is_fatal(const struct firmware *f)
{
    const struct config *cfg = f->m->cfg;
    return !f->started_once && (cfg->kernel || cfg->initrd || cfg->dtb);
}

int firmware_boot(struct firmware *f, struct error *err)
{
    struct error why = {""};
    env_flush(&f->env);
    f->pending = FW_NOTHING;
    f->interactive = true;
    f->serial_was_cr = f->screen_was_cr = false;
    fw_console_take(f);
    screen_reset(f);
    f->keyboard = (struct fw_keyboard){.n = 0};
    int r = fw_fresh(f, &why);
    if (!r) r = auto_boot(f, &why);
    if (r && is_fatal(f)) return error_set(err, -r, "%s", why.text);
    f->started_once = true;
    if (r) {
        fw_print(f, "%s.\nThis is the firmware's prompt: help lists what it knows.\n", why.text);
        fw_prompt(f);
    }
    return 0;
}

bool firmware_interactive(const struct firmware *f)
{
    return f->interactive;
}

static void boot_again(struct firmware *f)
{
    struct error why = {""};
    int r = fw_fresh(f, &why);
    if (!r) r = f->boot_spec[0] ? fw_boot_spec(f, f->boot_spec, &why) : boot_usual(f, &why);
    if (!r) return;
    fw_print(f, "%s.\n", why.text);
    fw_prompt(f);
}

/* What a client asked for in a call; done here, outside the CPU's run. */
static void do_pending(struct firmware *f)
{
    enum fw_pending what = f->pending;
    f->pending = FW_NOTHING;
    switch (what) {
    case FW_BOOT:
        boot_again(f);
        break;
    case FW_CHAIN:
        chain_client(f);
        break;
    case FW_ENTER:
        fw_print(f, "\nType go to continue.\n");
        fw_prompt(f);
        f->can_go = true;
        break;
    case FW_EXIT:
        fw_print(f, "\n");
        f->can_go = false;
        fw_prompt(f);
        break;
    case FW_NOTHING:
        break;
    }
}

void firmware_poll(struct firmware *f)
{
    uint8_t byte;
    if (!f->interactive) return;
    if (f->pending != FW_NOTHING) do_pending(f);
    while (f->interactive && f->m->request == MACHINE_RUNNING && fw_get(f, &byte, 1)) {
        ok_input(f, byte);
        if (f->pending != FW_NOTHING) do_pending(f);
    }
}
