"""Free ports of this host."""

from __future__ import annotations

from bench.lab.side import LOOPBACK


def test_ports_that_are_asked_for_together_are_distinct() -> None:
    ports = LOOPBACK.free_ports(200)
    assert len(set(ports)) == 200
