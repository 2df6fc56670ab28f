"""Whose rates the load of `upload` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from bench.model.units import show
from scenarios.upload.load import UploadLoad


def sentence(load: Load[UploadLoad]) -> str:
    """How many upload what, and how often they are cut."""
    who = counted(load.window.clients, "client")
    size = show(load.own.file_size_bytes, "B")
    rate = load.own.cut_rate_per_s
    cuts = f"{per_second(rate, 'cut')} of a connection, at random" if rate else "no cuts"
    return f"{who}, files of {size}, one after the other (no rate); {cuts}"


RATES = Rates(
    sentence,
    about="There is no rate of uploads: each client begins the next file when the last one is "
    "stored. cut_rate is that of each open connection.",
    is_paced=lambda _: False,
)
