/*
 * Package methods that clients reach with call-method, and the few Forth words they pass to
 * interpret. Sources: IEEE 1275 3.8 (deblocker, disk-label, block and byte devices), annex A
 * (display methods), PCI binding 2.2.1 (unit addresses), PowerPC binding 8 (memory and mmu).
 *
 * in[0] is the top of the stack on entry, out[0] the top on return.
 */
#include "firmware/fw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/guest/stub_bin.h"

struct mcall {
    struct firmware *f;
    struct instance *i;
    int node;
    const uint32_t *in;
    unsigned n_in, n_out;
    uint32_t out[8];
};

enum { OK = 0, FAILED = -1 };
#define TRUE_CELL UINT32_MAX

static void put_d(struct mcall *c, uint64_t d) /* ( -- d ) */
{
    c->out[0] = (uint32_t)(d >> 32);
    c->out[1] = (uint32_t)d;
}

static int32_t nop(struct mcall *c)
{
    (void)c;
    return OK;
}

/* ---- block devices, partitions, files ---- */

static uint32_t block_len(const struct mcall *c)
{
    const struct boot_device *d = fw_boot_device(c->f, c->node);
    return d && d->cdrom ? 2048 : 512;
}

static int32_t block_size(struct mcall *c)
{
    c->out[0] = block_len(c);
    return OK;
}

static int32_t max_transfer(struct mcall *c)
{
    c->out[0] = FW_BOUNCE;
    return OK;
}

static int32_t n_blocks(struct mcall *c)
{
    uint64_t n = c->i->media.len / block_len(c);
    c->out[0] = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
    return OK;
}

static int32_t size(struct mcall *c)
{
    put_d(c, c->i->media.len);
    return OK;
}

static int32_t offset(struct mcall *c) /* ( d.rel -- d.abs ) */
{
    put_d(c, ((uint64_t)c->in[0] << 32 | c->in[1]) + c->i->media.at);
    return OK;
}

/* ( addr block# #blocks -- #done ), from the start of the whole device's window. */
static int32_t move_blocks(struct mcall *c, bool write)
{
    struct instance *i = c->i;
    uint64_t bytes = (uint64_t)c->in[0] * block_len(c), keep = i->pos;
    if (bytes > UINT32_MAX) return FAILED;
    c->out[0] = 0;
    if (!instance_seek(c->f, i, (uint64_t)c->in[1] * block_len(c))) {
        int64_t n = write ? instance_write(c->f, i, c->in[2], (uint32_t)bytes)
                          : instance_read(c->f, i, c->in[2], (uint32_t)bytes);
        c->out[0] = n < 0 ? 0 : (uint32_t)(n / block_len(c));
    }
    i->pos = keep;
    return OK;
}

static int32_t read_blocks(struct mcall *c)
{
    return move_blocks(c, false);
}
static int32_t write_blocks(struct mcall *c)
{
    return move_blocks(c, true);
}

static int32_t seek(struct mcall *c) /* ( pos.lo pos.hi -- status ) */
{
    c->out[0] = (uint32_t)instance_seek(c->f, c->i, (uint64_t)c->in[0] << 32 | c->in[1]);
    return OK;
}

static int32_t read_bytes(struct mcall *c) /* ( addr len -- actual ) */
{
    c->out[0] = (uint32_t)instance_read(c->f, c->i, c->in[1], c->in[0]);
    return OK;
}

static int32_t write_bytes(struct mcall *c)
{
    c->out[0] = (uint32_t)instance_write(c->f, c->i, c->in[1], c->in[0]);
    return OK;
}

static int32_t load(struct mcall *c) /* ( addr -- size ) */
{
    if (c->i->media.len > c->f->ram) return FAILED;
    c->i->pos = 0;
    int64_t n = instance_read(c->f, c->i, c->in[0], (uint32_t)c->i->media.len);
    if (n < 0) return FAILED;
    c->out[0] = (uint32_t)n;
    return OK;
}

/* ---- rtas ---- */

static int32_t instantiate_rtas(struct mcall *c) /* ( base -- entry ) */
{
    uint32_t room = tree_get_u32(&c->f->tree, c->node, "rtas-size", 0);
    if (room < RTAS_STUB_LEN || c->in[0] & 3) return FAILED;
    if (bus_ram_write(c->f->m->bus, c->in[0], vof_stub + RTAS_STUB_AT, RTAS_STUB_LEN)) {
        return FAILED;
    }
    c->out[0] = c->in[0];
    return OK;
}

/* ---- memory and mmu: the client runs untranslated, so only one-to-one mappings exist ---- */

static int32_t claim(struct mcall *c) /* ( [addr] size align -- addr ) */
{
    struct firmware *f = c->f;
    uint64_t at = c->n_in > 2 ? c->in[2] : 0;
    int r;
    if (c->in[0]) {
        r = claims_take_aligned(&f->claims, c->in[1], c->in[0], f->image.high, &at);
    } else {
        r = c->n_in > 2 ? claims_take(&f->claims, at, c->in[1]) : -1;
    }
    if (r) return FAILED;
    of_update_available(f);
    c->out[0] = (uint32_t)at;
    return OK;
}

/* The mmu hands out addresses that memory has already claimed: both are the same here. */
static int32_t mmu_claim(struct mcall *c)
{
    if (c->in[0]) return claim(c);
    if (c->n_in < 3) return FAILED;
    if (!claims_take(&c->f->claims, c->in[2], c->in[1])) of_update_available(c->f);
    c->out[0] = c->in[2];
    return OK;
}

static int32_t release(struct mcall *c) /* ( addr size -- ) */
{
    if (claims_drop(&c->f->claims, c->in[1], c->in[0])) return FAILED;
    of_update_available(c->f);
    return OK;
}

static int32_t map(struct mcall *c) /* ( phys virt size mode -- ) */
{
    return c->in[2] == c->in[3] ? OK : FAILED;
}

static int32_t translate(struct mcall *c) /* ( virt -- phys mode true ) */
{
    c->out[0] = TRUE_CELL;
    c->out[1] = 0x10; /* WIMG: M */
    c->out[2] = c->in[0];
    return OK;
}

/* ---- unit addresses ---- */

static bool is_pci(const struct mcall *c)
{
    return tree_has_type(&c->f->tree, c->node, "pci");
}

/* ( addr len -- phys.lo .. phys.hi ) */
static int32_t decode_unit(struct mcall *c)
{
    char text[64];
    uint32_t len = c->in[0];
    if (len >= sizeof text || mem_read(c->f, c->in[1], text, len)) return FAILED;
    text[len] = 0;
    unsigned a = 0, b = 0;
    int n = sscanf(text, "%8x,%8x", &a, &b);
    if (n < 1) return FAILED;
    if (is_pci(c)) {
        if (a > 31 || b > 7) return FAILED;
        c->out[0] = a << 11 | b << 8;
    } else {
        c->out[0] = a;
        c->out[1] = b;
    }
    return OK;
}

/* ( phys.lo .. phys.hi -- addr len ); the text goes to VOF's scratch memory. */
static int32_t encode_unit(struct mcall *c)
{
    char text[32];
    uint32_t hi = c->in[0];
    if (is_pci(c) && hi >> 8 & 7) {
        snprintf(text, sizeof text, "%x,%x", hi >> 11 & 31, hi >> 8 & 7);
    } else if (is_pci(c)) {
        snprintf(text, sizeof text, "%x", hi >> 11 & 31);
    } else if (c->n_in > 1) {
        snprintf(text, sizeof text, "%x,%x", hi, c->in[1]);
    } else {
        snprintf(text, sizeof text, "%x", hi);
    }
    uint32_t len = (uint32_t)strlen(text);
    uint64_t at = c->f->vof + VOF_SCRATCH;
    if (bus_ram_write(c->f->m->bus, at, text, len + 1)) return FAILED;
    c->out[0] = len;
    c->out[1] = (uint32_t)at;
    return OK;
}

/* ---- clock ---- */

static int32_t get_time(struct mcall *c) /* ( -- sec min hour day month year ) */
{
    uint32_t ns = 0;
    time_t now = (time_t)machine_wall_clock(c->f->m, &ns);
    struct tm tm;
    if (!gmtime_r(&now, &tm)) return FAILED;
    const int v[] = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                     tm.tm_hour,        tm.tm_min,     tm.tm_sec};
    for (unsigned k = 0; k < ARRAY_SIZE(v); k++)
        c->out[k] = (uint32_t)v[k];
    return OK;
}

/* ---- display: colours are indices of the palette at every depth ---- */

static int32_t dimensions(struct mcall *c) /* ( -- width height ) */
{
    return screen_size(c->f, &c->out[1], &c->out[0]) ? OK : FAILED;
}

static int32_t fill_rectangle(struct mcall *c) /* ( color x y w h -- ) */
{
    const uint32_t *in = c->in;
    return screen_fill(c->f, in[3], in[2], in[1], in[0], (uint8_t)in[4]) ? FAILED : OK;
}

static int32_t draw_rectangle(struct mcall *c) /* ( addr x y w h -- ) */
{
    const uint32_t *in = c->in;
    return screen_draw(c->f, in[3], in[2], in[1], in[0], in[4]) ? FAILED : OK;
}

static int32_t read_rectangle(struct mcall *c) /* ( addr x y w h -- ) */
{
    const uint32_t *in = c->in;
    return screen_read(c->f, in[3], in[2], in[1], in[0], in[4]) ? FAILED : OK;
}

static int32_t set_color(struct mcall *c) /* ( r g b index -- ) */
{
    const uint32_t *in = c->in;
    screen_set_color(c->f, (uint8_t)in[0],
                     (in[3] & 255) << 16 | (in[2] & 255) << 8 | (in[1] & 255));
    return OK;
}

static int32_t get_color(struct mcall *c) /* ( index -- r g b ) */
{
    uint32_t rgb = screen_get_color(c->f, (uint8_t)c->in[0]);
    c->out[0] = rgb & 255;
    c->out[1] = rgb >> 8 & 255;
    c->out[2] = rgb >> 16;
    return OK;
}

/* ( addr index n -- ): three bytes a colour at addr */
static int32_t move_colors(struct mcall *c, bool set)
{
    uint8_t b[3];
    uint32_t n = c->in[0], first = c->in[1], at = c->in[2];
    if (!span_ok(first, n, 256)) return FAILED;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t rgb = screen_get_color(c->f, (uint8_t)(first + i));
        uint8_t now[3] = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
        if (set ? mem_read(c->f, at + 3 * i, b, 3) : mem_write(c->f, at + 3 * i, now, 3)) {
            return FAILED;
        }
        if (!set) continue;
        screen_set_color(c->f, (uint8_t)(first + i),
                         (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2]);
    }
    return OK;
}

static int32_t set_colors(struct mcall *c)
{
    return move_colors(c, true);
}
static int32_t get_colors(struct mcall *c)
{
    return move_colors(c, false);
}

/* ---- dispatch ---- */

static bool on_media(const struct mcall *c)
{
    return c->i->kind == INSTANCE_MEDIA;
}
static bool on_bytes(const struct mcall *c)
{
    return c->i->kind != INSTANCE_NODE;
}
static bool on_any(const struct mcall *c)
{
    return c != NULL;
}
static bool on_bus(const struct mcall *c)
{
    return tree_get(&c->f->tree, c->node, "#address-cells", NULL) || is_pci(c);
}
static bool on_name(const struct mcall *c, const char *name)
{
    const char *s = tree_get_str(&c->f->tree, c->node, "name");
    return s && !strcmp(s, name);
}
static bool on_rtas(const struct mcall *c)
{
    return on_name(c, "rtas");
}
static bool on_rtc(const struct mcall *c)
{
    return on_name(c, "rtc") || tree_has_type(&c->f->tree, c->node, "rtc");
}
static bool on_memory(const struct mcall *c)
{
    return tree_has_type(&c->f->tree, c->node, "memory");
}
static bool on_mmu(const struct mcall *c)
{
    return tree_has_type(&c->f->tree, c->node, "cpu");
}
static bool on_display(const struct mcall *c)
{
    return tree_has_type(&c->f->tree, c->node, "display");
}

static const struct method {
    const char *name;
    uint8_t n_in, n_out; /* the least that the client must give and take */
    bool (*on)(const struct mcall *c);
    int32_t (*fn)(struct mcall *c);
} methods[] = {
    {"block-size", 0, 1, on_media, block_size},
    {"max-transfer", 0, 1, on_media, max_transfer},
    {"#blocks", 0, 1, on_media, n_blocks},
    {"size", 0, 2, on_media, size},
    {"offset", 2, 2, on_media, offset},
    {"read-blocks", 3, 1, on_media, read_blocks},
    {"write-blocks", 3, 1, on_media, write_blocks},
    {"seek", 2, 1, on_media, seek},
    {"load", 1, 1, on_media, load},
    {"read", 2, 1, on_bytes, read_bytes},
    {"write", 2, 1, on_bytes, write_bytes},
    {"instantiate-rtas", 1, 1, on_rtas, instantiate_rtas},
    {"claim", 2, 1, on_memory, claim},
    {"release", 2, 0, on_memory, release},
    {"claim", 2, 1, on_mmu, mmu_claim},
    {"release", 2, 0, on_mmu, nop},
    {"map", 4, 0, on_mmu, map},
    {"modify", 3, 0, on_mmu, nop},
    {"unmap", 2, 0, on_mmu, nop},
    {"translate", 1, 3, on_mmu, translate},
    {"decode-unit", 2, 1, on_bus, decode_unit},
    {"encode-unit", 1, 2, on_bus, encode_unit},
    {"get-time", 0, 6, on_rtc, get_time},
    {"dimensions", 0, 2, on_display, dimensions},
    {"color!", 4, 0, on_display, set_color},
    {"color@", 1, 3, on_display, get_color},
    {"set-colors", 3, 0, on_display, set_colors},
    {"get-colors", 3, 0, on_display, get_colors},
    {"read-rectangle", 5, 0, on_display, read_rectangle},
    {"fill-rectangle", 5, 0, on_display, fill_rectangle},
    {"draw-rectangle", 5, 0, on_display, draw_rectangle},
    {"open", 0, 0, on_any, nop},
    {"close", 0, 0, on_any, nop},
};

static const struct method *find_method(const struct mcall *c, const char *name)
{
    for (size_t k = 0; k < ARRAY_SIZE(methods); k++)
        if (!strcmp(methods[k].name, name) && methods[k].on(c)) return &methods[k];
    return NULL;
}

int32_t of_call_method(struct firmware *f, struct instance *i, const char *name, const uint32_t *in,
                       unsigned n_in, uint32_t *out, unsigned n_out)
{
    struct mcall c = {.f = f,
                      .i = i,
                      .node = tree_node(&f->tree, i->phandle),
                      .in = in,
                      .n_in = n_in,
                      .n_out = n_out};
    if (c.node < 0) return FAILED;
    const struct method *m = find_method(&c, name);
    if (!m || n_in < m->n_in || n_out < m->n_out) {
        log_once(fw_log(f), LOG_GUEST, "of method", i->phandle, "of: no method %s (%u in, %u out)",
                 name, n_in, n_out);
        return FAILED;
    }
    int32_t r = m->fn(&c);
    for (unsigned k = 0; !r && k < n_out && k < ARRAY_SIZE(c.out); k++)
        out[k] = c.out[k];
    return r;
}

bool of_has_method(struct firmware *f, uint32_t phandle, const char *name)
{
    int node = tree_node(&f->tree, phandle);
    if (node < 0) return false;
    struct instance i = {.phandle = phandle, .kind = instance_kind(f, node)};
    struct mcall c = {.f = f, .i = &i, .node = node};
    return find_method(&c, name) != NULL;
}

static void no_op(struct firmware *f)
{
    (void)f;
}
static void reset_all(struct firmware *f)
{
    machine_request_reset(f->m);
}
static void power_off(struct firmware *f)
{
    machine_request_poweroff(f->m, 0);
}

/* There is no Forth here: the lines that GRUB, yaboot and BSD loaders pass, or nothing. */
int32_t of_interpret(struct firmware *f, const char *words)
{
    static const struct {
        const char *line;
        void (*fn)(struct firmware *f);
    } known[] = {
        {"reset-all", reset_all},        {"reset", reset_all},          {"power-off", power_off},
        {"poweroff", power_off},         {"shut-down", power_off},      {"shutdown", power_off},
        {"output-device output", no_op}, {"input-device input", no_op}, /* they are in use */
    };
    while (*words == ' ')
        words++;
    size_t len = strcspn(words, "\r\n");
    while (len && words[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (strlen(known[i].line) == len && !strncmp(known[i].line, words, len)) {
            known[i].fn(f);
            return 0;
        }
    }
    log_once(fw_log(f), LOG_GUEST, "of interpret", len, "of: no Forth to interpret \"%s\"", words);
    return -1;
}
