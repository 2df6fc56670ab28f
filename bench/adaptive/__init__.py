"""What to measure next: more repeats, or another level.

May import: bench.analysis and below.
Must not know: how anything is measured.
"""
