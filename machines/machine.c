#include "machines/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cpu/ppc.h"
#include "firmware/firmware.h"
#include "hcall/hcall.h"
#include "hcall/providers.h"

#define NS_PER_S UINT64_C(1000000000)

/* Instructions between two looks at events when time is the host's: as many as took LOOK_NS lately, so
 * that interrupts come within 100 us at any speed. */
#define MIN_SLICE_INSNS 2048u
#define MAX_SLICE_INSNS 131072u
#define LOOK_NS 50000u
#define WATCHED_SLICE_INSNS 2048u /* the same while single-stepping for a debugger */

/* Where the guest's clock starts in instruction-clock runs without `-rtc base=<date>`: a fixed
 * moment (2026-01-01 UTC), so that two runs are alike. */
#define ICOUNT_EPOCH INT64_C(1767225600)

extern const struct machine_type pegasos2_machine;

const struct machine_type *const machine_types[] = {&pegasos2_machine, NULL};

const struct machine_type *machine_find(const char *name)
{
    for (const struct machine_type *const *t = machine_types; *t; t++) {
        if (!strcmp((*t)->name, name)) return *t;
        for (const char *const *a = (*t)->aliases; a && *a; a++) {
            if (!strcmp(*a, name)) return *t;
        }
    }
    return NULL;
}

/* Devices */

struct sched *device_sched(struct device *d) { return &d->m->sched; }
struct log *device_log(struct device *d) { return &d->m->log; }

int machine_add_device(struct machine *m, struct device *d, const struct device_type *type,
                       const char *label, struct error *err)
{
    struct device **end = &m->devices;
    if (!type->state || !type->reset) {
        return error_set(err, EINVAL, "device %s (%s) lacks a state table or a reset", label,
                         type->name);
    }
    while (*end && strcmp((*end)->label, label)) end = &(*end)->next;
    if (*end) return error_set(err, EINVAL, "two devices are called %s", label);
    *d = (struct device){.type = type, .m = m, .label = label};
    *end = d;
    return 0;
}

/* Last made, first freed: a device may use one that was there before it. */
static void free_devices(struct device *d)
{
    if (!d) return;
    free_devices(d->next);
    if (d->type->fini) {
        d->type->fini(d);
    } else {
        free(d);
    }
}

/* Time */

static uint64_t host_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t host_clock(void *ctx)
{
    const struct machine *m = ctx;
    return m->clock_stopped ? m->stopped_at : host_ns() - m->host_base;
}

static uint64_t insn_clock(void *ctx)
{
    const struct machine *m = ctx;
    uint64_t insns = m->cpu ? ppc_insns(m->cpu) : 0;
    return m->idle_ns + (insns << m->cfg->icount_shift);
}

void machine_halt(struct machine *m, bool halted)
{
    m->halted = halted;
    if (m->cfg->icount || halted == m->clock_stopped) return;
    if (halted) {
        m->stopped_at = host_clock(m);
    } else {
        m->host_base = host_ns() - m->stopped_at;
    }
    m->clock_stopped = halted;
}

/* An event has become the first one: the CPU must not run past it. */
static void event_earlier(void *ctx)
{
    struct machine *m = ctx;
    if (m->cpu && sched_next(&m->sched) < m->run_until) ppc_kick(m->cpu);
}

void machine_warp(struct machine *m)
{
    uint64_t now = sched_now(&m->sched), next = sched_next(&m->sched);
    if (m->cfg->icount && next != SCHED_NEVER && next > now) m->idle_ns += next - now;
}

/* The host's clock is sampled once; from then on the guest's date moves with virtual time, so
 * that a host clock set back or forth does no harm (rule R30). */
static void init_wall_clock(struct machine *m)
{
    struct timespec t = {.tv_sec = ICOUNT_EPOCH};
    if (!m->cfg->icount) clock_gettime(CLOCK_REALTIME, &t);
    if (m->cfg->rtc_base == RTC_DATE) t = (struct timespec){.tv_sec = m->cfg->rtc_date};
    m->rtc_offset = t.tv_sec;
    m->rtc_ns = (uint32_t)t.tv_nsec;
    if (m->cfg->rtc_base == RTC_LOCALTIME) {
        struct tm tm;
        if (localtime_r(&t.tv_sec, &tm)) m->rtc_offset += tm.tm_gmtoff;
    }
}

int64_t machine_wall_clock(struct machine *m, uint32_t *ns)
{
    uint64_t virtual_ns = sched_now(&m->sched);
    uint64_t below = virtual_ns % NS_PER_S + m->rtc_ns;
    if (ns) *ns = (uint32_t)(below % NS_PER_S);
    return m->rtc_offset + (int64_t)(virtual_ns / NS_PER_S + below / NS_PER_S);
}

void machine_set_wall_clock(struct machine *m, int64_t unix_seconds)
{
    uint64_t virtual_ns = sched_now(&m->sched);
    uint64_t within = virtual_ns % NS_PER_S;
    m->rtc_ns = (uint32_t)(within ? NS_PER_S - within : 0);
    m->rtc_offset = unix_seconds - (int64_t)(virtual_ns / NS_PER_S) - (within ? 1 : 0);
}

/* Building */

static int check_ram(struct machine *m, uint64_t size, struct error *err)
{
    const struct machine_type *t = m->type;
    if (size >= t->min_ram && size <= t->max_ram && !(size & PAGE_MASK)) return 0;
    return error_set(err, EINVAL,
                     "%s takes %u to %u MiB of RAM in steps of 4 KiB, not %llu bytes", t->name,
                     (unsigned)(t->min_ram >> 20), (unsigned)(t->max_ram >> 20),
                     (unsigned long long)size);
}

static const struct ppc_model *choose_cpu(struct machine *m, struct error *err)
{
    const char *name = m->cfg->cpu ? m->cfg->cpu : m->type->default_cpu;
    const struct ppc_model *model = ppc_model_find(name);
    if (!model) {
        error_set(err, EINVAL, "unknown CPU \"%s\"", name);
        return NULL;
    }
    for (const char *const *fit = m->type->cpus; *fit; fit++) {
        if (!strcmp(*fit, model->name)) return model;
    }
    error_set(err, EINVAL, "a %s cannot have the CPU %s", m->type->name, model->name);
    return NULL;
}

static enum ppc_glue choose_glue(const struct config *cfg)
{
    if (cfg->log_mask & LOG_OPS) return PPC_GLUE_PROFILE;
    return cfg->portable ? PPC_GLUE_PORTABLE : PPC_GLUE_BEST;
}

static int choose_hypercalls(struct machine *m, unsigned *on, struct error *err)
{
    int r = hv_parse(m->cfg->hypercalls, on, err);
    if (!r && !(*on & HV_VOF) && !m->cfg->bios) {
        return error_set(err, EINVAL, "hypercalls=%s: the built-in firmware needs vof; without it a "
                         "firmware ROM (-bios) must be there", m->cfg->hypercalls);
    }
    return r;
}

static int build(struct machine *m, struct error *err)
{
    const struct config *cfg = m->cfg;
    unsigned on = 0;
    uint64_t ram = cfg->ram_size ? cfg->ram_size : m->type->default_ram;
    m->hcall = hcall_new(&m->log);
    m->bus = bus_new("memory", 0, &m->log);
    m->console = cfg->serial[0];
    int r = check_ram(m, ram, err);
    if (!r) r = bus_add_ram(m->bus, "ram", 0, ram, RAM_RW, &m->ram, err);
    if (!r) r = choose_hypercalls(m, &on, err);
    const struct ppc_model *model = r ? NULL : choose_cpu(m, err);
    if (!model) return r ? r : -EINVAL;
    m->model = *model;
    /* The idle loop of ePAPR's 32-bit guests was written for Book E (docs/hypercalls.md). */
    if (on & HV_EPAPR) m->model.features |= PPC_F_WRTEE;
    m->cpu = ppc_new(&(struct ppc_config){
        .model = &m->model, .bus = m->bus, .sched = &m->sched, .log = &m->log,
        .tb_hz = m->type->tb_hz, .glue = choose_glue(cfg), .rests = !cfg->icount,
        .sc = hcall_sc, .sc_ctx = m->hcall,
    }, err);
    if (!m->cpu) return -EINVAL;
    r = m->type->init(m, err);
    if (!r && !cfg->bios) r = firmware_new(m, &m->firmware, err);
    if (!r) r = hv_new(m, on, &m->hv, err);
    return r;
}

static int reset_all(struct machine *m, struct error *err)
{
    log_line(&m->log, LOG_RESET, "machine reset at %llu ns",
             (unsigned long long)sched_now(&m->sched));
    m->idle_ns += m->cfg->icount ? ppc_insns(m->cpu) << m->cfg->icount_shift : 0;
    ppc_reset(m->cpu);
    for (struct device *d = m->devices; d; d = d->next) d->type->reset(d);
    if (m->type->reset) m->type->reset(m);
    m->request = MACHINE_RUNNING;
    return m->firmware ? firmware_boot(m->firmware, err) : 0;
}

int machine_new(const struct config *cfg, struct machine **out, struct error *err)
{
    const struct machine_type *type = machine_find(cfg->machine);
    if (!type) return error_set(err, EINVAL, "unknown machine \"%s\"", cfg->machine);
    if (cfg->icount && cfg->icount_shift > 20) {
        return error_set(err, EINVAL, "icount shift %u is more than 20", cfg->icount_shift);
    }
    struct machine *m = xcalloc(1, sizeof *m);
    m->type = type;
    m->cfg = cfg;
    m->host_base = host_ns();
    log_init(&m->log, cfg->log_to ? cfg->log_to : stderr, cfg->log_mask);
    sched_init(&m->sched, cfg->icount ? insn_clock : host_clock, m);
    m->sched.earlier = event_earlier;
    m->sched.earlier_ctx = m;
    init_wall_clock(m);
    int r = build(m, err);
    if (!r) r = reset_all(m, err);
    if (r) {
        machine_free(m);
        return r;
    }
    if (cfg->stopped) machine_halt(m, true);
    *out = m;
    return 0;
}

void machine_free(struct machine *m)
{
    if (!m) return;
    firmware_free(m->firmware);
    /* Nobody's event may be found in the queue after its owner has gone. */
    while (m->sched.first) sched_cancel(&m->sched, m->sched.first);
    free_devices(m->devices);
    ppc_free(m->cpu);
    hcall_free(m->hcall);
    bus_free(m->bus);
    free(m->board);
    free(m);
}

void machine_reset(struct machine *m)
{
    struct error err = {{0}};
    if (reset_all(m, &err)) log_line(&m->log, LOG_HOST, "ppcemu: %s", err.text);
}

/* Running */

static void request(struct machine *m, enum machine_stop what)
{
    m->request = what;
    if (m->cpu) ppc_kick(m->cpu);
}

void machine_request_reset(struct machine *m)
{
    if (m->request == MACHINE_RUNNING) request(m, MACHINE_RESET);
}

void machine_request_poweroff(struct machine *m, int exit_status)
{
    m->exit_status = exit_status;
    request(m, MACHINE_POWEROFF);
}

static enum machine_stop take_request(struct machine *m)
{
    enum machine_stop what = m->request;
    m->request = MACHINE_RUNNING;
    if (what == MACHINE_RESET && !m->cfg->no_reboot) machine_reset(m);
    return what;
}

static void pause_over(void *ctx) { (void)ctx; }

void machine_pause(struct machine *m, uint64_t ns)
{
    if (m->cfg->icount) return;
    m->pause_over.fn = pause_over;
    m->pause_over.name = "pause";
    sched_at(&m->sched, &m->pause_over, sched_now(&m->sched) + ns);
    m->pausing = true;
    ppc_kick(m->cpu);
}

/* The CPU has nothing to do before the next event. */
static bool can_wait(const struct machine *m)
{
    return m->request == MACHINE_RUNNING && !ppc_wakes(m->cpu) &&
           sched_next(&m->sched) > sched_now(&m->sched);
}

/* How far the CPU may run before somebody looks at the time again. */
static uint64_t budget(struct machine *m, uint64_t now, uint64_t end)
{
    uint64_t next = sched_next(&m->sched);
    m->run_until = next < end ? next : end;
    if (!m->cfg->icount) {
        /* Only an event that is due already is worth a kick. One near at hand (a disk answering)
         * shortens the slice: at some 600 instructions a microsecond it is then served in time. */
        m->run_until = now;
        uint64_t ns = next > now ? next - now : 0;
        uint64_t most = m->look_insns ? m->look_insns : MIN_SLICE_INSNS;
        return ns / 2 + MIN_SLICE_INSNS < most ? ns / 2 + MIN_SLICE_INSNS : most;
    }
    uint64_t ns = m->run_until > now ? m->run_until - now : 1;
    uint64_t step = UINT64_C(1) << m->cfg->icount_shift;
    return (ns + step - 1) >> m->cfg->icount_shift;
}

/* One instruction at a time, under the eyes of a debugger. */
static enum ppc_stop run_watched(struct machine *m, uint64_t insns)
{
    enum ppc_stop stop = PPC_STOP_BUDGET;
    if (insns > WATCHED_SLICE_INSNS) insns = WATCHED_SLICE_INSNS;
    while (insns-- && stop == PPC_STOP_BUDGET && m->request == MACHINE_RUNNING && m->debug_stop) {
        if (m->debug_stop(m->debug_ctx)) return PPC_STOP_DEBUG;
        if (!m->debug_stop) break; /* it wants to see no more: ppc_set_debug does the rest */
        stop = ppc_step(m->cpu);
    }
    return stop;
}

static enum ppc_stop run_cpu(struct machine *m, uint64_t insns)
{
    if (ppc_idle(m->cpu) && !ppc_wakes(m->cpu)) return PPC_STOP_IDLE;
    if (m->debug_stop) return run_watched(m, insns);
    return ppc_run(m->cpu, insns);
}

/* A chip in checkstop does nothing until it is reset, and nobody is there to press the button. */
static enum machine_stop checkstop(struct machine *m)
{
    log_line(&m->log, LOG_HOST, "ppcemu: CPU checkstop (machine check with MSR[ME]=0) at %08llx",
             (unsigned long long)ppc_pc(m->cpu));
    m->exit_status = 1;
    return MACHINE_POWEROFF;
}

static bool at_prompt(struct machine *m)
{
    return m->firmware && firmware_interactive(m->firmware);
}

/* A slice of so many instructions took ns. One that waited for the host's scheduler says little, so
 * the number moves by an eighth of the way. */
static void learn_speed(struct machine *m, uint64_t insns, uint64_t ns)
{
    if (insns < MIN_SLICE_INSNS / 2 || !ns) return;
    uint64_t fits = insns * LOOK_NS / ns;
    if (fits < MIN_SLICE_INSNS) fits = MIN_SLICE_INSNS;
    if (fits > MAX_SLICE_INSNS) fits = MAX_SLICE_INSNS;
    m->look_insns = m->look_insns ? (m->look_insns * 7 + fits) / 8 : fits;
}

/* run_cpu, with an eye on the time it takes. */
static enum ppc_stop run_slice(struct machine *m, uint64_t now, uint64_t end)
{
    uint64_t before = ppc_insns(m->cpu);
    enum ppc_stop stop = run_cpu(m, budget(m, now, end));
    if (!m->cfg->icount && stop == PPC_STOP_BUDGET) {
        learn_speed(m, ppc_insns(m->cpu) - before, sched_now(&m->sched) - now);
    }
    return stop;
}

enum machine_stop machine_run(struct machine *m, uint64_t slice_ns)
{
    uint64_t end = sched_now(&m->sched) + slice_ns;
    for (;;) {
        sched_run(&m->sched);
        if (m->request != MACHINE_RUNNING) return take_request(m);
        if (at_prompt(m)) {
            firmware_poll(m->firmware);
            if (m->request != MACHINE_RUNNING) return take_request(m);
            if (at_prompt(m)) return MACHINE_IDLE;
        }
        uint64_t now = sched_now(&m->sched);
        if (now >= end) return MACHINE_RUNNING;
        switch (run_slice(m, now, end)) {
        case PPC_STOP_DEBUG: return MACHINE_DEBUG;
        case PPC_STOP_CHECKSTOP: return checkstop(m);
        case PPC_STOP_IDLE: case PPC_STOP_REST:
            if (can_wait(m)) return MACHINE_IDLE;
            break;
        case PPC_STOP_KICK:
            if (m->pausing && can_wait(m)) {
                m->pausing = false;
                return MACHINE_IDLE;
            }
            m->pausing = false;
            break;
        default: break;
        }
    }
}
