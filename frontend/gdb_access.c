/*
 * The data access of an instruction before it runs, for watchpoints: the addressing forms of the
 * PowerPC books (D-form loads and stores, X-form under opcode 31, multiple and string forms,
 * dcbz, AltiVec).
 */
#include "frontend/gdb_int.h"

static uint64_t base(struct ppc_cpu *c, uint32_t word, uint64_t with)
{
    unsigned ra = word >> 16 & 31;
    uint64_t ea = (ra ? ppc_gpr(c, ra) : 0) + with;
    return ppc_model(c)->features & PPC_F_64 && ppc_msr(c) >> 63 ? ea : (uint32_t)ea;
}

/* Opcodes 32-55, two each (plain, with update): bytes and direction. */
static bool d_form(struct ppc_cpu *c, uint32_t word, struct gdb_access *a)
{
    static const struct {
        uint8_t len;
        bool store;
    } kind[12] = {
        {4, false}, {1, false}, {4, true}, {1, true}, {2, false}, {2, false}, {2, true}, {0, false},
        {4, false}, {8, false}, {4, true}, {8, true},
    };
    unsigned op = word >> 26, rd = word >> 21 & 31;
    a->at = base(c, word, (uint64_t)(int64_t)(int16_t)word);
    a->len = kind[(op - 32) / 2].len;
    a->store = kind[(op - 32) / 2].store;
    if (op == 46 || op == 47) { /* lmw, stmw */
        a->len = 4 * (32 - rd);
        a->store = op == 47;
    }
    return true;
}

struct x_form {
    uint16_t op;
    uint8_t len;
    bool store;
};

static const struct x_form x_forms[] = {
    {20, 4, false},  {23, 4, false},  {55, 4, false},  {87, 1, false},  {119, 1, false},
    {150, 4, true},  {151, 4, true},  {183, 4, true},  {215, 1, true},  {247, 1, true},
    {279, 2, false}, {311, 2, false}, {343, 2, false}, {375, 2, false}, {407, 2, true},
    {439, 2, true},  {534, 4, false}, {535, 4, false}, {567, 4, false}, {599, 8, false},
    {631, 8, false}, {662, 4, true},  {663, 4, true},  {695, 4, true},  {727, 8, true},
    {759, 8, true},  {790, 2, false}, {918, 2, true},  {983, 4, true},  {310, 4, false},
    {438, 4, true},  {7, 1, false},   {39, 2, false},  {71, 4, false},  {103, 16, false},
    {359, 16, false}, {135, 1, true}, {167, 2, true},  {199, 4, true},  {231, 16, true},
    {487, 16, true}, {1014, 32, true},
    {21, 8, false},  {53, 8, false},  {84, 8, false},  {149, 8, true},  {181, 8, true},
    {214, 8, true},  {341, 4, false}, {373, 4, false},
};

static bool x_form(struct ppc_cpu *c, uint32_t word, struct gdb_access *a)
{
    unsigned op = word >> 1 & 0x3ff, nb = word >> 11 & 31;
    if (op == 597 || op == 725) { /* lswi, stswi: no index register */
        *a = (struct gdb_access){base(c, word, 0), nb ? nb : 32, false, op == 725};
        return true;
    }
    a->at = base(c, word, ppc_gpr(c, nb));
    if (op == 533 || op == 661) { /* lswx, stswx: XER says how many */
        uint8_t xer[16];
        unsigned bits;
        a->len = ppc_reg_get(c, "xer", xer, &bits) ? xer[bits / 8 - 1] & 0x7f : 0;
        a->store = op == 661;
        return a->len > 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(x_forms); i++) {
        if (x_forms[i].op != op) continue;
        a->len = x_forms[i].len;
        a->store = x_forms[i].store;
        /* Vectors and cache lines are aligned down. */
        if (op <= 487 && a->len <= 16 && (op & 31) == 7) a->at &= ~(uint64_t)(a->len - 1);
        if (op == 1014) a->at &= ~UINT64_C(31);
        return true;
    }
    return false;
}

bool gdb_access(struct ppc_cpu *c, uint32_t word, struct gdb_access *a)
{
    unsigned op = word >> 26;
    bool found = false;
    *a = (struct gdb_access){0, 0, false, false};
    if (op >= 32 && op <= 55) {
        found = d_form(c, word, a);
    } else if (op == 31) {
        found = x_form(c, word, a);
    } else if ((op == 58 || op == 62) && ppc_model(c)->features & PPC_F_64) { /* ld, lwa, std */
        *a = (struct gdb_access){base(c, word, (uint64_t)(int64_t)(int16_t)(word & 0xfffc)),
                                 op == 58 && (word & 3) == 2 ? 4 : 8, false, op == 62};
        found = true;
    }
    a->load = found && !a->store;
    return found;
}
