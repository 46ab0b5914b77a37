#!/bin/bash
# Makes a hard disk image with one partition and a file system.
#
#   tests/guests/disk.sh SCHEME FS MEBIBYTES FILE [DIR]
#       SCHEME   mbr (partition 1), apm (Apple partition map; partition 2, as 1 is the map itself) or
#                none (file system on the whole disk)
#       FS       ext2, iso, or empty (nothing in the partition)
#       DIR      what the file system holds; without it an ext2 is empty, an iso holds one file
#
# A disk gets written to, so it goes to FILE, not to the cache. Same arguments, same bytes.
set -eu
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1700000000
# mke2fs is not on every user's path
PATH=$PATH:/usr/sbin:/sbin

[ $# -ge 4 ] || { sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
scheme=$1 fs=$2 mib=$3 file=$4 dir=${5:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The partition starts at 1 MiB, where nothing of either partition table is.
case $scheme in
    mbr | apm) start=2048 ;;
    none) start=0 ;;
    *) echo "disk.sh: scheme $scheme?" >&2; exit 2 ;;
esac
sectors=$((mib * 2048 - start))

rm -f "$file"
truncate -s "${mib}M" "$file"

# --- the file system, made beside and copied in with holes kept ---------------------------------
part=$work/part
case $fs in
    ext2)
        truncate -s $((sectors * 512)) "$part"
        # A fixed UUID and directory hash seed; e2fsprogs takes its dates from SOURCE_DATE_EPOCH or
        # E2FSPROGS_FAKE_TIME depending on the version.
        E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -F -t ext2 -L PPCEMU \
            -U 70706365-6d75-4d75-8d75-000000000001 \
            -E hash_seed=70706365-6d75-4d75-8d75-000000000002,root_owner=0:0 ${dir:+-d "$dir"} "$part"
        ;;
    iso)
        if [ -z "$dir" ]; then
            dir=$work/dir
            mkdir "$dir"
            echo 'ppcemu disk' > "$dir/readme.txt"
            find "$dir" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
        fi
        xorriso -as mkisofs -quiet -R -J -V PPCEMU -uid 0 -gid 0 -o "$part" "$dir" 2> "$work/log" ||
            { cat "$work/log" >&2; exit 1; }
        [ "$(stat -c %s "$part")" -le $((sectors * 512)) ] || { echo "disk.sh: $mib MiB is too small" >&2; exit 1; }
        ;;
    empty) : > "$part" ;;
    *) echo "disk.sh: file system $fs?" >&2; exit 2 ;;
esac
dd if="$part" of="$file" bs=1M seek=$((start / 2048)) conv=notrunc,sparse status=none

# --- the partition table -------------------------------------------------------------------------
put() { dd of="$file" bs=1 seek="$1" conv=notrunc status=none; }     # put OFFSET < BYTES
be16() { printf "\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 & 255)))"; }
be32() { be16 $(($1 >> 16 & 65535)); be16 $(($1 & 65535)); }
le32() { local i; for i in 0 8 16 24; do printf "\\$(printf %03o $(($1 >> i & 255)))"; done; }

case $scheme in
    mbr)
        # type 0x83; CHS fields at their "too large" value, as is usual for disks addressed by LBA
        { printf '\200\376\377\377\203\376\377\377'; le32 $start; le32 $sectors; } | put 446
        printf '\125\252' | put 510
        ;;
    apm)
        # block 0: driver descriptor "ER", block size, number of blocks
        { printf ER; be16 512; be32 $((mib * 2048)); } | put 0
        # PMAP-BLOCK START COUNT NAME TYPE
        entry() {
            { printf PM; be16 0; be32 2; be32 "$2"; be32 "$3"; } | put $(($1 * 512))
            printf %s "$4" | put $(($1 * 512 + 16))
            printf %s "$5" | put $(($1 * 512 + 48))
            { be32 0; be32 "$3"; be32 51; } | put $(($1 * 512 + 80))   # data start, count; valid+allocated+readable+writable
        }
        entry 1 1 63 Apple Apple_partition_map
        if [ "$fs" = iso ]; then type=CD_ROM_Mode_1; else type=Apple_UNIX_SVR2; fi
        entry 2 $start $sectors ppcemu $type
        ;;
esac
