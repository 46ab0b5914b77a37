#!/usr/bin/env python3
"""The monitor on a socket and behind C-a c: every command, and that a stopped machine stands."""

import os
import re
import socket
import subprocess
import time
import unittest

from harness import PPCEMU, SLOW, Case

PROMPT = "(ppcemu) "


class Line:
    """A monitor on a UNIX socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        limit = time.monotonic() + 20 * SLOW
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.05)
        self.socket.settimeout(20 * SLOW)
        self.greeting = self.until_prompt()

    def until_prompt(self):
        text = ""
        while not text.endswith(PROMPT):
            data = self.socket.recv(65536)
            if not data:
                break
            text += data.decode()
        return text.replace("\r", "")

    def __call__(self, command):
        self.socket.sendall(command.encode() + b"\r")
        answer = self.until_prompt()
        if answer.endswith(PROMPT):
            answer = answer[:-len(PROMPT)]
        return answer.split("\n", 1)[1] if "\n" in answer else answer


class Monitor(Case):
    def start(self, *args):
        path = os.path.join(self.home, "monitor")
        self.process = subprocess.Popen(
            [PPCEMU, "-machine", "pegasos2,nvram=none", "-serial", "none", "-display", "none",
             "-monitor", "unix:%s,server,nowait" % path] + list(args),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, HOME=self.home))
        self.addCleanup(self.end)
        self.line = Line(path)
        return self.line

    def end(self):
        self.line.socket.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def test_opcount(self):
        mon = self.start("-d", "ops")
        text = mon("info opcount")
        self.assertRegex(text, r"^profile [1-9]\d* instructions, ")
        self.assertRegex(text, r"\nop lwz_0 F \d+ ")
        self.assertTrue(text.endswith("end\n"), text[-100:])
        mon("stop")
        mon("perf_reset")
        self.assertTrue(mon("info opcount").startswith("profile 0 instructions"))

    def counters(self, text):
        return {name.strip(): float(n) for name, n in re.findall(r"^(.*?) +([\d.]+)$", text, re.M)}

    def test_counters(self):
        mon = self.start()
        mon("stop")
        count = self.counters(mon("info jit"))
        self.assertGreater(count["instructions"], 10000)
        self.assertGreater(count["decoded slots"], 100)
        self.assertLess(count["decoded slots"], count["instructions"])
        self.assertGreater(count["fetch TLB misses"], 1)
        self.assertGreater(count["data TLB misses"], 1)
        mon("perf_reset")
        count = self.counters(mon("info jit"))
        for name in ("instructions", "decoded slots", "data TLB misses", "fetch TLB misses"):
            self.assertEqual(count[name], 0, name)

    def test_no_opcount(self):
        self.assertIn("-d ops", self.start()("info opcount"))

    def test_stop_and_cont(self):
        mon = self.start()
        self.assertIn("monitor", mon.greeting)
        self.assertEqual(mon("info status"), "VM status: running\n")
        mon("stop")
        self.assertEqual(mon("info status"), "VM status: paused\n")
        self.assertEqual(mon("info display"), "picture: 800x600, 32 bits, big endian\nwindow: none\n"
                         "keyboard lights: none\n")
        first = mon("info registers")
        time.sleep(0.3)
        self.assertEqual(mon("info registers"), first)  # the time base stands as well
        mon("cont")
        self.assertEqual(mon("info status"), "VM status: running\n")

    def test_starts_stopped(self):
        mon = self.start("-S")
        self.assertEqual(mon("info status"), "VM status: paused\n")
        start = mon("info registers")
        self.assertIn("CTR 00000000 XER 00000000", start)
        mon("c")
        time.sleep(0.2)
        mon("stop")
        self.assertNotEqual(mon("info registers"), start)

    def test_lists(self):
        mon = self.start()
        registers = mon("info registers")
        for word in ("NIP", "GPR00", "FPR00", "SRR0", "MSR", "VR00"):
            self.assertIn(word, registers)
        self.assertIn("Host bridge: PCI device 11ab:6460", mon("info pci"))
        self.assertIn("PCI device 1106:8231", mon("info pci"))
        self.assertIn("ram", mon("info mtree"))
        self.assertIn("uart16550", mon("info mtree"))
        self.assertRegex(mon("info hypercalls"), r"0000f005 +vof-client +\d+")
        self.assertIn("DBAT0", mon("info mmu"))
        self.assertIn("entries", mon("info tlb"))
        self.assertIn("rom", mon("info roms"))
        self.assertRegex(mon("info version"), r"\d+\.\d+\.\d+")
        self.assertIn("system_powerdown", mon("help"))
        self.assertIn("info mtree", mon("help info"))
        self.assertIn("info mtree", mon("info"))
        self.assertEqual(mon("info nonsense"), "unknown command: 'info nonsense'\n")
        self.assertEqual(mon("nonsense"), "unknown command: 'nonsense'\n")
        self.assertIn("not available", mon("savevm one"))

    def test_memory(self):
        mon = self.start("-S")
        self.assertEqual(mon("print 6*(7+0x10)-1"), "0x89\n")
        self.assertEqual(mon("p/d -5"), "-5\n")
        self.assertEqual(mon("p 1/0"), "division by zero\n")
        self.assertIn("unknown register", mon("p $nothing"))
        code = mon("x/3i 0x100")
        self.assertEqual(len(code.splitlines()), 3)
        self.assertRegex(code, r"^0x00000100:  [0-9a-f ]{11}  [a-z]")
        words = mon("xp/4xw 0x100")
        self.assertRegex(words, r"^0000000000000100:( 0x[0-9a-f]{8}){4}\n$")
        as_bytes = mon("xp/16xb 0x100")
        self.assertEqual("".join(re.findall(r"0x([0-9a-f]{2})\b", as_bytes)),
                         "".join(re.findall(r"0x([0-9a-f]{8})", words)))
        self.assertIn("00", mon("xp/4xb 0xfe0002f8"))  # device registers answer
        self.assertIn("missing", mon("x"))
        self.assertIn("invalid", mon("x/4q 0"))
        self.assertEqual(len(mon("xp/99999999999xb 0").splitlines()), 65536 // 16)

    def test_media(self):
        mon = self.start()
        disc = self.blank("disc.iso", 1 << 20)
        self.assertIn("ide1-cd0: [not inserted]", mon("info block"))
        self.assertEqual(mon("change ide1-cd0 " + disc), "")
        self.assertIn("ide1-cd0: %s (raw, read-only)" % disc, mon("info block"))
        self.assertEqual(mon("eject ide1-cd0"), "")
        self.assertIn("ide1-cd0: [not inserted]", mon("info block"))
        self.assertIn("No such file", mon("change ide1-cd0 /nowhere"))
        self.assertIn("not found", mon("eject floppy0"))

    def test_editing(self):
        mon = self.start("-S")
        self.assertIn("0x3", mon("garbage\x15p 1+3\x7f2"))
        self.assertIn("0x3", mon("\x1b[A"))  # the line before, again

    def test_faults(self):
        mon = self.start("-S")
        self.assertEqual(mon("nmi"), "")
        mon("c")
        time.sleep(0.2)
        self.assertIn("running", mon("info status"))
        mon("mce 0x1234")
        self.assertIn("00001234", mon("p/x $dar") + mon("info registers"))

    def test_reset_and_quit(self):
        mon = self.start()
        mon("system_reset")
        time.sleep(0.2)
        self.assertIn("running", mon("info status"))
        mon("system_powerdown")
        mon.socket.sendall(b"quit\r")
        self.assertEqual(self.process.wait(20 * SLOW), 0)

    def test_behind_escape(self):
        status, out, _ = self.ppcemu("-nographic", "-machine", "nvram=none",
                                     stdin=b"\x01cinfo status\rquit\r")
        self.assertEqual(status, 0)
        self.assertIn("VM status: running", out)

    def test_on_the_terminal(self):
        status, out, _ = self.ppcemu("-monitor", "stdio", "-machine", "nvram=none",
                                     stdin=b"info version\rquit\r")
        self.assertEqual(status, 0)
        self.assertIn(PROMPT, out)


if __name__ == "__main__":
    unittest.main()
