#!/bin/sh
# The embedded demo guest is what its sources make: rebuilds it with Debian's cross compiler and
# compares it with firmware/demo_elf.c. demo.sh --write makes that file anew. Status 77: no cross
# compiler here (ctest shows the test as skipped).
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
generated=$top/firmware/demo_elf.c
command -v powerpc-linux-gnu-gcc > /dev/null || { echo "no powerpc-linux-gnu-gcc"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$top/firmware/guest/demo/build.sh" "$work/demo.elf"
size=$(stat -c %s "$work/demo.elf")
[ "$size" -lt 20480 ] || { echo "the demo guest has $size bytes, 20480 are allowed"; exit 1; }
{
    printf '/*\n * The demo guest as an ELF file, %s bytes. Made from firmware/guest/demo by\n' "$size"
    printf ' * tests/firmware/demo.sh --write; do not edit.\n */\n#include "firmware/demo.h"\n\n'
    printf 'const unsigned firmware_demo_elf_len = %s;\n' "$size"
    printf 'const unsigned char firmware_demo_elf[] = {\n'
    od -An -v -tx1 -w16 "$work/demo.elf" | sed 's/ \(..\)/0x\1, /g; s/^/    /; s/, $/,/'
    printf '};\n'
} > "$work/demo_elf.c"
case ${1:-} in
--write) cp "$work/demo_elf.c" "$generated" ;;
*) cmp "$work/demo_elf.c" "$generated" && echo "demo guest: $size bytes as built" ;;
esac
