"""Clients of message brokers for targets and scenarios: a publisher and a subscriber of each.

May import: bench.clock, bench.limits.
Must not know: any experiment, what a message means, who uses them.
"""
