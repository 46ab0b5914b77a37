"""Linux in a window under Xvfb: words are typed into the window, and a second shell on the serial line
says what arrived.

    with LinuxWindow() as w:
        w.c.run("ls")           # on the serial line
        w.x.type("ls\n")        # in the window
        w.start_events(); ...; w.events()
"""

import os
import re
import time

from console import Console, PROMPT, guest, scratch
from xscreen import XScreen

SERIAL_SHELL = "setsid sh -c 'exec sh -l </dev/ttyS0 >/dev/ttyS0 2>&1' &"


def linux(append='console=ttyS0,115200 console=tty0 ppcemu_cmd="%s"' % SERIAL_SHELL):
    """Arguments for the Linux guest: shells on the screen and on the serial line."""
    return ["-kernel", os.path.join(guest("linux.sh"), "vmlinux"),
            "-initrd", os.path.join(guest("initramfs.sh"), "initramfs.cpio.gz"), "-append", append]


class LinuxWindow:
    def __init__(self, *arguments, prepare=None):
        """prepare: makes files in the folder that is ppcemu's current one."""
        self.folder_scratch = scratch()
        self.folder = self.folder_scratch.__enter__()
        if prepare:
            prepare(self.folder)
        self.x = XScreen()
        self.c = Console(linux() + ["-serial", "mon:stdio"] + list(arguments), env=self.x.env,
                         cwd=self.folder)

    def __enter__(self):
        try:
            self.x.window("ppcemu")
            self.c.expect(PROMPT, 120)
            # Linux leaves a 745x awake when it idles.
            self.c.run("echo 1 > /proc/sys/kernel/powersave-nap; dmesg -n 1")
            time.sleep(2)  # late drivers, and the shell on the screen
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.c.close()
        self.x.__exit__()
        self.folder_scratch.__exit__()

    def start_events(self, device, seconds=3, grab=True):
        """What comes at /dev/input/DEVICE from now on until nothing has come for `seconds`. The pipe
        keeps the serial line's pace away from the kernel's buffer of 64 events: Linux has no interrupt
        for this UART and polls, 1400 characters a second. That, and Print being a Ctrl-\\ for the
        foreground program, is how `od /dev/input/event0 > /dev/ttyS0` in the window lost keys. grab:
        nobody else in the guest gets them."""
        self.c.type("events %s%d /dev/input/%s | cat\n" % ("-g " if grab else "", seconds, device))
        self.c.expect("events ready\n", 20)

    def events(self, seconds=120):
        """[(kind, code, value)], kind being key, rel or led."""
        text = self.c.expect("events done\n", seconds)
        self.c.expect(PROMPT)
        if "lost" in text:
            self.c.fail("the guest's kernel lost events")
        return [(kind, int(code), int(value)) for kind, code, value in
                re.findall(r"^(key|rel|led) (\d+) (-?\d+)$", text, re.M)]

    def monitor(self, command, pattern):
        """The match of `pattern` in what the monitor answers."""
        self.c.type("\x01c")
        self.c.expect("(ppcemu) ", 10)
        self.c.type(command + "\n")
        found = self.c.expect(re.compile(pattern), 10)
        self.c.expect("(ppcemu) ", 10)
        self.c.type("\x01c")
        return found
