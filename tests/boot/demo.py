#!/usr/bin/env python3
"""The embedded demo guest: every line says PASS, and it returns to the ok prompt."""

import sys

from console import Console, check, main


def test(*args):
    with Console(list(args)) as c:
        c.expect("ppcemu demo: ", 60)
        body = c.expect("ppcemu demo: done\n", 120)
        c.expect("ok ", 20)
        check("FAIL" not in body, "a line says FAIL:\n%s", body)
        check(body.count("  PASS\n") >= 6, "fewer than 6 PASS lines:\n%s", body)
        c.type("dev /cpus\r")
        c.expect("ok ", 20)
        c.type("ls\r")
        c.expect("PowerPC,", 20)
        c.expect("ok ", 20)
        c.type("power-off\r")
        status = c.wait(20)
        check(status == 0, "power-off at the prompt ended ppcemu with status %s", status)


main(test)
