/*
 * Every option, once. Spellings are QEMU 7.2's unless -help says "ppcemu".
 */
#include "frontend/options.h"

static const struct option machine_options[] = {
    {"machine", "M", TAKES_VALUE, "NAME[,nvram=FILE|none][,hypercalls=LIST]",
     "the machine: pegasos2 (default); 'help' lists them. nvram= is\n"
     "the file of the firmware's variables, made when one is first\n"
     "set; by default ~/.local/share/ppcemu/NAME.nvram. LIST is vof\n"
     "(default) or several of vof+papr+epapr+kvm+osi, or none",
     take_machine},
    {"cpu", NULL, TAKES_VALUE, "NAME", "the CPU model; 'help' lists those that fit the machine",
     take_cpu},
    {"m", NULL, TAKES_VALUE, "[size=]N[K|M|G]", "memory, in MiB without a letter (default 512)",
     take_memory},
    {"smp", NULL, TAKES_VALUE, "1", "number of CPUs: the machines here have one", take_smp},
    {"rtc", NULL, TAKES_VALUE, "base=utc|localtime|DATE",
     "the guest's clock at the start; DATE is 2026-11-20 or\n2026-11-20T12:00:00", take_rtc},
    {"icount", NULL, MAY_TAKE_ICOUNT, "[shift=N|auto][,sleep=on|off]",
     "the guest's time counts instructions of 2^N ns (default 2), so\n"
     "that two runs do the same; sleep=off skips idle time", take_icount},
    {NULL, NULL, TAKES_NOTHING, NULL, NULL, NULL},
};

static const struct option boot_options[] = {
    {"kernel", NULL, TAKES_VALUE, "FILE", "boot an ELF, zImage, uImage or gzip kernel", take_file},
    {"initrd", NULL, TAKES_VALUE, "FILE", "initial RAM disk for -kernel", take_file},
    {"append", NULL, TAKES_VALUE, "TEXT", "the kernel's command line", take_file},
    {"dtb", NULL, TAKES_VALUE, "FILE", "device tree blob instead of the machine's own", take_file},
    {"bios", NULL, TAKES_VALUE, "FILE", "firmware ROM image instead of the built-in firmware",
     take_file},
    {"boot", NULL, TAKES_VALUE, "[order=]cd[,once=d]",
     "order of the media: c disk, d CD; once= is for the first boot", take_boot},
    {"boot-file", NULL, TAKES_VALUE, "PATH", "ppcemu: what to boot from the CD or disk",
     take_boot_file},
    {"prom-env", NULL, TAKES_VALUE, "NAME=VALUE", "set a firmware variable for this run",
     take_prom_env},
    {NULL, NULL, TAKES_NOTHING, NULL, NULL, NULL},
};

static const struct option drive_options[] = {
    {"cdrom", NULL, TAKES_VALUE, "FILE", "CD image in the drive (secondary master)", take_cdrom},
    {"hda", NULL, TAKES_VALUE, "FILE", "raw disk image, primary master", take_disk},
    {"hdb", NULL, TAKES_VALUE, "FILE", "primary slave", take_disk},
    {"hdc", NULL, TAKES_VALUE, "FILE", "secondary master", take_disk},
    {"hdd", NULL, TAKES_VALUE, "FILE", "secondary slave", take_disk},
    {"drive", NULL, TAKES_VALUE, "file=FILE[,KEY=VALUE...]",
     "a drive in detail: format=raw, if=ide, index=0-3 (or bus=0-1\n"
     "and unit=0-1), media=disk|cdrom, readonly=on, snapshot=on", take_drive},
    {"snapshot", NULL, TAKES_NOTHING, NULL, "never write to disk images: changes last until the end",
     take_flag},
    {"nic", NULL, TAKES_VALUE, "none|socket,listen=ADDR|connect=ADDR[,mac=MAC]",
     "a network interface (with hypercalls=osi so far) whose cable ends\n"
     "at another emulator: ADDR is HOST:PORT or a path", take_nic},
    {NULL, NULL, TAKES_NOTHING, NULL, NULL, NULL},
};

static const struct option console_options[] = {
    {"serial", NULL, TAKES_VALUE, "SPEC",
     "where a serial port goes (repeat for the next port): stdio,\n"
     "mon:stdio, file:PATH, pipe:PATH, pty, null, none,\n"
     "unix:PATH[,server][,nowait], tcp:HOST:PORT[,server][,nowait];\n"
     "mon: adds the C-a keys", take_serial},
    {"nographic", NULL, TAKES_NOTHING, NULL, "no window: the first serial port is this terminal",
     take_nographic},
    {"display", NULL, TAKES_VALUE, "none|sdl[,KEY=VALUE...]",
     "a window with the guest's screen (sdl, the default where one can\n"
     "be opened) or none; scale=integer|aspect|stretch, full-screen=on", take_display},
    {"full-screen", NULL, TAKES_NOTHING, NULL, "the window starts as large as the screen", take_flag},
    {"vga", NULL, TAKES_VALUE, "std|none",
     "a graphics card (std; default unless -nographic) or none", take_vga},
    {"g", NULL, TAKES_VALUE, "WxH[xDEPTH]", "the firmware's screen mode (default 800x600x32)",
     take_geometry},
    {"screendump", NULL, TAKES_VALUE, "FILE[@SECONDS]",
     "ppcemu: write the screen as a PNG, so long after the start", take_screendump},
    {"monitor", NULL, TAKES_VALUE, "none|SPEC",
     "where the monitor goes: stdio, unix:PATH,server,nowait,\n"
     "tcp:HOST:PORT,server,nowait and so on; without it C-a c", take_monitor},
    {"name", NULL, TAKES_VALUE, "TEXT", "a name for the guest (shown nowhere yet)", take_no_effect},
    {"nodefaults", NULL, TAKES_NOTHING, NULL, "no serial console and no empty CD drive unless named",
     take_flag},
    {NULL, NULL, TAKES_NOTHING, NULL, NULL, NULL},
};

static const struct option run_options[] = {
    {"no-reboot", NULL, TAKES_NOTHING, NULL, "a reboot of the guest ends ppcemu", take_flag},
    {"no-shutdown", NULL, TAKES_NOTHING, NULL, "a power-off of the guest does not end ppcemu",
     take_flag},
    {"S", NULL, TAKES_NOTHING, NULL, "start stopped: the monitor's cont or GDB starts the machine",
     take_flag},
    {"gdb", NULL, TAKES_VALUE, "tcp:[HOST]:PORT|unix:PATH",
     "wait for GDB there; 127.0.0.1 unless HOST is named", take_gdb},
    {"s", NULL, TAKES_NOTHING, NULL, "short for -gdb tcp::1234", take_gdb},
    {"d", NULL, TAKES_VALUE, "ITEM[,ITEM...]", "log these things; 'help' lists them", take_debug},
    {"D", NULL, TAKES_VALUE, "FILE", "where the log goes instead of standard error", take_log_file},
    {"portable", NULL, TAKES_NOTHING, NULL,
     "ppcemu: run the CPU by the portable loop, which is slower", take_flag},
    {"version", NULL, TAKES_NOTHING, NULL, "say which ppcemu this is", take_version},
    {"help", "h", TAKES_NOTHING, NULL, "these lines", take_help},
    {NULL, NULL, TAKES_NOTHING, NULL, NULL, NULL},
};

const struct option_section option_sections[] = {
    {"Machine", machine_options},   {"What boots", boot_options},
    {"Drives and network", drive_options},      {"Console", console_options},
    {"Running", run_options},       {NULL, NULL},
};

/* What people's QEMU command lines hold besides. */
const struct foreign_option foreign_options[] = {
    {"accel", true, "tcg"},        {"audio", true, "*"},        {"audiodev", true, "*"},
    {"net", true, "none"},   
    {"parallel", true, "none|null"}, {"usb", false, "*"},       {"L", true, "*"},
    {"no-user-config", false, "*"}, {"nodefconfig", false, "*"}, {"no-fd-bootchk", false, "*"},
    {"k", true, "*"},              {"uuid", true, "*"},         {"sandbox", true, "off"},
    {"msg", true, "*"},            {"alt-grab", false, "*"},
    {"ctrl-grab", false, "*"},     {"mem-prealloc", false, "*"}, {"overcommit", true, "*"},
    {"compat", true, "*"},         {"action", true, NULL},      {"netdev", true, NULL},
    {"device", true, NULL},        {"usbdevice", true, NULL},   {"soundhw", true, NULL},
    {"global", true, NULL},        {"object", true, NULL},      {"chardev", true, NULL},
    {"mon", true, NULL},           {"qmp", true, NULL},         {"qmp-pretty", true, NULL},
    {"blockdev", true, NULL},
    {"sd", true, NULL},            {"mtdblock", true, NULL},    {"pflash", true, NULL},
    {"fda", true, NULL},           {"fdb", true, NULL},         
    {"vnc", true, NULL},           {"spice", true, NULL},       {"curses", false, NULL},
    {"loadvm", true, NULL},        {"incoming", true, NULL},    {"readconfig", true, NULL},
    {"writeconfig", true, NULL},   {"daemonize", false, NULL},  {"pidfile", true, NULL},
    {"runas", true, NULL},         {"chroot", true, NULL},      {"enable-kvm", false, NULL},
    {"semihosting", false, NULL},  {"semihosting-config", true, NULL}, {"fw_cfg", true, NULL},
    {"watchdog", true, NULL},      {"watchdog-action", true, NULL}, {"trace", true, NULL},
    {"dfilter", true, NULL},       {"seed", true, NULL},        {"singlestep", false, NULL},
    {"preconfig", false, NULL},    {"option-rom", true, NULL},  {"virtfs", true, NULL},
    {"numa", true, NULL},          {"mem-path", true, NULL},    {"set", true, NULL},
    {"rotate", true, NULL},        {"plugin", true, NULL},      {"debugcon", true, NULL},
    {"bt", true, NULL},            {"tb-size", true, NULL},     {"add-fd", true, NULL},
    {NULL, false, NULL},
};
