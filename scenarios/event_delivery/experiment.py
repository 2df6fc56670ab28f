"""The experiment `event_delivery`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment
from bench.model.outcome import OutcomeNoun
from scenarios.event_delivery.load import LOAD, check, goes_on_s

EXPERIMENT = Experiment(
    name="event_delivery",
    title="What becomes of events when somebody is killed",
    question="A publisher sends events to a consumer through a broker, and one of the three is "
    "killed again and again: which events arrive once, which twice, and which never?",
    load=LOAD,
    check=check,
    operations=("event", "again"),
    outcome_operation="event",
    operation_words={
        "event": "one event, from when it was due until the consumer had dealt with it for the "
        "first time. `sent_ns` is when the publisher first sent it, `first_byte_ns` when the "
        "broker confirmed it, 0 where it did not. `failed`: the publisher took it for sent, and "
        "it never arrived; `pending`: it had not arrived, and either it was not confirmed or the "
        "trial was cut off",
        "again": "the consumer has dealt with an event once more: `client` is how many times it "
        "had before",
    },
    noun=OutcomeNoun.of_work("event", "events", "delivered"),
    work_by="caller",
    account=(
        ("once_share", "delivered once"),
        ("doubled_share", "doubled"),
        ("lost_event_share", "lost"),
        ("open_share", "open when the trial ended"),
    ),
    headline=(
        "kills",
        "once_share",
        "doubled_share",
        "lost_event_share",
        "open_share",
        "lossy_kills",
        "doubling_kills",
        "kept_while_away",
        "unaccounted",
        "latency_mean",
    ),
    tradeoff=(("doubled_share", "lost_event_share"),),
    quick={
        "duration": "3s",
        "warmup": "200ms",
        "fault": "consumer:restart@500ms,every=1s,times=2",
    },
    verify_with={},
    goes_on_s=goes_on_s,
    # A broker that was killed may take a while until it is back.
    patience_s=lambda load: load.window.drain_s + 2 * load.own.quiet_s + load.own.ack_wait_s,
)
