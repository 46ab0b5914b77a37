"""An X server of our own without a screen (Xvfb), real key and mouse events (xdotool), and its picture.

    with XScreen() as x, Console([...], env=x.env) as c:
        x.window("ppcemu")
        x.type("words\n")
        x.wait_for(lambda p: p.crop(0, 0, 80, 80) == reference, 10, "the penguin")
"""

import os
import re
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

from console import Failed, SLOW

PICTURES = os.path.join(os.path.dirname(os.path.realpath(__file__)), "pictures")


class Picture:
    """Rows of RGB bytes."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def __eq__(self, other):
        return (self.width, self.height, self.rows) == (other.width, other.height, other.rows)

    def crop(self, x, y, width, height):
        return Picture(width, height, [r[3 * x:3 * (x + width)] for r in self.rows[y:y + height]])

    def pixel(self, x, y):
        return tuple(self.rows[y][3 * x:3 * x + 3])

    def lit(self):
        """How many pixels are not black."""
        return sum(1 for r in self.rows for x in range(self.width) if any(r[3 * x:3 * x + 3]))

    def save(self, path):
        def chunk(kind, data):
            return (struct.pack(">I", len(data)) + kind + data +
                    struct.pack(">I", zlib.crc32(kind + data)))
        raw = b"".join(b"\0" + r for r in self.rows)
        with open(path, "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\n" +
                    chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)) +
                    chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def load(path):
    """A PNG as ppcemu and Picture.save write them: RGB, filters none and up."""
    data = open(path, "rb").read()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise Failed("%s is no PNG" % path)
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] != zlib.crc32(kind + body):
            raise Failed("%s: the checksum of %s is wrong" % (path, kind))
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    raw, rows, step = zlib.decompress(packed), [], 3 * width
    above = bytes(step)
    for y in range(height):
        line = raw[y * (step + 1):(y + 1) * (step + 1)]
        above = bytes((a + b) & 255 for a, b in zip(line[1:], above)) if line[0] == 2 else line[1:]
        rows.append(above)
    return Picture(width, height, rows)


class XScreen:
    def __init__(self, width=1280, height=1024, manager="openbox"):
        self.folder = tempfile.mkdtemp(prefix="ppcemu-x-", dir="/var/tmp")
        self.processes = []
        r, w = os.pipe()
        self._start(["Xvfb", "-displayfd", str(w), "-screen", "0", "%dx%dx24" % (width, height),
                     "-fbdir", self.folder, "-nolisten", "tcp", "-noreset"], pass_fds=(w,))
        os.close(w)
        number = open(r).readline().strip()  # all of it: Xvfb dies when it cannot write the end
        if not number:
            raise Failed("Xvfb did not start")
        self.env = dict(os.environ, DISPLAY=":" + number, SDL_RENDER_DRIVER="software",
                        SDL_AUDIODRIVER="dummy")
        self.id = None
        if manager:
            self._start_manager(manager)
        self.do("mousemove", width - 1, height - 1)  # the pointer is part of the picture

    def _config(self):
        """No frames, in which xdotool's positions would be wrong; Super-Alt-F4 closes."""
        path = os.path.join(self.folder, "rc.xml")
        with open(path, "w") as f:
            f.write('<openbox_config xmlns="http://openbox.org/3.4/rc"><keyboard>'
                    '<keybind key="W-A-F4"><action name="Close"/></keybind></keyboard>'
                    '<applications><application class="*"><decor>no</decor></application>'
                    '</applications></openbox_config>')
        return path

    def _start_manager(self, manager):
        """openbox looks like a running manager before it reads its fonts, which takes seconds on a system
        without a fontconfig cache, and a window that asks to be shown meanwhile never is. What it
        starts itself it starts after that."""
        ready = os.path.join(self.folder, "ready")
        self._start([manager, "--sm-disable", "--config-file", self._config(), "--startup",
                     "touch " + ready], env=self.env)
        end = time.monotonic() + 60 * SLOW
        while not os.path.exists(ready):
            if time.monotonic() > end:
                raise Failed("the window manager did not start")
            time.sleep(0.05)

    def _start(self, command, **how):
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                               stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL, **how))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for p in reversed(self.processes):
            p.terminate()
            p.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def do(self, *words):
        out = subprocess.run(["xdotool"] + [str(w) for w in words], env=self.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return out.stdout.decode().strip()

    def window(self, name, seconds=20):
        """Waits for the window; its place and size are known from then on."""
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            found = self.do("search", "--onlyvisible", "--name", name).split()
            if found:
                self.id = found[-1]
                self.do("windowfocus", self.id)
                return self.place()
            time.sleep(0.1)
        raise Failed("no window called %s within %g s; X server and manager: %s; windows: %s" %
                     (name, seconds * SLOW, [p.poll() for p in self.processes],
                      self.do("search", "--name", ".")))

    def place(self):
        """x, y, width, height on the screen; xdotool's own answer is off by a frame's width."""
        out = subprocess.run(["xwininfo", "-id", self.id], env=self.env, stdout=subprocess.PIPE)
        found = dict(re.findall(r"(Absolute upper-left X|Absolute upper-left Y|Width|Height): +(-?\d+)",
                                out.stdout.decode()))
        if len(found) != 4:
            raise Failed("the window has gone")
        return tuple(int(found[k]) for k in ("Absolute upper-left X", "Absolute upper-left Y",
                                             "Width", "Height"))

    def title(self):
        return self.do("getwindowname", self.id)

    def type(self, text, delay=40):
        for line in text.splitlines(keepends=True):
            if line.rstrip("\n"):
                self.do("type", "--delay", delay, line.rstrip("\n"))
            if line.endswith("\n"):
                self.do("key", "Return")

    def key(self, *keys):
        self.do("key", "--delay", 60, *keys)

    def picture(self, whole=False):
        """What is on the X screen now, of the window or of all of it: Xvfb keeps it in a file."""
        data = open(os.path.join(self.folder, "Xvfb_screen0"), "rb").read()
        head = struct.unpack(">25I", data[:100])
        width, height, bits, pitch, colours = head[4], head[5], head[11], head[12], head[19]
        if bits != 32:
            raise Failed("Xvfb has %d bits a pixel" % bits)
        base = head[0] + 12 * colours
        x, y, w, h = (0, 0, width, height) if whole else self.place()
        rows = []
        for row in range(y, min(y + h, height)):
            line = data[base + row * pitch + 4 * x:base + row * pitch + 4 * (x + w)]
            rgb = bytearray(3 * (len(line) // 4))
            rgb[0::3], rgb[1::3], rgb[2::3] = line[2::4], line[1::4], line[0::4]
            rows.append(bytes(rgb))
        return Picture(min(w, width - x), len(rows), rows)

    def wait_for(self, what, seconds, about):
        """Until what(picture) is true; on failure the picture is kept in /var/tmp."""
        end = time.monotonic() + seconds * SLOW
        while True:
            p = self.picture()
            if what(p):
                return p
            if time.monotonic() > end:
                p.save("/var/tmp/ppcemu-failed.png")
                raise Failed("%s did not appear within %g s; see /var/tmp/ppcemu-failed.png" %
                             (about, seconds * SLOW))
            time.sleep(0.1)

    def wait_title(self, part, seconds=10):
        end = time.monotonic() + seconds * SLOW
        while part not in self.title():
            if time.monotonic() > end:
                raise Failed("the title is '%s', without '%s'" % (self.title(), part))
            time.sleep(0.1)

    def wait_no_title(self, part, seconds=10):
        end = time.monotonic() + seconds * SLOW
        while part in self.title():
            if time.monotonic() > end:
                raise Failed("the title is '%s', with '%s'" % (self.title(), part))
            time.sleep(0.1)

    def enter(self):
        """The window gets the keyboard."""
        self.do("windowfocus", self.id)


def reference(name):
    return load(os.path.join(PICTURES, name))
