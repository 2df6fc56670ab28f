"""What the host of a run and the hosts whose workers carry its load say to each other.

The first word is the listener's greeting; whoever connects proves that it knows the token and
says which software it has.  Then a worker's host gets commands, and measures its clock against
the listener's by questions of its own.  Must not know how a message travels.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, Literal

import msgspec
from msgspec import Struct, field

from bench.model.messages import Address, LoadConfig
from bench.model.readings import Reading

HOST: Final = "host"
LOAD: Final = "load"
"""The purposes of a connection: a host's own, or one that carries Locust's for one worker."""

NONCE_BYTES = 16
MOST_NAMED = 3
"""Files that are named where software differs."""


# --- whoever connects ---------------------------------------------------------------------------


class Software(Struct, frozen=True):
    """What a host runs: versions, and digests of the files that a load process may import."""

    patternbench: str
    python: str
    packages: dict[str, str]
    files: dict[str, str]


class Greeting(Struct, frozen=True, tag="greeting"):
    """The listener's first word; its nonce makes each proof good for one connection only."""

    nonce: bytes


class Hello(Struct, frozen=True, tag="hello"):
    """Who connects, for what, with the proof; a host says what it runs."""

    purpose: Literal["host", "load"]
    name: str
    nonce: bytes
    proof: bytes
    workers: int = 0
    software: Software | None = None


class Welcome(Struct, frozen=True, tag="welcome"):
    """It may stay, under this name; the proof is the listener's own."""

    proof: bytes
    name: str = ""


class Refused(Struct, frozen=True, tag="refused"):
    """It may not; `reason` is one line."""

    reason: str


def proof(token: str, of: Literal["listener", "host"], *nonces: bytes) -> bytes:
    """That somebody knows the token, which itself never travels."""
    return hmac.new(token.encode(), b"\0".join([of.encode(), *nonces]), hashlib.sha256).digest()


def is_proven(token: str, of: Literal["listener", "host"], shown: bytes, *nonces: bytes) -> bool:
    """Whether the proof is right; takes the same time however much of it is."""
    return hmac.compare_digest(proof(token, of, *nonces), shown)


def difference(here: Software, there: Software) -> str:
    """What a worker's host must change to run the same as the master's, "" for nothing."""
    for what, mine, other in (
        ("patternbench", here.patternbench, there.patternbench),
        ("Python", here.python, there.python),
    ):
        if mine != other:
            return f"it has {what} {other}, the master has {mine}"
    for name in sorted(here.packages.keys() | there.packages.keys()):
        mine, other = (one.packages.get(name, "missing") for one in (here, there))
        if mine != other:
            return f"it has {name} {other}, the master has {mine}"
    unlike = [
        path
        for path in sorted(here.files.keys() | there.files.keys())
        if here.files.get(path) != there.files.get(path)
    ]
    if not unlike:
        return ""
    rest = f" and {len(unlike) - MOST_NAMED} more" if len(unlike) > MOST_NAMED else ""
    return f"its code differs: {', '.join(unlike[:MOST_NAMED])}{rest}"


# --- listener -> a worker's host ------------------------------------------------------------------


class BeginLoad(Struct, frozen=True, tag="begin_load"):
    """Start fresh load processes for a trial: the workers with these numbers.

    `files` are those that addresses name (certificates, keys), by their path on the master's host.
    All replies of the trial carry its `turn`.
    """

    turn: int
    config: LoadConfig
    numbers: list[int]
    files: dict[str, bytes] = field(default_factory=dict)


class SetWindow(Struct, frozen=True, tag="window"):
    """When to read the meters: instants of the master's clock."""

    t0_ns: int
    t1_ns: int


class EndLoad(Struct, frozen=True, tag="end_load"):
    """The trial is over: say what the meters and the clock were, and end the load processes."""


class Answer(Struct, frozen=True, tag="answer"):
    """To the question of this number: when it was heard and answered, by the master's clock."""

    number: int
    heard_ns: int
    answered_ns: int


class Bye(Struct, frozen=True, tag="bye"):
    """The run is over."""


HostCommand = Answer | BeginLoad | SetWindow | EndLoad | Bye


# --- a worker's host -> listener ------------------------------------------------------------------


class Question(Struct, frozen=True, tag="question"):
    """What does the master's clock say?"""

    number: int


class LoadBegun(Struct, frozen=True, tag="load_begun"):
    """The load processes run."""

    turn: int


class LoadFailed(Struct, frozen=True, tag="load_failed"):
    """They do not start, or have ended before they were told to; `reason` is one line."""

    turn: int
    reason: str


class MeterRecord(Struct, frozen=True):
    """One reading of a host's load processes, by the master's clock."""

    mark: str
    reading: Reading


class HostClock(Struct, frozen=True):
    """How a host's clock stood against the master's in a trial.

    `offset_ns` is what was added to it at the trial's end, `uncertainty_ns` the most by which
    any time from the window on may be off, as judged afterwards.  `round_trips` were counted
    since the host came, the quickest took `quickest_ns`.
    """

    offset_ns: int
    uncertainty_ns: int
    drift_ppm: float
    misfit_ns: int
    round_trips: int
    quickest_ns: int


class LoadEnded(Struct, frozen=True, tag="load_ended"):
    """What a host has to say after a trial."""

    turn: int
    clock: HostClock
    meters: list[MeterRecord]


HostReply = Question | LoadBegun | LoadFailed | LoadEnded


# --- a worker's host -> its load process ---------------------------------------------------------


class AwayConfig(Struct, frozen=True):
    """The first line into a process that starts some of a master's workers, on another host."""

    config: LoadConfig
    numbers: list[int]


# --- files that addresses name --------------------------------------------------------------------


def files_of(address: Address) -> list[str]:
    """The paths of all files that an address names."""
    refused = [path for pair in address.refused.values() for path in pair]
    named = [address.ca_file, address.client_cert, address.client_key, *refused]
    return [path for path in named if path]


def with_files(address: Address, places: Mapping[str, str]) -> Address:
    """The address with each file where it is on this host."""

    def at(path: str) -> str:
        return places.get(path, path)

    refused = {name: (at(cert), at(key)) for name, (cert, key) in address.refused.items()}
    return msgspec.structs.replace(
        address,
        ca_file=at(address.ca_file),
        client_cert=at(address.client_cert),
        client_key=at(address.client_key),
        refused=refused,
    )


def addresses_of(config: LoadConfig) -> list[Address]:
    """All that a load process may connect to."""
    return [config.address, *(one for each in config.parts.values() for one in each)]


def localized(config: LoadConfig, places: Mapping[str, str]) -> LoadConfig:
    """The configuration with each file where it is on this host."""
    return msgspec.structs.replace(
        config,
        address=with_files(config.address, places),
        parts={
            name: [with_files(one, places) for one in each] for name, each in config.parts.items()
        },
    )
