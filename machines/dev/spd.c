#include "machines/dev/spd.h"

#include <string.h>

/* Byte 5 = ranks; 3 and 4 = address bits; 31 = size of a rank. Four banks and 64 data bits make
 * a rank 2^(rows + columns) * 32 bytes. */
static const struct {
    unsigned mib;
    uint8_t rows, columns, ranks, density;
} sizes[] = {
    {2048, 14, 11, 2, 0x01}, {1024, 14, 11, 1, 0x01}, {512, 13, 11, 1, 0x80},
    {256, 13, 10, 1, 0x40},  {128, 12, 10, 1, 0x20},  {64, 12, 9, 1, 0x10},
    {32, 12, 8, 1, 0x08},
};

void spd_make(uint8_t to[SPD_LEN], uint64_t bytes)
{
    static const uint8_t timing[] = {
        /* 9: 7.5 ns at CL 2.5, 0.75 ns access */ 0x75, 0x75,
        /* 11: no parity, refresh 7.8 us, 8-bit chips */ 0x00, 0x82, 0x08, 0x00, 0x01,
        /* 16: bursts 2, 4, 8; four banks; CL 2 and 2.5; CS 0; write latency 1 */
        0x0e, 0x04, 0x0c, 0x01, 0x02,
        /* 21: differential clock input: firmware 1.2 refuses a module without it */ 0x20, 0xc0,
        /* 23: 10 ns at CL 2 */ 0xa0, 0x75, 0x00, 0x00,
        /* 27: tRP 20 ns, tRRD 15 ns, tRCD 20 ns, tRAS 45 ns */ 0x50, 0x3c, 0x50, 0x2d,
    };
    static const uint8_t setup[] = {0x90, 0x90, 0x50, 0x50}; /* 32: setup and hold times */
    unsigned i = 0, sum = 0;
    while (i + 1 < sizeof sizes / sizeof *sizes && (uint64_t)sizes[i].mib << 20 > bytes) i++;
    memset(to, 0, SPD_LEN);
    to[0] = 128; /* bytes written at manufacture */
    to[1] = 8;   /* 256-byte EEPROM */
    to[2] = 7;   /* DDR SDRAM */
    to[3] = sizes[i].rows;
    to[4] = sizes[i].columns;
    to[5] = sizes[i].ranks;
    to[6] = 64; /* data bits */
    to[8] = 4;  /* SSTL 2.5 V */
    memcpy(to + 9, timing, sizeof timing);
    to[31] = sizes[i].density;
    memcpy(to + 32, setup, sizeof setup);
    to[41] = 65; /* tRC, ns */
    to[42] = 75; /* tRFC, ns */
    for (unsigned n = 0; n < 63; n++) sum += to[n];
    to[63] = (uint8_t)sum;
    memcpy(to + 73, "ppcemu DDR", 10);
}
