/*
 * Translation against a brute-force reading of PEM chapter 7: random BATs, segments and page tables,
 * every access kind, key and mode; the fault registers and the R and C bits too.
 */
#include "tests/unit/cpu_fixture.h"

#define TABLE_AT 0x200000u

struct want {
    bool ok;
    uint32_t pa, wimg;
    unsigned vector;
    uint32_t dsisr, srr1;
    uint32_t pte_at, pte1; /* second word afterwards; pte_at 0: none found */
};

/* The book, step by step and slowly, over raw memory. */
static struct want reference(struct rig *r, uint32_t ea, enum access access)
{
    struct ppc_cpu *c = r->cpu;
    struct want w = {.ok = true, .pa = ea, .wimg = 2};
    bool fetch = access == ACCESS_FETCH, store = access == ACCESS_STORE, pr = c->msr & MSR_PR;
    uint32_t st = store ? 0x02000000 : 0;
    if (!(c->msr & (fetch ? MSR_IR : MSR_DR))) return w;
    for (int i = 0; i < (c->spr[1008] & 0x00800000 ? 8 : 4); i++) {
        const uint32_t *bat = fetch ? c->ibat[i] : c->dbat[i];
        if (!(bat[0] & (pr ? 1 : 2))) continue;
        uint32_t bl = bat[0] >> 2 & 0x7ff;
        bool match = true;
        for (int bit = 0; bit < 15; bit++) { /* BEPI bits 0-14, the low 11 under BL */
            bool masked = bit >= 4 && (bl >> (14 - bit) & 1);
            uint32_t m = 0x80000000u >> bit;
            if (!masked && (ea & m) != (bat[0] & m)) match = false;
        }
        if (!match) continue;
        unsigned pp = bat[1] & 3;
        bool may = store ? pp == 2 : pp != 0;
        if (!may) {
            w.ok = false;
            w.vector = fetch ? 0x400 : 0x300;
            w.dsisr = 0x08000000 | st;
            w.srr1 = 0x08000000;
            return w;
        }
        uint32_t in = 0x1ffff | bl << 17;
        w.pa = (bat[1] & 0xfffe0000 & ~in) | (ea & in);
        w.wimg = bat[1] >> 3 & 15;
        return w;
    }
    uint32_t sr = c->sr[ea >> 28];
    if (sr >> 31) {
        w.ok = false;
        w.vector = fetch ? 0x400 : 0x300;
        w.dsisr = 0x04000000 | st;
        w.srr1 = 0x10000000;
        return w;
    }
    if (fetch && sr & 0x10000000) {
        w.ok = false;
        w.vector = 0x400;
        w.srr1 = 0x10000000;
        return w;
    }
    uint32_t vsid = sr & 0xffffff, page = ea >> 12 & 0xffff;
    for (int h = 0; h < 2; h++) {
        uint32_t hash = ((vsid & 0x7ffff) ^ page) & 0x7ffff;
        if (h) hash = ~hash & 0x7ffff;
        uint32_t upper = (c->sdr1 >> 16 & 0x1ff) | (hash >> 10 & (c->sdr1 & 0x1ff));
        uint32_t pteg = (c->sdr1 & 0xfe000000) | upper << 16 | (hash & 0x3ff) << 6;
        for (int i = 0; i < 8; i++) {
            uint32_t p0 = rig_peek(r, pteg + 8 * i), p1 = rig_peek(r, pteg + 8 * i + 4);
            if (!(p0 >> 31) || (p0 >> 7 & 0xffffff) != vsid || (p0 >> 6 & 1) != (unsigned)h ||
                (p0 & 63) != page >> 10)
                continue;
            bool key = pr ? sr >> 29 & 1 : sr >> 30 & 1;
            unsigned pp = p1 & 3;
            bool rd = !(key && pp == 0), wr = key ? pp == 2 : pp != 3;
            w.pte_at = pteg + 8 * i;
            w.pte1 = p1;
            if (!(store ? wr : rd)) {
                w.ok = false;
                w.vector = fetch ? 0x400 : 0x300;
                w.dsisr = 0x08000000 | st;
                w.srr1 = 0x08000000;
                return w;
            }
            w.pte1 |= 0x100 | (store ? 0x80 : 0);
            w.pa = (p1 & 0xfffff000) | (ea & 0xfff);
            w.wimg = p1 >> 3 & 15;
            if (fetch && w.wimg & 1) {
                w.ok = false;
                w.vector = 0x400;
                w.srr1 = 0x10000000;
            }
            return w;
        }
    }
    w.ok = false;
    w.vector = fetch ? 0x400 : 0x300;
    w.dsisr = 0x40000000 | st;
    w.srr1 = 0x40000000;
    return w;
}

static void random_map(struct rig *r, uint64_t *seed)
{
    struct ppc_cpu *c = r->cpu;
    unsigned mask = (unsigned)rig_random(seed) & 3; /* 64 to 256 KiB of table */
    mask = mask == 2 ? 3 : mask;
    spr_set(c, 25, TABLE_AT | mask);
    for (unsigned i = 0; i < 16; i++) {
        uint32_t v = (uint32_t)rig_random(seed);
        mmu_write_sr(c, i, (v & 0x60000000) | (v % 11 == 0 ? 0x80000000 : 0) |
                               (v % 7 == 0 ? 0x10000000 : 0) | (v >> 8 & 0x0ffff3));
    }
    for (unsigned i = 0; i < 8; i++)
        for (unsigned k = 0; k < 2; k++) {
            uint32_t v = (uint32_t)rig_random(seed), bl = 0x7ffu >> (v % 12) & 0x7ff;
            uint32_t up = ((uint32_t)rig_random(seed) & 0xfffe0000 & ~(bl << 17)) | bl << 2 |
                          (v >> 16 & (v & 0x100 ? 3 : 0));
            unsigned n = (i < 4 ? 528 : 560 - 8) + (k ? 8 : 0) + 2 * i;
            spr_set(c, n, up);
            spr_set(c, n + 1, (uint32_t)rig_random(seed) & ~(bl << 17) & 0xfffe007b);
        }
    spr_set(c, 1008, rig_random(seed) & 1 ? 0x00800000 : 0);
    bool filled = bus_ram_fill(r->bus, TABLE_AT, 0, 0x40000) == 0;
    ck_assert(filled);
    for (unsigned n = 0; n < 3000; n++) { /* entries where a walk will look, some twice or misplaced */
        uint32_t ea = (uint32_t)rig_random(seed), sr = c->sr[ea >> 28];
        uint32_t vsid = sr & 0xffffff, page = ea >> 12 & 0xffff;
        unsigned h = rig_random(seed) & 1;
        uint32_t hash = ((vsid & 0x7ffff) ^ page) & 0x7ffff;
        if (h) hash = ~hash & 0x7ffff;
        uint32_t pteg = TABLE_AT | (hash >> 10 & mask) << 16 | (hash & 0x3ff) << 6;
        uint32_t at = pteg + 8 * (uint32_t)(rig_random(seed) & 7);
        rig_poke(r, at, 0x80000000 | vsid << 7 | h << 6 | page >> 10);
        rig_poke(r, at + 4, ((uint32_t)rig_random(seed) & 0x003ff1fb));
    }
}

/* An address that something is mapped at, more often than not. */
static uint32_t likely_ea(struct rig *r, uint64_t *seed)
{
    uint64_t x = rig_random(seed);
    if (x & 1) return (uint32_t)(x >> 32);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t at = TABLE_AT + ((uint32_t)rig_random(seed) & 0x3fff8);
        uint32_t p0 = rig_peek(r, at);
        if (!(p0 >> 31)) continue;
        uint32_t hash = (at - TABLE_AT) >> 6 & 0x3ff, vsid = p0 >> 7 & 0xffffff;
        if (p0 & 0x40) hash = ~hash & 0x3ff;
        uint32_t page = (p0 & 63) << 10 | ((hash ^ vsid) & 0x3ff);
        for (unsigned s = 0; s < 16; s++)
            if ((r->cpu->sr[s] & 0xffffff) == vsid)
                return s << 28 | page << 12 | ((uint32_t)(x >> 32) & 0xfff);
    }
    return (uint32_t)(x >> 32);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *v = getenv(name);
    return v ? strtoull(v, NULL, 0) : otherwise;
}

/* PPCEMU_MMU_ACCESSES (nightly: 10^9) and PPCEMU_SEED: tests/nightly/run.sh */
START_TEST(test_against_the_book)
{
    struct rig r;
    const uint64_t accesses = from_environment("PPCEMU_MMU_ACCESSES", 240000);
    const uint64_t per_map = accesses > 1000000 ? 20000 : 4000;
    uint64_t seed = from_environment("PPCEMU_SEED", 42), hits = 0, faults = 0;
    rig_init(&r, "7457", PPC_GLUE_PORTABLE);
    for (uint64_t map = 0; map * per_map < accesses; map++) {
        random_map(&r, &seed);
        for (uint64_t n = 0; n < per_map; n++) {
            static const uint32_t modes[] = {0, MSR_IR, MSR_DR, MSR_IR | MSR_DR, MSR_IR | MSR_DR | MSR_PR,
                                             MSR_DR | MSR_PR};
            ppc_set_msr(r.cpu, modes[rig_random(&seed) % ARRAY_SIZE(modes)]);
            uint32_t ea = likely_ea(&r, &seed);
            enum access access = (enum access)(rig_random(&seed) % 3);
            struct want w = reference(&r, ea, access);
            struct xlate x;
            r.cpu->dar = r.cpu->dsisr = 0;
            bool ok = mmu_translate(r.cpu, ea, access, KIND_PLAIN, &x);
            if (ok != w.ok) ck_abort_msg("ea %08x access %d: got %d, want %d", ea, access, ok, w.ok);
            if (w.pte_at && rig_peek(&r, w.pte_at + 4) != w.pte1)
                ck_abort_msg("ea %08x: PTE %08x, want %08x", ea, rig_peek(&r, w.pte_at + 4), w.pte1);
            if (ok) {
                hits++;
                if (x.pa != w.pa || x.wimg != w.wimg)
                    ck_abort_msg("ea %08x: pa %08llx wimg %x, want %08x %x", ea,
                                 (unsigned long long)x.pa, x.wimg, w.pa, w.wimg);
                continue;
            }
            faults++;
            if (r.cpu->exc_vector != w.vector) ck_abort_msg("ea %08x: vector %x, want %x", ea, r.cpu->exc_vector, w.vector);
            if (access == ACCESS_FETCH && r.cpu->exc_srr1 != w.srr1)
                ck_abort_msg("ea %08x: srr1 %08x, want %08x", ea, r.cpu->exc_srr1, w.srr1);
            if (access != ACCESS_FETCH && (r.cpu->dsisr != w.dsisr || r.cpu->dar != ea))
                ck_abort_msg("ea %08x: dsisr %08x, want %08x", ea, r.cpu->dsisr, w.dsisr);
        }
    }
    printf("mmu: %llu accesses, %llu hits, %llu faults\n", (unsigned long long)(hits + faults),
           (unsigned long long)hits, (unsigned long long)faults);
    ck_assert_uint_gt(hits, accesses / 6);
    ck_assert_uint_gt(faults, accesses / 12);
    rig_free(&r);
}
END_TEST

/* The soft TLB must forget when segments, BATs, SDR1 or an entry change: a store loop through it. */
START_TEST(test_soft_tlb_follows_changes)
{
    struct rig r;
    rig_init(&r, "7457", PPC_GLUE_BEST);
    rig_stop_at_vectors(&r);
    static const uint32_t code[] = {0x90830000}; /* stw r4,0(r3) */
    rig_code(&r, code, 1);
    struct ppc_cpu *c = r.cpu;
    spr_set(c, 528, 0x00000002 | 0x1ffc); /* IBAT0: 256 MiB at 0, supervisor */
    spr_set(c, 529, 0x00000012);
    spr_set(c, 25, TABLE_AT);
    uint32_t vsids[2] = {0x123, 0x456}, frames[2] = {0x100000, 0x101000};
    for (unsigned i = 0; i < 2; i++) {
        uint32_t hash = vsids[i] & 0x3ff; /* page 0 of the segment */
        rig_poke(&r, TABLE_AT + hash * 64, 0x80000000 | vsids[i] << 7);
        rig_poke(&r, TABLE_AT + hash * 64 + 4, frames[i] | 2);
    }
    for (unsigned n = 0; n < 8; n++) {
        mmu_write_sr(c, 7, vsids[n & 1]);
        c->gpr[3] = 0x70000010;
        c->gpr[4] = 0xabc0 + n;
        ppc_set_msr(c, MSR_ME | MSR_IR | MSR_DR);
        ppc_set_pc(c, CODE_AT);
        ck_assert(rig_run(&r, 100));
        ck_assert_uint_eq(ppc_pc(c), CODE_AT + 8);
        ck_assert_uint_eq(rig_peek(&r, frames[n & 1] + 0x10), 0xabc0 + n);
    }
    /* the entry goes away: without tlbie the old translation may stay, after it the store faults */
    rig_poke(&r, TABLE_AT + (vsids[1] & 0x3ff) * 64, 0);
    mmu_tlbie(c, 0x70000000);
    ppc_set_pc(c, CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(ppc_pc(c), 0x304);
    ck_assert_uint_eq(c->dsisr, 0x42000000);
    ck_assert_uint_eq(c->dar, 0x70000010);
    ck_assert_uint_eq(c->srr0, CODE_AT);
    rig_free(&r);
}
END_TEST

/* C is set by the first store even when a load has filled the soft TLB before. */
START_TEST(test_changed_bit_by_fast_store)
{
    struct rig r;
    rig_init(&r, "7457", PPC_GLUE_BEST);
    rig_stop_at_vectors(&r);
    static const uint32_t code[] = {0x80a30000, 0x80a30000, 0x90830000}; /* lwz, lwz, stw */
    rig_code(&r, code, 3);
    struct ppc_cpu *c = r.cpu;
    spr_set(c, 528, 0x00001ffe);
    spr_set(c, 529, 0x00000012);
    spr_set(c, 25, TABLE_AT);
    mmu_write_sr(c, 5, 0x10);
    rig_poke(&r, TABLE_AT + 0x10 * 64, 0x80000000 | 0x10 << 7);
    rig_poke(&r, TABLE_AT + 0x10 * 64 + 4, 0x100000 | 2);
    c->gpr[3] = 0x50000000;
    ppc_set_msr(c, MSR_ME | MSR_IR | MSR_DR);
    ppc_set_pc(c, CODE_AT);
    ck_assert(rig_run(&r, 100));
    ck_assert_uint_eq(rig_peek(&r, TABLE_AT + 0x10 * 64 + 4), 0x100000 | 0x180 | 2);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mmu");
    TCase *t = tcase_create("translation");
    tcase_set_timeout(t, 0);
    tcase_add_test(t, test_against_the_book);
    tcase_add_test(t, test_soft_tlb_follows_changes);
    tcase_add_test(t, test_changed_bit_by_fast_store);
    suite_add_tcase(s, t);
    return rig_main(s);
}
