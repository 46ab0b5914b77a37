"""Writes the C source of a large program that has no loop worth mentioning: every instruction is
run as often as the program's first argument says. Same text from the same arguments."""

import random

OPERATIONS = ("{a} += {b} ^ {k}u;", "{a} = {b} * {k}u + {a};", "{a} ^= {b} >> {s};",
              "{a} = ({a} << {s}) | ({b} >> {t});", "{a} -= {b} & {k}u;",
              "if ({a} < {b}) {a} += {k}u;",
              "m[{i}] += {a};", "{a} ^= m[{i}];", "m[{i}] = {b} - {a};", "{a} |= {b} & {k}u;")

HEAD = """#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static uint32_t m[256];
"""

MAIN = """static unsigned long long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000u + (unsigned long long)t.tv_nsec;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    unsigned long long begin = now();
    uint32_t a = 1;

    while (rounds--) {
        for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++) {
            a = table[i](a, i);
        }
    }
    printf("checksum=%08x ns=%llu\\n", a ^ m[17], now() - begin);
    return 0;
}
"""


def function(number, lines, pick):
    out = ["static uint32_t f%d(uint32_t a, uint32_t b)\n{\n    uint32_t c = a ^ b, d = m[%d];\n" %
           (number, pick.randrange(256))]
    for _ in range(lines):
        first, second = pick.sample("abcd", 2)
        s = pick.randrange(1, 31)
        out.append("    %s\n" % pick.choice(OPERATIONS).format(
            a=first, b=second, k=pick.randrange(1, 32000), s=s, t=32 - s, i=pick.randrange(256)))
    out.append("    return a + b + c + d;\n}\n")
    return "".join(out)


def source(functions, lines):
    pick = random.Random(20261121)
    text = [HEAD] + [function(n, lines, pick) for n in range(functions)]
    text.append("static uint32_t (*const table[])(uint32_t, uint32_t) = {\n%s};\n" %
                "".join("    f%d,\n" % n for n in range(functions)))
    return "".join(text) + MAIN
