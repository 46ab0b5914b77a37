#!/bin/sh
# Every option in --help is in the man page and the other way round.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
options() { grep -o -E -e '--[a-z][a-z-]*[a-z]' | sort -u; }
commands() { grep -o -E 'ppcemu-test [a-z]+' | sort -u; }
"$PPCEMU_BUILD/ppcemu-test" --help >"$dir/help"
sed 's/\\-/-/g; s/\\&//g' "$top/docs/ppcemu-test.1" >"$dir/man"
grep -v 'ppcemu -cpu' "$dir/help" | options >"$dir/a"
options <"$dir/man" >"$dir/b"
diff "$dir/a" "$dir/b"
grep '^ppcemu-test [a-z]' "$dir/help" | commands >"$dir/a"
sed -n '/^.SH SYNOPSIS/,/^.SH DESCRIPTION/p' "$dir/man" | commands >"$dir/b"
diff "$dir/a" "$dir/b"
if command -v man >/dev/null; then
    man --warnings -l "$top/docs/ppcemu-test.1" 2>&1 >/dev/null | grep . && exit 1
fi
exit 0
