"""The laws of `cold_cache` as they apply to its patterns and metrics.  Pure."""

from __future__ import annotations

import math
from functools import cache

from bench.model.domain import FREE, Condition, Domain, Free, Range, Template, Units
from bench.model.law import Facts, Law
from bench.model.load import Load
from scenarios.cold_cache import laws
from scenarios.cold_cache.load import CacheLoad, weights

Asked = Load[CacheLoad]

CACHED, UNCACHED = "cached", "uncached"
TURNS = 4
RESTART = "backend.0:restart@300ms"
BACK_S = 1.5
"""A backend is back before that, also on a busy machine."""

BAND = 0.15
WHY = "of so few lookups in one turn the hits scatter by 6 %"


@cache
def _weights(own: CacheLoad) -> tuple[float, ...]:
    return tuple(weights(own))


def window_s(load: Asked) -> float:
    """How long a window must be, to hold the first four turns of a cache."""
    return 0.3 + BACK_S + TURNS * load.own.turn_s


DOMAIN = Domain(
    {
        "clients": Range(5, 40),
        "backends": Range(2, 4),
        "keys": Range(150, 600),
        "skew": Range(0.0, 1.2),
        "lookup_rate": Range(200, 600),
        "payload": Range(8, 1000),
        "fault": Template("backend.0:restart@{at}ms", {"at": Range(200, 500)}),
        "warmup": Free(0.3),
        "drain": FREE,
        "patience": FREE,
        "store_timeout": FREE,
        "services_link": FREE,
        "services_rtt": Range(0.0, 0.005),
    },
    where=(
        Condition("a turn takes at most 3 s", lambda load: load.own.turn_s <= 3),
        Condition(
            "a backend gets at least 100 lookups per second: few of them come while a value is "
            "read from the store",
            lambda load: load.own.lookup_rate_per_s / load.own.backends >= 100,
        ),
    ),
    # The window, not the number of lookups, decides: it must hold four turns.
    units=Units("restarts", 1, lambda load: 1 / window_s(load)),
)


def _in_turn(load: Asked, begin: int) -> float:
    keys = load.own.keys
    return laws.mean_hit_share(_weights(load.own), begin * keys, (begin + 1) * keys)


def _law(metric: str, begin: int) -> Law:
    def function(load: Asked, _: Facts) -> float:
        return _in_turn(load, begin)

    return Law(
        "ST-4",
        "mean of sum p (1 - exp(-p X t/B)) over a turn; alike 1 - exp(-X t/(B k))",
        "lookups at random times; a cache that is never full",
        metric,
        (CACHED,),
        function,
        DOMAIN,
        (),
        band=BAND,
        band_reason=WHY,
        passed_with=(9142,),
    )


def misses_per_key(load: Asked, _: Facts) -> float:
    """ST-4: about 1, once each key was looked up."""
    return laws.misses(_weights(load.own), TURNS * load.own.keys) / load.own.keys


FIRST, SECOND, THIRD = (
    _law(metric, begin)
    for begin, metric in enumerate(("cold_hit_share", "warming_hit_share", "later_hit_share"))
)
MISSES = Law(
    "ST-4",
    "sum of 1 - exp(-4 p k), over k; alike 0.98",
    "each key misses once, when it is looked up for the first time",
    "cold_misses_per_key",
    (CACHED,),
    misses_per_key,
    DOMAIN,
    (),
    passed_with=(9142,),
)
PREDICTIONS = (FIRST, SECOND, THIRD, MISSES)


def course(pattern: str, load: Asked, since_s: float) -> float:
    """ST-4: the hit share of a cache, so long after its first answer."""
    own = load.own
    if pattern != CACHED:
        return math.nan
    return laws.hit_share(_weights(own), since_s / own.turn_s * own.keys)


COURSE_LAW = course
