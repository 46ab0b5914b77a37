#!/usr/bin/env python3
"""Boots in a row, each to the shell and off again; $PPCEMU_BOOTS of them (3; acceptance: 50)."""

import os
import time

from console import Failed, check, main
from linux import boot, check_log, iso, power_off


def test():
    image, failures, times = iso(), [], []
    count = int(os.environ.get("PPCEMU_BOOTS", "3"))
    for n in range(count):
        begin = time.monotonic()
        try:
            with boot(["-nographic", image]) as c:
                times.append(time.monotonic() - begin)
                check_log(c)
                power_off(c)
        except Failed as reason:
            failures.append("boot %d: %s" % (n + 1, reason))
    print("%d boots, %d failures, to the shell in %.1f to %.1f s" %
          (count, len(failures), min(times or [0]), max(times or [0])))
    check(not failures, "%s", "\n".join(failures))


main(test)
