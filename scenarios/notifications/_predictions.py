"""The laws of `notifications` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the
value in the metric's unit.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.model.law import SEED, Calibration, Facts, Law
from bench.model.links import LOOPBACK
from bench.model.load import Load
from scenarios.notifications import laws
from scenarios.notifications._capacity import PUSH
from scenarios.notifications._domains import (
    BROADCAST,
    POLLING,
    POLLING_EMPTY,
    PUSHED_BYTES,
    PUSHED_RECORDS,
    WAITING,
)
from scenarios.notifications._schedule import rate_in_window
from scenarios.notifications.load import NotificationLoad, audience, rate_per_client

Asked = Load[NotificationLoad]

RTT = ("rtt_us",)
WAKE_UPS = ("source_lag_p50", "loop_lag_p50")
SERVER_COST = ("server_marginal_cpu_us", "server_cpu_us_per_event")
CLIENT_COST = ("generator_marginal_cpu_us", "generator_cpu_us_per_event")

RARELY_PAYLOAD = 100
RARELY = Calibration(
    "rarely",
    {
        "clients": 10,
        "poll_interval": 0.05,
        "event_rate": 2.0,
        "schedule": "constant",
        "audience": "every",
        "payload": RARELY_PAYLOAD,
        "rtt": 0.001,
        "warmup": 0.3,
        "duration": 2.0,
    },
    ("poll_bytes_up", "empty_bytes_down", "useful_bytes_down"),
    text="polls of which few bring an event, and none brings two: what requests and replies weigh",
)

LINK_SEGMENT_BYTES, LOOPBACK_SEGMENT_BYTES = 1448, 65_483
"""What a packet leaves for data: of 1,500 bytes on a link, of 65,535 (IP's most) on loopback."""


def _rtt_s(facts: Facts) -> float:
    return facts["rtt_us"] / 1e6


def _wake_ups_s(facts: Facts) -> float:
    """What a way takes on one host beside R/2: the source's and the client's loop must wake."""
    return (facts["source_lag_p50"] + facts["loop_lag_p50"]) / 1e3


def _cost_s(facts: Facts) -> float:
    """What the server needs for one more delivery; it serves clients in turn."""
    return _marginal_us(facts, "server") / 1e6


def _marginal_us(facts: Facts, role: str) -> float:
    """Where events come too evenly for a slope, they are dense: the mean cost will do."""
    slope = facts.get(f"{role}_marginal_cpu_us")
    return facts[f"{role}_cpu_us_per_event"] if slope is None else slope


def _gap_s(facts: Facts) -> float:
    """Long polling's gap: one round trip, and what both ends spend on a request."""
    return _rtt_s(facts) + _cost_s(facts) + _marginal_us(facts, "generator") / 1e6


def _poll_mean_ms(load: Asked, facts: Facts) -> float:
    return laws.short_poll_mean(load.own.poll_interval_s, _rtt_s(facts)) * 1e3


def _poll_quantile_ms(quantile: float, load: Asked, facts: Facts) -> float:
    return laws.short_poll_quantile(quantile, load.own.poll_interval_s, _rtt_s(facts)) * 1e3


def _poll_p50_ms(load: Asked, facts: Facts) -> float:
    return _poll_quantile_ms(0.5, load, facts)


def _poll_p99_ms(load: Asked, facts: Facts) -> float:
    return _poll_quantile_ms(0.99, load, facts)


def _useless_share(load: Asked, facts: Facts) -> float:
    is_even = load.own.schedule == "constant"
    law = laws.short_poll_useless_share_evenly if is_even else laws.short_poll_useless_share
    return law(rate_in_window(load, facts[SEED]), load.own.poll_interval_s)


def _polls_per_event(load: Asked, facts: Facts) -> float:
    rate = rate_in_window(load, facts[SEED])
    return laws.short_poll_requests_per_event(rate, load.own.poll_interval_s)


def _poll_wire_bytes(load: Asked, facts: Facts) -> float:
    rate, interval_s = rate_in_window(load, facts[SEED]), load.own.poll_interval_s
    is_even = load.own.schedule == "constant" and load.own.audience == "every"
    is_far = load.link.link != LOOPBACK
    one_poll = laws.short_poll_wire_bytes(
        laws.news_of_a_poll(rate, interval_s, evenly=is_even),
        facts[RARELY.key("poll_bytes_up")],
        facts[RARELY.key("empty_bytes_down")],
        facts[RARELY.key("useful_bytes_down")] - RARELY_PAYLOAD,
        load.own.payload_bytes,
        LINK_SEGMENT_BYTES if is_far else LOOPBACK_SEGMENT_BYTES,
    )
    return one_poll / (rate * interval_s)


def _broadcast_ms(load: Asked, facts: Facts) -> float:
    """FAN-1 for one host: in turn, one way and the wake-ups of both ends."""
    ways = _rtt_s(facts) + 2 * _wake_ups_s(facts)
    return laws.fan_out_mean(audience(load), _cost_s(facts), ways) * 1e3


def _long_poll_ms(load: Asked, facts: Facts) -> float:
    """LP-1, and a broadcast's replies in turn.

    Half of the cost of a delivery is the reply's; the rest, the next request's, comes
    after all replies are out.
    """
    one = laws.long_poll_mean(rate_per_client(load), _rtt_s(facts), _gap_s(facts))
    in_turn = laws.fan_out_mean(audience(load), _cost_s(facts) / 2, 2 * _wake_ups_s(facts))
    return (one + in_turn) * 1e3


def _long_polls_per_event(load: Asked, facts: Facts) -> float:
    return laws.long_poll_requests_per_event(
        rate_per_client(load), _gap_s(facts), load.own.long_poll_timeout_s
    )


def _over_window(load: Asked, event_bytes: Callable[[int, int], float]) -> float:
    """Mean over the events of the window, whose sequence numbers have more and more digits."""
    rate = rate_per_client(load)
    before = rate * load.window.warmup_s
    shares = laws.digit_shares(before, before + rate * load.window.duration_s)
    return sum(
        share * event_bytes(load.own.payload_bytes, digits) for digits, share in shares.items()
    )


def _sse_bytes(load: Asked, _: Facts) -> float:
    return _over_window(load, laws.sse_bytes)


def _sse_http2_bytes(load: Asked, _: Facts) -> float:
    return _over_window(load, laws.sse_http2_bytes)


def _websocket_bytes(load: Asked, _: Facts) -> float:
    return laws.websocket_bytes(load.own.payload_bytes)


SHORT, LONG = ("short_polling",), ("long_polling",)

FIRST = (1001,)
"""The seed of a first audit, by which domains were narrowed and SP-3 was corrected."""

PREDICTIONS = (
    Law(
        "SP-1",
        "T/2 + R/2",
        "uniform phase; checked by simulation",
        "latency_mean",
        SHORT,
        _poll_mean_ms,
        POLLING,
        RTT,
        fitted_with=FIRST,
    ),
    Law(
        "SP-1",
        "0.5 T + R/2",
        "uniform phase; checked by simulation",
        "latency_p50",
        SHORT,
        _poll_p50_ms,
        POLLING,
        RTT,
        fitted_with=FIRST,
    ),
    Law(
        "SP-1",
        "0.99 T + R/2",
        "uniform phase; checked by simulation",
        "latency_p99",
        SHORT,
        _poll_p99_ms,
        POLLING,
        RTT,
        fitted_with=FIRST,
    ),
    Law(
        "SP-2",
        "exp(-lambda T); evenly spaced: 1 - lambda T",
        "Poisson events",
        "useless_share",
        SHORT,
        _useless_share,
        POLLING_EMPTY,
        (SEED,),
        fitted_with=FIRST,
    ),
    Law(
        "SP-2",
        "1/(lambda T)",
        "fixed poll rate",
        "requests_per_event",
        SHORT,
        _polls_per_event,
        POLLING,
        (SEED,),
        fitted_with=FIRST,
    ),
    Law(
        "SP-3",
        "(Hq + mean Hs + 52 packets)/(lambda T) + P + 1 - (1 - exp(-lambda T))/(lambda T)",
        "headers as measured while events are rare; packets: request, segments, half as many ACKs",
        "wire_bytes_per_event",
        SHORT,
        _poll_wire_bytes,
        POLLING,
        (SEED,),
        (RARELY,),
        fitted_with=FIRST,
    ),
    Law(
        "LP-1",
        "R/2 + (lg g/2)/(lg + exp(-lg)) + (N + 1) s/4 + wake-ups",
        "RFC 6202; checked by simulation; g and s as measured",
        "latency_mean",
        LONG,
        _long_poll_ms,
        WAITING,
        (*RTT, *WAKE_UPS, *SERVER_COST, *CLIENT_COST),
    ),
    Law(
        "LP-2, LP-3",
        "1/(lambda (g + exp(-lambda g)(1 - exp(-lambda tau))/lambda))",
        "renewal argument; checked by simulation",
        "requests_per_event",
        LONG,
        _long_polls_per_event,
        WAITING,
        (*RTT, *SERVER_COST, *CLIENT_COST),
    ),
    Law(
        "FAN-1",
        "R/2 + (N + 1) s/2 + wake-ups",
        "one core serves clients in turn; s and wake-ups as measured",
        "latency_mean",
        PUSH,
        _broadcast_ms,
        BROADCAST,
        (*RTT, *WAKE_UPS, *SERVER_COST),
    ),
    Law(
        "SSE-1",
        "P + 8 + id line + chunk framing",
        "WHATWG event stream in RFC 9112 chunks",
        "stream_bytes_down_per_event",
        ("sse",),
        _sse_bytes,
        PUSHED_BYTES,
        (),
        fitted_with=FIRST,
    ),
    Law(
        "SSE-3",
        "P + 8 + id line + 9 + 22",
        "one RFC 9113 frame in one RFC 8446 record for each event",
        "stream_bytes_down_per_event",
        ("sse_http2",),
        _sse_http2_bytes,
        PUSHED_RECORDS,
        (),
        fitted_with=FIRST,
    ),
    Law(
        "WS-1",
        "P + 2 (4, 10)",
        "RFC 6455, unmasked frame",
        "stream_bytes_down_per_event",
        ("websocket",),
        _websocket_bytes,
        PUSHED_BYTES,
        (),
        fitted_with=FIRST,
    ),
)
