"""One way to do an experiment's job, as its two files declare it."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.component import ServiceRequest
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

    @property
    def id(self) -> str:
        return f"{self.experiment}/{self.name}"
