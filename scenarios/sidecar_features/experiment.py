"""The experiment `sidecar_features`: question, load, metrics.

Declares what a trial needs; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Pieces
from bench.model.outcome import OutcomeNoun
from scenarios.sidecar_features.load import LOAD, check, check_machine

SIDECARS = (
    "client's sidecar, in",
    "client's sidecar, out",
    "server's sidecar, in",
    "server's sidecar, out",
)
"""Each makes a span for what comes in, and one for what it passes on."""

EXPERIMENT = Experiment(
    name="sidecar_features",
    title="What a pair of sidecars does for programs that know nothing of it",
    question="A program calls servers through a pair of sidecars, and not a line of either is "
    "changed: which calls are traced, cached, spread, repeated and led to a server that was "
    "replaced?",
    load=LOAD,
    check=check,
    check_machine=check_machine,
    operations=("call", "span", "trace", "effect", "server"),
    outcome_operation="call",
    operation_words={
        "call": "one call of a client. `first_byte_ns` is when the server made the answer, by its "
        "own clock, which is also the client's; for one from a cache it is before `sent_ns`",
        "span": "one span of a call, as the collector has it. From `sent_ns` to `first_byte_ns` "
        "it waits for the next one, or for the server; the rest is its own",
        "trace": "all spans of a call. `bytes_up` is their number, `bytes_down` 1 where they "
        "are one chain from the client's sidecar to the server's, 0 where they are not",
        "effect": "what Redis holds of a call. `bytes_up` is how often a server has done it, "
        "`bytes_down` the value that it left",
        "server": "a process of a server. `sequence` is its number on this machine, `bytes_up` how "
        "many answers the clients had from it",
    },
    noun=OutcomeNoun.of_work("call", "calls", "answered"),
    work_by="caller",
    pieces=Pieces(
        "span",
        queued="before it passes the call on",
        sent="waiting for the next one",
        received="passing the answer back",
        names={4: SIDECARS, 5: (*SIDECARS, "server")},
    ),
    headline=(
        "failed_share",
        "h2_share",
        "chained_share",
        "hit_share",
        "stale_replies",
        "busiest_server_share",
        "retried_share",
        "done_twice",
        "effect_twice",
        "latency_mean",
        "proxy_cpu_us_per_event",
    ),
    tradeoff=(("proxy_cpu_us_per_event", "failed_share"),),
    quick={"duration": "1s", "warmup": "200ms"},
    verify_with={},
)
