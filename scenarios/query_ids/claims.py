"""The claims of `query_ids`: what the field repeats, as data with a rule.  Pure.

Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.query_ids.predictions import AT_ONCE, HELD_UP, LATENCY, RETRIES, TCP, UDP

LOSSY = {
    "warmup": "300ms",
    "drain": "20s",
    "link": "emulated",
    "rtt": "20ms",
    "loss": "5%",
    "clients": "10",
    "answer_time": "30ms",
}
# An answer takes up to 80 ms: one query in three is sent again though nothing was lost, and its
# second answer comes when the id is free, or another query's.
IMPATIENT = {
    **LOSSY,
    "query_rate": "1500/s",
    "retry_after": "60ms",
    "forged_share": "10%",
    "duration": "14s",
}
ATTACKED = ClaimSetup((UDP, TCP), IMPATIENT)
PATIENT = ClaimSetup(
    (UDP, TCP), {**LOSSY, "query_rate": "1000/s", "retry_after": "300ms", "duration": "8s"}
)
ID_ONLY = ClaimSetup(
    (UDP,),
    {**IMPATIENT, "ids": "64", "checks": "id", "forged_share": "0%", "duration": "4s"},
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "emulated",
    "loss": 0.05,
    "checks": "all",
    "ids": 65_536,
    "forged_id": "wrong",
    "forged_share": 0,
}
"""What holds for evidence where a rule does not ask for something else."""

FORGED: Mapping[str, Any] = {"forged_share": 0.1, "retry_after": 0.06}
WAITING: Mapping[str, Any] = {"retry_after": 0.3}
SHORT: Mapping[str, Any] = {"checks": "id", "ids": 64, "retry_after": 0.06}

NONE = 1e-4
"""0 of 100,000 says, at 95 %, fewer than 4 of 100,000."""

OFTEN = 0.001
"""A share that nobody would accept; 0 of 100,000 is far from it."""

CLAIMS = (
    Claim(
        "S4",
        "UDP keeps no state: the query id does",
        (ATTACKED,),
        AllOf(
            (
                Threshold("wrong_share", "", UDP, at_most=NONE, where=FORGED),
                Threshold("setups_per_query", "", UDP, at_most=NONE, where=FORGED),
                Threshold("completeness", "", UDP, at_least=0.999, where=FORGED),
                Threshold("overtaking_share", "", UDP, at_least=0.2, where=FORGED),
            )
        ),
        must_see=(
            MustSee("deliveries", 100_000, (UDP,), "answers", FORGED),
            MustSee("out_of_order_answers", 10_000, (UDP,), "answers out of order", FORGED),
            MustSee("late_refused", 1_000, (UDP,), "late answers", FORGED),
            MustSee("forged_refused", 1_000, (UDP,), "answers with a wrong id", FORGED),
            MustSee("strangers_refused", 1_000, (UDP,), "answers from a wrong address", FORGED),
        ),
    ),
    Claim(
        "S4b",
        "Over UDP a lost packet delays its own query only; over TCP it delays the answers behind "
        "it too, and each connection is set up first",
        (PATIENT,),
        AllOf(
            (
                AgreesWithLaw("held_up_share", "", UDP, HELD_UP, "QID-2", WAITING),
                AgreesWithLaw("retries_per_query", "", UDP, RETRIES, "QID-1", WAITING),
                AgreesWithLaw("first_share", "", UDP, AT_ONCE, "QID-1", WAITING),
                AgreesWithLaw("latency_mean", "ms", UDP, LATENCY, "QID-3", WAITING),
                Ratio("held_up_share", TCP, UDP, above=1.0, where=WAITING),
                Ratio("setups_per_query", TCP, UDP, above=1.0, where=WAITING),
            )
        ),
        "QID-1, QID-2, QID-3",
    ),
    Claim(
        "S4c",
        "The id alone is not enough: where ids are used again, a late answer is taken for another "
        "query's",
        (ID_ONLY,),
        Threshold("wrong_share", "", UDP, at_least=OFTEN, where=SHORT),
        must_see=(
            MustSee("retries_per_query", 0.1, (UDP,), "retries per query", SHORT, per="trial"),
        ),
    ),
)
