"""The experiment `notifications`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, SelfProof
from bench.model.law import Facts, Prediction
from bench.model.load import Load
from scenarios.notifications import laws
from scenarios.notifications._capacity import PUSH, fan_out_words
from scenarios.notifications.claims import CLAIMS, NORMAL
from scenarios.notifications.load import (
    LOAD,
    NotificationLoad,
    audience,
    check,
    gives_up_after_s,
    patience_s,
    rate_per_client,
)


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


def _broadcast_ms(load: Load[NotificationLoad], facts: Facts) -> float:
    """FAN-1 for one host: in turn, one way and the wake-ups of both ends."""
    ways = _rtt_s(facts) + 2 * _wake_ups_s(facts)
    return laws.fan_out_mean(audience(load), _cost_s(facts), ways) * 1e3


def _long_poll_ms(load: Load[NotificationLoad], facts: Facts) -> float:
    """LP-1, and a broadcast's replies in turn.

    Half of the cost of a delivery is the reply's; the rest, the next request's, comes
    after all replies are out.
    """
    one = laws.long_poll_mean(rate_per_client(load), _rtt_s(facts), _gap_s(facts))
    in_turn = laws.fan_out_mean(audience(load), _cost_s(facts) / 2, 2 * _wake_ups_s(facts))
    return (one + in_turn) * 1e3


PREDICTIONS = (
    Prediction(
        "SP-1",
        "T/2 + R/2",
        "uniform phase; checked by simulation",
        "latency_mean",
        ("short_polling",),
        lambda load, facts: laws.short_poll_mean(load.own.poll_interval_s, _rtt_s(facts)) * 1e3,
    ),
    Prediction(
        "SP-1",
        "0.5 T + R/2",
        "uniform phase; checked by simulation",
        "latency_p50",
        ("short_polling",),
        lambda load, facts: (
            laws.short_poll_quantile(0.5, load.own.poll_interval_s, _rtt_s(facts)) * 1e3
        ),
    ),
    Prediction(
        "SP-1",
        "0.99 T + R/2",
        "uniform phase; checked by simulation",
        "latency_p99",
        ("short_polling",),
        lambda load, facts: (
            laws.short_poll_quantile(0.99, load.own.poll_interval_s, _rtt_s(facts)) * 1e3
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
            if load.own.schedule == "constant"
            else laws.short_poll_useless_share
        )(rate_per_client(load), load.own.poll_interval_s),
    ),
    Prediction(
        "SP-2",
        "1/(lambda T)",
        "fixed poll rate",
        "requests_per_event",
        ("short_polling",),
        lambda load, facts: laws.short_poll_requests_per_event(
            rate_per_client(load), load.own.poll_interval_s
        ),
    ),
    Prediction(
        "SP-3",
        "(Hq + Hs + 3 x 52)/(lambda T) + P",
        "headers as measured; three packets a poll",
        "wire_bytes_per_event",
        ("short_polling",),
        lambda load, facts: laws.short_poll_wire_bytes_per_event(
            rate_per_client(load),
            load.own.poll_interval_s,
            facts["poll_bytes_up"],
            facts["empty_bytes_down"],
            load.own.payload_bytes,
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
            rate_per_client(load), _gap_s(facts), load.own.long_poll_timeout_s
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
        lambda load, facts: laws.sse_bytes(load.own.payload_bytes, 2),
    ),
    Prediction(
        "SSE-3",
        "P + 8 + id line + 9 + 22",
        "one RFC 9113 frame in one RFC 8446 record for each event",
        "stream_bytes_down_per_event",
        ("sse_http2",),
        lambda load, facts: laws.sse_http2_bytes(load.own.payload_bytes, 2),
    ),
    Prediction(
        "WS-1",
        "P + 2 (4, 10)",
        "RFC 6455, unmasked frame",
        "stream_bytes_down_per_event",
        ("websocket",),
        lambda load, facts: laws.websocket_bytes(load.own.payload_bytes),
    ),
)


EXPERIMENT = Experiment(
    name="notifications",
    title="Notifying clients",
    question="A client wants to know at once what happened in the backend: how late does it "
    "find out, how many bytes cross the wire, and what does it cost the backend?",
    load=LOAD,
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
    ),
    tradeoff=(
        ("backend_cpu_us_per_event", "latency_mean"),
        ("wire_bytes_per_event", "latency_mean"),
    ),
    check=check,
    # Five seconds are 500 ticks of the loop and 2,500 deliveries: enough for a p99 in each trial.
    self_proof=SelfProof(
        floor="null",
        floor_settings=("clients=10", "event_rate=50/s", "duration=5s", "warmup=300ms"),
        subject="sse",
        subject_settings=("clients=50", "event_rate=20/s", "warmup=200ms"),
    ),
    capacity_law=fan_out_words,
    deliveries_per_event=audience,
    patience_s=patience_s,
    gives_up_after_s=gives_up_after_s,
    quick={"clients": "100", "event_rate": "2/s", "duration": "6s", "warmup": "500ms"},
    verify_with={"poll_interval_s": 0.02},
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
