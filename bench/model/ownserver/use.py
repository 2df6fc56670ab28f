"""What an experiment says of servers that are not ours; what a load may not ask of them.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.errors import UsageError
from bench.model.load import Load
from bench.model.ownserver.description import OwnServer


def _nothing(_: str, __: Load[Any], ___: OwnServer) -> None:
    """Nothing more to say against it."""


def _as_of_ours(_: Load[Any], __: OwnServer) -> str:
    """The load is said as it is of our servers."""
    return ""


def refuse_set(load: Load[Any], names: Sequence[str], why: str) -> None:
    """UsageError for the first parameter among `names` that has another value than its default."""
    values = load.values()
    for name in names:
        parameter = load.parameters[name]
        if values[parameter.field_name] != parameter.default:
            raise UsageError(f"{name}: your own server {why}")


@dataclass(frozen=True)
class OwnUse:
    """What a load means for such a server, of a pattern by name.

    `only_ours` are the parameters that our own servers obey and nobody else's; `why` goes on
    after "your own server" and ends with the remedy.  `per_second` is how many requests and
    deliveries a second the load comes to; None where it has no rate, so that nothing would
    limit it on another host.  `check` raises UsageError where the load asks for what such a
    server does not do.  `sentence` says the load in one line where the description changes what
    it means (bench.model.rates); "" where it does not.
    """

    only_ours: Sequence[str]
    why: str
    per_second: Callable[[str, Load[Any]], float] | None
    check: Callable[[str, Load[Any], OwnServer], None] = _nothing
    sentence: Callable[[Load[Any], OwnServer], str] = _as_of_ours
