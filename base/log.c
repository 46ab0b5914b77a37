#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned mask;
    const char *about;
} categories[] = {
    {"int", LOG_INT, "exceptions and interrupts taken"},
    {"cpu", LOG_CPU, "registers before each instruction (runs single-stepped)"},
    {"mmu", LOG_MMU, "translation faults and TLB flushes"},
    {"in_asm", LOG_IN_ASM, "guest instructions as they are first decoded"},
    {"unimp", LOG_UNIMP, "things this emulator does not model"},
    {"guest_errors", LOG_GUEST, "things the guest should not have done"},
    {"hcall", LOG_HCALL, "hypercalls and client-interface calls by name"},
    {"device", LOG_DEVICE, "every access to a device's registers"},
    {"exec", LOG_EXEC, "each instruction executed (runs single-stepped)"},
    {"cpu_reset", LOG_RESET, "machine and CPU resets"},
    {"perf", LOG_PERF, "a report of counters at the end of the run"},
    {"ops", LOG_OPS, "which instructions ran, in which order, at the end (runs more slowly)"},
    {"stats", LOG_STATS, "instructions and times at the end of the run"},
};

void log_init(struct log *l, FILE *to, unsigned mask)
{
    memset(l, 0, sizeof *l);
    l->to = to;
    l->mask = mask | LOG_HOST;
}

static void put(struct log *l, const char *fmt, va_list ap)
{
    if (!l->to) return;
    vfprintf(l->to, fmt, ap);
    fputc('\n', l->to);
}

void log_line(struct log *l, unsigned mask, const char *fmt, ...)
{
    if (!log_on(l, mask)) return;
    va_list ap;
    va_start(ap, fmt);
    put(l, fmt, ap);
    va_end(ap);
}

/* Open addressing over (site pointer, key); a full table stays silent rather than repeat. */
static bool first_time(struct log *l, const char *site, uint64_t key)
{
    uint64_t h = ((uintptr_t)site * UINT64_C(0x9e3779b97f4a7c15)) ^ (key + 1) * UINT64_C(0xff51afd7ed558ccd);
    h |= 1;
    for (unsigned i = 0; i < 16; i++) {
        uint64_t *slot = &l->once[(h + i) % LOG_ONCE_SLOTS];
        if (*slot == h) return false;
        if (!*slot) {
            *slot = h;
            return true;
        }
    }
    return false;
}

void log_once(struct log *l, unsigned mask, const char *site, uint64_t key, const char *fmt, ...)
{
    if (!log_on(l, mask) || !first_time(l, site, key)) return;
    va_list ap;
    va_start(ap, fmt);
    put(l, fmt, ap);
    va_end(ap);
}

int log_parse_mask(const char *list, unsigned *mask, const char **bad)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        bool found = false;
        for (size_t i = 0; i < ARRAY_SIZE(categories); i++)
            if (strlen(categories[i].name) == len && !strncmp(list, categories[i].name, len)) {
                *mask |= categories[i].mask;
                found = true;
            }
        if (!found) {
            *bad = list;
            return -EINVAL;
        }
        list += len + (list[len] == ',');
    }
    return 0;
}

void log_help(FILE *to)
{
    fprintf(to, "Log items (comma separated):\n");
    for (size_t i = 0; i < ARRAY_SIZE(categories); i++)
        fprintf(to, "%-14s %s\n", categories[i].name, categories[i].about);
}
