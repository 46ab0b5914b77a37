/*
 * The 32-bit hashed page table (PEM 7.6). A PTE is two big-endian words:
 *   V VSID(24) H API(6)  /  RPN(20) 000 R C WIMG 0 PP
 */
#include "mmu/mmu.h"

enum { PTE_V = INT32_MIN, PTE_H = 1 << 6, PTE_R = 1 << 8, PTE_C = 1 << 7 };

/* Physical address of the group for a hash: HTABORG with HTABMASK letting hash bits in. */
static paddr_t pteg_address(uint32_t sdr1, uint32_t hash)
{
    uint32_t mask = (sdr1 & 0x1ff) << 16 | 0xffff;
    return (sdr1 & 0xffff0000) | (hash << 6 & mask & 0x1ffffff);
}

/* Finds the PTE; returns its address or 0 with *word1 unset. */
static bool find_pte(struct ppc_cpu *c, uint32_t vsid, uint32_t page, paddr_t *at, uint32_t *word1)
{
    uint32_t hash = (vsid & 0x7ffff) ^ page;
    uint32_t want = (uint32_t)PTE_V | vsid << 7 | page >> 10;
    for (unsigned h = 0; h < 2; h++) {
        paddr_t group = pteg_address(c->sdr1, h ? ~hash & 0x7ffff : hash);
        uint8_t pteg[64];
        if (bus_ram_read(c->bus, group, pteg, sizeof pteg)) continue; /* table not in RAM: a miss */
        for (unsigned i = 0; i < 64; i += 8) {
            if (get_be32(pteg + i) != (want | (h ? PTE_H : 0))) continue;
            *at = group + i;
            *word1 = get_be32(pteg + i + 4);
            return true;
        }
    }
    return false;
}

/* PEM table 7-? */
unsigned hash32_rights(bool key, unsigned pp)
{
    static const uint8_t rights[2][4] = {{3, 3, 3, 1}, {0, 1, 3, 1}};
    return rights[key][pp];
}

static void write_pte(struct ppc_cpu *c, paddr_t at, uint32_t word1)
{
    uint8_t be[4];
    put_be32(be, word1);
    if (bus_ram_write(c->bus, at + 4, be, 4)) { /* ROM: the chip's write would be lost as well */
        log_once(c->log, LOG_GUEST, "hash32", at, "page table entry %08llx is not writable",
                 (unsigned long long)at);
    }
}

enum walk hash32_walk(struct ppc_cpu *c, ureg ea, uint32_t sr, enum access access, bool update,
                      struct xlate *x)
{
    paddr_t at;
    uint32_t word1;
    if (!find_pte(c, sr & 0xffffff, (uint32_t)ea >> 12 & 0xffff, &at, &word1)) return WALK_MISS;

    bool key = sr & (c->msr & MSR_PR ? 0x20000000 : 0x40000000); /* Kp, Ks */
    unsigned rights = hash32_rights(key, word1 & 3);
    bool store = access == ACCESS_STORE;
    if (!(rights & (store ? 2 : 1))) return WALK_PROTECTED;

    uint32_t set = PTE_R | (store ? PTE_C : 0);
    if (update && (word1 & set) != set) {
        word1 |= set;
        write_pte(c, at, word1);
    }
    x->pa = (word1 & 0xfffff000) | (ea & 0xfff);
    x->wimg = word1 >> 3 & 15;
    x->may_write = rights & 2 && word1 & PTE_C;
    return WALK_HIT;
}
