#!/usr/bin/env python3
"""GRUB from its CD: menu, command line with ls, Linux with its initrd from the same CD."""

from console import Console, PROMPT, check, guest, main
from linux import check_log, power_off


def test():
    image = guest("grub-iso.sh") + "/grub.iso"
    with Console(["-nographic", image]) as c:
        c.expect("GNU GRUB", 60)
        c.expect("Linux", 30)
        c.type("c")
        c.expect("grub> ", 30)
        c.type("ls\r")
        drives = c.expect("grub> ", 30)
        check("(" in drives, "ls shows no drive: %r", drives)
        c.type("ls /boot/\r")
        files = c.expect("grub> ", 30)
        check("vmlinux" in files, "ls /boot/ shows %r", files)
        c.type("\033")  # back to the menu; a key stops its count-down
        c.expect("GNU GRUB", 30)
        c.type("\r")
        c.expect("ppcemu guest ready", 240)
        c.expect(PROMPT, 60)
        check_log(c)
        power_off(c)


main(test)
