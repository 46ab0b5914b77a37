"""Rows for integer.vec and system.vec: edge values first, then values of a fixed random sequence."""
import random

import oracle_int  # noqa: F401  (fills ISA)
from oracle import M32, USER_MSR, Writer

EDGE = [0, 1, 0x7FFFFFFF, 0x80000000, M32, 0xFFFFFFFE, 0x80000001, 0x0000FFFF, 0x00008000, 0xFFFF8000, 31, 32, 33, 63]
PAIRS = [(0, 0), (M32, 1), (0x7FFFFFFF, 1), (0x80000000, M32), (0x80000000, 0x80000000), (1, M32),
         (0x7FFFFFFF, 0x7FFFFFFF), (M32, M32), (0, 0x80000000), (0x12345678, 0x9ABCDEF0)]
IMM = [0, 1, 0x7FFF, 0x8000, 0xFFFF, 0xFFFE, 0x1234, 0x8001]
XER = [0, 0x20000000, 0x80000000, 0xA0000000, 0xC0000000, 0xE0000000]
SUP = USER_MSR & ~0x4000
AT = 0x4000
rnd = random.Random(20061121)


def xer(i):
    return XER[i % len(XER)]


def integer(w):
    for name in "add addc adde subf subfc subfe mullw divw divwu addme addze subfme subfze neg".split():
        for v in range(4):
            o = {"rD": 3, "rA": 4, "OE": v >> 1, "Rc": v & 1}
            two = name not in ("addme", "addze", "subfme", "subfze", "neg")
            for i in range(4 if v else 6):
                a, b = PAIRS[(i + 3 * v) % len(PAIRS)] if i < 5 else (rnd.getrandbits(32), rnd.getrandbits(32))
                s = {"r4": a, "xer": xer(i + v), "cr": 0x12345678}
                if two:
                    s["r5"] = b
                w.row(name, [(name, dict(o, **({"rB": 5} if two else {})))], s, ["cr", "xer"])
        # rD the same register as an operand
        w.row(name, [(name, dict(o, rD=4, OE=1, Rc=1))], {"r4": 0x80000000, "xer": 0}, ["cr", "xer"]) if not two else \
            w.row(name, [(name, dict(o, rD=4, rB=4, OE=1, Rc=1))], {"r4": 0x7FFFFFFF, "xer": 0}, ["cr", "xer"])
    for name in "mulhw mulhwu".split():
        for i, (a, b) in enumerate(PAIRS):
            w.row(name, [(name, {"rD": 3, "rA": 4, "rB": 5, "Rc": i & 1})], {"r4": a, "r5": b, "xer": xer(i)}, ["cr", "xer"])
    for name in "addi addis addic addic. subfic mulli".split():
        for i, imm in enumerate(IMM + [0x7FFF, 1]):
            o = {"rD": 3, "rA": 0 if i == 5 else 4, "SI": imm}
            w.row(name, [(name, o)], {"r4": EDGE[(i * 5) % 9], "r0": 77, "xer": xer(i)}, ["cr", "xer"])
    for name in "and andc or orc xor eqv nand nor slw srw sraw".split():
        bs = [0, 1, 31, 32, 33, 63, 64, 0xFFFFFFFF, 0x80000020, 0x5A5A5A5A] if name[0] == "s" else [b for _, b in PAIRS]
        for i, b in enumerate(bs):
            a = [0x80000001, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x0F0F0F0F][i % 5]
            w.row(name, [(name, {"rA": 3, "rS": 4, "rB": 5, "Rc": i & 1})], {"r4": a, "r5": b, "xer": xer(i)}, ["cr", "xer"])
        w.row(name, [(name, {"rA": 4, "rS": 4, "rB": 4, "Rc": 1})], {"r4": 0x80000003, "xer": 0x20000000}, ["cr", "xer"])
    for name in "ori oris xori xoris andi. andis.".split():
        for i, imm in enumerate(IMM):
            w.row(name, [(name, {"rA": 3, "rS": 4, "UI": imm})], {"r4": EDGE[(i * 3 + 4) % 10], "xer": xer(i)}, ["cr", "xer"])
    for name in "extsb extsh cntlzw".split():
        for i, a in enumerate([0, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, M32, 0x00010000, 0x12345680, 0xFFFF7F80]):
            w.row(name, [(name, {"rA": 3, "rS": 4, "Rc": i & 1})], {"r4": a, "xer": xer(i)}, ["cr", "xer"])
    for i, (sh, a) in enumerate([(0, 0x80000000), (1, 1), (1, 0x80000001), (31, M32), (31, 0x80000000), (31, 0x7FFFFFFF),
                                 (4, 0xFFFFFFF0), (4, 0xFFFFFFF8), (16, 0x8000FFFF)]):
        w.row("srawi", [("srawi", {"rA": 3, "rS": 4, "SH": sh, "Rc": i & 1})], {"r4": a, "xer": xer(i)}, ["cr", "xer"])
    rot = [(0, 0, 31), (1, 0, 31), (31, 31, 31), (16, 16, 15), (8, 24, 7), (5, 0, 0), (0, 31, 0), (4, 28, 27), (27, 5, 31),
           (13, 3, 20)]
    for i, (sh, mb, me) in enumerate(rot):
        s = {"r4": [0x80000001, 0x12345678, M32, 0xF000000F][i % 4], "xer": xer(i)}
        o = {"rA": 3, "rS": 4, "MB": mb, "ME": me, "Rc": i & 1}
        w.row("rlwinm", [("rlwinm", dict(o, SH=sh))], s, ["cr"])
        w.row("rlwimi", [("rlwimi", dict(o, SH=sh))], dict(s, r3=0xA5A5A5A5), ["cr"])
        w.row("rlwnm", [("rlwnm", dict(o, rB=5))], dict(s, r5=sh | (0x20 if i % 3 == 0 else 0)), ["cr"])
    for i, (a, b) in enumerate(PAIRS):
        s = {"r4": a, "xer": xer(i), "cr": [0, M32][i & 1]}
        for name in ("cmp", "cmpl"):
            w.row(name, [(name, {"crfD": i % 8, "rA": 4, "rB": 5})], dict(s, r5=b), ["cr"])
        for name, key in (("cmpi", "SI"), ("cmpli", "UI")):
            w.row(name, [(name, {"crfD": 7 - i % 8, "rA": 4, key: IMM[i % 8]})], dict(s, r4=EDGE[i]), ["cr"])
    for i, to in enumerate([0, 16, 8, 4, 2, 1, 31, 12, 20, 24, 5, 6]):
        a, b = [(1, M32), (M32, 1), (5, 5), (0x80000000, 0x7FFFFFFF)][i % 4]
        w.row("tw", [("tw", {"TO": to, "rA": 4, "rB": 5})], {"r4": a, "r5": b}, ["cr"])
        w.row("twi", [("twi", {"TO": to, "rA": 4, "SI": [0xFFFF, 1, 5, 0x8000][i % 4]})], {"r4": a}, ["cr"])


def condition(w):
    for name in "crand crandc creqv crnand crnor cror crorc crxor".split():
        for i in range(8):
            a, b, d = [(0, 1, 2), (31, 30, 29), (3, 7, 11), (4, 4, 4), (12, 20, 12), (0, 31, 31), (17, 9, 1), (28, 2, 28)][i]
            cr = [0, M32, 0x80000001, 0x7FFFFFFE, 0x12345678, 0xEDCBA987, 0x40000000, 0x2][i]
            w.row(name, [(name, {"crbD": d, "crbA": a, "crbB": b})], {"cr": cr}, ["cr"])
    for i in range(8):
        w.row("mcrf", [("mcrf", {"crfD": i, "crfS": (i * 3 + 1) % 8})], {"cr": 0x13579BDF ^ i * 0x11111111}, ["cr"])
        w.row("mcrxr", [("mcrxr", {"crfD": i})], {"cr": [0, M32][i & 1], "xer": i << 29 | 0x1234 & 0xFF7F}, ["cr", "xer"])
        cr = [0, M32, 0x80000000, 1, 0x12345678, 0x88888888, 0x77777777, 0xCCCCCCCC][i]
        w.row("mfcr", [("mfcr", {"rD": 3})], {"cr": cr}, ["cr"])
        w.row("mtcrf", [("mtcrf", {"CRM": [0, 255, 0x80, 1, 0x55, 0xAA, 0x18, 0x7E][i], "rS": 3})],
              {"r3": cr ^ 0xFF00FF, "cr": 0x98765432}, ["cr"])
        # odd field values that no compare makes, through mtcrf, a CR operation, a branch and mfcr
        w.row("mtcrf", [("mtcrf", {"CRM": 255, "rS": 3}), ("crxor", {"crbD": i, "crbA": 4 * i % 32, "crbB": 31}),
                        ("mfcr", {"rD": 4})], {"r3": 0xFEDCBA98 - i * 0x10FEDCBA & M32}, ["cr"])


def branches(w):
    li = lambda r, v: ("addi", {"rD": r, "rA": 0, "SI": v})
    for lk in (0, 1):
        for i, (li_, aa) in enumerate([(8, 0), (4, 0), (0x1FFFFFC, 0), (0x200, 1), (0x3FFFE00, 0), (0x7F0000, 1)]):
            w.row("b", [("b", {"LI": li_, "AA": aa, "LK": lk}), li(3, 1), li(4, 2)], {"lr": 0x1234}, ["pc", "lr"])
    for bo in (0, 1, 2, 3, 4, 5, 8, 9, 10, 12, 13, 16, 17, 18, 19, 20):
        for ctr, bit in ((1, 1), (2, 0), (0, 1)):
            s = {"ctr": ctr, "cr": bit << (31 - 6), "lr": 0x20000}
            tail = [li(3, 1), li(4, 2)]
            lk = (bo + ctr) & 1
            w.row("bc", [("bc", {"BO": bo, "BI": 6, "BD": 8, "LK": lk})] + tail, s, ["pc", "lr", "ctr"])
            w.row("bclr", [("bclr", {"BO": bo, "BI": 6, "LK": lk})] + tail, s, ["pc", "lr", "ctr"])
            if bo & 4:   # without it: an invalid form
                w.row("bcctr", [("bcctr", {"BO": bo, "BI": 6, "LK": lk})] + tail, dict(s, ctr=0x30003), ["pc", "lr", "ctr"])
    w.row("bc", [("bc", {"BO": 20, "BI": 0, "BD": 0x7FFC})], {}, ["pc"])
    w.row("bc", [("bc", {"BO": 20, "BI": 0, "BD": 0x8000})], {}, ["pc"])
    w.row("bc", [("bc", {"BO": 20, "BI": 0, "BD": 0x4000, "AA": 1, "LK": 1})], {}, ["pc", "lr"])
    w.row("bclr", [("bclr", {"BO": 20, "BI": 0, "LK": 1}), li(3, 1)], {"lr": 0x100007}, ["pc", "lr"])
    w.row("bc", [li(3, 0), ("addi", {"rD": 3, "rA": 3, "SI": 3}), ("bc", {"BO": 16, "BI": 0, "BD": -4 & 0xFFFF})],
          {"ctr": 5}, ["ctr", "pc"])
    w.row("bc", [("cmpi", {"crfD": 5, "rA": 3, "SI": 0}), ("bc", {"BO": 12, "BI": 22, "BD": 8}), li(4, 1), li(5, 1)],
          {"r3": 0}, ["cr", "pc"])


def memory(w):
    data = bytes([0x80, 0x01, 0x7F, 0xFF, 0xFE, 0x12, 0x34, 0x56, 0, 0xAB, 0xCD, 0xEF, 0x11, 0x22, 0x33, 0x44])
    for base in ("lwz", "lbz", "lhz", "lha", "stw", "stb", "sth"):
        reg = "rD" if base[0] == "l" else "rS"
        for suffix in ("", "u", "x", "ux"):
            name = base + suffix
            for i in range(8):
                off = [0, 4, 1, 3, -16, 0x7FF0, -0x8000, 2][i]
                at = [AT, AT, AT, AT, AT, AT, AT, 0xFFE][i] if base[-1] != "b" else AT
                at = AT if i < 7 else AT + 0xFFE  # the last one crosses a page
                ra = 5 if suffix else (0 if i == 6 else 5)
                s = {"mem": {at: data}, "r3": 0x89ABCDEF}
                if "x" in suffix:
                    o = {reg: 3, "rA": ra if "u" in suffix or i % 3 else 0, "rB": 6}
                    s["r6"] = at if not o["rA"] else (at + 2 - off) & M32
                    s["r5"] = off & M32
                    if not o["rA"]:
                        s["r0"] = 0x1111
                else:
                    o = {reg: 3, "rA": ra, "SI": (at if not ra else off) & 0xFFFF}
                    s["r5"] = (at - off) & M32
                    s["r0"] = 0x1111
                w.row(name, [(name, o)], s)
    for name in ("lwbrx", "lhbrx", "stwbrx", "sthbrx"):
        reg = "rD" if name[0] == "l" else "rS"
        for i in range(8):
            w.row(name, [(name, {reg: 3, "rA": 0 if i == 4 else 5, "rB": 6})],
                  {"mem": {AT: data}, "r3": 0x1234ABCD + i, "r5": 0 if i == 4 else i, "r6": AT}, ["cr"])
    words = bytes(range(1, 129))
    for i, rd in enumerate([31, 30, 28, 16, 29, 27, 20, 24]):
        at = AT + (i if i > 5 else 0)
        for name, reg in (("lmw", "rD"), ("stmw", "rS")):
            s = {"mem": {AT: words}, "r2": AT + 0x100}
            if name == "stmw":
                s.update({f"r{k}": 0x01010101 * k for k in range(rd, 32)})
            w.row(name, [(name, {reg: rd, "rA": 2, "SI": (at - AT - 0x100) & 0xFFFF})], s, ["dsisr", "dar", "srr1"] if i > 5 else [])
    for i, (rd, n) in enumerate([(5, 0), (5, 1), (5, 4), (5, 5), (30, 13), (31, 32), (8, 7), (10, 31)]):
        at = AT + i
        s = {"mem": {AT: words[:40]}, "r2": at}
        st = {f"r{k % 32}": (0x11223344 + k * 0x01010101) & M32 for k in range(rd, rd + 8) if k % 32 != 2}
        w.row("lswi", [("lswi", {"rD": rd, "rA": 2, "NB": n})], dict(s, **{f"r{rd}": M32}))
        w.row("stswi", [("stswi", {"rS": rd, "rA": 2, "NB": n})], dict(st, **s))
        # n = 0: rD undefined for lswx, so it is left out there
        w.row("lswx", [("lswx", {"rD": rd, "rA": 2, "rB": 3})], dict(s, r3=2, xer=n or 9))
        w.row("stswx", [("stswx", {"rS": rd, "rA": 2, "rB": 3})], dict(st, r3=1, xer=n | 0x80000000, **s))
    for i in range(8):
        s = {"mem": {AT: data}, "r5": AT + 4 * (i & 3), "r6": 0, "r4": 0xCAFE0000 + i, "xer": xer(i), "cr": M32}
        ld, st = ("lwarx", {"rD": 3, "rA": 0 if i & 1 else 6, "rB": 5}), ("stwcx.", {"rS": 4, "rA": 6, "rB": 5})
        w.row("lwarx", [ld] if i < 6 else [ld, ("addi", {"rD": 7, "rA": 3, "SI": 1})],
              s if i < 6 else dict(s, r5=AT + i - 5), ["cr", "dsisr", "dar"] if i > 5 else ["cr"])
        w.row("stwcx.", [[ld, st], [st], [ld, st, st], [ld, ("stw", {"rS": 4, "rA": 5, "SI": 0}), st]][i % 4], s, ["cr"])
    w.row("stwcx.", [("stwcx.", {"rS": 4, "rA": 0, "rB": 5})], {"r5": AT + 2}, ["dsisr", "dar"])
    for i in range(8):
        s = {"r5": AT + 5 * i, "r6": 3, "r3": 1, "ear": 0, "cr": M32}
        for name, reg in (("eciwx", "rD"), ("ecowx", "rS")):
            w.row(name, [(name, {reg: 3, "rA": 0 if i & 1 else 6, "rB": 5})], s, ["cr", "dsisr", "dar"])
    block = bytes([0x5A] * 96)
    for i in range(8):
        ea = AT + [0, 31, 32, 33, 64, 63, 48, 95][i]
        s = {"mem": {AT: block}, "r5": ea - 4 * (i & 1), "r6": 4 * (i & 1), "xer": xer(i), "cr": 0x5A5A5A5A}
        o = {"rA": 6 if i & 1 else 0, "rB": 5}
        for name in ("dcbz", "dcba", "dcbst", "dcbf", "dcbt", "dcbtst", "icbi"):
            w.row(name, [(name, o)], s, ["cr", "xer"])
        for name in ("sync", "eieio", "isync"):
            w.row(name, [("stw", {"rS": 5, "rA": 5, "SI": -96 & 0xFFFF}), (name, {}), ("lwz", {"rD": 7, "rA": 5, "SI": -96 & 0xFFFF})],
                  dict(s, mem={AT - 96: bytes(96)}, r5=AT + 4 * i), ["cr", "xer"])
    # new code: li r3,2 is stored over li r3,1 (PEM 5.1.5.2, the sequence every loader uses)
    code = [("stw", {"rS": 4, "rA": 5, "SI": 0}), ("dcbst", {"rA": 0, "rB": 5}), ("sync", {}), ("icbi", {"rA": 0, "rB": 5}),
            ("isync", {}), ("addi", {"rD": 3, "rA": 0, "SI": 1})]
    from oracle import ISA
    new = ISA.word("addi", {"rD": 3, "rA": 0, "SI": 2})
    w.row("icbi", code, {"r4": ISA.word("addi", {"rD": 3, "rA": 0, "SI": 1}), "r5": 0x100014,
                         "mem": {0x100014: ISA.word("addi", {"rD": 3, "rA": 0, "SI": 1}).to_bytes(4, "big")}}, ["r3"])
    assert new


def system(w):
    for i in range(8):
        w.row("sc", [("addi", {"rD": 3, "rA": 0, "SI": i}), ("sc", {})],
              {"msr": [USER_MSR, SUP, 0x1000, 0x9002, 0xD932 & ~0x30, 0x2000, 0x1002, 0xF002][i]}, ["msr", "cr"], pc=0x100000 + 64 * i)
        to, msr = 0x180 + 0x20 * i, [0x1000, 0x5002, 0x7002, 0x3902, 0x02007002, 0x1002, 0x3102, 0x2802 & ~0x800 | 0x1000][i]
        # the runner takes a changed SRR0 for an exception: "exc" here is where rfi goes to
        w.row("rfi", [("mtspr", {"SPR": 26, "rS": 3}), ("mtspr", {"SPR": 27, "rS": 4}), ("rfi", {})],
              {"r3": to, "r4": msr | 0x00300000, "msr": SUP}, ["msr", "pc"])
        w.row("rfi", [("rfi", {})], {"r3": to}, ["msr", "srr1"])
        w.row("mtmsr", [("mtmsr", {"rS": 3})], {"r3": msr, "msr": SUP}, ["msr", "pc"])
        w.row("mfmsr", [("mfmsr", {"rD": 3})], {"msr": msr}, ["msr"])
        s = {"msr": SUP, "r3": [0, M32, 0x60FFFFFF, 0x20000000, 0x80000000, 0x12345, 0x70000001, 0x0F0F0F0F][i] & 0x70FFFFFF}
        n = [0, 1, 15, 7, 8, 3, 12, 14][i]
        w.row("mtsr", [("mtsr", {"SR": n, "rS": 3})], s, [f"sr{n}"])
        w.row("mtsrin", [("mtsrin", {"rS": 3, "rB": 4})], dict(s, r4=n << 28 | 0x0FFFFFFF), [f"sr{n}"])
        w.row("mfsr", [("mfsr", {"SR": n, "rD": 5})], {"msr": SUP, f"sr{n}": s["r3"]})
        w.row("mfsrin", [("mfsrin", {"rD": 5, "rB": 4})], {"msr": SUP, f"sr{n}": s["r3"], "r4": n << 28 | i})
        for name in ("tlbie", "tlbld", "tlbli", "tlbsync", "tlbia", "dcbi", "wrtee", "wrteei"):
            o = {} if name in ("tlbsync", "tlbia") else {"rS": 4} if name == "wrtee" else {"E": i & 1} if name == "wrteei" else {"rB": 4} if name != "dcbi" else {"rA": 0, "rB": 4}
            w.row(name, [(name, o)], {"msr": [SUP, USER_MSR, 0x1000, 0x5000, 0x3002, 0x7002, 0x9002, 0xC002][i],
                                      "r4": AT + 0x1000 * i, "cr": M32}, ["cr"])
    for name, o in (("mfmsr", {"rD": 3}), ("mtmsr", {"rS": 3}), ("mtsr", {"SR": 1, "rS": 3}), ("mfsr", {"SR": 1, "rD": 3}),
                    ("mtsrin", {"rS": 3, "rB": 4}), ("mfsrin", {"rD": 3, "rB": 4}), ("tlbsync", {}), ("dcbi", {"rA": 0, "rB": 4})):
        w.row(name, [(name, o)], {"r3": M32}, ["srr1", "msr"], note="privileged in problem state")
    for i, n in enumerate([1, 8, 9, 256, 8, 9, 1, 256, 272, 26, 22, 18, 1008, 1000, 5, 100]):
        for name, reg in (("mfspr", "rD"), ("mtspr", "rS")):
            s = {"r3": [M32, 0, 0x80000000, 0x12345678, 3, 1, 0xA0000042, 0xFFFF0000][i % 8]}
            k = {1: "xer", 8: "lr", 9: "ctr", 256: "vrsave"}.get(n)
            if name == "mfspr" and k:
                s[k] = (s["r3"] ^ M32) & (0xE000FF7F if k == "xer" else M32)
            w.row(name, [(name, {"SPR": n, reg: 3})], s, [k] if k else ["srr1"])
    for n in (272, 273, 274, 275, 276, 18, 19, 282):
        v = rnd.getrandbits(32)
        w.row("mtspr", [("mtspr", {"SPR": n, "rS": 3}), ("mfspr", {"SPR": n, "rD": 4})], {"msr": SUP, "r3": v})
    # the runner's clock stands still: what is written is read back
    for i in range(8):
        lo, hi = [0, M32, 1, 0x80000000, 0x7FFFFFFF, 5, 0xFFFF, 0x12345678][i], [0, 1, M32, 0x7FFFFFFF, 9, 0x80000000, 2, 3][i]
        w.row("mftb", [("mtspr", {"SPR": 284, "rS": 9}), ("mtspr", {"SPR": 285, "rS": 4}), ("mtspr", {"SPR": 284, "rS": 3}),
                       ("mftb", {"rD": 5, "SPR": 269}), ("mftb", {"rD": 6, "SPR": 268})],
              {"msr": SUP, "r3": lo, "r4": hi})
    for n in (284, 285, 268, 269):
        w.row("mtspr", [("mtspr", {"SPR": n, "rS": 3})], {"r3": 1}, ["srr1"], note="the time base is read only for users")


def make():
    w = Writer("integer")
    integer(w)
    condition(w)
    branches(w)
    memory(w)
    s = Writer("system")
    system(s)
    return {"integer.vec": w, "system.vec": s}
