#!/bin/sh
# A whole Linux boot on the threaded and on the portable core side by side, with some work at the shell, until the
# guest switches off: at least 10^9 instructions without a difference.  lockstep_boot.sh [OPTION of ppcemu-test]...
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
least=1000000000
kernel=$("$top/tests/guests/linux.sh" 2> /dev/null)
initramfs=$("$top/tests/guests/initramfs.sh" 2> /dev/null)
work='sieve; fp; altivec; cat /proc/interrupts; find / -xdev | md5sum; gzip -9 -c /bin/busybox | md5sum; sieve; poweroff -f'
line=$("${PPCEMU_BUILD:-$top/build}/ppcemu-test" lockstep --machine pegasos2 --kernel "$kernel/vmlinux" \
    --initrd "$initramfs/initramfs.cpio.gz" --append "console=ttyS0,115200 ppcemu_cmd=\"$work\"" "$@") ||
    { echo "$line"; exit 1; }
echo "$line"
case $line in *"(power off)") ;; *) echo "the guest did not switch off"; exit 1 ;; esac
[ "${line%% *}" -ge $least ] || { echo "fewer than $least instructions"; exit 1; }
