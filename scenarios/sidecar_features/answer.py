"""The words of the answer of `sidecar_features`.  Data only."""

from __future__ import annotations

from bench.model.answer import Answer, Contrast

ANSWER = Answer(
    says=(
        Contrast(
            "chained_share",
            ("envoy_pair", "layer4_pair"),
            "direct",
            has="[has|have] {value} of the calls traced",
            rest="[has|have] {times} times as many traced",
            none="[has|have] no call traced",
        ),
        Contrast(
            "latency_mean",
            ("envoy_pair", "layer4_pair"),
            "direct",
            has="[answers|answer] a call after {value}",
            rest="[takes|take] {times} times as long",
        ),
        Contrast(
            "proxy_cpu_us_per_event",
            ("envoy_pair",),
            "layer4_pair",
            has="[takes|take] {value} of proxy CPU per call",
            rest="[takes|take] {times} times as much",
        ),
    ),
)
