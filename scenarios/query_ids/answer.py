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
            less="holds up {share} as many queries as UDP",
            more="holds up {times} times as many queries as UDP",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("tcp_query",),
            "udp_query_id",
            less="takes {share} of UDP's bytes per query",
            more="takes {times} times UDP's bytes per query",
        ),
    ),
)
