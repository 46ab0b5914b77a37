#!/bin/sh
# Makes docs/hypercalls.md from docs/hypercalls.md.in and the tables of a built ppcemu; with --check
# only says whether it is up to date.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
ppcemu=${PPCEMU:-$top/build/ppcemu}
tables=$(mktemp)
made=$(mktemp)
trap 'rm -f "$tables" "$made"' EXIT
"$ppcemu" --help-hypercalls > "$tables"
sed -e "/^@TABLES@\$/{r $tables
d}" "$top/docs/hypercalls.md.in" > "$made"
if [ "${1:-}" = --check ]; then
    diff -u "$top/docs/hypercalls.md" "$made"
else
    cp "$made" "$top/docs/hypercalls.md"
fi
