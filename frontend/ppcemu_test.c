/*
 * ppcemu-test: instruction-level tests of the CPU core without a machine.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "frontend/test_vectors.h"

#ifndef PPCEMU_VERSION
#define PPCEMU_VERSION "unknown"
#endif

static const char help[] =
    "ppcemu-test " PPCEMU_VERSION
    " - runs the PowerPC core of ppcemu on its own: no machine, flat RAM\n"
    "\n"
    "ppcemu-test vectors [OPTION]... FILE...\n"
    "  Runs test vectors (JSON lines, plain or gzip; docs/vectors.md has the format) on the\n"
    "  portable and on the threaded core; both must agree with the expected state.\n"
    "    --cpu MODEL       CPU model (default 7457; ppcemu -cpu help lists them). Vectors of 64\n"
    "                      bits run on a 970 unless this is one; with --cpu 970, those of 32 bits\n"
    "                      run in its 32-bit mode (MSR[SF]=0)\n"
    "    --jobs N          threads (default: one a host CPU)\n"
    "    --fail-list FILE  every case that differs: file, name, instruction, tags, reason (tabs)\n"
    "    --junit FILE      results as JUnit XML\n"
    "    --tags            shows the cases with a tag (undef, estimate, ...), whose results may\n"
    "                      differ from the modelled chip's; they are never failures...\n"
    "    --strict          ...unless this is given\n"
    "    -v, --verbose     all failures instead of the first 10 of a file\n"
    "  Prints a line a file, and `N passed, N failed` at the end.\n"
    "\n"
    "ppcemu-test decode [--cpu MODEL] [--pc ADDR] WORD...\n"
    "  Disassembles instruction words (hexadecimal); ADDR is where the first one stands.\n"
    "ppcemu-test decode [--cpu MODEL] --all [--jobs N] [-v]\n"
    "  Decodes all 2^32 words and counts legal ones, ones with reserved bits set and illegal\n"
    "  ones; -v: also by instruction.\n"
    "\n"
    "ppcemu-test run [OPTION]... (--elf FILE | --load ADDR=FILE...)\n"
    "  Runs bare code and prints the final registers, why it stopped and the instructions run.\n"
    "    --cpu MODEL --ram SIZE       model (7457), RAM at 0 (64M; K, M, G)\n"
    "    --pc ADDR --reg NAME=VALUE   start; any register by name (r3, msr, sr0, dbat0u, ...)\n"
    "    --stop-at ADDR               stops before this instruction; may be repeated\n"
    "    --stop-on sc|trap|blr0       stops at a system call, at a program exception, at a return\n"
    "                                 to address 0 (lr is 0 at the start)\n"
    "    --max-insns N                at most N instructions (default 1000000000)\n"
    "    --dump-mem ADDR:LEN=FILE     writes RAM to a file at the end; may be repeated\n"
    "    --portable                   the portable core instead of the threaded one\n"
    "    --json                       the final state as JSON\n"
    "\n"
    "ppcemu-test lockstep [OPTION]... (--elf FILE | --load ADDR=FILE... | --random N)\n"
    "  Runs the threaded and the portable core side by side and stops at the first difference with\n"
    "  both states and the last 64 instructions.\n"
    "    --cpu MODEL --max-insns N    as for run (N: not for --random)\n"
    "    --pc ADDR --reg NAME=VALUE   start, for --elf and --load; ends at sc (without a handler),\n"
    "                                 an exception vector without code, or when nothing can happen\n"
    "    --core best|baseline         the threaded core for this host, or as an old host runs it\n"
    "    --random N --length L        N random programs of L (200) instructions over every record\n"
    "    --seed S                     of the first program (the next has S + 1), or of the lengths\n"
    "                                 after which the states are compared\n"
    "ppcemu-test lockstep --machine MACHINE --kernel FILE [OPTION]...\n"
    "  The same with two whole machines, from reset to the guest's power-off or reset; their time is\n"
    "  counted in instructions.\n"
    "    --initrd FILE --append ARGS  as for ppcemu; --cpu, --hypercalls, --max-insns, --seed as well\n"
    "    --console                    shows what the guest prints\n"
    "\n"
    "Other numbers are decimal or 0x hexadecimal. Exit status: 0 all passed (run: stopped as "
    "asked),\n"
    "1 something differs (run: stopped otherwise), 2 bad usage or input.\n";

static const struct {
    const char *name;
    int (*fn)(int argc, char **argv);
} commands[] = {
    {"vectors", test_vectors}, {"decode", test_decode}, {"run", test_run},
    {"lockstep", test_lockstep},
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        fputs(help, stdout);
        return EXIT_SAME;
    }
    if (!strcmp(name, "--version")) {
        puts("ppcemu-test " PPCEMU_VERSION);
        return EXIT_SAME;
    }
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (!strcmp(name, commands[i].name)) return commands[i].fn(argc - 2, argv + 2);
    fprintf(stderr, "ppcemu-test: %s%s; ppcemu-test --help says more\n",
            *name ? "unknown command " : "a command is needed", name);
    return EXIT_BAD;
}
