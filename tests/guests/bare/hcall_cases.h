/*
 * The calls hcall.c makes, in order: convention, number, class of the arguments, name, what r3 must be,
 * arguments. tests/boot/hcall.py says which classes each number must have here. ANY: handled at all.
 */
#define BAD -1u
#define PARAM -4u
#define NOWHERE 0x70000000u
#define DEVICE 0xfe0002f8u /* the UART */
#define END 0xfffffffcu

#define SIZES(n, name, good)                                                                       \
    {PAPR, n, "valid", name, 0, {good, D}},                                                        \
    {PAPR, n, "size0", name, PARAM, {0, D}}, {PAPR, n, "size3", name, PARAM, {3, D}},              \
    {PAPR, n, "size16", name, PARAM, {16, D}}, {PAPR, n, "misaligned", name, PARAM, {2, D + 1}},   \
    {PAPR, n, "misaligned", name, PARAM, {4, D + 2}}, {PAPR, n, "misaligned", name, PARAM, {8, D + 4}}, \
    {PAPR, n, "outside", name, 0, {4, NOWHERE}}, {PAPR, n, "device", name, 0, {1, DEVICE + 7}},    \
    {PAPR, n, "wrap", name, PARAM, {8, END}}
static const struct test tests[] = {
    /* vof */
    {PAPR, 0xf000, "valid", "get-time-of-day", 0, {RTAS_BLOCK}, RTAS_BLOCK + 12, 0},
    {PAPR, 0xf000, "misaligned", "rtas", PARAM, {RTAS_BLOCK + 2}},
    {PAPR, 0xf000, "outside", "rtas", PARAM, {NOWHERE}},
    {PAPR, 0xf000, "device", "rtas", PARAM, {DEVICE}},
    {PAPR, 0xf000, "wrap", "rtas", PARAM, {END}},
    {PAPR, 0xf005, "valid", "peer 0", 0, {CLIENT}, CLIENT + 16, 1},
    {PAPR, 0xf005, "misaligned", "client", PARAM, {CLIENT + 2}},
    {PAPR, 0xf005, "outside", "client", PARAM, {NOWHERE}},
    {PAPR, 0xf005, "device", "client", PARAM, {DEVICE}},
    {PAPR, 0xf005, "wrap", "client", PARAM, {END}},
    /* papr */
    SIZES(0x3c, "ci-load", 4), SIZES(0x40, "ci-store", 4), SIZES(0x44, "cache-load", 8),
    SIZES(0x48, "cache-store", 8),
    {PAPR, 0x40, "valid", "ci-store 1", 0, {1, D + 64, 0xaa}},
    {PAPR, 0x40, "valid", "ci-store 2", 0, {2, D + 66, 0xbbcc}, D + 64, 0xaa00bbcc},
    {PAPR, 0x40, "valid", "ci-store 8", 0, {8, D + 72, 0x01020304, 0x05060708}, D + 76, 0x05060708},
    {PAPR, 0x4c, "valid", "icbi", 0, {D}}, {PAPR, 0x4c, "outside", "icbi", PARAM, {NOWHERE}},
    {PAPR, 0x4c, "device", "icbi", PARAM, {DEVICE}}, {PAPR, 0x4c, "wrap", "icbi", PARAM, {END}},
    {PAPR, 0x50, "valid", "dcbf", 0, {D}}, {PAPR, 0x50, "outside", "dcbf", PARAM, {NOWHERE}},
    {PAPR, 0x50, "device", "dcbf", PARAM, {DEVICE}}, {PAPR, 0x50, "wrap", "dcbf", PARAM, {END}},
    {PAPR, 0x54, "valid", "get-term-char", 0, {0}},
    {PAPR, 0x54, "bad", "get-term-char unit", PARAM, {5}},
    {PAPR, 0x58, "valid", "put-term-char", 0, {0, 1, 0x0a000000}},
    {PAPR, 0x58, "size0", "put-term-char", 0, {0, 0}},
    {PAPR, 0x58, "size16", "put-term-char", 0, {0, 16, 0x0a0a0a0a, 0x0a0a0a0a, 0x0a0a0a0a, 0x0a0a0a0a}},
    {PAPR, 0x58, "bad", "put-term-char 17", PARAM, {0, 17}},
    {PAPR, 0x58, "bad", "put-term-char unit", PARAM, {5, 1}},
    {PAPR, 0xe0, "valid", "cede", 0, {0}, .dec = 1},
    {PAPR, 0x300, "valid", "random", 0, {0}},
    {PAPR, 0x31c, "valid", "set-mode big-endian", 0, {0, 4}},
    {PAPR, 0x31c, "bad", "set-mode resource", -55u, {0, 9}},
    {PAPR, 0x31c, "bad", "set-mode value", -56u, {0, 4, 1}},
    {PAPR, 0xf001, "valid", "memop copy", 0, {D + 96, D + 64, 2, 4, 0}, D + 108, 0x05060708},
    {PAPR, 0xf001, "valid", "memop invert", 0, {D + 128, D + 64, 0, 4, 1}, D + 128, 0x55ff4433},
    {PAPR, 0xf001, "size0", "memop", 0, {D, D, 2, 0, 0}},
    {PAPR, 0xf001, "size16", "memop", PARAM, {D, D, 4, 1, 0}},
    {PAPR, 0xf001, "misaligned", "memop", PARAM, {D + 1, D, 2, 1, 0}},
    {PAPR, 0xf001, "outside", "memop", 0, {NOWHERE, D, 2, 1, 0}},
    {PAPR, 0xf001, "device", "memop", 0, {D + 160, DEVICE + 7, 0, 1, 0}},
    {PAPR, 0xf001, "wrap", "memop", PARAM, {0xfffffff8, D, 3, 9, 0}},
    {PAPR, 0xf001, "bad", "memop operation", PARAM, {D, D, 2, 1, 2}},
    {PAPR, 0xf002, "valid", "cas", 0, {PVRS, OUT, 256}, OUT, 1},
    {PAPR, 0xf002, "size0", "cas", PARAM, {PVRS, OUT, 0}},
    {PAPR, 0xf002, "size3", "cas", PARAM, {PVRS, OUT, 3}},
    {PAPR, 0xf002, "size16", "cas", PARAM, {PVRS, OUT, 16}},
    {PAPR, 0xf002, "outside", "cas", BAD, {NOWHERE, OUT, 256}},
    {PAPR, 0xf002, "outside", "cas buffer", PARAM, {PVRS, NOWHERE, 256}},
    {PAPR, 0xf002, "device", "cas buffer", PARAM, {PVRS, DEVICE, 256}},
    {PAPR, 0xf002, "wrap", "cas buffer", PARAM, {PVRS, END, 256}},
    {PAPR, 0xf003, "valid", "update-dt", 0, {FDT}},
    {PAPR, 0xf003, "misaligned", "update-dt", PARAM, {FDT + 2}},
    {PAPR, 0xf003, "outside", "update-dt", PARAM, {NOWHERE}},
    {PAPR, 0xf003, "device", "update-dt", PARAM, {DEVICE}},
    {PAPR, 0xf003, "wrap", "update-dt", PARAM, {END}},
    {PAPR, 0xf003, "bad", "update-dt, no tree", PARAM, {D}},
    /* epapr, kvm */
    {EV, 0x10001, "valid", "byte-channel-send", 0, {0, 1, 0x0a000000}},
    {EV, 0x10001, "bad", "byte-channel-send handle", 8, {9, 1}},
    {EV, 0x10001, "size0", "byte-channel-send", 0, {0, 0}},
    {EV, 0x10001, "bad", "byte-channel-send 17", 8, {0, 17}},
    {EV, 0x10002, "valid", "byte-channel-receive", 0, {0, 16}},
    {EV, 0x10002, "bad", "byte-channel-receive handle", 8, {9, 16}},
    {EV, 0x10003, "valid", "byte-channel-poll", 0, {0}},
    {EV, 0x10003, "bad", "byte-channel-poll handle", 8, {9}},
    {EV, 0x10004, "valid", "int-set-config", 0, {3, 1, 2}},
    {EV, 0x10004, "bad", "int-set-config", 8, {99, 1, 2}},
    {EV, 0x10005, "valid", "int-get-config", 0, {3}}, {EV, 0x10005, "bad", "int-get-config", 8, {99}},
    {EV, 0x10006, "valid", "int-set-mask", 0, {3, 1}}, {EV, 0x10006, "bad", "int-set-mask", 8, {99, 1}},
    {EV, 0x10007, "valid", "int-get-mask", 0, {3}}, {EV, 0x10007, "bad", "int-get-mask", 8, {99}},
    {EV, 0x10009, "valid", "int-iack", 0, {0}},
    {EV, 0x1000a, "valid", "int-eoi", 0, {3}}, {EV, 0x1000a, "bad", "int-eoi", 8, {99}},
    {EV, 0x10010, "valid", "idle", 0, {0}, .dec = 1},
    {EV, 0x2a0003, "valid", "kvm-features", 0, {0}},
    {EV, 0x2a0004, "valid", "kvm-map-magic-page", 0, {-4096u, -4095u}},
    {EV, 0x2a0004, "valid", "kvm-map-magic-page off", 0, {0, 0}},
    /* osi without devices */
    {OSI, 0, "valid", "call-available 7", 1, {7}}, {OSI, 0, "valid", "call-available 2", 0, {2}},
    {OSI, 0, "bad", "call-available 100", 0, {100}},
    {OSI, 7, "valid", "gmt-time", ANY, {0}}, {OSI, 9, "valid", "localtime", ANY, {0}},
    {OSI, 22, "valid", "of-rtas", 0, {OSI_RTAS}, OSI_RTAS + 24, 0x82311106},
    {OSI, 22, "outside", "of-rtas", BAD, {NOWHERE}}, {OSI, 22, "device", "of-rtas", BAD, {DEVICE}},
    {OSI, 22, "wrap", "of-rtas", BAD, {END}},
    {OSI, 47, "valid", "log-putc", 0, {10}}, {OSI, 97, "valid", "tty-putc", 1, {10}},
    {OSI, 98, "valid", "tty-getc", BAD, {0}}, {OSI, 99, "valid", "tty-irq-ack", 0, {0}},
    {OSI, 58, "valid", "usleep", 0, {BAD}},
    {OSI, 60, "valid", "pic-mask", 0, {5}}, {OSI, 60, "bad", "pic-mask", 0, {32}},
    {OSI, 61, "valid", "pic-unmask", 0, {5}}, {OSI, 61, "bad", "pic-unmask", 0, {BAD}},
    {OSI, 63, "valid", "pic-get-active", 0, {0}},
    {OSI, 92, "valid", "mticks-to-usecs", 1000000, {33333333}},
    {OSI, 93, "valid", "usecs-to-mticks", 33333333, {1000000}},
    /* osi: screen, keys */
    {OSI, 28, "valid", "set-vmode", 0, {2, 2}}, {OSI, 28, "bad", "set-vmode", 1, {9, 2}},
    {OSI, 28, "bad", "set-vmode depth", 1, {2, 9}},
    {OSI, 29, "valid", "get-vmode-info", 0, {3, 0}}, {OSI, 29, "bad", "get-vmode-info", 1, {9, 0}},
    {OSI, 32, "valid", "get-fb-info", 0, {0}},
    {OSI, 59, "valid", "set-color", 0, {5, 0x123456}}, {OSI, 59, "bad", "set-color", BAD, {256, 0}},
    {OSI, 64, "valid", "get-color", 0x123456, {5}}, {OSI, 64, "bad", "get-color", BAD, {256}},
    {OSI, 26, "valid", "get-mouse", 0, {0}}, {OSI, 27, "valid", "ack-mouse-irq", 0, {0}},
    {OSI, 50, "valid", "kbd-cntrl", 0, {1}}, {OSI, 50, "bad", "kbd-cntrl", BAD, {9}},
    {OSI, 51, "valid", "get-adb-key", BAD, {0}},
    /* osi: disks */
    {OSI, 81, "valid", "disk-info", 0, {0, 0}}, {OSI, 81, "bad", "disk-info channel", BAD, {9, 0}},
    {OSI, 81, "bad", "disk-info unit", BAD, {0, 9}},
    {OSI, 85, "valid", "sync-write", 0, {0, 0, 1, STRINGS, 512}},
    {OSI, 84, "valid", "sync-read", 0, {0, 0, 1, BUF, 512}, BUF, 0x2f6d6f6c},
#define DISK(n, name)                                                                              \
    {OSI, n, "size0", name, 0, {0, 0, 0, BUF, 0}},                                                 \
    {OSI, n, "outside", name, BAD, {0, 0, 0, NOWHERE, 512}},                                       \
    {OSI, n, "device", name, BAD, {0, 0, 0, DEVICE, 512}},                                         \
    {OSI, n, "wrap", name, BAD, {0, 0, 0, 0xffffff00, 512}},                                       \
    {OSI, n, "bad", name, BAD, {0, 0, BAD, BUF, 512}}, {OSI, n, "bad", name, BAD, {0, 0, 0, BUF, BAD}}
    DISK(84, "sync-read"), DISK(85, "sync-write"),
    {OSI, 79, "size0", "ring-setup", BAD, {0, RING, 0}},
    {OSI, 79, "size3", "ring-setup", BAD, {0, RING, 3}},
    {OSI, 79, "bad", "ring-setup channel", BAD, {1, RING, 8}},
    {OSI, 80, "bad", "start without a ring", BAD, {0, 3}}, {OSI, 82, "bad", "kick, stopped", BAD, {0}},
#define NO_RING(class, at)                                                                         \
    {OSI, 79, class, "ring-setup", 0, {0, at, 8}}, {OSI, 80, class, "start", BAD, {0, 3}}
    NO_RING("outside", NOWHERE), NO_RING("device", DEVICE), NO_RING("wrap", 0xffffffc0),
    {OSI, 79, "valid", "ring-setup", 0, {0, RING, 8}}, {OSI, 80, "valid", "start", 0, {0, 3}},
    {OSI, 80, "bad", "command", BAD, {0, 9}}, {OSI, 79, "bad", "ring-setup, running", BAD, {0, RING, 8}},
    {OSI, 83, "valid", "irq-ack, none", 0, {0}}, {OSI, 82, "valid", "kick", 0, {0}},
    {OSI, 83, "valid", "irq-ack", 1, {0}, BUF + 512, 0x2f6d6f6c, .poll = 1},
    {OSI, 80, "valid", "reset", 0, {0, 1}},
    /* osi: network */
    {OSI, 68, "valid", "enet-open", 0, {0}}, {OSI, 70, "valid", "version", 0, {0, 1}},
    {OSI, 70, "bad", "version", BAD, {0, 7}}, {OSI, 70, "bad", "start without rings", BAD, {1}},
    {OSI, 71, "size0", "enet-ring", BAD, {1, RING, 0}}, {OSI, 71, "size3", "enet-ring", BAD, {1, RING, 3}},
    {OSI, 71, "bad", "enet-ring 5", BAD, {5, RING, 8}}, {OSI, 71, "bad", "enet-ring 0", BAD, {0, RING, 8}},
    {OSI, 72, "bad", "kick, stopped", 1, {0}}, {OSI, 71, "valid", "RX ring", 0, {1, RX_RING, 8}},
#define NO_TX(class, at)                                                                           \
    {OSI, 71, class, "TX ring", 0, {2, at, 8}}, {OSI, 70, class, "start", 0, {1}},                 \
    {OSI, 72, class, "kick", 1, {0}}, {OSI, 70, class, "stop", 0, {2}}
    NO_TX("outside", NOWHERE), NO_TX("device", DEVICE), NO_TX("wrap", 0xfffffff8),
    {OSI, 71, "valid", "TX ring", 0, {2, TX_RING, 8}}, {OSI, 70, "valid", "start", 0, {1}},
    {OSI, 72, "valid", "kick", 0, {0}, TX_RING + 8, 0}, {OSI, 74, "valid", "irq-ack", 0, {1, 0}},
    {OSI, 73, "valid", "hw-address", 0, {0}}, {OSI, 69, "valid", "close", 0, {0}},
    /* osi: firmware */
    {OSI, 76, "valid", "peer 0", 1, {1, 0}}, {OSI, 76, "valid", "package-to-path", 1, {4, 1, OUT, 16}},
    {OSI, 76, "valid", "getprop", 15, {6, 1, NAME, OUT, 64}, OUT, 0x62706c61}, /* bplan,Pegasos2 */
    {OSI, 76, "size0", "getprop", 15, {6, 1, NAME, OUT, 0}},
    {OSI, 76, "size3", "getprop", 15, {6, 1, NAME, OUT, 3}},
    {OSI, 76, "bad", "phandle", BAD, {2, 0x12345}}, {OSI, 76, "bad", "command", BAD, {99, 1}},
    {OSI, 76, "outside", "getprop", BAD, {6, 1, NAME, NOWHERE, 4}},
    {OSI, 76, "outside", "getprop name", BAD, {6, 1, NOWHERE, OUT, 4}},
    {OSI, 76, "device", "getprop", BAD, {6, 1, NAME, DEVICE, 4}},
    {OSI, 76, "wrap", "getprop", BAD, {6, 1, NAME, 0xfffffffe, 4}},
    {OSI, 77, "valid", "find /mol", ANY, {17, STRINGS}}, {OSI, 77, "outside", "find", BAD, {17, NOWHERE}},
    {OSI, 77, "device", "find", BAD, {17, DEVICE}}, {OSI, 77, "wrap", "find", BAD, {17, END}},
    {OSI, 77, "bad", "command", BAD, {3, STRINGS}}, {OSI, 77, "bad", "find nothing", BAD, {17, NAME}},
    {OSI, 52, "valid", "write-nvram", 0, {0x1f00, 0xab}}, {OSI, 52, "bad", "write-nvram", BAD, {0x2000, 1}},
    {OSI, 53, "valid", "read-nvram", 0xab, {0x1f00}}, {OSI, 53, "bad", "read-nvram", BAD, {BAD}},
    {OSI, 91, "valid", "nvram-size", 0x2000, {0}},
};
