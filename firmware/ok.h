/*
 * The `ok` prompt: line editor and command interpreter. Private to firmware/.
 */
#ifndef FIRMWARE_OK_H
#define FIRMWARE_OK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OK_LINE_MAX 256
#define OK_HISTORY  16

struct firmware;

struct ok {
    char line[OK_LINE_MAX];
    unsigned len;
    char history[OK_HISTORY][OK_LINE_MAX];
    unsigned n_history; /* lines kept */
    unsigned browse;    /* how far back the line shown is; 0: the line being typed */
    char typed[OK_LINE_MAX];
    unsigned escape; /* state of an ESC [ x sequence */
    bool last_was_cr;
    uint32_t here; /* phandle of `dev`'s node */
};

void ok_reset(struct ok *o);
void ok_show_prompt(struct firmware *f);
/* Takes one byte of input; runs the command at the end of a line. */
void ok_input(struct firmware *f, uint8_t byte);
/* Runs a line as if it had been typed. */
void ok_run(struct firmware *f, const char *line);

#endif
