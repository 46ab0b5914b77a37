#!/bin/sh
# The runs that are too long for every build. Numbers are those of a release; PPCEMU_NIGHTLY_DIVIDE=1000 divides them.
#
#   tests/nightly/run.sh [NAME...]       names: int fp singles mmu fpu softfp vec disasm valid lockstep boot qemu; all without one
#
# PPCEMU_BUILD   a build folder (default: build); PPCEMU_SEED: the seed of them all (default: the date)
# Each run prints its cases, differences, seed and time; the last line says which failed.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${PPCEMU_BUILD:-$top/build}
divide=${PPCEMU_NIGHTLY_DIVIDE:-1}
seed=${PPCEMU_SEED:-$(date +%Y%m%d)}
export PPCEMU_BUILD="$build" PPCEMU_SEED="$seed"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=

scaled() { n=$(($1 / divide)); [ "$n" -gt 0 ] || n=1; echo "$n"; }

# compile NAME LIBRARY... : tests/nightly/NAME.c with the runner's bare CPU
compile() {
    name=$1
    shift
    [ -x "$dir/$name" ] && return
    # the part that knows the inside of the CPU is there for both widths (CMakeLists.txt: ppcemu-test64)
    "${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -I"$top" -DPPC_WIDTH=64 -c "$top/frontend/test_state.c" \
        -o "$dir/state64.o" &&
    "${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -I"$top" "$top/tests/nightly/$name.c" "$top"/frontend/test_*.c \
        "$dir/state64.o" -o "$dir/$name" "$build/libppcemu-core.a" -lz -lfdt -lm -lpthread "$@"
}

# run NAME COMMAND...
run() {
    name=$1
    shift
    echo "== $name (seed $seed)"
    began=$(date +%s)
    "$@" || bad="$bad $name"
    echo "   $(($(date +%s) - began)) s"
}

one() {
    case $1 in
    int) compile int_ref && run int "$dir/int_ref" "$(scaled 100000000)" "$seed" ;;
    fp) compile fp_mpfr -lmpfr -lgmp && run fp "$dir/fp_mpfr" "$(scaled 1000000000)" "$seed" ;;
    singles) compile singles && run singles "$dir/singles" "$(scaled 4294967296)" "$seed" ;;
    mmu) run mmu env PPCEMU_MMU_ACCESSES="$(scaled 1000000000)" "$build/tests/test_mmu" ;;
    fpu) run fpu env PPCEMU_FPU_CASES="$(scaled 1000000000)" CK_RUN_SUITE=fpu "$build/tests/test_fpu" ;;
    softfp) run softfp env PPCEMU_SOFTFP_CASES="$(scaled 100000000)" "$build/tests/test_softfp" ;;
    vec) run vec env PPCEMU_VEC_COUNT="$(scaled 1000000)" "$build/tests/test_vec" ;;
    disasm) run disasm "$top/tests/tools/disasm_objdump.py" --words "$(scaled 10000000)" --seed "$seed" ;;
    valid) run valid "$top/tests/nightly/valid_set.sh" "$divide" ;;
    lockstep) run lockstep "$build/ppcemu-test" lockstep --random "$(scaled 1000000)" --seed "$seed" ;;
    boot) run boot "$top/tests/nightly/lockstep_boot.sh" --seed "$seed" ;;
    qemu) run qemu "$top/tests/nightly/qemu.sh" "$(scaled 100000)" "$seed" ;;
    *)
        echo "run.sh: no such run: $1" >&2
        exit 2
        ;;
    esac || bad="$bad $1"
}

[ $# -gt 0 ] || set -- int fp singles mmu fpu softfp vec disasm valid lockstep boot qemu
for name in "$@"; do one "$name"; done
[ -z "$bad" ] || { echo "FAILED:$bad"; exit 1; }
echo "all passed"
