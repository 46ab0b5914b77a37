#!/bin/sh
# Rebuilds firmware/guest/stub.S with the cross assembler and compares it with the bytes that are
# checked in. `stub.sh --write` replaces them. Exit 77 (skipped) without the assembler.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
as=powerpc-linux-gnu-as
command -v $as >/dev/null || { echo "stub.sh: no $as, skipped"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

$as -mregnames -many "$top/firmware/guest/stub.S" -o "$work/stub.o"
powerpc-linux-gnu-objcopy -O binary -j .text "$work/stub.o" "$work/stub.bin"
at() { powerpc-linux-gnu-nm "$work/stub.o" | awk -v n="$1" '$3 == n { print "0x" substr($1, 6) }'; }

{
    echo "/*"
    echo " * Assembled firmware/guest/stub.S. Made by tests/firmware/stub.sh --write; do not edit."
    echo " */"
    echo "#ifndef FIRMWARE_GUEST_STUB_BIN_H"
    echo "#define FIRMWARE_GUEST_STUB_BIN_H"
    echo
    echo "#define CI_ENTRY_AT $(at ci_entry)"
    echo "#define RTAS_STUB_AT $(at rtas_entry)"
    echo "#define RTAS_STUB_LEN ($(at vector) - $(at rtas_entry))"
    echo "#define VECTOR_STUB_AT $(at vector)"
    echo "#define VECTOR_STUB_LEN ($(at vector_end) - $(at vector))"
    echo "#define CLIENT_RETURN_AT $(at client_return)"
    echo
    echo "static const unsigned char vof_stub[] = {"
    od -An -v -tx1 -w12 "$work/stub.bin" | sed 's/ \(..\)/ 0x\1,/g; s/^ /    /'
    echo "};"
    echo
    echo "#endif"
} > "$work/stub_bin.h"

if [ "${1:-}" = --write ]; then
    cp "$work/stub_bin.h" "$top/firmware/guest/stub_bin.h"
    exit 0
fi
if ! diff -u "$top/firmware/guest/stub_bin.h" "$work/stub_bin.h"; then
    echo "stub.sh: firmware/guest/stub_bin.h is not what stub.S assembles to"
    exit 1
fi
echo "stub.sh: the bytes match"
