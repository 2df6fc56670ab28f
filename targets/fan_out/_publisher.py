"""The publisher of every pattern of `fan_out`, and what it counts.  Knows no way of sending."""

from __future__ import annotations

from targets._sockets import OwnSockets
from targets._target import BaseTarget
from targets.fan_out._source import Source

COUNTED = ("stream_up", "stream_down", "wire_up", "wire_down")


class PublishingTarget(BaseTarget):
    """One process that publishes; a pattern writes `send`."""

    source: Source

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.source = Source(self.load, self.seed, self.send, self.settle)
        self._sockets = OwnSockets()
        self.refused = self.failed_sends = self._gone = 0

    async def send(self, sequence: int, body: bytes) -> None:
        """Send one event to all; return when the publisher is free for the next.

        What fails is counted, and raises nothing.
        """
        raise NotImplementedError

    async def settle(self) -> None:
        """After the last event: return when nothing more is to be done for any."""

    def counts(self) -> dict[str, float]:
        wire = self._sockets.snapshot()
        if wire.unseen:
            # What they had carried is not known: counted anew, and whoever subtracts is told.
            self._gone += wire.unseen
            self._sockets = OwnSockets()
            wire = self._sockets.snapshot()
        return {
            "publisher.busy_ns": self.source.busy_ns,
            "publisher.events": self.source.sent,
            "publisher.refused": self.refused,
            "publisher.failed": self.failed_sends,
            "publisher.gone": self._gone,
            **{f"publisher.{name}": float(getattr(wire, name)) for name in COUNTED},
        }

    def send_failed(self, error: BaseException) -> None:
        """An event, or its way to one receiver, has failed."""
        self.failed_sends += 1
        self.failed(error)
