"""State, encoder and row writer shared by the instruction oracles (oracle_int.py, oracle_vec.py, oracle_fp.py).

Nothing here is taken from cpu/: encodings are the tables of the manuals' appendix A again, and the
semantics in the oracle_*.py are the register-transfer text of chapter 8 (AltiVec: chapter 6) written down
in Python, one function an instruction, with no regard for speed.
"""
import json
import os
import re

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
M32 = 0xFFFFFFFF
USER_MSR = 0x02007002   # what the runner sets without "msr": PR FP VEC ME RI
SRR1_KEEPS = 0x87C0FFFF  # PEM table 6-?: MSR bits 0, 5-9 and 16-31 go to SRR1

# operand name -> (shift from the right, width); the manual counts from the left
FIELDS = {
    "rD": (21, 5), "rS": (21, 5), "fD": (21, 5), "fS": (21, 5), "vD": (21, 5), "vS": (21, 5), "TO": (21, 5),
    "BO": (21, 5), "crbD": (21, 5), "crfD": (23, 3), "STRM": (21, 2), "rA": (16, 5), "fA": (16, 5),
    "vA": (16, 5), "BI": (16, 5), "crbA": (16, 5), "crfS": (18, 3), "rB": (11, 5), "fB": (11, 5),
    "vB": (11, 5), "crbB": (11, 5), "SH": (11, 5), "NB": (11, 5), "fC": (6, 5), "vC": (6, 5), "MB": (6, 5),
    "ME": (1, 5), "L": (21, 1), "SI": (0, 16), "UI": (0, 16), "CRM": (12, 8), "FM": (17, 8), "SR": (16, 4),
    "IMM": (12, 4), "E": (15, 1), "SIMM": (16, 5), "UIMM": (16, 5), "SHB": (6, 4), "T": (25, 1),
    "Rc": (0, 1), "OE": (10, 1), "LK": (0, 1), "AA": (1, 1), "VRc": (10, 1),
}


def records(files=("int", "fp", "vec", "64")):
    """The records of cpu/insn_*.def: (name, file, variants, syntax, feature). Only to know what exists."""
    out = []
    for f in files:
        with open(os.path.join(TOP, "cpu", f"insn_{f}.def")) as src:
            for line in src:
                m = re.match(r'INSN\(\s*(\w+)\s*,\s*\w+\s*,\s*\d+\s*,\s*\d+\s*,\s*(\w+)\s*,\s*\w\s*,'
                             r'\s*"([^"]*)"\s*,[^,]*,\s*(\w+)\s*\)', line)
                if m:
                    out.append((m[1], f, m[2], m[3], m[4]))
    return out


def is_32bit(record):
    """False for the records that only 64-bit models have."""
    return "64" not in record[4] and "970" not in record[4]


class Cpu:
    """Architected state, big-endian and in the manual's terms."""

    def __init__(self, pc=0x100000, msr=USER_MSR):
        self.r = [0] * 32
        self.f = [0] * 32
        self.v = [0] * 32
        self.cr = self.xer = self.lr = self.ctr = self.fpscr = self.vscr = 0
        self.pc, self.msr = pc, msr
        self.mem = {}
        self.spr = {}
        self.sr = [0] * 16
        self.reserve = None
        self.exc = 0
        self.dont_care = {}   # register -> bits that the manual leaves open

    # ---- condition register and XER ----
    def crbit(self, n):
        return self.cr >> (31 - n) & 1

    def set_crbit(self, n, v):
        self.cr = self.cr & ~(1 << (31 - n)) | (v & 1) << (31 - n)

    def set_crf(self, n, v):
        sh = 28 - 4 * n
        self.cr = self.cr & ~(15 << sh) & M32 | v << sh

    so = property(lambda s: s.xer >> 31 & 1)
    ca = property(lambda s: s.xer >> 29 & 1)

    def set_ca(self, v):
        self.xer = self.xer & ~(1 << 29) & M32 | v << 29

    def set_ov(self, v):
        self.xer = self.xer & ~(1 << 30) & M32 | v << 30 | v << 31

    def record(self, r):
        s = signed(r)
        self.set_crf(0, (8 if s < 0 else 4 if s > 0 else 2) | self.so)

    # ---- memory ----
    def load(self, ea, n):
        return int.from_bytes(bytes(self.mem.get((ea + i) & M32, 0) for i in range(n)), "big")

    def store(self, ea, n, v):
        for i, b in enumerate((v & (1 << 8 * n) - 1).to_bytes(n, "big")):
            self.mem[(ea + i) & M32] = b

    # ---- exceptions (PEM chapter 6) ----
    def take(self, vector, srr1=0, srr0=None):
        self.exc = vector
        self.spr["srr0"] = self.pc if srr0 is None else srr0
        self.spr["srr1"] = self.msr & SRR1_KEEPS | srr1
        self.msr &= 0x00011040 if vector != 0x200 else 0x00010040
        self.pc = vector

    def program(self, bit):
        self.take(0x700, {"fp": 1 << 20, "illegal": 1 << 19, "privileged": 1 << 18, "trap": 1 << 17}[bit])


def signed(v, bits=32):
    v &= (1 << bits) - 1
    return v - (1 << bits) if v >> (bits - 1) else v


class Encoder:
    """mnemonic -> opcode bits, from the oracle modules' own tables."""

    def __init__(self):
        self.base = {}
        self.fn = {}

    def add(self, name, word, fn):
        self.base[name] = word
        self.fn[name] = fn

    def word(self, name, ops):
        w = self.base[name]
        for k, v in ops.items():
            if k == "SPR":
                w |= (v & 31) << 16 | (v >> 5) << 11
            elif k == "BD":
                w |= v & 0xFFFC
            elif k == "LI":
                w |= v & 0x03FFFFFC
            elif k == "RAW":
                w |= v
            else:
                sh, width = FIELDS[k]
                w |= (v & (1 << width) - 1) << sh
        return w


ISA = Encoder()


def run(cpu, code):
    """Runs [(name, operands)] placed at cpu.pc until the pc leaves it, as the runner does."""
    start = cpu.pc
    for _ in range(1000):
        i = (cpu.pc - start) // 4
        if cpu.exc or cpu.pc < start or i >= len(code):
            return
        name, ops = code[i]
        cpu.npc = (cpu.pc + 4) & M32
        ISA.fn[name](cpu, dict(ops))
        if not cpu.exc:
            cpu.pc = cpu.npc
    raise RuntimeError("endless")


def number(v, bits=32):
    return f"{v:0{bits // 4}x}"


def snapshot(c):
    s = {f"r{i}": (c.r[i], 32) for i in range(32)}
    s.update({f"f{i}": (c.f[i], 64) for i in range(32)})
    s.update({f"v{i}": (c.v[i], 128) for i in range(32)})
    s.update({f"sr{i}": (c.sr[i], 32) for i in range(16)})
    for k in ("cr", "xer", "lr", "ctr", "fpscr", "vscr", "msr"):
        s[k] = (getattr(c, k), 32)
    s.update({k: (v, 32) for k, v in c.spr.items()})
    return s


class Writer:
    def __init__(self, suite):
        self.suite = suite
        self.lines = []
        self.count = {}

    def row(self, insn, code, setup, always=(), tags=(), note=None, mem_out=(), pc=0x100000):
        """code: [(name, operands)]; setup: {register: value, "mem": {address: bytes}}."""
        c = Cpu(pc=pc, msr=setup.get("msr", USER_MSR))
        given = {}
        for k, v in setup.items():
            if k == "mem":
                for at, data in v.items():
                    for i, b in enumerate(data):
                        c.mem[at + i] = b
                given["mem"] = {number(at): data.hex() for at, data in v.items()}
                continue
            if k[0] in "rfv" and k[1:].isdigit():
                getattr(c, k[0])[int(k[1:])] = v
            elif k.startswith("sr") and k[2:].isdigit():
                c.sr[int(k[2:])] = v
            elif k in ("cr", "xer", "lr", "ctr", "fpscr", "vscr", "msr"):
                setattr(c, k, v)
            else:
                c.spr[k] = v
            given[k] = number(v, {"f": 64, "v": 128}.get(k[0], 32) if k[1:].isdigit() else 32)
        before, mem_before = snapshot(c), dict(c.mem)
        run(c, code)
        after = snapshot(c)
        out, mask = {}, {}
        for k, (v, bits) in after.items():
            if k not in given and k not in always and before.get(k, (0, 0))[0] == v and before.get(k):
                continue
            open_bits = c.dont_care.get(k, 0)
            full = (1 << bits) - 1
            if open_bits == full:
                continue
            out[k] = number(v & ~open_bits, bits)
            if open_bits:
                mask[k] = number(full & ~open_bits, bits)
        if "rfi" in [m for m, _ in code] and not c.exc:
            c.exc = c.pc   # the runner takes SRR0 that changed for an exception: where rfi has gone to
        if c.exc:
            out["exc"] = f"{c.exc:x}"
        elif "pc" in always:
            out["pc"] = number(c.pc)
        areas = dict(setup.get("mem", {}))
        for at, n in mem_out:
            areas[at] = bytes(n)
        touched = {at for at in c.mem if c.mem[at] != mem_before.get(at, 0)}
        for at, data in areas.items():
            touched -= set(range(at, at + len(data)))
        assert not touched, (insn, [hex(t) for t in touched])
        if areas:
            out["mem"] = {number(at): bytes(c.mem.get(at + i, 0) for i in range(len(d))).hex()
                          for at, d in areas.items()}
        n = self.count[insn] = self.count.get(insn, 0) + 1
        j = {"name": f"{insn}/{n}", "suite": self.suite, "insn": insn, "bits": 32}
        if pc != 0x100000:
            j["pc"] = f"{pc:x}"
        j["code"] = [number(ISA.word(m, o)) for m, o in code]
        j["in"], j["out"] = given, out
        if mask:
            j["mask"] = mask
        if tags:
            j["tags"] = list(tags)
        if note:
            j["why"] = note
        self.lines.append(json.dumps(j, separators=(",", ":")))

    def save(self, path):
        with open(path, "w") as f:
            f.write("\n".join(self.lines) + "\n")
