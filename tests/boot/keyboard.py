#!/usr/bin/env python3
"""The keyboard from X server to Linux: keyboard.py [--write]. Every key of a 105-key keyboard and the
combinations that consoles use go in as X events (xdotool); tests/guests/progs/events.c says in the
guest what came. The list is docs/keyboard.md, which --write makes and the test compares."""

import os
import subprocess
import time

from console import TOP, check, main
from window import LinuxWindow
from xclient import XClient

DOC = os.path.join(TOP, "docs", "keyboard.md")
# Linux's names (input-event-codes.h without KEY_) by code; X numbers keys 8 higher.
NAMES = dict(enumerate(
    "ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE "
    "ENTER LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N M "
    "COMMA DOT SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 "
    "NUMLOCK SCROLLLOCK KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT".split(), 1))
NAMES.update({86: "102ND", 87: "F11", 88: "F12", 96: "KPENTER", 97: "RIGHTCTRL", 98: "KPSLASH",
              99: "SYSRQ", 100: "RIGHTALT", 119: "PAUSE", 125: "LEFTMETA", 126: "RIGHTMETA",
              127: "COMPOSE"})
NAMES.update(enumerate("HOME UP PAGEUP LEFT RIGHT END DOWN PAGEDOWN INSERT DELETE".split(), 102))
CODES = {name: code for code, name in NAMES.items()}
HOT = set("GFPRQSDEA")  # with Ctrl-Alt the window's own (frontend/host/display_sdl.c)


def combinations():
    """Names of keys held together, in the order they go down."""
    yield from ([ctrl, key] for ctrl in ("LEFTCTRL", "RIGHTCTRL")
                for key in "A C D L Q S U W Z BACKSLASH SPACE LEFTBRACE MINUS".split())
    yield from (["LEFTCTRL", "LEFTALT", key] for key in
                "F1 F2 F3 F4 F5 F6 F7 F12 DELETE KPDOT BACKSPACE LEFT RIGHT UP DOWN".split())
    yield from (["LEFTALT", key] for key in "F1 F2 F3 F4 F5 F6 F12 LEFT RIGHT UP DOWN TAB".split())
    yield from (["LEFTALT", digit] for digit in "1234567890")
    yield from (["LEFTALT", "KP" + digit] for digit in "1234567890")
    yield from (["RIGHTALT", key] for key in "Q E 2 F1 LEFT 102ND MINUS".split())
    yield from (["LEFTSHIFT", "RIGHTALT", key] for key in "Q 2".split())
    yield from ([shift, key] for shift in ("LEFTSHIFT", "RIGHTSHIFT")
                for key in "PAGEUP PAGEDOWN INSERT DELETE TAB UP HOME A 1".split())
    yield from (["LEFTALT", "SYSRQ", key] for key in "H B R E I S U O T P 0 9".split())
    yield from ([modifier, "SYSRQ"] for modifier in "LEFTCTRL LEFTSHIFT LEFTALT RIGHTALT".split())
    yield from ([modifier, "PAUSE"] for modifier in "LEFTCTRL LEFTSHIFT LEFTALT".split())
    held = "LEFTCTRL LEFTSHIFT LEFTALT LEFTMETA RIGHTCTRL RIGHTSHIFT RIGHTALT RIGHTMETA".split()
    for mask in range(1, 256):
        keys = [key for bit, key in enumerate(held) if mask >> bit & 1]
        if len(keys) <= 4:
            yield keys + ["X"]


def number(code):
    """The key as xdotool wants it: a single digit would be the key with that digit."""
    return "Escape" if code == 1 else code + 8


def press(w, code):
    w.x.do("keydown", number(code), "keyup", number(code))


def keys_of(events):
    return [(code, value) for kind, code, value in events if kind == "key"]


def each_key(w):
    """Down and up in the guest, once each, in the order typed; Pause comes up at once."""
    w.start_events("event0")
    for code in sorted(NAMES):
        press(w, code)
    got = keys_of(w.events())
    want = [(code, value) for code in sorted(NAMES) for value in (1, 0)]
    check(got == want, "keys: expected and not seen %s; seen %s",
          [k for k in want if k not in got], got)


def each_combination(w):
    """Downs in order, ups in reverse, nothing else."""
    lists = [[CODES[name] for name in names] for names in combinations()]
    for i in range(0, len(lists), 40):
        w.start_events("event0")
        want = []
        for codes in lists[i:i + 40]:
            words = [word for code in codes for word in ("keydown", number(code))]
            words += [word for code in reversed(codes) for word in ("keyup", number(code))]
            w.x.do(*words)
            want += [(code, 1) for code in codes] + [(code, 0) for code in reversed(codes)]
        got = keys_of(w.events())
        if got != want:
            at = next(k for k in range(max(len(got), len(want))) if got[k:k + 1] != want[k:k + 1])
            check(False, "combinations: at %d seen %s, expected %s", at, got[at - 4:at + 8],
                  want[at - 4:at + 8])
    return len(lists)


def fast(w, delay):
    """No key is lost or doubled: 10 a second, xdotool's own speed, and as fast as it can."""
    text = "the quick brown fox jumps over the lazy dog 0123456789 " * 4
    w.start_events("event0")
    begin = time.monotonic()
    w.x.do("type", "--delay", delay, text)
    took = time.monotonic() - begin
    got = keys_of(w.events())
    by_letter = {name.lower(): code for code, name in NAMES.items() if len(name) == 1}
    by_letter[" "] = CODES["SPACE"]
    want = [(by_letter[letter], value) for letter in text for value in (1, 0)]
    check(got == want, "typed with %d ms between keys: %d of %d events, %s", delay, len(got),
          len(want), got)
    print("%d keys in %.1f s (%d ms between them): all there" % (len(text), took, delay))


def typematic(w):
    """Linux sets 250 ms and 30 a second; the host's own repeats add nothing."""
    w.start_events("event0")
    w.x.do("keydown", number(CODES["A"]))
    time.sleep(3)
    w.x.do("keyup", number(CODES["A"]))
    got = keys_of(w.events())
    repeats = len(got) - 2
    check(got == [(CODES["A"], v) for v in [1] + [2] * repeats + [0]] and 60 <= repeats <= 100,
          "a held key came as %s", got)
    print("3 s held: %d repeats" % repeats)


def lights(w):
    """Caps lock: the guest sets the light, the title and the monitor say so."""
    for code, name, word in ((58, "[Caps]", "caps"), (69, "[Num]", "num")):
        before = name in w.x.title()
        w.start_events("event0", 2, grab=False)
        press(w, code)
        leds = [event for event in w.events() if event[0] == "led"]
        check(leds and leds[-1][2] == (not before), "no light after key %d: %s", code, leds)
        if before:
            w.x.wait_no_title(name)
        else:
            w.x.wait_title(name)
        shown = w.monitor("info display", r"keyboard lights:(.*)\n").group(1).split()
        check((word in shown) != before, "the monitor shows %s", shown)
        press(w, code)
        w.x.wait_title(name) if before else w.x.wait_no_title(name)


def focus(w, other):
    """Keys that are down when the window loses the keyboard come up."""
    w.start_events("event0")
    w.x.do("keydown", number(CODES["LEFTSHIFT"]), "keydown", number(CODES["B"]))
    time.sleep(0.5)
    w.x.do("windowfocus", other.id)
    got = keys_of(w.events())
    w.x.do("keyup", number(CODES["B"]), "keyup", number(CODES["LEFTSHIFT"]))
    held = [event for event in got if event[1] != 2]
    check(held[:2] == [(42, 1), (48, 1)] and sorted(held[2:]) == [(42, 0), (48, 0)],
          "losing the keyboard sent %s", got)
    w.x.enter()
    w.start_events("event0", 2)
    press(w, CODES["A"])
    check(keys_of(w.events()) == [(30, 1), (30, 0)], "no keys after the window has the keyboard again")


def document(combinations_):
    """docs/keyboard.md: written after all of it was seen."""
    lines = ["# Keys that reach the guest", "",
             "Made by `tests/boot/keyboard.py --write`, which sends every line below as X events (XTEST)",
             "to ppcemu's window under Xvfb and compares what Linux on the Pegasos II reads from",
             "/dev/input/event0: each goes down and up exactly once, in order.", "",
             "The window keeps Ctrl-Alt with %s for itself (README)." %
             ", ".join(sorted(HOT)), "",
             "## The 105 keys", "", "| key (Linux code) | X keycode |", "|---|---|"]
    lines += ["| %s (%d) | %d |" % (NAMES[code], code, code + 8) for code in sorted(NAMES)]
    lines += ["", "## Combinations", "",
              "Every set of one to four of the eight modifiers with X, and these:", ""]
    shown = {}
    for names in combinations_:
        if names[-1] != "X":
            shown.setdefault("-".join(names[:-1]), []).append(names[-1])
    lines += ["- %s with %s" % (modifiers, ", ".join(keys)) for modifiers, keys in shown.items()]
    return "\n".join(lines) + "\n"


def test(option=None):
    with LinuxWindow() as w:
        # X itself would switch consoles with Ctrl-Alt-F1.
        subprocess.run(["setxkbmap", "-option", "srvrkeys:none"], env=w.x.env)
        each_key(w)
        number_of = each_combination(w)
        print("%d keys, %d combinations" % (len(NAMES), number_of))
        for delay in (100, 12, 1):
            fast(w, delay)
        typematic(w)
        lights(w)
        other = XClient(w.x.env["DISPLAY"])
        w.x.enter()
        focus(w, other)
        other.close()
    text = document(combinations())
    if option == "--write":
        with open(DOC, "w") as f:
            f.write(text)
    with open(DOC) as f:
        check(f.read() == text, "docs/keyboard.md is not of this list: keyboard.py --write")


if __name__ == "__main__":
    main(test)
