"""What is to be measured, in which order and at which times.

May import: bench.stats, bench.catalog and below.
Must not know: how a trial is run.
"""
