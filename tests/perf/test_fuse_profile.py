#!/usr/bin/env python3
"""fuse_profile.py on profiles of a few lines: dispatches as the threaded core makes them, classes of
equal weight, and what is in the table already."""

import unittest

import fuse_profile

TEXT = """profile 60 instructions, 0 in runs not kept
op lwz_0 F 30 50
op xyz_0 F 10 16
op far_b_0 B 10 16
op sync_0 S 10 16
run 10 lwz_0 lwz_0 lwz_0 xyz_0 far_b_0
run 10 sync_0
end
"""
LWZ2, LX = ("lwz_0", "lwz_0"), ("lwz_0", "xyz_0")
LWZ3, L2X = LWZ2 + ("lwz_0",), LWZ2 + ("xyz_0",)


class Ranking(unittest.TestCase):
    def setUp(self):
        self.work = fuse_profile.Work([fuse_profile.Profile("p", "k", TEXT)])

    def test_dispatches(self):
        ops = ("lwz_0",) * 3 + ("xyz_0",)
        self.assertEqual(fuse_profile.dispatches(ops, {LWZ2}), 3)  # pairs do not overlap
        self.assertEqual(fuse_profile.dispatches(ops, {LX}), 3)
        self.assertEqual(fuse_profile.dispatches(ops, {LWZ2, LX}), 2)
        self.assertEqual(fuse_profile.dispatches(ops, {LWZ2, LX, LWZ3}), 2)
        self.assertEqual(fuse_profile.dispatches(ops, {LX, L2X}), 2)  # from the left: lwz, then the triple

    def test_what_can_be_a_pair(self):
        self.assertEqual(set(self.work.sequences), {LWZ2, LX, LWZ3, L2X})  # neither far nor slow ones

    def test_choice(self):
        """A triple saves two dispatches of six; with the pair before it nothing is left to save."""
        chosen, table = fuse_profile.propose(self.work, frozenset(), 10, 0.001)
        self.assertIn(chosen[0][0], (LWZ3, L2X))
        self.assertAlmostEqual(chosen[0][1], 2 / 6)
        self.assertEqual(len(chosen), 1)
        self.assertAlmostEqual(self.work.cost(table), 4 / 6)
        left, _ = fuse_profile.propose(self.work, frozenset([LWZ2]), 1, 0.001)
        self.assertAlmostEqual(left[0][1], 1 / 6)
        self.assertAlmostEqual(self.work.loss(LX, frozenset([LWZ2, LX])), 1 / 6)

    def test_lines(self):
        glue = {"lwz_0": "F", "b_1": "B"}
        self.assertEqual(fuse_profile.line_of(("lwz_0", "b_1"), glue), "FUSE2(B, K_lwz, K_b_1, x)")

    def test_classes_weigh_the_same(self):
        big = TEXT.replace("run 10", "run 99000")
        other = "op lwz_0 F 5 100\nrun 5 lwz_0\nend\n"
        profiles = [fuse_profile.Profile(*x) for x in (
            ("a", "one", big), ("b", "one", TEXT), ("c", "two", other))]
        self.assertAlmostEqual(fuse_profile.Work(profiles).cost(frozenset()), 1)
        self.assertAlmostEqual(fuse_profile.Work(profiles).gain(LWZ2, frozenset()), 1 / 12)

    def test_the_table_is_read(self):
        pairs = fuse_profile.fused_now()
        self.assertIn(("cmpi_0", "bc_t_eq_0"), pairs)
        self.assertTrue(any(len(ops) == 3 for ops in pairs))

    def test_half_a_profile(self):
        with self.assertRaises(SystemExit):
            fuse_profile.Profile("p", "k", TEXT[:-5])


if __name__ == "__main__":
    unittest.main()
