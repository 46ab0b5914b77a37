/*
 * events [-g] SECONDS FILE...: what arrives at input devices (/dev/input/eventN), one line an event:
 * "key CODE VALUE", "rel CODE VALUE", "led CODE VALUE", "lost" when the kernel's own buffer overflowed.
 * Starts with "events ready" and ends with "events done" when nothing has come for SECONDS (0: never).
 * -g takes the devices away from everybody else, so that Ctrl-Alt-Del, VT switches and SysRq are only
 * events. Lines are written as a batch: a slow terminal must not keep the kernel's buffer full.
 */
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { FILES = 8, BATCH = 64 };

static void print(const struct input_event *e)
{
    if (e->type == EV_KEY) printf("key %d %d\n", e->code, e->value);
    if (e->type == EV_REL) printf("rel %d %d\n", e->code, e->value);
    if (e->type == EV_LED) printf("led %d %d\n", e->code, e->value);
    if (e->type == EV_SYN && e->code == SYN_DROPPED) puts("lost");
}

int main(int argc, char **argv)
{
    struct pollfd p[FILES];
    int n = 0, grab = 0, wait = -1;

    if (argc > 1 && !strcmp(argv[1], "-g")) {
        grab = 1;
        argv++;
        argc--;
    }
    if (argc < 3 || argc > 2 + FILES) {
        fputs("usage: events [-g] SECONDS FILE...\n", stderr);
        return 2;
    }
    if (atoi(argv[1]) > 0) wait = 1000 * atoi(argv[1]);
    for (argv += 2; *argv; argv++, n++) {
        p[n] = (struct pollfd){.fd = open(*argv, O_RDONLY | O_NONBLOCK), .events = POLLIN};
        if (p[n].fd < 0 || (grab && ioctl(p[n].fd, EVIOCGRAB, 1))) {
            perror(*argv);
            return 1;
        }
    }
    puts("events ready");
    fflush(stdout);
    while (poll(p, n, wait) > 0) {
        for (int i = 0; i < n; i++) {
            struct input_event e[BATCH];
            ssize_t got = read(p[i].fd, e, sizeof e);
            for (ssize_t k = 0; k < got / (ssize_t)sizeof *e; k++) print(&e[k]);
        }
        fflush(stdout);
    }
    puts("events done");
    return 0;
}
