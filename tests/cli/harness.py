"""Runs ppcemu with bad and good command lines; shared by the tests of this folder."""

import os
import struct
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PPCEMU = os.environ.get("PPCEMU", os.path.join(TOP, "build", "ppcemu"))
SLOW = float(os.environ.get("PPCEMU_TEST_SLOW", "1"))
sys.path.insert(0, os.path.join(TOP, "tests", "boot"))


def elf(machine=20, data=2, bits=1, vaddr=0x400000, code=b"\x60\0\0\0" * 4, memsz=None, cut=None):
    """A 32-bit ELF file with one segment; big-endian PowerPC unless told otherwise."""
    order = ">" if data == 2 else "<"
    head = b"\x7fELF" + bytes([bits, data, 1]) + bytes(9)
    head += struct.pack(order + "HHIIIIIHHHHHH", 2, machine, 1, vaddr, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    head += struct.pack(order + "IIIIIIII", 1, 84, vaddr, vaddr, len(code),
                        len(code) if memsz is None else memsz, 7, 4)
    return (head + code)[:cut]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ppcemu-cli-")
        self.addCleanup(self.folder.cleanup)
        self.home = self.folder.name
        self.user = None  # to run as; None: the caller

    def file(self, name, content=b""):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as f:
            f.write(content)
        return path

    def blank(self, name, size):
        path = self.file(name)
        os.truncate(path, size)
        return path

    def ppcemu(self, *args, stdin=b"", seconds=60):
        """Status, standard output and standard error."""
        env = dict(os.environ, HOME=self.home)
        env.pop("XDG_DATA_HOME", None)
        done = subprocess.run([PPCEMU] + list(args), input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=seconds * SLOW, env=env, user=self.user)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def refused(self, args, *words):
        """Exactly one sentence that holds all `words`, and status 2."""
        status, out, err = self.ppcemu(*args)
        about = "%s: status %s, stdout %r, stderr %r" % (" ".join(args), status, out, err)
        self.assertEqual(status, 2, about)
        self.assertEqual(out, "", about)
        self.assertEqual(err.count("\n"), 1, about)
        self.assertTrue(err.startswith("ppcemu: ") and err.endswith("\n"), about)
        for word in words:
            self.assertIn(word, err, about)
