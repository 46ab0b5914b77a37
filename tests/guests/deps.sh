#!/bin/bash
# Installs the Debian 12 packages the guest scripts need, when they are missing. Says nothing when
# there is nothing to do. Root, or a user with sudo.
set -eu

pkgs=(
    gcc-powerpc-linux-gnu libc6-dev-powerpc-cross linux-source-6.1    # cross tools, kernel
    gcc libc6-dev make bc bison flex libssl-dev libelf-dev            # what a kernel build runs
    dpkg-dev xz-utils bzip2 cpio kmod                                 # busybox source, initramfs
    xorriso grub-common e2fsprogs                                     # CDs, disks
)

missing=()
for p in "${pkgs[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || :)" = installed ] || missing+=("$p")
done
[ ${#missing[@]} = 0 ] && exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
echo "guests: installing ${missing[*]}" >&2
install() { $sudo apt-get install -y -q --no-install-recommends "${missing[@]}"; }
# The lists may be stale or absent on a fresh machine: try, update, try again.
if ! install > "$log" 2>&1 < /dev/null; then
    { $sudo apt-get update -q && install; } > "$log" 2>&1 < /dev/null || { cat "$log" >&2; exit 1; }
fi
