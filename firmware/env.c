/*
 * Environment variables in a CHRP NVRAM image. Source: CHRP binding to IEEE 1275, NVRAM partition
 * headers (signature, checksum, length in 16-byte units, 12-byte name), signature 0x70 "common"
 * for OF variables and 0x7F for free space.
 *
 * Rule: what was set is never lost. The file is replaced as a whole (write, fsync, rename), and a
 * file that does not make sense is moved aside rather than written over.
 */
#include "firmware/env.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

enum { PART_COMMON = 0x70, PART_FREE = 0x7f, PART_HEADER = 16, COMMON_LEN = 4096 };

static const struct {
    const char *name, *value;
} defaults[] = {
    {"auto-boot?", "true"},         {"boot-args", ""},      {"boot-command", "boot"},
    {"boot-device", "cd hd"},       {"boot-file", ""},      {"input-device", "/failsafe"},
    {"output-device", "/failsafe"}, {"real-mode?", "true"}, {"screen-#columns", "80"},
    {"screen-#rows", "25"},
};

static uint8_t header_checksum(const uint8_t *h)
{
    unsigned sum = h[0];
    for (unsigned i = 2; i < PART_HEADER; i++) {
        sum += h[i];
        if (sum > 0xff) sum = (sum & 0xff) + 1;
    }
    return (uint8_t)sum;
}

static void put_header(uint8_t *h, unsigned signature, const char *name, unsigned len)
{
    memset(h, 0, PART_HEADER);
    h[0] = (uint8_t)signature;
    put_be16(h + 2, (uint16_t)(len / PART_HEADER));
    memcpy(h + 4, name, strlen(name)); /* at most 12, not terminated */
    h[1] = header_checksum(h);
}

static void format(uint8_t *image)
{
    memset(image, 0, NVRAM_LEN);
    put_header(image, PART_COMMON, "common", COMMON_LEN);
    /* CHRP names free space with twelve 7F bytes. */
    put_header(image + COMMON_LEN, PART_FREE, "\177\177\177\177\177\177\177\177\177\177\177\177",
               NVRAM_LEN - COMMON_LEN);
}

/* The partition with that signature; 0 when the chain is damaged or has none. */
static uint8_t *find_part(uint8_t *image, unsigned signature, unsigned *len)
{
    for (unsigned at = 0; at + PART_HEADER <= NVRAM_LEN; at += *len) {
        uint8_t *h = image + at;
        *len = get_be16(h + 2) * PART_HEADER;
        if (h[1] != header_checksum(h) || !*len || *len > NVRAM_LEN - at) return NULL;
        if (h[0] == signature) return h;
    }
    return NULL;
}

static bool good_name(const char *name)
{
    size_t n = strlen(name);
    if (!n || n >= ENV_NAME_MAX) return false;
    for (; *name; name++)
        if (*name <= ' ' || *name > '~' || *name == '=' || *name == '/') return false;
    return true;
}

static struct env_var *find(const struct env *e, const char *name)
{
    for (unsigned i = 0; i < e->n; i++)
        if (!strcmp(e->var[i].name, name)) return (struct env_var *)&e->var[i];
    return NULL;
}

static struct env_var *find_or_add(struct env *e, const char *name)
{
    struct env_var *v = find(e, name);
    if (v || e->n == ENV_MAX) return v;
    v = &e->var[e->n++];
    *v = (struct env_var){.value = NULL};
    strcpy(v->name, name);
    return v;
}

static void forget(struct env *e, bool transient_too)
{
    for (unsigned i = 0; i < e->n; i++) {
        free(e->var[i].value);
        e->var[i].value = NULL;
        if (!transient_too) continue;
        free(e->var[i].transient);
        e->var[i].transient = NULL;
    }
}

/* Takes out variables without a value, so that their places can be used again. */
static void compact(struct env *e)
{
    unsigned n = 0;
    for (unsigned i = 0; i < e->n; i++)
        if (e->var[i].value || e->var[i].transient) e->var[n++] = e->var[i];
    e->n = n;
}

static void set_value(char **to, const char *value)
{
    char *copy = value ? xstrdup(value) : NULL;
    free(*to);
    *to = copy;
}

/* Fills the variables from the common partition; guests may have written anything there. */
static void parse(struct env *e)
{
    unsigned len = 0;
    const uint8_t *h = find_part(e->image, PART_COMMON, &len);
    forget(e, false);
    if (!h) return;
    const char *s = (const char *)h + PART_HEADER, *end = (const char *)h + len;
    while (s < end && *s) {
        size_t n = strnlen(s, (size_t)(end - s));
        const char *eq = memchr(s, '=', n);
        char name[ENV_NAME_MAX];
        if (s + n == end) return; /* not terminated */
        if (eq && (size_t)(eq - s) < sizeof name && strlen(eq + 1) < ENV_VALUE_MAX) {
            memcpy(name, s, (size_t)(eq - s));
            name[eq - s] = 0;
            struct env_var *v = good_name(name) ? find_or_add(e, name) : NULL;
            if (v) set_value(&v->value, eq + 1);
        }
        s += n + 1;
    }
}

/* Writes the variables into the common partition; -ENOSPC leaves the image as it was. */
static int store(struct env *e)
{
    unsigned len = 0;
    uint8_t *h = find_part(e->image, PART_COMMON, &len);
    if (!h) {
        format(e->image);
        h = find_part(e->image, PART_COMMON, &len);
    }
    char buf[NVRAM_LEN] = {0};
    size_t at = 0, room = len - PART_HEADER;
    for (unsigned i = 0; i < e->n; i++) {
        const struct env_var *v = &e->var[i];
        if (!v->value) continue;
        size_t need = strlen(v->name) + 1 + strlen(v->value) + 1;
        if (need + 1 > room - at) return -ENOSPC;
        at += (size_t)sprintf(buf + at, "%s=%s", v->name, v->value) + 1;
    }
    memcpy(h + PART_HEADER, buf, room);
    e->dirty = true;
    return 0;
}

static int read_file(const char *file, uint8_t *image)
{
    FILE *f = fopen(file, "rb");
    if (!f) return -errno;
    size_t n = fread(image, 1, NVRAM_LEN, f);
    bool more = n == NVRAM_LEN && fgetc(f) != EOF;
    int r = ferror(f) ? -EIO : n != NVRAM_LEN || more ? -EINVAL : 0;
    fclose(f);
    return r;
}

static void move_aside(const struct env *e)
{
    char *bad = xasprintf("%s.bad", e->file);
    const char *what =
        rename(e->file, bad) ? "stays where it is until a variable is set" : "was moved to";
    log_line(e->log, LOG_HOST, "NVRAM file %s is damaged and %s%s%s; the defaults are used",
             e->file, what, what[0] == 'w' ? " " : "", what[0] == 'w' ? bad : "");
    free(bad);
}

void env_init(struct env *e, const char *file, struct log *log)
{
    *e = (struct env){.file = file, .log = log};
    format(e->image);
    if (!file) return;
    uint8_t image[NVRAM_LEN];
    int r = read_file(file, image);
    if (r == -ENOENT) return;
    unsigned len;
    if (r && r != -EINVAL) {
        log_line(log, LOG_HOST, "cannot read NVRAM file %s: %s; changes are not kept", file,
                 strerror(-r));
        e->file = NULL;
    } else if (r || !find_part(image, PART_COMMON, &len)) {
        move_aside(e);
    } else {
        memcpy(e->image, image, NVRAM_LEN);
        parse(e);
    }
}

static int write_all(int fd, const uint8_t *p, size_t len)
{
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n ? -errno : -EIO;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A rename is only safe on disk when its directory is, too. */
static void sync_dir(const char *file)
{
    char *copy = xstrdup(file);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

static int replace_file(const char *file, const uint8_t *image)
{
    char *temp = xasprintf("%s.XXXXXX", file);
    int fd = mkstemp(temp);
    int r = fd < 0 ? -errno : write_all(fd, image, NVRAM_LEN);
    if (!r && fsync(fd)) r = -errno;
    if (fd >= 0 && close(fd) && !r) r = -errno;
    if (!r && rename(temp, file)) r = -errno;
    if (r && fd >= 0) unlink(temp);
    if (!r) sync_dir(file);
    free(temp);
    return r;
}

int env_flush(struct env *e)
{
    if (!e->dirty || !e->file) return 0;
    int r = replace_file(e->file, e->image);
    if (r) {
        log_line(e->log, LOG_HOST, "cannot write NVRAM file %s: %s", e->file, strerror(-r));
    } else {
        e->dirty = false;
    }
    return r;
}

void env_free(struct env *e)
{
    env_flush(e);
    forget(e, true);
}

const char *env_default(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
        if (!strcmp(defaults[i].name, name)) return defaults[i].value;
    return NULL;
}

const char *env_get(const struct env *e, const char *name)
{
    const struct env_var *v = find(e, name);
    if (v && v->transient) return v->transient;
    if (v && v->value) return v->value;
    return env_default(name);
}

bool env_true(const struct env *e, const char *name)
{
    const char *v = env_get(e, name);
    return v && !strcmp(v, "true");
}

static bool good_value(const char *value)
{
    if (strlen(value) >= ENV_VALUE_MAX) return false;
    for (; *value; value++)
        if (iscntrl((unsigned char)*value) && !isspace((unsigned char)*value)) return false;
    return true;
}

int env_set(struct env *e, const char *name, const char *value)
{
    if (!good_name(name) || !good_value(value)) return -EINVAL;
    struct env_var *v = find_or_add(e, name);
    if (!v) return -ENOSPC;
    char *old = v->value;
    v->value = xstrdup(value);
    int r = store(e);
    if (r) {
        free(v->value);
        v->value = old;
        return r;
    }
    free(old);
    set_value(&v->transient, NULL);
    return 0;
}

int env_set_transient(struct env *e, const char *name, const char *value)
{
    if (!good_name(name) || !good_value(value)) return -EINVAL;
    struct env_var *v = find_or_add(e, name);
    if (!v) return -ENOSPC;
    set_value(&v->transient, value);
    return 0;
}

void env_reset(struct env *e, const char *name)
{
    if (!name) {
        forget(e, true);
    } else {
        struct env_var *v = find(e, name);
        if (!v) return;
        set_value(&v->value, NULL);
        set_value(&v->transient, NULL);
    }
    compact(e);
    if (store(e)) log_line(e->log, LOG_HOST, "the NVRAM image has no room for the variables");
}

const char *env_name(const struct env *e, unsigned i)
{
    if (i < ARRAY_SIZE(defaults)) return defaults[i].name;
    i -= (unsigned)ARRAY_SIZE(defaults);
    for (unsigned k = 0; k < e->n; k++) {
        const struct env_var *v = &e->var[k];
        if ((v->value || v->transient) && !env_default(v->name) && !i--) return v->name;
    }
    return NULL;
}

int nvram_read(const struct env *e, uint32_t at, void *to, uint32_t len)
{
    if (!span_ok(at, len, NVRAM_LEN)) return -EINVAL;
    memcpy(to, e->image + at, len);
    return 0;
}

int nvram_write(struct env *e, uint32_t at, const void *from, uint32_t len)
{
    if (!span_ok(at, len, NVRAM_LEN)) return -EINVAL;
    if (!memcmp(e->image + at, from, len)) return 0;
    memcpy(e->image + at, from, len);
    e->dirty = true;
    parse(e);
    return 0;
}
