#!/bin/bash
# Builds the Linux guest: Debian 12's linux-source-6.1, unpatched, chrp32_defconfig plus
# linux.fragment, everything built in.
#
#   tests/guests/linux.sh          one processor   (CONFIG_SMP=n)
#   tests/guests/linux.sh --smp    CONFIG_SMP=y
#   tests/guests/linux.sh --kvm    allnoconfig plus kvm.fragment: a guest of KVM and ePAPR
#
# Prints the result folder, which holds
#   vmlinux            the kernel, linked at physical 0, with symbols; vmlinux.stripped without
#   zImage.chrp        the same kernel in the CHRP wrapper, an ELF linked at 4 MiB
#   System.map, config, build.log, cpu-seconds
#   wrapper/           the kernel's own boot wrapper (its "bootwrapper_install"), with which iso.sh
#                      attaches an initramfs to this kernel without a kernel tree
#
# The same image also boots QEMU's mac99 and g3beige (CONFIG_PPC_PMAC=y): -kernel vmlinux.
#
# Cost of a build on 2 cores: 454 s user + 50 s system CPU, 4 min 20 s, on an idle machine (SMP=n).
# On a machine that others use: 493 + 55 s (SMP=n), 618 + 62 s (SMP=y). SMP=y was never measured idle;
# expect about a tenth more than SMP=n.
. "$(dirname "$0")/lib.sh"

variant=up
case ${1:-} in
    '') ;;
    --smp) variant=smp ;;
    --kvm) variant=kvm ;;
    *) die "usage: linux.sh [--smp | --kvm]" ;;
esac
"$guests/deps.sh"

pkg=linux-source-6.1
version=$(pkgver $pkg)
begin "linux-$variant" \
    "$(key "$guests/linux.sh" "$guests/$([ $variant = kvm ] && echo kvm || echo linux).fragment" $variant "$version" "$(pkgver gcc-12-powerpc-linux-gnu binutils-powerpc-linux-gnu)")"
log=$tmp/build.log

# --- the source, unpacked once for both builds -------------------------------------------------
src=$cache/src/$pkg-$(dpkg-query -W -f '${Version}' $pkg)
exec 8> "$cache/.lock-linux-source"
flock 8
if [ ! -d "$src" ]; then
    say "linux: unpacking $pkg"
    rm -rf "$cache/src/$pkg"-*
    mkdir -p "$src.tmp"
    tar -xJf /usr/src/$pkg.tar.xz -C "$src.tmp" --strip-components=1
    mv "$src.tmp" "$src"
fi
flock -u 8

# --- configuration -----------------------------------------------------------------------------
export ARCH=powerpc CROSS_COMPILE=$CROSS
# The same bytes from every build.
KBUILD_BUILD_TIMESTAMP=$(date -u -d "@$EPOCH")
export KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_USER=ppcemu KBUILD_BUILD_HOST=ppcemu KBUILD_BUILD_VERSION=1
obj=$tmp/obj
mkdir -p "$obj"
merge="scripts/kconfig/merge_config.sh -O $obj"
case $variant in
    kvm) cp "$guests/kvm.fragment" "$obj/fragment"; merge="$merge -n" ;;
    up) { cat "$guests/linux.fragment"; echo '# CONFIG_SMP is not set'; } > "$obj/fragment" ;;
    smp) { cat "$guests/linux.fragment"; echo CONFIG_SMP=y; } > "$obj/fragment" ;;
esac
[ $variant = kvm ] || merge="$merge arch/powerpc/configs/chrp32_defconfig"
(cd "$src" && run "$log" $merge "$obj/fragment")
# A wish of the fragment that did not come true is an error, not a surprise in a test later.
while read -r want; do
    case $want in
        '# CONFIG_'*' is not set') opt=${want#\# }; opt=${opt% is not set}; ! grep -q "^$opt=" "$obj/.config" ;;
        CONFIG_*) grep -qxF "$want" "$obj/.config" ;;
    esac || die "$variant: \"$want\" is not what .config says"
done < "$obj/fragment"

# --- build -------------------------------------------------------------------------------------
say "linux: building ($variant)"
run "$log" make -C "$src" O="$obj" -j"$jobs" vmlinux
run "$log" make -C "$src" O="$obj" -j"$jobs" zImage.chrp
# The wrapper remembers the folder it is installed to, so it is told the final one.
run "$log" make -C "$src" O="$obj" bootwrapper_install DESTDIR="$tmp/dest" \
    WRAPPER_OBJDIR="$out/wrapper" WRAPPER_BINDIR="$out/wrapper" WRAPPER_DTSDIR="$out/wrapper/dts"
mv "$tmp/dest$out/wrapper" "$tmp/wrapper"
rm -rf "$tmp/dest" "$tmp/wrapper/dts"
# It also calls this one, in $srctree, which it does not install.
mkdir "$tmp/wrapper/scripts"
cp "$src/scripts/file-size.sh" "$tmp/wrapper/scripts/"
cp "$obj/vmlinux" "$obj/System.map" "$tmp/"
cp "$obj/.config" "$tmp/config"
cp "$obj/arch/powerpc/boot/zImage.chrp" "$tmp/"
${CROSS}strip -o "$tmp/vmlinux.stripped" "$obj/vmlinux"
rm -rf "$obj"
times > "$tmp/cpu-seconds"   # second line: user and system time of the children
finish
