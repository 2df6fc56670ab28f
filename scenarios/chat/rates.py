"""Whose rates the load of `chat` has, and how it is said.  Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.load import Load
from bench.model.rates import Rates, counted, per_second
from scenarios.chat.load import ChatLoad, heard_per_s, messages_per_s, rooms


def sentence(load: Load[ChatLoad]) -> str:
    """How many members speak in how many rooms, and what they hear."""
    own = load.own
    heard = per_second(heard_per_s(load), "heard message", "heard messages")
    coming = f"; {own.movers} of each room come and go" if own.movers else ""
    return (
        f"{counted(load.window.clients, 'member')} in {counted(rooms(load), 'room')}, "
        f"{per_second(messages_per_s(load), 'message')} in all = {heard}{coming}"
    )


def per_client(rate: float, _: int) -> Mapping[str, Any]:
    """The rate is each member's."""
    return {"speak_rate": rate}


RATES = Rates(
    sentence,
    about="speak_rate is that of each member: in a room of 10 at 0.1/s there is one message per "
    "second, and it is heard nine times.",
    per_client=per_client,
    level="speak_rate",
)
