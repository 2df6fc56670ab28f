"""What an experiment declares so that the harness can be measured on it.  Pure.

Must not know what is measured, nor how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class DeliveryStream:
    """A pattern (by name) whose server tells all clients of each event, and what that may cost.

    `kind` is how: "event_stream" (WHATWG) or "websocket".  A client asks for `path` and its number.
    The aims are CPU time of the load process per delivered event, and its memory per client.
    """

    pattern: str
    kind: str
    path: str
    aim_us: float
    aim_bytes: float


@dataclass(frozen=True)
class SelfProof:
    """Patterns (by name) and settings with which the harness is measured itself.

    `floor` does nothing but answer: what it shows is the harness's own.  `subject` is compared
    with itself (A/A); its window is set by the proof.
    """

    floor: str
    floor_settings: Sequence[str]
    subject: str
    subject_settings: Sequence[str]
    streams: Sequence[DeliveryStream] = ()
    """What the cost of a delivery is measured on."""

    amqp_service: str = ""
    """The service on which the cost of an AMQP delivery is measured; "" for none."""

    stream_settings: Sequence[str] = ()
