"""The experiment `notifications`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.experiment import Experiment
from bench.model.fault import parse_faults
from bench.model.law import Facts, Prediction
from bench.model.load import Load, parameter
from scenarios.notifications import laws
from scenarios.notifications.claims import CLAIMS, NORMAL


@dataclass(frozen=True, kw_only=True)
class NotificationLoad(Load):
    """What happens in the backend, and how clients ask for it."""

    event_rate_per_s: float = parameter(
        1.0, "/s", "events per second in the backend", low=0.001, high=100_000
    )
    schedule: str = parameter(
        "poisson",
        "",
        "spacing of the events; `trace` replays the file named by trace",
        choices=("poisson", "constant", "trace"),
    )
    trace: str = parameter(
        "", "", "CSV file of time_s,size_bytes lines for schedule=trace, repeated when it ends"
    )
    audience: str = parameter(
        "every",
        "",
        "whom an event is meant for: every client, or one chosen at random",
        choices=("every", "one"),
    )
    payload_bytes: int = parameter(100, "B", "size of an event", low=48, high=16_000_000)
    poll_interval_s: float = parameter(
        1.0, "s", "short polling: time between two polls of a client", low=0.001, high=3600
    )
    long_poll_timeout_s: float = parameter(
        30.0, "s", "long polling: longest time that the server holds a request", low=0.01, high=3600
    )
    keep_alive_s: float = parameter(
        15.0, "s", "SSE: time between two keep-alive comments", low=0.1, high=3600
    )
    away_s: float = parameter(
        0.0, "s", "clients are away for so long in the middle of the window", low=0, high=3600
    )
    recovery: str = parameter(
        "position",
        "",
        "what a client that comes back gets: what it missed (its position in the feed, a durable "
        "queue at the broker), or only what is new",
        choices=("position", "none"),
    )
    slow_policy: str = parameter(
        "wait",
        "",
        "SSE, WebSocket: what the server does for a client whose send buffer is full: wait for "
        "it, drop the event, or disconnect it",
        choices=("wait", "drop", "disconnect"),
    )
    send_buffer_bytes: int = parameter(
        65_536, "B", "SSE, WebSocket: send buffer per client, in the server", low=4096, high=10**9
    )
    burn_s: float = parameter(
        0.0, "s", "CPU time that the server wastes on each delivery, to be found out", low=0, high=1
    )
    deflate: str = parameter(
        "off",
        "",
        "WebSocket: offer and accept permessage-deflate",
        choices=("off", "on"),
    )

    @property
    def rate_per_client(self) -> float:
        """Events per second that one client sees (lambda)."""
        share = 1 if self.audience == "every" else self.clients
        return self.event_rate_per_s / share

    @property
    def patience_s(self) -> float:
        """The slowest client comes by once in a poll interval."""
        return self.drain_s + self.poll_interval_s

    @property
    def gives_up_after_s(self) -> float | None:
        """Absent clients and faults may lose events for good; polls come once in an interval.

        A connection whose reader was stopped is probed by the kernel in growing
        steps: it may take seconds until it moves again.
        """
        verbs = {fault.verb for fault in parse_faults(self.fault)}
        if verbs - {"stop"} or (verbs and self.slow_policy != "wait"):
            return 5.0 + self.poll_interval_s
        if self.away_s and self.recovery == "none":
            return 1.5 + self.poll_interval_s
        return None

    @property
    def deliveries_per_event(self) -> int:
        return self.clients if self.audience == "every" else 1


PUSH = ("sse", "websocket")


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
    return facts.get(f"{role}_marginal_cpu_us", facts[f"{role}_cpu_us_per_event"])


def _gap_s(facts: Facts) -> float:
    """Long polling's gap: one round trip, and what both ends spend on a request."""
    return _rtt_s(facts) + _cost_s(facts) + _marginal_us(facts, "generator") / 1e6


def _audience(load: NotificationLoad) -> int:
    return load.clients if load.audience == "every" else 1


def _broadcast_ms(load: NotificationLoad, facts: Facts) -> float:
    """FAN-1 for one host: in turn, one way and the wake-ups of both ends."""
    ways = _rtt_s(facts) + 2 * _wake_ups_s(facts)
    return laws.fan_out_mean(_audience(load), _cost_s(facts), ways) * 1e3


def _long_poll_ms(load: NotificationLoad, facts: Facts) -> float:
    """LP-1, and a broadcast's replies in turn.

    Half of the cost of a delivery is the reply's; the rest, the next request's, comes
    after all replies are out.
    """
    one = laws.long_poll_mean(load.rate_per_client, _rtt_s(facts), _gap_s(facts))
    in_turn = laws.fan_out_mean(_audience(load), _cost_s(facts) / 2, 2 * _wake_ups_s(facts))
    return (one + in_turn) * 1e3


PREDICTIONS = (
    Prediction(
        "SP-1",
        "T/2 + R/2",
        "uniform phase; checked by simulation",
        "latency_mean",
        ("short_polling",),
        lambda load, facts: laws.short_poll_mean(load.poll_interval_s, _rtt_s(facts)) * 1e3,
    ),
    Prediction(
        "SP-1",
        "0.5 T + R/2",
        "uniform phase; checked by simulation",
        "latency_p50",
        ("short_polling",),
        lambda load, facts: (
            laws.short_poll_quantile(0.5, load.poll_interval_s, _rtt_s(facts)) * 1e3
        ),
    ),
    Prediction(
        "SP-1",
        "0.99 T + R/2",
        "uniform phase; checked by simulation",
        "latency_p99",
        ("short_polling",),
        lambda load, facts: (
            laws.short_poll_quantile(0.99, load.poll_interval_s, _rtt_s(facts)) * 1e3
        ),
    ),
    Prediction(
        "SP-2",
        "exp(-lambda T); evenly spaced: 1 - lambda T",
        "Poisson events",
        "useless_share",
        ("short_polling",),
        lambda load, facts: (
            laws.short_poll_useless_share_evenly
            if load.schedule == "constant"
            else laws.short_poll_useless_share
        )(load.rate_per_client, load.poll_interval_s),
    ),
    Prediction(
        "SP-2",
        "1/(lambda T)",
        "fixed poll rate",
        "requests_per_event",
        ("short_polling",),
        lambda load, facts: laws.short_poll_requests_per_event(
            load.rate_per_client, load.poll_interval_s
        ),
    ),
    Prediction(
        "SP-3",
        "(Hq + Hs + 3 x 52)/(lambda T) + P",
        "headers as measured; three packets a poll",
        "wire_bytes_per_event",
        ("short_polling",),
        lambda load, facts: laws.short_poll_wire_bytes_per_event(
            load.rate_per_client,
            load.poll_interval_s,
            facts["poll_bytes_up"],
            facts["empty_bytes_down"],
            load.payload_bytes,
        ),
    ),
    Prediction(
        "LP-1",
        "R/2 + (lg g/2)/(lg + exp(-lg)) + (N + 1) s/4 + wake-ups",
        "RFC 6202; checked by simulation; g and s as measured",
        "latency_mean",
        ("long_polling",),
        _long_poll_ms,
    ),
    Prediction(
        "LP-2, LP-3",
        "1/(lambda (g + exp(-lambda g)(1 - exp(-lambda tau))/lambda))",
        "renewal argument; checked by simulation",
        "requests_per_event",
        ("long_polling",),
        lambda load, facts: laws.long_poll_requests_per_event(
            load.rate_per_client, _gap_s(facts), load.long_poll_timeout_s
        ),
    ),
    Prediction(
        "FAN-1",
        "R/2 + (N + 1) s/2 + wake-ups",
        "one core serves clients in turn; s and wake-ups as measured",
        "latency_mean",
        PUSH,
        _broadcast_ms,
    ),
    Prediction(
        "SSE-1",
        "P + 8 + id line + chunk framing",
        "WHATWG event stream in RFC 9112 chunks",
        "stream_bytes_down_per_event",
        ("sse",),
        lambda load, facts: laws.sse_bytes(load.payload_bytes, 2),
    ),
    Prediction(
        "SSE-3",
        "P + 8 + id line + 9 + 22",
        "one RFC 9113 frame in one RFC 8446 record for each event",
        "stream_bytes_down_per_event",
        ("sse_http2",),
        lambda load, facts: laws.sse_http2_bytes(load.payload_bytes, 2),
    ),
    Prediction(
        "WS-1",
        "P + 2 (4, 10)",
        "RFC 6455, unmasked frame",
        "stream_bytes_down_per_event",
        ("websocket",),
        lambda load, facts: laws.websocket_bytes(load.payload_bytes),
    ),
)


EXPERIMENT = Experiment(
    name="notifications",
    title="Notifying clients",
    question="A client wants to know at once what happened in the backend: how late does it "
    "learn of it, how many bytes cross the wire, and what does it cost the backend?",
    load=NotificationLoad,
    operations=("request", "delivery"),
    outcome_operation="delivery",
    headline=(
        "latency_mean",
        "latency_p50",
        "latency_p99",
        "completeness",
        "requests_per_event",
        "useless_share",
        "wire_bytes_per_event",
        "backend_cpu_us_per_event",
        "backend_memory_bytes_per_client",
    ),
    tradeoff=(
        ("backend_cpu_us_per_event", "latency_mean"),
        ("wire_bytes_per_event", "latency_mean"),
    ),
    quick={"clients": "100", "event_rate": "2/s", "duration": "6s", "warmup": "500ms"},
    verify_with={"poll_interval_s": 0.02},
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
