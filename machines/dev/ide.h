/*
 * ATA channels with two drives each: register file, transfer engine, ATA disks and ATAPI CD-ROM
 * drives. The host adapter (vt8231_ide.c) owns the ports and the bus master and embeds struct
 * ide_channel, whose fields are private to ide.c, ata.c and atapi*.c otherwise.
 */
#ifndef MACHINES_DEV_IDE_H
#define MACHINES_DEV_IDE_H

#include "machines/block.h"
#include "machines/device.h"

/* How long things take in virtual time. Interrupts must never arrive inside the access that
 * causes them; beyond that these are as short as real drives with everything cached. */
#define IDE_COMMAND_NS 8000u /* command or packet to its first effect */
#define IDE_BLOCK_NS   3000u /* from one PIO block to the next */
#define IDE_DMA_NS     5000u /* between bursts of DMA */
#define IDE_RESET_NS   50000u

#define IDE_BUF 65536u /* also the largest ATAPI byte count */

enum { /* status register (ATA/ATAPI-6 7.15) */
    IDE_ERR = 0x01,
    IDE_DRQ = 0x08,
    IDE_DSC = 0x10,
    IDE_DRDY = 0x40,
    IDE_BSY = 0x80,
};
enum { /* error register (ATA/ATAPI-6 7.9) */
    IDE_ABRT = 0x04,
    IDE_IDNF = 0x10,
    IDE_UNC = 0x40,
};
enum { IDE_DEV_LBA = 0x40, IDE_DEV_SELECT = 0x10 };

enum ide_kind { IDE_ABSENT, IDE_DISK, IDE_CDROM };

/* The bus master of a channel, as the drives see it. */
struct ide_dma {
    /* Moves up to len bytes between buf and guest memory along the descriptor table; fewer when
     * the table ends; a negative errno when it or the memory it names cannot be used. */
    int64_t (*move)(void *ctx, uint8_t *buf, uint32_t len, bool to_memory);
    bool (*running)(void *ctx);
    void *ctx;
};

/* Command block registers; old_ ones hold the write before (48-bit addressing). */
struct ide_taskfile {
    uint8_t feature, count, low, mid, high;
    uint8_t old_feature, old_count, old_low, old_mid, old_high;
    uint8_t device, command;
};

struct ide_drive {
    enum ide_kind kind;
    struct block *block; /* CD-ROM: may be NULL (no disc, ever) */
    char serial[21];
    struct ide_taskfile tf;
    uint8_t status, error;

    /* ATA: current translation (never 0, rule R1) and settings */
    uint64_t sectors;
    uint8_t heads, spt;
    uint8_t multiple;
    uint8_t udma, mwdma; /* selected mode + 1; 0: none */
    bool write_cache, look_ahead, smart, standby;

    /* ATAPI */
    uint8_t sense_key, asc, ascq;
    uint8_t ua_asc;      /* pending UNIT ATTENTION, 0: none */
    uint8_t media_event; /* for GET EVENT STATUS NOTIFICATION */
    bool tray_open, locked;
    uint32_t seen_changes;
};

enum ide_phase {
    IDE_IDLE,
    IDE_COMMAND,    /* event pending: run the command */
    IDE_READ,       /* event pending: show the next block to the host */
    IDE_READ_DRQ,   /* the host reads the data register */
    IDE_WRITE_DRQ,  /* the host writes the data register */
    IDE_WRITE,      /* event pending: take the block */
    IDE_DMA_READ,   /* drive to memory; event pending while the bus master runs */
    IDE_DMA_WRITE,
    IDE_PACKET_DRQ, /* the host writes a command packet */
    IDE_PACKET,     /* event pending: run the packet */
    IDE_FINISH,     /* event pending: final status */
    IDE_RESET,      /* SRST held, or its end pending */
    IDE_DIAGNOSE,   /* event pending: EXECUTE DEVICE DIAGNOSTIC ends */
    IDE_PHASES,
};

/* Everything a command in flight needs, by value: nothing is read from the registers again, and
 * a reset clears it whole (rule R2). */
struct ide_request {
    uint8_t phase;
    uint8_t drive;
    bool packet;         /* data phases of an ATAPI command */
    bool dma;            /* asked for by the PACKET command */
    bool media;          /* data comes from or goes to the medium, not just the buffer */
    struct ide_taskfile tf;
    uint8_t cdb[12];
    uint64_t at;         /* byte offset on the medium of the next piece */
    uint64_t left;       /* bytes not yet exchanged with the medium (or taken from the host) */
    uint32_t len, pos;   /* valid bytes of buf, and those already moved */
    uint32_t block_end;  /* end of the block being shown or taken */
    uint32_t drq;        /* bytes of a full block */
};

struct ide_channel {
    struct device *dev; /* the adapter: scheduler and log */
    struct irq irq;     /* the INTRQ pin after nIEN */
    struct ide_dma dma;
    struct ide_drive drive[2];
    uint8_t select;     /* device register as last written */
    uint8_t control;
    bool intrq;
    struct event event;
    struct ide_request req;
    uint8_t buf[IDE_BUF + 4];
};

/* --- for the adapter --- */

/* Sets up an empty channel. */
void ide_init(struct ide_channel *ch, struct device *dev, struct irq irq, struct ide_dma dma);
/* Puts a drive on the channel before the first reset. `number` makes the serial number. */
void ide_attach(struct ide_channel *ch, unsigned n, enum ide_kind kind, struct block *block,
                unsigned number);
void ide_hard_reset(struct ide_channel *ch);
/* Re-checks a loaded state; -EINVAL when it cannot be. */
int ide_check_state(struct ide_channel *ch) MUST_CHECK;

/* Registers 0-7 of the command block (0: data, at any size) and the control block's one. */
uint32_t ide_read(struct ide_channel *ch, unsigned reg, unsigned size);
void ide_write(struct ide_channel *ch, unsigned reg, unsigned size, uint32_t v);
uint8_t ide_read_alternate(struct ide_channel *ch);
void ide_write_control(struct ide_channel *ch, uint8_t v);

/* The bus master's start bit went on or off. */
void ide_dma_started(struct ide_channel *ch);
void ide_dma_stopped(struct ide_channel *ch);

/* --- between ide.c, ata.c and atapi.c --- */

static inline struct ide_drive *ide_active(struct ide_channel *ch)
{
    return &ch->drive[ch->req.drive & 1];
}

void ata_command(struct ide_channel *ch);
void ata_reset_drive(struct ide_drive *d, bool hard);
void ata_show_position(struct ide_drive *d, const struct ide_taskfile *tf, uint64_t lba);
void atapi_command(struct ide_channel *ch);
void atapi_packet(struct ide_channel *ch);
void atapi_reset_drive(struct ide_drive *d, bool hard);
void atapi_medium_error(struct ide_channel *ch);

/* Ends of a command: success, or the error register's value. Both interrupt. */
void ide_finish(struct ide_channel *ch);
void ide_fail(struct ide_channel *ch, uint8_t error);
/* Data phases. The buffer's first `len` bytes to the host; `bytes` from or to the medium at byte
 * `at`; `bytes` from the host to nowhere. block: bytes of a PIO block. */
void ide_send_buffer(struct ide_channel *ch, uint32_t len, uint32_t block, bool dma);
void ide_send_media(struct ide_channel *ch, uint64_t at, uint64_t bytes, uint32_t block, bool dma);
void ide_take_media(struct ide_channel *ch, uint64_t at, uint64_t bytes, uint32_t block, bool dma);
void ide_take_nowhere(struct ide_channel *ch, uint64_t bytes, uint32_t block, bool dma);
void ide_ask_packet(struct ide_channel *ch);
void ide_signature(struct ide_drive *d);
/* SET FEATURES 03 (ATA/ATAPI-6 table 44); false for a mode the drive has not. */
bool ide_set_transfer_mode(struct ide_drive *d, uint8_t mode);
/* ATA strings: padded, the first character of each pair in the high byte. */
void ide_put_string(uint8_t *to, size_t len, const char *s);

/* ATAPI data producers (atapi_mmc.c): fill buf (zeroed) and return the length, 0 for a field the
 * drive does not support. */
uint32_t atapi_read_toc(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf);
uint32_t atapi_configuration(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf);
uint32_t atapi_mode_sense(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf);
uint32_t atapi_disc_information(const struct ide_drive *d, uint8_t *buf);
uint32_t atapi_track_information(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf);
uint32_t atapi_subchannel(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf);
uint32_t atapi_dvd_structure(const struct ide_drive *d, const uint8_t *cdb, uint8_t *buf);
/* 2048-byte sectors of the disc in the closed tray, 0 without one. */
uint32_t atapi_capacity(const struct ide_drive *d);
bool atapi_is_dvd(const struct ide_drive *d);

#endif
