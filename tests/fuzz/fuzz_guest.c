/*
 * Any bytes as a guest: code in supervisor state on a whole Pegasos II, with registers pointing at
 * RAM, every device and the firmware's calls. It may do what it likes; the emulator must not crash,
 * hang or touch what is not its own (run this under ASan and UBSan).
 */
#include "tests/fuzz/fuzz.h"

#include "cpu/decode.h"
#include "cpu/ppc.h"
#include "machines/machine.h"

#define CODE_AT 0x10000u
#define MAX_CODE 4096u
#define INSNS 20000u

static struct machine *machine(void)
{
    static struct config cfg;
    static struct machine *m;
    struct error err = {""};
    if (m) return m;
    cfg.machine = "pegasos2";
    cfg.ram_size = 64u << 20;
    cfg.icount = true;
    cfg.log_to = fopen("/dev/null", "w");
    cfg.log_mask = LOG_GUEST | LOG_UNIMP | LOG_INT | LOG_MMU | LOG_HCALL;
    if (machine_new(&cfg, &m, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return m;
}

static void start_state(struct ppc_cpu *c, const uint8_t *p, size_t len)
{
    static const uint32_t places[] = {
        0x00010000, 0x00100000, 0x03fff000, 0xf1000000, 0xf1000c78, 0xf100f100, 0xfe000000, 0xfe000020,
        0xfe000060, 0xfe0002f8, 0xfe000070, 0xfe0003f0, 0xfe000f00, 0x80000000, 0xc0000000, 0xf8000000,
        0xfff00000, 0xfd000000, 0x0000f005, 0x0000f000, 0x113724fa, 0x77810f9b, 0xffffffff, 0x00000000,
    };
    for (unsigned i = 0; i < 32; i++) ppc_set_gpr(c, i, places[(i + (len ? p[0] : 0)) % ARRAY_SIZE(places)]);
    uint32_t msr = 0x1000 | (len > 4 ? get_be32(p) & 0x0200f932 : 0);
    ppc_set_msr(c, msr);
    ppc_set_pc(c, CODE_AT);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
    struct machine *m = machine();
    if (len > MAX_CODE) len = MAX_CODE;
    machine_reset(m);
    m->request = MACHINE_RUNNING;
    for (uint32_t v = 0; v < 0x2000; v += 0x100) /* every vector goes on behind the bad instruction */
        for (unsigned k = 0; k < 5; k++) {
            static const uint32_t handler[] = {0x7c1a02a6, 0x30000004, 0x7c1a03a6, 0x4c000064, 0x4c000064};
            uint8_t be[4];
            put_be32(be, handler[k]);
            if (bus_ram_write(m->bus, v + 4 * k, be, 4)) abort();
        }
    if (len && bus_ram_write(m->bus, CODE_AT, p, len)) abort();
    start_state(m->cpu, p, len);
    for (unsigned n = 0; n < 20 && m->request == MACHINE_RUNNING; n++) {
        sched_run(&m->sched);
        if (ppc_run(m->cpu, INSNS / 20) == PPC_STOP_CHECKSTOP) break;
    }
    return 0;
}

#ifndef FUZZ_LIBFUZZER
/* Words that mostly decode: random operands under every record's opcode. */
static size_t fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    static const uint8_t primary[] = {7,  8,  10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 24, 31, 31, 31, 31,
                                      32, 33, 34, 36, 37, 38, 40, 44, 46, 47, 48, 50, 52, 54, 4,  59, 63};
    if (n >= 1000 || room < MAX_CODE) return 0;
    for (unsigned i = 0; i < MAX_CODE; i += 4) {
        uint32_t w = fuzz_random() & 0x03ffffff;
        unsigned op = primary[fuzz_random() % sizeof primary];
        if (op == 18) w = (w & 0xfc) | (fuzz_random() & 1); /* near branches: stay in the code */
        if (op == 16) w = (w & 0x03ff00fc);
        if (op == 17) w = 2 | (fuzz_random() & 1) << 5;
        put_be32(buf + i, (uint32_t)op << 26 | w);
    }
    return MAX_CODE;
}
#endif
