"""The laws of `connection_pool` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the
value in the metric's unit.  None reads how long queries wait or take in the trial that it
predicts: for how long a query keeps its connection comes from ten in turn on one connection.
"""

from __future__ import annotations

import math
import statistics

from bench.model.law import SEED, Calibration, Facts, Law, not_below_zero
from bench.model.load import Load
from bench.stats import queues
from scenarios.connection_pool import _planned, laws
from scenarios.connection_pool._domains import (
    BURST,
    COMPUTING,
    CONNECTING,
    STEADY,
)
from scenarios.connection_pool.load import PoolLoad

Asked = Load[PoolLoad]

# --- facts from other trials --------------------------------------------------------------------


IN_TURN_BURST = 10
ROOM_S = 0.002
"""More than a query takes beside its own time."""

EARLY_S = 0.0005
"""By how much a query's sleep may end early: the database is asked for so much less, as it knows
whole milliseconds only."""

IN_TURN = Calibration(
    "in_turn",
    {
        "clients": 1,
        "arrivals": "bursts",
        "burst": IN_TURN_BURST,
        "burst_interval": lambda load: round(1.5 * IN_TURN_BURST * (query_s(load) + ROOM_S), 3),
        "service": "fixed",
        "pool_size": 1,
        "request_rate": 100.0,
        "connect_time": 0.0,
        "warmup": 0.3,
        "duration": lambda load: max(2.0, round(6 * IN_TURN_BURST * (query_s(load) + ROOM_S), 1)),
    },
    ("burst_wait_max", "burst_arrival", "burst_lead"),
    text="ten queries in turn on one connection: for how long each keeps it from the next",
)

HALF = Calibration(
    "half",
    {"burst": lambda load: load.own.burst // 2},
    ("server_cpu_us_per_event", "database_cpu_us_per_event", "backend_cores"),
    text="bursts of half the size: what a query costs where several are under way",
)


ALMOST = Calibration(
    "almost",
    {"burst": lambda load: load.own.burst * 3 // 4},
    ("server_cpu_us_per_event", "database_cpu_us_per_event", "backend_cores"),
    text="bursts of three quarters of the size: what a query costs with a connection of its own",
)


def query_s(load: Asked) -> float:
    """What a query of a fixed time takes in the database."""
    return _planned.whole_ms(load.own.query_time_s)


def service_s(facts: Facts) -> float:
    """S: for how long a query of a fixed time keeps its connection from the next."""
    arrival_ms = facts["in_turn.burst_arrival"] - facts["in_turn.burst_lead"]
    return laws.service_in_turn(IN_TURN_BURST, facts["in_turn.burst_wait_max"], arrival_ms) / 1e3


def added_s(load: Asked, facts: Facts) -> float:
    """What a query keeps its connection for beside its own time; with what its sleep ends early.

    In a queue it is a part of each query's time, and stays as it is: the pool is then as busy as
    in the trial.
    """
    added = service_s(facts) - query_s(load)
    not_below_zero(added + EARLY_S, "in turn queries took less than they were to sleep")
    return added


def cost_s(facts: Facts, calibration: Calibration) -> float:
    """CPU of a query in application and database together."""
    roles = (calibration.key(f"{role}_cpu_us_per_event") for role in ("server", "database"))
    return sum(facts[role] for role in roles) / 1e6


# --- POOL-1: bursts -----------------------------------------------------------------------------


ARRIVAL = ("burst_lead", "burst_arrival")


def _spacing_s(load: Asked, facts: Facts) -> float:
    """How long after one query of a burst the next one arrives."""
    return (facts["burst_arrival"] - facts["burst_lead"]) / 1e3 / (load.own.burst - 1)


def burst_makespan_ms(load: Asked, facts: Facts) -> float:
    """POOL-1, after the time until the burst begins to arrive."""
    spacing_s, size = _spacing_s(load, facts), load.own.pool_size
    waves_s = laws.burst_makespan(load.own.burst, size, service_s(facts), spacing_s)
    return facts["burst_lead"] + waves_s * 1e3


def burst_wait_ms(load: Asked, facts: Facts) -> float:
    """POOL-1: the mean over a burst."""
    spacing_s, size = _spacing_s(load, facts), load.own.pool_size
    return laws.burst_wait_mean(load.own.burst, size, service_s(facts), spacing_s) * 1e3


def burst_wait_max_ms(load: Asked, facts: Facts) -> float:
    """POOL-1: the last of a burst."""
    spacing_s, size = _spacing_s(load, facts), load.own.pool_size
    return laws.burst_wait_max(load.own.burst, size, service_s(facts), spacing_s) * 1e3


# --- POOL-3: random arrivals --------------------------------------------------------------------


def steady_wait_ms(load: Asked, facts: Facts) -> float:
    """POOL-3 for the queries that the trial's clients were to send, at their times."""
    queries = _planned.queries(load, int(facts[SEED]))
    added = added_s(load, facts)
    waits = queues.waits(
        (query.sent_s for query in queries),
        (query.query_s + added for query in queries),
        load.own.pool_size,
    )
    counted = [wait_s for wait_s, query in zip(waits, queries, strict=True) if query.counts]
    return statistics.fmean(counted) * 1e3 if counted else math.nan


# --- POOL-2: computing, connecting --------------------------------------------------------------

ROUND_TRIPS_TO_CONNECT, ROUND_TRIPS_OF_A_NEW_QUERY = 3, 2
"""TCP's handshake, the question for TLS, the login; then to prepare and to execute.  Those who
wait for a pool's connection have prepared theirs before."""


def _core_time_s(load: Asked, facts: Facts, calibration: Calibration) -> float:
    """What application and database need for a whole burst on the cores that they share: n s/c."""
    cores = int(facts[calibration.key("backend_cores")])
    return laws.computing_makespan(load.own.burst, cost_s(facts, calibration), cores)


def computing_makespan_ms(load: Asked, facts: Facts) -> float:
    """POOL-2 where queries keep the core busy."""
    return _core_time_s(load, facts, HALF) * 1e3


def connecting_makespan_ms(load: Asked, facts: Facts) -> float:
    """POOL-2 where every query connects; each round trip of it takes its time on a link."""
    round_trips_s = (ROUND_TRIPS_TO_CONNECT + ROUND_TRIPS_OF_A_NEW_QUERY) * load.services.rtt_s
    connect_s = load.own.connect_time_s + round_trips_s
    return laws.connecting_makespan(connect_s, _core_time_s(load, facts, ALMOST)) * 1e3


def lengths_break_even(load: Asked, pool: Facts, new: Facts) -> float:
    """POOL-2: the query time at which a pool's waves take as long as connecting for each query.

    `pool` has the facts of the pool's trials, `new` those of a connection per request.
    """
    connecting_s = load.own.connect_time_s + _core_time_s(load, new, ALMOST)
    return laws.break_even_service(
        load.own.burst, load.own.pool_size, connecting_s, added_s(load, pool)
    )


# --- all of them --------------------------------------------------------------------------------

BURST_MAKESPAN = Law(
    "POOL-1",
    "A1 + ceil(n/K) S + (r - 1) d",
    "K at a time, r in the last wave; checked by simulation; S from ten queries in turn",
    "burst_makespan",
    ("pool",),
    burst_makespan_ms,
    BURST,
    ARRIVAL,
    (IN_TURN,),
    fitted_with=(12,),
    passed_with=(77031,),
)
BURST_WAIT = Law(
    "POOL-1",
    "mean of floor((j - 1)/K) (S - K d)",
    "K at a time; checked by simulation; S of ten queries in turn",
    "wait_mean",
    ("pool",),
    burst_wait_ms,
    BURST,
    ARRIVAL,
    (IN_TURN,),
    fitted_with=(12,),
    passed_with=(77031,),
)
BURST_WAIT_MAX = Law(
    "POOL-1",
    "(ceil(n/K) - 1) (S - K d)",
    "K at a time; checked by simulation; S of ten queries in turn",
    "burst_wait_max",
    ("pool",),
    burst_wait_max_ms,
    BURST,
    ARRIVAL,
    (IN_TURN,),
    fitted_with=(12,),
    passed_with=(77031,),
)
STEADY_WAIT = Law(
    "POOL-3",
    "mean of max(0, time until one of K is free), query by query",
    "Kiefer and Wolfowitz 1955, with the arrivals of the plan; checked by simulation; S from ten "
    "queries in turn",
    "wait_mean",
    ("pool",),
    steady_wait_ms,
    STEADY,
    (SEED,),
    (IN_TURN,),
    fitted_with=(1, 11),
    passed_with=(77031,),
)
COMPUTING_MAKESPAN = Law(
    "POOL-2",
    "n s/c",
    "one core computes one query at a time; s from bursts of half the size",
    "burst_makespan",
    ("pool",),
    computing_makespan_ms,
    COMPUTING,
    (),
    (HALF,),
    passed_with=(77031, 88123),
)
CONNECTING_MAKESPAN = Law(
    "POOL-2",
    "t_c + n s/c",
    "all connect at once, one core serves them in turn while others sleep; checked by "
    "simulation; s from bursts of three quarters of the size",
    "burst_makespan",
    ("per_request",),
    connecting_makespan_ms,
    CONNECTING,
    (),
    (ALMOST,),
    fitted_with=(77031, 88123),
    passed_with=(31337,),
)

PREDICTIONS = (
    BURST_MAKESPAN,
    BURST_WAIT,
    BURST_WAIT_MAX,
    STEADY_WAIT,
    COMPUTING_MAKESPAN,
    CONNECTING_MAKESPAN,
)
