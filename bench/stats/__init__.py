"""Statistics: estimates, comparisons, ranks, power.

May import: bench.model.
Must not know: what a number means or where it came from.
"""
