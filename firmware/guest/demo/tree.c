/* The device tree, and a list of it: name@unit, device_type, reg. */
#include "guest.h"

enum { REG_CELLS = 5, DEPTH_MAX = 16 };

static const char *last_part(const char *path)
{
    const char *part = path;
    for (; *path; path++)
        if (*path == '/' && path[1]) part = path + 1;
    return part;
}

static void describe(struct node *n, uint32_t phandle, int depth)
{
    int len = of_path(phandle, n->path, sizeof n->path - 1);
    n->path[len > 0 && len < (int)sizeof n->path ? len : 0] = 0;
    memset(n->type, 0, sizeof n->type);
    of_getprop(phandle, "device_type", n->type, sizeof n->type - 1);
    n->name = last_part(n->path);
    n->phandle = phandle;
    n->depth = depth;
}

void show_node(const struct node *n)
{
    uint32_t reg[REG_CELLS];
    print("  %*s%-*s %-10s", 2 * n->depth, "", 30 - 2 * n->depth, n->name, n->type);
    int len = of_getprop(n->phandle, "reg", reg, sizeof reg);
    for (int i = 0; i < len / 4 && i < REG_CELLS; i++) print(" %08x", reg[i]);
    print(len > (int)sizeof reg ? " ..\n" : "\n");
}

void each_node(void (*show)(const struct node *n))
{
    static struct node described;
    uint32_t stack[DEPTH_MAX], node = of_peer(0);
    int depth = 0;
    while (node) {
        describe(&described, node, depth);
        show(&described);
        uint32_t next = depth + 1 < DEPTH_MAX ? of_child(node) : 0;
        if (next) {
            stack[depth++] = node;
        } else {
            next = of_peer(node);
            while (!next && depth) next = of_peer(stack[--depth]);
            if (!depth) next = 0; /* beside the root is nothing */
        }
        node = next;
    }
}

static const char *wanted;
static uint32_t found;

static int same(const char *a, const char *b)
{
    for (; *a && *a == *b; a++) b++;
    return *a == *b;
}

static void compare_type(const struct node *n)
{
    const char *at = n->name;
    while (*at && *at != '@') at++;
    if (!found && *at && same(n->type, wanted)) found = n->phandle;
}

uint32_t find_type(const char *device_type)
{
    wanted = device_type;
    found = 0;
    each_node(compare_type);
    return found;
}

/* The first node under /cpus. */
static uint32_t cpu(void) { return of_child(of_finddevice("/cpus")); }

int cpu_has(const char *property)
{
    char any[4];
    return of_getprop(cpu(), property, any, sizeof any) >= 0;
}

uint32_t cpu_value(const char *property)
{
    uint32_t v = 0;
    return of_getprop(cpu(), property, &v, sizeof v) == sizeof v ? v : 0;
}
