"""What `bench calibrate` and the generators and receivers that it compares say to each other.

Must not know how a message travels.
"""

from __future__ import annotations

from msgspec import Struct


class GeneratorConfig(Struct, frozen=True):
    """Which generator is to ask `host` how long, with how many clients."""

    generator: str
    clients: int
    host: str
    port: int
    seconds: float


class GeneratorResult(Struct, frozen=True, tag="generated"):
    """What a generator reached."""

    requests_per_s: float
    p50_us: float
    p99_us: float
    rows: int
    cpu_us: float | None = None
    """Of the generator's process, for each request; None from code that did not yet count it."""


class BareReady(Struct, frozen=True, tag="bare_ready"):
    """A receiver has opened all its connections."""


class BareCount(Struct, frozen=True, tag="bare_count"):
    """Events that it was told of so far, over all connections."""

    deliveries: int
