/*
 * A Linux program, run as init, whose system calls have Mac-on-Linux's magic numbers in r3 and r4 as any
 * program's may by chance. It prints what came back, one line a case, and ends with "magic: done": with
 * hypercalls=osi by the emulator's own exit, otherwise by poweroff. Driven by tests/boot/osi_magic.py.
 */
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define M1 0x113724faul
#define M2 0x77810f9bul

/* The system call with r3-r8 as given; *so is CR0[SO], Linux's sign of an error. */
static long system_call(long number, unsigned long a, unsigned long b, unsigned long c,
                        unsigned long *r4, int *so)
{
    register long r0 __asm__("r0") = number;
    register unsigned long r3 __asm__("r3") = a, r4_ __asm__("r4") = b, r5 __asm__("r5") = c;
    register unsigned long r6 __asm__("r6") = 0, r7 __asm__("r7") = 0, r8 __asm__("r8") = 0;
    unsigned long cr;
    __asm__ volatile("sc; mfcr %0"
                     : "=&r"(cr), "+r"(r0), "+r"(r3), "+r"(r4_), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
                     :
                     : "r9", "r10", "r11", "r12", "cr0", "ctr", "memory");
    *r4 = r4_;
    *so = cr >> 28 & 1;
    return (long)r3;
}

static void show(const char *name, long number, unsigned long a, unsigned long b, unsigned long c)
{
    unsigned long r4;
    int so;
    long r3 = system_call(number, a, b, c, &r4, &so);
    printf("%s: r3 %08lx so %d\n", name, r3 & 0xffffffff, so);
}

int main(void)
{
    static const int selectors[] = {92, 7, 9, 36, 58, 63, 91, 99, 100, 200};
    long pid = getpid();
    unsigned long r4;
    int so, harmed = 0, calls = 0;
    for (unsigned i = 0; i < sizeof selectors / sizeof *selectors; i++) {
        for (unsigned k = 0; k < 1000; k++, calls++)
            harmed += system_call(SYS_getpid, M1, M2, (unsigned long)selectors[i], &r4, &so) != pid;
    }
    printf("magic: %d calls, %d harmed\n", calls, harmed);
    show("nvram-size", SYS_getpid, M1, M2, 91);
    show("gap", SYS_getpid, M1, M2, 36);
    show("outside", SYS_getpid, M1, M2, 100);
    show("write", SYS_write, M1, M2, 91);
    show("other r4", SYS_getpid, M1, M2 + 1, 91);
    show("other r3", SYS_getpid, M1 + 1, M2, 91);
    long now = system_call(SYS_getpid, M1, M2, 7, &r4, &so), clock = (long)time(NULL);
    printf("clock: %s\n", now - clock <= 2 && clock - now <= 2 ? "the same" : "another");
    printf("magic: done\n");
    fflush(stdout);
    tcdrain(1);
    system_call(SYS_getpid, M1, M2, 54, &r4, &so);
    printf("magic: powering off\n");
    fflush(stdout);
    tcdrain(1);
    reboot(RB_POWER_OFF);
    return 1;
}
