#!/usr/bin/env python3
"""What good command lines do: help, lists, notes, NVRAM, recognition by content, the log."""

import os
import subprocess
import unittest

from harness import Case, PPCEMU, TOP, elf

QUIT = b"\x01x"


class Lists(Case):
    def shown(self, *args):
        status, out, err = self.ppcemu(*args)
        self.assertEqual((status, err), (0, ""), (args, err))
        return out

    def test_help(self):
        text = self.shown("-help")
        for spelling in (["--help"], ["-h"]):
            self.assertEqual(self.shown(*spelling), text)
        for option in ("-machine", "-cpu", "-m ", "-kernel", "-initrd", "-append", "-dtb", "-bios",
                       "-cdrom", "-hda", "-hdd", "-drive", "-boot", "-serial", "-nographic",
                       "-no-reboot", "-d ", "-D ", "-version", "-help", "-icount", "-boot-file"):
            self.assertIn("\n  " + option, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_version(self):
        self.assertRegex(self.shown("-version"), r"^ppcemu \d+\.\d+\.\d+ \(")
        self.assertEqual(self.shown("--version"), self.shown("-version"))

    def test_lists(self):
        self.assertIn("pegasos2", self.shown("-machine", "help"))
        self.assertIn("pegasos2", self.shown("-M", "help"))
        cpus = self.shown("-cpu", "help")
        for cpu in ("7447a", "7457", "7455", "7450", "7410", "7400", "750cxe", "750fx"):
            self.assertIn(cpu, cpus)
        self.assertEqual(cpus.count("(default)"), 1)
        self.assertIn("guest_errors", self.shown("-d", "help"))

    def test_man_page(self):
        """The man page's list of options is the parser's."""
        with open(os.path.join(TOP, "docs", "ppcemu.1")) as f:
            page = f.read()
        self.assertIn(subprocess.check_output([PPCEMU, "--help-man"]).decode(), page,
                      "docs/ppcemu.1 is old: run tests/tools/man.sh")


class Runs(Case):
    def prompt(self, *args, typed=b"", seconds=60):
        """Output and notes of a run that types at the ok prompt. C-a x would overtake what is
        typed, so that power-off ends it then."""
        end = b"power-off\r" if typed else QUIT
        status, out, err = self.ppcemu("-nographic", *args, stdin=typed + end, seconds=seconds)
        self.assertEqual(status, 0, err)
        return out.replace("\r", ""), err

    def test_notes(self):
        notes = (["-accel", "tcg"], ["-net", "none"], ["-nic", "none"], ["-usb"],
                 ["-boot", "menu=on"], ["-name", "x"], ["-audiodev", "none,id=a"],
                 ["-monitor", "vc"])
        for words in notes:
            _, err = self.prompt(*words)
            self.assertEqual(err, "ppcemu: accepted but has no effect here: %s\n" % " ".join(words))
        for words in (["-monitor", "none"], ["-smp", "1"], ["-display", "none"], ["-vga", "none"], ["-smp", "cpus=1"]):
            self.assertEqual(self.prompt(*words)[1], "")
        self.assertIn("ppcemu: no window (", self.prompt("-display", "sdl")[1])

    def test_double_dash(self):
        self.assertEqual(self.prompt("--machine", "pegasos2", "--m", "256M", "--cpu", "g4")[1], "")

    def test_iso_without_boot_file(self):
        """Goes to the prompt with a sentence that names what was looked for."""
        folder = os.path.join(self.home, "cd")
        os.mkdir(folder)
        with open(os.path.join(folder, "readme.txt"), "w") as f:
            f.write("nothing to boot here\n")
        image = os.path.join(self.home, "plain.iso")
        subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-o", image, folder],
                       check=True, stderr=subprocess.DEVNULL)
        out, _ = self.prompt(image, typed=b"")
        self.assertRegex(out, r"(?s)boot\.img.*ok ")

    def test_disk_by_content(self):
        disk = os.path.join(self.home, "disk.img")
        with open(disk, "wb") as f:
            f.truncate(1 << 20)
        out, _ = self.prompt(disk, typed=b"")
        self.assertIn("ok ", out)

    def test_kernel_by_content(self):
        # blr: the kernel just returns to the firmware
        kernel = self.file("k.elf", elf(code=b"\x4e\x80\x00\x20" * 4))
        out, _ = self.prompt(kernel)
        self.assertIn("ok ", out)

    def test_memory_spellings(self):
        for size, shown in (("256", "256"), ("256M", "256"), ("1G", "1024"), ("size=128M", "128"),
                            ("262144K", "256")):
            out, _ = self.prompt("-m", size, "-boot-file", "none", typed=b"banner\r")
            self.assertRegex(out, r"\b%s MiB|\b%s MB" % (shown, shown))

    def test_nvram(self):
        """Kept where XDG says, made only when something is set, not kept with nvram=none."""
        path = os.path.join(self.home, ".local/share/ppcemu/pegasos2.nvram")
        self.prompt("-boot-file", "none")
        self.assertFalse(os.path.exists(path))
        self.prompt("-boot-file", "none", "-machine", "pegasos2,nvram=none",
                    typed=b"setenv boot-args lost\r")
        self.assertFalse(os.path.exists(path))
        self.prompt("-boot-file", "none", typed=b"setenv boot-args kept-text\r")
        self.assertTrue(os.path.exists(path))
        out, _ = self.prompt("-boot-file", "none", typed=b"printenv boot-args\r")
        self.assertIn("kept-text", out)
        other = os.path.join(self.home, "other.nvram")
        self.prompt("-boot-file", "none", "-M", "pegasos2,nvram=" + other,
                    typed=b"setenv boot-args elsewhere\r")
        self.assertTrue(os.path.exists(other))

    def test_prom_env(self):
        out, _ = self.prompt("-boot-file", "none", "-prom-env", "boot-args=from the line",
                             typed=b"printenv boot-args\r")
        self.assertIn("from the line", out)

    def test_power_off_and_reset(self):
        status, out, _ = self.ppcemu("-nographic", "-boot-file", "none", stdin=b"power-off\r")
        self.assertEqual(status, 0)
        status, out, _ = self.ppcemu("-nographic", "-boot-file", "none", "-no-reboot",
                                     stdin=b"reset-all\r")
        self.assertEqual(status, 0)
        out, _ = self.prompt("-boot-file", "none", typed=b"reset-all\rpwd\r")
        self.assertEqual(out.count("Nothing to boot"), 2, out)

    def test_log_file(self):
        log = os.path.join(self.home, "log")
        self.prompt("-boot-file", "none", "-d", "stats,cpu_reset", "-D", log)
        with open(log) as f:
            text = f.read()
        self.assertRegex(text, r"ppcemu: \d+ instructions, [\d.]+ s guest time")
        self.assertIn("machine reset", text)


if __name__ == "__main__":
    unittest.main()
