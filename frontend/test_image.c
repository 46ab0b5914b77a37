#include "frontend/test_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontend/test_json.h"

static int read_file(const char *path, uint8_t **data, size_t *len, struct error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f) return error_set(err, errno, "%s: %s", path, strerror(errno));
    size_t room = 1 << 16, n = 0, got;
    uint8_t *p = xcalloc(1, room);
    while ((got = fread(p + n, 1, room - n, f)) > 0) {
        n += got;
        if (n == room) p = xrealloc(p, room *= 2);
    }
    int r = ferror(f) ? error_set(err, EIO, "%s: cannot be read", path) : 0;
    fclose(f);
    if (r) free(p);
    *data = p;
    *len = n;
    return r;
}

/* ELF32, big-endian: offsets of the header fields used here (System V ABI, PowerPC supplement). */
enum {
    E_TYPE = 16,
    E_MACHINE = 18,
    E_ENTRY = 24,
    E_PHOFF = 28,
    E_PHENTSIZE = 42,
    E_PHNUM = 44,
    EHDR = 52
};
enum { P_OFFSET = 4, P_PADDR = 12, P_FILESZ = 16, P_MEMSZ = 20, PHDR = 32, PT_LOAD = 1 };
enum { ET_EXEC = 2, EM_PPC = 20 };

static int load_segment(const char *path, const uint8_t *ph, const uint8_t *elf, size_t len,
                        struct bare *b, struct error *err)
{
    uint32_t off = get_be32(ph + P_OFFSET), at = get_be32(ph + P_PADDR);
    uint32_t filesz = get_be32(ph + P_FILESZ), memsz = get_be32(ph + P_MEMSZ);
    if (get_be32(ph) != PT_LOAD || !memsz) return 0;
    if (filesz > memsz || !span_ok(off, filesz, len)) {
        return error_set(err, EINVAL, "%s: a bad segment", path);
    }
    if (!span_ok(at, memsz, b->ram_size)) {
        return error_set(err, EINVAL, "%s: a segment at %08x does not fit into RAM", path, at);
    }
    memset(b->ram + at, 0, memsz);
    return bare_write(b, at, elf + off, filesz) ? 0
                                                : error_set(err, EINVAL, "%s: a bad segment", path);
}

static int load_elf(struct image_args *a, struct bare *b, struct error *err)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 1, 2};
    uint8_t *elf;
    size_t len;
    int r = read_file(a->elf, &elf, &len, err);
    if (r) return r;
    if (len < EHDR || memcmp(elf, magic, sizeof magic) || get_be16(elf + E_MACHINE) != EM_PPC ||
        get_be16(elf + E_TYPE) != ET_EXEC) {
        r = error_set(err, EINVAL, "%s: no 32-bit big-endian PowerPC ELF executable", a->elf);
        goto out;
    }
    uint32_t off = get_be32(elf + E_PHOFF), step = get_be16(elf + E_PHENTSIZE),
             n = get_be16(elf + E_PHNUM);
    if (step < PHDR || !span_ok(off, (uint64_t)step * n, len)) {
        r = error_set(err, EINVAL, "%s: bad program headers", a->elf);
        goto out;
    }
    for (uint32_t i = 0; i < n && !r; i++)
        r = load_segment(a->elf, elf + off + i * step, elf, len, b, err);
    if (!a->pc_given) a->pc = get_be32(elf + E_ENTRY);
    a->pc_given = true;
out:
    free(elf);
    return r;
}

static int load_raw(struct image_args *a, char *arg, struct bare *b, struct error *err)
{
    char *eq = strchr(arg, '=');
    uint64_t hi, at;
    uint8_t *data;
    size_t len;
    if (!eq || !span_number((struct span){arg, (size_t)(eq - arg)}, &hi, &at) || hi) {
        return error_set(err, EINVAL, "--load %s: ADDR=FILE is expected", arg);
    }
    int r = read_file(eq + 1, &data, &len, err);
    if (r) return r;
    if (!bare_write(b, at, data, len)) {
        r = error_set(err, EINVAL, "--load %s: does not fit into RAM", arg);
    }
    if (!a->pc_given) a->pc = at;
    a->pc_given = true;
    free(data);
    return r;
}

int bare_load(struct image_args *a, struct bare *b, struct error *err)
{
    int r = a->elf ? load_elf(a, b, err) : 0;
    for (int i = 0; i < a->n_loads && !r; i++) r = load_raw(a, a->loads[i], b, err);
    return r;
}
