/* The demo guest: shows the machine, times the CPU, checks every result, and returns to `ok`. */
#include "guest.h"

static const struct {
    const char *name, *unit;
    work_fn *work;
    int needs_altivec;
} works[] = {
    {"integer instructions", "MIPS", work_mips, 0},
    {"prime sieve", "M marks/s", work_sieve, 0},
    {"CRC-32", "MB/s", work_crc, 0},
    {"matrix product", "MFLOPS", work_matrix, 0},
    {"orbits", "MFLOPS", work_orbit, 0},
    {"AltiVec float", "MFLOPS", work_vector_float, 1},
    {"AltiVec bytes", "MB/s", work_vector_byte, 1},
};
enum { WORKS = sizeof works / sizeof works[0] };

/* tenths of `steps` a microsecond; steps below 2^32 / 10 */
static uint32_t speed(uint32_t steps, uint32_t us) { return us ? steps / us * 10 + steps % us * 10 / us : 0; }

static int show(const struct result *r, uint32_t us, uint32_t sum)
{
    print("  %-22s %4u.%03u s %7u.%u %-10s %08x  %s\n", r->name, us / 1000000, us / 1000 % 1000,
          r->tenths / 10, r->tenths % 10, r->unit, sum, r->passed ? "PASS" : "FAIL");
    scene_result(r);
    return r->passed;
}

static int run(unsigned i)
{
    uint32_t sum = 0;
    uint64_t begin = time_base();
    uint32_t steps = works[i].work(&sum);
    uint32_t us = microseconds(time_base() - begin);
    return show(&(struct result){works[i].name, works[i].unit, speed(steps, us), steps != 0}, us, sum);
}

/* The firmware's clock and the time base must tell the same; its steps are a millisecond. */
static int compare_clocks(uint64_t begin, uint32_t begin_ms)
{
    uint32_t us = microseconds(time_base() - begin), ms = of_milliseconds() - begin_ms;
    uint32_t other = us / 1000, apart = ms > other ? ms - other : other - ms;
    int fine = apart <= 3 + other / 50;
    return show(&(struct result){"firmware's clock", "ms apart", 10 * apart, fine}, ms * 1000, 0);
}

static const char *heading(void)
{
    static char title[64] = "";
    char model[32] = "", cpu[24] = "";
    of_getprop(of_peer(0), "model", model, sizeof model - 1);
    of_getprop(of_child(of_finddevice("/cpus")), "name", cpu, sizeof cpu - 1);
    char *to = title;
    for (const char *s = model; *s; s++) *to++ = *s;
    *to++ = ',';
    *to++ = ' ';
    for (const char *s = cpu; *s; s++) *to++ = *s;
    print("\nppcemu demo: %s, version %08x, %u MHz, time base %u kHz\n\n", title,
          cpu_value("cpu-version"), cpu_value("clock-frequency") / 1000000,
          cpu_value("timebase-frequency") / 1000);
    return title;
}

/* The serial line alone, for the text that the scene shows in its own way. */
static uint32_t open_serial(void)
{
    char path[128] = "";
    uint32_t node = find_type("serial");
    return node && of_path(node, path, sizeof path - 1) > 0 ? of_open(path) : 0;
}

void main(int (*client)(void *array))
{
    unsigned passed = 0, ran = 0;
    uint32_t display[2], serial = 0;
    of_init(client);
    of_output(of_stdout());
    int screen = display_open(&display[0], &display[1]);
    if (screen && (serial = open_serial())) of_output(serial);
    const char *title = heading();
    screen = screen && scene_open(title);
    each_node(show_node);
    int altivec = cpu_has("altivec");
    if (altivec) msr_set(MSR_VEC);
    uint32_t begin_ms = of_milliseconds();
    uint64_t begin = time_base();
    print("\n  %-22s %10s %9s %-10s %8s\n", "work", "time", "speed", "", "checksum");
    for (unsigned i = 0; i < WORKS; i++) {
        if (works[i].needs_altivec && !altivec) continue;
        passed += (unsigned)run(i);
        ran++;
    }
    passed += (unsigned)compare_clocks(begin, begin_ms);
    ran++;
    if (screen) scene_run(altivec, serial);
    of_output(of_stdout());
    if (screen) print("\f");
    print("\nppcemu demo: %u of %u PASS. This is the firmware's prompt now: try help or dev /.\n",
          passed, ran);
    print("ppcemu demo: done\n");
    of_exit();
}
