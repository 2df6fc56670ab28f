"""The words of the answer of `query_ids`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    level={
        "loss": "{} of all packets lost each way",
        "query_rate": "{} queries per second",
        "ids": "{} ids",
    },
    says=(
        Contrast(
            "held_up_share",
            ("tcp_query",),
            "udp_query_id",
            has="holds up {value} of the queries",
            rest="holds up {times} times as many",
        ),
        Contrast(
            "latency_mean",
            ("tcp_query",),
            "udp_query_id",
            has="answers after {value} on average",
            rest="takes {times} times as long",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("tcp_query",),
            "udp_query_id",
            has="takes {value} per query",
            rest="takes {times} times as many bytes",
        ),
    ),
)
