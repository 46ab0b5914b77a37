/*
 * Path resolution, properties and walks over the live tree.
 */
#include "tests/unit/fw_fixture.h"

#include <errno.h>
#include <stdio.h>

static uint32_t at(struct fx *x, const char *path)
{
    int node = tree_find(&x->fw->tree, path, NULL, 0);
    return node < 0 ? 0 : tree_phandle(&x->fw->tree, node);
}

START_TEST(resolves_paths)
{
    struct fx *x = fx_started();
    uint32_t ide = at(x, "/pci@80000000/ide@c,1");
    ck_assert_uint_ne(ide, 0);
    static const char *const same[] = {
        "/pci@80000000/ide@C,1",  "/pci/ide",          "/pci/ide@c,1",
        "/pci@80000000/@c,1",     "/PCI@80000000/IDE", "/pci/spi",
        "/pci@80000000/ide@0C,1", "/pci/ide/",         "//pci//ide",
    };
    for (size_t i = 0; i < ARRAY_SIZE(same); i++)
        ck_assert_msg(at(x, same[i]) == ide, "%s", same[i]);
    static const char *const none[] = {"/pci/none", "/pci@80000000/ide@c,2", "/pci@90000000", "",
                                       "nothing",   "/pci/ide/x/y",          "/isa"};
    for (size_t i = 0; i < ARRAY_SIZE(none); i++)
        ck_assert_msg(at(x, none[i]) == 0, "%s", none[i]);
    ck_assert_uint_eq(at(x, "/"), 1);
    ck_assert_uint_eq(at(x, "/memory"), at(x, "/memory@0"));
    ck_assert_uint_eq(at(x, "/pci/isa/serial"), at(x, "/pci@80000000/isa@C/serial@i2F8"));
    ck_assert_uint_eq(at(x, "/cpus/G4"), at(x, "/cpus/PowerPC,G4"));
    ck_assert_uint_eq(at(x, "/pci"), at(x, "/pci@c0000000")); /* the first one */
    fx_free(x);
}
END_TEST

START_TEST(resolves_drives_and_aliases)
{
    struct fx *x = fx_started();
    uint32_t cd = at(x, "/pci@80000000/ide@c,1/cdrom@1,0");
    char args[64];
    ck_assert_uint_ne(cd, 0);
    ck_assert_uint_eq(at(x, "cd"), cd);
    ck_assert_uint_eq(at(x, "cdrom"), cd);
    ck_assert_uint_eq(at(x, "/pci/ide/cdrom"), cd);
    ck_assert_uint_eq(at(x, "/pci/ide/cdrom@1"), cd);
    ck_assert_uint_eq(at(x, "/pci/ide/disk0@0"), at(x, "hd"));
    ck_assert_int_ge(tree_find(&x->fw->tree, "cd:2,\\boot\\file", args, sizeof args), 0);
    ck_assert_str_eq(args, "2,\\boot\\file");
    ck_assert_int_ge(tree_find(&x->fw->tree, "/pci/ide/cdrom@1,0:/a/b", args, sizeof args), 0);
    ck_assert_str_eq(args, "/a/b");
    ck_assert_int_ge(tree_find(&x->fw->tree, "cd", args, sizeof args), 0);
    ck_assert_str_eq(args, "");
    ck_assert_int_lt(tree_find(&x->fw->tree, "cd:0123456789", args, 8), 0);
    fx_free(x);
}
END_TEST

START_TEST(alias_loops_end)
{
    struct fx *x = fx_started();
    uint32_t aliases = at(x, "/aliases");
    ck_assert_int_eq(tree_set_str(&x->fw->tree, aliases, "loop", "loop/x"), 0);
    ck_assert_uint_eq(at(x, "loop"), 0);
    ck_assert_int_eq(tree_set_str(&x->fw->tree, aliases, "far", "cd:1"), 0);
    char args[64];
    ck_assert_int_ge(tree_find(&x->fw->tree, "far", args, sizeof args), 0);
    ck_assert_str_eq(args, "1");
    ck_assert_int_ge(tree_find(&x->fw->tree, "far:2", args, sizeof args), 0);
    ck_assert_str_eq(args, "2");
    fx_free(x);
}
END_TEST

START_TEST(walks_every_node_once)
{
    struct fx *x = fx_started();
    struct tree *t = &x->fw->tree;
    unsigned seen = 0, total = t->next_phandle - 1;
    uint32_t p = tree_peer(t, 0);
    ck_assert_uint_eq(p, 1);
    while (p) { /* depth first by child, peer, parent as prom_init does */
        seen++;
        ck_assert_ptr_nonnull(tree_get_str(t, tree_node(t, p), "name"));
        uint32_t next = tree_child(t, p);
        while (!next && p) {
            next = tree_peer(t, p);
            if (!next) p = tree_parent(t, p);
        }
        p = next;
        ck_assert_uint_le(seen, total);
    }
    ck_assert_uint_eq(seen, total);
    fx_free(x);
}
END_TEST

START_TEST(properties_grow_to_the_limit)
{
    struct fx *x = fx_started();
    struct tree *t = &x->fw->tree;
    static uint8_t big[TREE_VALUE_MAX];
    uint32_t root = at(x, "/");
    int r = 0;
    for (unsigned i = 0; i < 64 && !r; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%u", i);
        r = tree_set(t, root, name, big, sizeof big);
    }
    ck_assert_int_eq(r, -ENOSPC);
    ck_assert_int_eq(tree_set(t, root, "x", big, sizeof big + 1), -EINVAL);
    ck_assert_int_eq(tree_set(t, root, "", big, 1), -EINVAL);
    ck_assert_int_eq(tree_set(t, 9999, "x", big, 1), -EINVAL);
    ck_assert_str_eq(tree_get_str(t, 0, "model"), "Pegasos2");
    fx_free(x);
}
END_TEST

START_TEST(next_prop_lists_all)
{
    struct fx *x = fx_started();
    struct tree *t = &x->fw->tree;
    bool bad;
    unsigned n = 0, model = 0;
    for (const char *s = tree_next_prop(t, 0, "", &bad); s; s = tree_next_prop(t, 0, s, &bad)) {
        n++;
        model += !strcmp(s, "model");
    }
    ck_assert(!bad);
    ck_assert_uint_eq(model, 1);
    ck_assert_uint_ge(n, 4);
    ck_assert_ptr_null(tree_next_prop(t, 0, "no-such-property", &bad));
    ck_assert(bad);
    fx_free(x);
}
END_TEST

START_TEST(rejects_bad_blobs)
{
    struct tree t = {NULL, 0};
    struct error err = {""};
    static uint8_t junk[4096] = {0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0x10, 0};
    ck_assert_int_eq(tree_load(&t, "x.dtb", junk, sizeof junk, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "x.dtb"));
    ck_assert_int_eq(tree_load(&t, "x.dtb", junk, 10, &err), -EINVAL);
    tree_free(&t);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {resolves_paths,
                                  resolves_drives_and_aliases,
                                  alias_loops_end,
                                  walks_every_node_once,
                                  properties_grow_to_the_limit,
                                  next_prop_lists_all,
                                  rejects_bad_blobs,
                                  NULL};
    return fx_run("of_tree", tests);
}
