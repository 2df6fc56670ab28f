"""The words of the answer of `calls`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast, TurningPoint

OTHERS = ("grpc", "graphql", "soap_xml")

ANSWER = Answer(
    at={"payload": 10_000, "needed": 1.0, "json": "standard", "clients": 1, "link": "loopback"},
    level={"payload": "{} of payload"},
    says=(
        Contrast(
            "ends_cpu_us_per_event",
            OTHERS,
            "rest_json",
            less="[takes|take] {share} of the CPU of REST with JSON",
            more="[takes|take] {times} times the CPU of REST with JSON",
        ),
        Contrast(
            "wire_bytes_per_event",
            OTHERS,
            "rest_json",
            less="[sends|send] {share} of its bytes",
            more="[sends|send] {times} times its bytes",
        ),
        TurningPoint(
            "R3",
            below="GraphQL saves bytes only where a share of less than {x} of the fields is needed",
            above="GraphQL saves bytes only where a share of more than {x} of the fields is needed",
        ),
    ),
)
