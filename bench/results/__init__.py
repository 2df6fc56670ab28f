"""Results on disk: written once, typed, checked; and the machine they came from.

May import: bench.adaptive and below.
Must not know: how a trial is run or how a report looks.
"""
