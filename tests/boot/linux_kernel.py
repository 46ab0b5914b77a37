#!/usr/bin/env python3
"""The kernel as -kernel FILE: linux_kernel.py vmlinux|zImage.chrp up|smp [OPTIONS...]"""

from console import check, main
from linux import ARGS, boot, check_log, initrd, kernel, power_off


def test(name, variant, *options):
    folder = kernel(*(["--smp"] if variant == "smp" else []))
    args = ["-nographic", "-kernel", "%s/%s" % (folder, name), "-initrd", initrd(),
            "-append", ARGS] + list(options)
    with boot(args) as c:
        version = c.run("uname -a")
        check(("SMP" in version) == (variant == "smp"), "uname -a says %r", version)
        check_log(c)
        power_off(c)


main(test)
