"""The claims of `disk_reads`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import EveryTrial

BLOCKING, OTHERS = "disk_blocking", ("disk_threads", "disk_io_uring")
ALL = (BLOCKING, *OTHERS)
LAG = "caller_lag_p99"
TIMES = 5.0
"""So much later is a loop that is stopped, at least."""

WAYS = ClaimSetup(
    ALL, {"warmup": "300ms", "duration": "5s", "read_rate": "15/s", "cache": "dropped,bypassed"}
)

NORMAL: Mapping[str, Any] = {"fault": "", "file_size": lambda size: size >= 16_000_000}
"""What holds for evidence where a rule does not ask for something else."""

EITHER: Mapping[str, Any] = {"cache": lambda _: True}

CLAIMS = (
    Claim(
        "W4",
        "A blocking disk read stops the event loop; a thread or io_uring does not",
        (WAYS,),
        AllOf(tuple(Ratio(LAG, BLOCKING, other, above=TIMES, where=EITHER) for other in OTHERS)),
        preconditions=tuple(
            EveryTrial("cached_share", "", one, at_most=0.01, where=EITHER) for one in ALL
        ),
        must_see=(MustSee("slow_reads", 50, ALL, "reads of over 5 ms", EITHER),),
    ),
)
