#!/bin/sh
# ppcemu-test's own behaviour: what it passes, fails and refuses, its reports and exit statuses.
set -u
tool=$PPCEMU_BUILD/ppcemu-test
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# check NAME WANTED-STATUS WANTED-TEXT COMMAND...: the text must be in the output
check() {
    name=$1 status=$2 text=$3
    shift 3
    out=$("$@" 2>&1)
    got=$?
    if [ "$got" -ne "$status" ]; then
        echo "FAIL $name: exit status $got, expected $status: $out"
        failed=1
    fi
    case $out in
    *"$text"*) ;;
    *)
        echo "FAIL $name: '$text' is not in: $out"
        failed=1
        ;;
    esac
}

cat >"$dir/good.jsonl" <<'J'
{"name": "add", "bits": 32, "code": ["7c632214"], "in": {"r3": "0x1", "r4": "2"}, "out": {"r3": "3"}}

{"name": "mask", "bits": 32, "code": ["7c632214"], "in": {"r3": "11", "r4": "2"}, "mask": {"r3": "0xf"}, "out": {"r3": "3", "cr": "0"}}
{"name": "loop", "bits": 32, "pc": "2000", "code": ["7c6903a6", "38840003", "4200fffc"], "in": {"r3": "5"}, "out": {"r4": "f", "ctr": "0"}}
{"name": "return", "bits": 32, "code": ["38600007", "4e800020", "38600008"], "in": {"lr": "4000"}, "out": {"r3": "7"}}
{"name": "vector", "bits": 32, "code": ["1022180a"], "in": {"v2": "3f8000003f8000003f8000003f800000", "v3": "400000003f80000000000000bf800000"}, "out": {"v1": "40400000400000003f80000000000000"}}
{"name": "saturates", "bits": 32, "code": ["10221a00"], "in": {"v2": "ff000000000000000000000000000000", "v3": "01000000000000000000000000000000"}, "out": {"v1": "ff000000000000000000000000000000", "vscr": "1"}}
{"name": "memory", "bits": 32, "code": ["80610000", "90610004"], "in": {"r1": "3000", "mem": {"3000": "01020304"}}, "out": {"r3": "01020304", "mem": {"3000": "0102030401020304"}}}
{"name": "clean", "bits": 32, "code": ["80610004"], "in": {"r1": "3000"}, "out": {"r3": "0"}}
{"name": "illegal", "bits": 32, "code": ["00000000"], "in": {}, "out": {"exc": "0x700", "srr0": "100000"}}
{"name": "privileged", "bits": 32, "code": ["7c6000a6"], "in": {}, "out": {"exc": "0x700", "srr1": "44000"}, "mask": {"srr1": "7c000"}}
{"name": "supervisor", "bits": 32, "code": ["7c6000a6"], "in": {"msr": "1000"}, "out": {"r3": "1000"}, "from": ["x", {"y": [1.5e3, null]}]}
J
gzip -c "$dir/good.jsonl" >"$dir/good.gz"
check plain 0 "11 passed, 0 failed" "$tool" vectors --jobs 1 "$dir/good.jsonl"
check gzip 0 "22 passed, 0 failed" "$tool" vectors --jobs 3 "$dir/good.gz" "$dir/good.jsonl"
check no-altivec 1 "9 passed, 2 failed" "$tool" vectors --cpu 750 "$dir/good.jsonl"

cat >"$dir/bad.jsonl" <<'J'
{"name": "wrong <&>", "bits": 32, "insn": "add", "code": ["7c632214"], "in": {"r3": "1", "r4": "2"}, "out": {"r3": "4"}}
{"name": "no exception", "bits": 32, "code": ["7c632214"], "out": {"exc": "700"}}
{"name": "exception", "bits": 32, "code": ["00000000"], "out": {}}
{"name": "tagged", "bits": 32, "code": ["7c632214"], "out": {"r3": "1"}, "tags": ["undef", "new"]}
{"name": "endless", "bits": 32, "code": ["48000000"], "out": {}}
{"name": "fine", "bits": 32, "code": ["60000000"], "out": {}, "tags": ["estimate"]}
J
check failures 1 "r3: expected 00000004, got 00000003" "$tool" vectors "$dir/bad.jsonl"
check sums 1 "0 passed, 4 failed" "$tool" vectors "$dir/bad.jsonl"
check tags 1 "tag undef: 0 agree, 1 differ" "$tool" vectors --tags "$dir/bad.jsonl"
check strict 1 "1 passed, 5 failed" "$tool" vectors --strict "$dir/bad.jsonl"
check reports 1 "" "$tool" vectors --fail-list "$dir/list" --junit "$dir/junit.xml" "$dir/bad.jsonl"
check list 0 "wrong <&>	add	-	portable core: r3: expected" cat "$dir/list"
check junit 0 'name="wrong &lt;&amp;&gt;"><failure' cat "$dir/junit.xml"
check junit-sums 0 'tests="6" failures="4" errors="0" skipped="1"' cat "$dir/junit.xml"

# one bad line each: REASON|LINE
while IFS='|' read -r reason line; do
    printf '{"name":"a","bits":32,"code":["60000000"],"out":{}}\n\n%s\n' "$line" >"$dir/one"
    check "bad input ($reason)" 2 "one:3: $reason" "$tool" vectors "$dir/one"
done <<'J'
an object is expected|[1]
no name|{"bits":32,"code":["60000000"]}
no bits|{"name":"x","code":["60000000"]}
no code|{"name":"x","bits":32}
bits is neither 32 nor 64|{"name":"x","bits":16,"code":["60000000"]}
a hexadecimal number is expected|{"name":"x","bits":32,"code":["6000000g"]}
an instruction of more than 32 bits|{"name":"x","bits":32,"code":["600000000"]}
a value wider than its register|{"name":"x","bits":32,"code":["60000000"],"in":{"r3":"100000000"}}
a register that this model does not have|{"name":"x","bits":32,"code":["60000000"],"in":{"vs3":"1"}}
a mask for a register that is not in out|{"name":"x","bits":32,"code":["60000000"],"mask":{"r3":"1"}}
',' or '}' is expected|{"name":"x" "bits":32}
a string without end|{"name":"x
something follows the object|{"name":"x","bits":32,"code":["60000000"]} x
memory wants pairs|{"name":"x","bits":32,"code":["60000000"],"in":{"mem":{"0":"1"}}}
memory outside the test's RAM|{"name":"x","bits":32,"code":["60000000"],"in":{"mem":{"1000000":"11"}}}
pc is not a multiple of 4|{"name":"x","bits":32,"pc":"2","code":["60000000"]}
nested too deeply|{"name":"x","x":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}
an unknown escape|{"name":"x\q"}
J
check no-file 2 "No such file" "$tool" vectors "$dir/none"
check option 2 "unknown option --what" "$tool" vectors --what
check model 2 "no such model" "$tool" vectors --cpu z80 "$dir/good.jsonl"
check jobs 2 "--jobs 0" "$tool" vectors --jobs 0 "$dir/good.jsonl"
check command 2 "unknown command frob" "$tool" frob
check help 0 "ppcemu-test vectors" "$tool" --help

check decode 0 "add" "$tool" decode 7c632214
check decode-illegal 0 "# illegal" "$tool" decode 00000000
check decode-fixed-bit 0 "# illegal" "$tool" decode 7c63212c
check decode-fixed-bit-1 0 "stwcx. r3,r3,r4" "$tool" decode 7c63212d
check decode-sc 0 "# illegal" "$tool" decode 44000000
check decode-jobs 2 "--jobs 0" "$tool" decode --all --jobs 0
check decode-bad 2 "not an instruction word" "$tool" decode 7c63221x

# li r3,5; addi r3,r3,1; bdnz .-4; stw r3,0x100(0); blr   with r9 -> ctr first
printf '\175\051\003\246\070\140\000\005\070\143\000\001\102\000\377\374\220\140\001\000\116\200\000\040' >"$dir/code"
check run 0 "r3       0000000f" "$tool" run --load 0x1000="$dir/code" --reg r9=10 --stop-on blr0
check run-count 0 "stopped: blr0 after 24 instructions" "$tool" run --load 0x1000="$dir/code" --reg r9=10 --stop-on blr0
check run-stop-at 0 "stopped: stop-at after 2 instructions" "$tool" run --load 0x1000="$dir/code" --stop-at 0x1008
check run-limit 0 "stopped: max-insns after 7 instructions" "$tool" run --load 0x1000="$dir/code" --reg r9=10 --max-insns 7
check run-limit-1 1 "stopped: max-insns" "$tool" run --load 0x1000="$dir/code" --reg r9=10 --max-insns 7 --stop-on sc
check run-json 0 '"r3": "0x0000000f"' "$tool" run --load 0x1000="$dir/code" --reg r9=10 --stop-on blr0 --json --portable
check run-dump 0 "stopped" "$tool" run --load 0x1000="$dir/code" --reg r9=10 --stop-on blr0 --dump-mem 0x100:4="$dir/dump"
check run-dump-bytes 0 "00 00 00 0f" od -An -tx1 "$dir/dump"
check run-bad-reg 2 "no such register" "$tool" run --load 0x1000="$dir/code" --reg q9=10
# 64-bit executables: a file NAME CLASS MACHINE FLAGS PF ENTRY, whose code at 0x1000 is std r2,0x2000(0); sc
cat >"$dir/elf.py" <<'P'
import struct, sys
name, cls, machine, flags, pf, entry = sys.argv[1], *(int(a, 0) for a in sys.argv[2:7])
code = struct.pack(">II", 0xF8402000, 0x44000002) + b"\0" * 8 + struct.pack(">QQ", 0x1000, 0x123456789ABC)
wide = cls == 2
head = b"\x7fELF" + bytes([cls, int(sys.argv[7]) if len(sys.argv) > 7 else 2, 1]) + b"\0" * 9
ehdr, phdr = (64, 56) if wide else (52, 32)
head += struct.pack(">HHI" + ("QQQ" if wide else "III") + "IHHHHHH", 2, machine, 1, entry, ehdr, 0, flags, ehdr, phdr, 1, 0, 0, 0)
at, n = ehdr + phdr, len(code)
head += struct.pack(">IIQQQQQQ", 1, pf, at, 0x1000, 0x1000, n, n, 8) if wide else struct.pack(">8I", 1, at, 0x1000, 0x1000, n, n, pf, 8)
open(name, "wb").write(head + code)
P
elf() { n=$1; shift; python3 "$dir/elf.py" "$dir/$n" "$@"; }
elf v2 2 21 2 7 0x1000
elf v1 2 21 1 6 0x1010
elf plain 2 21 0 7 0x1000
elf old 1 20 0 7 0x1000
elf far 2 21 1 6 0x99000000
elf x86 2 62 0 7 0x1000
elf little 2 21 2 7 0x1000 1
check run-elf64-v2 0 "msr      8000000002003002" "$tool" run --cpu 970 --elf "$dir/v2" --stop-on sc
check run-elf64-v1 0 "r2       0000123456789abc" "$tool" run --cpu 970 --elf "$dir/v1" --stop-on sc
check run-elf64-plain 0 "stopped: sc after 2" "$tool" run --cpu 970 --elf "$dir/plain" --stop-on sc
check run-elf32-on-970 0 "msr      0000000002003002" "$tool" run --cpu 970 --elf "$dir/old" --stop-on sc
check run-elf64-on-g4 2 "wants a 64-bit model" "$tool" run --elf "$dir/v2"
check run-elf64-far 2 "descriptor at 99000000 is not in RAM" "$tool" run --cpu 970 --elf "$dir/far"
check run-elf-x86 2 "no big-endian PowerPC ELF executable" "$tool" run --cpu 970 --elf "$dir/x86"
check run-elf-little 2 "no big-endian PowerPC ELF executable" "$tool" run --cpu 970 --elf "$dir/little"
head -c 60 "$dir/v2" >"$dir/short"
check run-elf-short 2 "no big-endian PowerPC ELF executable" "$tool" run --cpu 970 --elf "$dir/short"
head -c 100 "$dir/v2" >"$dir/cut"
check run-elf-headers 2 "bad program headers" "$tool" run --cpu 970 --elf "$dir/cut"
head -c 125 "$dir/v2" >"$dir/cut"
check run-elf-segment 2 "a bad segment" "$tool" run --cpu 970 --elf "$dir/cut"
check run-elf-ram 2 "does not fit into RAM" "$tool" run --cpu 970 --ram 4K --elf "$dir/v2"
check run-bad-file 2 "No such file" "$tool" run --elf "$dir/none"
exit $failed
