"""The load: the experiment's own parameters, and what they make of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.fault import parse_faults
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

RENUMBER = "renumber"


@dataclass(frozen=True, kw_only=True)
class AddressLoad:
    """Requests that do something, and what their client makes of a broken connection."""

    work_time_s: float = parameter(
        0.05,
        "s",
        "what the server takes for a request; at its end the request's action is done",
        low=0,
        high=60,
    )
    reply_bytes: int = parameter(1000, "B", "size of a reply's body", low=16, high=10_000_000)
    retry: str = parameter(
        "blind",
        "",
        "what a client does with a request whose connection broke: give it up (none), send it "
        "again (blind), or send it again with the same key, by which the server knows it "
        "(idempotency_key)",
        choices=("none", "blind", "idempotency_key"),
    )
    notice: str = parameter(
        "told",
        "",
        "how a client learns that its address has changed: its kernel tells it at once (netlink), "
        "or nobody does, and an answer does not come (silent)",
        choices=("told", "silent"),
    )
    answer_timeout_s: float = parameter(
        1.0,
        "s",
        "a connection on which an answer does not come for so long is given up",
        low=0.01,
        high=3600,
    )
    ping_every_s: float = parameter(
        0.0,
        "s",
        "QUIC: a client that waits for an answer sends a ping this often (0: never), so that its "
        "server sees where it is",
        low=0,
        high=60,
    )
    tries: int = parameter(5, "", "how often a request is sent at most", low=1, high=100)


LOAD = LoadType(
    AddressLoad,
    changes={
        "clients": Change(
            default=2,
            high=1000,
            meaning="clients, all with the same address; each asks again when it has its answer",
        )
    },
    without=frozenset({"second_path"}),
)


def changes_address(load: Load[AddressLoad]) -> bool:
    """Whether clients get another address meanwhile."""
    return any(fault.verb.endswith(RENUMBER) for fault in parse_faults(load.faults.fault))


def check(load: Load[AddressLoad]) -> None:
    """UsageError where every request would be given up before its answer can be there."""
    own = load.own
    least_s = own.work_time_s + load.link.rtt_s
    if own.answer_timeout_s <= least_s:
        raise UsageError(
            f"answer_timeout={show(own.answer_timeout_s, 's')}: an answer takes "
            f"{show(least_s, 's')} or more; use a longer one"
        )
