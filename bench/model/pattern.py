"""One way to do an experiment's job, as its two files declare it."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.component import ServiceRequest
from bench.model.ownserver.description import EVENTS
from bench.model.part import SERVER, Part


@dataclass(frozen=True)
class Pattern:
    """One way to do an experiment's job, as its two files declare it."""

    experiment: str
    name: str
    title: str
    summary: str
    requires: tuple[str, ...] = ()
    compared: bool = True
    example: str = ""
    parts: tuple[Part, ...] = (SERVER,)
    proxies: tuple[str, ...] = ()
    """Names of its proxies; "side.*" where each client has one of its own."""

    code_hash: str = ""  # of a run made before there were identities
    services: tuple[ServiceRequest, ...] = ()
    on_request: bool = False
    """Measured only where it is named, or where a claim or an audit needs it."""

    stands_for: str = ""
    """The pattern of the same experiment whose server a user's own takes the place of; "" where
    the server is ours."""

    scheme: str = ""
    """How the URL may begin that clients of such a server connect to: "ws", "http https"."""

    reads: tuple[str, ...] = EVENTS
    """The tables of the description that it reads; the first says where its clients connect."""

    @property
    def described(self) -> ServiceRequest | None:
        """The server that a user's file describes; None where there is no such file."""
        return next((one for one in self.services if one.description), None)

    @property
    def id(self) -> str:
        return f"{self.experiment}/{self.name}"
