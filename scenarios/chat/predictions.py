"""The laws of `chat` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the value
in the metric's unit.
"""

from __future__ import annotations

from bench.model.law import SEED, Law
from scenarios.chat import _bytes as filled
from scenarios.chat import laws
from scenarios.chat._domains import HELD, POLLED, POLLED_BYTES, SPOKEN, STREAMED

SHORT, LONG, SSE, WEBSOCKET, RABBITMQ = (
    "short_polling",
    "long_polling",
    "sse_post",
    "websocket",
    "rabbitmq",
)
ALL = (SHORT, LONG, SSE, WEBSOCKET, RABBITMQ)
PUSHES = (SSE, WEBSOCKET, RABBITMQ)

_CHAT = "sizes from the code of clients and servers; 52 B a segment"
LATENESS = Law(
    "SP-1",
    "T/2 + R",
    "uniform phase; one way up, one way back",
    "latency_mean",
    (SHORT,),
    lambda load, facts: laws.polled_mean(load.own.poll_interval_s, facts["rtt_us"] / 1e6) * 1e3,
    POLLED,
    ("rtt_us",),
    passed_with=(7103,),
)
LATE_P99 = Law(
    "SP-1",
    "0.99 T + R",
    "uniform phase; one way up, one way back",
    "latency_p99",
    (SHORT,),
    lambda load, facts: (
        laws.polled_quantile(0.99, load.own.poll_interval_s, facts["rtt_us"] / 1e6) * 1e3
    ),
    POLLED,
    ("rtt_us",),
    passed_with=(7103,),
)
BYTES = {
    WEBSOCKET: Law(
        "CHAT-1",
        "P + 6 (8, 14) + 104 up, (m - 1)(P + 2 (4, 10) + 104) down",
        _CHAT,
        "wire_bytes_per_message",
        (WEBSOCKET,),
        filled.websocket_bytes,
        SPOKEN,
        (),
        passed_with=(7103,),
    ),
    SSE: Law(
        "CHAT-1",
        "Hq + P + Hs + 156 up, (m - 1)(event in its chunk + 104) down",
        _CHAT,
        "wire_bytes_per_message",
        (SSE,),
        filled.sse_bytes,
        STREAMED,
        (),
        passed_with=(7103,),
    ),
    LONG: Law(
        "CHAT-1",
        "Hq + P + Hs + 156 up, (m - 1)(Hq + Hs + P + 156) down",
        _CHAT,
        "wire_bytes_per_message",
        (LONG,),
        filled.long_poll_bytes,
        HELD,
        (),
        passed_with=(7103,),
    ),
    SHORT: Law(
        "CHAT-1",
        "Hq + P + Hs + 156 up; 1/(r T) polls of Hq + 156 + mean reply",
        f"{_CHAT}; Poisson messages in a poll; as many messages as were planned",
        "wire_bytes_per_message",
        (SHORT,),
        filled.short_poll_bytes,
        POLLED_BYTES,
        (SEED,),
        passed_with=(7103,),
    ),
    RABBITMQ: Law(
        "CHAT-1",
        "publish + 104 up, m (deliver + 104) down, by PS-5",
        _CHAT,
        "wire_bytes_per_message",
        (RABBITMQ,),
        filled.rabbitmq_bytes,
        SPOKEN,
        (SEED,),
        passed_with=(7103,),
    ),
}
PREDICTIONS = (LATENESS, LATE_P99, *BYTES.values())
