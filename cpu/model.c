#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cpu/ppc.h"

static const struct ppc_model models[] = {
#define MODEL(name, about, pvr, features, hid1, of, l1, line, l2, entries, ways)                   \
    {name, about, pvr, features, hid1, of, (l1)*1024, line, (l2)*1024, entries, ways},
#include "cpu/model.def"
#undef MODEL
};

/* QEMU's other spellings of the same chips. */
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"g3", "750cxe"},          {"750", "750cxe"},         {"750cx", "750cxe"},
    {"750cxe_v3.1", "750cxe"}, {"750fx_v2.3", "750fx"},   {"g4", "7400"},
    {"7400_v2.9", "7400"},     {"max", "7400"},           {"7410_v1.4", "7410"},
    {"nitro", "7410"},         {"7450_v2.1", "7450"},     {"vger", "7450"},
    {"7455_v3.4", "7455"},     {"apollo6", "7455"},       {"7457_v1.2", "7457"},
    {"apollo7", "7457"},       {"7447a_v1.2", "7447a"},   {"apollo7pm", "7447a"},
    {"970_v2.2", "970"},       {"g5", "970"},
};

const struct ppc_model *ppc_model_list(size_t *n)
{
    *n = ARRAY_SIZE(models);
    return models;
}

const struct ppc_model *ppc_model_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
        if (!strcasecmp(name, aliases[i].alias)) name = aliases[i].name;
    for (size_t i = 0; i < ARRAY_SIZE(models); i++)
        if (!strcasecmp(name, models[i].name)) return &models[i];
    return NULL;
}
