/*
 * test_lockstep.c on the second width: the 970 in 64-bit and in 32-bit mode.
 */
#define PPC_WIDTH 64
#include "tests/unit/test_lockstep.c"
