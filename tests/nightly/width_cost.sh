#!/bin/sh
# What the second register width costs the 32-bit models: one bare program on ppcemu-test of two commits, by valgrind's
# count of host instructions (which no other load disturbs) and by CPU time, the runs interleaved, the smallest of each.
#   width_cost.sh [BEFORE AFTER]     default: the commit that brought the second width, and the one before it
# Fails above 2 % more host instructions.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
before=${1:-c948d15^}
after=${2:-c948d15}
dir=${PPCEMU_WIDTH_DIR:-$(mktemp -d)}
[ -n "${PPCEMU_WIDTH_DIR:-}" ] || trap 'rm -rf "$dir"' EXIT

# program ROUNDS: its ELF, with a stack in front of it
program() {
    powerpc-linux-gnu-gcc -O2 -mcpu=7450 -ffreestanding -nostdlib -static -fno-pic -fno-stack-protector \
        -fno-asynchronous-unwind-tables -Wl,-Ttext=0x100000,--build-id=none -DROUNDS="$1" \
        "$top/tests/nightly/width_cost.c" -o "$dir/program$1"
}
program 2
program 400

for which in before after; do
    eval "commit=\$$which"
    [ -x "$dir/$which/build/ppcemu-test" ] && continue
    rm -rf "${dir:?}/$which"
    git clone -q "$top" "$dir/$which"
    git -C "$dir/$which" checkout -q "$(git -C "$top" rev-parse "$commit")"
    cmake -S "$dir/$which" -B "$dir/$which/build" ${CCACHE:+-DCMAKE_C_COMPILER_LAUNCHER=ccache} > /dev/null
    cmake --build "$dir/$which/build" -j "$(nproc)" --target ppcemu-test > /dev/null 2>&1
done

tool() { echo "$dir/$1/build/ppcemu-test run --cpu 7457 --elf $dir/program$2 --reg r1=0x80000 --stop-on sc"; }

# host_instructions WHICH
host_instructions() {
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null $(tool "$1" 2) 2>&1 > "$dir/out" |
        sed -n 's/.*I *refs: *//p' | tr -d ,
}
# seconds WHICH: CPU time
seconds() { /usr/bin/env bash -c "TIMEFORMAT=%U; time $(tool "$1" 400) > /dev/null" 2>&1 | tail -n 1; }

count_before=$(host_instructions before)
guest=$(sed -n 's/.* after \([0-9]*\) instructions/\1/p' "$dir/out")
count_after=$(host_instructions after)
for _ in 1 2 3 4 5 6 7; do
    for which in before after; do seconds $which >> "$dir/times-$which"; done
done
best() { sort -n "$dir/times-$1" | head -n 1; }
echo "$guest guest instructions: host instructions $count_before before, $count_after after; CPU time of 400 rounds" \
    "$(best before) s and $(best after) s"
awk -v b="$count_before" -v a="$count_after" -v tb="$(best before)" -v ta="$(best after)" 'BEGIN {
    printf "ratio after/before: %.4f host instructions, %.3f CPU time\n", a / b, ta / tb
    exit !(a > 0 && b > 0 && a / b <= 1.02)
}'
