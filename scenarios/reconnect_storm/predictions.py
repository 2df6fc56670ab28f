"""The laws of `reconnect_storm` as they apply to its patterns and metrics.  Pure.

What a return costs the server is taken from trials with half as many clients in half the time:
the faster they come one after the other, the less each costs (decision 0128).
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import Condition, Domain, Free, Range, Template, Units, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load
from scenarios.reconnect_storm import laws
from scenarios.reconnect_storm.load import ECDSA, RSA, StormLoad

Asked = Load[StormLoad]

PLAIN, FULL, RESUMED = "plain", "full_handshake", "resumption"
ALL = (PLAIN, FULL, RESUMED)

CPU = "server_cpu_us_per_event"
HALF = Calibration(
    "half",
    {
        "clients": lambda load: load.window.clients // 2,
        "return_within": lambda load: load.own.return_within_s / 2,
    },
    (CPU,),
    text="half as many clients, back within half the time: what a return costs at this rate",
)
POINTS = "the times of so few hundred clients scatter by 6 %"

_WANTED: Mapping[str, Wanted] = {
    "clients": Range(100, 400),
    "warmup": Free(0.3),
    "drain": Free(20.0),
    "fault": Template("clients:cut@{at}ms", {"at": Range(200, 600)}),
    "return_within": Range(1.0, 2.0),
    "key": (ECDSA, RSA),
}
DOMAIN = Domain(
    _WANTED,
    where=(
        Condition(
            "at most 300 clients per second come back; a core can serve a thousand",
            lambda load: load.window.clients <= 300 * load.own.return_within_s,
        ),
    ),
    # The window, not the number of clients, decides: it must hold the jitter.
    units=Units("storms", 1, lambda load: 1 / (load.own.return_within_s + 1)),
)


def _rate(load: Asked, _: Facts) -> float:
    return laws.returns_per_s(load.window.clients, load.own.return_within_s)


def _all_back_ms(load: Asked, _: Facts) -> float:
    return laws.all_back_s(load.window.clients, load.own.return_within_s) * 1e3


def _cpu(_: Asked, facts: Facts) -> float:
    return laws.cpu(facts[HALF.key(CPU)])


RATE = Law(
    "ST-3",
    "N/J",
    "evenly spread times of return, and a server that keeps up",
    "return_rate",
    ALL,
    _rate,
    DOMAIN,
    (),
    band=0.15,
    band_reason=POINTS,
    passed_with=(9143, 9148, 9150),
)
ALL_BACK = Law(
    "ST-3",
    "J N/(N + 1)",
    "the last of N evenly spread times; a handshake is short in comparison",
    "all_back",
    ALL,
    _all_back_ms,
    DOMAIN,
    (),
    passed_with=(9143, 9148, 9150),
)
COST = Law(
    "ST-3",
    "N (t_accept + t_TLS)",
    "each return costs the same, however many come at the same rate",
    CPU,
    ALL,
    _cpu,
    DOMAIN,
    (),
    (HALF,),
    band=0.35,
    band_reason="the cost of the same storm scatters by 6 to 17 % from trial to trial, and so does "
    "that of the half",
    fitted_with=(9143, 9148),
    passed_with=(9150,),
)
PREDICTIONS = (RATE, ALL_BACK, COST)
