"""Integer, branch, condition-register, load/store and system instructions of the 32-bit architecture
(PEM chapter 8), as the 7457 does them where the book leaves a choice (MPC7450UM 2.3, 4.6)."""
from oracle import ISA, M32, USER_MSR, signed

PR, FP, VEC = 0x4000, 0x2000, 0x02000000


def d_form(op):
    return op << 26


def x_form(xo, op=31, low=0):
    return op << 26 | xo << 1 | low


def insn(name, word, priv=False):
    """Decorator: the function is the instruction's text; o holds the operand fields."""
    def deco(fn):
        def run(c, o):
            if priv and c.msr & PR:
                return c.program("privileged")
            return fn(c, o)
        ISA.add(name, word, run)
        return fn
    return deco


def exts(v, bits=16):
    return signed(v, bits) & M32


def a0(c, o):
    return c.r[o["rA"]] if o["rA"] else 0


# ---- arithmetic: rD, then XER[OV, SO], then CR0 ----

def finish(c, o, r, ov=None):
    c.r[o["rD"]] = r & M32
    if o.get("OE"):
        c.set_ov(int(ov))
    if o.get("Rc"):
        c.record(r & M32)


def adder(c, o, x, y, carry, sets_ca):
    """Every add and subtract is x + y + carry (PEM: subtraction adds the one's complement and 1)."""
    total = x + y + carry
    true = signed(x) + signed(y) + carry
    if sets_ca:
        c.set_ca(total >> 32)
    finish(c, o, total, not -(1 << 31) <= true < 1 << 31)


def neg(v):
    return ~v & M32


for _name, _xo, _x, _y, _carry, _ca in (
        ("add", 266, lambda c, o: c.r[o["rA"]], lambda c, o: c.r[o["rB"]], lambda c: 0, False),
        ("addc", 10, lambda c, o: c.r[o["rA"]], lambda c, o: c.r[o["rB"]], lambda c: 0, True),
        ("adde", 138, lambda c, o: c.r[o["rA"]], lambda c, o: c.r[o["rB"]], lambda c: c.ca, True),
        ("addme", 234, lambda c, o: c.r[o["rA"]], lambda c, o: M32, lambda c: c.ca, True),
        ("addze", 202, lambda c, o: c.r[o["rA"]], lambda c, o: 0, lambda c: c.ca, True),
        ("subf", 40, lambda c, o: neg(c.r[o["rA"]]), lambda c, o: c.r[o["rB"]], lambda c: 1, False),
        ("subfc", 8, lambda c, o: neg(c.r[o["rA"]]), lambda c, o: c.r[o["rB"]], lambda c: 1, True),
        ("subfe", 136, lambda c, o: neg(c.r[o["rA"]]), lambda c, o: c.r[o["rB"]], lambda c: c.ca, True),
        ("subfme", 232, lambda c, o: neg(c.r[o["rA"]]), lambda c, o: M32, lambda c: c.ca, True),
        ("subfze", 200, lambda c, o: neg(c.r[o["rA"]]), lambda c, o: 0, lambda c: c.ca, True),
        ("neg", 104, lambda c, o: neg(c.r[o["rA"]]), lambda c, o: 0, lambda c: 1, False)):
    def _fn(c, o, x=_x, y=_y, carry=_carry, ca=_ca):
        adder(c, o, x(c, o), y(c, o), carry(c), ca)
    ISA.add(_name, x_form(_xo), _fn)

ISA.add("addi", d_form(14), lambda c, o: finish(c, o, a0(c, o) + exts(o["SI"])))
ISA.add("addis", d_form(15), lambda c, o: finish(c, o, a0(c, o) + (o["SI"] << 16)))
ISA.add("addic", d_form(12), lambda c, o: adder(c, o, c.r[o["rA"]], exts(o["SI"]), 0, True))
ISA.add("addic.", d_form(13), lambda c, o: adder(c, {**o, "Rc": 1}, c.r[o["rA"]], exts(o["SI"]), 0, True))
ISA.add("subfic", d_form(8), lambda c, o: adder(c, o, neg(c.r[o["rA"]]), exts(o["SI"]), 1, True))
ISA.add("mulli", d_form(7), lambda c, o: finish(c, o, signed(c.r[o["rA"]]) * signed(o["SI"], 16)))


@insn("mullw", x_form(235))
def mullw(c, o):
    p = signed(c.r[o["rA"]]) * signed(c.r[o["rB"]])
    finish(c, o, p, not -(1 << 31) <= p < 1 << 31)


ISA.add("mulhw", x_form(75), lambda c, o: finish(c, o, signed(c.r[o["rA"]]) * signed(c.r[o["rB"]]) >> 32))
ISA.add("mulhwu", x_form(11), lambda c, o: finish(c, o, c.r[o["rA"]] * c.r[o["rB"]] >> 32))


def divide(c, o, a, b):
    fits = b != 0 and not (a == -(1 << 31) and b == -1)
    q = (abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)) if fits else 0
    finish(c, o, q, not fits)
    if not fits:   # rD, and LT GT EQ with Rc, are undefined; SO is not
        c.dont_care[f"r{o['rD']}"] = M32
        if o.get("Rc"):
            c.dont_care["cr"] = 0xE0000000


ISA.add("divw", x_form(491), lambda c, o: divide(c, o, signed(c.r[o["rA"]]), signed(c.r[o["rB"]])))
ISA.add("divwu", x_form(459), lambda c, o: divide(c, o, c.r[o["rA"]], c.r[o["rB"]]))


# ---- logic, shifts, rotates: rA takes the result ----

def put(c, o, r, rc=None):
    c.r[o["rA"]] = r & M32
    if o.get("Rc") or rc:
        c.record(r & M32)


for _name, _xo, _op in (
        ("and", 28, lambda s, b: s & b), ("andc", 60, lambda s, b: s & ~b), ("or", 444, lambda s, b: s | b),
        ("orc", 412, lambda s, b: s | ~b), ("xor", 316, lambda s, b: s ^ b), ("eqv", 284, lambda s, b: ~(s ^ b)),
        ("nand", 476, lambda s, b: ~(s & b)), ("nor", 124, lambda s, b: ~(s | b)),
        ("slw", 24, lambda s, b: s << (b & 31) if not b & 32 else 0),
        ("srw", 536, lambda s, b: s >> (b & 31) if not b & 32 else 0)):
    ISA.add(_name, x_form(_xo), lambda c, o, op=_op: put(c, o, op(c.r[o["rS"]], c.r[o["rB"]])))
for _name, _op, _fn, _rc in (
        ("ori", 24, lambda s, u: s | u, 0), ("oris", 25, lambda s, u: s | u << 16, 0),
        ("xori", 26, lambda s, u: s ^ u, 0), ("xoris", 27, lambda s, u: s ^ u << 16, 0),
        ("andi.", 28, lambda s, u: s & u, 1), ("andis.", 29, lambda s, u: s & u << 16, 1)):
    ISA.add(_name, d_form(_op), lambda c, o, fn=_fn, rc=_rc: put(c, o, fn(c.r[o["rS"]], o["UI"]), rc))
ISA.add("extsb", x_form(954), lambda c, o: put(c, o, exts(c.r[o["rS"]] & 0xFF, 8)))
ISA.add("extsh", x_form(922), lambda c, o: put(c, o, exts(c.r[o["rS"]] & 0xFFFF, 16)))
ISA.add("cntlzw", x_form(26), lambda c, o: put(c, o, 32 - c.r[o["rS"]].bit_length()))


def algebraic(c, o, n):
    s = signed(c.r[o["rS"]])
    r = s >> min(n, 31)
    lost = any(c.r[o["rS"]] >> i & 1 for i in range(min(n, 32)))
    c.set_ca(int(s < 0 and lost))
    put(c, o, r)


ISA.add("sraw", x_form(792), lambda c, o: algebraic(c, o, c.r[o["rB"]] & 63))
ISA.add("srawi", x_form(824), lambda c, o: algebraic(c, o, o["SH"]))


def mask(mb, me):
    m, i = 0, mb
    while True:
        m |= 0x80000000 >> i
        if i == me:
            return m
        i = (i + 1) % 32


def rotl(v, n):
    return (v << n | v >> (32 - n)) & M32


ISA.add("rlwinm", d_form(21), lambda c, o: put(c, o, rotl(c.r[o["rS"]], o["SH"]) & mask(o["MB"], o["ME"])))
ISA.add("rlwnm", d_form(23),
        lambda c, o: put(c, o, rotl(c.r[o["rS"]], c.r[o["rB"]] & 31) & mask(o["MB"], o["ME"])))
ISA.add("rlwimi", d_form(20), lambda c, o: put(
    c, o, rotl(c.r[o["rS"]], o["SH"]) & mask(o["MB"], o["ME"]) | c.r[o["rA"]] & ~mask(o["MB"], o["ME"])))


# ---- compare, trap ----

def compare(c, o, a, b):
    c.set_crf(o["crfD"], (8 if a < b else 4 if a > b else 2) | c.so)


ISA.add("cmp", x_form(0), lambda c, o: compare(c, o, signed(c.r[o["rA"]]), signed(c.r[o["rB"]])))
ISA.add("cmpl", x_form(32), lambda c, o: compare(c, o, c.r[o["rA"]], c.r[o["rB"]]))
ISA.add("cmpi", d_form(11), lambda c, o: compare(c, o, signed(c.r[o["rA"]]), signed(o["SI"], 16)))
ISA.add("cmpli", d_form(10), lambda c, o: compare(c, o, c.r[o["rA"]], o["UI"]))


def trap(c, o, b):
    a, to = c.r[o["rA"]], o["TO"]
    if (to & 16 and signed(a) < signed(b) or to & 8 and signed(a) > signed(b) or to & 4 and a == b or
            to & 2 and a < b or to & 1 and a > b):
        c.program("trap")


ISA.add("tw", x_form(4), lambda c, o: trap(c, o, c.r[o["rB"]]))
ISA.add("twi", d_form(3), lambda c, o: trap(c, o, exts(o["SI"])))

# ---- condition register ----
for _name, _xo, _op in (
        ("crand", 257, lambda a, b: a & b), ("crandc", 129, lambda a, b: a & ~b), ("creqv", 289, lambda a, b: ~(a ^ b)),
        ("crnand", 225, lambda a, b: ~(a & b)), ("crnor", 33, lambda a, b: ~(a | b)), ("cror", 449, lambda a, b: a | b),
        ("crorc", 417, lambda a, b: a | ~b), ("crxor", 193, lambda a, b: a ^ b)):
    ISA.add(_name, x_form(_xo, 19), lambda c, o, op=_op: c.set_crbit(
        o["crbD"], op(c.crbit(o["crbA"]), c.crbit(o["crbB"])) & 1))
ISA.add("mcrf", x_form(0, 19), lambda c, o: c.set_crf(o["crfD"], c.cr >> (28 - 4 * o["crfS"]) & 15))


@insn("mcrxr", x_form(512))
def mcrxr(c, o):
    c.set_crf(o["crfD"], c.xer >> 28)
    c.xer &= 0x0FFFFFFF


@insn("mfcr", x_form(19))
def mfcr(c, o):
    c.r[o["rD"]] = c.cr


@insn("mtcrf", x_form(144))
def mtcrf(c, o):
    for i in range(8):
        if o["CRM"] & 0x80 >> i:
            c.set_crf(i, c.r[o["rS"]] >> (28 - 4 * i) & 15)


# ---- branches ----

def branch(c, o, target, bo=20, bi=0):
    """target is worked out before LR changes; LR is written whether or not the branch is taken."""
    if not bo & 4:
        c.ctr = (c.ctr - 1) & M32
    ctr_ok = bo & 4 or (c.ctr != 0) != bool(bo & 2)
    cond_ok = bo & 16 or c.crbit(bi) == bo >> 3 & 1
    if o.get("LK"):
        c.lr = (c.pc + 4) & M32
    if ctr_ok and cond_ok:
        c.npc = target & 0xFFFFFFFC


ISA.add("b", d_form(18), lambda c, o: branch(c, o, signed(o["LI"], 26) + (0 if o.get("AA") else c.pc)))
ISA.add("bc", d_form(16), lambda c, o: branch(
    c, o, signed(o["BD"], 16) + (0 if o.get("AA") else c.pc), o["BO"], o["BI"]))
ISA.add("bclr", x_form(16, 19), lambda c, o: branch(c, o, c.lr, o["BO"], o["BI"]))
ISA.add("bcctr", x_form(528, 19), lambda c, o: branch(c, o, c.ctr, o["BO"], o["BI"]))


# ---- loads and stores ----

def alignment(c, ea, name, o):
    """DSISR from the instruction word (PEM 6.4.6.1, table 6-?); DAR is the address."""
    w = ISA.word(name, o)
    bit = lambda n: w >> (31 - n) & 1
    if w >> 26 == 31:
        d = bit(29) << 16 | bit(30) << 15 | bit(25) << 14 | bit(21) << 13 | bit(22) << 12 | bit(23) << 11 | bit(24) << 10
    else:
        d = bit(5) << 14 | bit(1) << 13 | bit(2) << 12 | bit(3) << 11 | bit(4) << 10
    c.spr["dsisr"] = d | (w >> 21 & 31) << 5 | (w >> 16 & 31)
    c.spr["dar"] = ea
    c.take(0x600)


def swap(v, n):
    return int.from_bytes(v.to_bytes(n, "big"), "little")


def access(name, word, n, indexed, update, load, conv):
    def fn(c, o):
        base = c.r[o["rA"]] if update else a0(c, o)
        ea = (base + (c.r[o["rB"]] if indexed else exts(o["SI"]))) & M32
        if load:
            c.r[o["rD"]] = conv(c.load(ea, n)) & M32
        else:
            c.store(ea, n, conv(c.r[o["rS"]] & (1 << 8 * n) - 1))
        if update:
            c.r[o["rA"]] = ea
    ISA.add(name, word, fn)


for _base, _n, _op, _xo, _load, _conv in (
        ("lwz", 4, 32, 23, 1, lambda v: v), ("lbz", 1, 34, 87, 1, lambda v: v), ("lhz", 2, 40, 279, 1, lambda v: v),
        ("lha", 2, 42, 343, 1, lambda v: signed(v, 16)), ("stw", 4, 36, 151, 0, lambda v: v),
        ("stb", 1, 38, 215, 0, lambda v: v), ("sth", 2, 44, 407, 0, lambda v: v)):
    access(_base, d_form(_op), _n, False, False, _load, _conv)
    access(_base + "u", d_form(_op + 1), _n, False, True, _load, _conv)
    access(_base + "x", x_form(_xo), _n, True, False, _load, _conv)
    access(_base + "ux", x_form(_xo + 32), _n, True, True, _load, _conv)
access("lwbrx", x_form(534), 4, True, False, 1, lambda v: swap(v, 4))
access("lhbrx", x_form(790), 2, True, False, 1, lambda v: swap(v, 2))
access("stwbrx", x_form(662), 4, True, False, 0, lambda v: swap(v, 4))
access("sthbrx", x_form(918), 2, True, False, 0, lambda v: swap(v, 2))


@insn("lmw", d_form(46))
def lmw(c, o):
    ea = (a0(c, o) + exts(o["SI"])) & M32
    if ea & 3:
        return alignment(c, ea, "lmw", o)
    for i in range(o["rD"], 32):
        c.r[i] = c.load(ea + 4 * (i - o["rD"]), 4)


@insn("stmw", d_form(47))
def stmw(c, o):
    ea = (a0(c, o) + exts(o["SI"])) & M32
    if ea & 3:
        return alignment(c, ea, "stmw", o)
    for i in range(o["rS"], 32):
        c.store(ea + 4 * (i - o["rS"]), 4, c.r[i])


def load_string(c, reg, ea, n):
    for i in range(n):
        if i % 4 == 0:
            c.r[(reg + i // 4) % 32] = 0
        c.r[(reg + i // 4) % 32] |= c.load(ea + i, 1) << (24 - 8 * (i % 4))


def store_string(c, reg, ea, n):
    for i in range(n):
        c.store(ea + i, 1, c.r[(reg + i // 4) % 32] >> (24 - 8 * (i % 4)))


ISA.add("lswi", x_form(597), lambda c, o: load_string(c, o["rD"], a0(c, o), o["NB"] or 32))
ISA.add("stswi", x_form(725), lambda c, o: store_string(c, o["rS"], a0(c, o), o["NB"] or 32))
ISA.add("lswx", x_form(533), lambda c, o: load_string(c, o["rD"], (a0(c, o) + c.r[o["rB"]]) & M32, c.xer & 127))
ISA.add("stswx", x_form(661), lambda c, o: store_string(c, o["rS"], (a0(c, o) + c.r[o["rB"]]) & M32, c.xer & 127))


@insn("lwarx", x_form(20))
def lwarx(c, o):
    ea = (a0(c, o) + c.r[o["rB"]]) & M32
    if ea & 3:
        return alignment(c, ea, "lwarx", o)
    c.r[o["rD"]] = c.load(ea, 4)
    c.reserve = ea & ~31


@insn("stwcx.", x_form(150, low=1))
def stwcx(c, o):
    ea = (a0(c, o) + c.r[o["rB"]]) & M32
    if ea & 3:
        return alignment(c, ea, "stwcx.", o)
    ok = c.reserve is not None
    if ok:
        c.store(ea, 4, c.r[o["rS"]])
    c.set_crf(0, ok << 1 | c.so)
    c.reserve = None


def external(name, xo, store):
    def fn(c, o):
        # EAR[E] = 0, which is how every case here has it: DSI with DSISR bit 11 (PEM 6.4.3)
        c.spr["dar"] = (a0(c, o) + c.r[o["rB"]]) & M32
        c.spr["dsisr"] = 0x00100000 | (0x02000000 if store else 0)
        c.take(0x300)
    ISA.add(name, x_form(xo), fn)


external("eciwx", 310, False)
external("ecowx", 438, True)


@insn("dcbz", x_form(1014))
def dcbz(c, o):
    c.store((a0(c, o) + c.r[o["rB"]]) & M32 & ~31, 32, 0)


for _name, _xo, _op in (("dcbst", 54, 31), ("dcbf", 86, 31), ("dcbt", 278, 31), ("dcbtst", 246, 31), ("icbi", 982, 31),
                        ("sync", 598, 31), ("eieio", 854, 31), ("isync", 150, 19)):
    ISA.add(_name, x_form(_xo, _op), lambda c, o: None)


@insn("dcba", x_form(758))
def dcba(c, o):
    """The block's bytes become undefined (PEM) or zero (745x); nothing else changes."""
    c.store((a0(c, o) + c.r[o["rB"]]) & M32 & ~31, 32, 0)


# ---- system ----

@insn("sc", 17 << 26 | 2)
def sc(c, o):
    c.take(0xC00, srr0=(c.pc + 4) & M32)


@insn("rfi", x_form(50, 19), priv=True)
def rfi(c, o):
    # MSR bits 0, 5-9, 16-23, 25-27, 30-31 from SRR1; POW (13) is cleared
    keep = 0x87C0FF73
    c.msr = c.msr & ~(keep | 0x40000) | c.spr["srr1"] & keep
    c.npc = c.spr["srr0"] & ~3


@insn("mtmsr", x_form(146), priv=True)
def mtmsr(c, o):
    c.msr = c.r[o["rS"]]


@insn("mfmsr", x_form(83), priv=True)
def mfmsr(c, o):
    c.r[o["rD"]] = c.msr


for _name, _xo in (("tlbie", 306), ("tlbsync", 566), ("tlbld", 978), ("tlbli", 1010), ("dcbi", 470)):
    insn(_name, x_form(_xo), priv=True)(lambda c, o: None)
insn("tlbia", x_form(370))(lambda c, o: c.program("illegal"))   # on none of the 32-bit models
for _name, _xo in (("wrtee", 131), ("wrteei", 163)):   # Book E's: only hypercalls=...+epapr has them
    insn(_name, x_form(_xo))(lambda c, o: c.program("illegal"))
insn("mtsr", x_form(210), priv=True)(lambda c, o: c.sr.__setitem__(o["SR"], c.r[o["rS"]]))
insn("mtsrin", x_form(242), priv=True)(lambda c, o: c.sr.__setitem__(c.r[o["rB"]] >> 28, c.r[o["rS"]]))
insn("mfsr", x_form(595), priv=True)(lambda c, o: c.r.__setitem__(o["rD"], c.sr[o["SR"]]))
insn("mfsrin", x_form(659), priv=True)(lambda c, o: c.r.__setitem__(o["rD"], c.sr[c.r[o["rB"]] >> 28]))

USER_SPRS = {1: "xer", 8: "lr", 9: "ctr", 256: "vrsave"}
SYSTEM_SPRS = {18: "dsisr", 19: "dar", 26: "srr0", 27: "srr1", 272: "sprg0", 273: "sprg1", 274: "sprg2",
               275: "sprg3", 276: "sprg4", 282: "ear"}


def spr_name(c, n, write):
    """The register's name, or None after the exception (MPC7450UM 2.3.4.6.2: spr[0] = 1 is privileged)."""
    name = USER_SPRS.get(n)
    if name is None and c.msr & PR:
        if n & 16:
            c.program("privileged")
        elif n in (268, 269) and not write:
            return {268: "tbl", 269: "tbu"}[n]
        else:
            c.program("illegal")
        return None
    return name or SYSTEM_SPRS.get(n) or {284: "tbl", 285: "tbu", 268: "tbl", 269: "tbu"}[n]


@insn("mfspr", x_form(339))
def mfspr(c, o):
    if n := spr_name(c, o["SPR"], False):
        c.r[o["rD"]] = getattr(c, n) if n in ("xer", "lr", "ctr") else c.spr[n]


@insn("mtspr", x_form(467))
def mtspr(c, o):
    if n := spr_name(c, o["SPR"], True):
        v = c.r[o["rS"]]
        if n == "xer":
            c.xer = v & 0xE000FF7F   # MPC7450UM 2.1.3: 16-23 the compare byte, 25-31 the count
        elif n in ("lr", "ctr"):
            setattr(c, n, v)
        else:
            c.spr[n] = v


insn("mftb", x_form(371))(lambda c, o: c.r.__setitem__(o["rD"], c.spr[{268: "tbl", 269: "tbu"}[o["SPR"]]]))
assert USER_MSR & PR
