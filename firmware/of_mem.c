/*
 * Guest memory as a client of the client interface addresses it. Clients of this board run
 * untranslated or one to one (facts 4.2); one that has set up its own mapping gets it honoured.
 */
#include "firmware/fw.h"

#include <errno.h>

#define MSR_DR 0x10u

/* The physical address of ea and how many of `len` bytes follow without leaving its page. */
static uint32_t translate(struct firmware *f, uint32_t ea, uint32_t len, paddr_t *pa)
{
    *pa = ea;
    if (!(ppc_msr(f->m->cpu) & MSR_DR)) return len;
    uint32_t room = PAGE_SIZE - (ea & PAGE_MASK);
    if (!ppc_translate(f->m->cpu, ea, pa)) *pa = ea;
    return len < room ? len : room;
}

int mem_read(struct firmware *f, uint32_t ea, void *to, uint32_t len)
{
    while (len) {
        paddr_t pa;
        uint32_t n = translate(f, ea, len, &pa);
        if (bus_ram_read(f->m->bus, pa, to, n)) return -EFAULT;
        to = (char *)to + n;
        ea += n;
        len -= n;
    }
    return 0;
}

int mem_write(struct firmware *f, uint32_t ea, const void *from, uint32_t len)
{
    while (len) {
        paddr_t pa;
        uint32_t n = translate(f, ea, len, &pa);
        if (bus_ram_write(f->m->bus, pa, from, n)) return -EFAULT;
        from = (const char *)from + n;
        ea += n;
        len -= n;
    }
    return 0;
}

/* Byte by byte: a string may end just before memory does (facts 4.4). */
int mem_str(struct firmware *f, uint32_t ea, char *to, size_t room)
{
    for (size_t i = 0; i < room; i++) {
        if (mem_read(f, ea + (uint32_t)i, to + i, 1)) return -EFAULT;
        if (!to[i]) return 0;
    }
    to[room - 1] = 0;
    return -E2BIG;
}

int mem_u32(struct firmware *f, uint32_t ea, uint32_t *v)
{
    uint8_t b[4];
    int r = mem_read(f, ea, b, sizeof b);
    *v = r ? 0 : get_be32(b);
    return r;
}

int mem_put_u32(struct firmware *f, uint32_t ea, uint32_t v)
{
    uint8_t b[4];
    put_be32(b, v);
    return mem_write(f, ea, b, sizeof b);
}
