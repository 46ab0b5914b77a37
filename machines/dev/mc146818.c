/*
 * Real-time clock (Motorola MC146818A data sheet; century byte at 32 as on PCs).
 *
 * Time is not counted here: the registers are views of the machine's wall clock. While the guest
 * sets the clock (SET, or the divider held in reset) they are plain memory, and the difference it
 * made is carried over when it lets go. Left out: daylight saving (DSE is stored), square wave.
 */
#include "machines/dev/mc146818.h"

#include <errno.h>
#include <stdlib.h>

#include "machines/fdtw.h"
#include "machines/machine.h"

enum {
    RTC_SECONDS, RTC_SECONDS_ALARM, RTC_MINUTES, RTC_MINUTES_ALARM, RTC_HOURS, RTC_HOURS_ALARM,
    RTC_WEEKDAY, RTC_DAY, RTC_MONTH, RTC_YEAR, RTC_A, RTC_B, RTC_C, RTC_D,
    RTC_CENTURY = 0x32,
};
enum { A_UIP = 0x80, A_DIVIDER = 0x70, A_RUNNING = 0x20, A_RATE = 0x0f };
enum { B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_SQWE = 0x08 };
enum { B_BINARY = 0x04, B_24H = 0x02 };
enum { C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10 };
enum { D_VALID = 0x80, HOUR_PM = 0x80, ALARM_ANY = 0xc0 };

#define SECOND_NS 1000000000u
#define UPDATE_NS 2228000u /* UIP: 244 us before an update, and the 1984 us it takes */

struct mc146818 {
    struct device dev;
    struct region *region;
    struct irq irq;
    struct event second;   /* the next update */
    struct event periodic; /* while PIE is on */
    uint64_t seen_period;  /* periods that C has been told of */
    uint8_t index;
    uint8_t ram[128]; /* 0-9 and the century are valid while the guest sets the clock */
};

static struct mc146818 *of(struct device *d) { return (struct mc146818 *)d; }

static bool setting(const struct mc146818 *r)
{
    return (r->ram[RTC_B] & B_SET) || (r->ram[RTC_A] & A_DIVIDER) != A_RUNNING;
}

static int64_t wall_clock(struct mc146818 *r, uint32_t *ns)
{
    uint32_t unused;
    int64_t t = machine_wall_clock(r->dev.m, ns ? ns : &unused);
    if (ns && *ns >= SECOND_NS) *ns = 0;
    return t;
}

/* --- representation --- */

static uint8_t to_reg(const struct mc146818 *r, unsigned v)
{
    return (uint8_t)(r->ram[RTC_B] & B_BINARY ? v : v / 10 % 10 << 4 | v % 10);
}

static unsigned from_reg(const struct mc146818 *r, uint8_t v)
{
    return r->ram[RTC_B] & B_BINARY ? v : (v >> 4) * 10u + (v & 15u);
}

static uint8_t to_hours(const struct mc146818 *r, unsigned hour)
{
    if (r->ram[RTC_B] & B_24H) return to_reg(r, hour);
    unsigned twelve = hour % 12 ? hour % 12 : 12;
    return to_reg(r, twelve) | (hour >= 12 ? HOUR_PM : 0);
}

static unsigned from_hours(const struct mc146818 *r, uint8_t v)
{
    if (r->ram[RTC_B] & B_24H) return from_reg(r, v);
    return from_reg(r, v & 0x7f) % 12 + (v & HOUR_PM ? 12 : 0);
}

/* Days since 1970-01-01 of a Gregorian date and back; the year begins in March inside. */
static int64_t to_days(int64_t year, unsigned month, unsigned day)
{
    if (month < 3) year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned of_era = (unsigned)(year - era * 400);
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned n = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + (int64_t)n - 719468;
}

static void from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned n = (unsigned)(days - era * 146097);
    unsigned of_era = (n - n / 1460 + n / 36524 - n / 146096) / 365;
    unsigned of_year = n - (365 * of_era + of_era / 4 - of_era / 100);
    unsigned m = (5 * of_year + 2) / 153;
    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = (int64_t)of_era + era * 400 + (*month <= 2);
}

static void load_time(struct mc146818 *r, int64_t t)
{
    int64_t days = (t >= 0 ? t : t - 86399) / 86400, year;
    unsigned left = (unsigned)(t - days * 86400), month, day;
    from_days(days, &year, &month, &day);
    unsigned y = (unsigned)(year < 0 ? 0 : year % 10000);
    r->ram[RTC_SECONDS] = to_reg(r, left % 60);
    r->ram[RTC_MINUTES] = to_reg(r, left / 60 % 60);
    r->ram[RTC_HOURS] = to_hours(r, left / 3600);
    r->ram[RTC_WEEKDAY] = to_reg(r, (unsigned)(((days + 4) % 7 + 7) % 7) + 1); /* 1 is Sunday */
    r->ram[RTC_DAY] = to_reg(r, day);
    r->ram[RTC_MONTH] = to_reg(r, month);
    r->ram[RTC_YEAR] = to_reg(r, y % 100);
    r->ram[RTC_CENTURY] = to_reg(r, y / 100);
}

/* Whatever the guest wrote, the arithmetic stays defined: 31 February counts on into March. */
static int64_t stored_time(const struct mc146818 *r)
{
    unsigned month = from_reg(r, r->ram[RTC_MONTH]), day = from_reg(r, r->ram[RTC_DAY]);
    int64_t year = from_reg(r, r->ram[RTC_YEAR]) % 100u;
    unsigned century = from_reg(r, r->ram[RTC_CENTURY]) % 100u;
    if (month < 1 || month > 12) month = 1;
    if (day < 1 || day > 31) day = 1;
    /* A guest that never heard of the century byte means a year near now. */
    year += century >= 19 && century <= 21 ? century * 100 : year < 70 ? 2000 : 1900;
    return to_days(year, month, day) * 86400 + from_hours(r, r->ram[RTC_HOURS]) * 3600 +
           from_reg(r, r->ram[RTC_MINUTES]) * 60 + from_reg(r, r->ram[RTC_SECONDS]);
}

/* --- flags and interrupts --- */

static uint64_t period_ns(const struct mc146818 *r)
{
    unsigned rate = r->ram[RTC_A] & A_RATE;
    if (!rate || (r->ram[RTC_A] & A_DIVIDER) != A_RUNNING) return 0;
    if (rate < 3) rate += 7; /* 256 and 128 Hz with a 32 kHz crystal (table 5) */
    return (UINT64_C(1000000000) << (rate - 1)) / 32768;
}

static void update_irq(struct mc146818 *r)
{
    uint8_t *c = &r->ram[RTC_C];
    *c &= C_PF | C_AF | C_UF;
    if (*c & r->ram[RTC_B] & (B_PIE | B_AIE | B_UIE)) *c |= C_IRQF;
    irq_set(r->irq, *c & C_IRQF);
}

static uint64_t periods_now(struct mc146818 *r)
{
    uint64_t ns = period_ns(r);
    return ns ? sched_now(device_sched(&r->dev)) / ns : 0;
}

/* Without PIE nobody waits for PF: it is worked out when C is looked at. */
static void note_periods(struct mc146818 *r)
{
    uint64_t n = periods_now(r);
    if (n != r->seen_period && period_ns(r)) r->ram[RTC_C] |= C_PF;
    r->seen_period = n;
}

static void plan_periodic(struct mc146818 *r)
{
    struct sched *s = device_sched(&r->dev);
    uint64_t ns = period_ns(r);
    if (ns && (r->ram[RTC_B] & B_PIE)) {
        sched_at(s, &r->periodic, (periods_now(r) + 1) * ns);
    } else {
        sched_cancel(s, &r->periodic);
    }
}

static void period_over(void *ctx)
{
    struct mc146818 *r = ctx;
    note_periods(r);
    update_irq(r);
    plan_periodic(r);
}

static void plan_second(struct mc146818 *r)
{
    struct sched *s = device_sched(&r->dev);
    uint32_t ns = 0;
    wall_clock(r, &ns);
    sched_at(s, &r->second, sched_now(s) + SECOND_NS - ns);
}

static bool alarm_field(const struct mc146818 *r, unsigned alarm, unsigned now)
{
    return (r->ram[alarm] & ALARM_ANY) == ALARM_ANY || r->ram[alarm] == r->ram[now];
}

/* The end of an update cycle. Host time may have jumped: then one cycle stands for many. */
static void second_over(void *ctx)
{
    struct mc146818 *r = ctx;
    if (!setting(r)) {
        load_time(r, wall_clock(r, NULL));
        r->ram[RTC_C] |= C_UF;
        if (alarm_field(r, RTC_SECONDS_ALARM, RTC_SECONDS) &&
            alarm_field(r, RTC_MINUTES_ALARM, RTC_MINUTES) &&
            alarm_field(r, RTC_HOURS_ALARM, RTC_HOURS)) {
            r->ram[RTC_C] |= C_AF;
        }
        update_irq(r);
    }
    plan_second(r);
}

/* --- registers --- */

static bool is_time(unsigned reg)
{
    return reg == RTC_CENTURY || (reg <= RTC_YEAR && reg != RTC_SECONDS_ALARM &&
                                  reg != RTC_MINUTES_ALARM && reg != RTC_HOURS_ALARM);
}

static void refresh(struct mc146818 *r)
{
    if (!setting(r)) load_time(r, wall_clock(r, NULL));
}

static uint8_t read_a(struct mc146818 *r)
{
    uint32_t ns = 0;
    wall_clock(r, &ns);
    bool updating = !setting(r) && ns >= SECOND_NS - UPDATE_NS;
    return r->ram[RTC_A] | (updating ? A_UIP : 0);
}

static uint8_t read_c(struct mc146818 *r)
{
    note_periods(r);
    update_irq(r);
    uint8_t v = r->ram[RTC_C];
    r->ram[RTC_C] = 0;
    update_irq(r);
    return v;
}

static uint8_t read_reg(struct mc146818 *r, unsigned reg)
{
    if (is_time(reg)) refresh(r);
    switch (reg) {
    case RTC_A: return read_a(r);
    case RTC_C: return read_c(r);
    case RTC_D: return D_VALID;
    default: return r->ram[reg];
    }
}

/* Registers A and B decide together whether the clock runs: what changes is handled at the edge. */
static void write_mode(struct mc146818 *r, unsigned reg, uint8_t v)
{
    bool before = setting(r);
    refresh(r);
    /* Time registers keep their meaning, not their bytes, when BCD or 12 hours is switched. */
    int64_t t = stored_time(r);
    uint8_t changed = v ^ r->ram[reg];
    r->ram[reg] = v;
    bool after = setting(r);
    if (before && !after) {
        machine_set_wall_clock(r->dev.m, stored_time(r));
    } else if (!before && after) {
        load_time(r, t);
    }
    /* UIE goes off with SET (data sheet, register B). */
    if (reg == RTC_B && (v & B_SET)) r->ram[RTC_B] &= (uint8_t)~B_UIE;
    if (reg == RTC_A && changed) r->seen_period = periods_now(r);
    plan_periodic(r);
    plan_second(r);
    update_irq(r);
}

static void write_time(struct mc146818 *r, unsigned reg, uint8_t v)
{
    refresh(r);
    uint8_t old = r->ram[reg];
    r->ram[reg] = v;
    if (setting(r) || v == old) return;
    machine_set_wall_clock(r->dev.m, stored_time(r));
    plan_second(r);
}

static void write_reg(struct mc146818 *r, unsigned reg, uint8_t v)
{
    switch (reg) {
    case RTC_A: write_mode(r, reg, v & 0x7f); break;
    case RTC_B: write_mode(r, reg, v); break;
    case RTC_C:
    case RTC_D: break; /* read only */
    default:
        if (is_time(reg)) {
            write_time(r, reg, v);
        } else {
            r->ram[reg] = v;
        }
        break;
    }
}

static uint64_t rtc_read(void *dev, uint64_t off, unsigned size)
{
    struct mc146818 *r = dev;
    (void)size;
    return off & 1 ? read_reg(r, r->index) : 0xff; /* the index cannot be read back */
}

static void rtc_write(void *dev, uint64_t off, unsigned size, uint64_t v)
{
    struct mc146818 *r = dev;
    (void)size;
    if (off & 1) {
        write_reg(r, r->index, (uint8_t)v);
    } else {
        r->index = v & 0x7f; /* bit 7 is the PC's NMI mask */
    }
}

static const struct mmio_ops rtc_ops = {rtc_read, rtc_write, 1, false, "mc146818"};

/* The battery keeps everything but the enables (data sheet, RESET). */
static void rtc_reset(struct device *d)
{
    struct mc146818 *r = of(d);
    r->ram[RTC_B] &= (uint8_t)~(B_PIE | B_AIE | B_UIE | B_SQWE);
    r->ram[RTC_C] = 0;
    r->index = 0;
    plan_periodic(r);
    plan_second(r);
    update_irq(r);
}

static int rtc_after_load(struct device *d)
{
    struct mc146818 *r = of(d);
    r->index &= 0x7f;
    plan_second(r);
    return 0;
}

static void rtc_fdt(struct device *d, struct fdtw *w)
{
    (void)d;
    fdtw_begin(w, "rtc@i70");
    fdtw_u32(w, "clock-frequency", 0);
    fdtw_cellv(w, "interrupts", 8, 0);
    fdtw_cellv(w, "reg", 1, 0x70, 2);
    fdtw_str(w, "compatible", "ds1385-rtc");
    fdtw_str(w, "device_type", "rtc");
    fdtw_end(w);
}

static void rtc_fini(struct device *d) { free(d); }

static const struct state_field rtc_state[] = {
    S_EVENT(mc146818, second), S_EVENT(mc146818, periodic), S_U64(mc146818, seen_period),
    S_U8(mc146818, index),     S_BYTES(mc146818, ram),      S_END,
};

static const struct device_type rtc_type = {
    .name = "mc146818",
    .reset = rtc_reset,
    .fini = rtc_fini,
    .fdt = rtc_fdt,
    .state = rtc_state,
    .state_version = 1,
    .after_load = rtc_after_load,
};

struct mc146818 *mc146818_new(struct machine *m, const char *label, struct bus *io, uint16_t port,
                              struct irq irq, struct error *err)
{
    struct mc146818 *r = xcalloc(1, sizeof *r);
    if (machine_add_device(m, &r->dev, &rtc_type, label, err)) {
        free(r);
        return NULL;
    }
    r->irq = irq;
    r->second = (struct event){.fn = second_over, .ctx = r, .name = "rtc second"};
    r->periodic = (struct event){.fn = period_over, .ctx = r, .name = "rtc periodic"};
    r->ram[RTC_A] = A_RUNNING | 6; /* 1024 Hz, as PC firmware leaves it */
    r->ram[RTC_B] = B_24H;
    r->region = bus_add_mmio(io, port, 2, 0, &rtc_ops, r);
    return r;
}
