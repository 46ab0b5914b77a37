"""Another X program on the same screen: a small window that can have the keyboard, and from which files
are dropped on others as a file manager does (freedesktop.org, "Drag-and-Drop Protocol for the X Window
System", version 5). libX11 by ctypes: SDL's own X program needs it anyway."""

import ctypes
import time
import urllib.parse

from console import Failed, SLOW

CLIENT_MESSAGE, SELECTION_NOTIFY, SELECTION_REQUEST = 33, 31, 30
Event = ctypes.c_long * 24  # XEvent's longs; its ints are the low halves


class XClient:
    def __init__(self, display):
        x = self.x = ctypes.CDLL("libX11.so.6")
        for name in ("XOpenDisplay", "XDefaultRootWindow", "XCreateSimpleWindow", "XInternAtom"):
            getattr(x, name).restype = ctypes.c_void_p if name == "XOpenDisplay" else ctypes.c_ulong
        self.display = ctypes.c_void_p(x.XOpenDisplay(display.encode()))
        if not self.display:
            raise Failed("no X display %s" % display)
        root = ctypes.c_ulong(x.XDefaultRootWindow(self.display))
        self.id = x.XCreateSimpleWindow(self.display, root, 0, 0, 60, 20, 0, 0, 0)
        self.window = ctypes.c_ulong(self.id)
        x.XStoreName(self.display, self.window, b"another program")
        x.XMapWindow(self.display, self.window)
        x.XSync(self.display, 0)

    def close(self):
        self.x.XCloseDisplay(self.display)

    def _atom(self, name):
        return self.x.XInternAtom(self.display, name.encode(), 0)

    def _send(self, to, words):
        event = Event(*words)
        self.x.XSendEvent(self.display, ctypes.c_ulong(to), 0, ctypes.c_long(0), ctypes.byref(event))
        self.x.XFlush(self.display)

    def _message(self, to, name, *data):
        self._send(to, [CLIENT_MESSAGE, 0, 0, 0, to, self._atom(name), 32] + list(data))

    def _next(self, end):
        event = Event()
        while not self.x.XPending(self.display):
            if time.monotonic() > end:
                raise Failed("the window does not answer to a drop")
            time.sleep(0.01)
        self.x.XNextEvent(self.display, ctypes.byref(event))
        return event

    def _serve(self, event, data):
        """The target asks for what is dropped."""
        requestor, selection, target, prop, when = event[5:10]
        self.x.XChangeProperty(self.display, ctypes.c_ulong(requestor), ctypes.c_ulong(prop),
                               ctypes.c_ulong(target), 8, 0, data, len(data))
        self._send(requestor, [SELECTION_NOTIFY, 0, 0, 0, requestor, selection, target, prop, when])

    def drop(self, target, path, at):
        """The file goes to the window `target` at `at` on the screen; returns when it was taken."""
        data = ("file://" + urllib.parse.quote(path) + "\r\n").encode()
        end = time.monotonic() + 10 * SLOW
        x, y = at
        self.x.XSetSelectionOwner(self.display, ctypes.c_ulong(self._atom("XdndSelection")),
                                  self.window, ctypes.c_ulong(0))
        self._message(target, "XdndEnter", self.id, 5 << 24, self._atom("text/uri-list"), 0, 0)
        self._message(target, "XdndPosition", self.id, 0, x << 16 | y, 0,
                      self._atom("XdndActionCopy"))
        while True:
            event = self._next(end)
            kind = event[0] & 0xffffffff
            if kind == SELECTION_REQUEST:
                self._serve(event, data)
            elif kind == CLIENT_MESSAGE and event[5] == self._atom("XdndStatus"):
                if not event[8] & 1:
                    raise Failed("the window refuses the drop")
                self._message(target, "XdndDrop", self.id, 0, 0, 0, 0)
            elif kind == CLIENT_MESSAGE and event[5] == self._atom("XdndFinished"):
                return
