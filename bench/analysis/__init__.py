"""From a trial's raw data to metrics, findings and the evaluated run.

May import: bench.verdicts and below.
Must not know: any experiment, or where the data came from.
"""
