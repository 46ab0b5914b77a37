/*
 * Boot image loaders. Sources: System V ABI (ELF header, program header) with the PowerPC
 * supplement, U-Boot's legacy image header (64 bytes, big-endian, CRC-32), RFC 1952.
 *
 * All sizes in a file are checked against the file and against RAM before anything is written or
 * allocated (rule R36).
 */
#include "firmware/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define NEST_MAX 3 /* gzip in uImage in gzip; deeper is refused */

/* ELF32 header offsets */
enum {
    E_CLASS = 4,
    E_DATA = 5,
    E_TYPE = 16,
    E_MACHINE = 18,
    E_ENTRY = 24,
    E_PHOFF = 28,
    E_PHENTSIZE = 42,
    E_PHNUM = 44,
    ELF32_HEADER = 52,
    ELF32_PH = 32
};
enum { P_TYPE = 0, P_OFFSET = 4, P_VADDR = 8, P_PADDR = 12, P_FILESZ = 16, P_MEMSZ = 20 };
enum { PT_LOAD = 1, EM_PPC = 20, CLASS_32 = 1, CLASS_64 = 2, DATA_LE = 1, DATA_BE = 2 };

enum { UIMAGE_MAGIC = 0x27051956, UIMAGE_HEADER = 64, UIMAGE_ARCH_PPC = 7 };
enum {
    UI_HCRC = 4,
    UI_SIZE = 12,
    UI_LOAD = 16,
    UI_ENTRY = 20,
    UI_DCRC = 24,
    UI_ARCH = 29,
    UI_TYPE = 30,
    UI_COMP = 31,
    UI_NAME = 32
};

struct job {
    const char *name;
    struct bus *bus;
    uint64_t ram;
    struct image *out;
    struct error *err;
    unsigned depth;
};

static bool looks_like_disk(const uint8_t *h, size_t len)
{
    if (len >= 512 && h[510] == 0x55 && h[511] == 0xaa) return true;
    if (len >= 2 && h[0] == 'E' && h[1] == 'R') return true;
    for (size_t at = 0; at < 16 * 512 && at + 4 <= len; at += 512)
        if (!memcmp(h + at, "RDSK", 4)) return true;
    return false;
}

enum image_kind image_identify(const uint8_t *head, size_t len, uint64_t size)
{
    if (!size || !len) return IMAGE_EMPTY;
    if (len >= 4 && !memcmp(head, "\177ELF", 4)) return IMAGE_ELF;
    if (len >= 4 && get_be32(head) == UIMAGE_MAGIC) return IMAGE_UIMAGE;
    if (len >= 3 && !memcmp(head, "\x1f\x8b\x08", 3)) return IMAGE_GZIP;
    if (len >= 0x8006 && !memcmp(head + 0x8001, "CD001", 5)) return IMAGE_ISO;
    if (looks_like_disk(head, len)) return IMAGE_DISK;
    return size % 512 ? IMAGE_RAW : IMAGE_DISK;
}

const char *image_kind_name(enum image_kind k)
{
    static const char *const names[] = {"empty file", "ELF",  "uImage", "gzip",
                                        "ISO 9660",   "disk", "raw"};
    return names[k];
}

/* Linux boot protocol: "HdrS" at 202. */
static bool is_x86_kernel(const uint8_t *p, size_t len)
{
    return len > 0x206 && !memcmp(p + 0x202, "HdrS", 4);
}

static const char *elf_machine(unsigned m)
{
    static const struct {
        unsigned machine;
        const char *name;
    } known[] = {
        {2, "SPARC"},
        {3, "i386"},
        {4, "m68k"},
        {8, "MIPS"},
        {15, "PA-RISC"},
        {EM_PPC, "PowerPC"},
        {21, "64-bit PowerPC"},
        {22, "S/390"},
        {40, "ARM"},
        {42, "SuperH"},
        {43, "SPARC V9"},
        {50, "IA-64"},
        {62, "x86-64"},
        {183, "AArch64"},
        {243, "RISC-V"},
        {258, "LoongArch"},
        {0x9026, "Alpha"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (known[i].machine == m) return known[i].name;
    return NULL;
}

static int elf_refuse_machine(const struct job *j, unsigned machine)
{
    const char *cpu = elf_machine(machine);
    if (cpu) {
        return error_set(j->err, EINVAL,
                         "%s is an ELF file for %s, this machine needs 32-bit "
                         "big-endian PowerPC",
                         j->name, cpu);
    }
    return error_set(j->err, EINVAL,
                     "%s is an ELF file for CPU type %u, this machine needs 32-bit "
                     "big-endian PowerPC",
                     j->name, machine);
}

static int elf_check_header(const struct job *j, const uint8_t *p, size_t len)
{
    if (len < 20)
        return error_set(j->err, EINVAL, "%s: the ELF header is cut off after %zu bytes", j->name,
                         len);
    unsigned machine = p[E_DATA] == DATA_LE ? get_le16(p + E_MACHINE) : get_be16(p + E_MACHINE);
    if (machine != EM_PPC) return elf_refuse_machine(j, machine);
    if (p[E_DATA] != DATA_BE) {
        return error_set(j->err, EINVAL,
                         "%s is a little-endian PowerPC ELF file, this machine "
                         "needs a big-endian one",
                         j->name);
    }
    if (p[E_CLASS] != CLASS_32) {
        return error_set(j->err, EINVAL,
                         "%s is a 64-bit PowerPC ELF file, this machine needs a "
                         "32-bit one",
                         j->name);
    }
    if (len < ELF32_HEADER) {
        return error_set(j->err, EINVAL, "%s: the ELF header is cut off after %zu bytes", j->name,
                         len);
    }
    if (get_be16(p + E_TYPE) != 2 && get_be16(p + E_TYPE) != 3) {
        return error_set(j->err, EINVAL, "%s is an ELF file of type %u, not an executable", j->name,
                         get_be16(p + E_TYPE));
    }
    if (!get_be16(p + E_PHNUM) || get_be16(p + E_PHENTSIZE) < ELF32_PH) {
        return error_set(j->err, EINVAL, "%s: an ELF file without usable program headers", j->name);
    }
    uint64_t table = (uint64_t)get_be16(p + E_PHENTSIZE) * get_be16(p + E_PHNUM);
    if (!span_ok(get_be32(p + E_PHOFF), table, len)) {
        return error_set(j->err, EINVAL,
                         "%s: truncated ELF file, the program headers at %#x end "
                         "beyond its %zu bytes",
                         j->name, get_be32(p + E_PHOFF), len);
    }
    return 0;
}

static const uint8_t *elf_segment(const uint8_t *p, unsigned i)
{
    return p + get_be32(p + E_PHOFF) + (size_t)i * get_be16(p + E_PHENTSIZE);
}

static int elf_check_segment(const struct job *j, const uint8_t *ph, unsigned i, size_t len)
{
    uint32_t off = get_be32(ph + P_OFFSET), filesz = get_be32(ph + P_FILESZ);
    uint32_t paddr = get_be32(ph + P_PADDR), memsz = get_be32(ph + P_MEMSZ);
    if (!span_ok(off, filesz, len)) {
        return error_set(j->err, EINVAL,
                         "%s: truncated ELF file, segment %u ends at byte %llu of "
                         "%zu",
                         j->name, i, (unsigned long long)off + filesz, len);
    }
    if (filesz > memsz) {
        return error_set(j->err, EINVAL, "%s: segment %u has %u bytes in the file but %u in memory",
                         j->name, i, filesz, memsz);
    }
    if (!span_ok(paddr, memsz, j->ram)) {
        return error_set(j->err, EINVAL,
                         "%s: segment %u wants memory %#x-%#llx, beyond the %llu "
                         "MiB of RAM",
                         j->name, i, paddr, (unsigned long long)paddr + memsz - 1,
                         (unsigned long long)(j->ram >> 20));
    }
    return 0;
}

/* e_entry is a virtual address (vmlinux: C0000000 with p_paddr 0): it moves with its segment. */
static uint64_t elf_entry(const uint8_t *p)
{
    uint32_t entry = get_be32(p + E_ENTRY);
    for (unsigned i = 0; i < get_be16(p + E_PHNUM); i++) {
        const uint8_t *ph = elf_segment(p, i);
        uint32_t vaddr = get_be32(ph + P_VADDR);
        if (get_be32(ph + P_TYPE) != PT_LOAD || entry < vaddr ||
            entry - vaddr >= get_be32(ph + P_MEMSZ)) {
            continue;
        }
        return (uint64_t)get_be32(ph + P_PADDR) + (entry - vaddr);
    }
    return entry;
}

static int elf_copy(const struct job *j, const uint8_t *p, const uint8_t *ph)
{
    uint32_t paddr = get_be32(ph + P_PADDR), filesz = get_be32(ph + P_FILESZ);
    int r = bus_ram_write(j->bus, paddr, p + get_be32(ph + P_OFFSET), filesz);
    if (!r) r = bus_ram_fill(j->bus, (uint64_t)paddr + filesz, 0, get_be32(ph + P_MEMSZ) - filesz);
    if (r) return error_set(j->err, EINVAL, "%s: no RAM at %#x", j->name, paddr);
    return 0;
}

static int elf_load(const struct job *j, const uint8_t *p, size_t len)
{
    int r = elf_check_header(j, p, len);
    if (r) return r;
    struct image im = {.low = UINT64_MAX};
    for (unsigned i = 0; i < get_be16(p + E_PHNUM); i++) {
        const uint8_t *ph = elf_segment(p, i);
        if (get_be32(ph + P_TYPE) != PT_LOAD || !get_be32(ph + P_MEMSZ)) continue;
        r = elf_check_segment(j, ph, i, len);
        if (r) return r;
        uint64_t low = get_be32(ph + P_PADDR), high = low + get_be32(ph + P_MEMSZ);
        if (low < im.low) im.low = low;
        if (high > im.high) im.high = high;
    }
    if (!im.high) return error_set(j->err, EINVAL, "%s: an ELF file with nothing to load", j->name);
    im.entry = elf_entry(p);
    if (im.entry < im.low || im.entry >= im.high || im.entry & 3) {
        return error_set(j->err, EINVAL, "%s: the entry point %#llx is outside the program",
                         j->name, (unsigned long long)im.entry);
    }
    for (unsigned i = 0; i < get_be16(p + E_PHNUM) && !r; i++) {
        const uint8_t *ph = elf_segment(p, i);
        if (get_be32(ph + P_TYPE) == PT_LOAD && get_be32(ph + P_MEMSZ)) r = elf_copy(j, p, ph);
    }
    *j->out = im;
    return r;
}

static int raw_load(const struct job *j, const uint8_t *p, size_t len, uint64_t at, uint64_t entry)
{
    if (!span_ok(at, len, j->ram)) {
        return error_set(j->err, EINVAL, "%s: %zu bytes at %#llx do not fit into %llu MiB of RAM",
                         j->name, len, (unsigned long long)at, (unsigned long long)(j->ram >> 20));
    }
    if (entry < at || entry >= at + len || entry & 3) {
        return error_set(j->err, EINVAL, "%s: the entry point %#llx is outside the program",
                         j->name, (unsigned long long)entry);
    }
    if (bus_ram_write(j->bus, at, p, len)) {
        return error_set(j->err, EINVAL, "%s: no RAM at %#llx", j->name, (unsigned long long)at);
    }
    *j->out = (struct image){.low = at, .high = at + len, .entry = entry};
    return 0;
}

/* Inflates up to `max` bytes into a buffer that grows with what really comes out. */
static int gunzip(const struct job *j, const uint8_t *p, size_t len, uint8_t **out, size_t *out_len)
{
    const uint64_t max = j->ram;
    z_stream z = {0};
    size_t room = 1 << 20;
    uint8_t *buf = xcalloc(1, room);
    int r = inflateInit2(&z, 16 + MAX_WBITS);
    z.next_in = (Bytef *)(uintptr_t)p;
    z.avail_in = (uInt)len;
    while (r == Z_OK) {
        if (z.total_out == room && room < max) {
            room = room * 2 < max ? room * 2 : (size_t)max;
            buf = xrealloc(buf, room);
        }
        z.next_out = buf + z.total_out;
        z.avail_out = (uInt)(room - z.total_out);
        if (!z.avail_out) break;
        r = inflate(&z, Z_NO_FLUSH);
    }
    *out = buf;
    *out_len = z.total_out;
    inflateEnd(&z);
    if (r == Z_STREAM_END) return 0;
    free(buf);
    if (r == Z_OK) {
        return error_set(j->err, EINVAL, "%s: unpacks to more than the %llu MiB of RAM", j->name,
                         (unsigned long long)(j->ram >> 20));
    }
    return error_set(j->err, EINVAL, "%s: the gzip data is damaged or cut off", j->name);
}

static int load_any(const struct job *j, const uint8_t *p, size_t len);

static int gzip_load(const struct job *j, const uint8_t *p, size_t len)
{
    if (j->depth >= NEST_MAX) {
        return error_set(j->err, EINVAL, "%s: packed more than %d times", j->name, NEST_MAX);
    }
    uint8_t *un;
    size_t un_len;
    int r = gunzip(j, p, len, &un, &un_len);
    if (r) return r;
    struct job inner = *j;
    inner.depth++;
    r = load_any(&inner, un, un_len);
    free(un);
    return r;
}

static int uimage_check(const struct job *j, const uint8_t *p, size_t len)
{
    if (len < UIMAGE_HEADER) {
        return error_set(j->err, EINVAL, "%s: the uImage header is cut off after %zu bytes",
                         j->name, len);
    }
    uint8_t h[UIMAGE_HEADER];
    memcpy(h, p, sizeof h);
    put_be32(h + UI_HCRC, 0);
    if (crc32(0, h, sizeof h) != get_be32(p + UI_HCRC)) {
        return error_set(j->err, EINVAL, "%s: the uImage header's checksum is wrong", j->name);
    }
    if (p[UI_ARCH] != UIMAGE_ARCH_PPC) {
        return error_set(j->err, EINVAL, "%s is a uImage for architecture %u, not PowerPC (7)",
                         j->name, p[UI_ARCH]);
    }
    if (!span_ok(UIMAGE_HEADER, get_be32(p + UI_SIZE), len)) {
        return error_set(j->err, EINVAL,
                         "%s: truncated uImage, %u bytes are announced and %zu are "
                         "there",
                         j->name, get_be32(p + UI_SIZE), len - UIMAGE_HEADER);
    }
    if (crc32(0, p + UIMAGE_HEADER, get_be32(p + UI_SIZE)) != get_be32(p + UI_DCRC)) {
        return error_set(j->err, EINVAL, "%s: the uImage data's checksum is wrong", j->name);
    }
    if (p[UI_COMP] > 1) {
        return error_set(j->err, EINVAL,
                         "%s: uImage compression %u is not supported (0 none, 1 "
                         "gzip)",
                         j->name, p[UI_COMP]);
    }
    return 0;
}

/* Type 4 is a multi-file image: a list of sizes that ends with 0, then the files; the first is the
 * program. */
static int uimage_payload(const struct job *j, const uint8_t *p, const uint8_t **data, size_t *len)
{
    *data = p + UIMAGE_HEADER;
    *len = get_be32(p + UI_SIZE);
    if (p[UI_TYPE] != 4) return 0;
    size_t files = 0;
    while (span_ok(4 * files, 4, *len) && get_be32(*data + 4 * files))
        files++;
    size_t list = 4 * (files + 1);
    uint32_t first = files ? get_be32(*data) : 0;
    if (!first || !span_ok(list, first, *len)) {
        return error_set(j->err, EINVAL, "%s: the list of files in the uImage is damaged", j->name);
    }
    *data += list;
    *len = first;
    return 0;
}

static int uimage_load(const struct job *j, const uint8_t *p, size_t len)
{
    const uint8_t *data;
    size_t n;
    int r = uimage_check(j, p, len);
    if (!r) r = uimage_payload(j, p, &data, &n);
    if (r) return r;
    uint8_t *un = NULL;
    if (p[UI_COMP] == 1) {
        r = gunzip(j, data, n, &un, &n);
        if (r) return r;
        data = un;
    }
    if (image_identify(data, n, n) == IMAGE_ELF) {
        r = elf_load(j, data, n);
    } else {
        r = raw_load(j, data, n, get_be32(p + UI_LOAD), get_be32(p + UI_ENTRY));
    }
    free(un);
    return r;
}

static int load_any(const struct job *j, const uint8_t *p, size_t len)
{
    switch (image_identify(p, len, len)) {
    case IMAGE_EMPTY:
        return error_set(j->err, EINVAL, "%s is empty", j->name);
    case IMAGE_ELF:
        return elf_load(j, p, len);
    case IMAGE_UIMAGE:
        return uimage_load(j, p, len);
    case IMAGE_GZIP:
        return gzip_load(j, p, len);
    case IMAGE_ISO:
        return error_set(j->err, EINVAL, "%s is a disc image, not a program: use -cdrom", j->name);
    case IMAGE_DISK:
    case IMAGE_RAW:
        break;
    }
    if (is_x86_kernel(p, len)) {
        return error_set(j->err, EINVAL,
                         "%s is a Linux kernel for x86, this machine needs 32-bit "
                         "big-endian PowerPC",
                         j->name);
    }
    if (looks_like_disk(p, len)) {
        return error_set(j->err, EINVAL, "%s is a disk image, not a program: use -hda", j->name);
    }
    return raw_load(j, p, len, IMAGE_RAW_AT, IMAGE_RAW_AT);
}

int image_load(const char *name, const uint8_t *p, size_t len, struct bus *bus, uint64_t ram,
               struct image *out, struct error *err)
{
    struct job j = {.name = name, .bus = bus, .ram = ram, .out = out, .err = err};
    return load_any(&j, p, len);
}

int image_read_file(const char *what, const char *path, uint64_t max, uint8_t **p, size_t *len,
                    struct error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f) return error_set(err, errno, "cannot open %s %s: %s", what, path, strerror(errno));
    struct stat st;
    int r = 0;
    *p = NULL;
    *len = 0;
    if (fstat(fileno(f), &st) || !S_ISREG(st.st_mode)) {
        r = error_set(err, EINVAL, "%s %s is not a file", what, path);
    } else if (!st.st_size) {
        r = error_set(err, EINVAL, "%s %s is empty", what, path);
    } else if ((uint64_t)st.st_size > max) {
        r = error_set(err, EFBIG, "%s %s has %lld bytes, more than the %llu that fit", what, path,
                      (long long)st.st_size, (unsigned long long)max);
    } else {
        *p = xcalloc(1, (size_t)st.st_size);
        *len = fread(*p, 1, (size_t)st.st_size, f);
        if (*len != (size_t)st.st_size) {
            r = error_set(err, EIO, "cannot read %s %s: %s", what, path,
                          ferror(f) ? strerror(errno) : "it became shorter");
            free(*p);
            *p = NULL;
        }
    }
    fclose(f);
    return r;
}

int image_read_media(const char *name, struct media m, uint64_t max, uint8_t **p, size_t *len,
                     struct error *err)
{
    *p = NULL;
    *len = 0;
    if (!m.len) return error_set(err, EINVAL, "%s is empty", name);
    if (m.len > max) {
        return error_set(err, EFBIG, "%s has %llu bytes, more than the %llu that fit", name,
                         (unsigned long long)m.len, (unsigned long long)max);
    }
    uint8_t *buf = xcalloc(1, (size_t)m.len);
    int r = media_read(m, 0, buf, m.len);
    if (r) {
        free(buf);
        return error_set(err, -r, "cannot read %s: %s", name, strerror(-r));
    }
    *p = buf;
    *len = (size_t)m.len;
    return 0;
}
