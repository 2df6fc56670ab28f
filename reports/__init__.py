"""Turns a run's folder into a report: evaluate, tabulate, draw, write."""
