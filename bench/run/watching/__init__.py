"""The live view of a run: a page on the loopback interface that only reads.

May import: bench.run and below.
Must not know: how the page looks, nor any experiment.
"""
