/*
 * ppcemu-test lockstep --machine: two whole machines side by side, one on the threaded core, one on
 * the portable one, from reset to the guest's end.
 *
 * Both count time in instructions, so devices and interrupts are a function of the instruction
 * count alone. The threaded core may run some instructions past its budget; the portable one
 * follows to exactly that number, and only then events are looked at, on both. A difference is
 * narrowed by starting again: to the stretch before it, and from there in the smallest steps.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/ppc.h"
#include "frontend/test_json.h"
#include "frontend/test_state.h"
#include "frontend/test_vectors.h"
#include "machines/machine.h"

#define HISTORY 64
#define FULL_EVERY 16384u /* stretches between two looks at everything, RAM too */
#define NO_STRETCH UINT64_MAX

struct console {
    struct chardev dev;
    uint64_t bytes, hash;
    FILE *to; /* the threaded machine's text, if asked for */
};

struct side {
    struct config cfg;
    struct console console;
    struct machine *m;
    uint64_t ended; /* enum machine_stop of the last look at events */
};

enum outcome { GOES_ON, ENDED, DIFFERS, BROKEN };

struct boot {
    struct side side[2]; /* threaded, portable */
    uint64_t limit, seed, random;
    bool show;
    uint64_t stretches, full_from, step_at; /* where a pass looks closer */
    uint64_t same_until, last_full;         /* instructions; stretch */
    bool by_full;                           /* what found the difference */
    struct {
        uint64_t pc;
        uint32_t word;
    } history[HISTORY];
    uint64_t seen;
    const char *why;
};

/* ---- the console ---- */

static void console_write(struct chardev *c, const uint8_t *p, size_t len)
{
    struct console *s = (struct console *)c;
    for (size_t i = 0; i < len; i++) s->hash = (s->hash ^ p[i]) * UINT64_C(0x100000001b3);
    s->bytes += len;
    if (s->to) fwrite(p, 1, len, s->to);
}

static size_t console_read(struct chardev *c, uint8_t *p, size_t len)
{
    (void)c;
    (void)p;
    (void)len;
    return 0;
}

static void console_nothing(struct chardev *c) { (void)c; }

static const struct chardev_ops console_ops = {console_write, console_read, console_nothing,
                                               console_nothing};

/* ---- comparing ---- */

static struct ppc_cpu *cpu_of(const struct boot *b, unsigned k) { return b->side[k].m->cpu; }

static bool same_register(const struct boot *b, const struct bare_state *s, enum bare_reg kind,
                          unsigned n)
{
    struct value x = s->get(cpu_of(b, 0), kind, n), y = s->get(cpu_of(b, 1), kind, n);
    return x.lo == y.lo && x.hi == y.hi;
}

/* Looking at FPSCR and VSCR would end their lazy forms. */
static bool same_often(const struct boot *b)
{
    static const enum bare_reg singles[] = {BARE_PC, BARE_CR, BARE_XER, BARE_LR, BARE_CTR, BARE_MSR};
    static const enum bare_reg files[] = {BARE_GPR, BARE_FPR, BARE_VR};
    const struct bare_state *s = &bare_state_32;
    if (ppc_model(cpu_of(b, 0))->features & PPC_F_64) s = &bare_state_64;
    for (unsigned k = 0; k < ARRAY_SIZE(singles); k++)
        if (!same_register(b, s, singles[k], 0)) return false;
    for (unsigned k = 0; k < ARRAY_SIZE(files); k++)
        for (unsigned n = 0; n < 32; n++)
            if (!same_register(b, s, files[k], n)) return false;
    return ppc_insns(cpu_of(b, 0)) == ppc_insns(cpu_of(b, 1)) &&
           b->side[0].console.hash == b->side[1].console.hash;
}

static bool same_named(const struct boot *b, const char *name)
{
    uint8_t x[16] = {0}, y[16] = {0};
    unsigned bits;
    bool has = ppc_reg_get(cpu_of(b, 0), name, x, &bits);
    return has == ppc_reg_get(cpu_of(b, 1), name, y, &bits) && !memcmp(x, y, sizeof x);
}

/* Events differ in their pointers, so by what is left of their time. */
static bool same_event(const struct event *x, const struct event *y)
{
    return x->queued == y->queued && (!x->queued || x->when == y->when);
}

static bool same_field(const struct state_field *f, const uint8_t *x, const uint8_t *y)
{
    static const uint8_t sizes[] = {
        [STATE_U8] = 1, [STATE_U16] = 2, [STATE_U32] = 4, [STATE_U64] = 8, [STATE_BOOL] = 1,
        [STATE_BYTES] = 1,
    };
    if (f->kind == STATE_EVENT)
        return same_event((const struct event *)(x + f->offset), (const struct event *)(y + f->offset));
    return !memcmp(x + f->offset, y + f->offset, (size_t)f->count * sizes[f->kind]);
}

/* The name of a device whose state differs; NULL: none. */
static const char *different_device(const struct boot *b)
{
    const struct device *x = b->side[0].m->devices, *y = b->side[1].m->devices;
    for (; x && y; x = x->next, y = y->next)
        for (const struct state_field *f = x->type->state; f->name; f++)
            if (!same_field(f, (const uint8_t *)x, (const uint8_t *)y)) return x->label;
    return NULL;
}

static bool same_memory(const struct boot *b)
{
    const struct region *x = b->side[0].m->ram, *y = b->side[1].m->ram;
    return !memcmp(region_ram(x), region_ram(y), region_len(x));
}

static bool same_everything(const struct boot *b)
{
    const char *name;
    for (unsigned i = 0; (name = ppc_reg_name(cpu_of(b, 0), i)); i++)
        if (!same_named(b, name)) return false;
    return same_often(b) && same_memory(b) && !different_device(b);
}

/* ---- reporting ---- */

static void print_bytes(const uint8_t *p, unsigned bits)
{
    putchar(' ');
    for (unsigned i = 0; i < bits / 8; i++) printf("%02x", p[i]);
}

static void print_memory(const struct boot *b)
{
    const uint8_t *x = region_ram(b->side[0].m->ram), *y = region_ram(b->side[1].m->ram);
    unsigned shown = 0;
    for (uint64_t at = 0; at < region_len(b->side[0].m->ram) && shown < 16; at++) {
        if (x[at] == y[at]) continue;
        printf("* byte %08" PRIx64 " %02x %02x\n", at, x[at], y[at]);
        shown++;
    }
}

static void print_history(const struct boot *b)
{
    uint64_t n = b->seen < HISTORY ? b->seen : HISTORY;
    printf("last %" PRIu64 " instructions (portable core):\n", n);
    for (uint64_t i = b->seen - n; i < b->seen; i++) {
        char text[96];
        uint64_t pc = b->history[i % HISTORY].pc;
        uint32_t word = b->history[i % HISTORY].word;
        ppc_disasm(cpu_of(b, 1), word, pc, text, sizeof text);
        printf("  %08" PRIx64 "  %08x  %s\n", pc, word, text);
    }
}

static void report(const struct boot *b)
{
    const char *name, *device = different_device(b);
    printf("the machines differ: they agreed after %" PRIu64 " instructions; now threaded %" PRIu64
           ", portable %" PRIu64 "\n",
           b->same_until, ppc_insns(cpu_of(b, 0)), ppc_insns(cpu_of(b, 1)));
    print_history(b);
    puts("  register  threaded  portable");
    for (unsigned i = 0; (name = ppc_reg_name(cpu_of(b, 0), i)); i++) {
        uint8_t x[16] = {0}, y[16] = {0};
        unsigned bits;
        if (!ppc_reg_get(cpu_of(b, 0), name, x, &bits) || !ppc_reg_get(cpu_of(b, 1), name, y, &bits))
            continue;
        printf("%c %-8s", memcmp(x, y, sizeof x) ? '*' : ' ', name);
        print_bytes(x, bits);
        print_bytes(y, bits);
        putchar('\n');
    }
    print_memory(b);
    if (device) printf("* device %s\n", device);
    if (b->side[0].console.hash != b->side[1].console.hash) puts("* console text");
}

/* ---- running ---- */

/* xorshift64*: the same on every host */
static uint64_t next(struct boot *b)
{
    b->random ^= b->random >> 12;
    b->random ^= b->random << 25;
    b->random ^= b->random >> 27;
    return b->random * UINT64_C(0x2545f4914f6cdd1d);
}

static void remember(struct boot *b)
{
    const struct machine *m = b->side[1].m;
    uint64_t pc = ppc_pc(m->cpu);
    uint8_t bytes[4] = {0};
    paddr_t pa = pc;
    if (!ppc_translate(m->cpu, pc, &pa) || bus_ram_read(m->bus, pa, bytes, 4)) memset(bytes, 0, 4);
    b->history[b->seen % HISTORY].pc = pc;
    b->history[b->seen++ % HISTORY].word = get_be32(bytes);
}

/* The portable machine to where the threaded one is. False: it cannot get there. */
static bool catch_up(struct boot *b, bool step)
{
    struct ppc_cpu *a = cpu_of(b, 0), *c = cpu_of(b, 1);
    while (ppc_insns(c) < ppc_insns(a)) {
        uint64_t before = ppc_insns(c);
        if (step) remember(b);
        enum ppc_stop s = step ? ppc_step(c) : ppc_run(c, ppc_insns(a) - before);
        if (s == PPC_STOP_CHECKSTOP || (ppc_insns(c) == before && s != PPC_STOP_KICK)) return false;
    }
    return ppc_insns(c) == ppc_insns(a);
}

/* Both run for so many instructions, in one go or, close to a difference, in the smallest steps. */
static bool advance(struct boot *b, uint64_t insns, bool step)
{
    struct ppc_cpu *a = cpu_of(b, 0);
    uint64_t end = ppc_insns(a) + insns;
    if (!step) {
        ppc_run(a, insns);
        return catch_up(b, false) && same_often(b);
    }
    while (ppc_insns(a) < end) {
        b->same_until = ppc_insns(a);
        enum ppc_stop s = ppc_run(a, 1);
        if (!catch_up(b, true) || !(b->full_from <= b->stretches ? same_everything(b) : same_often(b)))
            return false;
        if (s != PPC_STOP_BUDGET) break;
    }
    return true;
}

/* Events, requests and the firmware's prompt, on both. */
static enum outcome events(struct boot *b)
{
    for (unsigned k = 0; k < 2; k++) b->side[k].ended = machine_run(b->side[k].m, 0);
    if (b->side[0].ended != b->side[1].ended) return DIFFERS;
    switch (b->side[0].ended) {
    case MACHINE_POWEROFF: b->why = "power off"; return ENDED;
    case MACHINE_RESET: b->why = "reset"; return ENDED;
    case MACHINE_IDLE: b->why = "firmware's prompt"; return ENDED;
    default: return GOES_ON;
    }
}

/* How far both may run: no event is due before that. */
static uint64_t budget(struct boot *b)
{
    uint64_t next_event = UINT64_MAX, most = 1 + next(b) % 20000;
    for (unsigned k = 0; k < 2; k++) {
        struct machine *m = b->side[k].m;
        uint64_t now = sched_now(&m->sched), step = UINT64_C(1) << m->cfg->icount_shift;
        uint64_t end = now + most * step, event = sched_next(&m->sched);
        m->run_until = event < end ? event : end;
        next_event = m->run_until > now ? (m->run_until - now + step - 1) / step : 1;
    }
    return next_event;
}

static enum outcome stretch(struct boot *b)
{
    enum outcome o = events(b);
    if (o != GOES_ON) return o;
    struct machine *a = b->side[0].m, *c = b->side[1].m;
    bool sleeps = ppc_idle(a->cpu) && !ppc_wakes(a->cpu);
    if (sleeps != (ppc_idle(c->cpu) && !ppc_wakes(c->cpu))) return DIFFERS;
    if (sched_next(&a->sched) != sched_next(&c->sched)) return DIFFERS;
    if (sleeps) {
        b->why = "asleep for ever";
        if (sched_next(&a->sched) == SCHED_NEVER) return ENDED;
        machine_warp(a);
        machine_warp(c);
        return GOES_ON;
    }
    if (!advance(b, budget(b), b->stretches == b->step_at)) return DIFFERS;
    b->same_until = ppc_insns(a->cpu);
    b->why = "--max-insns";
    return b->same_until >= b->limit ? ENDED : GOES_ON;
}

/* From reset to the end or the first difference. */
static enum outcome pass(struct boot *b)
{
    enum outcome o;
    b->random = (b->seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    b->stretches = b->last_full = b->seen = 0;
    b->by_full = false;
    do {
        o = stretch(b);
        b->stretches++;
        bool full = b->stretches % FULL_EVERY == 0 || o == ENDED || b->stretches > b->full_from;
        if (!full || o == DIFFERS) continue;
        if (!same_everything(b)) {
            o = DIFFERS;
            b->by_full = true;
        } else {
            b->last_full = b->stretches;
        }
    } while (o == GOES_ON);
    return o;
}

/* ---- machines ---- */

static void stop(struct boot *b)
{
    for (unsigned k = 0; k < 2; k++) {
        machine_free(b->side[k].m);
        b->side[k].m = NULL;
    }
}

static bool start(struct boot *b)
{
    struct error err = {""};
    stop(b);
    for (unsigned k = 0; k < 2; k++) {
        struct side *s = &b->side[k];
        s->console = (struct console){.dev.ops = &console_ops, .to = b->show && !k ? stdout : NULL};
        s->cfg.serial[0] = &s->console.dev;
        s->cfg.portable = k;
        if (machine_new(&s->cfg, &s->m, &err)) {
            fprintf(stderr, "ppcemu-test: %s\n", err.text);
            return false;
        }
    }
    return true;
}

/* Again, looking at everything from the last agreement on; and again, step by step, in the stretch
 * that this has found. A difference of lazy state may hide then; the first pass is shown. */
static void narrow(struct boot *b)
{
    b->show = false;
    if (b->by_full) {
        b->full_from = b->last_full;
        if (!start(b) || pass(b) != DIFFERS) return;
    }
    b->step_at = b->stretches - 1;
    if (b->by_full) b->full_from = b->step_at;
    if (start(b)) pass(b);
}

static int run(struct boot *b)
{
    if (!start(b)) return EXIT_BAD;
    enum outcome o = pass(b);
    uint64_t insns = b->same_until, compared = b->stretches;
    if (o == ENDED) {
        printf("%" PRIu64 " instructions of two machines: no difference in %" PRIu64 " comparisons, %" PRIu64
               " bytes of console (%s)\n", insns, compared, b->side[0].console.bytes, b->why);
        return EXIT_SAME;
    }
    printf("a difference behind %" PRIu64 " instructions, in comparison %" PRIu64 "\n", insns, compared);
    fflush(stdout);
    narrow(b);
    if (b->side[0].m && b->side[1].m) report(b);
    return EXIT_DIFFERS;
}

/* ---- command line ---- */

static int bad(const char *fmt, const char *what)
{
    fputs("ppcemu-test lockstep --machine: ", stderr);
    fprintf(stderr, fmt, what);
    fputs("; ppcemu-test --help says more\n", stderr);
    return EXIT_BAD;
}

static bool number(const char *s, uint64_t *v)
{
    uint64_t hi;
    return span_number((struct span){s, strlen(s)}, &hi, v) && !hi;
}

static int take(struct boot *b, struct config *cfg, const char *name, const char *v)
{
    const struct {
        const char *name, **to;
    } texts[] = {
        {"--machine", &cfg->machine}, {"--cpu", &cfg->cpu},       {"--kernel", &cfg->kernel},
        {"--initrd", &cfg->initrd},   {"--append", &cfg->append}, {"--hypercalls", &cfg->hypercalls},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
        if (strcmp(name, texts[i].name)) continue;
        *texts[i].to = v;
        return 0;
    }
    if (!strcmp(name, "--max-insns")) return number(v, &b->limit) ? 0 : bad("%s is no number", v);
    if (!strcmp(name, "--seed")) return number(v, &b->seed) ? 0 : bad("%s is no number", v);
    return bad("unknown option %s", name);
}

int test_lockstep_machine(int argc, char **argv)
{
    struct boot *b = xcalloc(1, sizeof *b);
    struct config cfg = {.icount = true, .icount_shift = 2, .no_reboot = true, .log_mask = LOG_HOST};
    *b = (struct boot){.limit = UINT64_MAX, .seed = 1, .full_from = NO_STRETCH, .step_at = NO_STRETCH};
    int e = 0;
    for (int i = 0; i < argc && !e; i++) {
        if (!strcmp(argv[i], "--console")) b->show = true;
        else if (i + 1 == argc) e = bad("%s wants a value", argv[i]);
        else e = take(b, &cfg, argv[i], argv[i + 1]);
        i += strcmp(argv[i], "--console") != 0;
    }
    if (!e && !cfg.kernel) e = bad("%s", "--kernel is needed");
    b->side[0].cfg = b->side[1].cfg = cfg;
    if (!e) e = run(b);
    stop(b);
    free(b);
    return e;
}
