"""Whose rates the load of `disk_reads` has, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, per_second
from bench.model.units import show
from scenarios.disk_reads.load import DiskReadsLoad


def sentence(load: Load[DiskReadsLoad]) -> str:
    """How often which files are read."""
    size = show(load.own.file_size_bytes, "B")
    return f"one program, {per_second(load.own.read_rate_per_s, 'file')} of {size}"


RATES = Rates(
    sentence,
    about="The rate is that of the one program, which reads one file at a time.",
    is_paced=lambda _: True,
)
