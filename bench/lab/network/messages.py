"""What the harness and the emulator say to each other: a command, and its reply, in one line each.

What only is done is answered by bench.model.messages.Done, what fails by Failed.
Shapes only; knows nothing of how a command is done.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from bench.model.links import Link
from bench.model.readings import PathCounts


class Shape(Struct, frozen=True, tag="shape"):
    """Be these links, by name, and forget the counts; write captures to these files, by link."""

    links: dict[str, Link]
    seed: int
    captures: dict[str, str] = field(default_factory=dict)


class Mark(Struct, frozen=True, tag="mark"):
    """Take the counts at these instants (ns of the monotonic clock)."""

    at: Sequence[int]


class ReadCounts(Struct, frozen=True, tag="counts"):
    """Say what was counted; with `ends_captures` no packet is written after those counted."""

    ends_captures: bool = False


class ReadCongestion(Struct, frozen=True, tag="congestion"):
    """Say which congestion control the open connections have."""


class MakeSocket(Struct, frozen=True, tag="socket"):
    """Hand out, over the control socket, a fresh IPv4 socket of a side."""

    side: str
    kind: int


class SwitchPath(Struct, frozen=True, tag="path"):
    """Take a path of a link down, or bring it back."""

    link: str
    path: int
    up: bool


class Renumber(Struct, frozen=True, tag="renumber"):
    """Give the near side of a link's path another address in place of the one that it has."""

    link: str
    path: int


Command = Shape | Mark | ReadCounts | ReadCongestion | MakeSocket | SwitchPath | Renumber


class Ready(Struct, frozen=True, tag="ready"):
    """The first line: what the emulator could get, or why there is none."""

    privilege: str = ""
    priority: str = ""
    error: str = ""


class LateNs(Struct, frozen=True):
    """How late packets came out, over all since the first mark (or since there is the link)."""

    mean: float
    p50: float
    p99: float
    most: float


class Counted(Struct, frozen=True, tag="counted"):
    """What was counted, by link: now, at each marked instant, and how late packets came out.

    Of a link without packets there is no `late_ns`.
    """

    now: dict[str, list[PathCounts]]
    marks: dict[int, dict[str, list[PathCounts]]]
    late_ns: dict[str, LateNs]
    dropped: dict[str, int]
    captured: dict[str, int]


class Congestion(Struct, frozen=True, tag="found"):
    """By link and side: the congestion controls of the connections that cross it."""

    links: dict[str, dict[str, list[str]]]
