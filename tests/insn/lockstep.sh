#!/bin/sh
# ppcemu-test lockstep: random programs on every kind of model, a program from a file, bad input.
set -eu
tool=$PPCEMU_BUILD/ppcemu-test
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

for cpu in 750cxe 7400 7457; do
    for core in best baseline; do
        "$tool" lockstep --cpu "$cpu" --core $core --random "${PPCEMU_LOCKSTEP_PROGRAMS:-1500}" --seed "${PPCEMU_SEED:-1}"
    done
done

# mtctr r9; li r3,0; addi r3,r3,1; stw r3,0x100(0); bdnz .-8; sc
printf '\175\051\003\246\070\140\000\000\070\143\000\001\220\140\001\000\102\000\377\370\104\000\000\002' >"$dir/code"
"$tool" lockstep --load 0x1000="$dir/code" --reg r9=100000 | grep -q '^300003 instructions: no difference.*(sc)$'
"$tool" lockstep --load 0x1000="$dir/code" --reg r9=100000 --max-insns 500 | grep -q '(--max-insns)$'

for args in "" "--random 1 --load 0=x" "--random x" "--cpu z80 --random 1" "--frob 1" "--random 1 --core x" "--random" \
    "--random 1 --length 0" "--load 0=/nonexistent" "--elf $dir/code"; do
    status=0
    # shellcheck disable=SC2086 # words
    "$tool" lockstep $args >/dev/null 2>&1 || status=$?
    [ "$status" = 2 ] || { echo "FAIL lockstep $args: exit status $status"; exit 1; }
done
