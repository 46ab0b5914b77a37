"""Tables and the documentation page of tests/perf/run."""

import math
import os
import platform
import subprocess
import time

import basket
import build
import console

ALLOWED = 0.95  # a class may be this much of its budget
DOCS = os.path.join(build.HERE, "..", "..", "docs", "performance.md")
COLUMNS = ("program", "ppcemu s", "QEMU s", "ratio", "native s", "slower than native", "MIPS")


def geometric(values):
    values = [v for v in values if v]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def quotient(a, b):
    return a / b if a and b else None


def figure(value, form):
    return form % value if value is not None else "-"


class Row:
    def __init__(self, sample):
        self.name = sample.program.name
        self.kind = sample.program.kind
        self.ours, self.qemu, self.native = (sample.median(m) for m in ("ppcemu", "QEMU", "native"))
        self.ratio = quotient(self.qemu, self.ours)
        self.native_ratio = quotient(self.ours, self.native)
        self.mips = quotient(sample.instructions, self.ours * 1e6)

    def cells(self):
        return [self.name, figure(self.ours, "%.3f"), figure(self.qemu, "%.3f"),
                figure(self.ratio, "%.2f"), figure(self.native, "%.4f"),
                figure(self.native_ratio, "%.1f"), figure(self.mips, "%.0f")]


def classes(samples):
    """(class, its rows), in the order of basket.KINDS."""
    rows = [Row(s) for s in samples]
    for kind in basket.KINDS:
        own = [r for r in rows if r.kind == kind]
        if own:
            yield kind, own


def means(samples):
    """Class -> geometric mean of the ratios; "all" -> that of the classes."""
    result = {kind: geometric(r.ratio for r in rows) for kind, rows in classes(samples)}
    result = {kind: value for kind, value in result.items() if value}
    if result:
        result["all"] = geometric(result.values())
    return result


def over_budget(now, budget):
    return ["%s: %.3f of QEMU, budget %.3f" % (kind, now[kind], budget[kind])
            for kind in budget if kind in now and now[kind] < ALLOWED * budget[kind]
            # The mean of some classes says nothing about that of all.
            and (kind != "all" or now.keys() >= budget.keys())]


def markdown(header, rows):
    """A table whose columns are as wide as their cells, for terminals too."""
    lines = [list(header)] + [list(r) for r in rows]
    width = [max(len(line[i]) for line in lines) for i in range(len(header))]
    out = []
    for n, line in enumerate(lines):
        out.append("| " + " | ".join(c.ljust(w) if i == 0 else c.rjust(w)
                                     for i, (c, w) in enumerate(zip(line, width))) + " |")
        if n == 0:
            out.append("|" + "|".join("-" * (w + 1) + ("-" if i == 0 else ":")
                                      for i, w in enumerate(width)) + "|")
    return "\n".join(out)


def table(samples):
    programs, summary = [], []
    for kind, rows in classes(samples):
        title, target, _ = basket.KINDS[kind]
        programs += [["*%s*" % title] + [""] * (len(COLUMNS) - 1)] + [r.cells() for r in rows]
        summary.append([title, figure(geometric(r.ratio for r in rows), "%.2f"),
                        figure(target, "%.1f"),
                        figure(geometric(r.native_ratio for r in rows), "%.1f"),
                        figure(geometric(r.mips for r in rows), "%.0f")])
    every = means(samples).get("all")
    summary.append(["all classes", figure(every, "%.2f"), "1.3", "", ""])
    return (markdown(COLUMNS, programs) + "\n\n" +
            markdown(("class", "ratio", "target", "slower than native", "MIPS"), summary))


def beside(samples, name, program):
    """Class by class: $PPCEMU and another ppcemu, each against QEMU, and against each other."""
    rows = []
    for kind, own in classes(samples):
        of = [s for s in samples if s.program.kind == kind and s.median(name)]
        rows.append([basket.KINDS[kind].title,
                     figure(geometric(r.ratio for r in own), "%.2f"),
                     figure(geometric(quotient(s.median("QEMU"), s.median(name)) for s in of), "%.2f"),
                     figure(geometric(quotient(s.median("ppcemu"), s.median(name)) for s in of), "%.2f"),
                     figure(geometric(quotient(s.instructions, s.median(name) * 1e6) for s in of
                                      if basket.KINDS[kind].mips), "%.0f")])
    every = [geometric(float(row[c]) for row in rows if row[c] != "-") for c in (1, 2, 3)]
    rows.append(["all classes"] + [figure(value, "%.2f") for value in every] + [""])
    return ("%s is %s.\n\n" % (name, first_line([program, "-version"])) +
            markdown(("class", "ppcemu", name, name + " / ppcemu", name + " MIPS"), rows))


PAGE = """# Performance

Made by `tests/perf/run --write-docs --rounds {rounds}` on {date}: do not edit, run it again.

The same Linux 6.1 and the same programs (tests/perf/progs, gcc -O2 -mcpu=7450, static) run in
ppcemu (pegasos2, 7457) and in {qemu} (mac99, 7457), in turns.
Times are CPU seconds of the emulator's process, medians of {rounds}; the ratio is QEMU's time
divided by ppcemu's, so above 1 ppcemu is the faster one. Native is the same C source on the host.
MIPS are guest instructions, the kernel's included, by ppcemu's CPU second. Means are geometric.
Boot to shell includes each emulator's own firmware.

Host: {cpu}, {cores} cores, {system}; load average {load} at the end (the machine is not ours alone;
differences under 5 % mean nothing). {ppcemu}.{note}

{table}

The ratios a class had when they were last recorded are in tests/perf/budget.json;
`tests/perf/run --check` fails when one is more than 5 % under that.
"""


def first_line(command):
    try:
        return subprocess.check_output(command, stderr=subprocess.STDOUT).decode().splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "an unknown version of " + command[0]


def write_docs(text, rounds, note):
    """note: a sentence about the run, or nothing."""
    with open("/proc/cpuinfo") as f:
        cpu = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")),
                   platform.machine())
    page = PAGE.format(
        rounds=rounds, date=time.strftime("%Y-%m-%d"), cpu=cpu, cores=os.cpu_count(),
        qemu=first_line(["qemu-system-ppc", "--version"]), system=platform.system(),
        load="%.1f" % os.getloadavg()[0], ppcemu=first_line([console.PPCEMU, "-version"]),
        note="\n" + note if note else "", table=text)
    with open(DOCS, "w") as f:
        f.write(page)
