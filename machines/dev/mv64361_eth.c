/*
 * MV64361: the Gigabit Ethernet block as far as drivers look before they have a link. There is no
 * PHY on the management bus, so no port ever comes up and no frame moves.
 */
#include "machines/dev/mv64361_int.h"

#define SMI_READ_VALID (1u << 27)
#define SMI_READ (1u << 26)
#define SMI_ADDRESS 0x07ff0000u /* register, PHY and operation */

#define PORT_STRIDE 0x400u
#define PORTS_END (MV_ETH_PORT0 + 3 * PORT_STRIDE)
enum {
    PORT_STATUS = 0x044, PORT_TX_COMMAND = 0x048, PORT_CAUSE = 0x060, PORT_CAUSE_EXT = 0x064,
    PORT_RX_COMMAND = 0x280,
};
#define STATUS_TX_FIFO_EMPTY 0x400u
#define MIB_START 0x3000u
#define MIB_END 0x3180u

static bool port_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    switch ((off - MV_ETH_PORT0) % PORT_STRIDE) {
    case PORT_STATUS: break;
    case PORT_CAUSE:
    case PORT_CAUSE_EXT: *r &= v | ~lanes; break; /* zeros clear */
    case PORT_TX_COMMAND:
    case PORT_RX_COMMAND: /* low byte enables queues, the next one disables them */
        v &= lanes;
        *r = (*r | (v & 0xff)) & ~(v >> 8 & 0xff);
        break;
    default: *r = mv_merge(*r, v, lanes); break;
    }
    return true;
}

bool mv_eth_read(struct mv64361 *mv, unsigned off, uint32_t *v)
{
    if (off < MV_ETH_PHY_ADDR || off >= MV_ETH_END) return false;
    *v = off >= MIB_START && off < MIB_END ? 0 : *mv_reg(mv, off);
    return true;
}

bool mv_eth_write(struct mv64361 *mv, unsigned off, uint32_t v, uint32_t lanes)
{
    uint32_t *r = mv_reg(mv, off);
    if (off < MV_ETH_PHY_ADDR || off >= MV_ETH_END) return false;
    if (off >= MV_ETH_PORT0 && off < PORTS_END) return port_write(mv, off, v, lanes);
    v = mv_merge(*r, v, lanes);
    if (off == MV_ETH_SMI) {
        /* Nobody drives the data line: a read gives ones. Never busy, and always valid, or
         * Linux's mvmdio waits for each of 32 addresses. */
        v = SMI_READ_VALID | (v & SMI_ADDRESS) | (v & SMI_READ ? 0xffff : v & 0xffff);
    }
    *r = v;
    return true;
}

void mv_eth_reset(struct mv64361 *mv)
{
    for (unsigned off = MV_ETH_PHY_ADDR; off < MV_ETH_END; off += 4) *mv_reg(mv, off) = 0;
    *mv_reg(mv, MV_ETH_PHY_ADDR) = 0x98; /* as observed, not from a manual */
    *mv_reg(mv, MV_ETH_SMI) = SMI_READ_VALID;
    *mv_reg(mv, 0x2290) = 0x3f; /* UNVERIFIED: all six address windows off */
    for (unsigned p = 0; p < 3; p++) {
        *mv_reg(mv, MV_ETH_PORT0 + p * PORT_STRIDE + PORT_STATUS) = STATUS_TX_FIFO_EMPTY;
    }
}
