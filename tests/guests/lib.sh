# Shared by the scripts in this folder; source it, do not run it.
#
# Rules all scripts keep:
#   - results live outside the tree, in $XDG_CACHE_HOME/ppcemu/<what>-<key>/, where <key> is a hash
#     of everything that decides the bytes (script, config, sources, versions of the packages);
#   - a result folder appears whole or not at all (built beside, then renamed), so an interrupted
#     build is never taken for a finished one;
#   - standard output carries exactly one line, the result folder; everything else is on stderr.

set -eu
umask 022
export LC_ALL=C TZ=UTC

guests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ppcemu
mkdir -p "$cache"

# One fixed date for every file we make: results are the same bytes on every machine.
EPOCH=1700000000   # 2023-11-14 22:13:20 UTC

CROSS=powerpc-linux-gnu-
# Plain 32-bit PowerPC: the same binaries run on 603, 750 and 74xx.
CROSS_CFLAGS="-O2 -mcpu=powerpc -static"

jobs=$(nproc)

say() { printf '%s\n' "guests: $*" >&2; }
die() { say "$*"; exit 1; }

# key ARG... : 16 hex digits over the arguments. Files count with their content, shell scripts
# without their comments: a better comment must not cost two kernel builds.
key() {
    local a
    for a in "$@"; do
        case $a in
            *.sh) grep -vE '^ *(#.*)?$' "$a" ;;
            *) if [ -f "$a" ]; then sha256sum < "$a"; else printf '%s\n' "$a"; fi ;;
        esac
    done | sha256sum | cut -c1-16
}

# pkgver NAME... : installed versions, one word
pkgver() { dpkg-query -W -f '${Package}=${Version};' "$@"; }

# lock NAME : one builder per result, others wait and then find it in the cache
lock() {
    exec 9> "$cache/.lock-$1"
    flock 9
}

# begin WHAT KEY : sets $out; when the result exists already, prints it and ends the script.
# Otherwise sets $tmp, a folder to build the result in.
begin() {
    out=$cache/$1-$2
    lock "$1-$2"
    if [ -d "$out" ]; then
        touch "$out"
        printf '%s\n' "$out"
        exit 0
    fi
    tmp=$out.tmp.$$
    trap 'rm -rf "$tmp"' EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$tmp"
}

# finish : publish $tmp as $out
finish() {
    mv "$tmp" "$out"
    trap - EXIT
    printf '%s\n' "$out"
}

# run LOG COMMAND... : quiet unless it fails
run() {
    local log=$1
    shift
    if ! "$@" >> "$log" 2>&1 < /dev/null; then
        tail -n 40 "$log" >&2
        die "failed: $*"
    fi
}

# private_apt DIR TYPE [OPTIONS] : apt state of our own in DIR that reads the system's
# repositories (the mirrors the administrator chose) as TYPE "deb" or "deb-src". The system's
# own lists, sources and architectures are not touched.
# Sets the array $apt_opts for apt-get.
private_apt() {
    local dir=$1 type=$2 opt=${3:-}
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
        grep -E '^[a-z+]+://?[^ ]+ [a-z]+(-updates|-security)? main$' | sort -u |
        sed "s|^|$type $opt |" > "$dir/sources.list"
    [ -s "$dir/sources.list" ] || die "no apt repositories known (run apt-get update)"
    : > "$dir/status"
    apt_opts=(-q
        -o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State=$dir" -o "Dir::State::lists=$dir/lists"
        -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache"
        -o APT::Sandbox::User=root)
}

# source_package NAME VERSION DIR : Debian's source, patched as Debian ships it, unpacked to DIR
source_package() {
    local name=$1 version=$2 dir=$3 dl=$cache/src/$1-$2
    if [ ! -d "$dl" ]; then
        local t=$dl.tmp.$$
        rm -rf "$t"
        mkdir -p "$t"
        private_apt "$t/apt" deb-src
        # One repository out of sync is no reason to stop: what matters is the next command.
        apt-get "${apt_opts[@]}" update > "$t.log" 2>&1 || say "apt-get update complained"
        (cd "$t" && run "$t.log" apt-get "${apt_opts[@]}" source --download-only "$name=$version")
        rm -rf "$t/apt" "$t.log"
        mv "$t" "$dl"
    fi
    dpkg-source --no-check -x "$dl/${name}_${version#*:}.dsc" "$dir" > /dev/null
}
