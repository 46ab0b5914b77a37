#!/bin/sh
# Our decoder's legal words against GNU's disassembler: valid_set.sh [STRIDE [JOBS]]; every word without a stride.
# It needs binutils-dev (headers) and binutils-powerpc-linux-gnu (libopcodes for PowerPC), of one version.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=${PPCEMU_BUILD:-$top/build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
lib=
for l in /usr/lib/*/libopcodes-*-powerpc.so; do [ -e "$l" ] && lib=$l; done
if [ -z "$lib" ] || [ ! -e /usr/include/dis-asm.h ]; then
    echo "valid_set: binutils-dev or binutils-powerpc-linux-gnu is not installed: NOT TESTED"
    exit 1
fi
"${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -I"$top" "$here/valid_set.c" -o "$dir/valid_set" "$build/libppcemu-core.a" "$lib" \
    "$(echo "$lib" | sed 's/libopcodes/libbfd/')" -lz -lfdt -lm -lpthread
bad=0
for pair in 7457:7450,raw 750cxe:604,raw 970:power4,altivec,raw; do
    "$dir/valid_set" "${pair%%:*}" "${pair#*:}" "$here/valid_set.list" --stride "${1:-1}" --jobs "${2:-$(nproc)}" >"$dir/out" ||
        { bad=1; grep DIFFERS "$dir/out" || :; }
    if [ "${1:-1}" -gt 1 ]; then tail -n 1 "$dir/out"; else cat "$dir/out"; fi
done
exit $bad
