#!/bin/sh
# libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer over the targets of this folder, one
# after the other, each for its share of the time. Ends with a line a target and status 1 when one
# crashed or hung; what did it lies in BUILD/fuzz/TARGET as crash-* or timeout-*.
#   tests/fuzz/run.sh [--minutes N] [--build FOLDER] [TARGET...]
# Needs clang. Without targets: those that a running guest reaches (hcall, of_client, guest).
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
minutes=60 build=$top/build-fuzz
while [ $# -gt 0 ]; do
    case $1 in
    --minutes) minutes=$2; shift 2 ;;
    --build) build=$2; shift 2 ;;
    -*) sed -n '2,7s/^# //p' "$0"; exit 2 ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || set -- hcall of_client guest
cc=${FUZZ_CC:-clang}
cmake -S "$top" -B "$build" -DCMAKE_C_COMPILER="$cc" -DSANITIZE=ON -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_C_FLAGS="-O1 -g -fsanitize=fuzzer-no-link" ${FUZZ_CMAKE:-} > /dev/null
for t in "$@"; do
    cmake --build "$build" -j2 --target ppcemu-core "fuzz_$t" > "$build/fuzz-build.log" 2>&1 || {
        cat "$build/fuzz-build.log"
        exit 2
    }
    mkdir -p "$build/fuzz/$t/corpus"
    "$build/tests/fuzz_$t" --seeds "$build/fuzz/$t/corpus"
    "$cc" -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -fno-strict-aliasing -DFUZZ_LIBFUZZER -DPPC_NO_TAIL_CALLS -I"$top" \
        -o "$build/fuzz/$t/fuzz" "$top/tests/fuzz/fuzz_$t.c" "$build/libppcemu-core.a" -lfdt -lz -lm
done
seconds=$((minutes * 60 / $#))
bad=0
for t in "$@"; do
    dir=$build/fuzz/$t
    (cd "$dir" && ./fuzz -max_total_time=$seconds -timeout=25 -rss_limit_mb=2048 -max_len=8192 \
        -print_final_stats=1 -artifact_prefix="$dir/" corpus > log 2>&1) || true
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log")
    crashes=$(find "$dir" -maxdepth 1 \( -name 'crash-*' -o -name 'leak-*' -o -name 'oom-*' \) | wc -l)
    hangs=$(find "$dir" -maxdepth 1 -name 'timeout-*' | wc -l)
    echo "fuzz_$t: ${runs:-0} runs in $seconds s, $crashes crashes, $hangs hangs"
    [ -n "$runs" ] && [ "$crashes" = 0 ] && [ "$hangs" = 0 ] || bad=1
done
exit $bad
