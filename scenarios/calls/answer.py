"""The words of the answer of `calls`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast, TurningPoint

ANSWER = Answer(
    at={"payload": 10_000, "needed": 1.0, "json": "standard", "clients": 1, "link": "loopback"},
    level={"payload": "{} of payload"},
    says=(
        Contrast(
            "ends_cpu_us_per_event",
            ("grpc", "graphql", "soap_xml"),
            "rest_json",
            has="[takes|take] {value} of CPU per call",
            rest="[takes|take] {times} times as much",
        ),
        Contrast(
            "wire_bytes_per_event",
            ("grpc", "graphql", "soap_xml"),
            "rest_json",
            has="[sends|send] {value} per call",
            rest="[sends|send] {times} times as many bytes",
        ),
        TurningPoint(
            "R3",
            below="GraphQL saves bytes only where a share of less than {x} of the fields is needed",
            above="GraphQL saves bytes only where a share of more than {x} of the fields is needed",
        ),
    ),
)
