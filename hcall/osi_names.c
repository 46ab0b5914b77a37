/* Selectors of Mac-on-Linux (facts 9.2); the numbers left out were never given away. */
#include "hcall/providers.h"

const char *const osi_names[OSI_CALLS] = {
    [0] = "call-available", [1] = "debugger", [4] = "cmount-drv-vol", [7] = "get-gmt-time",
    [8] = "mouse-cntrl", [9] = "get-localtime", [10] = "enet-open", [11] = "enet-close",
    [12] = "enet-get-addr", [13] = "enet-get-status", [14] = "enet-control", [16] = "enet-add-multi",
    [17] = "enet-del-multi", [18] = "enet-get-packet", [19] = "enet-send-packet",
    [20] = "of-interface", [21] = "of-trap", [22] = "of-rtas", [23] = "scsi-cntrl",
    [24] = "scsi-submit", [25] = "scsi-ack", [26] = "get-mouse", [27] = "ack-mouse-irq",
    [28] = "set-vmode", [29] = "get-vmode-info", [30] = "get-mouse-dpi", [31] = "set-video-power",
    [32] = "get-fb-info", [33] = "sound-write", [35] = "sound-set-volume", [36] = "sound-cntl",
    [38] = "video-ack-irq", [39] = "video-cntrl", [40] = "sound-irq-ack", [41] = "sound-start-stop",
    [42] = "register-irq", [47] = "log-putc", [50] = "kbd-cntrl", [51] = "get-adb-key",
    [52] = "write-nvram-byte", [53] = "read-nvram-byte", [54] = "exit", [55] = "keycode-to-adb",
    [56] = "map-adb-key", [57] = "save-keymapping", [58] = "usleep", [59] = "set-color",
    [60] = "pic-mask-irq", [61] = "pic-unmask-irq", [62] = "pic-ack-irq", [63] = "pic-get-active-irq",
    [64] = "get-color", [65] = "irqtest", [68] = "enet2-open", [69] = "enet2-close",
    [70] = "enet2-cntrl", [71] = "enet2-ring-setup", [72] = "enet2-kick", [73] = "enet2-get-hwaddr",
    [74] = "enet2-irq-ack", [76] = "prom-iface", [77] = "prom-path-iface", [78] = "boot-helper",
    [79] = "ablk-ring-setup", [80] = "ablk-cntrl", [81] = "ablk-disk-info", [82] = "ablk-kick",
    [83] = "ablk-irq-ack", [84] = "ablk-sync-read", [85] = "ablk-sync-write", [86] = "ablk-bless-disk",
    [89] = "emuaccel", [90] = "mapin-mregs", [91] = "nvram-size", [92] = "mticks-to-usecs",
    [93] = "usecs-to-mticks", [96] = "pseudo-fs", [97] = "tty-putc", [98] = "tty-getc",
    [99] = "tty-irq-ack",
};
