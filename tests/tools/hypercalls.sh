#!/bin/sh
# Makes docs/hypercalls.md from docs/hypercalls.md.in and the tables of a built ppcemu; with --check
# only says whether it is up to date, each row has a source, a status and tests, and these exist.
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
    rows=0
    while IFS='|' read -r _ number name provider source status tests _; do
        case $number in ' 0x'*|' '[0-9]*) ;; *) continue ;; esac
        rows=$((rows + 1))
        for column in "$name" "$provider" "$source" "$status" "$tests"; do
            [ -n "$(echo "$column" | tr -d ' ')" ] || { echo "$number has an empty column"; exit 1; }
        done
        for t in $(echo "$tests" | tr , ' '); do
            [ -f "$top/tests/unit/$t.c" ] || grep -q "^$t " "$top"/tests/*/tests.list || {
                echo "$number: there is no test $t"
                exit 1
            }
        done
    done < "$tables"
    [ $rows -gt 60 ] || { echo "only $rows rows"; exit 1; }
    diff -u "$top/docs/hypercalls.md" "$made"
else
    cp "$made" "$top/docs/hypercalls.md"
fi
