"""The experiment `multipath`: question, load, metrics, predictions.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from bench.model import links, linktext
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.fault import parse_faults
from bench.model.law import Prediction
from bench.model.load import Load, parameter
from scenarios.multipath import laws
from scenarios.multipath.claims import CLAIMS, NORMAL, PATHS, mptcp_mbit, tcp_mbit

TWO_PATHS = "--link 'path=rtt=20ms,rate=10mbit path=rtt=60ms,rate=5mbit'"


@dataclass(frozen=True, kw_only=True)
class MultipathLoad(Load):
    """How much is transferred."""

    clients: int = parameter(1, "", "simulated clients", low=1, high=1000)
    transfer_bytes: int = parameter(8_000_000, "B", "size of a transfer", low=1, high=4_000_000_000)

    @property
    def loses_path(self) -> bool:
        """Whether a path is taken down meanwhile."""
        return any(fault.actor.name == "path" for fault in parse_faults(self.fault))

    @property
    def rates(self) -> tuple[float, ...]:
        """The bandwidth of each path towards the clients; NaN where there is no limit."""
        link = linktext.link_of(dataclasses.asdict(self))
        return tuple(path.down.rate or math.nan for path in link.paths) if link else ()

    def check(self) -> None:
        if len(self.rates) < 2:
            where = "the link" if self.rates else links.LOOPBACK
            raise UsageError(
                f"multipath: {where} has one path, two are needed; add --quick or {TWO_PATHS}"
            )


def second_share(load: MultipathLoad) -> float:
    """MP-2, where both paths are there all the time."""
    return math.nan if load.loses_path else laws.second_share(*load.rates)


PREDICTIONS = (
    Prediction(
        "MP-1",
        "C1 (1500 - 52)/1500 / N",
        "headers of full packets; long transfers",
        "goodput",
        ("tcp",),
        lambda load, facts: tcp_mbit(load),
    ),
    Prediction(
        "MP-1",
        "(C1 + C2) (1500 - 52 - 28)/1500 / N",
        "headers of full packets; long transfers",
        "goodput",
        ("mptcp",),
        lambda load, facts: mptcp_mbit(load),
    ),
    Prediction(
        "MP-2",
        "C2/(C1 + C2)",
        "each path is full; long transfers",
        "second_path_share",
        ("mptcp",),
        lambda load, facts: second_share(load),
    ),
)


EXPERIMENT = Experiment(
    name="multipath",
    title="Two paths",
    question="A client has two paths to the backend: does a connection that uses both get the sum "
    "of their rates, and does it outlive the loss of one?",
    load=MultipathLoad,
    operations=("transfer",),
    outcome_operation="transfer",
    piece="transfer",
    headline=(
        "goodput",
        "completeness",
        "latency_mean",
        "second_path_share",
        "backend_cpu_us_per_event",
    ),
    tradeoff=(("backend_cpu_us_per_event", "goodput"),),
    quick={**PATHS, "transfer": "4MB", "duration": "2s", "warmup": "500ms"},
    verify_with={},
    predictions=PREDICTIONS,
    claims=CLAIMS,
    normal=NORMAL,
)
