/*
 * Run-time abstraction services. Source: CHRP / PAPR chapter 7 for the argument block and status
 * codes; tokens and counts as the Pegasos II tree names them (facts 6.2).
 *
 * Block, big-endian words at physical r3: token, number of arguments, number of results,
 * arguments, results; the first result is the status.
 */
#include "firmware/fw.h"

#include <string.h>
#include <time.h>

#include "hcall/providers.h"
#include "machines/pci.h"

enum { RTAS_OK = 0, RTAS_HARDWARE = -1, RTAS_PARAMETER = -3 };

#define CELLS_MAX  16
#define RTAS_CHUNK 256u

struct rcall {
    struct firmware *f;
    uint32_t n_args, n_rets;
    uint32_t arg[CELLS_MAX];
    uint32_t ret[CELLS_MAX]; /* [0] is the status; starts at 0 */
};

static void nothing(struct rcall *c)
{
    (void)c;
}

/* args: index, buffer, length; rets: status, bytes moved */
static void nvram_fetch(struct rcall *c)
{
    uint8_t buf[RTAS_CHUNK];
    uint32_t at = c->arg[0], to = c->arg[1], len = c->arg[2], done = 0;
    if (!span_ok(at, len, NVRAM_LEN)) {
        c->ret[0] = (uint32_t)RTAS_PARAMETER;
        return;
    }
    while (done < len) {
        uint32_t n = len - done < sizeof buf ? len - done : (uint32_t)sizeof buf;
        if (nvram_read(&c->f->env, at + done, buf, n) ||
            bus_ram_write(c->f->m->bus, to + done, buf, n)) {
            c->ret[0] = (uint32_t)RTAS_HARDWARE;
            break;
        }
        done += n;
    }
    c->ret[1] = done;
}

static void nvram_store(struct rcall *c)
{
    uint8_t buf[NVRAM_LEN];
    uint32_t at = c->arg[0], from = c->arg[1], len = c->arg[2];
    if (!span_ok(at, len, NVRAM_LEN)) {
        c->ret[0] = (uint32_t)RTAS_PARAMETER;
    } else if (bus_ram_read(c->f->m->bus, from, buf, len) ||
               nvram_write(&c->f->env, at, buf, len)) {
        c->ret[0] = (uint32_t)RTAS_HARDWARE;
    } else {
        c->ret[1] = len;
        fw_changed_nvram(c->f);
    }
}

/* rets: status, year, month, day, hour, minute, second, nanosecond */
static void get_time_of_day(struct rcall *c)
{
    uint32_t ns = 0;
    time_t now = (time_t)machine_wall_clock(c->f->m, &ns);
    struct tm tm;
    if (!gmtime_r(&now, &tm)) {
        c->ret[0] = (uint32_t)RTAS_HARDWARE;
        return;
    }
    c->ret[1] = (uint32_t)tm.tm_year + 1900;
    c->ret[2] = (uint32_t)tm.tm_mon + 1;
    c->ret[3] = (uint32_t)tm.tm_mday;
    c->ret[4] = (uint32_t)tm.tm_hour;
    c->ret[5] = (uint32_t)tm.tm_min;
    c->ret[6] = (uint32_t)tm.tm_sec;
    c->ret[7] = 0; /* Linux adds it to the second: whole seconds as the chip gives them */
}

static bool good_date(const uint32_t *a)
{
    return a[0] >= 1970 && a[0] <= 9999 && a[1] >= 1 && a[1] <= 12 && a[2] >= 1 && a[2] <= 31 &&
           a[3] < 24 && a[4] < 60 && a[5] < 61;
}

static void set_time_of_day(struct rcall *c)
{
    if (!good_date(c->arg)) {
        c->ret[0] = (uint32_t)RTAS_PARAMETER;
        return;
    }
    struct tm tm = {.tm_year = (int)c->arg[0] - 1900,
                    .tm_mon = (int)c->arg[1] - 1,
                    .tm_mday = (int)c->arg[2],
                    .tm_hour = (int)c->arg[3],
                    .tm_min = (int)c->arg[4],
                    .tm_sec = (int)c->arg[5]};
    machine_set_wall_clock(c->f->m, timegm(&tm));
}

/* Bits 31-24 bridge (0 is the one with the south bridge), 23-16 bus, 15-8 devfn, 7-0 register. */
static struct pci_bus *config_target(struct rcall *c, uint32_t size)
{
    uint32_t addr = c->arg[0];
    if (size != 1 && size != 2 && size != 4) return NULL;
    if ((addr & 3) + size > 4) return NULL;
    return c->f->m->pci[addr >> 24 ? 1 : 0];
}

static void read_pci_config(struct rcall *c)
{
    uint32_t addr = c->arg[0], size = c->arg[1];
    struct pci_bus *b = config_target(c, size);
    c->ret[1] =
        b ? pci_cfg_read(b, addr >> 16 & 0xff, addr >> 8 & 0xff, addr & 0xff, size) : UINT32_MAX;
}

static void write_pci_config(struct rcall *c)
{
    uint32_t addr = c->arg[0], size = c->arg[1];
    struct pci_bus *b = config_target(c, size);
    if (b) {
        pci_cfg_write(b, addr >> 16 & 0xff, addr >> 8 & 0xff, addr & 0xff, size, c->arg[2]);
    } else {
        c->ret[0] = (uint32_t)RTAS_PARAMETER;
    }
}

/* Linux's progress codes and boot text. */
static void display_character(struct rcall *c)
{
    char ch = (char)c->arg[0];
    fw_put(c->f, &ch, 1);
}

static void power_off(struct rcall *c)
{
    machine_request_poweroff(c->f->m, 0);
}
static void system_reboot(struct rcall *c)
{
    machine_request_reset(c->f->m);
}

/* Where Linux put the RTAS area: it says so in /rtas when it has instantiated it. */
static uint32_t rtas_base(struct firmware *f)
{
    int node = tree_find(&f->tree, "/rtas", NULL, 0);
    return node < 0 ? 0 : tree_get_u32(&f->tree, node, "linux,rtas-base", 0);
}

static bool has_fwnmi(struct rcall *c) { return c->f->m->hv && c->f->m->hv->on & HV_PAPR; }

static void nmi_register(struct rcall *c)
{
    int32_t r = RTAS_PARAMETER;
    if (has_fwnmi(c)) r = fwnmi_register(c->f->m, c->arg[0], c->arg[1], rtas_base(c->f));
    c->ret[0] = (uint32_t)r;
}

static void nmi_interlock(struct rcall *c)
{
    c->ret[0] = (uint32_t)(has_fwnmi(c) ? fwnmi_interlock(c->f->m) : RTAS_PARAMETER);
}

#define ANY 0xff

static const struct service {
    uint32_t token;
    const char *name;
    uint8_t n_args, n_rets; /* ANY: at least a status is all that is asked for */
    void (*fn)(struct rcall *c);
} services[] = {
    {0, "restart-rtas", 0, 1, nothing},
    {1, "nvram-fetch", 3, 2, nvram_fetch},
    {2, "nvram-store", 3, 2, nvram_store},
    {3, "get-time-of-day", 0, 8, get_time_of_day},
    {4, "set-time-of-day", 7, 1, set_time_of_day},
    {6, "event-scan", 4, 1, nothing},
    {7, "check-exception", 6, 1, nothing},
    {8, "read-pci-config", 2, 2, read_pci_config},
    {9, "write-pci-config", 3, 1, write_pci_config},
    {10, "display-character", 1, 1, display_character},
    {11, "set-indicator", 3, 1, nothing},
    {17, "power-off", 2, 1, power_off},
    {18, "suspend", ANY, ANY, nothing},
    {19, "hibernate", ANY, ANY, nothing},
    {20, "system-reboot", 0, 1, system_reboot},
    {21, "ibm,nmi-register", 2, 1, nmi_register},
    {22, "ibm,nmi-interlock", 0, 1, nmi_interlock},
};

static const struct service *find_service(uint32_t token)
{
    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        if (services[i].token == token) return &services[i];
    return NULL;
}

static bool get_word(struct firmware *f, uint64_t at, uint32_t *v)
{
    uint8_t b[4];
    if (bus_ram_read(f->m->bus, at, b, sizeof b)) return false;
    *v = get_be32(b);
    return true;
}

static bool fetch(struct rcall *c, uint64_t at, uint32_t *token)
{
    if (at & 3 || !get_word(c->f, at, token) || !get_word(c->f, at + 4, &c->n_args) ||
        !get_word(c->f, at + 8, &c->n_rets)) {
        return false;
    }
    if (c->n_args > CELLS_MAX || c->n_rets < 1 || c->n_rets > CELLS_MAX) return false;
    for (uint32_t i = 0; i < c->n_args; i++)
        if (!get_word(c->f, at + 12 + 4 * i, &c->arg[i])) return false;
    return true;
}

static bool put_results(struct rcall *c, uint64_t at)
{
    uint8_t b[4 * CELLS_MAX];
    for (uint32_t i = 0; i < c->n_rets; i++)
        put_be32(b + 4 * i, c->ret[i]);
    return !bus_ram_write(c->f->m->bus, at + 12 + 4 * c->n_args, b, 4 * c->n_rets);
}

static int64_t refuse(struct rcall *c, uint64_t at)
{
    c->n_rets = 1;
    c->ret[0] = (uint32_t)RTAS_HARDWARE;
    (void)!put_results(c, at);
    return H_PARAMETER;
}

int64_t rtas_call(void *owner, struct ppc_cpu *cpu)
{
    struct rcall c = {.f = owner};
    uint64_t at = (uint32_t)ppc_gpr(cpu, 4);
    uint32_t token;
    if (!fetch(&c, at, &token)) {
        log_line(fw_log(c.f), LOG_HCALL, "rtas: malformed block at %#llx", (unsigned long long)at);
        return H_PARAMETER;
    }
    const struct service *s = find_service(token);
    if (!s) {
        log_once(fw_log(c.f), LOG_GUEST | LOG_UNIMP, "rtas", token, "rtas: no service %u", token);
    } else if ((s->n_args != ANY && s->n_args != c.n_args) ||
               (s->n_rets != ANY && s->n_rets != c.n_rets)) {
        log_once(fw_log(c.f), LOG_GUEST, "rtas count", token, "rtas: %s with %u,%u cells", s->name,
                 c.n_args, c.n_rets);
        return refuse(&c, at);
    } else {
        s->fn(&c);
        log_line(fw_log(c.f), LOG_HCALL, "rtas: %s(%#x, %#x, %#x) = %d, %#x", s->name, c.arg[0],
                 c.arg[1], c.arg[2], (int32_t)c.ret[0], c.ret[1]);
    }
    return put_results(&c, at) ? H_SUCCESS : H_PARAMETER;
}
