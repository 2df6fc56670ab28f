"""A run and its trials: what is asked for, carried out step by step, and its progress.

May import: bench.lab and below.
Must not know: how a report looks, or any experiment.
"""
