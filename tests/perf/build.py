"""Builds the basket for the guest and for the host, and the initramfs that carries it.

Results are kept like those of tests/guests: $XDG_CACHE_HOME/ppcemu/perf-KEY, where KEY is a hash of
everything that decides the bytes; a result appears whole or not at all."""

import glob
import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile

import cold

HERE = os.path.dirname(os.path.realpath(__file__))
CROSS = "powerpc-linux-gnu-"
WARN = ["-std=gnu11", "-Wall", "-Wextra", "-Wshadow"]
# Vectors are for vector.c alone, and rounding is the same everywhere: progs/bench.h.
PLAIN = ["-O2", "-fno-tree-vectorize", "-ffp-contract=off"]
GUEST = [CROSS + "gcc", "-mcpu=7450"]
NATIVE = ["gcc", "-march=native"]


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "ppcemu")


def _run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit("perf: failed: %s\n%s" % (" ".join(command), done.stdout.decode()))


def _key(sources):
    h = hashlib.sha256()
    for name in sources:
        with open(name, "rb") as f:
            h.update(f.read())
    h.update(repr((WARN, PLAIN, GUEST, NATIVE)).encode())
    for compiler in (GUEST[0], NATIVE[0]):
        h.update(subprocess.check_output([compiler, "--version"]))
    with open("/proc/cpuinfo", "rb") as f:  # -march=native
        h.update(b"".join(line for line in f if line.startswith((b"flags", b"model name"))))
    return h.hexdigest()[:16]


def _made(name, key, make):
    """The result folder NAME-KEY with guest/ and native/, filled by make when it is not there."""
    result = os.path.join(cache(), "%s-%s" % (name, key))
    if os.path.isdir(result):
        return result
    os.makedirs(cache(), exist_ok=True)
    tmp = tempfile.mkdtemp(prefix="perf.tmp.", dir=cache())
    try:
        for folder in ("guest", "native"):
            os.mkdir(os.path.join(tmp, folder))
        make(os.path.join(tmp, "guest"), os.path.join(tmp, "native"))
        os.rename(tmp, result)
    except OSError:
        if not os.path.isdir(result):  # else another run was faster
            raise
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return result


def _bench(compiler, out, vector_flags, scalar_flags):
    """The programs of progs/ as one."""
    objects = []
    for source in sorted(glob.glob(os.path.join(HERE, "progs", "*.c"))):
        flags = vector_flags if source.endswith("vector.c") else scalar_flags
        objects.append(out + "-" + os.path.basename(source) + ".o")
        _run(compiler + WARN + PLAIN + flags + ["-c", source, "-o", objects[-1]])
    _run(compiler + ["-static", "-o", out] + objects)
    for name in objects:
        os.remove(name)


def _cold(compiler, out, flags):
    source = out + ".c"
    with open(source, "w") as f:
        f.write(cold.source(1250, 80))
    _run(compiler + ["-O1", "-w", "-static"] + flags + ["-o", out, source])
    os.remove(source)


def _archive(files):
    """A newc cpio archive of (name in the guest, mode, content)."""
    out = bytearray()
    for number, (name, mode, data) in enumerate(files + [("TRAILER!!!", 0, b"")], 800001):
        fields = (number, mode, 0, 0, 1, 1700000000, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def _read(name):
    with open(name, "rb") as f:
        return f.read()


def _make_bench(guest, native):
    _bench(GUEST, os.path.join(guest, "bench"), ["-maltivec"], ["-mno-altivec"])
    _bench(NATIVE, os.path.join(native, "bench"), [], [])
    _run([CROSS + "strip", os.path.join(guest, "bench")])


def _make_cold(guest, native):
    _cold(GUEST, os.path.join(guest, "cold"), ["-mno-altivec"])
    _cold(NATIVE, os.path.join(native, "cold"), [])
    _run([CROSS + "strip", os.path.join(guest, "cold")])


def programs(with_cold=True):
    """Name -> folder with guest/NAME and native/NAME. The large program of class cold takes half a
    minute to compile, once."""
    sources = sorted(glob.glob(os.path.join(HERE, "progs", "*")))
    built = {"bench": _made("perf", _key(sources), _make_bench)}
    if with_cold:
        built["cold"] = _made("perf-cold", _key([os.path.join(HERE, "cold.py")]), _make_cold)
    return built


def write_initramfs(plain, built, path):
    """Writes the archive `plain` followed by one with the guest's programs in bin/."""
    files = [("bin/" + name, 0o100755, _read(os.path.join(folder, "guest", name)))
             for name, folder in built.items()]
    data = _read(plain)
    with open(path, "wb") as f:
        # The kernel unpacks one archive after the other; each begins at a multiple of four.
        f.write(data + bytes(-len(data) % 4) + gzip.compress(_archive(files), 6, mtime=0))
