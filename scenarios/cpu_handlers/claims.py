"""The claims of `cpu_handlers`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf

ASYNC, OTHERS = "server_async", ("server_threads", "server_processes")
ALL = (ASYNC, *OTHERS)
TAIL = "latency_p99"

SHARES = ClaimSetup(ALL, {"warmup": "300ms", "duration": "3s", "heavy_share": "0,0.1"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "clients": 20,
    "request_rate": 200,
    "heavy_time": 0.02,
}
"""What holds for evidence where a rule does not ask for something else."""

COMPUTING: Mapping[str, Any] = {"heavy_share": lambda share: share > 0}
LIGHT_ONLY: Mapping[str, Any] = {"heavy_share": 0}

CLAIMS = (
    Claim(
        "W3",
        "Asynchronous servers are not faster under CPU work",
        (SHARES,),
        AllOf(tuple(Ratio(TAIL, ASYNC, other, above=1, where=COMPUTING) for other in OTHERS)),
        must_see=(MustSee("heavy_requests", 50, ALL, "requests that compute", COMPUTING),),
    ),
    Claim(
        "W3b",
        "Without CPU work an asynchronous server is faster",
        (SHARES,),
        AllOf(
            tuple(
                Ratio(metric, ASYNC, other, below=1, where=LIGHT_ONLY)
                for metric in (TAIL, "server_cpu_us_per_event")
                for other in OTHERS
            )
        ),
    ),
)
