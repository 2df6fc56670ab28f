"""The laws of `address_change` as they apply to its patterns and metrics.  Pure.

There is none for the pause of a QUIC connection that migrates: when an answer to the old address
is sent again depends on how the server's implementation estimates the round trip and validates the
new address.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import Condition, Domain, Free, Range, Template, Units, Wanted
from bench.model.law import Facts, Law
from bench.model.load import Load
from scenarios.address_change import laws
from scenarios.address_change.load import AddressLoad

Asked = Load[AddressLoad]

QUIC, TCP = "quic_migration", "tcp_reconnect"
HTTP2, ANEW, EARLY = "http2_reconnect", "quic_reconnect", "quic_early_data"
RTT = "link_rtt_probe_ms"
PAUSE = "pause_mean"

APART_S = 3
"""Between two changes: the pause after one is over, and at least one request is answered."""

_SHARED: Mapping[str, Wanted] = {
    "clients": (1, 2),
    "warmup": Free(0.3),
    "drain": Free(10.0),
    "link": ("emulated",),
    "cc": Free("host"),
    "rtt": Range(0.04, 0.3),
    "work_time": Range(0.02, 0.4),
    "reply": Range(100, 1000),
    # With a key the server goes on with the first try, and the second one waits for less than w.
    "retry": ("blind",),
    "tries": Free(5),
    "ping_every": Free(0),
}


FIRST_CHANGE = Template(f"path.1:renumber@{{at}}ms,every={APART_S}s", {"at": Range(300, 999)})
"""From some time of the first second on: where a request is then is of chance."""


def changes_per_s(load: Asked) -> float:
    """Changes of an address, each client's counted."""
    return load.window.clients / APART_S


ENDS_IN_TIME = Condition(
    "a pause ends a second before the next change",
    lambda load: (
        laws.unnoticed(load.link.rtt_s, load.own.work_time_s, load.own.answer_timeout_s)
        <= APART_S - 1
        if load.own.notice == "silent"
        else True
    ),
)
PATIENT = Condition(
    "the timeout is at least twice as long as a connection and a request take",
    lambda load: (
        load.own.answer_timeout_s >= 2 * laws.reconnected(load.link.rtt_s, load.own.work_time_s)
    ),
)

NOTICED = Domain(
    {
        **_SHARED,
        "fault": FIRST_CHANGE,
        "answer_timeout": Range(1.0, 10.0),
    },
    where=(PATIENT,),
    units=Units("changes", 6, changes_per_s, at_least_s=6, at_most_s=25),
)
UNNOTICED = Domain(
    {
        **_SHARED,
        "rtt": Range(0.04, 0.1),
        "work_time": Range(0.02, 0.1),
        "fault": FIRST_CHANGE,
        "notice": ("silent",),
        "answer_timeout": Range(0.8, 1.6),
    },
    where=(PATIENT, ENDS_IN_TIME),
    units=Units("changes", 6, changes_per_s, at_least_s=6, at_most_s=25),
)


def _reconnected_ms(load: Asked, facts: Facts) -> float:
    return laws.reconnected(facts[RTT] / 1e3, load.own.work_time_s) * 1e3


def _anew_ms(load: Asked, facts: Facts) -> float:
    return laws.reconnected(facts[RTT] / 1e3, load.own.work_time_s, laws.QUIC) * 1e3


def _early_ms(load: Asked, facts: Facts) -> float:
    return laws.reconnected(facts[RTT] / 1e3, load.own.work_time_s, laws.EARLY) * 1e3


def _unnoticed_ms(load: Asked, facts: Facts) -> float:
    own = load.own
    return laws.unnoticed(facts[RTT] / 1e3, own.work_time_s, own.answer_timeout_s) * 1e3


RECONNECTED = Law(
    "ADDR-1",
    "3 R + w",
    "a TCP handshake and a TLS 1.3 handshake, then the request again; its client is told at once",
    PAUSE,
    (TCP, HTTP2),
    _reconnected_ms,
    NOTICED,
    (RTT,),
    passed_with=(9146,),
)
UNSEEN = Law(
    "ADDR-2",
    "T - (R + w)/2 + 3 R + w",
    "the timeout began with the request, and the change comes at a random point of it",
    PAUSE,
    (TCP, HTTP2),
    _unnoticed_ms,
    UNNOTICED,
    (RTT,),
    passed_with=(9146,),
)
BEGUN_ANEW = Law(
    "ADDR-3",
    "2 R + w",
    "a QUIC handshake, which includes that of TLS, then the request again",
    PAUSE,
    (ANEW,),
    _anew_ms,
    NOTICED,
    (RTT,),
    passed_with=(9146,),
)
AT_ONCE = Law(
    "ADDR-3",
    "R + w",
    "the request again, in the first flight of a new connection",
    PAUSE,
    (EARLY,),
    _early_ms,
    NOTICED,
    (RTT,),
    passed_with=(9146,),
)
PREDICTIONS = (RECONNECTED, UNSEEN, BEGUN_ANEW, AT_ONCE)
