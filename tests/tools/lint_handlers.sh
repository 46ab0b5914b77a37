#!/bin/sh
# Disassembles the threaded core and fails when a hot handler (op_*, far_*) makes a call, uses the
# stack or does not end in an indirect jump. Cold functions (slow_*, resume, finish, ...) may do as
# they like. The portable core cannot show this kind of regression: it would only be slower.
# Every object with handlers counts for itself: both widths, and both again for x86-64-v3.
# Known and tolerated, because rare or because their work needs the registers: condition-register logic
# on arbitrary bits, mtcrf, mtxer, stfs*, and at 64 bits the extended adds with OE.
#   lint_handlers.sh [OBJECT-OR-ARCHIVE]     default: the library of the build in $PPCEMU_BUILD
set -eu
objdump -d --no-show-raw-insn "${1:-$PPCEMU_BUILD/libppcemu-core.a}" | awk '
    function ended() {
        if (handlers) { printf "object %d: %d hot handlers\n", ++objects, handlers; few += handlers < 300 }
        handlers = 0
    }
    /file format/ { ended(); hot = 0 }
    /^[0-9a-f]+ <.*>:$/ {
        name = $2; gsub(/[<>:]/, "", name)
        hot = name ~ /^(op|far)_/ && name !~ /op_undecoded|op_page_end|\.cold/
        if (name ~ /^op_(cr(and|andc|eqv|nand|nor|or|orc|xor)|mtcrf|mtxer|stfs(u|x|ux)?)_0$/) hot = 0
        if (name ~ /^op_(subfe|adde|subfze|addze|addme|subfme)_[23]$/) hot = 0
        if (hot) handlers++
        next
    }
    hot && $2 ~ /^(call|push|pop|enter|leave)/ { print name ": " $0; bad++ }
    hot && /(sub|add) +\$0x[0-9a-f]+,%rsp/ { print name ": " $0; bad++ }
    END {
        ended()
        printf "%d objects, %d lines with calls or stack use\n", objects, bad
        exit bad || few || !objects
    }'
