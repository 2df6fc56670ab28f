"""What `bench advise` knows of `streamed_reply`: a reply's words, its costs, the laws.  Data."""

from __future__ import annotations

from bench.model.advice import Advice, Cost, Input, Need
from bench.model.domain import Either, Range
from bench.model.law import Calibration
from scenarios.streamed_reply.predictions import (
    FIRST,
    FIRST_POLLED,
    FIRST_WEBSOCKET,
    FIRST_WHOLE,
    LAST,
    LAST_POLLED,
    LAST_WEBSOCKET,
    STREAM_BYTES,
)

HEADS = Calibration(
    "heads",
    {
        "clients": 10,
        "pieces": 20,
        "piece_interval": 0.02,
        "piece_size": 20,
        "link": "loopback",
        "duration": 2.0,
    },
    ("head_bytes",),
    text="short replies: what comes before the text",
)

_HELD_BACK = "a proxy that buffers holds a stream back until its end"

ADVICE = Advice(
    about="How should a reply that is made piece by piece reach its reader?",
    inputs=(
        Input("clients", "How many readers are there?", Range(5, 100)),
        Input("pieces", "How many pieces does a reply consist of?", Range(2, 100)),
        Input(
            "piece_interval",
            "How long does it take to make a piece, e.g. 50ms?",
            Range(0.05, 0.4),
        ),
        Input("piece_size", "How large is a piece, e.g. 5B?", Range(1, 200)),
        Input("batch", "How long may pieces wait to be sent together, e.g. 0s?", (0.0,)),
        Input(
            "rtt",
            "How far away are the readers: a round trip, e.g. 50ms; 0 for the same machine?",
            Either(Range(0.005, 0.2), (0.0,)),
        ),
        Input("reuse", "Is a connection already open: on or off?", ("on", "off")),
        Input(
            "poll_interval", "Polling: how often would a reader ask, e.g. 200ms?", Range(0.25, 1)
        ),
    ),
    costs=(
        Cost(
            "first",
            "first_piece_mean",
            "How long may the first piece take, on average, e.g. 500ms?",
            "s",
            "until the first piece",
            factor=1e3,
            drawn=Range(0.1, 2),
        ),
        Cost(
            "last",
            "latency_mean",
            "How long may the whole reply take, on average, e.g. 5s?",
            "s",
            "until the last",
            factor=1e3,
            drawn=Range(0.5, 10),
        ),
        Cost(
            "bytes",
            "wire_bytes_down_per_piece",
            "How many bytes may cross the wire for a piece, to the reader, e.g. 100B?",
            "B",
            "a piece",
        ),
    ),
    needs=(
        Need(
            "proxy",
            "What stands between readers and backend: none, or a proxy that buffers each response "
            "(buffers)?",
            ("none", "buffers"),
            {
                "buffers": {
                    "sse": _HELD_BACK,
                    "ndjson": _HELD_BACK,
                    "websocket": "not known to pass a proxy that buffers: it was not measured",
                }
            },
            ("L1b",),
            {"buffers": "The proxy's own delay is not counted."},
        ),
    ),
    laws=(
        FIRST,
        FIRST_WEBSOCKET,
        FIRST_WHOLE,
        FIRST_POLLED,
        LAST,
        LAST_WEBSOCKET,
        LAST_POLLED,
        *STREAM_BYTES.values(),
    ),
    facts={
        "rtt_us": lambda load, _: load.link.rtt_s * 1e6,
        "head_bytes": lambda _, constants: constants[HEADS.key("head_bytes")],
    },
    also=(HEADS,),
    claims={"first": ("L1",), "last": ("L1",), "bytes": ("L2",)},
    limitations=(
        "CPU is not weighed: small pieces cost it at both ends (L2b).",
        "Readers who leave are not weighed (L3, L3b).",
    ),
    steps=4,
)
