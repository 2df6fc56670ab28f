"""Statistics: estimates, comparisons, growth, crossings, variance, repeats.

May import: bench.model.
Must not know: what a number means or where it came from.
"""
