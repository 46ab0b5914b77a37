#!/bin/sh
# Random programs against qemu-ppc (qemu_random.c):  qemu.sh PROGRAMS [SEED]
# Status 77, which ctest counts as skipped, without qemu-ppc (Debian: qemu-user or qemu-user-static).
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
for qemu in qemu-ppc qemu-ppc-static; do
    if command -v $qemu > /dev/null; then
        exec "${PPCEMU_BUILD:-$top/build}/tests/qemu_random" "$1" "${2:-1}" $qemu 7447a
    fi
done
echo "SKIP: no qemu-ppc here (package qemu-user): the programs were not compared"
exit 77
