"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.fault import parse_faults
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

REAL, VOLATILE = "real", "volatile"
MODES = ("on", "remote_write", "remote_apply")


@dataclass(frozen=True, kw_only=True)
class DurabilityLoad:
    """What is stored, and what is waited for."""

    record_bytes: int = parameter(100, "B", "size of a record", low=16, high=1_000_000)
    standby_mode: str = parameter(
        "on",
        "",
        "replicate_sync: what a commit waits for at the standby (synchronous_commit): that its "
        "log is on the disk there (on), was handed to its kernel (remote_write), or can be read by "
        "queries (remote_apply)",
        choices=MODES,
    )
    disk: str = parameter(
        REAL,
        "",
        "fsync_each, page_cache: this machine's disk, or a volatile one (FUSE), whose part `disk` "
        "loses what was not synced when a fault restarts it",
        choices=(REAL, VOLATILE),
    )
    flush_time_s: float = parameter(
        0.0,
        "s",
        "volatile disk: time that each fsync takes beside writing it to this machine's disk, as on "
        "a slower one",
        low=0,
        high=10,
    )


LOAD = LoadType(
    DurabilityLoad,
    changes={
        "clients": Change(
            default=4,
            high=64,
            meaning="clients of the program; each stores one record after the other",
        )
    },
    without=frozenset({"second_path"}),
    links=("standby",),
)


def check(load: Load[DurabilityLoad]) -> None:
    """UsageError where only a volatile disk could do what is asked."""
    own = load.own
    if own.disk == VOLATILE:
        return
    if own.flush_time_s:
        raise UsageError(
            f"flush_time={show(own.flush_time_s, 's')}: this machine's disk takes the time that it "
            f"takes; add disk={VOLATILE}"
        )
    for fault in parse_faults(load.faults.fault):
        if fault.actor.name == "disk":
            raise UsageError(
                f"--fault {fault}: only a volatile disk loses its cache; add disk={VOLATILE}"
            )
