#!/usr/bin/env python3
"""The window's mouse and files: movements, buttons, wheel and drags as Linux reads them, grab and
release, the three ways to scale, CDs by drop and by hot key, pause, screenshot. SAVE=folder keeps the
pictures."""

import hashlib
import os
import random
import time

from console import check, main
from screen import keep, screenshots_agree
from window import LinuxWindow
from xclient import XClient

BUTTONS = {1: 0x110, 3: 0x111, 2: 0x112}  # X's number: Linux's code of left, right, middle
REL_X, REL_Y, REL_WHEEL = 0, 1, 8


def moved(events):
    return [sum(v for kind, code, v in events if (kind, code) == ("rel", axis))
            for axis in (REL_X, REL_Y)]


def middle(x):
    left, top, width, height = x.place()
    return left + width // 2, top + height // 2


def grab(w):
    w.x.do("mousemove", *middle(w.x))
    w.start_events("event1", 2)
    w.x.do("click", 1)
    w.x.wait_title("Ctrl-Alt-G releases")
    got = w.events()
    check(not [event for event in got if event[0] == "key"], "the grabbing click arrived: %s", got)


def movements(w):
    """Sums are exact, whatever the number of reports: single steps, a swing to and fro as a hand makes
    it (150 steps of up to 9 counts, 100 a second), a jump of more than a report holds."""
    w.start_events("event1")
    for dx, dy in ((10, 0), (0, 7), (-4, -3)):
        w.x.do("mousemove_relative", "--", dx, dy)
        time.sleep(0.05)
    got = w.events()
    check([(code, v) for kind, code, v in got] ==
          [(REL_X, 10), (REL_Y, 7), (REL_X, -4), (REL_Y, -3)], "single steps arrived as %s", got)
    dice = random.Random(6)
    steps = [(dice.randint(-9, 9), dice.randint(-9, 9)) for _ in range(150)]
    words = []
    for dx, dy in steps:
        words += ["mousemove_relative", "--", dx, dy, "sleep", 0.01]
    w.start_events("event1")
    w.x.do(*words)
    want, got = [sum(s[k] for s in steps) for k in (0, 1)], w.events()
    check(moved(got) == want, "a swing of %s arrived as %s", want, moved(got))
    check(len(got) >= 100, "150 steps made %d reports", len(got))
    w.start_events("event1")
    w.x.do("mousemove_relative", "--", -300, 250)
    got = w.events()
    check(moved(got) == [-300, 250], "a jump by -300, 250 arrived as %s", moved(got))
    print("mouse: single steps, 150 steps and a jump are exact")


def buttons_and_wheel(w):
    for button, code in BUTTONS.items():
        w.start_events("event1", 2)
        w.x.do("mousedown", button, "sleep", 0.1, "mousemove_relative", "--", 20, -10, "sleep", 0.1,
               "mouseup", button, "sleep", 0.1, "mousemove_relative", "--", 5, 5)
        got = w.events()
        keys = [k for k, event in enumerate(got) if event[0] == "key"]
        check([got[k] for k in keys] == [("key", code, 1), ("key", code, 0)],
              "a drag with button %d arrived as %s", button, got)
        check(keys[0] == 0 and moved(got[:keys[1]]) == [20, -10] and moved(got[keys[1]:]) == [5, 5],
              "a drag with button %d arrived as %s", button, got)
    w.start_events("event1", 2)
    w.x.do("click", "--repeat", 5, "--delay", 50, 4, "click", "--repeat", 3, "--delay", 50, 5)
    got = [v for kind, code, v in w.events() if (kind, code) == ("rel", REL_WHEEL)]
    check(sum(v for v in got if v > 0) == 5 and sum(v for v in got if v < 0) == -3 and
          got == sorted(got, reverse=True), "five notches up and three down arrived as %s", got)
    print("mouse: three drags, wheel")


def release(w):
    w.x.key("ctrl+alt+g")
    w.x.wait_title("click to use")
    w.start_events("event1", 2)
    w.x.do("mousemove_relative", "--", 15, 15)
    w.x.do("click", 4)
    got = w.events()
    check(not got, "a mouse that was released sent %s", got)


def box(picture):
    """Left, top, width, height of what is not black."""
    rows = [y for y, row in enumerate(picture.rows) if any(row)]
    first = picture.rows[rows[len(rows) // 2]]
    lit = [x for x in range(picture.width) if any(first[3 * x:3 * x + 3])]
    return lit[0], rows[0], lit[-1] - lit[0] + 1, rows[-1] - rows[0] + 1


def scaling(w):
    """A white screen in a window of another shape; Ctrl-Alt-A goes from one way to the next."""
    w.c.run("printf '\\033[?25l' > /dev/tty0; tr '\\0' '\\377' < /dev/zero | "
            "dd of=/dev/fb0 bs=4k iflag=fullblock 2> /dev/null")
    w.x.do("windowsize", "--sync", w.x.id, 1000, 700)
    for name, want in (("aspect", (33, 0, 933, 700)), ("integer", (100, 50, 800, 600)),
                       ("stretch", (0, 0, 1000, 700))):
        p = w.x.wait_for(lambda p: p.lit() and box(p) == want, 10, "scale %s, %s" % (name, want))
        keep(p, "scale-" + name)
        w.x.key("ctrl+alt+a")
    w.x.do("windowsize", "--sync", w.x.id, 1240, 1000)
    w.x.wait_for(lambda p: p.lit() and box(p) == (0, 35, 1240, 930), 10, "a larger picture")
    w.x.key("ctrl+alt+f")  # the same way on the whole screen
    w.x.wait_for(lambda p: p.width == 1280 and box(p) == (0, 32, 1280, 960), 10, "full screen")
    w.x.key("ctrl+alt+f")
    w.x.wait_for(lambda p: p.width == 1240, 10, "the window as it was")
    w.x.do("windowsize", "--sync", w.x.id, 800, 600)
    w.c.run("printf '\\033[2J\\033[H\\033[?25h' > /dev/tty0")
    print("window: three ways to scale, full screen and back")


def image(folder, name):
    data = random.Random(name).randbytes(2048 * 200)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)
    return hashlib.md5(data).hexdigest()


def in_drive(w):
    return w.c.run("md5sum /dev/sr0 2>&1").split()[0]


def discs(w, other):
    """What the guest reads from its drive: as started, after a drop, the next and the next by key,
    ejected, dropped again."""
    folder = os.path.join(w.folder, "cds")
    sums = {name: image(folder, name) for name in ("b disc.iso", "c.iso")}
    check(in_drive(w) == sums_of(folder, "a.iso"), "the drive does not have a.iso")
    other.drop(int(w.x.id), os.path.join(folder, "b disc.iso"), middle(w.x))
    w.x.wait_title("CD: b disc.iso")
    keep(w.x.picture(), "dropped")
    check(in_drive(w) == sums["b disc.iso"], "the drive does not have what was dropped")
    w.x.key("ctrl+alt+d")
    w.x.wait_title("CD: c.iso")
    check(in_drive(w) == sums["c.iso"], "Ctrl-Alt-D did not change the CD")
    w.x.key("ctrl+alt+d")
    w.x.wait_title("CD: a.iso")
    w.x.key("ctrl+alt+e")
    w.x.wait_title("drive is empty")
    check("No medium" in w.c.run("md5sum /dev/sr0 2>&1"), "the drive is not empty")
    other.drop(int(w.x.id), os.path.join(folder, "c.iso"), middle(w.x))
    w.x.wait_title("CD: c.iso")
    check(in_drive(w) == sums["c.iso"], "the drive does not have the second that was dropped")
    other.drop(int(w.x.id), "/dev/null/none.iso", middle(w.x))
    w.x.wait_title("none.iso")
    check(in_drive(w) == sums["c.iso"], "a file that is not there emptied the drive")
    print("CDs: three drops, two by key, ejected")


def sums_of(folder, name):
    with open(os.path.join(folder, name), "rb") as f:
        return hashlib.md5(f.read()).hexdigest()


def pause(w):
    """What is typed meanwhile is not the guest's; the picture stays."""
    w.start_events("event0", 4)
    w.x.key("ctrl+alt+p")
    w.x.wait_title("(paused)")
    w.x.type("abc")
    w.x.key("ctrl+alt+p")
    w.x.wait_no_title("(paused)")
    w.x.type("d")
    got = {code for kind, code, v in w.events() if kind == "key"}
    check(got <= {29, 56, 32} and 32 in got, "keys of a paused machine arrived: %s", got)


def test():
    with LinuxWindow("-cdrom", "cds/a.iso", prepare=lambda folder: (
            os.mkdir(os.path.join(folder, "cds")), image(os.path.join(folder, "cds"), "a.iso"))) as w:
        other = XClient(w.x.env["DISPLAY"])
        w.x.enter()
        grab(w)
        movements(w)
        buttons_and_wheel(w)
        release(w)
        grab(w)
        w.x.do("windowfocus", other.id)  # the mouse goes with the keyboard
        w.x.wait_title("click to use")
        w.x.enter()
        scaling(w)
        discs(w, other)
        pause(w)
        w.x.do("mousemove", 1279, 1023)
        w.x.type("uname -a\n")
        time.sleep(1)
        keep(screenshots_agree(w.x, w.folder, "Linux"), "screenshot")
        other.close()


if __name__ == "__main__":
    main(test)
