"""The load process's clients: they look on, since a part of the pattern makes the calls.

Knows no pattern.
"""

from __future__ import annotations

from bench.load import onlooker


class Onlooker(onlooker.Onlooker):
    """Connects to nothing."""

    abstract = True
    experiment = "calls"
