/*
 * Boot order and the `ok` prompt, as a person sees them on the console.
 */
#include "tests/unit/fw_fixture.h"

#include <stdio.h>

#define ELF_AT 0x1000000u

static bool says(struct fx *x, const char *text)
{
    return strstr(x->console.out, text) != NULL;
}

/* An image of one directory with one file of `len` bytes, by hand (see test_iso9660.c). */
static void cd_with(struct fx *x, const char *name, const uint8_t *data, size_t len)
{
    size_t sectors = 24 + len / 2048;
    uint8_t *p = calloc(sectors, 2048), *vd = p + 16 * 2048, *r = p + 20 * 2048;
    unsigned n = (unsigned)strlen(name);
    memcpy(vd, "\1CD001\1", 7);
    vd[156] = 34;
    put_be32(vd + 156 + 6, 20);
    put_be32(vd + 156 + 14, 2048);
    vd[156 + 25] = 2;
    memcpy(p + 17 * 2048, "\377CD001\1", 7);
    r[0] = (uint8_t)(33 + n + !(n & 1));
    put_be32(r + 6, 21);
    put_be32(r + 14, (uint32_t)len);
    r[32] = (uint8_t)n;
    memcpy(r + 33, name, n);
    memcpy(p + 21 * 2048, data, len);
    fx_disk(&x->cd, p, sectors * 2048);
}

static void bootable_cd(struct fx *x, const char *name)
{
    static uint8_t elf[1024];
    cd_with(x, name, elf, fx_elf(elf, ELF_AT, ELF_AT, 64, 64, ELF_AT));
}

START_TEST(nothing_to_boot)
{
    struct fx *x = fx_started();
    ck_assert(firmware_interactive(x->fw));
    ck_assert(says(x, "No medium in /pci@80000000/ide@c,1/cdrom@1,0"));
    ck_assert(says(x, "\r\nok "));
    fx_type(x, "boot hd7\r");
    ck_assert(says(x, "There is no drive hd7."));
    fx_type(x, "boot hdx\r");
    ck_assert(says(x, "No device and no file hdx."));
    fx_free(x);
}
END_TEST

START_TEST(cd_without_boot_file)
{
    struct fx *x = fx_new();
    cd_with(x, "README.TXT;1", (const uint8_t *)"hi", 2);
    fx_start(x);
    ck_assert(firmware_interactive(x->fw));
    ck_assert(says(x, "boot.img, install/pegasos, vmlinuz-chrp"));
    fx_type(x, "dir\r");
    ck_assert(says(x, "README.TXT"));
    fx_free(x);
}
END_TEST

START_TEST(cd_boots)
{
    struct fx *x = fx_new();
    bootable_cd(x, "BOOT.IMG;1");
    x->cfg.append = "console=ttyS0";
    fx_start(x);
    struct ppc_cpu *c = x->m.cpu;
    ck_assert(!firmware_interactive(x->fw));
    ck_assert_uint_eq(ppc_pc(c), ELF_AT);
    ck_assert_uint_eq(ppc_gpr(c, 3), 0);
    ck_assert_uint_eq(ppc_gpr(c, 4), 0);
    ck_assert_uint_eq(ppc_msr(c) & 0x40, 0);                             /* IP */
    ck_assert_uint_eq(bus_read(x->m.bus, ppc_gpr(c, 5), 4), 0x7c641b78); /* mr r4,r3 */
    ck_assert_uint_lt(ppc_gpr(c, 1), VOF_LEN);
    uint32_t chosen = fx_find(x, "/chosen");
    fx_call(x, "getprop", chosen, fx_str(x, FX_TEXT, "bootargs"), FX_TEXT + 64, 64);
    ck_assert_str_eq(fx_get(x, FX_TEXT + 64), "console=ttyS0");
    fx_call(x, "getprop", chosen, fx_str(x, FX_TEXT, "bootpath"), FX_TEXT + 64, 64);
    ck_assert_str_eq(fx_get(x, FX_TEXT + 64), "/pci@80000000/ide@c,1/cdrom@1,0:,\\boot.img");
    fx_free(x);
}
END_TEST

START_TEST(boot_file_option)
{
    struct fx *x = fx_new();
    bootable_cd(x, "OTHER.ELF;1");
    x->cfg.boot_file = "other.elf";
    fx_start(x);
    ck_assert(!firmware_interactive(x->fw));
    fx_free(x);
    x = fx_new();
    bootable_cd(x, "BOOT.IMG;1");
    x->cfg.boot_file = "missing.elf";
    fx_start(x);
    ck_assert(firmware_interactive(x->fw));
    ck_assert(says(x, "No file missing.elf on"));
    fx_free(x);
}
END_TEST

START_TEST(boot_from_the_prompt)
{
    struct fx *x = fx_new();
    bootable_cd(x, "OTHER.ELF;1");
    fx_start(x);
    static const char *const lines[] = {
        "boot cd other.elf root=/dev/sda1\r",
        "boot cd:,\\other.elf root=/dev/sda1\r",
        "boot cd:\\other.elf root=/dev/sda1\r",
        "boot /pci/ide/cdrom@1:0,other.elf root=/dev/sda1\r",
        "boot other.elf root=/dev/sda1\r",
    };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        ck_assert(firmware_interactive(x->fw));
        fx_type(x, lines[i]);
        ck_assert_msg(!firmware_interactive(x->fw), "%s%s", lines[i], x->console.out);
        ck_assert_uint_eq(ppc_pc(x->m.cpu), ELF_AT);
        fx_call(x, "getprop", fx_find(x, "/chosen"), fx_str(x, FX_TEXT, "bootargs"), FX_TEXT + 64,
                64);
        ck_assert_str_eq(fx_get(x, FX_TEXT + 64), "root=/dev/sda1");
        fx_clear_output(x);
        fx_do(x, "exit");
        ck_assert(firmware_interactive(x->fw));
        firmware_poll(x->fw);
        ck_assert(says(x, "ok "));
    }
    fx_type(x, "boot cd:7\r");
    ck_assert(firmware_interactive(x->fw));
    fx_type(x, "boot cd none.elf\r");
    ck_assert(firmware_interactive(x->fw));
    fx_type(x, "boot nodev:x\r");
    ck_assert(says(x, "No device"));
    fx_type(x, "boot /rtas\r");
    ck_assert(says(x, "not a drive"));
    fx_free(x);
}
END_TEST

START_TEST(enter_and_go)
{
    struct fx *x = fx_new();
    bootable_cd(x, "BOOT.IMG;1");
    fx_start(x);
    fx_do(x, "enter");
    fx_type(x, "");
    ck_assert(firmware_interactive(x->fw));
    uint64_t pc = ppc_pc(x->m.cpu);
    fx_type(x, "go\r");
    ck_assert(!firmware_interactive(x->fw));
    ck_assert_uint_eq(ppc_pc(x->m.cpu), pc);
    fx_do(x, "exit");
    fx_type(x, "go\r");
    ck_assert(firmware_interactive(x->fw));
    fx_free(x);
}
END_TEST

START_TEST(kernel_at_zero)
{
    struct fx *x = fx_new();
    static uint8_t elf[4096];
    char name[] = "/tmp/test_ok.XXXXXX", initrd[] = "/tmp/test_ok.XXXXXX";
    int fd = mkstemp(name), fd2 = mkstemp(initrd);
    size_t len = fx_elf(elf, 0xc0000000, 0, 64, 0x800000, 0xc000000c);
    ck_assert_int_eq(write(fd, elf, len), (ssize_t)len);
    ck_assert_int_eq(write(fd2, "initrd!", 7), 7);
    x->cfg.kernel = name;
    x->cfg.initrd = initrd;
    fx_start(x);
    struct ppc_cpu *c = x->m.cpu;
    ck_assert(!firmware_interactive(x->fw));
    ck_assert_uint_eq(ppc_pc(c), 0xc);
    ck_assert_uint_ge(ppc_gpr(c, 5), 0x800000);
    ck_assert_uint_eq(bus_read(x->m.bus, 0, 4), 0x60000000); /* not written over */
    ck_assert_uint_eq(bus_read(x->m.bus, ppc_gpr(c, 5), 4), 0x7c641b78);
    ck_assert_uint_eq(ppc_gpr(c, 4), 7);
    ck_assert_int_eq(memcmp(fx_get(x, (uint32_t)ppc_gpr(c, 3)), "initrd!", 7), 0);
    ck_assert_uint_eq(fx_call(x, "claim", (uint32_t)ppc_gpr(c, 3), 7, 0), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "claim", (uint32_t)ppc_gpr(c, 5), 4, 0), UINT32_MAX);
    fx_free(x);
    unlink(name);
    unlink(initrd);
    close(fd);
    close(fd2);
}
END_TEST

/* The command line's own mistakes are errors once; after a reset they end at the prompt. */
START_TEST(bad_kernel)
{
    struct fx *x = fx_new();
    struct error err = {""};
    x->cfg.kernel = "/no/such/kernel";
    ck_assert_int_eq(firmware_new(&x->m, &x->fw, &err), 0);
    ck_assert_int_lt(firmware_boot(x->fw, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "/no/such/kernel"));
    fx_free(x);
    x = fx_new();
    char big[] = "/tmp/test_ok.XXXXXX", kernel[] = "/tmp/test_ok.XXXXXX";
    static uint8_t elf[1024];
    int fd = mkstemp(big), fd2 = mkstemp(kernel);
    size_t len = fx_elf(elf, ELF_AT, ELF_AT, 64, 64, ELF_AT);
    ck_assert_int_eq(write(fd2, elf, len), (ssize_t)len);
    ck_assert_int_eq(ftruncate(fd, FX_RAM - 4096), 0);
    x->cfg.kernel = kernel;
    x->cfg.initrd = big;
    err.text[0] = 0;
    ck_assert_int_eq(firmware_new(&x->m, &x->fw, &err), 0);
    ck_assert_int_lt(firmware_boot(x->fw, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, big));
    ck_assert_ptr_nonnull(strstr(err.text, "64 MiB"));
    fx_free(x);
    unlink(big);
    unlink(kernel);
    close(fd);
    close(fd2);
}
END_TEST

START_TEST(bad_dtb)
{
    struct fx *x = fx_new();
    struct error err = {""};
    x->cfg.dtb = "/proc/self/exe";
    ck_assert_int_eq(firmware_new(&x->m, &x->fw, &err), 0);
    ck_assert_int_lt(firmware_boot(x->fw, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "/proc/self/exe"));
    fx_free(x);
}
END_TEST

START_TEST(tree_commands)
{
    struct fx *x = fx_started();
    fx_type(x, "dev /pci/isa\rpwd\rls\r");
    ck_assert(says(x, "/pci@80000000/isa@c"));
    ck_assert(says(x, "serial@i2f8"));
    fx_type(x, "dev ..\rpwd\rdev isa@c\rpwd\r");
    ck_assert(says(x, "/pci@80000000\r\n"));
    fx_type(x, "dev /none\r");
    ck_assert(says(x, "No node /none"));
    fx_type(x, "dev /\r.properties\r");
    ck_assert(says(x, "\"Pegasos2\""));
    fx_type(x, "devalias\r");
    ck_assert(says(x, "cdrom@1,0"));
    fx_type(x, "devalias mycd cd\rdevalias mycd\r");
    ck_assert(says(x, "mycd cd\r\n"));
    fx_type(x, ".registers\r.memory\rhelp\rbanner\r");
    ck_assert(says(x, "msr"));
    ck_assert(says(x, "power-off"));
    fx_type(x, "nonsense\r");
    ck_assert(says(x, "unknown word"));
    fx_type(x, "reset-all\r");
    ck_assert_int_eq(x->m.request, MACHINE_RESET);
    x->m.request = MACHINE_RUNNING;
    fx_type(x, "power-off\r");
    ck_assert_int_eq(x->m.request, MACHINE_POWEROFF);
    fx_free(x);
}
END_TEST

START_TEST(variables)
{
    struct fx *x = fx_started();
    fx_type(x, "setenv boot-args one two\rprintenv boot-args\r");
    ck_assert(says(x, "one two"));
    uint32_t options = fx_find(x, "/options");
    fx_call(x, "getprop", options, fx_str(x, FX_TEXT, "boot-args"), FX_TEXT + 64, 64);
    ck_assert_str_eq(fx_get(x, FX_TEXT + 64), "one two");
    fx_str(x, FX_TEXT + 64, "three"); /* a client's setprop is a setenv */
    fx_call(x, "setprop", options, FX_TEXT, FX_TEXT + 64, 6);
    ck_assert_str_eq(env_get(&x->fw->env, "boot-args"), "three");
    fx_type(x, "set-default boot-args\rprintenv\r");
    ck_assert(!says(x, "three"));
    ck_assert(says(x, "auto-boot?"));
    fx_type(x, "printenv none\rsetenv\r");
    ck_assert(says(x, "No variable none"));
    fx_free(x);
    x = fx_new();
    x->cfg.prom_env[0] = "auto-boot?=false";
    bootable_cd(x, "BOOT.IMG;1");
    fx_start(x);
    ck_assert(firmware_interactive(x->fw));
    fx_free(x);
}
END_TEST

START_TEST(boot_command)
{
    struct fx *x = fx_new();
    x->cfg.prom_env[0] = "boot-command=boot cd other.elf quiet";
    bootable_cd(x, "OTHER.ELF;1");
    fx_start(x);
    ck_assert(!firmware_interactive(x->fw));
    ck_assert_uint_eq(ppc_pc(x->m.cpu), ELF_AT);
    fx_free(x);
    x = fx_new();
    x->cfg.prom_env[0] = "boot-command=printenv";
    fx_start(x);
    ck_assert(firmware_interactive(x->fw));
    ck_assert(says(x, "auto-boot?"));
    ck_assert(says(x, "\nok "));
    fx_free(x);
    x = fx_new();
    x->cfg.prom_env[0] = "nonsense";
    struct error err = {""};
    ck_assert_int_lt(firmware_new(&x->m, &x->fw, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "nonsense"));
    fx_free(x);
}
END_TEST

/* A PReP boot partition holds an ELF and nothing else. */
START_TEST(boot_partition)
{
    struct fx *x = fx_new();
    uint8_t *p = calloc(256, 512);
    p[446 + 4] = 0x41;
    put_le32(p + 446 + 8, 8);
    put_le32(p + 446 + 12, 100);
    put_le16(p + 510, 0xaa55);
    fx_elf(p + 8 * 512, ELF_AT, ELF_AT, 64, 64, ELF_AT);
    fx_disk(&x->hd, p, 256 * 512);
    fx_start(x);
    ck_assert(!firmware_interactive(x->fw));
    ck_assert_uint_eq(ppc_pc(x->m.cpu), ELF_AT);
    fx_call(x, "getprop", fx_find(x, "/chosen"), fx_str(x, FX_TEXT, "bootpath"), FX_TEXT + 64, 64);
    ck_assert_str_eq(fx_get(x, FX_TEXT + 64), "/pci@80000000/ide@c,1/disk@0,0:1");
    fx_free(x);
}
END_TEST

START_TEST(line_editing)
{
    struct fx *x = fx_started();
    fx_type(x, "pwx\bd\r");
    ck_assert(says(x, "/\r\n"));
    fx_type(x, "garbage\025pwd\r");
    ck_assert(!says(x, "unknown"));
    fx_type(x, "garbage\003");
    ck_assert(says(x, "^C"));
    fx_type(x, "dev /rtas\r\ndev /\r\n\033[A\033[A\033[B\033[A\rpwd\r");
    ck_assert_msg(says(x, "/rtas\r\n"), "%s", x->console.out);
    char longest[2000];
    memset(longest, 'a', sizeof longest);
    strcpy(longest + 1990, "\r");
    fx_type(x, longest);
    fx_type(x, "\177\177\177\025\r\033[1;5C\033Ox\001\002pwd\r");
    ck_assert(says(x, "/rtas\r\n"));
    fx_free(x);
}
END_TEST

START_TEST(reads_files_for_clients)
{
    struct fx *x = fx_new();
    bootable_cd(x, "BOOT.IMG;1");
    fx_start(x);
    uint32_t out[16], buf = FX_TEXT + 0x1000;
    uint32_t ih = fx_call(x, "open", fx_str(x, FX_TEXT, "cd:,\\boot.img"));
    ck_assert_uint_ne(ih, 0);
    ck_assert_uint_eq(fx_call(x, "read", ih, buf, 4), 4);
    ck_assert_int_eq(memcmp(fx_get(x, buf), "\177ELF", 4), 0);
    ck_assert_uint_eq(fx_call(x, "read", ih, buf, 5000), 144); /* the rest of 148 */
    ck_assert_uint_eq(fx_call(x, "read", ih, buf, 5000), 0);
    ck_assert_uint_eq(fx_call(x, "seek", ih, 0, 1), 0);
    ck_assert_uint_eq(fx_call(x, "read", ih, buf, 3), 3);
    ck_assert_int_eq(memcmp(fx_get(x, buf), "ELF", 3), 0);
    ck_assert_uint_eq(fx_call(x, "seek", ih, 1, 0), UINT32_MAX);
    ck_assert_uint_eq(fx_call(x, "write", ih, buf, 3), UINT32_MAX);
    uint32_t whole = fx_call(x, "open", fx_str(x, FX_TEXT, "/pci/ide/cdrom@1,0:0"));
    ck_assert_uint_ne(whole, 0);
    const uint32_t bs[] = {fx_str(x, FX_TEXT, "block-size"), whole};
    fx_call_n(x, "call-method", 2, out, 2, bs);
    ck_assert_uint_eq(out[0], 0);
    ck_assert_uint_eq(out[1], 2048);
    const uint32_t rb[] = {fx_str(x, FX_TEXT, "read-blocks"), whole, 1, 16, buf};
    fx_call_n(x, "call-method", 2, out, 5, rb);
    ck_assert_uint_eq(out[1], 1);
    ck_assert_int_eq(memcmp(fx_get(x, buf), "\1CD001", 6), 0);
    ck_assert_uint_eq(fx_call(x, "seek", whole, 0, 24 * 2048 - 100), 0);
    ck_assert_uint_eq(fx_call(x, "read", whole, buf, 2048), 100);
    ck_assert_uint_eq(fx_call(x, "open", fx_str(x, FX_TEXT, "cd:,\\none")), 0);
    ck_assert_uint_eq(fx_call(x, "open", fx_str(x, FX_TEXT, "hd:0")), 0); /* no medium */
    fx_free(x);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nothing_to_boot,
        cd_without_boot_file,
        cd_boots,
        boot_file_option,
        boot_from_the_prompt,
        enter_and_go,
        kernel_at_zero,
        bad_kernel,
        bad_dtb,
        tree_commands,
        variables,
        boot_command,
        boot_partition,
        line_editing,
        reads_files_for_clients,
        NULL,
    };
    return fx_run("ok", tests);
}
