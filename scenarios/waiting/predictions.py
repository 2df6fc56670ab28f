"""SYNC-1 as it applies to the patterns of `waiting`.  Pure.

What a wait costs beside its time is taken from a batch of another size.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load
from scenarios.waiting import laws
from scenarios.waiting.load import WaitingLoad, serial_s

Asked = Load[WaitingLoad]

AT_ONCE = ("client_threads", "client_async", "client_io_uring")
SPAN = "makespan_mean"
BAND = 0.05
MANY = 1_200

BURST = Calibration(
    "burst",
    {"waits": MANY, "at_once": 0},
    (SPAN,),
    text=f"{MANY:,} waits at once: what each costs in addition to its time",
)

FEW, SOON_S = 200, 0.001
QUICK = Calibration(
    "quick",
    {"waits": FEW, "wait_time": SOON_S, "at_once": 0},
    (SPAN,),
    text=f"{FEW} waits of {SOON_S * 1e3:g} ms one after the other: what each costs in addition to "
    "its time",
)

LOADS: Mapping[str, Wanted] = {"clients": (1,), "warmup": Free(0.3), "drain": Free(30.0)}


def _serial_ms(load: Asked, facts: Facts) -> float:
    each_s = laws.cost_of_each(FEW, SOON_S, 1, facts[QUICK.key(SPAN)] / 1e3)
    return laws.makespan(load.own.waits, load.own.wait_time_s, 1, each_s) * 1e3


def _at_once_ms(load: Asked, facts: Facts) -> float:
    own = load.own
    each_s = laws.cost_of_each(MANY, own.wait_time_s, MANY, facts[BURST.key(SPAN)] / 1e3)
    return laws.makespan(own.waits, own.wait_time_s, own.under_way, each_s) * 1e3


def _waves_s(load: Asked) -> float:
    return laws.makespan(load.own.waits, load.own.wait_time_s, load.own.under_way)


ONE_BY_ONE = Domain(
    {**LOADS, "waits": Range(5, 1_000), "wait_time": Range(0.02, 0.2), "at_once": Free(0)},
    where=(Condition("all waits together take at most 25 s", lambda load: serial_s(load) <= 25),),
    units=Units("batches", 1, lambda load: 1 / serial_s(load), at_most_s=25),
)
TOGETHER = Domain(
    {**LOADS, "waits": Range(5, 1_000), "wait_time": Range(0.1, 1.0), "at_once": Range(0, 1_000)},
    where=(
        Condition("all waits together take at most 10 s", lambda load: _waves_s(load) <= 10),
        Condition(
            "all are under way at once, or at least 5 of them",
            lambda load: load.own.at_once == 0 or load.own.at_once >= 5,
        ),
    ),
    units=Units("batches", 2, lambda load: 1 / _waves_s(load), at_most_s=25),
)

SERIAL = Law(
    "SYNC-1",
    "n (D + s)",
    f"one wait after the other; s from {FEW} waits of {SOON_S * 1e3:g} ms",
    SPAN,
    ("client_blocking",),
    _serial_ms,
    ONE_BY_ONE,
    (),
    (QUICK,),
    band=BAND,
    fitted_with=(1, 6023),
    passed_with=(6052,),
)
CONCURRENT = Law(
    "SYNC-1",
    "ceil(n/w) D + n s",
    f"w waits at a time; s from {MANY:,} waits at once",
    SPAN,
    AT_ONCE,
    _at_once_ms,
    TOGETHER,
    (),
    (BURST,),
    band=BAND,
    fitted_with=(1,),
    passed_with=(6023, 6052),
)
PREDICTIONS = (SERIAL, CONCURRENT)
