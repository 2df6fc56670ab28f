"""Whose the load of `sessions` is, and how it is said.  Words only."""

from __future__ import annotations

from bench.model.load import Load
from bench.model.rates import Rates, counted
from bench.model.units import show
from scenarios.sessions.load import SessionsLoad


def sentence(load: Load[SessionsLoad]) -> str:
    """What each client does, and how many serve it."""
    own = load.own
    return (
        f"{counted(load.window.clients, 'client')} with workflows of {own.requests} requests, "
        f"{show(own.pause_s, 's')} apart, served by {counted(own.backends, 'backend')}"
    )


RATES = Rates(
    sentence,
    about="There is no rate: each client pauses, then sends its next request.",
)
