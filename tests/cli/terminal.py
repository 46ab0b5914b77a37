#!/usr/bin/env python3
"""The terminal and the process: escape keys, signals, exit statuses, modes given back, idle cost."""

import os
import pty
import signal
import subprocess
import termios
import time
import unittest

from harness import Case, PPCEMU, SLOW
from console import Console

AT_PROMPT = ["-nographic", "-boot-file", "none"]


class Keys(Case):
    def start(self, *args):
        c = Console(AT_PROMPT + list(args))
        self.addCleanup(c.close)
        c.expect("ok ", 30)
        return c

    def test_quit(self):
        c = self.start()
        c.type("\x01x")
        self.assertEqual(c.wait(20), 0)

    def test_help(self):
        c = self.start()
        c.type("\x01h")
        c.expect("leave the emulator", 20)

    def test_escape_itself(self):
        """C-a C-a reaches the guest: the prompt's editor gets one key, not the quit command."""
        c = self.start()
        c.type("\x01\x01")
        c.type("pwd\r")
        c.expect("ok ", 20)

    def test_monitor_key(self):
        """C-a c goes to the monitor and back to the guest."""
        c = self.start()
        c.type("\x01c")
        c.expect("(ppcemu) ", 20)
        c.type("info status\r")
        c.expect("running", 20)
        c.expect("(ppcemu) ", 20)
        c.type("\x01c")
        c.type("pwd\r")
        c.expect("ok ", 20)

    def test_interrupt_key_is_the_guests(self):
        c = self.start()
        c.type("\x03")
        c.type("pwd\r")
        c.expect("ok ", 20)

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            c = self.start()
            c.signal(number)
            self.assertEqual(c.wait(20), 128 + number)
            self.assertIn("ended by signal %d" % number, c.text)


class Pipe(Case):
    """`ppcemu | head`: the run ends when nobody reads any more, as quietly as other programs."""

    def reader_leaves(self, after):
        p = subprocess.Popen([PPCEMU, "-nographic", "-machine", "pegasos2,nvram=none"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        self.addCleanup(p.stderr.close)
        p.stdout.read(after)
        p.stdout.close()
        try:
            self.assertEqual(p.wait(20 * SLOW), 128 + signal.SIGPIPE)
        finally:
            p.kill()
        self.assertNotIn(b"signal", p.stderr.read())

    def test_reader_leaves(self):
        self.reader_leaves(20)

    def test_no_reader(self):
        self.reader_leaves(0)


class Terminal(Case):
    def run_on_terminal(self, finish):
        """Modes of the terminal before, during and after a run that `finish` ends."""
        master, slave = pty.openpty()
        before = termios.tcgetattr(slave)
        p = subprocess.Popen([PPCEMU] + AT_PROMPT + ["-machine", "pegasos2,nvram=none"],
                             stdin=slave, stdout=slave, stderr=slave, preexec_fn=lambda: (
                                 os.setsid(), os.close(os.open(os.ttyname(slave), os.O_RDWR))))
        text = b""
        end = time.monotonic() + 30 * SLOW
        while b"ok " not in text and time.monotonic() < end:
            text += os.read(master, 4096)
        during = termios.tcgetattr(slave)
        finish(p, master)
        p.wait(20 * SLOW)
        after = termios.tcgetattr(slave)
        os.close(master)
        os.close(slave)
        return before, during, after

    def check(self, finish):
        before, during, after = self.run_on_terminal(finish)
        self.assertFalse(during[3] & termios.ICANON)
        self.assertFalse(during[3] & termios.ISIG)
        self.assertEqual(before, after)

    def test_quit(self):
        self.check(lambda p, fd: os.write(fd, b"\x01x"))

    def test_power_off(self):
        self.check(lambda p, fd: os.write(fd, b"power-off\r"))

    def test_terminate(self):
        self.check(lambda p, fd: p.terminate())

    def test_crash(self):
        self.check(lambda p, fd: p.send_signal(signal.SIGABRT))


class Idle(Case):
    def test_prompt_costs_nothing(self):
        for extra in ([], ["-icount", "shift=2,sleep=off"]):
            with Console(AT_PROMPT + extra) as c:
                c.expect("ok ", 30)
                with open("/proc/%d/stat" % c.process.pid) as f:
                    before = f.read().rsplit(")", 1)[1].split()
                time.sleep(3)
                with open("/proc/%d/stat" % c.process.pid) as f:
                    after = f.read().rsplit(")", 1)[1].split()
                ticks = sum(int(after[i]) - int(before[i]) for i in (11, 12))
                seconds = ticks / os.sysconf("SC_CLK_TCK")
                self.assertLess(seconds, 0.15 * SLOW, "%s: 3 s at the prompt cost %.2f s CPU" %
                                (extra, seconds))


if __name__ == "__main__":
    unittest.main()
