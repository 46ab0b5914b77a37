/* IEEE 1275 client interface: an array of cells {service, n_args, n_returns, args…, returns…}. */
#include "guest.h"

static int (*call)(void *array);
static uint32_t out; /* where text goes */

void of_init(int (*client)(void *array)) { call = client; }

/* Returns go to rets; all ones where the firmware gives none. */
static void service(const char *name, uint32_t n_args, const uint32_t *args, uint32_t n_rets,
                    uint32_t *rets)
{
    uint32_t a[16] = {(uint32_t)name, n_args, n_rets};
    for (uint32_t i = 0; i < n_args; i++) a[3 + i] = args[i];
    for (uint32_t i = 0; i < n_rets; i++) a[3 + n_args + i] = (uint32_t)-1;
    call(a);
    for (uint32_t i = 0; i < n_rets; i++) rets[i] = a[3 + n_args + i];
}

static uint32_t ask(const char *name, uint32_t n_args, const uint32_t *args)
{
    uint32_t ret;
    service(name, n_args, args, 1, &ret);
    return ret;
}

uint32_t of_finddevice(const char *path)
{
    return ask("finddevice", 1, (uint32_t[]){(uint32_t)path});
}

uint32_t of_child(uint32_t node) { return ask("child", 1, &node); }
uint32_t of_peer(uint32_t node) { return ask("peer", 1, &node); }
uint32_t of_parent(uint32_t node) { return ask("parent", 1, &node); }

uint32_t of_package(uint32_t handle) { return ask("instance-to-package", 1, &handle); }

int of_getprop(uint32_t node, const char *name, void *to, uint32_t len)
{
    return (int)ask("getprop", 4, (uint32_t[]){node, (uint32_t)name, (uint32_t)to, len});
}

int of_path(uint32_t node, char *to, uint32_t len)
{
    return (int)ask("package-to-path", 3, (uint32_t[]){node, (uint32_t)to, len});
}

uint32_t of_milliseconds(void) { return ask("milliseconds", 0, NULL); }
void of_exit(void) { service("exit", 0, NULL, 0, NULL); }

uint32_t of_open(const char *path)
{
    uint32_t handle = ask("open", 1, (uint32_t[]){(uint32_t)path});
    return handle == (uint32_t)-1 ? 0 : handle;
}

int of_read(uint32_t handle, void *to, uint32_t len)
{
    return (int)ask("read", 3, (uint32_t[]){handle, (uint32_t)to, len});
}

int of_call_method(uint32_t handle, const char *method, uint32_t n_args, const uint32_t *args,
                   uint32_t n_rets, uint32_t *rets)
{
    uint32_t in[8] = {(uint32_t)method, handle}, back[4];
    for (uint32_t i = 0; i < n_args; i++) in[2 + i] = args[i];
    service("call-method", 2 + n_args, in, 1 + n_rets, back);
    for (uint32_t i = 0; i < n_rets; i++) rets[i] = back[1 + i];
    return back[0] == 0;
}

uint32_t of_stdout(void)
{
    uint32_t handle = 0;
    of_getprop(of_finddevice("/chosen"), "stdout", &handle, sizeof handle);
    return handle;
}

uint32_t of_output(uint32_t handle)
{
    uint32_t before = out;
    out = handle;
    return before;
}

void of_write(const char *s, uint32_t len) { ask("write", 3, (uint32_t[]){out, (uint32_t)s, len}); }
