/*
 * What the command line asks for, after parsing and before a machine exists. Strings belong to
 * the frontend and outlive the machine. Nothing here opens a file.
 */
#ifndef MACHINES_CONFIG_H
#define MACHINES_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct block;
struct chardev;
struct netdev;

#define CONFIG_DISKS 4   /* IDE: primary master, slave, secondary master, slave */
#define CONFIG_SERIALS 4

enum drive_media { DRIVE_NONE, DRIVE_DISK, DRIVE_CDROM };

struct drive {
    enum drive_media media;
    struct block *block; /* NULL: a CD drive without a disc */
};

enum rtc_base { RTC_UTC, RTC_LOCALTIME, RTC_DATE };

struct config {
    const char *machine;      /* "pegasos2" */
    const char *cpu;          /* "7457"; NULL: the machine's default */
    uint64_t ram_size;        /* bytes */
    const char *kernel;       /* file, any format firmware/image.c knows */
    const char *initrd;
    const char *append;
    const char *dtb;
    const char *bios;
    const char *boot_file;    /* -boot-file: path on the boot medium */
    const char *boot_order;   /* "cd": c = first disk, d = CD, n = network */
    struct drive drives[CONFIG_DISKS];
    struct chardev *serial[CONFIG_SERIALS]; /* NULL: swallowed */
    struct netdev *net;       /* NULL: no network interface */
    const char *hypercalls;   /* "vof+papr+epapr+kvm+osi", "none"; NULL: vof */
    const char *nvram;        /* file of the environment variables; NULL: not kept */
    bool no_reboot;           /* a guest reset ends the run */
    bool no_shutdown;
    bool stopped;             /* -S */
    bool icount;              /* instruction clock */
    unsigned icount_shift;    /* ns an instruction = 1 << shift */
    bool demo;                /* nothing to boot was named: offer the embedded demo guest */
    bool vga;                 /* a graphics card is plugged in */
    bool screen_console;      /* somebody looks at its screen: the firmware's console is there too */
    unsigned screen_width, screen_height, screen_depth; /* -g; 0: 800x600x32 */
    bool portable;            /* run with the return-to-loop glue */
    enum rtc_base rtc_base;
    int64_t rtc_date;         /* Unix seconds for RTC_DATE */
    unsigned log_mask;
    FILE *log_to;             /* NULL: stderr */
    const char *prom_env[32]; /* NAME=VALUE, NULL-terminated */
};

#endif
