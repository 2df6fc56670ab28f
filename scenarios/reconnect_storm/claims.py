"""The claims of `reconnect_storm`: what the field repeats, as data with a rule.  Pure.

Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.reconnect_storm.predictions import (
    ALL,
    ALL_BACK,
    COST,
    CPU,
    FULL,
    PLAIN,
    POINTS,
    RATE,
    RESUMED,
)

CUT = {"warmup": "300ms", "drain": "20s", "fault": "clients:cut@500ms"}
SPREAD = ClaimSetup(
    (FULL,), {**CUT, "clients": "200", "return_within": "1s,2s", "key": "rsa", "duration": "3s"}
)
AT_ONCE = ClaimSetup(
    (FULL,), {**CUT, "clients": "200", "return_within": "0", "key": "rsa"} | {"duration": "2s"}
)
KINDS = ClaimSetup(
    ALL, {**CUT, "clients": "200", "return_within": "1s", "key": "rsa", "duration": "3s"}
)

NORMAL: Mapping[str, Any] = {"link": "loopback", "clients": 200, "key": "rsa"}
"""What holds for evidence where a rule does not ask for something else."""

LATER: Mapping[str, Any] = {"return_within": lambda seconds: seconds > 0}
WITHIN_A_SECOND: Mapping[str, Any] = {"return_within": 1}
TOGETHER: Mapping[str, Any] = {"return_within": 0}

SCATTER = Band(0.15, POINTS)
OF_CPU = Band(0.2, "of a tenth of a second of CPU the rest of a server's turns is a part")
LONGER = 3.0
"""200 handshakes on one core come one after the other."""

NEARLY_ALL = 0.95

CLAIMS = (
    Claim(
        "S1e",
        "Clients that lose their connection together come back as a storm: N within a jitter J "
        "come at N/J per second, and each costs the server a whole handshake",
        (SPREAD,),
        AllOf(
            (
                AgreesWithLaw("return_rate", "/s", FULL, RATE, "ST-3", LATER, SCATTER),
                AgreesWithLaw("all_back", "ms", FULL, ALL_BACK, "ST-3", LATER),
                AgreesWithLaw(CPU, "us", FULL, COST, "ST-3", LATER, OF_CPU),
            )
        ),
        "ST-3",
        must_see=(MustSee("deliveries", 150, (FULL,), "returns", LATER, per="trial"),),
    ),
    Claim(
        "S1f",
        "Without a jitter they wait for each other's handshakes",
        (SPREAD, AT_ONCE),
        Ratio(
            "latency_p50",
            FULL,
            FULL,
            above=LONGER,
            where=TOGETHER,
            other_where=WITHIN_A_SECOND,
        ),
        must_see=(MustSee("deliveries", 150, (FULL,), "returns", TOGETHER, per="trial"),),
    ),
    Claim(
        "S1g",
        "Resumption spares the server some of what TLS adds to a connection",
        (KINDS,),
        AllOf(
            (
                Threshold("resumed_share", "", RESUMED, at_least=NEARLY_ALL, where=WITHIN_A_SECOND),
                Ratio(CPU, RESUMED, FULL, below=1.0, where=WITHIN_A_SECOND),
                Ratio(CPU, PLAIN, FULL, below=1.0, where=WITHIN_A_SECOND),
            )
        ),
        must_see=(MustSee("deliveries", 150, ALL, "returns", WITHIN_A_SECOND, per="trial"),),
    ),
)
