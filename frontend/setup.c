#include "frontend/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/image.h"
#include "hcall/providers.h"
#include "machines/machine.h"

/* --- the file named without an option --- */

static int read_head(const char *path, uint8_t *head, size_t *len, uint64_t *size,
                     struct error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return error_set(err, errno, "cannot open '%s': %s", path, strerror(errno));
    int r = 0;
    if (fstat(fd, &st)) {
        r = error_set(err, errno, "cannot look at '%s': %s", path, strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        r = error_set(err, EISDIR, "'%s' is a folder, not an image", path);
    } else {
        *len = 0;
        ssize_t n = 1;
        while (n > 0 && *len < IMAGE_HEAD) {
            n = read(fd, head + *len, IMAGE_HEAD - *len);
            if (n > 0) *len += (size_t)n;
        }
        if (n < 0) r = error_set(err, errno, "cannot read '%s': %s", path, strerror(errno));
        *size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : *len;
    }
    close(fd);
    return r;
}

/* Formats of other emulators: as a raw disk they would be damaged. */
static const char *foreign_format(const uint8_t *head, size_t len)
{
    static const struct {
        const char *magic, *name;
    } known[] = {{"QFI\xfb", "qcow2"}, {"KDMV", "VMDK"}, {"conectix", "VHD"}, {"vhdxfile", "VHDX"},
                 {"<<< ", "VDI"},      {"MComprHD", "CHD"}};
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        size_t n = strlen(known[i].magic);
        if (len >= n && !memcmp(head, known[i].magic, n)) return known[i].name;
    }
    return NULL;
}

static int add_image(struct options *o, struct drive_spec d, struct error *err)
{
    d.from = "the image";
    d.file = o->image;
    if (o->n_drives == DRIVE_SPECS) {
        return error_set(err, EINVAL, "'%s': no drive is left for it", o->image);
    }
    o->drive[o->n_drives++] = d;
    return 0;
}

static int use_image(struct options *o, enum image_kind kind, struct error *err)
{
    switch (kind) {
    case IMAGE_EMPTY: return error_set(err, EINVAL, "'%s' is empty", o->image);
    case IMAGE_ELF:
    case IMAGE_UIMAGE:
    case IMAGE_GZIP:
        if (o->cfg.kernel) {
            return error_set(err, EINVAL, "'%s' is a kernel (%s), and -kernel %s is there already",
                             o->image, image_kind_name(kind), o->cfg.kernel);
        }
        o->cfg.kernel = o->image;
        return 0;
    case IMAGE_ISO:
        return add_image(o, (struct drive_spec){.media = DRIVE_CDROM, .slot = 2, .read_only = true},
                         err);
    case IMAGE_DISK: return add_image(o, (struct drive_spec){.media = DRIVE_DISK, .slot = 0}, err);
    case IMAGE_RAW: break;
    }
    return error_set(err, EINVAL, "'%s' is no CD image, kernel or disk image", o->image);
}

static int recognise(struct options *o, struct error *err)
{
    uint8_t *head = xcalloc(1, IMAGE_HEAD);
    size_t len = 0;
    uint64_t size = 0;
    int r = read_head(o->image, head, &len, &size, err);
    const char *foreign = r ? NULL : foreign_format(head, len);
    if (foreign) {
        r = error_set(err, EINVAL, "'%s' is a %s image, and only raw images can be read yet "
                      "(qemu-img convert -O raw makes one)", o->image, foreign);
    }
    if (!r) r = use_image(o, image_identify(head, len, size), err);
    free(head);
    return r;
}

/* --- drives --- */

/* The first drive before n that reads the same file while one of them writes. */
static const struct drive_spec *clash(const struct options *o, unsigned n)
{
    struct stat a, b;
    const struct drive_spec *d = &o->drive[n];
    if (!d->file || stat(d->file, &a)) return NULL;
    for (unsigned i = 0; i < n; i++) {
        const struct drive_spec *e = &o->drive[i];
        bool writes = !(d->read_only || d->snapshot) || !(e->read_only || e->snapshot);
        if (!e->file || !writes || o->snapshot || stat(e->file, &b)) continue;
        if (a.st_dev == b.st_dev && a.st_ino == b.st_ino) return e;
    }
    return NULL;
}

static int check_image(const struct drive_spec *d, struct error *err)
{
    uint8_t head[16];
    int fd = open(d->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return 0; /* host_block_open has the sentence */
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    const char *foreign = n > 0 ? foreign_format(head, (size_t)n) : NULL;
    if (!foreign) return 0;
    return error_set(err, EINVAL, "'%s' is a %s image, and only raw images can be read yet "
                     "(qemu-img convert -O raw makes one)", d->file, foreign);
}

static int open_drive(struct options *o, unsigned n, struct error *err)
{
    const struct drive_spec *d = &o->drive[n], *other = clash(o, n);
    struct drive *to = &o->cfg.drives[d->slot];
    if (other) {
        return error_set(err, EBUSY, "'%s' is named twice (%s and %s), and one of them would write",
                         d->file, other->from, d->from);
    }
    to->media = d->media;
    if (!d->file) {
        to->block = host_block_empty(); /* the monitor's change fills it */
        return 0;
    }
    int r = check_image(d, err);
    if (r) return r;
    return host_block_open(d->file, d->read_only, d->snapshot || o->snapshot, &to->block, err);
}

static int place_drive(struct drive_spec *d, struct drive_spec *at[], struct error *err)
{
    static const char *const names[] = {"primary master", "primary slave", "secondary master",
                                        "secondary slave"};
    for (int i = 0; d->slot < 0 && i < CONFIG_DISKS; i++)
        if (!at[i]) d->slot = i;
    if (d->slot < 0) {
        return error_set(err, EINVAL, "%s %s: all %d drive places are taken", d->from,
                         d->file ? d->file : "", CONFIG_DISKS);
    }
    if (at[d->slot]) {
        return error_set(err, EINVAL, "%s and %s both want the drive place %d (%s)",
                         at[d->slot]->from, d->from, d->slot, names[d->slot]);
    }
    at[d->slot] = d;
    return 0;
}

/* Drives with a place of their own first, the others fill the gaps. */
static int open_drives(struct options *o, struct error *err)
{
    struct drive_spec *at[CONFIG_DISKS] = {NULL};
    int r = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; !r && i < o->n_drives; i++)
            if ((o->drive[i].slot < 0) == (pass == 1)) r = place_drive(&o->drive[i], at, err);
    }
    for (unsigned i = 0; !r && i < o->n_drives; i++) r = open_drive(o, i, err);
    if (!r && !at[2] && !o->no_defaults) {
        o->cfg.drives[2] = (struct drive){DRIVE_CDROM, host_block_empty()};
    }
    return r;
}

/* --- consoles and files --- */

/* -monitor stdio without a -serial: both share the terminal, C-a c goes from one to the other. */
static bool shares_terminal(const struct options *o)
{
    return o->monitor && !o->n_serials && !o->no_defaults &&
           (!strcmp(o->monitor, "stdio") || !strcmp(o->monitor, "mon:stdio"));
}

static int open_tools(struct options *o, struct host_char_loop *loop, struct error *err)
{
    struct error why = {""};
    if (o->monitor && !o->monitor_first &&
        host_char_open(o->monitor, loop, &o->monitor_char, &why)) {
        return error_set(err, EINVAL, "-monitor %s: %s", o->monitor, why.text);
    }
    if (!o->gdb) return 0;
    char *spec = xasprintf("%s,server,nowait", o->gdb);
    int r = host_char_open(spec, loop, &o->gdb_char, &why);
    free(spec);
    return r ? error_set(err, -r, "-gdb %s: %s", o->gdb, why.text) : 0;
}

static int open_serials(struct options *o, struct host_char_loop *loop, struct error *err)
{
    o->monitor_first = shares_terminal(o);
    if (!o->n_serials && (!o->no_defaults || o->nographic)) o->serial[o->n_serials++] = "mon:stdio";
    for (unsigned i = 0; i < o->n_serials; i++) {
        struct error why = {""};
        int r = host_char_open(o->serial[i], loop, &o->cfg.serial[i], &why);
        if (r) return error_set(err, -r, "-serial %s: %s", o->serial[i], why.text);
    }
    return 0;
}

/* The one interface of today is a hypercall device. */
static int open_net(struct options *o, struct host_char_loop *loop, struct error *err)
{
    unsigned on;
    struct error why = {""};
    if (!o->net_address) return 0;
    int r = hv_parse(o->cfg.hypercalls, &on, err);
    if (r) return r;
    if (!(on & HV_OSI)) {
        return error_set(err, EINVAL, "-nic %s: the machine has a network interface only with "
                         "-machine hypercalls=vof+osi", o->net_address);
    }
    r = host_net_socket(o->net_address, o->net_server, o->net_mac, loop, &o->cfg.net, &why);
    return r ? error_set(err, -r, "-nic: %s", why.text) : 0;
}

static int open_log(struct options *o, struct error *err)
{
    if (!o->log_file) return 0;
    o->cfg.log_to = fopen(o->log_file, "we");
    if (!o->cfg.log_to) {
        return error_set(err, errno, "-D %s: cannot write: %s", o->log_file, strerror(errno));
    }
    setvbuf(o->cfg.log_to, NULL, _IOLBF, 0);
    return 0;
}

/* The folder must be there when a variable is first set; nobody needs to hear of a failure now. */
static void make_folders(char *path)
{
    for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = 0;
        mkdir(path, 0700);
        *p = '/';
    }
}

static void find_nvram(struct options *o)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char *path = NULL;
    if (o->nvram) {
        o->cfg.nvram = strcmp(o->nvram, "none") ? o->nvram : NULL;
        return;
    }
    if (data && *data == '/') {
        path = xasprintf("%s/ppcemu/%s.nvram", data, o->cfg.machine);
    } else if (home && *home == '/') {
        path = xasprintf("%s/.local/share/ppcemu/%s.nvram", home, o->cfg.machine);
    }
    if (!path) return;
    make_folders(path);
    o->cfg.nvram = options_keep(o, path);
    free(path);
}

static bool nothing_to_boot(const struct options *o)
{
    for (unsigned i = 0; i < CONFIG_DISKS; i++)
        if (o->cfg.drives[i].block && o->cfg.drives[i].block->present) return false;
    return !o->cfg.kernel && !o->cfg.bios && !o->cfg.boot_file;
}

int setup_open(struct options *o, struct host_char_loop *loop, struct error *err)
{
    int r = o->image ? recognise(o, err) : 0;
    if (!r) r = open_drives(o, err);
    if (!r) r = open_log(o, err);
    if (!r) r = open_serials(o, loop, err);
    if (!r) r = open_net(o, loop, err);
    if (!r) r = open_tools(o, loop, err);
    if (r) return r;
    find_nvram(o);
    o->cfg.demo = nothing_to_boot(o);
    o->cfg.vga = o->vga == VGA_DEFAULT ? !o->nographic : o->vga == VGA_STD;
    return 0;
}

void setup_close(struct options *o)
{
    host_char_close(o->gdb_char);
    host_char_close(o->monitor_char);
    netdev_close(o->cfg.net);
    for (unsigned i = 0; i < CONFIG_SERIALS; i++) host_char_close(o->cfg.serial[i]);
    for (unsigned i = 0; i < CONFIG_DISKS; i++) block_close(o->cfg.drives[i].block);
    if (o->cfg.log_to) fclose(o->cfg.log_to);
}
