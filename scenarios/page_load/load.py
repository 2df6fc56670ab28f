"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.plan.named_file import lines_of


@dataclass(frozen=True, kw_only=True)
class PageLoad:
    """What a page consists of, and what serving one resource takes."""

    resources: int = parameter(30, "", "resources of a page", low=1, high=10_000)
    resource_size_bytes: int = parameter(
        1000, "B", "size of each resource", low=0, high=100_000_000
    )
    sizes: str = parameter(
        "",
        "",
        "CSV file with one size in bytes per line, e.g. of a recorded page; replaces resources "
        "and resource_size",
    )
    server_delay_s: float = parameter(
        0.02, "s", "time that the server needs for each resource", low=0, high=60
    )
    tls: str = parameter(
        "on",
        "",
        "HTTP/1.1 with or without TLS; the other protocols always use it",
        choices=("on", "off"),
    )
    streams: int = parameter(
        0,
        "",
        "long-lived streams that the page opens and holds before it fetches",
        low=0,
        high=1000,
    )
    protocol: str = parameter(
        "http1",
        "",
        "protocol for the browser; every other pattern has a fixed one",
        choices=("http1", "http2", "http3"),
    )
    max_streams: int = parameter(
        128, "", "HTTP/2, HTTP/3: maximum concurrent streams of a connection", low=1, high=1000
    )

    @cached_property
    def sizes_bytes(self) -> tuple[int, ...]:
        """The size of each resource."""
        if self.sizes:
            return read_sizes(self.sizes)
        return (self.resource_size_bytes,) * self.resources

    @property
    def page_bytes(self) -> int:
        return sum(self.sizes_bytes)


LOAD = LoadType(
    PageLoad,
    changes={"clients": Change(default=1, high=1000)},
    without=frozenset({"second_path"}),
)


def check(load: Load[PageLoad]) -> None:
    """UsageError where the file of sizes is none."""
    _ = load.own.sizes_bytes


MOST_DIGITS = 12
"""Of a size in bytes."""


def read_sizes(path: str) -> tuple[int, ...]:
    """One size per line, a header allowed; UsageError with the line where it is no size."""
    sizes = []
    for number, line in enumerate(lines_of("sizes", path), start=1):
        first = line.partition(",")[0].strip().strip('"')
        if not first or first.startswith("#"):
            continue
        if first.isdecimal() and len(first) <= MOST_DIGITS:
            sizes.append(int(first))
        elif number > 1 or first.isdecimal():
            raise UsageError(
                f"sizes={path} line {number}: {first[:40]!r} is not a size; write e.g. 1200"
            )
    if not sizes:
        raise UsageError(f"sizes={path}: contains no sizes; write one per line")
    return tuple(sizes)
