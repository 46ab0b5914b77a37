/*
 * The built-in firmware: Virtual Open Firmware. It owns the device tree (a libfdt blob written by
 * the machine's devices), the claims, the client interface (hypercall H_VOF_CLIENT), RTAS
 * (H_RTAS), loading of boot files, and the `ok` prompt on the console.
 */
#ifndef FIRMWARE_FIRMWARE_H
#define FIRMWARE_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/compiler.h"
#include "base/error.h"

struct machine;
struct firmware;

/* Registers its hypercalls with m->hcall. */
int firmware_new(struct machine *m, struct firmware **out, struct error *err) MUST_CHECK;
void firmware_free(struct firmware *f);

/* At every machine reset, after the devices and the board table: rebuilds the tree, forgets claims
 * and instances, finds something to boot (m->cfg: -kernel, -boot-file, the media) and leaves the CPU
 * at the client's (or our stub's) first instruction; otherwise starts the `ok` prompt.
 * A failure that the command line caused (bad ELF, kernel beyond RAM) is returned, at the first
 * reset only; later ones end at the prompt. */
int firmware_boot(struct firmware *f, struct error *err) MUST_CHECK;

/* True while the `ok` prompt has the machine: the CPU does not run, firmware_poll does the work. */
bool firmware_interactive(const struct firmware *f);
/* Carries out what a client asked for when it stopped (exit, boot, chain, enter), then takes console
 * input and carries out commands; returns when no more input is there or a client runs. To be called
 * whenever firmware_interactive, not only after input. */
void firmware_poll(struct firmware *f);

#endif
