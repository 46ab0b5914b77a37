#!/usr/bin/env python3
"""The shell on another CPU, with the programs that check integer, FP and AltiVec results there:
linux_cpu.py MODEL PATTERN-OF-CPUINFO [no-altivec]"""

import re

from console import check, guest, main
from linux import boot, check_log, iso, power_off


def right_checksums():
    with open(guest("initramfs.sh") + "/checksums") as f:
        return dict(line.split() for line in f)


def test(model, pattern, no_altivec=""):
    with boot(["-nographic", "-cpu", model, iso()]) as c:
        info = c.run("cat /proc/cpuinfo")
        check(re.search(pattern, info), "-cpu %s: /proc/cpuinfo says\n%s", model, info)
        check(("altivec" in info) == (not no_altivec), "-cpu %s: altivec in\n%s", model, info)
        for program, right in right_checksums().items():
            if program == "altivec" and no_altivec:
                continue
            out = c.run("%s 1" % program, 120)
            check("checksum=%s" % right in out, "-cpu %s: %s printed %r, not checksum=%s", model,
                  program, out, right)
        check_log(c)
        power_off(c)


main(test)
