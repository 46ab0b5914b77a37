#!/usr/bin/env python3
"""Writes the .vec files of this folder that come from an oracle:  generate.py
All but fp.vec. They are checked in because they are small and a change should be seen."""
import os
import sys

sys.dont_write_bytecode = True

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def main():
    import gen_64
    import gen_fp
    import gen_int
    import gen_regress
    import gen_vec
    made = {**gen_int.make(), **gen_vec.make(), **gen_fp.make(), **gen_64.make()}
    for name, w in made.items():
        w.save(os.path.join(HERE, name))
        print(f"{name}: {len(w.lines)} rows, {os.path.getsize(os.path.join(HERE, name))} bytes")
    gen_regress.main()


if __name__ == "__main__":
    main()
