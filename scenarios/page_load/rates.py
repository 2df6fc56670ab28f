"""Whose rates the load of `page_load` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.page_load.load import PageLoad


def sentence(load: Load[PageLoad]) -> str:
    """How many load how much at once."""
    sizes = load.own.sizes_bytes
    same = f" of {show(sizes[0], 'B')}" if len(set(sizes)) == 1 else ""
    page = f"pages of {counted(len(sizes), 'resource')}{same}"
    return f"{counted(load.window.clients, 'client')}, {page}, one after the other (no rate)"


RATES = Rates(
    sentence,
    about="There is no rate: each client loads one page after the other, and begins the next when "
    "it has all of the last one. More clients load more pages at once.",
    is_paced=lambda _: False,
)
