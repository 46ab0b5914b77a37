#include "machines/dev/ac97.h"

#include <string.h>

enum {
    AC97_RESET = 0x00, AC97_MASTER = 0x02, AC97_POWER = 0x26, AC97_EXT_ID = 0x28,
    AC97_EXT_CTRL = 0x2a, AC97_FRONT_RATE = 0x2c, AC97_INPUT_RATE = 0x32,
    AC97_VENDOR1 = 0x7c, AC97_VENDOR2 = 0x7e,
};
#define EXT_VRA 0x0001
#define POWER_READY 0x000f /* ADC, DAC, mixer and reference are up; read-only */

static const struct {
    uint8_t reg;
    uint16_t value;
} defaults[] = {
    {AC97_RESET, 0x6a90}, {AC97_MASTER, 0x8000}, {0x04, 0x8000}, {0x06, 0x8000},
    {0x0a, 0x0000},       {0x0c, 0x8008},        {0x0e, 0x8008}, {0x10, 0x8808},
    {0x12, 0x8808},       {0x14, 0x8808},        {0x16, 0x8808}, {0x18, 0x8808},
    {0x1c, 0x8000},       {AC97_POWER, POWER_READY}, {AC97_EXT_ID, EXT_VRA},
    {AC97_FRONT_RATE, 48000}, {AC97_INPUT_RATE, 48000}, {AC97_VENDOR1, 0x8384},
    {AC97_VENDOR2, 0x7666},
};

void ac97_reset(struct ac97 *c)
{
    memset(c->reg, 0, sizeof c->reg);
    for (unsigned i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        c->reg[defaults[i].reg / 2] = defaults[i].value;
    }
}

uint16_t ac97_read(const struct ac97 *c, unsigned reg) { return c->reg[reg / 2 & 63]; }

static uint16_t clamp_rate(unsigned v)
{
    return (uint16_t)(v < 4000 ? 4000 : v > 48000 ? 48000 : v); /* rule R32 */
}

void ac97_write(struct ac97 *c, unsigned reg, uint16_t v)
{
    uint16_t *r = &c->reg[reg / 2 & 63];
    switch (reg & 0x7e) {
    case AC97_RESET: ac97_reset(c); break;
    case AC97_POWER: *r = (uint16_t)((v & 0xff00) | POWER_READY); break;
    case AC97_EXT_CTRL:
        *r = v & EXT_VRA;
        if (!*r) c->reg[AC97_FRONT_RATE / 2] = c->reg[AC97_INPUT_RATE / 2] = 48000;
        break;
    case AC97_FRONT_RATE:
    case AC97_INPUT_RATE:
        if (c->reg[AC97_EXT_CTRL / 2] & EXT_VRA) *r = clamp_rate(v);
        break;
    case AC97_EXT_ID:
    case AC97_VENDOR1:
    case AC97_VENDOR2: break;
    default: *r = v; break;
    }
}

unsigned ac97_rate(const struct ac97 *c, bool input)
{
    return clamp_rate(c->reg[(input ? AC97_INPUT_RATE : AC97_FRONT_RATE) / 2]);
}
