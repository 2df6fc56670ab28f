"""Closed-form predictions for `fan_out`.  Pure: numbers in, number out.

Symbols: F receivers, R a round trip, S what a receiver's answer takes, s what one more receiver
adds, a what an event takes beside that, W confirms that may be open, t what a confirm takes
without distance, mu the most that publisher and broker do, P prefetch (seconds throughout).
"""

from __future__ import annotations

from collections.abc import Sequence


def through(points: Sequence[tuple[float, float]], receivers: float) -> float:
    """a + F s: the line through the two of these points between which, or next to which, F lies."""
    place = 1
    while place < len(points) - 1 and receivers > points[place][0]:
        place += 1
    (fewer, less), (more, most) = points[place - 1 : place + 1]
    return less + (receivers - fewer) * (most - less) / (more - fewer)


def called_in_turn(work: float, receivers: float, rtt: float) -> float:
    """PS-1, serial: F (R + S); `work` is a + F S, as it is at the distance from which R counts."""
    return work + receivers * rtt


def last_called_in_turn(work: float, receivers: float, rtt: float) -> float:
    """PS-1, serial: the last one is called after all others have answered."""
    return work + (receivers - 0.5) * rtt


def called_at_once(work: float, rtt: float) -> float:
    """PS-1, parallel: R + a + F s, where all calls are sent before the first answer is there."""
    return work + rtt


def last_called_at_once(work: float, rtt: float) -> float:
    """PS-1, parallel: the last call is sent when all others were, and takes one way."""
    return work + rtt / 2


def last_told(work: float, rtt_to_broker: float, rtt_to_receivers: float) -> float:
    """PS-1: R_p/2 + (s_route + F s_deliver) + R_s/2."""
    return rtt_to_broker / 2 + work + rtt_to_receivers / 2


def confirmed_per_s(window: float, rtt: float, confirm: float, most_per_s: float) -> float:
    """PS-2: min(W/(R + t), mu)."""
    return min(window / (rtt + confirm), most_per_s)


def confirmed_in_turn_per_s(window: float, confirm: float, most_per_s: float) -> float:
    """PS-2 without distance: W/(t + (W - 1)/mu), as publisher and broker share a core."""
    return window / (confirm + (window - 1) / most_per_s)


def received_per_s(prefetch: float, rtt: float, work: float) -> float:
    """PS-3: min(P/(R + s), 1/s)."""
    return min(prefetch / (rtt + work), 1 / work)


def buffer_wait(prefetch: float, rtt: float, work: float) -> float:
    """PS-3: P s - (R + s), what is beyond need waits; 0 where the receiver is never behind."""
    return max(0.0, prefetch * work - (rtt + work))


FRAME_LIMIT = 131_072
PUBLISH, DELIVER, HEADER, BODY = 17, 24, 22, 8
"""Bytes of a message's frames beside names, properties and payload."""

MODE = 1
"""The only property: whether a message is persistent."""


def _content(payload: int) -> int:
    bodies = -(-payload // (FRAME_LIMIT - 8))
    return HEADER + MODE + bodies * BODY + payload


def published_bytes(payload: int, exchange: int) -> int:
    """PS-5: 47 + |exchange| + |key| + properties + P; a long payload has more frames."""
    return PUBLISH + exchange + _content(payload)


def delivered_bytes(payload: int, exchange: int, tag: int) -> int:
    """PS-5: 54 + |tag| + |exchange| + |key| + properties + P."""
    return DELIVER + tag + exchange + _content(payload)
