"""What is measured: the programs, the classes they are in and what is asked of a class."""

import collections

# guest, native: what is measured; before: what a guest does first, not measured.
Program = collections.namedtuple("Program", "name kind guest native before", defaults=[None])
Kind = collections.namedtuple("Kind", "title target mips")

# target: speed against QEMU that the project asks for; mips: whether instructions a second are
# worth a line (a drive's time is waiting, and the firmware's part of a boot is not counted).
KINDS = {
    "integer": Kind("integer", 0.5, True),
    "calls": Kind("calls", 0.5, True),
    "fp": Kind("scalar floating point", 4.0, True),
    "vfloat": Kind("AltiVec float", 8.0, True),
    "vperm": Kind("AltiVec permute", 2.0, True),
    "vint": Kind("AltiVec integer", 0.8, True),
    "system": Kind("system", 1.0, True),
    "cold": Kind("cold code", 3.0, True),
    "io": Kind("drives", None, False),
    "boot": Kind("boot to shell", 1.2, False),
}

READ_MIB = 64
IMAGE_MIB = 96  # writes go behind the part that is read: progs/io.c


def bench(kind, name, rounds):
    command = "bench %s %d" % (name, rounds)
    return Program(name, kind, command, command)


def cold(name, rounds):
    """A fresh copy each time: both emulators remember the code of a physical page beyond the end of
    the process, until the page is written."""
    return Program(name, "cold", "/tmp/cold %d" % rounds, "cold %d" % rounds,
                   "rm -f /tmp/cold; cp /bin/cold /tmp/cold")


def drive(name, what, mib, device, image):
    return Program(name, "io", "bench %s %d %s" % (what, mib, device),
                   "bench %s %d %s" % (what, mib, image))


# Rounds are such that the slower emulator takes 0.5 to 3 s (cold code excepted).
PROGRAMS = [
    bench("integer", "core", 4000),
    bench("integer", "sieve", 60),
    bench("integer", "sort", 30),
    bench("integer", "crc32", 600),
    bench("integer", "sha256", 100),
    bench("integer", "bytecode", 50),
    bench("integer", "lz", 120),
    bench("calls", "fib", 50),
    bench("calls", "ackermann", 50),
    bench("calls", "pointers", 100),
    bench("fp", "nbody", 150),
    bench("fp", "mandelbrot", 60),
    bench("fp", "matmul", 150),
    bench("fp", "fft", 600),
    bench("fp", "spectral", 400),
    bench("vfloat", "saxpy", 10000),
    bench("vfloat", "vmatmul", 250),
    bench("vperm", "permute", 20000),
    bench("vint", "motion", 10000),
    bench("vint", "saturate", 8000),
    bench("system", "getpid", 300),
    bench("system", "fork", 600),
    bench("system", "forkexec", 400),
    bench("system", "pagefault", 20),
    bench("system", "switch", 8),
    bench("system", "pipe", 200),
    cold("once", 1),
    cold("twice", 2),
    drive("cd-read", "read", READ_MIB, "/dev/sr0", "{cd}"),
    drive("disk-read", "read", READ_MIB, "/dev/sda", "{disk}"),
    drive("disk-write", "write", IMAGE_MIB - READ_MIB, "/dev/sda", "{disk}"),
]

QUICK = [
    bench("integer", "sieve", 4),
    bench("fp", "nbody", 2),
    bench("system", "getpid", 20),
]
