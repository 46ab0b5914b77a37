#!/usr/bin/env python3
"""The acceptance list: `ppcemu -machine pegasos2 -nographic linux.iso`."""

import hashlib
import os
import re
import time

from console import PROMPT, check, main, scratch
from linux import boot, check_log, iso, power_off

DISK_MIB = 64
COPY_MIB = 8


def digest(path):
    h = hashlib.md5()
    with open(path, "rb") as f:
        for part in iter(lambda: f.read(1 << 20), b""):
            h.update(part)
    return h.hexdigest()


def check_cpu(c):
    info = c.run("cat /proc/cpuinfo")
    check(re.search(r"^cpu\s*:.*(7447A|7457).*altivec", info, re.M), "/proc/cpuinfo says:\n%s", info)


def check_cd(c, image):
    found = c.run("md5sum /dev/sr0", 180).split()[:1]
    check(found == [digest(image)], "md5sum /dev/sr0 is %s, the image's is %s", found, digest(image))


def check_clock(c, held):
    """hwclock reads to the second: the host's second must be the same or a neighbour; a clock that was
    held for some seconds by a debugger is that much behind."""
    before = time.time()
    shown = c.run("hwclock -r -u; hwclock -r")
    after = time.time()
    found = re.search(r"(\w{3} \w{3} +\d+ \d+:\d+:\d+ \d{4})", shown)
    check(found, "hwclock -r says %r", shown)
    guest = time.mktime(time.strptime(found.group(1), "%a %b %d %H:%M:%S %Y")) - time.timezone
    check(before - 1 - held <= guest <= after + 1, "hwclock -r is %.1f s from the host's clock",
          guest - before)


def check_echo(c):
    """Every key comes back, in order, also when typed faster than a line's FIFO is deep."""
    text = "The quick brown fox jumps over the lazy dog 0123456789 " * 3
    shown = c.run("echo '%s'" % text).strip()
    check(shown == text.strip(), "typed %r, got back %r", text, shown)


def write_disk(c):
    out = c.run("dd if=/dev/sr0 of=/dev/sda bs=64k count=%d && sync && echo written"
                % (COPY_MIB * 16), 180)
    check("written" in out, "dd to /dev/sda:\n%s", out)
    out = c.run("dd if=/dev/sr0 bs=64k count=%d 2>/dev/null | md5sum" % (COPY_MIB * 16), 120)
    return out.split()[0]


def read_disk(c, expected):
    out = c.run("dd if=/dev/sda bs=64k count=%d 2>/dev/null | md5sum" % (COPY_MIB * 16), 120)
    check(out.split()[:1] == [expected], "/dev/sda after the reboot is %s, written was %s",
          out.split()[:1], expected)


def session(image, start=boot, rebooting=lambda: None, held=lambda: 0):
    """start(options) boots with the CD and a disk to the shell; rebooting() is called when a reboot
    has been typed; held() says for how long the machine stood still."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with scratch() as folder:
        disk = os.path.join(folder, "disk.img")
        with open(disk, "wb") as f:
            f.truncate(DISK_MIB << 20)
        with start(["-nographic", image, "-hda", disk]) as c:
            check_cpu(c)
            check_clock(c, held())
            check_echo(c)
            check_cd(c, image)
            written = write_disk(c)
            check_log(c)
            c.type("reboot\n")
            rebooting()
            c.expect("ppcemu guest ready", 240)
            c.expect(PROMPT, 60)
            read_disk(c, written)
            check_log(c)
            power_off(c)
        with open(image, "rb") as a, open(disk, "rb") as b:
            for n in range(COPY_MIB):
                check(a.read(1 << 20) == b.read(1 << 20), "MiB %d of disk.img differs", n)


def test():
    session(iso())


if __name__ == "__main__":
    main(test)
