#!/bin/sh
# Runs every vector of this folder and of regress/ on both cores; the reports of a failure name file and line.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
set -- "$here"/*.vec
for f in "$here"/regress/*.vec; do
    [ -e "$f" ] && set -- "$@" "$f"
done
exec "$PPCEMU_BUILD/ppcemu-test" vectors --cpu 7457 -v "$@"
