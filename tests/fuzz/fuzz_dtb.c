/*
 * Any bytes as a -dtb file, and what clients do to a tree that was accepted.
 */
#include "tests/fuzz/fuzz.h"

#include <libfdt.h>

#include "firmware/of_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    static const char *const paths[] = {"/",       "/cpus", "/cpus/@0", "cd:1,\\x", "/a/b/c", "//",
                                        "/chosen", "@",     "/@",       "/cpus@",   ":"};
    struct tree t = {NULL, 0};
    struct error err = {""};
    char args[16], path[TREE_PATH_MAX];
    if (!tree_load(&t, "fuzz", p, len, &err)) {
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            int node = tree_find(&t, paths[i], args, sizeof args);
            if (node < 0) continue;
            uint32_t phandle = tree_phandle(&t, node);
            (void)tree_path(&t, node, path, sizeof path);
            (void)tree_get_str(&t, node, "device_type");
            (void)tree_set(&t, phandle, "new", p, len < 64 ? len : 64);
            (void)tree_ensure(&t, phandle, "child@0");
            (void)tree_child(&t, phandle);
            (void)tree_peer(&t, phandle);
            (void)tree_parent(&t, phandle);
        }
        bool bad;
        const char *name = tree_next_prop(&t, 0, "", &bad);
        for (unsigned i = 0; name && i < 1000; i++)
            name = tree_next_prop(&t, 0, name, &bad);
    }
    tree_free(&t);
    return 0;
}

#ifndef FUZZ_LIBFUZZER
static size_t fuzz_seed(unsigned n, uint8_t *p, size_t room)
{
    if (n > 3) return 0;
    (void)!fdt_create(p, (int)room);
    fdt_finish_reservemap(p);
    fdt_begin_node(p, "");
    fdt_property_string(p, "model", "fuzz");
    fdt_begin_node(p, "aliases");
    fdt_property_string(p, "cd", "/cpus:2");
    fdt_property_string(p, "loop", "loop");
    fdt_end_node(p);
    fdt_begin_node(p, "cpus");
    fdt_begin_node(p, "PowerPC,G4@0");
    fdt_property_string(p, "device_type", "cpu");
    if (n & 1) fdt_property_u32(p, "phandle", n & 2 ? 0xfffffffe : 1);
    fdt_end_node(p);
    fdt_end_node(p);
    fdt_end_node(p);
    fdt_finish(p);
    return fdt_totalsize(p);
}
#endif
