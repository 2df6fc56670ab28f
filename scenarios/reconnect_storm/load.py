"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.load import Change, LoadType, parameter

ECDSA, RSA = "ecdsa", "rsa"


@dataclass(frozen=True, kw_only=True)
class StormLoad:
    """How clients that have lost their connection come back."""

    return_within_s: float = parameter(
        1.0,
        "s",
        "each client waits for a random time of at most so long before it comes back; 0: all come "
        "at once",
        low=0,
        high=3600,
    )
    key: str = parameter(
        ECDSA,
        "",
        "TLS: the server's key: P-256 (ecdsa) or RSA with 2,048 bits (rsa)",
        choices=(ECDSA, RSA),
    )


LOAD = LoadType(
    StormLoad,
    changes={
        "clients": Change(default=200, high=5000, meaning="clients; each has one connection"),
        "drain_s": Change(default=20.0),
        "fault": Change(default="clients:cut@500ms"),
    },
    without=frozenset({"second_path"}),
)
