"""What an experiment says of servers that are not ours.  Types only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.model.load import Load
from bench.model.ownserver.description import OwnServer


@dataclass(frozen=True)
class OwnUse:
    """What a load means for such a server, of a pattern by name.

    `check` raises UsageError where the load asks for what only our servers do; `per_second` is
    how many requests and deliveries a second the load comes to.
    """

    check: Callable[[str, Load[Any], OwnServer], None]
    per_second: Callable[[str, Load[Any]], float]
