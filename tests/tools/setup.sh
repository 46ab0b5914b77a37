# Shared by run and test; source it with $top set to the repository. Quiet unless there is work.

note() { printf 'ppcemu: %s\n' "$*" >&2; }

# need_packages NAME... : installs what is missing on a Debian system; elsewhere cmake will tell.
# $missing is what was.
need_packages() {
    missing=
    command -v dpkg-query > /dev/null || return 0
    for p in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2> /dev/null || :)" = installed ] ||
            missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    sudo=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo > /dev/null || { note "missing packages, and no sudo to install them:$missing"; exit 1; }
        sudo=sudo
    fi
    note "installing$missing"
    log=$(mktemp)
    # The package lists of a fresh machine may be stale or absent: try, update, try again.
    # shellcheck disable=SC2086 # $missing is a list of words
    install_missing() {
        $sudo env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends $missing < /dev/null
    }
    if ! install_missing > "$log" 2>&1 &&
        ! { $sudo apt-get update -q && install_missing; } > "$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        note "could not install$missing"
        exit 1
    fi
    rm -f "$log"
}

# build_target NAME [AGAIN] : brings $top/build up to date; one build at a time. Configuring is for the
# first time, since the build itself looks at CMakeLists.txt and for new files; a second argument that is
# not empty looks for libraries once more.
build_target() {
    target=$1
    again=${2:-}
    dir=$top/build
    mkdir -p "$dir"
    [ -x "$dir/ppcemu" ] || note "building (about a minute, once)"
    exec 9> "$dir/.lock"
    flock 9
    # A folder that has been moved or copied here has another place's paths in it.
    if ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$dir/CMakeCache.txt" 2> /dev/null; then
        rm -rf "$dir/CMakeCache.txt" "$dir/CMakeFiles" "$dir/Makefile"
    fi
    [ -e "$dir/Makefile" ] || again=again # the last file that configuring writes
    if ! { { [ -z "$again" ] ||
        cmake -G 'Unix Makefiles' -S "$top" -B "$dir" -DCMAKE_BUILD_TYPE=Release; } &&
        cmake --build "$dir" --target "$target" -j "$(nproc)"; } > "$dir/build.log" 2>&1 < /dev/null; then
        grep -E -B2 -A6 'error|Error' "$dir/build.log" | tail -n 40 >&2 || tail -n 40 "$dir/build.log" >&2
        note "the build failed; build/build.log has all of it"
        exit 1
    fi
    exec 9>&-
}
