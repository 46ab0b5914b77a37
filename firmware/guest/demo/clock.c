/* Time from the time base, whose frequency the device tree tells. */
#include "guest.h"

uint64_t time_base(void)
{
    uint32_t high, low, again;
    do {
        __asm__ volatile("mftbu %0\n\tmftb %1\n\tmftbu %2"
                         : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

/* By hand: the compiler's library is not linked. */
static uint64_t divide(uint64_t n, uint32_t d)
{
    uint64_t q = 0, r = 0;
    for (int i = 63; i >= 0; i--) {
        r = r << 1 | (n >> i & 1);
        if (r >= d) {
            r -= d;
            q |= 1ull << i;
        }
    }
    return q;
}

uint32_t microseconds(uint64_t ticks)
{
    uint32_t hz = cpu_value("timebase-frequency");
    return hz ? (uint32_t)divide(ticks * 1000000u, hz) : 0;
}
