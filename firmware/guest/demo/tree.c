/* The device tree as an indented list: name@unit, device_type, reg. */
#include "guest.h"

enum { REG_CELLS = 6, DEPTH_MAX = 16 };

static const char *last_part(const char *path)
{
    const char *part = path;
    for (; *path; path++)
        if (*path == '/' && path[1]) part = path + 1;
    return part;
}

static void show_node(uint32_t node, int depth)
{
    char path[128] = "", type[24] = "";
    uint32_t reg[REG_CELLS];
    int len = of_path(node, path, sizeof path - 1);
    path[len > 0 && len < (int)sizeof path ? len : 0] = 0;
    if (of_getprop(node, "device_type", type, sizeof type - 1) < 0) type[0] = 0;
    print("  %*s%-*s %-10s", 2 * depth, "", 30 - 2 * depth, last_part(path), type);
    len = of_getprop(node, "reg", reg, sizeof reg);
    for (int i = 0; i < len / 4 && i < REG_CELLS; i++) print(" %08x", reg[i]);
    print(len > (int)sizeof reg ? " ...\n" : "\n");
}

void show_tree(void)
{
    uint32_t stack[DEPTH_MAX], node = of_peer(0);
    int depth = 0;
    while (node) {
        show_node(node, depth);
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
