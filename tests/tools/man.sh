#!/bin/sh
# Makes docs/ppcemu.1 from docs/ppcemu.1.in and the option table of a built ppcemu.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
ppcemu=${PPCEMU:-$top/build/ppcemu}
options=$(mktemp)
trap 'rm -f "$options"' EXIT
"$ppcemu" --help-man > "$options"
sed -e "/^@OPTIONS@\$/{r $options
d}" "$top/docs/ppcemu.1.in" > "$top/docs/ppcemu.1"
