/* What a program asks of the system: calls, processes, pages, pipes. Checksums count what was
 * done. */
#define _GNU_SOURCE
#include "bench.h"
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static uint32_t getpids(unsigned rounds)
{
    long self = getpid();
    uint32_t right = 0;

    for (unsigned i = 0; i < rounds * 1000; i++) {
        right += syscall(SYS_getpid) == self; /* not libc's, which might remember */
    }
    return right;
}

static uint32_t ended_well(pid_t child)
{
    int status = 0;

    bench_need(child > 0 && waitpid(child, &status, 0) == child, "child");
    return (uint32_t)WEXITSTATUS(status);
}

static uint32_t forks(unsigned rounds)
{
    uint32_t sum = 0;

    while (rounds--) {
        pid_t child = fork();

        if (!child) _exit(3);
        sum += ended_well(child);
    }
    return sum;
}

static uint32_t forkexec(unsigned rounds)
{
    uint32_t sum = 0;

    while (rounds--) {
        pid_t child = fork();

        if (!child) {
            execl("/proc/self/exe", "bench", "child", (char *)NULL);
            _exit(1);
        }
        sum += ended_well(child);
    }
    return sum;
}

static uint32_t faults(unsigned rounds)
{
    enum { BYTES = 8 << 20, PAGE = 4096 };
    uint32_t sum = 0;

    while (rounds--) {
        volatile uint8_t *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        bench_need(p != MAP_FAILED, "mmap");
        /* The host may give a large page for the lot; the guest has none. */
        madvise((void *)(uintptr_t)p, BYTES, MADV_NOHUGEPAGE);
        for (size_t i = 0; i < BYTES; i += PAGE) {
            p[i] = 1;
            sum += p[i];
        }
        munmap((void *)(uintptr_t)p, BYTES);
    }
    return sum;
}

static uint32_t switches(unsigned rounds)
{
    int there[2], back[2];
    uint32_t sum = 0;
    char c = 0;

    bench_need(!pipe(there) && !pipe(back), "pipe");
    pid_t child = fork();

    if (!child) {
        close(there[1]);
        while (read(there[0], &c, 1) == 1) {
            c++;
            bench_need(write(back[1], &c, 1) == 1, "write");
        }
        _exit(3);
    }
    for (unsigned i = 0; i < rounds * 1000; i++) {
        bench_need(write(there[1], &c, 1) == 1 && read(back[0], &c, 1) == 1, "pipe");
        sum += (uint8_t)c;
    }
    close(there[1]);
    return sum + ended_well(child);
}

static uint32_t pipes(unsigned rounds)
{
    enum { BLOCK = 65536 };
    static char block[BLOCK];
    int fd[2];
    uint32_t sum = 0;
    ssize_t n;

    bench_need(!pipe(fd), "pipe");
    memset(block, 5, BLOCK);
    pid_t child = fork();

    if (!child) {
        close(fd[0]);
        for (unsigned i = 0; i < rounds * 16; i++) {
            bench_need(write(fd[1], block, BLOCK) == BLOCK, "write");
        }
        _exit(3);
    }
    close(fd[1]);
    while ((n = read(fd[0], block, BLOCK)) > 0) {
        sum += (uint32_t)n;
    }
    close(fd[0]);
    return sum + ended_well(child);
}

const struct bench system_benches[] = {
    { "getpid", getpids }, { "fork", forks }, { "forkexec", forkexec }, { "pagefault", faults },
    { "switch", switches }, { "pipe", pipes }, { NULL, NULL },
};
