"""The claims of `multipath`: what the field repeats, as data with a rule.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.multipath.load import PATHS
from scenarios.multipath.predictions import MPTCP_GOODPUT, TCP_GOODPUT

BRIEF = {**PATHS, "warmup": "500ms"}
BOTH = ClaimSetup(("tcp", "mptcp"), {**BRIEF, "duration": "4s"})
LOSS = ClaimSetup(
    ("tcp", "mptcp"),
    {
        **BRIEF,
        "clients": "3",
        "transfer": "1MB",
        "fault": "path.1:down@500ms",
        "duration": "1s",
        "drain": "8s",
    },
)

NORMAL: Mapping[str, Any] = {"fault": ""}
"""What holds for evidence where a rule does not ask for something else."""

CUT = {"fault": lambda text: "path" in text}

CLAIMS = (
    Claim(
        "M8",
        "MPTCP adds up the paths' rates and survives the loss of one path",
        (BOTH, LOSS),
        AllOf(
            (
                AgreesWithLaw("goodput", "Mbit/s", "mptcp", MPTCP_GOODPUT, "MP-1"),
                # Of 18 transfers none, or all: at most 19 % are otherwise, with 95 % certainty.
                Threshold("completeness", "", "tcp", at_most=0.25, where=CUT),
                Threshold("completeness", "", "mptcp", at_least=0.75, where=CUT),
            )
        ),
        "MP-1",
        preconditions=(AgreesWithLaw("goodput", "Mbit/s", "tcp", TCP_GOODPUT, "MP-1"),),
        must_see=(MustSee("faults_done", 1, ("tcp", "mptcp"), "path cuts", CUT, per="trial"),),
    ),
)
