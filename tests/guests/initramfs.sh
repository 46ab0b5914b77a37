#!/bin/bash
# Makes the initramfs of the Linux guests: a static busybox from Debian's source and the programs
# of progs/, for any 32-bit PowerPC (603, 750, 74xx).
#
#   tests/guests/initramfs.sh      prints the result folder, which holds
#       initramfs.cpio.gz          the archive
#       busybox, sieve, fp, altivec   the binaries in it (static; also run under qemu-ppc)
#       events                     another, which prints input events
#       checksums                  "PROGRAM CHECKSUM" lines: what the programs must print,
#                                  computed by the same sources built for the host
#
# In the guest: busybox init; "ppcemu guest ready" once on the console, then a login shell with
# job control and the prompt "ppcemu:DIR# ", started again when it ends. reboot and poweroff work as
# typed. A kernel argument ppcemu_cmd="COMMAND" is run before the shell.
#
# Cost: 75 s CPU, once.
. "$(dirname "$0")/lib.sh"
"$guests/deps.sh"

# The source version the configured mirrors offer; without apt lists, what an earlier run fetched.
bbver=$(apt-cache show busybox 2>/dev/null | sed -n 's/^Source: busybox (\(.*\))$/\1/p' | head -n 1)
[ -n "$bbver" ] || bbver=$(apt-cache show busybox 2>/dev/null | sed -n 's/^Version: //p' | head -n 1)
[ -n "$bbver" ] || bbver=$(ls -t "$cache/src" 2>/dev/null | sed -n 's/^busybox-\([0-9].*[0-9]\)$/\1/p' | head -n 1)
[ -n "$bbver" ] || die "busybox: no source known (run apt-get update)"

begin initramfs "$(key "$guests/initramfs.sh" "$guests/lib.sh" "$guests"/progs/* "$bbver" \
    "$(pkgver gcc-12-powerpc-linux-gnu libc6-dev-powerpc-cross)")"
log=$tmp/build.log
say "initramfs: busybox $bbver"

# --- busybox ---------------------------------------------------------------------------------
bb=$tmp/busybox-source
source_package busybox "$bbver" "$bb"

# No date in the banner: the same bytes from every build.
export KCONFIG_NOTIMESTAMP=1
# Debian's own build configuration is not used: it is tuned for size or for a full system.
run "$log" make -C "$bb" defconfig
set_y() { local o; for o; do sed -i "/^# CONFIG_$o is not set/d;/^CONFIG_$o=/d" "$bb/.config"; echo "CONFIG_$o=y" >> "$bb/.config"; done; }
set_n() { local o; for o; do sed -i "/^# CONFIG_$o is not set/d;/^CONFIG_$o=/d" "$bb/.config"; echo "# CONFIG_$o is not set" >> "$bb/.config"; done; }
set_y STATIC
# Debug output and daemons nobody starts here.
set_n FEATURE_SYSLOG FEATURE_PREFER_APPLETS FEATURE_UTMP FEATURE_WTMP SELINUX PAM \
    RUNSVDIR RUNSV SV SVC SVOK SVLOGD CHPST SETUIDGID ENVUIDGID ENVDIR SOFTLIMIT \
    HTTPD FTPD TELNETD TFTPD INETD UDHCPD UDHCPC6 NTPD SENDMAIL POPMAILDIR MAKEMIME REFORMIME \
    LPD LPR LPQ DPKG DPKG_DEB RPM RPM2CPIO CRONTAB CROND HUSH \
    FEATURE_INSTALLER INSTALL_NO_USR
# Escape sequences in the tests' logs: a shell asking for the cursor position, coloured ls.
set_n FEATURE_EDITING_ASK_TERMINAL FEATURE_LS_COLOR_IS_DEFAULT
sed -i "s|^CONFIG_CROSS_COMPILER_PREFIX=.*|CONFIG_CROSS_COMPILER_PREFIX=\"$CROSS\"|
        s|^CONFIG_EXTRA_CFLAGS=.*|CONFIG_EXTRA_CFLAGS=\"-mcpu=powerpc\"|" "$bb/.config"
run "$log" make -C "$bb" oldconfig
run "$log" make -C "$bb" -j"$jobs" busybox
cp "$bb/busybox" "$tmp/busybox"

# --- our programs ----------------------------------------------------------------------------
for p in sieve fp altivec; do
    # What these two options are for is said in progs/fp.c and progs/altivec.c.
    flags="-Wall -fno-tree-vectorize -ffp-contract=off"
    target=
    [ $p = altivec ] && target=-maltivec
    run "$log" ${CROSS}gcc $CROSS_CFLAGS $flags $target -o "$tmp/$p" "$guests/progs/$p.c" -lm
    ${CROSS}strip "$tmp/$p"
    run "$log" gcc -O2 $flags -o "$tmp/host-$p" "$guests/progs/$p.c" -lm
    "$tmp/host-$p" 1 | sed 's/^\([a-z]*\) .*checksum=/\1 /' >> "$tmp/checksums"
    rm "$tmp/host-$p"
done
run "$log" ${CROSS}gcc $CROSS_CFLAGS -Wall -o "$tmp/events" "$guests/progs/events.c"
${CROSS}strip "$tmp/events"

# --- the tree --------------------------------------------------------------------------------
root=$tmp/root
mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc/init.d,dev,proc,sys,tmp,run,mnt,root,var/log}
cp "$tmp/busybox" "$tmp/sieve" "$tmp/fp" "$tmp/altivec" "$tmp/events" "$root/bin/"
chmod 755 "$root"/bin/*
# busybox.links is what its "make install" uses; made by the build for exactly our applets.
run "$log" make -C "$bb" busybox.links
while read -r path; do
    [ "$path" = /bin/busybox ] || ln -s /bin/busybox "$root$path"
done < "$bb/busybox.links"
ln -s /sbin/init "$root/init"

cat > "$root/etc/inittab" <<'END'
::sysinit:/etc/init.d/rcS
::respawn:/bin/cttyhack /bin/sh -l
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/sync
::shutdown:/bin/umount -a -r > /dev/null 2>&1
END
cat > "$root/etc/init.d/rcS" <<'END'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
hostname -F /etc/hostname
ifconfig lo 127.0.0.1 up
# Warnings and worse only: a late message must not fall into the middle of a command's output.
dmesg -n 5
echo
echo "ppcemu guest ready"
[ -z "$ppcemu_cmd" ] || sh -c "$ppcemu_cmd"
END
chmod 755 "$root/etc/init.d/rcS"
cat > "$root/etc/profile" <<'END'
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root
export PS1='ppcemu:\w# '
unset ppcemu_cmd
cd /root
END
echo ppcemu > "$root/etc/hostname"
echo 'root:x:0:0:root:/root:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
echo '127.0.0.1 localhost ppcemu' > "$root/etc/hosts"

# --- the archive: same order, owner, inode numbers and dates everywhere ---------------------
find "$root" -exec touch -h -d "@$EPOCH" {} +
(cd "$root" && find . -mindepth 1 -printf '%P\0' | sort -z |
    cpio --quiet --null -o -H newc -R 0:0 --reproducible) > "$tmp/initramfs.cpio"

# The kernel opens /dev/console before /dev is mounted. Its built-in archive has that node, but not
# when ours is built in instead; making one takes root, so it is written as archive text.
# newc header: magic, then 13 eight-digit hex fields, the name, padding to 4.
node() {   # NAME MODE NLINK RDEVMAJOR RDEVMINOR INO
    printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' \
        "$6" "$2" 0 0 "$3" "$EPOCH" 0 0 0 "$4" "$5" $((${#1} + 1)) 0 "$1"
    # 110 bytes of header + name + its NUL
    head -c $(((4 - (110 + ${#1} + 1) % 4) % 4)) /dev/zero
}
{
    node dev $((0040755)) 2 0 0 900001
    node dev/console $((0020600)) 1 5 1 900002
    node 'TRAILER!!!' 0 1 0 0 0
} > "$tmp/console.cpio"
# Each archive of a concatenation starts at a multiple of four; GNU cpio pads its own to 512.
cat "$tmp/console.cpio" "$tmp/initramfs.cpio" | gzip -9n > "$tmp/initramfs.cpio.gz"

rm -rf "$bb" "$root" "$tmp/console.cpio" "$tmp/initramfs.cpio"
finish
