/*
 * The client interface: services by name. Source: IEEE 1275-1994 6.3.2 for names, arguments and
 * results; facts 4.4-4.6 for what clients of this board were seen to rely on.
 *
 * The array has 32-bit big-endian cells: service name, number of arguments n, number of results m,
 * arguments, results. Every count and pointer is checked (rule R33); a malformed array gives
 * H_PARAMETER, an unknown service -1 with -1 in the first result.
 */
#include "firmware/fw.h"

#include <errno.h>
#include <string.h>

#include "hcall/hcall.h"

#define CELLS_MAX   16 /* arguments or results of one call; IEEE 1275 clients use up to 10 */
#define NAME_MAX_CI 64
#define ANY         0xff

#define BAD UINT32_MAX /* -1 in a cell */

struct call {
    struct firmware *f;
    uint32_t n_in, n_out;
    uint32_t in[CELLS_MAX];
    uint32_t out[CELLS_MAX];
};

static void finddevice(struct call *c)
{
    char path[TREE_PATH_MAX];
    c->out[0] = BAD;
    if (mem_str(c->f, c->in[0], path, sizeof path)) return;
    int node = tree_find(&c->f->tree, path, NULL, 0);
    if (node >= 0) c->out[0] = tree_phandle(&c->f->tree, node);
}

/* The value of the property named by in[0], in[1]; NULL sets the result to -1. */
static const void *property(struct call *c, int *len)
{
    char name[TREE_NAME_MAX];
    int node = tree_node(&c->f->tree, c->in[0]);
    const void *v = NULL;
    if (node >= 0 && !mem_str(c->f, c->in[1], name, sizeof name)) {
        v = tree_get(&c->f->tree, node, name, len);
    }
    c->out[0] = v ? (uint32_t)*len : BAD;
    return v;
}

static void getproplen(struct call *c)
{
    int len;
    property(c, &len);
}

static void getprop(struct call *c)
{
    int len;
    const void *v = property(c, &len);
    if (!v) return;
    uint32_t n = (uint32_t)len < c->in[3] ? (uint32_t)len : c->in[3];
    if (n && mem_write(c->f, c->in[2], v, n)) c->out[0] = BAD;
}

/* A variable changed through /options is one changed with setenv. */
void of_note_option(struct firmware *f, uint32_t phandle, const char *name, const char *v,
                    size_t len)
{
    int options = tree_find(&f->tree, "/options", NULL, 0);
    if (options < 0 || tree_phandle(&f->tree, options) != phandle) return;
    if (!len || len > ENV_VALUE_MAX || strnlen(v, len) != len - 1) return;
    if (!env_set(&f->env, name, v)) fw_changed_nvram(f);
}

static void setprop(struct call *c)
{
    char name[TREE_NAME_MAX];
    uint32_t len = c->in[3];
    c->out[0] = BAD;
    if (len > FW_BOUNCE || mem_str(c->f, c->in[1], name, sizeof name)) return;
    if (!strcmp(name, "phandle")) return; /* it is how nodes are found */
    if (len && mem_read(c->f, c->in[2], c->f->bounce, len)) return;
    if (tree_set(&c->f->tree, c->in[0], name, c->f->bounce, len)) return;
    of_note_option(c->f, c->in[0], name, (const char *)c->f->bounce, len);
    c->out[0] = len;
}

static void nextprop(struct call *c)
{
    char prev[TREE_NAME_MAX] = "";
    int node = tree_node(&c->f->tree, c->in[0]);
    bool bad = true;
    const char *name = NULL;
    c->out[0] = BAD;
    if (node < 0 || (c->in[1] && mem_str(c->f, c->in[1], prev, sizeof prev))) return;
    name = tree_next_prop(&c->f->tree, node, prev, &bad);
    if (bad) return;
    const char *text = name ? name : "";
    if (mem_write(c->f, c->in[2], text, (uint32_t)strlen(text) + 1)) return;
    c->out[0] = name != NULL;
}

static void peer(struct call *c)
{
    c->out[0] = tree_peer(&c->f->tree, c->in[0]);
}
static void child(struct call *c)
{
    c->out[0] = tree_child(&c->f->tree, c->in[0]);
}
static void parent(struct call *c)
{
    c->out[0] = tree_parent(&c->f->tree, c->in[0]);
}

/* IEEE 1275: up to buflen bytes are written, with a NUL when it fits; the full length without NUL
 * is the result. */
static uint32_t put_path(struct call *c, const char *path, int len)
{
    if (len < 0) return BAD;
    uint32_t n = (uint32_t)len + 1 < c->in[2] ? (uint32_t)len + 1 : c->in[2];
    if (n && mem_write(c->f, c->in[1], path, n)) return BAD;
    return (uint32_t)len;
}

static int path_with_args(struct firmware *f, int node, const char *args, char *path, size_t room)
{
    int len = node < 0 ? -1 : tree_path(&f->tree, node, path, room);
    if (len < 0 || !*args) return len;
    if ((size_t)len + 1 + strlen(args) >= room) return -1;
    path[len] = ':';
    strcpy(path + len + 1, args);
    return len + 1 + (int)strlen(args);
}

static void package_to_path(struct call *c)
{
    char path[TREE_PATH_MAX];
    int node = tree_node(&c->f->tree, c->in[0]);
    c->out[0] = put_path(c, path, path_with_args(c->f, node, "", path, sizeof path));
}

static void instance_path(struct call *c, bool with_args)
{
    char path[TREE_PATH_MAX];
    const struct instance *i = instance_get(c->f, c->in[0]);
    int node = i ? tree_node(&c->f->tree, i->phandle) : -1;
    const char *args = i && with_args ? i->args : "";
    c->out[0] = put_path(c, path, path_with_args(c->f, node, args, path, sizeof path));
}

/* Linux looks the result up as a node and QEMU's VOF leaves arguments out: so do we. */
static void instance_to_path(struct call *c)
{
    instance_path(c, false);
}
static void instance_to_interposed_path(struct call *c)
{
    instance_path(c, true);
}

static void instance_to_package(struct call *c)
{
    const struct instance *i = instance_get(c->f, c->in[0]);
    c->out[0] = i ? i->phandle : BAD;
}

static void canon(struct call *c)
{
    char path[TREE_PATH_MAX], args[FW_ARGS_MAX];
    c->out[0] = BAD;
    if (mem_str(c->f, c->in[0], path, sizeof path)) return;
    int node = tree_find(&c->f->tree, path, args, sizeof args);
    c->out[0] = put_path(c, path, path_with_args(c->f, node, args, path, sizeof path));
}

/* 0 is IEEE 1275's "could not be opened"; QEMU's -1 would look like a handle to GRUB. */
static void open_package(struct call *c)
{
    char path[TREE_PATH_MAX];
    c->out[0] = 0;
    if (!mem_str(c->f, c->in[0], path, sizeof path)) c->out[0] = instance_open(c->f, path);
}

static void close_package(struct call *c)
{
    instance_close(c->f, c->in[0]);
}

static void read_package(struct call *c)
{
    struct instance *i = instance_get(c->f, c->in[0]);
    c->out[0] = i ? (uint32_t)instance_read(c->f, i, c->in[1], c->in[2]) : BAD;
}

static void write_package(struct call *c)
{
    struct instance *i = instance_get(c->f, c->in[0]);
    c->out[0] = i ? (uint32_t)instance_write(c->f, i, c->in[1], c->in[2]) : BAD;
}

static void seek_package(struct call *c)
{
    struct instance *i = instance_get(c->f, c->in[0]);
    uint64_t pos = (uint64_t)c->in[1] << 32 | c->in[2];
    c->out[0] = i ? (uint32_t)instance_seek(c->f, i, pos) : BAD;
}

void of_update_available(struct firmware *f)
{
    uint8_t cells[CLAIMS_MAX * 8 + 8];
    size_t len = 0;
    struct claim gap;
    for (unsigned i = 0; len < sizeof cells && claims_gap(&f->claims, i, &gap); i++) {
        put_be32(cells + len, (uint32_t)gap.start);
        put_be32(cells + len + 4, (uint32_t)(gap.end - gap.start));
        len += 8;
    }
    uint32_t memory = tree_phandle(&f->tree, tree_find(&f->tree, "/memory", NULL, 0));
    if (memory) (void)tree_set(&f->tree, memory, "available", cells, len);
}

/* in: virt, size, align. Without alignment exactly there, else anywhere above the program. */
static void claim(struct call *c)
{
    struct firmware *f = c->f;
    uint64_t at = c->in[0];
    int r;
    if (c->in[2]) {
        r = claims_take_aligned(&f->claims, c->in[1], c->in[2], f->image.high, &at);
    } else {
        r = claims_take(&f->claims, at, c->in[1]);
    }
    c->out[0] = r ? BAD : (uint32_t)at;
    if (!r) of_update_available(f);
}

static void release(struct call *c)
{
    if (!claims_drop(&c->f->claims, c->in[0], c->in[1])) of_update_available(c->f);
}

/* Arguments come top of the stack first: method, ihandle, top, ... */
static void call_method(struct call *c)
{
    char method[NAME_MAX_CI];
    uint32_t none;
    struct instance *i = c->n_in >= 2 ? instance_get(c->f, c->in[1]) : NULL;
    unsigned n_out = c->n_out ? c->n_out - 1 : 0;
    int32_t r = -1;
    if (i && !mem_str(c->f, c->in[0], method, sizeof method)) {
        r = of_call_method(c->f, i, method, c->in + 2, c->n_in - 2, c->n_out ? c->out + 1 : &none,
                           n_out);
    }
    c->out[0] = (uint32_t)r;
}

static void interpret(struct call *c)
{
    char words[1024];
    c->out[0] = BAD;
    if (!c->n_in || mem_str(c->f, c->in[0], words, sizeof words)) return;
    c->out[0] = (uint32_t)of_interpret(c->f, words);
}

static void milliseconds(struct call *c)
{
    c->out[0] = (uint32_t)(sched_now(&c->f->m->sched) / 1000000);
}

/* Nothing of ours runs behind the client's back; services go on working (facts 4.5). */
static void quiesce(struct call *c)
{
    (void)c;
}

static void ask(struct call *c, enum fw_pending what)
{
    c->f->pending = what;
    c->f->interactive = true;
    ppc_kick(c->f->m->cpu);
}

static void exit_client(struct call *c)
{
    ask(c, FW_EXIT);
}
static void enter(struct call *c)
{
    ask(c, FW_ENTER);
}

static void boot(struct call *c)
{
    if (mem_str(c->f, c->in[0], c->f->boot_spec, sizeof c->f->boot_spec)) c->f->boot_spec[0] = 0;
    ask(c, FW_BOOT);
}

/* in: virt, size (to give back), entry, args, len */
static void chain(struct call *c)
{
    if (c->in[1] && !claims_drop(&c->f->claims, c->in[0], c->in[1])) of_update_available(c->f);
    c->f->chain_entry = c->in[2];
    c->f->chain_args = c->in[3];
    c->f->chain_len = c->in[4];
    ask(c, FW_CHAIN);
}

static void set_callback(struct call *c)
{
    c->out[0] = c->f->callback;
    c->f->callback = c->in[0];
}

static void set_symbol_lookup(struct call *c)
{
    (void)c;
}
static void start_cpu(struct call *c)
{
    c->out[0] = BAD;
} /* there is one CPU */

static void test_method(struct call *c)
{
    char method[NAME_MAX_CI];
    c->out[0] = BAD;
    if (mem_str(c->f, c->in[1], method, sizeof method)) return;
    c->out[0] = of_has_method(c->f, c->in[0], method) ? 0 : BAD;
}

static void test(struct call *c);

static const struct service {
    const char *name;
    uint8_t n_in, n_out; /* ANY: whatever the client passes */
    void (*fn)(struct call *c);
    uint8_t text; /* which argument (from 1) is a string, for the log */
} services[] = {
    {"boot", 1, 0, boot, 1},
    {"call-method", ANY, ANY, call_method, 1},
    {"canon", 3, 1, canon, 1},
    {"chain", 5, 0, chain, 0},
    {"child", 1, 1, child, 0},
    {"claim", 3, 1, claim, 0},
    {"close", 1, 0, close_package, 0},
    {"enter", 0, 0, enter, 0},
    {"exit", 0, 0, exit_client, 0},
    {"finddevice", 1, 1, finddevice, 1},
    {"getprop", 4, 1, getprop, 2},
    {"getproplen", 2, 1, getproplen, 2},
    {"instance-to-interposed-path", 3, 1, instance_to_interposed_path, 0},
    {"instance-to-package", 1, 1, instance_to_package, 0},
    {"instance-to-path", 3, 1, instance_to_path, 0},
    {"interpret", ANY, ANY, interpret, 1},
    {"milliseconds", 0, 1, milliseconds, 0},
    {"nextprop", 3, 1, nextprop, 2},
    {"open", 1, 1, open_package, 1},
    {"package-to-path", 3, 1, package_to_path, 0},
    {"parent", 1, 1, parent, 0},
    {"peer", 1, 1, peer, 0},
    {"quiesce", 0, 0, quiesce, 0},
    {"read", 3, 1, read_package, 0},
    {"release", 2, 0, release, 0},
    {"seek", 3, 1, seek_package, 0},
    {"set-callback", 1, 1, set_callback, 0},
    {"set-symbol-lookup", 2, 0, set_symbol_lookup, 0},
    {"setprop", 4, 1, setprop, 2},
    {"start-cpu", 3, 0, start_cpu, 0},
    {"test", 1, 1, test, 1},
    {"test-method", 2, 1, test_method, 2},
    {"write", 3, 1, write_package, 0},
};

static const struct service *find_service(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        if (!strcmp(services[i].name, name)) return &services[i];
    return NULL;
}

static void test(struct call *c)
{
    char name[NAME_MAX_CI];
    c->out[0] = BAD;
    if (!mem_str(c->f, c->in[0], name, sizeof name) && find_service(name)) c->out[0] = 0;
}

static bool counts_fit(const struct service *s, const struct call *c)
{
    return (s->n_in == ANY || s->n_in == c->n_in) && (s->n_out == ANY || s->n_out == c->n_out);
}

/* Everything is read before the service runs: it may write over its own argument array. */
static int fetch(struct call *c, uint32_t at, char name[NAME_MAX_CI])
{
    uint32_t name_at;
    if (at & 3) return -EINVAL;
    if (mem_u32(c->f, at, &name_at) || mem_u32(c->f, at + 4, &c->n_in) ||
        mem_u32(c->f, at + 8, &c->n_out)) {
        return -EFAULT;
    }
    if (c->n_in > CELLS_MAX || c->n_out > CELLS_MAX) return -EINVAL;
    for (uint32_t i = 0; i < c->n_in; i++)
        if (mem_u32(c->f, at + 12 + 4 * i, &c->in[i])) return -EFAULT;
    return mem_str(c->f, name_at, name, NAME_MAX_CI);
}

static int put_results(struct call *c, uint32_t at)
{
    for (uint32_t i = 0; i < c->n_out; i++)
        if (mem_put_u32(c->f, at + 12 + 4 * (c->n_in + i), c->out[i])) return -EFAULT;
    return 0;
}

static void run(const struct service *s, struct call *c)
{
    char text[NAME_MAX_CI] = "";
    if (!log_on(fw_log(c->f), LOG_HCALL)) {
        s->fn(c);
        return;
    }
    if (s->text && s->text <= c->n_in &&
        mem_str(c->f, c->in[s->text - 1], text, sizeof text) == -EFAULT) {
        text[0] = 0;
    }
    s->fn(c);
    log_line(fw_log(c->f), LOG_HCALL, "of: %s(%#x, %#x, %#x, %#x) \"%s\" = %#x", s->name, c->in[0],
             c->in[1], c->in[2], c->in[3], text, c->out[0]);
}

int64_t of_client_call(void *owner, struct ppc_cpu *cpu)
{
    struct call c = {.f = owner};
    char name[NAME_MAX_CI];
    uint32_t at = (uint32_t)ppc_gpr(cpu, 4);
    if (fetch(&c, at, name)) {
        log_line(fw_log(c.f), LOG_HCALL, "of: malformed argument array at %#x", at);
        return H_PARAMETER;
    }
    const struct service *s = find_service(name);
    if (!s || !counts_fit(s, &c)) {
        log_once(fw_log(c.f), LOG_GUEST, "of service", at, "of: no service %s with %u,%u cells",
                 name, c.n_in, c.n_out);
        c.out[0] = BAD;
        return put_results(&c, at) ? H_PARAMETER : -1;
    }
    run(s, &c);
    return put_results(&c, at) ? H_PARAMETER : H_SUCCESS;
}
