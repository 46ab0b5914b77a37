#!/bin/sh
# Runs every vector of this folder and of regress/ on both cores. pending/ holds rows of known bugs: they may fail,
# and when all of a file pass it says that the file can go to regress/ (gen_regress.py writes both).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tool=$PPCEMU_BUILD/ppcemu-test
for f in "$here"/pending/*.vec; do
    [ -e "$f" ] || continue
    if "$tool" vectors --cpu 7457 "$f" > /dev/null 2>&1; then
        echo "pending/$(basename "$f") passes now: move it to regress/"
    else
        echo "known bug: $(basename "$f") ($("$tool" vectors --cpu 7457 "$f" | tail -n 1))"
    fi
done
exec "$tool" vectors --cpu 7457 -v "$here"/*.vec "$here"/regress/*.vec
