#!/bin/sh
# Builds the demo guest: build.sh OUTPUT. Needs Debian's powerpc-linux-gnu-gcc. The same sources and
# compiler give the same bytes wherever they lie.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
cc=powerpc-linux-gnu-gcc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=gnu11 -O2 -mcpu=powerpc -ffreestanding -fno-pic -fno-pie -msdata=none -mregnames
    -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident -fno-tree-vectorize
    -fno-tree-loop-distribute-patterns -Wall -Wextra -Werror -Wno-main"
cd "$here"
objects=
for f in start.S main.c of.c print.c tree.c clock.c work_int.c work_fp.c work_vec.c vector.c scene.c display.c \
    input.c keys.c picture.c; do
    extra=
    case $f in
    vector.c) extra="-maltivec -mabi=altivec -mno-vrsave" ;;
    scene.c | display.c | input.c | keys.c | tree.c | of.c | print.c | main.c) extra=-Os ;;
    esac
    # shellcheck disable=SC2086 # the options are words
    $cc $flags $extra -c "$f" -o "$work/${f%.*}.o"
    objects="$objects ${f%.*}.o"
done
cd "$work"
# shellcheck disable=SC2086 # the objects are words
$cc -nostdlib -static -no-pie -Wl,-n,--no-warn-rwx-segments,--build-id=none,-s,-T,"$here/demo.lds" -o demo.elf \
    $objects
mv demo.elf "$out"
