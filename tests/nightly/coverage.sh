#!/bin/sh
# Line and branch coverage of cpu/ and mmu/ by the tests:  coverage.sh [FOLDER]   (default: build-coverage)
# Everything is built without optimisation, so that gcov's branches are those of the source; cpu/exec_tail.c alone
# with -O2, without which there are no tail calls. tests/tools/coverage.py says how the two are counted.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$top/build-coverage}
cmake -S "$top" -B "$build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=--coverage -DCOVERAGE=ON > "$build.log"
cmake --build "$build" -j "$(nproc)" >> "$build.log" 2>&1 || { tail -n 20 "$build.log"; exit 1; }
find "$build" -name '*.gcda' -exec rm -f {} +
# gcov may count behind a tail call, which then takes stack. The tests' own bounds on time are for optimised builds.
ulimit -s unlimited 2> /dev/null || :
PPCEMU_LOCKSTEP_PROGRAMS=${PPCEMU_LOCKSTEP_PROGRAMS:-60} ctest --test-dir "$build" -LE 'linux|screen' \
    --timeout 3000 --output-on-failure >> "$build.log" 2>&1 || grep -E 'Failed|Timeout' "$build.log" || :
"$top/tests/tools/coverage.py" "$build"
