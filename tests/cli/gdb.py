#!/usr/bin/env python3
"""The GDB stub: packets by hand, ten thousand random ones, and gdb-multiarch over the demo guest;
with the argument "linux" gdb-multiarch over the Linux kernel of tests/guests."""

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest

from harness import PPCEMU, SLOW, Case


class Stub:
    """A client that knows only packets."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):  # the path is there a moment before somebody listens
            try:
                self.socket.connect(path)
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        self.socket.settimeout(20 * SLOW)
        self.data = b""

    def packet(self, body):
        body = body if isinstance(body, bytes) else body.encode()
        self.socket.sendall(b"$%s#%02x" % (body, sum(body) & 255))

    def answer(self):
        while True:
            found = re.search(rb"\$([^#]*)#(..)", self.data, re.S)
            if found:
                self.data = self.data[found.end():]
                assert sum(found[1]) & 255 == int(found[2], 16)
                self.socket.sendall(b"+")
                return found[1].decode("latin-1")
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.data += more

    def __call__(self, body):
        self.packet(body)
        return self.answer()

    def features(self):
        text, more = "", "m"
        while more == "m":
            part = self("qXfer:features:read:target.xml:%x,ffb" % len(text))
            more, text = part[0], text + part[1:]
        return text


class WithMachine(Case):
    def start(self, *args, stopped=True):
        self.path = os.path.join(self.home, "gdb")
        command = [PPCEMU, "-machine", "pegasos2,nvram=none", "-serial", "none", "-display", "none",
                   "-gdb", "unix:" + self.path] + (["-S"] if stopped else []) + list(args)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, HOME=self.home))
        self.addCleanup(self.end)
        limit = time.monotonic() + 20 * SLOW
        while not os.path.exists(self.path) and time.monotonic() < limit:
            time.sleep(0.02)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stub(self):
        s = Stub(self.path)
        self.addCleanup(s.socket.close)
        return s


class Packets(WithMachine):
    def test_registers(self):
        self.start()
        g = self.stub()
        self.assertIn("PacketSize=", g("qSupported:multiprocess+"))
        self.assertEqual(g("?"), "T05thread:01;")
        xml = g.features()
        names = re.findall(r'<reg name="(\w+)" bitsize="(\d+)" regnum="(\d+)"', xml)
        self.assertEqual(len(names), len({n for n, _, _ in names}))
        numbers = {n: int(k) for n, _, k in names}
        bits = {n: int(b) for n, b, _ in names}
        for name in ["r%d" % i for i in range(32)] + ["f31", "vr31", "pc", "msr", "cr", "lr", "ctr",
                     "xer", "fpscr", "vscr", "vrsave", "sr15", "hid0", "sdr1", "dbat3l", "pvr"]:
            self.assertIn(name, numbers)
        for name in ("r7", "f9", "vr30", "sr3", "sprg1", "lr", "srr0"):
            value = ("%02x" % (numbers[name] & 0x7c)) * (bits[name] // 8)
            self.assertEqual(g("P%x=%s" % (numbers[name], value)), "OK")
            self.assertEqual(g("p%x" % numbers[name]), value)
        for name in numbers:  # every one can be read, and has its size
            self.assertEqual(len(g("p%x" % numbers[name])), bits[name] // 4, name)
        every = g("g")
        self.assertEqual(g("G" + every), "OK")
        self.assertEqual(g("g"), every)
        self.assertEqual(every[7 * 8:8 * 8], "04" * 4)
        self.assertEqual(g("pffff"), "E22")
        self.assertEqual(g("P7=xx"), "E22")

    def test_memory(self):
        self.start()
        g = self.stub()
        self.assertEqual(g("M2000,4:0102fffe"), "OK")
        self.assertEqual(g("m2000,4"), "0102fffe")
        self.assertEqual(g(b"X2004,3:a}\x03}\x04"), "OK")
        self.assertEqual(g("m2000,8"), "0102fffe61232400"[:16])
        self.assertEqual(g("m2ffe,4"), "00000000")
        self.assertEqual(g("M2000,4:01"), "E22")
        self.assertEqual(g("m2000"), "E22")
        self.assertEqual(g("qqemu.PhyMemMode"), "0")
        self.assertEqual(g("Qqemu.PhyMemMode:1"), "OK")
        self.assertEqual(g("m2000,4"), "0102fffe")

    def program(self, words):
        """r1 counts at 0x3000; the machine stands at its start."""
        g = self.stub()
        g("M3000,%x:%s" % (4 * len(words), "".join("%08x" % w for w in words)))
        g("P40=00003000")
        return g

    def pc(self, g):
        return int(g("p40"), 16)

    def test_steps_and_breakpoints(self):
        self.start()
        # li r3,0; addi r3,r3,1; cmpwi r3,5; bne -8; nop; b .
        g = self.program([0x38600000, 0x38630001, 0x2c030005, 0x4082fff8, 0x60000000, 0x48000000])
        self.assertEqual(g("vCont?"), "vCont;c;C;s;S")
        for want in (0x3004, 0x3008, 0x300c, 0x3004, 0x3008):
            self.assertEqual(g("vCont;s:1;c"), "T05thread:01;")
            self.assertEqual(self.pc(g), want)
        self.assertEqual(g("Z0,3010,4"), "OK")
        self.assertEqual(g("c"), "T05thread:01;")
        self.assertEqual((self.pc(g), g("p3")), (0x3010, "00000005"))
        self.assertEqual(g("z0,3010,4"), "OK")
        self.assertEqual(g("z0,3010,4"), "E22")
        self.assertEqual(g("Z1,3014,4"), "OK")
        self.assertEqual(g("c"), "T05thread:01;")
        self.assertEqual(self.pc(g), 0x3014)
        self.assertEqual(g("z1,3014,4"), "OK")
        g.packet("c")
        time.sleep(0.1)
        g.socket.sendall(b"\x03")
        self.assertEqual(g.answer(), "T02thread:01;")

    def test_step_into_exceptions(self):
        self.start()
        g = self.program([0x44000002, 0x00000000])  # sc, an illegal instruction
        self.assertTrue(g("s").startswith("T05"))
        self.assertEqual(self.pc(g), 0xc00)
        g("P40=00003004")
        self.assertTrue(g("s").startswith("T05"))
        self.assertEqual(self.pc(g), 0x700)

    def test_watchpoints(self):
        self.start()
        # li r4,0x2000; lwz r5,8(r4); stw r5,12(r4); lbz r5,13(r4); stwx r5,r4,r4; b .
        code = [0x38802000, 0x80a40008, 0x90a4000c, 0x88a4000d, 0x7ca4212e, 0x48000000]
        g = self.program(code)
        self.assertEqual(g("Z2,200c,4"), "OK")
        self.assertEqual(g("c"), "T05thread:01;watch:200c;")
        self.assertEqual(self.pc(g), 0x300c)
        g("z2,200c,4")
        self.assertEqual(g("Z3,200d,1"), "OK")
        self.assertEqual(g("c"), "T05thread:01;rwatch:200d;")
        self.assertEqual(self.pc(g), 0x3010)
        g("z3,200d,1")
        self.assertEqual(g("Z4,4002,1"), "OK")
        self.assertEqual(g("c"), "T05thread:01;awatch:4002;")
        self.assertEqual(self.pc(g), 0x3014)

    def test_monitor_commands(self):
        self.start()
        g = self.stub()
        g.packet("qRcmd," + b"info status".hex())
        text = bytes.fromhex(g.answer()[1:]).decode()
        self.assertEqual(text, "VM status: paused\n")
        self.assertEqual(g.answer(), "OK")
        g.packet("k")
        self.assertEqual(self.process.wait(20 * SLOW), 0)

    def test_no_browser(self):
        self.start(stopped=False)
        for text in (b"GET / HTTP/1.1\r\n\r\n$k#6b", b"POST / HTTP/1.1\r\n\r\n$k#6b",
                     b"\0\0\0$k#6b"):
            s = self.stub().socket
            s.sendall(text)
            self.assertEqual(s.recv(100), b"")
        self.assertIsNone(self.process.poll())
        self.assertEqual(self.stub()("qAttached"), "1")  # it still serves GDB

    def test_random_packets(self):
        """Nothing ends or hangs the program. Packets that end it by design are left out."""
        self.start()
        rng = random.Random(5)
        letters = b"?gGpPmMXcsCSZzqQHTDvkn!0123456789abcdef,:;=-+/$%'()[]{}\\ \t"
        starts = [b"qSupported", b"qXfer:features:read:target.xml:", b"vCont;", b"Z2,", b"z0,",
                  b"m", b"M", b"X", b"P", b"p", b"G", b"qRcmd,", b"QStartNoAckMode", b"vCont",
                  b"H", b"q"]
        g = self.stub()
        g.socket.setblocking(True)
        for i in range(10000):
            body = rng.choice(starts) if rng.random() < .7 else b""
            body += bytes(rng.choice(letters) for _ in range(rng.randrange(24)))
            if body[:1] in b"kcsCSD" or body.startswith((b"vCont;", b"vKill")):
                body = b"?" + body
            try:
                if rng.random() < .9:
                    g.packet(body)
                else:
                    g.socket.sendall(b"$" + body + b"#" + bytes(rng.choices(letters, k=2)))
            except OSError:
                g = self.stub()
            if i % 50 == 49:  # take the answers away
                g.socket.setblocking(False)
                try:
                    while g.socket.recv(1 << 20):
                        pass
                except OSError:
                    pass
                g.socket.setblocking(True)
            if i % 500 == 499:  # a stream of garbage may have been sent away
                g.socket.close()
                g = self.stub()
        g.socket.close()
        self.assertIsNone(self.process.poll())
        self.assertTrue(self.stub()("?").startswith("T"))


def run_gdb(port_or_path, *commands):
    words = ["gdb-multiarch", "-q", "-nx", "-batch", "-ex", "set pagination off",
             "-ex", "set confirm off", "-ex", "set architecture powerpc:common",
             "-ex", "set endian big"]
    for c in commands:
        words += ["-ex", c.replace("TARGET", port_or_path)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300 * SLOW)
    return done.stdout.decode()


@unittest.skipUnless(shutil.which("gdb-multiarch"), "gdb-multiarch is not here")
class RealGdb(WithMachine):
    def test_session(self):
        self.start()
        text = run_gdb(self.path, "target remote TARGET", "info registers pc msr hid0 sr3",
                       "set $vr3.v4_int32[1]=77", "p $vr3.v4_int32", "set $f1=1.5", "p $f1",
                       "set $r9=0x1234", "p/x $r9", "stepi 100", "x/2i $pc", "set $hid0=0x8000",
                       "p/x $hid0", "monitor info status", "detach")
        self.assertNotIn("rejected", text)
        for word in ("{0, 77, 0, 0}", "= 1.5", "= 0x1234", "= 0x8000", "VM status: paused",
                     "0x00400060 in", "detached]"):
            self.assertIn(word, text)


# Inside GDB: every register is read and written. Those of the program get another value, which must
# come back, and then their own; the others their own, for some have effects.
EVERY_REGISTER = """
names = [r.name for r in gdb.selected_frame().architecture().registers()]
done = changed = 0
for name in names:
    if not name:
        continue
    value = gdb.parse_and_eval("$" + name)
    if value.type.code == gdb.TYPE_CODE_VOID:
        continue
    text = str(value["uint128"]) if value.type.code == gdb.TYPE_CODE_UNION else None
    if name.startswith("vr") and text:
        gdb.execute("set $%s.v4_int32[2] = 0x12345678" % name)
        assert int(gdb.parse_and_eval("$%s.v4_int32[2]" % name)) == 0x12345678, name
        gdb.execute("set $%s.uint128 = %s" % (name, text))
        assert str(gdb.parse_and_eval("$" + name)["uint128"]) == text, name
        changed += 1
    elif name[0] == "r" and name[1:].isdigit():
        gdb.execute("set $%s = 0x89abcdef" % name)
        assert int(gdb.parse_and_eval("$" + name)) & 0xffffffff == 0x89abcdef, name
        gdb.execute("set $%s = %d" % (name, int(value)))
        assert gdb.parse_and_eval("$" + name) == value, name
        changed += 1
    elif name[0] == "f" and name[1:].isdigit():
        gdb.execute("set $%s = 1.5" % name)
        assert float(gdb.parse_and_eval("$" + name)) == 1.5, name
        gdb.execute("set $%s = %s" % (name, value.format_string(format="f")))
        changed += 1
    elif text is None:
        gdb.execute("set $%s = $%s" % (name, name))
    done += 1
print("registers: %d, changed and put back: %d" % (done, changed))
"""


@unittest.skipUnless(shutil.which("gdb-multiarch"), "gdb-multiarch is not here")
class Linux(WithMachine):
    def test_kernel(self):
        top = os.path.join(os.path.dirname(__file__), "..", "guests")
        folder = subprocess.run([os.path.join(top, "linux.sh")], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL).stdout.decode().split()
        kernel = os.path.join(folder[-1], "vmlinux") if folder else ""
        if not os.path.exists(kernel):
            self.skipTest("no Linux guest")
        self.start("-kernel", kernel, "-append", "console=ttyS0,115200 panic=1", "-no-reboot")
        script = os.path.join(self.home, "registers.py")
        with open(script, "w") as f:
            f.write(EVERY_REGISTER)
        text = run_gdb(self.path, "file " + kernel, "target remote TARGET", "tbreak start_kernel",
                       "continue", "source " + script, "p/x $pc", "stepi 1000", "p/x $pc",
                       "watch *(unsigned int*)&jiffies", "continue", "continue", "delete",
                       "info symbol $pc", "hbreak prepare_namespace", "continue", "source " + script,
                       "detach")
        self.assertNotIn("rejected", text)
        self.assertRegex(text, r"Temporary breakpoint 1, 0x\w+ in start_kernel")
        self.assertGreaterEqual(text.count("New value"), 2, text)
        self.assertRegex(text, r"Breakpoint 3, 0x\w+ in prepare_namespace")
        found = re.findall(r"registers: (\d+), changed and put back: (\d+)", text)
        self.assertEqual(len(found), 2, text)
        for all_of_them, changed in found:
            self.assertGreater(int(all_of_them), 180)
            self.assertEqual(int(changed), 96)  # r, f, vr
        self.assertNotIn("Error", text)
        self.assertIn("detached", text)
        self.assertEqual(self.process.wait(240 * SLOW), 0)  # the kernel boots on to its panic


if __name__ == "__main__":
    if sys.argv[1:2] == ["linux"]:
        sys.argv[1:] = ["Linux"]
    elif len(sys.argv) == 1:
        sys.argv += ["Packets", "RealGdb"]
    unittest.main()
