/*
 * What to boot: -kernel, the embedded demo, a named file, or the first medium in boot order that
 * has a boot file where media for this board put it. Facts 4.8, 7.1-7.4; CHRP binding 11.1 for
 * bootinfo.txt and boot partitions.
 */
#include "firmware/fw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/demo.h"
#include "firmware/iso9660.h"
#include "firmware/partition.h"

/* Most telling first; each is what some Pegasos medium has. */
static const char *const candidates[] = {
    "boot.img",        /* MorphOS */
    "install/pegasos", /* Debian up to 8 */
    "vmlinuz-chrp",
    "install/vmlinuz-chrp",
    "install/powerpc/vmlinuz-chrp.initrd", /* Debian 5-8 */
    "install/powerpc/vmlinuz-chrp",
    "boot/vmlinuz-chrp",
    "zImage.chrp",
    "boot/zImage.chrp",
    "boot/grub/powerpc.elf", /* grub-mkrescue */
    "amigaboot.of",          /* AmigaOS 4 */
    "boot/amigaboot.of",
    "bootpeg2.img",
    "ofwboot", /* NetBSD/ofppc */
    "ofppc/ofwboot",
    "ofwboot.elf",
    "yaboot",
    "install/yaboot",
    "vmlinux",
    "boot/vmlinux",
};

static const char *const bootinfos[] = {"ppc/chrp/bootinfo.txt", "ppc/bootinfo.txt",
                                        "boot/bootinfo.txt"};

/* Where an image was found, for messages and /chosen. */
struct found {
    struct media media;
    char file[ISO_NAME_MAX]; /* on its medium; "" for a boot partition */
    unsigned partition;      /* 0: the whole medium */
};

/* ---- memory ---- */

static int claim_image(struct firmware *f, struct error *err)
{
    uint64_t low = align_down(f->image.low, PAGE_SIZE), high = align_up(f->image.high, PAGE_SIZE);
    if (high > f->ram) high = f->ram;
    int r = fw_place_vof(f, err);
    if (!r) r = claims_take(&f->claims, low, high - low);
    if (r) return error_set(err, -r, "no room for the program at %#llx", (unsigned long long)low);
    return 0;
}

/* Above 32 MiB when there is room: a Linux kernel that unpacks itself to 0 must not reach it.
 * Below 768 MiB, which is all that a 32-bit Linux maps directly. */
static int place_initrd(struct firmware *f, uint64_t len, struct error *err)
{
    static const uint64_t starts[] = {32u << 20, 6u << 20, 0};
    uint64_t top = f->ram < VOF_REACH ? f->ram : VOF_REACH;
    for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
        uint64_t at = f->image.high + 0x10000 > starts[i] ? f->image.high + 0x10000 : starts[i];
        at = align_up(at, 0x10000);
        if (at + len > top) continue;
        if (!claims_take(&f->claims, at, align_up(len, PAGE_SIZE))) {
            f->initrd = at;
            f->initrd_len = len;
            return 0;
        }
    }
    return error_set(err, ENOMEM,
                     "initrd %s has %llu bytes, which do not fit behind the kernel in "
                     "%llu MiB of RAM",
                     f->m->cfg->initrd, (unsigned long long)len,
                     (unsigned long long)(f->ram >> 20));
}

static int load_initrd(struct firmware *f, struct error *err)
{
    uint8_t *p;
    size_t len;
    if (!f->m->cfg->initrd) return 0;
    int r = image_read_file("initrd", f->m->cfg->initrd, f->ram, &p, &len, err);
    if (r) return r;
    r = place_initrd(f, len, err);
    if (!r && bus_ram_write(f->m->bus, f->initrd, p, len)) {
        r = error_set(err, EFAULT, "no RAM for the initrd at %#llx", (unsigned long long)f->initrd);
    }
    free(p);
    return r;
}

/* ---- /chosen and the start ---- */

static void set_chosen(struct firmware *f, const char *bootpath, const char *args)
{
    uint32_t chosen = tree_phandle(&f->tree, tree_find(&f->tree, "/chosen", NULL, 0));
    if (!chosen) return;
    (void)tree_set_str(&f->tree, chosen, "bootpath", bootpath);
    (void)tree_set_str(&f->tree, chosen, "bootargs", args);
    if (!f->initrd_len) return;
    (void)tree_set_u32(&f->tree, chosen, "linux,initrd-start", (uint32_t)f->initrd);
    (void)tree_set_u32(&f->tree, chosen, "linux,initrd-end", (uint32_t)(f->initrd + f->initrd_len));
}

static int start_image(struct firmware *f, const char *name, const uint8_t *p, size_t len,
                       const char *bootpath, const char *args, struct error *err)
{
    int r = image_load(name, p, len, f->m->bus, f->ram, &f->image, err);
    if (!r) r = claim_image(f, err);
    if (!r) r = load_initrd(f, err);
    if (r) { /* the next device starts with free memory */
        claims_init(&f->claims, f->ram);
        f->image = (struct image){.high = 0};
        return r;
    }
    set_chosen(f, bootpath, args);
    of_update_available(f);
    fw_start_client(f, f->image.entry);
    return 0;
}

static const char *default_args(struct firmware *f)
{
    const char *args = f->m->cfg->append;
    return args ? args : env_get(&f->env, "boot-args");
}

int fw_boot_kernel(struct firmware *f, struct error *err)
{
    const char *path = f->m->cfg->kernel;
    uint8_t *p;
    size_t len;
    int r = image_read_file("kernel", path, f->ram, &p, &len, err);
    if (r) return r;
    r = start_image(f, path, p, len, "", default_args(f), err);
    free(p);
    return r;
}

int fw_boot_demo(struct firmware *f, struct error *err)
{
    if (!firmware_demo_elf_len) {
        return error_set(err, ENOENT,
                         "nothing to boot was named, and the demo guest was not built "
                         "in (it needs the powerpc cross compiler)");
    }
    return start_image(f, "the demo guest", firmware_demo_elf, firmware_demo_elf_len, "",
                       default_args(f), err);
}

/* ---- finding a file ---- */

static int find_file(const struct iso *iso, const char *path, struct found *out)
{
    struct iso_node n;
    int r = iso_find(iso, path, &n);
    if (!r && (n.dir || !n.len)) r = -ENOENT;
    if (r) return r;
    out->media = iso_media(iso, &n);
    snprintf(out->file, sizeof out->file, "%s", path);
    return 0;
}

/* CHRP 11.1.2: <boot-script> holds Forth; of it the path behind "boot" is understood:
 * "boot &device;:&partition;,\boot\grub\powerpc.elf" or "&device;:\yaboot". */
static bool script_path(const char *text, char *path, size_t room)
{
    const char *s = strstr(text, "<boot-script>");
    const char *end = s ? strstr(s, "</boot-script>") : NULL;
    s = s ? strstr(s, "boot ") : NULL;
    if (!s || !end || s > end) return false;
    size_t line = strcspn(s, "\r\n<");
    const char *file = memchr(s, '\\', line);
    if (!file) return false;
    size_t n = strcspn(file, " \t\r\n<");
    if (n >= room) return false;
    memcpy(path, file, n);
    path[n] = 0;
    return true;
}

static int find_by_bootinfo(const struct iso *iso, struct found *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(bootinfos); i++) {
        struct iso_node n;
        char text[4096], path[ISO_NAME_MAX];
        if (iso_find(iso, bootinfos[i], &n) || n.dir) continue;
        uint64_t len = n.len < sizeof text - 1 ? n.len : sizeof text - 1;
        if (media_read(iso->media, n.at, text, len)) continue;
        text[len] = 0;
        if (script_path(text, path, sizeof path) && !find_file(iso, path, out)) return 0;
    }
    return -ENOENT;
}

static int find_candidate(const struct iso *iso, struct found *out)
{
    if (!find_by_bootinfo(iso, out)) return 0;
    for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
        if (!find_file(iso, candidates[i], out)) return 0;
    return -ENOENT;
}

static int find_on(struct media m, const char *file, struct found *out)
{
    struct iso iso;
    int r = iso_open(m, &iso);
    if (r) return r;
    return file ? find_file(&iso, file, out) : find_candidate(&iso, out);
}

/* A PReP boot partition (MBR type 41) or an ELF anywhere a map says: its first bytes are one. */
static bool is_boot_partition(struct media m)
{
    uint8_t head[4];
    return !media_read(m, 0, head, sizeof head) && !memcmp(head, "\177ELF", 4);
}

static int find_on_device(struct block *b, const char *file, struct found *out)
{
    struct partition_table t;
    struct media whole = media_whole(b);
    *out = (struct found){.partition = 0};
    if (!find_on(whole, file, out)) return 0;
    partition_scan(whole, &t);
    for (unsigned i = 0; i < t.n; i++) {
        struct media part = media_part(whole, t.p[i].at, t.p[i].len);
        out->partition = t.p[i].number;
        if (!find_on(part, file, out)) return 0;
        if (!file && is_boot_partition(part)) {
            out->media = part;
            return 0;
        }
    }
    return -ENOENT;
}

/* ---- booting a device ---- */

static void back_slashes(char *s)
{
    for (; *s; s++)
        if (*s == '/') *s = '\\';
}

static int boot_found(struct firmware *f, const char *device, const struct found *w,
                      const char *args, struct error *err)
{
    char part[16] = "", file[ISO_NAME_MAX + 2] = "", path[TREE_PATH_MAX];
    uint8_t *p;
    size_t len;
    if (w->partition) snprintf(part, sizeof part, "%u", w->partition);
    if (w->file[0]) {
        snprintf(file, sizeof file, "\\%s", w->file + strspn(w->file, "/\\"));
        back_slashes(file);
    }
    int n = snprintf(path, sizeof path, "%s:%s%s%s", device, part, file[0] ? "," : "", file);
    if (n < 0 || (size_t)n >= sizeof path) return error_set(err, E2BIG, "boot path too long");
    int r = image_read_media(path, w->media, f->ram, &p, &len, err);
    if (r) return r;
    fw_print(f, "Booting %s\n", path);
    r = start_image(f, path, p, len, path, args, err);
    free(p);
    return r;
}

static void list_candidates(char *to, size_t room)
{
    size_t n = 0;
    to[0] = 0;
    for (size_t i = 0; i < ARRAY_SIZE(candidates) && n + 2 < room; i++) {
        int k = snprintf(to + n, room - n, "%s%s", i ? ", " : "", candidates[i]);
        n += k > 0 ? (size_t)k : 0;
    }
}

static int boot_device(struct firmware *f, const struct boot_device *d, const char *file,
                       const char *args, struct error *err)
{
    char names[400];
    struct found w;
    if (!d->block || !d->block->present) {
        return error_set(err, ENOMEDIUM, "No medium in %s", d->path);
    }
    if (!find_on_device(d->block, file, &w)) return boot_found(f, d->path, &w, args, err);
    if (file) return error_set(err, ENOENT, "No file %s on %s", file, d->path);
    list_candidates(names, sizeof names);
    return error_set(err, ENOENT, "No boot file on %s: looked for %s", d->path, names);
}

/* Machines list a drive once for each alias it has. */
static bool seen_before(const struct firmware *f, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(f->m->boot_devices[i].path, f->m->boot_devices[n].path)) return true;
    return false;
}

/* The devices of one class in their order; `why` keeps what went wrong with the last. */
static int boot_class(struct firmware *f, bool cdrom, bool *tried, struct error *why)
{
    const char *file = f->m->cfg->boot_file;
    if (!file && *env_get(&f->env, "boot-file")) file = env_get(&f->env, "boot-file");
    for (unsigned i = 0; i < f->m->n_boot_devices; i++) {
        const struct boot_device *d = &f->m->boot_devices[i];
        if (d->cdrom != cdrom || seen_before(f, i)) continue;
        struct error e = {""};
        if (!boot_device(f, d, file, default_args(f), &e)) return 0;
        fw_print(f, "%s.\n", e.text);
        *tried = true;
        *why = e;
    }
    return -ENOENT;
}

static int boot_by_variable(struct firmware *f, struct error *err)
{
    char list[ENV_VALUE_MAX];
    snprintf(list, sizeof list, "%s", env_get(&f->env, "boot-device"));
    char *save, *spec = strtok_r(list, " ", &save);
    int r = -ENOENT;
    for (; spec && r; spec = strtok_r(NULL, " ", &save)) {
        struct error e = {""};
        if (tree_find(&f->tree, spec, NULL, 0) < 0) continue;
        r = fw_boot_spec(f, spec, &e);
        if (r) fw_print(f, "%s.\n", e.text);
    }
    return r ? error_set(err, ENOENT, "Nothing to boot") : 0;
}

int fw_boot_default(struct firmware *f, struct error *err)
{
    const char *order = f->m->cfg->boot_order;
    const char *variable = env_get(&f->env, "boot-device");
    struct error why = {""};
    bool tried = false;
    if (!order && strcmp(variable, env_default("boot-device"))) return boot_by_variable(f, err);
    order = order ? order : "dc";
    for (const char *o = order; *o; o++) {
        if ((*o != 'c' && *o != 'd') || memchr(order, *o, (size_t)(o - order))) continue;
        if (!boot_class(f, *o == 'd', &tried, &why)) return 0;
    }
    return error_set(err, ENOENT,
                     tried ? "Nothing to boot" : "Nothing to boot: no drive has a medium");
}

/* "device:args" on its own: a file of it, or whatever boots on it. */
static int boot_path(struct firmware *f, const char *spec, const char *file, const char *args,
                     struct error *err)
{
    char given[FW_ARGS_MAX], name[FW_ARGS_MAX];
    int node = tree_find(&f->tree, spec, given, sizeof given);
    const struct boot_device *d = fw_boot_device(f, node);
    if (node < 0) return error_set(err, ENODEV, "No device %s", spec);
    if (!d) return error_set(err, ENODEV, "%s is not a drive", spec);
    if (!given[0] || !strcmp(given, "0")) return boot_device(f, d, file, args, err);
    const char *comma = strchr(given, ',');
    struct found w = {.partition = (unsigned)strtoul(given, NULL, 10)};
    int n = !comma && file ? snprintf(name, sizeof name, "%s,%s", given, file)
                           : snprintf(name, sizeof name, "%s", given);
    if (n < 0 || (size_t)n >= sizeof name) return error_set(err, E2BIG, "%s is too long", given);
    bool is_file;
    int r = instance_media(d->block, name, &w.media, &is_file);
    if (r) return error_set(err, -r, "No %s on %s: %s", name, d->path, strerror(-r));
    comma = strchr(name, ',');
    if (is_file) {
        snprintf(w.file, sizeof w.file, "%s", comma ? comma + 1 : name);
    } else if (!find_on(w.media, NULL, &w)) {
        w.partition = (unsigned)strtoul(name, NULL, 10);
    }
    return boot_found(f, d->path, &w, args, err);
}

/* Is the second word of `boot cd install/pegasos root=...` a file on that device? */
static bool names_file(struct firmware *f, const char *spec, const char *word)
{
    char given[FW_ARGS_MAX];
    const struct boot_device *d = fw_boot_device(f, tree_find(&f->tree, spec, given, sizeof given));
    struct found w;
    return d && d->block && d->block->present && !strchr(given, ',') &&
           !find_on_device(d->block, word, &w);
}

/* A word that would be an alias if the machine had such a drive: cd, cd1, hd, ... */
static bool names_drive(const char *word)
{
    static const char *const names[] = {"cdrom", "cd", "disk", "hd"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        size_t n = strlen(names[i]);
        if (!strncmp(word, names[i], n) && !word[n + strspn(word + n, "0123456789")]) return true;
    }
    return false;
}

int fw_boot_spec(struct firmware *f, const char *spec, struct error *err)
{
    char words[TREE_PATH_MAX], first[TREE_PATH_MAX];
    snprintf(words, sizeof words, "%s", spec + strspn(spec, " "));
    size_t n = strcspn(words, " ");
    memcpy(first, words, n);
    first[n] = 0;
    char *rest = words + n + strspn(words + n, " ");
    if (tree_find(&f->tree, first, NULL, 0) < 0 && !strpbrk(first, ":/")) {
        /* `boot boot.img`: a file on the first drive that has it */
        for (unsigned i = 0; i < f->m->n_boot_devices; i++) {
            const struct boot_device *d = &f->m->boot_devices[i];
            if (!boot_device(f, d, first, *rest ? rest : default_args(f), &(struct error){""})) {
                return 0;
            }
        }
        if (names_drive(first)) return error_set(err, ENODEV, "There is no drive %s", first);
        return error_set(err, ENOENT, "No device and no file %s", first);
    }
    char file[ISO_NAME_MAX] = "";
    size_t k = strcspn(rest, " ");
    if (k && k < sizeof file) {
        memcpy(file, rest, k);
        file[k] = 0;
        if (names_file(f, first, file)) {
            rest += k + strspn(rest + k, " ");
        } else {
            file[0] = 0;
        }
    }
    return boot_path(f, first, file[0] ? file : NULL, *rest ? rest : default_args(f), err);
}
