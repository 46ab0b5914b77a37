#include "cpu/access.h"

#include "cpu/codecache.h"
#include "cpu/debug.h"
#include "cpu/exception.h"
#include "cpu/magic.h"
#include "cpu/sem.h"
#include "cpu/spr.h"

/* PowerPC little-endian mode swizzles the low address bits (PEM 3.1.4.2); an access that is not
 * aligned to its size raises alignment there. */
static ureg munge(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    return c->msr & MSR_LE ? ea ^ (8 - len) : ea;
}

static bool misaligned_le(const struct ppc_cpu *c, ureg ea, unsigned len)
{
    return c->msr & MSR_LE && ea & (len - 1);
}

static bool fault_alignment(struct ppc_cpu *c, ureg ea)
{
    ppc_raise_alignment(c, ea);
    return false;
}

/* Data address breakpoint (MPC7450UM 2.1.5.? DABR): doubleword address, BT, DW, DR. */
static bool dabr_hit(const struct ppc_cpu *c, ureg ea, unsigned len, enum access access)
{
    ureg dabr = c->spr[SPR_N_dabr] & ~(ureg)7, how = c->spr[SPR_N_dabr];
    if (!(how & (access == ACCESS_STORE ? 2 : 1))) return false;
    if (((how & 4) != 0) != ((c->msr & MSR_DR) != 0)) return false;
    return (ea & ~(ureg)7) <= dabr && dabr <= ((ureg)(ea + len - 1) & ~(ureg)7);
}

static bool translate(struct ppc_cpu *c, ureg ea, unsigned len, enum access access,
                      enum access_kind kind, struct xlate *x)
{
    if (unlikely(c->spr[SPR_N_dabr] & 3) && dabr_hit(c, ea, len, access)) {
        c->dar = ea;
        c->dsisr = DSISR_DABR | (access == ACCESS_STORE ? DSISR_STORE : 0);
        ppc_raise(c, VEC_DSI, 0);
        return false;
    }
    if (!mmu_translate(c, ea, access, kind, x)) return false;
    if (unlikely(c->debug != NULL)) debug_access(c, ea, len, access);
    if (!(c->spr[SPR_N_dabr] & 3)) mmu_fill_data(c, ea, x);
    if (unlikely(x->wimg & WIMG_W)) c->dcbz_checked |= DCBZ_WRITE_THROUGH;
    return true;
}

/* One access inside a page. What is aligned goes out whole; what is not goes in the aligned pieces
 * the bus interface makes of it, in address order (MPC7450UM 3.?; only devices can tell). */
static uint64_t bus_load(struct ppc_cpu *c, paddr_t pa, unsigned len)
{
    if (!(pa & (len - 1))) return bus_read(c->bus, pa, len);
    uint64_t v = 0;
    for (unsigned i = 0; i < len; i++) v = v << 8 | bus_read(c->bus, pa + i, 1);
    return v;
}

static void bus_store(struct ppc_cpu *c, paddr_t pa, unsigned len, uint64_t v)
{
    if (!(pa & (len - 1))) {
        bus_write(c->bus, pa, len, v);
        return;
    }
    for (unsigned i = 0; i < len; i++) bus_write(c->bus, pa + i, 1, v >> 8 * (len - 1 - i) & 0xff);
}

static bool crosses(ureg ea, unsigned len) { return (ea & PAGE_MASK) + len > PAGE_SIZE; }

static bool load(struct ppc_cpu *c, ureg ea, unsigned len, enum access_kind kind, uint64_t *v)
{
    struct xlate x, y;
    if (misaligned_le(c, ea, len)) return fault_alignment(c, ea);
    ea = munge(c, ea, len);
    if (magic_word(c, ea, len)) {
        *v = magic_load(c, ea);
        return true;
    }
    if (!translate(c, ea, len, ACCESS_LOAD, kind, &x)) return false;
    if (!crosses(ea, len)) {
        *v = bus_load(c, x.pa, len);
        return true;
    }
    unsigned first = PAGE_SIZE - (unsigned)(ea & PAGE_MASK);
    if (!translate(c, in_mode(c, ea + first), len - first, ACCESS_LOAD, kind, &y)) return false;
    *v = 0;
    for (unsigned i = 0; i < len; i++)
        *v = *v << 8 | bus_read(c->bus, i < first ? x.pa + i : y.pa + i - first, 1);
    return true;
}

static bool store(struct ppc_cpu *c, ureg ea, unsigned len, enum access_kind kind, uint64_t v)
{
    struct xlate x, y;
    if (misaligned_le(c, ea, len)) return fault_alignment(c, ea);
    ea = munge(c, ea, len);
    if (magic_word(c, ea, len)) {
        magic_store(c, ea, (uint32_t)v);
        return true;
    }
    if (!translate(c, ea, len, ACCESS_STORE, kind, &x)) return false;
    if (!crosses(ea, len)) {
        bus_store(c, x.pa, len, v);
        return true;
    }
    unsigned first = PAGE_SIZE - (unsigned)(ea & PAGE_MASK);
    if (!translate(c, in_mode(c, ea + first), len - first, ACCESS_STORE, kind, &y)) return false;
    for (unsigned i = 0; i < len; i++)
        bus_write(c->bus, i < first ? x.pa + i : y.pa + i - first, 1, v >> 8 * (len - 1 - i) & 0xff);
    return true;
}

bool slow_load(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t *v)
{
    return load(c, ea, len, KIND_PLAIN, v);
}

bool slow_store(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t v)
{
    return store(c, ea, len, KIND_PLAIN, v);
}

/* Floating-point operands must be word-aligned (MPC7450UM 4.6.6, MPC750UM 4.5.6); the 64-bit models
 * handle them as they come. UNVERIFIED: the 970 interrupts in caching-inhibited memory. */
static bool fp_misaligned(ureg ea) { return PPC_WIDTH == 32 && ea & 3; }

bool slow_load_fp(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t *v)
{
    if (fp_misaligned(ea)) return fault_alignment(c, ea);
    return load(c, ea, len, KIND_FP, v);
}

bool slow_store_fp(struct ppc_cpu *c, ureg ea, unsigned len, uint64_t v)
{
    if (fp_misaligned(ea)) return fault_alignment(c, ea);
    return store(c, ea, len, KIND_FP, v);
}

bool slow_load128(struct ppc_cpu *c, ureg ea, union vreg *v)
{
    struct xlate x;
    if (!translate(c, ea, 16, ACCESS_LOAD, KIND_PLAIN, &x)) return false;
    unsigned swap = c->msr & MSR_LE ? 1 : 0; /* ALTIVECPEM 3.1.4: doublewords change places */
    VR_D(*v, 0 ^ swap) = bus_read(c->bus, x.pa, 8);
    VR_D(*v, 1 ^ swap) = bus_read(c->bus, x.pa + 8, 8);
    return true;
}

bool slow_store128(struct ppc_cpu *c, ureg ea, const union vreg *v)
{
    struct xlate x;
    if (!translate(c, ea, 16, ACCESS_STORE, KIND_PLAIN, &x)) return false;
    unsigned swap = c->msr & MSR_LE ? 1 : 0;
    bus_write(c->bus, x.pa, 8, VR_D(*v, 0 ^ swap));
    bus_write(c->bus, x.pa + 8, 8, VR_D(*v, 1 ^ swap));
    return true;
}

/* ---- multiple and string ---- */

/* lmw and stmw want word alignment; neither these nor the string forms exist in little-endian mode
 * (MPC7450UM 4.6.6). */
static bool multiple_ok(struct ppc_cpu *c, ureg ea, bool words)
{
    if ((words && ea & 3) || c->msr & MSR_LE) return fault_alignment(c, ea);
    return true;
}

/* Registers change only when the last byte has come: a fault restarts the whole instruction. */
enum sem load_multiple(struct ppc_cpu *c, ureg ea, unsigned rd, unsigned len, bool words)
{
    uint8_t bytes[128] = {0};
    if (!multiple_ok(c, ea, words)) return SEM_FAULT;
    for (unsigned i = 0; i < len;) {
        unsigned n = len - i >= 4 ? 4 : 1;
        uint64_t v;
        if (!slow_load(c, in_mode(c, ea + i), n, &v)) return SEM_FAULT;
        for (unsigned k = 0; k < n; k++) bytes[i + k] = (uint8_t)(v >> 8 * (n - 1 - k));
        i += n;
    }
    for (unsigned i = 0; i < len; i += 4) c->gpr[(rd + i / 4) & 31] = get_be32(bytes + i);
    return SEM_NEXT;
}

enum sem store_multiple(struct ppc_cpu *c, ureg ea, unsigned rs, unsigned len, bool words)
{
    if (!multiple_ok(c, ea, words)) return SEM_FAULT;
    for (unsigned i = 0; i < len; i += 4) {
        uint32_t v = (uint32_t)c->gpr[(rs + i / 4) & 31];
        if (len - i >= 4) {
            if (!slow_store(c, in_mode(c, ea + i), 4, v)) return SEM_FAULT;
            continue;
        }
        for (unsigned k = 0; k < len - i; k++)
            if (!slow_store(c, in_mode(c, ea + i + k), 1, v >> (24 - 8 * k) & 0xff)) return SEM_FAULT;
    }
    return SEM_NEXT;
}

/* ---- reservation: one, by cache line (MPC7450UM 3.3.3.3) ---- */

#define GRANULE (~(paddr_t)(CACHE_LINE - 1))

/* Write-through memory has no reservations (MPC7400UM 4.6.3). */
static bool reservable(struct ppc_cpu *c, ureg ea, enum access access, const struct xlate *x)
{
    return !(x->wimg & WIMG_W) || mmu_fault(c, ea, access, DSISR_CI_RESERVE, 0);
}

enum sem load_reserve(struct ppc_cpu *c, ureg ea, unsigned rd, unsigned len)
{
    struct xlate x;
    if (ea & (len - 1)) return ppc_raise_alignment(c, ea);
    ea = munge(c, ea, len);
    if (!translate(c, ea, len, ACCESS_LOAD, KIND_RESERVE, &x) || !reservable(c, ea, ACCESS_LOAD, &x)) return SEM_FAULT;
    c->gpr[rd] = (ureg)bus_read(c->bus, x.pa, len);
    c->reserved = true;
    c->reserve_pa = x.pa & GRANULE;
    return SEM_NEXT;
}

/* A stwcx. to another address than the reservation's is left open by the architecture; the 74xx
 * looks at the reservation bit alone (MPC7450UM 3.3.3.3). */
enum sem store_conditional(struct ppc_cpu *c, ureg ea, uint64_t v, unsigned len)
{
    struct xlate x;
    if (ea & (len - 1)) return ppc_raise_alignment(c, ea);
    ea = munge(c, ea, len);
    if (!translate(c, ea, len, ACCESS_STORE, KIND_RESERVE, &x) || !reservable(c, ea, ACCESS_STORE, &x)) return SEM_FAULT;
    if (c->reserved) bus_write(c->bus, x.pa, len, v);
    cr_set_field(c, 0, (c->reserved ? CR_EQ : 0) | (c->xer_so ? CR_SO : 0));
    c->reserved = false;
    return SEM_NEXT;
}

/* eciwx and ecowx: no external device sits on the Pegasos' bus, so EAR[E]=1 reads 0. */
enum sem external_control(struct ppc_cpu *c, ureg ea, ureg *reg, bool store)
{
    struct xlate x;
    enum access access = store ? ACCESS_STORE : ACCESS_LOAD;
    if (!(c->spr[SPR_N_ear] >> 31 & 1)) {
        c->dar = ea;
        c->dsisr = DSISR_EAR | (store ? DSISR_STORE : 0);
        return ppc_raise(c, VEC_DSI, 0);
    }
    if (ea & 3) return ppc_raise_alignment(c, ea);
    if (!mmu_translate(c, ea, access, KIND_EXTERNAL, &x)) return SEM_FAULT;
    if (!store) *reg = 0;
    return SEM_NEXT;
}

/* ---- caches ---- */

enum sem cache_touch(struct ppc_cpu *c, ureg ea, enum access access)
{
    struct xlate x;
    return mmu_translate(c, ea, access, KIND_PLAIN, &x) ? SEM_NEXT : SEM_FAULT;
}

static bool may_allocate(const struct ppc_cpu *c, const struct xlate *x)
{
    return !(x->wimg & (WIMG_W | WIMG_I)) && data_cache_on(c);
}

/* dcbz on cache-inhibited or write-through memory, or with the cache off or locked, raises alignment (MPC7400UM 4.6.6). */
enum sem cache_zero(struct ppc_cpu *c, ureg line, ureg ea)
{
    struct xlate x;
    if (!translate(c, ea, 1, ACCESS_STORE, KIND_PLAIN, &x)) return SEM_FAULT;
    if (!may_allocate(c, &x)) return ppc_raise_alignment(c, ea);
    if (unlikely(c->debug != NULL)) debug_access(c, line, CACHE_LINE, ACCESS_STORE);
    paddr_t pa = (x.pa & ~(paddr_t)PAGE_MASK) | (line & PAGE_MASK);
    for (unsigned i = 0; i < CACHE_LINE; i += 8) bus_write(c->bus, pa + i, 8, 0);
    return SEM_NEXT;
}

enum sem cache_allocate(struct ppc_cpu *c, ureg line)
{
    struct xlate x;
    uint32_t dsisr = c->dsisr;
    ureg dar = c->dar;
    if (translate(c, line, 1, ACCESS_STORE, KIND_PLAIN, &x) && may_allocate(c, &x))
        return cache_zero(c, line, line);
    c->dsisr = dsisr; /* dcba never faults */
    c->dar = dar;
    c->exc_vector = VEC_NONE;
    return SEM_NEXT;
}

enum sem cache_icbi(struct ppc_cpu *c, ureg ea)
{
    struct xlate x;
    if (!mmu_translate(c, ea, ACCESS_LOAD, KIND_PLAIN, &x)) return SEM_FAULT;
    codecache_invalidate(c, x.pa & GRANULE, CACHE_LINE);
    return SEM_NEXT;
}
