#!/bin/bash
# Makes linux.iso, a CD in MorphOS's layout: boot.img in the root is an ELF which the firmware
# loads ("boot cd boot.img", or by itself for "ppcemu linux.iso"), and nothing else is asked of it.
#
#   tests/guests/iso.sh [--smp]    prints the result folder, which holds linux.iso and boot.img
#
# boot.img is the kernel in its own boot wrapper with the initramfs attached ("zImage.initrd.chrp").
# The other way, CONFIG_INITRAMFS_SOURCE, was not taken. Both survive a firmware that loads one ELF
# and passes no initrd, since the wrapper's attached image overrides whatever r3/r4 say, is moved out
# of the way of the kernel (which copies itself to 0 and is larger than 4 MiB), and is handed over in
# r3/r4 of the kernel's own entry, so not even setprop has to work. But the wrapper needs no
# second kernel link, so a change of the initramfs costs seconds, and the kernel in boot.img is byte
# for byte the vmlinux that -kernel and GRUB load.
#
# The rest of the CD is for readers of ISO 9660 (the firmware's, Linux's): see test/md5sums on it.
#
# Cost: 3 s once kernel and initramfs are there.
. "$(dirname "$0")/lib.sh"

kernel=$("$guests/linux.sh" "$@")
initramfs=$("$guests/initramfs.sh")
begin iso "$(key "$guests/iso.sh" "$kernel" "$initramfs" "$(pkgver xorriso)")"
log=$tmp/build.log

# "wrapper" leaves its temporary files in the working directory.
(cd "$tmp" && srctree=$kernel/wrapper run "$log" "$kernel/wrapper/wrapper" -p chrp -C "$CROSS" -D "$kernel/wrapper" \
    -i "$initramfs/initramfs.cpio.gz" -o boot.img "$kernel/vmlinux.stripped")

root=$tmp/root
t=$root/test
mkdir -p "$t/many" "$t/a/b/c/d/e/f/g"
cp "$tmp/boot.img" "$root/boot.img"
echo 'ppcemu test CD: boot.img is Linux' > "$root/ReadMe.txt"
echo 'mixed case' > "$t/MixedCase.Txt"
echo 'upper case' > "$t/UPPER.TXT"
echo 'lower case' > "$t/lower.txt"
echo 'no extension' > "$t/noextension"
echo 'long name' > "$t/a long file name with spaces, a comma and more.than one dot.text"
echo 'unicode name' > "$t/Käse.txt"
echo 'deep' > "$t/a/b/c/d/e/f/g/deep.txt"
: > "$t/empty"
# exactly one sector, and one byte more
head -c 2048 /dev/zero | tr '\0' x > "$t/sector"
head -c 2049 /dev/zero | tr '\0' x > "$t/sector1"
# 3 MiB and 123 bytes in which every sector differs
seq 1 500000 | head -c 3145851 > "$t/big.bin"
# A directory of more than one sector.
for i in $(seq 100 299); do echo "$i" > "$t/many/file-$i.txt"; done
(cd "$root" && find . -type f -printf '%P\n' | sort | while read -r f; do md5sum "$f"; done) > "$tmp/md5sums"
mv "$tmp/md5sums" "$t/md5sums"
ln -s MixedCase.Txt "$t/link"

find "$root" -exec touch -h -d "@$EPOCH" {} +
# Around the ISO 9660 file system, as on MorphOS's CDs, are partition tables: an MBR whose partition of
# type 0x96 is the whole CD (CHRP's way to say so) and an Apple partition map with an HFS+ view of the
# same files. The latter lets QEMU's OpenBIOS boot the CD too: -machine mac99 -vga none
# -prom-env 'boot-device=cd:,\boot.img'.
export SOURCE_DATE_EPOCH=$EPOCH
run "$log" xorriso -as mkisofs -quiet -R -J -joliet-long -V PPCEMU_LINUX -chrp-boot-part \
    -hfsplus -apm-block-size 2048 \
    -input-charset utf-8 -uid 0 -gid 0 -o "$tmp/linux.iso" "$root"
rm -rf "$root"
finish
