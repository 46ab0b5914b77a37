#!/usr/bin/env python3
"""The window under Xvfb with real X events. screen.py prompt|linux|options; SAVE=folder keeps the pictures
of each step there (how docs/screenshots and tests/boot/pictures are made)."""

import glob
import os
import re
import time

from console import Console, TOP, check, main, scratch
from linux import iso
from xscreen import Picture, XScreen, load, reference

SAVE = os.environ.get("SAVE")


def keep(picture, name):
    if SAVE:
        picture.save(os.path.join(SAVE, name + ".png"))
    return picture


def font():
    """firmware/font.c's glyphs."""
    text = open(os.path.join(TOP, "firmware", "font.c")).read()
    rows = re.findall(r"\{((?:0x[0-9a-f]{2}, ){11}0x[0-9a-f]{2})\}", text)
    return [[0, 0, 0] + [int(v, 16) for v in r.split(", ")] + [0] for r in rows]


GLYPHS = font()


def written(text, ink=0xc8):
    """`text` as the firmware's console draws it, black behind."""
    rows = []
    for r in range(16):
        line = b""
        for c in text:
            bits = GLYPHS[ord(c) - 32][r]
            line += b"".join(bytes([ink if bits & 0x80 >> k else 0] * 3) for k in range(8))
        rows.append(line)
    return Picture(8 * len(text), 16, rows)


def has_line(picture, text):
    """Some row of the console begins with `text`."""
    want = written(text)
    return any(picture.crop(0, y, want.width, 16) == want for y in range(0, picture.height - 15, 16))


def screenshots_agree(x, folder, name):
    """Ctrl-Alt-S writes what the X screen shows."""
    for old in glob.glob(folder + "/ppcemu-*.png"):
        os.remove(old)
    x.key("ctrl+alt+s")
    x.wait_title("screenshot: ppcemu-")
    made = glob.glob(folder + "/ppcemu-*.png")
    check(len(made) == 1, "Ctrl-Alt-S made %d files", len(made))
    shot = load(made[0])
    check(shot.width == 800 and shot.height == 600, "screenshot of %d x %d", shot.width, shot.height)
    # A cursor that blinks may be there in one of the two.
    seen = x.picture()
    differ = sum(1 for a, b in zip(shot.rows, seen.rows) if a != b)
    check(differ <= 16, "%s: screenshot and X screen differ in %d rows", name, differ)
    return shot


def full_screen(x):
    """There and back; the picture fills the screen's height in its own shape."""
    before = x.place()
    x.key("ctrl+alt+f")
    end = time.monotonic() + 10
    while x.place()[2:] != (1280, 1024):
        check(time.monotonic() < end, "full screen is %s", x.place())
        time.sleep(0.1)
    p = x.wait_for(lambda p: p.crop(0, 40, 1280, 900).lit() > 500 and
                   p.crop(0, 0, 1280, 30).lit() == 0 and p.crop(0, 994, 1270, 20).lit() == 0, 10,
                   "the picture in full screen, with bars above and below")
    keep(p, "full-screen")
    x.key("ctrl+alt+f")
    end = time.monotonic() + 10
    while x.place()[2:] != (800, 600):
        check(time.monotonic() < end, "back from full screen: %s, was %s", x.place(), before)
        time.sleep(0.1)
    time.sleep(0.5)


def scene(x, c):
    """The demo's drawing: devices, bars, a picture that moves, keys, pointer; Esc leaves it."""
    c.expect("The screen shows the rest", 120)

    def text(p, column, row, words, ink=0xc8):
        return p.crop(8 * column, 16 * row, 8 * len(words), 16) == written(words, ink)

    p = x.wait_for(lambda p: text(p, 48, 26, "Keys", 0xff) and
                   p.crop(384, 224, 256, 176).lit() > 40000, 20, "the scene")
    check(text(p, 1, 2, "Devices", 0xff) and text(p, 1, 3, "memory@0"), "no device list")
    check(text(p, 48, 3, "integer instructions"), "no list of work")
    colours = {p.pixel(8 * 68 + 2, 16 * row + 8) for row in range(3, 10)}
    check(colours == {(0, 0xaa, 0)}, "the bars are %s", colours)
    picture = p.crop(384, 224, 256, 176)
    colours = {picture.pixel(i, j) for i in range(256) for j in range(0, 176, 3)}
    check(len(colours) > 100, "the picture has %d colours", len(colours))
    x.wait_for(lambda p: p.crop(384, 224, 256, 176) != picture, 5, "the picture to move")
    x.wait_for(lambda p: any(text(p, 48 + 17 + len("AltiVec, ") + n, 13, " frames a second")
                             for n in (1, 2, 3)), 10, "the frame rate")
    x.do("mousemove", *[v + 100 for v in x.place()[:2]])
    x.do("click", 1)
    x.wait_title("Ctrl-Alt-G releases")
    x.do("mousemove_relative", 37, 53)
    p = x.wait_for(lambda p: text(p, 82, 16, " 437, 353"), 10, "the pointer at 437, 353")
    x.do("mousedown", 3)
    x.wait_for(lambda p: p.pixel(8 * 90 + 4, 18 * 16 + 8) == (0xff, 0xff, 0x55), 10, "the right button")
    x.do("mouseup", 3)
    x.do("click", 5)
    x.wait_for(lambda p: text(p, 82, 20, "wheel 1") or text(p, 82, 20, "wheel -1"), 10, "the wheel")
    a = (384 + 7 * 4 + 4, 432 + 3 * 18 + 8)
    x.do("keydown", "a")
    x.wait_for(lambda p: p.pixel(*a) == (0xff, 0xff, 0x55), 10, "the key A held")
    x.do("keyup", "a")
    p = x.wait_for(lambda p: p.pixel(*a) == (0, 0xaa, 0), 10, "the key A seen")
    check(p.pixel(a[0] + 16, a[1]) == (0x60, 0x60, 0x60), "the key S is lit without a touch")
    keep(x.picture(), "demo")
    x.key("ctrl+alt+g")
    x.do("mousemove", 1279, 1023)  # the pointer is part of the picture
    x.key("Escape")


def prompt():
    """The demo and the ok prompt: text, keys with shift, pause, screenshot, CD, close."""
    with scratch() as folder, XScreen() as x, \
            Console([], env=x.env, cwd=folder) as c:
        x.window("ppcemu")
        scene(x, c)
        c.expect("ppcemu demo: done\n", 20)
        p = x.wait_for(lambda p: has_line(p, "ppcemu demo: done"), 10, "the demo's last line")
        check(has_line(p, "ppcemu demo: 8 of 8 PASS."), "the line before the last is lost")
        x.type("Dev /cpus `1234567890-=[]\\;',./\n")
        c.expect("Dev /cpus `1234567890-=[]\\;',./\n", 20)
        x.type('~!@#$%^&*()_+{}|:"<>? ABCxyz')
        c.expect('~!@#$%^&*()_+{}|:"<>? ABCxyz', 20)
        x.wait_for(lambda p: has_line(p, 'ok ~!@#$%^&*()_+{}|:"<>? ABCxyz'), 10, "what was typed")
        x.key("ctrl+u")
        x.type("dev /\nls\n")
        c.expect("failsafe", 20)
        x.wait_for(lambda p: has_line(p, "ok dev /"), 10, "the ok prompt with dev /")
        x.key("Up")  # the history, by an arrow key
        x.wait_for(lambda p: has_line(p, "ok ls"), 10, "the line before")
        shot = screenshots_agree(x, folder, "ok prompt")
        keep(shot, "ok-prompt")
        check(has_line(shot, "ok dev /"), "the screenshot lacks the prompt")
        full_screen(x)
        for name in ("a.iso", "b.iso"):
            with open(os.path.join(folder, name), "wb") as f:
                f.write(name.encode() * 10000)
        x.key("ctrl+alt+d")
        x.wait_title("CD: a.iso")
        x.key("ctrl+alt+d")
        x.wait_title("CD: b.iso")
        x.key("ctrl+alt+e")
        x.wait_title("drive is empty")
        x.key("ctrl+alt+p")
        x.wait_title("(paused)")
        x.key("ctrl+alt+p")
        x.key("ctrl+alt+r")  # reset: the demo runs again
        c.expect("The screen shows the rest", 120)
        c.type(" ")  # the serial line ends it too
        c.expect("ppcemu demo: done\n", 20)
        x.wait_for(lambda p: has_line(p, "ppcemu demo: done"), 10, "the demo after a reset")
        x.key("ctrl+alt+q")  # power-off at the prompt
        check(c.wait(20) == 0, "power-off ended ppcemu with status %s", c.status)


def linux():
    """The Linux CD: penguin and boot text, typed commands, screenshot, full screen, close twice."""
    with scratch() as folder, XScreen() as x, Console([iso(), "-append",
                     "console=ttyS0,115200 console=tty0"], env=x.env, cwd=folder) as c:
        x.window("ppcemu")
        penguin = reference("penguin.png")
        x.wait_for(lambda p: p.crop(0, 0, 80, 80) == penguin, 90, "the penguin")
        c.expect("Run /init", 90)
        time.sleep(3)
        keep(x.picture(), "linux")
        # What is typed goes to the screen; what the shell answers, here to the serial line.
        x.type("uname -m > /dev/ttyS0\n")
        c.expect("ppc\n", 30)
        x.type("clear; echo Hello from PowerPC\n")
        hello = reference("hello.png")
        p = x.wait_for(lambda p: p.crop(0, 80, 240, 16) == hello or p.crop(0, 0, 240, 16) == hello, 20,
                       "Hello from PowerPC")
        keep(p, "hello")
        screenshots_agree(x, folder, "Linux")
        full_screen(x)
        x.key("super+alt+F4")  # the window manager's way to close
        x.wait_title("asked to switch off")
        x.key("super+alt+F4")
        check(c.wait(20) == 0, "the second close ended ppcemu with status %s", c.status)


def options():
    """-full-screen, -display none and no display at all."""
    with scratch() as folder, XScreen() as x:
        with Console(["-full-screen"], env=x.env, cwd=folder) as c:
            x.window("ppcemu")
            c.expect("The screen shows the rest", 120)
            p = x.wait_for(lambda p: p.width == 1280 and has_ends(p), 10, "the demo in full screen")
            keep(p, "started-full")
            x.key("Escape")
            c.expect("ppcemu demo: done\n", 60)
            x.key("ctrl+alt+q")
            check(c.wait(20) == 0, "power-off ended ppcemu with status %s", c.status)
        with Console(["-display", "none"], env=x.env, cwd=folder) as c:
            c.expect("ok ", 120)
            check(not x.do("search", "--onlyvisible", "--name", "ppcemu"), "-display none has a window")
            check("no window" not in c.text, "-display none complains: %s", c.text)
    nowhere = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    for env, reason in ((nowhere, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
                        (dict(nowhere, DISPLAY=":987"), "")):
        with Console([], env=env) as c:
            c.expect("ok ", 120)
            said = re.findall(r"^ppcemu: no window \((.+)\): the console is the serial port$", c.text,
                              re.M)
            check(len(said) == 1 and reason in said[0], "without a display it said %r", c.text[:300])


def has_ends(picture):
    """The picture of 800 x 600 fills a screen of 1280 x 1024 between two bars of 32."""
    return (picture.crop(0, 0, 1280, 31).lit() == 0 and picture.crop(0, 993, 1260, 30).lit() == 0 and
            picture.crop(0, 32, 1280, 960).lit() > 500)


def test(what):
    {"prompt": prompt, "linux": linux, "options": options}[what]()


if __name__ == "__main__":
    main(test)
