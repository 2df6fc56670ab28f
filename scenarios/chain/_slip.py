"""The routing slip of a request: which services it still has to go through, and where they are.

    1@127.0.0.1:4001,3@127.0.0.1:4003

Clients write it, and each service takes itself off.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_STOP = re.compile(r"(?P<number>[0-9]{1,2})@(?P<host>[0-9A-Za-z.-]{1,100}):(?P<port>[0-9]{1,5})")
MOST_STOPS = 16
HIGHEST_PORT = 65_535


@dataclass(frozen=True)
class Stop:
    """A service on a request's way: its number, and where its caller reaches it."""

    number: int
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.number}@{self.host}:{self.port}"


def format_slip(stops: Iterable[Stop]) -> str:
    """The text that reads as these stops."""
    return ",".join(map(str, stops))


def read_slip(text: str) -> list[Stop]:
    """The stops of a slip, none of an empty one; ValueError saying which is wrong."""
    texts = text.split(",") if text else []
    if len(texts) > MOST_STOPS:
        raise ValueError(f"slip: {len(texts)} services; {MOST_STOPS} are the most")
    return [_stop(one) for one in texts]


def _stop(text: str) -> Stop:
    found = _STOP.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= HIGHEST_PORT:
        raise ValueError(f"slip={text[:60]}: write NUMBER@HOST:PORT, as 1@127.0.0.1:4001")
    return Stop(int(found["number"]), found["host"], int(found["port"]))
