"""The experiment `streamed_reply`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Pieces
from bench.model.load import Load
from bench.model.outcome import OutcomeNoun
from scenarios.streamed_reply._plan import plan_of
from scenarios.streamed_reply.load import LOAD, StreamedReplyLoad, check


def patience_s(load: Load[StreamedReplyLoad]) -> float:
    """A reply that is begun at the window's end may still take all of its time."""
    return load.window.drain_s + plan_of(load.own, load.own.pieces).length_ns / 1e9


EXPERIMENT = Experiment(
    name="streamed_reply",
    title="Replies made piece by piece",
    question="A reply is made piece by piece over seconds: how soon does its reader see the first "
    "words and the last, what does each piece cost, and what is made for readers who have left?",
    load=LOAD,
    check=check,
    operations=("reply", "piece", "request", "leave"),
    outcome_operation="reply",
    operation_words={
        "reply": "a reply, from asking for it until its reader has the last piece; "
        "`first_byte_ns` is when it had the first. `pending`: its reader left",
        "piece": "a piece that its reader got; `sequence` is the reply's, `intended_ns` when it "
        "was to be made, `done_ns` when the reader had it, `bytes_up` its number in the reply",
        "request": "a request or message of a reply; `bytes_down` of a stream are those of its "
        "head; `empty`: nothing new was made",
        "leave": "a reader leaves at `sent_ns`; `first_byte_ns` is when the reply was begun, "
        "`bytes_up` how many pieces it had, `bytes_down` how many were to be made by then",
    },
    pieces=Pieces("piece", queued="not sent yet", sent="made, on its way to the reader"),
    noun=OutcomeNoun.of_work("reply", "replies", "read to the end"),
    work_by="clients",
    headline=(
        "first_piece_mean",
        "latency_mean",
        "piece_delay_mean",
        "piece_gap_p90",
        "wire_bytes_down_per_piece",
        "server_cpu_us_per_piece",
        "reader_cpu_us_per_piece",
        "for_nobody_share",
    ),
    tradeoff=(
        ("wire_bytes_down_per_piece", "piece_delay_mean"),
        ("ends_cpu_us_per_piece", "piece_delay_mean"),
    ),
    takes=("wire_bytes_down_per_piece", "ends_cpu_us_per_piece"),
    quick={"duration": "3s", "pieces": "50"},
    patience_s=patience_s,
    verify_with={
        "pieces": 3,
        "schedule": "constant",
        "piece_interval_s": 0.01,
        "poll_interval_s": 0.02,
        "leave_rate_per_s": 0.0,
    },
)
