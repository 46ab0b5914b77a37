/* IEEE 1275 client interface: an array of cells {service, n_args, n_returns, args…, returns…}. */
#include "guest.h"

static int (*call)(void *array);

void of_init(int (*client)(void *array)) { call = client; }

static uint32_t service(const char *name, uint32_t n_args, const uint32_t *args, uint32_t n_rets)
{
    uint32_t a[12] = {(uint32_t)name, n_args, n_rets};
    for (uint32_t i = 0; i < n_args; i++) a[3 + i] = args[i];
    if (n_rets) a[3 + n_args] = (uint32_t)-1;
    call(a);
    return n_rets ? a[3 + n_args] : 0;
}

uint32_t of_finddevice(const char *path)
{
    return service("finddevice", 1, (uint32_t[]){(uint32_t)path}, 1);
}

uint32_t of_child(uint32_t node) { return service("child", 1, &node, 1); }
uint32_t of_peer(uint32_t node) { return service("peer", 1, &node, 1); }

int of_getprop(uint32_t node, const char *name, void *to, uint32_t len)
{
    return (int)service("getprop", 4, (uint32_t[]){node, (uint32_t)name, (uint32_t)to, len}, 1);
}

int of_path(uint32_t node, char *to, uint32_t len)
{
    return (int)service("package-to-path", 3, (uint32_t[]){node, (uint32_t)to, len}, 1);
}

uint32_t of_milliseconds(void) { return service("milliseconds", 0, NULL, 1); }
void of_exit(void) { service("exit", 0, NULL, 0); }

void of_write(const char *s, uint32_t len)
{
    static uint32_t out;
    if (!out) of_getprop(of_finddevice("/chosen"), "stdout", &out, sizeof out);
    service("write", 3, (uint32_t[]){out, (uint32_t)s, len}, 1);
}
