#include "frontend/test_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/msr.h"
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

/* Big-endian ELF of either class: where the fields used here are (System V ABI, PowerPC and 64-bit PowerPC supplements). */
struct layout {
    unsigned size, bits;                        /* of addresses and offsets */
    unsigned ehdr, entry, phoff, flags, phentsize, phnum;
    unsigned phdr, p_flags, p_offset, p_paddr, p_filesz, p_memsz;
    uint16_t machine;
};
static const struct layout layouts[] = {
    {4, 32, 52, 24, 28, 36, 42, 44, 32, 24, 4, 12, 16, 20, 20},
    {8, 64, 64, 24, 32, 48, 54, 56, 56, 4, 8, 24, 32, 40, 21},
};
enum { E_CLASS = 4, E_TYPE = 16, E_MACHINE = 18, ET_EXEC = 2, PT_LOAD = 1, PF_X = 1, ABI_MASK = 3, ABI_V2 = 2 };

struct elf {
    const char *path;
    const struct layout *at;
    const uint8_t *bytes;
    size_t len;
    bool entry_is_code; /* the segment that the entry is in can be executed */
};

static uint64_t field(const struct elf *e, const uint8_t *p, unsigned offset)
{
    return e->at->size == 8 ? get_be64(p + offset) : get_be32(p + offset);
}

static int load_segment(struct elf *e, const uint8_t *ph, struct bare *b, struct error *err)
{
    const struct layout *l = e->at;
    uint64_t off = field(e, ph, l->p_offset), at = field(e, ph, l->p_paddr);
    uint64_t filesz = field(e, ph, l->p_filesz), memsz = field(e, ph, l->p_memsz);
    if (get_be32(ph) != PT_LOAD || !memsz) return 0;
    if (filesz > memsz || !span_ok(off, filesz, e->len)) {
        return error_set(err, EINVAL, "%s: a bad segment", e->path);
    }
    if (!span_ok(at, memsz, b->ram_size)) {
        return error_set(err, EINVAL, "%s: a segment at %08llx does not fit into RAM", e->path, (unsigned long long)at);
    }
    uint64_t entry = field(e, e->bytes, l->entry);
    if (entry >= at && entry - at < memsz) e->entry_is_code = get_be32(ph + l->p_flags) & PF_X;
    memset(b->ram + at, 0, memsz);
    return bare_write(b, at, e->bytes + off, filesz) ? 0 : error_set(err, EINVAL, "%s: a bad segment", e->path);
}

static int check_header(struct elf *e, unsigned width, struct error *err)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
    bool known = e->len > E_CLASS + 1 && !memcmp(e->bytes, magic, sizeof magic) && e->bytes[E_CLASS + 1] == 2 &&
                 (e->bytes[E_CLASS] == 1 || e->bytes[E_CLASS] == 2);
    if (known) e->at = &layouts[e->bytes[E_CLASS] - 1];
    if (!known || e->len < e->at->ehdr || get_be16(e->bytes + E_MACHINE) != e->at->machine ||
        get_be16(e->bytes + E_TYPE) != ET_EXEC) {
        return error_set(err, EINVAL, "%s: no big-endian PowerPC ELF executable", e->path);
    }
    if (e->at->bits > width) {
        return error_set(err, EINVAL, "%s: a 64-bit executable wants a 64-bit model (--cpu 970)", e->path);
    }
    return 0;
}

/* The entry of a 64-bit executable names code, or with the first ABI a function descriptor: code, TOC. The header's flags
 * say which ABI it is; where they do not, an entry that is no code is a descriptor. */
static int find_entry(struct elf *e, struct image_args *a, struct bare *b, struct error *err)
{
    uint64_t at = field(e, e->bytes, e->at->entry);
    uint8_t descriptor[16];
    bool v2 = (get_be32(e->bytes + e->at->flags) & ABI_MASK) == ABI_V2;
    if (e->at->bits == 64 && !v2 && !e->entry_is_code) {
        if (!bare_read(b, at, descriptor, sizeof descriptor)) {
            return error_set(err, EINVAL, "%s: the entry's descriptor at %08llx is not in RAM", e->path, (unsigned long long)at);
        }
        at = get_be64(descriptor);
        a->toc = get_be64(descriptor + 8);
    }
    if (!a->pc_given) a->pc = at;
    a->pc_given = true;
    return 0;
}

static int load_elf(struct image_args *a, struct bare *b, struct error *err)
{
    uint8_t *data;
    struct elf e = {.path = a->elf};
    int r = read_file(a->elf, &data, &e.len, err);
    if (r) return r;
    e.bytes = data;
    r = check_header(&e, b->width, err);
    if (!r) {
        uint64_t off = field(&e, data, e.at->phoff);
        unsigned step = get_be16(data + e.at->phentsize), n = get_be16(data + e.at->phnum);
        if (step < e.at->phdr || !span_ok(off, (uint64_t)step * n, e.len)) {
            r = error_set(err, EINVAL, "%s: bad program headers", a->elf);
        }
        for (unsigned i = 0; i < n && !r; i++) r = load_segment(&e, data + off + (uint64_t)i * step, b, err);
    }
    if (!r) r = find_entry(&e, a, b, err);
    if (!r) a->bits = e.at->bits;
    free(data);
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

void image_start(const struct image_args *a, struct bare *b)
{
    if (a->bits == 32 && b->width == 64) {
        bare_set(b, BARE_MSR, 0, (struct value){0, bare_get(b, BARE_MSR, 0).lo & ~MSR_SF});
    }
    if (a->toc) bare_set(b, BARE_GPR, 2, (struct value){0, a->toc});
    bare_set(b, BARE_PC, 0, (struct value){0, a->pc});
}
