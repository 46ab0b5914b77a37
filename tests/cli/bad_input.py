#!/usr/bin/env python3
"""Every bad input: one sentence that names the thing and the value, status 2, nothing changed."""

import gzip
import os
import unittest

from harness import Case, elf


class Files(Case):
    def test_missing(self):
        for option in ([], ["-kernel"], ["-cdrom"], ["-hda"], ["-bios"], ["-dtb"]):
            self.refused(option + ["/nowhere/file"], "/nowhere/file", "No such file")

    def test_empty(self):
        empty = self.file("empty")
        for option in ([], ["-kernel"], ["-cdrom"], ["-hda"], ["-dtb"]):
            self.refused(option + [empty], empty, "empty")

    def test_folder(self):
        for option in ([], ["-kernel"], ["-cdrom"], ["-hda"]):
            self.refused(option + [self.folder.name], self.folder.name)

    def test_text(self):
        self.refused([self.file("readme.txt", b"Hello.\n")], "readme.txt")

    def test_truncated_elf(self):
        for cut in (4, 20, 51, 60, 90):
            for option in ([], ["-kernel"]):
                self.refused(option + [self.file("cut.elf", elf(cut=cut))], "cut.elf")

    def test_foreign_elf(self):
        x86 = self.file("x86.elf", elf(machine=62, data=1, bits=2))
        self.refused([x86], "x86.elf", "x86-64", "PowerPC")
        self.refused([self.file("le.elf", elf(data=1))], "le.elf", "little-endian")
        self.refused([self.file("arm.elf", elf(machine=40, data=1))], "arm.elf", "ARM")

    def test_elf_beyond_ram(self):
        self.refused([self.file("high.elf", elf(vaddr=0x30000000))], "high.elf", "512 MiB")
        self.refused([self.file("bss.elf", elf(memsz=0x7fffffff))], "bss.elf", "512 MiB")

    def test_damaged_gzip(self):
        packed = gzip.compress(elf() + os.urandom(4096))
        self.refused([self.file("cut.gz", packed[:200])], "cut.gz")

    def test_initrd_larger_than_ram(self):
        kernel, initrd = self.file("k.elf", elf()), self.blank("initrd", 600 << 20)
        self.refused(["-kernel", kernel, "-initrd", initrd], "initrd")
        self.refused(["-kernel", kernel, "-initrd", "/nowhere/initrd"], "/nowhere/initrd")

    def test_garbage_dtb(self):
        kernel = self.file("k.elf", elf())
        for garbage in (b"garbage" * 100, b"\xd0\x0d\xfe\xed" + b"\xff" * 200):
            self.refused(["-kernel", kernel, "-dtb", self.file("bad.dtb", garbage)], "bad.dtb")
            self.refused(["-dtb", self.file("bad.dtb", garbage)], "bad.dtb")

    def test_unreadable(self):
        disk = self.blank("disk.img", 1 << 20)
        os.chmod(disk, 0)
        os.chmod(self.folder.name, 0o755)
        self.user = 65534 if os.geteuid() == 0 else None  # root can read everything
        for option in ([], ["-hda"], ["-cdrom"], ["-kernel"]):
            try:
                self.refused(option + [disk], disk, "Permission denied")
            except PermissionError:
                self.skipTest("another user cannot run the program here")

    def test_unreadable_kinds(self):
        self.refused(["-hda", "/dev/null"], "/dev/null")
        self.refused(["-hda", "/proc/self/mem/x"], "/proc/self/mem/x")

    def test_same_file_twice(self):
        disk = self.blank("disk.img", 1 << 20)
        self.refused(["-hda", disk, "-hdb", disk], disk, "twice", "-hda", "-hdb")
        self.refused([disk, "-drive", "file=" + disk], disk, "twice")
        link = os.path.join(self.folder.name, "link")
        os.link(disk, link)
        self.refused(["-hda", disk, "-hdd", link], link, "twice")

    def test_other_formats(self):
        image = self.file("disk.qcow2", b"QFI\xfb\0\0\0\3" + bytes(1 << 16))
        for option in ([image], ["-hda", image], ["-drive", "file=" + image]):
            self.refused(option, image, "qcow2")
        self.refused(["-drive", "format=qcow2,file=" + image], "qcow2")


class Values(Case):
    def test_options(self):
        self.refused(["-kernal", "x"], "-kernal", "-kernel")
        self.refused(["--seriel", "x"], "--seriel", "-serial")
        self.refused(["-zzzzzz"], "-zzzzzz", "-help")
        self.refused(["-m"], "-m", "value")
        self.refused(["a", "b"], "'b'")
        self.refused(["-device", "sm501"], "-device sm501")
        self.refused(["-netdev", "user,id=n"], "-netdev")
        self.refused(["-nic", "user"], "-nic user")
        osi = ["-machine", "pegasos2,hypercalls=vof+osi", "-nic"]
        self.refused(["-nic", "socket"], "listen=")
        self.refused(["-nic", "socket,connect=127.0.0.1:1"], "hypercalls=vof+osi")
        self.refused(osi + ["socket,connect=127.0.0.1:1"], "-nic", "127.0.0.1:1")
        self.refused(osi + ["socket,connect=nowhere"], "port")
        self.refused(osi + ["socket,listen=/nonexistent/n"], "/nonexistent/n")
        self.refused(osi + ["socket,listen=127.0.0.1:1,mac=01:00:00:00:00:01"], "01:00:00:00:00:01")
        self.refused(["-vga", "cirrus"], "-vga cirrus")
        self.refused(["-accel", "kvm"], "-accel kvm")

    def test_machine_and_cpu(self):
        self.refused(["-machine", "mac99"], "mac99", "pegasos2")
        self.refused(["-machine", "pegasos2,foo=1"], "foo")
        self.refused(["-cpu", "power9"], "power9", "7447a", "750cxe")
        self.refused(["-cpu", ""], "-cpu")
        self.refused(["-smp", "2"], "-smp 2", "one CPU")

    def test_memory(self):
        for size in ("0", "4096", "3G", "1", "-1", "x", "512Q", "512MM", "", "99999999999999999999"):
            self.refused(["-m", size], "-m")
        self.refused(["-m", "0"], "-m 0", "pegasos2", "MiB")
        self.refused(["-m", "4096"], "-m 4096", "2048")
        self.refused(["-m", "100000K"], "100000K")

    def test_drives(self):
        disk, other = self.blank("a", 1 << 20), self.blank("b", 1 << 20)
        self.refused(["-drive", "file=%s,index=4" % disk], "index", "4")
        self.refused(["-drive", "file=%s,index=0,bus=0" % disk], "twice")
        self.refused(["-drive", "file=%s,if=scsi" % disk], "if=scsi")
        self.refused(["-drive", "file=%s,media=tape" % disk], "media=tape")
        self.refused(["-drive", "file=%s,readonly=maybe" % disk], "maybe")
        self.refused(["-drive", "file=%s,colour=red" % disk], "colour")
        self.refused(["-drive", "media=disk"], "file=")
        self.refused(["-hda", disk, "-drive", "file=%s,index=0" % other], "-hda", "-drive", "place 0")

    def test_others(self):
        self.refused(["-serial", "carrier-pigeon"], "carrier-pigeon")
        self.refused(["-serial", "stdio", "-serial", "stdio"], "stdio")
        self.refused(["-serial", "file:/nowhere/log"], "/nowhere/log")
        self.refused(["-display", "hologram"], "hologram")
        self.refused(["-d", "int,everything"], "everything")
        self.refused(["-D", "/nowhere/log"], "/nowhere/log")
        self.refused(["-icount", "shift=99"], "99")
        self.refused(["-icount", "rr=record"], "rr")
        self.refused(["-rtc", "base=yesterday"], "yesterday")
        self.refused(["-rtc", "epoch=1"], "epoch")
        self.refused(["-boot", "x"], "'x'")
        self.refused(["-boot", "first=c"], "first")
        self.refused(["-prom-env", "noequals"], "noequals")
        self.refused(["-append", "x"], "-append", "-kernel")
        self.refused(["-initrd", "x"], "-initrd", "-kernel")
        self.refused(["-boot-file", ""], "-boot-file")

    def test_nothing_was_made(self):
        """A refused command line leaves no file behind."""
        self.refused(["-m", "0"], "-m 0")
        self.refused(["/nowhere/file"], "/nowhere")
        self.assertEqual(os.listdir(self.home), [])


if __name__ == "__main__":
    unittest.main()
