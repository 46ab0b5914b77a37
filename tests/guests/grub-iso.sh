#!/bin/bash
# Makes grub.iso: a CD that boots GRUB 2.06 (Debian's powerpc-ieee1275 build), whose menu boots the
# same Linux from the same CD.
#
#   tests/guests/grub-iso.sh [--smp]   prints the result folder, which holds
#       grub.iso                       boot/grub/powerpc.elf is the file to boot
#       powerpc.elf                    that file: an ELF linked at 2 MiB
#
# The modules come from grub-ieee1275-bin of architecture ppc64el (32-bit big-endian code all the same:
# it is what IBM's Open Firmware runs), fetched into a private apt state; the system's architectures
# stay as they are. grub-mkimage is the host's.
#
# GRUB loads vmlinux, not zImage: its loader claims room, drops the upper bits of the addresses and
# relies on the kernel to move itself, which vmlinux does and the wrapper does not.
#
# What GRUB asks of the firmware (grub-core/kern/ieee1275, disk/ieee1275/ofdisk.c, 2.06):
#   - started with r5 = client interface, translation as /chosen "mmu" says: without that property
#     it takes real mode and maps nothing; with it, it calls map(virt = phys) after each claim.
#     Its first instructions set MSR bit 0x00800000 (VSX): a processor without it must ignore that.
#   - finddevice getprop getproplen nextprop peer child instance-to-package package-to-path open close
#     read write seek claim release setprop interpret milliseconds exit; call-method block-size,
#     color!, map. canon and instance-to-path for network boots only.
#   - /chosen: bootpath (must exist: "DEVICE:PARTITION,\FILE"), stdin, stdout, bootargs ("NAME=VALUE;...")
#     /openprom, /options (real-mode?, screen-#rows) and /aliases: may be missing.
#   - the boot device's node: device_type "block". Its path or, when an alias has exactly that path, the
#     alias is opened for block-size as it is, and with ":0" (whole disk) for reading.
#     Partitions are GRUB's own business. A failing block-size means 512.
#   - /memory "available", up to date after every claim and release: GRUB claims all of it up
#     to 32 MiB below 32 MiB for its heap, later room for kernel and initrd from what is left.
#   - stdin read: 0 or negative without a key, at once; the menu's clock is "milliseconds".
#   - interpret: "output-device output" (failure ignored), "reset-all" for reboot, "power-off",
#     "shut-down", "poweroff" for halt.
#
# Cost: 10 s (30 MB of downloads once) after the kernel and the initramfs.
. "$(dirname "$0")/lib.sh"

kernel=$("$guests/linux.sh" "$@")
initramfs=$("$guests/initramfs.sh")
begin grub-iso "$(key "$guests/grub-iso.sh" "$guests/lib.sh" "$kernel" "$initramfs" "$(pkgver xorriso grub-common)")"
log=$tmp/build.log

# --- GRUB's modules --------------------------------------------------------------------------
# Same version as the host's grub-mkimage: the two share the format of modules and core image.
grubver=$(dpkg-query -W -f '${Version}' grub-common)
modules=$cache/src/grub-ieee1275-bin-$grubver
if [ ! -d "$modules" ]; then
    say "grub: fetching grub-ieee1275-bin:ppc64el $grubver"
    t=$tmp/fetch
    private_apt "$t" deb '[arch=ppc64el]'
    apt_opts+=(-o APT::Architecture=ppc64el -o APT::Architectures::=ppc64el)
    # One repository out of sync is no reason to stop: what matters is the next command.
    apt-get "${apt_opts[@]}" update >> "$log" 2>&1 || say "apt-get update complained"
    (cd "$t" && run "$log" apt-get "${apt_opts[@]}" download "grub-ieee1275-bin=$grubver")
    mkdir "$t/x"
    dpkg-deb -x "$t"/grub-ieee1275-bin_*.deb "$t/x"
    mkdir -p "$cache/src"
    mv "$t/x/usr/lib/grub/powerpc-ieee1275" "$modules"
    rm -rf "$t"
fi

# --- the core image --------------------------------------------------------------------------
# Everything the menu needs is inside. The prefix has no device: GRUB fills in the boot device from
# /chosen bootpath. A bootpath that names a partition ("cd:0,\boot\grub\powerpc.elf") would make
# that "(ieee1275/cd,0)", which GRUB can not open, so the CD is also looked for by a file on it.
cat > "$tmp/early.cfg" <<'END'
search.file /.ppcemu-grub-cd root
set prefix=($root)/boot/grub
END
run "$log" grub-mkimage -O powerpc-ieee1275 -d "$modules" -p /boot/grub -c "$tmp/early.cfg" \
    -o "$tmp/powerpc.elf" \
    iso9660 part_apple part_msdos ext2 linux ls cat echo normal configfile search search_fs_file \
    test true minicmd reboot halt sleep help hexdump

# --- the CD ----------------------------------------------------------------------------------
root=$tmp/root
mkdir -p "$root/boot/grub/powerpc-ieee1275" "$root/ppc"
: > "$root/.ppcemu-grub-cd"
cp "$tmp/powerpc.elf" "$root/boot/grub/powerpc.elf"
cp "$modules"/*.mod "$modules"/*.lst "$root/boot/grub/powerpc-ieee1275/"
cp "$kernel/vmlinux.stripped" "$root/boot/vmlinux"
cp "$initramfs/initramfs.cpio.gz" "$root/boot/initrd"
cat > "$root/boot/grub/grub.cfg" <<'END'
set timeout=5
set default=0
menuentry "Linux (serial console)" {
    echo "ppcemu grub: loading Linux"
    linux /boot/vmlinux console=ttyS0,115200
    initrd /boot/initrd
}
menuentry "Linux (screen)" {
    linux /boot/vmlinux console=tty0
    initrd /boot/initrd
}
menuentry "Linux on QEMU's mac99 (console=ttyPZ0)" {
    linux /boot/vmlinux console=ttyPZ0
    initrd /boot/initrd
}
menuentry "Reboot" {
    reboot
}
menuentry "Power off" {
    halt
}
END
# CHRP's pointer to the boot file, read by firmware that boots CDs without being told a name.
cat > "$root/ppc/bootinfo.txt" <<'END'
<chrp-boot>
<description>GRUB</description>
<os-name>GRUB</os-name>
<boot-script>boot &device;:\boot\grub\powerpc.elf</boot-script>
</chrp-boot>
END
# The partition tables are those of linux.iso, see iso.sh.
find "$root" -exec touch -h -d "@$EPOCH" {} +
export SOURCE_DATE_EPOCH=$EPOCH
run "$log" xorriso -as mkisofs -quiet -R -J -joliet-long -V PPCEMU_GRUB -chrp-boot-part \
    -hfsplus -apm-block-size 2048 \
    -hfsplus-file-creator-type chrp tbxi /boot/grub/powerpc.elf -hfs-bless-by p /boot/grub \
    -input-charset utf-8 -uid 0 -gid 0 -o "$tmp/grub.iso" "$root"
rm -rf "$root" "$tmp/early.cfg"
finish
