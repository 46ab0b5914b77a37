#!/usr/bin/env python3
"""Linux 6.1 as a guest of KVM and ePAPR: kvm.py session|load SECONDS|idle|plain [OPTIONS...]

  session  the acceptance list of linux_iso.py with the magic page live
  load     forks and memory pressure for SECONDS with the page live, then with hypercalls=vof: the
           same results
  idle     in EV_IDLE, next to no CPU; what -d hcall shows
  plain    with hypercalls=vof the same kernel finds nothing of it

The kernel is unchanged. Since 5.18 its own test of the mapping refuses every address of the kernel
(docs/hypercalls.md), so a debugger answers that one call; what follows runs as it was written."""

import os
import re
import socket
import time

import linux_iso
from console import PROMPT, SLOW, Console, check, main, scratch
from linux import ARGS, check_log, initrd, iso, kernel, power_off, wide

PROVIDERS = "vof+epapr+kvm"
MAGIC_PAGE = "fffff000"
WORKED = "worked"
R3, PC, LR = 3, 64, 67   # GDB's numbers


class Debugger:
    """As much of GDB's protocol as one breakpoint takes."""

    def __init__(self, path):
        end = time.monotonic() + 20 * SLOW
        while not os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.02)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(120 * SLOW)
        self.socket.connect(path)
        self.data = b""

    def send(self, body):
        self.socket.sendall(b"$%s#%02x" % (body.encode(), sum(body.encode()) & 255))

    def answer(self):
        while True:
            found = re.search(rb"\$([^#]*)#..", self.data, re.S)
            if found:
                self.data = self.data[found.end():]
                self.socket.sendall(b"+")
                return found[1].decode()
            more = self.socket.recv(65536)
            check(more, "the GDB stub hung up")
            self.data += more

    def __call__(self, body):
        self.send(body)
        return self.answer()

    def monitor(self, command):
        """What a monitor command prints."""
        out, part = "", self("qRcmd," + command.encode().hex())
        while part.startswith("O") and part != "OK":
            out, part = out + bytes.fromhex(part[1:]).decode(), self.answer()
        check(part == "OK", "monitor %s ended with %s", command, part)
        return out

    def detach(self):
        check(self("D") == "OK", "the debugger could not detach")
        self.socket.close()


def symbol(name):
    with open(kernel("--kvm") + "/System.map") as f:
        return next(line.split()[0] for line in f if line.split()[2] == name)


def pass_self_test(path):
    """Lets the stopped machine run to fault_in_readable(-4096) and return 0 from it: "no byte of it
    is missing". Returns how long the machine stood still."""
    held, since = 0, time.monotonic()
    g = Debugger(path)
    at = symbol("fault_in_readable")
    check(g("Z1,%s,4" % at) == "OK", "no breakpoint at %s", at)
    while True:
        held += time.monotonic() - since
        stop = g("c")
        since = time.monotonic()
        check(stop.startswith("T05"), "the machine stopped with %s", stop)
        if g("p%x" % R3) == MAGIC_PAGE:
            break
        check(g("s").startswith("T05"), "a step failed")
    check(g("P%x=00000000" % R3) == "OK", "r3 could not be written")
    check(g("P%x=%s" % (PC, g("p%x" % LR))) == "OK", "pc could not be written")
    check(g("z1,%s,4" % at) == "OK", "the breakpoint stays")
    g.detach()
    return held + time.monotonic() - since


class Guest:
    """A kernel of linux.sh --kvm, with the page live ("live") or with hypercalls=vof ("vof")."""

    def __init__(self, how, options):
        self.live = how == "live"
        self.folder = scratch()
        self.path = self.folder.__enter__() + "/gdb"
        self.log = os.path.dirname(self.path) + "/log"
        args = ["-nographic", "-kernel", kernel("--kvm") + "/vmlinux", "-initrd", initrd(), "-append", ARGS]
        if self.live:
            args += ["-machine", "hypercalls=" + PROVIDERS, "-d", "hcall", "-D", self.log,
                     "-S", "-gdb", "unix:" + self.path]
        begin = time.monotonic()
        self.console = Console(args + options)
        begin = time.monotonic() - begin
        self.held = begin + self.pass_self_test()
        self.console.expect("ppcemu guest ready", 300)
        self.console.expect(PROMPT, 60)
        wide(self.console)
        check(not self.live or self.run("dmesg | grep 'Live patching'").strip().endswith(WORKED),
              "the kernel did not say that it %s", WORKED)
        check(self.live == ("has-idle" in self.run("ls /proc/device-tree/hypervisor")),
              "/hypervisor of %s", how)

    def __enter__(self):
        return self.console

    def __exit__(self, *exception):
        self.console.close()
        self.folder.__exit__(*exception)

    def run(self, command):
        return self.console.run(command)

    def pass_self_test(self):
        return pass_self_test(self.path) if self.live else 0


def cpu_seconds(c):
    with open("/proc/%d/stat" % c.process.pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def session(*options):
    guest = None

    def start(args):
        nonlocal guest
        guest = Guest("live", args[1:] + list(options))
        return guest

    linux_iso.session(iso(), start, lambda: guest.pass_self_test(), lambda: guest.held)


# One round: always the same work, so always the same sums. Forks in parallel and in a row, awks that
# fill memory beside a full tmpfs, the CD through a page cache that has no room, the programs of progs/.
ROUND = ("(for i in $(seq 40); do (echo $i; true) & done; wait) | sort -n | md5sum; "
         "for i in $(seq 60); do /bin/true; done; "
         "for k in 1 2 3; do awk \"BEGIN { for (i = 0; i < 30000; i++) a[i] = i * $k; "
         "for (i in a) s += a[i]; print s }\" & done | sort | md5sum; wait; "
         "dd if=/dev/sr0 bs=64k count=150 2>/dev/null | md5sum; "
         "sieve 1 | sed 's/.*checksum=//'; altivec 1 | sed 's/.*checksum=//'")
FILL = "dd if=/dev/zero of=/tmp/fill bs=1M count=24 2>/dev/null; md5sum < /tmp/fill"


def rounds(how, seconds, options):
    """The output of each round for so many seconds, and how much CPU a round took."""
    with Guest(how, ["-m", "64"] + options) as c:
        out = [c.run(FILL)]
        c.run("work() { %s; }" % ROUND)
        begin, cpu = time.monotonic(), cpu_seconds(c)
        while len(out) < 3 or time.monotonic() - begin < seconds:
            out.append(c.run("work", 300))
        cpu = (cpu_seconds(c) - cpu) / (len(out) - 1)
        out.append(c.run("md5sum < /tmp/fill"))
        check_log(c)
        power_off(c)
    return out, cpu


def load(seconds="20", *options):
    cd = iso()
    live, cpu = rounds("live", float(seconds), [cd, *options])
    bare, bare_cpu = rounds("vof", 0, [cd, *options])
    check(live[0] == live[-1] == bare[0], "the file in memory changed: %s %s %s", live[0], live[-1], bare[0])
    check(len(bare[1].split()) >= 6, "a round printed only %r", bare[1])
    for n, out in enumerate(live[1:-1] + bare[1:-1]):
        check(out == bare[1], "round %d gave\n%s\nnot\n%s", n, out, bare[1])
    print("%d rounds of %.2f s CPU live, %d of %.2f s with vof" % (len(live) - 2, cpu, len(bare) - 2, bare_cpu))


CALLS = ("kvm-features", "kvm-map-magic-page", "ev-idle")


def check_calls(guest):
    """-d hcall and info hypercalls show what the guest called."""
    with open(guest.log, errors="replace") as f:
        traced = f.read()
    g = Debugger(guest.path)
    counted = g.monitor("info hypercalls")
    g.detach()
    for name in CALLS:
        check("hcall: ev %s (" % name in traced, "-d hcall shows no %s", name)
        found = re.search(r"\b%s\b\s+(\d+)" % name, counted)
        check(found and int(found[1]) > 0, "info hypercalls does not count %s:\n%s", name, counted)


def idle(*options):
    """Sleeps in EV_IDLE, at next to no cost: 140 wake-ups a second, as Linux polls the serial port. A busy
    host makes a wake-up several times dearer; a guest that does not sleep takes all there is."""
    guest, least = Guest("live", list(options)), None
    with guest as c:
        time.sleep(2)
        for _ in range(3):
            before = cpu_seconds(c)
            time.sleep(10)
            used = cpu_seconds(c) - before
            least = used if least is None else min(least, used)
        check_calls(guest)
        power_off(c)
    print("idle: %.2f s CPU in 10 s" % least)
    check(least <= 0.5 * SLOW, "10 s at the prompt took %.2f s of CPU", least)


def plain(*options):
    with Guest("vof", list(options)) as c:
        out = c.run("ls /proc/device-tree/hypervisor; dmesg | grep -c 'Live patching'")
        check("No such file" in out and out.strip().endswith("0"), "with vof alone:\n%s", out)
        check_log(c)
        power_off(c)


def test(what, *words):
    {"session": session, "load": load, "idle": idle, "plain": plain}[what](*words)


main(test)
