#!/usr/bin/env python3
"""Every source file of the product stands in ARCHITECTURE.md, and nothing that is gone does."""
import re
import subprocess
import sys

FOLDERS = ["base", "mmu", "cpu", "hcall", "machines", "firmware", "frontend"]

text = open("ARCHITECTURE.md").read()
listed = set()
for name in re.findall(r"`([a-z0-9_/]+(?:\.[a-zA-Z]+|\.\[ch\]|/))`", text):
    listed |= {name[:-5] + ".c", name[:-5] + ".h"} if name.endswith("[ch]") else {name}
files = subprocess.run(["git", "ls-files"] + FOLDERS, capture_output=True, text=True, check=True)
files = [f for f in files.stdout.split() if re.search(r"\.(c|h|def|S)$", f)]
bad = [f"{f}: not in ARCHITECTURE.md" for f in files
       if f not in listed and not any(d.endswith("/") and f.startswith(d) and d.count("/") > 1 for d in listed)]
bad += [f"ARCHITECTURE.md names {f}, which is not there" for f in listed
        if f.split("/")[0] in FOLDERS and re.search(r"\.(c|h|def|S)$", f) and f not in files]
print("\n".join(bad) or f"{len(files)} files, all in the map")
sys.exit(bool(bad))
