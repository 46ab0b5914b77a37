"""What the Linux tests share: booting to the shell and what a healthy boot looks like."""

import re

from console import Console, PROMPT, check, guest

# Messages that would be trouble: a pattern that Python and the guest's grep -E both know.
TROUBLE_WORDS = ("WARNING:|BUG[: ]|Bug: |Oops|[Ll]ost interrupt|Call Trace|[Uu]nable to handle|"
                 "Unrecoverable|soft lockup|detected stall|nobody cared|I/O error|failed command|"
                 "frozen|qc timeout|[Ss]purious|Bad IO access|Machine check")
TROUBLE = re.compile(r"^\[ *\d+\.\d+\].*(?:%s)" % TROUBLE_WORDS)

# Reports that Linux 6.1 makes on the real board too: (what begins it, what its trace holds).
KERNELS_OWN = [
    # Since PHB discovery moved (5.13), i8259_init runs while isa_io_base is still 0: its writes to
    # the PICs' ports fault and are dropped (facts 0.3).
    (re.compile(r"Bug: Write fault blocked by KUAP!"), re.compile(r"interrupt: 300 at i8259_")),
    # The same move: pci_create_OF_bus_map takes memory from memblock when that is over.
    (re.compile(r"WARNING: .* at mm/memblock\.c:\d+ memblock_alloc_internal"),
     re.compile(r"chrp_find_bridges")),
]
REPORT = re.compile(r"^\[[^\n]*(?:Bug: |WARNING: )(?:(?!---\[ end trace).)*---\[ end trace[^\n]*\n",
                    re.S | re.M)
# The same write faults fill the kernel's small log before the console is up: what is left of it
# begins in the middle of a report.
CUT_OFF = re.compile(r"(?:\*\* \d+ printk messages dropped \*\*|\A)(?:(?!end trace|Bug: |WARNING: ).)*"
                     r"interrupt: 300 at i8259_(?:(?!end trace).)*end trace[^\n]*\n", re.S)


def _unless_known(report):
    text = report.group(0)
    known = any(first.search(text.split("\n", 1)[0]) and inside.search(text)
                for first, inside in KERNELS_OWN)
    return "" if known else text


# The kernel command line of boots without a CD that brings its own.
ARGS = "console=ttyS0,115200"


def trouble(text):
    """The lines of a kernel log that a healthy boot would not have."""
    text = REPORT.sub(_unless_known, CUT_OFF.sub("", text))
    return [line for line in text.splitlines() if TROUBLE.match(line)]


def boot(args, **more):
    """Starts ppcemu and waits for the guest's shell."""
    c = Console(args, **more)
    c.expect("ppcemu guest ready", 180)
    c.expect(PROMPT, 60)
    wide(c)
    return c


def wide(c):
    """Keeps the shell's line editor from wrapping what is typed, so that run() sees one line."""
    c.run("stty cols 2000")


def check_log(c):
    """Fails when the kernel log of a running guest shows trouble. Linux polls this machine's serial
    port, 16 bytes a tick, so only the lines that trouble() looks at are shown."""
    bad = trouble(c.run("dmesg | grep -E '%s|interrupt: 300|chrp_find|end trace'" % TROUBLE_WORDS))
    check(not bad, "the kernel log shows trouble:\n%s", "\n".join(bad))


def power_off(c):
    c.type("poweroff\n")
    status = c.wait(90)
    check(status == 0, "poweroff ended ppcemu with status %s, not 0", status)
    check(not trouble(c.text), "trouble on the console:\n%s", "\n".join(trouble(c.text)))


def kernel(*variant):
    return guest("linux.sh", *variant)


def initrd():
    return guest("initramfs.sh") + "/initramfs.cpio.gz"


def iso(*variant):
    return guest("iso.sh", *variant) + "/linux.iso"
