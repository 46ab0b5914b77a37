#!/usr/bin/env python3
"""Writes the .vec files of this folder that come from an oracle:  generate.py [FILE-PREFIX...]
All but fp.vec and regress/: they are checked in because they are small and a change should be seen."""
import os
import sys

sys.dont_write_bytecode = True

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def main():
    import gen_int
    made = dict(gen_int.make())
    try:
        import gen_vec
        made.update(gen_vec.make())
        import gen_fp
        made.update(gen_fp.make())
    except ModuleNotFoundError as e:
        print(e)
    for name, w in made.items():
        w.save(os.path.join(HERE, name))
        print(f"{name}: {len(w.lines)} rows, {os.path.getsize(os.path.join(HERE, name))} bytes")


if __name__ == "__main__":
    main()
