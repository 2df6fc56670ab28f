"""A packet under way, and what an acknowledgement tells its sender's congestion control.  Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Packet:
    """Bytes `start` to `end` of a stream; the rest is what a rate sample needs at its return.

    `amount` is what it takes of the window: 1 for TCP, which counts segments, its bytes for
    QUIC.  A packet that is sent again is a new one.
    """

    number: int
    start: int
    end: int
    size: int
    amount: float
    sent_s: float
    delivered: float
    """Delivered before it was sent, and when the newest of that was."""

    delivered_s: float
    first_sent_s: float
    """When the sample's first packet was sent."""

    is_app_limited: bool


@dataclass(frozen=True, slots=True)
class Acked:
    """What one acknowledgement brought."""

    now: float
    newest: Packet
    next_number: int
    """Of the packet that will be sent next."""

    amount: float
    """Newly delivered."""

    delivered: float
    """In all."""

    lost: float
    """Found lost with it."""

    in_flight: float
    before: float
    """In flight before it."""

    least_rtt_s: float
    is_window_used: bool
    """Whether the window, rather than the application, was the limit."""

    is_recovering: bool
    is_in_order: bool
    """Whether the receiver has more without a gap than before."""

    @property
    def rtt_s(self) -> float:
        return self.now - self.newest.sent_s
