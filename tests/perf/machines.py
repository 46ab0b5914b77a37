"""The two emulators with the same Linux in them, and the host: each runs a command of the basket
and says how much CPU time that took."""

import os
import random
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "boot"))
import basket  # noqa: E402
import console  # noqa: E402

ANSWER = re.compile(r"checksum=([0-9a-f]{8}) ns=(\d+)")
QEMU = "qemu-system-ppc"
MEMORY = ["-m", "512", "-nographic"]
BOOT_SECONDS = 300
RUN_SECONDS = 300


def make_drives(folder, others=()):
    """One set of images for each machine, of equal content."""
    data = random.Random(1).randbytes(1 << 20)
    drives = {}
    for machine in ("ppcemu", "qemu", "native", "icount") + tuple(others):
        drives[machine] = {}
        for drive in ("cd", "disk"):
            name = os.path.join(folder, "%s-%s.img" % (machine, drive))
            with open(name, "wb") as f:
                for n in range(basket.IMAGE_MIB):
                    f.write(n.to_bytes(4, "big") + data[4:])
            drives[machine][drive] = name
    return drives


class Wrong(Exception):
    """A program in a guest did not answer as it should."""


def cpu_seconds(pid):
    """CPU time of a running process with all its threads, those that have ended included: the
    clock that clock_getcpuclockid(3) names, in nanoseconds."""
    return time.clock_gettime((~pid << 3) | 2)


def answer(text, command):
    found = ANSWER.search(text)
    if not found:
        raise Wrong("%r answered %r" % (command, text.strip()[-300:]))
    return found.group(1), int(found.group(2))


class Guest:
    """A running emulator at the shell's prompt."""

    def __init__(self, name, program, arguments, **more):
        self.name = name
        self.console = console.Console(arguments, program=program, **more)
        try:
            self.console.expect(console.PROMPT, BOOT_SECONDS)
        except console.Failed as why:
            raise Wrong("%s: %s" % (name, why))
        self.boot_seconds = self.cpu()

    def cpu(self):
        return cpu_seconds(self.console.process.pid)

    def settle(self):
        """Linux leaves a 745x awake when it idles; here it must sleep, or waiting for a program's
        output would count as work. Messages of late drivers are waited for."""
        self.console.run("echo 1 > /proc/sys/kernel/powersave-nap; sleep 1; dmesg -n 1")

    def run(self, program):
        """Returns CPU seconds, checksum, guest nanoseconds of a program of the basket."""
        try:
            if program.before:
                self.console.run(program.before, RUN_SECONDS)
            begin = self.cpu()
            text = self.console.run(program.guest, RUN_SECONDS)
        except console.Failed as why:
            raise Wrong("%s: %s" % (self.name, why))
        seconds = self.cpu() - begin
        return (seconds,) + answer(text, program.guest)

    def close(self):
        self.console.close()


def ppcemu(kernel, initramfs, drives=None, more=(), program=console.PPCEMU, name="ppcemu"):
    arguments = MEMORY + ["-kernel", kernel, "-initrd", initramfs,
                          "-append", "console=ttyS0,115200"] + list(more)
    if drives:
        arguments += ["-hda", drives["disk"], "-cdrom", drives["cd"]]
    return Guest(name, program, arguments)


def qemu(kernel, initramfs, drives=None):
    """mac99, because QEMU's pegasos2 does not take a kernel that is linked at address 0."""
    arguments = ["-machine", "mac99", "-cpu", "7457", "-vga", "none"] + MEMORY + [
        "-kernel", kernel, "-initrd", initramfs, "-append", "console=ttyPZ0"]
    if drives:
        arguments += ["-drive", "file=%s,format=raw,if=ide,index=0" % drives["disk"],
                      "-cdrom", drives["cd"]]
    return Guest("QEMU", QEMU, arguments, nvram=None)


def native(built, command, drives):
    words = [word.format(**drives) for word in command.split()]
    words[0] = os.path.join(built[words[0]], "native", words[0])
    child = subprocess.Popen(words, stdout=subprocess.PIPE)
    text = child.stdout.read().decode()
    child.stdout.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return (usage.ru_utime + usage.ru_stime,) + answer(text, command)
