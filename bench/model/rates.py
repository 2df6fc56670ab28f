"""What a rate means to an experiment: how its load is said, and what a rate per client sets.

Data and words only; must not know any experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bench.model.load import Load

PER_CLIENT = "per_client"
"""The setting that is no parameter of a load: a rate for each client."""


def _always(_: Load[Any]) -> bool:
    return True


def _nothing(_: Load[Any], __: Collection[str]) -> str:
    return ""


@dataclass(frozen=True)
class Rates:
    """How an experiment's load is said; an experiment has it from its rates.py.

    `sentence` says a load in one line, whose events and how many in all.  `about` explains
    whose the rates are, before any parameter.  `per_client` gives the values (by public name)
    that a rate in 1/s for each of so many clients means; None where clients have no rate.
    `level` is the parameter (by public name) that then differs between rates.  `instead` says,
    of a load and the names that were set for it, how to ask for what may have been meant; it is
    not asked where a rate per client was set.  `is_paced` says whether work comes at a rate: where
    each client goes on as soon as it can, what one costs depends on how fast the backend is.
    """

    sentence: Callable[[Load[Any]], str]
    about: str
    per_client: Callable[[float, int], Mapping[str, Any]] | None = None
    level: str = ""
    instead: Callable[[Load[Any], Collection[str]], str] = _nothing
    is_paced: Callable[[Load[Any]], bool] = _always


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 client", "2,000 clients"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def per_second(rate: float, one: str, many: str = "") -> str:
    """ "1 event/s", "0.5 events/s", "2,000 events/s"."""
    return f"{rate:,.6g} {one if rate == 1 else many or one + 's'}/s"
