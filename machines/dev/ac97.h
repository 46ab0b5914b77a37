/*
 * Registers of an AC '97 2.1 codec that names itself SigmaTel STAC9766, as on Pegasos II.
 */
#ifndef MACHINES_DEV_AC97_H
#define MACHINES_DEV_AC97_H

#include <stdbool.h>
#include <stdint.h>

struct ac97 {
    uint16_t reg[64];
};

void ac97_reset(struct ac97 *c);
/* reg: 0-7E, even. */
uint16_t ac97_read(const struct ac97 *c, unsigned reg);
void ac97_write(struct ac97 *c, unsigned reg, uint16_t v);
/* Sample rate in Hz of the converters to the front speakers or from the input: 48000 unless
 * variable rate audio is on, always within 4000-48000. */
unsigned ac97_rate(const struct ac97 *c, bool input);

#endif
